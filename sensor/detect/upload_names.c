// SPDX-License-Identifier: Apache-2.0
#include "detect/upload_names.h"

#include "base/hash.h"
#include "proto/domain.h"

#include <stdio.h>
#include <string.h>

struct called {
	struct sets_head head;
	uint64_t domain;
};

struct owner {
	struct sets_head head;
	uint64_t users; /* set by hash */
	char name[64];
};

int upload_names_init(struct upload_names *n, uint32_t pairs, struct err *err)
{
	int rc = sets_init(&n->called, sizeof(struct called), pairs, err);

	return rc ? rc : sets_init(&n->domains, sizeof(struct owner), pairs / 4, err);
}

void upload_names_fini(struct upload_names *n)
{
	sets_fini(&n->called);
	sets_fini(&n->domains);
}

static uint64_t pair_key(uint64_t host, const struct addr *there)
{
	return (nets_key(there) ^ hash_u64(host, 31)) | 1;
}

void upload_names_hello(struct upload_names *n, uint64_t host, const struct addr *there, const char *name)
{
	uint32_t len = (uint32_t)strnlen(name, 255), at;
	bool fresh;

	if (!domain_registered((const uint8_t *)name, len, &at, NULL))
		return;
	uint64_t key = hash_bytes(name + at, len - at, 37) | 1;
	struct owner *o = sets_get(&n->domains, key, 0, &fresh);
	if (fresh)
		snprintf(o->name, sizeof(o->name), "%s", name + at);
	o->users |= 1ull << (hash_u64(host, 41) & 63);
	struct called *c = sets_get(&n->called, pair_key(host, there), 0, &fresh);
	c->domain = key;
}

unsigned upload_names_users(struct upload_names *n, uint64_t host, const struct addr *there, char out[64])
{
	const struct called *c = sets_find(&n->called, pair_key(host, there));
	const struct owner *o = c ? sets_find(&n->domains, c->domain) : NULL;

	snprintf(out, 64, "%s", o ? o->name : "");
	return o ? (unsigned)__builtin_popcountll(o->users) : 0;
}
