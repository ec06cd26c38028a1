// SPDX-License-Identifier: Apache-2.0
/* Conditions on HTTP/2 frames with words for their numbers. Source: Suricata 7 user guide, "HTTP2
 * Keywords"; RFC 9113 6, 7. */
#include "rule/keyword.h"

#include "rule/numbers.h"

/* Words are written with and without their underscores. */
static const struct number_name types[] = {
	{"DATA", 0},         {"HEADERS", 1},  {"PRIORITY", 2},     {"RSTSTREAM", 3},
	{"RST_STREAM", 3},   {"SETTINGS", 4}, {"PUSHPROMISE", 5},  {"PUSH_PROMISE", 5},
	{"PING", 6},         {"GOAWAY", 7},   {"WINDOWUPDATE", 8}, {"WINDOW_UPDATE", 8},
	{"CONTINUATION", 9}, {NULL, 0},
};
const struct keyword keyword_http2_frametype = {
	.name = "http2.frametype",
	.syntax = "http2.frametype: NAME | N",
	.what = "type of a frame of the stream",
	.value = VALUE_needed,
	.field = "http2.frametype",
	.names = types,
};

static const struct number_name errors[] = {
	{"NO_ERROR", 0},
	{"NOERROR", 0},
	{"PROTOCOL_ERROR", 1},
	{"PROTOCOLERROR", 1},
	{"INTERNAL_ERROR", 2},
	{"INTERNALERROR", 2},
	{"FLOW_CONTROL_ERROR", 3},
	{"FLOWCONTROLERROR", 3},
	{"SETTINGS_TIMEOUT", 4},
	{"SETTINGSTIMEOUT", 4},
	{"STREAM_CLOSED", 5},
	{"STREAMCLOSED", 5},
	{"FRAME_SIZE_ERROR", 6},
	{"FRAMESIZEERROR", 6},
	{"REFUSED_STREAM", 7},
	{"REFUSEDSTREAM", 7},
	{"CANCEL", 8},
	{"COMPRESSION_ERROR", 9},
	{"COMPRESSIONERROR", 9},
	{"CONNECT_ERROR", 10},
	{"CONNECTERROR", 10},
	{"ENHANCE_YOUR_CALM", 11},
	{"ENHANCEYOURCALM", 11},
	{"INADEQUATE_SECURITY", 12},
	{"INADEQUATESECURITY", 12},
	{"HTTP_1_1_REQUIRED", 13},
	{"HTTP11REQUIRED", 13},
	{NULL, 0},
};
const struct keyword keyword_http2_errorcode = {
	.name = "http2.errorcode",
	.syntax = "http2.errorcode: NAME | N",
	.what = "error of RST_STREAM or GOAWAY",
	.value = VALUE_needed,
	.field = "http2.errorcode",
	.names = errors,
};

static const struct number_name settings[] = {
	{"HEADERTABLESIZE", 1},
	{"ENABLEPUSH", 2},
	{"MAXCONCURRENTSTREAMS", 3},
	{"INITIALWINDOWSIZE", 4},
	{"MAXFRAMESIZE", 5},
	{"MAXHEADERLISTSIZE", 6},
	{NULL, 0},
};

struct settings_arg {
	uint32_t id;
	bool any; /* whatever its value */
	struct numbers values;
};

/* "SETTINGS_MAX_FRAME_SIZE" without what may be left out */
static int setting_of(struct span word, uint32_t *id, struct fault *f)
{
	char text[40];
	uint32_t n = 0;

	for (uint32_t i = 0; i < word.len && n + 1 < sizeof(text); i++) {
		if (word.at[i] != '_')
			text[n++] = word.at[i];
	}
	text[n] = '\0';
	const char *name = n > 8 && strncasecmp(text, "SETTINGS", 8) == 0 ? text + 8 : text;
	for (const struct number_name *s = settings; s->name; s++) {
		if (strcasecmp(s->name, name) == 0) {
			*id = (uint32_t)s->value;
			return 0;
		}
	}
	return rule_fault(f, word, "no such setting of HTTP/2");
}

static int settings_parse(struct span value, void *arg, struct fault *f)
{
	struct settings_arg *a = arg;
	uint32_t n = 0;

	value = rule_span_unquote(span_trim(value));
	while (n < value.len &&
	       (value.at[n] == '_' || ((value.at[n] | 32) >= 'a' && (value.at[n] | 32) <= 'z')))
		n++;
	int rc = setting_of(span_cut(value, 0, n), &a->id, f);
	struct span rest = span_trim(span_cut(value, n, value.len));
	a->any = rest.len == 0;
	if (rc == 0 && !a->any)
		rc = rule_numbers_parse(rest, UINT32_MAX, NULL, false, &a->values, f);
	return rc;
}

static bool settings_match(const void *arg, const struct tx_ask *ask)
{
	const struct settings_arg *a = arg;
	uint64_t v;

	for (unsigned i = 0; ask->protocol->number(ask->tx, ask->field, i, ask->dir, &v); i++) {
		if (v >> 32 == a->id && (a->any || rule_numbers_have(&a->values, (uint32_t)v)))
			return true;
	}
	return false;
}

const struct keyword keyword_http2_settings = {
	.name = "http2.settings",
	.syntax = "http2.settings: NAME[RANGE]",
	.what = "a setting of HTTP/2, and its value",
	.value = VALUE_needed,
	.field = "http2.settings",
	.arg_size = sizeof(struct settings_arg),
	.parse = settings_parse,
	.match_tx = settings_match,
};
