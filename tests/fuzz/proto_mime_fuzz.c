// SPDX-License-Identifier: Apache-2.0
/* A message of mail, its lines as SMTP, POP3 and IMAP give them: bounded, and all given back. */
#include "proto/mime.h"

#include <assert.h>
#include <stdlib.h>

#define KEPT 2048u /* bytes of a file */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint64_t sum;

static void read_all(const struct proto_bytes *b, uint32_t max)
{
	assert(b->len <= max);
	for (uint32_t i = 0; i < b->len; i++)
		sum += b->at[i];
}

static void look(const struct mime *m)
{
	static const char *const name[] = {"from", "content-type", "x"};
	const uint8_t *at;
	uint32_t n;

	assert(m->n_files <= MIME_FILES && m->n_boundaries <= MIME_BOUNDARIES);
	read_all(&m->headers, MIME_HEADERS);
	read_all(&m->part, MIME_HEADERS);
	for (unsigned i = 0; i < m->n_files; i++) {
		read_all(&m->file[i].name, MIME_HEADERS);
		read_all(&m->file[i].data, KEPT);
		assert(m->file[i].size >= m->file[i].data.len);
	}
	for (unsigned i = 0; i < m->n_boundaries; i++)
		assert(memchr(m->boundary[i], 0, sizeof(m->boundary[i])));
	for (unsigned i = 0; i < 3; i++) {
		if (!mime_header(&m->headers, name[i], 0, &at, &n) || n == 0)
			continue;
		assert(at >= m->headers.at && at + n <= m->headers.at + m->headers.len);
	}
}

/* A line in pieces of MIME_LINE, as its users cut it. */
static void line(struct mime *m, struct proto_mem *mem, const uint8_t *p, size_t n)
{
	bool first = true;

	do {
		uint32_t part = n < MIME_LINE ? (uint32_t)n : MIME_LINE;
		mime_line(m, mem, p, part, first, part == n, KEPT);
		first = false;
		p += part;
		n -= part;
	} while (n);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct proto_mem mem;
	static struct count misses;
	static struct mime m;

	if (!mem.budget && proto_mem_init(&mem, 1 << 20, &misses) != 0)
		abort();
	uint8_t *copy = malloc(size + 1);
	memcpy(copy, data, size);
	mime_begin(&m);
	for (size_t at = 0; at < size;) {
		const uint8_t *end = memchr(copy + at, '\n', size - at);
		size_t n = end ? (size_t)(end - copy) - at : size - at;
		line(&m, &mem, copy + at, n);
		at += n + 1;
	}
	look(&m);
	mime_end(&m, &mem, KEPT);
	look(&m);
	mime_drop(&m, &mem);
	assert(mem.used == 0);
	free(copy);
	return 0;
}
