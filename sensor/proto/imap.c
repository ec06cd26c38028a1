// SPDX-License-Identifier: Apache-2.0
/* IMAP (RFC 9051): how logins went; after STARTTLS another protocol speaks.
 *
 * Commands that matter are remembered by their tags until the server names the tag again. What a
 * literal ("{123}") announces is passed over, but for the name in LOGIN. A hole forgets what is
 * waited for.
 */
#include "proto/base64.h"
#include "proto/lines.h"
#include "proto/protocol.h"

#define LINE_BYTES 2048u
#define TAG_MAX    16u
#define ASKED_MAX  8u

enum command { CMD_none, CMD_login, CMD_auth, CMD_starttls };

struct asked {
	char tag[TAG_MAX];
	uint8_t cmd, n;
};

struct imap_flow {
	uint8_t secret; /* of the login at hand */
	struct lines lines[2];
	uint64_t literal[2]; /* bytes to come */
	struct asked asked[ASKED_MAX];
	unsigned next;
	char user[64];
	bool want_user; /* the client's literal is LOGIN's name */
	bool more;      /* … its next line goes on with a command */
	bool auth;      /* … answers a question */
};

static bool word_is(struct view_of_bytes w, const char *word)
{
	for (uint32_t i = 0; i < w.len; i++) {
		if (!word[i] || (w.at[i] & 0xdf) != (uint8_t)word[i])
			return false;
	}
	return word[w.len] == '\0';
}

/* The next word or quoted string of *rest. */
static struct view_of_bytes word_of(struct view_of_bytes *rest)
{
	while (rest->len && *rest->at == ' ') {
		rest->at++;
		rest->len--;
	}
	bool quoted = rest->len && *rest->at == '"';
	const uint8_t *from = rest->at + quoted;
	uint32_t left = rest->len - quoted, n = 0;
	while (n < left && from[n] != (quoted ? '"' : ' '))
		n++;
	uint32_t used = quoted + n + (n < left);
	rest->at += used;
	rest->len -= used;
	return (struct view_of_bytes){from, n};
}

/* "… {12}" or "{12+}" ends a line: bytes that follow it. */
static uint64_t literal_of(const uint8_t *p, uint32_t n)
{
	uint64_t v = 0, unit = 1;

	if (n < 3 || p[n - 1] != '}')
		return 0;
	n--;
	if (p[n - 1] == '+')
		n--;
	while (n && p[n - 1] >= '0' && p[n - 1] <= '9' && unit < 1000000000) {
		v += unit * (p[--n] - '0');
		unit *= 10;
	}
	return n && p[n - 1] == '{' ? v : 0;
}

static void auth_user(struct imap_flow *s, const uint8_t *p, uint32_t n)
{
	struct base64 b = {0};
	uint8_t out[128];
	uint32_t k = base64_put(&b, p, n < 128 ? n : 128, out), from = 0;

	if (s->user[0])
		return;
	if (k && out[0] == 0) /* PLAIN: authorisation, NUL, user, NUL, password */
		from = 1;
	const uint8_t *end = k > from ? memchr(out + from, 0, k - from) : NULL;
	proto_text(out + from, end ? (uint32_t)(end - out) - from : k - from, s->user,
		   sizeof(s->user));
}

static void remember(struct imap_flow *s, struct view_of_bytes tag, enum command cmd)
{
	struct asked *a = &s->asked[s->next++ % ASKED_MAX];

	if (tag.len == 0 || tag.len > TAG_MAX)
		return;
	memcpy(a->tag, tag.at, tag.len);
	a->n = (uint8_t)tag.len;
	a->cmd = (uint8_t)cmd;
}

static void on_command(struct imap_flow *s, const uint8_t *p, uint32_t n)
{
	struct view_of_bytes rest = {p, n}, tag, cmd, arg;
	bool more = s->more;

	s->more = false;
	if (s->auth) {
		s->auth = false;
		s->secret = fact_secret(p, n);
		auth_user(s, p, n);
		return;
	}
	s->literal[FLOW_to_server] = literal_of(p, n);
	s->more = s->literal[FLOW_to_server] != 0;
	if (more)
		return;
	tag = word_of(&rest);
	cmd = word_of(&rest);
	if (word_is(cmd, "LOGIN")) {
		s->secret = s->more ? 0 : fact_secret(rest.at, rest.len);
		arg = word_of(&rest);
		s->want_user = s->more && arg.len && arg.at[0] == '{';
		s->user[0] = '\0';
		if (!s->want_user)
			proto_text(arg.at, arg.len, s->user, sizeof(s->user));
		remember(s, tag, CMD_login);
	} else if (word_is(cmd, "AUTHENTICATE")) {
		word_of(&rest); /* the method */
		arg = word_of(&rest);
		s->user[0] = '\0';
		s->secret = fact_secret(arg.at, arg.len);
		if (arg.len)
			auth_user(s, arg.at, arg.len);
		remember(s, tag, CMD_auth);
	} else if (word_is(cmd, "STARTTLS")) {
		remember(s, tag, CMD_starttls);
	}
}

/* True: another protocol speaks from here on. */
static bool on_reply(struct proto_call *c, const uint8_t *p, uint32_t n, uint32_t rest)
{
	struct imap_flow *s = c->state;
	struct view_of_bytes line = {p, n}, tag, word;

	s->literal[FLOW_to_client] = literal_of(p, n);
	if (n && p[0] == '+') {
		for (unsigned i = 0; i < ASKED_MAX; i++)
			s->auth |= s->asked[i].cmd == CMD_auth;
		return false;
	}
	tag = word_of(&line);
	word = word_of(&line);
	for (unsigned i = 0; i < ASKED_MAX; i++) {
		struct asked *a = &s->asked[i];
		bool ok = word_is(word, "OK");

		if (a->cmd == CMD_none || a->n != tag.len || memcmp(a->tag, tag.at, tag.len) != 0)
			continue;
		enum command cmd = (enum command)a->cmd;
		a->cmd = CMD_none;
		if (cmd == CMD_starttls) {
			if (ok)
				proto_switch(c, APP_none, rest);
			return ok;
		}
		struct fact_login f = {
			.how = LOGIN_imap, .clear = 1, .secret = s->secret, .outcome = ok ? RESULT_ok : RESULT_failed};
		s->auth = false;
		proto_fact(c, FACT_login, &f, sizeof(f), (const char *[]){s->user}, 1);
		return false;
	}
	return false;
}

static uint32_t take_literal(struct imap_flow *s, uint8_t dir, const uint8_t *p, uint32_t n)
{
	uint32_t k = n < s->literal[dir] ? n : (uint32_t)s->literal[dir];

	if (dir == FLOW_to_server && s->want_user) { /* a name in pieces: put together */
		uint32_t have = (uint32_t)strlen(s->user);

		proto_text(p, k, s->user + have, (uint32_t)sizeof(s->user) - have);
		s->want_user = s->literal[dir] > k;
	}
	s->literal[dir] -= k;
	return k;
}

static void imap_data(struct proto_call *c, const uint8_t *p, uint32_t n)
{
	struct imap_flow *s = c->state;
	struct lines *l = &s->lines[c->dir];
	const uint8_t *line;
	uint32_t len;

	while (n) {
		bool taken = false;

		if (s->literal[c->dir]) {
			uint32_t k = take_literal(s, c->dir, p, n);
			p += k;
			n -= k;
			continue;
		}
		if (!lines_next(l, proto_mem_of(c), &p, &n, LINE_BYTES, &line, &len, &taken))
			return;
		if (c->dir == FLOW_to_server)
			on_command(s, line, len);
		else if (on_reply(c, line, len, n))
			return;
		l->held.len = 0;
		l->cut = false;
	}
}

static void imap_gap(struct proto_call *c, uint64_t missing)
{
	struct imap_flow *s = c->state;

	s->lines[c->dir].held.len = 0;
	s->literal[c->dir] -= missing < s->literal[c->dir] ? missing : s->literal[c->dir];
	memset(s->asked, 0, sizeof(s->asked));
	s->auth = s->more = s->want_user = false;
}

static void imap_end(struct proto_call *c)
{
	struct imap_flow *s = c->state;

	for (unsigned i = 0; i < 2; i++)
		lines_drop(&s->lines[i], proto_mem_of(c));
}

static enum probe imap_probe(const uint8_t *p, uint32_t n, uint8_t dir, const struct flow *f,
			     bool midstream)
{
	struct view_of_bytes line = {p, n < 64 ? n : 64};

	(void)midstream;
	if (n < 6)
		return PROBE_more;
	if (dir == FLOW_to_client) {
		if (memcmp(p, "* OK", 4) != 0 && memcmp(p, "* PREA", 6) != 0)
			return PROBE_no;
		return f->server_port == 143 || memmem(p, n, "IMAP", 4) ? PROBE_yes : PROBE_no;
	}
	if (f->server_port != 143 || !memchr(p, '\n', n))
		return f->server_port == 143 && n < 64 ? PROBE_more : PROBE_no;
	word_of(&line);
	struct view_of_bytes cmd = word_of(&line);
	while (cmd.len && cmd.at[cmd.len - 1] < ' ')
		cmd.len--;
	return word_is(cmd, "LOGIN") || word_is(cmd, "CAPABILITY") || word_is(cmd, "STARTTLS") ||
			       word_is(cmd, "AUTHENTICATE") || word_is(cmd, "ID")
		       ? PROBE_yes
		       : PROBE_no;
}

static const uint16_t imap_ports[] = {143, 0};
const struct protocol protocol_imap = {
	.name = "imap",
	.over = PROTO_OVER_TCP,
	.ports = imap_ports,
	.state_size = sizeof(struct imap_flow),
	.probe = imap_probe,
	.data = imap_data,
	.gap = imap_gap,
	.end = imap_end,
};
