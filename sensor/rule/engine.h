// SPDX-License-Identifier: Apache-2.0
/* A rule set ready to match: databases of literals with the rules behind each, and the lists of
 * rules that have no literal. Immutable once built. */
#pragma once

#include "rule/arena.h"
#include "rule/buffer.h"
#include "rule/cache.h"
#include "rule/grams.h"
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
	struct database *next; /* of the engine's */
	struct list of;        /* the rules it was made for */
	hs_database_t *hs; /* NULL: grams find them in every text */
	const struct grams *grams; /* the same for short texts */
	const struct list *rules; /* by id */
	uint32_t n, longest; /* literals; bytes */
};

struct port_db {
	uint16_t port;
	const struct database *db;
};
struct port_dbs {
	uint8_t has[65536 / 8];
	const struct port_db *at; /* ascending */
	uint32_t n;
};

/* NULL: none. */
static inline const struct database *port_db_find(const struct port_dbs *p, uint16_t port)
{
	uint32_t lo = 0, hi = p->n;

	if (!(p->has[port / 8] >> port % 8 & 1))
		return NULL;
	while (p->at[(lo + hi) / 2].port != port) {
		uint32_t mid = (lo + hi) / 2;

		if (p->at[mid].port < port)
			lo = mid + 1;
		else
			hi = mid;
	}
	return p->at[(lo + hi) / 2].db;
}

/* What one kind of payload is scanned with in one direction: one database by what the flow speaks, and
 * those of its ports, where rules ask for them. NULL: none. */
struct payload_dbs {
	const struct database *of_app[APP_count];
	struct port_dbs to, from; /* destination, source */
	/* A protocol on a port that is usual for it: both databases in one, which is as fast as one. */
	const struct port_db *joint[APP_count];
	uint32_t n_joint[APP_count], longest; /* longest: literal of all of them, bytes */
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
	bool again; /* only where the field came a second time */
	/* The scan that follows is of a field that mostly holds the same bytes (a body, and the file that
	 * it is): then both are done at once with this. NULL: they have nothing to do with each other. */
	const struct database *with_next;
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
	const uint32_t *literal_rank; /* the same, while the databases are built */
	uint32_t n_sig;
	struct payload_dbs payload[DB_count][2]; /* by direction */
	struct database *database; /* all of them, each list of rules once */
	struct class_lists lists[CLASS_count];
	uint32_t n_flowbits, n_flowints, n_flowvars, n_pktvars;
	const struct span *flowbit, *flowint, *flowvar; /* their names */
	struct app_rules app[APP_count][2];
	struct frame_rules *frame[APP_count]; /* frame.c's; frames: that some rule asks for */
	uint32_t frames[APP_count];
	struct list chunk; /* on streams, without a literal: chunk.c */
	/* By direction, a bit a port of the server: some rule looks into its streams. */
	const uint8_t *stream_ports[2];
	bool has_chunks, has_tx, has_frames, has_header_chains; /* chunk.c's; headers after transforms */
	bool has_sets, empty; /* some rule asks for sets that rules change; none is matched at all */
	uint32_t most_literals; /* of one database */
};

/* Builds databases and lists of the matched signatures in e->sig. */
int rule_engine_build(struct rule_engine *e, struct cache *cache, struct err *err);
void rule_engine_fini(struct rule_engine *e);

/* prefilter.c: the place of each rule's literal among all of them, equal ones alike. */
uint32_t *rule_literal_ranks(const struct signature *const *sig, uint32_t n, struct arena *scratch);
/* The database of the rules listed (ascending, kept), made if new. NULL: none. `bulk`: much is scanned. */
int rule_database_of(struct rule_engine *e, struct list of, bool bulk, struct cache *cache,
		     const struct database **out, struct err *err);
/* One for the rules of both. */
int rule_database_join(struct rule_engine *e, const struct database *a, const struct database *b,
		       bool bulk, struct cache *cache, const struct database **out, struct err *err);
/* partition.c: databases of payloads over the signatures listed. */
int rule_payload_dbs_build(struct rule_engine *e, struct list which[DB_count][2], struct cache *cache, struct err *err);
/* tx_engine.c, frame.c: databases and lists for transactions, and for frames. */
int rule_tx_engine_build(struct rule_engine *e, struct cache *cache, struct err *err);
int rule_frames_build(struct rule_engine *e, struct cache *cache, struct err *err);
/* The progress of direction `side` that this rule waits for when it is matched in `dir`; 0: none. */
uint8_t rule_tx_needs(const struct signature *s, enum app app, uint8_t dir, uint8_t side);
