// SPDX-License-Identifier: Apache-2.0
/* Redis (RESP): AUTH as a line or as an array of strings, and its answer. */
#include "proto/login_line.h"

struct redis_state {
	struct login_line line[2];
	char words[2][64]; /* of the AUTH at hand: password, or user and password */
	uint8_t word;      /* 0: not in an AUTH; else 1 + words read */
	uint8_t left;      /* words of the array at hand still to come */
	uint8_t secret;
	bool answer;       /* the next answer is to an AUTH */
};

static void asked(struct redis_state *s)
{
	const char *said = s->words[s->word < 3 ? 0 : 1];

	s->secret = fact_secret(said, (uint32_t)strlen(said));
	if (s->word < 3)
		s->words[0][0] = '\0'; /* a password alone */
	s->answer = true;
	s->word = 0;
}

static void client(struct redis_state *s, const char *line)
{
	if (line[0] == '*') {
		s->left =
			line[1] >= '2' && line[1] <= '3' && !line[2] ? (uint8_t)(line[1] - '0') : 0;
		s->word = 0;
	} else if (line[0] == '$') {
		/* the length of what comes */
	} else if (s->left) {
		s->left--;
		if (!s->word)
			s->word = strcasecmp(line, "AUTH") == 0;
		else if (s->word < 3)
			proto_text(line, (uint32_t)strlen(line), s->words[s->word++ - 1], 64);
		if (s->word && s->left == 0)
			asked(s);
	} else if (strncasecmp(line, "AUTH ", 5) == 0) {
		const char *second = strchr(line + 5, ' ');

		s->word = second ? 3 : 2;
		proto_text(line + 5, (uint32_t)strcspn(line + 5, " "), s->words[0], 64);
		if (second)
			proto_text(second + 1, (uint32_t)strlen(second + 1), s->words[1], 64);
		asked(s);
	}
}

static void server(struct proto_call *c, const char *line)
{
	struct redis_state *s = c->state;

	if (!s->answer || (line[0] != '+' && line[0] != '-'))
		return;
	s->answer = false;
	login_tell(c, LOGIN_redis, line[0] == '+' ? RESULT_ok : RESULT_failed, 0, true,
		   s->secret, s->words[0]);
}

static void data(struct proto_call *c, const uint8_t *p, uint32_t n)
{
	struct redis_state *s = c->state;
	struct login_line *l = &s->line[c->dir];

	if (l->bytes > LOGIN_MAX)
		return;
	while (login_line_next(l, &p, &n)) {
		if (c->dir == FLOW_to_server)
			client(s, l->at);
		else
			server(c, l->at);
	}
}

static void gap(struct proto_call *c, uint64_t missing)
{
	struct redis_state *s = c->state;

	(void)missing;
	s->line[c->dir].n = 0;
	s->word = s->left = 0;
	s->answer = false;
}

static const uint16_t ports[] = {6379, 0};

/* p begins as `what` does, in which '#' is one or two digits. */
static enum probe begins(const uint8_t *p, uint32_t n, const char *what)
{
	uint32_t i = 0;

	for (; *what; what++) {
		if (i >= n)
			return PROBE_more;
		bool digit = p[i] >= '0' && p[i] <= '9';
		if (*what == '#' ? !digit : p[i] != (uint8_t)*what)
			return PROBE_no;
		i += *what == '#' && i + 1 < n && p[i + 1] >= '0' && p[i + 1] <= '9' ? 2 : 1;
	}
	return PROBE_yes;
}

/* An array of texts; or what only Redis answers to PING and AUTH, asked as lines. */
static enum probe elsewhere(const uint8_t *p, uint32_t n, uint8_t dir)
{
	static const char *const says[] = {"+PONG\r\n", "-NOAUTH ", "-WRONGPASS ", "-ERR AUTH ",
					   "-ERR invalid password", "-ERR Client sent AUTH"};
	enum probe best = PROBE_no;

	if (dir == FLOW_to_server)
		return begins(p, n, "*#\r\n$#\r\n");
	for (unsigned i = 0; (p[0] == '+' || p[0] == '-') && i < sizeof(says) / sizeof(says[0]); i++) {
		enum probe r = begins(p, n, says[i]);

		best = r > best ? r : best;
	}
	return best;
}

static enum probe probe(const uint8_t *p, uint32_t n, uint8_t dir, const struct flow *f,
			bool midstream)
{
	if (!proto_on_port(ports, f))
		return midstream ? PROBE_no : elsewhere(p, n, dir);
	if (dir == FLOW_to_server)
		return p[0] == '*' || (p[0] | 32) == 'a' || (p[0] | 32) == 'p' || (p[0] | 32) == 'i'
			       ? PROBE_yes
			       : PROBE_no;
	return p[0] == '+' || p[0] == '-' || p[0] == '$' || p[0] == ':' || p[0] == '*' ? PROBE_yes
										       : PROBE_no;
}

const struct protocol protocol_redis = {
	.name = "redis",
	.over = PROTO_OVER_TCP,
	.ports = ports,
	.state_size = sizeof(struct redis_state),
	.probe = probe,
	.data = data,
	.gap = gap,
};
