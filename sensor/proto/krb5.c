// SPDX-License-Identifier: Apache-2.0
/* Kerberos, over UDP and TCP (RFC 4120 7.2: a message behind four bytes of length). Each
 * message is a transaction of its own, in its direction; the etypes and the client of a
 * conversation stay known for the errors that follow.
 *
 * Over TCP a message in pieces waits in proto_mem, at most 64 KiB. After a gap the next piece that
 * begins as a message does is taken for one. */
#include "proto/krb5_msg.h"

#include "base/bytes.h"
#include "proto/pieces.h"

#define PREFIX      4u
#define MESSAGE_MAX (64u << 10)
#define SURE_BYTES  20u /* two heads of at most 5 bytes, two fields of 5 */

#define ERR_PREAUTH_FAILED   24
#define ERR_PREAUTH_REQUIRED 25
#define ERR_UNKNOWN_CLIENT   6
#define ERR_REVOKED          18
#define ERR_TOO_BIG          52

enum { EVENT_malformed_request, EVENT_malformed, EVENT_weak };
static const char *const events[] = {"malformed_request_data", "malformed_data", "weak_encryption",
				     NULL};

enum { F_cname, F_sname, F_message, F_error, F_ticket_etype, F_weak };
static const struct field fields[] = {
	{"krb5.cname", FIELD_bytes, 2, {1, 1}, true, "part of the client's name"},
	{"krb5.sname", FIELD_bytes, 2, {1, 1}, true, "part of the service's name"},
	{"krb5_msg_type", FIELD_number, 3, {1, 1}, false, "message type"},
	{"krb5_err_code", FIELD_number, 3, {1, 1}, false, "error code"},
	{"krb5.ticket_encryption", FIELD_number, 3, {1, 1}, false, "etype of the ticket"},
	{"krb5.weak_encryption", FIELD_number, 3, {1, 1}, false, "whether an etype is weak"},
	{0},
};

struct krb_state {
	struct pieces in;
	char client[FACT_WORD_MAX], realm[FACT_WORD_MAX]; /* of the AS-REQ at hand */
	bool bare;             /* it had no proof: an answer is no login */
	uint8_t asked;         /* the request at hand: KRB_as_req, KRB_tgs_req; 0 none */
	uint32_t asked_etypes; /* krb_etype_bits() of it */
};

static void login(struct proto_call *c, uint32_t code, enum fact_result outcome,
		  const struct krb_msg *m)
{
	struct krb_state *s = c->state;
	char client[FACT_WORD_MAX], realm[FACT_WORD_MAX];
	struct fact_login f = {
		.code = code,
		.how = LOGIN_kerberos,
		.outcome = (uint8_t)outcome,
		.user_unknown = code == ERR_UNKNOWN_CLIENT,
		.locked = code == ERR_REVOKED,
	};

	krb_principal(m, &m->cname, client, sizeof(client));
	krb_realm(m, realm, sizeof(realm));
	proto_fact(
		c, FACT_login, &f, sizeof(f),
		(const char *[]){client[0] ? client : s->client, realm[0] ? realm : s->realm, ""},
		3);
}

/* Errors that say how a login went; not: the ticket is old, the service is unknown. */
static bool about_login(int32_t code)
{
	return code == 1 || code == ERR_UNKNOWN_CLIENT || (code >= 9 && code <= 14 && code != 13) ||
	       code == ERR_REVOKED || code == 23 || code == ERR_PREAUTH_FAILED;
}

static void judge(struct proto_call *c, const struct krb_msg *m)
{
	struct krb_state *s = c->state;

	if (m->message == KRB_as_req) {
		krb_principal(m, &m->cname, s->client, sizeof(s->client));
		krb_realm(m, s->realm, sizeof(s->realm));
		s->bare = !m->preauth;
	} else if (m->message == KRB_as_rep && !s->bare) {
		login(c, 0, RESULT_ok, m);
	} else if (m->message == KRB_error && s->client[0] && about_login(m->error)) {
		login(c, (uint32_t)m->error, RESULT_failed, m);
	}
}

/* A request is kept for its answer; an answer is told with what it answers. */
static void match(struct krb_state *s, struct krb_msg *m)
{
	if (m->message == KRB_as_req || m->message == KRB_tgs_req) {
		s->asked = m->message;
		s->asked_etypes = krb_etype_bits(m);
		return;
	}
	m->bare = m->message == KRB_as_rep && s->client[0] && s->bare;
	m->answers = s->asked;
	m->answers_etypes = s->asked_etypes;
}

static void message(struct proto_call *c, const uint8_t *p, uint32_t n)
{
	struct krb_msg m;

	proto_tx_init(c, &m.tx);
	if (krb_read(&m, p, n)) {
		match(c->state, &m);
		krb_tell(c, &m, 0,
			 m.message == KRB_error || m.message == KRB_as_rep
				 ? ((struct krb_state *)c->state)->client
				 : "");
		judge(c, &m);
		if (m.has_reply && krb_etype_weak(m.reply_etype))
			proto_event(&m.tx, EVENT_weak);
	} else {
		m.malformed = true;
		proto_event(&m.tx, EVENT_malformed);
		if (c->dir == FLOW_to_server)
			proto_event(&m.tx, EVENT_malformed_request);
	}
	proto_progress(c, &m.tx, c->dir, 1);
	proto_tx_end(c, &m.tx);
}

static enum probe plausible(const uint8_t *p, uint32_t n, bool prefixed)
{
	uint32_t len = n;

	if (prefixed) {
		if (n < PREFIX + 6)
			return PROBE_more;
		len = (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
		p += PREFIX;
		n -= PREFIX;
	}
	return len <= MESSAGE_MAX && krb_length(p, n) == len ? PROBE_yes : PROBE_no;
}

/* What is whole of the messages in p; returns the bytes used. PIECES_NOT: that is no Kerberos. */
static uint32_t messages(struct proto_call *c, const uint8_t *p, uint32_t n)
{
	uint32_t at = 0;

	while (n - at >= PREFIX) {
		struct bytes b = bytes_of(p + at, PREFIX);
		uint32_t len = bytes_be32(&b);

		if (len > MESSAGE_MAX)
			return PIECES_NOT;
		if (n - at - PREFIX < len)
			break;
		if (len)
			message(c, p + at + PREFIX, len);
		at += PREFIX + len;
	}
	return at;
}

static bool begins(const uint8_t *p, uint32_t n)
{
	return plausible(p, n, true) == PROBE_yes;
}

static void data(struct proto_call *c, const uint8_t *p, uint32_t n)
{
	if (c->flow->proto == 6)
		pieces_data(c, p, n, PROTO_MEM_MAX, messages, begins);
	else
		message(c, p, n);
}

static const uint16_t ports[] = {88, 0};

/* What is said to and by a KDC, and the first fields of it: version 5, the message's type again. */
static enum probe elsewhere(const uint8_t *p, uint32_t n, bool prefixed)
{
	uint32_t skip = prefixed ? PREFIX : 0, at = skip;

	if (prefixed && (p[0] || (n > 1 && p[1])))
		return PROBE_no;
	if (n <= at)
		return PROBE_more;
	uint8_t type = p[at] & 0x1f;
	if ((p[at] & 0xe0) != 0x60 || !(type == KRB_error || (type >= KRB_as_req && type <= KRB_tgs_rep)))
		return PROBE_no;
	if (n < skip + SURE_BYTES)
		return prefixed ? PROBE_more : PROBE_no;
	if (plausible(p, n, prefixed) != PROBE_yes)
		return PROBE_no;
	for (unsigned i = 0; i < 2; i++) { /* behind the heads of the message and of its SEQUENCE */
		if (at + 2 > skip + SURE_BYTES)
			return PROBE_no;
		at += 2 + (p[at + 1] & 0x80 ? p[at + 1] & 0x7f : 0);
	}
	if (at + 10 > skip + SURE_BYTES)
		return PROBE_no;
	uint8_t tag = type == KRB_as_req || type == KRB_tgs_req ? 0xa1 : 0xa0;
	const uint8_t want[] = {tag, 3, 2, 1, 5, (uint8_t)(tag + 1), 3, 2, 1, type};
	return memcmp(p + at, want, sizeof(want)) == 0 ? PROBE_yes : PROBE_no;
}

static enum probe probe(const uint8_t *p, uint32_t n, uint8_t dir, const struct flow *f,
			bool midstream)
{
	(void)dir;
	(void)midstream;
	if (!proto_on_port(ports, f))
		return elsewhere(p, n, f->proto == 6);
	return plausible(p, n, f->proto == 6);
}

static bool bytes(const struct tx *tx, unsigned f, unsigned i, uint8_t dir,
		  struct view_of_bytes *out)
{
	const struct krb_msg *m = (const struct krb_msg *)tx;
	const struct krb_name *name = f == F_cname ? &m->cname : &m->sname;

	(void)dir;
	if (m->malformed || i >= name->n)
		return false;
	*out = (struct view_of_bytes){(const uint8_t *)m->buf + name->at[i], name->len[i]};
	return true;
}

static bool number(const struct tx *tx, unsigned f, unsigned i, uint8_t dir, uint64_t *out)
{
	const struct krb_msg *m = (const struct krb_msg *)tx;

	(void)dir;
	if (i || m->malformed)
		return false;
	switch (f) {
	case F_message:
		*out = m->message;
		return true;
	case F_error:
		*out = (uint64_t)(int64_t)m->error;
		return m->has_error;
	case F_ticket_etype:
		*out = (uint64_t)(int64_t)m->ticket_etype;
		return m->has_ticket && m->message != KRB_tgs_req;
	default:
		*out = (m->has_ticket && krb_etype_weak(m->ticket_etype)) ||
		       (m->has_reply && krb_etype_weak(m->reply_etype));
		return true;
	}
}

const struct protocol protocol_krb5 = {
	.name = "krb5",
	.over = PROTO_OVER_TCP | PROTO_OVER_UDP,
	.ports = ports,
	.deep = true,
	.state_size = sizeof(struct krb_state),
	.fields = fields,
	.events = events,
	.done = {1, 1},
	.probe = probe,
	.data = data,
	.gap = pieces_gap,
	.end = pieces_end,
	.bytes = bytes,
	.number = number,
	.eve = krb_eve,
};
