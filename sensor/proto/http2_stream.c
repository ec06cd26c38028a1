// SPDX-License-Identifier: Apache-2.0
/* Streams: from the frame that opens one to the end of both its sides, and their bodies. */
#include "proto/http2_doh.h"

static struct http2_tx **bucket_of(struct http2_flow *h, uint32_t stream)
{
	return &h->bucket[stream / 2 % HTTP2_BUCKETS];
}

struct http2_tx *http2_find(const struct http2_flow *h, uint32_t stream)
{
	struct http2_tx *tx = h->bucket[stream / 2 % HTTP2_BUCKETS];

	while (tx && tx->http.stream != stream)
		tx = tx->chain;
	return tx;
}

static struct http2_tx *new_tx(struct proto_call *c, uint32_t stream)
{
	struct http2_tx *tx = proto_take(proto_mem_of(c), sizeof(*tx));

	if (!tx)
		return NULL;
	tx->http.mem = proto_mem_of(c);
	tx->http.two = true;
	tx->http.stream = stream;
	proto_tx_init(c, &tx->http.tx);
	return tx;
}

static void free_tx(struct proto_call *c, struct http2_tx *tx)
{
	for (unsigned dir = 0; dir < 2; dir++) {
		http_drop_msg(&tx->http, &tx->http.msg[dir]);
		inflate_drop(&tx->inflate[dir], proto_mem_of(c));
	}
	http2_doh_drop(tx);
	proto_drop(proto_mem_of(c), &tx->notes);
	proto_give(proto_mem_of(c), tx, sizeof(*tx));
}

static void unlink_tx(struct http2_flow *h, struct http2_tx *tx)
{
	struct http2_tx **at = bucket_of(h, tx->http.stream);

	while (*at != tx)
		at = &(*at)->chain;
	*at = tx->chain;
	*(tx->older ? &tx->older->newer : &h->oldest) = tx->newer;
	*(tx->newer ? &tx->newer->older : &h->newest) = tx->older;
	h->streams--;
}

void http2_close(struct proto_call *c, struct http2_tx *tx)
{
	unlink_tx(c->state, tx);
	/* A side whose only frames were of control has something to say, too. */
	for (uint8_t dir = 0; dir < 2; dir++) {
		if (tx->types[dir])
			proto_progress(c, &tx->http.tx, dir, HTTP_done);
	}
	proto_tx_end(c, &tx->http.tx);
	http_tell(c, &tx->http);
	free_tx(c, tx);
}

void http2_close_all(struct proto_call *c)
{
	struct http2_flow *h = c->state;

	for (unsigned dir = 0; dir < 2; dir++) {
		if (h->side[dir].alone)
			http2_alone_end(c, h->side[dir].alone);
		h->side[dir].alone = NULL;
	}
	while (h->oldest)
		http2_close(c, h->oldest);
}

bool http2_is_over(const struct http2_flow *h, uint32_t stream)
{
	for (unsigned i = 0; i < HTTP2_RESET; i++) {
		if (h->reset[i] == stream)
			return false;
	}
	return stream <= h->highest[stream & 1] && !h->blind;
}

struct http2_tx *http2_open(struct proto_call *c, uint32_t stream)
{
	struct http2_flow *h = c->state;
	bool full = h->streams == HTTP2_STREAMS_MAX;

	if (full) {
		count_add(&proto_count_of(c)->streams_over, 1);
		http2_close(c, h->oldest);
	}
	struct http2_tx *tx = new_tx(c, stream);
	if (!tx)
		return NULL;
	if (full)
		http2_odd(c, tx, HTTP2_EVENT_streams);
	struct http2_tx **at = bucket_of(h, stream);
	tx->chain = *at;
	*at = tx;
	tx->older = h->newest;
	*(h->newest ? &h->newest->newer : &h->oldest) = tx;
	h->newest = tx;
	h->streams++;
	if (http2_is_over(h, stream))
		http2_odd(c, tx, HTTP2_EVENT_reuse);
	if (stream > h->highest[stream & 1])
		h->highest[stream & 1] = stream;
	return tx;
}

struct http2_tx *http2_alone(struct proto_call *c)
{
	return new_tx(c, 0);
}

void http2_alone_end(struct proto_call *c, struct http2_tx *tx)
{
	proto_progress(c, &tx->http.tx, c->dir, HTTP_done);
	proto_tx_end(c, &tx->http.tx);
	free_tx(c, tx);
}

void http2_side_end(struct proto_call *c, struct http2_tx *tx, uint8_t dir)
{
	inflate_drop(&tx->inflate[dir], proto_mem_of(c));
	tx->http.msg[dir].complete = true;
	tx->ended |= (uint8_t)(1u << dir);
	if (tx->doh[dir])
		http2_doh_end(c, tx, dir);
	proto_progress(c, &tx->http.tx, dir, HTTP_body);
	if (tx->ended == 3)
		http2_close(c, tx);
}

void http2_note(struct http2_tx *tx, uint8_t dir, enum http2_note_kind kind, uint16_t id,
		uint32_t value)
{
	struct http2_note n = {.kind = (uint8_t)kind, .dir = dir, .id = id, .value = value};

	if (tx->notes.len < HTTP2_NOTES_MAX * sizeof(n))
		proto_append(tx->http.mem, &tx->notes, &n, sizeof(n), UINT32_MAX);
}

/* RFC 8484: DNS messages end where those of UDP do. */
#define DNS_MAX 65535u

void http2_body(struct proto_call *c, struct http2_tx *tx, const uint8_t *p, uint32_t n)
{
	struct inflate *z = &tx->inflate[c->dir];

	http_body_data(c, z, &tx->http, p, n);
	if (z->plain || (z->failed && z->n && !tx->http.msg[c->dir].gap))
		http2_odd(c, tx, HTTP2_EVENT_decompression);
	if (tx->doh[c->dir] && tx->http.msg[c->dir].body_len > DNS_MAX)
		http2_odd(c, tx,
			  c->dir == FLOW_to_server ? HTTP2_EVENT_dns_request
						   : HTTP2_EVENT_dns_response);
}
