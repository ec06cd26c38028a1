// SPDX-License-Identifier: Apache-2.0
/* POP3 and IMAP: how logins went; whole and byte by byte. */
#include "proto_rig.h"

static const struct row {
	const char *name;
	uint16_t port;
	const char *talk; /* "C" or "S" and a line, '\n' between them; CR LF is put behind each */
	const char *want;
} rows[] = {
	{"a name and a password", 110,
	 "S+OK POP3 ready\nCUSER joe\nS+OK\nCPASS x\nS-ERR no\nCUSER joe\nS+OK\nCPASS y\nS+OK in\n",
	 "fact login< how=8 outcome=2 code=0 clear=1 [joe]\n"
	 "fact login< how=8 outcome=1 code=0 clear=1 [joe]\n"},
	{"a mail's text is no reply", 110,
	 "S+OK POP3 ready\nCCAPA\nCUSER joe\nCPASS y\nS+OK\nSUSER\nS-ERR\nS.\nS+OK\nS+OK in\n",
	 "fact login< how=8 outcome=1 code=0 clear=1 [joe]\n"},
	{"a digest is not clear", 110, "S+OK POP3 <1@x>\nCAPOP joe c4c9334b\nS+OK\n",
	 "fact login< how=8 outcome=1 code=0 clear=0 [joe]\n"},
	{"PLAIN after a question", 110, "S+OK POP3\nCAUTH PLAIN\nS+ \nCAGpvZQBwYXNz\nS-ERR no\n",
	 "fact login< how=8 outcome=2 code=0 clear=1 [joe]\n"},
	{"STLS", 110, "S+OK POP3\nCSTLS\nS+OK go\nCPASS x\nS-ERR\n", ""},
	{"LOGIN, quoted", 143,
	 "S* OK IMAP4rev1\nCa1 LOGIN \"joe x\" pass\nS* CAPABILITY\nSa1 NO wrong\n",
	 "fact login< how=9 outcome=2 code=0 clear=1 [joe x]\n"},
	{"LOGIN with literals", 143,
	 "S* OK IMAP4rev1\nCa1 LOGIN {3}\nS+ go\nCjoe {4}\nS+ go\nCpass\nSa1 OK in\n",
	 "fact login< how=9 outcome=1 code=0 clear=1 [joe]\n"},
	{"AUTHENTICATE", 143, "S* OK IMAP4rev1\nCx AUTHENTICATE PLAIN\nS+ \nCAGpvZQBwYXNz\nSx OK\n",
	 "fact login< how=9 outcome=1 code=0 clear=1 [joe]\n"},
	{"a mail's text is no answer", 143,
	 "S* OK IMAP4rev1\nCa1 LOGIN joe pass\nS* 1 FETCH {7}\nSa1 NO\nS)\nSa1 OK\n",
	 "fact login< how=9 outcome=1 code=0 clear=1 [joe]\n"},
	{"STARTTLS", 143, "S* OK IMAP\nCa STARTTLS\nSa OK go\nC?? LOGIN x y\nSb OK\n", ""},
};

static void play(struct rig *r, const char *talk)
{
	char line[512];

	for (const char *p = talk; *p;) {
		size_t n = strcspn(p, "\n");

		snprintf(line, sizeof(line), "%.*s\r\n", (int)n - 1, p + 1);
		rig_say(r, *p == 'S', line, strlen(line));
		p += n + 1;
	}
}

static void check_rows(void)
{
	static const uint32_t splits[] = {0, 1, 2, 5};
	static struct rig r;

	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		CASE(rows[i].name);
		for (unsigned s = 0; s < sizeof(splits) / sizeof(splits[0]); s++) {
			rig_init(&r, 40000, rows[i].port);
			r.split = splits[s];
			r.facts = true;
			play(&r, rows[i].talk);
			rig_fini(&r);
			CHECK_STR(r.text, rows[i].want);
		}
	}
}

static void check_limits(void)
{
	static const uint16_t ports[] = {110, 143};
	static struct rig r;
	static char line[10000];

	memset(line, 'A', sizeof(line));
	for (unsigned i = 0; i < 2; i++) {
		CASE("lines without an end, commands that nobody answers");
		rig_init(&r, 40000, ports[i]);
		play(&r, i ? "S* OK IMAP\n" : "S+OK POP3\n");
		for (unsigned k = 0; k < 100; k++)
			rig_say(&r, FLOW_to_server, line, sizeof(line));
		for (unsigned k = 0; k < 20000; k++)
			rig_say(&r, FLOW_to_server, "a LOGIN b c\r\nUSER x\r\n", 21);
		CHECK(r.proto->mem.peak < 64 << 10);
		rig_fini(&r);
	}
}

int main(void)
{
	check_rows();
	check_limits();
	return check_done();
}
