// SPDX-License-Identifier: Apache-2.0
/* MS SQL (MS-TDS 2.2): the user of a LOGIN7 in clear, and the verdict in the server's tokens, which
 * is in clear even where the login itself is not. */
#include "base/bytes.h"
#include "proto/login_line.h"
#include "proto/pieces.h"

#define HEAD          8u
#define KEPT          8192u
#define TYPE_answer   4
#define TYPE_login7   16
#define TYPE_prelogin 18
#define TOKEN_error   0xaa
#define TOKEN_ack     0xad
#define LOGIN_FAILED  18456u

struct mssql_state {
	struct pieces in;
	char user[64];
	uint8_t secret;
};

static void login7(struct mssql_state *s, const uint8_t *p, uint32_t n)
{
	struct bytes b = bytes_of(p, n);

	bytes_take(&b, 40); /* up to where the user's name is */
	uint32_t at = bytes_le16(&b), len = bytes_le16(&b) * 2u;
	if (bytes_ok(&b) && at < n && len <= n - at)
		proto_text16(p + at, len, s->user, sizeof(s->user));
	at = bytes_le16(&b), len = bytes_le16(&b) * 2u;
	s->secret = bytes_ok(&b) && at < n && len <= n - at ? fact_secret(p + at, len) : 0;
}

/* The first token that says how it went (2.2.7.10, 2.2.7.14). */
static void answer(struct proto_call *c, const uint8_t *p, uint32_t n)
{
	struct mssql_state *s = c->state;
	struct bytes b = bytes_of(p, n);

	while (bytes_left(&b) >= 3) {
		uint8_t token = bytes_u8(&b);
		/* only those that have a length of two bytes come before the verdict */
		struct bytes body = bytes_take(&b, bytes_le16(&b));

		if (!bytes_ok(&body))
			return;
		if (token == TOKEN_ack) {
			login_tell(c, LOGIN_mssql, RESULT_ok, 0, false, s->secret, s->user);
			s->in.over = true;
			return;
		}
		if (token == TOKEN_error) {
			uint32_t code = bytes_le32(&body);

			if (code == LOGIN_FAILED)
				login_tell(c, LOGIN_mssql, RESULT_failed, code, false, s->secret, s->user);
			s->in.over = true;
			return;
		}
	}
}

static void data(struct proto_call *c, const uint8_t *p, uint32_t n)
{
	struct mssql_state *s = c->state;
	struct proto_bytes *w = &s->in.wait[c->dir];

	if (!pieces_hold(c, p, n, KEPT * 2))
		return;
	while (!s->in.over && w->len >= HEAD) {
		uint32_t len = (uint32_t)(w->at[2] << 8 | w->at[3]);

		/* TLS inside is packets of prelogin, then bare records for the login */
		bool record = w->at[0] == 0x17 && w->at[1] == 3;
		if (record && w->len >= 5)
			len = (uint32_t)(w->at[3] << 8 | w->at[4]) + 5;
		if (len < HEAD || len > KEPT) {
			s->in.over = true;
			break;
		}
		if (w->len < len)
			return;
		if (!record && w->at[0] == TYPE_login7 && c->dir == FLOW_to_server)
			login7(s, w->at + HEAD, len - HEAD);
		else if (!record && w->at[0] == TYPE_answer && c->dir == FLOW_to_client)
			answer(c, w->at + HEAD, len - HEAD);
		proto_consume(w, len);
	}
	if (s->in.over || w->len == 0)
		proto_drop(proto_mem_of(c), w);
}

static const uint16_t ports[] = {1433, 0};

/* A prelogin as a whole packet; of its options the version comes first (2.2.6.5). */
static enum probe prelogin(const uint8_t *p, uint32_t n)
{
	/* type, last packet; length; no process yet; number; window; token, offset, length 6 */
	static const int16_t first[] = {TYPE_prelogin, 1, 0, -1, 0, 0, -1, 0, 0, 0, -1, 0, 6};

	for (uint32_t i = 0; i < sizeof(first) / sizeof(first[0]); i++) {
		if (i >= n)
			return PROBE_more;
		if (first[i] >= 0 && p[i] != first[i])
			return PROBE_no;
	}
	uint32_t len = p[3], at = p[10];
	return at >= 6 && at % 5 == 1 && len >= HEAD + at + 6 ? PROBE_yes : PROBE_no;
}

static enum probe probe(const uint8_t *p, uint32_t n, uint8_t dir, const struct flow *f,
			bool midstream)
{
	if (!proto_on_port(ports, f)) /* an instance with a name has a port of its own */
		return dir == FLOW_to_client || midstream ? PROBE_no : prelogin(p, n);
	if (n < HEAD)
		return PROBE_more;
	bool type = dir == FLOW_to_server ? p[0] == TYPE_prelogin || p[0] == TYPE_login7
					  : p[0] == TYPE_answer;
	return type && p[1] <= 1 && (p[2] || p[3] >= HEAD) ? PROBE_yes : PROBE_no;
}

const struct protocol protocol_mssql = {
	.name = "mssql",
	.over = PROTO_OVER_TCP,
	.ports = ports,
	.state_size = sizeof(struct mssql_state),
	.probe = probe,
	.data = data,
	.gap = pieces_gap_ends,
	.end = pieces_end,
};
