// SPDX-License-Identifier: Apache-2.0
/* The section "isolate": its parameters, and what they mean to the policy. */
#include "policy.h"

#include "config/config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define C struct isolate_config
const struct param isolate_params[] = {
	PARAM_TEXT(PARAM_STR, C, mode, "recommend", "recommend, dry-run, manual or auto"),
	PARAM_TEXT(PARAM_STR, C, dir, VIGIE_ISOLATORS, "folder of the isolator programs"),
	PARAM_TEXT(PARAM_STR, C, isolator, "dry-run", "the isolator used when none is named"),
	PARAM_TEXT(PARAM_STR, C, profile, "insulate", "what an isolated host may still reach"),
	PARAM_TEXT(PARAM_STR, C, audit, "/var/lib/vigie/audit.log", "the hash-chained audit log"),
	PARAM_TEXT(PARAM_LIST, C, params, "", "NAME.KEY=VALUE for the isolator NAME"),
	PARAM_TEXT(PARAM_LIST, C, protect, "", "address, CIDR or MAC that is never isolated"),
	PARAM_TEXT(PARAM_LIST, C, assets, "", "address|mac|cidr=role"),
	PARAM_TEXT(PARAM_LIST, C, protect_roles,
		   "gateway,dns,dhcp,dc,vpn,proxy,collector,sensor,switch,admin,forensic",
		   "roles that are never isolated"),
	PARAM_TEXT(PARAM_LIST, C, forensic, "",
		   "IP or IP@MAC that an insulated host still reaches (and the collector)"),
	PARAM_TEXT(PARAM_LIST, C, dhcp_servers, "", "where an insulated host may renew its lease"),
	PARAM(PARAM_BOOL, C, allow_arp, 0, 1, 0, "", "let an insulated host ARP for everybody"),
	PARAM(PARAM_BOOL, C, allow_dhcp, 0, 1, 1, "", "let an insulated host renew its lease"),
	PARAM_TEXT(PARAM_LIST, C, ttl_s, "600,3600,86400",
		   "seconds the first, second and later isolations of a host last"),
	PARAM_TEXT(PARAM_LIST, C, auto_families, "", "classes isolated without an analyst"),
	PARAM_TEXT(PARAM_LIST, C, auto_single_evidence, "",
		   "classes isolated on one kind of evidence alone"),
	PARAM(PARAM_BOOL, C, auto_lease, 0, 1, 0, "",
	      "auto also where only our lease ends the isolation"),
	PARAM(PARAM_BOOL, C, reapply, 0, 1, 0, "", "put back what a device has lost"),
	PARAM(PARAM_U32, C, rate_max, 1, 100000, 3, "", "isolations in the window"),
	PARAM(PARAM_U32, C, rate_window_s, 1, 86400, 600, "s", "the window of rate_max"),
	PARAM(PARAM_F64, C, host_percent, 0, 100, 2, "%", "hosts isolated at once (at least 1)"),
	PARAM(PARAM_U32, C, uplink_max, 1, 60, 4, "", "addresses behind one host's MAC"),
	PARAM(PARAM_U32, C, sighting_s, 60, 31536000, 604800, "s",
	      "how long a sighting is believed"),
	PARAM(PARAM_F64, C, timeout_s, 0.05, 60, 5, "s", "an isolator's time before SIGKILL"),
	{.name = NULL},
};
#undef C

static const char *const modes[] = {"recommend", "dry-run", "manual", "auto", NULL};

const char *isolate_mode_name(enum isolate_mode m)
{
	return modes[m];
}

static int parse_mode(struct policy *p, const char *text, struct err *err)
{
	for (unsigned m = 0; modes[m]; m++) {
		if (strcmp(modes[m], text ? text : "recommend") == 0) {
			p->mode = (enum isolate_mode)m;
			return 0;
		}
	}
	err_set(err, EINVAL, "isolate.mode is '%.40s'", text);
	err_hint(err, "recommend, dry-run, manual or auto");
	return -EINVAL;
}

static int parse_ttls(struct policy *p, const struct strs *s, struct err *err)
{
	if (s->n == 0 || s->n > POLICY_TTLS)
		return err_set(err, EINVAL, "isolate.ttl_s needs 1 to %d steps", POLICY_TTLS);
	for (unsigned i = 0; i < s->n; i++) {
		char *end;
		unsigned long v = strtoul(s->at[i], &end, 10);
		if (*end || end == s->at[i] || v < 1 || v > 30 * 86400UL ||
		    (i > 0 && v < p->ttl_s[i - 1]))
			return err_set(err, EINVAL,
				       "isolate.ttl_s: '%.40s' is no rising number of seconds",
				       s->at[i]);
		p->ttl_s[i] = (uint32_t)v;
	}
	p->n_ttls = s->n;
	return 0;
}

static int parse_families(uint64_t *bits, const char *name, const struct strs *s, struct err *err)
{
	for (unsigned i = 0; i < s->n; i++) {
		enum family f = family_parse(s->at[i]);
		if (f == FAMILY_other && strcmp(s->at[i], "other") != 0)
			return err_set(err, EINVAL, "isolate.%s: '%.40s' is no class", name,
				       s->at[i]);
		*bits |= 1ULL << f;
	}
	return 0;
}

static int parse_asset(struct policy_asset *x, const char *text, struct err *err)
{
	const char *eq = strchr(text, '=');
	char key[ADDR_TEXT + 8];
	size_t n = eq ? (size_t)(eq - text) : 0;

	if (!eq || n >= sizeof(key) || strlen(eq + 1) >= sizeof(x->role) || !eq[1])
		return err_set(err, EINVAL, "isolate.assets: '%.80s' is not WHAT=ROLE", text);
	memcpy(key, text, n);
	key[n] = 0;
	snprintf(x->role, sizeof(x->role), "%s", eq + 1);
	x->is_mac = mac_parse(key, &x->mac);
	if (!x->is_mac && !cidr_parse(key, &x->net))
		return err_set(err, EINVAL, "isolate.assets: '%.60s' is no address, CIDR or MAC",
			       key);
	return 0;
}

static int parse_sets(struct policy *p, const struct isolate_config *c, struct err *err)
{
	int rc = 0;

	for (unsigned i = 0; rc == 0 && i < c->protect.n; i++)
		rc = protect_add(&p->protect, c->protect.at[i], err);
	p->assets = calloc(c->assets.n ? c->assets.n : 1, sizeof(*p->assets));
	if (!p->assets)
		return err_set(err, ENOMEM, "out of memory");
	for (unsigned i = 0; rc == 0 && i < c->assets.n; i++, p->n_assets++)
		rc = parse_asset(&p->assets[i], c->assets.at[i], err);
	/* Who must stay reachable must not be cut off: a forensic host is protected, too. */
	for (unsigned i = 0; rc == 0 && i < c->forensic.n; i++) {
		char ip[ADDR_TEXT] = "";
		snprintf(ip, sizeof(ip), "%.*s", (int)strcspn(c->forensic.at[i], "@"),
			 c->forensic.at[i]);
		rc = protect_add(&p->protect, ip, err);
	}
	return rc;
}

int policy_init(struct policy *p, const struct isolate_config *c, struct err *err)
{
	*p = (struct policy){
		.protect_roles = &c->protect_roles,
		.auto_lease = c->auto_lease,
		.rate_max = c->rate_max,
		.rate_window_s = c->rate_window_s,
		.host_percent = c->host_percent,
		.uplink_max = c->uplink_max,
	};
	int rc = parse_mode(p, c->mode, err);
	if (rc == 0)
		rc = parse_ttls(p, &c->ttl_s, err);
	if (rc == 0)
		rc = parse_families(&p->auto_families, "auto_families", &c->auto_families, err);
	if (rc == 0)
		rc = parse_families(&p->auto_single, "auto_single_evidence",
				    &c->auto_single_evidence, err);
	if (rc == 0)
		rc = parse_sets(p, c, err);
	if (rc != 0)
		policy_fini(p);
	return rc;
}

void policy_fini(struct policy *p)
{
	protect_fini(&p->protect);
	free(p->assets);
	p->assets = NULL;
	p->n_assets = 0;
}
