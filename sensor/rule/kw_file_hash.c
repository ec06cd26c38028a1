// SPDX-License-Identifier: Apache-2.0
/* filemd5, filesha1, filesha256: a file's hash is one of a list. The hash is that of file.data: a
 * file of which only the first proto.body bytes are kept is none of the list.
 *
 * Source: Suricata 7 user guide, "File Keywords".
 */
#include "rule/compile.h"
#include "rule/dataset.h"
#include "rule/text.h"

static const struct {
	const char *keyword, *transform;
	uint8_t hash, type;
} kinds[] = {
	{"filemd5", "to_md5", HASH_md5, DATASET_md5},
	{"filesha1", "to_sha1", HASH_sha1, DATASET_sha1},
	{"filesha256", "to_sha256", HASH_sha256, DATASET_sha256},
};

static int hash_build(struct build *b, struct span value)
{
	struct span file = span_trim(value), name;
	struct dataset_op op = {.negated = file.len && file.at[0] == '!'};
	unsigned k = 0;
	char text[300];

	while (!span_is(b->keyword, kinds[k].keyword))
		k++;
	if (op.negated)
		file = span_trim(span_cut(file, 1, file.len));
	file = rule_span_unquote(file);
	if (file.len == 0 || file.len > 200)
		return rule_fault(b->fault, value, "the name of a file with hashes is missing");
	/* The list is a set: its name is one that a rule cannot give. */
	snprintf(text, sizeof(text), "%s,%.*s", kinds[k].keyword, (int)file.len, file.at);
	name = span_of(rule_arena_copy(b->arena, text, (uint32_t)strlen(text) + 1));
	struct dataset *set = rule_dataset_get(b->datasets, name, kinds[k].type);
	if (!set)
		return rule_fault(b->fault, value, "the list has another type elsewhere");
	int rc = rule_dataset_load(b->datasets, set, file, false, b->fault);
	if (rc)
		return rc;
	struct transform t = {.run = rule_transform_hash,
			      .a = kinds[k].hash,
			      .text = span_of(kinds[k].transform)};
	int group = rule_build_field_after(b, "file.data", &t);
	struct step *s = group < 0 ? NULL : rule_build_step(b, STEP_dataset);
	if (!s)
		return -1;
	op.set = set;
	s->group = (uint8_t)group;
	s->arg = rule_arena_copy(b->arena, &op, sizeof(op));
	return 0;
}

#define HASH(name_, what_)                                                                         \
	{                                                                                          \
		.name = (name_), .syntax = name_ ": [!]FILE", .what = (what_),                     \
		.value = VALUE_needed, .build = hash_build,                                        \
	}

const struct keyword keyword_filemd5 = HASH("filemd5", "the MD5 of a file is in a list");
const struct keyword keyword_filesha1 = HASH("filesha1", "the SHA-1 of a file is in a list");
const struct keyword keyword_filesha256 = HASH("filesha256", "the SHA-256 of a file is in a list");
