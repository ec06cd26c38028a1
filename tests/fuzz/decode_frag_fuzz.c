// SPDX-License-Identifier: Apache-2.0
/* Any parts of a datagram, joined, against a model of single bytes. The first byte is the policy; a
 * part is three bytes: where (blocks), how long (blocks), what it is filled with. */
#include "decode/frag.h"

#include <assert.h>
#include <string.h>

#define BLOCKS 256u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct part {
	uint32_t at, end;
};

static bool wins(enum frag_policy p, const struct part *old, const struct part *now)
{
	switch (p) {
	case FRAG_bsd:
		return old->at > now->at;
	case FRAG_linux:
		return old->at >= now->at;
	case FRAG_windows:
		return old->at > now->at && old->end < now->end;
	default:
		return p == FRAG_last;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t out[FRAG_DATA_MAX], owner[FRAG_BLOCKS_MAX], bytes[BLOCKS * FRAG_BLOCK];
	static struct frag_join j;
	struct part part[FRAG_PARTS_MAX];
	int from[BLOCKS];
	uint8_t want[BLOCKS];
	uint32_t total = 0;

	if (size == 0)
		return 0;
	enum frag_policy policy = (enum frag_policy)(data[0] % FRAG_policy_count);
	for (size_t i = 0; 3 * i + 3 < size; i++)
		total = data[3 * i + 1] + 1u > total ? data[3 * i + 1] + 1u : total;
	memset(from, 0xff, sizeof(from));
	frag_join_begin(&j, policy, out, owner, total * FRAG_BLOCK);
	for (unsigned n = 0; n < FRAG_PARTS_MAX && 3 * n + 3 < size; n++) {
		const uint8_t *d = data + 1 + 3 * (size_t)n;
		uint32_t len = 1 + d[1] % (total - d[0]);
		part[n] = (struct part){d[0], d[0] + len};
		memset(bytes, d[2], len * FRAG_BLOCK);
		frag_join_part(&j, d[0] * FRAG_BLOCK, (d[0] + len) * FRAG_BLOCK);
		frag_join_bytes(&j, d[0] * FRAG_BLOCK, bytes, len * FRAG_BLOCK);
		for (uint32_t b = d[0]; b < d[0] + len; b++) {
			if (from[b] >= 0 && !wins(policy, &part[from[b]], &part[n]))
				continue;
			from[b] = (int)n;
			want[b] = d[2];
		}
	}
	bool whole = true;
	for (uint32_t b = 0; b < total; b++) {
		whole = whole && from[b] >= 0;
		for (unsigned k = 0; from[b] >= 0 && k < FRAG_BLOCK; k++)
			assert(out[b * FRAG_BLOCK + k] == want[b]);
	}
	assert(frag_join_whole(&j, total * FRAG_BLOCK) == whole);
	return 0;
}
