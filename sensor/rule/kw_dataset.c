// SPDX-License-Identifier: Apache-2.0
/* dataset and datarep: whether a buffer's value is in a set, and what number the set has for it.
 * Sets come from files that are read with the rules; what would change one while traffic runs (set,
 * unset, save) is named as not matched.
 *
 * Source: Suricata 8 user guide, "Datasets".
 */
#include "rule/compile.h"
#include "rule/dataset.h"
#include "rule/range.h"

static const struct keyword changes = {
	.name = "dataset that rules change (set, unset)", .syntax = "", .what = ""};
static const struct keyword format = {.name = "dataset format", .syntax = "", .what = ""};

struct words { /* what follows the positional ones */
	struct span type, file;
	bool changes, other_format, subdomain;
};

static int take_word(struct build *b, struct span word, struct words *w)
{
	uint32_t n = 0;

	while (n < word.len && !span_blank(word.at[n]))
		n++;
	struct span key = span_cut(word, 0, n), v = span_trim(span_cut(word, n, word.len));
	if (span_is(key, "type"))
		w->type = v;
	else if (span_is(key, "load"))
		w->file = v;
	else if (span_is(key, "state") || span_is(key, "save"))
		w->changes = true;
	else if (span_is(key, "match"))
		w->subdomain = span_is(v, "subdomain");
	else if (span_is(key, "format"))
		w->other_format = !span_is(v, "csv");
	else if (span_is(key, "context_key") || span_is(key, "value_key") ||
		 span_is(key, "array_key") || span_is(key, "enrichment_key") ||
		 span_is(key, "remove_key"))
		w->other_format = true;
	else if (!span_is(key, "memcap") && !span_is(key, "hashsize"))
		return rule_fault(b->fault, word, "'%.*s' is not known here", (int)key.len, key.at);
	return 0;
}

static int finish(struct build *b, struct span name, struct span rest, struct dataset_op *op,
		  struct words *w, bool numbers)
{
	struct span word;
	uint8_t type = DATASET_string;

	while (rule_span_next(&rest, ',', &word)) {
		int rc = take_word(b, word, w);
		if (rc)
			return rc;
	}
	if (w->type.len && rule_dataset_type(w->type, &type) < 0)
		return rule_fault(b->fault, w->type,
				  "a type is string, md5, sha256, ip, ipv4 or ipv6");
	if (!b->sticky)
		return rule_fault(b->fault, b->keyword, "a set needs a buffer before it");
	if (w->other_format || w->changes) {
		rule_build_unmatched(b, w->changes ? &changes : &format);
		return 0;
	}
	struct dataset *d = rule_dataset_get(b->datasets, name, type);
	if (!d)
		return rule_fault(b->fault, name, "the set has another type elsewhere");
	if (w->file.len) {
		int rc = rule_dataset_load(b->datasets, d, w->file, numbers, b->fault);
		if (rc)
			return rc;
	}
	struct step *s = rule_build_step(b, STEP_dataset);
	if (!s)
		return -1;
	op->set = d;
	op->subdomain = w->subdomain;
	s->arg = rule_arena_copy(b->arena, op, sizeof(*op));
	return 0;
}

static int dataset_build(struct build *b, struct span value)
{
	struct span rest = rule_span_unquote(value), what, name = {value.at, 0};
	struct dataset_op op = {.negated = false};
	struct words w = {.type = {value.at, 0}, .file = {value.at, 0}};

	rule_span_next(&rest, ',', &what);
	if (!rule_span_next(&rest, ',', &name) || name.len == 0)
		return rule_fault(b->fault, value, "dataset is OPERATION, NAME, …");
	op.negated = span_is(what, "isnotset");
	w.changes = span_is(what, "set") || span_is(what, "unset");
	if (!op.negated && !w.changes && !span_is(what, "isset"))
		return rule_fault(b->fault, what, "isset, isnotset, set or unset");
	return finish(b, name, rest, &op, &w, false);
}

const struct keyword keyword_dataset = {
	.name = "dataset",
	.syntax = "dataset: isset | isnotset, NAME[, type string | md5 | sha256 | ip][, load FILE]"
		  "[, match subdomain]",
	.what = "whether the buffer is a value of a set",
	.value = VALUE_needed,
	.build = dataset_build,
};

static int datarep_build(struct build *b, struct span value)
{
	struct span rest = rule_span_unquote(value), name, cmp = {value.at, 0}, n = {value.at, 0};
	struct dataset_op op = {.has_number = true};
	struct words w = {.type = {value.at, 0}, .file = {value.at, 0}};
	char text[16];

	rule_span_next(&rest, ',', &name);
	rule_span_next(&rest, ',', &cmp);
	rule_span_next(&rest, ',', &n);
	if ((!span_is(cmp, ">") && !span_is(cmp, "<") && !span_is(cmp, "==")) || n.len > 8)
		return rule_fault(b->fault, cmp, "datarep is NAME, < | > | ==, N, …");
	snprintf(text, sizeof(text), "%.1s%.*s", cmp.at, (int)n.len, n.at);
	if (rule_range_parse(span_of(text), UINT16_MAX, &op.number, b->fault))
		return rule_fault(b->fault, n, "a number of 16 bits");
	return finish(b, name, rest, &op, &w, true);
}

const struct keyword keyword_datarep = {
	.name = "datarep",
	.syntax = "datarep: NAME, < | > | ==, N[, type string | md5 | sha256 | ip][, load FILE]",
	.what = "the number that a set has for the buffer",
	.value = VALUE_needed,
	.build = datarep_build,
};
