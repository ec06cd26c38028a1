// SPDX-License-Identifier: Apache-2.0
/* The messages of a handshake into the transaction, facts and events. */
#include "proto/tls.h"

#include "base/bytes.h"
#include "base/hash.h"

#define MSG_client_hello 1
#define MSG_server_hello 2
#define MSG_certificate  11
#define MSG_server_keyx  12
#define MSG_client_keyx  16
#define MSG_LAST         25 /* above it nothing is assigned but 254 */
#define MSG_message_hash 254
#define TEXT_MAX         (16u << 10)

static const uint8_t hello_retry[8] = {0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11};

static void keep(struct proto_call *c, struct tls_tx *t, enum tls_part part, const void *p,
		 uint32_t n)
{
	uint32_t at = t->text.len;

	if (n == 0 || t->part[part].len || !proto_append(proto_mem_of(c), &t->text, p, n, TEXT_MAX))
		return;
	t->part[part].at = at;
	t->part[part].len = n;
}

/* The protocols of a list as "h2,http/1.1". */
static const char *alpn_text(struct view_of_bytes list, char *out, uint32_t size)
{
	struct view_of_bytes v;
	uint32_t n = 0;

	out[0] = '\0';
	for (unsigned i = 0; tls_alpn(list, i, &v) && n + v.len + 2 < size; i++) {
		if (i)
			out[n++] = ',';
		proto_text(v.at, v.len, out + n, size - n);
		n += v.len;
	}
	return out;
}

static const char *part_text(const struct tls_tx *t, enum tls_part part, char *out)
{
	struct view_of_bytes v = tls_part(t, part);

	return proto_text(v.at, v.len, out, FACT_WORD_MAX);
}

void tls_client_says(struct proto_call *c, struct tls_tx *t, const struct tls_hello *h)
{
	char sni[FACT_WORD_MAX], alpn[FACT_WORD_MAX];
	struct fact_tls f = {.version = h->version};

	t->version[0] = h->version;
	t->state[0] |= TLS_STATE_client_hello;
	if (h->random.len == sizeof(t->random[0])) {
		memcpy(t->random[0], h->random.at, sizeof(t->random[0]));
		t->has_random[0] = true;
	}
	memcpy(t->ja3, h->ja3_hash, sizeof(t->ja3));
	memcpy(t->ja4, h->ja4, sizeof(t->ja4));
	keep(c, t, TLS_sni, h->sni.at, h->sni.len);
	keep(c, t, TLS_alpn, h->alpn.at, h->alpn.len);
	keep(c, t, TLS_ja3, h->ja3, (uint32_t)strlen(h->ja3));
	if (h->many_sni)
		proto_event(&t->tx, TLS_EVENT_sni_many);
	if (h->bad_sni_type)
		proto_event(&t->tx, TLS_EVENT_sni_type);
	if (h->bad_sni_length)
		proto_event(&t->tx, TLS_EVENT_sni_length);
	proto_fact(c, FACT_tls, &f, sizeof(f),
		   (const char *[]){proto_text(h->sni.at, h->sni.len, sni, sizeof(sni)),
				    alpn_text(h->alpn, alpn, sizeof(alpn)), t->ja3, t->ja4, "", ""},
		   6);
	proto_progress(c, &t->tx, FLOW_to_server, TLS_CLIENT_HELLO);
}

static void client_hello(struct proto_call *c, struct tls_tx *t, const uint8_t *p, uint32_t n)
{
	struct tls_hello h;

	if (t->state[0] & TLS_STATE_client_hello)
		return; /* the second, after a retry */
	if (!tls_client_hello(p, n, false, &h)) {
		proto_event(&t->tx, TLS_EVENT_handshake);
		proto_event(&t->tx, TLS_EVENT_handshake_length);
		proto_progress(c, &t->tx, FLOW_to_server, TLS_CLIENT_HELLO);
		return;
	}
	/* What a resumed session is known by waits in the server's place for the answer. */
	if (h.session.len)
		t->resumed = true;
	uint8_t digest[32] = {0};
	memcpy(digest, h.session.at, h.session.len < 32 ? h.session.len : 32);
	memcpy(t->random[1], digest, sizeof(digest));
	tls_client_says(c, t, &h);
}

static void server_hello(struct proto_call *c, struct tls_tx *t, const uint8_t *p, uint32_t n)
{
	struct tls_hello h;

	if (t->state[1] & TLS_STATE_server_hello)
		return;
	if (!tls_server_hello(p, n, &h)) {
		proto_event(&t->tx, TLS_EVENT_handshake);
		proto_event(&t->tx, TLS_EVENT_handshake_length);
		proto_progress(c, &t->tx, FLOW_to_client, TLS_SERVER_HELLO);
		return;
	}
	if (h.random.len >= 8 && memcmp(h.random.at, hello_retry, 8) == 0)
		return; /* the hello proper follows */
	t->state[1] |= TLS_STATE_server_hello;
	t->version[1] = h.version;
	t->resumed = t->resumed && h.version < TLS_1_3 && h.session.len && h.session.len <= 32 &&
		     memcmp(t->random[1], h.session.at, h.session.len) == 0;
	memcpy(t->random[1], h.random.at, sizeof(t->random[1]));
	t->has_random[1] = true;
	memcpy(t->ja3s, h.ja3_hash, sizeof(t->ja3s));
	keep(c, t, TLS_ja3s, h.ja3, (uint32_t)strlen(h.ja3));
	keep(c, t, TLS_alpn_chosen, h.alpn.at, h.alpn.len);
	proto_progress(c, &t->tx, FLOW_to_client, TLS_SERVER_HELLO);
}

void tls_tell_server(struct proto_call *c, struct tls_tx *t)
{
	char word[TLS_parts][FACT_WORD_MAX];
	struct fact_tls f = {.version = t->version[1],
			     .server = 1,
			     .self_signed = t->self_signed,
			     .resumed = t->resumed,
			     .not_before = t->not_before,
			     .not_after = t->not_after};

	proto_fact(c, FACT_tls, &f, sizeof(f),
		   (const char *[]){part_text(t, TLS_sni, word[0]),
				    alpn_text(tls_part(t, TLS_alpn_chosen), word[1], FACT_WORD_MAX),
				    t->ja3s, "", part_text(t, TLS_subject, word[2]),
				    part_text(t, TLS_issuer, word[3])},
		   6);
}

static void cert_event(struct tls_tx *t, enum tls_cert_fault fault)
{
	static const uint8_t events[] = {
		[CERT_invalid] = TLS_EVENT_certificate,
		[CERT_length] = TLS_EVENT_cert_length,
		[CERT_version] = TLS_EVENT_cert_version,
		[CERT_serial] = TLS_EVENT_cert_serial,
		[CERT_algorithm] = TLS_EVENT_cert_algorithm,
		[CERT_name] = TLS_EVENT_cert_name,
		[CERT_date] = TLS_EVENT_cert_date,
		[CERT_extensions] = TLS_EVENT_cert_extensions,
		[CERT_der] = TLS_EVENT_cert_der,
	};

	proto_event(&t->tx, events[fault]);
}

static void leaf(struct proto_call *c, struct tls_tx *t, const uint8_t *p, uint32_t n)
{
	char text[TLS_NAME_MAX];
	struct tls_cert cert;
	uint8_t digest[20];
	enum tls_cert_fault fault = tls_cert_read(p, n, &cert);

	if (fault != CERT_fine) {
		cert_event(t, fault);
		return;
	}
	t->has_cert = true;
	t->not_before = cert.not_before;
	t->not_after = cert.not_after;
	t->self_signed = cert.subject.len == cert.issuer.len &&
			 memcmp(cert.subject.at, cert.issuer.at, cert.subject.len) == 0;
	t->alt.at = (uint32_t)(cert.alt.at - p) + t->cert[0].at;
	t->alt.len = cert.alt.len;
	if (tls_cert_name_cut(cert.subject))
		proto_event(&t->tx, TLS_EVENT_cert_subject);
	if (tls_cert_name_cut(cert.issuer))
		proto_event(&t->tx, TLS_EVENT_cert_issuer);
	keep(c, t, TLS_subject, text, tls_cert_name(cert.subject, text, sizeof(text)));
	keep(c, t, TLS_issuer, text, tls_cert_name(cert.issuer, text, sizeof(text)));
	keep(c, t, TLS_serial, text,
	     tls_cert_hex(cert.serial.at, cert.serial.len, true, text, sizeof(text)));
	hash_sha1(p, n, digest);
	keep(c, t, TLS_fingerprint, text,
	     tls_cert_hex(digest, sizeof(digest), false, text, sizeof(text)));
}

static uint32_t be24(struct bytes *b)
{
	uint32_t hi = bytes_u8(b);

	return hi << 16 | bytes_be16(b);
}

static void certificates(struct proto_call *c, struct tls_tx *t, const uint8_t *p, uint32_t n)
{
	struct bytes b = bytes_of(p, n);
	struct bytes list = bytes_take(&b, be24(&b));
	bool bad = !bytes_ok(&list);

	if (t->certs || t->has_cert)
		return;
	while (!bad && bytes_left(&list)) {
		struct bytes one = bytes_take(&list, be24(&list));

		if (!bytes_ok(&one)) {
			bad = true;
			break;
		}
		if (t->certs < TLS_CERTS) {
			t->cert[t->certs].at = (uint32_t)(one.at - p);
			t->cert[t->certs].len = (uint32_t)bytes_left(&one);
		}
		t->certs++;
		if (t->certs == 1)
			leaf(c, t, one.at, (uint32_t)bytes_left(&one));
	}
	if (bad) {
		proto_event(&t->tx, TLS_EVENT_handshake);
		proto_event(&t->tx, TLS_EVENT_handshake_length);
		proto_event(&t->tx, TLS_EVENT_certificate);
	}
	if (!proto_append(proto_mem_of(c), &t->chain, p, n, PROTO_MEM_MAX))
		t->alt.len = 0;
	tls_tell_server(c, t);
	proto_progress(c, &t->tx, FLOW_to_client, TLS_SERVER_CERT);
	proto_drop(proto_mem_of(c), &t->chain);
	t->alt.len = 0;
}

void tls_message(struct proto_call *c, struct tls_tx *t, uint8_t type, const uint8_t *p, uint32_t n)
{
	bool client = c->dir == FLOW_to_server;

	if (type == MSG_client_hello && client)
		client_hello(c, t, p, n);
	else if (type == MSG_server_hello && !client)
		server_hello(c, t, p, n);
	else if (type == MSG_certificate && !client)
		certificates(c, t, p, n);
	else if (type == MSG_server_keyx && !client)
		t->state[1] |= TLS_STATE_server_keyx;
	else if (type == MSG_client_keyx && client)
		t->state[0] |= TLS_STATE_client_keyx;
}
