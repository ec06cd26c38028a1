// SPDX-License-Identifier: Apache-2.0
/* What a reader measures about the mirror itself, for `doctor` and the statistics.
 *
 * Every frame: rate, cut frames, lengths, steps of the clock. One slice of time in `every` (16.8 ms
 * each, so that a frame and its copy fall into the same one) is looked into: checksums, duplicates,
 * VLAN tags by direction. So a share is a share of what was looked at, never of all.
 *
 * Units:  bytes; nanoseconds and whole seconds of packet time.
 * Shape:  HEALTH_SECONDS slots in a ring, slot = second % HEALTH_SECONDS; HEALTH_PAIRS pairs of hosts,
 *         the first that come.
 * Thread: written by the reader, read by any. `pairs_*` are brought up to date once a second.
 * Cost:   2 ns a frame, and 1/every of the 130 ns of looking into one of 460 bytes.
 */
#pragma once

#include "base/clock.h"
#include "base/count.h"
#include "capture/source.h"

#include <stdbool.h>
#include <stdint.h>

#define HEALTH_SECONDS 600
#define HEALTH_PAIRS   1024
#define HEALTH_BACK_NS NS_PER_MS          /* a step back that is counted is longer */
#define HEALTH_JUMP_NS (3600 * NS_PER_S)  /* and one forward */
#define HEALTH_FULL    1522u /* the longest ordinary Ethernet frame: 1500 and two tags */

struct capture_second {
	struct count s; /* which second; a slot that has another one than wanted holds nothing of it */
	struct count frames, bytes, dropped;
};

/* One reader's. As with capture_counters the sum over readers is right for every source, but for
 * the maxima (longest, back_max_ns, jump_max_ns), of which the largest is. */
struct capture_health {
	struct count first_ns, last_ns; /* smallest and largest packet time; 0: no frame yet */
	struct count longest;           /* wire_len */
	struct count over_mtu;          /* longer than HEALTH_FULL: GRO, LRO, TSO or jumbo frames */
	struct count back_max_ns, jump_max_ns; /* largest steps of the clock, counted or not */

	/* Looked into. The three of a kind are disjoint; what was cut or is a fragment is in none. */
	struct count looked;
	struct count ip_sum_ok, ip_sum_bad, ip_sum_empty; /* IPv4 header; empty: 0 */
	struct count l4_sum_ok, l4_sum_bad, l4_sum_empty; /* TCP, UDP. Not UDP over IPv4 with 0 */
	struct count l4_sum_half; /* part of bad: the pseudo header only, left to a NIC to finish */

	/* Duplicates, see dedup.h: of dup_looked IPv4 packets with an id. */
	struct count dup_looked;
	struct count dup_exact;   /* the whole frame again */
	struct count dup_changed; /* the packet again with another MAC, VLAN, TTL or port */
	struct count dup_dropped; /* of both, when removal is on */
	struct count dedup_on;    /* 1: removal is on now */

	struct count pairs;          /* pairs of hosts that exchanged TCP, as far as there was room */
	struct count pairs_one_way;  /* three packets or more one way, none the other */
	struct count pairs_both;     /* seen in both directions */
	struct count pairs_vlan_one; /* of these: tagged in one direction only */
	struct count pairs_vlan_differ; /* of these: tagged both ways, with different ids */

	struct capture_second second[HEALTH_SECONDS];
};
