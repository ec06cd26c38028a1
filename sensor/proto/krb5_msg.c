// SPDX-License-Identifier: Apache-2.0
/* Kerberos messages. Source: RFC 4120 5.2.2 (names), 5.3 (Ticket), 5.4 (KDC), 5.5 (AP), 5.9.1
 * (error); RFC 4120 7.5.8 (application tags are message types). */
#include "proto/krb5_msg.h"

#include "base/hash.h"
#include "proto/der.h"

#define APPLICATION      0x60u /* constructed */
#define CONTEXT          0xa0u
#define TAG_TICKET       (APPLICATION | 1)
#define TAG_STRING       0x1b /* GeneralString */
#define PA_TGS_REQ       1
#define PA_TIMESTAMP     2
#define PA_PK_AS_REQ     16
#define PA_PK_AS_OLD     14
#define PA_FOR_USER      129 /* MS-SFU 2.2.1 */
#define PA_S4U_X509      130
#define PA_FX_FAST       136
#define PA_ENC_CHALLENGE 138
#define PADATA_MAX       32u
#define FIELDS_MAX       24u
#define TICKET_SEED      0x6b7262u

static int64_t integer(struct bytes b)
{
	int64_t v = 0;

	if (bytes_left(&b) > 8 || bytes_left(&b) == 0)
		return 0;
	v = (int8_t)b.at[0];
	for (bytes_u8(&b); bytes_left(&b);)
		v = (int64_t)((uint64_t)v << 8 | bytes_u8(&b));
	return v;
}

static int64_t integer_in(struct bytes b)
{
	struct bytes body;

	return der_take(&b, DER_INTEGER, &body) ? integer(body) : 0;
}

/* Keeps a text of the message; false: no room. */
static bool keep(struct krb_msg *m, struct bytes b, uint16_t *at, uint16_t *len)
{
	size_t n = bytes_left(&b);

	if (n > KRB_TEXT - m->used)
		n = KRB_TEXT - m->used;
	memcpy(m->buf + m->used, b.at, n);
	*at = m->used;
	*len = (uint16_t)n;
	m->used = (uint16_t)(m->used + n);
	return n > 0;
}

static void realm(struct krb_msg *m, struct bytes b)
{
	struct bytes text;

	if (!m->realm_len && der_take(&b, TAG_STRING, &text))
		keep(m, text, &m->realm, &m->realm_len);
}

/* PrincipalName ::= SEQUENCE { name-type [0], name-string [1] SEQUENCE OF KerberosString } */
static void name(struct krb_msg *m, struct bytes b, struct krb_name *out)
{
	struct bytes seq, strings, list, text;

	out->n = 0;
	if (!der_take(&b, DER_SEQUENCE, &seq) || !der_take(&seq, CONTEXT | 0, &strings) ||
	    !der_take(&seq, CONTEXT | 1, &strings) || !der_take(&strings, DER_SEQUENCE, &list))
		return;
	while (out->n < KRB_NAMES / 2 && der_take(&list, TAG_STRING, &text)) {
		keep(m, text, &out->at[out->n], &out->len[out->n]);
		out->n++;
	}
}

/* EncryptedData ::= SEQUENCE { etype [0], kvno [1] OPTIONAL, cipher [2] OCTET STRING } */
static bool encrypted(struct bytes b, int32_t *etype, uint64_t *hash, uint32_t *kvno)
{
	struct bytes seq, cipher;
	struct der d;
	bool found = false;

	if (!der_take(&b, DER_SEQUENCE, &seq))
		return false;
	for (unsigned i = 0; i < FIELDS_MAX && der_next(&seq, &d) == DER_fine; i++) {
		if (d.tag == (CONTEXT | 0)) {
			*etype = (int32_t)integer_in(d.body);
			found = true;
		} else if (d.tag == (CONTEXT | 1) && kvno) {
			*kvno = (uint32_t)integer_in(d.body);
		} else if (d.tag == (CONTEXT | 2) && hash &&
			   der_take(&d.body, DER_OCTETS, &cipher)) {
			*hash = hash_bytes(cipher.at, bytes_left(&cipher), TICKET_SEED);
		}
	}
	return found;
}

static bool is_part(const struct krb_msg *m, const struct krb_name *name, unsigned i,
		    const char *text, uint32_t n)
{
	return i < name->n && name->len[i] == n && strncasecmp(m->buf + name->at[i], text, n) == 0;
}

static uint8_t ticket_of(const struct krb_msg *t)
{
	if (t->sname.n == 0)
		return TICKET_none;
	if (!is_part(t, &t->sname, 0, "krbtgt", 6))
		return TICKET_service;
	return is_part(t, &t->sname, 1, t->buf + t->realm, t->realm_len) ? TICKET_tgt
									 : TICKET_foreign;
}

/* Ticket ::= [APPLICATION 1] SEQUENCE { tkt-vno [0], realm [1], sname [2], enc-part [3] } */
static void ticket(struct krb_msg *m, struct bytes b)
{
	struct krb_msg *t = &(struct krb_msg){.message = 0}; /* its names are its own */
	struct bytes app, seq;
	struct der d;

	if (!der_take(&b, TAG_TICKET, &app) || !der_take(&app, DER_SEQUENCE, &seq))
		return;
	for (unsigned i = 0; i < FIELDS_MAX && der_next(&seq, &d) == DER_fine; i++) {
		if (d.tag == (CONTEXT | 1)) {
			realm(m, d.body);
			realm(t, d.body);
		} else if (d.tag == (CONTEXT | 2)) {
			if (!m->sname.n)
				name(m, d.body, &m->sname);
			name(t, d.body, &t->sname);
		} else if (d.tag == (CONTEXT | 3) && !m->has_ticket)
			m->has_ticket =
				encrypted(d.body, &m->ticket_etype, &m->ticket, &m->ticket_kvno);
	}
	m->ticket_of = ticket_of(t);
}

static uint32_t flags(struct bytes b)
{
	struct bytes bits;

	if (!der_take(&b, DER_BIT_STRING, &bits) || bytes_left(&bits) < 5)
		return 0;
	bytes_u8(&bits);
	return bytes_be32(&bits);
}

/* AP-REQ ::= [APPLICATION 14] SEQUENCE { pvno, type, ap-options [2], ticket [3], authenticator [4]
 * } */
static void ap_req(struct krb_msg *m, struct bytes seq, bool inner)
{
	struct der d;

	for (unsigned i = 0; i < FIELDS_MAX && der_next(&seq, &d) == DER_fine; i++) {
		if (d.tag == (CONTEXT | 2) && !inner)
			m->options = flags(d.body);
		else if (d.tag == (CONTEXT | 3))
			ticket(m, d.body);
		else if (d.tag == (CONTEXT | 4) && !inner)
			m->has_reply = encrypted(d.body, &m->reply_etype, NULL, NULL);
	}
}

/* The ticket that a TGS-REQ shows: the message's own name and realm are those of its body. */
static void tgs_ticket(struct krb_msg *m, struct bytes value)
{
	struct bytes app, seq;

	if (!der_take(&value, APPLICATION | KRB_ap_req, &app) ||
	    !der_take(&app, DER_SEQUENCE, &seq))
		return;
	struct krb_msg *t = &(struct krb_msg){.message = 0};
	ap_req(t, seq, true);
	m->ticket = t->ticket;
	m->ticket_etype = t->ticket_etype;
	m->has_ticket = t->has_ticket;
	m->ticket_kvno = t->ticket_kvno;
	m->ticket_of = t->ticket_of;
}

static void padata(struct krb_msg *m, struct bytes b)
{
	struct bytes list, item, value, octets;

	if (!der_take(&b, DER_SEQUENCE, &list))
		return;
	for (unsigned i = 0; i < PADATA_MAX && der_take(&list, DER_SEQUENCE, &item); i++) {
		if (!der_take(&item, CONTEXT | 1, &value))
			return;
		int64_t type = integer_in(value);
		if (!der_take(&item, CONTEXT | 2, &value) || !der_take(&value, DER_OCTETS, &octets))
			return;
		m->preauth |= type == PA_TGS_REQ || type == PA_TIMESTAMP || type == PA_PK_AS_REQ ||
			      type == PA_PK_AS_OLD || type == PA_ENC_CHALLENGE;
		m->for_user |= type == PA_FOR_USER || type == PA_S4U_X509;
		if (type == PA_FX_FAST)
			m->fast = m->preauth = true;
		if (type == PA_TGS_REQ && m->message == KRB_tgs_req)
			tgs_ticket(m, octets);
	}
}

/* KDC-REQ-BODY */
static void request_body(struct krb_msg *m, struct bytes b)
{
	struct bytes seq, list, number;
	struct der d;

	if (!der_take(&b, DER_SEQUENCE, &seq))
		return;
	for (unsigned i = 0; i < FIELDS_MAX && der_next(&seq, &d) == DER_fine; i++) {
		switch (d.tag) {
		case CONTEXT | 0:
			m->options = flags(d.body);
			break;
		case CONTEXT | 1:
			name(m, d.body, &m->cname);
			break;
		case CONTEXT | 2:
			realm(m, d.body);
			break;
		case CONTEXT | 3:
			name(m, d.body, &m->sname);
			break;
		case CONTEXT | 8:
			if (!der_take(&d.body, DER_SEQUENCE, &list))
				break;
			while (m->etypes < KRB_ETYPES && der_take(&list, DER_INTEGER, &number))
				m->etype[m->etypes++] = (int32_t)integer(number);
			break;
		default:
			break;
		}
	}
}

static void kdc_req(struct krb_msg *m, struct bytes seq)
{
	struct der d;

	for (unsigned i = 0; i < FIELDS_MAX && der_next(&seq, &d) == DER_fine; i++) {
		if (d.tag == (CONTEXT | 3))
			padata(m, d.body);
		else if (d.tag == (CONTEXT | 4))
			request_body(m, d.body);
	}
}

static void kdc_rep(struct krb_msg *m, struct bytes seq)
{
	struct der d;

	for (unsigned i = 0; i < FIELDS_MAX && der_next(&seq, &d) == DER_fine; i++) {
		if (d.tag == (CONTEXT | 3))
			realm(m, d.body);
		else if (d.tag == (CONTEXT | 4))
			name(m, d.body, &m->cname);
		else if (d.tag == (CONTEXT | 5))
			ticket(m, d.body);
		else if (d.tag == (CONTEXT | 6))
			m->has_reply = encrypted(d.body, &m->reply_etype, NULL, NULL);
	}
}

static void error(struct krb_msg *m, struct bytes seq)
{
	struct bytes text;
	struct der d;

	for (unsigned i = 0; i < FIELDS_MAX && der_next(&seq, &d) == DER_fine; i++) {
		if (d.tag == (CONTEXT | 6)) {
			m->error = (int32_t)integer_in(d.body);
			m->has_error = true;
		} else if (d.tag == (CONTEXT | 8)) {
			name(m, d.body, &m->cname);
		} else if (d.tag == (CONTEXT | 9)) {
			realm(m, d.body);
		} else if (d.tag == (CONTEXT | 10)) {
			name(m, d.body, &m->sname);
		} else if (d.tag == (CONTEXT | 11) && der_take(&d.body, TAG_STRING, &text)) {
			keep(m, text, &m->text, &m->text_len);
		}
	}
}

static bool known(uint8_t tag)
{
	uint8_t type = tag & 0x1f;

	return (tag & 0xe0) == APPLICATION &&
	       ((type >= KRB_as_req && type <= KRB_ap_rep) || type == KRB_error);
}

bool krb_read(struct krb_msg *m, const uint8_t *p, uint32_t n)
{
	struct bytes b = bytes_of(p, n), seq;
	struct tx tx = m->tx;
	struct der d;

	memset(m, 0, offsetof(struct krb_msg, buf));
	m->tx = tx;
	enum der_fault fault = der_next(&b, &d);
	if (n == 0 || fault != DER_fine || !known(d.tag))
		return false;
	m->message = d.tag & 0x1f;
	if (!der_take(&d.body, DER_SEQUENCE, &seq))
		return false;
	if (m->message == KRB_as_req || m->message == KRB_tgs_req)
		kdc_req(m, seq);
	else if (m->message == KRB_as_rep || m->message == KRB_tgs_rep)
		kdc_rep(m, seq);
	else if (m->message == KRB_ap_req)
		ap_req(m, seq, false);
	else if (m->message == KRB_error)
		error(m, seq);
	return true;
}

uint32_t krb_length(const uint8_t *p, uint32_t n)
{
	uint32_t len, head = 2;

	if (n < 6 || !known(p[0]))
		return 0;
	if (p[1] < 0x80) {
		len = p[1];
	} else {
		unsigned k = p[1] & 0x7f;

		if (k == 0 || k > 3)
			return 0;
		len = 0;
		for (unsigned i = 0; i < k; i++)
			len = len << 8 | p[2 + i];
		head += k;
	}
	if (n > head && p[head] != DER_SEQUENCE)
		return 0;
	return head + len;
}

const char *krb_principal(const struct krb_msg *m, const struct krb_name *x, char *out,
			  uint32_t size)
{
	uint32_t len = 0;

	out[0] = '\0';
	for (unsigned i = 0; i < x->n && len + 2 < size; i++) {
		if (i)
			out[len++] = '/';
		proto_text(m->buf + x->at[i], x->len[i], out + len, size - len);
		len += (uint32_t)strlen(out + len);
	}
	return out;
}

const char *krb_realm(const struct krb_msg *m, char *out, uint32_t size)
{
	return proto_text(m->buf + m->realm, m->realm_len, out, size);
}

uint32_t krb_etype_bits(const struct krb_msg *m)
{
	uint32_t bits = 0;

	for (unsigned i = 0; i < m->etypes; i++)
		bits |= m->etype[i] >= 0 && m->etype[i] < 32 ? 1u << m->etype[i] : 0;
	return bits;
}

void krb_tell(struct proto_call *c, const struct krb_msg *m, uint8_t carrier,
	      const char *client_known)
{
	char client[FACT_WORD_MAX], service[FACT_WORD_MAX], where[FACT_WORD_MAX],
		said[FACT_WORD_MAX];
	struct fact_krb f = {
		.ticket = m->ticket,
		.error = (uint32_t)m->error,
		.message = m->message,
		.ticket_etype = m->has_ticket ? (int8_t)m->ticket_etype : 0,
		.reply_etype = m->has_reply ? (int8_t)m->reply_etype : 0,
		.preauth = m->preauth,
		.bare = m->bare,
		.ticket_kvno = m->ticket_kvno,
		.ticket_of = m->ticket_of,
		.options_hi = (uint8_t)(m->options >> 24),
		.carrier = carrier,
		.answers = m->answers,
		.for_user = m->for_user,
		.request_etypes = m->answers ? m->answers_etypes : krb_etype_bits(m),
	};

	krb_principal(m, &m->cname, client, sizeof(client));
	krb_principal(m, &m->sname, service, sizeof(service));
	krb_realm(m, where, sizeof(where));
	proto_text(m->buf + m->text, m->text_len, said, sizeof(said));
	proto_fact(c, FACT_krb, &f, sizeof(f),
		   (const char *[]){client[0] ? client : client_known, service, where, said}, 4);
}
