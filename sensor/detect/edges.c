// SPDX-License-Identifier: Apache-2.0
/* The graph of administration; see edges.h. */
#include "detect/edges.h"

#include "base/hash.h"

int edges_init(struct edges *e, uint32_t entries, struct err *err)
{
	return sets_init(&e->at, sizeof(struct edge), entries, err);
}

void edges_fini(struct edges *e)
{
	sets_fini(&e->at);
}

struct edge *edges_use(struct edges *e, uint64_t src, uint64_t dst, uint16_t service,
		       uint64_t now_ns, bool *fresh)
{
	uint64_t key = hash_u64(hash_u64(src, 41) + dst, 42 + (uint64_t)service);
	struct edge *at = sets_get(&e->at, key, 0, fresh);

	if (*fresh)
		at->first_ns = now_ns;
	if (now_ns > at->last_ns)
		at->last_ns = now_ns;
	return at;
}

bool edges_take(void *entry)
{
	((struct edge *)entry)->learnt = 1;
	return true;
}

bool edges_administers(uint16_t port)
{
	static const uint16_t ports[] = {22,  23,   135,  139,  445,  512,  513,
					 514, 3389, 5900, 5901, 5985, 5986, 2375};

	for (unsigned i = 0; i < sizeof(ports) / sizeof(ports[0]); i++) {
		if (ports[i] == port)
			return true;
	}
	return false;
}
