// SPDX-License-Identifier: Apache-2.0
/* What detectors are told of a transaction: itself, a login, a program that came with it. */
#include "proto/auth.h"
#include "proto/base64.h"
#include "proto/http.h"
#include "proto/http_carry.h"

static uint8_t auth_of(struct view_of_bytes v)
{
	static const struct {
		const char *word;
		uint8_t kind;
	} kinds[] = {
		{"basic ", 1}, {"ntlm ", 2}, {"negotiate ", 2}, {"bearer ", 3}, {"digest ", 4}};

	for (unsigned i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		uint32_t n = (uint32_t)strlen(kinds[i].word);

		if (v.len > n && http_is((struct view_of_bytes){v.at, n}, kinds[i].word))
			return kinds[i].kind;
	}
	return 0;
}

static struct view_of_bytes header(const struct http_msg *m, const char *name)
{
	const struct http_header *h = m->parsed ? http_find(m, name) : NULL;

	return h ? http_value(m, h) : (struct view_of_bytes){(const uint8_t *)"", 0};
}

/* "Basic dXNlcjpwYXNz": the user; the password is not kept. */
static void basic_user(struct view_of_bytes v, char *out, uint32_t size)
{
	struct base64 b = {0};
	uint8_t c = 0;
	uint32_t n = 0;

	for (uint32_t i = 6; i < v.len && n + 1 < size; i++) {
		if (base64_put(&b, &v.at[i], 1, &c) == 0)
			continue;
		if (c == ':')
			break;
		out[n++] = (char)c;
	}
	proto_text(out, n, out, size);
}

static void tell_login(struct proto_call *c, struct http_tx *tx, struct view_of_bytes auth,
		       uint8_t kind)
{
	uint16_t status = tx->msg[FLOW_to_client].status;
	char user[FACT_WORD_MAX] = "";
	const char *words[] = {user};
	struct fact_login f = {.how = LOGIN_http, .code = status, .clear = kind == 1};

	if (kind != 1 && kind != 4)
		return; /* a bearer is no login */
	if (status == 0)
		return;
	f.outcome = status == 401 || status == 403 ? RESULT_failed
		    : status < 400                 ? RESULT_ok
						   : RESULT_unknown;
	if (kind == 1) {
		basic_user(auth, user, sizeof(user));
		f.secret = fact_secret(auth.at, auth.len);
	}
	proto_fact(c, FACT_login, &f, sizeof(f), words, 1);
}

#define TOKEN_MAX 2048u /* of NTLM and of most tickets; the rest of a longer one is cut */

/* "NTLM TlRMTVNTUAAB…", "Negotiate YIIC…": RFC 4559, MS-NTHT. */
static void token(struct proto_call *c, struct auth *a, struct view_of_bytes v)
{
	uint8_t out[TOKEN_MAX];
	struct base64 b = {0};
	uint32_t at = 0, n = 0;

	if (auth_of(v) != 2)
		return;
	while (v.at[at] != ' ')
		at++;
	for (; at < v.len && n < sizeof(out); at++)
		n += base64_put(&b, &v.at[at], 1, &out[n]);
	auth_token(c, a, LOGIN_http, out, n);
}

/* The proof is in the request that follows the answer with the challenge. */
static void tell_tokens(struct proto_call *c, struct http_tx *tx, struct view_of_bytes up)
{
	const struct http_msg *m = &tx->msg[FLOW_to_client];
	struct auth a = {.challenge = 0};

	token(c, &a, up);
	if (m->status == 401)
		token(c, &a, header(m, "www-authenticate"));
	if (m->status)
		auth_outcome(c, &a, m->status,
			     m->status == 401 || m->status == 403 ? RESULT_failed
			     : m->status < 400                    ? RESULT_ok
								  : RESULT_unknown);
}

static void tell_files(struct proto_call *c, struct http_tx *tx)
{
	uint8_t dir = c->dir;
	struct file_view f;

	for (c->dir = 0; c->dir < 2; c->dir++) {
		for (unsigned i = 0; tx->msg[c->dir].parsed && http_file(tx, c->dir, i, &f); i++)
			if (file_executable(f.data)) /* others are in FACT_http */
				file_tell(c, &f);
	}
	c->dir = dir;
}

void http_tell(struct proto_call *c, struct http_tx *tx)
{
	const struct http_msg *up = &tx->msg[FLOW_to_server], *down = &tx->msg[FLOW_to_client];
	char text[5][FACT_WORD_MAX];
	const char *words[5];
	struct view_of_bytes from[5] = {
		up->word[0],
		up->parsed ? http_host_of(tx) : (struct view_of_bytes){NULL, 0},
		up->word[1],
		header(up, "user-agent"),
		header(down, "content-type"),
	};
	struct view_of_bytes auth = header(up, "authorization");
	struct fact_http f = {
		.request_body = up->body_len,
		.response_body = down->body_len,
		.status = down->status,
		.auth = auth_of(auth),
		.upgrade = tx->connect           ? 2
			   : down->status == 101 ? 1
						 : 0,
		.executable =
			file_executable((struct view_of_bytes){down->body.at, down->body.len}),
		.bodies = (uint8_t)((up->parsed ? http_bodies(up) << BODY_UP : 0) |
				    (down->parsed ? http_bodies(down) : 0)),
	};

	if (!up->parsed && !down->parsed)
		return;
	for (unsigned i = 0; i < 5; i++)
		words[i] = proto_text(from[i].at, from[i].len, text[i], sizeof(text[i]));
	proto_fact(c, FACT_http, &f, sizeof(f), words, 5);
	tell_files(c, tx);
	if (f.auth == 2)
		tell_tokens(c, tx, auth);
	else if (f.auth)
		tell_login(c, tx, auth, f.auth);
}
