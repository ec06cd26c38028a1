// SPDX-License-Identifier: Apache-2.0
/* Frames of one direction: their head, what stands in front of the payload (or all of it, where its
 * length is fixed), and the payload, which goes on as it comes. */
#include "proto/http2.h"

#define HEAD 9u /* bytes of a frame's head */

static uint32_t be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

uint32_t http2_length(const uint8_t *head)
{
	return be32(head) >> 8;
}

#define OF_ALL    1u
#define OF_STREAM 2u
/* What a frame may look like (RFC 9113 6). */
static const struct shape {
	uint32_t least, most, multiple;
	uint8_t flags, of;
} shapes[HTTP2_types] = {
	[HTTP2_data] = {0, 16384, 1, 0x09, OF_STREAM},
	[HTTP2_headers] = {1, 16384, 1, 0x2d, OF_STREAM},
	[HTTP2_priority] = {5, 5, 1, 0, OF_STREAM},
	[HTTP2_rst_stream] = {4, 4, 1, 0, OF_STREAM},
	[HTTP2_settings] = {0, 600, 6, 1, OF_ALL},
	[HTTP2_push_promise] = {4, 16384, 1, 0x0c, OF_STREAM},
	[HTTP2_ping] = {8, 8, 1, 1, OF_ALL},
	[HTTP2_goaway] = {8, 16384, 1, 0, OF_ALL},
	[HTTP2_window_update] = {4, 4, 1, 0, OF_ALL | OF_STREAM},
	[HTTP2_continuation] = {0, 16384, 1, 0x04, OF_STREAM},
};

static bool looks_like_frame(const uint8_t *p)
{
	uint32_t len = http2_length(p), stream = be32(p + 5);
	const struct shape *s = p[3] < HTTP2_types ? &shapes[p[3]] : NULL;

	return s && len >= s->least && len <= s->most && len % s->multiple == 0 &&
	       !(p[4] & ~s->flags) && stream <= INT32_MAX && s->of & (stream ? OF_STREAM : OF_ALL);
}

/* Two in a row, or one that ends where the bytes do. */
enum probe http2_frames(const uint8_t *p, uint32_t n)
{
	unsigned seen = 0;
	uint32_t at = 0;

	while (n - at >= HEAD && seen < 2) {
		if (!looks_like_frame(p + at))
			return PROBE_no;
		uint32_t len = http2_length(p + at) + HEAD;
		if (len > n - at)
			return PROBE_more;
		at += len;
		seen++;
	}
	if (seen)
		return seen > 1 || at == n ? PROBE_yes : PROBE_more;
	return n && *p == 0 ? PROBE_more : PROBE_no;
}

/* The stream that the frame is of, opened if it is new; a control frame of a stream that is not
 * open, or of the connection, gets a transaction of its own. */
static struct http2_tx *tx_of(struct proto_call *c, struct http2_side *s)
{
	struct http2_flow *h = c->state;
	struct http2_tx *tx = s->stream ? http2_find(h, s->stream) : NULL;

	if (tx)
		return tx;
	switch (s->type) {
	case HTTP2_headers:
		return s->stream ? http2_open(c, s->stream) : NULL;
	case HTTP2_data: /* its head was not seen; or it is over */
		return s->stream > h->highest[s->stream & 1] ? http2_open(c, s->stream) : NULL;
	case HTTP2_continuation:
	case HTTP2_push_promise: /* the stream that is promised is its own */
		return NULL;
	default:
		return s->alone = http2_alone(c);
	}
}

static struct http2_tx *tx_at_hand(const struct proto_call *c, const struct http2_side *s)
{
	return s->alone ? s->alone : s->stream ? http2_find(c->state, s->stream) : NULL;
}

static uint8_t wanted(const struct http2_side *s)
{
	uint8_t padded = s->flags & HTTP2_PADDED ? 1 : 0;

	switch (s->type) {
	case HTTP2_data:
		return padded;
	case HTTP2_headers:
		return (uint8_t)(padded + (s->flags & HTTP2_HAS_PRIORITY ? 5 : 0));
	case HTTP2_push_promise:
		return (uint8_t)(padded + 4);
	case HTTP2_settings:
		return 6; /* each */
	case HTTP2_priority:
		return 5;
	case HTTP2_rst_stream:
	case HTTP2_window_update:
		return 4;
	case HTTP2_goaway:
		return 8;
	default:
		return 0;
	}
}

/* What is odd about the head. */
static void check(struct proto_call *c, struct http2_side *s, struct http2_tx *tx)
{
	const struct http2_flow *h = c->state;
	const struct shape *shape = s->type < HTTP2_types ? &shapes[s->type] : NULL;
	bool fixed = shape && (shape->most == shape->least || s->type == HTTP2_goaway);

	if (s->left >= HTTP2_FRAME_LONG)
		http2_odd(c, tx, HTTP2_EVENT_long_frame);
	if (s->type == HTTP2_data && s->stream == 0)
		http2_odd(c, tx, HTTP2_EVENT_data_stream0);
	else if (shape && !(shape->of & (s->stream ? OF_STREAM : OF_ALL)))
		http2_odd(c, tx, HTTP2_EVENT_frame_header);
	if (fixed && (s->left < shape->least || s->left > shape->most)) {
		http2_odd(c, tx, HTTP2_EVENT_frame_length);
		s->passed = true;
	} else if (s->type == HTTP2_settings && s->left % 6) {
		http2_odd(c, tx, HTTP2_EVENT_frame_data);
	} else if (s->type != HTTP2_settings && s->left < s->want) {
		http2_odd(c, tx, HTTP2_EVENT_frame_data);
		s->passed = true;
	}
	if (s->type == HTTP2_data && s->stream && !tx && http2_is_over(h, s->stream))
		http2_odd(c, NULL, HTTP2_EVENT_reuse);
	if (s->type == HTTP2_headers && tx && tx->ended >> c->dir & 1)
		http2_odd(c, tx, HTTP2_EVENT_reuse);
	if (s->type == HTTP2_continuation && !(s->in_block && s->block_on == s->stream))
		s->passed = true; /* of what, is not known */
}

static void begin_payload(struct proto_call *c, struct http2_side *s);
static void end_frame(struct proto_call *c, struct http2_side *s);

static void begin_frame(struct proto_call *c, struct http2_side *s)
{
	struct http2_tx *tx = NULL;

	s->left = http2_length(s->head);
	s->type = s->head[3];
	s->flags = s->head[4];
	s->stream = be32(s->head + 5) & INT32_MAX;
	s->n_small = s->pad = 0;
	s->passed = false;
	s->want = wanted(s);
	if (s->left || s->type != HTTP2_settings) /* an empty one only confirms */
		tx = tx_of(c, s);
	if (tx)
		tx->types[c->dir] |=
			(uint16_t)(1u << (s->type < HTTP2_types ? s->type : HTTP2_types));
	check(c, s, tx);
	if (s->passed)
		s->want = 0;
	if (s->want == 0)
		begin_payload(c, s);
	if (s->left == 0)
		end_frame(c, s);
}

static void begin_headers(struct proto_call *c, struct http2_side *s, const uint8_t *at)
{
	struct http2_flow *h = c->state;
	struct http2_tx *tx = http2_find(h, s->stream);

	if (s->type == HTTP2_push_promise) {
		uint32_t promised = be32(at) & INT32_MAX;

		tx = promised ? http2_find(h, promised) : NULL;
		if (!tx && promised)
			tx = http2_open(c, promised);
		if (tx)
			tx->types[c->dir] |= 1u << HTTP2_push_promise;
		http2_block_begin(c, s, tx, FLOW_to_server);
		return;
	}
	if (tx && s->flags & HTTP2_HAS_PRIORITY)
		http2_note(tx, c->dir, HTTP2_NOTE_priority, 0, at[4]);
	http2_block_begin(c, s, tx, c->dir);
}

static void take_control(struct http2_side *s, struct http2_tx *tx, uint8_t dir)
{
	const uint8_t *p = s->small;

	switch (s->type) {
	case HTTP2_priority:
		http2_note(tx, dir, HTTP2_NOTE_priority, 0, p[4]);
		break;
	case HTTP2_rst_stream:
		http2_note(tx, dir, HTTP2_NOTE_error, 0, be32(p));
		break;
	case HTTP2_goaway:
		http2_note(tx, dir, HTTP2_NOTE_error, 0, be32(p + 4));
		break;
	case HTTP2_window_update:
		http2_note(tx, dir, HTTP2_NOTE_window, 0, be32(p) & INT32_MAX);
		break;
	case HTTP2_settings:
		http2_note(tx, dir, HTTP2_NOTE_setting, (uint16_t)(p[0] << 8 | p[1]), be32(p + 2));
		break;
	default:
		break;
	}
}

/* What stands in front is there. */
static void begin_payload(struct proto_call *c, struct http2_side *s)
{
	struct http2_tx *tx = tx_at_hand(c, s);
	bool headers = s->type == HTTP2_headers || s->type == HTTP2_push_promise;
	uint8_t padded = 0;

	if (s->passed)
		return;
	if ((headers || s->type == HTTP2_data) && s->flags & HTTP2_PADDED) {
		padded = 1;
		s->pad = s->small[0];
	}
	if (s->pad > s->left) {
		http2_odd(c, tx, HTTP2_EVENT_frame_data);
		s->pad = 0;
	}
	if (headers)
		begin_headers(c, s, s->small + padded);
	else if (tx && s->want)
		take_control(s, tx, c->dir);
	if (s->type == HTTP2_settings) {
		s->n_small = 0;
		s->passed = s->left < s->want;
	}
}

static void take_payload(struct proto_call *c, struct http2_side *s, const uint8_t *p, uint32_t n)
{
	struct http2_tx *tx;

	if (s->passed || s->left <= s->pad)
		return;
	n = n < s->left - s->pad ? n : s->left - s->pad;
	switch (s->type) {
	case HTTP2_data:
		tx = http2_find(c->state, s->stream);
		if (tx && s->stream && !(tx->ended >> c->dir & 1))
			http2_body(c, tx, p, n);
		break;
	case HTTP2_headers:
	case HTTP2_push_promise:
	case HTTP2_continuation:
		http2_block(c, s, p, n);
		break;
	default:
		break;
	}
}

static void end_frame(struct proto_call *c, struct http2_side *s)
{
	struct http2_flow *h = c->state;
	struct http2_tx *tx = tx_at_hand(c, s);

	s->n_head = 0;
	if (s->alone) {
		s->alone = NULL;
		http2_alone_end(c, tx);
		return;
	}
	switch (s->type) {
	case HTTP2_headers:
	case HTTP2_push_promise:
	case HTTP2_continuation:
		if (s->in_block && !s->passed && s->flags & HTTP2_END_HEADERS)
			http2_block_end(c, s);
		break;
	case HTTP2_data:
		if (tx && s->flags & HTTP2_END_STREAM && !(tx->ended >> c->dir & 1))
			http2_side_end(c, tx, c->dir);
		break;
	case HTTP2_rst_stream:
		if (tx) {
			h->reset[h->n_reset++ % HTTP2_RESET] = s->stream;
			http2_close(c, tx);
		}
		break;
	default:
		break;
	}
}

/* Bytes to fill `of` up to `want`. */
static uint32_t fill(uint8_t *of, uint8_t *have, uint32_t want, const uint8_t *p, uint32_t n)
{
	uint32_t k = want - *have;

	k = k < n ? k : n;
	memcpy(of + *have, p, k);
	*have += (uint8_t)k;
	return k;
}

uint32_t http2_take(struct proto_call *c, struct http2_side *s, const uint8_t *p, uint32_t n)
{
	uint32_t k;

	if (s->n_head < HEAD) {
		k = fill(s->head, &s->n_head, HEAD, p, n);
		if (s->n_head == HEAD)
			begin_frame(c, s);
		return k;
	}
	if (s->n_small < s->want && !s->passed) {
		k = fill(s->small, &s->n_small, s->want, p, n < s->left ? n : s->left);
		s->left -= k;
		if (s->n_small == s->want)
			begin_payload(c, s);
	} else {
		k = n < s->left ? n : s->left;
		take_payload(c, s, p, k);
		s->left -= k;
	}
	if (s->left == 0)
		end_frame(c, s);
	return k;
}

bool http2_miss(struct proto_call *c, struct http2_side *s, uint64_t missing)
{
	struct http2_flow *h = c->state;
	struct http2_tx *tx = tx_at_hand(c, s);
	bool inside = s->n_head == HEAD && missing && missing < s->left;
	bool body = s->type == HTTP2_data && s->n_small == s->want;

	if (!inside || !body) {
		h->blind = true;
		s->in_block = false;
		s->block.len = 0;
		hpack_forget(&s->hpack);
		s->passed = true;
	}
	if (!inside) {
		s->n_head = 0;
		if (s->alone)
			http2_alone_end(c, s->alone);
		s->alone = NULL;
		return false;
	}
	s->left -= (uint32_t)missing;
	if (body && tx) {
		tx->http.msg[c->dir].gap = true;
		tx->inflate[c->dir].failed = tx->inflate[c->dir].n != 0;
	}
	return true;
}
