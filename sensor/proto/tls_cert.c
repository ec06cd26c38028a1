// SPDX-License-Identifier: Apache-2.0
#include "proto/tls_cert.h"

#include "proto/der.h"

#include <stdio.h>

#define TAG_version    0xa0
#define TAG_extensions 0xa3
#define TAG_utc        0x17
#define TAG_time       0x18
#define TAG_bmp        0x1e
#define TAG_set        0x31
#define TAG_utf8       0x0c
#define TAG_numeric    0x12
#define TAG_printable  0x13
#define TAG_ia5        0x16
#define ALT_mail       0x81
#define ALT_dns        0x82
#define ALT_uri        0x86
#define ALT_MAX        256u /* names that are looked at */

static struct view_of_bytes view(const struct bytes *b)
{
	return (struct view_of_bytes){b->at, (uint32_t)bytes_left(b)};
}

/* What a name's attribute is called in front of "="; by the bytes of its OID. */
static const struct {
	uint8_t oid[11], n;
	const char *name;
} attributes[] = {
	{{0x55, 4, 3}, 3, "CN"},
	{{0x55, 4, 4}, 3, "surname"},
	{{0x55, 4, 5}, 3, "serialNumber"},
	{{0x55, 4, 6}, 3, "C"},
	{{0x55, 4, 7}, 3, "L"},
	{{0x55, 4, 8}, 3, "ST"},
	{{0x55, 4, 9}, 3, "street"},
	{{0x55, 4, 10}, 3, "O"},
	{{0x55, 4, 11}, 3, "OU"},
	{{0x55, 4, 12}, 3, "title"},
	{{0x55, 4, 13}, 3, "description"},
	{{0x55, 4, 15}, 3, "businessCategory"},
	{{0x55, 4, 17}, 3, "postalCode"},
	{{0x55, 4, 41}, 3, "name"},
	{{0x55, 4, 42}, 3, "givenName"},
	{{0x55, 4, 43}, 3, "initials"},
	{{0x55, 4, 46}, 3, "dnQualifier"},
	{{0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 1}, 9, "Email"},
	{{0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 2}, 9, "unstructuredName"},
	{{0x09, 0x92, 0x26, 0x89, 0x93, 0xf2, 0x2c, 0x64, 1, 1}, 10, "UID"},
	{{0x09, 0x92, 0x26, 0x89, 0x93, 0xf2, 0x2c, 0x64, 1, 25}, 10, "DC"},
	{{0x2b, 6, 1, 4, 1, 0x82, 0x37, 60, 2, 1, 1}, 11, "jurisdictionL"},
	{{0x2b, 6, 1, 4, 1, 0x82, 0x37, 60, 2, 1, 2}, 11, "jurisdictionST"},
	{{0x2b, 6, 1, 4, 1, 0x82, 0x37, 60, 2, 1, 3}, 11, "jurisdictionC"},
};

struct text {
	char *at;
	uint32_t n, size;
};

static void add(struct text *t, const void *p, uint32_t n)
{
	uint32_t room = t->size - 1 - t->n;

	if (n > room)
		n = room;
	memcpy(t->at + t->n, p, n);
	t->n += n;
}

static void add_oid(struct text *t, struct bytes oid)
{
	for (unsigned i = 0; i < sizeof(attributes) / sizeof(attributes[0]); i++) {
		if (attributes[i].n == bytes_left(&oid) &&
		    memcmp(attributes[i].oid, oid.at, attributes[i].n) == 0) {
			add(t, attributes[i].name, (uint32_t)strlen(attributes[i].name));
			return;
		}
	}
	char number[16];
	uint32_t v = 0;
	bool first = true;
	add(t, "OID(", 4);
	while (bytes_left(&oid)) {
		uint8_t b = bytes_u8(&oid);

		v = v << 7 | (b & 0x7f);
		if (b & 0x80)
			continue;
		int n = first ? snprintf(number, sizeof(number), "%u.%u", v < 80 ? v / 40 : 2,
					 v < 80 ? v % 40 : v - 80)
			      : snprintf(number, sizeof(number), ".%u", v);
		add(t, number, (uint32_t)n);
		first = false;
		v = 0;
	}
	add(t, ")", 1);
}

/* Strings as they are, BMPString (UTF-16BE) as UTF-8, anything else in hex. */
static void add_value(struct text *t, const struct der *d)
{
	struct bytes b = d->body;

	switch (d->tag) {
	case 0x0c: /* UTF8String */
	case 0x12: /* NumericString */
	case 0x13: /* PrintableString */
	case 0x14: /* TeletexString */
	case 0x16: /* IA5String */
	case 0x1a: /* VisibleString */
	case 0x1b: /* GeneralString */
		add(t, b.at, (uint32_t)bytes_left(&b));
		return;
	case TAG_bmp:
		while (bytes_left(&b) >= 2) {
			unsigned c = bytes_be16(&b);
			char utf8[3] = {(char)c, 0, 0};
			uint32_t n = 1;

			if (c >= 0x800) {
				utf8[0] = (char)(0xe0 | c >> 12);
				utf8[1] = (char)(0x80 | (c >> 6 & 63));
				utf8[2] = (char)(0x80 | (c & 63));
				n = 3;
			} else if (c >= 0x80) {
				utf8[0] = (char)(0xc0 | c >> 6);
				utf8[1] = (char)(0x80 | (c & 63));
				n = 2;
			}
			add(t, utf8, n);
		}
		return;
	default:
		for (; bytes_left(&b) && t->n + 2 < t->size;) {
			char hex[3];
			snprintf(hex, sizeof(hex), "%02X", bytes_u8(&b));
			add(t, hex, 2);
		}
	}
}

uint32_t tls_cert_name(struct view_of_bytes name, char *out, uint32_t size)
{
	struct bytes rdns = bytes_of(name.at, name.len), set;
	struct text t = {out, 0, size};

	while (bytes_left(&rdns) && der_take(&rdns, DER_SET, &set)) {
		bool first = true;

		if (t.n)
			add(&t, ", ", 2);
		while (bytes_left(&set)) {
			struct bytes pair, oid;
			struct der value;

			if (!der_take(&set, DER_SEQUENCE, &pair) ||
			    !der_take(&pair, DER_OID, &oid) || der_next(&pair, &value) != DER_fine)
				break;
			if (!first)
				add(&t, " + ", 3);
			first = false;
			add_oid(&t, oid);
			add(&t, "=", 1);
			add_value(&t, &value);
		}
	}
	out[t.n] = '\0';
	return t.n;
}

uint32_t tls_cert_hex(const uint8_t *p, uint32_t n, bool upper, char *out, uint32_t size)
{
	static const char lower_digit[] = "0123456789abcdef", upper_digit[] = "0123456789ABCDEF";
	const char *digit = upper ? upper_digit : lower_digit;
	uint32_t len = 0;

	for (uint32_t i = 0; i < n && len + 4 <= size; i++) {
		if (i)
			out[len++] = ':';
		out[len++] = digit[p[i] >> 4];
		out[len++] = digit[p[i] & 15];
	}
	out[len] = '\0';
	return len;
}

/* Days since 1970-01-01 of a date of the Gregorian calendar. */
static int64_t days(int64_t y, unsigned m, unsigned d)
{
	y -= m <= 2;
	int64_t era = (y >= 0 ? y : y - 399) / 400;
	int64_t yoe = y - era * 400;
	int64_t doy = (153 * (int64_t)(m + (m > 2 ? -3u : 9u)) + 2) / 5 + d - 1;

	return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

/* YYMMDDHHMM[SS]Z or YYYYMMDDHHMM[SS]Z (RFC 5280 4.1.2.5) */
static bool read_time(struct bytes *in, uint64_t *out)
{
	unsigned v[7] = {0}, n = 0;
	struct der d;

	if (der_next(in, &d) != DER_fine || (d.tag != TAG_utc && d.tag != TAG_time))
		return false;
	while (bytes_left(&d.body) >= 2 && n < 7) {
		uint8_t a = d.body.at[0], b = d.body.at[1];

		if (a < '0' || a > '9' || b < '0' || b > '9')
			break;
		v[n++] = (a - '0') * 10u + (b - '0');
		bytes_take(&d.body, 2);
	}
	const unsigned *at = v;
	int64_t year;
	if (d.tag == TAG_time) {
		year = v[0] * 100 + v[1];
		at = v + 2;
	} else {
		year = v[0] + (v[0] < 50 ? 2000 : 1900);
		at = v + 1;
	}
	if (n < (d.tag == TAG_time ? 6u : 5u) || at[0] < 1 || at[0] > 12 || at[1] < 1 || at[1] > 31)
		return false;
	unsigned seconds = n > (d.tag == TAG_time ? 6u : 5u) ? at[4] : 0;
	int64_t t = days(year, at[0], at[1]) * 86400 + at[2] * 3600 + at[3] * 60 + seconds;
	*out = t > 0 ? (uint64_t)t : 0;
	return true;
}

static bool read_extensions(struct bytes all, struct tls_cert *out)
{
	static const uint8_t alt_name[] = {0x55, 0x1d, 17};
	struct bytes list, one, oid, value, names;

	if (!der_take(&all, DER_SEQUENCE, &list))
		return false;
	while (bytes_left(&list)) {
		struct der d;

		if (!der_take(&list, DER_SEQUENCE, &one) || !der_take(&one, DER_OID, &oid))
			return false;
		if (bytes_left(&oid) != sizeof(alt_name) ||
		    memcmp(oid.at, alt_name, sizeof(alt_name)) != 0)
			continue;
		if (der_next(&one, &d) != DER_fine)
			return false;
		value = d.body; /* or "critical" before it */
		if (d.tag != DER_OCTETS && !der_take(&one, DER_OCTETS, &value))
			return false;
		if (der_take(&value, DER_SEQUENCE, &names))
			out->alt = view(&names);
	}
	return true;
}

enum tls_cert_fault tls_cert_read(const uint8_t *p, uint32_t n, struct tls_cert *out)
{
	struct bytes in = bytes_of(p, n), body;
	struct der cert, tbs, d;

	*out = (struct tls_cert){.alt = {p, 0}};
	enum der_fault f = der_next(&in, &cert);
	if (f == DER_fine && cert.tag == DER_SEQUENCE)
		f = der_next(&cert.body, &tbs);
	if (f != DER_fine)
		return f == DER_short ? CERT_length : CERT_invalid;
	if (cert.tag != DER_SEQUENCE || tbs.tag != DER_SEQUENCE)
		return CERT_invalid;
	body = tbs.body;
	if (der_next(&body, &d) != DER_fine)
		return CERT_version;
	if (d.tag == TAG_version && der_next(&body, &d) != DER_fine)
		return CERT_serial;
	if (d.tag != DER_INTEGER)
		return CERT_serial;
	out->serial = view(&d.body);
	if (!der_take(&body, DER_SEQUENCE, &d.body))
		return CERT_algorithm;
	struct bytes issuer, dates, subject;
	if (!der_take(&body, DER_SEQUENCE, &issuer))
		return CERT_name;
	if (!der_take(&body, DER_SEQUENCE, &dates) || !read_time(&dates, &out->not_before) ||
	    !read_time(&dates, &out->not_after))
		return CERT_date;
	if (!der_take(&body, DER_SEQUENCE, &subject))
		return CERT_name;
	out->issuer = view(&issuer);
	out->subject = view(&subject);
	while (bytes_left(&body)) { /* key, unique identifiers, extensions */
		if (der_next(&body, &d) != DER_fine)
			return CERT_invalid;
		if (d.tag == TAG_extensions && !read_extensions(d.body, out))
			return CERT_extensions;
	}
	return CERT_fine;
}

bool tls_cert_name_cut(struct view_of_bytes name)
{
	struct bytes b = bytes_of(name.at, name.len), set, pair;
	struct der d;

	while (der_take(&b, TAG_set, &set)) {
		while (der_take(&set, DER_SEQUENCE, &pair)) {
			bool text = der_next(&pair, &d) == DER_fine && der_next(&pair, &d) == DER_fine &&
				    (d.tag == TAG_utf8 || d.tag == TAG_numeric || d.tag == TAG_printable ||
				     d.tag == TAG_ia5);
			if (text && bytes_left(&d.body) && memchr(d.body.at, 0, bytes_left(&d.body)))
				return true;
		}
	}
	return false;
}

bool tls_cert_alt(struct view_of_bytes alt, unsigned i, struct view_of_bytes *out)
{
	struct bytes b = bytes_of(alt.at, alt.len);
	struct der d;

	while (i < ALT_MAX && bytes_left(&b) && der_next(&b, &d) == DER_fine) {
		if (d.tag != ALT_mail && d.tag != ALT_dns && d.tag != ALT_uri)
			continue;
		if (i-- == 0) {
			*out = view(&d.body);
			return true;
		}
	}
	return false;
}
