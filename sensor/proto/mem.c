// SPDX-License-Identifier: Apache-2.0
/* Size classes over flow_pool: a block is given to the smallest class that holds it. */
#include "proto/mem.h"

static unsigned class_of(uint32_t n)
{
	unsigned c = 0;

	for (uint32_t size = PROTO_MEM_MIN; size < n; size <<= 1)
		c++;
	return c;
}

int proto_mem_init(struct proto_mem *m, uint64_t budget, struct count *misses)
{
	*m = (struct proto_mem){.budget = budget, .misses = misses};
	for (unsigned c = 0; c < PROTO_MEM_CLASSES; c++) {
		uint32_t size = PROTO_MEM_MIN << c;

		if (flow_pool_init(&m->class[c], size, budget / size + 1) != 0) {
			proto_mem_fini(m);
			return -1;
		}
	}
	return 0;
}

void proto_mem_fini(struct proto_mem *m)
{
	for (unsigned c = 0; c < PROTO_MEM_CLASSES; c++)
		flow_pool_fini(&m->class[c]);
}

/* The block as its last user left it. */
static void *take(struct proto_mem *m, uint32_t n)
{
	unsigned c = class_of(n);

	if (c >= PROTO_MEM_CLASSES || m->used + (PROTO_MEM_MIN << c) > m->budget) {
		count_add(m->misses, 1);
		return NULL;
	}
	uint32_t ref = flow_pool_get(&m->class[c]);
	if (!ref) {
		count_add(m->misses, 1);
		return NULL;
	}
	m->used += PROTO_MEM_MIN << c;
	if (m->used > m->peak)
		m->peak = m->used;
	return flow_pool_at(&m->class[c], ref);
}

void *proto_take(struct proto_mem *m, uint32_t n)
{
	void *at = take(m, n);

	if (at)
		memset(at, 0, n);
	return at;
}

void proto_give(struct proto_mem *m, void *at, uint32_t n)
{
	unsigned c = class_of(n);
	struct flow_pool *p = &m->class[c];

	if (!at)
		return;
	m->used -= PROTO_MEM_MIN << c;
	flow_pool_put(p, (uint32_t)(((uint8_t *)at - p->base) / p->size) + 1);
}

bool proto_append(struct proto_mem *m, struct proto_bytes *b, const void *p, uint32_t n,
		  uint32_t max)
{
	uint32_t room = b->len < max ? max - b->len : 0;
	bool whole = n <= room;

	if (!whole)
		n = room;
	if (n == 0)
		return whole;
	if (b->len + n > b->cap) {
		uint32_t cap = PROTO_MEM_MIN << class_of(b->len + n);
		uint8_t *at = take(m, cap);

		if (!at)
			return false;
		if (b->len)
			memcpy(at, b->at, b->len);
		proto_give(m, b->at, b->cap);
		b->at = at;
		b->cap = cap;
	}
	memcpy(b->at + b->len, p, n);
	b->len += n;
	return whole;
}

void proto_drop(struct proto_mem *m, struct proto_bytes *b)
{
	proto_give(m, b->at, b->cap);
	*b = (struct proto_bytes){0};
}

void proto_consume(struct proto_bytes *b, uint32_t n)
{
	if (n >= b->len) {
		b->len = 0;
		return;
	}
	memmove(b->at, b->at + n, b->len - n);
	b->len -= n;
}
