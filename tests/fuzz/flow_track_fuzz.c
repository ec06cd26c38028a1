// SPDX-License-Identifier: Apache-2.0
/* Bytes to the packets of one connection, eight and their options each, near each other's numbers so that every
 * state is reached: what is remembered stays within its bounds, and a range of SACK stays one. */
#include "base/clock.h"
#include "flow/track.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct track *t)
{
	assert(t->state <= TRACK_closed && t->before <= TRACK_closed);
	assert(t->n_queued <= TRACK_SYNS);
	for (unsigned dir = 0; dir < 2; dir++) {
		const struct track_half *h = &t->half[dir];
		assert(h->n_sack <= TRACK_SACKS && h->wscale <= 14);
		for (unsigned i = 0; i < h->n_sack; i++)
			assert((int32_t)(t->sack[dir][i].to - t->sack[dir][i].from) > 0);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct track t = {.epoch = 0};
	uint32_t near[2] = {0, 0xffffff00u};
	uint64_t now_ns = 1700000000 * NS_PER_S;

	if (size < 1)
		return 0;
	bool midstream = data[0] & 1, six = data[0] & 2;
	for (size_t at = 1; at + 8 <= size;) {
		const uint8_t *d = data + at;
		unsigned options = (d[7] & 15) * 4u;
		uint8_t dir = d[0] & 1;

		at += 8;
		options = options > size - at ? (unsigned)(size - at) : options;
		now_ns += d[7] & 0x10 ? 2100000 * NS_PER_S : NS_PER_S / 4;
		const struct pkt p = {
			.net = six ? PKT_ip6 : PKT_ip4, .proto = 6, .dir = dir, .time_ns = now_ns,
			.tcp_flags = d[1], .tcp_seq = near[dir] + (uint32_t)((int8_t)d[2] * (d[0] & 2 ? 300 : 1)),
			.tcp_ack = near[!dir] + (uint32_t)((int8_t)d[3] * (d[0] & 4 ? 300 : 1)),
			.tcp_win = (uint16_t)(d[4] << 8 | d[5]), .payload_wire = d[6] & 0x80 ? d[6] & 7u : 0,
			.tcp_opt = options ? data + at : NULL, .tcp_opt_len = (uint8_t)options,
		};
		const struct track_pkt in = {.p = &p, .midstream = midstream};
		uint64_t events = track_pkt(&t, &in);

		assert(!(events & ~track_events()));
		assert(!(events & EVENT_BIT(STREAM_est_invalid_ack)) || events & EVENT_BIT(STREAM_invalid_ack));
		if (!(d[0] & 8))
			near[dir] = p.tcp_seq + p.payload_wire + ((d[1] & (TCP_SYN | TCP_FIN)) != 0);
		check(&t);
		at += options;
	}
	return 0;
}
