// SPDX-License-Identifier: Apache-2.0
/* Connections that another one has announced: where, what, and for how long.
 *
 * Shape:  a direct-mapped table; a newer announcement takes an older one's place, which then is
 *         recognised by its bytes or not at all.
 */
#include "proto/state.h"

#include "base/clock.h"
#include "base/hash.h"

#define EXPECT_NS (300 * NS_PER_S)

static struct proto_expectation *slot(struct proto *pr, const struct addr *a, uint16_t port)
{
	return &pr->expected[hash_addr(a, port) % pr->config.expected];
}

void proto_expect(struct proto_call *c, const struct addr *server, uint16_t port, enum app app,
		  uint64_t with)
{
	*slot(c->proto, server, port) = (struct proto_expectation){
		.server = *server,
		.port = port,
		.app = (uint8_t)app,
		.with = with,
		.until_ns = c->at.time_ns + EXPECT_NS,
	};
	c->proto->any = true;
}

void proto_expect_look(struct proto *pr, const struct flow *f, struct proto_flow *pf,
		       uint64_t now_ns)
{
	const struct addr *ends[2] = {&f->server, &f->client};
	const uint16_t ports[2] = {f->server_port, f->client_port};

	for (unsigned i = 0; pr->any && i < 2; i++) {
		const struct proto_expectation *e = slot(pr, ends[i], ports[i]);

		if (!e->app || e->port != ports[i] || !addr_eq(&e->server, ends[i]) ||
		    now_ns > e->until_ns)
			continue;
		pf->expected = e->app;
		pf->with = e->with;
		return;
	}
}

uint64_t proto_expected(const struct proto_call *c)
{
	return c->pf->with;
}
