// SPDX-License-Identifier: Apache-2.0
/* The inside of a rule: what compile.c makes of its text and eval.c matches. */
#pragma once

#include "rule/net.h"
#include "rule/rule.h"
#include "rule/step.h"

enum flowbit_kind { FLOWBIT_set, FLOWBIT_unset, FLOWBIT_toggle, FLOWBIT_isset, FLOWBIT_isnotset };
struct flowbit_op {
	uint8_t kind;
	uint8_t n;           /* isset, isnotset: one of them will do */
	const uint16_t *bit; /* of the set's names */
};

enum flowint_kind { FLOWINT_set, FLOWINT_add, FLOWINT_sub, FLOWINT_isset, FLOWINT_isnotset,
		    FLOWINT_less, FLOWINT_most, FLOWINT_equal, FLOWINT_differs, FLOWINT_least,
		    FLOWINT_greater };
struct flowint_op {
	uint8_t kind;
	bool by_name;   /* value is a number of the set's names */
	uint16_t name;
	uint32_t value;
};

struct var_ask { /* flowvar, pktvar */
	bool of_pkt, negated;
	uint16_t name, len;
	const uint8_t *bytes;
};

struct test { /* a condition on the packet's headers */
	bool (*match)(const void *arg, const struct pkt *p);
	const void *arg;
};

struct buffer;
struct protocol;
struct tx;
struct tx_ask { /* what a condition on a transaction is asked about */
	const struct tx *tx;
	const struct protocol *protocol;
	const struct flow *flow;
	unsigned field; /* of protocol->fields: the keyword's */
	unsigned only;  /* instance + 1 of a number; 0: any of them */
	uint8_t dir;
};
struct tx_test {
	bool (*match)(const void *arg, const struct tx_ask *ask);
	const void *arg;
	const struct buffer *field; /* NULL: an event of the protocol */
	uint8_t dir;                /* as struct group's */
	bool of_file;               /* a number of a file, asked of each by itself */
};

struct chain;
enum group_kind {
	GROUP_payload,
	GROUP_tx,     /* a field of transactions */
	GROUP_header, /* of a packet */
	GROUP_base64, /* what base64_decode gave: part of its step */
	GROUP_nowhere, /* a buffer that no protocol has */
};
#define GROUP_DIR_EVENT 2u
struct group { /* conditions on one buffer after its transforms */
	const struct buffer *buffer; /* GROUP_tx */
	const struct chain *chain;   /* NULL: none */
	const struct step *step;
	uint16_t n;
	uint8_t kind;   /* enum group_kind */
	uint8_t header; /* enum header_kind */
	uint8_t dir;    /* of the field; GROUP_DIR_EVENT: the one that is matched */
	bool asks_sets; /* for sets that rules change */
	bool absent, or_else; /* holds also where the buffer is missing, or only there */
};

/* Bits of signature.protos */
#define PROTO_TCP 1u
#define PROTO_UDP 2u
#define PROTO_ICMP 4u
#define PROTO_ICMP6 8u
#define PROTO_OTHER 16u
#define PROTO_ARP 32u
#define PROTO_ALL 31u     /* of IP */

/* Bits of signature.where: what it is matched on. */
#define WHERE_HEADER 1u     /* once a flow and direction */
#define WHERE_PACKET 2u     /* packets that are not TCP */
#define WHERE_TCP_PACKET 4u
#define WHERE_STREAM 8u
#define WHERE_TX 16u        /* transactions */
#define WHERE_APP 32u       /* once a flow and direction, when its protocol is known */

/* Bits of signature.flow */
#define NEED_ESTABLISHED 1u
#define NEED_NOT_ESTABLISHED 2u
#define NEED_TO_SERVER 4u
#define NEED_TO_CLIENT 8u
#define NEED_FLOW 16u       /* flow: was written, stateless apart */
#define NEED_STATE (NEED_ESTABLISHED | NEED_NOT_ESTABLISHED)
#define NEED_ONLY_STREAM 32u
#define NEED_NO_STREAM 64u

struct keyword;

struct signature {
	struct rule rule; /* first: a struct rule is its signature */
	/* What a candidate is first held against, side by side: most go no further. */
	const struct net_set *src, *dst, *sport, *dport;
	uint64_t app_mask;      /* bits 1 << enum app; 0: whatever the protocol */
	uint8_t protos, net;    /* net: 0 any, 4, 6 */
	uint8_t where, flow;
	uint8_t ip_proto;       /* PROTO_OTHER alone: this IANA number; 0 any */
	bool both_ways;         /* <> */
	uint16_t n_test;
	const struct test *test;
	const struct tx_test *tx_test;
	const struct step *step;       /* of the payload */
	const struct group *group;     /* the other ones */
	const struct group *literal_in; /* WHERE_TX: NULL: no literal */
	uint64_t apps[2];              /* WHERE_TX: by direction that is matched */
	uint64_t app_events;           /* WHERE_TX: bits of the protocol's events that it asks for */
	const struct flowbit_op *flowbit;
	const struct flowint_op *flowint;
	const struct var_ask *var_ask;
	const struct keyword **unmatched; /* each once, in the order of the rule */
	uint32_t file_order;
	uint16_t n_tx_test, n_step, n_group, n_unmatched;
	uint16_t literal_len;
	const uint8_t *literal; /* NULL: none; in lower case when literal_nocase */
	bool whole_tx;          /* =>: both sides of a transaction */
	uint8_t hook;           /* WHERE_TX: not before this progress */
	bool same_file;         /* WHERE_TX: several conditions on one file */
	bool event_only;        /* WHERE_TX: asks for nothing but app_events */
	bool literal_nocase;
	uint8_t n_flowbit, n_flowint, n_var_ask;
	bool captures, frame, frame_stream; /* frame: looks into frames; captures: an expression of it leaves something in variables */
	uint8_t state_rank;     /* flowbits, flowints, variables: sets, asks and sets, asks, has none */
	uint8_t xbit_rank, action_rank; /* likewise of hosts' bits; pass, drop, reject, alert */
	bool from_start;        /* a content counts from a beginning (depth, offset) */
	bool bypass;            /* a match is the last of its conversation */
	bool header_app, prefilter; /* its header has an application protocol; the keyword was written */
	bool event, tracks;     /* asks for an event of the packet; of a connection, by flow/track.h */
	bool flow_tests, packet_tests; /* some test asks the flow as it is now; may differ by packet */
};

static inline const struct signature *signature_of(const struct rule *r)
{
	return (const struct signature *)r;
}
