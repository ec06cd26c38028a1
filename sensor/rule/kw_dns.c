// SPDX-License-Identifier: Apache-2.0
/* Numbers of a DNS message with their names (IANA, Domain Name System parameters). */
#include "rule/keyword.h"

/* clang-format off */
static const struct number_name rcodes[] = {
	{"noerror", 0}, {"formerr", 1}, {"servfail", 2}, {"nxdomain", 3}, {"notimp", 4}, {"refused", 5},
	{"yxdomain", 6}, {"yxrrset", 7}, {"nxrrset", 8}, {"notauth", 9}, {"notzone", 10},
	{"badvers", 16}, {"badsig", 16}, {"badkey", 17}, {"badtime", 18}, {"badmode", 19},
	{"badname", 20}, {"badalg", 21}, {"badtrunc", 22}, {NULL, 0},
};
static const struct number_name types[] = {
	{"a", 1}, {"ns", 2}, {"md", 3}, {"mf", 4}, {"cname", 5}, {"soa", 6}, {"mb", 7}, {"mg", 8}, {"mr", 9},
	{"null", 10}, {"wks", 11}, {"ptr", 12}, {"hinfo", 13}, {"minfo", 14}, {"mx", 15}, {"txt", 16},
	{"rp", 17}, {"afsdb", 18}, {"x25", 19}, {"isdn", 20}, {"rt", 21}, {"nsap", 22}, {"nsapptr", 23},
	{"sig", 24}, {"key", 25}, {"px", 26}, {"gpos", 27}, {"aaaa", 28}, {"loc", 29}, {"nxt", 30},
	{"srv", 33}, {"atma", 34}, {"naptr", 35}, {"kx", 36}, {"cert", 37}, {"a6", 38}, {"dname", 39},
	{"opt", 41}, {"apl", 42}, {"ds", 43}, {"sshfp", 44}, {"ipseckey", 45}, {"rrsig", 46}, {"nsec", 47},
	{"dnskey", 48}, {"dhcid", 49}, {"nsec3", 50}, {"nsec3param", 51}, {"tlsa", 52}, {"hip", 55},
	{"cds", 59}, {"cdnskey", 60}, {"svcb", 64}, {"https", 65}, {"spf", 99}, {"tkey", 249},
	{"tsig", 250}, {"maila", 254}, {"any", 255}, {"uri", 256}, {NULL, 0},
};
/* clang-format on */

const struct keyword keyword_dns_rcode = {
	.name = "dns.rcode",
	.syntax = "dns.rcode: RANGE | NAME",
	.what = "response code of a DNS message",
	.value = VALUE_needed,
	.field = "dns.rcode",
	.names = rcodes,
};
const struct keyword keyword_dns_rrtype = {
	.name = "dns.rrtype",
	.syntax = "dns.rrtype: RANGE | NAME",
	.what = "type of a record of a DNS message",
	.value = VALUE_needed,
	.field = "dns.rrtype",
	.names = types,
};
