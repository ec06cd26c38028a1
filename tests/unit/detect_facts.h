// SPDX-License-Identifier: Apache-2.0
/* What the tests of detectors that hear facts share: a detect thread's work in small, facts made by
 * hand, and what was told as one text: "+701 10.0.0.5" an alert and its accused, "-701 …" a
 * finding. */
#pragma once

#include "base/clock.h"
#include "check.h"
#include "detect/detect.h"
#include "observe/fact.h"

#include <stdlib.h>

static struct {
	struct ring out;
	struct detect *d;
	uint64_t now_ns, seq, flow;
	char told[4096], text[FINDING_SUBJECT + 1];
	size_t len;
} fx;

static inline void facts_open(char **assets, unsigned n_assets)
{
	static char *home[] = {"10.0.0.0/8"};
	struct err err;

	memset(&fx, 0, sizeof(fx));
	fx.now_ns = 1700000000 * NS_PER_S;
	const struct detect_config c = {.hosts = 64,
					.thresholds = 64,
					.nets = 256,
					.home_net = {.at = home, .n = 1},
					.assets = {.at = assets, .n = n_assets}};
	CHECK_EQ(ring_init(&fx.out, 1 << 18, false, NULL, &err), 0);
	CHECK_EQ(detect_new(&fx.d, &c, &fx.out, &err), 0);
}

static inline void facts_take(void)
{
	const struct finding *f;
	char a[ADDR_TEXT];
	uint32_t n;

	ring_commit(&fx.out);
	while ((f = ring_peek(&fx.out, &n))) {
		fx.len += (size_t)snprintf(fx.told + fx.len, sizeof(fx.told) - fx.len, "%c%u %s ",
					   f->tier == TIER_alert ? '+' : '-', f->about->sid,
					   addr_text(&f->host, a));
		snprintf(fx.text, sizeof(fx.text), "%.*s", (int)f->text_len, finding_text(f));
		ring_pop(&fx.out);
	}
}

/* What was told since the last call. */
static inline const char *facts_told(void)
{
	static char out[sizeof(fx.told)];

	facts_take();
	memcpy(out, fx.told, fx.len + 1);
	if (fx.len)
		out[fx.len - 1] = '\0';
	fx.len = 0;
	fx.told[0] = '\0';
	return out;
}

static inline void facts_close(void)
{
	detect_free(fx.d);
	ring_fini(&fx.out);
}

static inline void facts_say(enum observation_kind kind, const char *src, const char *dst,
			     uint16_t dport, const void *body, size_t len, const char *const *words,
			     unsigned n)
{
	struct {
		struct observation o;
		uint8_t body[1024];
	} r = {.o = {.kind = (uint8_t)kind,
		     .dport = dport,
		     .sport = 40000,
		     .flow_id = fx.flow ? fx.flow : 7,
		     .time_ns = fx.now_ns,
		     .seq = ++fx.seq}};
	struct obs_link link = {.proto = 6};
	size_t at = sizeof(link) + len;

	CHECK(addr_parse(src, &r.o.src) && addr_parse(dst, &r.o.dst));
	memcpy(r.body, &link, sizeof(link));
	memcpy(r.body + sizeof(link), body, len);
	for (unsigned i = 0; i < n; i++)
		at += (size_t)sprintf((char *)r.body + at, "%s", words[i]) + 1;
	r.o.len = (uint16_t)at;
	detect_observation(fx.d, &r.o);
	facts_take();
}

static inline int facts_hex(char c)
{
	return c <= '9' ? c - '0' : (c | 32) - 'a' + 10;
}

static inline void facts_rpc(const char *src, const char *dst, const char *uuid, uint16_t opnum,
			     const char *what)
{
	struct fact_rpc_call b = {.opnum = opnum};
	const char *words[] = {"", what, "", "admin"};
	unsigned n = 0;

	for (const char *p = uuid; *p; p++) {
		if (*p == '-')
			continue;
		b.interface.at[n++] = (uint8_t)(facts_hex(p[0]) << 4 | facts_hex(p[1]));
		p++;
	}
	facts_say(OBS_rpc_call, src, dst, 445, &b, sizeof(b), words, 4);
}

static inline void facts_file(const char *src, const char *dst, enum smb_op op, bool admin,
			      bool pipe, const char *path, const char *to)
{
	struct fact_smb_file b = {.op = (uint8_t)op, .admin = admin, .pipe = pipe};
	const char *words[] = {admin ? "ADMIN$" : "data", path, to, "admin"};

	facts_say(OBS_smb_file, src, dst, 445, &b, sizeof(b), words, 4);
}

static inline void facts_login(const char *src, const char *dst, enum login_how how,
			       unsigned outcome, const char *user, bool unknown)
{
	struct fact_login b = {
		.how = (uint8_t)how, .outcome = (uint8_t)outcome, .user_unknown = unknown};
	const char *words[] = {user, "", ""};

	facts_say(OBS_login, src, dst, 445, &b, sizeof(b), words, 3);
}

static inline void facts_wait(unsigned s)
{
	fx.now_ns += s * NS_PER_S;
}
