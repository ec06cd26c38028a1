// SPDX-License-Identifier: Apache-2.0
/* One worker's datagrams that wait for fragments. */
#pragma once

#include "decode/frag.h"
#include "flow/flow.h"
#include "flow/key.h"
#include "flow/memory.h"

#define FRAG_PAGE       2048u
#define FRAG_PAGE_BYTES (FRAG_PAGE - 16u)
#define FRAG_BUFFERS    64u /* datagrams a burst */

struct frag_page {     /* some bytes of one fragment */
	uint32_t next; /* in the order of arrival */
	uint16_t off, len;
	uint8_t part; /* which fragment, by arrival */
	uint8_t pad[7];
	uint8_t at[FRAG_PAGE_BYTES];
};
_Static_assert(sizeof(struct frag_page) == FRAG_PAGE, "a page");
_Static_assert(FRAG_PAGE_BYTES % FRAG_BLOCK == 0, "blocks are not cut by pages");

struct frag_extent { /* of one fragment */
	uint16_t at, len;
};

#define FRAG_END_KNOWN  1u /* a last fragment was seen: `total` */
#define FRAG_HEAD_KNOWN 2u /* a first fragment was seen: head, proto, ttl */
#define FRAG_OVERLAPS   4u
#define FRAG_DEAD       8u /* nothing will come of it; what still arrives is thrown away */

struct frag_datagram {
	struct addr src, dst;
	uint64_t vlan; /* 0 unless VLANs tell flows apart */
	uint32_t id;
	uint32_t chain;       /* index + 1: next in the bucket */
	uint32_t older, newer; /* index + 1: by age */
	uint32_t first, last; /* pages */
	uint32_t born_s;
	uint32_t total, sum; /* bytes: of the datagram; of all its parts */
	uint32_t head;       /* bytes of IP headers */
	uint8_t net, key_proto; /* IPv4's key has the protocol, too */
	uint8_t proto, ttl, n, bits;
	struct frag_extent part[FRAG_PARTS_MAX];
};

struct frag_table {
	struct flow_pool datagrams, pages;
	uint32_t *bucket; /* mask + 1; index + 1 */
	uint32_t mask;
	uint32_t oldest, newest;
	uint32_t now_s; /* the last tick's; never goes back */
	uint32_t timeout_s;
	enum frag_policy policy;
	bool vlan_in_key;
	struct flow_secret secret;
	uint8_t *buffer; /* FRAG_BUFFERS of FRAG_DATA_MAX */
	struct frag_join join;
	uint8_t owner[FRAG_BLOCKS_MAX];
	struct flow_counters *count;
};

int flow_frag_init(struct frag_table *t, const struct flow_config *c, unsigned workers,
		   uint64_t seed, struct flow_counters *count);
void flow_frag_fini(struct frag_table *t);

enum frag_fate {
	FRAG_passed, /* not for us: `p` stays as it is */
	FRAG_held,   /* waits for the others, or was thrown away */
	FRAG_whole,  /* `p` completed a datagram: *len bytes are in the buffer */
};
/* `slot`: which buffer. When whole, `p`'s frag.proto, frag.head and ttl are the first fragment's. */
enum frag_fate flow_frag_put(struct frag_table *t, struct pkt *p, unsigned slot, uint32_t *len);
/* Forgets what is too old; `end`: everything. Datagrams age by these seconds alone, which are the
 * same for every worker, not by their packets'. */
void flow_frag_tick(struct frag_table *t, uint32_t now_s, bool end);
