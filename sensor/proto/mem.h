// SPDX-License-Identifier: Apache-2.0
/* What parsers keep: blocks of size classes (64 B, 128 B … 256 KiB) from one bounded budget, and
 * byte strings that grow in them.
 *
 * Shape:  each class is a flow_pool over address space that costs nothing until it is touched; the
 * sum of what is lent stays below the budget. Thread: the owning worker's. Errors: NULL or false
 * when the budget is used up: counted; the parser goes on without.
 */
#pragma once

#include "base/count.h"
#include "flow/memory.h"

#include <stdbool.h>

#define PROTO_MEM_MIN     64u
#define PROTO_MEM_MAX     (256u << 10)
#define PROTO_MEM_CLASSES 13u

struct file_knowers;

struct proto_mem {
	struct flow_pool class[PROTO_MEM_CLASSES];
	uint64_t used, budget; /* bytes lent, at most */
	uint64_t peak;
	struct count *misses;
	struct file_knowers *knowers; /* file_known.h; may be NULL */
};

int proto_mem_init(struct proto_mem *m, uint64_t budget, struct count *misses);
void proto_mem_fini(struct proto_mem *m);
/* `n` zeroed bytes, n <= PROTO_MEM_MAX; NULL: no room. */
void *proto_take(struct proto_mem *m, uint32_t n);
void proto_give(struct proto_mem *m, void *at, uint32_t n); /* n as taken; NULL is fine */

struct proto_bytes { /* zeroed: empty */
	uint8_t *at;
	uint32_t len, cap;
};
/* Appends; at most `max` bytes in all (the rest is cut). False: cut, or no room. */
bool proto_append(struct proto_mem *m, struct proto_bytes *b, const void *p, uint32_t n,
		  uint32_t max);
void proto_drop(struct proto_mem *m, struct proto_bytes *b); /* empty again, its block given back */
/* Takes the first n bytes off. */
void proto_consume(struct proto_bytes *b, uint32_t n);
