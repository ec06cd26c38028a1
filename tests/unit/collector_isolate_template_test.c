// SPDX-License-Identifier: Apache-2.0
#include "check.h"
#include "isolators/template.h"

#define MAC "02:00:00:00:00:11"
#define ID  "01234567-89ab-4cde-8f01-23456789abcd"

/* clang-format off */
static const struct {
	const char *name, *pattern, *mac, *ip, *ttl, *id, *want; /* want NULL: refused */
} rows[] = {
	{"all four",               "block {mac} {ip} {ttl} {id}", MAC, "10.0.0.1", "600", ID, "block|" MAC "|10.0.0.1|600|" ID},
	{"inside a word",          "mac={mac}/ff", MAC, NULL, NULL, NULL, "mac=" MAC "/ff"},
	{"an IPv6 address",        "b {ip}",    NULL, "fe80::1", NULL, NULL, "b|fe80::1"},
	{"spaces collapse",        "  a   b ",  NULL, NULL, NULL, NULL, "a|b"},
	{"only its own words",     "show",      NULL, NULL, NULL, NULL, "show"},
	{"empty",                  "",          NULL, NULL, NULL, NULL, NULL},
	{"only spaces",            "   ",       NULL, NULL, NULL, NULL, NULL},
	{"value not known",        "b {ip}",    MAC,  NULL, NULL, NULL, NULL},
	{"unknown placeholder",    "b {name}",  MAC,  NULL, NULL, NULL, NULL},
	{"open brace",             "b {mac",    MAC,  NULL, NULL, NULL, NULL},
	{"close brace",            "b mac}",    MAC,  NULL, NULL, NULL, NULL},
	{"MAC with more behind",   "b {mac}",   MAC ";reboot", NULL, NULL, NULL, NULL},
	{"MAC in capitals",        "b {mac}",   "02:00:00:00:00:AB", NULL, NULL, NULL, NULL},
	{"MAC of five bytes",      "b {mac}",   "02:00:00:00:00", NULL, NULL, NULL, NULL},
	{"a name for an address",  "b {ip}",    NULL, "host", NULL, NULL, NULL},
	{"address with a zone",    "b {ip}",    NULL, "fe80::1%eth0", NULL, NULL, NULL},
	{"address with a command", "b {ip}",    NULL, "10.0.0.1;id", NULL, NULL, NULL},
	{"eight digits",           "b {ttl}",   NULL, NULL, "12345678", NULL, "b|12345678"},
	{"nine digits",            "b {ttl}",   NULL, NULL, "123456789", NULL, NULL},
	{"negative number",        "b {ttl}",   NULL, NULL, "-1", NULL, NULL},
	{"empty number",           "b {ttl}",   NULL, NULL, "", NULL, NULL},
	{"number and option",      "b {ttl}",   NULL, NULL, "1 -o", NULL, NULL},
	{"short UUID",             "b {id}",    NULL, NULL, NULL, "01234567", NULL},
	{"long UUID",              "b {id}",    NULL, NULL, NULL, ID "0", NULL},
	{"UUID with a letter g",   "b {id}",    NULL, NULL, NULL, "g1234567-89ab-4cde-8f01-23456789abcd", NULL},
	{"semicolon",              "a;b",       NULL, NULL, NULL, NULL, NULL},
	{"pipe",                   "a|b",       NULL, NULL, NULL, NULL, NULL},
	{"dollar",                 "a$b",       NULL, NULL, NULL, NULL, NULL},
	{"back-quote",             "a`b",       NULL, NULL, NULL, NULL, NULL},
	{"quote",                  "a'b",       NULL, NULL, NULL, NULL, NULL},
	{"ampersand",              "a&b",       NULL, NULL, NULL, NULL, NULL},
	{"redirection",            "a>b",       NULL, NULL, NULL, NULL, NULL},
	{"newline",                "a\nb",      NULL, NULL, NULL, NULL, NULL},
	{"tab",                    "a\tb",      NULL, NULL, NULL, NULL, NULL},
	{"backslash",              "a\\b",      NULL, NULL, NULL, NULL, NULL},
	{"asterisk",               "a*",        NULL, NULL, NULL, NULL, NULL},
	{"tilde",                  "~a",        NULL, NULL, NULL, NULL, NULL},
	{"a byte above 127",       "a\xc3\xa9", NULL, NULL, NULL, NULL, NULL},
};
/* clang-format on */

static void limits(void)
{
	struct template t;
	struct template_values none = {.mac = NULL};
	struct err err;
	char many[2 * (TEMPLATE_WORDS + 1) + 1], big[TEMPLATE_TEXT + 1];

	CASE("as many words as there may be, and one more");
	for (unsigned i = 0; i <= TEMPLATE_WORDS; i++)
		memcpy(many + 2 * i, "a ", 2);
	many[2 * (TEMPLATE_WORDS + 1)] = 0;
	CHECK(template_fill(&t, many, &none, &err) < 0);
	many[2 * TEMPLATE_WORDS] = 0;
	CHECK_EQ(template_fill(&t, many, &none, &err), 0);
	CHECK_EQ(t.n, TEMPLATE_WORDS);
	CHECK(t.words[TEMPLATE_WORDS] == NULL);

	CASE("as many bytes as there may be, and one more");
	memset(big, 'a', sizeof(big));
	big[TEMPLATE_TEXT] = 0;
	CHECK(template_fill(&t, big, &none, &err) < 0);
	big[TEMPLATE_TEXT - 1] = 0;
	CHECK_EQ(template_fill(&t, big, &none, &err), 0);
	CHECK_EQ(strlen(t.words[0]), TEMPLATE_TEXT - 1);
}

int main(void)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct template_values v = {rows[i].mac, rows[i].ip, rows[i].ttl, rows[i].id};
		struct template t;
		struct err err = {.msg = ""};
		char got[TEMPLATE_TEXT] = "";

		CASE(rows[i].name);
		int rc = template_fill(&t, rows[i].pattern, &v, &err);
		CHECK_EQ(rc == 0, rows[i].want != NULL);
		CHECK_EQ(err.msg[0] != 0, rows[i].want == NULL);
		for (unsigned w = 0; rc == 0 && w < t.n; w++) {
			if (w)
				strcat(got, "|");
			strcat(got, t.words[w]);
		}
		CHECK_STR(got, rows[i].want ? rows[i].want : "");
	}
	limits();
	return check_done();
}
