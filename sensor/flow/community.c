// SPDX-License-Identifier: Apache-2.0
/* community_id: the same text for the same flow in every tool that knows it.
 *
 * SHA-1 over seed, the two addresses, the protocol, a zero, the two ports; the smaller endpoint
 * first, except for ICMP messages that nothing answers. VLANs and tunnels are no part of it.
 *
 * Thread: the writer's and any other that is not a worker (OpenSSL may allocate).
 * Source: github.com/corelight/community-id-spec, version 1, seed 0.
 */
#include "flow/flow.h"
#include "flow/key.h"

#include <openssl/evp.h>

#define DIGEST 20 /* bytes of a SHA-1 */
_Static_assert(FLOW_COMMUNITY_ID == 2 + 4 * ((DIGEST + 2) / 3) + 1, "base64 of a SHA-1");

/* What is hashed, in wire order */
struct hashed {
	uint8_t at[2 + 16 + 16 + 2 + 4];
	unsigned n;
};

static void add(struct hashed *h, const void *p, unsigned n)
{
	memcpy(h->at + h->n, p, n);
	h->n += n;
}

static void add_u16(struct hashed *h, uint16_t v)
{
	uint8_t wire[2] = {(uint8_t)(v >> 8), (uint8_t)v};

	add(h, wire, sizeof(wire));
}

static void add_addr(struct hashed *h, const struct addr *a)
{
	if (addr_is_v4(a))
		add(h, a->b + 12, 4);
	else
		add(h, a->b, 16);
}

const char *flow_community_id(const struct addr *src, const struct addr *dst, uint16_t sport,
			      uint16_t dport, uint8_t proto, char out[FLOW_COMMUNITY_ID])
{
	bool icmp = proto == PROTO_ICMP || proto == PROTO_ICMP6;
	bool ports = icmp || proto == PROTO_TCP || proto == PROTO_UDP || proto == PROTO_SCTP;
	bool ordered = true;
	struct hashed h = {.n = 0};
	uint8_t digest[DIGEST], text[4 * ((DIGEST + 2) / 3) + 1];

	if (icmp)
		ordered = flow_key_icmp(proto, (uint8_t)sport, (uint8_t)dport, &dport);
	int order = addr_cmp(src, dst);
	if (ordered && (order > 0 || (order == 0 && ports && sport > dport))) {
		const struct addr *addr = src;
		uint16_t port = sport;
		src = dst;
		dst = addr;
		sport = dport;
		dport = port;
	}
	add_u16(&h, 0);
	add_addr(&h, src);
	add_addr(&h, dst);
	add_u16(&h, (uint16_t)(proto << 8));
	if (ports) {
		add_u16(&h, sport);
		add_u16(&h, dport);
	}
	if (EVP_Digest(h.at, h.n, digest, NULL, EVP_sha1(), NULL) != 1)
		memset(digest, 0, sizeof(digest)); /* a FIPS provider without SHA-1 */
	EVP_EncodeBlock(text, digest, DIGEST);
	memcpy(out, "1:", 2);
	memcpy(out + 2, text, sizeof(text));
	return out;
}
