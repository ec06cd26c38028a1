// SPDX-License-Identifier: Apache-2.0
/* Keys: a symmetric hash over two endpoints, each mixed on its own before the sum, so that neither
 * an address nor a port can be traded against the other without the secret.
 *
 * Cost: five multiplies a hash.
 * Source: the folded multiply is wyhash's (base/hash.h). It gives 0 whenever a factor is 0, so a
 *         secret stands in both factors; a public constant would let one IPv6 interface identifier
 *         put every prefix into one bucket. ICMP pairs: the Community ID specification, version 1.
 */
#include "flow/key.h"

#include "base/bytes.h"

#define PRIVILEGED 1024u
#define EPHEMERAL  32768u
#define ENIP       44818u /* EtherNet/IP: registered, although clients draw it, too */
#define NFS        2049u  /* whose clients draw privileged ports, from 512 on (bindresvport) */
#define RESERVED   512u
#define ID_BITS    53 /* what a double holds exactly: JSON readers round anything longer */

struct flow_secret flow_key_secret(uint64_t seed)
{
	return (struct flow_secret){
		.a = hash_u64(seed, 0x8ebc6af09c88c6e3ULL) | 1,
		.b = hash_u64(seed, 0x589965cc75374cc3ULL) | 1,
		.c = hash_u64(seed, 0x1d8e4e27c47d124fULL) | 1,
	};
}

static uint64_t end_hash(const struct addr *a, uint16_t port, const struct flow_secret *s)
{
	uint64_t h = hash_mix(a->q[0] ^ s->a, a->q[1] ^ s->b);

	return hash_mix(h ^ s->c, s->a ^ port);
}

uint64_t flow_key_hash(const struct flow_key *k, const struct flow_secret *s)
{
	uint64_t sum = end_hash(k->src, k->sport, s) + end_hash(k->dst, k->dport, s);

	return hash_mix(sum ^ s->b, s->c ^ (k->vlan << 8 | k->proto));
}

uint64_t flow_key_id(const struct flow_key *k, uint64_t first_seq)
{
	static const struct flow_secret fixed = {0xa0761d6478bd642fULL, 0xe7037ed1a0b428dbULL,
						 0x8ebc6af09c88c6e3ULL};
	struct flow_key plain = *k;

	plain.vlan = 0;
	uint64_t id = hash_u64(flow_key_hash(&plain, &fixed), first_seq) >> (64 - ID_BITS);
	return id ? id : 1;
}

static uint64_t vlan_word(const struct pkt *p)
{
	uint64_t v = p->n_vlan;

	for (unsigned i = 0; i < PKT_VLANS && i < p->n_vlan; i++)
		v = v << 12 | (p->vlan[i] & 0xfffu);
	return v;
}

bool flow_key_of(const struct pkt *p, bool vlan_in_key, struct flow_key *k)
{
	if (p->net != PKT_ip4 && p->net != PKT_ip6)
		return false;
	if (p->fragment && !p->first_fragment)
		return false;
	*k = (struct flow_key){
		.src = &p->src,
		.dst = &p->dst,
		.sport = p->sport,
		.dport = p->dport,
		.proto = p->proto,
		.vlan = vlan_in_key ? vlan_word(p) : 0,
	};
	if (p->proto == PROTO_TCP || p->proto == PROTO_UDP || p->proto == PROTO_SCTP)
		return p->has_ports;
	k->sport = k->dport = 0;
	if (p->proto == PROTO_ICMP || p->proto == PROTO_ICMP6) {
		k->sport = p->icmp_type;
		flow_key_icmp(p->proto, p->icmp_type, p->icmp_code, &k->dport);
	}
	return true;
}

void flow_key_quoted(const struct pkt *p, bool vlan_in_key, struct flow_key *k)
{
	*k = (struct flow_key){
		.src = &p->q_src,
		.dst = &p->q_dst,
		.sport = p->q_sport,
		.dport = p->q_dport,
		.proto = p->q_proto,
		.vlan = vlan_in_key ? vlan_word(p) : 0,
	};
	/* Errors answer no errors (RFC 1122 3.2.2), so what they quote of ICMP is a request: a
	 * ping. */
	if (p->q_proto == PROTO_ICMP || p->q_proto == PROTO_ICMP6) {
		k->sport = p->q_proto == PROTO_ICMP ? 8 : 128;
		flow_key_icmp(p->q_proto, (uint8_t)k->sport, 0, &k->dport);
	} else if (p->q_proto != PROTO_TCP && p->q_proto != PROTO_UDP && p->q_proto != PROTO_SCTP) {
		k->sport = k->dport = 0;
	}
}

struct icmp_pair {
	uint8_t asks, answers;
	bool contact; /* an answer proves that somebody is there */
};

static const struct icmp_pair pairs4[] = {
	{8, 0, true}, {13, 14, true}, {15, 16, true}, {17, 18, true}, {10, 9, false}, {0, 0, false},
};
static const struct icmp_pair pairs6[] = {
	{128, 129, true},  {133, 134, false}, {135, 136, false}, {130, 131, false},
	{139, 140, false}, {144, 145, false}, {0, 0, false},
};

static const struct icmp_pair *icmp_pair_of(uint8_t proto, uint8_t type)
{
	const struct icmp_pair *pair = proto == PROTO_ICMP ? pairs4 : pairs6;

	for (; pair->asks; pair++)
		if (pair->asks == type || pair->answers == type)
			return pair;
	return NULL;
}

bool flow_key_icmp(uint8_t proto, uint8_t type, uint8_t code, uint16_t *counter)
{
	const struct icmp_pair *pair = icmp_pair_of(proto, type);

	if (!pair) {
		*counter = code;
		return false;
	}
	*counter = pair->asks == type ? pair->answers : pair->asks;
	return true;
}

bool flow_key_icmp_asks(uint8_t proto, uint8_t type)
{
	const struct icmp_pair *pair = icmp_pair_of(proto, type);

	return pair && pair->contact && pair->asks == type;
}

bool flow_key_icmp_answers(uint8_t proto, uint8_t type)
{
	const struct icmp_pair *pair = icmp_pair_of(proto, type);

	return pair && pair->answers == type;
}

bool flow_key_from_server(uint16_t sport, uint16_t dport)
{
	if (sport != dport && ((sport == NFS && dport >= RESERVED) || (dport == NFS && sport >= RESERVED)))
		return sport == NFS;
	if (sport < PRIVILEGED || dport < PRIVILEGED)
		return sport < PRIVILEGED && dport >= PRIVILEGED;
	if ((sport == ENIP || dport == ENIP) && (sport < EPHEMERAL || dport < EPHEMERAL))
		return sport == ENIP;
	return sport < EPHEMERAL && dport >= EPHEMERAL;
}
