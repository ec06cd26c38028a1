// SPDX-License-Identifier: Apache-2.0
/* The inside of a matcher, shared by match.c (packets), stream.c and hits.c. */
#pragma once

#include "base/pool.h"
#include "rule/engine.h"
#include "rule/eval.h"
#include "rule/hits.h"
#include "rule/profile.h"
#include "rule/talk.h"
#include "rule/vars.h"
#include "rule/whose.h"

/* Bits of flow.rule_bits */
#define BIT_HEADER(dir) ((uint16_t)(1u << (dir))) /* header rules were held against it */
#define BIT_SPOKE(dir) ((uint16_t)(16u << (dir))) /* the last piece went this way */
#define BIT_PASSED ((uint16_t)64u)                /* a pass rule took the whole flow */
#define BIT_OUTER(dir) ((uint16_t)(1024u << (dir))) /* header rules: the tunnel around it */
#define BIT_APP(dir) ((uint16_t)(256u << (dir)))   /* rules on its protocol were held against it */

#define PENDING_PER_FLOW 64u /* so that one flow cannot take the whole pool */

struct pending { /* a candidate that waits for more of its stream */
	uint32_t rule;
	uint32_t next; /* index + 1; 0 the last */
	struct flow *flow; /* NULL: free */
	uint64_t min_end, literal_end; /* stream positions */
	uint8_t dir;
	bool so_far; /* it matches, unless what follows forbids it */
};

struct carried { /* what a conversation carries: see flowbits.c */
	struct flow *flow; /* NULL: free */
	uint64_t bits[];
};

#define HANDOVER_GONE UINT16_MAX
struct rule_handover { /* where each thing of the old rule set stands in the new one */
	uint32_t *rule; /* UINT32_MAX: gone, or changed */
	uint16_t *flowbit, *flowint, *flowvar;
};

#define COVER_FAILED UINT32_MAX /* of covered_n: no piece, or another one, or too much */

struct rule_matcher {
	const struct rule_set *set;
	const struct rule_engine *engine;
	rule_on_hit on_hit;
	void *ctx;
	struct rule_counters counters;
	hs_scratch_t *scratch;
	uint32_t max_candidates;
	bool midstream; /* rule_config's */
	/* One scan: the distinct literals seen and the end of each one's last occurrence. */
	uint32_t *seen, *literal, *literal_end;
	uint32_t n_literal, epoch, skip;
	/* Candidates of one scan, room for every rule. */
	uint32_t *candidate, *candidate_end;
	uint32_t n_candidate;
	/* The packet whose payload the stream's scan has covered up to covered_n, and the candidates of
	 * it that are matched on packets too: up to max_candidates, more count as not covered. */
	const struct pkt *covered;
	uint32_t covered_n;
	uint32_t *packet, n_packet;
	const struct pkt *ready; /* with it a chunk of its stream was looked at: chunk.c */
	struct pkt outer; /* the outermost pair around the packet, when rules were held against it */
	struct hit hit[HITS_MAX];
	uint8_t *told; /* TOLD_ROOM bytes, of a packet's hits; NULL: no rule asks for sets that change */
	uint32_t told_used;
	const struct signature *held; /* the rule that was evaluated last */
	struct captured *captured;    /* CAPTURED_ROOM of them; NULL: no rule has variables */
	unsigned captured_used;
	struct var_value *pktvar; /* by name */
	unsigned n_hit;
	struct pool pending;
	struct pool flowbits; /* of uint64_t[]: see flowbits.c */
	struct evaluator eval;
	struct rule_profile *profile; /* NULL: off */
	struct tx_work *tx; /* tx_view.c */
	struct pool waiting; /* of struct waiting: tx.c */
	struct whose whose;
	const struct proto *proto; /* NULL: nothing is parsed */
};

struct waiting { /* a candidate of a transaction whose other fields are not complete */
	uint32_t rule, next; /* next: index + 1; 0 the last */
	struct tx *tx;       /* NULL: not in use */
	uint8_t chain;       /* of its rule_state */
	bool late;           /* all but its payload was there: asked again at the direction's end */
};

void rule_profile_adopt(struct rule_profile *p, const struct rule_profile *old,
			const struct rule_handover *h);
bool rule_tests_pass(const struct signature *s, const struct pkt *p);
/* The same of a flow's direction where the packet at hand may be none (NULL). */
bool rule_tests_hold(const struct signature *s, const struct pkt *p, struct flow *f, uint8_t dir);

/* scan.c: fills m->candidate with the rules whose literal ends behind `skip` bytes and whose header
 * fits, ascending, at most max_candidates. */
void rule_scan(struct rule_matcher *m, const struct payload_dbs *d, const struct talk *t,
	       const uint8_t *p, uint32_t n, uint32_t skip);
/* The databases it takes, of those of a direction; what is not taken stays NULL. A rule stands in one of the
 * three, or of the two where a protocol is on its usual port. */
void rule_scan_dbs(const struct payload_dbs *d, const struct talk *t, const struct database *of[3]);
/* The same in pieces: literals of several buffers are marked, then become rules, which are added to the
 * candidates. */
void rule_scan_begin(struct rule_matcher *m);
void rule_scan_add(struct rule_matcher *m, const struct database *d, const uint8_t *p, uint32_t n);
void rule_scan_end(struct rule_matcher *m, const struct database *d, const struct talk *t);
/* A rule is held against something new: nothing has been told of sets yet. */
static inline void rule_try_begin(struct rule_matcher *m, const struct signature *s)
{
	m->held = s;
	m->eval.n_captured = 0;
	m->eval.told_len = 0;
	m->eval.told_over = false;
}
uint32_t rule_sort_once(uint32_t *at, uint32_t n); /* ascending, each once: how many are left */
enum outcome rule_try_steps(struct rule_matcher *m, const struct step *step, unsigned n,
			    const struct view *v);
enum outcome rule_try(struct rule_matcher *m, const struct signature *s, const struct view *v);

/* hits.c: matches are kept until their packet is through, so that they leave in the order of the
 * rules, each once, and a pass rule silences the others. */
void rule_hit_add(struct rule_matcher *m, uint32_t rule, const struct pkt *p, struct flow *f,
		  uint8_t dir, enum hit_of of, const struct order *at);
void rule_hit_put(struct rule_matcher *m, const struct hit *h);
void rule_hits_flush(struct rule_matcher *m);

/* flowbits.c: holds the hits against their flows' bits and lets them set theirs, in the order of
 * signature.state_rank; those that fail are taken out. */
void rule_flowbits_apply(struct rule_matcher *m);
uint32_t rule_flow_state_size(const struct rule_engine *e); /* bytes a conversation */
bool rule_has_flow_state(const struct rule_engine *e);
void rule_flowbits_forget(struct rule_matcher *m, struct flow *f);
void rule_flowbits_adopt(struct rule_matcher *m, struct rule_matcher *old,
			 const struct rule_handover *h);
/* chunk.c: rules without a literal are held against what has come of a stream. */
void rule_chunk_piece(struct rule_matcher *m, struct flow *f, const struct flow_piece *piece,
		      const struct pkt *p, const struct order *at);
/* stream.c: what waits goes on waiting in `m`. */
void rule_waiting_adopt(struct rule_matcher *m, struct rule_matcher *old,
			const struct rule_handover *h);
void rule_pending_adopt(struct rule_matcher *m, struct rule_matcher *old,
			const struct rule_handover *h);
