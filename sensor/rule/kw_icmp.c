// SPDX-License-Identifier: Apache-2.0
/* itype, icode: type and code of ICMP and ICMPv6. */
#include "rule/keyword.h"
#include "rule/range.h"

static int byte_parse(struct span value, void *arg, struct fault *f)
{
	return rule_range_parse(value, UINT8_MAX, arg, f);
}

static bool is_icmp(const struct pkt *p)
{
	return (p->proto == 1 || p->proto == 58) && (!p->fragment || p->first_fragment);
}

static bool itype_match(const void *arg, const struct pkt *p)
{
	return is_icmp(p) && rule_range_has(arg, p->icmp_type);
}

const struct keyword keyword_itype = {
	.name = "itype", .syntax = "itype: RANGE", .what = "ICMP type",
	.value = VALUE_needed, .arg_size = sizeof(struct range),
	.parse = byte_parse, .match = itype_match,
};

static bool icode_match(const void *arg, const struct pkt *p)
{
	return is_icmp(p) && rule_range_has(arg, p->icmp_code);
}

const struct keyword keyword_icode = {
	.name = "icode", .syntax = "icode: RANGE", .what = "ICMP code",
	.value = VALUE_needed, .arg_size = sizeof(struct range),
	.parse = byte_parse, .match = icode_match,
};
