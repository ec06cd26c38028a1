// SPDX-License-Identifier: Apache-2.0
/* POP3 (RFC 1939, 5034): how logins went; after STLS another protocol speaks.
 *
 * Replies are matched to commands in order. A reply of more lines ends with a "." of its own, so
 * that a mail's text is not taken for replies. A hole forgets what is waited for.
 */
#include "proto/base64.h"
#include "proto/lines.h"
#include "proto/protocol.h"

#define LINE_BYTES  1024u
#define WAITING_MAX 32u

enum command { CMD_other, CMD_lines, CMD_pass, CMD_apop, CMD_auth, CMD_stls };

struct pop3_flow {
	uint8_t secret; /* of the login at hand */
	struct lines lines[2];
	uint8_t waiting[WAITING_MAX]; /* enum command, a ring */
	uint32_t asked, answered;
	char user[64];
	bool greeted, in_lines; /* within a reply of more lines */
	bool auth;              /* the client's next line answers a question of AUTH */
};

static bool is(const uint8_t *p, uint32_t n, const char *word)
{
	uint32_t i = 0;

	for (; word[i]; i++) {
		if (i >= n || (p[i] & 0xdf) != (uint8_t)word[i])
			return false;
	}
	return i == n || p[i] == ' ';
}

/* PLAIN: authorisation, NUL, user, NUL, password; LOGIN's first answer: the user. */
static void auth_user(struct pop3_flow *s, const uint8_t *p, uint32_t n)
{
	struct base64 b = {0};
	uint8_t out[128];
	uint32_t k = base64_put(&b, p, n < 128 ? n : 128, out), from = 0;

	if (s->user[0])
		return;
	if (k && out[0] == 0)
		from = 1;
	const uint8_t *end = k > from ? memchr(out + from, 0, k - from) : NULL;
	proto_text(out + from, end ? (uint32_t)(end - out) - from : k - from, s->user,
		   sizeof(s->user));
}

static void ask(struct pop3_flow *s, enum command cmd)
{
	if (s->asked - s->answered < WAITING_MAX)
		s->waiting[s->asked++ % WAITING_MAX] = (uint8_t)cmd;
}

static void on_command(struct pop3_flow *s, const uint8_t *p, uint32_t n)
{
	if (s->auth) {
		s->auth = false;
		s->secret = fact_secret(p, n);
		auth_user(s, p, n);
		return;
	}
	if (is(p, n, "USER") || is(p, n, "APOP")) {
		const uint8_t *end = n > 5 ? memchr(p + 5, ' ', n - 5) : NULL;

		proto_text(p + 5, n > 5 ? (end ? (uint32_t)(end - p) : n) - 5 : 0, s->user,
			   sizeof(s->user));
		ask(s, is(p, n, "APOP") ? CMD_apop : CMD_other);
	} else if (is(p, n, "AUTH") && n > 5) {
		s->user[0] = '\0';
		if (n > 11 && is(p + 5, n - 5, "PLAIN"))
			auth_user(s, p + 11, n - 11);
		s->secret = fact_secret(p, n);
		ask(s, CMD_auth);
	} else {
		bool lines = is(p, n, "RETR") || is(p, n, "TOP") || is(p, n, "CAPA") || n == 4;

		if (is(p, n, "PASS"))
			s->secret = fact_secret(p, n);
		lines = lines && !is(p, n, "QUIT") && !is(p, n, "STAT") && !is(p, n, "NOOP") &&
			!is(p, n, "RSET");
		ask(s, is(p, n, "PASS")   ? CMD_pass
		       : is(p, n, "STLS") ? CMD_stls
		       : lines            ? CMD_lines
					  : CMD_other);
	}
}

/* True: another protocol speaks from here on. */
static bool on_reply(struct proto_call *c, const uint8_t *p, uint32_t n, uint32_t rest)
{
	struct pop3_flow *s = c->state;

	if (s->in_lines) {
		s->in_lines = !(n == 1 && p[0] == '.');
		return false;
	}
	if (n && p[0] == '+' && (n == 1 || p[1] == ' ')) { /* a question of AUTH */
		s->auth = true;
		return false;
	}
	bool ok = n >= 3 && memcmp(p, "+OK", 3) == 0;
	if (!s->greeted) {
		s->greeted = true;
		return false;
	}
	if (s->answered == s->asked)
		return false;
	enum command cmd = (enum command)s->waiting[s->answered++ % WAITING_MAX];
	if (cmd == CMD_pass || cmd == CMD_apop || cmd == CMD_auth) {
		struct fact_login f = {.how = LOGIN_pop3,
				       .clear = cmd != CMD_apop,
				       .secret = cmd != CMD_apop ? s->secret : 0,
				       .outcome = ok ? RESULT_ok : RESULT_failed};
		proto_fact(c, FACT_login, &f, sizeof(f), (const char *[]){s->user}, 1);
		s->auth = false;
	}
	s->in_lines = cmd == CMD_lines && ok;
	if (cmd == CMD_stls && ok)
		proto_switch(c, APP_none, rest);
	return cmd == CMD_stls && ok;
}

static void pop3_data(struct proto_call *c, const uint8_t *p, uint32_t n)
{
	struct pop3_flow *s = c->state;
	struct lines *l = &s->lines[c->dir];
	const uint8_t *line;
	uint32_t len;
	bool taken = false;

	while (n && lines_next(l, proto_mem_of(c), &p, &n, LINE_BYTES, &line, &len, &taken)) {
		if (c->dir == FLOW_to_server)
			on_command(s, line, len);
		else if (on_reply(c, line, len, n))
			return;
	}
	if (taken)
		l->held.len = 0;
	l->cut = false;
}

static void pop3_gap(struct proto_call *c, uint64_t missing)
{
	struct pop3_flow *s = c->state;

	(void)missing;
	s->lines[c->dir].held.len = 0;
	s->answered = s->asked;
	s->greeted = true;
}

static void pop3_end(struct proto_call *c)
{
	struct pop3_flow *s = c->state;

	for (unsigned i = 0; i < 2; i++)
		lines_drop(&s->lines[i], proto_mem_of(c));
}

static enum probe pop3_probe(const uint8_t *p, uint32_t n, uint8_t dir, const struct flow *f,
			     bool midstream)
{
	(void)midstream;
	if (n < 4)
		return PROBE_more;
	if (dir == FLOW_to_server)
		return f->server_port == 110 && (is(p, 4, "USER") || is(p, 4, "CAPA") ||
						 is(p, 4, "AUTH") || is(p, 4, "STLS"))
			       ? PROBE_yes
			       : PROBE_no;
	if (memcmp(p, "+OK", 3) != 0 || (p[3] != ' ' && p[3] != '\r'))
		return PROBE_no;
	return f->server_port == 110 || memmem(p, n, "POP", 3) ? PROBE_yes : PROBE_no;
}

static const uint16_t pop3_ports[] = {110, 0};
const struct protocol protocol_pop3 = {
	.name = "pop3",
	.over = PROTO_OVER_TCP,
	.ports = pop3_ports,
	.state_size = sizeof(struct pop3_flow),
	.probe = pop3_probe,
	.data = pop3_data,
	.gap = pop3_gap,
	.end = pop3_end,
};
