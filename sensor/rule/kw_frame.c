// SPDX-License-Identifier: Apache-2.0
/* frame: contents behind it look into a protocol's frames of that name (proto/frame.h). PROTOCOL.stream is all that a
 * side says: the payload of its stream, of that protocol alone. */
#include "base/ascii.h"
#include "proto/frame.h"
#include "rule/compile.h"

#include <stdio.h>
#include <string.h>

extern const struct keyword keyword_frame;

#define NAME_MAX_ 64u

/* Frames stand under "frame:PROTOCOL.NAME". */
static const struct buffer *find(const char *name)
{
	char text[NAME_MAX_ + 8];

	snprintf(text, sizeof(text), "frame:%s", name);
	return rule_buffer_find(span_of(text));
}

/* Without the protocol: that of the rule's header has it. */
static const struct buffer *find_of_header(const struct build *b, const char *name)
{
	for (unsigned a = APP_failed + 1; a < APP_count; a++) {
		const char *const *f = b->header_apps >> a & 1 ? protocols[a]->frames : NULL;

		for (unsigned i = 0; f && f[i]; i++) {
			if (strcmp(proto_frame_name(f[i]), name) == 0)
				return rule_buffer_find(span_of(f[i]));
		}
	}
	return NULL;
}

static int stream(struct build *b, struct span value, char *name, char *dot)
{
	struct signature *s = b->sig;

	if (dot) {
		*dot = '\0';
		uint64_t apps = strcmp(name, "http1") == 0 ? 1ull << APP_http : rule_header_apps(name);

		s->app_mask = s->app_mask ? s->app_mask & apps : apps;
	}
	if (!s->app_mask || s->frame)
		return rule_fault(b->fault, value, "no such frame");
	s->frame_stream = true;
	s->protos &= PROTO_TCP;
	b->tcp_stream = true;
	rule_build_payload(b);
	return 0;
}

static int frame_build(struct build *b, struct span value)
{
	char name[NAME_MAX_];

	if (value.len >= sizeof(name))
		return rule_fault(b->fault, value, "no such frame");
	rule_span_text(value, name, sizeof(name));
	for (char *c = name; *c; c++)
		*c = (char)ascii_lower((uint8_t)*c);
	char *dot = strchr(name, '.');
	if (strcmp(dot ? dot + 1 : name, "stream") == 0)
		return stream(b, value, name, dot);
	const struct buffer *f = find(name);
	if (!f)
		f = find_of_header(b, name);
	if (!f) {
		rule_build_unmatched(b, &keyword_frame);
		return 0;
	}
	rule_build_frame(b, span_of(f->name));
	return 0;
}

const struct keyword keyword_frame = {
	.name = "frame", .syntax = "frame: [PROTOCOL.]NAME", .what = "contents look into frames of a protocol",
	.value = VALUE_needed, .build = frame_build,
};
