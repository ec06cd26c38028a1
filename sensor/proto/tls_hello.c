// SPDX-License-Identifier: Apache-2.0
#include "proto/tls_hello.h"

#include "base/bytes.h"
#include "base/hash.h"

#include <ctype.h>
#include <stdio.h>

#define EXT_sni      0
#define EXT_groups   10
#define EXT_points   11
#define EXT_sig_algs 13
#define EXT_alpn     16
#define EXT_versions 43
#define TLS_ALPN_MAX 64u /* protocols of a list that are looked at */

struct list {
	uint16_t at[TLS_LIST];
	unsigned n;
	bool full;
};

/* What is gathered while the extensions are read. */
struct lists {
	struct list ciphers, exts, groups, points, algs;
	bool supported; /* the versions are those of the extension */
};

static bool grease(uint16_t v) /* RFC 8701: 0x0a0a, 0x1a1a … */
{
	return (v & 0x0f0f) == 0x0a0a && v >> 8 == (v & 0xff);
}

static void put(struct list *l, uint16_t v)
{
	if (grease(v))
		return;
	if (l->n == TLS_LIST)
		l->full = true;
	else
		l->at[l->n++] = v;
}

static void put16(struct list *l, struct bytes b)
{
	while (bytes_left(&b) >= 2)
		put(l, bytes_be16(&b));
}

static struct view_of_bytes view(const struct bytes *b)
{
	return (struct view_of_bytes){b->at, (uint32_t)bytes_left(b)};
}

static void read_sni(struct bytes b, struct tls_hello *h)
{
	if (bytes_left(&b) == 0)
		return; /* a server's: it has taken the name */
	struct bytes names = bytes_take(&b, bytes_be16(&b));
	if (!bytes_ok(&names)) {
		h->bad_sni_length = true;
		return;
	}
	if (bytes_u8(&names) != 0) {
		h->bad_sni_type = bytes_ok(&names);
		return;
	}
	struct bytes name = bytes_take(&names, bytes_be16(&names));
	if (!bytes_ok(&name)) {
		h->bad_sni_length = true;
		return;
	}
	if (h->has_sni) {
		h->many_sni = true;
		return;
	}
	h->has_sni = true;
	h->sni = view(&name);
}

static bool plausible_version(uint16_t v)
{
	return (v >= TLS_ssl3 && v <= TLS_1_3) || v >> 8 == 0x7f || v >> 8 == 0xfb ||
	       v >> 8 == 0xfa;
}

static void read_versions(struct bytes b, struct tls_hello *h, struct lists *l, bool client)
{
	if (!client) {
		uint16_t v = bytes_be16(&b);
		if (bytes_ok(&b))
			h->version = v;
		return;
	}
	struct bytes list = bytes_take(&b, bytes_u8(&b));
	while (bytes_left(&list) >= 2) {
		uint16_t v = bytes_be16(&list);

		if (grease(v) || !plausible_version(v))
			continue;
		if (!l->supported || (v > h->version && v <= TLS_1_3))
			h->version = v;
		l->supported = true;
	}
}

static void read_extension(uint16_t type, struct bytes b, struct tls_hello *h, struct lists *l,
			   bool client)
{
	struct bytes in = b;

	switch (type) {
	case EXT_sni:
		read_sni(b, h);
		break;
	case EXT_alpn:
		in = bytes_take(&b, bytes_be16(&b));
		if (bytes_ok(&in))
			h->alpn = view(&in);
		break;
	case EXT_versions:
		read_versions(b, h, l, client);
		break;
	case EXT_groups:
		put16(&l->groups, bytes_take(&in, bytes_be16(&in)));
		break;
	case EXT_sig_algs:
		put16(&l->algs, bytes_take(&in, bytes_be16(&in)));
		break;
	case EXT_points:
		for (in = bytes_take(&b, bytes_u8(&b)); bytes_left(&in);)
			put(&l->points, bytes_u8(&in));
		break;
	default:
		break;
	}
}

/* False: an extension goes beyond its end. */
static bool read_extensions(struct bytes b, struct tls_hello *h, struct lists *l, bool client)
{
	struct bytes all = bytes_take(&b, bytes_be16(&b));

	while (bytes_ok(&all) && bytes_left(&all)) {
		uint16_t type = bytes_be16(&all);
		struct bytes body = bytes_take(&all, bytes_be16(&all));

		if (!bytes_ok(&body))
			return false;
		put(&l->exts, type);
		read_extension(type, body, h, l, client);
	}
	return bytes_ok(&all);
}

struct text {
	char *at;
	uint32_t n, size;
};

static void put_number(struct text *t, unsigned v)
{
	char digits[10];
	unsigned n = 0;

	do
		digits[n++] = (char)('0' + v % 10);
	while (v /= 10);
	while (n)
		t->at[t->n++] = digits[--n];
}

static void put_list(struct text *t, const struct list *l, bool last)
{
	for (unsigned i = 0; i < l->n && t->n + 8 < t->size; i++) {
		if (i)
			t->at[t->n++] = '-';
		put_number(t, l->at[i]);
	}
	if (!last && t->n + 2 < t->size)
		t->at[t->n++] = ',';
	t->at[t->n] = '\0';
}

static void ja3_end(struct tls_hello *h, const struct text *t, const struct lists *l)
{
	uint8_t digest[16];

	h->ja3_hash[0] = '\0';
	if (t->n + 8 >= t->size || l->ciphers.full || l->exts.full || l->groups.full) {
		h->ja3[0] = '\0';
		return;
	}
	hash_md5(h->ja3, t->n, digest);
	hash_hex(digest, sizeof(digest), h->ja3_hash);
}

static void ja3_client(struct tls_hello *h, const struct lists *l)
{
	struct text t = {h->ja3, 0, sizeof(h->ja3)};

	t.n = (uint32_t)snprintf(t.at, t.size, "%u,", h->legacy);
	put_list(&t, &l->ciphers, false);
	put_list(&t, &l->exts, false);
	put_list(&t, &l->groups, false);
	put_list(&t, &l->points, true);
	ja3_end(h, &t, l);
}

static void ja3_server(struct tls_hello *h, const struct lists *l)
{
	struct text t = {h->ja3, 0, sizeof(h->ja3)};

	t.n = (uint32_t)snprintf(t.at, t.size, "%u,%u,", h->legacy, h->cipher);
	put_list(&t, &l->exts, true);
	ja3_end(h, &t, l);
}

static void sort(struct list *l) /* Shell's, at most TLS_LIST */
{
	for (unsigned gap = TLS_LIST / 2; gap; gap /= 2) {
		for (unsigned i = gap; i < l->n; i++) {
			uint16_t v = l->at[i];
			unsigned k = i;

			for (; k >= gap && l->at[k - gap] > v; k -= gap)
				l->at[k] = l->at[k - gap];
			l->at[k] = v;
		}
	}
}

static void put_hex(struct text *t, const struct list *l)
{
	for (unsigned i = 0; i < l->n && t->n + 6 < t->size; i++) {
		if (i)
			t->at[t->n++] = ',';
		for (int shift = 12; shift >= 0; shift -= 4)
			t->at[t->n++] = "0123456789abcdef"[l->at[i] >> shift & 15];
	}
}

/* First twelve digits of the SHA-256, zeroes for nothing. */
static void ja4_hash(const struct text *t, char *out)
{
	uint8_t digest[32];

	if (t->n == 0) {
		memset(out, '0', 12);
		return;
	}
	char hex[13];
	hash_sha256(t->at, t->n, digest);
	hash_hex(digest, 6, hex);
	memcpy(out, hex, 12);
}

static const char *ja4_version(uint16_t v)
{
	switch (v) {
	case TLS_ssl2:
		return "s2";
	case TLS_ssl3:
		return "s3";
	case TLS_1_0:
		return "10";
	case TLS_1_1:
		return "11";
	case TLS_1_2:
		return "12";
	case TLS_1_3:
		return "13";
	default:
		return "00";
	}
}

/* First and last sign of the first protocol; of bytes that are none, their hex digits. */
static void ja4_alpn(const struct tls_hello *h, char out[2])
{
	static const char digit[] = "0123456789abcdef";
	struct view_of_bytes v;

	out[0] = out[1] = '0';
	if (!tls_alpn(h->alpn, 0, &v) || v.len == 0)
		return;
	uint8_t a = v.at[0], z = v.at[v.len - 1];
	if (a < 128 && z < 128 && isalnum(a) && isalnum(z)) {
		out[0] = (char)a;
		out[1] = (char)z;
	} else {
		out[0] = digit[a >> 4];
		out[1] = digit[z & 15];
	}
}

static void ja4_client(struct tls_hello *h, struct lists *l, bool quic)
{
	char buf[TLS_LIST * 10 + 16], alpn[2];
	struct text t = {buf, 0, sizeof(buf)};
	unsigned ciphers = l->ciphers.n < 99 ? l->ciphers.n : 99;
	unsigned exts = l->exts.n < 99 ? l->exts.n : 99;
	bool sni = false;
	unsigned kept = 0;

	h->ja4[0] = '\0';
	if (l->ciphers.full || l->exts.full || l->algs.full)
		return;
	for (unsigned i = 0; i < l->exts.n; i++) {
		uint16_t e = l->exts.at[i];

		sni |= e == EXT_sni;
		if (e != EXT_sni && e != EXT_alpn)
			l->exts.at[kept++] = e;
	}
	ja4_alpn(h, alpn);
	snprintf(h->ja4, sizeof(h->ja4), "%c%s%c%02u%02u%c%c_............_............",
		 quic ? 'q' : 't', ja4_version(h->version), sni ? 'd' : 'i', ciphers, exts, alpn[0],
		 alpn[1]);
	sort(&l->ciphers);
	put_hex(&t, &l->ciphers);
	ja4_hash(&t, h->ja4 + 11);
	l->exts.n = kept;
	sort(&l->exts);
	t.n = 0;
	put_hex(&t, &l->exts);
	if (l->algs.n && kept) {
		t.at[t.n++] = '_';
		put_hex(&t, &l->algs);
	}
	ja4_hash(&t, h->ja4 + 24);
}

static void hello_init(struct tls_hello *h, struct lists *l)
{
	static const struct view_of_bytes none = {(const uint8_t *)"", 0};

	h->random = h->sni = h->alpn = h->session = none;
	h->has_sni = h->many_sni = h->bad_sni_type = h->bad_sni_length = false;
	h->cipher = 0;
	h->ja3[0] = h->ja3_hash[0] = h->ja4[0] = '\0';
	l->ciphers.n = l->exts.n = l->groups.n = l->points.n = l->algs.n = 0;
	l->ciphers.full = l->exts.full = l->groups.full = l->points.full = l->algs.full = false;
	l->supported = false;
}

/* Version, random, session id: the same in both hellos. */
static bool read_head(struct bytes *b, struct tls_hello *h)
{
	struct bytes fixed = bytes_take(b, 34);

	h->legacy = h->version = bytes_be16(&fixed);
	h->random = view(&fixed);
	struct bytes session = bytes_take(b, bytes_u8(b));
	h->session = view(&session);
	return bytes_ok(b);
}

bool tls_client_hello(const uint8_t *p, uint32_t n, bool quic, struct tls_hello *out)
{
	struct bytes b = bytes_of(p, n);
	struct lists l;

	hello_init(out, &l);
	if (!read_head(&b, out))
		return false;
	struct bytes ciphers = bytes_take(&b, bytes_be16(&b));
	bytes_take(&b, bytes_u8(&b)); /* compression */
	if (!bytes_ok(&b))
		return false;
	put16(&l.ciphers, ciphers);
	if (bytes_left(&b) && !read_extensions(b, out, &l, true))
		return false;
	ja3_client(out, &l);
	ja4_client(out, &l, quic);
	return true;
}

bool tls_server_hello(const uint8_t *p, uint32_t n, struct tls_hello *out)
{
	struct bytes b = bytes_of(p, n);
	struct lists l;

	hello_init(out, &l);
	if (!read_head(&b, out))
		return false;
	out->cipher = bytes_be16(&b);
	bytes_u8(&b); /* compression */
	if (!bytes_ok(&b))
		return false;
	if (bytes_left(&b) && !read_extensions(b, out, &l, false))
		return false;
	ja3_server(out, &l);
	return true;
}

bool tls_alpn(struct view_of_bytes list, unsigned i, struct view_of_bytes *out)
{
	struct bytes b = bytes_of(list.at, list.len);

	while (bytes_left(&b) && i < TLS_ALPN_MAX) {
		struct bytes one = bytes_take(&b, bytes_u8(&b));

		if (!bytes_ok(&one))
			return false;
		if (i-- == 0) {
			*out = view(&one);
			return true;
		}
	}
	return false;
}

const char *tls_version_name(uint16_t version)
{
	switch (version) {
	case TLS_ssl2:
		return "SSLv2";
	case TLS_ssl3:
		return "SSLv3";
	case TLS_1_0:
		return "TLSv1";
	case TLS_1_1:
		return "TLS 1.1";
	case TLS_1_2:
		return "TLS 1.2";
	case TLS_1_3:
		return "TLS 1.3";
	default:
		return "UNDETERMINED";
	}
}
