// SPDX-License-Identifier: Apache-2.0
/* Which content the prefilter looks for, and where a rule is matched. */
#include "rule/compile.h"

#include "check.h"
#include "rule_run.h"

static const struct {
	const char *options, *literal; /* NULL: none */
	bool nocase;
} picks[] = {
	{"content:\"ab\"; content:\"abcd\";", "abcd", false},
	{"content:\"GET \"; content:\"/x9Qz7\";", "/x9Qz7", false},
	{"content:\"|00 00 00 00 00 00|\"; content:\"jQz!\";", "jQz!", false},
	{"content:\"zzzz\"; content:\"qxjk\";", "qxjk", false},
	{"content:\"ab\"; fast_pattern; content:\"abcdefgh\";", "ab", false},
	{"content:\"abcdefgh\"; fast_pattern:2,3;", "cde", false},
	{"content:\"AbC\"; nocase;", "abc", true},
	{"content:!\"abcdefgh\"; content:\"ab\";", "ab", false},
	{"content:!\"abcdefgh\";", NULL, false},
	{"dsize:4;", NULL, false},
};

static const struct {
	const char *rule;
	uint8_t where;
} places[] = {
	{"tcp any any -> any any (", WHERE_HEADER},
	{"tcp any any -> any any (ip_proto:6;", WHERE_HEADER},
	{"tcp any any -> any any (flags:S;", WHERE_TCP_PACKET},
	{"tcp-pkt any any -> any any (", WHERE_TCP_PACKET},
	{"udp any any -> any any (dsize:1;", WHERE_PACKET},
	{"udp any any -> any any (content:\"a\";", WHERE_PACKET},
	{"tcp any any -> any any (content:\"a\";", WHERE_STREAM},
	{"tcp any any -> any any (content:\"a\"; depth:1;", WHERE_STREAM | WHERE_TCP_PACKET},
	{"tcp any any -> any any (content:\"a\"; startswith;", WHERE_STREAM | WHERE_TCP_PACKET},
	{"tcp-stream any any -> any any (content:\"a\"; depth:1;", WHERE_STREAM},
	{"tcp any any -> any any (content:\"a\"; depth:1; flow:only_stream;", WHERE_STREAM},
	{"tcp any any -> any any (content:\"a\"; flow:no_stream;", WHERE_TCP_PACKET},
	{"tcp any any -> any any (content:\"a\"; ttl:1;", WHERE_TCP_PACKET},
	{"tcp any any -> any any (content:!\"a\";", WHERE_STREAM},
	{"ip any any -> any any (content:\"a\";", WHERE_STREAM | WHERE_PACKET},
	{"icmp any any -> any any (content:\"a\";", WHERE_PACKET},
};

static struct rule_set *load(const char *header, const char *options)
{
	struct rule_config c = run_config();
	char rule[1024];

	snprintf(rule, sizeof(rule), "alert %s %s sid:1;)\n", header, options);
	return run_load(rule, &c, stdout);
}

int main(void)
{
	for (unsigned i = 0; i < sizeof(picks) / sizeof(picks[0]); i++) {
		struct rule_set *set = load("tcp any any -> any any (", picks[i].options);
		const struct signature *s = signature_of(set->rule[0]);

		CASE(picks[i].options);
		CHECK((s->literal == NULL) == (picks[i].literal == NULL));
		if (picks[i].literal && s->literal) {
			CHECK_EQ(s->literal_len, strlen(picks[i].literal));
			CHECK(memcmp(s->literal, picks[i].literal, s->literal_len) == 0);
			CHECK_EQ(s->literal_nocase, picks[i].nocase);
		}
		rule_set_free(set);
	}
	for (unsigned i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		struct rule_set *set = load(places[i].rule, "");

		CASE(places[i].rule);
		CHECK_EQ(signature_of(set->rule[0])->where, places[i].where);
		rule_set_free(set);
	}
	CASE("a literal is cut where the scan's reach ends");
	char options[600] = "content:\"";
	for (unsigned i = 0; i < LITERAL_MAX + 5; i++)
		strcat(options, "a");
	strcat(options, "\";");
	struct rule_set *set = load("tcp any any -> any any (", options);
	CHECK_EQ(signature_of(set->rule[0])->literal_len, LITERAL_MAX);
	rule_set_free(set);
	CASE("longer is rarer, up to a length");
	CHECK(rule_literal_rarity((const uint8_t *)"abc", 3, false) <
	      rule_literal_rarity((const uint8_t *)"abcd", 4, false));
	return check_done();
}
