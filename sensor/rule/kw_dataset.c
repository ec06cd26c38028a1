// SPDX-License-Identifier: Apache-2.0
/* dataset and datarep: whether a buffer's value is in a set, and what number the set has for it.
 * Sets come from files that are read with the rules. A set that some rule adds to or takes from
 * (set, unset) is asked on the detect thread, in the order of the run: detect/datasets.h.
 *
 * Source: Suricata 8 user guide, "Datasets"; detect-dataset.c (set matches when the value is new).
 */
#include "rule/compile.h"
#include "rule/dataset.h"
#include "rule/range.h"

struct words { /* what follows the positional ones */
	struct span type, save;
	struct dataset_from from;
	bool subdomain;
};

static bool takes_format(struct words *w, struct span v)
{
	w->from.lines = span_is(v, "ndjson") || span_is(v, "jsonline");
	w->from.json = w->from.lines || span_is(v, "json");
	return w->from.json || span_is(v, "csv");
}

static int take_word(struct build *b, struct span word, struct words *w)
{
	uint32_t n = 0;

	while (n < word.len && !span_blank(word.at[n]))
		n++;
	struct span key = span_cut(word, 0, n), v = span_trim(span_cut(word, n, word.len));
	bool state = span_is(key, "state");

	if (span_is(key, "type")) {
		w->type = v;
	} else if (span_is(key, "load") || state) {
		w->from.file = v;
		w->from.kept = state;
	} else if (span_is(key, "match")) {
		w->subdomain = span_is(v, "subdomain");
	} else if (span_is(key, "format")) {
		return takes_format(w, v) ? 0 : rule_fault(b->fault, v, "csv, json or ndjson");
	} else if (span_is(key, "value_key")) {
		w->from.value_key = v;
	} else if (span_is(key, "array_key")) {
		w->from.array_key = v;
	} else if (!span_is(key, "save") && !span_is(key, "memcap") && !span_is(key, "hashsize") &&
		   !span_is(key, "context_key") && !span_is(key, "enrichment_key") &&
		   !span_is(key, "remove_key")) {
		return rule_fault(b->fault, word, "'%.*s' is not known here", (int)key.len, key.at);
	}
	if (state || span_is(key, "save"))
		w->save = v;
	return 0;
}

/* A rule comes from outside: what it writes stays in the folder that is meant for it. */
static int keep_in(struct build *b, struct dataset *d, struct span file)
{
	if (file.at[0] == '/' || memmem(file.at, file.len, "..", 2))
		return rule_fault(b->fault, file, "a file that is written lies in rule.datasets: no "
						  "'/' before it, no '..'");
	d->save = rule_arena_text(b->arena, file.at, file.len);
	return 0;
}

static int fill(struct build *b, struct span name, struct words *w, struct dataset_op *op)
{
	uint8_t type = DATASET_string;

	if (w->type.len && rule_dataset_type(w->type, &type) < 0)
		return rule_fault(b->fault, w->type,
				  "a type is string, md5, sha256, ip, ipv4 or ipv6");
	struct dataset *d = rule_dataset_get(b->datasets, name, type);
	if (!d)
		return rule_fault(b->fault, name, "the set has another type elsewhere");
	op->set = d;
	d->changes |= op->change != CHANGE_none;
	if (w->save.len && keep_in(b, d, w->save))
		return -1;
	return w->from.file.len ? rule_dataset_load(b->datasets, d, &w->from, b->fault) : 0;
}

int rule_build_dataset(struct build *b, struct dataset_op *op, int group)
{
	struct step *s = group < 0 ? NULL : rule_build_step(b, STEP_dataset);

	if (!s)
		return -1;
	if (b->n_dataset == BUILD_DATASETS)
		return rule_fault(b->fault, b->keyword, "more than %u sets", BUILD_DATASETS);
	s->group = (uint8_t)group;
	op->group = s->group;
	op->number_in_rule = (uint8_t)b->n_dataset;
	op->nested = b->group[group].kind == GROUP_base64;
	s->arg = rule_arena_copy(b->arena, op, sizeof(*op));
	b->dataset[b->n_dataset++] = s->arg;
	return 0;
}

static int finish(struct build *b, struct span name, struct span rest, struct dataset_op *op,
		  bool numbers)
{
	struct words w = {.type = {name.at, 0}, .from.numbers = numbers};
	struct span word;

	while (rule_span_next(&rest, ',', &word)) {
		int rc = take_word(b, word, &w);
		if (rc)
			return rc;
	}
	if (!b->sticky)
		return rule_fault(b->fault, b->keyword, "a set needs a buffer before it");
	if (fill(b, name, &w, op))
		return -1;
	op->subdomain = w.subdomain;
	return rule_build_dataset(b, op, rule_build_group(b));
}

static int dataset_build(struct build *b, struct span value)
{
	struct span rest = rule_span_unquote(value), what, name = {value.at, 0};
	struct dataset_op op = {.negated = false};

	rule_span_next(&rest, ',', &what);
	if (!rule_span_next(&rest, ',', &name) || name.len == 0)
		return rule_fault(b->fault, value, "dataset is OPERATION, NAME, …");
	op.negated = span_is(what, "isnotset");
	op.change = span_is(what, "set") ? CHANGE_set : span_is(what, "unset") ? CHANGE_unset : CHANGE_none;
	if (!op.negated && !op.change && !span_is(what, "isset"))
		return rule_fault(b->fault, what, "isset, isnotset, set or unset");
	return finish(b, name, rest, &op, false);
}

const struct keyword keyword_dataset = {
	.name = "dataset",
	.syntax = "dataset: isset | isnotset | set | unset, NAME[, type string | md5 | sha256 | ip]"
		  "[, load FILE | state FILE][, save FILE][, match subdomain]",
	.what = "whether the buffer is a value of a set; or makes it one, if it was none",
	.value = VALUE_needed,
	.build = dataset_build,
};

static int datarep_build(struct build *b, struct span value)
{
	struct span rest = rule_span_unquote(value), name, cmp = {value.at, 0}, n = {value.at, 0};
	struct dataset_op op = {.has_number = true};
	char text[16];

	rule_span_next(&rest, ',', &name);
	rule_span_next(&rest, ',', &cmp);
	rule_span_next(&rest, ',', &n);
	if ((!span_is(cmp, ">") && !span_is(cmp, "<") && !span_is(cmp, "==")) || n.len > 8)
		return rule_fault(b->fault, cmp, "datarep is NAME, < | > | ==, N, …");
	snprintf(text, sizeof(text), "%.1s%.*s", cmp.at, (int)n.len, n.at);
	if (rule_range_parse(span_of(text), UINT16_MAX, &op.number, b->fault))
		return rule_fault(b->fault, n, "a number of 16 bits");
	return finish(b, name, rest, &op, true);
}

const struct keyword keyword_datarep = {
	.name = "datarep",
	.syntax = "datarep: NAME, < | > | ==, N[, type string | md5 | sha256 | ip][, load FILE]",
	.what = "the number that a set has for the buffer",
	.value = VALUE_needed,
	.build = datarep_build,
};
