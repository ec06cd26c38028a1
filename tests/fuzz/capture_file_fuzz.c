// SPDX-License-Identifier: Apache-2.0
/* Any bytes as a capture: reading ends, every frame is whole, and one reader and three tell the
 * same seconds and keep the same frames. */
#include "capture/source.h"

#include "base/clock.h"
#include "base/hash.h"
#include "base/log.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

extern const struct source capture_file;
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct sum {
	uint64_t frames, bytes, ticks; /* order-free sums of what came */
	uint64_t tick_chain;           /* and the seconds in their order */
	uint64_t last;
};

static struct burst b;

static uint64_t sum_frame(const struct frame *f)
{
	assert(f->cap_len <= f->wire_len && f->data);
	return hash_bytes(f->data, f->cap_len, f->seq) + f->time_ns;
}

static void read_all(void *s, unsigned reader, struct sum *sum)
{
	uint64_t next_seq = 0, tick_ns = 0;

	do {
		capture_file.next(s, reader, &b);
		assert(b.n <= BURST_MAX && b.next_seq >= next_seq);
		for (unsigned i = 0; i < b.n; i++) {
			assert(b.frame[i].seq >= next_seq && b.frame[i].seq < b.next_seq);
			assert(b.frame[i].time_ns < tick_ns + NS_PER_S);
			sum->bytes += sum_frame(&b.frame[i]);
		}
		sum->frames += b.n;
		next_seq = b.next_seq;
		if (!b.tick)
			continue;
		assert(b.tick_ns >= tick_ns && b.tick_ns % NS_PER_S == 0);
		tick_ns = b.tick_ns;
		sum->tick_chain = hash_u64(sum->tick_chain ^ b.tick_ns, b.next_seq);
		sum->ticks++;
	} while (!b.end);
	sum->last = b.next_seq;
}

static bool run(char *path, unsigned workers, struct sum *sum)
{
	struct capture_config c = {.workers = workers, .files = {&path, 1}};
	struct err err;
	uint64_t chain = 0;
	void *s;

	if (capture_file.open(&c, &s, &err) < 0) {
		assert(err.msg[0]);
		return false;
	}
	for (unsigned i = 0; i < workers; i++) {
		sum->tick_chain = sum->ticks = 0;
		read_all(s, i, sum);
		assert(i == 0 || sum->tick_chain == chain);
		chain = sum->tick_chain;
	}
	capture_file.close(s);
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sum one = {0}, three = {0};
	char path[64];
	int fd = memfd_create("capture", MFD_CLOEXEC);

	assert(fd >= 0);
	if (write(fd, data, size) != (ssize_t)size)
		abort();
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	log_init("fuzz", LOG_error);
	bool opens = run(path, 1, &one);
	assert(opens == run(path, 3, &three));
	assert(one.frames == one.last && one.frames == three.frames && one.bytes == three.bytes);
	assert(one.ticks == three.ticks && one.tick_chain == three.tick_chain);
	close(fd);
	return 0;
}
