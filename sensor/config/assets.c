// SPDX-License-Identifier: Apache-2.0
#include "config/assets.h"

#include <errno.h>

int asset_parse(const char *text, struct asset *out, struct err *err)
{
	const char *eq = strrchr(text, '=');
	struct asset a = {.role = ROLE_none};
	char what[64];

	if (!eq) {
		err_set(err, EINVAL, "'%.80s' names no role", text);
		err_hint(err, "write WHAT=role, as in 10.0.0.10=dc");
		return -EINVAL;
	}
	size_t n = (size_t)(eq - text);
	if (n < sizeof(what)) {
		memcpy(what, text, n);
		what[n] = '\0';
		a.is_mac = mac_parse(what, &a.mac);
	}
	if (n >= sizeof(what) || (!a.is_mac && !cidr_parse(what, &a.cidr))) {
		err_set(err, EINVAL, "'%.*s' is no address, CIDR or MAC", n < 80 ? (int)n : 80,
			text);
		err_hint(err, "as in 10.0.0.10=dc, 10.9.0.0/24=voip, 02:00:00:00:00:01=backup");
		return -EINVAL;
	}
	a.role = role_parse(eq + 1);
	if (a.role == ROLE_none)
		return role_refuse(eq + 1, err);
	*out = a;
	return 0;
}

int asset_check(const char *text, struct err *err)
{
	struct asset unused;

	return asset_parse(text, &unused, err);
}

enum role assets_role(const struct asset *at, unsigned n, const struct addr *addr,
		      const struct mac *mac)
{
	const struct asset *best = NULL;

	for (unsigned i = 0; i < n; i++) {
		if (at[i].is_mac) {
			if (mac && mac_eq(&at[i].mac, mac))
				return at[i].role;
		} else if (cidr_has(&at[i].cidr, addr) &&
			   (!best || at[i].cidr.bits > best->cidr.bits)) {
			best = &at[i];
		}
	}
	return best ? best->role : ROLE_none;
}
