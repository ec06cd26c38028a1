// SPDX-License-Identifier: Apache-2.0
/* What a person reads in the arguments of a call: the strings of NDR wherever they stand
 * (C706 14.3.4: room, offset, length, characters, on four bytes), and what a few calls say in
 * another way.
 *
 * The stub is not taken apart by each interface's IDL: a string that says its own length twice and
 * holds nothing but text is one, and at most READ bytes are looked through. */
#include "proto/rpc.h"

#include "base/bytes.h"

#include <stdio.h>
#include <strings.h>

#define READ    8192u
#define STRINGS 8u

struct strings {
	const uint8_t *at[STRINGS];
	uint32_t len[STRINGS]; /* characters */
	bool wide[STRINGS];
	unsigned n;
};

static uint32_t le32(const uint8_t *p)
{
	return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static bool wide_text(const uint8_t *p, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		unsigned c = p[2 * i] | (unsigned)p[2 * i + 1] << 8;

		if (c == 0)
			return i + 1 == n && i > 0;
		if ((c < ' ' && c != '\r' && c != '\n' && c != '\t') ||
		    (c >= 0xd800 && c < 0xe000) || c == 0xffff)
			return false;
	}
	return n > 0;
}

static bool narrow_text(const uint8_t *p, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		if (p[i] == 0)
			return i + 1 == n && i > 0;
		if (p[i] < ' ' || p[i] > 126)
			return false;
	}
	return n > 2;
}

/* A string whose head is at p; its bytes behind the head, 0: none. */
static uint32_t string_at(const uint8_t *p, uint32_t n, struct strings *s)
{
	uint32_t room = le32(p), offset = le32(p + 4), len = le32(p + 8);
	uint32_t left = n - 12;
	bool blob = offset == 2 * room && len == room; /* FLAGGED_WORD_BLOB of [MS-OAUT] */

	if (!blob && (offset != 0 || len > room || room > len + 1024))
		return 0;
	if (len < 2 || len > left)
		return 0;
	if (2 * len <= left && wide_text(p + 12, len)) {
		s->at[s->n] = p + 12;
		s->wide[s->n] = true;
		s->len[s->n++] = p[12 + 2 * len - 2] || p[12 + 2 * len - 1] ? len : len - 1;
		return 2 * len;
	}
	if (!blob && narrow_text(p + 12, len)) {
		s->at[s->n] = p + 12;
		s->wide[s->n] = false;
		s->len[s->n++] = p[12 + len - 1] ? len : len - 1;
		return len;
	}
	return 0;
}

static void collect(const uint8_t *p, uint32_t n, struct strings *s)
{
	if (n > READ)
		n = READ;
	for (uint32_t i = 0; i + 16 <= n && s->n < STRINGS; i += 4) {
		uint32_t used = string_at(p + i, n - i, s);

		if (used)
			i += (12 + used + 3) / 4 * 4 - 4;
	}
}

static void put(const struct strings *s, unsigned i, char out[RPC_WORD])
{
	if (i >= s->n)
		return;
	if (s->wide[i])
		proto_text16(s->at[i], 2 * s->len[i], out, RPC_WORD);
	else
		proto_text(s->at[i], s->len[i], out, RPC_WORD);
}

static bool is(const char *name, const char *what)
{
	return name && strcmp(name, what) == 0;
}

static bool all_zero(const uint8_t *p, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		if (p[i])
			return false;
	}
	return true;
}

/* CreateService and ChangeServiceConfig: the name and the program. */
static void service(const struct strings *s, char one[RPC_WORD], char two[RPC_WORD])
{
	put(s, 0, one);
	for (unsigned i = 1; i < s->n; i++) {
		char text[RPC_WORD];

		put(s, i, text);
		if (strchr(text, '\\') || strchr(text, '%') || strchr(text, '/') ||
		    strcasestr(text, ".exe") || strcasestr(text, "cmd")) {
			memcpy(two, text, RPC_WORD);
			return;
		}
	}
	put(s, 1, two);
}

/* ServerReqChallenge, ServerAuthenticate{,2,3}, ServerPasswordSet2 (CVE-2020-1472: nothing but
 * zeroes where the client's challenge and credential are). */
static void netlogon(const struct rpc_tx *t, const struct strings *s, char one[RPC_WORD],
		     char two[RPC_WORD])
{
	const struct proto_bytes *b = &t->stub[0];
	uint32_t tail = t->opnum == 15 || t->opnum == 26 ? 12 : 8; /* flags behind it */
	bool zero = false;

	put(s, s->n > 1 ? 1 : 0, one);
	put(s, 2, two);
	if (t->opnum == 4 || t->opnum == 5 || t->opnum == 15 || t->opnum == 26)
		zero = b->len >= tail && all_zero(b->at + b->len - tail, 8);
	else if (t->opnum == 30)
		zero = b->len >= 516 && all_zero(b->at + b->len - 516, 516);
	if (zero)
		snprintf(two, RPC_WORD, "zero");
}

/* The program in a task's XML ([MS-TSCH] 2.5.9). */
static void task(const struct rpc_tx *t, const struct strings *s, char one[RPC_WORD],
		 char two[RPC_WORD])
{
	static const char begin[] = "<\0C\0o\0m\0m\0a\0n\0d\0>";
	const struct proto_bytes *b = &t->stub[0];
	const uint8_t *at = b->len ? memmem(b->at, b->len, begin, sizeof(begin)) : NULL;

	put(s, 0, one);
	put(s, 1, two);
	if (!at)
		return;
	at += sizeof(begin);
	uint32_t n = 0, left = (uint32_t)(b->at + b->len - at);
	while (n + 2 <= left && n < 2 * RPC_WORD && !(at[n] == '<' && at[n + 1] == 0))
		n += 2;
	proto_text16(at, n, two, RPC_WORD);
}

/* The class that RemoteCreateInstance makes: the OBJREF of [MS-DCOM] 2.2.18.6 holds properties
 * ([MS-DCOM] 2.2.22), one of which (InstantiationInfoData) begins with the class. */
static void activation(const struct rpc_tx *t, char one[RPC_WORD])
{
	static const uint8_t info[16] = {0xab, 1, 0, 0, 0, 0, 0, 0, 0xc0, 0, 0, 0, 0, 0, 0, 0x46};
	const struct proto_bytes *b = &t->stub[0];
	const uint8_t *meow = b->len ? memmem(b->at, b->len, "MEOW\4\0\0\0", 8) : NULL;
	if (!meow)
		return;
	struct bytes r = bytes_of(meow, (size_t)(b->at + b->len - meow));

	bytes_take(&r, 48 + 8); /* OBJREF_CUSTOM, dwSize, dwReserved */
	const uint8_t *head = r.at;
	size_t whole = bytes_left(&r);
	bytes_take(&r, 16 + 4); /* serialization's header, totalSize */
	uint32_t at = bytes_le32(&r);
	bytes_take(&r, 8);
	uint32_t count = bytes_le32(&r);
	bytes_take(&r, 16 + 12 + 4);
	if (!bytes_ok(&r) || count > 16)
		return;
	struct bytes ids = bytes_take(&r, (size_t)16 * count);
	bytes_take(&r, 4);
	for (uint32_t i = 0; i < count && bytes_ok(&r); i++) {
		struct bytes id = bytes_take(&ids, 16);
		uint32_t size = bytes_le32(&r);

		if (at > whole || size > whole - at)
			return;
		if (bytes_ok(&id) && memcmp(id.at, info, 16) == 0 && size >= 32) {
			struct rpc_uuid u = rpc_uuid_read(head + at + 16, true);

			rpc_uuid_text(&u, one);
			return;
		}
		at += size;
	}
}

void rpc_words(const struct rpc_tx *t, char one[RPC_WORD], char two[RPC_WORD])
{
	const char *name = rpc_name_of(&t->interface);
	struct strings s = {.n = 0};

	one[0] = two[0] = '\0';
	if (!t->stub[0].len)
		return;
	if (is(name, "IRemoteSCMActivator") || is(name, "IActivation")) {
		activation(t, one);
		if (one[0])
			return;
	}
	collect(t->stub[0].at, t->stub[0].len, &s);
	if (is(name, "svcctl") && (t->opnum == 12 || t->opnum == 24 || t->opnum == 11 ||
				   t->opnum == 44 || t->opnum == 45 || t->opnum == 60)) {
		service(&s, one, two);
	} else if (is(name, "netlogon")) {
		netlogon(t, &s, one, two);
	} else if (is(name, "ITaskSchedulerService") && t->opnum == 1) {
		task(t, &s, one, two);
	} else {
		put(&s, 0, one);
		put(&s, 1, two);
	}
}
