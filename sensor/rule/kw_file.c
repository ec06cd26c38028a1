// SPDX-License-Identifier: Apache-2.0
/* The old names for what is known of files: contents of the buffers file.name and file.magic. */
#include "rule/compile.h"
#include "rule/dataset.h"
#include "rule/text.h"

#include <stdio.h>

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

/* "[!]FILE": hashes, one a line. Of a file that is not seen whole there is none: in no list, nor outside
 * of one. */
static int hashes(struct build *b, struct span value, const char *field, uint8_t type)
{
	struct span v = span_trim(value);
	struct dataset_op op = {.negated = v.len && v.at[0] == '!'};
	char name[256];

	if (op.negated)
		v = span_trim(span_cut(v, 1, v.len));
	v = rule_span_unquote(v);
	/* Sets go by name: a file's is its own and its kind. */
	snprintf(name, sizeof(name), "%u:%.*s", type, (int)(v.len < 240 ? v.len : 240), v.at);
	struct dataset *d = rule_dataset_get(b->datasets, span_of(name), type);
	const struct dataset_from from = {.file = v};
	int rc = d ? rule_dataset_load(b->datasets, d, &from, b->fault) : -1;
	if (rc)
		return rc;
	op.set = d;
	return rule_build_dataset(b, &op, rule_build_field(b, field));
}

static int filemd5_build(struct build *b, struct span value)
{
	return hashes(b, value, "file.md5", DATASET_md5);
}

const struct keyword keyword_filemd5 = {
	.name = "filemd5", .syntax = "filemd5: [!]FILE", .what = "a file's MD5 is in a list",
	.value = VALUE_needed, .build = filemd5_build,
};

static int filesha1_build(struct build *b, struct span value)
{
	return hashes(b, value, "file.sha1", DATASET_sha1);
}

const struct keyword keyword_filesha1 = {
	.name = "filesha1", .syntax = "filesha1: [!]FILE", .what = "a file's SHA-1 is in a list",
	.value = VALUE_needed, .build = filesha1_build,
};

static int filesha256_build(struct build *b, struct span value)
{
	return hashes(b, value, "file.sha256", DATASET_sha256);
}

const struct keyword keyword_filesha256 = {
	.name = "filesha256", .syntax = "filesha256: [!]FILE", .what = "a file's SHA-256 is in a list",
	.value = VALUE_needed, .build = filesha256_build,
};
