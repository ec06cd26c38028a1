// SPDX-License-Identifier: Apache-2.0
/* rpc_markers.def as tables; a look-up is a walk over a few dozen interfaces. */
#include "detect/rpc.h"

#include "proto/rpc.h"

#include <pthread.h>
#include <string.h>

enum interface {
#define INTERFACE(id, uuid, name) IF_##id,
#define MARK(...)
#include "detect/rpc_markers.def"
#undef INTERFACE
#undef MARK
	IF_count
};

static const struct {
	const char *uuid, *name;
} interfaces[] = {
#define INTERFACE(id, uuid, name) {uuid, name},
#define MARK(...)
#include "detect/rpc_markers.def"
#undef INTERFACE
#undef MARK
};

#define WEIGHT_find false
#define WEIGHT_tell true
#define OPS(...)    .ops = {__VA_ARGS__}, .n_ops = sizeof((const uint8_t[]){__VA_ARGS__})
/* clang-format off */
const struct rpc_mark rpc_marks[] = {
#define INTERFACE(id, uuid, name)
#define MARK(number_, id_, ops_, weight_, act_, technique_, tactic_, words_)                       \
	{.number = number_, .interface = IF_##id_, ops_, .tell = WEIGHT_##weight_,     \
	 .act = ACT_##act_, .words = words_},
#include "detect/rpc_markers.def"
#undef INTERFACE
#undef MARK
};
/* clang-format on */
const unsigned rpc_n_marks = sizeof(rpc_marks) / sizeof(rpc_marks[0]);

static struct rpc_uuid uuid[IF_count]; /* of interfaces[], read once */
static pthread_once_t is_read = PTHREAD_ONCE_INIT;

static void read_all(void)
{
	for (unsigned i = 0; i < IF_count; i++)
		rpc_uuid_parse(interfaces[i].uuid, strlen(interfaces[i].uuid), &uuid[i]);
}

static bool is_interface(const struct rpc_uuid *u, unsigned i)
{
	pthread_once(&is_read, read_all);
	return memcmp(uuid[i].at, u->at, sizeof(u->at)) == 0;
}

static int interface_of(const struct rpc_uuid *u)
{
	for (int i = 0; i < IF_count; i++) {
		if (is_interface(u, (unsigned)i))
			return i;
	}
	return -1;
}

bool rpc_mark_is(const struct rpc_mark *m, const struct rpc_uuid *u)
{
	return is_interface(u, m->interface);
}

bool rpc_is_netlogon(const struct rpc_uuid *u)
{
	return is_interface(u, IF_netlogon);
}

const char *rpc_interface_name(const struct rpc_uuid *u)
{
	int i = interface_of(u);
	return i < 0 ? NULL : interfaces[i].name;
}

const struct rpc_mark *rpc_mark_find(const struct rpc_uuid *u, uint16_t opnum)
{
	int i = interface_of(u);

	for (unsigned m = 0; i >= 0 && m < rpc_n_marks; m++) {
		const struct rpc_mark *x = &rpc_marks[m];

		if (x->interface != i)
			continue;
		for (unsigned k = 0; k < x->n_ops; k++) {
			if (x->ops[k] == opnum)
				return x;
		}
	}
	return NULL;
}

unsigned rpc_mark_index(const struct rpc_mark *m)
{
	return (unsigned)(m - rpc_marks);
}
