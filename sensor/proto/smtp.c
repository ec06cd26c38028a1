// SPDX-License-Identifier: Apache-2.0
/* SMTP (RFC 5321): commands and replies by lines, the message as MIME, BDAT (RFC 3030) by its
 * length.
 *
 * After DATA what follows is the message, unless the server has refused it before any of it came.
 * After STARTTLS and its 220 another protocol speaks. A hole inside a message costs the lines it
 * lies in; a hole elsewhere is passed over: the next line is a command again.
 */
#include "proto/lines.h"
#include "proto/smtp_tx.h"

#define LINE_MAX_BYTES MIME_LINE
#define WAITING_MAX    32u /* commands whose replies are waited for */

enum {
	EVENT_invalid_reply,
	EVENT_unmatched_reply,
	EVENT_long_command,
	EVENT_long_reply,
	EVENT_pipelining,
	EVENT_bdat_len,
	EVENT_no_welcome,
	EVENT_tls_rejected,
	EVENT_data_rejected,
	EVENT_no_protocol_change,
	EVENT_mime_failed,
	EVENT_mime_malformed,
	EVENT_mime_base64,
	EVENT_mime_qp,
	EVENT_mime_line,
	EVENT_mime_enc_line,
	EVENT_mime_name,
	EVENT_mime_value,
	EVENT_mime_boundary,
	EVENT_mime_filename,
	EVENT_duplicate,
	EVENT_unparsable
};
static const char *const events[] = {
	"invalid_reply",
	"unable_to_match_reply_with_request",
	"max_command_line_len_exceeded",
	"max_reply_line_len_exceeded",
	"invalid_pipelined_sequence",
	"bdat_chunk_len_exceeded",
	"no_server_welcome_message",
	"tls_rejected",
	"data_command_rejected",
	"failed_protocol_change",
	"mime_parse_failed",
	"mime_malformed_msg",
	"mime_invalid_base64",
	"mime_invalid_qp",
	"mime_long_line",
	"mime_long_enc_line",
	"mime_long_header_name",
	"mime_long_header_value",
	"mime_long_boundary",
	"mime_long_filename",
	"duplicate_fields",
	"unparsable_content",
	NULL,
};

enum command { CMD_other, CMD_data, CMD_bdat, CMD_starttls, CMD_auth, CMD_quit };

struct smtp_flow {
	struct smtp_tx *tx; /* at hand */
	struct lines lines[2], chunk;
	char helo[256];
	uint8_t waiting[WAITING_MAX]; /* enum command, a ring */
	uint32_t asked, answered;
	uint64_t bdat; /* bytes of a chunk that are still to come */
	char user[64];
	bool in_data, body_seen, last_chunk, auth_user, auth_password, greeted;
	uint8_t secret; /* of the AUTH at hand */
};

static struct smtp_tx *tx_of(struct proto_call *c)
{
	struct smtp_flow *s = c->state;

	if (!s->tx) {
		s->tx = proto_take(proto_mem_of(c), sizeof(*s->tx));
		if (s->tx) {
			proto_tx_init(c, &s->tx->tx);
			memcpy(s->tx->helo, s->helo, sizeof(s->helo));
		}
	}
	return s->tx;
}

static void drop_tx(struct proto_call *c)
{
	struct smtp_flow *s = c->state;
	struct proto_mem *m = proto_mem_of(c);
	struct smtp_tx *tx = s->tx;

	if (!tx)
		return;
	s->tx = NULL;
	proto_tx_end(c, &tx->tx);
	proto_drop(m, &tx->mail_from);
	proto_drop(m, &tx->rcpt);
	mime_drop(&tx->mime, m);
	proto_give(m, tx, sizeof(*tx));
}

/* The message is over. */
static void message_done(struct proto_call *c)
{
	static const struct {
		uint8_t bit, event;
	} told[] = {{MIME_bad_base64, EVENT_mime_base64},
		    {MIME_long_line, EVENT_mime_line},
		    {MIME_long_header, EVENT_mime_value},
		    {MIME_long_boundary, EVENT_mime_boundary}};
	struct smtp_flow *s = c->state;
	struct smtp_tx *tx = s->tx;

	s->in_data = s->body_seen = false;
	if (!tx)
		return;
	mime_end(&tx->mime, proto_mem_of(c), proto_config_of(c)->body);
	for (unsigned i = 0; i < sizeof(told) / sizeof(told[0]); i++) {
		if (tx->mime.events & told[i].bit)
			proto_event(&tx->tx, told[i].event);
	}
	struct file_view file;
	for (unsigned i = 0; smtp_file(tx, i, &file); i++)
		file_tell(c, &file);
	proto_progress(c, &tx->tx, FLOW_to_server, SMTP_done);
	drop_tx(c);
}

static bool is(const uint8_t *p, uint32_t n, const char *word)
{
	uint32_t i = 0;

	for (; word[i]; i++) {
		if (i >= n || (p[i] & 0xdf) != (uint8_t)word[i])
			return false;
	}
	return i == n || p[i] == ' ' || p[i] == ':';
}

/* "FROM:<a@b> SIZE=1": what is between the brackets, or the first word. */
static void address(const uint8_t *p, uint32_t n, const uint8_t **at, uint32_t *len)
{
	const uint8_t *open = n ? memchr(p, '<', n) : NULL;
	const uint8_t *colon = n ? memchr(p, ':', n) : NULL;

	if (open) {
		uint32_t left = n - (uint32_t)(open + 1 - p);
		const uint8_t *close = left ? memchr(open + 1, '>', left) : NULL;
		*at = open + 1;
		*len = close ? (uint32_t)(close - open) - 1 : left;
		return;
	}
	*at = colon ? colon + 1 : p;
	*len = n - (uint32_t)(*at - p);
	while (*len && **at == ' ') {
		++*at;
		--*len;
	}
	const uint8_t *blank = *len ? memchr(*at, ' ', *len) : NULL;
	if (blank)
		*len = (uint32_t)(blank - *at);
}

static void ask(struct smtp_flow *s, enum command cmd)
{
	if (s->asked - s->answered < WAITING_MAX)
		s->waiting[s->asked++ % WAITING_MAX] = (uint8_t)cmd;
}

static void begin_message(struct proto_call *c, struct smtp_tx *tx)
{
	struct smtp_flow *s = c->state;

	s->in_data = true;
	if (!tx->has_data)
		mime_begin(&tx->mime);
	tx->has_data = true;
	proto_progress(c, &tx->tx, FLOW_to_server, SMTP_headers);
}

/* "AUTH PLAIN dXNlcg==" and the line after "AUTH LOGIN" */
static void user_of(struct smtp_flow *s, const uint8_t *p, uint32_t n)
{
	struct base64 b = {0};
	uint8_t out[128];
	uint32_t k = base64_put(&b, p, n < 128 ? n : 128, out);
	const uint8_t *from = out;

	if (k && out[0] == 0) { /* PLAIN: authorisation, NUL, user, NUL, password */
		from = out + 1;
		k--;
	}
	const uint8_t *end = k ? memchr(from, 0, k) : NULL;
	proto_text(from, end ? (uint32_t)(end - from) : k, s->user, sizeof(s->user));
}

static void on_bdat(struct proto_call *c, struct smtp_tx *tx, const uint8_t *p, uint32_t n)
{
	struct smtp_flow *s = c->state;

	s->bdat = 0;
	for (uint32_t i = 5; i < n && p[i] >= '0' && p[i] <= '9' && i < 15; i++)
		s->bdat = s->bdat * 10 + (p[i] - '0');
	s->last_chunk = n >= 4 && is(p + n - 4, 4, "LAST");
	begin_message(c, tx);
	s->in_data = false;
	if (s->bdat == 0 && s->last_chunk)
		message_done(c);
}

static void on_envelope(struct proto_call *c, struct smtp_tx *tx, const uint8_t *p, uint32_t n)
{
	struct proto_mem *m = proto_mem_of(c);
	const uint8_t *a;
	uint32_t k;

	address(p, n, &a, &k);
	if (is(p, n, "MAIL")) {
		tx->mail_from.len = 0;
		proto_append(m, &tx->mail_from, a, k, SMTP_ARG_MAX);
		proto_progress(c, &tx->tx, FLOW_to_server, SMTP_mail);
	} else if (tx->n_rcpt < SMTP_RCPT_MAX && k && !memchr(a, 0, k)) {
		uint32_t len = k < SMTP_ARG_MAX ? k : SMTP_ARG_MAX, was = tx->rcpt.len;
		if (proto_append(m, &tx->rcpt, a, len, PROTO_MEM_MAX) &&
		    proto_append(m, &tx->rcpt, "", 1, PROTO_MEM_MAX))
			tx->n_rcpt++;
		else
			tx->rcpt.len = was;
		proto_progress(c, &tx->tx, FLOW_to_server, SMTP_rcpt);
	}
}

static void on_command(struct proto_call *c, const uint8_t *p, uint32_t n)
{
	struct smtp_flow *s = c->state;
	struct smtp_tx *tx = tx_of(c);

	if (!tx)
		return;
	if (s->auth_user) {
		user_of(s, p, n);
		s->auth_user = false;
		s->auth_password = true;
		return;
	}
	if (s->auth_password) {
		s->auth_password = false;
		s->secret = fact_secret(p, n);
	}
	if (is(p, n, "HELO") || is(p, n, "EHLO")) {
		proto_text(p + 4 + (n > 4), n - 4 - (n > 4), tx->helo, sizeof(tx->helo));
		memcpy(s->helo, tx->helo, sizeof(s->helo));
		proto_progress(c, &tx->tx, FLOW_to_server, SMTP_helo);
		ask(s, CMD_other);
	} else if (is(p, n, "MAIL") || is(p, n, "RCPT")) {
		if (is(p, n, "MAIL") && tx->tx.progress[FLOW_to_server] >= SMTP_mail) {
			drop_tx(c); /* the mail before was given up */
			tx = tx_of(c);
		}
		if (tx)
			on_envelope(c, tx, p, n);
		ask(s, CMD_other);
	} else if (is(p, n, "DATA")) {
		ask(s, CMD_data);
		begin_message(c, tx);
	} else if (is(p, n, "BDAT")) {
		ask(s, CMD_bdat);
		on_bdat(c, tx, p, n);
	} else if (is(p, n, "RSET")) {
		ask(s, CMD_other);
		drop_tx(c);
	} else if (is(p, n, "AUTH")) {
		ask(s, CMD_auth);
		s->user[0] = '\0';
		s->secret = n > 11 ? fact_secret(p, n) : 0;
		if (n > 11 && is(p + 5, n - 5, "PLAIN"))
			user_of(s, p + 11, n - 11);
		else
			s->auth_user = n >= 10 && is(p + 5, n - 5, "LOGIN");
	} else {
		ask(s, is(p, n, "STARTTLS") ? CMD_starttls : CMD_other);
	}
}

static void tell_login(struct proto_call *c, unsigned code)
{
	struct smtp_flow *s = c->state;
	struct fact_login f = {.code = code,
			       .how = LOGIN_smtp,
			       .clear = 1,
			       .secret = s->secret,
			       .outcome = code == 235 ? RESULT_ok : RESULT_failed};

	proto_fact(c, FACT_login, &f, sizeof(f), (const char *[]){s->user}, 1);
}

/* True: another protocol speaks from here on. */
static bool on_reply(struct proto_call *c, const uint8_t *p, uint32_t n, uint32_t rest)
{
	struct smtp_flow *s = c->state;
	unsigned code = 0;

	for (unsigned i = 0; i < 3; i++) {
		if (i >= n || p[i] < '0' || p[i] > '9') {
			proto_flow_event(c, EVENT_invalid_reply);
			return false;
		}
		code = code * 10 + (p[i] - '0');
	}
	if (n > 3 && p[3] == '-')
		return false; /* more lines of it follow */
	if (!s->greeted) {
		s->greeted = true;
		if (code == 220)
			return false;
	}
	if (code == 334) /* a question within AUTH */
		return false;
	if (s->answered == s->asked)
		return false;
	enum command cmd = (enum command)s->waiting[s->answered++ % WAITING_MAX];
	if (cmd == CMD_auth)
		tell_login(c, code);
	if (cmd == CMD_data && code != 354 && s->in_data && !s->body_seen) {
		s->in_data = false;
		if (s->tx)
			proto_event(&s->tx->tx, EVENT_data_rejected);
	}
	if (cmd == CMD_starttls && code == 220) {
		proto_switch(c, APP_none, rest);
		return true;
	}
	if (cmd == CMD_starttls)
		proto_flow_event(c, EVENT_tls_rejected);
	return false;
}

static void on_data(struct proto_call *c, const uint8_t *p, uint32_t n)
{
	struct smtp_flow *s = c->state;

	s->body_seen = true;
	if (n == 1 && p[0] == '.') {
		message_done(c);
		return;
	}
	if (n && p[0] == '.') {
		p++;
		n--;
	}
	if (s->tx)
		mime_line(&s->tx->mime, proto_mem_of(c), p, n, true, true,
			  proto_config_of(c)->body);
}

/* Bytes of a BDAT chunk are lines of the message, too; a line may go on in the next chunk. */
static uint32_t take_chunk(struct proto_call *c, const uint8_t *p, uint32_t n)
{
	struct smtp_flow *s = c->state;
	struct proto_mem *m = proto_mem_of(c);
	uint32_t k = n < s->bdat ? n : (uint32_t)s->bdat, left = k, len;
	const uint8_t *line;
	bool taken = false;

	while (left && s->tx &&
	       lines_next(&s->chunk, m, &p, &left, LINE_MAX_BYTES, &line, &len, &taken))
		mime_line(&s->tx->mime, m, line, len, true, true, proto_config_of(c)->body);
	if (taken)
		s->chunk.held.len = 0;
	s->bdat -= k;
	if (s->bdat == 0 && s->last_chunk) {
		if (s->tx && s->chunk.held.len)
			mime_line(&s->tx->mime, m, s->chunk.held.at, s->chunk.held.len, true, true,
				  proto_config_of(c)->body);
		s->chunk.held.len = 0;
		message_done(c);
	}
	return k;
}

static void smtp_data(struct proto_call *c, const uint8_t *p, uint32_t n)
{
	struct smtp_flow *s = c->state;
	struct lines *l = &s->lines[c->dir];
	const uint8_t *line;
	uint32_t len;
	bool taken = false;

	while (n) {
		if (c->dir == FLOW_to_server && s->bdat) {
			uint32_t k = take_chunk(c, p, n);

			p += k;
			n -= k;
			continue;
		}
		if (!lines_next(l, proto_mem_of(c), &p, &n, LINE_MAX_BYTES, &line, &len, &taken))
			break;
		if (l->cut)
			proto_flow_event(c, c->dir ? EVENT_long_reply : EVENT_long_command);
		if (c->dir == FLOW_to_client && on_reply(c, line, len, n))
			return;
		if (c->dir == FLOW_to_server && s->in_data)
			on_data(c, line, len);
		else if (c->dir == FLOW_to_server)
			on_command(c, line, len);
		if (taken) {
			l->held.len = 0;
			l->cut = taken = false;
		}
	}
}

static void smtp_gap(struct proto_call *c, uint64_t missing)
{
	struct smtp_flow *s = c->state;

	s->lines[c->dir].held.len = 0;
	if (c->dir == FLOW_to_server && s->bdat)
		s->bdat -= missing < s->bdat ? missing : s->bdat;
}

static void smtp_end(struct proto_call *c)
{
	struct smtp_flow *s = c->state;

	c->dir = FLOW_to_server;
	if (s->tx && s->tx->has_data)
		message_done(c);
	drop_tx(c);
	for (unsigned i = 0; i < 2; i++)
		lines_drop(&s->lines[i], proto_mem_of(c));
	lines_drop(&s->chunk, proto_mem_of(c));
}

static enum probe smtp_probe(const uint8_t *p, uint32_t n, uint8_t dir, const struct flow *f,
			     bool midstream)
{
	(void)f;
	if (dir == FLOW_to_server) {
		if (n < 5)
			return PROBE_more;
		if (is(p, 4, "EHLO") || is(p, 4, "HELO"))
			return PROBE_yes;
		return midstream && memcmp(p, "MAIL ", 5) == 0 ? PROBE_yes : PROBE_no;
	}
	if (n < 4)
		return PROBE_more;
	if (memcmp(p, "220 ", 4) && memcmp(p, "220-", 4))
		return PROBE_no;
	/* FTP greets with the same number: its servers do not say SMTP. */
	if (memmem(p, n, "SMTP", 4) || memmem(p, n, "smtp", 4) || f->server_port == 25 ||
	    f->server_port == 587)
		return PROBE_yes;
	return PROBE_no;
}

static const uint16_t smtp_ports[] = {25, 587, 2525, 0};
const struct protocol protocol_smtp = {
	.name = "smtp",
	.over = PROTO_OVER_TCP,
	.ports = smtp_ports,
	.deep = true,
	.state_size = sizeof(struct smtp_flow),
	.fields = smtp_fields,
	.events = events,
	.done = {SMTP_done, 1},
	.probe = smtp_probe,
	.data = smtp_data,
	.gap = smtp_gap,
	.end = smtp_end,
	.bytes = smtp_bytes,
	.number = smtp_number,
	.eve = smtp_eve,
};
