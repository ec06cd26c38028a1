// SPDX-License-Identifier: Apache-2.0
/* Frames of raw IP, each behind a byte that is its length, on their way through decoding, defragmenting
 * and the flow table. The first byte: policy, then how the seconds go. */
#include "base/clock.h"
#include "flow/table.h"
#include "reset.h"

#include <assert.h>
#include <stdlib.h>

#define FRAMES 64

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct flow_table *table(uint8_t how)
{
	static struct reset_table kept[256];
	static const char *const policy[] = {"bsd", "linux", "windows", "first", "last"};
	struct flow_config c = {.max = 64,
				.frag_memory = how & 0x80 ? 1 << 14 : 1 << 18,
				.frag_s = 30,
				.vlan_in_key = how & 0x40,
				.frag_policy = (char *)(uintptr_t)policy[how % 5]};
	struct reset_table *r = &kept[how];
	struct flow_table *t;
	struct err err;

	if (!r->t) {
		if (flow_table_new(&t, &c, 1, 1, NULL, &err) != 0)
			abort();
		reset_table_keep(r, t);
	}
	return reset_table(r);
}

static void check(const struct flow_table *t, const struct pkt *p)
{
	const struct frag_table *f = &t->frags;

	assert(p->payload && p->payload_len <= p->payload_wire);
	assert(!(p->fragment && p->reassembled && p->tunnel.depth == 0));
	if (p->reassembled && p->payload_len)
		assert(p->payload >= f->buffer &&
		       p->payload + p->payload_len <= f->buffer + FRAG_BUFFERS * FRAG_DATA_MAX);
	assert(f->datagrams.used <= f->datagrams.cap && f->pages.used <= f->pages.cap);
	if (f->datagrams.used == 0)
		assert(f->pages.used == 0 && f->oldest == 0 && f->newest == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct verdicts count;

	if (size < 2)
		return 0;
	struct flow_table *t = table(data[0]);
	uint64_t seq = 0, now = 1700000000 * NS_PER_S;
	for (size_t at = 1; at < size && seq < FRAMES;) {
		size_t n = data[at] < size - at - 1 ? data[at] : size - at - 1;
		struct frame f = {
			.data = data + at + 1,
			.cap_len = (uint32_t)n,
			.wire_len = (uint32_t)n,
			.time_ns = now,
			.seq = seq++,
			.link = LINK_raw,
		};
		struct pkt p;
		decode_frame(&f, &p, &count);
		flow_prefetch(t, &p, 1);
		flow_defrag(t, &p, &count);
		flow_pkt(t, &p);
		check(t, &p);
		at += n + 1;
		if (data[0] & 0x20) {
			now += 7 * NS_PER_S;
			flow_tick(t, seq, now, false);
		}
	}
	flow_tick(t, seq, now, true);
	assert(t->frags.datagrams.used == 0 && t->frags.pages.used == 0);
	return 0;
}
