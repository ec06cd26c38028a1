// SPDX-License-Identifier: Apache-2.0
/* roles: what a host is for, from the assets table or learnt from the services it answers; never
 * from the behaviour that is being judged. */
#pragma once

#include "base/addr.h"
#include "base/err.h"
#include "base/param.h"

#include <stdbool.h>
#include <stdint.h>

struct asset {
	struct cidr cidr;
	struct mac mac;
	bool by_mac;
	uint8_t role; /* enum role */
};

struct assets {
	struct asset *at;
	unsigned n;
};

/* Each row is "address|mac|cidr=role". */
int assets_parse(struct assets *a, const struct strs *rows, struct err *err);
void assets_fini(struct assets *a);
/* Bits 1 << enum role of all rows that name the address or the MAC (NULL: not known). */
uint32_t assets_roles(const struct assets *a, const struct addr *addr, const struct mac *mac);

struct services { /* what one host has answered */
	uint32_t bits;
	uint16_t dns_answers; /* saturating */
};
/* `proto`, `port`: a service that answered. */
void services_add(struct services *s, uint8_t proto, uint16_t port);
uint32_t services_roles(const struct services *s); /* bits 1 << enum role */
