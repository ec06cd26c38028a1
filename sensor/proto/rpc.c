// SPDX-License-Identifier: Apache-2.0
/* PDUs of connection-oriented DCE/RPC. Source: C706 12.6.3 (headers), 12.6.4 (bodies); [MS-RPCE]
 * 2.2.2.11 (the auth trailer). Offsets of the header are the same in every PDU. */
#include "proto/rpc.h"

#include "base/bytes.h"

#include <stdio.h>
#include <strings.h>

#define HEADER     16u
#define TRAILER    8u
#define WAIT_MAX   (192u << 10) /* a fragment and what came with its end */
#define FIRST_FRAG 0x01
#define LAST_FRAG  0x02
#define OBJECT     0x80
#define PRIVACY    6
#define ELEMENT    20u /* bytes of a transfer syntax */

#define FAULT_DENIED   0x00000005u
#define FAULT_SECURITY 0x00000721u

struct pdu {
	const uint8_t *at;
	uint32_t n;
	uint8_t type, flags;
	bool little;
	uint16_t auth_len;
	uint32_t call_id;
	const uint8_t *token; /* of the auth trailer */
	uint32_t body_end;    /* where the trailer's padding begins */
	uint32_t cut;         /* bytes of its end that were not seen, and with them the trailer */
	uint8_t auth_type, auth_level;
};

static uint16_t u16(const struct pdu *u, uint32_t at)
{
	const uint8_t *p = u->at + at;

	if (at + 2 > u->n)
		return 0;
	return (uint16_t)(u->little ? p[0] | p[1] << 8 : p[0] << 8 | p[1]);
}

static uint32_t u32(const struct pdu *u, uint32_t at)
{
	if (at + 4 > u->n)
		return 0;
	return u->little ? u16(u, at) | (uint32_t)u16(u, at + 2) << 16
			 : (uint32_t)u16(u, at) << 16 | u16(u, at + 2);
}

void rpc_init(struct rpc *r, enum rpc_carrier carrier, const char *pipe)
{
	*r = (struct rpc){.carrier = (uint8_t)carrier};
	snprintf(r->pipe, sizeof(r->pipe), "%s", pipe);
	if (pipe[0])
		r->guess = rpc_of_pipe(pipe, &r->guessed);
}

enum probe rpc_plausible(const uint8_t *p, uint32_t n)
{
	if (n < 10)
		return n == 0 || p[0] == 5 ? PROBE_more : PROBE_no;
	uint32_t len = p[4] & 0x10 ? (uint32_t)(p[8] | p[9] << 8) : (uint32_t)(p[8] << 8 | p[9]);

	if (p[0] != 5 || p[1] > 1 || p[2] > 19 || (p[4] & 0xee) || p[5] > 3 || len < HEADER)
		return PROBE_no;
	return PROBE_yes;
}

static const char *user_of(const struct rpc *r, char *out, uint32_t size)
{
	if (r->auth && r->auth->user[0])
		return auth_user(r->auth, out, size);
	return r->user ? r->user : "";
}

/* Logins inside of the PDUs. */

static void token(struct proto_call *c, struct rpc *r, const struct pdu *u)
{
	if (!u->auth_len || u->cut)
		return;
	r->auth_type = u->auth_type;
	r->auth_level = u->auth_level;
	if (!r->auth)
		r->auth = proto_take(proto_mem_of(c), sizeof(*r->auth));
	if (r->auth)
		auth_token(c, r->auth, LOGIN_rpc, u->token, u->auth_len);
}

static void judged(struct proto_call *c, struct rpc *r, uint32_t code, enum fact_result outcome)
{
	if (r->auth)
		auth_outcome(c, r->auth, code, outcome);
}

/* Interfaces. */

static void tell_bind(struct proto_call *c, const struct rpc *r, const struct rpc_context *x)
{
	char user[2 * NTLM_NAME];
	struct fact_rpc_bind f = {
		.interface = x->interface,
		.version = x->version,
		.carrier = r->carrier == RPC_udp ? RPC_tcp : r->carrier,
		.auth_type = r->auth_type,
		.auth_level = r->auth_level,
		.outcome = x->acked,
	};

	proto_fact(c, FACT_rpc_bind, &f, sizeof(f),
		   (const char *[]){r->pipe, user_of(r, user, sizeof(user))}, 2);
}

static struct rpc_context *context_of(struct rpc *r, uint16_t id)
{
	for (unsigned i = 0; i < r->contexts; i++) {
		if (r->context[i].id == id)
			return &r->context[i];
	}
	return NULL;
}

static void bind(struct proto_call *c, struct rpc *r, const struct pdu *u)
{
	uint32_t at = 28;
	unsigned n = u->n > 24 ? u->at[24] : 0;
	struct rpc_uuid last = {.at = {0}};

	if (u->type == RPC_bind) {
		r->contexts = 0;
		r->bound = true;
	}
	for (unsigned i = 0; i < n && at + 4 + ELEMENT <= u->body_end; i++) {
		struct rpc_context x = {
			.id = u16(u, at),
			.interface = rpc_uuid_read(u->at + at + 4, u->little),
			.version = u16(u, at + 20),
			.minor = u16(u, at + 22),
		};
		struct rpc_context *slot = context_of(r, x.id);

		if (!slot && r->contexts < RPC_CONTEXTS)
			slot = &r->context[r->contexts++];
		bool known = slot && slot->acked == RESULT_ok &&
			     memcmp(&slot->interface, &x.interface, sizeof(x.interface)) == 0;
		if (slot && !known)
			*slot = x;
		/* Other syntaxes of the same interface say nothing new. */
		if (!known && (!i || memcmp(&x.interface, &last, sizeof(last)) != 0))
			tell_bind(c, r, &x);
		last = x.interface;
		at += 4 + ELEMENT + ELEMENT * u->at[at + 2];
	}
}

/* An interface is accepted when one of its syntaxes (NDR, NDR64) is; each is told once. */
static void tell_answers(struct proto_call *c, const struct rpc *r, unsigned first, unsigned end)
{
	for (unsigned i = first; i < end; i++) {
		struct rpc_context x = r->context[i];
		bool told = false;

		for (unsigned k = first; k < end; k++) {
			if (memcmp(&r->context[k].interface, &x.interface, sizeof(x.interface)) !=
			    0)
				continue;
			told |= k < i;
			if (r->context[k].acked == RESULT_ok)
				x.acked = RESULT_ok;
		}
		if (!told)
			tell_bind(c, r, &x);
	}
}

/* The results stand in the order of the contexts of the bind; an alter's are its own only. */
/* The bind was not seen; its answer names the pipe, "\\PIPE\\atsvc". */
static void guess_by_address(struct rpc *r, const struct pdu *u)
{
	char name[RPC_PIPE];
	uint32_t n = u16(u, 24);

	if (r->contexts || r->guess || n < 8 || n > sizeof(name) + 5 || 26 + n > u->n ||
	    strncasecmp((const char *)u->at + 26, "\\PIPE\\", 6) != 0)
		return;
	proto_text(u->at + 32, n - 7, name, sizeof(name)); /* its terminator is counted */
	r->guess = rpc_of_pipe(name, &r->guessed);
}

static void bind_ack(struct proto_call *c, struct rpc *r, const struct pdu *u)
{
	uint32_t at = 24;
	unsigned next = 0;

	guess_by_address(r, u);
	at += 2u + u16(u, at); /* secondary address */
	at = (at + 3u) & ~3u;
	unsigned n = at < u->n ? u->at[at] : 0;
	at += 4;
	unsigned first = r->contexts, end = 0;
	for (unsigned i = 0; i < n && at + 4 <= u->n; i++, at += 4 + ELEMENT) {
		while (next < r->contexts && r->context[next].acked != RESULT_unknown)
			next++;
		if (next == r->contexts)
			break;
		struct rpc_context *x = &r->context[next];
		x->acked = u16(u, at) == 0 ? RESULT_ok : RESULT_failed;
		x->reason = (uint8_t)u16(u, at + 2);
		first = next < first ? next : first;
		end = next + 1;
	}
	tell_answers(c, r, first, end);
}

static void bind_nak(struct proto_call *c, struct rpc *r, const struct pdu *u)
{
	for (unsigned i = 0; i < r->contexts; i++) {
		if (r->context[i].acked != RESULT_unknown)
			continue;
		r->context[i].acked = RESULT_failed;
		tell_bind(c, r, &r->context[i]);
	}
	judged(c, r, u16(u, 16), RESULT_failed);
}

/* Calls. */

static void free_call(struct proto_call *c, struct rpc_tx **slot)
{
	struct rpc_tx *t = *slot;

	if (!t)
		return;
	proto_tx_end(c, &t->head.tx);
	proto_drop(proto_mem_of(c), &t->stub[0]);
	proto_drop(proto_mem_of(c), &t->stub[1]);
	proto_give(proto_mem_of(c), t, sizeof(*t));
	*slot = NULL;
}

static struct rpc_tx **find_call(struct rpc *r, uint32_t call_id)
{
	for (unsigned i = 0; i < RPC_CALLS; i++) {
		if (r->call[i] && r->call[i]->call_id == call_id)
			return &r->call[i];
	}
	return NULL;
}

static struct rpc_tx **new_call(struct proto_call *c, struct rpc *r)
{
	struct rpc_tx **slot = NULL;

	for (unsigned i = 0; i < RPC_CALLS && !slot; i++) {
		if (!r->call[i])
			slot = &r->call[i];
	}
	if (!slot) {
		slot = &r->call[r->turn++ % RPC_CALLS];
		free_call(c, slot);
	}
	*slot = proto_take(proto_mem_of(c), sizeof(**slot));
	if (!*slot)
		return NULL;
	proto_tx_init(c, &(*slot)->head.tx);
	(*slot)->head.kind = TX_rpc;
	return slot;
}

static void interface_of(struct rpc *r, struct rpc_tx *t)
{
	const struct rpc_context *x = context_of(r, t->context);

	if (!x && r->contexts == 1)
		x = &r->context[0];
	if (x) {
		t->interface = x->interface;
		t->version = x->version;
		t->minor = x->minor;
		t->acked = x->acked;
		t->known = true;
	} else if (r->guess) {
		t->interface = r->guessed;
		t->known = t->guessed = true;
	}
}

/* The stub of the answer is clear and whole, so that its last four bytes are the call's return value. */
static bool has_status(const struct rpc_tx *t)
{
	return !t->sealed && t->stub[1].len >= 4 && t->stub[1].len == t->stub_len[1];
}

static void tell_call(struct proto_call *c, const struct rpc *r, const struct rpc_tx *t,
		      uint8_t type, uint32_t status)
{
	char user[2 * NTLM_NAME], one[RPC_WORD] = "", two[RPC_WORD] = "";
	struct fact_rpc_call f = {
		.interface = t->interface,
		.status = status,
		.stub_len = t->stub_len[type != 0],
		.opnum = t->opnum,
		.type = type,
		.carrier = r->carrier,
		.auth_level = r->auth_level,
		.sealed = t->sealed,
		.guessed = t->guessed,
		.stated = type == 1 && has_status(t),
	};

	if (!t->sealed)
		rpc_words(t, one, two);
	proto_fact(c, FACT_rpc_call, &f, sizeof(f),
		   (const char *[]){r->pipe, one, two, user_of(r, user, sizeof(user))}, 4);
}

static void add_stub(struct proto_call *c, struct rpc_tx *t, unsigned dir, const struct pdu *u,
		     uint32_t at)
{
	uint32_t n = u->body_end > at ? u->body_end - at : 0;
	uint32_t trailer = u->cut && u->auth_len ? u->auth_len + TRAILER : 0;

	t->frags[dir]++;
	t->head.tx.little |= (uint8_t)(u->little << dir);
	t->stub_len[dir] += n + (u->cut > trailer ? u->cut - trailer : 0);
	if (u->auth_len && u->auth_level == PRIVACY)
		t->sealed = true;
	if (!t->sealed && n)
		proto_append(proto_mem_of(c), &t->stub[dir], u->at + at, n,
			     proto_config_of(c)->body);
}

static void request(struct proto_call *c, struct rpc *r, const struct pdu *u)
{
	struct rpc_tx **slot = find_call(r, u->call_id);

	if (slot && (u->flags & FIRST_FRAG)) { /* its answer was not seen */
		free_call(c, slot);
		slot = NULL;
	}
	if (!slot) {
		slot = new_call(c, r);
		if (!slot)
			return;
		(*slot)->call_id = u->call_id;
		(*slot)->context = u16(u, 20);
		(*slot)->opnum = u16(u, 22);
		(*slot)->smb = r->smb;
		interface_of(r, *slot);
	}
	struct rpc_tx *t = *slot;
	if (t->head.tx.progress[FLOW_to_server])
		return;
	add_stub(c, t, FLOW_to_server, u, u->flags & OBJECT ? 40 : 24);
	if (!(u->flags & LAST_FRAG))
		return;
	if (!t->known && !r->contexts && rpc_shape(t, &t->interface)) {
		r->guessed = t->interface;
		r->guess = t->known = t->guessed = true;
	}
	tell_call(c, r, t, 0, 0);
	proto_progress(c, &t->head.tx, FLOW_to_server, 1);
}

static void response(struct proto_call *c, struct rpc *r, const struct pdu *u)
{
	struct rpc_tx **slot = find_call(r, u->call_id);

	judged(c, r, 0, RESULT_ok);
	if (!slot)
		return;
	struct rpc_tx *t = *slot;
	t->answer = RPC_response;
	add_stub(c, t, FLOW_to_client, u, 24);
	if (!(u->flags & LAST_FRAG))
		return;
	const struct proto_bytes *s = &t->stub[1];
	uint32_t status = 0;
	if (has_status(t)) {
		struct bytes b = bytes_of(s->at + s->len - 4, 4);

		status = u->little ? bytes_le32(&b) : bytes_be32(&b);
	}
	tell_call(c, r, t, 1, status);
	if (s->len && u->little && rpc_is_map(t))
		rpc_map(c, s->at, s->len);
	proto_progress(c, &t->head.tx, FLOW_to_client, 1);
	free_call(c, slot);
}

static void fault(struct proto_call *c, struct rpc *r, const struct pdu *u)
{
	struct rpc_tx **slot = find_call(r, u->call_id);
	uint32_t status = u32(u, 24);

	if (status == FAULT_DENIED || status == FAULT_SECURITY)
		judged(c, r, status, RESULT_failed);
	else
		judged(c, r, 0, RESULT_ok);
	if (!slot)
		return;
	struct rpc_tx *t = *slot;
	t->answer = RPC_fault;
	t->fault = status;
	t->frags[1]++;
	tell_call(c, r, t, 2, status);
	proto_progress(c, &t->head.tx, FLOW_to_client, 1);
	free_call(c, slot);
}

/* Framing. */

/* Of its `len` bytes p has the first n. */
static void pdu(struct proto_call *c, struct rpc *r, const uint8_t *p, uint32_t n, uint32_t len)
{
	struct pdu u = {
		.at = p,
		.n = n,
		.type = p[2],
		.flags = p[3],
		.little = p[4] & 0x10,
		.body_end = n,
		.cut = len - n,
	};

	u.auth_len = u16(&u, 10);
	u.call_id = u32(&u, 12);
	if (u.auth_len && u.cut) {
		u.auth_level = r->auth_level ? r->auth_level : PRIVACY;
	} else if (u.auth_len && u.auth_len + TRAILER + HEADER <= n) {
		uint32_t at = n - u.auth_len - TRAILER;

		u.auth_type = p[at];
		u.auth_level = p[at + 1];
		u.token = p + at + TRAILER;
		u.body_end = p[at + 2] <= at - HEADER ? at - p[at + 2] : at;
	} else {
		u.auth_len = 0;
	}
	if (u.type == RPC_request || u.type == RPC_bind || u.type == RPC_alter)
		proto_asks(c);
	switch (u.type) {
	case RPC_bind:
	case RPC_alter:
		token(c, r, &u);
		bind(c, r, &u);
		break;
	case RPC_bind_ack:
	case RPC_alter_ack:
		token(c, r, &u);
		bind_ack(c, r, &u);
		break;
	case RPC_bind_nak:
		bind_nak(c, r, &u);
		break;
	case RPC_auth3:
		token(c, r, &u);
		break;
	case RPC_request:
		if (u.auth_len && !u.cut) {
			r->auth_type = u.auth_type;
			r->auth_level = u.auth_level;
		}
		request(c, r, &u);
		break;
	case RPC_response:
		response(c, r, &u);
		break;
	case RPC_fault:
		fault(c, r, &u);
		break;
	default:
		break;
	}
}

/* What is whole in p; the bytes used. UINT32_MAX: that is no PDU. */
static uint32_t pdus(struct proto_call *c, struct rpc *r, const uint8_t *p, uint32_t n)
{
	uint32_t at = 0;

	while (n - at >= 10) {
		if (rpc_plausible(p + at, n - at) != PROBE_yes)
			return UINT32_MAX;
		const uint8_t *h = p + at;
		uint32_t len =
			h[4] & 0x10 ? (uint32_t)(h[8] | h[9] << 8) : (uint32_t)(h[8] << 8 | h[9]);
		if (n - at < len)
			break;
		pdu(c, r, h, len, len);
		at += len;
	}
	return at;
}

/* The end of a PDU was not seen: its head says who calls what. */
static void hear_cut(struct proto_call *c, struct rpc *r, const struct proto_bytes *b)
{
	const uint8_t *h = b->at;

	if (b->len < HEADER + 8 || rpc_plausible(h, b->len) != PROBE_yes)
		return;
	uint32_t len = h[4] & 0x10 ? (uint32_t)(h[8] | h[9] << 8) : (uint32_t)(h[8] << 8 | h[9]);
	if (len > b->len)
		pdu(c, r, h, b->len, len);
}

void rpc_lost(struct proto_call *c, struct rpc *r, uint8_t dir)
{
	uint8_t was = c->dir;

	c->dir = dir;
	hear_cut(c, r, &r->half[dir].wait);
	c->dir = was;
	proto_drop(proto_mem_of(c), &r->half[dir].wait);
	r->half[dir].lost = true;
}

void rpc_data(struct proto_call *c, struct rpc *r, const uint8_t *p, uint32_t n)
{
	struct rpc_half *h = &r->half[c->dir];
	uint32_t used;

	if (h->lost) {
		if (rpc_plausible(p, n) != PROBE_yes)
			return;
		h->lost = false;
	}
	if (h->wait.len == 0) {
		used = pdus(c, r, p, n);
		if (used != UINT32_MAX) {
			p += used;
			n -= used;
		}
	} else {
		used = 0;
	}
	if (used == UINT32_MAX) {
		rpc_lost(c, r, c->dir);
		return;
	}
	if (n == 0)
		return;
	if (!proto_append(proto_mem_of(c), &h->wait, p, n, WAIT_MAX)) {
		rpc_lost(c, r, c->dir);
		return;
	}
	used = pdus(c, r, h->wait.at, h->wait.len);
	if (used == UINT32_MAX) {
		rpc_lost(c, r, c->dir);
		return;
	}
	proto_consume(&h->wait, used);
	if (h->wait.len == 0)
		proto_drop(proto_mem_of(c), &h->wait);
}

void rpc_end(struct proto_call *c, struct rpc *r)
{
	for (unsigned i = 0; i < RPC_CALLS; i++)
		free_call(c, &r->call[i]);
	proto_drop(proto_mem_of(c), &r->half[0].wait);
	proto_drop(proto_mem_of(c), &r->half[1].wait);
	proto_give(proto_mem_of(c), r->auth, sizeof(*r->auth));
	r->auth = NULL;
}

bool rpc_stub(const struct rpc_tx *t, uint8_t dir, struct view_of_bytes *out)
{
	if (!t->stub[dir].len)
		return false;
	*out = (struct view_of_bytes){t->stub[dir].at, t->stub[dir].len};
	return true;
}

#define DATAGRAM_HEADER 80u
void rpc_datagram(struct proto_call *c, const uint8_t *p, uint32_t n)
{
	struct rpc r = {.carrier = RPC_udp};
	struct rpc_tx t = {.head = {.kind = TX_rpc}, .udp = true, .known = true};
	struct pdu u = {.at = p, .n = n, .body_end = n};

	if (n < DATAGRAM_HEADER || p[0] != 4)
		return;
	u.type = p[1];
	u.little = p[4] & 0x10;
	if (u.type != RPC_request && u.type != RPC_response && u.type != RPC_fault)
		return;
	proto_tx_init(c, &t.head.tx);
	t.interface = rpc_uuid_read(p + 24, u.little);
	t.version = u16(&u, 60);
	t.call_id = u32(&u, 64);
	t.opnum = u16(&u, 68);
	unsigned dir = u.type == RPC_request ? FLOW_to_server : FLOW_to_client;
	uint32_t len = u16(&u, 74);
	if (len < n - DATAGRAM_HEADER)
		u.body_end = DATAGRAM_HEADER + len;
	add_stub(c, &t, dir, &u, DATAGRAM_HEADER);
	t.answer = u.type;
	t.acked = RESULT_ok;
	tell_call(c, &r, &t, u.type == RPC_request ? 0 : u.type == RPC_response ? 1 : 2, 0);
	proto_progress(c, &t.head.tx, (uint8_t)dir, 1);
	proto_tx_end(c, &t.head.tx);
	proto_drop(proto_mem_of(c), &t.stub[dir]);
}
