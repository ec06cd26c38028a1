// SPDX-License-Identifier: Apache-2.0
/* Bodies: what the rules can look into, decoded as far as the answer's Content-Encoding says. */
#include "proto/http.h"

/* "gzip, br": the last one named is the outermost. */
static void add_layers(struct proto_call *c, struct inflate *z, struct http_tx *tx,
		       struct view_of_bytes v)
{
	unsigned named = 0;

	while (v.len) {
		const uint8_t *comma = memrchr(v.at, ',', v.len);
		uint32_t at = comma ? (uint32_t)(comma - v.at) + 1 : 0;
		struct view_of_bytes word = {v.at + at, v.len - at};
		enum inflate_kind kind =
			http_has(word, "gzip") || http_has(word, "x-gzip")         ? INFLATE_gzip
			: http_has(word, "deflate") || http_has(word, "x-deflate") ? INFLATE_deflate
			: http_has(word, "br")                                     ? INFLATE_brotli
										   : INFLATE_none;
		v.len = comma ? at - 1 : 0;
		if (kind == INFLATE_none) {
			if (word.len && !http_has(word, "identity") && !http_has(word, "none"))
				http_event(tx, HTTP_EVENT_abnormal_ce);
			continue;
		}
		if (++named > INFLATE_LAYERS)
			http_event(tx, HTTP_EVENT_many_layers);
		else
			inflate_add(z, proto_mem_of(c), kind);
	}
}

void http_body_begin(struct proto_call *c, struct inflate *z, struct http_tx *tx)
{
	const struct http_msg *m = &tx->msg[c->dir];
	struct http_msg *mine = &tx->msg[c->dir];
	const struct http_header *h;

	if (!mine->known)
		mine->known = file_known_begin(proto_mem_of(c));
	if (mine->known)
		flow_stream_deep(c->flow); /* a hash is of all of it, or worth nothing */
	inflate_drop(z, proto_mem_of(c));
	if ((h = http_find(m, "content-encoding")))
		add_layers(c, z, tx, http_value(m, h));
}

void http_body_data(struct proto_call *c, struct inflate *z, struct http_tx *tx, const uint8_t *p,
		    uint32_t n)
{
	struct http_msg *m = &tx->msg[c->dir];
	bool was_full = z->over || z->full;

	m->body_len += n;
	if (tx->tx.progress[c->dir] >= HTTP_body && !m->known) {
		m->decoded_len += n;
		return; /* its limit was reached, and the rules have seen it */
	}
	z->known = m->known;
	inflate_data(z, proto_mem_of(c), p, n, &m->body, proto_config_of(c)->body);
	m->decoded_len = z->out;
	if (z->plain || (z->failed && z->n))
		http_event(tx, HTTP_EVENT_gzip_failed);
	if (m->known && (z->over || z->failed))
		m->cut = true; /* what came out is not all of it */
	if (was_full || !(z->over || z->full))
		return;
	if (m->body.len < proto_config_of(c)->body) {
		http_event(tx, HTTP_EVENT_bomb);
		count_add(&proto_count_of(c)->decode_limit, 1);
	}
	proto_progress(c, &tx->tx, c->dir, HTTP_body);
}
