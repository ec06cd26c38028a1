// SPDX-License-Identifier: Apache-2.0
/* RDP's first messages: TPKT and X.224 (RFC 1006, MS-RDPBCGR 2.2.1.1), the cookie and the
 * negotiation; of the old security, where nothing is TLS, the MCS connect with the client's name
 * and its channels. What follows a negotiated TLS is TLS. */
#include "base/bytes.h"
#include "proto/protocol.h"

#define TPKT_HEAD   4u
#define TPKT_MAX    4096u /* bytes of a message that are kept: the first ones are short */
#define X224_cr     0xe0
#define X224_cc     0xd0
#define X224_data   0xf0
#define NEG_request 1
#define NEG_answer  2
#define NEG_failure 3
#define CHANNELS    64u

struct rdp_state {
	struct proto_bytes wait[2];
	struct fact_rdp f;
	char user[FACT_WORD_MAX], client[FACT_WORD_MAX];
	bool asked, told, over[2];
};

static void tell(struct proto_call *c)
{
	struct rdp_state *s = c->state;
	struct fact_login login = {.how = LOGIN_rdp};

	if (s->told || !s->asked)
		return;
	s->told = true;
	proto_fact(c, FACT_rdp, &s->f, sizeof(s->f), (const char *[]){s->user, s->client}, 2);
	proto_fact(c, FACT_login, &login, sizeof(login), (const char *[]){s->user, "", s->client},
		   3);
}

/* "Cookie: mstshash=NAME\r\n", or a routing token that is none of anybody's name. */
static void cookie(struct rdp_state *s, struct bytes *b)
{
	static const char name[] = "Cookie: mstshash=";
	const uint8_t *end = memmem(b->at, bytes_left(b), "\r\n", 2);

	if (!end)
		return;
	uint32_t n = (uint32_t)(end - b->at);
	if (n >= sizeof(name) - 1 && memcmp(b->at, name, sizeof(name) - 1) == 0)
		proto_text(b->at + sizeof(name) - 1, n - (uint32_t)sizeof(name) + 1, s->user,
			   sizeof(s->user));
	bytes_take(b, n + 2);
}

static void negotiation(struct bytes b, uint8_t *kind, uint32_t *bits)
{
	struct bytes h = bytes_take(&b, 8);

	*kind = bytes_u8(&h);
	bytes_take(&h, 3); /* flags, length */
	*bits = bytes_le32(&h);
	if (!bytes_ok(&h))
		*kind = 0;
}

/* Client's data blocks in the MCS connect (MS-RDPBCGR 2.2.1.3): found by their heads, which is what
 * the channel exploit looks like whatever is around it. */
static void client_blocks(struct rdp_state *s, const uint8_t *p, uint32_t n)
{
	for (uint32_t i = 0; i + 4 <= n;) {
		uint32_t type = p[i] | (uint32_t)p[i + 1] << 8;
		uint32_t len = p[i + 2] | (uint32_t)p[i + 3] << 8;

		if (type < 0xc001 || type > 0xc00c || len < 4 || len > n - i) {
			i++;
			continue;
		}
		if (type == 0xc001 && len >= 56) {
			uint32_t name = 0;

			while (name < 32 && (p[i + 24 + name] || p[i + 25 + name]))
				name += 2;
			proto_text16(p + i + 24, name, s->client, sizeof(s->client));
		}
		if (type == 0xc003 && len >= 8) {
			for (uint32_t k = 0; k < CHANNELS && 8 + k * 12 + 12 <= len; k++)
				s->f.mst120 |= strncasecmp((const char *)p + i + 8 + k * 12,
							   "MS_T120", 8) == 0;
		}
		i += len;
	}
}

static void from_client(struct proto_call *c, struct bytes b, uint8_t code)
{
	struct rdp_state *s = c->state;
	uint8_t kind;

	if (code == X224_cr) {
		bytes_take(&b, 5); /* references, class */
		cookie(s, &b);
		negotiation(b, &kind, &s->f.asked);
		if (kind != NEG_request)
			s->f.asked = 0;
		s->asked = true;
	} else if (code == X224_data) {
		client_blocks(s, b.at, (uint32_t)bytes_left(&b));
		tell(c);
		s->over[c->dir] = true;
	}
}

static void from_server(struct proto_call *c, struct bytes b, uint8_t code)
{
	struct rdp_state *s = c->state;
	uint8_t kind;

	if (code != X224_cc) {
		s->over[c->dir] = true;
		return;
	}
	bytes_take(&b, 5);
	negotiation(b, &kind, &s->f.chosen);
	if (kind == NEG_failure)
		s->f.chosen = UINT32_MAX;
	else if (kind != NEG_answer)
		s->f.chosen = 0;
	if (s->f.chosen) /* else the client's name is still to come */
		tell(c);
}

/* One TPKT; true: another protocol follows. */
static bool message(struct proto_call *c, const uint8_t *p, uint32_t n)
{
	struct rdp_state *s = c->state;
	struct bytes b = bytes_of(p + TPKT_HEAD, n - TPKT_HEAD);
	uint8_t len = bytes_u8(&b), code = bytes_u8(&b);

	(void)len;
	if (!bytes_ok(&b))
		return false;
	if (c->dir == FLOW_to_server)
		from_client(c, b, code);
	else
		from_server(c, b, code);
	return c->dir == FLOW_to_client && s->f.chosen && s->f.chosen != UINT32_MAX;
}

static void data(struct proto_call *c, const uint8_t *p, uint32_t n)
{
	struct rdp_state *s = c->state;
	struct proto_bytes *w = &s->wait[c->dir];

	if (s->over[c->dir])
		return;
	if (!proto_append(proto_mem_of(c), w, p, n, TPKT_MAX)) {
		tell(c);
		s->over[c->dir] = true;
		proto_drop(proto_mem_of(c), w);
		return;
	}
	while (w->len >= TPKT_HEAD && !s->over[c->dir]) {
		uint32_t len = (uint32_t)(w->at[2] << 8 | w->at[3]);

		if (w->at[0] != 3 || len < TPKT_HEAD + 2 || len > TPKT_MAX) {
			s->over[c->dir] = true;
			break;
		}
		if (w->len < len)
			return;
		bool tls = message(c, w->at, len);
		proto_consume(w, len);
		if (tls) {
			proto_switch(c, APP_tls, w->len < n ? w->len : n);
			return;
		}
	}
	if (s->over[c->dir] || w->len == 0)
		proto_drop(proto_mem_of(c), w);
}

static void gap(struct proto_call *c, uint64_t missing)
{
	struct rdp_state *s = c->state;

	(void)missing;
	proto_drop(proto_mem_of(c), &s->wait[c->dir]);
	s->over[c->dir] = true;
}

static void end(struct proto_call *c)
{
	struct rdp_state *s = c->state;

	tell(c);
	for (unsigned d = 0; d < 2; d++)
		proto_drop(proto_mem_of(c), &s->wait[d]);
}

static enum probe probe(const uint8_t *p, uint32_t n, uint8_t dir, const struct flow *f,
			bool midstream)
{
	(void)f, (void)midstream;
	if (p[0] != 3 || (n > 1 && p[1] != 0))
		return PROBE_no;
	if (n < 7)
		return PROBE_more;
	return p[5] == (dir == FLOW_to_server ? X224_cr : X224_cc) && p[2] < 16 ? PROBE_yes
										: PROBE_no;
}

static const uint16_t ports[] = {3389, 0};

const struct protocol protocol_rdp = {
	.name = "rdp",
	.over = PROTO_OVER_TCP,
	.ports = ports,
	.state_size = sizeof(struct rdp_state),
	.probe = probe,
	.data = data,
	.gap = gap,
	.end = end,
};
