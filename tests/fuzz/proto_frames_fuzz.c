// SPDX-License-Identifier: Apache-2.0
/* Frames of raw IP, each behind two bytes that are its length, through decoding, defragmenting, flows
 * and parsers: what needs more than one flow (announced connections), ICMP echoes, segments that
 * contradict each other. */
#include "proto_talk.h"

#include "decode/frame.h"
#include "decode/pkt.h"

#define FRAMES 64u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void frames(struct talk *k, const uint8_t *data, size_t size)
{
	static struct verdicts count;
	uint64_t seq = 0;

	k->flow = NULL;
	k->sum = 0;
	for (size_t at = 0; at + 2 <= size && seq < FRAMES;) {
		size_t n = (size_t)data[at] << 8 | data[at + 1];
		struct pkt p;

		at += 2;
		n = n < size - at ? n : size - at;
		uint8_t *exact = malloc(n ? n : 1);
		memcpy(exact, data + at, n);
		struct frame f = {
			.data = exact,
			.cap_len = (uint32_t)n,
			.wire_len = (uint32_t)n,
			.time_ns = 1700000000 * NS_PER_S + seq * NS_PER_MS * 300,
			.seq = seq,
			.link = LINK_raw,
		};
		seq++;
		decode_frame(&f, &p, &count);
		flow_defrag(k->t, &p, &count);
		flow_pkt(k->t, &p);
		if (p.flow)
			proto_pkt(k->proto, &p);
		free(exact);
		at += n;
	}
	flow_tick(k->t, seq + 1, 1700000100 * NS_PER_S, true);
	assert(k->proto->mem.used == 0 && k->proto->flows.used == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct reset_table table;
	static struct reset_proto proto;
	static struct talk k;

	if (!k.t) {
		talk_tables(&k);
		reset_table_keep(&table, k.t);
		reset_proto_keep(&proto, k.proto);
	}
	reset_table(&table);
	reset_proto(&proto);
	frames(&k, data, size);
	if (reset_is_due()) {
		static struct talk fresh;
		talk_tables(&fresh);
		frames(&fresh, data, size);
		assert(fresh.sum == k.sum);
		proto_free(fresh.proto);
		flow_table_free(fresh.t);
	}
	return 0;
}
