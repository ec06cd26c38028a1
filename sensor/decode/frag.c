// SPDX-License-Identifier: Apache-2.0
/* Hosts disagree about overlapping fragments, and who knows how one decides can show it other bytes
 * than its guard sees. So the decision is a parameter, made a block of 8 bytes at a time: of two
 * parts that hold a block the policy takes one by where both begin and end.
 *
 * Cost:   one comparison of 8 bytes a block and part.
 * Source: Ptacek & Newsham 1998, 4.2 and figure 9; Shankar & Paxson, "Active Mapping", 2003, table 1;
 *         Novak, "Target-Based Fragmentation Reassembly", Sourcefire 2005, for the names.
 */
#include "decode/frag.h"

#include <assert.h>
#include <string.h>

static const char *const names[FRAG_policy_count] = {
	[FRAG_bsd] = "bsd",	[FRAG_linux] = "linux", [FRAG_windows] = "windows",
	[FRAG_first] = "first", [FRAG_last] = "last",
};

const char *frag_policy_name(enum frag_policy p)
{
	return names[p];
}

int frag_policy_find(const char *name)
{
	for (int i = 0; i < FRAG_policy_count; i++)
		if (strcmp(names[i], name) == 0)
			return i;
	return -1;
}

bool frag_later_wins(enum frag_policy p, uint32_t old_at, uint32_t old_end, uint32_t at,
		     uint32_t end)
{
	switch (p) {
	case FRAG_bsd:
		return at < old_at;
	case FRAG_linux:
		return at <= old_at;
	case FRAG_windows: /* only what covers the earlier one on both sides */
		return at < old_at && end > old_end;
	case FRAG_last:
		return true;
	case FRAG_first:
	case FRAG_policy_count:
		break;
	}
	return false;
}

static uint32_t blocks(uint32_t bytes)
{
	return (bytes + FRAG_BLOCK - 1) / FRAG_BLOCK;
}

void frag_join_begin(struct frag_join *j, enum frag_policy policy, uint8_t *out, uint8_t *owner,
		     uint32_t total)
{
	assert(total <= FRAG_DATA_MAX);
	j->out = out;
	j->owner = owner;
	j->policy = policy;
	j->n = 0;
	j->differ = false;
	memset(owner, 0, blocks(total));
}

void frag_join_part(struct frag_join *j, uint32_t at, uint32_t end)
{
	assert(j->n < FRAG_PARTS_MAX && at % FRAG_BLOCK == 0 && end <= FRAG_DATA_MAX);
	j->part[j->n++] = (struct frag_part){at, end};
}

void frag_join_bytes(struct frag_join *j, uint32_t off, const uint8_t *bytes, uint32_t len)
{
	const struct frag_part *now = &j->part[j->n - 1];

	for (uint32_t done = 0; done < len; done += FRAG_BLOCK) {
		uint8_t *owner = &j->owner[(off + done) / FRAG_BLOCK];
		uint8_t *to = j->out + off + done;
		uint32_t n = len - done < FRAG_BLOCK ? len - done : FRAG_BLOCK;
		if (*owner != 0) {
			const struct frag_part *old = &j->part[*owner - 1];
			j->differ = j->differ || memcmp(to, bytes + done, n) != 0;
			if (!frag_later_wins(j->policy, old->at, old->end, now->at, now->end))
				continue;
		}
		*owner = (uint8_t)j->n;
		memcpy(to, bytes + done, n);
	}
}

bool frag_join_whole(const struct frag_join *j, uint32_t total)
{
	return memchr(j->owner, 0, blocks(total)) == NULL;
}
