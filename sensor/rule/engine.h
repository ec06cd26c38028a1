// SPDX-License-Identifier: Apache-2.0
/* A rule set ready to match: databases of literals with the rules behind each, and the lists of
 * rules that have no literal. Immutable once built. */
#pragma once

#include "rule/arena.h"
#include "rule/buffer.h"
#include "rule/cache.h"
#include "rule/signature.h"

#include <hs/hs.h>

/* DB_stream has the packets' TCP literals too: bytes that a packet brings to its stream are scanned
 * once for both. DB_tcp is for packets that bring something else (again, out of order). */
enum database_kind { DB_tcp, DB_udp, DB_other, DB_stream, DB_count };

struct list { /* indices of signatures, ascending */
	const uint32_t *at;
	uint32_t n;
};

struct database { /* one Hyperscan id a distinct literal */
	hs_database_t *hs; /* NULL: nothing to look for */
	const struct list *rules; /* by id */
	uint32_t n;        /* literals */
	uint32_t longest;  /* bytes */
};

enum proto_class { CLASS_tcp, CLASS_udp, CLASS_icmp, CLASS_icmp6, CLASS_other, CLASS_arp,
		   CLASS_count };

struct port_list {
	uint16_t port;
	struct list rules;
};

struct class_lists {
	struct list header;          /* once a flow and direction */
	struct list app;             /* the same, when its protocol is known */
	struct list any;             /* every packet */
	struct list events;          /* packets that show one */
	const struct port_list *port; /* every packet to one destination port; ascending */
	uint32_t n_port;
};

/* Transactions: what is scanned, and what is only listed, when a direction's progress passes. */
struct field_scan {
	const struct buffer *buffer;
	const struct chain *chain;
	const struct database *db; /* shared by the protocols that have the field */
	uint16_t field;
	uint8_t progress;
};
struct progress_list {
	uint8_t progress;
	struct list rules; /* without a literal */
};
struct app_rules { /* of one protocol and direction; scans and lists ascend by progress */
	const struct field_scan *scan;
	const struct progress_list *list;
	struct list events; /* that ask for events alone */
	uint16_t n_scan, n_list;
	bool any; /* some rule may match here */
};

struct rule_engine {
	struct arena arena;
	const struct signature *const *sig; /* by rule.index */
	uint32_t n_sig;
	struct database db[DB_count][2]; /* by direction */
	struct class_lists lists[CLASS_count];
	uint32_t n_flowbits, n_flowints, n_flowvars, n_pktvars;
	const struct span *flowbit, *flowint, *flowvar; /* their names */
	struct app_rules app[APP_count][2];
	struct database *field_db; /* those of field_scan */
	uint32_t n_field_db;
	bool has_tx;
	bool has_header_chains; /* headers that are looked at after transforms */
	bool has_xbits;
	bool has_sets; /* some rule asks for sets that rules change */
	uint32_t most_literals; /* of one database */
	bool empty;             /* no rule is matched at all */
};

/* Builds databases and lists of the matched signatures in e->sig. */
int rule_engine_build(struct rule_engine *e, struct cache *cache, struct err *err);
void rule_engine_fini(struct rule_engine *e);

/* prefilter.c: a database over the signatures listed. */
int rule_database_build(struct database *d, struct arena *a, const struct signature *const *sig,
			struct list which, struct cache *cache, struct err *err);

/* tx_engine.c: databases and lists for transactions. */
int rule_tx_engine_build(struct rule_engine *e, struct cache *cache, struct err *err);
/* The progress of direction `side` that this rule waits for when it is matched in `dir`; 0: none. */
uint8_t rule_tx_needs(const struct signature *s, enum app app, uint8_t dir, uint8_t side);
