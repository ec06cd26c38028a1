// SPDX-License-Identifier: Apache-2.0
/* What -T says of a rule set, and the rules that are matched written out for others to run. */
#include "rule/keyword.h"
#include "rule/set.h"

#include <errno.h>
#include <stdlib.h>

struct row {
	const struct keyword *keyword;
	unsigned rules; /* that use it */
	unsigned alone; /* that would be matched but for it */
};

static int by_count(const void *a, const void *b)
{
	const struct row *x = a, *y = b;

	if (x->rules != y->rules)
		return x->rules > y->rules ? -1 : 1;
	return strcmp(x->keyword->name, y->keyword->name);
}

static struct row *row_of(struct row *row, unsigned *n, const struct keyword *k)
{
	for (unsigned i = 0; i < *n; i++) {
		if (row[i].keyword == k)
			return &row[i];
	}
	if (*n == KEYWORDS_MAX)
		return NULL;
	row[*n] = (struct row){.keyword = k};
	return &row[(*n)++];
}

static unsigned count(const struct rule_set *set, struct row *row)
{
	unsigned n = 0;

	for (unsigned i = 0; i < set->n; i++) {
		const struct signature *s = signature_of(set->rule[i]);

		for (unsigned j = 0; j < s->n_unmatched; j++) {
			struct row *r = row_of(row, &n, s->unmatched[j]);
			if (!r)
				continue;
			r->rules++;
			r->alone += s->n_unmatched == 1;
		}
	}
	if (n)
		qsort(row, n, sizeof(*row), by_count);
	return n;
}

static void print_sids(const struct rule_set *set, const struct keyword *k, FILE *out)
{
	for (unsigned i = 0; i < set->n; i++) {
		const struct signature *s = signature_of(set->rule[i]);

		for (unsigned j = 0; j < s->n_unmatched; j++) {
			if (s->unmatched[j] == k)
				fprintf(out, "    %s:%u: sid %u\n", s->rule.file, s->rule.line,
					s->rule.about.sid);
		}
	}
}

void rule_set_report(const struct rule_set *set, bool verbose, FILE *out)
{
	static const char rule[] = "-----------------------------------------------";
	struct row *row = calloc(KEYWORDS_MAX, sizeof(*row));
	unsigned n = row ? count(set, row) : 0;

	if (verbose)
		rule_set_analyse(set, out);

	if (n) {
		fprintf(out, "Not matched yet, by keyword:\n%-32s %7s %7s\n%.*s\n", "keyword",
			"rules", "alone", 48, rule);
		for (unsigned i = 0; i < n; i++) {
			fprintf(out, "%-32s %7u %7u\n", row[i].keyword->name, row[i].rules,
				row[i].alone);
			if (verbose)
				print_sids(set, row[i].keyword, out);
		}
		fputs("(alone: the rule waits for this keyword only)\n", out);
	}
	free(row);
	if (set->n_failed)
		fprintf(out, "%u rules have mistakes and are not used\n", set->n_failed);
	fprintf(out, "%u of %u rules can be matched\n", set->n_matched, set->n + set->n_failed);
}

int rule_set_write_matched(const struct rule_set *set, const char *path, struct err *err)
{
	FILE *out = fopen(path, "w");

	if (!out)
		return err_set(err, errno, "%s: %s", path, strerror(errno));
	for (unsigned i = 0; i < set->n; i++) {
		if (!set->rule[i]->unmatched)
			fprintf(out, "%s\n", set->rule[i]->text);
	}
	bool bad = ferror(out);
	if (fclose(out) != 0 || bad)
		return err_set(err, EIO, "%s: cannot be written", path);
	return 0;
}
