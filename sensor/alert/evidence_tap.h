// SPDX-License-Identifier: Apache-2.0
/* A worker's memory of what it has seen: the first EVIDENCE_FLOW_BYTES of each direction of a flow
 * and the headers after, in pages that are used in turn.
 *
 * Freezing is a message. The worker answers by handing pages over: each is pinned once for each
 * message, and the evidence thread takes the pin away when it has copied what it wants. A pinned
 * page is not overwritten; the worker goes on in the next one that is free. When half the pages are
 * pinned it hands over no more, and says so.
 *
 * Shape:  `memory` bytes, allocated at the start, in pages of EVIDENCE_PAGE bytes.
 * Thread: frame, turn, end: the worker. put_back: the evidence thread, which after the worker's end
 *         calls turn() in its place.
 * Errors: a frame for which there is no page is counted; an answer for which the ring has no room
 * is told by the next that has. Cost:   a copy of at most 64 KiB a frame; without requests one load
 * a burst.
 */
#pragma once

#include "base/count.h"
#include "capture/source.h"
#include "decode/pkt.h"
#include "observe/ring.h"

#define EVIDENCE_PAGE       (256u << 10) /* bytes */
#define EVIDENCE_FLOW_BYTES (16u << 10)
#define EVIDENCE_KEEP       (64u << 10) /* bytes of one frame at the most */
#define EVIDENCE_REQUESTS   16u

struct evidence_record { /* in a page; its bytes follow, padded to 8 */
	uint64_t time_ns, seq;
	struct addr src, dst;
	uint32_t cap_len, wire_len;
	uint16_t link, source, vlan_tci, flags;
	uint64_t room; /* bytes, this header included */
};

struct evidence_page {
	_Atomic uint32_t pins;
	uint32_t used;   /* bytes */
	uint64_t number; /* the how manieth page it is; 0: empty */
	uint64_t first_ns, last_ns;
};

struct evidence_ask { /* to a worker */
	uint32_t request;
	uint64_t from_ns, to_ns;
};

enum evidence_told_kind {
	EVIDENCE_page,  /* bytes from … to of a page, pinned */
	EVIDENCE_begun, /* all that was there has been handed over; pages for all follow */
	EVIDENCE_ended, /* to_ns has passed, or the worker has */
};
#define EVIDENCE_ALL UINT32_MAX /* .request: of every request that has begun and not ended */

struct evidence_told { /* from a worker */
	uint32_t kind, request, page, from, to;
	uint32_t partial; /* begun: not all of it was there; ended: pages were not handed over */
};

struct evidence_tap {
	uint8_t *memory;
	struct evidence_page *page;
	uint32_t n_pages, at;
	uint32_t handed; /* bytes of the page at `at` that the open requests have */
	uint64_t number;
	uint64_t gone_ns; /* the latest time that has been overwritten */
	struct evidence_open {
		struct evidence_ask ask;
		bool begun_told, partial;
	} open[EVIDENCE_REQUESTS];
	unsigned n_open;
	bool missed; /* a page could not be handed over since the requests began */
	struct ring ask, told;
	struct count frames, dropped;
};

int evidence_tap_init(struct evidence_tap *t, uint64_t memory, struct err *err);
void evidence_tap_fini(struct evidence_tap *t);
/* Keeps one frame. */
void evidence_frame(struct evidence_tap *t, const struct frame *f, const struct pkt *p);
/* Once a burst: takes requests, ends those whose time has passed. */
void evidence_turn(struct evidence_tap *t, uint64_t now_ns);
/* The worker ends: so do its requests. */
void evidence_tap_end(struct evidence_tap *t);

static inline const uint8_t *evidence_tap_page(const struct evidence_tap *t, uint32_t page)
{
	return t->memory + (uint64_t)page * EVIDENCE_PAGE;
}
static inline void evidence_put_back(struct evidence_tap *t, uint32_t page)
{
	atomic_fetch_sub_explicit(&t->page[page].pins, 1, memory_order_release);
}
