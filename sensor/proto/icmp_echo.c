// SPDX-License-Identifier: Apache-2.0
/* Pings that carry something, counted by pair of hosts: the fact icmp_echo.
 *
 * A ping's payload is a time stamp and a pattern, and comes back as it went (RFC 792). Counted is what
 * does not fit: an echo whose bytes behind the stamp are not those of the one before it (fresh), a
 * reply that is not what was asked with, or the second and another reply to the same request (odd), fresh
 * replies that nobody asked for (stray), echoes that keep their number while a word at their beginning changes (again). Patterns of one or a few
 * values (mtr, fping) are never fresh, nor is another length of the same pattern (the search for a path's
 * MTU); bytes from STAMP on alone are looked at, so stamps and the marks some pingers put behind theirs
 * do not count.
 *
 * Hosts, not flows: a flow of echoes ends after some seconds, a shell waits for minutes. Told once STEP
 * of these have come together (a word at once), then after STEP_MORE or a second.
 *
 * Cost:   one look-up and COMPARED bytes an echo with a payload.
 */
#include "proto/state.h"

#include "base/bytes.h"
#include "base/clock.h"
#include "base/entropy.h"
#include "base/hash.h"

#define STAMP     16u /* bytes of the time at the beginning of ping's payload */
#define COMPARED  64u /* bytes behind it */
#define LEAST     8u  /* bytes behind it that say anything */
#define VALUES    6u  /* different bytes that are more than a pattern */
#define RECENT    8u  /* requests whose replies are waited for */
#define WORD      3u  /* letters that are no time stamp */
#define STEP      4u
#define STEP_MORE 16u

struct request {
	uint16_t id, seq, len, kept;
	uint8_t at[STAMP + COMPARED];
};

struct echoes { /* of two hosts */
	struct sets_head head;
	uint64_t told_ns;
	struct fact_icmp_echo sum; /* not told yet */
	uint32_t told, next;
	/* The last requests of either side, and replies to them: [way()] */
	uint8_t last[4][STAMP + COMPARED];
	uint16_t last_len[4];              /* bytes of it */
	uint16_t last_id[4], last_seq[4];
	struct request recent[RECENT];
};

const uint32_t icmp_echoes_size = sizeof(struct echoes);

static uint32_t differing(const uint8_t *a, const uint8_t *b, uint32_t n)
{
	uint32_t d = 0;

	for (uint32_t i = 0; i < n; i++)
		d += a[i] != b[i];
	return d;
}

static uint32_t values(const uint8_t *p, uint32_t n)
{
	uint64_t seen[4] = {0};

	for (uint32_t i = 0; i < n; i++)
		seen[p[i] >> 6] |= 1ull << (p[i] & 63);
	return (uint32_t)(__builtin_popcountll(seen[0]) + __builtin_popcountll(seen[1]) +
			  __builtin_popcountll(seen[2]) + __builtin_popcountll(seen[3]));
}

/* Whether most of what stands behind the stamp is other than the last time. */
static bool is_fresh(const struct echoes *e, unsigned way, const uint8_t *p, uint32_t n)
{
	uint32_t both = n < e->last_len[way] ? n : e->last_len[way];

	if (both < STAMP + LEAST || values(p + STAMP, n - STAMP) < VALUES)
		return false;
	both -= STAMP;
	return differing(p + STAMP, e->last[way] + STAMP, both) * 2 > both;
}

/* The same id and number as the request before, and another word at its beginning. */
static bool is_again(const struct echoes *e, unsigned way, const struct request *r)
{
	uint32_t letters = 0;

	if (!e->last_len[way] || r->id != e->last_id[way] || r->seq != e->last_seq[way] ||
	    r->kept < LEAST || memcmp(r->at, e->last[way], LEAST) == 0)
		return false;
	while (letters < LEAST && (r->at[letters] | 32) >= 'a' && (r->at[letters] | 32) <= 'z')
		letters++;
	return letters >= WORD;
}

/* Text, perhaps with zeroes behind it: no time stamp, and no pattern but Windows', which comes back. */
static bool is_text(const struct request *r)
{
	uint32_t letters = 0;

	for (uint32_t i = 0; i < r->kept && r->at[i]; i++) {
		if (r->at[i] >= 127 || (r->at[i] < ' ' && r->at[i] != '\n' && r->at[i] != '\r' &&
					r->at[i] != '\t'))
			return false;
		letters += (r->at[i] | 32) >= 'a' && (r->at[i] | 32) <= 'z';
	}
	return letters >= WORD;
}

/* Not what came this way before. */
static bool is_other(const struct echoes *e, unsigned way, const struct request *r)
{
	return r->kept != e->last_len[way] || memcmp(r->at, e->last[way], r->kept) != 0;
}

/* Of a reply: the request of its number, if that is one of the last; *odd: it held something else, of which
 * the reply is no part. */
static bool is_asked_for(const struct echoes *e, const struct request *r, bool *odd)
{
	*odd = false;
	for (unsigned i = 0; i < RECENT; i++) {
		const struct request *q = &e->recent[(e->next + RECENT - 1 - i) % RECENT];
		uint32_t both = q->kept < r->kept ? q->kept : r->kept;

		if (q->len && q->id == r->id && q->seq == r->seq) {
			*odd = r->len > q->len || memcmp(q->at, r->at, both) != 0;
			return true;
		}
	}
	return false;
}

static void tell(struct proto *pr, struct proto_flow *pf, const struct pkt *p, struct echoes *e)
{
	struct proto_call c = {.proto = pr,
			       .pf = pf,
			       .flow = p->flow,
			       .pkt = p,
			       .dir = p->dir,
			       .at = {p->seq, p->time_ns, ORDER_proto}};

	e->sum.entropy_8th = (uint8_t)(entropy_bits(p->payload, p->payload_len) * 8);
	for (unsigned i = 0; i < 8 && i < p->payload_len; i++)
		e->sum.head = e->sum.head << 8 | p->payload[i];
	proto_fact(&c, FACT_icmp_echo, &e->sum, sizeof(e->sum), NULL, 0);
	e->sum = (struct fact_icmp_echo){0};
	e->told_ns = p->time_ns;
	e->told++;
}

static void count(struct echoes *e, const struct request *r, bool reply, uint8_t dir)
{
	unsigned way = reply * 2u + dir;
	bool fresh = is_fresh(e, way, r->at, r->kept), again = !reply && is_again(e, way, r);
	bool odd = false, stray = reply && !is_asked_for(e, r, &odd);

	e->sum.echoes[reply]++;
	e->sum.fresh[reply] += fresh;
	e->sum.again += again;
	/* A device that answers with zeroes, or cuts and fills, says the same each time. */
	e->sum.odd += odd && (fresh || !e->last_len[way] || (is_text(r) && is_other(e, way, r)));
	e->sum.stray += stray && fresh;
	e->sum.bytes[reply] += fresh || again ? r->len : 0;
	e->sum.longest = r->len > e->sum.longest ? r->len : e->sum.longest;
	memcpy(e->last[way], r->at, r->kept);
	e->last_len[way] = r->kept;
	e->last_id[way] = r->id;
	e->last_seq[way] = r->seq;
	if (reply)
		return;
	e->recent[e->next] = *r;
	e->next = (e->next + 1) % RECENT;
}

void proto_icmp_echo(struct proto *pr, struct proto_flow *pf, const struct pkt *p)
{
	const struct flow *f = p->flow;
	bool reply = p->icmp_type == 0 || p->icmp_type == 129, fresh;

	if (p->payload - p->l3 < 28 || !pr->echoes.at) /* the eight bytes before it are not at hand */
		return;
	struct bytes b = bytes_of(p->payload - 4, 4);
	struct request r = {.len = (uint16_t)p->payload_wire};
	r.id = bytes_be16(&b);
	r.seq = bytes_be16(&b);
	r.kept = (uint16_t)(p->payload_len < sizeof(r.at) ? p->payload_len : sizeof(r.at));
	memcpy(r.at, p->payload, r.kept);
	struct echoes *e = sets_get(&pr->echoes,
				    hash_addr(&f->client, 59) + 3 * hash_addr(&f->server, 61), 0, &fresh);
	count(e, &r, reply, p->dir);
	uint32_t news = e->sum.fresh[0] + e->sum.fresh[1] + e->sum.odd + e->sum.again;
	bool soon = p->time_ns < e->told_ns + NS_PER_S;
	if (news >= STEP_MORE || (news >= STEP && !e->told) || (news && e->told && !soon) ||
	    (e->sum.again && !soon))
		tell(pr, pf, p, e);
}
