// SPDX-License-Identifier: Apache-2.0
/* What a parser under fuzz gives out is read to its last byte; see proto_talk.h. */
#pragma once

#include "base/clock.h"
#include "proto/state.h"

#include <assert.h>
#include <stdlib.h>

/* Every byte is looked at, and the fuzzer is not told of each turn of the loop. */
#ifdef __clang__
__attribute__((no_sanitize("coverage")))
#endif
static inline uint64_t
talk_read(const uint8_t *p, uint32_t n)
{
	uint64_t sum = n;

	for (uint32_t i = 0; i < n; i++)
		sum = sum * 31 + p[i];
	return sum;
}

struct talk {
	struct flow_table *t;
	struct proto *proto;
	struct flow *flow;
	uint32_t seq[2];
	uint64_t n;
	uint16_t port;
	uint8_t proto_number;
	uint64_t sum; /* so that no read is left out */
};

static inline void talk_fields(struct talk *k, const struct proto_tx_event *e)
{
	struct view_of_bytes v;
	uint64_t number;

	for (unsigned f = 0; e->protocol->fields && e->protocol->fields[f].name; f++) {
		const struct field *x = &e->protocol->fields[f];

		if (!(x->dirs >> e->dir & 1) || e->from >= x->progress[e->dir] ||
		    e->to < x->progress[e->dir])
			continue;
		for (unsigned i = 0; i < 5000; i++) {
			if (x->type == FIELD_number) {
				if (!e->protocol->number(e->tx, f, i, e->dir, &number))
					break;
				k->sum += number;
				continue;
			}
			if (!e->protocol->bytes(e->tx, f, i, e->dir, &v))
				break;
			assert(v.at);
			k->sum += talk_read(v.at, v.len);
			if (!x->many)
				break;
		}
	}
}

static inline void talk_on_tx(void *ctx, const struct proto_tx_event *e)
{
	struct talk *k = ctx;
	char out[8192];

	if (!e->tx)
		return;
	talk_fields(k, e);
	if (e->protocol->eve)
		assert(e->protocol->eve(e->tx, out, sizeof(out)) <= sizeof(out));
}

static inline void talk_on_fact(void *ctx, const struct proto_fact *f)
{
	struct talk *k = ctx;

	k->sum += talk_read(f->body, f->len) + talk_read((const uint8_t *)f->text, f->text_len);
	assert(f->text_len == 0 || f->text[f->text_len - 1] == '\0');
}

/* Every frame is read to its last byte, whatever rules ask for. */
static inline void talk_on_frame(void *ctx, const struct proto_frame *f)
{
	static volatile uint8_t sum;

	(void)ctx;
	if (!f->protocol->frames[f->type] || f->len > f->length || f->dir > 1 || (f->complete && f->len != f->length))
		abort();
	for (uint32_t i = 0; i < f->len; i++)
		sum += f->bytes[i];
}

static inline void talk_want_frames(struct proto *p)
{
	uint32_t every[APP_count];

	for (unsigned a = 0; a < APP_count; a++)
		every[a] = protocols[a] && protocols[a]->frames ? UINT32_MAX : 0;
	proto_want_frames(p, every);
}
