// SPDX-License-Identifier: Apache-2.0
/* geoip: the country of an IPv4 address, by the databases of geo.databases. Without one a rule is
 * named as not matched.
 *
 * Source: Suricata 7 user guide, "GeoIP Keyword": IPv4 only; one country of the list is enough;
 * with a negated one in it, none of the list.
 */
#include "rule/keyword.h"

static const struct keyword no_database = {
	.name = "geoip (geo.databases is empty)", .syntax = "", .what = ""};

enum side { SIDE_any, SIDE_src, SIDE_dst, SIDE_both };
struct geoip {
	bool (*country)(const void *ctx, const struct addr *a, char out[3]);
	const void *ctx;
	const char (*code)[3];
	uint8_t side;
	bool negated;
	uint16_t n;
};

static bool holds(const struct geoip *w, const struct addr *a)
{
	char code[3];

	if (!w->country(w->ctx, a, code))
		return false;
	for (unsigned i = 0; i < w->n; i++) {
		if (strcmp(w->code[i], code) == 0)
			return !w->negated;
	}
	return w->negated;
}

static bool geoip_match(const void *arg, const struct pkt *p)
{
	const struct geoip *w = arg;

	if (p->net != PKT_ip4)
		return false;
	switch (w->side) {
	case SIDE_src:
		return holds(w, &p->src);
	case SIDE_dst:
		return holds(w, &p->dst);
	case SIDE_both:
		return holds(w, &p->src) && holds(w, &p->dst);
	default:
		return holds(w, &p->src) || holds(w, &p->dst);
	}
}

#define COUNTRIES_MAX 64u

static int geoip_build(struct build *b, struct span value)
{
	static const char *const sides[] = {"any", "src", "dst", "both"};
	struct span rest = rule_span_unquote(value), word;
	struct geoip *w = rule_arena_take(b->arena, sizeof(*w));
	char code[COUNTRIES_MAX][3];
	bool first = true;

	for (; rule_span_next(&rest, ',', &word); first = false) {
		unsigned side = 0;

		while (first && side < 4 && !span_is(word, sides[side]))
			side++;
		if (first && side < 4) {
			w->side = (uint8_t)side;
			continue;
		}
		if (word.len && word.at[0] == '!') {
			w->negated = true;
			word = span_trim(span_cut(word, 1, word.len));
		}
		if (word.len != 2 || w->n == COUNTRIES_MAX)
			return rule_fault(b->fault, word, "a country has two letters; at most %u",
					  COUNTRIES_MAX);
		for (unsigned i = 0; i < 2; i++)
			code[w->n][i] = (char)(word.at[i] & ~32);
		code[w->n++][2] = 0;
	}
	if (w->n == 0)
		return rule_fault(b->fault, value, "a country is missing");
	w->code = rule_arena_copy(b->arena, code, w->n * sizeof(code[0]));
	w->country = b->config->country;
	w->ctx = b->config->country_ctx;
	if (!w->country) {
		rule_build_unmatched(b, &no_database);
		return 0;
	}
	return rule_build_test(b, geoip_match, w, true);
}

const struct keyword keyword_geoip = {
	.name = "geoip",
	.syntax = "geoip: [any | src | dst | both,] [!]CC, ...",
	.what = "country of an IPv4 address",
	.value = VALUE_needed,
	.build = geoip_build,
};
