// SPDX-License-Identifier: Apache-2.0
/* One entry a bit and host, or a bit and pair of hosts; 0 in place of the time: it is not set. */
#include "detect/xbits.h"

#include "base/clock.h"
#include "base/hash.h"

struct bit {
	struct sets_head head;
	uint64_t until_s; /* the last second it is set in */
};

int xbits_init(struct xbits_table *t, uint32_t entries, struct err *err)
{
	return sets_init(&t->bits, sizeof(struct bit), entries, err);
}

void xbits_fini(struct xbits_table *t)
{
	sets_fini(&t->bits);
}

static uint64_t key_of(const struct xbit *x, const struct addr *src, const struct addr *dst)
{
	return x->track == XBIT_pair ? hash_pair(src, dst, x->name)
				     : hash_addr(x->track == XBIT_src ? src : dst, x->name);
}

bool xbits_hold(struct xbits_table *t, const struct rule *rule, const struct addr *src,
		const struct addr *dst, uint64_t time_ns)
{
	for (unsigned i = 0; i < rule->n_xbit; i++) {
		const struct xbit *x = &rule->xbit[i];

		if (x->kind < XBIT_isset)
			continue;
		const struct bit *b = sets_find(&t->bits, key_of(x, src, dst));
		if ((b && b->until_s >= time_ns / NS_PER_S) != (x->kind == XBIT_isset))
			return false;
	}
	return true;
}

void xbits_set(struct xbits_table *t, const struct rule *rule, const struct addr *src,
	       const struct addr *dst, uint64_t time_ns)
{
	uint64_t now_s = time_ns / NS_PER_S;
	bool fresh;

	for (unsigned i = 0; i < rule->n_xbit; i++) {
		const struct xbit *x = &rule->xbit[i];
		uint64_t key = key_of(x, src, dst);

		if (x->kind >= XBIT_isset)
			continue;
		struct bit *b = x->kind == XBIT_unset ? sets_find(&t->bits, key)
						      : sets_get(&t->bits, key, 0, &fresh);
		if (!b)
			continue;
		bool on = x->kind == XBIT_set || (x->kind == XBIT_toggle && b->until_s < now_s);
		b->until_s = on ? now_s + x->expire_s : 0;
	}
}
