// SPDX-License-Identifier: Apache-2.0
/* What a parser's test hears: fields of transactions as they are complete, events, facts with their
 * words, as one text; see proto_rig.h. */
#pragma once

#include "base/json.h"
#include "flow_world.h"
#include "proto/state.h"

#include <ctype.h>

#define RIG_TEXT (256u << 10)

struct rig {
	struct world w;
	struct proto *proto;
	struct flow *flow;
	uint16_t client_port, server_port;
	uint32_t seq[2];
	uint32_t split;  /* bytes a segment; 0: as said */
	bool facts, eve; /* to be told */
	bool handshake;
	size_t len;
	char text[RIG_TEXT];
};

static inline void rig_put(struct rig *r, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
static inline void rig_put(struct rig *r, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	int n = vsnprintf(r->text + r->len, RIG_TEXT - r->len, fmt, ap);
	va_end(ap);
	if (n > 0 && r->len + (size_t)n < RIG_TEXT)
		r->len += (size_t)n;
}

/* Bytes as they are, others as \xNN. */
static inline void rig_bytes(struct rig *r, const uint8_t *p, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		rig_put(r, isprint(p[i]) ? "%c" : "\\x%02x", p[i]);
}

static inline void rig_field(struct rig *r, const struct proto_tx_event *e, unsigned f)
{
	const struct field *x = &e->protocol->fields[f];
	struct view_of_bytes v;
	uint64_t number;

	for (unsigned i = 0; i < (x->many ? 1000u : 1u); i++) {
		if (x->type == FIELD_number) {
			if (!e->protocol->number(e->tx, f, i, e->dir, &number))
				break;
			rig_put(r, "%s=%llu\n", x->name, (unsigned long long)number);
		} else {
			if (!e->protocol->bytes(e->tx, f, i, e->dir, &v))
				break;
			rig_put(r, "%s=", x->name);
			rig_bytes(r, v.at, v.len);
			rig_put(r, "\n");
		}
	}
}

static inline void rig_events(struct rig *r, const struct protocol *p, uint64_t bits)
{
	for (unsigned i = 0; p->events && p->events[i]; i++) {
		if (bits >> i & 1)
			rig_put(r, "event %s.%s\n", p->name, p->events[i]);
	}
}

static inline void rig_on_tx(void *ctx, const struct proto_tx_event *e)
{
	struct rig *r = ctx;

	rig_events(r, e->protocol, e->flow_events);
	if (!e->tx)
		return;
	for (unsigned f = 0; e->protocol->fields && e->protocol->fields[f].name; f++) {
		const struct field *x = &e->protocol->fields[f];

		if (x->dirs >> e->dir & 1 && e->from < x->progress[e->dir] &&
		    e->to >= x->progress[e->dir])
			rig_field(r, e, f);
	}
	if (!e->ended || e->dir == 0)
		return;
	rig_events(r, e->protocol, e->tx->events);
	if (r->eve && e->protocol->eve) {
		char out[8192];
		uint32_t n = e->protocol->eve(e->tx, out, sizeof(out));
		rig_put(r, "%.*s\n", (int)n, out);
	}
	rig_put(r, "end %llu\n", (unsigned long long)e->tx->number);
}

static inline void rig_on_fact(void *ctx, const struct proto_fact *f)
{
	static const char *const names[] = {
#define FACT(name, what) #name,
#include "proto/facts.def"
#undef FACT
	};
	struct rig *r = ctx;

	if (!r->facts)
		return;
	rig_put(r, "fact %s%s", names[f->kind], f->dir ? "<" : ">");
	if (f->kind == FACT_login) {
		const struct fact_login *l = f->body;
		rig_put(r, " how=%u outcome=%u code=%u clear=%u", l->how, l->outcome, l->code,
			l->clear);
	}
	if (f->kind == FACT_krb) {
		const struct fact_krb *k = f->body;
		if (k->answers)
			rig_put(r, " answers=%u", k->answers);
		if (k->request_etypes)
			rig_put(r, " etypes=%x", k->request_etypes);
	}
	if (f->kind == FACT_name && !addr_is_any(&((const struct fact_name *)f->body)->answer))
		rig_put(r, " answered");
	if (f->kind == FACT_smb_io) {
		const struct fact_smb_io *io = f->body;
		if (io->opens || io->renames || io->rewritten)
			rig_put(r, " opened=%u renamed=%u rewritten=%u", io->opens, io->renames,
				io->rewritten);
		if (io->blocks)
			rig_put(r, " blocks=%u", io->blocks);
	}
	for (uint32_t i = 0; i < f->text_len; i += (uint32_t)strlen(f->text + i) + 1)
		rig_put(r, " [%s]", f->text + i);
	rig_put(r, "\n");
}
