// SPDX-License-Identifier: Apache-2.0
/* Whose first bytes these are: first who was announced or lives on the port, then everybody whose
 * first bytes say enough, in the order of protocols.def. */
#include "proto/state.h"

bool proto_on_port(const uint16_t *ports, const struct flow *f)
{
	for (const uint16_t *port = ports; port && *port; port++) {
		if (*port == f->server_port || *port == f->client_port)
			return true;
	}
	return false;
}

enum app proto_probe(const struct flow *f, const struct proto_flow *pf, uint8_t over,
		     const uint8_t *p, uint32_t n, uint8_t dir)
{
	bool midstream = pf->half[dir].bits & PROTO_MISSED;
	bool more = false;

	if (pf->expected)
		return (enum app)pf->expected;
	uint64_t here = 0, elsewhere = 0;
	for (unsigned a = APP_failed + 1; a < APP_count; a++) {
		const struct protocol *x = protocols[a];

		if (!(x->over & over))
			continue;
		if (proto_on_port(x->ports, f))
			here |= 1ull << a;
		else if (!x->ports_only)
			elsewhere |= 1ull << a;
	}
	for (unsigned turn = 0; turn < 2; turn++) {
		for (uint64_t left = turn ? elsewhere : here; left; left &= left - 1) {
			unsigned a = (unsigned)__builtin_ctzll(left);
			enum probe r = protocols[a]->probe(p, n, dir, f, midstream);

			if (r == PROBE_yes)
				return (enum app)a;
			more |= r == PROBE_more;
		}
	}
	return more ? APP_none : APP_failed;
}
