// SPDX-License-Identifier: Apache-2.0
/* Whose first bytes these are: first who was announced or lives on the port, then everybody whose
 * first bytes say enough, in the order of protocols.def. */
#include "proto/state.h"

static bool on_port(const struct protocol *p, const struct flow *f)
{
	for (const uint16_t *port = p->ports; port && *port; port++) {
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
	for (unsigned turn = 0; turn < 2; turn++) {
		for (unsigned a = APP_failed + 1; a < APP_count; a++) {
			const struct protocol *x = protocols[a];
			bool here = on_port(x, f);

			if (!(x->over & over) || here != (turn == 0) || (!here && x->ports_only))
				continue;
			enum probe r = x->probe(p, n, dir, f, midstream);
			if (r == PROBE_yes)
				return (enum app)a;
			more |= r == PROBE_more;
		}
	}
	return more ? APP_none : APP_failed;
}
