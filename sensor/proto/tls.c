// SPDX-License-Identifier: Apache-2.0
/* TLS 1.0 to 1.3, SSL 3 and hellos of SSL 2 (RFC 8446 5, RFC 5246 6, RFC 6101 E). One transaction a
 * connection: what the handshake says in clear. When a direction begins to encrypt it is not wanted
 * any more: neither kept nor scanned. */
#include "proto/frame.h"
#include "proto/tls.h"

#include "base/bytes.h"

#define RECORD_HEAD    5u
#define RECORD_MAX     ((16u << 10) + 2048)
#define HEARTBEAT_HEAD 8u /* the record's, type and length */
#define SSL2_HEAD      11u
#define SHAKE_HEAD     4u
#define SHAKE_LAST     25u /* type; above it nothing is assigned but: */
#define SHAKE_hash     254u
#define SHAKE_MAX      (128u << 10) /* bytes of a handshake message that are kept */

enum { RECORD_change = 20, RECORD_alert, RECORD_handshake, RECORD_data, RECORD_heartbeat };

static const char *const events[] = {
	"invalid_sslv2_header",
	"invalid_tls_header",
	"invalid_record_version",
	"invalid_record_type",
	"invalid_record_length",
	"invalid_handshake_message",
	"handshake_invalid_length",
	"heartbeat_message",
	"invalid_heartbeat_message",
	"overflow_heartbeat_message",
	"dataleak_heartbeat_mismatch",
	"multiple_sni_extensions",
	"invalid_sni_type",
	"invalid_sni_length",
	"too_many_records_in_packet",
	"invalid_certificate",
	"certificate_missing_element",
	"certificate_unknown_element",
	"certificate_invalid_length",
	"certificate_invalid_version",
	"certificate_invalid_serial",
	"certificate_invalid_algorithmidentifier",
	"certificate_invalid_x509name",
	"certificate_invalid_date",
	"certificate_invalid_extensions",
	"certificate_invalid_der",
	"certificate_invalid_string",
	"error_message_encountered",
	"invalid_ssl_record",
	"certificate_invalid_subject",
	"certificate_invalid_issuer",
	"certificate_invalid_validity",
	NULL,
};

enum {
	F_sni,
	F_alpn,
	F_subject,
	F_issuer,
	F_serial,
	F_fingerprint,
	F_certs,
	F_alt,
	F_random,
	F_random_time,
	F_random_bytes,
	F_ja3,
	F_ja3_text,
	F_ja3s,
	F_ja3s_text,
	F_ja4,
	F_version,
	F_chain,
	F_not_before,
	F_not_after,
	F_state
};
#define CLIENT 1
#define SERVER 2
#define AT_HELLO                                                                                   \
	{                                                                                          \
		TLS_CLIENT_HELLO, TLS_SERVER_HELLO                                                 \
	}
#define AT_CERT                                                                                    \
	{                                                                                          \
		TLS_CLIENT_HELLO, TLS_SERVER_CERT                                                  \
	}
#define AT_DONE                                                                                    \
	{                                                                                          \
		TLS_CLIENT_DONE, TLS_SERVER_DONE                                                   \
	}
static const struct field fields[] = {
	{"tls.sni", FIELD_bytes, CLIENT, AT_HELLO, false, "server name of the client hello"},
	{"tls.alpn", FIELD_bytes, CLIENT | SERVER, AT_HELLO, true, "application protocols"},
	{"tls.cert_subject", FIELD_bytes, SERVER, AT_CERT, false, "subject of the certificate"},
	{"tls.cert_issuer", FIELD_bytes, SERVER, AT_CERT, false, "issuer of the certificate"},
	{"tls.cert_serial", FIELD_bytes, SERVER, AT_CERT, false, "serial number"},
	{"tls.cert_fingerprint", FIELD_bytes, SERVER, AT_CERT, false, "SHA-1 of the certificate"},
	{"tls.certs", FIELD_bytes, SERVER, AT_CERT, true, "each certificate, DER"},
	{"tls.subjectaltname", FIELD_bytes, SERVER, AT_CERT, true, "alternative names"},
	{"tls.random", FIELD_bytes, CLIENT | SERVER, AT_HELLO, false, "random of the hello"},
	{"tls.random_time", FIELD_bytes, CLIENT | SERVER, AT_HELLO, false, "its first 4 bytes"},
	{"tls.random_bytes", FIELD_bytes, CLIENT | SERVER, AT_HELLO, false, "its last 28 bytes"},
	{"ja3.hash", FIELD_bytes, CLIENT, AT_HELLO, false, "JA3 of the client hello"},
	{"ja3.string", FIELD_bytes, CLIENT, AT_HELLO, false, "text that JA3 hashes"},
	{"ja3s.hash", FIELD_bytes, SERVER, AT_HELLO, false, "JA3S of the server hello"},
	{"ja3s.string", FIELD_bytes, SERVER, AT_HELLO, false, "text that JA3S hashes"},
	{"ja4.hash", FIELD_bytes, CLIENT, AT_HELLO, false, "JA4 of the client hello"},
	{"tls.version", FIELD_number, CLIENT | SERVER, AT_HELLO, false, "version of the hello"},
	{"tls.cert_chain_len", FIELD_number, SERVER, AT_CERT, false, "certificates in the chain"},
	{"tls_cert_notbefore", FIELD_number, SERVER, AT_CERT, false, "s since 1970"},
	{"tls_cert_notafter", FIELD_number, SERVER, AT_CERT, false, "s since 1970"},
	{"ssl_state", FIELD_number, CLIENT | SERVER, AT_DONE, false, "messages seen, as bits"},
	{0},
};

struct tls_half {
	struct proto_bytes shake; /* a handshake message that is not whole yet */
	uint32_t left;            /* bytes of the record at hand */
	uint32_t skip;            /* of a handshake message too long to be kept */
	uint8_t head[SSL2_HEAD];
	uint8_t head_n, type;
	bool modern; /* has had a record of SSL 3 or TLS */
	bool over;   /* nothing more is read of this direction */
	bool told;   /* its handshake is at its end: the transaction has all of it */
	bool sealed; /* it encrypts */
};

struct tls_state {
	struct tls_tx t;
	struct tls_half half[2];
	bool begun, ended, server_told;
};

/* The transaction has all that this direction says in the clear. */
static void told(struct proto_call *c)
{
	struct tls_state *s = c->state;
	struct tls_half *h = &s->half[c->dir];

	if (h->told)
		return;
	h->told = true;
	if (c->dir == FLOW_to_client && !s->t.certs && s->t.state[1])
		tls_tell_server(c, &s->t);
	proto_drop(proto_mem_of(c), &h->shake);
	proto_progress(c, &s->t.tx, c->dir, c->protocol->done[c->dir]);
	if (s->half[!c->dir].told && !s->ended) {
		s->ended = true;
		proto_tx_end(c, &s->t.tx);
		proto_drop(proto_mem_of(c), &s->t.text);
		memset(s->t.part, 0, sizeof(s->t.part));
	}
}

static void done(struct proto_call *c)
{
	struct tls_state *s = c->state;
	struct tls_half *h = &s->half[c->dir];

	if (h->over)
		return;
	told(c);
	h->over = true;
	proto_quit(c, c->dir);
}

/* What is not TLS after all: nothing more is read here. */
static void lost(struct proto_call *c, enum tls_event event)
{
	struct tls_state *s = c->state;
	struct tls_half *h = &s->half[c->dir];

	if (h->told) { /* as may be: it encrypts */
		done(c);
		return;
	}
	proto_event(&s->t.tx, event);
	proto_event(&s->t.tx, TLS_EVENT_record);
	h->over = h->told = true;
	proto_progress(c, &s->t.tx, c->dir, c->protocol->done[c->dir]);
}

/* Whole messages in p; returns the bytes used. */
static uint32_t messages(struct proto_call *c, const uint8_t *p, uint32_t n)
{
	struct tls_state *s = c->state;
	uint32_t at = 0;

	while (n - at >= SHAKE_HEAD) {
		uint32_t len = (uint32_t)(p[at + 1] << 16 | p[at + 2] << 8 | p[at + 3]);

		if (p[at] > SHAKE_LAST && p[at] != SHAKE_hash) {
			proto_event(&s->t.tx, TLS_EVENT_handshake);
			s->half[c->dir].over = s->half[c->dir].told = true;
			return n;
		}
		if (len > SHAKE_MAX - SHAKE_HEAD) {
			proto_event(&s->t.tx, TLS_EVENT_handshake_length);
			s->half[c->dir].skip = len + SHAKE_HEAD;
			break;
		}
		if (n - at - SHAKE_HEAD < len)
			break;
		tls_message(c, &s->t, p[at], p + at + SHAKE_HEAD, len);
		at += SHAKE_HEAD + len;
	}
	return at;
}

static void handshake(struct proto_call *c, const uint8_t *p, uint32_t n)
{
	struct tls_state *s = c->state;
	struct tls_half *h = &s->half[c->dir];

	while (n) {
		if (h->skip) {
			uint32_t k = h->skip < n ? h->skip : n;
			h->skip -= k;
			p += k;
			n -= k;
			continue;
		}
		if (h->shake.len == 0) {
			uint32_t used = messages(c, p, n);
			p += used;
			n -= used;
			if (h->skip || n == 0)
				continue;
		}
		if (!proto_append(proto_mem_of(c), &h->shake, p, n, SHAKE_MAX + RECORD_MAX)) {
			proto_drop(proto_mem_of(c), &h->shake);
			h->over = h->told = true;
			return;
		}
		proto_consume(&h->shake, messages(c, h->shake.at, h->shake.len));
		if (h->skip) { /* of what has been gathered, too */
			h->skip -= h->shake.len < h->skip ? h->shake.len : h->skip;
			h->shake.len = 0;
		}
		if (h->shake.len == 0)
			proto_drop(proto_mem_of(c), &h->shake);
		n = 0;
	}
}

/* The head of an SSL 2 record: hellos are read as far as it goes. */
static void ssl2(struct proto_call *c, const uint8_t *p)
{
	struct tls_state *s = c->state;
	struct tls_half *h = &s->half[c->dir];
	uint32_t len = (uint32_t)((p[0] & 0x7f) << 8 | p[1]);

	h->left = len > SSL2_HEAD - 2 ? len - (SSL2_HEAD - 2) : 0;
	h->type = 0;
	if (c->dir == FLOW_to_server && p[2] == 1) {
		struct tls_hello hello = {.random = {p, 0}, .sni = {p, 0}, .alpn = {p, 0}};

		hello.version = (uint16_t)(p[3] << 8 | p[4]);
		if (hello.version != TLS_ssl2 && p[3] != 3) {
			lost(c, TLS_EVENT_sslv2);
			return;
		}
		tls_client_says(c, &s->t, &hello);
	} else if (c->dir == FLOW_to_client && p[2] == 4 && !s->t.state[1]) {
		s->t.state[1] |= TLS_STATE_server_hello;
		s->t.version[1] = TLS_ssl2;
		proto_progress(c, &s->t.tx, c->dir, TLS_SERVER_HELLO);
		done(c);
	} else {
		done(c);
	}
}

static void heartbeat(struct proto_call *c, const uint8_t *head, uint32_t len)
{
	struct tls_state *s = c->state;
	uint32_t payload = (uint32_t)(head[6] << 8 | head[7]);

	if (s->half[c->dir].sealed || s->ended)
		return; /* what stands there for a length is encrypted */
	proto_event(&s->t.tx, TLS_EVENT_heartbeat);
	if (head[5] != 1 && head[5] != 2)
		proto_event(&s->t.tx, TLS_EVENT_heartbeat_bad);
	else if (payload + 3 > len)
		proto_event(&s->t.tx, TLS_EVENT_heartbeat_overflow);
	else if (payload + 3 + 16 > len)
		proto_event(&s->t.tx, TLS_EVENT_heartbeat_bad);
	proto_progress(c, &s->t.tx, c->dir, s->t.tx.progress[c->dir]);
}

/* A record's head is whole. */
static void record(struct proto_call *c)
{
	struct tls_state *s = c->state;
	struct tls_half *h = &s->half[c->dir];
	const uint8_t *p = h->head;
	uint32_t len = (uint32_t)(p[3] << 8 | p[4]);

	h->type = p[0];
	h->left = len - (h->head_n - RECORD_HEAD);
	h->head_n = 0;
	h->modern = true;
	if (len > RECORD_MAX) {
		lost(c, TLS_EVENT_record_length);
		return;
	}
	switch (h->type) {
	/* Rules look at records until data come: a heartbeat that answers with too much, encrypted or
	 * not, is told by its length. So does Suricata. */
	case RECORD_change:
		h->sealed = true;
		told(c);
		break;
	case RECORD_data:
		h->sealed = true;
		if (s->half[!c->dir].sealed)
			proto_sealed(c);
		done(c);
		break;
	case RECORD_heartbeat:
		if (len >= HEARTBEAT_HEAD - RECORD_HEAD)
			heartbeat(c, p, len);
		break;
	default:
		break;
	}
}

/* Bytes of a head, one after the other; false: the direction is over. */
static bool head_byte(struct proto_call *c, uint8_t byte)
{
	struct tls_state *s = c->state;
	struct tls_half *h = &s->half[c->dir];
	const uint8_t *p = h->head;

	h->head[h->head_n++] = byte;
	if (p[0] & 0x80 && !h->modern) {
		if (h->head_n < SSL2_HEAD)
			return true;
		h->head_n = 0;
		ssl2(c, p);
		return !h->over;
	}
	if (h->head_n == 1 && (p[0] < RECORD_change || p[0] > RECORD_heartbeat)) {
		lost(c, TLS_EVENT_record_type);
		return false;
	}
	if (h->head_n == 2 && p[1] != 3) {
		lost(c, TLS_EVENT_record_version);
		return false;
	}
	if (h->head_n < RECORD_HEAD)
		return true;
	uint32_t len = (uint32_t)(p[3] << 8 | p[4]);
	if (p[0] == RECORD_heartbeat && h->head_n < HEARTBEAT_HEAD &&
	    len >= HEARTBEAT_HEAD - RECORD_HEAD)
		return true;
	record(c);
	return !h->over;
}

static void data(struct proto_call *c, const uint8_t *p, uint32_t n)
{
	struct tls_state *s = c->state;
	struct tls_half *h = &s->half[c->dir];

	if (!s->begun) {
		s->begun = true;
		proto_tx_init(c, &s->t.tx);
	}
	while (n && !h->over) {
		if (h->left == 0) {
			if (!head_byte(c, *p))
				break;
			p++;
			n--;
			continue;
		}
		uint32_t k = h->left < n ? h->left : n;
		h->left -= k;
		if (h->type == RECORD_handshake && !h->told)
			handshake(c, p, k);
		p += k;
		n -= k;
	}
}

static void gap(struct proto_call *c, uint64_t missing)
{
	struct tls_state *s = c->state;
	struct tls_half *h = &s->half[c->dir];

	proto_drop(proto_mem_of(c), &h->shake);
	h->skip = 0;
	if (h->type != RECORD_handshake && missing <= h->left && h->head_n == 0)
		h->left -= (uint32_t)missing;
	else if (s->begun)
		done(c); /* where the next record begins nobody knows */
	else
		h->over = h->told = true;
}

static void end(struct proto_call *c)
{
	struct tls_state *s = c->state;

	for (uint8_t dir = 0; dir < 2; dir++)
		proto_drop(proto_mem_of(c), &s->half[dir].shake);
	if (s->begun && !s->ended) {
		if (!s->half[1].told && !s->t.certs && s->t.state[1]) {
			c->dir = FLOW_to_client;
			tls_tell_server(c, &s->t);
		}
		proto_tx_end(c, &s->t.tx);
	}
	proto_drop(proto_mem_of(c), &s->t.text);
	proto_drop(proto_mem_of(c), &s->t.chain);
}

static enum probe probe(const uint8_t *p, uint32_t n, uint8_t dir, const struct flow *f,
			bool midstream)
{
	(void)f;
	if (p[0] & 0x80) { /* SSL 2: a hello's length, type, version, lengths */
		if (n < SSL2_HEAD)
			return n >= 3 && p[2] != 1 ? PROBE_no : PROBE_more;
		uint32_t len = (uint32_t)((p[0] & 0x7f) << 8 | p[1]);
		uint32_t parts =
			(uint32_t)((p[5] << 8 | p[6]) + (p[7] << 8 | p[8]) + (p[9] << 8 | p[10]));
		return dir == FLOW_to_server && p[2] == 1 && len == parts + 9 &&
				       (p[3] == 3 || (p[3] == 0 && p[4] == 2))
			       ? PROBE_yes
			       : PROBE_no;
	}
	if (p[0] != RECORD_handshake &&
	    !(midstream && p[0] >= RECORD_change && p[0] <= RECORD_data))
		return PROBE_no;
	if (n >= 2 && (p[1] != 3))
		return PROBE_no;
	if (n < RECORD_HEAD)
		return PROBE_more;
	return p[2] <= 4 && (p[3] << 8 | p[4]) <= (int)RECORD_MAX ? PROBE_yes : PROBE_no;
}

static bool bytes(const struct tx *tx, unsigned f, unsigned i, uint8_t dir,
		  struct view_of_bytes *out)
{
	static const uint8_t parts[] = {
		[F_sni] = TLS_sni,
		[F_subject] = TLS_subject,
		[F_issuer] = TLS_issuer,
		[F_serial] = TLS_serial,
		[F_fingerprint] = TLS_fingerprint,
		[F_ja3_text] = TLS_ja3,
		[F_ja3s_text] = TLS_ja3s,
	};
	const struct tls_tx *t = (const struct tls_tx *)tx;
	const char *hash = f == F_ja3 ? t->ja3 : f == F_ja3s ? t->ja3s : t->ja4;

	switch (f) {
	case F_alpn:
		return tls_alpn(tls_part(t, dir ? TLS_alpn_chosen : TLS_alpn), i, out);
	case F_certs:
		if (!t->chain.len || i >= TLS_CERTS || i >= t->certs)
			return false;
		*out = (struct view_of_bytes){t->chain.at + t->cert[i].at, t->cert[i].len};
		return true;
	case F_alt:
		return t->alt.len &&
		       tls_cert_alt((struct view_of_bytes){t->chain.at + t->alt.at, t->alt.len}, i,
				    out);
	case F_random:
		*out = (struct view_of_bytes){t->random[dir], 32};
		return t->has_random[dir] && i == 0;
	case F_random_time:
		*out = (struct view_of_bytes){t->random[dir], 4};
		return t->has_random[dir] && i == 0;
	case F_random_bytes:
		*out = (struct view_of_bytes){t->random[dir] + 4, 28};
		return t->has_random[dir] && i == 0;
	case F_ja3:
	case F_ja3s:
	case F_ja4:
		*out = (struct view_of_bytes){(const uint8_t *)hash, (uint32_t)strlen(hash)};
		return out->len && i == 0;
	default:
		*out = tls_part(t, parts[f]);
		return out->len && i == 0;
	}
}

static bool number(const struct tx *tx, unsigned f, unsigned i, uint8_t dir, uint64_t *out)
{
	const struct tls_tx *t = (const struct tls_tx *)tx;

	switch (f) {
	case F_version:
		*out = t->version[dir];
		return t->version[dir] && i == 0;
	case F_chain:
		*out = t->certs;
		return t->certs && i == 0;
	case F_not_before:
		*out = t->not_before;
		return t->has_cert && i == 0;
	case F_not_after:
		*out = t->not_after;
		return t->has_cert && i == 0;
	default:
		*out = t->state[dir] ? t->state[dir] : TLS_STATE_unknown;
		return i == 0;
	}
}

static const uint16_t ports[] = {443, 465, 563, 636, 853, 989, 990, 992, 993, 995, 5061, 8443, 0};

const struct protocol protocol_tls = {
	.name = "tls",
	.over = PROTO_OVER_TCP,
	.ports = ports,
	.state_size = sizeof(struct tls_state),
	.fields = fields,
	.events = events,
	.done = {TLS_CLIENT_DONE, TLS_SERVER_DONE},
	.frames = tls_frames,
	.record = tls_record,
	.probe = probe,
	.data = data,
	.gap = gap,
	.end = end,
	.bytes = bytes,
	.number = number,
	.eve = tls_eve,
};
