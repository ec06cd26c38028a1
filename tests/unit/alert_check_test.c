// SPDX-License-Identifier: Apache-2.0
/* The text that says how to check by hand, with a finding's own values in it. */
#include "alert/eve_part.h"
#include "check.h"

static const struct {
	const char *name, *host, *check, *text, *want;
} rows[] = {
	{"the accused, its MAC, the other end and the port", "10.0.0.5",
	 "ip.src==HOST && ip.dst==TARGET && eth.src==MAC && tcp.port==PORT", "",
	 "ip.src==10.0.0.5 && ip.dst==10.0.0.9 && eth.src==02:00:00:00:00:05 && tcp.port==445"},
	{"the receiver is the accused", "10.0.0.9", "ip.src==HOST && ip.dst==TARGET, PORT tcp.port==PORT", "",
	 "ip.src==10.0.0.9 && ip.dst==10.0.0.5, PORT tcp.port==49152"},
	{"an IPv6 address", "fd00::5", "icmp.type==8 && ip.src==HOST || ip.addr==HOST", "",
	 "icmp.type==8 && ipv6.src==fd00::5 || ipv6.addr==fd00::5"},
	{"words of a sentence stay", "10.0.0.5", "a second MAC of the HOST (role proxy)", "",
	 "a second MAC of the HOST (role proxy)"},
	{"a domain", "10.0.0.5", "tshark -Y 'dns.qry.name contains \"DOMAIN\"'", "9 new names below t-1.example.com in 5 s",
	 "tshark -Y 'dns.qry.name contains \"t-1.example.com\"'"},
	{"a domain that would be a command", "10.0.0.5", "contains \"DOMAIN\"'", "9 new names below a';reboot;' in 5 s",
	 "contains \"DOMAIN\"'"},
	{"no domain", "10.0.0.5", "contains \"DOMAIN\"", "nothing at the end is below ", "contains \"DOMAIN\""},
};

int main(void)
{
	char out[200];

	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct {
			struct finding f;
			char text[80];
		} s = {.f = {.sport = 49152, .dport = 445}};
		struct about a = {.check = rows[i].check};

		CASE(rows[i].name);
		addr_parse("10.0.0.5", &s.f.src);
		addr_parse("10.0.0.9", &s.f.dst);
		addr_parse(rows[i].host, &s.f.host);
		s.f.host_mac = (struct mac){{2, 0, 0, 0, 0, 5}};
		s.f.about = &a;
		s.f.text_len = (uint32_t)strlen(rows[i].text);
		memcpy((char *)(&s.f + 1), rows[i].text, s.f.text_len);
		CHECK_STR(eve_check(&s.f, out, sizeof(out)), rows[i].want);
		for (size_t size = 1; size < 60; size++)
			CHECK(strlen(eve_check(&s.f, out, size)) < size);
	}
	return check_done();
}
