// SPDX-License-Identifier: Apache-2.0
/* A protocol: one file in proto/ and one line in protocols.def. Bytes in; transactions, fields for
 * the rules and facts for the detectors out.
 *
 * A *transaction* is one exchange (a request and its answer, a message of its own). Each direction
 * has a *progress*: small numbers of the protocol's own, from 0 (nothing yet) up to done[dir]; a
 * field is complete, and is matched once, when its direction reaches the field's progress. A parser
 * moves it with proto_progress(), in steps of any size; what was skipped is reached too.
 *
 * Owns: the framework owns the state (zeroed, `state_size` bytes, one a flow) and frees nothing else: end()
 * gives back what the parser took from proto_mem. Thread: the worker's. Errors: malformed bytes are events of
 * the transaction (app-layer-event) or of the flow, and counters; a parser that is lost sets proto_fail() and is
 * called no more. Cost: no allocation but from proto_mem, no recursion, linear in the bytes. */
#pragma once

#include "proto/facts.h"
#include "proto/mem.h"
#include "proto/proto.h"

struct view_of_bytes {
	const uint8_t *at; /* never NULL */
	uint32_t len;
};

enum field_type {
	FIELD_bytes,  /* a buffer that contents look into */
	FIELD_number, /* compared by keywords */
};

struct field { /* something of a transaction that rules may ask for */
	const char *name;    /* the sticky buffer's or keyword's: "http.uri" */
	uint8_t type;        /* enum field_type */
	uint8_t dirs;        /* bits 1 << enum flow_dir_name: in which directions it is matched */
	uint8_t progress[2]; /* of that direction, at which it is complete */
	bool many;           /* several a transaction: each is matched by itself */
	const char *what;
};

#define TX_EVENTS 64u
/* Head of every protocol's transaction. */
struct tx {
	uint64_t number;        /* in the flow, from 0: EVE's tx_id */
	uint64_t events;        /* bits of protocol.events */
	uint32_t rule_state[2]; /* rule/'s: chain of its candidates, by direction */
	uint8_t progress[2];
	uint8_t told[2];  /* progress that the rules have seen */
	uint8_t little;  /* bits by direction: numbers are little-endian, where a sender may choose */
	uint8_t again;   /* bits by direction: protocol.again_field has come a second time */
	uint64_t seen[2]; /* rule/'s: bits of events that it has looked at */
};

enum probe { PROBE_no, PROBE_more, PROBE_yes };

/* What is at hand while a protocol works. */
struct proto_call {
	struct proto *proto;
	const struct protocol *protocol;
	struct proto_flow *pf; /* the framework's */
	struct flow *flow;
	void *state;           /* the protocol's own of this flow */
	const struct pkt *pkt; /* NULL at a flow's end and at ticks */
	struct order at;
	uint8_t dir;
	uint32_t frames; /* bits of protocol->frames that some rule asks for: frame.h */
	const uint8_t *window; /* payload bytes at hand in this direction, up to the newest */
	uint32_t window_len;
};

#define PROTO_OVER_TCP 1u
#define PROTO_OVER_UDP 2u

struct protocol {
	const char *name; /* as a rule's header, app-layer-protocol and EVE's app_proto say it */
	uint8_t over;     /* PROTO_OVER_* */
	const uint16_t *ports;      /* servers' usual ones, ends with 0; may be NULL */
	bool ports_only;            /* its first bytes say little: only tried on those ports */
	bool deep;                  /* flow.stream_depth does not end it */
	size_t state_size;          /* bytes, <= PROTO_MEM_MAX; 0: none */
	const struct field *fields; /* ends with name NULL; may be NULL */
	const char *const *events;  /* names after the dot, at most TX_EVENTS, ends with NULL */
	uint8_t done[2];            /* progress at which a direction of a transaction is complete */
	uint16_t again, again_field; /* progress at which that field is matched anew; 0: none */
	const char *const *frames;  /* FRAME() names, ends with NULL; NULL: none. Frames of records: frame.h */
	uint64_t (*record)(struct proto_call *c, const uint8_t *p, uint32_t n);

	/* First bytes of a direction (of a datagram): is it this protocol? `midstream`: the beginning was
	 * not seen. Called again with more bytes after PROBE_more, up to FLOW_WINDOW. */
	enum probe (*probe)(const uint8_t *p, uint32_t n, uint8_t dir, const struct flow *f,
			    bool midstream);
	/* New bytes of c->dir in order, or one datagram. */
	void (*data)(struct proto_call *c, const uint8_t *p, uint32_t n);
	void (*gap)(struct proto_call *c, uint64_t missing); /* before the next data of c->dir */
	void (*fin)(struct proto_call *c);                   /* nothing follows in c->dir */
	void (*tick)(struct proto_call *c); /* about once a second while data comes; may be NULL */
	void (*end)(struct proto_call *c);  /* the flow goes: finish and give back */

	/* The i-th instance of fields[f] in tx. False: there is none (any more). */
	bool (*bytes)(const struct tx *tx, unsigned f, unsigned i, uint8_t dir,
		      struct view_of_bytes *out);
	bool (*number)(const struct tx *tx, unsigned f, unsigned i, uint8_t dir, uint64_t *out);
	/* Ready EVE members of an alert on tx ("http":{…}); returns the length, 0 nothing. */
	uint32_t (*eve)(const struct tx *tx, char *out, uint32_t size);
};

extern const struct protocol *const protocols[]; /* by enum app; NULL for APP_none, APP_failed */

/* What parsers call. */

/* Before its first progress: numbers it. */
void proto_tx_init(struct proto_call *c, struct tx *tx);
/* The transaction has come to `progress` in direction `dir`; the rules look at it now. */
void proto_progress(struct proto_call *c, struct tx *tx, uint8_t dir, uint8_t progress);
/* It is over: both directions are complete, what waits is decided. Then the parser may free it. */
void proto_tx_end(struct proto_call *c, struct tx *tx);
static inline void proto_event(struct tx *tx, unsigned event)
{
	tx->events |= 1ull << event;
}
/* An event of the flow, outside any transaction: the rules look at it now (tx is NULL then). */
void proto_flow_event(struct proto_call *c, unsigned event);
/* A fact: `body` of `len` bytes and words ("" or NULL where there is none). */
void proto_fact(struct proto_call *c, enum fact_kind kind, const void *body, uint32_t len,
		const char *const *words, unsigned n_words);
/* Who speaks (c->dir) asks. Where the flow's direction was guessed, and guessed wrong, its facts are told
 * the other way round from here. */
void proto_asks(struct proto_call *c);
void proto_fail(struct proto_call *c); /* lost for good: no more is parsed of this flow */
/* From here on another protocol speaks in both directions (STARTTLS, CONNECT, upgrade); the last
 * `rest` bytes of this data() are its first. APP_none: whatever its first bytes say. Return at
 * once. */
void proto_switch(struct proto_call *c, enum app next, uint32_t rest);
/* The conversation turns out to be `app`, whose state, transactions and progresses are the same. */
void proto_become(struct proto_call *c, enum app app);
/* Bytes (of proto_mem, taken over) for the protocol that is switched to, and there what was given. */
void proto_carry(struct proto_call *c, struct proto_bytes *b);
struct proto_bytes proto_carried(struct proto_call *c);
void proto_quit(struct proto_call *c,
		uint8_t dir); /* nothing more of this direction is wanted: TLS after the hello */
void proto_sealed(struct proto_call *c); /* both sides encrypt from here: payload says nothing more */
/* For some minutes flows to this server address and port are `app` (FTP data, RPC's map). */
void proto_expect(struct proto_call *c, const struct addr *server, uint16_t port, enum app app,
		  uint64_t with);
/* What was given with the expectation that this flow came from; 0 none. */
uint64_t proto_expected(const struct proto_call *c);
struct proto_mem *proto_mem_of(struct proto_call *c);
const struct proto_config *proto_config_of(const struct proto_call *c);
struct proto_counters *proto_count_of(struct proto_call *c);
/* Control bytes become '?'; returns `out`, terminated. */
const char *proto_text(const void *p, uint32_t n, char *out, uint32_t size);
const char *proto_text16(const void *p, uint32_t n, char *out, uint32_t size); /* from UTF-16LE */
