// SPDX-License-Identifier: Apache-2.0
/* Telnet (RFC 854): its commands are taken out, and what is left is read as a login: a prompt for a
 * name, one for a password, and what the server says then. Words in English only; of others nothing
 * is told.
 */
#include "proto/frame.h"
#include "proto/protocol.h"

#define LINE_MAX 200u
#define IAC      255
#define SB       250
#define SE       240
#define TALK_MAX (32u << 10) /* bytes of a side after which no login is expected */

enum stage { STAGE_none, STAGE_name, STAGE_password, STAGE_answer, STAGE_over };

struct telnet_side {
	char line[LINE_MAX];
	uint32_t n, bytes;
	uint8_t command; /* bytes of a command still to come: 1 a verb, 2 its option, 3 until IAC SE
			  */
	bool iac;        /* within 3: the last byte was one */
};

struct telnet_state {
	struct telnet_side side[2];
	char user[64];
	uint8_t stage;
	uint8_t attempts;
};

static bool says(const char *line, const char *const *words)
{
	for (; *words; words++) {
		if (strcasestr(line, *words))
			return true;
	}
	return false;
}

static void outcome(struct proto_call *c, enum fact_result r)
{
	struct telnet_state *s = c->state;
	struct fact_login f = {.how = LOGIN_telnet, .outcome = (uint8_t)r, .clear = 1};

	proto_fact(c, FACT_login, &f, sizeof(f), (const char *[]){s->user}, 1);
	s->attempts++;
	s->stage = r == RESULT_ok || s->attempts == UINT8_MAX ? STAGE_over : STAGE_none;
}

/* The end of what the server shows: a prompt has no line's end. */
static void prompt(struct proto_call *c)
{
	static const char *const names[] = {"login:", "username:", "user name:", "user:", NULL};
	static const char *const passwords[] = {"password:", "passwd:", "passcode:", NULL};
	struct telnet_state *s = c->state;
	struct telnet_side *x = &s->side[FLOW_to_client];
	const char *line = x->line;
	uint32_t n = x->n;

	while (n && line[n - 1] == ' ')
		n--;
	if (n == 0)
		return;
	char last = line[n - 1];
	if (says(line, passwords)) {
		if (s->stage == STAGE_answer)
			outcome(c, RESULT_failed); /* asked again */
		s->stage = STAGE_password;
		x->n = 0;
	} else if (says(line, names) && !strcasestr(line, "last login:")) {
		if (s->stage == STAGE_answer)
			outcome(c, RESULT_failed);
		s->stage = STAGE_name;
		s->user[0] = '\0';
		x->n = 0;
	} else if (s->stage == STAGE_answer && n < 80 &&
		   (last == '$' || last == '#' || last == '>' || last == '%')) {
		outcome(c, RESULT_ok);
		x->n = 0;
	}
	x->line[x->n] = '\0';
}

static void server_line(struct proto_call *c)
{
	static const char *const bad[] = {"incorrect",     "fail",     "denied",
					  "invalid",       "bad pass", "wrong",
					  "not permitted", "refused",  NULL};
	static const char *const good[] = {"last login",       "welcome",           "logged in",
					   "login successful", "microsoft windows", NULL};
	struct telnet_state *s = c->state;
	const char *line = s->side[FLOW_to_client].line;

	if (s->stage != STAGE_answer)
		return;
	if (says(line, bad))
		outcome(c, RESULT_failed);
	else if (says(line, good))
		outcome(c, RESULT_ok);
}

static void client_line(struct telnet_state *s, const char *line)
{
	if (s->stage == STAGE_name)
		proto_text(line, (uint32_t)strlen(line), s->user, sizeof(s->user));
	else if (s->stage == STAGE_password)
		s->stage = STAGE_answer;
}

static void shown(struct proto_call *c, uint8_t byte)
{
	struct telnet_state *s = c->state;
	struct telnet_side *x = &s->side[c->dir];

	if (byte == '\n' || byte == '\r') {
		if (x->n && c->dir == FLOW_to_client)
			server_line(c);
		if (c->dir == FLOW_to_server && (byte == '\r' || x->n))
			client_line(s, x->line);
		x->n = 0;
	} else if ((byte == 8 || byte == 127) && x->n) {
		x->n--;
	} else if (byte >= ' ' && byte < 127 && x->n + 1 < LINE_MAX) {
		x->line[x->n++] = (char)byte;
	}
	x->line[x->n] = '\0';
}

/* A byte of a command; false: it is one that is shown. */
static bool command(struct telnet_side *x, uint8_t byte)
{
	switch (x->command) {
	case 0:
		x->command = byte == IAC;
		return byte == IAC;
	case 1:
		x->command = byte == SB ? 3 : byte > SB && byte < IAC ? 2 : 0;
		return byte != IAC;
	case 2:
		x->command = 0;
		return true;
	default:
		if (x->iac && byte == SE)
			x->command = 0;
		x->iac = byte == IAC && !x->iac;
		return true;
	}
}

static void data(struct proto_call *c, const uint8_t *p, uint32_t n)
{
	struct telnet_state *s = c->state;
	struct telnet_side *x = &s->side[c->dir];

	x->bytes += n;
	if (x->bytes > TALK_MAX && s->stage < STAGE_over)
		s->stage = STAGE_over;
	if (s->stage == STAGE_over)
		return;
	for (uint32_t i = 0; i < n && s->stage != STAGE_over; i++) {
		if (!command(x, p[i]))
			shown(c, p[i]);
	}
	if (c->dir == FLOW_to_client && s->stage != STAGE_over)
		prompt(c);
}

static void gap(struct proto_call *c, uint64_t missing)
{
	struct telnet_state *s = c->state;

	(void)missing;
	s->side[c->dir].n = 0;
	s->side[c->dir].command = 0;
	s->side[c->dir].line[0] = '\0';
}

static void end(struct proto_call *c)
{
	struct telnet_state *s = c->state;

	if (s->stage == STAGE_answer)
		outcome(c, RESULT_unknown);
}

static enum probe probe(const uint8_t *p, uint32_t n, uint8_t dir, const struct flow *f,
			bool midstream)
{
	(void)dir;
	/* On its port whatever is said by nobody else; elsewhere a negotiation of options. */
	if (f->server_port == 23 || f->server_port == 2323) {
		static const char *const others[] = {"SSH-", "GET ",   "POST",
						     "HTTP", "\x16\3", "\3\0"};

		for (unsigned i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
			size_t k = i == 5 ? 2 : strlen(others[i]);

			if (memcmp(p, others[i], n < k ? n : k) == 0)
				return n < k ? PROBE_more : PROBE_no;
		}
		return PROBE_yes;
	}
	if (midstream || p[0] != IAC)
		return PROBE_no;
	if ((n > 1 && (p[1] < 251 || p[1] > 254)) || (n > 2 && p[2] >= 50))
		return PROBE_no;
	if (n < 4)
		return PROBE_more;
	/* another command or a text follows: MP3 begins alike */
	return p[3] == IAC || (p[3] < 127 && (p[3] >= ' ' || p[3] == '\r' || p[3] == '\n')) ? PROBE_yes
												      : PROBE_no;
}

static const uint16_t ports[] = {23, 2323, 0};

const struct protocol protocol_telnet = {
	.name = "telnet",
	.over = PROTO_OVER_TCP,
	.ports = ports,
	.state_size = sizeof(struct telnet_state),
	.frames = telnet_frames,
	.record = telnet_record,
	.probe = probe,
	.data = data,
	.gap = gap,
	.end = end,
};
