// SPDX-License-Identifier: Apache-2.0
/* What protocols of lines (POP3, IMAP, Redis) have in common when only their logins are read: lines
 * put together from pieces, cut at LOGIN_LINE, and a fact. */
#pragma once

#include "proto/protocol.h"

#define LOGIN_LINE 256u
#define LOGIN_MAX  (64u << 10) /* bytes of a side after which no login is expected */

struct login_line {
	char at[LOGIN_LINE];
	uint32_t n, bytes;
};

/* The next whole line of p (its end taken off, terminated); false: more bytes are needed. */
static inline bool login_line_next(struct login_line *l, const uint8_t **p, uint32_t *n)
{
	while (*n) {
		char c = (char)**p;

		(*p)++;
		(*n)--;
		l->bytes++;
		if (c == '\n') {
			while (l->n && l->at[l->n - 1] == '\r')
				l->n--;
			l->at[l->n] = '\0';
			l->n = 0;
			return true;
		}
		if (l->n + 1 < LOGIN_LINE)
			l->at[l->n++] = c ? c : ' ';
	}
	return false;
}

static inline void login_tell(struct proto_call *c, enum login_how how, enum fact_result outcome,
			      uint32_t code, bool clear, uint8_t secret, const char *user)
{
	struct fact_login f = {
		.how = (uint8_t)how, .outcome = (uint8_t)outcome, .code = code, .clear = clear, .secret = secret};
	char name[FACT_WORD_MAX];

	proto_text(user, (uint32_t)strlen(user), name, sizeof(name));
	proto_fact(c, FACT_login, &f, sizeof(f), (const char *[]){name}, 1);
}
