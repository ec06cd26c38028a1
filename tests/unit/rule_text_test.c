// SPDX-License-Identifier: Apache-2.0
#include "rule/text.h"

#include "check.h"
#include "hex.h"

#include <stdlib.h>

static const struct {
	const char *name, *text, *words; /* header words and options, as cut, between '/' */
} good[] = {
	{"plain", "alert tcp any any -> any 80 (sid:1;)", "alert/tcp/any/any/->/any/80/sid=1/"},
	{"blanks", " alert\ttcp  any any ->  any any ( sid : 1 ; rev:2; ) ",
	 "alert/tcp/any/any/->/any/any/sid=1/rev=2/"},
	{"list with blanks", "alert tcp [a, b] [1, !2] <> any any (sid:1;)",
	 "alert/tcp/[a, b]/[1, !2]/<>/any/any/sid=1/"},
	{"nested list", "alert tcp [a,[b, c]] any -> any any(sid:1;)",
	 "alert/tcp/[a,[b, c]]/any/->/any/any/sid=1/"},
	{"no value", "alert tcp any any -> any any (noalert; sid:1;)",
	 "alert/tcp/any/any/->/any/any/noalert/sid=1/"},
	{"escaped ;", "alert tcp any any -> any any (msg:\"a\\; b\"; sid:1;)",
	 "alert/tcp/any/any/->/any/any/msg=\"a\\; b\"/sid=1/"},
	{"colon in a value", "alert tcp any any -> any any (content:\"a:b\"; sid:1;)",
	 "alert/tcp/any/any/->/any/any/content=\"a:b\"/sid=1/"},
	{"parentheses in a value", "alert tcp any any -> any any (msg:\"a (b)\"; sid:1;)",
	 "alert/tcp/any/any/->/any/any/msg=\"a (b)\"/sid=1/"},
	{"negated content", "alert tcp any any -> any any (content: ! \"a\"; sid:1;)",
	 "alert/tcp/any/any/->/any/any/content=! \"a\"/sid=1/"},
	{"UTF-8", "alert tcp any any -> any any (msg:\"é→\"; sid:1;)",
	 "alert/tcp/any/any/->/any/any/msg=\"é→\"/sid=1/"},
	{"nothing between ;;", "alert tcp any any -> any any (sid:1;;)",
	 "alert/tcp/any/any/->/any/any/sid=1/"},
	{"no option at all", "alert tcp any any -> any any ()", "alert/tcp/any/any/->/any/any/"},
};

static const struct {
	const char *name, *text, *msg;
} bad[] = {
	{"one word", "alert", "the protocol is missing"},
	{"no options", "alert tcp any any -> any any", "the options in ( ) are missing"},
	{"early options", "alert tcp any any -> (sid:1;)", "the destination address is missing"},
	{"not closed", "alert tcp any any -> any any (sid:1;", "the rule does not end with ')'"},
	{"only (", "alert tcp any any -> any any (", "the rule does not end with ')'"},
	{"last ; missing", "alert tcp any any -> any any (sid:1)", "the option does not end with ';'"},
	{"no keyword", "alert tcp any any -> any any (:1;)", "a keyword is missing"},
	{"] missing", "alert tcp [a,b any -> any any (sid:1;)", "a ']' is missing"},
	{"quote not closed", "alert tcp any any -> any any (msg:\"a; sid:1;)",
	 "the closing quote is missing"},
	{"one quote", "alert tcp any any -> any any (msg:\"; sid:1;)", "the closing quote is missing"},
};

static const struct {
	const char *text, *bytes; /* hex; NULL: refused */
} contents[] = {
	{"abc", "616263"},
	{"a|20|b", "61 20 62"},
	{"|0a 0D|", "0a 0d"},
	{"|0a0d|", "0a 0d"},
	{"|0 a|", "0a"},
	{"||", ""},
	{"|0|", NULL},
	{"|0g|", NULL},
	{"|0a", NULL},
	{"a|", NULL},
	{"\\\"", "22"},
	{"\\;", "3b"},
	{"\\:", "3a"},
	{"\\\\", "5c"},
	{"\\\\|00|", "5c 00"},
	{"\\n", NULL},
	{"\\", NULL},
	{"\"", NULL},
	{"a:b", "61 3a 62"},
	{"é", "c3 a9"},
	{"|7c|", "7c"},
	{"12345678", "3132333435363738"},
	{"123456789", NULL}, /* the test's room is 8 bytes */
	{"|01 02 03 04 05 06 07 08 09|", NULL},
};

static void append(char *out, size_t size, struct span s, const char *sep)
{
	size_t n = strlen(out);

	snprintf(out + n, size - n, "%.*s%s", (int)s.len, s.at, sep);
}

static void split(void)
{
	struct err err;
	struct fault f = {.err = &err};
	struct text_rule *t = malloc(sizeof(*t));

	for (unsigned i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		char out[512] = "";

		CASE(good[i].name);
		CHECK_EQ(rule_text_split(span_trim(span_of(good[i].text)), t, &f), 0);
		const struct span words[] = {t->action, t->proto, t->src,  t->sport,
					     t->dir,    t->dst,   t->dport};
		for (unsigned j = 0; j < 7; j++)
			append(out, sizeof(out), words[j], "/");
		for (unsigned j = 0; j < t->n; j++) {
			append(out, sizeof(out), t->option[j].name, t->option[j].has_value ? "=" : "/");
			if (t->option[j].has_value)
				append(out, sizeof(out), t->option[j].value, "/");
		}
		CHECK_STR(out, good[i].words);
	}
	for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		CASE(bad[i].name);
		CHECK(rule_text_split(span_of(bad[i].text), t, &f) != 0);
		CHECK_STR(err.msg, bad[i].msg);
		CHECK(f.at.at >= bad[i].text && f.at.at <= bad[i].text + strlen(bad[i].text));
	}
	CASE("the option too many");
	static char many[TEXT_OPTIONS_MAX * 6 + 128];
	strcpy(many, "alert tcp any any -> any any (");
	for (unsigned i = 0; i < TEXT_OPTIONS_MAX; i++)
		strcat(many, "rev:1;");
	strcat(many, ")");
	CHECK_EQ(rule_text_split(span_of(many), t, &f), 0);
	CHECK_EQ(t->n, TEXT_OPTIONS_MAX);
	many[strlen(many) - 1] = '\0';
	strcat(many, "rev:1;)");
	CHECK(rule_text_split(span_of(many), t, &f) != 0);
	free(t);
}

static void lines(void)
{
	char text[] = "# one\n\nalert a \\\n  b \\\r\nc\n  # two\r\n  pass d\r\nlast";
	const size_t n = sizeof(text) - 1;
	const char *want[] = {"alert a     b    c", "pass d", "last"};
	size_t at = 0;
	struct span s;
	unsigned i = 0;

	CASE("comments, blank lines, continued lines");
	rule_text_join(text, n);
	while (rule_text_next(text, n, &at, &s)) {
		char got[64];

		rule_span_text(s, got, sizeof(got));
		CHECK(i < 3);
		CHECK_STR(got, want[i]);
		i++;
	}
	CHECK_EQ(i, 3);
	CASE("a joined byte keeps its offset");
	CHECK(memcmp(text + sizeof("# one\n\nalert a \\\n  ") - 1, "b", 1) == 0);
	CASE("a '\\' that ends nothing stays");
	char kept[] = "a\\ \nb\\";
	rule_text_join(kept, sizeof(kept) - 1);
	CHECK_STR(kept, "a\\ \nb\\");
}

int main(void)
{
	struct err err;
	struct fault f = {.err = &err};

	split();
	lines();
	for (unsigned i = 0; i < sizeof(contents) / sizeof(contents[0]); i++) {
		uint8_t got[8], want[64];
		uint32_t n = 0;

		CASE(contents[i].text);
		int rc = rule_text_bytes(span_of(contents[i].text), got, sizeof(got), &n, &f);
		CHECK_EQ(rc != 0, contents[i].bytes == NULL);
		if (!contents[i].bytes)
			continue;
		CHECK_EQ(n, hex(contents[i].bytes, want, sizeof(want)));
		CHECK(memcmp(got, want, n) == 0);
	}
	CASE("a text's escapes");
	char out[32] = "";
	uint32_t n = rule_text_unescape(span_of("a\\;b\\\"c\\\\d\\e"), out);
	out[n] = '\0';
	CHECK_STR(out, "a;b\"c\\d\\e");
	return check_done();
}
