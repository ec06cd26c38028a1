// SPDX-License-Identifier: Apache-2.0
/* QUIC (RFC 9000, 9001, 9369): the hellos inside Initial packets, which are protected with keys
 * that anybody can make. Everything after them is left alone. A hello is a transaction; of versions
 * that cannot be opened there is one that has the version only. */
#include "proto/quic_crypto.h"
#include "proto/tls_hello.h"

#include "base/bytes.h"
#include "base/json.h"

#include <stdio.h>

#define PACKET_MAX   1500u
#define CRYPTO_MAX   (16u << 10) /* bytes of a hello */
#define RANGES       32u         /* pieces of a hello out of order */
#define OPENED_MAX   16u         /* Initial packets of a side that are opened */
#define DATAGRAM_MIN 1200u       /* of a client's first (RFC 9000 14.1) */
#define V2           0x6b3343cfu

enum { EVENT_failed_decrypt, EVENT_error_on_data, EVENT_crypto_long /* never set */ };
static const char *const events[] = {"failed_decrypt", "error_on_data", "crypto_frag_too_long", NULL};

enum { F_version, F_sni, F_ja3, F_ja3_text, F_ja3s, F_ja3s_text, F_ja4, F_alpn };
#define CLIENT 1
#define SERVER 2
static const struct field fields[] = {
	{"quic.version", FIELD_bytes, CLIENT | SERVER, {1, 1}, false, "version"},
	{"quic.sni", FIELD_bytes, CLIENT, {1, 1}, false, "server name of the hello"},
	{"ja3.hash", FIELD_bytes, CLIENT, {1, 1}, false, "JA3 of the client hello"},
	{"ja3.string", FIELD_bytes, CLIENT, {1, 1}, false, "text that JA3 hashes"},
	{"ja3s.hash", FIELD_bytes, SERVER, {1, 1}, false, "JA3S of the server hello"},
	{"ja3s.string", FIELD_bytes, SERVER, {1, 1}, false, "text that JA3S hashes"},
	{"ja4.hash", FIELD_bytes, CLIENT, {1, 1}, false, "JA4 of the client hello"},
	{"tls.alpn", FIELD_bytes, CLIENT, {1, 1}, true, "application protocols"},
	{0},
};

struct quic_tx {
	struct tx tx;
	char version[12];
	uint8_t version_bytes[4];
	uint8_t odd; /* bits of events */
	struct tls_hello hello;
};

struct range {
	uint16_t from, to;
};

struct quic_side {
	struct proto_bytes crypto; /* of its whole length once the first piece has come */
	struct range have[RANGES];
	uint8_t ranges, opened;
	bool done;
};

struct quic_state {
	struct quic_keys keys[2];
	uint32_t version;
	bool keyed, told;
	struct quic_side side[2];
	char sni[FACT_WORD_MAX];
};

static uint64_t varint(struct bytes *b)
{
	uint64_t v = bytes_u8(b);
	unsigned more = (1u << (v >> 6)) - 1;

	for (v &= 0x3f; more; more--)
		v = v << 8 | bytes_u8(b);
	return v;
}

/* [from, to) is there now; ranges stay sorted and apart. False: too many pieces. */
static bool have(struct quic_side *s, uint32_t from, uint32_t to)
{
	unsigned i = 0, last;

	while (i < s->ranges && s->have[i].to < from)
		i++;
	for (last = i; last < s->ranges && s->have[last].from <= to; last++) {
		from = s->have[last].from < from ? s->have[last].from : from;
		to = s->have[last].to > to ? s->have[last].to : to;
	}
	if (last == i) {
		if (s->ranges == RANGES)
			return false;
		memmove(&s->have[i + 1], &s->have[i], (s->ranges - i) * sizeof(s->have[0]));
		s->ranges++;
	} else {
		memmove(&s->have[i + 1], &s->have[last], (s->ranges - last) * sizeof(s->have[0]));
		s->ranges = (uint8_t)(s->ranges - (last - i - 1));
	}
	s->have[i] = (struct range){(uint16_t)from, (uint16_t)to};
	return true;
}

static void crypto(struct proto_call *c, uint64_t offset, struct bytes b)
{
	struct quic_side *s = &((struct quic_state *)c->state)->side[c->dir];
	static const uint8_t zeroes[256];
	uint32_t n = (uint32_t)bytes_left(&b);

	if (offset > CRYPTO_MAX || offset + n > CRYPTO_MAX || n == 0)
		return;
	while (s->crypto.len < offset + n) {
		uint32_t more = (uint32_t)(offset + n) - s->crypto.len;

		if (!proto_append(proto_mem_of(c), &s->crypto, zeroes, more < 256 ? more : 256,
				  CRYPTO_MAX))
			return;
	}
	if (have(s, (uint32_t)offset, (uint32_t)offset + n))
		memcpy(s->crypto.at + offset, b.at, n);
}

/* Frames of an Initial packet (RFC 9000 12.4); false: one that does not belong there. */
static bool frames(struct proto_call *c, const uint8_t *p, uint32_t n)
{
	struct bytes b = bytes_of(p, n);

	while (bytes_left(&b) && bytes_ok(&b)) {
		uint8_t type = bytes_u8(&b);
		uint64_t count;

		switch (type) {
		case 0: /* padding */
		case 1: /* ping */
			break;
		case 2: /* acknowledgements, with congestion marks */
		case 3:
			varint(&b);
			varint(&b);
			count = varint(&b);
			varint(&b);
			for (; count && bytes_ok(&b); count--) {
				varint(&b);
				varint(&b);
			}
			for (unsigned i = 0; type == 3 && i < 3; i++)
				varint(&b);
			break;
		case 6: {
			uint64_t offset = varint(&b), len = varint(&b);
			struct bytes body = bytes_take(&b, len);
			if (bytes_ok(&body))
				crypto(c, offset, body);
			break;
		}
		default:
			return false;
		}
	}
	return true;
}

static void tell_fact(struct proto_call *c, const struct tls_hello *h, bool server)
{
	struct quic_state *s = c->state;
	struct fact_tls f = {.version = h->version, .server = server};
	char alpn[FACT_WORD_MAX] = "";
	struct view_of_bytes v;

	if (!server)
		proto_text(h->sni.at, h->sni.len, s->sni, sizeof(s->sni));
	if (tls_alpn(h->alpn, 0, &v))
		proto_text(v.at, v.len, alpn, sizeof(alpn));
	proto_fact(c, FACT_tls, &f, sizeof(f),
		   (const char *[]){s->sni, alpn, h->ja3_hash, server ? "" : h->ja4, "", ""}, 6);
}

static void transaction(struct proto_call *c, struct quic_tx *t)
{
	struct quic_state *s = c->state;
	uint32_t v = s->version;

	if (v >> 24 == 'Q')
		snprintf(t->version, sizeof(t->version), "Q%c%c%c", (char)(v >> 16), (char)(v >> 8),
			 (char)v);
	else
		snprintf(t->version, sizeof(t->version), "%s%x", v == V2 ? "v" : "", v == V2 ? 2 : v);
	for (unsigned i = 0; i < 4; i++)
		t->version_bytes[i] = (uint8_t)(v >> (24 - 8 * i));
	proto_tx_init(c, &t->tx);
	t->tx.events = t->odd;
	proto_progress(c, &t->tx, c->dir, 1);
	proto_tx_end(c, &t->tx);
}

/* Whether the hello of this side is whole now. */
static void hello(struct proto_call *c)
{
	struct quic_side *s = &((struct quic_state *)c->state)->side[c->dir];
	const uint8_t *p = s->crypto.at;
	struct quic_tx t = {.odd = 0};
	bool server = c->dir == FLOW_to_client;

	if (!s->ranges || s->have[0].from != 0 || s->have[0].to < 4)
		return;
	uint32_t len = (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
	if (p[0] != (server ? 2 : 1) || len > CRYPTO_MAX - 4) {
		s->done = true;
	} else if (s->have[0].to >= len + 4) {
		s->done = true;
		if (server ? tls_server_hello(p + 4, len, &t.hello)
			   : tls_client_hello(p + 4, len, true, &t.hello)) {
			tell_fact(c, &t.hello, server);
			transaction(c, &t);
		}
	}
	if (s->done)
		proto_drop(proto_mem_of(c), &s->crypto);
}

/* A transaction that says nothing else. */
static void odd(struct proto_call *c, unsigned event)
{
	static const uint8_t nothing[1];
	struct quic_tx t = {.hello = {.sni = {nothing, 0}, .alpn = {nothing, 0}}, .odd = 1u << event};

	transaction(c, &t);
}

/* An Initial packet of `n` bytes at p, its number at `pn`. */
static void initial(struct proto_call *c, const uint8_t *p, uint32_t pn, uint32_t n,
		    struct view_of_bytes dcid)
{
	struct quic_state *s = c->state;
	uint8_t copy[PACKET_MAX], out[PACKET_MAX];
	uint32_t len = 0;

	if (n > PACKET_MAX || s->side[c->dir].opened >= OPENED_MAX)
		return;
	s->side[c->dir].opened++;
	if (s->keyed) {
		memcpy(copy, p, n);
		len = quic_open(&s->keys[c->dir], copy, pn, n, out);
	}
	if (!len && c->dir == FLOW_to_server) { /* the first, or the first after a Retry */
		struct quic_keys keys[2];

		if (!quic_keys(s->version, dcid.at, dcid.len, keys))
			return;
		memcpy(copy, p, n);
		len = quic_open(&keys[0], copy, pn, n, out);
		if (len) {
			memcpy(s->keys, keys, sizeof(keys));
			s->keyed = true;
		}
	}
	if (len && frames(c, out, len))
		hello(c);
	else if (s->keyed || c->dir == FLOW_to_server)
		odd(c, len ? EVENT_error_on_data : EVENT_failed_decrypt);
}

static void unknown_version(struct proto_call *c)
{
	struct quic_state *s = c->state;
	static const uint8_t nothing[1];
	struct quic_tx t = {.hello = {.sni = {nothing, 0}, .alpn = {nothing, 0}}};

	if (s->told)
		return;
	s->told = true;
	transaction(c, &t);
}

/* One packet with a long header; returns its length, 0: the rest of the datagram is not looked at.
 */
static uint32_t long_packet(struct proto_call *c, const uint8_t *p, uint32_t n)
{
	struct quic_state *s = c->state;
	struct bytes b = bytes_of(p, n);
	uint8_t first = bytes_u8(&b);
	uint32_t version = bytes_be32(&b);
	struct bytes dcid = bytes_take(&b, bytes_u8(&b));
	struct bytes scid = bytes_take(&b, bytes_u8(&b));
	if (!bytes_ok(&scid) || version == 0 || bytes_left(&dcid) > 20)
		return 0;
	s->version = version;
	if (!quic_version_known(version)) {
		unknown_version(c);
		return 0;
	}
	unsigned type = (first >> 4 & 3);
	if (version == V2)
		type = (type + 3) & 3; /* 1, 2, 3, 0 are what 0, 1, 2, 3 were */
	if (type == 3)                 /* Retry: it has no length */
		return 0;
	if (type == 0)
		bytes_take(&b, varint(&b)); /* token */
	uint64_t len = varint(&b);
	uint32_t pn = (uint32_t)(b.at - p);
	bytes_take(&b, len);
	if (!bytes_ok(&b))
		return 0;
	if (type == 0 && !s->side[c->dir].done)
		initial(c, p, pn, pn + (uint32_t)len,
			(struct view_of_bytes){dcid.at, (uint32_t)bytes_left(&dcid)});
	return pn + (uint32_t)len;
}

static void data(struct proto_call *c, const uint8_t *p, uint32_t n)
{
	struct quic_state *s = c->state;

	if (s->side[c->dir].done)
		return;
	for (unsigned i = 0; i < 8 && n && p[0] & 0x80; i++) {
		uint32_t used = long_packet(c, p, n);

		if (!used)
			return;
		p += used;
		n -= used;
	}
}

static void end(struct proto_call *c)
{
	struct quic_state *s = c->state;

	proto_drop(proto_mem_of(c), &s->side[0].crypto);
	proto_drop(proto_mem_of(c), &s->side[1].crypto);
}

static enum probe probe(const uint8_t *p, uint32_t n, uint8_t dir, const struct flow *f,
			bool midstream)
{
	bool usual = f->server_port == 443 || f->server_port == 80 || f->server_port == 8443;

	(void)midstream;
	if (n < 7 || (p[0] & 0xc0) != 0xc0 || p[5] > 20 || 6u + p[5] >= n || p[6 + p[5]] > 20)
		return PROBE_no;
	uint32_t version = (uint32_t)p[1] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 8 | p[4];
	bool known = version == 1 || version == V2 || version >> 8 == 0xff0000;
	if (version >> 24 == 'Q' || version >> 24 == 'T')
		known = usual;
	if (!known)
		return PROBE_no;
	return usual || (dir == FLOW_to_server && n >= DATAGRAM_MIN && p[5] >= 8) ? PROBE_yes
										  : PROBE_no;
}

static bool text(const char *s, unsigned i, struct view_of_bytes *out)
{
	*out = (struct view_of_bytes){(const uint8_t *)s, (uint32_t)strlen(s)};
	return i == 0 && out->len;
}

static bool bytes(const struct tx *tx, unsigned f, unsigned i, uint8_t dir,
		  struct view_of_bytes *out)
{
	const struct quic_tx *t = (const struct quic_tx *)tx;

	(void)dir;
	switch (f) {
	case F_version:
		*out = (struct view_of_bytes){t->version_bytes, 4}; /* as they stand on the wire */
		return i == 0;
	case F_sni:
		*out = t->hello.sni;
		return i == 0 && out->len;
	case F_ja3:
	case F_ja3s:
		return text(t->hello.ja3_hash, i, out);
	case F_ja3_text:
	case F_ja3s_text:
		return text(t->hello.ja3, i, out);
	case F_ja4:
		return text(t->hello.ja4, i, out);
	default:
		return tls_alpn(t->hello.alpn, i, out);
	}
}

static uint32_t eve(const struct tx *tx, char *out, uint32_t size)
{
	const struct quic_tx *t = (const struct quic_tx *)tx;
	struct json j = json_of(out, size);

	json_open(&j, "quic");
	json_str(&j, "version", t->version);
	if (t->hello.sni.len)
		json_strn(&j, "sni", t->hello.sni.at, t->hello.sni.len);
	if (t->hello.ja3_hash[0]) {
		json_open(&j, t->hello.ja4[0] ? "ja3" : "ja3s");
		json_str(&j, "hash", t->hello.ja3_hash);
		json_str(&j, "string", t->hello.ja3);
		json_close(&j);
	}
	if (t->hello.ja4[0])
		json_str(&j, "ja4", t->hello.ja4);
	json_close(&j);
	return json_ok(&j) ? (uint32_t)j.len : 0;
}

static const uint16_t ports[] = {443, 80, 8443, 0};

const struct protocol protocol_quic = {
	.name = "quic",
	.over = PROTO_OVER_UDP,
	.ports = ports,
	.state_size = sizeof(struct quic_state),
	.fields = fields,
	.events = events,
	.done = {1, 1},
	.probe = probe,
	.data = data,
	.end = end,
	.bytes = bytes,
	.eve = eve,
};
