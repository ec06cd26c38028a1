// SPDX-License-Identifier: Apache-2.0
/* What each rule costs: how often it was a candidate, was held against bytes, matched; and its
 * time, measured at every PROFILE_SAMPLE-th evaluation with the processor's counter. Off, it costs
 * a test of a pointer where a rule is evaluated.
 *
 * Units:  ticks of the counter until rule_profile_write() makes nanoseconds of them.
 * Thread: the worker's; written when the workers have ended.
 */
#pragma once

#include "base/clock.h"
#include "rule/rule.h"

#define PROFILE_SAMPLE 8u

struct rule_cost {
	uint64_t candidates, checks, matches;
	uint64_t ticks, sampled; /* of sampled checks */
};

struct rule_profile {
	struct rule_cost *of; /* by rule.index */
	uint32_t n, turn;
	uint64_t tick0, mono0_ns; /* both clocks at the start */
};

static inline uint64_t profile_ticks(void)
{
#if defined(__x86_64__)
	return __builtin_ia32_rdtsc();
#else
	return clock_mono_ns();
#endif
}

static inline uint64_t profile_begin(struct rule_profile *p)
{
	return __builtin_expect(p != NULL, 0) && ++p->turn % PROFILE_SAMPLE == 0 ? profile_ticks()
										 : 0;
}

static inline void profile_end(struct rule_profile *p, uint32_t rule, uint64_t began)
{
	if (__builtin_expect(p == NULL, 1))
		return;
	p->of[rule].checks++;
	if (began) {
		p->of[rule].ticks += profile_ticks() - began;
		p->of[rule].sampled++;
	}
}

int rule_profile_new(struct rule_profile **p, uint32_t rules, struct err *err);
void rule_profile_free(struct rule_profile *p);
