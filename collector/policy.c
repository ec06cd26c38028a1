// SPDX-License-Identifier: Apache-2.0
/* The rails, one short function each, in the order of isolate_rail.def. */
#include "policy.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const char *const names[] = {
#define RAIL(name, what) #name,
#include "isolate_rail.def"
#undef RAIL
};

static const char *const asks[] = {
#define RAIL(name, what) what,
#include "isolate_rail.def"
#undef RAIL
};

const char *policy_rail_name(enum policy_rail r)
{
	return names[r];
}

const char *policy_rail_asks(enum policy_rail r)
{
	return asks[r];
}

uint32_t policy_ttl(const struct policy *p, uint32_t asked_s, unsigned before)
{
	if (p->n_ttls == 0)
		return 0;
	uint32_t last = p->ttl_s[p->n_ttls - 1];
	uint32_t step = before < p->n_ttls ? p->ttl_s[before] : last;

	if (asked_s == 0)
		return step;
	return asked_s < last ? asked_s : last;
}

unsigned policy_share(const struct policy *p, unsigned hosts)
{
	unsigned n = (unsigned)((double)hosts * p->host_percent / 100.0);
	return n > 0 ? n : 1;
}

const char *policy_role(const struct policy *p, const struct mac *m, const struct addr *a)
{
	for (unsigned i = 0; i < p->n_assets; i++) {
		const struct policy_asset *x = &p->assets[i];
		if (x->is_mac ? m && mac_eq(&x->mac, m) : a && cidr_has(&x->net, a))
			return x->role;
	}
	return NULL;
}

bool policy_role_protected(const struct policy *p, const char *role)
{
	for (unsigned i = 0; role && i < p->protect_roles->n; i++)
		if (strcmp(p->protect_roles->at[i], role) == 0)
			return true;
	return false;
}

__attribute__((format(printf, 4, 5))) static void set(struct policy_answer *out, enum policy_rail r,
						      bool pass, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(out->rail[r].why, sizeof(out->rail[r].why), fmt, ap);
	va_end(ap);
	out->rail[r].pass = pass;
}

static void judge_asking(const struct policy *p, const struct policy_facts *f,
			 struct policy_answer *out)
{
	enum isolate_mode needs = f->by_automatic ? ISOLATE_auto : ISOLATE_manual;

	set(out, RAIL_mode, p->mode == ISOLATE_dry_run || p->mode >= needs, "mode is %s%s",
	    isolate_mode_name(p->mode), p->mode == ISOLATE_dry_run ? ": nothing will be done" : "");
	set(out, RAIL_who, f->has_requester && f->has_reason, "%s",
	    !f->has_requester ? "no requester"
	    : !f->has_reason  ? "no reason"
			      : "both are recorded");
	set(out, RAIL_frozen, !f->frozen, "%s", f->frozen ? "frozen" : "not frozen");
}

static void judge_target(const struct policy_facts *f, struct policy_answer *out)
{
	char text[MAC_TEXT];

	if (f->has_mac)
		set(out, RAIL_target, true, "%s", mac_text(&f->mac, text));
	else if (f->ambiguous)
		set(out, RAIL_target, false, "%s", f->ambiguous);
	else
		set(out, RAIL_target, f->isolator_without_mac, "%s",
		    f->isolator_without_mac ? "the isolator takes an address"
					    : "no MAC was seen for the address");
	const char *what = f->has_mac ? protect_reserved(&f->mac) : NULL;
	set(out, RAIL_group, !what, "%s", what ? what : "one host's MAC");
}

static void judge_protected(const struct policy *p, const struct policy_facts *f,
			    struct policy_answer *out)
{
	char text[ADDR_TEXT];
	const char *role = policy_role(p, f->has_mac ? &f->mac : NULL, NULL);

	set(out, RAIL_protected, true, "none of %u", p->protect.n_macs + p->protect.n_nets);
	if (f->has_mac && protect_has_mac(&p->protect, &f->mac))
		set(out, RAIL_protected, false, "the MAC is protected");
	for (unsigned i = 0; i < f->n_addrs; i++) {
		if (protect_has_addr(&p->protect, &f->addrs[i]))
			set(out, RAIL_protected, false, "%s is protected",
			    addr_text(&f->addrs[i], text));
		if (!policy_role_protected(p, role))
			role = policy_role(p, NULL, &f->addrs[i]);
	}
	if (policy_role_protected(p, role))
		set(out, RAIL_role, false, "it is a %s (assets)", role);
	else if (policy_role_protected(p, f->learnt_role))
		set(out, RAIL_role, false, "it answers like a %s (learnt)", f->learnt_role);
	else
		set(out, RAIL_role, true, "no protected role");
}

static void judge_device(const struct policy *p, const struct policy_facts *f,
			 struct policy_answer *out)
{
	if (f->macs_on_port > p->uplink_max)
		set(out, RAIL_uplink, false, "%u MACs on its port: a trunk or an access point",
		    f->macs_on_port);
	else
		set(out, RAIL_uplink, f->n_all <= p->uplink_max,
		    "%u addresses behind it, at most %u", f->n_all, p->uplink_max);
	set(out, RAIL_able, f->profile_able && !f->unable, "%s",
	    f->unable         ? f->unable
	    : f->profile_able ? "it can"
			      : "the isolator does not know the profile");
	set(out, RAIL_ttl, f->ttl_s > 0, "%u s", f->ttl_s);
}

static void judge_limits(const struct policy *p, const struct policy_facts *f,
			 struct policy_answer *out)
{
	bool lifted = f->over_limit && !f->by_automatic;
	unsigned share = policy_share(p, f->hosts);

	set(out, RAIL_rate, lifted || f->in_window < p->rate_max, "%u of %u in %u s%s",
	    f->in_window, p->rate_max, p->rate_window_s, lifted ? ", lifted by the analyst" : "");
	set(out, RAIL_share, lifted || f->active < share, "%u of %u isolated (%u hosts seen)%s",
	    f->active, share, f->hosts, lifted ? ", lifted by the analyst" : "");
}

static void judge_automatic(const struct policy *p, const struct policy_facts *f,
			    struct policy_answer *out)
{
	uint64_t bit = 1ULL << f->family;

	if (!f->by_automatic) {
		for (unsigned r = RAIL_family; r <= RAIL_reoffence; r++)
			set(out, r, true, "an analyst asks");
		return;
	}
	set(out, RAIL_family, p->auto_families & bit, "%s is %s", family_name(f->family),
	    p->auto_families & bit ? "opted in" : "not opted in");
	if (f->approved)
		set(out, RAIL_evidence, true, "an analyst approved");
	else if (f->evidence_kinds >= 2)
		set(out, RAIL_evidence, true, "%u kinds agree", f->evidence_kinds);
	else
		set(out, RAIL_evidence, p->auto_single & bit && f->evidence_kinds == 1,
		    "%u kind of evidence; auto_single_evidence for %s: %s", f->evidence_kinds,
		    family_name(f->family), p->auto_single & bit ? "OPTED IN" : "no");
	set(out, RAIL_lease, f->isolator_times_out || p->auto_lease, "%s",
	    f->isolator_times_out ? "the enforcer ends it by itself"
	    : p->auto_lease       ? "ended by our lease only: opted in"
				  : "the enforcer cannot end it by itself");
	set(out, RAIL_reoffence, !f->severe_again || f->approved, "%s",
	    !f->severe_again ? "none that is severe"
	    : f->approved    ? "approved"
			     : "severe, and released before: an analyst must approve");
}

void policy_judge(const struct policy *p, const struct policy_facts *f, struct policy_answer *out)
{
	judge_asking(p, f, out);
	judge_target(f, out);
	judge_protected(p, f, out);
	judge_device(p, f, out);
	judge_limits(p, f, out);
	judge_automatic(p, f, out);
	out->first = RAIL_count;
	for (unsigned r = RAIL_count; r-- > 0;)
		if (!out->rail[r].pass)
			out->first = r;
	out->allowed = out->first == RAIL_count;
}
