// SPDX-License-Identifier: Apache-2.0
/* What is kept of a TLS connection until its handshake is over: the transaction that rules and EVE
 * read. */
#pragma once

#include "proto/tls_cert.h"
#include "proto/tls_hello.h"

#define TLS_CERTS 32u /* certificates of a chain that rules look at */

/* Texts of the transaction, all in one block. */
enum tls_part {
	TLS_sni,
	TLS_alpn,
	TLS_alpn_chosen,
	TLS_ja3,
	TLS_ja3s,
	TLS_subject,
	TLS_issuer,
	TLS_serial,
	TLS_fingerprint,
	TLS_parts
};

/* Bits of ssl_state */
#define TLS_STATE_client_hello 1u
#define TLS_STATE_server_hello 2u
#define TLS_STATE_client_keyx  4u
#define TLS_STATE_server_keyx  8u
#define TLS_STATE_unknown      16u

struct tls_tx {
	struct tx tx;
	uint8_t random[2][32];
	bool has_random[2], resumed, self_signed, has_cert;
	uint16_t version[2]; /* of the hellos; 0 none seen */
	uint8_t state[2];    /* TLS_STATE_* by direction */
	char ja3[TLS_MD5_TEXT], ja3s[TLS_MD5_TEXT], ja4[TLS_JA4];
	uint64_t not_before, not_after;
	struct proto_bytes text;
	struct {
		uint32_t at, len;
	} part[TLS_parts];
	struct proto_bytes chain; /* the certificate message's body, while rules look at it */
	struct {
		uint32_t at, len;
	} cert[TLS_CERTS], alt; /* in chain */
	uint32_t certs;         /* in the message; cert[] has the first */
};

static inline struct view_of_bytes tls_part(const struct tls_tx *t, enum tls_part part)
{
	if (!t->part[part].len)
		return (struct view_of_bytes){(const uint8_t *)"", 0};
	return (struct view_of_bytes){t->text.at + t->part[part].at, t->part[part].len};
}
uint32_t tls_eve(const struct tx *tx, char *out, uint32_t size);
/* "2024-01-31T23:59:59" */
const char *tls_time_text(uint64_t t, char out[24]);

/* tls_shake.c: the messages of the handshake. `c->state` is the struct tls_tx. */
enum tls_event {
	TLS_EVENT_sslv2,
	TLS_EVENT_header,
	TLS_EVENT_record_version,
	TLS_EVENT_record_type,
	TLS_EVENT_record_length,
	TLS_EVENT_handshake,
	TLS_EVENT_handshake_length,
	TLS_EVENT_heartbeat,
	TLS_EVENT_heartbeat_bad,
	TLS_EVENT_heartbeat_overflow,
	TLS_EVENT_heartbeat_leak,
	TLS_EVENT_sni_many,
	TLS_EVENT_sni_type,
	TLS_EVENT_sni_length,
	TLS_EVENT_too_many,
	TLS_EVENT_certificate,
	TLS_EVENT_cert_missing,
	TLS_EVENT_cert_unknown,
	TLS_EVENT_cert_length,
	TLS_EVENT_cert_version,
	TLS_EVENT_cert_serial,
	TLS_EVENT_cert_algorithm,
	TLS_EVENT_cert_name,
	TLS_EVENT_cert_date,
	TLS_EVENT_cert_extensions,
	TLS_EVENT_cert_der,
	TLS_EVENT_cert_string,
	TLS_EVENT_error,
	TLS_EVENT_record,
	TLS_EVENT_cert_subject,
	TLS_EVENT_cert_issuer,
	TLS_EVENT_cert_validity /* never set: its dates are read with the rest */
};

/* Progress of the client's and the server's side */
#define TLS_CLIENT_HELLO 1
#define TLS_CLIENT_DONE  2
#define TLS_SERVER_HELLO 1
#define TLS_SERVER_CERT  2
#define TLS_SERVER_DONE  3

void tls_message(struct proto_call *c, struct tls_tx *t, uint8_t type, const uint8_t *p,
		 uint32_t n);
void tls_client_says(struct proto_call *c, struct tls_tx *t, const struct tls_hello *h);
void tls_tell_server(struct proto_call *c, struct tls_tx *t);
