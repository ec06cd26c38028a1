// SPDX-License-Identifier: Apache-2.0
/* Client and server hellos of TLS (RFC 8446 4.1, RFC 5246 7.4.1), alone: TLS over TCP and QUIC
 * share them. JA3 and JA3S (MD5 of five and three lists of numbers), JA4 of the client (BSD-3; the
 * method is FoxIO's description, the code is ours).
 *
 * Owns:   nothing; views are into the message. Meant for the stack.
 * Cost:   linear, and the sorting of at most TLS_LIST numbers.
 */
#pragma once

#include "proto/protocol.h"

#define TLS_LIST     512u  /* ciphers, extensions, algorithms that are considered */
#define TLS_JA3_TEXT 4096u /* bytes of a JA3 text, terminator included */
#define TLS_JA4      37u
#define TLS_MD5_TEXT 33u

enum tls_version { TLS_ssl2 = 2, TLS_ssl3 = 0x0300, TLS_1_0, TLS_1_1, TLS_1_2, TLS_1_3 };

struct tls_hello {
	struct view_of_bytes random;    /* 32 bytes; of SSLv2 the challenge */
	struct view_of_bytes sni, alpn; /* the name; the list, each with its length before it */
	struct view_of_bytes session;
	uint16_t legacy, version; /* version: the highest (client's) or chosen one */
	uint16_t cipher;          /* chosen */
	bool has_sni, many_sni, bad_sni_type, bad_sni_length;
	char ja3[TLS_JA3_TEXT], ja3_hash[TLS_MD5_TEXT]; /* "" when it does not fit */
	char ja4[TLS_JA4];
};

/* The body of a client hello (type and length taken off). False: it is malformed. */
bool tls_client_hello(const uint8_t *p, uint32_t n, bool quic, struct tls_hello *out);
bool tls_server_hello(const uint8_t *p, uint32_t n, struct tls_hello *out);
/* The i-th protocol of an ALPN list. */
bool tls_alpn(struct view_of_bytes list, unsigned i, struct view_of_bytes *out);
const char *tls_version_name(uint16_t version); /* "TLS 1.2", …, "UNDETERMINED" */
