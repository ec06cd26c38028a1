// SPDX-License-Identifier: Apache-2.0
/* LDAP over TCP and UDP (389, 3268): who binds and how it went, what is searched for, how much is
 * found. Source: RFC 4511 4; RFC 4513 5.2.1.6 and RFC 4752 3.3 (protected streams: each buffer
 * behind four bytes of length; what is only signed is read on).
 *
 * Of an entry its name is kept, the rest goes by. A message that does not begin as one loses the
 * direction until a piece does. */
#include "proto/ldap.h"

#include "proto/pieces.h"

#include <stdio.h>
#include <stdlib.h>

#define KEEP        (32u << 10)
#define ENTRY_KEEP  512u
#define WAIT_MAX    (KEEP + FLOW_PIECE_MAX)
#define WRAP_MAX    (16u << 20)
#define WRAP_HEAD   20u /* length and what NTLM or Kerberos put before a signed message */
#define SIMPLE      0x80
#define SASL        0xa3
#define CREDENTIALS 0x87 /* serverSaslCreds */
#define IN_PROGRESS 14

static const char *const events[] = {"too_many_transactions", "invalid_data",
				     "request_not_found",     "incomplete_data",
				     "unassigned_code_point", NULL};

enum {
	F_operation,
	F_response_operation,
	F_count,
	F_result,
	F_dn,
	F_response_dn,
	F_message,
	F_types
};
static const struct field fields[] = {
	{"ldap.request.operation", FIELD_number, 1, {1, 1}, false, "operation asked for"},
	{"ldap.responses.operation", FIELD_number, 2, {1, 1}, true, "operation answered"},
	{"ldap.responses.count", FIELD_number, 2, {1, 1}, false, "answers"},
	{"ldap.responses.result_code", FIELD_number, 2, {1, 1}, true, "result of an answer"},
	{"ldap.request.dn", FIELD_bytes, 1, {1, 1}, false, "distinguished name asked for"},
	{"ldap.responses.dn", FIELD_bytes, 2, {1, 1}, true, "distinguished name answered"},
	{"ldap.responses.message", FIELD_bytes, 2, {1, 1}, false, "error message"},
	{"ldap.request.attribute_type",
	 FIELD_bytes,
	 1,
	 {1, 1},
	 true,
	 "attribute asked for or written"},
	{0},
};

struct ldap_state {
	struct pieces in;
	uint32_t skip[2]; /* bytes of the message at hand that go by */
	struct ldap_tx *pending[LDAP_PENDING];
	uint32_t turn;
	bool sealed;
	char user[2 * NTLM_NAME];
	struct auth auth;
};

static struct ldap_text keep(struct ldap_tx *t, struct bytes b)
{
	uint32_t n = (uint32_t)bytes_left(&b), room = (uint32_t)sizeof(t->buf) - t->used;

	if (n > room)
		n = room;
	memcpy(t->buf + t->used, b.at, n);
	struct ldap_text x = {t->used, (uint16_t)n};
	t->used = (uint16_t)(t->used + n);
	return x;
}

static const char *text_of(const struct ldap_tx *t, struct ldap_text x, char *out, uint32_t size)
{
	return proto_text(t->buf + x.at, x.len, out, size);
}

static uint32_t integer(struct bytes b)
{
	uint32_t v = 0;

	for (unsigned i = 0; i < 4 && bytes_left(&b); i++)
		v = v << 8 | bytes_u8(&b);
	return v;
}

static uint32_t integer_of(struct bytes *in, uint8_t tag)
{
	struct bytes b;

	return der_take(in, tag, &b) ? integer(b) : 0;
}

/* Requests. */

static void tell(struct proto_call *c, const struct ldap_tx *t, uint8_t op)
{
	struct ldap_state *s = c->state;
	char name[FACT_WORD_MAX], types[FACT_WORD_MAX] = "";
	uint32_t len = 0;
	struct fact_ldap f = {
		.result = t->result < 0 ? 0 : (uint32_t)t->result,
		.entries = t->entries,
		.op = op,
		.scope = t->scope,
		.sasl = t->sasl,
	};

	for (unsigned i = 0; i < t->types && len + 2 < sizeof(types); i++) {
		if (i)
			types[len++] = ',';
		text_of(t, t->type[i], types + len, (uint32_t)sizeof(types) - len);
		len += (uint32_t)strlen(types + len);
	}
	proto_fact(c, FACT_ldap, &f, sizeof(f),
		   (const char *[]){text_of(t, t->name, name, sizeof(name)), t->filter, types,
				    s->user},
		   4);
}

static void bind_request(struct proto_call *c, struct ldap_tx *t, struct bytes b)
{
	struct ldap_state *s = c->state;
	struct bytes name, token;
	struct der d;

	integer_of(&b, DER_INTEGER);
	if (der_take(&b, DER_OCTETS, &name))
		t->name = keep(t, name);
	if (der_next(&b, &d) != DER_fine)
		return;
	if (d.tag == SIMPLE) {
		t->simple = true;
		t->secret = fact_secret(d.body.at, (uint32_t)bytes_left(&d.body));
	} else if (d.tag == SASL) {
		t->sasl = true;
		if (der_take(&d.body, DER_OCTETS, &name) && der_take(&d.body, DER_OCTETS, &token))
			auth_token(c, &s->auth, LOGIN_ldap, token.at, (uint32_t)bytes_left(&token));
	} else if (d.tag == 0x8a ||
		   d.tag == 0x8b) { /* Sicily: NTLM as it is ([MS-ADTS] 5.1.1.1.3) */
		t->sasl = true;
		auth_token(c, &s->auth, LOGIN_ldap, d.body.at, (uint32_t)bytes_left(&d.body));
	}
}

static void search_request(struct ldap_tx *t, struct bytes b)
{
	struct bytes name, types, type;
	struct der filter;

	if (!der_take(&b, DER_OCTETS, &name))
		return;
	t->name = keep(t, name);
	t->scope = (uint8_t)integer_of(&b, 0x0a);
	integer_of(&b, 0x0a);
	integer_of(&b, DER_INTEGER);
	integer_of(&b, DER_INTEGER);
	integer_of(&b, 0x01);
	if (der_next(&b, &filter) != DER_fine)
		return;
	ldap_filter_text(bytes_of(filter.from, (size_t)(filter.body.end - filter.from)), t->filter,
			 sizeof(t->filter));
	if (!der_take(&b, DER_SEQUENCE, &types))
		return;
	while (t->types < LDAP_TYPES && der_take(&types, DER_OCTETS, &type))
		t->type[t->types++] = keep(t, type);
}

static void keep_type(struct ldap_tx *t, struct bytes *in)
{
	struct bytes type;

	if (t->types < LDAP_TYPES && der_take(in, DER_OCTETS, &type))
		t->type[t->types++] = keep(t, type);
}

/* The attributes that are added or changed (4.6, 4.7), and of a change whether the first is an
 * addition, a deletion or a replacement; the values go by. */
static void written_types(struct ldap_tx *t, struct bytes b)
{
	struct bytes list, one, attribute;

	if (!der_take(&b, DER_SEQUENCE, &list))
		return;
	while (t->types < LDAP_TYPES && der_take(&list, DER_SEQUENCE, &one)) {
		if (t->op == LDAP_add) {
			keep_type(t, &one);
			continue;
		}
		uint32_t how = integer_of(&one, 0x0a);
		if (!t->types)
			t->scope = (uint8_t)how;
		if (!der_take(&one, DER_SEQUENCE, &attribute))
			return;
		keep_type(t, &attribute);
	}
}

static void finish(struct proto_call *c, unsigned i)
{
	struct ldap_state *s = c->state;
	struct ldap_tx *t = s->pending[i];

	if (!t)
		return;
	if (t->responses)
		proto_progress(c, &t->tx, FLOW_to_client, 1);
	proto_tx_end(c, &t->tx);
	proto_give(proto_mem_of(c), t, sizeof(*t));
	s->pending[i] = NULL;
}

static struct ldap_tx *new_tx(struct proto_call *c, uint32_t id, uint8_t op)
{
	struct ldap_state *s = c->state;
	unsigned at = LDAP_PENDING;

	for (unsigned i = 0; i < LDAP_PENDING; i++) {
		if (s->pending[i] && s->pending[i]->id == id)
			finish(c, i);
		if (!s->pending[i] && at == LDAP_PENDING)
			at = i;
	}
	if (at == LDAP_PENDING) {
		at = s->turn++ % LDAP_PENDING;
		finish(c, at);
	}
	struct ldap_tx *t = s->pending[at] = proto_take(proto_mem_of(c), sizeof(*t));
	if (!t)
		return NULL;
	proto_tx_init(c, &t->tx);
	t->id = id;
	t->op = op;
	t->result = -1;
	return t;
}

static void request(struct proto_call *c, uint32_t id, const struct der *op)
{
	uint8_t number = op->tag & 0x1f;
	struct ldap_tx *t = new_tx(c, id, number);
	struct bytes b = op->body, name;

	if (!t)
		return;
	switch (number) {
	case LDAP_bind:
		bind_request(c, t, b);
		break;
	case LDAP_search:
		search_request(t, b);
		break;
	case LDAP_modify:
	case LDAP_add:
		if (der_take(&b, DER_OCTETS, &name))
			t->name = keep(t, name);
		written_types(t, b);
		break;
	case LDAP_compare:
		if (der_take(&b, DER_OCTETS, &name))
			t->name = keep(t, name);
		if (der_take(&b, DER_SEQUENCE, &name))
			keep_type(t, &name);
		break;
	case LDAP_modify_dn:
		if (der_take(&b, DER_OCTETS, &name))
			t->name = keep(t, name);
		break;
	case LDAP_delete:
		t->name = keep(t, b);
		break;
	case LDAP_extended:
		if (der_take(&b, 0x80, &name))
			t->name = keep(t, name);
		break;
	default:
		break;
	}
	if (number != LDAP_unbind && number != LDAP_abandon)
		tell(c, t, number);
	proto_progress(c, &t->tx, FLOW_to_server, 1);
	if (number == LDAP_unbind || number == LDAP_abandon) {
		for (unsigned i = 0; i < LDAP_PENDING; i++) {
			if (((struct ldap_state *)c->state)->pending[i] == t)
				finish(c, i);
		}
	}
}

/* Responses. */

/* "… data 525, …" of Active Directory ([MS-ERREF] as hex). */
static unsigned reason(const struct ldap_tx *t)
{
	char text[256];
	const char *at = strstr(text_of(t, t->message, text, sizeof(text)), "data ");

	return at ? (unsigned)strtoul(at + 5, NULL, 16) : 0;
}

static void bound(struct proto_call *c, struct ldap_tx *t)
{
	struct ldap_state *s = c->state;
	char name[FACT_WORD_MAX];
	bool ok = t->result == 0;
	unsigned why = ok ? 0 : reason(t);

	if (t->result == IN_PROGRESS)
		return;
	if (t->sasl) {
		auth_outcome(c, &s->auth, (uint32_t)t->result, ok ? RESULT_ok : RESULT_failed);
		auth_user(&s->auth, s->user, sizeof(s->user));
		return;
	}
	if (!t->simple)
		return;
	text_of(t, t->name, name, sizeof(name));
	struct fact_login f = {
		.code = (uint32_t)t->result,
		.how = LOGIN_ldap,
		.outcome = ok ? RESULT_ok : RESULT_failed,
		.clear = t->secret != 0,
		.secret = t->secret,
		.anonymous = !t->name.len,
		.user_unknown = why == 0x525 || t->result == 32,
		.locked = why == 0x775 || why == 0x533,
	};
	proto_fact(c, FACT_login, &f, sizeof(f), (const char *[]){name, "", ""}, 3);
	if (ok)
		snprintf(s->user, sizeof(s->user), "%s", name);
}

static void result(struct proto_call *c, struct ldap_tx *t, uint8_t number, struct bytes b)
{
	struct ldap_state *s = c->state;
	struct bytes dn = bytes_of("", 0), message;
	struct der d;

	t->result = (int32_t)integer_of(&b, 0x0a);
	if (der_take(&b, DER_OCTETS, &dn) && der_take(&b, DER_OCTETS, &message) &&
	    bytes_left(&message))
		t->message = keep(t, message);
	/* Sicily gives its challenge where the matched name is. */
	if (number == LDAP_bind_response && ntlm_find(dn.at, (uint32_t)bytes_left(&dn)) == 0 &&
	    bytes_left(&dn))
		auth_token(c, &s->auth, LOGIN_ldap, dn.at, (uint32_t)bytes_left(&dn));
	while (number == LDAP_bind_response && der_next(&b, &d) == DER_fine) {
		if (d.tag == CREDENTIALS)
			auth_token(c, &s->auth, LOGIN_ldap, d.body.at,
				   (uint32_t)bytes_left(&d.body));
	}
	if (number == LDAP_bind_response)
		bound(c, t);
	tell(c, t, number);
}

static void response(struct proto_call *c, uint32_t id, const struct der *op)
{
	struct ldap_state *s = c->state;
	uint8_t number = op->tag & 0x1f;
	struct bytes b = op->body, dn;
	unsigned i = 0;

	while (i < LDAP_PENDING && !(s->pending[i] && s->pending[i]->id == id))
		i++;
	if (i == LDAP_PENDING)
		return;
	struct ldap_tx *t = s->pending[i];
	bool partial =
		number == LDAP_entry || number == LDAP_reference || number == LDAP_intermediate;
	t->entries += number == LDAP_entry;
	unsigned k = t->responses < LDAP_RESPONSES ? t->responses++ : LDAP_RESPONSES - 1;
	t->response_op[k] = number;
	t->response_result[k] = -1;
	t->response_dn[k] = (struct ldap_text){0, 0};
	if (number == LDAP_entry && der_take(&b, DER_OCTETS, &dn) && t->responses < LDAP_RESPONSES)
		t->response_dn[k] = keep(t, dn);
	if (partial)
		return;
	result(c, t, number, b);
	t->response_result[k] = (int16_t)t->result;
	finish(c, i);
}

static bool is_response(uint8_t number)
{
	return number == LDAP_bind_response || number == LDAP_entry || number == LDAP_done ||
	       number == 7 || number == 9 || number == 11 || number == 13 || number == 15 ||
	       number == LDAP_reference || number == LDAP_extended_response ||
	       number == LDAP_intermediate;
}

/* One message; what is behind n of it is missing on purpose. */
static void message(struct proto_call *c, const uint8_t *p, uint32_t n)
{
	struct bytes b = bytes_of(p, n), in;
	struct der op;

	bytes_u8(&b);
	uint8_t len = bytes_u8(&b);
	if (len & 0x80)
		bytes_take(&b, len & 0x7f);
	uint32_t id = integer_of(&b, DER_INTEGER);
	if (!bytes_ok(&b) || bytes_left(&b) < 2)
		return;
	in = b;
	if (der_next(&in, &op) != DER_fine) { /* cut: its head and what there is */
		op.tag = b.at[0];
		bytes_u8(&b);
		len = bytes_u8(&b);
		if (len & 0x80)
			bytes_take(&b, len & 0x7f);
		if (!bytes_ok(&b))
			return;
		op.body = b;
		op.from = b.at;
	}
	if ((op.tag & 0xc0) != 0x40)
		return;
	if (is_response(op.tag & 0x1f))
		response(c, id, &op);
	else
		request(c, id, &op);
}

/* Framing. */

/* Bytes of the message at p, its head included; 0: more are needed; PIECES_NOT: it is none. */
static uint32_t length(const uint8_t *p, uint32_t n)
{
	if (n < 2)
		return 0;
	if (p[0] != DER_SEQUENCE)
		return PIECES_NOT;
	if (p[1] < 0x80)
		return 2u + p[1];
	unsigned k = p[1] & 0x7f;
	if (k == 0 || k > 4)
		return PIECES_NOT;
	if (n < 2 + k)
		return 0;
	uint32_t len = 0;
	for (unsigned i = 0; i < k; i++)
		len = len << 8 | p[2 + i];
	return len <= DER_MAX ? 2 + k + len : PIECES_NOT;
}

static uint8_t op_of(const uint8_t *p, uint32_t n)
{
	uint32_t at = p[1] < 0x80 ? 2 : 2u + (p[1] & 0x7f);

	if (at + 2 > n || p[at] != DER_INTEGER || p[at + 1] > 4)
		return 0;
	at += 2u + p[at + 1];
	return at < n ? p[at] : 0;
}

/* Whole messages of what a signed buffer holds. */
static void signed_messages(struct proto_call *c, const uint8_t *p, uint32_t n)
{
	for (uint32_t at = 0; at < n;) {
		uint32_t len = length(p + at, n - at);

		if (len == 0 || len > n - at)
			return;
		message(c, p + at, len);
		at += len;
	}
}

/* Where a signed buffer's message begins. Of Kerberos (RFC 4121 4.2.6.2, a token that is not
 * sealed) the checksum was rotated to the front, as many bytes as its head says. */
static uint32_t wrap_head(const uint8_t *p, uint32_t n)
{
	if (n >= WRAP_HEAD && p[4] == 5 && p[5] == 4 && !(p[6] & 2) && p[10] == 0 && p[11] <= 64)
		return WRAP_HEAD + p[11];
	return WRAP_HEAD;
}

/* A protected buffer: its bytes; 0: more are needed. */
static uint32_t wrapped(struct proto_call *c, const uint8_t *p, uint32_t n)
{
	struct ldap_state *s = c->state;
	struct bytes b = bytes_of(p, n);
	uint32_t len = bytes_be32(&b), head = wrap_head(p, n);

	if (n < WRAP_HEAD)
		return n >= 4 && len < 16 ? PIECES_NOT : 0;
	if (len > WRAP_MAX || len < 16 || !s->auth.how)
		return PIECES_NOT;
	if (n <= head && head < len + 4)
		return 0;
	bool is_clear = n > head && head < len + 4 && p[head] == DER_SEQUENCE;
	uint32_t want = len + 4 < KEEP ? len + 4 : KEEP;
	if (!is_clear && head + 1 < want)
		want = head + 1;
	if (n < want)
		return 0;
	if (is_clear)
		signed_messages(c, p + head, want - head);
	else
		s->sealed = true;
	s->skip[c->dir] = len + 4 - want;
	return want;
}

static uint32_t step(struct proto_call *c, const uint8_t *p, uint32_t n)
{
	uint32_t *skip = &((struct ldap_state *)c->state)->skip[c->dir];

	if (*skip) {
		uint32_t k = *skip < n ? *skip : n;

		*skip -= k;
		return k;
	}
	if (p[0] == 0)
		return wrapped(c, p, n);
	uint32_t len = length(p, n);
	if (len == 0 || len == PIECES_NOT)
		return len;
	if (n < 16 && n < len)
		return 0;
	uint32_t limit = op_of(p, n) == (0x60 | LDAP_entry) ? ENTRY_KEEP : KEEP;
	uint32_t want = len < limit ? len : limit;
	if (n < want)
		return 0;
	message(c, p, want);
	*skip = len - want;
	return want;
}

static uint32_t steps(struct proto_call *c, const uint8_t *p, uint32_t n)
{
	uint32_t at = 0;

	while (at < n) {
		uint32_t used = step(c, p + at, n - at);

		if (used == PIECES_NOT)
			return used;
		if (used == 0)
			break;
		at += used;
	}
	return at;
}

static bool plausible(const uint8_t *p, uint32_t n)
{
	uint32_t len = length(p, n);

	return n >= 7 && len != PIECES_NOT && len >= 5 && (op_of(p, n) & 0xc0) == 0x40;
}

static void data(struct proto_call *c, const uint8_t *p, uint32_t n)
{
	if (c->flow->proto != 6) {
		if (plausible(p, n))
			signed_messages(c, p, n);
		return;
	}
	pieces_data(c, p, n, WAIT_MAX, steps, plausible);
}

static void gap(struct proto_call *c, uint64_t missing)
{
	struct ldap_state *s = c->state;
	uint32_t *skip = &s->skip[c->dir];

	if (missing && *skip >= missing && !s->in.wait[c->dir].len) {
		*skip -= (uint32_t)missing;
	} else {
		*skip = 0;
		pieces_lose(c);
	}
}

static void end(struct proto_call *c)
{
	for (unsigned i = 0; i < LDAP_PENDING; i++)
		finish(c, i);
	pieces_end(c);
}

static const uint16_t ports[] = {389, 3268, 0};

#define SURE_BYTES 16u
/* Behind the head of the element at `at`. */
static uint32_t inside(const uint8_t *p, uint32_t at)
{
	return at + 2 + (p[at + 1] & 0x80 ? p[at + 1] & 0x7f : 0);
}

/* The operation, and how its body begins: what an LDAP connection begins with. SNMP has a text where
 * the operation is, and other protocols in BER no number before it. */
static enum probe elsewhere(const uint8_t *p, uint32_t n)
{
	uint32_t len = length(p, n), need = len && len < SURE_BYTES ? len : SURE_BYTES;

	if (len == PIECES_NOT || (len && len < 7))
		return PROBE_no;
	if (n < need)
		return PROBE_more;
	enum probe beyond = n < len ? PROBE_more : PROBE_no;
	uint32_t op = inside(p, 0);
	if (op + 2 > n || p[op] != DER_INTEGER || p[op + 1] == 0 || p[op + 1] > 4)
		return PROBE_no;
	op += 2u + p[op + 1];
	if (op + 2 > n || (p[op] & 0xc0) != 0x40)
		return PROBE_no;
	uint32_t at = inside(p, op), name = at + 1 < n && p[at] == DER_OCTETS ? inside(p, at) + p[at + 1] : 0;
	if (at + 4 > n)
		return beyond;
	switch (p[op]) {
	case 0x60 | LDAP_bind:
		return p[at] == DER_INTEGER && p[at + 1] == 1 && (p[at + 2] == 2 || p[at + 2] == 3) &&
				       p[at + 3] == DER_OCTETS
			       ? PROBE_yes
			       : PROBE_no;
	case 0x60 | LDAP_bind_response:
	case 0x60 | LDAP_extended_response:
		return p[at] == DER_ENUMERATED && p[at + 1] == 1 && p[at + 3] == DER_OCTETS ? PROBE_yes
											    : PROBE_no;
	case 0x60 | LDAP_extended: /* an OID in digits */
		return p[at] == 0x80 && p[at + 2] >= '0' && p[at + 2] <= '2' ? PROBE_yes : PROBE_no;
	case 0x60 | LDAP_search: /* name, scope, aliases */
	case 0x60 | LDAP_entry:  /* name, attributes */
		if (!name || p[at + 1] & 0x80)
			return PROBE_no;
		if (name + 6 > n)
			return beyond;
		if (p[op] == (0x60 | LDAP_entry))
			return p[name] == DER_SEQUENCE ? PROBE_yes : PROBE_no;
		return p[name] == DER_ENUMERATED && p[name + 1] == 1 && p[name + 2] <= 3 &&
				       p[name + 3] == DER_ENUMERATED && p[name + 4] == 1
			       ? PROBE_yes
			       : PROBE_no;
	default:
		return PROBE_no;
	}
}

static enum probe probe(const uint8_t *p, uint32_t n, uint8_t dir, const struct flow *f,
			bool midstream)
{
	(void)dir;
	(void)midstream;
	if (!proto_on_port(ports, f))
		return elsewhere(p, n);
	if (n < 16 && (n == 0 || p[0] == DER_SEQUENCE) && !plausible(p, n))
		return PROBE_more;
	return plausible(p, n) ? PROBE_yes : PROBE_no;
}

static bool view(const struct ldap_tx *t, struct ldap_text x, struct view_of_bytes *out)
{
	*out = (struct view_of_bytes){(const uint8_t *)t->buf + x.at, x.len};
	return true;
}

static bool bytes(const struct tx *tx, unsigned f, unsigned i, uint8_t dir,
		  struct view_of_bytes *out)
{
	const struct ldap_tx *t = (const struct ldap_tx *)tx;

	(void)dir;
	switch (f) {
	case F_dn:
		return i == 0 && t->name.len && view(t, t->name, out);
	case F_message:
		return i == 0 && t->message.len && view(t, t->message, out);
	case F_types:
		return i < t->types && view(t, t->type[i], out);
	default:
		return i < t->responses && view(t, t->response_dn[i], out);
	}
}

static bool number(const struct tx *tx, unsigned f, unsigned i, uint8_t dir, uint64_t *out)
{
	const struct ldap_tx *t = (const struct ldap_tx *)tx;

	(void)dir;
	switch (f) {
	case F_operation:
		*out = t->op;
		return i == 0;
	case F_count:
		*out = t->responses;
		return i == 0 && t->responses;
	case F_result:
		*out = t->result < 0 ? 0 : (uint64_t)t->result;
		return i == 0 && t->result >= 0;
	default:
		*out = i < t->responses ? t->response_op[i] : 0;
		return i < t->responses;
	}
}

const struct protocol protocol_ldap = {
	.name = "ldap",
	.over = PROTO_OVER_TCP | PROTO_OVER_UDP,
	.ports = ports,
	.deep = true,
	.state_size = sizeof(struct ldap_state),
	.fields = fields,
	.events = events,
	.done = {1, 1},
	.probe = probe,
	.data = data,
	.gap = gap,
	.end = end,
	.bytes = bytes,
	.number = number,
	.eve = ldap_eve,
};
