// SPDX-License-Identifier: Apache-2.0
/* What is read of an X.509 certificate (RFC 5280 4.1): names as Suricata prints them, serial,
 * dates, alternative names.
 *
 * Owns:   nothing; views are into the certificate.
 */
#pragma once

#include "proto/protocol.h"

#define TLS_NAME_MAX 1024u /* bytes of a name's text */

enum tls_cert_fault {
	CERT_fine,
	CERT_invalid,
	CERT_length,
	CERT_version,
	CERT_serial,
	CERT_algorithm,
	CERT_name,
	CERT_date,
	CERT_extensions,
	CERT_der
};

struct tls_cert {
	struct view_of_bytes serial, issuer, subject; /* bodies */
	struct view_of_bytes alt;                     /* body of GeneralNames; empty: none */
	uint64_t not_before, not_after;               /* s since 1970 */
};

enum tls_cert_fault tls_cert_read(const uint8_t *p, uint32_t n, struct tls_cert *out);
/* "C=US, O=Example, CN=www.example.com"; returns the length, cut at size. */
uint32_t tls_cert_name(struct view_of_bytes name, char *out, uint32_t size);
/* A text in it has a null, behind which some readers see nothing. */
bool tls_cert_name_cut(struct view_of_bytes name);
/* "0A:1B:…" or "0a:1b:…"; terminated, cut at size. */
uint32_t tls_cert_hex(const uint8_t *p, uint32_t n, bool upper, char *out, uint32_t size);
/* The i-th alternative name that is text (DNS, mail, URI). */
bool tls_cert_alt(struct view_of_bytes alt, unsigned i, struct view_of_bytes *out);
