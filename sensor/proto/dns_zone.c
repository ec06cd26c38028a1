// SPDX-License-Identifier: Apache-2.0
/* Names below one registered domain, counted for a client; see dns_zone.h.
 *
 * What a tunnel cannot do without: each of its queries is new, or a cache would answer it. So the
 * names are counted that were not asked before, by a bitmap of their hashes (linear counting: Whang,
 * Vander-Zanden, Taylor, ACM TODS 1990), the long ones among them, the records asked for, and the
 * answers that differ. Beside them plain sums of bytes asked and answered.
 *
 * Left out before anything is counted: names of ordinary records (addresses and the like, services) that have
 * fewer than PLAIN_MIN bytes below the domain, all others of fewer than OPEN_MIN, and ordinary records
 * of .arpa. So most of an office's queries cost the length of their name.
 *
 * Told after STEP new names, and each QUIET_NS while there are some.
 *
 * Cost:   one look-up of the public suffix and one of the table a message that is counted.
 */
#include "proto/dns_zone.h"

#include "base/ascii.h"
#include "base/clock.h"
#include "base/hash.h"
#include "proto/domain.h"
#include "proto/state.h"

#include <string.h>

#define PLAIN_MIN  24u /* bytes; maltrail takes labels from 24 for odd */
#define OPEN_MIN   7u
#define LONG_MIN   52u /* bytes: 32 of data in base32 */
#define TAIL_MAX   64u /* bytes of a name's end in which its registered domain is looked for */
#define STEP       16u
#define STEP_FEW   4u
#define QUIET_NS   (300 * NS_PER_S)
#define FORGET_NS  (86400 * NS_PER_S)
#define NAME_BITS  1024u
#define ANSWER_BITS 256u
#define PART       16u /* of a name: how exactly new ones are counted */

struct zone { /* of one client at one server */
	struct sets_head head;
	uint64_t since_ns, told_ns; /* the bitmaps' begin; last told */
	struct fact_dns_zone sum;   /* not told yet */
	uint32_t names_16th, answers_16th;
	uint16_t name_zeros, answer_zeros;
	uint64_t name[NAME_BITS / 64], answer[ANSWER_BITS / 64];
};

const uint32_t dns_zone_size = sizeof(struct zone);

enum record { RECORD_plain, RECORD_open, RECORD_rare };

/* Of what an answer may hold: addresses and the like; whatever its owner likes; the same, and nobody
 * asks for it. */
static enum record record_of(uint16_t type)
{
	static const uint16_t plain[] = {1, 2, 6, 12, 28, 33, 35, 43, 48, 64, 65};

	for (unsigned i = 0; i < sizeof(plain) / sizeof(plain[0]); i++)
		if (type == plain[i])
			return RECORD_plain;
	return type == 10 || type == 25 || type >= 65280 ? RECORD_rare : RECORD_open;
}

/* Services announced by DNS (RFC 6763): "Printer, 2nd floor._ipp._tcp.example.com". */
static bool is_service(const uint8_t *p, uint32_t n)
{
	return memmem(p, n, "._tcp.", 6) || memmem(p, n, "._udp.", 6);
}

static enum record record_in(const struct dns_rr *q, const uint8_t *name)
{
	enum record r = record_of(q->type);

	return r == RECORD_open && is_service(name, q->name_len) ? RECORD_plain : r;
}

/* Bytes before the last two labels: a registered domain has no fewer. */
static uint32_t most_below(const uint8_t *p, uint32_t n)
{
	const uint8_t *dot = memrchr(p, '.', n);

	dot = dot ? memrchr(p, '.', (size_t)(dot - p)) : NULL;
	return dot ? (uint32_t)(dot - p) : 0;
}

/* Where the registered domain begins in a name of which only the end need be text. */
static bool domain_of(const uint8_t *p, uint32_t n, uint32_t *at)
{
	uint32_t from = n > TAIL_MAX ? n - TAIL_MAX : 0, begin = n, domain;

	for (uint32_t i = n; i > from; i--) {
		if (p[i - 1] <= ' ' || p[i - 1] >= 127)
			break;
		if (i == 1 || p[i - 2] == '.')
			begin = i - 1;
	}
	if (!domain_registered(p + begin, n - begin, &domain, NULL))
		return false;
	*at = begin + domain;
	return true;
}

static uint64_t hash_lower(const uint8_t *p, uint32_t n, uint64_t seed)
{
	uint8_t low[DNS_NAME_MAX];

	n = n < sizeof(low) ? n : (uint32_t)sizeof(low);
	for (uint32_t i = 0; i < n; i++)
		low[i] = ascii_lower(p[i]);
	return hash_bytes(low, n, seed);
}

/* Sixteenths of a new one that the hash stands for: 0 when its bit was there; the fuller the map, the
 * more were taken for old ones. A map that is three quarters full begins anew. */
static uint32_t is_new(uint64_t *map, uint32_t bits, uint16_t *zeros, uint64_t hash)
{
	uint32_t bit = (uint32_t)(hash >> 32) % bits;

	if (*zeros <= bits / 4) {
		memset(map, 0, bits / 8);
		*zeros = (uint16_t)bits;
	}
	if (map[bit / 64] >> (bit % 64) & 1)
		return 0;
	map[bit / 64] |= 1ull << (bit % 64);
	return PART * bits / (*zeros)--;
}

/* Texts that mail needs, and that differ by their nature: keys and policies. */
static bool is_mail(const struct dns_msg *m, const struct dns_rr *rr)
{
	static const char *const begins[] = {"v=spf1", "v=DKIM1", "v=DMARC1", "k=rsa", "p="};
	const uint8_t *p = m->at + rr->data;

	for (unsigned i = 0; rr->type == 16 && i < sizeof(begins) / sizeof(begins[0]); i++) {
		size_t n = strlen(begins[i]);
		if (rr->data_len > n + 1 && strncasecmp((const char *)p + 1, begins[i], n) == 0)
			return true;
	}
	return false;
}

static void answered(struct zone *z, const struct dns_msg *m)
{
	const struct dns_rr *rr = &m->rr[m->first[DNS_answer]];
	uint64_t content = 0;
	struct addr a;

	z->sum.answered++;
	z->sum.failed += (m->flags & 15) != 0;
	for (unsigned i = 0; i < m->count[DNS_answer]; i++) {
		bool addr = dns_rr_addr(m, &rr[i], &a);

		z->sum.down += addr ? 0 : rr[i].data_len;
		z->sum.local += i == 0 && addr && addr_is_v4(&a) && a.b[12] == 127;
		z->sum.mail += i == 0 && is_mail(m, &rr[i]);
		content = hash_bytes(m->at + rr[i].data, rr[i].data_len, content + 1);
	}
	if (content)
		z->answers_16th += is_new(z->answer, ANSWER_BITS, &z->answer_zeros, content);
}

static void asked(struct zone *z, const struct dns_msg *m, const uint8_t *name, uint32_t below)
{
	const struct dns_rr *q = &m->rr[0];
	uint32_t news = is_new(z->name, NAME_BITS, &z->name_zeros,
			       hash_lower(name, below, q->type));
	enum record kind = record_in(q, name);

	z->names_16th += news;
	/* An answer whose question was not seen asks, too. */
	if (dns_is_response(m) && news == 0)
		return;
	z->sum.asked++;
	z->sum.up += below;
	z->sum.open += kind == RECORD_open;
	z->sum.rare += kind == RECORD_rare;
	z->sum.longs += news && below >= LONG_MIN;
	z->sum.longest = below > z->sum.longest ? (uint16_t)below : z->sum.longest;
	z->sum.type = q->type;
}

static void tell(struct proto_call *c, struct zone *z, const struct dns_msg *m, uint32_t domain_at)
{
	const uint8_t *name = (const uint8_t *)m->text + m->rr[0].name;
	uint32_t n = m->rr[0].name_len;
	char domain[FACT_WORD_MAX], whole[FACT_WORD_MAX];
	const char *words[] = {proto_text(name + domain_at, n - domain_at, domain, sizeof(domain)),
			       proto_text(name, n, whole, sizeof(whole))};

	z->sum.names = z->names_16th / PART;
	z->sum.answers = z->answers_16th / PART;
	proto_fact(c, FACT_dns_zone, &z->sum, sizeof(z->sum), words, 2);
	z->names_16th %= PART;
	z->answers_16th %= PART;
	z->sum = (struct fact_dns_zone){.zone = z->sum.zone};
	z->told_ns = c->at.time_ns;
}

static struct zone *zone_of(struct proto_call *c, uint64_t domain)
{
	const struct flow *f = c->flow;
	uint64_t now_ns = c->at.time_ns;
	bool fresh;
	struct zone *z = sets_get(&c->proto->zones,
				  hash_addr(&f->client, domain) + 3 * hash_addr(&f->server, ~domain), 0,
				  &fresh);

	if (fresh || now_ns > z->since_ns + FORGET_NS) {
		memset((uint8_t *)z + sizeof(z->head), 0, sizeof(*z) - sizeof(z->head));
		z->since_ns = z->told_ns = now_ns;
		z->sum.zone = domain;
		z->name_zeros = NAME_BITS;
		z->answer_zeros = ANSWER_BITS;
	}
	return z;
}

void dns_zone_hear(struct proto_call *c, const struct dns_msg *m)
{
	const struct dns_rr *q = &m->rr[0];
	const uint8_t *name = (const uint8_t *)m->text + q->name;
	uint32_t n = q->name_len, domain;

	if (m->count[DNS_question] == 0 || !c->proto->zones.at)
		return;
	bool plain = record_in(q, name) == RECORD_plain;
	uint32_t least = plain ? PLAIN_MIN : OPEN_MIN;
	if (most_below(name, n) < least ||
	    (plain && n > 5 && strncasecmp((const char *)name + n - 5, ".arpa", 5) == 0))
		return;
	if (!domain_of(name, n, &domain) || domain <= least) /* the dot is no part of it */
		return;
	struct zone *z = zone_of(c, hash_lower(name + domain, n - domain, 53));
	asked(z, m, name, domain - 1);
	if (dns_is_response(m))
		answered(z, m);
	uint32_t names = z->names_16th / PART;
	if (names >= STEP || (names >= STEP_FEW && c->at.time_ns >= z->told_ns + QUIET_NS))
		tell(c, z, m, domain);
}
