// SPDX-License-Identifier: Apache-2.0
/* Fragments through flow_defrag(): what is held, what comes out, what is counted; and any order of
 * any overlapping fragments against a model that looks at single bytes. */
#include "flow/table.h"
#include "flow_world.h"

#include <string.h>

#define MORE 1u

struct frag_row {
	uint16_t off;
	const char *bytes;
	bool more;
};

static struct flow_config config(void)
{
	struct flow_config c = world_config();

	c.frag_memory = 1 << 20;
	c.frag_s = 30;
	return c;
}

/* A fragment of datagram `id` whose protocol has no layer of its own, so that its payload is all of
 * it. */
static struct pkt fragment(struct world *w, uint32_t id, uint32_t off, const void *bytes,
			   uint32_t len, bool more)
{
	struct pkt p = world_pkt(w, 253, "10.0.0.1", 0, "10.0.0.2", 0);

	p.fragment = true;
	p.first_fragment = off == 0;
	p.frag_off = (uint16_t)off;
	p.ip_flags = more ? MORE : 0;
	p.ttl = off == 0 ? 64 : 63;
	p.frag = (struct pkt_frag){
		.at = bytes, .len = len, .wire = len, .id = id, .head = 20, .proto = 253};
	return p;
}

static struct pkt put(struct world *w, uint32_t id, const struct frag_row *r, bool v6)
{
	static struct verdicts count;
	struct pkt p = fragment(w, id, r->off, r->bytes, (uint32_t)strlen(r->bytes), r->more);

	p.net = v6 ? PKT_ip6 : PKT_ip4;
	flow_defrag(w->t, &p, &count);
	return p;
}

#define COUNT(w, field) count_get(&flow_counters_of((w).t)->field)

/* clang-format off */
static const struct {
	const char *name;
	struct frag_row frag[4];
	const char *four, *six; /* what the last one gives; NULL: it is held */
	unsigned overlaps, conflicts, repeated, bad_length, bad_end;
} rows[] = {
	{"in order", {{0, "abcdefgh", true}, {8, "ij", false}}, "abcdefghij", "abcdefghij", 0, 0, 0, 0, 0},
	{"the last first", {{8, "ij", false}, {0, "abcdefgh", true}}, "abcdefghij", "abcdefghij", 0, 0, 0, 0, 0},
	{"the middle last", {{16, "q", false}, {0, "abcdefgh", true}, {8, "ijklmnop", true}}, "abcdefghijklmnopq", "abcdefghijklmnopq", 0, 0, 0, 0, 0},
	{"a hole", {{0, "abcdefgh", true}, {16, "q", false}}, NULL, NULL, 0, 0, 0, 0, 0},
	{"no end", {{0, "abcdefgh", true}, {8, "ijklmnop", true}}, NULL, NULL, 0, 0, 0, 0, 0},
	{"repeated", {{0, "abcdefgh", true}, {0, "abcdefgh", true}, {8, "ij", false}}, "abcdefghij", "abcdefghij", 0, 0, 1, 0, 0},
	{"another byte: the first counts", {{0, "abcdefgh", true}, {0, "abcdefgX", true}, {8, "ij", false}}, "abcdefghij", NULL, 1, 1, 0, 0, 0},
	{"begins earlier: it counts", {{8, "ijklmnop", true}, {0, "abcdefghXXXXXXXX", true}, {16, "q", false}}, "abcdefghXXXXXXXXq", NULL, 1, 1, 0, 0, 0},
	{"overlaps with the same bytes", {{0, "abcdefghijklmnop", true}, {8, "ijklmnopq", false}}, "abcdefghijklmnopq", NULL, 1, 0, 0, 0, 0},
	{"overlaps by one block short of it", {{0, "abcdefgh", true}, {8, "ijklmnopq", false}}, "abcdefghijklmnopq", "abcdefghijklmnopq", 0, 0, 0, 0, 0},
	{"not a multiple of 8", {{0, "abcdefg", true}, {8, "ij", false}}, NULL, NULL, 0, 0, 0, 1, 0},
	{"empty", {{0, "", true}, {0, "abcdefgh", true}, {8, "ij", false}}, "abcdefghij", "abcdefghij", 0, 0, 0, 1, 0},
	{"beyond the end", {{8, "ij", false}, {16, "ABCDEFGH", true}, {0, "abcdefgh", true}}, "abcdefghij", "abcdefghij", 0, 0, 0, 0, 1},
	{"another end", {{8, "ij", false}, {16, "q", false}, {0, "abcdefgh", true}}, "abcdefghij", "abcdefghij", 0, 0, 0, 0, 1},
	{"an end below what came", {{16, "ABCDEFGH", true}, {8, "ij", false}, {0, "abcdefgh", true}}, NULL, NULL, 0, 0, 0, 0, 1},
};
/* clang-format on */

static void test_rows(bool v6)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct flow_config c = config();
		struct world w;
		struct pkt p = {.net = 0};
		const char *want = v6 ? rows[i].six : rows[i].four;
		bool dropped = v6 && rows[i].overlaps; /* RFC 5722 */

		CASE(rows[i].name);
		world_init(&w, &c);
		for (unsigned k = 0; k < 4 && rows[i].frag[k].bytes; k++)
			p = put(&w, 7, &rows[i].frag[k], v6);
		CHECK_EQ(p.fragment, want == NULL);
		CHECK_EQ(p.reassembled, want != NULL);
		if (want) {
			CHECK_EQ(p.payload_len, strlen(want));
			CHECK_EQ(memcmp(p.payload, want, strlen(want)), 0);
			CHECK_EQ(p.payload_wire, p.payload_len);
			CHECK_EQ(p.ip_len, 20 + strlen(want));
			CHECK_EQ(p.ttl, 64);
		} else {
			CHECK_EQ(p.payload_len, 0);
			CHECK_EQ(p.first_fragment, false);
		}
		CHECK_EQ(COUNT(w, frag_overlaps), rows[i].overlaps);
		CHECK_EQ(COUNT(w, frag_conflicts), dropped ? 0 : rows[i].conflicts);
		CHECK_EQ(COUNT(w, frag_repeated), rows[i].repeated);
		CHECK_EQ(COUNT(w, frag_bad_length), rows[i].bad_length);
		CHECK_EQ(COUNT(w, frag_bad_end), rows[i].bad_end);
		CHECK_EQ(COUNT(w, frag_whole), want != NULL);
		world_end(&w);
		CHECK_EQ(COUNT(w, frag_timeouts) + COUNT(w, frag_whole), 1);
		world_fini(&w);
	}
}

static void test_events(void)
{
	static const struct frag_row a = {0, "abcdefgh", true}, b = {0, "abcdefgX", true},
				     odd = {8, "abc", true};
	struct flow_config c = config();
	struct world w;

	CASE("events of the fragment that shows it");
	world_init(&w, &c);
	CHECK_EQ(put(&w, 1, &a, false).events, 0);
	CHECK_EQ(put(&w, 1, &b, false).events, EVENT_BIT(DECODE_ip4_frag_overlap));
	CHECK_EQ(put(&w, 1, &odd, false).events, EVENT_BIT(DECODE_ip4_frag_ignored));
	CHECK_EQ(put(&w, 2, &a, true).events, 0);
	CHECK_EQ(put(&w, 2, &b, true).events, EVENT_BIT(DECODE_ip6_frag_overlap));
	CHECK_EQ(put(&w, 2, &odd, true).events, EVENT_BIT(DECODE_ip6_frag_length));
	world_fini(&w);
}

static void test_keys(void)
{
	static const struct frag_row a = {0, "abcdefgh", true}, b = {8, "ij", false};
	struct flow_config c = config();
	struct verdicts count = {0};
	struct world w;

	CASE("another id, protocol, version or host is another datagram");
	world_init(&w, &c);
	put(&w, 1, &a, false);
	CHECK(put(&w, 2, &b, false).fragment);
	CHECK(put(&w, 1, &b, true).fragment);
	struct pkt p = fragment(&w, 1, 8, "ij", 2, false);
	p.frag.proto = 254;
	flow_defrag(w.t, &p, &count);
	CHECK(p.fragment);
	p = fragment(&w, 1, 8, "ij", 2, false);
	p.src = world_addr("10.0.0.3");
	flow_defrag(w.t, &p, &count);
	CHECK(p.fragment);
	CHECK(!put(&w, 1, &b, false).fragment);
	CASE("IPv6's protocol stands in the first fragment alone");
	put(&w, 9, &a, true);
	p = fragment(&w, 9, 8, "ij", 2, false);
	p.net = PKT_ip6;
	p.frag.proto = 17;
	flow_defrag(w.t, &p, &count);
	CHECK(!p.fragment);
	CHECK_EQ(p.proto, 253);
	world_fini(&w);

	CASE("VLANs tell datagrams apart only when they tell flows apart");
	for (unsigned in_key = 0; in_key < 2; in_key++) {
		c.vlan_in_key = in_key;
		world_init(&w, &c);
		put(&w, 1, &a, false);
		p = fragment(&w, 1, 8, "ij", 2, false);
		p.vlan[p.n_vlan++] = 7;
		flow_defrag(w.t, &p, &count);
		CHECK_EQ(p.fragment, in_key);
		world_fini(&w);
	}
}

static void test_time(void)
{
	static const struct frag_row a = {0, "abcdefgh", true}, b = {8, "ij", false};
	struct flow_config c = config();
	struct world w;

	CASE("29 s later it is still there");
	world_init(&w, &c);
	world_tick(&w, 1);
	put(&w, 1, &a, false);
	world_tick(&w, 29);
	CHECK(!put(&w, 1, &b, false).fragment);
	CASE("30 s later it is not");
	put(&w, 1, &a, false);
	world_tick(&w, 30);
	CHECK_EQ(COUNT(w, frag_timeouts), 1);
	CHECK(put(&w, 1, &b, false).fragment);
	CHECK_EQ(w.t->frags.datagrams.used, 1);
	CASE("the end counts what waits");
	world_end(&w);
	CHECK_EQ(COUNT(w, frag_timeouts), 2);
	CHECK_EQ(w.t->frags.datagrams.used, 0);
	CHECK_EQ(w.t->frags.pages.used, 0);
	world_fini(&w);
}

static void test_bounds(void)
{
	static uint8_t bytes[4096];
	static const struct frag_row b = {8, "ij", false};
	struct flow_config c = config();
	struct verdicts count = {0};
	struct world w;

	CASE("as many fragments as FRAG_PARTS_MAX");
	for (unsigned extra = 0; extra < 2; extra++) {
		world_init(&w, &c);
		struct pkt p = {.net = 0};
		for (unsigned i = 0; i < FRAG_PARTS_MAX + extra; i++) {
			p = fragment(&w, 1, i * 8, bytes, 8, i + 1 < FRAG_PARTS_MAX + extra);
			flow_defrag(w.t, &p, &count);
		}
		CHECK_EQ(p.fragment, extra);
		CHECK_EQ(COUNT(w, frag_too_many), extra);
		CHECK_EQ(p.events, extra ? EVENT_BIT(DECODE_frag_too_many) : 0);
		CHECK_EQ(w.t->frags.pages.used, 0);
		world_fini(&w);
	}

	CASE("without room the oldest goes");
	c.frag_memory = 1 << 18; /* 26 datagrams, 121 pages */
	world_init(&w, &c);
	uint32_t cap = w.t->frags.datagrams.cap;
	for (uint32_t id = 1; id <= cap; id++)
		put(&w, id, &b, false);
	CHECK_EQ(COUNT(w, frag_evicted), 0);
	put(&w, cap + 1, &b, false);
	CHECK_EQ(COUNT(w, frag_evicted), 1);
	CHECK(!put(&w, 2, &(struct frag_row){0, "abcdefgh", true}, false).fragment);
	CHECK(put(&w, 1, &(struct frag_row){0, "abcdefgh", true}, false).fragment);
	world_fini(&w);

	CASE("without pages too, even when it is the one at hand");
	world_init(&w, &c);
	uint32_t pages = w.t->frags.pages.cap;
	uint8_t *big = calloc(1, 65536);
	for (uint32_t id = 1; id <= 8; id++) {
		struct pkt p = fragment(&w, id, 0, big, 65528, true);
		flow_defrag(w.t, &p, &count);
	}
	CHECK(w.t->frags.pages.used <= pages);
	CHECK(COUNT(w, frag_evicted) > 0);
	free(big);
	world_fini(&w);
}

static void test_whole_packets(void)
{
	static const uint8_t udp[] = {0x04, 0xd2, 0x00, 0x35, 0x00, 0x0c, 0, 0, 'w', 'o', 'r', 'd'};
	struct flow_config c = config();
	struct verdicts count = {0};
	struct world w;

	CASE("the transport header is read from the whole, and makes one flow");
	world_init(&w, &c);
	struct pkt p = fragment(&w, 1, 0, udp, 8, true);
	p.frag.proto = p.proto = 17;
	p.has_ports = true;
	flow_prefetch(w.t, &p, 1);
	flow_defrag(w.t, &p, &count);
	flow_pkt(w.t, &p);
	CHECK_EQ(p.has_ports, false);
	CHECK(p.flow == NULL);
	p = fragment(&w, 1, 8, udp + 8, 4, false);
	p.frag.proto = p.proto = 17;
	flow_prefetch(w.t, &p, 1);
	flow_defrag(w.t, &p, &count);
	flow_pkt(w.t, &p);
	CHECK_EQ(p.sport, 1234);
	CHECK_EQ(p.dport, 53);
	CHECK_EQ(p.payload_len, 4);
	CHECK(p.flow != NULL);
	CHECK_EQ(p.flow->half[0].pkts, 1);
	CHECK_EQ(p.flow->half[0].bytes, 32);
	CASE("a broken transport header is counted and makes none");
	p = fragment(&w, 2, 0, udp, 8, true);
	p.frag.proto = p.proto = 6;
	flow_defrag(w.t, &p, &count);
	p = fragment(&w, 2, 8, udp + 8, 4, false);
	p.frag.proto = p.proto = 6;
	flow_defrag(w.t, &p, &count);
	flow_pkt(w.t, &p);
	CHECK_EQ(p.net, PKT_none);
	CHECK(p.flow == NULL);
	CHECK_EQ(count_get(&count.n[VERDICT_tcp_short]), 1);
	CHECK((p.events & EVENT_BIT(DECODE_tcp_short)) != 0);
	CASE("a fragment that the capture cut stays what it is");
	p = fragment(&w, 3, 0, udp, 8, true);
	p.frag.proto = p.proto = 17;
	p.frag.wire = 16;
	p.has_ports = true;
	p.sport = 1234;
	flow_defrag(w.t, &p, &count);
	CHECK(p.fragment && p.first_fragment && p.has_ports);
	CHECK_EQ(COUNT(w, frag_cut), 1);
	world_fini(&w);
}

static void test_tunnel(void)
{
	/* 10.1.0.1 → 10.1.0.2, UDP 1 → 2, two bytes */
	static const uint8_t inner[] = {0x45, 0, 0, 30, 0, 9, 0, 0, 64, 17, 0, 0, 10, 1, 0, 1,
					10,   1, 0, 2,	0, 1, 0, 2, 0,	10, 0, 0, 'h', 'i'};
	struct flow_config c = config();
	struct verdicts count = {0};
	struct world w;

	CASE("a tunnel in fragments is looked through");
	world_init(&w, &c);
	struct pkt p = fragment(&w, 1, 0, inner, 16, true);
	p.frag.proto = p.proto = 4;
	flow_defrag(w.t, &p, &count);
	p = fragment(&w, 1, 16, inner + 16, 14, false);
	p.frag.proto = p.proto = 4;
	flow_defrag(w.t, &p, &count);
	CHECK_EQ(p.tunnel.depth, 1);
	CHECK_EQ(p.proto, 17);
	CHECK_EQ(p.dport, 2);
	CHECK_EQ(p.ip_len, 30);
	CHECK_EQ(COUNT(w, frag_tunnels), 1);
	world_fini(&w);
}

/* The model: single bytes, no pages, no blocks. */
#define BYTES 512u
struct model {
	uint8_t at[BYTES];
	int owner[BYTES];
	unsigned from[64], to[64], n, total;
	uint8_t bytes[64][BYTES];
	bool head, end, conflict;
};

static bool later_wins(int policy, unsigned old_from, unsigned old_to, unsigned from, unsigned to)
{
	switch (policy) {
	case FRAG_bsd: return old_from > from;
	case FRAG_linux: return old_from >= from;
	case FRAG_windows: return old_from > from && old_to < to;
	case FRAG_last: return true;
	}
	return false;
}

/* True: the datagram is whole. */
static bool model_put(struct model *m, int policy, unsigned off, const uint8_t *bytes, unsigned len,
		      bool more)
{
	unsigned to = off + len;

	for (unsigned i = 0; i < m->n; i++)
		if (m->from[i] == off && m->to[i] == to && memcmp(m->bytes[i], bytes, len) == 0)
			return false;
	if (m->end && (more ? to > m->total : to != m->total))
		return false;
	for (unsigned i = 0; i < m->n && !m->end && !more; i++)
		if (m->to[i] > to)
			return false;
	if (!more && !m->end) {
		m->end = true;
		m->total = to;
	}
	for (unsigned i = 0; i < len; i++) {
		int o = m->owner[off + i];
		if (o >= 0 && m->at[off + i] != bytes[i])
			m->conflict = true;
		if (o < 0 || later_wins(policy, m->from[o], m->to[o], off, to)) {
			m->owner[off + i] = (int)m->n;
			m->at[off + i] = bytes[i];
		}
	}
	memcpy(m->bytes[m->n], bytes, len);
	m->from[m->n] = off;
	m->to[m->n++] = to;
	m->head |= off == 0;
	if (!m->head || !m->end)
		return false;
	for (unsigned i = 0; i < m->total; i++)
		if (m->owner[i] < 0)
			return false;
	return true;
}

static uint32_t seed = 1;

static unsigned rnd(unsigned n)
{
	seed = seed * 1664525u + 1013904223u;
	return (seed >> 8) % n;
}

static void one_run(struct world *w, int policy, uint32_t id)
{
	static struct model m;
	static struct verdicts count;
	uint8_t bytes[BYTES];
	unsigned total = 9 + rnd(180);
	uint64_t conflicts = COUNT(*w, frag_conflicts);

	memset(&m, 0, sizeof(m));
	memset(m.owner, 0xff, sizeof(m.owner));
	w->t->frags.policy = (enum frag_policy)policy;
	for (unsigned i = 0; i < 60; i++) {
		unsigned off = rnd((total + 7) / 8) * 8;
		unsigned len = 8 * (1 + rnd(6));
		bool more = off + len < total;
		if (!more)
			len = total - off;
		if (rnd(20) == 0) /* a liar */
			more = !more;
		if (more)
			len += (8 - len % 8) % 8;
		for (unsigned k = 0; k < len; k++)
			bytes[k] = rnd(8) ? (uint8_t)(off + k) : (uint8_t)rnd(256);
		struct pkt p = fragment(w, id, off, bytes, len, more);
		flow_defrag(w->t, &p, &count);
		bool whole = model_put(&m, policy, off, bytes, len, more);
		CHECK_EQ(!p.fragment, whole);
		if (!whole)
			continue;
		CHECK_EQ(p.payload_len, m.total);
		CHECK_EQ(memcmp(p.payload, m.at, m.total), 0);
		CHECK_EQ(COUNT(*w, frag_conflicts) - conflicts, m.conflict);
		return;
	}
}

static void test_model(void)
{
	struct flow_config c = config();
	struct world w;

	CASE("any order, any overlap, every policy: as the model says");
	world_init(&w, &c);
	for (uint32_t i = 0; i < 20000; i++)
		one_run(&w, (int)(i % FRAG_policy_count), i);
	CHECK(COUNT(w, frag_whole) > 10000);
	CHECK(COUNT(w, frag_conflicts) > 1000);
	world_end(&w);
	CHECK_EQ(w.t->frags.pages.used, 0);
	world_fini(&w);
}

int main(void)
{
	test_rows(false);
	test_rows(true);
	test_events();
	test_keys();
	test_time();
	test_bounds();
	test_whole_packets();
	test_tunnel();
	test_model();
	return check_done();
}
