// SPDX-License-Identifier: Apache-2.0
/* The old names for what is known of files: contents of the buffers file.name and file.magic. */
#include "rule/keyword.h"
#include "rule/text.h"

static int content(struct build *b, struct span value, const char *field, const char *before,
		   uint32_t flags)
{
	struct span v = span_trim(value);
	bool negated = v.len && v.at[0] == '!';
	uint8_t bytes[512];
	uint32_t n = (uint32_t)strlen(before), len = 0;

	if (negated)
		v = span_trim(span_cut(v, 1, v.len));
	v = rule_span_unquote(v);
	memcpy(bytes, before, n);
	int rc = rule_text_bytes(v, bytes + n, (uint32_t)sizeof(bytes) - n, &len, b->fault);
	if (rc)
		return rc;
	if (len == 0)
		return rule_fault(b->fault, value, "a text is missing");
	int group = rule_build_field(b, field);
	struct step *s = group < 0 ? NULL : rule_build_step(b, STEP_content);
	if (!s)
		return -1;
	s->group = (uint8_t)group;
	s->bytes = rule_arena_copy(b->arena, bytes, n + len);
	s->len = (uint16_t)(n + len);
	s->flags = STEP_NOCASE | flags | (negated ? STEP_NEGATED : 0);
	return 0;
}

static int filename_build(struct build *b, struct span value)
{
	return content(b, value, "file.name", "", 0);
}

const struct keyword keyword_filename = {
	.name = "filename", .syntax = "filename: [!]\"TEXT\"", .what = "the name of a file holds it",
	.value = VALUE_needed, .build = filename_build,
};

static int fileext_build(struct build *b, struct span value)
{
	return content(b, value, "file.name", ".", STEP_ENDS);
}

const struct keyword keyword_fileext = {
	.name = "fileext", .syntax = "fileext: [!]\"TEXT\"", .what = "a file's extension",
	.value = VALUE_needed, .build = fileext_build,
};

static int filemagic_build(struct build *b, struct span value)
{
	return content(b, value, "file.magic", "", 0);
}

const struct keyword keyword_filemagic = {
	.name = "filemagic", .syntax = "filemagic: [!]\"TEXT\"",
	.what = "what the contents of a file look like", .value = VALUE_needed,
	.build = filemagic_build,
};

/* Files are not kept; the rule asks for one all the same. */
static int filestore_parse(struct span value, void *arg, struct fault *f)
{
	(void)value, (void)arg, (void)f;
	return 0;
}

static bool filestore_match(const void *arg, const struct tx_ask *ask)
{
	uint64_t size;

	(void)arg;
	return ask->protocol->number(ask->tx, ask->field, 0, ask->dir, &size);
}

const struct keyword keyword_filestore = {
	.name = "filestore", .syntax = "filestore[: DIRECTION, SCOPE]",
	.what = "the transaction has a file; accepted: it is not kept", .value = VALUE_optional,
	.field = "filesize", .parse = filestore_parse, .match_tx = filestore_match,
};
