// SPDX-License-Identifier: Apache-2.0
/* MySQL's connection phase (MySQL internals manual, 14.2): greeting, the client's answer with its
 * user, the verdict; TLS when the client asks for it. */
#include "base/bytes.h"
#include "proto/login_line.h"
#include "proto/pieces.h"

#define HEAD        4u
#define KEPT        1024u /* bytes of a packet of this phase */
#define CAP_SSL     0x800u
#define SSL_REQUEST 32u /* bytes of it */
#define GREETING_MIN 40u /* bytes of a greeting; a packet has less than 256 of it */
#define VERSION_MAX  64u
#define SALT_END     13u /* from the version's end: itself, the thread, the salt's first half */

struct mysql_state {
	struct pieces in;
	char user[64];
	bool greeted, asked;
};

/* True: TLS follows. */
static bool client(struct proto_call *c, struct bytes b)
{
	struct mysql_state *s = c->state;
	uint32_t n = (uint32_t)bytes_left(&b);

	if (s->asked)
		return false; /* more of the proof */
	uint32_t capabilities = bytes_le32(&b);
	bytes_take(&b, 28);
	if (!bytes_ok(&b))
		return false;
	if (capabilities & CAP_SSL && n == SSL_REQUEST)
		return true;
	proto_text(b.at, (uint32_t)strnlen((const char *)b.at, bytes_left(&b)), s->user,
		   sizeof(s->user));
	s->asked = true;
	return false;
}

static void server(struct proto_call *c, struct bytes b)
{
	struct mysql_state *s = c->state;
	uint8_t kind = bytes_u8(&b);

	if (!s->greeted) {
		s->greeted = true;
		s->in.over = kind != 10; /* an error, or of another time */
		return;
	}
	if (!s->asked || (kind != 0 && kind != 0xff))
		return; /* another proof is asked for */
	uint16_t code = kind ? bytes_le16(&b) : 0;
	/* access denied (three ways), account locked; others are no word on the proof */
	bool denied = code == 1044 || code == 1045 || code == 1698 || code == 3118;
	login_tell(c, LOGIN_mysql,
		   !kind    ? RESULT_ok
		   : denied ? RESULT_failed
			    : RESULT_unknown,
		   code, false, 0, s->user);
	s->in.over = true;
}

static void data(struct proto_call *c, const uint8_t *p, uint32_t n)
{
	struct mysql_state *s = c->state;
	struct proto_bytes *w = &s->in.wait[c->dir];

	if (!pieces_hold(c, p, n, KEPT * 2))
		return;
	while (!s->in.over && w->len >= HEAD) {
		uint32_t len = w->at[0] | (uint32_t)w->at[1] << 8 | (uint32_t)w->at[2] << 16;

		if (len > KEPT || len == 0) {
			s->in.over = true;
			break;
		}
		if (w->len - HEAD < len)
			return;
		struct bytes b = bytes_of(w->at + HEAD, len);
		bool tls = false;
		if (c->dir == FLOW_to_server)
			tls = client(c, b);
		else
			server(c, b);
		proto_consume(w, HEAD + len);
		if (tls) {
			proto_switch(c, APP_tls, w->len < n ? w->len : n);
			return;
		}
	}
	if (s->in.over || w->len == 0)
		proto_drop(proto_mem_of(c), w);
}

static const uint16_t ports[] = {3306, 0};

/* A greeting of version 10: "8.0.36", a number, eight bytes of salt, zero. */
static enum probe greeting(const uint8_t *p, uint32_t n)
{
	uint32_t i = HEAD + 1;

	if (p[0] < GREETING_MIN)
		return PROBE_no;
	for (uint32_t k = 1; k < HEAD && k < n; k++) {
		if (p[k])
			return PROBE_no;
	}
	if (n > HEAD && p[HEAD] != 10)
		return PROBE_no;
	if (n > i && (p[i] < '0' || p[i] > '9'))
		return PROBE_no;
	while (i < n && p[i] > ' ' && p[i] < 127)
		i++;
	if (i > HEAD + VERSION_MAX || (i < n && p[i]))
		return PROBE_no;
	if (n <= i + SALT_END)
		return PROBE_more;
	return p[i + SALT_END] ? PROBE_no : PROBE_yes;
}

static enum probe probe(const uint8_t *p, uint32_t n, uint8_t dir, const struct flow *f,
			bool midstream)
{
	if (!proto_on_port(ports, f))
		return dir == FLOW_to_server || midstream ? PROBE_no : greeting(p, n);
	if (dir == FLOW_to_server)
		return PROBE_more; /* the server says it */
	if (n < HEAD + 1)
		return PROBE_more;
	return p[2] == 0 && p[3] == 0 && (p[4] == 10 || p[4] == 0xff) ? PROBE_yes : PROBE_no;
}

const struct protocol protocol_mysql = {
	.name = "mysql",
	.over = PROTO_OVER_TCP,
	.ports = ports,
	.state_size = sizeof(struct mysql_state),
	.probe = probe,
	.data = data,
	.gap = pieces_gap_ends,
	.end = pieces_end,
};
