// SPDX-License-Identifier: Apache-2.0
/* A segment file that anything may have happened to. Since no fuzzer guesses a CRC, the input is
 * also mended: where an entry's lengths agree its CRC is made right, so that what lies behind the
 * CRC is reached too. */
#include "base/hash.h"
#include "publish/segment_read.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static uint8_t *buf, *work;

static void walk(const uint8_t *data, size_t size)
{
	struct segment_header h;
	struct segment_entry e;
	uint8_t chain[SEGMENT_CHAIN] = {0};

	if (segment_header_parse(data, size, &h, chain))
		assert(strlen(h.sensor) < sizeof(h.sensor));
	int fd = memfd_create("fuzz", 0);
	assert(fd >= 0 && write(fd, data, size) == (ssize_t)size);
	struct segment_reader r = segment_reader_of(fd, 0, UINT64_MAX, buf);
	uint64_t last = 0;
	while (segment_reader_next(&r, &e)) {
		const uint8_t *entry = (const uint8_t *)e.topic - SEGMENT_ENTRY_HEAD;
		assert(r.at > last && r.at <= size);
		assert(e.size == segment_entry_size(e.topic_len, e.json_len));
		segment_entry_follows(entry, &e, chain, work);
		last = r.at;
	}
	assert(r.torn || r.at == size);
	segment_reader_close(&r);
}

static void mend(uint8_t *p, size_t n)
{
	struct segment_entry e;

	if (n >= SEGMENT_HEADER && memcmp(p, "VIGIEJN\n", 8) == 0) {
		uint32_t crc = hash_crc32c(p, SEGMENT_HEADER - 4);
		memcpy(p + SEGMENT_HEADER - 4, &crc, 4);
	}
	while (segment_entry_parse(p, n, &e) == SEGMENT_bad && e.size != 0) {
		uint32_t crc = hash_crc32c(p + 4, e.size - 4);
		memcpy(p, &crc, 4);
		p += e.size;
		n -= e.size;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (!buf) {
		buf = malloc(SEGMENT_READ_BUFFER);
		work = malloc(SEGMENT_CHAIN + SEGMENT_ENTRY_MAX);
		assert(buf && work);
	}
	walk(data, size);
	uint8_t *copy = malloc(size + 1);
	assert(copy);
	memcpy(copy, data, size);
	mend(copy, size);
	walk(copy, size);
	free(copy);
	return 0;
}
