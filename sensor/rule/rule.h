// SPDX-License-Identifier: Apache-2.0
/* rule: Suricata's rule language over Hyperscan. The outside of the room; how rules are read,
 * compiled and evaluated is in rule/'s own headers.
 *
 * Thread: rule_set_load() on the main thread; a struct rule_set is immutable afterwards. Each worker
 *         has a struct rule_matcher of its own (scratch, candidates, pending windows).
 */
#pragma once

#include "base/addr.h"
#include "base/err.h"
#include "base/param.h"
#include "flow/flow.h"
#include "rule/conditional.h"
#include "rule/counters.h"
#include "wire/alert.h"

#include <stdbool.h>
#include <stdio.h>

struct dataset; struct dataset_op;
struct rule { /* the outside of one rule; rule/compile.h has the inside */
	struct about about;
	struct threshold threshold;
	struct threshold rate; /* rate_filter of threshold.config; type none: there is none */
	const struct xbit *xbit;
	const struct dataset_op *const *dataset;
	uint32_t index;    /* in the set: the order in which rules are asked and told (set.c) */
	uint32_t line;     /* in its file */
	const char *file;  /* base name */
	uint64_t digest[2]; /* of the whole rule as written: a reload knows it again */
	const char *text;   /* the same, if rule_config.keep_text */
	const char *unmatched; /* NULL, or the keyword (or feature) that is not matched yet */
	const struct suppression *suppressed; /* NULL: nothing in the list is about it */
	bool conditional;  /* see struct threshold */
	bool pass;
	uint8_t tier; /* enum rule_tier: metadata "tier finding" or "tier inside" */
	uint8_t n_xbit, n_dataset;
	bool asks_sets;    /* that rules change: the detect thread decides */
};

/* Who is told. What comes from outside knocks at every server all day; the same from one of our hosts
 * is somebody who is in. */
enum rule_tier {
	RULE_TIER_alert,
	RULE_TIER_finding, /* for the hunt, told to nobody */
	RULE_TIER_inside,  /* an alert when the sender is one of home_net, else a finding */
};

struct rule_config {
	struct strs files;      /* -S; a DIR is its *.rules by name */
	struct strs home_net;   /* filled by config/home_net: CIDR texts */
	struct strs vars;       /* "NAME=value" of address and port variables */
	struct strs port_vars;
	bool keep_text;         /* for rule_set_write_matched(): 8 MB of ET Open's 13,000 rules */
	char *threshold_file;   /* suppress and event_filter lines; NULL: none */
	char *cache;            /* folder of compiled databases; NULL: none */
	char *datasets;         /* folder of the sets that rules change; NULL: none */
	char *reputation_categories; /* iprep: "number,name,text" a line */
	struct strs reputation;  /* iprep: "address[/bits],category's number,score" a line */
	/* geoip: the country of an address, from any thread; NULL: no database is there. */
	bool (*country)(const void *ctx, const struct addr *a, char out[3]);
	const void *country_ctx;
	bool profile;           /* what each rule costs is measured */
	char *midstream;        /* rules look into TCP connections whose handshake was not seen: auto, yes, no */
	bool from_file;         /* auto: no */
	uint32_t candidates;    /* at most, a buffer */
	uint32_t pending;       /* candidates that wait for more of a stream, per worker */
	uint32_t flowbits;      /* conversations that carry flowbits, per worker */
};
extern const struct param rule_params[];

struct rule_set {
	struct rule **rule;
	unsigned n;             /* parsed */
	unsigned n_matched;     /* of them, will really be matched */
	unsigned n_failed;      /* did not parse */
	unsigned wants_files;   /* bits 1 << enum file_know: of whole files */
	bool wants_streams, wants_tracking; /* some rule looks into TCP payload; asks what is odd about TCP (flow_table_track) */
	const struct suppression *suppressions;
	const struct dataset *datasets; /* a list */
	char sha256[65];        /* of all files' bytes, in order */
	struct rule_engine *engine;
};

/* Reads, parses and compiles. Rules that do not parse are reported through `report` (file:line:col,
 * underlined, hint) and counted; the set is usable without them. -errno: no set at all. */
int rule_set_load(const struct rule_config *c, struct rule_set **set, FILE *report,
		  struct err *err);
void rule_set_free(struct rule_set *set);
/* The -T report: what is not matched, by keyword with counts (and every sid with `verbose`), and as
 * its last line "N of M rules can be matched". */
void rule_set_report(const struct rule_set *set, bool verbose, FILE *out);
/* Writes the rules that are matched, as they were written. */
int rule_set_write_matched(const struct rule_set *set, const char *path, struct err *err);
void rule_list_keywords(FILE *out); /* name, status, syntax, one line each */

/* rule → observe: one match. Borrowed during the call. */
struct rule_hit {
	const struct rule *rule;
	const struct pkt *pkt; /* NULL: at a flow's end */
	struct flow *flow;     /* or NULL */
	uint8_t dir;
	bool later; /* not of the packet alone: of its stream or a transaction */
	struct order at;
	const char *eve; /* protocol fragment: ready members, or NULL */
	uint32_t eve_len;
	const uint8_t *told; /* struct dataset_told and values, of a rule that asks_sets */
	uint32_t told_len;
};
typedef void (*rule_on_hit)(void *ctx, const struct rule_hit *hit);

struct rule_matcher;
int rule_matcher_new(struct rule_matcher **m, const struct rule_set *set,
		     const struct rule_config *c, rule_on_hit on_hit, void *ctx, struct err *err);
void rule_matcher_free(struct rule_matcher *m);
const struct rule_set *rule_matcher_set(const struct rule_matcher *m);
bool rule_matcher_midstream(const struct rule_matcher *m); /* rule_config's, decided */
/* What rules cost, by the matchers of all workers, which have ended: a table with tabs. */
int rule_profile_write(const struct rule_set *set, struct rule_matcher *const *m, unsigned n,
		       const char *path, struct err *err);
const struct rule_counters *rule_matcher_counters(const struct rule_matcher *m);
/* Reload: `m` takes the place of `old`, with its counters and with what conversations carry for rules
 * that both sets have; on the worker's thread, between bursts. `old` is then of no more use. The map
 * is made where the new set is loaded, and serves every worker. */
struct rule_handover;
int rule_handover_new(struct rule_handover **h, const struct rule_set *from,
		      const struct rule_set *to, struct err *err);
void rule_handover_free(struct rule_handover *h);
void rule_matcher_adopt(struct rule_matcher *m, struct rule_matcher *old,
			const struct rule_handover *h);

/* Header rules and packet payload (UDP, ICMP, tcp-pkt, dsize …). After flow_pkt(). */
void rule_pkt(struct rule_matcher *m, struct pkt *p);
struct proto;
void rule_matcher_ask(struct rule_matcher *m, const struct proto *proto); /* for transactions at hand */
/* Before a piece is parsed, or its alerts name no transaction; rule_piece() follows. */
void rule_piece_comes(struct rule_matcher *m, struct flow *f, const struct flow_piece *piece,
		      const struct pkt *p, const struct order *at);
/* TCP stream bytes: a flow_on_piece; ctx is the matcher. */
void rule_piece(void *ctx, struct flow *f, const struct flow_piece *piece, const struct pkt *p,
		const struct order *at);
struct proto_frame; struct proto_tx_event;
const uint32_t *rule_set_frames(const struct rule_set *set); /* for proto_want_frames() */
/* proto_hooks' on_frame, on_tx and on_app; ctx is the matcher. */
void rule_frame(void *ctx, const struct proto_frame *f);
void rule_tx(void *ctx, const struct proto_tx_event *e);
void rule_app(void *ctx, struct flow *f, const struct pkt *p, const struct order *at);
/* The flow is about to go: its pending candidates are decided, its state given back. */
void rule_flow_end(struct rule_matcher *m, struct flow *f, const struct order *at);
