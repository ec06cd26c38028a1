// SPDX-License-Identifier: Apache-2.0
/* One row of `assets:`: what a host is for. Written "WHAT=role", WHAT being an address, a CIDR or a
 * MAC: "10.0.0.10=dc", "10.9.0.0/24=voip", "aa:bb:cc:dd:ee:ff=backup". In YAML the mapping
 * `assets: {10.0.0.10: dc}` is the same. */
#pragma once

#include "base/addr.h"
#include "config/config.h"

struct asset {
	enum role role;
	bool is_mac;
	struct mac mac;   /* is_mac */
	struct cidr cidr; /* else; one address is all its bits */
};

int asset_parse(const char *text, struct asset *out, struct err *err);
int asset_check(const char *text, struct err *err); /* a struct param's check */

/* The role of the narrowest row that holds the address (MAC rows first, when `mac` is not NULL);
 * ROLE_none when no row does. Of equal rows the first counts. */
enum role assets_role(const struct asset *at, unsigned n, const struct addr *addr,
		      const struct mac *mac);
