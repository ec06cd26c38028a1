// SPDX-License-Identifier: Apache-2.0
/* Addresses: an IP address is 16 bytes everywhere (IPv4 as ::ffff:a.b.c.d, RFC 4291 2.5.5.2), in
 * wire order, so that one comparison and one table serve both versions. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct addr {
	union {
		uint8_t b[16];
		uint32_t w[4]; /* wire order */
		uint64_t q[2]; /* wire order */
	};
};

struct mac {
	uint8_t b[6];
};

struct cidr { /* host bits are zero */
	struct addr addr;
	uint8_t bits; /* 0 … 128; an IPv4 prefix counts 96 more than its usual length */
};

#define ADDR_TEXT 46 /* bytes that hold any address as text, terminator included */
#define MAC_TEXT 18

static inline struct addr addr_v4_wire(uint32_t wire)
{
	struct addr a = {.q = {0, 0}};
	a.b[10] = 0xff;
	a.b[11] = 0xff;
	a.w[3] = wire;
	return a;
}

static inline bool addr_is_v4(const struct addr *a)
{
	static const uint8_t prefix[12] = {[10] = 0xff, [11] = 0xff};
	return memcmp(a->b, prefix, sizeof(prefix)) == 0;
}

static inline bool addr_eq(const struct addr *a, const struct addr *b)
{
	return a->q[0] == b->q[0] && a->q[1] == b->q[1];
}

/* memcmp order: the order in which the two ends of a flow are told apart. */
static inline int addr_cmp(const struct addr *a, const struct addr *b)
{
	return memcmp(a->b, b->b, sizeof(a->b));
}

static inline bool mac_eq(const struct mac *a, const struct mac *b)
{
	return memcmp(a->b, b->b, sizeof(a->b)) == 0;
}

static inline bool mac_is_zero(const struct mac *m)
{
	static const struct mac zero;
	return mac_eq(m, &zero);
}

static inline bool mac_is_group(const struct mac *m) /* broadcast or multicast */
{
	return m->b[0] & 1;
}

/* Dotted quad for IPv4, RFC 5952 for IPv6. `out` holds ADDR_TEXT bytes; returns it. */
const char *addr_text(const struct addr *a, char *out);
/* aa:bb:cc:dd:ee:ff. `out` holds MAC_TEXT bytes; returns it. */
const char *mac_text(const struct mac *m, char *out);
bool addr_parse(const char *text, struct addr *out); /* false: not an address, *out untouched */
bool mac_parse(const char *text, struct mac *out);   /* ':' or '-' between the bytes */
/* "10.0.0.0/8", "fe80::/10", or a bare address (all bits). Host bits are cleared. */
bool cidr_parse(const char *text, struct cidr *out);
bool cidr_has(const struct cidr *c, const struct addr *a);

bool addr_is_multicast(const struct addr *a); /* 224/4, ff00::/8 */
bool addr_is_broadcast(const struct addr *a); /* 255.255.255.255 only: nets are not known here */
bool addr_is_any(const struct addr *a);       /* 0.0.0.0, :: */
bool addr_is_loopback(const struct addr *a);
bool addr_is_link_local(const struct addr *a); /* 169.254/16, fe80::/10 */
