// SPDX-License-Identifier: Apache-2.0
/* DCE/RPC over TCP (port 135 and what the endpoint mapper gives out) and over UDP. A call is a
 * transaction; the work is done in rpc.c. */
#include "proto/frame.h"
#include "proto/rpc.h"

#include "base/json.h"

static const char *const events[] = {"malformed_data", NULL};

enum { F_stub, F_opnum, F_iface };
static const struct field fields[] = {
	{"dcerpc.stub_data", FIELD_bytes, 3, {1, 1}, false, "arguments of a call, or its results"},
	{"dcerpc.opnum", FIELD_number, 3, {1, 1}, false, "operation number"},
	{"dcerpc.iface", FIELD_number, 3, {1, 1}, false, "whether its interface is known"},
	{0},
};

struct dcerpc_state {
	struct rpc rpc;
	bool ready;
};

static void data(struct proto_call *c, const uint8_t *p, uint32_t n)
{
	struct dcerpc_state *s = c->state;

	if (c->flow->proto != 6) {
		rpc_datagram(c, p, n);
		return;
	}
	if (!s->ready) {
		rpc_init(&s->rpc, RPC_tcp, "");
		s->rpc.guess = rpc_interface_at(proto_expected(c), &s->rpc.guessed);
		s->ready = true;
	}
	rpc_data(c, &s->rpc, p, n);
}

static void gap(struct proto_call *c, uint64_t missing)
{
	struct dcerpc_state *s = c->state;

	(void)missing;
	rpc_lost(c, &s->rpc, c->dir);
}

static void end(struct proto_call *c)
{
	struct dcerpc_state *s = c->state;

	rpc_end(c, &s->rpc);
}

static enum probe datagram_plausible(const uint8_t *p, uint32_t n)
{
	if (n < 80 || p[0] != 4 || p[1] > 10 || (p[4] & 0xee) || p[5] > 3 || p[6] != 0)
		return PROBE_no;
	uint32_t len =
		p[4] & 0x10 ? (uint32_t)(p[74] | p[75] << 8) : (uint32_t)(p[74] << 8 | p[75]);
	return len <= n - 80 ? PROBE_yes : PROBE_no;
}

static enum probe probe(const uint8_t *p, uint32_t n, uint8_t dir, const struct flow *f,
			bool midstream)
{
	(void)dir;
	(void)midstream;
	return f->proto == 6 ? rpc_plausible(p, n) : datagram_plausible(p, n);
}

static bool bytes(const struct tx *tx, unsigned f, unsigned i, uint8_t dir,
		  struct view_of_bytes *out)
{
	(void)f;
	return i == 0 && rpc_stub((const struct rpc_tx *)tx, dir, out);
}

static bool number(const struct tx *tx, unsigned f, unsigned i, uint8_t dir, uint64_t *out)
{
	const struct rpc_tx *t = (const struct rpc_tx *)tx;

	(void)dir;
	*out = f == F_opnum ? t->opnum : t->known;
	return i == 0;
}

static uint32_t eve(const struct tx *tx, char *out, uint32_t size)
{
	struct json j = json_of(out, size);

	json_open(&j, "dcerpc");
	rpc_eve(&j, (const struct rpc_tx *)tx);
	json_close(&j);
	return json_ok(&j) ? (uint32_t)j.len : 0;
}

static const uint16_t ports[] = {135, 0};

const struct protocol protocol_dcerpc = {
	.name = "dcerpc",
	.over = PROTO_OVER_TCP | PROTO_OVER_UDP,
	.ports = ports,
	.deep = true,
	.state_size = sizeof(struct dcerpc_state),
	.fields = fields,
	.events = events,
	.done = {1, 1},
	.frames = dcerpc_frames,
	.record = dcerpc_record,
	.probe = probe,
	.data = data,
	.gap = gap,
	.end = end,
	.bytes = bytes,
	.number = number,
	.eve = eve,
};
