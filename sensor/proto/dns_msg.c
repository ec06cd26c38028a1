// SPDX-License-Identifier: Apache-2.0
#include "proto/dns_msg.h"

#include "base/bytes.h"

#include <stdio.h>

#define TYPE_A     1
#define TYPE_NS    2
#define TYPE_CNAME 5
#define TYPE_PTR   12
#define TYPE_MX    15
#define TYPE_TXT   16
#define TYPE_AAAA  28
#define LABELS_MAX 255u

static uint16_t be16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

/* Appends one label, with a dot before it unless it is the first. */
static enum dns_fault label(const uint8_t *p, unsigned k, char *out, uint32_t size, uint32_t *len)
{
	uint32_t at = *len;

	if (at + k + 1 > size || at + k + 1 > DNS_NAME_MAX)
		return at + k + 1 > size ? DNS_full : DNS_long;
	if (at)
		out[at++] = '.';
	memcpy(out + at, p, k);
	*len = at + k;
	return DNS_fine;
}

enum dns_fault dns_name(const uint8_t *p, uint32_t n, uint32_t at, char *out, uint32_t size,
			uint32_t *len, uint32_t *next)
{
	unsigned jumps = 0, labels = 0;

	*len = 0;
	for (;;) {
		if (at >= n)
			return DNS_short;
		unsigned k = p[at];
		if (k == 0) {
			if (!jumps)
				*next = at + 1;
			return DNS_fine;
		}
		if (k >= 0xc0) {
			if (at + 2 > n)
				return DNS_short;
			if (!jumps)
				*next = at + 2;
			if (++jumps > DNS_JUMPS)
				return DNS_loop;
			at = be16(p + at) & 0x3fff;
			continue;
		}
		if (k > 63 || at + 1 + k > n)
			return DNS_short;
		if (++labels > LABELS_MAX)
			return DNS_labels;
		enum dns_fault f = label(p + at + 1, k, out, size, len);
		if (f != DNS_fine)
			return f;
		at += 1 + k;
	}
}

/* A name into the message's text; one that only points to the first question's is that one. */
static enum dns_fault read_name(struct dns_msg *m, uint32_t *at, struct dns_rr *rr)
{
	uint32_t len, next = 0;

	if (m->rrs && *at + 2 <= m->n && be16(m->at + *at) == (0xc000 | DNS_HEADER)) {
		rr->name = m->rr[0].name;
		rr->name_len = m->rr[0].name_len;
		*at += 2;
		return DNS_fine;
	}
	enum dns_fault f = dns_name(m->at, m->n, *at, m->text + m->text_len, DNS_TEXT - m->text_len,
				    &len, &next);
	if (f != DNS_fine)
		return f;
	rr->name = m->text_len;
	rr->name_len = (uint16_t)len;
	m->text_len = (uint16_t)(m->text_len + len);
	*at = next;
	return DNS_fine;
}

static enum dns_fault read_record(struct dns_msg *m, uint32_t *at, bool question)
{
	if (m->rrs == DNS_RECORDS)
		return DNS_full;
	struct dns_rr *rr = &m->rr[m->rrs];
	uint32_t i = *at;
	enum dns_fault f = read_name(m, &i, rr);
	if (f != DNS_fine)
		return f;
	struct bytes b = bytes_of(m->at + i, m->n - i);
	struct bytes h = bytes_take(&b, question ? 4 : 10);
	if (!bytes_ok(&h))
		return DNS_short;
	rr->type = bytes_be16(&h);
	rr->class = bytes_be16(&h);
	rr->ttl = 0;
	rr->data = rr->data_len = 0;
	if (!question) {
		rr->ttl = bytes_be32(&h);
		rr->data_len = bytes_be16(&h);
		rr->data = (uint16_t)(b.at - m->at);
		bytes_take(&b, rr->data_len);
		if (!bytes_ok(&b))
			return DNS_short;
	}
	*at = (uint32_t)(b.at - m->at);
	m->rrs++;
	return DNS_fine;
}

bool dns_read(struct dns_msg *m, const uint8_t *p, uint32_t n)
{
	struct bytes b = bytes_of(p, n);
	struct bytes h = bytes_take(&b, DNS_HEADER);

	if (!bytes_ok(&h))
		return false;
	m->at = p;
	m->n = n < UINT16_MAX ? n : UINT16_MAX;
	m->id = bytes_be16(&h);
	m->flags = bytes_be16(&h);
	m->rrs = m->text_len = 0;
	m->shown = true;
	uint32_t at = DNS_HEADER;
	bool on = true;
	for (unsigned s = 0; s < DNS_sections; s++) {
		unsigned want = bytes_be16(&h);

		m->first[s] = m->rrs;
		m->fault[s] = DNS_fine;
		for (unsigned i = 0; i < want && on; i++) {
			m->fault[s] = (uint8_t)read_record(m, &at, s == DNS_question);
			on = m->fault[s] == DNS_fine;
		}
		m->count[s] = (uint16_t)(m->rrs - m->first[s]);
	}
	return true;
}

bool dns_plausible(const uint8_t *p, uint32_t n, uint32_t whole)
{
	char name[DNS_NAME_MAX];
	uint32_t len, next, records = 0;

	if (n < DNS_HEADER || (p[2] >> 3 & 15) > 6)
		return false;
	for (unsigned i = 4; i < DNS_HEADER; i += 2)
		records += be16(p + i);
	if (records == 0 || records * 2 + DNS_HEADER > whole)
		return false;
	enum dns_fault f = dns_name(p, n, DNS_HEADER, name, sizeof(name), &len, &next);
	return f == DNS_fine || (f == DNS_short && n < whole);
}

bool dns_rr_addr(const struct dns_msg *m, const struct dns_rr *rr, struct addr *out)
{
	if (rr->type == TYPE_A && rr->data_len == 4) {
		uint32_t v4;
		memcpy(&v4, m->at + rr->data, 4);
		*out = addr_v4_wire(v4);
		return true;
	}
	if (rr->type != TYPE_AAAA || rr->data_len != 16)
		return false;
	memcpy(out, m->at + rr->data, 16);
	return true;
}

/* Every string of a TXT record, one after the other. */
static const char *text_of(const struct dns_msg *m, const struct dns_rr *rr, char *out,
			   uint32_t size)
{
	const uint8_t *p = m->at + rr->data;
	uint32_t n = 0;

	for (uint32_t i = 0; i < rr->data_len && n + 1 < size;) {
		uint32_t k = p[i++];

		if (k > rr->data_len - i)
			k = rr->data_len - i;
		proto_text(p + i, k, out + n, size - n);
		n += k < size - n - 1 ? k : size - n - 1;
		i += k;
	}
	out[n] = '\0';
	return out;
}

const char *dns_rdata(const struct dns_msg *m, const struct dns_rr *rr, char *out, uint32_t size)
{
	char name[DNS_NAME_MAX];
	uint32_t len, next, skip = rr->type == TYPE_MX ? 2 : 0;
	struct addr a;

	out[0] = '\0';
	if (dns_rr_addr(m, rr, &a)) {
		char text[ADDR_TEXT];

		snprintf(out, size, "%s", addr_text(&a, text));
		return out;
	}
	switch (rr->type) {
	case TYPE_NS:
	case TYPE_CNAME:
	case TYPE_PTR:
	case TYPE_MX:
		if (rr->data_len <= skip || dns_name(m->at, m->n, rr->data + skip, name,
						     sizeof(name), &len, &next) != DNS_fine)
			return out;
		return proto_text(name, len, out, size);
	case TYPE_TXT:
		return text_of(m, rr, out, size);
	default:
		return out;
	}
}

bool dns_names(const struct dns_msg *m, unsigned a, unsigned b, unsigned i,
	       struct view_of_bytes *out)
{
	unsigned at = m->first[a] + i;

	if (!m->shown || at >= m->first[b] + (unsigned)m->count[b])
		return false;
	out->at = (const uint8_t *)m->text + m->rr[at].name;
	out->len = m->rr[at].name_len;
	return true;
}

bool dns_type(const struct dns_msg *m, unsigned i, uint64_t *out)
{
	unsigned s = dns_is_response(m) ? DNS_answer : DNS_question;

	if (!m->shown || i >= m->count[s])
		return false;
	*out = m->rr[m->first[s] + i].type;
	return true;
}

bool dns_field_bytes(const struct dns_msg *m, unsigned f, unsigned i, struct view_of_bytes *out)
{
	static const uint8_t of[][2] = {
		[DNS_FIELD_query] = {DNS_question, DNS_question},
		[DNS_FIELD_queries] = {DNS_question, DNS_question},
		[DNS_FIELD_answers] = {DNS_answer, DNS_answer},
		[DNS_FIELD_authorities] = {DNS_authority, DNS_authority},
		[DNS_FIELD_additionals] = {DNS_additional, DNS_additional},
		[DNS_FIELD_response] = {DNS_question, DNS_additional},
	};

	return dns_names(m, of[f][0], of[f][1], i, out);
}

bool dns_field_number(const struct dns_msg *m, unsigned f, unsigned i, uint64_t *out)
{
	if (f == DNS_FIELD_rrtype)
		return dns_type(m, i, out);
	*out = f == DNS_FIELD_opcode ? dns_opcode(m) : m->flags & 15u;
	return i == 0 && m->shown;
}
