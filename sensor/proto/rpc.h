// SPDX-License-Identifier: Apache-2.0
/* DCE/RPC, connection oriented (C706 12; [MS-RPCE] 2.2.2), over whatever carries it: a TCP
 * connection, a pipe of SMB, HTTP. Bytes of either direction in; calls as transactions of the
 * carrier's protocol, FACT_rpc_bind, FACT_rpc_call and the logins inside out.
 *
 * Shape:  contexts and calls in small tables; the oldest call goes when there is no room.
 * Owns:   rpc_end() gives back all that was taken from proto_mem.
 * Errors: bytes that are no PDU lose the direction; it is found again where a piece begins with
 * one. Cost:   linear; a fragment in pieces waits in proto_mem, at most 64 KiB a direction.
 */
#pragma once

#include "proto/auth.h"

#define RPC_CONTEXTS 12u
#define RPC_CALLS    16u
#define RPC_PIPE     40u

enum rpc_carrier { RPC_tcp, RPC_pipe, RPC_http, RPC_udp };
enum rpc_type {
	RPC_request = 0,
	RPC_response = 2,
	RPC_fault = 3,
	RPC_bind = 11,
	RPC_bind_ack = 12,
	RPC_bind_nak = 13,
	RPC_alter = 14,
	RPC_alter_ack = 15,
	RPC_auth3 = 16
};

/* What the first bytes of a transaction of SMB or DCE/RPC are, so that both go by one protocol. */
enum tx_kind { TX_command, TX_rpc, TX_file };
struct tx_head {
	struct tx tx;
	uint8_t kind; /* enum tx_kind */
};

struct rpc_context {
	struct rpc_uuid interface;
	uint16_t id, version, minor;
	uint8_t acked; /* enum fact_result */
	uint8_t reason;
};

struct rpc_smb { /* the command that carried it; for EVE */
	uint64_t session;
	uint32_t tree, status;
	uint16_t command, dialect;
	uint8_t version; /* 1 or 2; 0: none */
};

/* One call. */
struct rpc_tx {
	struct tx_head head;
	bool guessed, sealed, known; /* known: the interface is */
	uint8_t acked;               /* enum fact_result, of its context */
	uint8_t answer;              /* 0 none; else enum rpc_type */
	uint16_t context, opnum;
	uint16_t version, minor;
	uint32_t call_id, fault;
	struct rpc_uuid interface;
	uint16_t frags[2];
	uint32_t stub_len[2]; /* bytes on the wire */
	struct proto_bytes stub[2];
	struct rpc_smb smb;
	bool udp;
};

struct rpc_half {
	struct proto_bytes wait;
	bool lost;
};

struct rpc {
	uint8_t carrier; /* enum rpc_carrier */
	uint8_t auth_type, auth_level;
	uint8_t contexts, turn; /* turn: of the call that goes next */
	bool bound;             /* a bind was seen */
	bool guess;             /* guessed is known */
	struct rpc_uuid guessed;
	struct rpc_context context[RPC_CONTEXTS];
	struct rpc_tx *call[RPC_CALLS];
	struct rpc_half half[2];
	struct auth *auth;  /* own login inside of the PDUs; NULL: none seen */
	const char *user;   /* the carrier's login; may be NULL; borrowed */
	struct rpc_smb smb; /* set by SMB before each call */
	char pipe[RPC_PIPE];
};

/* `pipe`: name without slashes, "" none. */
void rpc_init(struct rpc *r, enum rpc_carrier carrier, const char *pipe);
void rpc_data(struct proto_call *c, struct rpc *r, const uint8_t *p, uint32_t n);
void rpc_lost(struct proto_call *c, struct rpc *r, uint8_t dir);
void rpc_end(struct proto_call *c, struct rpc *r);
/* Whether the first bytes may be a PDU; PROBE_more: too few. */
enum probe rpc_plausible(const uint8_t *p, uint32_t n);
/* One datagram of the connectionless protocol (C706 12.5). */
void rpc_datagram(struct proto_call *c, const uint8_t *p, uint32_t n);

/* What the rules ask of a call. */
bool rpc_stub(const struct rpc_tx *t, uint8_t dir, struct view_of_bytes *out);
struct json;
void rpc_eve(struct json *j, const struct rpc_tx *t); /* members of "dcerpc" */

/* rpc_names.c: interfaces that are known. */
const char *rpc_name_of(const struct rpc_uuid *u);        /* NULL: none */
bool rpc_of_pipe(const char *pipe, struct rpc_uuid *out); /* what usually speaks there */
uint64_t rpc_interface_number(const struct rpc_uuid *u);  /* 0: not known */
bool rpc_interface_at(uint64_t number, struct rpc_uuid *out);
void rpc_uuid_text(const struct rpc_uuid *u, char out[37]);
/* 32 hexadecimal digits in either case, dashes where they may stand; false: it is none. */
bool rpc_uuid_parse(const char *text, size_t n, struct rpc_uuid *out);
/* 16 bytes of the wire; `little`: the integers' order in the PDU. */
struct rpc_uuid rpc_uuid_read(const uint8_t *p, bool little);

#define RPC_WORD 160u
/* rpc_text.c: what a clear request says: names, paths, accounts. */
void rpc_words(const struct rpc_tx *t, char one[RPC_WORD], char two[RPC_WORD]);
/* rpc_shape.c: the interface of a clear request whose bind was not seen, by its arguments. */
bool rpc_shape(const struct rpc_tx *t, struct rpc_uuid *out);
/* rpc_map.c: ports in an endpoint mapper's answer. */
bool rpc_is_map(const struct rpc_tx *t);
void rpc_map(struct proto_call *c, const uint8_t *stub, uint32_t n);
