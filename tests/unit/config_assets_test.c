// SPDX-License-Identifier: Apache-2.0
/* Assets, roles, home_net. */
#include "check.h"
#include "config/assets.h"
#include "config/home_net.h"

#include <errno.h>
#include <stdlib.h>

static const struct {
	const char *text;
	enum role role; /* ROLE_none: refused */
	bool is_mac;
	unsigned bits;
	const char *msg, *hint;
} rows[] = {
	{"10.0.0.10=dc", ROLE_dc, false, 128, "", ""},
	{"10.9.0.0/24=voip", ROLE_voip, false, 120, "", ""},
	{"2001:db8::/32=server", ROLE_server, false, 32, "", ""},
	{"AA-bb-cc-dd-ee-ff=backup", ROLE_backup, true, 0, "", ""},
	{"10.0.0.10", ROLE_none, false, 0, "'10.0.0.10' names no role",
	 "write WHAT=role, as in 10.0.0.10=dc"},
	{"10.0.0.300=dc", ROLE_none, false, 0, "'10.0.0.300' is no address, CIDR or MAC",
	 "as in 10.0.0.10=dc, 10.9.0.0/24=voip, 02:00:00:00:00:01=backup"},
	{"=dc", ROLE_none, false, 0, "'' is no address, CIDR or MAC",
	 "as in 10.0.0.10=dc, 10.9.0.0/24=voip, 02:00:00:00:00:01=backup"},
	{"10.0.0.1=gatway", ROLE_none, false, 0, "unknown role 'gatway'",
	 "did you mean 'gateway'?"},
	{"10.0.0.1=zebra", ROLE_none, false, 0, "unknown role 'zebra'",
	 "a role is one of dc, dns, dhcp, gateway, backup, scanner, monitoring, jump, print, voip, "
	 "vpn, proxy, server"},
	{"10.0.0.1=", ROLE_none, false, 0, "unknown role ''",
	 "a role is one of dc, dns, dhcp, gateway, backup, scanner, monitoring, jump, print, voip, "
	 "vpn, proxy, server"},
	{"10.0.0.1=none", ROLE_none, false, 0, "unknown role 'none'", "did you mean 'jump'?"},
};

static void test_assets(void)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct asset a = {.role = ROLE_none};
		struct err err = {0};
		int code = rows[i].role == ROLE_none ? -EINVAL : 0;

		CASE(rows[i].text);
		CHECK_EQ(asset_parse(rows[i].text, &a, &err), code);
		CHECK_EQ(asset_check(rows[i].text, &err), code);
		CHECK_EQ(a.role, rows[i].role);
		CHECK_EQ(a.is_mac, rows[i].is_mac);
		CHECK_EQ(a.cidr.bits, rows[i].bits);
		CHECK_STR(err.msg, rows[i].msg);
		if (strcmp(rows[i].text, "10.0.0.1=none") != 0)
			CHECK_STR(err.hint, rows[i].hint);
	}
}

static const struct {
	const char *addr, *mac;
	enum role want;
} lookups[] = {
	{"10.0.0.10", NULL, ROLE_dc},    /* the narrowest, wherever it stands */
	{"10.0.0.11", NULL, ROLE_print}, /* /24 before /8 */
	{"10.1.0.1", NULL, ROLE_server},
	{"11.0.0.1", NULL, ROLE_none},
	{"fe80::1", NULL, ROLE_none},
	{"10.0.0.10", "02:00:00:00:00:01", ROLE_backup}, /* a MAC is surer than an address */
	{"10.0.0.10", "02:00:00:00:00:02", ROLE_dc},
};

static void test_lookup(void)
{
	static const char *const texts[] = {"10.0.0.0/8=server", "10.0.0.0/24=print",
					    "10.0.0.10=dc", "10.0.0.10=dns",
					    "02:00:00:00:00:01=backup"};
	struct asset at[5];
	struct err err;

	CASE("the narrowest row wins, a MAC before it, of equal ones the first");
	for (unsigned i = 0; i < 5; i++)
		CHECK_EQ(asset_parse(texts[i], &at[i], &err), 0);
	for (size_t i = 0; i < sizeof(lookups) / sizeof(lookups[0]); i++) {
		struct addr a;
		struct mac m;
		CHECK(addr_parse(lookups[i].addr, &a));
		CHECK(!lookups[i].mac || mac_parse(lookups[i].mac, &m));
		CHECK_EQ(assets_role(at, 5, &a, lookups[i].mac ? &m : NULL), lookups[i].want);
	}
}

#define AUTO "10.0.0.0/8 172.16.0.0/12 192.168.0.0/16 169.254.0.0/16 fc00::/7 fe80::/10 "

static const struct {
	const char *name, *given[4], *want; /* NULL: refused */
	bool is_auto;
} nets[] = {
	{"auto", {"auto"}, AUTO, true},
	{"auto and more", {"auto", "198.51.100.0/24"}, AUTO "198.51.100.0/24 ", true},
	{"what auto has is not repeated",
	 {"10.0.0.0/8", "auto"},
	 "10.0.0.0/8 172.16.0.0/12 192.168.0.0/16 169.254.0.0/16 fc00::/7 fe80::/10 ",
	 true},
	{"given", {"192.0.2.0/24", "2001:db8::/32"}, "192.0.2.0/24 2001:db8::/32 ", false},
	{"host bits go", {"192.0.2.77/24"}, "192.0.2.0/24 ", false},
	{"one address", {"192.0.2.77"}, "192.0.2.77/32 ", false},
	{"everything", {"0.0.0.0/0", "::/0"}, "0.0.0.0/0 ::/0 ", false},
	{"none", {NULL}, NULL, false},
	{"no network", {"192.0.2.0/24", "internal"}, NULL, false},
	{"a negation", {"!10.0.0.0/8"}, NULL, false},
};

static void test_home_net(void)
{
	for (size_t i = 0; i < sizeof(nets) / sizeof(nets[0]); i++) {
		struct strs given = {.at = (char **)nets[i].given}, got = {0};
		struct err err = {0};
		bool is_auto = !nets[i].is_auto;
		char all[512] = "";

		while (given.n < 4 && given.at[given.n])
			given.n++;
		CASE(nets[i].name);
		int rc = home_net_resolve(&given, &got, &is_auto, &err);
		CHECK_EQ(rc, nets[i].want ? 0 : -EINVAL);
		for (unsigned k = 0; k < got.n; k++) {
			strcat(strcat(all, got.at[k]), " ");
			free(got.at[k]);
		}
		free(got.at);
		if (rc == 0) {
			CHECK_STR(all, nets[i].want);
			CHECK_EQ(is_auto, nets[i].is_auto);
		} else {
			CHECK(err.hint[0]);
		}
	}
}

int main(void)
{
	CASE("roles by name and back");
	for (unsigned r = ROLE_none + 1; r < ROLE_count; r++)
		CHECK_EQ(role_parse(role_name(r)), r);
	CHECK_EQ(role_parse("none"), ROLE_none);
	CHECK_STR(role_name(ROLE_none), "none");
	CHECK_STR(role_name(ROLE_count), "none");

	test_assets();
	test_lookup();
	test_home_net();
	return check_done();
}
