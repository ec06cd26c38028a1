// SPDX-License-Identifier: Apache-2.0
/* The accused of a signature's alert; see subject.h. */
#include "detect/subject.h"

#include "flow/flow.h"
#include "rule/rule.h"
#include "wire/alert.h"

static bool is_about_an_implant(enum family f)
{
	return f == FAMILY_c2 || f == FAMILY_malware || f == FAMILY_exfil;
}

const struct addr *subject_of(const struct observation *o, const struct hosts *h)
{
	const struct obs_rule *b = obs_body(o);
	const struct rule *rule = b->rule;
	bool implant = is_about_an_implant((enum family)rule->about.family);

	if (rule->about.target != ABOUT_TARGET_none)
		return (rule->about.target == ABOUT_TARGET_src) == implant ? &o->src : &o->dst;
	if (!implant)
		return &o->src;
	bool src = hosts_home(h, &o->src), dst = hosts_home(h, &o->dst);
	if (src != dst)
		return src ? &o->src : &o->dst;
	return b->has_flow && b->link.dir == FLOW_to_client ? &o->dst : &o->src;
}
