// SPDX-License-Identifier: Apache-2.0
/* For the decoders' tests: hex text decoded in an exact heap block, so that ASan sees one byte too
 * many. Each result also asks what must hold of every frame. */
#pragma once

#include "base/bytes.h"
#include "check.h"
#include "decode/pkt.h"
#include "hex.h"

#include <stdlib.h>

struct run {
	enum verdict verdict;
	struct pkt pkt;
	struct verdicts count;
	uint8_t *data;
	uint32_t len;
};

static inline void run_end(struct run *r)
{
	free(r->data);
	r->data = NULL;
}

/* What holds whatever the bytes are. */
static inline void run_check(const struct run *r, const struct frame *f)
{
	const struct pkt *p = &r->pkt;
	struct addr a, b;

	CHECK(p->payload != NULL);
	CHECK(f->cap_len == 0 || (p->payload >= r->data && p->payload <= r->data + r->len));
	CHECK(f->cap_len == 0 || p->payload_len <= (size_t)(r->data + r->len - p->payload));
	CHECK(p->payload_wire >= p->payload_len);
	CHECK_EQ(count_get(&r->count.n[r->verdict]), 1);
	CHECK(r->verdict == VERDICT_ok || p->net == PKT_none);
	if (p->net == PKT_ip4 || p->net == PKT_ip6) {
		CHECK(decode_pair(f, &a, &b));
		CHECK(addr_eq(&a, p->quotes ? &p->q_src : &p->src));
		CHECK(addr_eq(&b, p->quotes ? &p->q_dst : &p->dst));
	} else if (p->net == PKT_arp) {
		CHECK(!decode_pair(f, &a, &b));
	}
}

/* `missing`: bytes the wire had after those given. */
static inline void run_tagged(struct run *r, enum link link, const char *text, uint32_t missing,
			      int tci)
{
	static uint8_t bytes[1 << 17];
	size_t n = hex(text, bytes, sizeof(bytes));

	memset(r, 0, sizeof(*r));
	memset(&r->pkt, 0xa5, sizeof(r->pkt)); /* decode sets what matters */
	r->data = malloc(n ? n : 1);
	r->len = (uint32_t)n;
	memcpy(r->data, bytes, n);
	struct frame f = {
		.data = r->data,
		.cap_len = r->len,
		.wire_len = r->len + missing,
		.time_ns = 77,
		.seq = 5,
		.link = (uint16_t)link,
		.source = 3,
		.vlan_tci = tci < 0 ? 0 : (uint16_t)tci,
		.flags = tci < 0 ? 0 : FRAME_VLAN,
	};
	r->verdict = decode_frame(&f, &r->pkt, &r->count);
	run_check(r, &f);
}

static inline void run(struct run *r, enum link link, const char *text, uint32_t missing)
{
	run_tagged(r, link, text, missing, -1);
}

static inline struct addr addr_of(const char *text)
{
	struct addr a = {.q = {0, 0}};

	CHECK(addr_parse(text, &a));
	return a;
}

#define CHECK_ADDR(got, text)                                                                      \
	do {                                                                                       \
		char check_text[ADDR_TEXT];                                                        \
		CHECK_STR(addr_text(&(got), check_text), text);                                    \
	} while (0)
#define CHECK_MAC(got, text)                                                                       \
	do {                                                                                       \
		char check_text[MAC_TEXT];                                                         \
		CHECK_STR(mac_text(&(got), check_text), text);                                     \
	} while (0)
#define CHECK_VERDICT(r, want) CHECK_STR(verdict_name((r).verdict), verdict_name(VERDICT_##want))
#define CHECK_ODD(r, which, n_)                                                                    \
	do {                                                                                       \
		CHECK_EQ(count_get(&(r).count.n[VERDICT_##which]), n_);                            \
		CHECK_EQ((r).pkt.n_anomalies, n_);                                                 \
	} while (0)
