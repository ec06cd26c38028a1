// SPDX-License-Identifier: Apache-2.0
/* A Kerberos message taken apart (RFC 4120 5.2–5.9), wherever it came from: port 88, or an AP-REQ
 * inside of SPNEGO.
 *
 * Owns:   nothing; texts are copied. Meant for the stack, or as a transaction.
 * Errors: krb_read() is false when it is no message of a kind that is known, or ends too early.
 */
#pragma once

#include "proto/protocol.h"

#define KRB_TEXT   512u /* bytes of all names */
#define KRB_NAMES  24u
#define KRB_ETYPES 24u

enum krb_message {
	KRB_as_req = 10,
	KRB_as_rep = 11,
	KRB_tgs_req = 12,
	KRB_tgs_rep = 13,
	KRB_ap_req = 14,
	KRB_ap_rep = 15,
	KRB_error = 30
};

struct krb_name { /* parts of a principal, each a text of its own */
	uint16_t at[KRB_NAMES / 2], len[KRB_NAMES / 2];
	uint8_t n;
};

struct krb_msg {
	struct tx tx;
	uint8_t message; /* enum krb_message */
	bool preauth;    /* PA-ENC-TIMESTAMP, PKINIT, FAST or a TGT's AP-REQ is in the request */
	bool for_user;   /* asked for in another's name (S4U2self) */
	bool bare;       /* of an answer: its request proved nothing */
	uint8_t answers; /* of an answer: enum krb_message of the request at hand; 0 not seen */
	bool fast, has_error, malformed;
	bool has_ticket, has_reply; /* their etypes are known */
	int32_t error;
	int32_t ticket_etype, reply_etype;
	uint32_t ticket_kvno;
	uint8_t ticket_of; /* enum ticket_of */
	uint32_t options; /* kdc-options, or ap-options */
	uint64_t ticket;  /* hash of the cipher of its enc-part */
	int32_t etype[KRB_ETYPES];
	uint8_t etypes;
	uint32_t answers_etypes; /* asked for by that request: krb_etype_bits() */
	struct krb_name cname, sname;
	uint16_t realm, realm_len, text, text_len; /* in buf: realm; an error's own text */
	uint16_t used;
	char buf[KRB_TEXT];
};

bool krb_read(struct krb_msg *m, const uint8_t *p, uint32_t n);
/* The length that the message's first bytes announce, its own head included; 0: no Kerberos. */
uint32_t krb_length(const uint8_t *p, uint32_t n);
/* Principal as a person writes it: "cifs/host". */
const char *krb_principal(const struct krb_msg *m, const struct krb_name *name, char *out,
			  uint32_t size);
const char *krb_realm(const struct krb_msg *m, char *out, uint32_t size);
const char *krb_etype_name(int32_t etype); /* NULL: it has none */
uint32_t krb_etype_bits(const struct krb_msg *m); /* of those asked for: 1 << etype, 0 … 31 */
const char *krb_error_name(int32_t error);
bool krb_etype_weak(int32_t etype);
/* FACT_krb; `carrier` as in the fact; `client`: who it is when the message does not say. */
void krb_tell(struct proto_call *c, const struct krb_msg *m, uint8_t carrier, const char *client);
uint32_t krb_eve(const struct tx *tx, char *out, uint32_t size);
