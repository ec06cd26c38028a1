// SPDX-License-Identifier: Apache-2.0
/* A worker's eye on hosts that an isolation has cut off: is anybody they may not reach still there
 * for them?
 *
 * A mirror copies frames before a switch drops them, so what the host sends proves nothing. What
 * does:
 *   answered    a SYN, datagram or echo request that it sent first WATCH_SETTLE_NS after the action
 *               or later has an answer; or the acknowledgements of the other side go up after that
 *   unanswered  it repeats data after a second in a connection in which the other side has spoken,
 *               or a SYN to a port that has spoken with it, and is told nothing. Not any SYN: whom
 *               it scans may be filtered by a wall of their own
 * A reset and an ICMP error are neither: the switch may have made them.
 *
 * Hosts are known by their MAC: an address may be lent to another while they are cut off.
 *
 * Shape:  WATCH_HOSTS hosts, WATCH_TALKS conversations of each, allocated at the start.
 * Thread: burst and end: the worker. The rings' other ends: the writer (watch.h).
 * Errors: what finds no room in the ring is told with a later frame, or counted (told.lost).
 * Cost:   nobody is watched: one load and one branch a burst. Else a bit a frame, and a search for
 *         frames from and to those hosts.
 * Source: the standing of the proofs is CONVENTIONS 4; the settling time: a SYN is repeated after
 *         1 s (RFC 6298 2.1), so one sent just before the action is seen again before it is over.
 */
#pragma once

#include "decode/pkt.h"
#include "flow/record.h"
#include "observe/ring.h"
#include "wire/journal_api.h"

#define WATCH_HOSTS     16u
#define WATCH_TALKS     128u /* a power of two */
#define WATCH_PORTS     64u
#define WATCH_SETTLE_NS (2u * 1000000000ull)
#define WATCH_REPEAT_NS (900u * 1000000ull) /* RFC 6298's second, less a timer's tick */

struct watch_order {     /* to a worker */
	uint32_t number; /* of the watch; 0: nothing */
	bool end;
	struct mac mac;
	uint32_t n_allow;
	struct addr allow[JOURNAL_WATCH_ALLOW];
};

enum watch_told_kind {
	WATCH_answered,   /* one conversation */
	WATCH_unanswered, /* one conversation */
	WATCH_own,        /* nothing but the number */
};

struct watch_told { /* from a worker */
	uint32_t number;
	uint8_t kind, proto;
	uint16_t port; /* the peer's; 0 none */
	struct addr peer;
	uint64_t time_ns;
	uint64_t own; /* packets so far, of this worker's share */
};

struct watch_talk {
	struct addr peer;
	uint64_t asked_ns; /* when it was first asked what waits for an answer; 0: nothing does */
	uint32_t asked_seq, isn;
	uint32_t ack; /* the newest of the peer's */
	uint16_t own_port, peer_port;
	uint8_t proto; /* 0: free */
	bool fresh;    /* began with the host's own question (TCP: its isn), late enough */
	bool spoke;    /* an established connection: the mirror has shown the peer's side */
	bool has_isn, has_ack, answered, unanswered;
	uint32_t used; /* when: for who goes */
};

struct watch_host {
	uint32_t number; /* 0: free */
	struct mac mac;
	uint32_t n_allow;
	struct addr allow[JOURNAL_WATCH_ALLOW];
	uint64_t from_ns, next_own_ns, own, own_told;
	uint32_t clock;
	struct watch_port { /* that spoke with it */
		struct addr peer;
		uint16_t port;
	} spoke[WATCH_PORTS];
	struct watch_talk talk[WATCH_TALKS];
};

struct watch_tap {
	unsigned n;    /* hosts */
	uint64_t bits; /* one for the last byte of each MAC, modulo 64 */
	struct watch_host *host;
	struct ring orders, told;
};

int watch_tap_init(struct watch_tap *t, struct err *err);
void watch_tap_fini(struct watch_tap *t);
void watch_tap_burst(struct watch_tap *t, const struct pkt *pkt, unsigned n, uint64_t now_ns);
