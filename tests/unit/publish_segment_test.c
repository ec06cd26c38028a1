// SPDX-License-Identifier: Apache-2.0
/* The bytes of a segment: what is written reads back, whatever is cut or changed is seen. */
#include "publish/segment.h"

#include "base/hash.h"
#include "check.h"
#include "publish/segment_read.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

static uint8_t work[SEGMENT_CHAIN + SEGMENT_ENTRY_MAX];

static const struct segment_header header = {
	.sensor = "s1",
	.epoch = 0x0123456789abcdef,
	.first_seq = 7,
	.created_ns = 99,
	.number = 3,
	.before = {1, 2, 3},
};

static void headers(void)
{
	uint8_t bytes[SEGMENT_HEADER], chain[SEGMENT_CHAIN], read_chain[SEGMENT_CHAIN];
	struct segment_header h;

	CASE("a header reads back");
	segment_header_write(&header, bytes, chain);
	CHECK(segment_header_parse(bytes, sizeof(bytes), &h, read_chain));
	CHECK(memcmp(&h, &header, sizeof(h)) == 0);
	CHECK(memcmp(chain, read_chain, sizeof(chain)) == 0);
	CHECK(memcmp(bytes, "VIGIEJN\n", 8) == 0);
	/* Little-endian, whatever the machine: the epoch at 80. */
	CHECK_EQ(bytes[80], 0xef);
	CHECK_EQ(bytes[87], 0x01);

	CASE("a cut header is none");
	for (size_t n = 0; n < sizeof(bytes); n++)
		CHECK(!segment_header_parse(bytes, n, &h, NULL));
	CASE("a header with any bit changed is none");
	for (size_t i = 0; i < 8 * sizeof(bytes); i++) {
		bytes[i / 8] ^= (uint8_t)(1u << i % 8);
		CHECK(!segment_header_parse(bytes, sizeof(bytes), &h, NULL));
		bytes[i / 8] ^= (uint8_t)(1u << i % 8);
	}
}

static size_t entry(uint64_t seq, const char *json, uint8_t chain[SEGMENT_CHAIN], uint8_t *out)
{
	struct segment_entry e = {.seq = seq,
				  .time_ns = 5,
				  .topic = "alert.scan.high",
				  .topic_len = 15,
				  .json = json,
				  .json_len = (uint32_t)strlen(json)};
	size_t n = segment_entry_write(&e, chain, work);

	memcpy(out, work + SEGMENT_CHAIN, n);
	return n;
}

static void entries(void)
{
	uint8_t chain[SEGMENT_CHAIN] = {9}, before[SEGMENT_CHAIN] = {9}, bytes[512];
	struct segment_entry e;

	CASE("an entry reads back");
	size_t n = entry(42, "{\"a\":1}", chain, bytes);
	CHECK_EQ(n, segment_entry_size(15, 7));
	CHECK_EQ(segment_entry_parse(bytes, n, &e), SEGMENT_ok);
	CHECK_EQ(e.seq, 42);
	CHECK_EQ(e.time_ns, 5);
	CHECK_EQ(e.size, n);
	CHECK(e.topic_len == 15 && memcmp(e.topic, "alert.scan.high", 15) == 0);
	CHECK(e.json_len == 7 && memcmp(e.json, "{\"a\":1}", 7) == 0);
	CHECK(memcmp(e.chain, chain, SEGMENT_CHAIN) == 0);
	CHECK(segment_entry_follows(bytes, &e, before, work));
	CHECK(memcmp(before, chain, SEGMENT_CHAIN) == 0);

	CASE("it follows nothing else");
	before[0] ^= 1;
	CHECK(!segment_entry_follows(bytes, &e, before, work));

	CASE("an entry cut anywhere is short");
	for (size_t i = 0; i < n; i++)
		CHECK_EQ(segment_entry_parse(bytes, i, &e), SEGMENT_short);
	CASE("an entry with any bit changed is not taken");
	for (size_t i = 0; i < 8 * n; i++) {
		bytes[i / 8] ^= (uint8_t)(1u << i % 8);
		CHECK(segment_entry_parse(bytes, n, &e) != SEGMENT_ok);
		bytes[i / 8] ^= (uint8_t)(1u << i % 8);
	}
	CASE("zeroes are no entry");
	memset(bytes, 0, sizeof(bytes));
	CHECK_EQ(segment_entry_parse(bytes, sizeof(bytes), &e), SEGMENT_bad);
	CHECK_EQ(e.size, 0);

	CASE("the longest entry, and one byte more");
	size_t most = SEGMENT_ENTRY_MAX - SEGMENT_ENTRY_HEAD - SEGMENT_CHAIN;
	CHECK_EQ(segment_entry_size(1, most - 1), SEGMENT_ENTRY_MAX);
	CHECK_EQ(segment_entry_size(1, most), 0);
	CHECK_EQ(segment_entry_size(65536, 0), 0);
	CHECK_EQ(segment_entry_size(1, (size_t)-1), 0);
}

/* A file with a header and `n` entries; its size. */
static uint64_t make(int fd, unsigned n, uint64_t at[])
{
	uint8_t bytes[512], chain[SEGMENT_CHAIN];
	uint64_t size = SEGMENT_HEADER;

	segment_header_write(&header, bytes, chain);
	CHECK_EQ(pwrite(fd, bytes, SEGMENT_HEADER, 0), SEGMENT_HEADER);
	for (unsigned i = 0; i < n; i++) {
		size_t len = entry(i + 1, "{\"event\":\"of some length\"}", chain, bytes);
		CHECK_EQ(pwrite(fd, bytes, len, (off_t)size), (ssize_t)len);
		at[i] = size;
		size += len;
	}
	return size;
}

static uint64_t walk(int fd, uint64_t at, uint64_t end, struct segment_reader *r)
{
	static uint8_t buf[SEGMENT_READ_BUFFER];
	struct segment_entry e;
	uint64_t sum = 0;

	*r = segment_reader_of(fd, at, end, buf);
	while (segment_reader_next(r, &e))
		sum += e.seq;
	return sum;
}

static void flip(int fd, uint64_t at)
{
	uint8_t b;

	CHECK_EQ(pread(fd, &b, 1, (off_t)at), 1);
	b ^= 0x40;
	CHECK_EQ(pwrite(fd, &b, 1, (off_t)at), 1);
}

static void reader(void)
{
	static uint64_t at[8000];
	struct segment_reader r;
	int fd = memfd_create("segment", 0);
	unsigned n = 8000; /* more than the reader's buffer holds */
	uint64_t all = (uint64_t)n * (n + 1) / 2;
	uint64_t size = make(fd, n, at);

	CASE("a reader walks a segment larger than its buffer");
	CHECK(size > SEGMENT_READ_BUFFER);
	CHECK_EQ(walk(fd, SEGMENT_HEADER, UINT64_MAX, &r), all);
	CHECK(!r.torn && r.damaged == 0 && r.at == size);
	CASE("it stops where it is told, and begins there");
	CHECK_EQ(walk(fd, SEGMENT_HEADER, at[2], &r), 1 + 2);
	CHECK(!r.torn);
	CHECK_EQ(walk(fd, at[7998], UINT64_MAX, &r), 7999 + 8000);
	CASE("an end within an entry is torn");
	CHECK_EQ(walk(fd, SEGMENT_HEADER, at[2] - 1, &r), 1);
	CHECK(r.torn && r.at == at[1]);
	CASE("a damaged entry is stepped over");
	flip(fd, at[3000] + SEGMENT_ENTRY_HEAD + 3);
	CHECK_EQ(walk(fd, SEGMENT_HEADER, UINT64_MAX, &r), all - 3001);
	CHECK(r.damaged == 1 && !r.torn);
	CASE("two damaged neighbours end the walk: lengths cannot be trusted twice");
	flip(fd, at[3001] + SEGMENT_ENTRY_HEAD + 3);
	walk(fd, SEGMENT_HEADER, UINT64_MAX, &r);
	CHECK(r.torn && r.at == at[3000]);
	CASE("a damaged last entry is a torn tail");
	size = make(fd, 3, at);
	CHECK_EQ(ftruncate(fd, (off_t)size), 0);
	flip(fd, at[2] + 40);
	CHECK_EQ(walk(fd, SEGMENT_HEADER, UINT64_MAX, &r), 3);
	CHECK(r.torn && r.at == at[2]);
	close(fd);
}

int main(void)
{
	headers();
	entries();
	reader();
	return check_done();
}
