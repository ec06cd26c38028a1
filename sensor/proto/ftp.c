// SPDX-License-Identifier: Apache-2.0
/* FTP's control connection (RFC 959, 2428): each command with its reply is a transaction; where
 * data will come is announced to the framework; how a login went is a fact.
 */
#include "proto/lines.h"
#include "proto/protocol.h"

#include "base/json.h"

#include <endian.h>

#define GREETING    220u
#define LINE_BYTES  2048u
#define WAITING_MAX 16u
#define REPLIES_MAX 8u

enum { EVENT_long_request, EVENT_long_response };
static const char *const events[] = {"request_command_too_long", "response_command_too_long", NULL};

enum { F_command, F_command_data, F_reply, F_code, F_received, F_port, F_mode };
#define UP   1
#define DOWN 2
/* clang-format off */
static const struct field fields[] = {
	{"ftp.command", FIELD_bytes, UP, {1, 0}, false, "command of FTP"},
	{"ftp.command_data", FIELD_bytes, UP, {1, 0}, false, "its arguments"},
	{"ftp.reply", FIELD_bytes, DOWN, {0, 1}, true, "reply text of FTP"},
	{"ftp.completion_code", FIELD_bytes, DOWN, {0, 1}, true, "reply code of FTP"},
	{"ftp.reply_received", FIELD_number, UP | DOWN, {2, 1}, false, "whether a reply was seen"},
	{"ftp.dynamic_port", FIELD_number, UP | DOWN, {2, 1}, false, "port of the data connection"},
	{"ftp.mode", FIELD_number, UP | DOWN, {2, 1}, false, "1 active, 2 passive"},
	{0},
};
/* clang-format on */

struct ftp_tx {
	struct tx tx; /* first */
	struct ftp_tx *next;
	struct proto_bytes line;
	struct proto_bytes replies; /* lines, each with LF */
	uint16_t port;
	uint8_t n_command, mode;
	bool replied;
};

struct ftp_flow {
	struct lines lines[2];
	struct ftp_tx *first, *last;
	unsigned waiting;
	struct addr data_at; /* where data will come; port 0: nothing announced */
	uint16_t data_port;
	char user[64];
	uint16_t code; /* of a reply of more lines; 0 none */
};

static bool is(const struct ftp_tx *tx, const char *word)
{
	for (unsigned i = 0; i < tx->n_command; i++) {
		if (!word[i] || (tx->line.at[i] & 0xdf) != (uint8_t)word[i])
			return false;
	}
	return word[tx->n_command] == '\0' && tx->n_command;
}

static struct view_of_bytes argument(const struct ftp_tx *tx)
{
	uint32_t at = tx->n_command + (tx->n_command < tx->line.len);

	if (!tx->line.at)
		return (struct view_of_bytes){(const uint8_t *)"", 0};

	return (struct view_of_bytes){tx->line.at + at, tx->line.len - at};
}

static void end_first(struct proto_call *c)
{
	struct ftp_flow *s = c->state;
	struct proto_mem *m = proto_mem_of(c);
	struct ftp_tx *tx = s->first;

	s->first = tx->next;
	if (!s->first)
		s->last = NULL;
	s->waiting--;
	proto_tx_end(c, &tx->tx);
	proto_drop(m, &tx->line);
	proto_drop(m, &tx->replies);
	proto_give(m, tx, sizeof(*tx));
}

static struct ftp_tx *new_tx(struct proto_call *c)
{
	struct ftp_flow *s = c->state;
	struct ftp_tx *tx = proto_take(proto_mem_of(c), sizeof(*tx));

	if (!tx)
		return NULL;
	if (s->waiting == WAITING_MAX)
		end_first(c);
	proto_tx_init(c, &tx->tx);
	if (s->last)
		s->last->next = tx;
	else
		s->first = tx;
	s->last = tx;
	s->waiting++;
	return tx;
}

/* What was taken last comes first. */
static void to_front(struct ftp_flow *s, struct ftp_tx *tx)
{
	struct ftp_tx *x = s->first;

	while (x->next && x->next != tx)
		x = x->next;
	if (x == tx)
		return;
	x->next = NULL;
	s->last = x;
	tx->next = s->first;
	s->first = tx;
}

/* Six numbers with commas: address and port of IPv4 (RFC 959). */
static bool six(const uint8_t *p, uint32_t n, struct addr *a, uint16_t *port)
{
	unsigned v[6] = {0}, k = 0;
	bool digit = false;

	for (uint32_t i = 0; i < n && k < 6; i++) {
		if (p[i] >= '0' && p[i] <= '9') {
			v[k] = v[k] * 10 + (p[i] - '0');
			if (v[k] > 255)
				return false;
			digit = true;
		} else if (p[i] == ',' && digit) {
			k++;
			digit = false;
		} else if (digit || k) {
			break;
		}
	}
	if (k != 5 || !digit)
		return false;
	*a = addr_v4_wire(htobe32(v[0] << 24 | v[1] << 16 | v[2] << 8 | v[3]));
	*port = (uint16_t)(v[4] << 8 | v[5]);
	return true;
}

/* "|1|10.0.0.1|5000|", "(|||5000|)": the last number between bars. */
static bool bars(const uint8_t *p, uint32_t n, uint16_t *port)
{
	unsigned v = 0, bar = 0;
	bool digit = false;

	for (uint32_t i = 0; i < n && bar < 4; i++) {
		bar += p[i] == '|';
		if (bar == 3 && p[i] >= '0' && p[i] <= '9' && v < 65536) {
			v = v * 10 + (p[i] - '0');
			digit = true;
		}
	}
	*port = (uint16_t)v;
	return bar == 4 && digit && v < 65536;
}

static void announce(struct proto_call *c, uint64_t with)
{
	struct ftp_flow *s = c->state;

	if (s->data_port)
		proto_expect(c, &s->data_at, s->data_port, APP_ftp_data, with);
}

static void on_command(struct proto_call *c, const uint8_t *p, uint32_t n, bool cut)
{
	struct ftp_flow *s = c->state;
	struct ftp_tx *tx = new_tx(c);

	if (!tx || !proto_append(proto_mem_of(c), &tx->line, p, n, LINE_BYTES))
		return;
	while (tx->n_command < 32 && tx->n_command < n && p[tx->n_command] != ' ')
		tx->n_command++;
	struct view_of_bytes arg = argument(tx);
	if (cut)
		proto_event(&tx->tx, EVENT_long_request);
	if (is(tx, "USER"))
		proto_text(arg.at, arg.len, s->user, sizeof(s->user));
	if ((is(tx, "PORT") && six(arg.at, arg.len, &s->data_at, &s->data_port)) ||
	    (is(tx, "EPRT") && bars(arg.at, arg.len, &s->data_port))) {
		if (is(tx, "EPRT"))
			s->data_at = c->flow->client;
		tx->port = s->data_port;
		tx->mode = 1;
		announce(c, 0);
	}
	if (is(tx, "STOR") || is(tx, "STOU") || is(tx, "APPE"))
		announce(c, 1);
	else if (is(tx, "RETR"))
		announce(c, 2);
	proto_progress(c, &tx->tx, FLOW_to_server, 1);
}

static void tell_login(struct proto_call *c, struct ftp_tx *tx, unsigned code)
{
	struct ftp_flow *s = c->state;
	struct view_of_bytes said = argument(tx);
	struct fact_login f = {.code = code,
			       .how = LOGIN_ftp,
			       .clear = 1,
			       .outcome = code == 230 ? RESULT_ok : RESULT_failed};

	f.secret = fact_secret(said.at, said.len);
	f.anonymous = strcmp(s->user, "anonymous") == 0 || strcmp(s->user, "ftp") == 0;
	proto_fact(c, FACT_login, &f, sizeof(f), (const char *[]){s->user}, 1);
}

/* True: TLS speaks from here on. */
static bool on_whole_reply(struct proto_call *c, struct ftp_tx *tx, unsigned code, const uint8_t *p,
			   uint32_t n, uint32_t rest)
{
	struct ftp_flow *s = c->state;
	bool tls = is(tx, "AUTH") && code == 234;

	if ((code == 227 && six(p + 4, n - 4, &s->data_at, &s->data_port)) ||
	    (code == 229 && bars(p, n, &s->data_port))) {
		if (code == 229)
			s->data_at = c->flow->server;
		tx->port = s->data_port;
		tx->mode = 2;
		announce(c, 0);
	}
	if (is(tx, "PASS") && (code == 230 || code == 530))
		tell_login(c, tx, code);
	if (code < 200)
		return false; /* the real one follows */
	tx->replied = true;
	proto_progress(c, &tx->tx, FLOW_to_client, 1);
	proto_progress(c, &tx->tx, FLOW_to_server, 2);
	end_first(c);
	if (tls)
		proto_switch(c, APP_none, rest);
	return tls;
}

static bool on_reply(struct proto_call *c, const uint8_t *p, uint32_t n, bool cut, uint32_t rest)
{
	struct ftp_flow *s = c->state;
	unsigned code = 0;
	bool number = n >= 3;

	for (unsigned i = 0; number && i < 3; i++) {
		number = p[i] >= '0' && p[i] <= '9';
		code = code * 10 + (number ? p[i] - '0' : 0);
	}
	/* the greeting answers nothing, also where it is read after the first command */
	bool greeting = number && code == GREETING && !s->code && s->first && s->first->n_command &&
			!is(s->first, "REIN");
	struct ftp_tx *tx = s->first && !greeting ? s->first : new_tx(c);
	if (!tx)
		return false;
	if (greeting)
		to_front(s, tx);
	if (cut)
		proto_event(&tx->tx, EVENT_long_response);
	if (proto_append(proto_mem_of(c), &tx->replies, p, n, 8 * LINE_BYTES))
		proto_append(proto_mem_of(c), &tx->replies, "\n", 1, 8 * LINE_BYTES + 1);
	if (number && n > 3 && p[3] == '-' && !s->code) {
		s->code = (uint16_t)code;
		return false;
	}
	if (s->code && !(number && code == s->code && (n == 3 || p[3] == ' ')))
		return false;
	s->code = 0;
	return number && n > 3 && on_whole_reply(c, tx, code, p, n, rest);
}

static void ftp_data_in(struct proto_call *c, const uint8_t *p, uint32_t n)
{
	struct ftp_flow *s = c->state;
	struct lines *l = &s->lines[c->dir];
	const uint8_t *line;
	uint32_t len;
	bool taken = false;

	while (n && lines_next(l, proto_mem_of(c), &p, &n, LINE_BYTES, &line, &len, &taken)) {
		if (c->dir == FLOW_to_client) {
			if (on_reply(c, line, len, l->cut, n))
				return;
		} else {
			on_command(c, line, len, l->cut);
		}
		l->held.len = 0;
		l->cut = taken = false;
	}
}

static void ftp_gap(struct proto_call *c, uint64_t missing)
{
	struct ftp_flow *s = c->state;

	(void)missing;
	s->lines[c->dir].held.len = 0;
	s->code = 0;
}

static void ftp_end(struct proto_call *c)
{
	struct ftp_flow *s = c->state;

	while (s->first)
		end_first(c);
	for (unsigned i = 0; i < 2; i++)
		lines_drop(&s->lines[i], proto_mem_of(c));
}

static bool reply_line(const struct ftp_tx *tx, unsigned i, struct view_of_bytes *out)
{
	uint32_t pos = 0;

	for (unsigned k = 0; pos < tx->replies.len && k < REPLIES_MAX; k++) {
		const uint8_t *p = tx->replies.at + pos;
		const uint8_t *end = memchr(p, '\n', tx->replies.len - pos);
		uint32_t n = end ? (uint32_t)(end - p) : tx->replies.len - pos;

		if (k == i) {
			*out = (struct view_of_bytes){p, n};
			return true;
		}
		pos += n + 1;
	}
	return false;
}

static bool ftp_bytes(const struct tx *head, unsigned f, unsigned i, uint8_t dir,
		      struct view_of_bytes *out)
{
	const struct ftp_tx *tx = (const struct ftp_tx *)head;

	(void)dir;
	if (f == F_reply || f == F_code) {
		if (!reply_line(tx, i, out))
			return false;
		bool coded = out->len >= 3 && out->at[0] >= '0' && out->at[0] <= '9';
		if (f == F_code)
			out->len = coded ? 3 : 0;
		else if (coded && out->len > 4) {
			out->at += 4;
			out->len -= 4;
		}
		return true;
	}
	if (i || !tx->line.len)
		return false;
	*out = f == F_command ? (struct view_of_bytes){tx->line.at, tx->n_command} : argument(tx);
	return out->len != 0;
}

static bool ftp_number(const struct tx *head, unsigned f, unsigned i, uint8_t dir, uint64_t *out)
{
	const struct ftp_tx *tx = (const struct ftp_tx *)head;

	(void)dir;
	*out = f == F_received ? tx->replied : f == F_port ? tx->port : tx->mode;
	return i == 0 && (f == F_received || *out);
}

static uint32_t ftp_eve(const struct tx *head, char *out, uint32_t size)
{
	const struct ftp_tx *tx = (const struct ftp_tx *)head;
	struct view_of_bytes arg = argument(tx), v;
	struct json j = json_of(out, size);

	json_open(&j, "ftp");
	if (tx->n_command)
		json_strn(&j, "command", tx->line.at, tx->n_command);
	if (arg.len && !is(tx, "PASS"))
		json_strn(&j, "command_data", arg.at, arg.len < 512 ? arg.len : 512);
	json_array(&j, "reply");
	for (unsigned i = 0; ftp_bytes(head, F_reply, i, 0, &v); i++)
		json_strn(&j, NULL, v.at, v.len < 256 ? v.len : 256);
	json_array_end(&j);
	json_array(&j, "completion_code");
	for (unsigned i = 0; ftp_bytes(head, F_code, i, 0, &v); i++)
		json_strn(&j, NULL, v.at, v.len);
	json_array_end(&j);
	if (tx->port) {
		json_u64(&j, "dynamic_port", tx->port);
		json_str(&j, "mode", tx->mode == 1 ? "active" : "passive");
	}
	json_str(&j, "reply_received", tx->replied ? "yes" : "no");
	json_close(&j);
	return json_ok(&j) ? (uint32_t)j.len : 0;
}

/* A greeting that does not name its protocol: SMTP's next reply is 250, FTP's asks for a password. */
static enum probe second_reply(const uint8_t *p, uint32_t n)
{
	static const char *const next[] = {"331", "230", "332", "530", "234"};

	while (n) {
		const uint8_t *end = memchr(p, '\n', n);
		uint32_t len = end ? (uint32_t)(end - p) + 1 : n;

		if (len < 4)
			return PROBE_more;
		for (unsigned i = 0; i < sizeof(next) / sizeof(next[0]); i++) {
			if (memcmp(p, next[i], 3) == 0)
				return p[3] == ' ' || p[3] == '-' ? PROBE_yes : PROBE_no;
		}
		if (p[3] == ' ' && memcmp(p, "220", 3) != 0)
			return PROBE_no;
		p += len;
		n -= len;
	}
	return PROBE_more;
}

static enum probe ftp_probe(const uint8_t *p, uint32_t n, uint8_t dir, const struct flow *f,
			    bool midstream)
{
	static const char *const first[] = {"USER ", "FEAT\r", "AUTH ", "PASS ",
					    "PORT ", "PASV",   "SYST\r"};

	(void)midstream;
	if (n < 5)
		return PROBE_more;
	for (unsigned i = 0; dir == FLOW_to_server && i < sizeof(first) / sizeof(first[0]); i++) {
		if (memcmp(p, first[i], strlen(first[i])) == 0)
			return f->server_port == 21 || i == 1 || i >= 4 ? PROBE_yes
									: PROBE_no; /* POP3 says so, too */
	}
	if (dir == FLOW_to_server)
		return PROBE_no;
	if ((memcmp(p, "220 ", 4) && memcmp(p, "220-", 4)) || memmem(p, n, "SMTP", 4))
		return PROBE_no;
	return f->server_port == 21 || memmem(p, n, "FTP", 3) ? PROBE_yes : second_reply(p, n);
}

static const uint16_t ftp_ports[] = {21, 2121, 0};
const struct protocol protocol_ftp = {
	.name = "ftp",
	.over = PROTO_OVER_TCP,
	.ports = ftp_ports,
	.state_size = sizeof(struct ftp_flow),
	.fields = fields,
	.events = events,
	.done = {2, 1},
	.probe = ftp_probe,
	.data = ftp_data_in,
	.gap = ftp_gap,
	.end = ftp_end,
	.bytes = ftp_bytes,
	.number = ftp_number,
	.eve = ftp_eve,
};
