// SPDX-License-Identifier: Apache-2.0
/* RDP, RFB, Telnet, SNMP, databases: who logs in, and how it goes. */
#include "hex.h"
#include "proto_rig.h"

#define SAYS_MAX 12u

/* What is said in turn: ">" the client, "<" the server, then hex; "~" instead: text with \r\n as
 * "|". */
/* clang-format off */
static const struct row {
	const char *name;
	uint16_t port;
	const char *say[SAYS_MAX];
	const char *want;
} rows[] = {
	{"telnet: a wrong password, then the right one", 23,
	 {">fffd18", "<fffb01ff fa 18 01 ff f0", "~<|Debian 12|login: ", "~>bob|", "~<bob|Password: ", "~>secret|",
	  "~<||Login incorrect|login: ", "~>bob|", "~<bob|Password: ", "~>better|", "~<||Last login: never|$ "},
	 "fact login< how=5 outcome=2 code=0 clear=1 [bob]\nfact login< how=5 outcome=1 code=0 clear=1 [bob]\n"},
	{"telnet: a prompt and nothing else", 23,
	 {"~<Username: ", "~>root|", "~<|Password: ", "~>x|", "~<|router# "},
	 "fact login< how=5 outcome=1 code=0 clear=1 [root]\n"},
	{"telnet: asked again", 2323,
	 {"~<login: ", "~>a|", "~<Password: ", "~>b|", "~<|Password: ", "~>c|"},
	 "fact login< how=5 outcome=2 code=0 clear=1 [a]\nfact login> how=5 outcome=0 code=0 clear=1 [a]\n"},
	{"vnc: the password is right", 5900,
	 {"~<RFB 003.008|", "~>RFB 003.008|", "<0202 01", ">02", "<00112233445566778899aabbccddeeff", ">00112233445566778899aabbccddeeff",
	  "<00000000", ">01", "<0400 0300 20180001 00ff00ff 00ff0010 08000000 00000002 7063"},
	 "rfb.sectype=2\nrfb.sectype=2\nfact login< how=11 outcome=1 code=0 clear=0\nrfb.secresult=0\nrfb.secresult=0\n"
	 "rfb.name=pc\nend 0\n"},
	{"vnc 3.3: it is wrong", 5900,
	 {"~<RFB 003.003|", "~>RFB 003.003|", "<00000002 00112233445566778899aabbccddeeff", ">00112233445566778899aabbccddeeff", "<00000001"},
	 "rfb.sectype=2\nrfb.sectype=2\nfact login< how=11 outcome=2 code=1 clear=0\nrfb.secresult=1\nrfb.secresult=1\nend 0\n"},
	{"vnc: a proof that is not followed", 5900,
	 {"~<RFB 003.008|", "~>RFB 003.008|", "<011e", ">1e"},
	 "rfb.sectype=30\nrfb.sectype=30\nevent rfb.unimplemented_security_type\nend 0\n"},
	{"vnc: a result that there is not", 5900,
	 {"~<RFB 003.008|", "~>RFB 003.008|", "<0101", ">01", "<00000007"},
	 "rfb.sectype=1\nrfb.sectype=1\nfact login< how=11 outcome=2 code=7 clear=0\nrfb.secresult=7\n"
	 "rfb.secresult=7\nevent rfb.unknown_security_result\nend 0\n"},
	{"rdp: a name, and TLS is chosen", 3389,
	 {">0300 002a 25 e0 0000 0000 00 436f6f6b69653a206d737473686173683d65767365 0d0a 01 00 0800 03000000",
	  "<0300 0013 0e d0 0000 1234 00 02 1f 0800 02000000"},
	 "fact rdp< [evse] []\nfact login< how=10 outcome=0 code=0 clear=0 [evse] [] []\n"},
	{"rdp: refused", 3389,
	 {">0300 0013 0e e0 0000 0000 00 01 00 0800 00000000", "<0300 0013 0e d0 0000 1234 00 03 00 0800 05000000"},
	 "fact rdp< [] []\nfact login< how=10 outcome=0 code=0 clear=0 [] [] []\n"},
	{"rdp: a channel nobody asks for", 3389,
	 {">0300 000b 06 e0 0000 0000 00", "<0300 000b 06 d0 0000 1234 00",
	  ">0300 0023 02 f0 80 7f65 03c0 1400 01000000 4d535f5431323000 00000000 000000000000000000"},
	 "fact rdp> [] []\nfact login> how=10 outcome=0 code=0 clear=0 [] [] []\n"},
	{"redis: as an array and as a line", 6379,
	 {"~>*3|$4|AUTH|$3|bob|$1|x|", "~<-WRONGPASS|", "~>AUTH y|", "~<+OK|"},
	 "fact login< how=15 outcome=2 code=0 clear=1 [bob]\nfact login< how=15 outcome=1 code=0 clear=1 []\n"},
	{"mysql: denied", 3306,
	 {"<0b000000 0a352e37000102030405 06", ">25000001 85a60300 00000001 21 0000000000000000000000000000000000000000000000 626f6200 00",
	  "<07000002 ff1504 23323830"},
	 "fact login< how=13 outcome=2 code=1045 clear=0 [bob]\n"},
	{"mysql: taken", 3306,
	 {"<0b000000 0a352e37000102030405 06", ">25000001 85a60300 00000001 21 0000000000000000000000000000000000000000000000 626f6200 00",
	  "<07000002 00000002000000"},
	 "fact login< how=13 outcome=1 code=0 clear=0 [bob]\n"},
	{"pgsql: no TLS, a password in clear, taken", 5432,
	 {">00000008 04d2162f", "<4e", ">00000012 00030000 7573657200 626f6200 00", "<52 00000008 00000003", ">70 00000006 7800",
	  "<52 00000008 00000000"},
	 "fact login< how=14 outcome=1 code=0 clear=1 [bob]\n"},
	{"pgsql: a wrong one", 5432,
	 {">00000012 00030000 7573657200 626f6200 00", "<52 00000008 00000003", ">70 00000006 7800",
	  "<45 00000011 53464154414c00 43323850303100 00"},
	 "fact login< how=14 outcome=2 code=0 clear=1 [bob]\n"},
	{"mssql: failed", 1433,
	 {">1001 003a 0000 0100 32000000 04000074 00100000 00000007 00000000 00000000 00000000 00000000 00000000 3200 0000 2c00 0300 620062006200",
	  "<0401 0012 0000 0100 aa 0700 18480000 01 0e 00"},
	 "fact login< how=12 outcome=2 code=18456 clear=0 [bbb]\n"},
	{"mssql: taken", 1433,
	 {">1001 003a 0000 0100 32000000 04000074 00100000 00000007 00000000 00000000 00000000 00000000 00000000 3200 0000 2c00 0300 620062006200",
	  "<0401 0014 0000 0100 ad 0900 01 74000004 00 10000000"},
	 "fact login< how=12 outcome=1 code=0 clear=0 [bbb]\n"},
	{"snmp: a community, answered", 161,
	 {">3026 020101 0406 7075626c6963 a019 0204 01020304 020100 020100 300b 3009 0605 2b06010201 0500",
	  "<3026 020101 0406 7075626c6963 a219 0204 01020304 020100 020100 300b 3009 0605 2b06010201 0500"},
	 "fact login> how=16 outcome=0 code=0 clear=1 [public]\nsnmp.community=public\nsnmp.version=2\nsnmp.pdu_type=0\nend 0\n"
	 "fact login< how=16 outcome=1 code=0 clear=1 [public]\nsnmp.community=public\nsnmp.version=2\nsnmp.pdu_type=2\nend 1\n"},
	{"snmp 3: no such user", 161,
	 {"<303f 020103 300d 020101 020205dc 040100 020103 0410 300e 0400 020100 020100 0403 626f62 0400 0400 3019 0400 0400 a813 020101 020100 020100 3008 3006 2b060106030f010103 00"},
	 ""},
	{"snmp: no number", 161, {">3003 0201 01", ">3005 0201 05 0500"}, "snmp.version=2\nevent snmp.malformed_data\nend 0\nevent snmp.malformed_data\nend 1\n"},
};
/* clang-format on */

static size_t said(const char *say, uint8_t *out, size_t cap)
{
	size_t n = 0;

	if (*say != '~')
		return hex(say + 1, out, cap);
	for (say += 2; *say; say++) {
		if (*say == '|')
			out[n++] = '\r';
		out[n++] = *say == '|' ? '\n' : (uint8_t)*say;
	}
	return n;
}

static void play(struct rig *r, const struct row *row, uint32_t split)
{
	uint8_t b[512];

	rig_init(r, 40000, row->port);
	r->facts = true;
	r->split = split;
	for (unsigned i = 0; i < SAYS_MAX && row->say[i]; i++) {
		const char *say = row->say[i];
		uint8_t dir = (*say == '~' ? say[1] : *say) == '<';
		size_t n = said(say, b, sizeof(b));

		if (row->port == 5900 && *say == '~')
			b[n - 2] = b[n - 1], n--; /* a line's end of one byte */
		if (row->port == 161)
			rig_datagram(r, dir, b, n);
		else
			rig_say(r, dir, b, n);
	}
	rig_fini(r);
}

int main(void)
{
	static struct rig r;

	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		CASE(rows[i].name);
		for (uint32_t split = 0; split < 9; split++) {
			play(&r, &rows[i], split);
			if (rows[i].want[0])
				CHECK_STR(r.text, rows[i].want);
		}
	}
	return check_done();
}
