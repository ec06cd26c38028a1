// SPDX-License-Identifier: Apache-2.0
/* HTTP/1 as it goes by: each direction is a small machine over heads and bodies; requests wait in
 * order for their answers.
 *
 * A hole inside a body that has a length is counted off it; any other hole loses the place, until
 * bytes come that begin as a message does. Heads are kept to HTTP_HEAD_MAX, bodies to proto.body
 * bytes; what is beyond is passed over.
 */
#include "proto/frame.h"
#include "proto/http.h"
#include "proto/http_carry.h"

static const char *const http_events[] = {
#define EVENT(id, name) name,
#include "proto/http_events.def"
#undef EVENT
	NULL,
};

static const char *const methods[] = {
	"GET",         "POST",      "HEAD",      "PUT",         "OPTIONS",    "CONNECT",
	"DELETE",      "PATCH",     "PROPFIND",  "TRACE",       "MKCOL",      "COPY",
	"MOVE",        "LOCK",      "UNLOCK",    "SEARCH",      "REPORT",     "PROPPATCH",
	"SUBSCRIBE",   "NOTIFY",    "M-POST",    "BDMT",        "RPC_CONNECT", "RPC_IN_DATA",
	"RPC_OUT_DATA", "BITS_POST", "MERGE",    "CHECKOUT",    "UNCHECKOUT", "CHECKIN",
	"UPDATE",      "LABEL",     "MKWORKSPACE", "MKACTIVITY", "VERSION-CONTROL",
	"BASELINE-CONTROL",
};

/* In either case: servers take "get", so evaders send it. */
static enum probe begins(const uint8_t *p, uint32_t n, const char *with)
{
	uint32_t i = 0;

	for (; with[i] && i < n; i++) {
		uint8_t c = p[i] >= 'a' && p[i] <= 'z' ? (uint8_t)(p[i] - 32) : p[i];
		if (c != (uint8_t)with[i])
			return PROBE_no;
	}
	return with[i] ? PROBE_more : PROBE_yes;
}

static enum probe is_method(const uint8_t *p, uint32_t n, const char *name)
{
	uint32_t k = (uint32_t)strlen(name);
	enum probe r = begins(p, n, name);

	if (r != PROBE_yes)
		return r;
	return n == k ? PROBE_more : p[k] == ' ' || p[k] == '\t' ? PROBE_yes : PROBE_no;
}

static enum probe any_method(const uint8_t *p, uint32_t n)
{
	enum probe best = PROBE_no;

	for (unsigned i = 0; i < sizeof(methods) / sizeof(methods[0]); i++) {
		enum probe r = is_method(p, n, methods[i]);

		best = r > best ? r : best;
	}
	return best;
}

bool http_known_method(const uint8_t *p, uint32_t n)
{
	return any_method(p, n) != PROBE_no;
}

static enum probe http_probe(const uint8_t *p, uint32_t n, uint8_t dir, const struct flow *f,
			     bool midstream)
{
	(void)f, (void)midstream;
	while (n && (*p == '\r' || *p == '\n')) {
		p++;
		n--;
	}
	if (n == 0)
		return PROBE_more;
	return dir == FLOW_to_client ? begins(p, n, "HTTP/") : any_method(p, n);
}

/* Transactions */

void http_drop_msg(struct http_tx *tx, struct http_msg *m)
{
	proto_drop(tx->mem, &m->head);
	proto_drop(tx->mem, &m->joined);
	proto_drop(tx->mem, &m->body);
	proto_give(tx->mem, m->header, m->cap_header * (uint32_t)sizeof(*m->header));
	file_known_drop(m->known);
	for (unsigned i = 0; m->parts && i < m->parts->n; i++)
		file_known_drop(m->parts->at[i].known);
	proto_give(tx->mem, m->parts, sizeof(*m->parts));
	for (unsigned i = 0; i < MADE_count; i++)
		proto_drop(tx->mem, &m->made[i]);
}

static void end_tx(struct proto_call *c, struct http_tx *tx)
{
	struct http_flow *h = c->state;

	proto_tx_end(c, &tx->tx);
	http_tell(c, tx);
	for (unsigned dir = 0; dir < 2; dir++) {
		if (h->now[dir] == tx)
			h->now[dir] = NULL;
		http_drop_msg(tx, &tx->msg[dir]);
	}
	proto_give(tx->mem, tx, sizeof(*tx));
}

/* Takes `tx` out of the queue; it is at its front, but for answers that overtake. */
static void unlink_tx(struct http_flow *h, struct http_tx *tx)
{
	struct http_tx *before = NULL;

	for (struct http_tx *t = h->first; t && t != tx; t = t->next)
		before = t;
	if (before)
		before->next = tx->next;
	else
		h->first = tx->next;
	if (h->last == tx)
		h->last = before;
	h->waiting--;
}

static struct http_tx *new_tx(struct proto_call *c)
{
	struct http_flow *h = c->state;

	if (h->waiting >= HTTP_WAITING_MAX) {
		struct http_tx *oldest = h->first;

		unlink_tx(h, oldest);
		end_tx(c, oldest);
	}
	struct http_tx *tx = proto_take(proto_mem_of(c), sizeof(*tx));
	if (!tx)
		return NULL;
	tx->mem = proto_mem_of(c);
	proto_tx_init(c, &tx->tx);
	if (h->last)
		h->last->next = tx;
	else
		h->first = tx;
	h->last = tx;
	h->waiting++;
	return tx;
}

/* The transaction that a message of this direction belongs to. */
static struct http_tx *tx_at_hand(struct proto_call *c)
{
	struct http_flow *h = c->state;

	if (h->now[c->dir])
		return h->now[c->dir];
	if (c->dir == FLOW_to_client) {
		for (struct http_tx *t = h->first; t; t = t->next) {
			if (!t->msg[FLOW_to_client].complete)
				return h->now[c->dir] = t;
		}
	}
	struct http_tx *tx = new_tx(c);
	if (tx && c->dir == FLOW_to_client) { /* an answer whose request was not seen */
		tx->msg[FLOW_to_server].complete = true;
		proto_event(&tx->tx, HTTP_EVENT_unmatched_response);
	}
	return h->now[c->dir] = tx;
}

/* The message is whole. */
static void complete(struct proto_call *c, struct http_side *s, struct http_tx *tx)
{
	struct http_flow *h = c->state;

	inflate_drop(&s->inflate, proto_mem_of(c));
	if (c->frames)
		proto_frame_close(c, c->dir, s->rest, &tx->tx);
	s->rest = 0;
	s->untold = false;
	tx->msg[c->dir].complete = true;
	proto_progress(c, &tx->tx, c->dir, HTTP_done);
	h->now[c->dir] = NULL;
	s->state = HTTP_AT_LINE;
	s->begun = false;
	s->line = 0;
	if (tx->msg[0].complete && tx->msg[1].complete) {
		unlink_tx(h, tx);
		end_tx(c, tx);
	}
}

/* It is, unless some of the `rest` bytes at hand prove to be its body. */
static void whole(struct proto_call *c, struct http_side *s, struct http_tx *tx, uint32_t rest)
{
	if (rest)
		s->state = HTTP_AT_SURPLUS;
	else
		complete(c, s, tx);
}

/* Heads */

static bool content_length(struct http_tx *tx, uint8_t dir, uint64_t *out)
{
	const struct http_msg *m = &tx->msg[dir];
	const struct http_header *h = http_find(m, "content-length");

	if (!h)
		return false;
	if (http_digits(http_value(m, h), out))
		return true;
	proto_event(&tx->tx,
		    dir == FLOW_to_server ? HTTP_EVENT_cl_request : HTTP_EVENT_cl_response);
	return false;
}

static bool has_no_body(const struct http_tx *tx, uint8_t dir)
{
	uint16_t status = tx->msg[FLOW_to_client].status;

	return dir == FLOW_to_client &&
	       (tx->head || status == 204 || status == 304 || status / 100 == 1);
}

/* What follows the head. */
static void choose_body(struct proto_call *c, struct http_side *s, struct http_tx *tx, uint32_t rest)
{
	const struct http_msg *m = &tx->msg[c->dir];
	const struct http_header *te = http_find(m, "transfer-encoding");

	s->left = 0;
	if (has_no_body(tx, c->dir)) {
		whole(c, s, tx, rest);
		return;
	}
	http_body_begin(c, &s->inflate, tx);
	if (te && http_holds(http_value(m, te), "chunked")) {
		s->state = HTTP_AT_CHUNK;
		s->number = 0;
		s->line = 0;
		s->bad_chunk = false;
	} else if (content_length(tx, c->dir, &s->left)) {
		s->state = HTTP_AT_LENGTH;
		if (s->left == 0)
			whole(c, s, tx, rest);
	} else if (c->dir == FLOW_to_client) {
		s->state = HTTP_AT_CLOSE;
	} else {
		whole(c, s, tx, rest);
	}
}

/* What an upgrade was agreed on; its request goes along to HTTP/2, whose first stream it is. */
static void switch_to(struct proto_call *c, struct http_side *s, struct http_tx *tx, uint32_t rest)
{
	struct http_msg *up = &tx->msg[FLOW_to_server];
	const struct http_msg *down = &tx->msg[FLOW_to_client];
	const struct http_header *h = tx->connect ? NULL : http_find(down, "upgrade");
	enum app next = !h                                           ? APP_none
			: http_has(http_value(down, h), "h2c")       ? APP_http2
			: http_has(http_value(down, h), "websocket") ? APP_websocket
								     : APP_none;
	struct proto_bytes head = {0};

	if (next == APP_http2 && up->parsed)
		proto_append(tx->mem, &head, up->head.at, up->head.len, HTTP_HEAD_MAX);
	up->complete = true;
	complete(c, s, tx);
	proto_carry(c, &head);
	proto_switch(c, next, rest);
}

/* True: another protocol speaks from here on. */
static bool head_done(struct proto_call *c, struct http_side *s, struct http_tx *tx, uint32_t rest)
{
	struct http_msg *m = &tx->msg[c->dir];

	s->begun = false;
	s->line = 0;
	s->rest = rest;
	if (!http_parse_head(tx, c->dir)) {
		m->head.len = 0;
		return false;
	}
	if (c->dir == FLOW_to_server) {
		tx->connect = http_is(m->word[0], "connect");
		tx->head = http_is(m->word[0], "head");
		http_check_request(tx, c->flow);
	} else if (m->status == 100) { /* the real answer follows */
		if (tx->continued)
			proto_event(&tx->tx, HTTP_EVENT_continue_twice);
		tx->continued = true;
		http_drop_msg(tx, m);
		memset(m, 0, sizeof(*m));
		return false;
	} else {
		http_check_response(tx);
	}
	s->untold = true;
	bool tunnel = c->dir == FLOW_to_client &&
		      (m->status == 101 || (tx->connect && m->status / 100 == 2));
	if (tunnel) {
		switch_to(c, s, tx, rest);
		return true;
	}
	choose_body(c, s, tx, rest);
	return false;
}

/* Takes bytes of a head; returns how many. *done: its empty line is among them. */
static uint32_t take_head(struct proto_call *c, struct http_side *s, struct http_tx *tx,
			  const uint8_t *p, uint32_t n, bool *done)
{
	bool first = false;
	uint32_t i = 0;

	*done = false;
	while (i < n && !*done) {
		const uint8_t *end = memchr(p + i, '\n', n - i);
		uint32_t k = end ? (uint32_t)(end - p) - i : n - i;

		for (uint32_t b = i; b < i + k && s->line == 0; b++)
			s->line += p[b] != '\r';
		s->line_len += k;
		if (s->line_len > HTTP_LINE_MAX)
			proto_event(&tx->tx, c->dir == FLOW_to_server ? HTTP_EVENT_long_request
								      : HTTP_EVENT_long_response);
		if (end)
			s->line_len = 0;
		i += k + (end != NULL);
		first = false;
		if (!end)
			break;
		*done = s->line == 0 && s->begun;
		first = !s->begun && s->line != 0;
		s->begun |= s->line != 0;
		s->line = 0;
	}
	proto_append(proto_mem_of(c), &tx->msg[c->dir].head, p, i, HTTP_HEAD_MAX);
	if (first && i == n && !*done && c->dir == FLOW_to_server && http_is_old_request(&tx->msg[c->dir])) {
		count_add(&proto_count_of(c)->surplus, 1);
		*done = true;
	}
	return i;
}

/* Bodies */

static uint32_t take_body(struct proto_call *c, struct http_side *s, struct http_tx *tx,
			  const uint8_t *p, uint32_t n)
{
	uint32_t all = n;

	if (s->state != HTTP_AT_CLOSE && n > s->left)
		n = (uint32_t)s->left;
	http_body_data(c, &s->inflate, tx, p, n);
	http_carry_piece(c, tx, n);
	if (s->state == HTTP_AT_CLOSE)
		return n;
	s->left -= n;
	if (s->left == 0 && s->state == HTTP_AT_LENGTH)
		whole(c, s, tx, all - n);
	else if (s->left == 0)
		s->state = HTTP_AT_DATA_END;
	return n;
}

/* "1a;name=value" */
static uint32_t take_chunk(struct proto_call *c, struct http_side *s, struct http_tx *tx,
			   const uint8_t *p, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		uint8_t b = p[i] | 32;
		int v = p[i] >= '0' && p[i] <= '9' ? p[i] - '0'
			: b >= 'a' && b <= 'f'     ? b - 'a' + 10
						   : -1;

		if (p[i] == '\n') {
			if (s->line == 0)
				continue; /* an empty line before it */
			s->left = s->number;
			s->number = s->line = 0;
			s->state = s->left ? HTTP_AT_DATA : HTTP_AT_TRAILER;
			return i + 1;
		}
		if (v >= 0 && !s->bad_chunk && s->line < 9) {
			s->number = s->number << 4 | (unsigned)v;
			s->line++;
		} else if (p[i] != '\r' && s->line == 0 && p[i] != ' ') {
			proto_event(&tx->tx, c->dir == FLOW_to_server ? HTTP_EVENT_te_invalid
								      : HTTP_EVENT_response_chunk);
			s->state = HTTP_AT_CLOSE;
			return i;
		} else {
			if (p[i] == ';')
				proto_event(&tx->tx, c->dir == FLOW_to_server
							     ? HTTP_EVENT_request_extension
							     : HTTP_EVENT_response_extension);
			s->bad_chunk = true; /* an extension: nothing more of the number */
		}
	}
	return n;
}

static uint32_t take_data_end(struct http_side *s, const uint8_t *p, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		if (p[i] == '\n') {
			s->state = HTTP_AT_CHUNK;
			s->bad_chunk = false;
			s->line = 0;
			return i + 1;
		}
	}
	return n;
}

static uint32_t take_rest(struct proto_call *c, struct http_side *s, struct http_tx *tx,
			  const uint8_t *p, uint32_t n)
{
	bool surplus = s->state == HTTP_AT_SURPLUS, whole;
	uint32_t used = surplus ? http_take_surplus(c, s, tx, p, n, &whole)
				: http_take_trailer(c, s, tx, p, n, &whole);

	if (whole) {
		s->rest = n - used;
		complete(c, s, tx);
	}
	return used;
}

static uint32_t take(struct proto_call *c, struct http_side *s, struct http_tx *tx,
		     const uint8_t *p, uint32_t n)
{
	switch (s->state) {
	case HTTP_AT_CHUNK:
		return take_chunk(c, s, tx, p, n);
	case HTTP_AT_DATA_END:
		return take_data_end(s, p, n);
	case HTTP_AT_TRAILER:
	case HTTP_AT_SURPLUS:
		return take_rest(c, s, tx, p, n);
	default:
		return take_body(c, s, tx, p, n);
	}
}

/* An answer without a first line is HTTP/0.9's: a body. */
static void old_answer(struct proto_call *c, struct http_side *s, struct http_tx *tx)
{
	struct http_msg *m = &tx->msg[FLOW_to_client];

	count_add(&proto_count_of(c)->surplus, 1);
	m->parsed = proto_append(tx->mem, &m->head, "\r\n", 2, HTTP_HEAD_MAX);
	m->headers_at = m->head.len;
	s->untold = m->parsed;
	s->state = HTTP_AT_CLOSE;
	for (unsigned i = 0; i < 3; i++)
		m->word[i] = (struct view_of_bytes){(const uint8_t *)"", 0};
	http_body_begin(c, &s->inflate, tx);
}

/* Nothing of an answer's head has been seen. */
static bool before_answer(const struct proto_call *c, const struct http_side *s, const struct http_tx *tx)
{
	return c->dir == FLOW_to_client && s->state == HTTP_AT_LINE && !s->begun &&
	       !tx->msg[FLOW_to_client].head.len;
}

/* Rules look at a head when the bytes at hand have been taken: what stands in them of its body is
 * known then, too. */
static void tell_head(struct proto_call *c, struct http_side *s)
{
	struct http_flow *h = c->state;
	struct http_tx *tx = h->now[c->dir];

	if (s->untold && tx)
		proto_progress(c, &tx->tx, c->dir, HTTP_head);
	s->untold = false;
}

static void http_data(struct proto_call *c, const uint8_t *p, uint32_t n)
{
	struct http_flow *h = c->state;
	struct http_side *s = &h->side[c->dir];

	if (s->state == HTTP_AT_LOST) {
		if (http_probe(p, n, c->dir, c->flow, true) != PROBE_yes)
			return;
		s->state = HTTP_AT_LINE;
	}
	while (n) {
		struct http_tx *tx = tx_at_hand(c);
		bool done;
		uint32_t used;

		if (!tx) {
			proto_fail(c);
			return;
		}
		bool before = before_answer(c, s, tx);
		if (before && (used = http_stray_line(p, n))) {
			count_add(&proto_count_of(c)->surplus, 1);
			p += used;
			n -= used;
			continue;
		}
		if (before && !http_begins_answer(p, n))
			old_answer(c, s, tx);
		if (c->frames && s->state == HTTP_AT_LINE && !s->begun && !s->line && *p != '\r' && *p != '\n')
			proto_frame_open(c, c->dir, p); /* the types are told apart by who says it */
		if (s->state != HTTP_AT_LINE) {
			s->rest = 0;
			used = take(c, s, tx, p, n);
		} else {
			used = take_head(c, s, tx, p, n, &done);
			if (done && head_done(c, s, tx, n - used))
				return;
		}
		p += used;
		n -= used;
	}
	tell_head(c, s);
}

static void lose(struct proto_call *c, struct http_side *s)
{
	struct http_flow *h = c->state;
	struct http_tx *tx = h->now[c->dir];

	if (tx && !tx->msg[c->dir].parsed && tx->msg[c->dir].head.len &&
	    http_parse_head(tx, c->dir))
		proto_progress(c, &tx->tx, c->dir, HTTP_head); /* what there is of it */
	if (tx)
		tx->msg[c->dir].cut = s->state != HTTP_AT_CLOSE && s->state != HTTP_AT_LINE;
	if (tx)
		complete(c, s, tx);
	s->state = HTTP_AT_LOST;
	s->begun = false;
	s->line = 0;
}

static void http_gap(struct proto_call *c, uint64_t missing)
{
	struct http_flow *h = c->state;
	struct http_side *s = &h->side[c->dir];
	bool counted = s->state == HTTP_AT_LENGTH || s->state == HTTP_AT_DATA;

	if (h->now[c->dir])
		h->now[c->dir]->msg[c->dir].gap = true;
	if (s->state == HTTP_AT_CLOSE)
		return;
	if (counted && missing && missing < s->left) {
		s->left -= missing;
		s->inflate.failed = s->inflate.n != 0;
		return;
	}
	lose(c, s);
}

static void http_fin(struct proto_call *c)
{
	struct http_flow *h = c->state;

	lose(c, &h->side[c->dir]);
}

static void http_end(struct proto_call *c)
{
	struct http_flow *h = c->state;

	for (c->dir = 0; c->dir < 2; c->dir++)
		lose(c, &h->side[c->dir]);
	c->dir = 0;
	while (h->first) {
		struct http_tx *tx = h->first;

		unlink_tx(h, tx);
		end_tx(c, tx);
	}
	for (unsigned dir = 0; dir < 2; dir++)
		inflate_drop(&h->side[dir].inflate, proto_mem_of(c));
}

static const uint16_t http_ports[] = {80, 8080, 3128, 8000, 8888, 5985, 0};

static const char *const http_frames[] = {FRAME("http1", "request"), FRAME("http1", "response"), NULL};

const struct protocol protocol_http = {
	.name = "http",
	.over = PROTO_OVER_TCP,
	.ports = http_ports,
	.state_size = sizeof(struct http_flow),
	.fields = http_fields,
	.events = http_events,
	.done = {HTTP_done, HTTP_done},
	.frames = http_frames,
	.probe = http_probe,
	.data = http_data,
	.gap = http_gap,
	.fin = http_fin,
	.end = http_end,
	.again = HTTP_trailer,
	.again_field = HTTP_FIELD_header,
	.bytes = http_bytes,
	.number = http_number,
	.eve = http_eve,
};
