// SPDX-License-Identifier: Apache-2.0
/* The protected set: two short arrays, looked through one by one (tens of entries, once a request).
 */
#include "protect.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define ENTRIES_MAX 4096u

static int grow(void **at, unsigned n, size_t size, struct err *err)
{
	if (n >= ENTRIES_MAX)
		return err_set(err, E2BIG, "more than %u protected entries", ENTRIES_MAX);
	void *bigger = realloc(*at, (n + 1u) * size);
	if (!bigger)
		return err_set(err, ENOMEM, "out of memory for the protected set");
	*at = bigger;
	return 0;
}

int protect_add(struct protect *p, const char *text, struct err *err)
{
	struct cidr net;
	struct mac mac;
	int rc;

	if (mac_parse(text, &mac)) {
		rc = grow((void **)&p->macs, p->n_macs, sizeof(*p->macs), err);
		if (rc == 0)
			p->macs[p->n_macs++] = mac;
		return rc;
	}
	if (cidr_parse(text, &net)) {
		rc = grow((void **)&p->nets, p->n_nets, sizeof(*p->nets), err);
		if (rc == 0)
			p->nets[p->n_nets++] = net;
		return rc;
	}
	err_set(err, EINVAL, "'%.60s' is no address, CIDR or MAC", text);
	err_hint(err, "write 10.0.0.1, 10.0.0.0/24, fe80::/10 or 00:11:22:33:44:55");
	return -EINVAL;
}

void protect_fini(struct protect *p)
{
	free(p->nets);
	free(p->macs);
	*p = (struct protect){.nets = NULL};
}

const char *protect_reserved(const struct mac *m)
{
	static const struct {
		uint8_t prefix[5];
		uint8_t n;
		const char *what;
	} rows[] = {
		{{0x00, 0x00, 0x5e, 0x00, 0x01}, 5, "a VRRP or CARP virtual router's MAC"},
		{{0x00, 0x00, 0x5e, 0x00, 0x02}, 5, "a VRRP virtual router's MAC (IPv6)"},
		{{0x00, 0x00, 0x0c, 0x07, 0xac}, 5, "an HSRP virtual router's MAC"},
		{{0x00, 0x00, 0x0c, 0x9f, 0xf0}, 4, "an HSRP version 2 virtual router's MAC"},
		{{0x00, 0x05, 0x73, 0xa0, 0x00}, 4, "an HSRP virtual router's MAC (IPv6)"},
		{{0x00, 0x07, 0xb4, 0x00, 0x00}, 3, "a GLBP virtual router's MAC"},
	};
	static const struct mac zero;

	if (mac_eq(m, &zero))
		return "not a MAC";
	if (mac_is_group(m))
		return "a multicast or broadcast MAC";
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (memcmp(m->b, rows[i].prefix, rows[i].n) != 0)
			continue;
		if (rows[i].n == 4 && (m->b[4] & 0xf0) != (rows[i].prefix[4] & 0xf0))
			continue; /* the range is fff:xxx: twelve bits are the group */
		return rows[i].what;
	}
	return NULL;
}

bool protect_has_mac(const struct protect *p, const struct mac *m)
{
	for (unsigned i = 0; i < p->n_macs; i++)
		if (mac_eq(&p->macs[i], m))
			return true;
	return false;
}

bool protect_has_addr(const struct protect *p, const struct addr *a)
{
	if (addr_is_multicast(a) || addr_is_broadcast(a) || addr_is_any(a) || addr_is_loopback(a))
		return true;
	for (unsigned i = 0; i < p->n_nets; i++)
		if (cidr_has(&p->nets[i], a))
			return true;
	return false;
}
