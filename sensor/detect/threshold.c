// SPDX-License-Identifier: Apache-2.0
/* Thresholds with the semantics of Suricata 7.
 *
 * A window begins with a match and lasts `seconds`, its last microsecond included. Within it
 *   limit             tells the first `count` matches;
 *   threshold         tells every `count`-th, and counts anew after it;
 *   both              tells the `count`-th only;
 *   detection_filter  tells every one after the first `count`.
 * The first match after the window begins the next one. Matches are counted a source, a
 * destination, an unordered pair of both, or the rule alone.
 *
 * Time that steps back (a capture out of order) stays in the window.
 *
 * Source: Suricata 7 user guide, "Thresholding Keywords"; edge cases as its engine decides them.
 */
#include "detect/threshold.h"

#include "base/clock.h"
#include "base/hash.h"

struct pair {
	struct sets_head head;
	uint64_t since_us;
	uint32_t count;  /* in the window; threshold: since the last one told */
	uint32_t untold; /* matches since the last one told */
};

int threshold_init(struct threshold_table *t, uint32_t entries, struct err *err)
{
	return sets_init(&t->pairs, sizeof(struct pair), entries, err);
}

void threshold_fini(struct threshold_table *t)
{
	sets_fini(&t->pairs);
}

static uint64_t pair_key(const struct rule *rule, const struct addr *src, const struct addr *dst)
{
	uint64_t seed = hash_u64((uint64_t)rule->about.gid << 32 | rule->about.sid, 5);

	switch (rule->threshold.track) {
	case TRACK_src:
		return hash_addr(src, seed);
	case TRACK_dst:
		return hash_addr(dst, seed);
	case TRACK_both:
		return hash_pair(src, dst, seed);
	default:
		return hash_u64(6, seed);
	}
}

/* Whether the match that made `n` the count of the window is told. */
static bool told(const struct threshold *t, uint32_t n)
{
	switch (t->type) {
	case THRESHOLD_limit:
		return n <= t->count;
	case THRESHOLD_threshold:
		return n >= t->count;
	case THRESHOLD_both:
		return n == t->count;
	case THRESHOLD_detection_filter:
		return n > t->count;
	default:
		return true;
	}
}

uint32_t threshold_pass(struct threshold_table *t, const struct rule *rule, const struct addr *src,
			const struct addr *dst, uint64_t time_ns)
{
	const struct threshold *th = &rule->threshold;
	uint64_t now_us = time_ns / NS_PER_US;
	bool fresh;

	if (rule_suppressed(rule->suppressed, rule->about.gid, rule->about.sid, src, dst))
		return 0;
	if (th->type == THRESHOLD_none)
		return 1;

	struct pair *p = sets_get(&t->pairs, pair_key(rule, src, dst), 0, &fresh);
	if (fresh || now_us > p->since_us + (uint64_t)th->seconds * 1000000u) {
		p->since_us = now_us;
		p->count = 1;
	} else if (p->count < UINT32_MAX) {
		p->count++;
	}
	p->untold++;
	if (!told(th, p->count))
		return 0;
	if (th->type == THRESHOLD_threshold)
		p->count = 0;

	uint32_t stands_for = p->untold;
	p->untold = 0;
	return stands_for;
}
