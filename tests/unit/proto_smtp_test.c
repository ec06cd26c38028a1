// SPDX-License-Identifier: Apache-2.0
/* Mail and file transfer: lines in, fields, files and facts out; whole and byte by byte. */
#include "proto_rig.h"

struct row {
	const char *name;
	uint16_t port;
	const char *talk; /* "C" or "S" and a line, '\n' between them; CR LF is put behind each */
	const char *want; /* lines that stand in what was told, in this order */
};

#define HELLO "S220 mail.example ESMTP\nCEHLO me\nS250-mail.example\nS250 OK\n"
#define MAIL                                                                                       \
	HELLO "CMAIL FROM:<a@b> SIZE=10\nS250 OK\nCRCPT TO:<c@d>\nCRCPT TO:<e@f>\nS250 OK\nS250 "  \
	      "OK\nCDATA\nS354 go\n"
static const struct row rows[] = {
	{"a mail", 25,
	 MAIL "CSubject: hello\nC world\nCFrom: x\nC\nC..dot\nC.\nS250 OK\nCQUIT\nS221 bye\n",
	 "smtp.helo=me\nsmtp.mail_from=a@b\nsmtp.rcpt_to=c@d\nsmtp.rcpt_to=e@f\nemail.from=x\n"
	 "email.subject=hello world\n"},
	{"attachments, base64 and quoted-printable", 25,
	 MAIL
	 "CContent-Type: multipart/mixed;\nC boundary=\"XX\"\nC\nCpreamble\nC--XX\n"
	 "CContent-Type: application/octet-stream; name=\"a.bin\"\nCContent-Transfer-Encoding: "
	 "base64\nC\n"
	 "CaGVs\nCbG8=\nC--XX\nCContent-Disposition: attachment; filename=b.txt\n"
	 "CContent-Transfer-Encoding: quoted-printable\nC\nCa=3Db=\nCc\nC--XX--\nC.\nS250 OK\n",
	 "file.data=hello\nfile.data=a=bc\nfile.name=a.bin\nfile.name=b.txt\nfilesize="
	 "5\nfilesize=4\n"
	 "fact file> [a.bin]\n"},
	{"the data is refused", 25,
	 HELLO "CMAIL FROM:<a@b>\nS250 OK\nCDATA\nS503 no\nCMAIL FROM:<g@h>\nS250 OK\n",
	 "smtp.mail_from=g@h\n"},
	{"in chunks", 25,
	 HELLO "CMAIL FROM:<a@b>\nS250 OK\nCBDAT 19 LAST\nCSubject: s\nC\nCbody\nS250 "
	       "OK\nCQUIT\nS221 x\n",
	 "email.subject=s\n"},
	{"a login by name", 25,
	 HELLO "CAUTH LOGIN\nS334 VXNlcg==\nCam9l\nS334 UGFzcw==\nCcGFzcw==\nS535 no\n",
	 "fact login< how=7 outcome=2 code=535 clear=1 [joe]\n"},
	{"a login in one line", 25, HELLO "CAUTH PLAIN AGpvZQBwYXNz\nS235 yes\n",
	 "fact login< how=7 outcome=1 code=235 clear=1 [joe]\n"},
	{"FTP, the right password", 21,
	 "S220 FTP ready\nCUSER joe\nS331 who\nCPASS secret\nS230 in\n",
	 "fact login< how=4 outcome=1 code=230 clear=1 [joe]\n"},
	{"FTP elsewhere that does not say so", 4021,
	 "S220-Welcome\nS220 to us\nCUSER joe\nS331 who\nCPASS secret\nS530 no\n",
	 "ftp.reply=to us\nftp.completion_code=220\nftp.command=USER\nftp.reply=who\nftp.completion_code=331\n"
	 "fact login< how=4 outcome=2 code=530 clear=1 [joe]\n"},
	{"FTP", 21,
	 "S220 FTP ready\nCUSER joe\nS331 who\nCPASS secret\nS530-no\nS530 no\nCPASV\n"
	 "S227 Entering (10,0,0,2,19,137)\nCRETR file\nS150 coming\nS226 done\n",
	 "ftp.reply=FTP ready\nftp.completion_code=220\nftp.command=USER\nftp.command_data=joe\n"
	 "fact login< how=4 outcome=2 code=530 clear=1 [joe]\nftp.completion_code=530\n"
	 "ftp.completion_code=530\nftp.command=PASV\nftp.dynamic_port=5001\nftp.command=RETR\n"
	 "ftp.reply=coming\nftp.reply=done\n"},
};

/* Every line of `want` stands in `text`, in order. */
static void check_told(const char *text, const char *want)
{
	char line[256];

	for (const char *p = want; *p;) {
		size_t n = strcspn(p, "\n") + 1;

		snprintf(line, sizeof(line), "%.*s", (int)n, p);
		const char *at = strstr(text, line);
		if (!at) {
			printf("# missing: %s# in: %s\n", line, text);
			CHECK(at != NULL);
			return;
		}
		p += n;
	}
}

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
			check_told(r.text, rows[i].want);
		}
	}
}

static void check_limits(void)
{
	static struct rig r;
	static char line[10000];

	CASE("a line without an end");
	rig_init(&r, 40000, 25);
	play(&r, MAIL);
	memset(line, 'A', sizeof(line));
	for (unsigned i = 0; i < 200; i++)
		rig_say(&r, FLOW_to_server, line, sizeof(line));
	CHECK(r.proto->mem.peak < 1 << 20);
	rig_fini(&r);
	CASE("recipients without an end");
	rig_init(&r, 40000, 25);
	play(&r, HELLO);
	for (unsigned i = 0; i < 5000; i++)
		rig_say(&r, FLOW_to_server, "RCPT TO:<somebody@example>\r\n", 28);
	CHECK(r.proto->mem.peak < 1 << 20);
	rig_fini(&r);
	CASE("commands that nobody answers");
	rig_init(&r, 40000, 21);
	rig_say(&r, FLOW_to_client, "220 FTP\r\n", 9);
	for (unsigned i = 0; i < 20000; i++)
		rig_say(&r, FLOW_to_server, "NOOP of some length\r\n", 21);
	CHECK(r.proto->mem.peak < 1 << 20);
	rig_fini(&r);
	CASE("STARTTLS: what follows is no mail");
	rig_init(&r, 40000, 25);
	play(&r, HELLO "CSTARTTLS\nS220 go\nCMAIL FROM:<x@y>\n");
	rig_fini(&r);
	CHECK(strstr(r.text, "x@y") == NULL);
}

int main(void)
{
	check_rows();
	check_limits();
	return check_done();
}
