// SPDX-License-Identifier: Apache-2.0
#include "base/hash.h"
#include "flow_world.h"

#define FRAMES 60000u
#define HOSTS  40u
#define LINES  120000u

/* One run: every event as a line of numbers, with its place in the order in front. */
struct line {
	uint64_t seq, stage, id, n;
	uint64_t what[5];
};

struct run {
	struct line *line;
	size_t n;
	uint64_t last_tick_seq, last_id; /* inside one tick of one table */
	bool ascending;
};

static uint64_t rnd_state;
static uint32_t rnd(uint32_t below)
{
	rnd_state = rnd_state * 6364136223846793005ull + 1442695040888963407ull;
	return (uint32_t)(rnd_state >> 33) % below;
}

static void on_event(void *ctx, const struct flow *f, enum flow_event_kind kind,
		     enum flow_reason reason, const struct order *at)
{
	struct run *r = ctx;

	if (at->stage == ORDER_timer) {
		if (at->seq == r->last_tick_seq && f->id < r->last_id)
			r->ascending = false;
		r->last_tick_seq = at->seq;
		r->last_id = f->id;
	}
	if (r->n == LINES)
		abort();
	r->line[r->n] = (struct line){
		.seq = at->seq,
		.stage = at->stage,
		.id = f->id,
		.n = r->n,
		.what = {(uint64_t)kind << 32 | (uint64_t)reason << 16 | f->outcome << 8 | f->state,
			 f->seen, at->time_ns ^ f->last_ns,
			 f->half[0].bytes << 32 | f->half[1].bytes,
			 (uint64_t)f->interim_n << 32 | f->client_port},
	};
	r->n++;
}

static void on_piece(void *ctx, struct flow *f, const struct flow_piece *piece, const struct pkt *p,
		     const struct order *at)
{
	struct run *r = ctx;

	(void)p;
	if (r->n == LINES)
		abort();
	r->line[r->n] = (struct line){
		.seq = at->seq,
		.stage = at->stage,
		.id = f->id,
		.n = r->n,
		.what = {99, piece->offset, piece->piece_len, piece->window_len,
			 (uint64_t)piece->gap << 8 | (uint64_t)piece->fin << 4 | piece->dir},
	};
	r->n++;
}

static int by_order(const void *a, const void *b)
{
	const struct line *x = a, *y = b;

	if (x->seq != y->seq)
		return x->seq < y->seq ? -1 : 1;
	if (x->stage != y->stage)
		return x->stage < y->stage ? -1 : 1;
	if (x->id != y->id)
		return x->id < y->id ? -1 : 1;
	return x->n < y->n ? -1 : x->n > y->n;
}

/* Traffic of every kind, with lost, late, odd and backward-dated packets. */
static struct pkt frame(uint64_t seq, uint64_t *now_ns)
{
	static const uint8_t flags[] = {
		TCP_SYN,           TCP_SYN | TCP_ACK, TCP_ACK,           TCP_ACK, TCP_ACK,
		TCP_FIN | TCP_ACK, TCP_RST,           TCP_RST | TCP_ACK, TCP_FIN, 0};
	static const uint8_t protos[] = {6, 6, 6, 17, 1, 47};
	static uint8_t payload[256];
	uint32_t a = rnd(HOSTS), b = rnd(4);

	*now_ns += rnd(4000) == 0 ? 90 * NS_PER_S : rnd(8) * NS_PER_MS;
	struct pkt p = {
		.time_ns = *now_ns - (rnd(500) == 0 ? 5 * NS_PER_S : 0),
		.seq = seq,
		.src = addr_v4_wire(htobe32(0x0a000000u + a)),
		.dst = addr_v4_wire(htobe32(0x0a010000u + b)),
		.payload = payload,
		.ip_len = 60 + rnd(100),
		.sport = (uint16_t)(40000 + rnd(12)),
		.dport = (uint16_t)(80 + rnd(2)),
		.net = PKT_ip4,
		.proto = protos[rnd(sizeof(protos))],
		.tcp_flags = flags[rnd(sizeof(flags))],
		.tcp_seq = rnd(4) * 50,
		.tcp_ack = rnd(4) * 50,
		.icmp_type = 8,
	};
	p.has_ports = p.proto == 6 || p.proto == 17;
	p.payload_len = p.payload_wire = p.tcp_flags & TCP_SYN ? 0 : rnd(3) * 50;
	if (rnd(2)) {
		struct addr addr = p.src;
		uint16_t port = p.sport;
		p.src = p.dst;
		p.dst = addr;
		p.sport = p.dport;
		p.dport = port;
		p.icmp_type = 0;
	}
	if (p.proto == 6 && rnd(50) == 0) {
		p.quotes = true;
		p.q_src = p.src;
		p.q_dst = p.dst;
		p.q_sport = p.sport;
		p.q_dport = p.dport;
		p.q_proto = 17;
		p.proto = 1;
		p.icmp_type = 3;
	}
	return p;
}

static struct run run(unsigned workers, uint64_t seed)
{
	struct run r = {.line = malloc(LINES * sizeof(*r.line)), .ascending = true};
	struct flow_hooks hooks = {.on_event = on_event, .ctx = &r};
	struct flow_config c = world_config();
	struct flow_table *t[4];
	uint64_t now_ns = WORLD_START_S * NS_PER_S, tick_s = 0;
	struct err err;

	c.max = 65536;
	c.interim_s = 20;
	c.stream_memory = 64 << 20;
	for (unsigned i = 0; i < workers; i++) {
		if (flow_table_new(&t[i], &c, workers, seed, &hooks, &err) != 0)
			abort();
		flow_table_set_piece(t[i], on_piece, &r);
	}
	rnd_state = 42;
	for (uint64_t seq = 0; seq < FRAMES; seq++) {
		struct pkt p = frame(seq, &now_ns);
		uint64_t h = hash_pair(&p.src, &p.dst, 0);
		flow_pkt(t[h % workers], &p);
		if (now_ns / NS_PER_S == tick_s)
			continue;
		tick_s = now_ns / NS_PER_S;
		for (unsigned i = 0; i < workers; i++) {
			r.last_id = 0;
			flow_tick(t[i], seq + 1, tick_s * NS_PER_S, false);
		}
	}
	for (unsigned i = 0; i < workers; i++) {
		r.last_id = 0;
		flow_tick(t[i], FRAMES, tick_s * NS_PER_S, true);
		CHECK_EQ(flow_active(t[i]), 0);
		CHECK_EQ(count_get(&flow_counters_of(t[i])->evicted), 0);
		flow_table_free(t[i]);
	}
	CHECK(r.ascending);
	qsort(r.line, r.n, sizeof(*r.line), by_order);
	for (size_t i = 0; i < r.n; i++)
		r.line[i].n = 0;
	return r;
}

int main(void)
{
	CASE("one worker");
	struct run one = run(1, 0);
	CHECK(one.n > 10000);
	unsigned kinds[100] = {0}, reasons[8] = {0}, outcomes[4] = {0};
	for (size_t i = 0; i < one.n; i++) {
		uint64_t what = one.line[i].what[0];
		kinds[what == 99 ? 99 : what >> 32]++;
		if (what != 99) {
			reasons[what >> 16 & 7]++;
			outcomes[what >> 8 & 3]++;
		}
	}
	/* the traffic does reach everything that is compared below */
	CHECK(kinds[FLOW_EVENT_contact] && kinds[FLOW_EVENT_interim] && kinds[FLOW_EVENT_end]);
	CHECK(kinds[99] && reasons[FLOW_END_timeout] && reasons[FLOW_END_reused]);
	CHECK(reasons[FLOW_END_shutdown] && outcomes[FLOW_answered] && outcomes[FLOW_refused]);
	CHECK(outcomes[FLOW_unanswered]);

	static const struct {
		const char *name;
		unsigned workers;
		uint64_t seed;
	} others[] = {
		{"the same again", 1, 0},
		{"two workers tell the same", 2, 0},
		{"four workers tell the same", 4, 0},
		{"another seed of the table tells the same", 1, 12345},
	};
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		CASE(others[i].name);
		struct run other = run(others[i].workers, others[i].seed);
		CHECK_EQ(other.n, one.n);
		CHECK(other.n == one.n &&
		      memcmp(other.line, one.line, one.n * sizeof(*one.line)) == 0);
		free(other.line);
	}
	free(one.line);
	return check_done();
}
