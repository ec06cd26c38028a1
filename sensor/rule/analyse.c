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

	if (!d->n)
		return;
	if (d->hs)
		hs_database_size(d->hs, &bytes);
	fprintf(out, "%9u %9u %11zu  %s", d->n, d->longest, bytes, name);
	print_chain(chain, out);
	fprintf(out, " %s\n", dir);
}

/* Whether it is printed with a protocol of a smaller number, too: several share a field's database. */
static bool was_before(const struct rule_engine *e, unsigned app, unsigned dir, const struct field_scan *s)
{
	for (unsigned a = 0; a < app; a++) {
		const struct app_rules *r = &e->app[a][dir];

		for (unsigned i = 0; i < r->n_scan; i++) {
			if (r->scan[i].db == s->db && r->scan[i].buffer == s->buffer)
				return true;
		}
	}
	return false;
}

static void print_fields(const struct rule_engine *e, unsigned app, unsigned dir, const char *name, FILE *out)
{
	const struct app_rules *r = &e->app[app][dir];

	for (unsigned i = 0; i < r->n_scan; i++) {
		const struct field_scan *s = &r->scan[i];

		if (!was_before(e, app, dir, s))
			print_database(s->db, s->buffer->name, s->chain, name, out);
		if (s->with_next)
			print_database(s->with_next, "the last two together", NULL, name, out);
	}
}

static void print_ports(const struct port_dbs *p, const char *side, const char *name, const char *dir,
			FILE *out)
{
	size_t bytes = 0, all = 0;
	uint32_t kinds = 0, literals = 0, longest = 0;

	for (uint32_t i = 0; i < p->n; i++) {
		const struct database *d = p->at[i].db;
		bool again = false;

		for (uint32_t k = 0; k < i; k++)
			again |= p->at[k].db == d;
		if (again)
			continue;
		bytes = 0;
		if (d->hs)
			hs_database_size(d->hs, &bytes);
		all += bytes;
		kinds++;
		literals += d->n;
		longest = d->longest > longest ? d->longest : longest;
	}
	if (kinds)
		fprintf(out, "%9u %9u %11zu  %s %s, %u databases of %u %s ports\n", literals, longest,
			all, name, dir, kinds, p->n, side);
}

static void print_payload(const struct payload_dbs *p, const char *name, const char *dir, FILE *out)
{
	bool apart = false;
	char text[80];

	for (unsigned a = 0; a < APP_count; a++)
		apart |= p->of_app[a] != p->of_app[APP_failed];
	for (unsigned a = 0; a < APP_count; a++) {
		/* What is of no protocol stands in each. */
		bool again = a != APP_failed && p->of_app[a] == p->of_app[APP_failed];

		if (!p->of_app[a] || again)
			continue;
		snprintf(text, sizeof(text), apart ? "%s, %s," : "%s", name,
			 a == APP_none	   ? "protocol not known"
			 : a == APP_failed ? "any other protocol"
					   : proto_name((enum app)a));
		print_database(p->of_app[a], text, NULL, dir, out);
	}
	for (unsigned a = 0; a < APP_count; a++) {
		for (uint32_t i = 0; i < p->n_joint[a]; i++) {
			snprintf(text, sizeof(text), "%s, %s, port %u,", name, proto_name((enum app)a),
				 p->joint[a][i].port);
			print_database(p->joint[a][i].db, text, NULL, dir, out);
		}
	}
	print_ports(&p->to, "destination", name, dir, out);
	print_ports(&p->from, "source", name, dir, out);
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
			print_payload(&e->payload[k][dir], names[k], dirs[dir], out);
	}
	for (unsigned a = 0; a < APP_count; a++) {
		for (dir = 0; dir < 2; dir++)
			print_fields(e, a, dir, dirs[dir], out);
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
