// SPDX-License-Identifier: Apache-2.0
/* dsize: bytes of payload in this packet, as they were on the wire. */
#include "rule/keyword.h"
#include "rule/range.h"

static int dsize_parse(struct span value, void *arg, struct fault *f)
{
	return rule_range_parse(value, UINT16_MAX, arg, f);
}

static bool dsize_match(const void *arg, const struct pkt *p)
{
	return rule_range_has(arg, p->payload_wire);
}

const struct keyword keyword_dsize = {
	.name = "dsize", .syntax = "dsize: RANGE", .what = "payload bytes of the packet",
	.value = VALUE_needed, .arg_size = sizeof(struct range),
	.parse = dsize_parse, .match = dsize_match,
};
