// SPDX-License-Identifier: Apache-2.0
/* Whose lease an address is; see leased.h. */
#include "detect/leased.h"

#include "base/hash.h"
#include "detect/once.h"
#include "observe/fact.h"

#define DHCP_REQUEST  3
#define DHCP_ACK      5

struct name {
	struct sets_head head;
	uint64_t name;
};

int leased_init(struct leased *l, uint32_t hosts, struct err *err)
{
	int rc = sets_init(&l->names, sizeof(struct name), hosts, err);

	return rc ? rc : sets_init(&l->leases, sizeof(struct name), hosts, err);
}

void leased_fini(struct leased *l)
{
	sets_fini(&l->names);
	sets_fini(&l->leases);
}

static uint64_t key_of(const struct mac *m)
{
	uint64_t w = 0;

	memcpy(&w, m->b, sizeof(m->b));
	w = hash_u64(w, 17);
	return w ? w : 1;
}

/* What a DISCOVER says of a name its REQUEST says again. */
bool leased_uses(const struct proto_fact *f)
{
	const struct fact_dhcp *b = f->body;

	return !b->v6 && ((b->message == DHCP_REQUEST && f->text_len && *f->text) ||
			  (b->message == DHCP_ACK && !addr_is_any(&b->your)));
}

void leased_hear(struct leased *l, const struct observation *o)
{
	const struct fact_dhcp *b = obs_fact(o);
	const char *host = obs_word(o, sizeof(*b), 0);
	bool fresh;

	if (b->v6)
		return;
	if (b->message == DHCP_REQUEST) {
		struct name *n = sets_get(&l->names, key_of(&b->client_mac), 0, &fresh);

		if (*host)
			n->name = once_text(host);
	} else if (b->message == DHCP_ACK && !addr_is_any(&b->your)) {
		const struct name *n = sets_find(&l->names, key_of(&b->client_mac));

		((struct name *)sets_get(&l->leases, hash_addr(&b->your, 19), 0, &fresh))->name = n ? n->name : 0;
	}
}

uint64_t leased_name(struct leased *l, const struct addr *a)
{
	const struct name *n = sets_find(&l->leases, hash_addr(a, 19));

	return n ? n->name : 0;
}
