// SPDX-License-Identifier: Apache-2.0
/* Hostile frames through everything capture/ reads of them: hash of hosts, checksums, duplicates,
 * measurements, filter. Byte 0: link, tag, time. */
#include "capture/dispatch.h"
#include "capture/filter.h"
#include "capture/probe.h"
#include "capture/sums.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct capture_health health;
	static struct capture_probe probe;
	static struct capture_dedup dedup;
	static struct capture_filter *filter;
	static uint64_t now = NS_PER_S;
	struct err err;

	if (!filter) {
		assert(capture_probe_init(&probe, &health, 1, &err) == 0);
		assert(capture_dedup_init(&dedup, "on", true, 1, &err) == 0);
		assert(capture_filter_new(&filter, "vlan or tcp port 80 or icmp6", &err) == 0);
	}
	if (size < 1)
		return 0;
	uint8_t *exact = malloc(size > 1 ? size - 1 : 1); /* the frame ends where its memory does */
	assert(exact);
	memcpy(exact, data + 1, size - 1);
	struct frame f = {
		.data = exact,
		.cap_len = (uint32_t)size - 1,
		.wire_len = (uint32_t)size - 1 + (data[0] & 0x80),
		.time_ns = data[0] & 0x40 ? (now += NS_PER_MS) : now,
		.link = data[0] % (LINK_other + 1),
		.flags = data[0] & 0x20 ? FRAME_VLAN : 0,
		.vlan_tci = 5,
	};
	struct capture_sums s = capture_sums_of(&f);
	assert(s.ip <= SUM_half && s.l4 <= SUM_half);
	assert(capture_dispatch_worker(&f, 3, 7) < 3);
	capture_filter_match(filter, &f);
	capture_probe_frame(&probe, &f);
	capture_probe_look(&probe, &f, &dedup);
	capture_dedup_frame(&dedup, &f, true);
	capture_probe_sum_pairs(&probe);
	capture_probe_sum_dedup(&probe, &dedup);
	free(exact);
	return 0;
}
