// SPDX-License-Identifier: Apache-2.0
/* LLMNR (RFC 4795): DNS messages on port 5355. No rule asks for it: only facts. */
#include "proto/local_name.h"

static void data(struct proto_call *c, const uint8_t *p, uint32_t n)
{
	struct dns_msg m;

	if (dns_read(&m, p, n))
		local_name_tell(c, &m, NAME_llmnr);
}

static enum probe probe(const uint8_t *p, uint32_t n, uint8_t dir, const struct flow *f,
			bool midstream)
{
	(void)dir, (void)f, (void)midstream;
	return dns_plausible(p, n, n) ? PROBE_yes : PROBE_no;
}

static const uint16_t ports[] = {5355, 0};

const struct protocol protocol_llmnr = {
	.name = "llmnr",
	.over = PROTO_OVER_UDP,
	.ports = ports,
	.ports_only = true,
	.probe = probe,
	.data = data,
};
