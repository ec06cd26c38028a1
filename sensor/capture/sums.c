// SPDX-License-Identifier: Apache-2.0
/* Internet checksums, as a measure of offloading: never a reason to ignore a packet.
 *
 * Source: RFC 1071; RFC 768 (0 in UDP over IPv4: none was computed); RFC 8200 8.1.
 * Cost:   a read of the whole packet; for samples only.
 */
#include "capture/sums.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#define ETHER    14u
#define TAGS     2
#define IP6_SIZE 40u
#define TCP      6
#define UDP      17

struct net { /* an IP packet as far as the sums need it */
	const uint8_t *l4;
	uint32_t l4_len;
	uint64_t pseudo; /* sum of the pseudo header, not folded */
	uint8_t proto;
	bool v6, whole;
};

static uint16_t be16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

/* Sum of 16-bit words in network order, a last odd byte as a high one; not folded. Words are added
 * in host order four bytes at a time and swapped once: RFC 1071 2 (B). */
static uint64_t add(const uint8_t *p, size_t n)
{
	uint64_t sum = 0, b = 0;

	for (; n >= 16; p += 16, n -= 16) { /* two chains of additions at once */
		uint32_t w[4];
		memcpy(w, p, sizeof(w));
		sum += (uint64_t)w[0] + w[1];
		b += (uint64_t)w[2] + w[3];
	}
	sum += b;
	for (; n >= 4; p += 4, n -= 4) {
		uint32_t w;
		memcpy(&w, p, sizeof(w));
		sum += w;
	}
	if (n > 0) {
		uint8_t last[4] = {0};
		uint32_t w;
		memcpy(last, p, n);
		memcpy(&w, last, sizeof(w));
		sum += w;
	}
	return sum;
}

static uint16_t fold(uint64_t sum) /* in wire order */
{
	sum = (sum & 0xffffffff) + (sum >> 32);
	sum = (sum & 0xffffffff) + (sum >> 32);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)sum;
}

static uint64_t wire16(uint16_t v)
{
	uint8_t b[2] = {(uint8_t)(v >> 8), (uint8_t)v};
	uint16_t w;

	memcpy(&w, b, sizeof(w));
	return w;
}

static enum sum sum_l4(const struct net *n)
{
	uint32_t at = n->proto == TCP ? 16 : 6;
	uint16_t found;

	if (!n->whole || n->l4_len < (n->proto == TCP ? 20u : 8u))
		return SUM_none;
	memcpy(&found, n->l4 + at, sizeof(found));
	if (found == 0 && n->proto == UDP && !n->v6)
		return SUM_none;
	if (fold(n->pseudo + add(n->l4, n->l4_len)) == 0xffff)
		return SUM_ok;
	if (found == 0)
		return SUM_empty;
	return found == fold(n->pseudo) ? SUM_half : SUM_bad;
}

static enum sum read_ip4(const uint8_t *p, uint32_t len, struct net *n)
{
	uint32_t head = (p[0] & 15u) * 4, total;
	uint16_t found;

	if (len < 20 || p[0] >> 4 != 4 || head < 20 || head > len)
		return SUM_none;
	total = be16(p + 2);
	n->whole = total >= head && total <= len && (be16(p + 6) & 0x3fff) == 0;
	n->proto = p[9];
	if (n->whole) {
		n->l4 = p + head;
		n->l4_len = total - head;
		n->pseudo = add(p + 12, 8) + wire16(n->proto) + wire16((uint16_t)n->l4_len);
	}
	if (fold(add(p, head)) == 0xffff)
		return SUM_ok;
	memcpy(&found, p + 10, sizeof(found));
	return found == 0 ? SUM_empty : SUM_bad;
}

static void read_ip6(const uint8_t *p, uint32_t len, struct net *n)
{
	if (len < IP6_SIZE || p[0] >> 4 != 6)
		return;
	n->v6 = true;
	n->proto = p[6];
	n->l4_len = be16(p + 4);
	n->whole = n->l4_len <= len - IP6_SIZE;
	n->l4 = p + IP6_SIZE;
	n->pseudo = add(p + 8, 32) + wire16(n->proto) + wire16((uint16_t)n->l4_len);
}

struct capture_sums capture_sums_of(const struct frame *f)
{
	struct capture_sums s = {SUM_none, SUM_none};
	struct net n = {0};
	uint32_t at = ETHER;

	if (f->link != LINK_ether || f->cap_len < ETHER + 20)
		return s;
	uint16_t type = be16(f->data + 12);
	for (unsigned i = 0; i < TAGS && (type == 0x8100 || type == 0x88a8); i++) {
		if (f->cap_len < at + 4 + 20)
			return s;
		type = be16(f->data + at + 2);
		at += 4;
	}
	if (type == 0x0800)
		s.ip = (uint8_t)read_ip4(f->data + at, f->cap_len - at, &n);
	else if (type == 0x86dd)
		read_ip6(f->data + at, f->cap_len - at, &n);
	if (n.proto == TCP || n.proto == UDP)
		s.l4 = (uint8_t)sum_l4(&n);
	return s;
}
