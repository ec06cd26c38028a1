// SPDX-License-Identifier: Apache-2.0
/* What the engine makes of the rules that are matched (-T -v): where each is looked for, by which
 * literal and how rare that is, those that have none, and the databases. */
#include "rule/compile.h"
#include "rule/engine.h"
#include "rule/set.h"
#include "rule/transform.h"

#define RARE_MIN 40u /* less, and it is in much ordinary traffic: a word on it */

static void print_bytes(const uint8_t *p, unsigned n, FILE *out)
{
	for (unsigned i = 0; i < n; i++) {
		bool plain = p[i] >= ' ' && p[i] < 127 && p[i] != '|' && p[i] != '"';

		fprintf(out, plain ? "%c" : "|%02x|", p[i]);
	}
}

static void print_chain(const struct chain *c, FILE *out)
{
	for (unsigned i = 0; c && i < c->n; i++)
		fprintf(out, " %.*s", (int)c->t[i].text.len, c->t[i].text.at);
}

static void print_where(const struct signature *s, FILE *out)
{
	static const struct {
		uint8_t bit;
		const char *text;
	} words[] = {{WHERE_STREAM, " stream"},
		     {WHERE_PACKET | WHERE_TCP_PACKET, " packet"},
		     {WHERE_HEADER, " header, once a flow and direction"},
		     {WHERE_APP, " protocol, once a flow and direction"},
		     {WHERE_TX, " transaction"}};

	for (unsigned i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		fputs(s->where & words[i].bit ? words[i].text : "", out);
	for (unsigned i = 0; i < s->n_group; i++) {
		const struct group *g = &s->group[i];

		if (g->kind == GROUP_tx) {
			fprintf(out, "%s%s", i ? ", " : " (", g->buffer->name);
			print_chain(g->chain, out);
		} else if (g->kind == GROUP_header) {
			fprintf(out, "%sheader", i ? ", " : " (");
		}
	}
	fputs(s->n_group ? ")" : "", out);
}

static void print_rule(const struct signature *s, FILE *out)
{
	fprintf(out, "sid %u:", s->rule.about.sid);
	print_where(s, out);
	if (s->literal) {
		unsigned rarity =
			rule_literal_rarity(s->literal, s->literal_len, s->literal_nocase);

		fputs("; literal \"", out);
		print_bytes(s->literal, s->literal_len, out);
		fprintf(out, "\"%s", s->literal_nocase ? " in either case" : "");
		if (s->literal_in)
			fprintf(out, " in %s", s->literal_in->buffer->name);
		fprintf(out, ", rarity %u", rarity);
		if (s->literal_len < 4 || rarity < RARE_MIN)
			fputs("; warning: common, evaluated often", out);
	} else if (s->n_step || s->n_group) {
		fputs("; warning: no literal, evaluated wherever its header fits", out);
	}
	if (s->rule.conditional)
		fputs("; decided on the detect thread", out);
	fputc('\n', out);
}

static void print_database(const struct database *d, const char *name, const struct chain *chain,
			   const char *dir, FILE *out)
{
	size_t bytes = 0;

	if (!d->hs)
		return;
	hs_database_size(d->hs, &bytes);
	fprintf(out, "%9u %9u %11zu  %s", d->n, d->longest, bytes, name);
	print_chain(chain, out);
	fprintf(out, " %s\n", dir);
}

/* The field that a database is of: any protocol that has it names it. */
static const struct field_scan *scan_of(const struct rule_engine *e, const struct database *d,
					unsigned *dir)
{
	for (unsigned a = 0; a < APP_count; a++) {
		for (*dir = 0; *dir < 2; ++*dir) {
			const struct app_rules *r = &e->app[a][*dir];

			for (unsigned i = 0; i < r->n_scan; i++) {
				if (r->scan[i].db == d)
					return &r->scan[i];
			}
		}
	}
	return NULL;
}

static void print_databases(const struct rule_engine *e, FILE *out)
{
	static const char *const names[DB_count] = {"packets of TCP", "packets of UDP",
						    "packets of others", "streams"};
	static const char *const dirs[2] = {"to server", "to client"};
	unsigned dir;

	fputs("Databases:\n literals   longest       bytes  of\n", out);
	for (unsigned k = 0; k < DB_count; k++) {
		for (dir = 0; dir < 2; dir++)
			print_database(&e->db[k][dir], names[k], NULL, dirs[dir], out);
	}
	for (uint32_t i = 0; i < e->n_field_db; i++) {
		const struct field_scan *s = scan_of(e, &e->field_db[i], &dir);

		if (s)
			print_database(&e->field_db[i], s->buffer->name, s->chain, dirs[dir], out);
	}
}

static bool is_unfiltered(const struct signature *s)
{
	return !s->rule.unmatched && !s->literal && (s->n_step || s->n_group);
}

static void print_unfiltered(const struct rule_set *set, FILE *out)
{
	unsigned n = 0;

	for (unsigned i = 0; i < set->n; i++)
		n += is_unfiltered(signature_of(set->rule[i]));
	if (n == 0)
		return;
	fprintf(out, "%u rules have conditions on bytes and no literal:\n", n);
	for (unsigned i = 0; i < set->n; i++) {
		const struct rule *r = set->rule[i];

		if (is_unfiltered(signature_of(r)))
			fprintf(out, "    %s:%u: sid %u\n", r->file, r->line, r->about.sid);
	}
}

void rule_set_analyse(const struct rule_set *set, FILE *out)
{
	for (unsigned i = 0; i < set->n; i++) {
		const struct signature *s = signature_of(set->rule[i]);

		if (!s->rule.unmatched)
			print_rule(s, out);
	}
	print_unfiltered(set, out);
	print_databases(set->engine, out);
}
