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
	/* Elsewhere: by first bytes. */
	{"mysql elsewhere", 23306,
	 {"<4a000000 0a382e302e333600 0b000000 0102030405060708 00 ffff ff 0200 ffdf 15 00000000000000000000 0102030405060708090a0b0c00 "
	  "63616368696e675f736861325f70617373776f726400",
	  ">25000001 85a60300 00000001 21 0000000000000000000000000000000000000000000000 626f6200 00", "<07000002 ff1504 23323830"},
	 "fact login< how=13 outcome=2 code=1045 clear=0 [bob]\n"},
	{"no mysql elsewhere: another version of what begins with a length", 23306,
	 {"<4a000000 09382e302e333600 0b000000 0102030405060708 00 ffff", "<07000002 ff1504 23323830"}, "none"},
	{"no mysql elsewhere: no salt's end", 23306,
	 {"<4a000000 0a382e302e333600 0b000000 0102030405060708 09 ffff", "<07000002 ff1504 23323830"}, "none"},
	{"pgsql elsewhere, Kerberos and TLS refused first", 15432,
	 {">00000008 04d21630", "<4e", ">00000008 04d2162f", "<4e", ">00000012 00030000 7573657200 626f6200 00", "<52 00000008 00000003",
	  ">70 00000006 7800", "<45 00000011 53464154414c00 43323850303100 00"},
	 "fact login< how=14 outcome=2 code=0 clear=1 [bob]\n"},
	{"no pgsql elsewhere: no parameter", 15432, {">00000012 00030000 0573657200 626f6200 00", "<52 00000008 00000003"}, "none"},
	{"redis elsewhere: an array", 16379, {"~>*3|$4|AUTH|$3|bob|$1|x|", "~<-WRONGPASS|"},
	 "fact login< how=15 outcome=2 code=0 clear=1 [bob]\n"},
	{"redis elsewhere: a line, known by the answer", 16379, {"~>AUTH y|", "~<-ERR invalid password|", "~>AUTH z|", "~<+OK|"},
	 "fact login< how=15 outcome=2 code=0 clear=1 []\nfact login< how=15 outcome=1 code=0 clear=1 []\n"},
	{"no redis elsewhere: somebody's stars", 16379, {"~>*** Hello|", "~<+OK|"}, "none"},
	{"mssql elsewhere", 49731,
	 {">1201 001e 0000 0100 00000b0006 0100110001 ff 0f0007d00000 00 00000000", "<0401 001e 0000 0100 00000b0006 0100110001 ff 0f0007d00000 02 00000000",
	  ">1001 003a 0000 0100 32000000 04000074 00100000 00000007 00000000 00000000 00000000 00000000 00000000 3200 0000 2c00 0300 620062006200",
	  "<0401 0012 0000 0100 aa 0700 18480000 01 0e 00"},
	 "fact login< how=12 outcome=2 code=18456 clear=0 [bbb]\n"},
	{"no mssql elsewhere: other options", 49731,
	 {">1201 001e 0000 0100 01000b0006 0100110001 ff 0f0007d00000 00 00000000", "<0401 0012 0000 0100 aa 0700 18480000 01 0e 00"}, "none"},
	{"vnc elsewhere", 15900,
	 {"<52464220303033 2e303038 0a", ">52464220303033 2e303038 0a", "<0202 01", ">02", "<00112233445566778899aabbccddeeff", ">00112233445566778899aabbccddeeff",
	  "<00000001"},
	 "rfb.sectype=2\nrfb.sectype=2\nfact login< how=11 outcome=2 code=1 clear=0\nrfb.secresult=1\nrfb.secresult=1\nend 0\n"},
	{"telnet elsewhere", 4000,
	 {"<fffd18 fffd20", ">fffb18", "~<login: ", "~>bob|", "~<Password: ", "~>secret|", "~<|Login incorrect|login: "},
	 "fact login< how=5 outcome=2 code=0 clear=1 [bob]\n"},
	{"no telnet elsewhere: sound", 4000, {"<fffb10c4 00000000", "~<login: ", "~>bob|", "~<Password: ", "~>secret|", "~<|Login incorrect|"}, "none"},
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

extern const struct protocol protocol_krb5, protocol_ldap, protocol_mysql, protocol_pgsql, protocol_redis, protocol_mssql,
	protocol_rfb, protocol_telnet, protocol_ftp;
/* First bytes on a port of nobody's: sure when they are whole, never refused before, and no other
 * protocol's. */
static const struct first {
	const struct protocol *p;
	uint8_t dir;
	const char *bytes;
} firsts[] = {
	{&protocol_krb5, 0, "0000001f 6a1d 301b a103020105 a20302010a a30f 300d 300b a103020102 a20404020000"},
	{&protocol_krb5, 1, "00000018 7e16 3014 a003020105 a10302011e a4080506 000000000000"},
	{&protocol_ldap, 0, "300c 020101 6007 020103 0400 8000"},
	{&protocol_ldap, 0, "301d 020101 7718 8016 312e332e362e312e342e312e313436362e3230303337"},
	{&protocol_ldap, 0, "3084 00000025 020102 6384 0000001c 0400 0a0100 0a0100 020100 020100 010100 870b 6f626a656374436c617373"},
	{&protocol_ldap, 1, "300c 020101 6107 0a0131 0400 0400"},
	{&protocol_mysql, 1, "4a000000 0a382e302e333600 0b000000 0102030405060708 00"},
	{&protocol_pgsql, 0, "00000008 04d2162f"},
	{&protocol_pgsql, 0, "00000012 00030000 7573657200"},
	{&protocol_redis, 0, "2a310d0a24340d0a"},
	{&protocol_redis, 1, "2d4e4f4155544820"},
	{&protocol_mssql, 0, "1201 001e 0000 0100 00000b0006"},
	{&protocol_rfb, 1, "5246422030"},
	{&protocol_telnet, 1, "fffd18ff"},
	{&protocol_ftp, 1, "323230206869 0d0a 33333120"},
};

static enum probe probed(const struct first *x, const uint8_t *at, uint32_t n)
{
	struct flow f = {.proto = 6, .server_port = 20000, .client_port = 50000};
	uint8_t *copy = malloc(n); /* exact, so that one byte too many is seen */

	if (!copy)
		abort();
	memcpy(copy, at, n);
	enum probe r = x->p->probe(copy, n, x->dir, &f, false);
	free(copy);
	return r;
}

static void check_firsts(void)
{
	uint8_t b[128];

	for (unsigned i = 0; i < sizeof(firsts) / sizeof(firsts[0]); i++) {
		const struct first *x = &firsts[i];
		uint32_t n = (uint32_t)hex(x->bytes, b, sizeof(b));
		static char name[sizeof(firsts) / sizeof(firsts[0])][40]; /* CASE() keeps it */

		snprintf(name[i], sizeof(name[i]), "first bytes of %s, %u", x->p->name, i);
		CASE(name[i]);
		CHECK_EQ(probed(x, b, n), PROBE_yes);
		for (uint32_t k = 1; k < n; k++)
			CHECK(probed(x, b, k) != PROBE_no);
		for (unsigned j = 0; j < sizeof(firsts) / sizeof(firsts[0]); j++) {
			if (firsts[j].p != x->p)
				CHECK(probed(&firsts[j], b, n) != PROBE_yes);
		}
		for (uint32_t at = 0; at < n; at++) {
			uint8_t was = b[at];

			for (unsigned v = 0; v < 256; v++) {
				b[at] = (uint8_t)v;
				for (uint32_t k = at + 1; k <= n; k++)
					probed(x, b, k);
			}
			b[at] = was;
		}
	}
}

int main(void)
{
	static struct rig r;

	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		CASE(rows[i].name);
		for (uint32_t split = 0; split < 9; split++) {
			play(&r, &rows[i], split);
			if (rows[i].want[0])
				CHECK_STR(r.text, strcmp(rows[i].want, "none") == 0 ? "" : rows[i].want);
		}
	}
	check_firsts();
	return check_done();
}
