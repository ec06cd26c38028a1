// SPDX-License-Identifier: Apache-2.0
#include "base/clock.h"
#include "check.h"
#include "policy.h"

#define ANALYST "10.0.0.50"

static struct isolate_config config;
static const struct section section = {
	.name = "isolate", .params = isolate_params, .config = &config};

static void set(const char *name, const char *value)
{
	struct err err = {.msg = ""};
	const struct param *p = param_find(&section, name);

	CHECK(p && param_set(&section, p, value, &err) == 0);
}

/* Facts under which everything passes, for an analyst. */
static struct policy_facts good(void)
{
	struct policy_facts f = {
		.has_mac = true,
		.mac = {{0x02, 0, 0, 0, 0, 0x11}},
		.n_addrs = 1,
		.n_all = 1,
		.macs_on_port = 1,
		.isolator_times_out = true,
		.profile_able = true,
		.ttl_s = 600,
		.hosts = 100,
		.has_requester = true,
		.has_reason = true,
		.family = FAMILY_ransomware,
		.evidence_kinds = 2,
	};
	addr_parse(ANALYST, &f.addrs[0]);
	return f;
}

/* clang-format off */
/* One change of the facts or the configuration, and the rail that must refuse; RAIL_count: none. */
enum change {
	C_none, C_requester, C_reason, C_frozen, C_no_mac, C_no_mac_able, C_ambiguous, C_group, C_vrrp,
	C_hsrp2, C_hsrp2_next, C_prot_addr, C_next_addr, C_prot_mac, C_prot_second, C_role, C_role_free,
	C_role_learnt, C_role_learnt_free, C_uplink_at, C_uplink, C_port_at, C_port, C_profile, C_unable,
	C_ttl, C_rate_at, C_rate, C_rate_lifted, C_share_at, C_share, C_share_lifted, C_share_few,
	C_share_few_two, C_loopback,
	A_none, A_family, A_one, A_one_approved, A_single, A_scan_one, A_scan_two, A_lease, A_lease_opted,
	A_severe, A_severe_approved, A_lifted, A_zero_single,
};

static void change(enum change c, struct policy_facts *f)
{
	static const struct mac vrrp = {{0, 0, 0x5e, 0, 1, 9}}, group = {{1, 0, 0x5e, 0, 0, 1}};
	static const struct mac hsrp2 = {{0, 0, 0x0c, 0x9f, 0xf5, 1}},
				hsrp2_next = {{0, 0, 0x0c, 0x9f, 0xe5, 1}};
	f->by_automatic = c >= A_none;

	switch (c) {
	case C_requester: f->has_requester = false; break;
	case C_reason: f->has_reason = false; break;
	case C_frozen: f->frozen = true; break;
	case C_no_mac: f->has_mac = false; break;
	case C_no_mac_able: f->has_mac = false; f->isolator_without_mac = true; break;
	case C_ambiguous: f->has_mac = false; f->ambiguous = "two"; f->isolator_without_mac = true; break;
	case C_group: f->mac = group; break;
	case C_vrrp: f->mac = vrrp; break;
	case C_hsrp2: f->mac = hsrp2; break;
	case C_hsrp2_next: f->mac = hsrp2_next; break;
	case C_prot_addr: addr_parse("10.0.1.255", &f->addrs[0]); break;
	case C_next_addr: addr_parse("10.0.2.0", &f->addrs[0]); break;
	case C_prot_mac: mac_parse("02:00:00:00:00:01", &f->mac); break;
	case C_prot_second: addr_parse("10.0.1.1", &f->addrs[1]); f->n_addrs = 2; break;
	case C_role: addr_parse("10.0.0.10", &f->addrs[0]); break;
	case C_role_free: addr_parse("10.0.0.20", &f->addrs[0]); break;
	case C_role_learnt: f->learnt_role = "dhcp"; break;
	case C_role_learnt_free: f->learnt_role = "print"; break;
	case C_uplink_at: f->n_all = 4; break;
	case C_uplink: f->n_all = 5; break;
	case C_port_at: f->macs_on_port = 4; break;
	case C_port: f->macs_on_port = 5; break;
	case C_profile: f->profile_able = false; break;
	case C_unable: f->unable = "no"; break;
	case C_ttl: f->ttl_s = 0; break;
	case C_rate_at: f->in_window = 2; break;
	case C_rate: f->in_window = 3; break;
	case C_rate_lifted: f->in_window = 3; f->over_limit = true; break;
	case C_share_at: f->active = 1; break;
	case C_share: f->active = 2; break;
	case C_share_lifted: f->active = 2; f->over_limit = true; break;
	case C_share_few: f->hosts = 5; break;
	case C_share_few_two: f->hosts = 5; f->active = 1; break;
	case C_loopback: addr_parse("127.0.0.1", &f->addrs[0]); break;
	case A_family: f->family = FAMILY_lateral; break;
	case A_one: f->evidence_kinds = 1; f->family = FAMILY_malware; break;
	case A_one_approved: f->evidence_kinds = 1; f->family = FAMILY_malware; f->approved = true; break;
	case A_single: f->evidence_kinds = 1; break;
	case A_zero_single: f->evidence_kinds = 0; break;
	case A_scan_one: f->family = FAMILY_scan; f->evidence_kinds = 1; break;
	case A_scan_two: f->family = FAMILY_scan; break;
	case A_lease: f->isolator_times_out = false; break;
	case A_severe: f->severe_again = true; break;
	case A_severe_approved: f->severe_again = true; f->approved = true; break;
	case A_lifted: f->in_window = 3; f->over_limit = true; break;
	default: break;
	}
}

static const struct {
	const char *name;
	enum change change;
	enum policy_rail want;
} rows[] = {
	{"an analyst, nothing against it",        C_none,             RAIL_count},
	{"no requester",                          C_requester,        RAIL_who},
	{"no reason",                             C_reason,           RAIL_who},
	{"frozen",                                C_frozen,           RAIL_frozen},
	{"bare address",                          C_no_mac,           RAIL_target},
	{"bare address, the isolator can",        C_no_mac_able,      RAIL_count},
	{"two MACs, even if the isolator can",    C_ambiguous,        RAIL_target},
	{"group MAC",                             C_group,            RAIL_group},
	{"VRRP MAC",                              C_vrrp,             RAIL_group},
	{"HSRP 2 MAC, group 0x501",               C_hsrp2,            RAIL_group},
	{"beside HSRP 2's range",                 C_hsrp2_next,       RAIL_count},
	{"last address of a protected net",       C_prot_addr,        RAIL_protected},
	{"first address after it",                C_next_addr,        RAIL_count},
	{"protected MAC",                         C_prot_mac,         RAIL_protected},
	{"its second address is protected",       C_prot_second,      RAIL_protected},
	{"loopback",                              C_loopback,         RAIL_protected},
	{"assets: dc",                            C_role,             RAIL_role},
	{"assets: print",                         C_role_free,        RAIL_count},
	{"learnt: dhcp",                          C_role_learnt,      RAIL_role},
	{"learnt: print",                         C_role_learnt_free, RAIL_count},
	{"4 addresses behind it",                 C_uplink_at,        RAIL_count},
	{"5 addresses behind it",                 C_uplink,           RAIL_uplink},
	{"4 MACs on its port",                    C_port_at,          RAIL_count},
	{"5 MACs on its port",                    C_port,             RAIL_uplink},
	{"unknown profile",                       C_profile,          RAIL_able},
	{"the isolator says no",                  C_unable,           RAIL_able},
	{"no TTL",                                C_ttl,              RAIL_ttl},
	{"third in the window",                   C_rate_at,          RAIL_count},
	{"fourth in the window",                  C_rate,             RAIL_rate},
	{"fourth, lifted by the analyst",         C_rate_lifted,      RAIL_count},
	{"second of 100 hosts",                   C_share_at,         RAIL_count},
	{"third of 100 hosts",                    C_share,            RAIL_share},
	{"third, lifted by the analyst",          C_share_lifted,     RAIL_count},
	{"first of 5 hosts",                      C_share_few,        RAIL_count},
	{"second of 5 hosts",                     C_share_few_two,    RAIL_share},
	{"automatic, opted in, two kinds",        A_none,             RAIL_count},
	{"automatic, class not opted in",         A_family,           RAIL_family},
	{"automatic, one kind",                   A_one,              RAIL_evidence},
	{"automatic, one kind, approved",         A_one_approved,     RAIL_count},
	{"automatic, one kind, single opted in",  A_single,           RAIL_count},
	{"automatic, no evidence at all",         A_zero_single,      RAIL_evidence},
	{"automatic, scan alone",                 A_scan_one,         RAIL_evidence},
	{"automatic, scan and another",           A_scan_two,         RAIL_count},
	{"automatic, lease only",                 A_lease,            RAIL_lease},
	{"automatic, severe again",               A_severe,           RAIL_reoffence},
	{"automatic, severe again, approved",     A_severe_approved,  RAIL_count},
	{"automatic lifts no limit",              A_lifted,           RAIL_rate},
};
/* clang-format on */

static void rails(struct policy *p)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct policy_facts f = good();
		struct policy_answer a;

		CASE(rows[i].name);
		change(rows[i].change, &f);
		policy_judge(p, &f, &a);
		CHECK_EQ(a.first, rows[i].want);
		CHECK_EQ(a.allowed, rows[i].want == RAIL_count);
		for (unsigned r = 0; r < RAIL_count; r++)
			CHECK(a.rail[r].why[0] != 0);
	}
}

static bool mode_allows(struct policy *p, const char *mode, bool automatic)
{
	struct policy_facts f = good();
	struct policy_answer a;
	struct err err = {.msg = ""};

	policy_fini(p);
	set("mode", mode);
	CHECK_EQ(policy_init(p, &config, &err), 0);
	f.by_automatic = automatic;
	policy_judge(p, &f, &a);
	CHECK(a.allowed || a.first == RAIL_mode);
	return a.allowed;
}

static void modes(struct policy *p)
{
	CASE("recommend carries nothing out");
	CHECK(!mode_allows(p, "recommend", false));
	CHECK(!mode_allows(p, "recommend", true));
	CASE("dry-run goes through every step");
	CHECK(mode_allows(p, "dry-run", false));
	CHECK(mode_allows(p, "dry-run", true));
	CASE("manual is for analysts only");
	CHECK(mode_allows(p, "manual", false));
	CHECK(!mode_allows(p, "manual", true));
	CASE("auto is for both");
	CHECK(mode_allows(p, "auto", false));
	CHECK(mode_allows(p, "auto", true));
}

static void opt_ins(struct policy *p)
{
	struct policy_facts f = good();
	struct policy_answer a;
	struct err err = {.msg = ""};

	CASE("opt-in for a scan alone, and for a lease");
	policy_fini(p);
	set("auto_single_evidence", "scan");
	set("auto_lease", "yes");
	CHECK_EQ(policy_init(p, &config, &err), 0);
	change(A_scan_one, &f);
	f.isolator_times_out = false;
	policy_judge(p, &f, &a);
	CHECK(a.allowed);
	CHECK(strstr(a.rail[RAIL_evidence].why, "OPTED IN") != NULL);
}

static void ttls(struct policy *p)
{
	static const struct {
		uint32_t asked;
		unsigned before;
		uint32_t want;
	} row[] = {
		{0, 0, 600}, {0, 1, 3600},      {0, 2, 86400},     {0, 9, 86400},
		{60, 0, 60}, {86400, 0, 86400}, {86401, 0, 86400}, {60, 5, 60},
	};

	CASE("TTL and its back-off");
	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++)
		CHECK_EQ(policy_ttl(p, row[i].asked, row[i].before), row[i].want);
	CASE("2 % of the hosts, at least one");
	CHECK_EQ(policy_share(p, 0), 1);
	CHECK_EQ(policy_share(p, 99), 1);
	CHECK_EQ(policy_share(p, 100), 2);
	CHECK_EQ(policy_share(p, 149), 2);
	CHECK_EQ(policy_share(p, 150), 3);
}

static void bad_configuration(void)
{
	static const char *const row[][2] = {
		{"mode", "always"},
		{"ttl_s", "600,60"},
		{"ttl_s", "0"},
		{"ttl_s", "1h"},
		{"protect", "host-a"},
		{"assets", "10.0.0.1"},
		{"assets", "x=dc"},
		{"forensic", "x@y"},
		{"auto_families", "everything"},
		{"auto_single_evidence", "scans"},
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		struct policy p;
		struct err err = {.msg = ""};
		CASE(row[i][1]);
		param_fini(&section);
		memset(&config, 0, sizeof(config));
		param_defaults(&section);
		CHECK_EQ(policy_init(&p, &config, &err), 0);
		policy_fini(&p);
		set(row[i][0], row[i][1]);
		CHECK(policy_init(&p, &config, &err) < 0);
		CHECK(err.msg[0] != 0);
	}
}

int main(void)
{
	struct policy p;
	struct err err = {.msg = ""};

	CASE("configuration");
	param_defaults(&section);
	CHECK_STR(config.mode, "recommend");
	set("mode", "auto");
	set("protect", "10.0.1.0/24,02:00:00:00:00:01");
	set("assets", "10.0.0.10=dc,10.0.0.20=print");
	set("auto_families", "ransomware,malware,scan");
	set("auto_single_evidence", "ransomware");
	CHECK_EQ(policy_init(&p, &config, &err), 0);
	rails(&p);
	ttls(&p);
	modes(&p);
	opt_ins(&p);
	policy_fini(&p);
	bad_configuration();
	param_fini(&section);
	return check_done();
}
