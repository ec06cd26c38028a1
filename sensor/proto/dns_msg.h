// SPDX-License-Identifier: Apache-2.0
/* A DNS message taken apart (RFC 1035 4), shared by DNS, mDNS and LLMNR: names as text without the
 * trailing dot, labels' bytes as sent.
 *
 * Owns:   nothing; the bytes of the message must outlive it. Meant for the stack.
 * Errors: dns_read() says what is wrong; records that do not fit are left out and said.
 * Cost:   linear in the message: a name has at most DNS_NAME_MAX bytes and DNS_JUMPS pointers, and
 * a name that is only a pointer to one read before is not read again.
 */
#pragma once

#include "base/json.h"
#include "proto/protocol.h"

#define DNS_HEADER 12u
#define DNS_NAME_MAX                                                                               \
	1025u /* bytes of text: four times what RFC 1035 allows, as sent by tunnels                \
	       */
#define DNS_JUMPS   255u
#define DNS_RECORDS 512u
#define DNS_TEXT    (16u << 10) /* bytes of all names */

enum dns_section { DNS_question, DNS_answer, DNS_authority, DNS_additional, DNS_sections };
enum dns_fault { DNS_fine, DNS_short, DNS_loop, DNS_long, DNS_labels, DNS_full };

struct dns_rr {
	uint32_t ttl;
	uint16_t name, name_len; /* in text */
	uint16_t type, class;
	uint16_t data, data_len; /* in the message */
};

struct dns_msg {
	struct tx tx;
	const uint8_t *at;
	uint32_t n; /* bytes of the message */
	uint16_t id, flags;
	uint16_t first[DNS_sections], count[DNS_sections]; /* in rr[] */
	uint16_t rrs, text_len;
	uint8_t fault[DNS_sections]; /* enum dns_fault: where the section ends too early */
	bool shown;                  /* the rules may look into it */
	struct dns_rr rr[DNS_RECORDS];
	char text[DNS_TEXT];
};

/* False: not even a header. */
bool dns_read(struct dns_msg *m, const uint8_t *p, uint32_t n);
/* Whether n bytes (of a message of `whole` bytes) may be one: counts fit, the first name reads. */
bool dns_plausible(const uint8_t *p, uint32_t n, uint32_t whole);
/* A name at `at` of the message as text: its length, and *next behind it. */
enum dns_fault dns_name(const uint8_t *p, uint32_t n, uint32_t at, char *out, uint32_t size,
			uint32_t *len, uint32_t *next);
static inline bool dns_is_response(const struct dns_msg *m)
{
	return m->flags & 0x8000;
}
static inline unsigned dns_opcode(const struct dns_msg *m)
{
	return m->flags >> 11 & 15;
}
/* The record's data as a person reads it: address, name, text; "" for other kinds. */
const char *dns_rdata(const struct dns_msg *m, const struct dns_rr *rr, char *out, uint32_t size);
/* Address of an A or AAAA record. */
bool dns_rr_addr(const struct dns_msg *m, const struct dns_rr *rr, struct addr *out);
/* The i-th name of the sections from `a` to `b`. */
bool dns_names(const struct dns_msg *m, unsigned a, unsigned b, unsigned i,
	       struct view_of_bytes *out);
bool dns_type(const struct dns_msg *m, unsigned i, uint64_t *out); /* of questions, or of a response's answers */

/* Fields of dns_fields.def, in its order. */
enum dns_field {
#define FIELD(id, name, type, dirs, many, what) DNS_FIELD_##id,
#include "proto/dns_fields.def"
#undef FIELD
	DNS_FIELDS,
};
bool dns_field_bytes(const struct dns_msg *m, unsigned f, unsigned i, struct view_of_bytes *out);
bool dns_field_number(const struct dns_msg *m, unsigned f, unsigned i, uint64_t *out);
/* dns.c: FACT_dns */
void dns_tell(struct proto_call *c, const struct dns_msg *m);

const char *dns_type_name(uint16_t type); /* NULL: it has none */
const char *dns_rcode_name(unsigned rcode);
/* "dns":{…} as Suricata 7 writes it in an alert. */
uint32_t dns_eve(const struct tx *tx, char *out, uint32_t size);
