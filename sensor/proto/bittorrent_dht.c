// SPDX-License-Identifier: Apache-2.0
/* BitTorrent's DHT (BEP 5): bencoded messages over UDP, each a transaction of its own. Read are the
 * kind, the query's name, the transaction, and the ids that a query names; the rest is stepped over.
 *
 * Cost:   one walk; at most DEPTH lists and dictionaries inside each other.
 */
#include "base/bytes.h"
#include "base/json.h"
#include "proto/protocol.h"

#include <string.h>

#define DEPTH 8u
#define ID    20u /* bytes of a node's id, of a torrent's hash */

enum { EVENT_malformed };
static const char *const events[] = {"malformed_packet", NULL};

struct dht_msg {
	struct tx tx;
	struct view_of_bytes transaction, client, query, id, info_hash, target, token, error;
	uint64_t port, error_number;
	uint8_t kind; /* 'q', 'r', 'e' */
	bool has_port;
};

static bool digits(struct bytes *b, uint8_t until, uint64_t *out)
{
	unsigned n = 0;

	for (*out = 0; bytes_left(b) && *b->at >= '0' && *b->at <= '9' && n < 12; n++)
		*out = *out * 10 + (bytes_u8(b) - '0');
	return n && bytes_u8(b) == until && bytes_ok(b);
}

static bool string(struct bytes *b, struct view_of_bytes *out)
{
	uint64_t n;

	if (!digits(b, ':', &n) || n > bytes_left(b))
		return false;
	*out = (struct view_of_bytes){b->at, (uint32_t)n};
	bytes_take(b, n);
	return true;
}

static bool is(const struct view_of_bytes *v, const char *text)
{
	return v->len == strlen(text) && memcmp(v->at, text, v->len) == 0;
}

/* A string that stands under `key` of the message (outer), or of its arguments or answer. */
static void keep(struct dht_msg *m, const struct view_of_bytes *key, const struct view_of_bytes *v, unsigned depth)
{
	if (depth == 1 && is(key, "t"))
		m->transaction = *v;
	else if (depth == 1 && is(key, "v"))
		m->client = *v;
	else if (depth == 1 && is(key, "q"))
		m->query = *v;
	else if (depth == 1 && is(key, "y") && v->len == 1)
		m->kind = v->at[0];
	else if (depth == 2 && is(key, "id") && v->len == ID)
		m->id = *v;
	else if (depth == 2 && is(key, "info_hash") && v->len == ID)
		m->info_hash = *v;
	else if (depth == 2 && is(key, "target") && v->len == ID)
		m->target = *v;
	else if (depth == 2 && is(key, "token"))
		m->token = *v;
	else if (depth == 2 && is(key, "e"))
		m->error = *v;
}

/* The whole message: keys and values in turn inside a dictionary. */
static bool walk(struct dht_msg *m, const uint8_t *p, uint32_t n)
{
	struct bytes b = bytes_of(p, n);
	struct view_of_bytes key[DEPTH + 1] = {{p, 0}}, v;
	bool dict[DEPTH + 1] = {false}, wants_key[DEPTH + 1] = {false};
	unsigned depth = 0;

	do {
		uint8_t c = bytes_left(&b) ? *b.at : 0;
		uint64_t number;

		if (c == 'e' && depth) {
			bytes_take(&b, 1);
			depth--;
			continue;
		}
		if (dict[depth] && wants_key[depth]) {
			if (!string(&b, &key[depth]))
				return false;
			wants_key[depth] = false;
			continue;
		}
		wants_key[depth] = dict[depth];
		if (c == 'd' || c == 'l') {
			if (depth == DEPTH)
				return false;
			bytes_take(&b, 1);
			/* what is in a list of errors stands under "e" */
			key[depth + 1] = key[depth];
			depth++;
			dict[depth] = wants_key[depth] = c == 'd';
		} else if (c == 'i') {
			bytes_take(&b, 1);
			bool minus = bytes_left(&b) && *b.at == '-';
			bytes_take(&b, minus);
			if (!digits(&b, 'e', &number))
				return false;
			if (depth == 2 && is(&key[depth], "port")) {
				m->port = number;
				m->has_port = true;
			} else if (depth == 2 && !dict[depth]) {
				m->error_number = number;
			}
		} else {
			if (!string(&b, &v))
				return false;
			keep(m, &key[depth], &v, depth);
		}
	} while (depth && bytes_ok(&b));
	return depth == 0 && bytes_ok(&b);
}

static enum probe probe(const uint8_t *p, uint32_t n, uint8_t dir, const struct flow *f, bool midstream)
{
	static const char *const begins[] = {"d1:ad2:id20:", "d1:rd2:id20:", "d2:ip"};

	(void)dir, (void)f, (void)midstream;
	for (unsigned i = 0; i < sizeof(begins) / sizeof(begins[0]); i++) {
		if (n >= strlen(begins[i]) && memcmp(p, begins[i], strlen(begins[i])) == 0)
			return PROBE_yes;
	}
	return PROBE_no;
}

static void data(struct proto_call *c, const uint8_t *p, uint32_t n)
{
	struct dht_msg m = {.kind = 0};

	proto_tx_init(c, &m.tx);
	if (!walk(&m, p, n) || !m.kind)
		proto_event(&m.tx, EVENT_malformed);
	proto_progress(c, &m.tx, c->dir, 1);
	proto_tx_end(c, &m.tx);
}

static void hex(struct json *j, const char *key, const struct view_of_bytes *v)
{
	static const char digit[] = "0123456789abcdef";
	char text[2 * 64 + 1];
	uint32_t n = v->len < 64 ? v->len : 64;

	if (!v->len)
		return;
	for (uint32_t i = 0; i < n; i++) {
		text[2 * i] = digit[v->at[i] >> 4];
		text[2 * i + 1] = digit[v->at[i] & 15];
	}
	json_strn(j, key, text, 2 * n);
}

static uint32_t eve(const struct tx *tx, char *out, uint32_t size)
{
	const struct dht_msg *m = (const struct dht_msg *)tx;
	struct json j = json_of(out, size);

	json_open(&j, "bittorrent_dht");
	hex(&j, "transaction_id", &m->transaction);
	hex(&j, "client_version", &m->client);
	if (m->kind == 'q')
		json_strn(&j, "request_type", m->query.at, m->query.len);
	if (m->kind == 'e') {
		json_open(&j, "error");
		json_u64(&j, "num", m->error_number);
		json_strn(&j, "msg", m->error.at, m->error.len);
		json_close(&j);
	} else if (m->kind) {
		json_open(&j, m->kind == 'q' ? "request" : "response");
		hex(&j, "id", &m->id);
		hex(&j, "target", &m->target);
		hex(&j, "info_hash", &m->info_hash);
		hex(&j, "token", &m->token);
		if (m->has_port)
			json_u64(&j, "port", m->port);
		json_close(&j);
	}
	json_close(&j);
	return json_ok(&j) ? (uint32_t)j.len : 0;
}

const struct protocol protocol_bittorrent_dht = {
	.name = "bittorrent-dht",
	.over = PROTO_OVER_UDP,
	.events = events,
	.done = {1, 1},
	.probe = probe,
	.data = data,
	.eve = eve,
};
