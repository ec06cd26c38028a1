// SPDX-License-Identifier: Apache-2.0
/* The site's past; see learn.h. */
#include "detect/learn.h"

#include "base/clock.h"
#include "flow/flow.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define LEARN_ENOUGH (14ull * 86400) /* seconds of packet time */
#define STEP_MAX     (60 * NS_PER_S) /* a longer gap between ticks teaches nothing */
#define PACK_NS      (3600 * NS_PER_S)

static bool take_net(void *entry)
{
	((struct net *)entry)->learnt = 1;
	return true;
}

int learn_init(struct learn *l, uint32_t nets, struct err *err)
{
	int rc = nets_init(&l->nets, nets, err);

	if (rc)
		return rc;
	l->table[l->n++] = (struct state_table){"nets", &l->nets.at, take_net};
	return 0;
}

void learn_fini(struct learn *l)
{
	nets_fini(&l->nets);
	free(l->buf);
	l->buf = NULL;
}

int learn_open(struct learn *l, const char *path, bool teaching, struct err *err)
{
	uint8_t *at = NULL;
	size_t size;

	l->teaching = teaching;
	if (!path || !*path)
		return 0;
	l->path = path;
	l->buf = malloc(state_size(l->table, l->n));
	if (!l->buf)
		return err_set(err, ENOMEM, "no memory to keep what is learnt");

	int rc = state_read(path, &at, &size, err);
	if (rc == -ENOENT)
		return 0; /* the first time */
	if (rc)
		return rc;
	struct err why = {0};
	rc = state_unpack(l->table, l->n, &l->about, at, size, &why);
	free(at);
	if (rc == 0) {
		l->nets.hosts = l->about.hosts;
		return 0;
	}
	err_set(err, -rc, "%s: %s", path, why.msg);
	err_hint(err, "move the file away to begin anew");
	return rc;
}

static void pack(struct learn *l)
{
	l->about.hosts = l->nets.hosts;
	l->about.taught |= l->teaching;
	size_t size = state_pack(l->table, l->n, &l->about, l->buf);
	atomic_store_explicit(&l->ready, size, memory_order_release);
}

static void on_tick(struct learn *l, uint64_t now_ns)
{
	if (l->tick_ns && now_ns > l->tick_ns && now_ns - l->tick_ns <= STEP_MAX)
		l->about.learnt_s += (now_ns - l->tick_ns) / NS_PER_S;
	if (now_ns > l->tick_ns)
		l->tick_ns = now_ns;
	if (l->packed_ns == 0)
		l->packed_ns = now_ns;
	if (l->buf && now_ns >= l->packed_ns + PACK_NS &&
	    atomic_load_explicit(&l->ready, memory_order_acquire) == 0) {
		l->packed_ns = now_ns;
		pack(l);
	}
}

static void meet(struct learn *l, struct hosts *h, const struct observation *o,
		 const struct obs_link *link)
{
	bool src_home = hosts_home(h, &o->src), dst_home = hosts_home(h, &o->dst);

	if (src_home == dst_home || addr_is_multicast(&o->dst) || addr_is_broadcast(&o->dst))
		return;
	const struct addr *ours = src_home ? &o->src : &o->dst;
	struct host_view view = hosts_of(h, ours, link);
	nets_meet(&l->nets, src_home ? &o->dst : &o->src, view.id, o->time_ns);
}

void learn_observation(struct learn *l, struct hosts *h, const struct observation *o)
{
	switch (o->kind) {
	case OBS_tick:
		on_tick(l, o->time_ns);
		break;
	case OBS_contact: {
		const struct obs_contact *c = obs_body(o);

		if (c->outcome == FLOW_answered)
			meet(l, h, o, &c->link);
		break;
	}
	case OBS_volume:
		meet(l, h, o, &((const struct obs_volume *)obs_body(o))->link);
		break;
	default:
		break;
	}
}

bool learn_mature(const struct learn *l)
{
	return l->about.taught || l->about.learnt_s >= LEARN_ENOUGH;
}

int learn_turn(struct learn *l, struct err *err)
{
	size_t size = atomic_load_explicit(&l->ready, memory_order_acquire);

	if (size == 0)
		return 0;
	int rc = state_write(l->path, l->buf, size, err);
	atomic_store_explicit(&l->ready, 0, memory_order_release);
	return rc;
}

int learn_save(struct learn *l, struct err *err)
{
	if (!l->buf)
		return 0;
	pack(l);
	return learn_turn(l, err);
}
