// SPDX-License-Identifier: Apache-2.0
#include "rule/pages.h"

#include <hs/hs.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define CHUNK ((size_t)4 << 20) /* two large pages; a power of two */
#define LINE  ((size_t)64)

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(memory_sanitizer)
#define SANITIZED 1
#endif
#endif

#ifdef SANITIZED
void *rule_pages_take(size_t n)
{
	n = (n + LINE - 1) & ~(LINE - 1);
	void *p = aligned_alloc(LINE, n ? n : LINE);

	return p ? memset(p, 0, n) : NULL;
}

void rule_pages_give(void *piece)
{
	free(piece);
}
#else
struct chunk { /* at its beginning, which is a multiple of CHUNK */
	size_t size, used;
	unsigned pieces; /* lent */
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct chunk *newest; /* pieces are cut from it */

static struct chunk *chunk_new(size_t size)
{
	uint8_t *at = mmap(NULL, size + CHUNK, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (at == MAP_FAILED)
		return NULL;
	uint8_t *from = (uint8_t *)(((uintptr_t)at + CHUNK - 1) & ~(uintptr_t)(CHUNK - 1));
	if (from > at)
		munmap(at, (size_t)(from - at));
	munmap(from + size, (size_t)(at + CHUNK - from));
	madvise(from, size, MADV_HUGEPAGE);
	struct chunk *c = (struct chunk *)(void *)from;
	*c = (struct chunk){.size = size, .used = LINE};
	return c;
}

void *rule_pages_take(size_t n)
{
	n = (n + LINE - 1) & ~(LINE - 1);
	if (n > SIZE_MAX / 2)
		return NULL;
	pthread_mutex_lock(&lock);
	struct chunk *c = newest;
	if (!c || c->size - c->used < n) {
		size_t size = (n + LINE + CHUNK - 1) & ~(CHUNK - 1);

		c = chunk_new(size);
		/* A piece is found to be of the chunk that it begins in: a larger one has one alone. */
		if (c && size == CHUNK)
			newest = c;
	}
	void *piece = c ? (uint8_t *)c + c->used : NULL;
	if (c) {
		c->used += n;
		c->pieces++;
	}
	pthread_mutex_unlock(&lock);
	return piece;
}

void rule_pages_give(void *piece)
{
	struct chunk *c = (struct chunk *)((uintptr_t)piece & ~(uintptr_t)(CHUNK - 1));

	if (!piece)
		return;
	pthread_mutex_lock(&lock);
	if (--c->pieces == 0) {
		if (c == newest)
			newest = NULL;
		munmap(c, c->size);
	}
	pthread_mutex_unlock(&lock);
}
#endif

void rule_pages_serve(void)
{
	hs_set_database_allocator(rule_pages_take, rule_pages_give);
}
