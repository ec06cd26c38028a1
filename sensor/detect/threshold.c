// SPDX-License-Identifier: Apache-2.0
/* Thresholds with the semantics of Suricata 7.
 *
 * A window begins with a match and lasts `seconds`, its last microsecond included. Within it
 *   limit             tells the first `count` matches;
 *   threshold         tells every `count`-th, and counts anew after it;
 *   both              tells the `count`-th only;
 *   detection_filter  tells every one after the first `count`; with unique_on, ports are counted
 *                     and not matches: one that was seen in the window is not counted again.
 * The first match after the window begins the next one. Without a window
 *   backoff           tells match number count, count × multiplier, count × multiplier² …
 *   rate              (rate_filter) tells all; from the match after `count` in a window on, its
 *                     action holds for timeout_s: `pass` tells none then, the others change nothing
 *                     here, because a sensor neither drops nor rejects.
 * Matches are counted a source, a destination, an unordered pair of both, a flow, or the rule
 * alone.
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
	uint32_t count;        /* in the window; threshold: since the last one told */
	uint32_t untold;       /* matches since the last one told */
	uint32_t next;         /* backoff: the count that is told next */
	uint64_t acts_since_s; /* rate: its action holds since; 0: it does not */
};

#define PORTS_SHARE 4 /* the table of distinct ports has a quarter of the entries */

int threshold_init(struct threshold_table *t, uint32_t entries, struct err *err)
{
	int rc = sets_init(&t->pairs, sizeof(struct pair), entries, err);

	return rc ? rc : sets_init(&t->ports, sizeof(struct sets_head), entries / PORTS_SHARE, err);
}

void threshold_fini(struct threshold_table *t)
{
	sets_fini(&t->pairs);
	sets_fini(&t->ports);
}

static uint64_t pair_key(const struct rule *rule, const struct threshold *th,
			 const struct threshold_match *m)
{
	uint64_t seed = hash_u64((uint64_t)rule->about.gid << 32 | rule->about.sid,
				 th->type == THRESHOLD_rate ? 7 : 5);

	switch (th->track) {
	case TRACK_src:
		return hash_addr(m->src, seed);
	case TRACK_dst:
		return hash_addr(m->dst, seed);
	case TRACK_both:
		return hash_pair(m->src, m->dst, seed);
	case TRACK_flow:
		return hash_u64(m->flow_id, seed);
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

/* Whether this port is the first of its number in the pair's window. */
static bool is_new_port(struct threshold_table *t, const struct threshold *th, const struct pair *p,
			const struct threshold_match *m)
{
	uint16_t port = th->unique == UNIQUE_sport ? m->sport : m->dport;
	bool fresh;

	sets_get(&t->ports, hash_u64(p->head.key ^ port, p->since_us), 0, &fresh);
	return fresh;
}

static bool backoff(const struct threshold *th, struct pair *p, bool fresh)
{
	if (fresh)
		p->next = th->count;
	if (p->count < UINT32_MAX)
		p->count++;
	if (p->count != p->next)
		return false;
	uint64_t next = (uint64_t)p->next * th->multiplier;
	p->next = next < UINT32_MAX && next ? (uint32_t)next : UINT32_MAX;
	return true;
}

/* The window of the pair: a match more in it, or the first of the next one. */
static void count_in(struct threshold_table *t, const struct threshold *th, struct pair *p,
		     const struct threshold_match *m, bool fresh)
{
	uint64_t now_us = m->time_ns / NS_PER_US;
	bool begins = fresh || now_us > p->since_us + (uint64_t)th->seconds * 1000000u;

	if (begins) {
		p->since_us = now_us;
		p->count = 0;
	}
	bool counts = th->unique == UNIQUE_none || is_new_port(t, th, p, m);
	if (counts && p->count < UINT32_MAX)
		p->count++;
}

/* rate_filter: whether its action holds now. */
static bool rate_holds(struct threshold_table *t, const struct rule *rule,
		       const struct threshold_match *m)
{
	const struct threshold *th = &rule->rate;
	uint64_t now_s = m->time_ns / NS_PER_S;
	bool fresh;
	struct pair *p = sets_get(&t->pairs, pair_key(rule, th, m), 0, &fresh);

	if (p->acts_since_s) {
		if (now_s <= p->acts_since_s + th->timeout_s)
			return true;
		p->acts_since_s = 0;
		return false;
	}
	count_in(t, th, p, m, fresh);
	if (p->count <= th->count)
		return false;
	p->acts_since_s = now_s ? now_s : 1;
	return true;
}

uint32_t threshold_pass(struct threshold_table *t, const struct rule *rule,
			const struct threshold_match *m)
{
	const struct threshold *th = &rule->threshold;
	bool fresh, tell;

	if (rule_suppressed(rule->suppressed, rule->about.gid, rule->about.sid, m->src, m->dst))
		return 0;
	if (rule->rate.type != THRESHOLD_none && rate_holds(t, rule, m) &&
	    rule->rate.action == RATE_pass)
		return 0;
	if (th->type == THRESHOLD_none)
		return 1;

	struct pair *p = sets_get(&t->pairs, pair_key(rule, th, m), 0, &fresh);
	p->untold++;
	if (th->type == THRESHOLD_backoff) {
		tell = backoff(th, p, fresh);
	} else {
		count_in(t, th, p, m, fresh);
		tell = told(th, p->count);
	}
	if (!tell)
		return 0;
	if (th->type == THRESHOLD_threshold)
		p->count = 0;

	uint32_t stands_for = p->untold;
	p->untold = 0;
	return stands_for;
}
