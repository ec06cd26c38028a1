// SPDX-License-Identifier: Apache-2.0
/* WebSocket, after an upgrade from HTTP/1. A frame is a transaction; the last one of a message
 * shows all of the message, unmasked and, where it was compressed, decoded.
 *
 * A payload is kept to PAYLOAD_MAX bytes, a message too: what is beyond is passed over, and said.
 * The window of permessage-deflate goes on from message to message, which is right whether the
 * sender makes use of that or not. After a hole that is not inside a payload a direction is lost.
 *
 * Source: RFC 6455 5, RFC 7692 7; events and limit are Suricata's.
 */
#include "proto/http_carry.h"
#include "proto/inflate.h"
#include "proto/protocol.h"

#include "base/json.h"

#define PAYLOAD_MAX 65535u
#define HEAD_MAX    14u
#define FIN         0x80u
#define COMPRESSED  0x40u
#define MASKED      0x80u
#define CONTROL     0x08u

enum { EVENT_skip, EVENT_reassembly };
static const char *const events[] = {"skip_end_of_payload", "reassembly_limit_reached", NULL};

enum { F_payload, F_flags, F_mask, F_opcode };
static const struct field fields[] = {
	{"websocket.payload", FIELD_bytes, 3, {1, 1}, false, "payload of a WebSocket frame"},
	{"websocket.flags", FIELD_number, 3, {1, 1}, false, "FIN and RSV bits of a frame"},
	{"websocket.mask", FIELD_number, 3, {1, 1}, false, "masking key of a frame"},
	{"websocket.opcode", FIELD_number, 3, {1, 1}, false, "kind of a frame"},
	{0},
};

struct side {
	uint8_t head[HEAD_MAX], n_head;
	uint8_t key[4];
	bool masked, told, lost, cut; /* told: of this frame; cut: bytes are missing in it */
	uint64_t at, length;          /* of the payload */
	struct proto_bytes payload;
	/* the message that frames are parts of */
	struct proto_bytes message;
	bool in_message, compressed, message_cut;
	struct inflate inflate;
};

struct websocket {
	struct side side[2];
};

struct ws_frame { /* lives on the stack while it is told */
	struct tx tx;
	struct view_of_bytes payload;
	uint32_t mask;
	uint8_t head;
	bool masked;
};

static enum probe probe(const uint8_t *p, uint32_t n, uint8_t dir, const struct flow *f,
			bool midstream)
{
	(void)p, (void)n, (void)dir, (void)f, (void)midstream;
	return PROBE_no; /* any bytes may be frames: it is known by its upgrade alone */
}

/* Bytes of the head; what is there of it says how many. */
static uint32_t head_length(const struct side *s)
{
	if (s->n_head < 2)
		return 2;
	uint8_t n = s->head[1] & 0x7f;
	return 2u + (n == 126 ? 2u : n == 127 ? 8u : 0) + (s->head[1] & MASKED ? 4u : 0);
}

static void begin_frame(struct side *s)
{
	uint8_t n = s->head[1] & 0x7f;
	unsigned more = n == 126 ? 2 : n == 127 ? 8 : 0;

	s->length = more ? 0 : n;
	for (unsigned i = 0; i < more; i++)
		s->length = s->length << 8 | s->head[2 + i];
	s->masked = s->head[1] & MASKED;
	memset(s->key, 0, sizeof(s->key));
	if (s->masked)
		memcpy(s->key, s->head + 2 + more, 4);
	s->at = 0;
	s->told = s->cut = false;
	s->payload.len = 0;
}

/* The message as its receiver sees it. What cannot be decoded stays as it was sent. */
static struct view_of_bytes decoded(struct proto_call *c, struct side *s, struct view_of_bytes v,
				    struct proto_bytes *out)
{
	static const uint8_t tail[] = {0, 0, 0xff, 0xff}; /* RFC 7692 7.2.2 */
	struct proto_mem *m = proto_mem_of(c);

	bool bad = false;

	for (unsigned turn = 0; turn < 2 && !out->len && !bad; turn++) {
		if (!s->inflate.n && !inflate_add(&s->inflate, m, INFLATE_raw))
			return v;
		inflate_data(&s->inflate, m, v.at, v.len, out, PAYLOAD_MAX);
		inflate_data(&s->inflate, m, tail, sizeof(tail), out, PAYLOAD_MAX);
		bad = s->inflate.failed || s->inflate.plain;
		if (s->inflate.over)
			count_add(&proto_count_of(c)->decode_limit, 1);
		if (bad || s->inflate.over || s->cut || s->message_cut || !out->len)
			inflate_drop(&s->inflate, m); /* the sender's window is another one */
	}
	return bad || !out->len ? v : (struct view_of_bytes){out->at, out->len};
}

/* A part of a message; f->payload is all of it when it is the last. */
static void add_part(struct proto_call *c, struct side *s, struct ws_frame *f,
		     struct proto_bytes *out)
{
	bool last = f->head & FIN, alone = last && !s->in_message;

	if (!s->in_message)
		s->compressed = f->head & COMPRESSED;
	s->message_cut |= s->cut;
	if (!alone && !proto_append(proto_mem_of(c), &s->message, f->payload.at, f->payload.len,
				    PAYLOAD_MAX)) {
		proto_event(&f->tx, EVENT_reassembly);
		s->message_cut = true;
	}
	s->in_message = !last;
	if (!last)
		return;
	if (!alone && s->message.len)
		f->payload = (struct view_of_bytes){s->message.at, s->message.len};
	if (s->compressed)
		f->payload = decoded(c, s, f->payload, out);
	s->message_cut = false;
}

static void tell(struct proto_call *c, struct side *s)
{
	struct ws_frame f = {.head = s->head[0], .masked = s->masked};
	struct proto_bytes out = {0};

	proto_tx_init(c, &f.tx);
	f.payload = (struct view_of_bytes){s->payload.at ? s->payload.at : (const uint8_t *)"",
					   s->payload.len};
	f.mask = (uint32_t)s->key[0] << 24 | (uint32_t)s->key[1] << 16 | (uint32_t)s->key[2] << 8 |
		 s->key[3];
	s->told = true;
	if (s->at < s->length || s->length > PAYLOAD_MAX) {
		proto_event(&f.tx, EVENT_skip);
		s->cut = true;
	}
	if (!(f.head & CONTROL))
		add_part(c, s, &f, &out);
	if (!(f.head & CONTROL) && !s->in_message)
		http_carry_message(c, f.payload);
	proto_progress(c, &f.tx, c->dir, 1);
	proto_tx_end(c, &f.tx);
	proto_drop(proto_mem_of(c), &out);
	if (!s->in_message && !(f.head & CONTROL))
		proto_drop(proto_mem_of(c), &s->message);
}

static void end_frame(struct proto_call *c, struct side *s)
{
	if (!s->told)
		tell(c, s);
	s->n_head = 0;
	proto_drop(proto_mem_of(c), &s->payload);
}

static void take_payload(struct proto_call *c, struct side *s, const uint8_t *p, uint32_t n)
{
	uint32_t from = s->payload.len;

	if (!s->told && !proto_append(proto_mem_of(c), &s->payload, p, n, PAYLOAD_MAX))
		s->cut = true;
	for (uint32_t i = from; i < s->payload.len; i++)
		s->payload.at[i] ^= s->key[(s->at + i - from) & 3];
	s->at += n;
	if (s->at < s->length && s->payload.len == PAYLOAD_MAX && !s->told) {
		tell(c, s); /* there is no more to be seen of it */
		proto_drop(proto_mem_of(c), &s->payload);
	}
	if (s->at == s->length)
		end_frame(c, s);
}

static void data(struct proto_call *c, const uint8_t *p, uint32_t n)
{
	struct websocket *w = c->state;
	struct side *s = &w->side[c->dir];

	while (n && !s->lost) {
		uint32_t want = head_length(s), k;

		if (s->n_head < want) {
			k = want - s->n_head < n ? want - s->n_head : n;
			memcpy(s->head + s->n_head, p, k);
			s->n_head += (uint8_t)k;
			if (s->n_head == head_length(s)) {
				begin_frame(s);
				if (s->length == 0)
					end_frame(c, s);
			}
		} else {
			uint64_t left = s->length - s->at;

			k = n < left ? n : (uint32_t)left;
			take_payload(c, s, p, k);
		}
		p += k;
		n -= k;
	}
}

static void gap(struct proto_call *c, uint64_t missing)
{
	struct websocket *w = c->state;
	struct side *s = &w->side[c->dir];
	bool inside = s->n_head >= 2 && s->n_head == head_length(s);

	s->cut = true;
	inflate_drop(&s->inflate, proto_mem_of(c));
	if (inside && missing && missing < s->length - s->at)
		s->at += missing;
	else
		s->lost = true;
}

static void end(struct proto_call *c)
{
	struct websocket *w = c->state;

	for (c->dir = 0; c->dir < 2; c->dir++) {
		struct side *s = &w->side[c->dir];

		if (s->payload.len && !s->told)
			tell(c, s);
		proto_drop(proto_mem_of(c), &s->payload);
		proto_drop(proto_mem_of(c), &s->message);
		inflate_drop(&s->inflate, proto_mem_of(c));
	}
	c->dir = 0;
}

static bool bytes(const struct tx *tx, unsigned f, unsigned i, uint8_t dir,
		  struct view_of_bytes *out)
{
	(void)f, (void)dir;
	*out = ((const struct ws_frame *)tx)->payload;
	return i == 0;
}

static bool number(const struct tx *tx, unsigned f, unsigned i, uint8_t dir, uint64_t *out)
{
	const struct ws_frame *x = (const struct ws_frame *)tx;

	(void)dir;
	*out = f == F_flags ? x->head & 0xf0u : f == F_mask ? x->mask : x->head & 0x0fu;
	return i == 0 && (f != F_mask || x->masked);
}

static uint32_t eve(const struct tx *tx, char *out, uint32_t size)
{
	static const char *const names[16] = {[0] = "continuation", [1] = "text", [2] = "binary",
					      [8] = "close",        [9] = "ping", [10] = "pong"};
	const struct ws_frame *f = (const struct ws_frame *)tx;
	const char *name = names[f->head & 15];
	struct json j = json_of(out, size);

	json_open(&j, "websocket");
	json_bool(&j, "fin", f->head & FIN);
	if (f->masked)
		json_u64(&j, "mask", f->mask);
	json_str(&j, "opcode", name ? name : "unknown");
	json_close(&j);
	return json_ok(&j) ? (uint32_t)j.len : 0;
}

const struct protocol protocol_websocket = {
	.name = "websocket",
	.over = PROTO_OVER_TCP,
	.state_size = sizeof(struct websocket),
	.fields = fields,
	.events = events,
	.done = {1, 1},
	.probe = probe,
	.data = data,
	.gap = gap,
	.end = end,
	.bytes = bytes,
	.number = number,
	.eve = eve,
};
