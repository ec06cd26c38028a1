// SPDX-License-Identifier: Apache-2.0
/* SSH 2 (RFC 4253): the banners, the first key exchange, hassh (BSD-3, Salesforce's description),
 * and then only sizes until it is known how the login went.
 *
 * What a mirror does not show has a size, too: a lost segment that of its gap, the end of a frame
 * that was cut what IP says of it, and of a side that is not shown at all the other side's
 * acknowledgements count the bytes. */
#include "proto/ssh.h"

#include "base/bytes.h"
#include "base/hash.h"

#include <stdio.h>

#define PACKET_HEAD 5u            /* length, length of the padding */
#define PACKET_MAX  (35000u + 4u) /* RFC 4253 6.1 */
#define LISTS       10u
#define OFFER_MAX   (8u << 10)
#define LINES_MAX   (8u << 10)  /* bytes before the banner */
#define SIZED_MAX   (64u << 10) /* encrypted bytes of a side that are waited for */
#define MSG_kexinit 20
#define MSG_newkeys 21
#define KEX_MAX     49 /* RFC 4250 4.1.2: messages of the key exchange end there */

enum { EVENT_banner, EVENT_long_banner, EVENT_record, EVENT_long_kex };
static const char *const events[] = {"invalid_banner", "long_banner", "invalid_record",
				     "long_kex_record", NULL};

enum { F_proto, F_software, F_hassh, F_hassh_text, F_server, F_server_text };
#define BANNER 1
#define KEX    2
#define DONE   3
static const struct field fields[] = {
	{"ssh.proto", FIELD_bytes, 3, {BANNER, BANNER}, false, "protocol version of the banner"},
	{"ssh.software", FIELD_bytes, 3, {BANNER, BANNER}, false, "software of the banner"},
	{"ssh.hassh", FIELD_bytes, 1, {KEX, KEX}, false, "HASSH of the client"},
	{"ssh.hassh.string", FIELD_bytes, 1, {KEX, KEX}, false, "text that HASSH hashes"},
	{"ssh.hassh.server", FIELD_bytes, 2, {KEX, KEX}, false, "HASSH of the server"},
	{"ssh.hassh.server.string", FIELD_bytes, 2, {KEX, KEX}, false, "text that it hashes"},
	{0},
};

enum phase { PHASE_banner, PHASE_packets, PHASE_sealed, PHASE_over };
struct ssh_half {
	struct proto_bytes wait; /* a line or a packet that is not whole yet */
	uint32_t skip;           /* bytes of a packet that are not looked at */
	uint32_t lines;          /* bytes before the banner */
	uint64_t sealed;         /* encrypted bytes */
	uint32_t cut;            /* bytes that the frame at hand has lost: the gap that follows */
	uint8_t phase;
	bool astray; /* bytes are missing: the next segment may begin with a packet */
};

struct ssh_state {
	struct ssh_tx t;
	struct ssh_half half[2];
	struct ssh_login login;
	struct proto_bytes
		client_offer; /* as ssh_side.offer, of the client for the server's direction */
	uint32_t told;        /* attempts told as facts */
	uint32_t acked;       /* of the side that is not shown */
	bool begun, ended, final, acks;
};

static void tell(struct proto_call *c, bool final)
{
	struct ssh_state *s = c->state;
	struct fact_ssh f = {
		.attempts = s->login.attempts,
		.outcome = s->login.outcome,
		.final = final,
		.payload = {c->flow->half[0].payload, c->flow->half[1].payload}};
	char software[2][FACT_WORD_MAX];

	if (s->final)
		return;
	s->final = final;
	for (unsigned d = 0; d < 2; d++)
		proto_text(s->t.side[d].banner + s->t.side[d].software, s->t.side[d].software_len,
			   software[d], FACT_WORD_MAX);
	proto_fact(
		c, FACT_ssh, &f, sizeof(f),
		(const char *[]){software[0], software[1], s->t.side[0].hassh, s->t.side[1].hassh},
		4);
}

static void finish(struct proto_call *c)
{
	struct ssh_state *s = c->state;

	if (s->ended || !s->begun)
		return;
	s->ended = true;
	proto_tx_end(c, &s->t.tx);
	for (unsigned d = 0; d < 2; d++) {
		proto_drop(proto_mem_of(c), &s->t.side[d].offer);
		proto_drop(proto_mem_of(c), &s->half[d].wait);
		s->half[d].phase = PHASE_over;
	}
	proto_drop(proto_mem_of(c), &s->client_offer);
}

static void banner(struct proto_call *c, const uint8_t *p, uint32_t n)
{
	struct ssh_state *s = c->state;
	struct ssh_side *x = &s->t.side[c->dir];

	while (n && (p[n - 1] == '\r' || p[n - 1] == '\n'))
		n--;
	if (n >= SSH_BANNER_MAX) {
		proto_event(&s->t.tx, EVENT_long_banner);
		n = SSH_BANNER_MAX - 1;
	}
	memcpy(x->banner, p, n);
	x->banner_len = (uint16_t)n;
	const char *dash = n > 4 ? memchr(x->banner + 4, '-', n - 4) : NULL;
	if (dash) {
		uint32_t at = (uint32_t)(dash - x->banner) + 1, k = 0;

		x->proto = 4;
		x->proto_len = (uint8_t)(at - 1 - 4);
		while (at + k < n && x->banner[at + k] != ' ')
			k++;
		x->software = (uint8_t)at;
		x->software_len = (uint8_t)k;
	} else {
		proto_event(&s->t.tx, EVENT_banner);
	}
	proto_progress(c, &s->t.tx, c->dir, BANNER);
	/* what version 1 says after it is another protocol */
	bool one =
		x->banner_len > 8 && x->banner[4] == '1' && memcmp(x->banner + 4, "1.99", 4) != 0;
	s->half[c->dir].phase = one ? PHASE_over : PHASE_packets;
}

/* kex;cipher;mac;compression of one direction, as hassh has it. `first`: of the two lists each. */
static void join(struct proto_call *c, const struct bytes *list, unsigned second,
		 struct proto_bytes *out)
{
	const unsigned at[4] = {0, 2 + second, 4 + second, 6 + second};

	for (unsigned i = 0; i < 4; i++) {
		if (i)
			proto_append(proto_mem_of(c), out, ";", 1, OFFER_MAX);
		proto_append(proto_mem_of(c), out, list[at[i]].at,
			     (uint32_t)bytes_left(&list[at[i]]), OFFER_MAX);
	}
}

static void kexinit(struct proto_call *c, const uint8_t *p, uint32_t n)
{
	struct ssh_state *s = c->state;
	struct ssh_side *x = &s->t.side[c->dir];
	struct bytes b = bytes_of(p, n), list[LISTS];
	uint8_t digest[16];

	if (x->offer.len)
		return;
	bytes_take(&b, 16); /* cookie */
	for (unsigned i = 0; i < LISTS; i++)
		list[i] = bytes_take(&b, bytes_be32(&b));
	if (!bytes_ok(&b)) {
		proto_event(&s->t.tx, EVENT_record);
		return;
	}
	join(c, list, c->dir == FLOW_to_client, &x->offer);
	if (c->dir == FLOW_to_server)
		join(c, list, 1, &s->client_offer);
	hash_md5(x->offer.at ? x->offer.at : (const uint8_t *)"", x->offer.len, digest);
	hash_hex(digest, sizeof(digest), x->hassh);
	proto_progress(c, &s->t.tx, c->dir, KEX);
}

static void seal(struct proto_call *c)
{
	struct ssh_state *s = c->state;

	s->half[c->dir].phase = PHASE_sealed;
	if (s->half[!c->dir].phase >= PHASE_sealed)
		proto_sealed(c);
	if (s->half[!c->dir].phase == PHASE_sealed || !s->login.accept)
		ssh_login_sizes(&s->login, &s->t, s->client_offer.at, s->client_offer.len);
	proto_progress(c, &s->t.tx, c->dir, DONE);
}

/* One packet's payload; true: everything behind it is encrypted. */
static bool packet(struct proto_call *c, const uint8_t *p, uint32_t n)
{
	if (n == 0)
		return false;
	if (p[0] == MSG_kexinit)
		kexinit(c, p + 1, n - 1);
	if (p[0] != MSG_newkeys)
		return false;
	seal(c);
	return true;
}

/* What is whole of p; returns the bytes used. */
static uint32_t parse(struct proto_call *c, const uint8_t *p, uint32_t n)
{
	struct ssh_state *s = c->state;
	struct ssh_half *h = &s->half[c->dir];
	uint32_t at = 0;

	while (at < n && h->phase == PHASE_banner) {
		const uint8_t *end = memchr(p + at, '\n', n - at);
		uint32_t len = end ? (uint32_t)(end - p) + 1 - at : n - at;

		if (!end && len < SSH_BANNER_MAX * 2)
			return at;
		if (len >= 4 && memcmp(p + at, "SSH-", 4) == 0)
			banner(c, p + at, len);
		h->lines += len;
		if (h->lines > LINES_MAX) {
			proto_event(&s->t.tx, EVENT_banner);
			h->phase = PHASE_over;
			return n;
		}
		at += len;
	}
	while (n - at >= PACKET_HEAD && h->phase == PHASE_packets) {
		uint32_t len = (uint32_t)p[at] << 24 | (uint32_t)p[at + 1] << 16 |
			       (uint32_t)p[at + 2] << 8 | p[at + 3];
		uint32_t pad = p[at + 4];

		if (len > PACKET_MAX || len < pad + 1) {
			proto_event(&s->t.tx, len > PACKET_MAX ? EVENT_long_kex : EVENT_record);
			h->phase = PHASE_over;
			return n;
		}
		if (n - at - 4 < len)
			return at;
		packet(c, p + at + PACKET_HEAD, len - pad - 1);
		at += 4 + len;
	}
	return at;
}

static void tell_login(struct proto_call *c)
{
	const struct ssh_state *s = c->state;
	struct fact_login f = {
		.how = LOGIN_ssh, .outcome = s->login.outcome, .proof = s->login.proof};

	proto_fact(c, FACT_login, &f, sizeof(f), NULL, 0);
}

/* One segment of n encrypted bytes that `dir` has sent. */
static void segment(struct proto_call *c, uint8_t dir, uint32_t n)
{
	struct ssh_state *s = c->state;
	uint8_t was = s->login.outcome;

	if (!ssh_login_segment(&s->login, dir, n))
		return;
	tell_login(c);
	if (was != s->login.outcome)
		tell(c, s->login.outcome == RESULT_ok);
}

static void sealed(struct proto_call *c, uint32_t n)
{
	struct ssh_state *s = c->state;

	s->half[c->dir].sealed += n;
	segment(c, c->dir, n);
	if (s->login.outcome == RESULT_ok || s->half[c->dir].sealed > SIZED_MAX) {
		tell(c, true);
		finish(c);
		proto_quit(c, FLOW_to_server);
		proto_quit(c, FLOW_to_client);
	}
}

/* The other side is not on the mirror: what it has sent since is what is acknowledged now. */
static void unseen(struct proto_call *c)
{
	struct ssh_state *s = c->state;

	if (!c->pkt || !(c->pkt->tcp_flags & TCP_ACK) || c->flow->half[!c->dir].pkts)
		return;
	uint32_t n = c->pkt->tcp_ack - s->acked;
	s->acked = c->pkt->tcp_ack;
	if (s->acks && n && n <= SIZED_MAX && s->half[c->dir].phase == PHASE_sealed)
		segment(c, !c->dir, n);
	s->acks = true;
}

/* After missing bytes: a segment that begins with a packet is one; else keys are in use. */
static void found(struct proto_call *c, struct ssh_half *h, const uint8_t *p, uint32_t n)
{
	struct bytes b = bytes_of(p, n);
	uint32_t len = bytes_be32(&b), pad = bytes_u8(&b), kind = bytes_u8(&b);

	h->astray = false;
	if (!bytes_ok(&b) || len > PACKET_MAX || pad < 4 || len < pad + 1 || kind == 0 ||
	    kind > KEX_MAX)
		seal(c);
}

static void data(struct proto_call *c, const uint8_t *p, uint32_t n)
{
	struct ssh_state *s = c->state;
	struct ssh_half *h = &s->half[c->dir];

	if (!s->begun) {
		s->begun = true;
		proto_tx_init(c, &s->t.tx);
	}
	unseen(c);
	h->cut = c->pkt && c->pkt->dir == c->dir && c->pkt->payload_wire > c->pkt->payload_len
			 ? c->pkt->payload_wire - c->pkt->payload_len
			 : 0;
	if (h->astray)
		found(c, h, p, n);
	uint32_t by = h->skip < n ? h->skip : n;
	h->skip -= by;
	p += by;
	n -= by;
	if (h->phase < PHASE_sealed) {
		uint32_t used;

		if (h->wait.len == 0) {
			used = parse(c, p, n);
			p += used;
			n -= used;
		}
		if (n && h->phase < PHASE_sealed) {
			if (!proto_append(proto_mem_of(c), &h->wait, p, n, PROTO_MEM_MAX)) {
				h->phase = PHASE_over;
				proto_drop(proto_mem_of(c), &h->wait);
				return;
			}
			proto_consume(&h->wait, parse(c, h->wait.at, h->wait.len));
			n = h->phase == PHASE_sealed ? h->wait.len : 0;
			if (h->phase >= PHASE_sealed || h->wait.len == 0)
				proto_drop(proto_mem_of(c), &h->wait);
		}
	}
	if (h->phase == PHASE_sealed && n)
		sealed(c, n + h->cut);
}

/* Bytes missing between the keys' exchange and its end: what is left of a packet whose head is
 * there goes by. A banner that was not seen has no version; what follows may still be read. */
static void lose(struct proto_call *c, struct ssh_half *h, uint64_t missing)
{
	uint64_t left = h->skip;

	if (h->phase == PHASE_packets && h->wait.len >= PACKET_HEAD) {
		struct bytes b = bytes_of(h->wait.at, h->wait.len);

		left = 4ull + bytes_be32(&b) - h->wait.len;
	}
	h->phase = PHASE_packets;
	h->skip = missing && missing <= left ? (uint32_t)(left - missing) : 0;
	h->astray = !missing || missing > left;
	proto_drop(proto_mem_of(c), &h->wait);
}

static void gap(struct proto_call *c, uint64_t missing)
{
	struct ssh_state *s = c->state;
	struct ssh_half *h = &s->half[c->dir];
	uint64_t more = missing > h->cut ? missing - h->cut : 0;

	if (!s->begun)
		return;
	if (h->phase < PHASE_sealed)
		lose(c, h, missing);
	else if (h->phase == PHASE_sealed && more && more <= SIZED_MAX)
		sealed(c, (uint32_t)more);
	h->cut = 0;
}

static void end(struct proto_call *c)
{
	if (ssh_login_end(&((struct ssh_state *)c->state)->login))
		tell_login(c);
	tell(c, true);
	finish(c);
}

static enum probe probe(const uint8_t *p, uint32_t n, uint8_t dir, const struct flow *f,
			bool midstream)
{
	(void)dir, (void)f, (void)midstream;
	if (memcmp(p, "SSH-", n < 4 ? n : 4) != 0)
		return PROBE_no;
	return n < 4 ? PROBE_more : PROBE_yes;
}

static bool bytes(const struct tx *tx, unsigned f, unsigned i, uint8_t dir,
		  struct view_of_bytes *out)
{
	const struct ssh_side *x = &((const struct ssh_tx *)tx)->side[dir];
	const uint8_t *banner_at = (const uint8_t *)x->banner;

	switch (f) {
	case F_proto:
		*out = (struct view_of_bytes){banner_at + x->proto, x->proto_len};
		break;
	case F_software:
		*out = (struct view_of_bytes){banner_at + x->software, x->software_len};
		break;
	case F_hassh:
	case F_server:
		*out = (struct view_of_bytes){(const uint8_t *)x->hassh,
					      (uint32_t)strlen(x->hassh)};
		break;
	default:
		*out = (struct view_of_bytes){x->offer.at, x->offer.len};
		break;
	}
	return out->len && i == 0;
}

static const uint16_t ports[] = {22, 2222, 0};

const struct protocol protocol_ssh = {
	.name = "ssh",
	.over = PROTO_OVER_TCP,
	.ports = ports,
	.state_size = sizeof(struct ssh_state),
	.fields = fields,
	.events = events,
	.done = {DONE, DONE},
	.probe = probe,
	.data = data,
	.gap = gap,
	.end = end,
	.bytes = bytes,
	.eve = ssh_eve,
};
