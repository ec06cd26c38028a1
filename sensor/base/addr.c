// SPDX-License-Identifier: Apache-2.0
/* Addresses as text and back, and what kind of address one is. */
#include "base/addr.h"

#include <arpa/inet.h>

const char *addr_text(const struct addr *a, char *out)
{
	/* inet_ntop cannot fail here: the family is known and the room is enough. */
	if (addr_is_v4(a))
		return inet_ntop(AF_INET, a->b + 12, out, ADDR_TEXT);
	return inet_ntop(AF_INET6, a->b, out, ADDR_TEXT);
}

const char *mac_text(const struct mac *m, char *out)
{
	static const char digit[] = "0123456789abcdef";
	char *p = out;

	for (unsigned i = 0; i < 6; i++) {
		*p++ = digit[m->b[i] >> 4];
		*p++ = digit[m->b[i] & 15];
		*p++ = i < 5 ? ':' : '\0';
	}
	return out;
}

bool addr_parse(const char *text, struct addr *out)
{
	struct addr a;
	uint32_t v4;

	if (inet_pton(AF_INET, text, &v4) == 1) {
		*out = addr_v4_wire(v4);
		return true;
	}
	if (inet_pton(AF_INET6, text, a.b) != 1)
		return false;
	*out = a;
	return true;
}

static int nibble(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool mac_parse(const char *text, struct mac *out)
{
	struct mac m;
	char sep = 0;

	for (unsigned i = 0; i < 6; i++) {
		if (i > 0) {
			sep = i == 1 ? *text : sep;
			if ((sep != ':' && sep != '-') || *text++ != sep)
				return false;
		}
		int hi = nibble(text[0]);
		int lo = hi < 0 ? -1 : nibble(text[1]);
		if (lo < 0)
			return false;
		m.b[i] = (uint8_t)(hi << 4 | lo);
		text += 2;
	}
	if (*text)
		return false;
	*out = m;
	return true;
}

/* 0 … max in decimal, nothing else; -1 otherwise. */
static int bits_parse(const char *text, int max)
{
	int v = 0;

	if (!*text)
		return -1;
	for (; *text; text++) {
		if (*text < '0' || *text > '9')
			return -1;
		v = v * 10 + (*text - '0');
		if (v > max)
			return -1;
	}
	return v;
}

bool cidr_parse(const char *text, struct cidr *out)
{
	char host[ADDR_TEXT];
	size_t n = strcspn(text, "/");
	struct cidr c;

	if (n >= sizeof(host))
		return false;
	memcpy(host, text, n);
	host[n] = '\0';
	if (!addr_parse(host, &c.addr))
		return false;

	/* By the way it was written: ::ffff:0:0/96 is an IPv6 text. */
	int base = strchr(host, ':') ? 0 : 96;
	int bits = text[n] ? bits_parse(text + n + 1, 128 - base) : 128 - base;
	if (bits < 0)
		return false;
	c.bits = (uint8_t)(bits + base);
	for (unsigned i = c.bits; i < 128; i++)
		c.addr.b[i / 8] &= (uint8_t) ~(0x80u >> i % 8);
	*out = c;
	return true;
}

bool cidr_has(const struct cidr *c, const struct addr *a)
{
	unsigned whole = c->bits / 8, rest = c->bits % 8;

	if (memcmp(c->addr.b, a->b, whole) != 0)
		return false;
	return rest == 0 || ((c->addr.b[whole] ^ a->b[whole]) & (0xff00u >> rest & 0xff)) == 0;
}

bool addr_is_multicast(const struct addr *a)
{
	return addr_is_v4(a) ? (a->b[12] & 0xf0) == 0xe0 : a->b[0] == 0xff;
}

bool addr_is_broadcast(const struct addr *a)
{
	return addr_is_v4(a) && a->w[3] == 0xffffffff;
}

bool addr_is_any(const struct addr *a)
{
	return (addr_is_v4(a) && a->w[3] == 0) || (a->q[0] == 0 && a->q[1] == 0);
}

bool addr_is_loopback(const struct addr *a)
{
	static const struct addr one = {.b = {[15] = 1}};
	return addr_is_v4(a) ? a->b[12] == 127 : addr_eq(a, &one);
}

bool addr_is_link_local(const struct addr *a)
{
	if (addr_is_v4(a))
		return a->b[12] == 169 && a->b[13] == 254;
	return a->b[0] == 0xfe && (a->b[1] & 0xc0) == 0x80;
}
