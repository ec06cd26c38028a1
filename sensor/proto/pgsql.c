// SPDX-License-Identifier: Apache-2.0
/* PostgreSQL's start (its manual, 55.2): the user, how the proof is asked for, the verdict; TLS
 * when both want it. */
#include "base/bytes.h"
#include "proto/login_line.h"
#include "proto/pieces.h"

#define KEPT        1024u
#define HEAD        8u
#define SSL_REQUEST 80877103u
#define GSS_REQUEST 80877104u
#define AUTH_ok     0u
#define AUTH_clear  3u

struct pgsql_state {
	struct pieces in;
	char user[64];
	bool started, ssl, clear;
};

static uint32_t be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* Version 3.0, or 3.2 of PostgreSQL 18. */
static bool is_startup(uint32_t kind)
{
	return kind >> 16 == 3 && (kind & 0xffff) <= 2;
}

/* "user\0NAME\0database\0…" */
static void startup(struct pgsql_state *s, struct bytes b)
{
	while (bytes_left(&b)) {
		const uint8_t *end = memchr(b.at, 0, bytes_left(&b));
		bool user = end && end - b.at == 4 && memcmp(b.at, "user", 4) == 0;

		if (!end)
			return;
		bytes_take(&b, (size_t)(end - b.at) + 1);
		if (user) {
			proto_text(b.at, (uint32_t)strnlen((const char *)b.at, bytes_left(&b)),
				   s->user, sizeof(s->user));
			return;
		}
	}
}

/* One message of the client; returns its length, 0: it is not whole. */
static uint32_t client(struct pgsql_state *s, const uint8_t *p, uint32_t n)
{
	struct bytes b = bytes_of(p, n);

	if (s->started)
		return n; /* proofs are not looked at */
	uint32_t len = bytes_be32(&b), kind = bytes_be32(&b);
	if (!bytes_ok(&b))
		return 0;
	if (len < 8 || len > KEPT) {
		s->in.over = true;
		return n;
	}
	if (n < len)
		return 0;
	s->ssl = kind == SSL_REQUEST || kind == GSS_REQUEST;
	if (is_startup(kind)) {
		s->started = true;
		startup(s, bytes_of(p + 8, len - 8));
	}
	return len;
}

static void verdict(struct proto_call *c, const uint8_t *p, uint32_t len)
{
	struct pgsql_state *s = c->state;
	struct bytes b = bytes_of(p + 5, len - 4);

	if (p[0] == 'E') {
		/* fields: a letter and a text; 28… are of authorisation */
		bool proof = memmem(b.at, bytes_left(&b), "C28", 3) != NULL;

		if (proof)
			login_tell(c, LOGIN_pgsql, RESULT_failed, 0, s->clear, 0, s->user);
		s->in.over = true;
		return;
	}
	if (p[0] != 'R')
		return;
	uint32_t kind = bytes_be32(&b);
	s->clear |= kind == AUTH_clear;
	if (kind == AUTH_ok) {
		login_tell(c, LOGIN_pgsql, RESULT_ok, 0, s->clear, 0, s->user);
		s->in.over = true;
	}
}

/* One message of the server; returns its length, 0: it is not whole. */
static uint32_t server(struct proto_call *c, const uint8_t *p, uint32_t n)
{
	struct pgsql_state *s = c->state;

	if (n < 5)
		return 0;
	uint32_t len = be32(p + 1);
	if (len < 4 || len > KEPT) {
		s->in.over = true;
		return n;
	}
	if (n - 1 < len)
		return 0;
	verdict(c, p, len);
	return len + 1;
}

static void data(struct proto_call *c, const uint8_t *p, uint32_t n)
{
	struct pgsql_state *s = c->state;
	struct proto_bytes *w = &s->in.wait[c->dir];

	if (s->in.over)
		return;
	if (c->dir == FLOW_to_client && s->ssl) {
		s->ssl = false;
		if (p[0] == 'S') {
			proto_switch(c, APP_tls, n - 1);
			return;
		}
		if (p[0] == 'G') { /* encrypted by Kerberos */
			s->in.over = true;
			return;
		}
		p++;
		n--;
	}
	if (!pieces_hold(c, p, n, KEPT * 4))
		return;
	while (!s->in.over && w->len) {
		uint32_t used = c->dir == FLOW_to_server ? client(s, w->at, w->len)
							 : server(c, w->at, w->len);
		if (!used)
			return;
		proto_consume(w, used);
	}
	proto_drop(proto_mem_of(c), w);
}

static const uint16_t ports[] = {5432, 0};

/* "…user", "…database", "…application_name": a start's first parameter; or a question for encryption. */
static enum probe start(const uint8_t *p, uint32_t n)
{
	if (p[0] || (n > 1 && p[1]))
		return PROBE_no;
	if (n < HEAD)
		return PROBE_more;
	uint32_t len = be32(p), kind = be32(p + 4), i = HEAD;
	if (kind == SSL_REQUEST || kind == GSS_REQUEST)
		return len == HEAD ? PROBE_yes : PROBE_no;
	if (!is_startup(kind) || len <= HEAD + 2 || len > KEPT)
		return PROBE_no;
	while (i < n && i < HEAD + 32 && ((p[i] >= 'a' && p[i] <= 'z') || p[i] == '_' || p[i] == '.'))
		i++;
	if (i == n)
		return PROBE_more;
	return i > HEAD + 2 && p[i] == 0 ? PROBE_yes : PROBE_no;
}

static enum probe probe(const uint8_t *p, uint32_t n, uint8_t dir, const struct flow *f,
			bool midstream)
{
	if (!proto_on_port(ports, f))
		return dir == FLOW_to_client || midstream ? PROBE_no : start(p, n);
	if (dir == FLOW_to_client)
		return PROBE_more; /* the client begins */
	if (n < HEAD)
		return PROBE_more;
	uint32_t kind = be32(p + 4);
	return is_startup(kind) || kind == SSL_REQUEST || kind == GSS_REQUEST ? PROBE_yes : PROBE_no;
}

const struct protocol protocol_pgsql = {
	.name = "pgsql",
	.over = PROTO_OVER_TCP,
	.ports = ports,
	.state_size = sizeof(struct pgsql_state),
	.probe = probe,
	.data = data,
	.gap = pieces_gap_ends,
	.end = pieces_end,
};
