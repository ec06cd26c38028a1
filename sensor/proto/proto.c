// SPDX-License-Identifier: Apache-2.0
/* From pieces and datagrams to the parser that understands them.
 *
 * A direction's first bytes are tried until a protocol is sure; then both directions are given to
 * its parser from their beginning (what the stream's window still holds) and piece by piece from
 * there. Facts and transactions leave through the hooks while the packet at hand is worked on, so
 * that the order of the run holds.
 */
#include "proto/state.h"

#include "base/clock.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#define TRIES_MAX  6u  /* datagrams of a direction that are tried */
#define PIECES_MAX 200u /* pieces of a stream: a byte in each must not hide a protocol */

const struct param proto_params[] = {
	PARAM(PARAM_U64, struct proto_config, memory, 1 << 20, 1ull << 40, 256u << 20, "bytes",
	      "what the parsers of application protocols keep, all workers"),
	PARAM(PARAM_U32, struct proto_config, flows, 64, 1 << 26, 1 << 18, "flows",
	      "that are parsed at a time, all workers; others are counted"),
	PARAM(PARAM_U32, struct proto_config, body, 1024, 128 << 10, 100 << 10, "bytes",
	      "of a body or file that the rules can look into"),
	PARAM(PARAM_U32, struct proto_config, files, 1, 1 << 20, 1024, "files",
	      "that rules want hashes or the kind of, at a time, a worker; others are counted"),
	PARAM(PARAM_U32, struct proto_config, expected, 64, 1 << 20, 4096, "",
	      "announced connections (FTP data, RPC ports) that are remembered, a worker"),
	PARAM(PARAM_U32, struct proto_config, zones, 8, 1 << 20, 4096, "",
	      "(client, name server, domain) whose questions are counted, a worker"),
	PARAM(PARAM_U32, struct proto_config, pings, 8, 1 << 20, 1024, "pairs",
	      "of hosts whose pings are looked into, a worker"),
	{0},
};

int proto_new(struct proto **out, const struct proto_config *c, unsigned workers,
	      const struct flow_table *flows, const struct proto_hooks *hooks, struct err *err)
{
	struct proto *p = calloc(1, sizeof(*p));

	if (p)
		p->expected = calloc(c->expected, sizeof(*p->expected));
	if (!p || !p->expected ||
	    flow_pool_init(&p->flows, sizeof(struct proto_flow), c->flows / workers + 1) != 0 ||
	    proto_mem_init(&p->mem, c->memory / workers, &p->count.no_memory) != 0 ||
	    sets_init(&p->zones, dns_zone_size, c->zones, err) != 0 ||
	    sets_init(&p->echoes, icmp_echoes_size, c->pings, err) != 0) {
		proto_free(p);
		return err_set(err, ENOMEM, "no memory for the parsers of protocols");
	}
	p->knowers.files = c->files ? c->files : 1;
	p->mem.knowers = &p->knowers;
	p->config = *c;
	p->hooks = *hooks;
	p->table = flows;
	*out = p;
	return 0;
}

void proto_free(struct proto *p)
{
	if (!p)
		return;
	proto_mem_fini(&p->mem);
	flow_pool_fini(&p->flows);
	file_knowers_fini(&p->knowers);
	sets_fini(&p->zones);
	sets_fini(&p->echoes);
	free(p->expected);
	free(p);
}

struct file_knowers *proto_knowers(struct proto *p)
{
	return &p->knowers;
}

const struct proto_counters *proto_counters_of(const struct proto *p)
{
	struct proto_counters *c = (struct proto_counters *)(uintptr_t)&p->count;

	count_set(&c->files_over, count_get(&p->knowers.over));
	return &p->count;
}

struct proto_mem *proto_mem_of(struct proto_call *c)
{
	return &c->proto->mem;
}

const struct proto_config *proto_config_of(const struct proto_call *c)
{
	return &c->proto->config;
}

struct proto_counters *proto_count_of(struct proto_call *c)
{
	return &c->proto->count;
}

/* What parsers say. */

static void tell(struct proto_call *c, struct tx *tx, uint8_t dir, uint8_t from, uint8_t to,
		 bool ended, uint64_t flow_events)
{
	struct proto_tx_event e = {
		.protocol = c->protocol,
		.flow = c->flow,
		.tx = tx,
		.flow_events = flow_events,
		.dir = dir,
		.from = from,
		.to = to,
		.ended = ended,
		.pkt = c->pkt,
		.at = c->at,
		.window = c->window,
		.window_len = dir == c->dir ? c->window_len : 0,
	};

	if (c->pkt)
		e.at.stage = ORDER_rule;
	if (c->proto->hooks.on_tx)
		c->proto->hooks.on_tx(c->proto->hooks.rules, &e);
}

void proto_tx_init(struct proto_call *c, struct tx *tx)
{
	*tx = (struct tx){.number = c->pf->txs++};
	count_add(&c->proto->count.txs[c->flow->app], 1);
}

void proto_progress(struct proto_call *c, struct tx *tx, uint8_t dir, uint8_t progress)
{
	uint8_t from = tx->told[dir];

	if (progress > tx->progress[dir])
		tx->progress[dir] = progress;
	if (tx->progress[dir] <= from)
		return;
	tx->told[dir] = tx->progress[dir];
	c->pf->open[dir] = tx;
	tell(c, tx, dir, from, tx->told[dir], false, 0);
}

void proto_tx_end(struct proto_call *c, struct tx *tx)
{
	for (uint8_t dir = 0; dir < 2; dir++) {
		uint8_t from = tx->told[dir];

		/* A side that said nothing has no fields: it is only closed. */
		if (tx->progress[dir] && tx->progress[dir] < c->protocol->done[dir])
			tx->progress[dir] = c->protocol->done[dir];
		tx->told[dir] = tx->progress[dir];
		tell(c, tx, dir, from, tx->told[dir], true, 0);
		if (c->pf->open[dir] == tx)
			c->pf->open[dir] = NULL;
	}
}

const struct tx *proto_tx_open(const struct proto *pr, const struct flow *f, uint8_t dir,
			       const struct protocol **protocol)
{
	const struct proto_flow *pf = f->proto_state ? flow_pool_at(&pr->flows, f->proto_state) : NULL;
	const struct protocol *of = *protocol = protocols[f->app];

	if (!pf || !of)
		return NULL;
	const struct tx *tx = pf->open[dir], *asked = pf->open[FLOW_to_server];
	/* Where there is one a conversation, it is that one to the end. */
	if (tx && (pf->txs == 1 || tx->told[dir] < of->done[dir]))
		return tx;
	/* An answer that is on its way. */
	return dir == FLOW_to_client && asked && asked->told[dir] < of->done[dir] ? asked : NULL;
}

void proto_flow_event(struct proto_call *c, unsigned event)
{
	uint64_t bit = 1ull << event;

	if (c->pf->events & bit)
		return;
	c->pf->events |= bit;
	count_add(&c->proto->count.events, 1);
	tell(c, NULL, c->dir, 0, 0, false, bit);
}

void proto_asks(struct proto_call *c)
{
	if (c->flow->seen & FLOW_GUESSED)
		c->pf->backwards = c->dir == FLOW_to_client;
}

void proto_fail(struct proto_call *c)
{
	c->pf->failed = true;
}

void proto_switch(struct proto_call *c, enum app next, uint32_t rest)
{
	c->pf->next_app = (uint8_t)(next + 1);
	c->pf->rest = rest;
}

void proto_become(struct proto_call *c, enum app app)
{
	assert(protocols[app]->state_size == c->protocol->state_size);
	if (c->flow->app == app)
		return;
	c->flow->app = (uint16_t)app;
	c->protocol = protocols[app];
	count_add(&c->proto->count.flows[app], 1);
	if (c->proto->hooks.on_app)
		c->proto->hooks.on_app(c->proto->hooks.rules, c->flow, c->pkt, &c->at);
}

void proto_carry(struct proto_call *c, struct proto_bytes *b)
{
	proto_drop(&c->proto->mem, &c->pf->carried);
	c->pf->carried = *b;
	*b = (struct proto_bytes){0};
}

struct proto_bytes proto_carried(struct proto_call *c)
{
	struct proto_bytes b = c->pf->carried;

	c->pf->carried = (struct proto_bytes){0};
	return b;
}

void proto_sealed(struct proto_call *c)
{
	c->flow->seen |= FLOW_SEALED;
}

void proto_quit(struct proto_call *c, uint8_t dir)
{
	flow_stream_quit(c->flow, dir);
}

/* The life of a parser in a flow. */

static void drop_state(struct proto_call *c)
{
	uint8_t dir = c->dir; /* end() goes through both */

	if (c->pf->frames)
		proto_frames_end(c);

	if (c->protocol && c->protocol->end && (c->state || !c->protocol->state_size))
		c->protocol->end(c);
	c->dir = dir;
	if (c->state)
		proto_give(&c->proto->mem, c->state, (uint32_t)c->protocol->state_size);
	c->state = c->pf->state = NULL;
	c->pf->open[0] = c->pf->open[1] = NULL;
}

static void fail(struct proto_call *c)
{
	drop_state(c);
	count_add(&c->proto->count.failed, 1);
	c->flow->app = APP_failed;
	c->protocol = NULL;
}

static bool recognise(struct proto_call *c, enum app app)
{
	const struct protocol *p = protocols[app];

	c->flow->app = (uint16_t)app;
	c->protocol = p;
	c->frames = c->proto->frames[app];
	count_add(&c->proto->count.flows[app], 1);
	if (p->deep)
		flow_stream_deep(c->flow);
	if (p->state_size) {
		c->state = c->pf->state = proto_take(&c->proto->mem, (uint32_t)p->state_size);
		if (!c->state) {
			c->flow->app = APP_failed;
			count_add(&c->proto->count.no_state, 1);
			return false;
		}
	}
	if (c->proto->hooks.on_app)
		c->proto->hooks.on_app(c->proto->hooks.rules, c->flow, c->pkt, &c->at);
	return true;
}

static void look(struct proto_call *c, uint8_t over, const uint8_t *p, uint32_t n);

/* After a call of the parser: what it asked for. False: nothing more for it. */
static bool after(struct proto_call *c, const uint8_t *p, uint32_t n)
{
	struct proto_flow *pf = c->pf;

	if (pf->failed) {
		fail(c);
		return false;
	}
	if (!pf->next_app)
		return true;
	enum app next = (enum app)(pf->next_app - 1);
	uint32_t rest = pf->rest < n ? pf->rest : n;
	count_add(&c->proto->count.switched, 1);
	drop_state(c);
	pf->next_app = 0;
	pf->switched = true;
	for (unsigned dir = 0; dir < 2; dir++) {
		pf->half[dir].base = pf->half[dir].next;
		pf->half[dir].bits &= (uint8_t) ~(PROTO_FED | PROTO_NO);
		pf->half[dir].tries = 0;
	}
	pf->half[c->dir].base -= rest;
	pf->events = 0;
	pf->expected = (uint8_t)(next > APP_failed ? next : APP_none);
	c->flow->app = APP_none;
	c->protocol = NULL;
	if (rest)
		look(c, c->flow->proto == 6 ? PROTO_OVER_TCP : PROTO_OVER_UDP, p + n - rest, rest);
	return false;
}

static bool feed(struct proto_call *c, const uint8_t *p, uint32_t n)
{
	if (n == 0 || !c->protocol)
		return c->protocol != NULL;
	c->pf->half[c->dir].bits |= PROTO_FED;
	count_add(&c->proto->count.bytes, n);
	/* First: what is told of the seconds before does not depend on how the first message of this one
	 * is cut. */
	uint32_t now_s = (uint32_t)(c->at.time_ns / NS_PER_S);
	if (c->protocol->tick && now_s != c->pf->ticked_s) {
		c->pf->ticked_s = now_s;
		c->protocol->tick(c);
	}
	if (__builtin_expect(c->frames, 0))
		proto_frames_data(c, p, n);
	if (!c->pf->failed)
		c->protocol->data(c, p, n);
	return after(c, p, n);
}

/* The other direction has spoken before the protocol was known: its bytes come first. */
static bool catch_up(struct proto_call *c)
{
	struct proto_half *h = &c->pf->half[!c->dir];
	const uint8_t *p;
	uint32_t n;

	if (h->next <= h->base || h->bits & PROTO_FED ||
	    !flow_stream_said(c->proto->table, c->flow, !c->dir, &p, &n))
		return true;
	uint64_t want = h->next - h->base;
	if (n > want) {
		p += n - want;
		n = (uint32_t)want;
	}
	struct proto_call other = *c;
	other.dir = !c->dir;
	other.window = p;
	other.window_len = n;
	bool on = feed(&other, p, n);
	c->protocol = other.protocol;
	c->state = other.state;
	return on;
}

/* p[0 … n) is everything of this direction since its base. */
static void look(struct proto_call *c, uint8_t over, const uint8_t *p, uint32_t n)
{
	struct proto_half *h = &c->pf->half[c->dir];

	if (h->bits & PROTO_NO)
		return;
	enum app app = proto_probe(c->flow, c->pf, over, p, n, c->dir);
	if (app > APP_failed) {
		if (recognise(c, app) && (over == PROTO_OVER_UDP || catch_up(c)))
			feed(c, p, n);
		return;
	}
	if (app == APP_none && over == PROTO_OVER_TCP && ++h->tries < PIECES_MAX && n < FLOW_WINDOW)
		return;
	if (over == PROTO_OVER_UDP && ++h->tries < TRIES_MAX)
		return; /* each datagram is a beginning */
	h->bits |= PROTO_NO;
	const struct proto_half *o = &c->pf->half[!c->dir];
	/* The other side may still say what it is, unless it has had its chance. */
	if (o->bits & PROTO_NO || h->tries >= (over == PROTO_OVER_UDP ? TRIES_MAX : PIECES_MAX)) {
		c->flow->app = APP_failed;
		count_add(&c->proto->count.failed, 1);
		if (c->proto->hooks.on_app)
			c->proto->hooks.on_app(c->proto->hooks.rules, c->flow, c->pkt, &c->at);
	}
}

static struct proto_flow *flow_of(struct proto *pr, struct flow *f, uint64_t now_ns)
{
	if (f->proto_state)
		return flow_pool_at(&pr->flows, f->proto_state);
	uint32_t ref = flow_pool_get(&pr->flows);
	if (!ref) {
		count_add(&pr->count.no_state, 1);
		f->app = APP_failed;
		return NULL;
	}
	struct proto_flow *pf = flow_pool_at(&pr->flows, ref);
	*pf = (struct proto_flow){.state = NULL};
	f->proto_state = ref;
	if (f->seen & FLOW_MIDSTREAM)
		pf->half[0].bits = pf->half[1].bits = PROTO_MISSED;
	proto_expect_look(pr, f, pf, now_ns);
	return pf;
}

static struct proto_call call_of(struct proto *pr, struct flow *f, struct proto_flow *pf,
				 const struct pkt *p, const struct order *at, uint8_t dir)
{
	return (struct proto_call){
		.proto = pr,
		.pf = pf,
		.flow = f,
		.state = pf->state,
		.pkt = p,
		.at = *at,
		.dir = dir,
		.protocol = protocols[f->app],
		.frames = pr->frames[f->app],
		.window = (const uint8_t *)"",
	};
}

static void piece_gap(struct proto_call *c, struct proto_half *h, uint64_t offset)
{
	uint64_t missing = offset > h->next ? offset - h->next : 0;

	count_add(&c->proto->count.gaps, 1);
	h->next = offset;
	if (c->pf->frames)
		proto_frames_gap(c, offset);
	if (!c->protocol) {
		h->base = offset;
		h->bits |= PROTO_MISSED;
		h->bits &= (uint8_t)~PROTO_NO;
	} else if (c->protocol->gap) {
		c->protocol->gap(c, missing);
		after(c, NULL, 0);
	}
}

/* What the parser heard was the other side's, so it is given back; whoever speaks next finds out
 * whose bytes they are, and those before them come first. */
static void turned(struct proto *pr, struct flow *f, const struct order *at)
{
	if (!f->proto_state) {
		f->app = APP_none;
		return;
	}
	struct proto_flow *pf = flow_pool_at(&pr->flows, f->proto_state);
	struct proto_call c = call_of(pr, f, pf, NULL, at, FLOW_to_server);
	struct proto_half old = pf->half[0];

	if (c.protocol)
		drop_state(&c);
	pf->half[0] = pf->half[1];
	pf->half[1] = old;
	for (unsigned dir = 0; dir < 2; dir++) {
		pf->half[dir].bits &= PROTO_MISSED;
		pf->half[dir].tries = 0;
	}
	pf->failed = pf->backwards = false;
	pf->next_app = 0;
	f->app = APP_none;
}

void proto_piece(void *ctx, struct flow *f, const struct flow_piece *piece, const struct pkt *p,
		 const struct order *at)
{
	struct proto *pr = ctx;

	if (piece->turned)
		turned(pr, f, at);
	if (piece->turned || f->app == APP_failed)
		return;
	struct proto_flow *pf = flow_of(pr, f, at->time_ns);
	if (!pf)
		return;
	struct proto_call c = call_of(pr, f, pf, p, at, piece->dir);
	struct proto_half *h = &pf->half[piece->dir];
	c.window = piece->window;
	c.window_len = piece->window_len;
	if (piece->gap)
		piece_gap(&c, h, piece->offset);
	h->next = piece->offset + piece->piece_len;
	if (piece->piece_len && f->app == APP_none) {
		uint64_t since = h->next - h->base;
		uint32_t n = since < piece->window_len ? (uint32_t)since : piece->window_len;

		look(&c, PROTO_OVER_TCP, piece->window + piece->window_len - n, n);
	} else if (piece->piece_len && c.protocol) {
		feed(&c, piece->window + piece->window_len - piece->piece_len, piece->piece_len);
	}
	if (piece->fin && c.protocol && !(h->bits & PROTO_ENDED)) {
		h->bits |= PROTO_ENDED;
		if (c.protocol->fin)
			c.protocol->fin(&c);
		after(&c, NULL, 0);
	}
}

void proto_pkt(struct proto *pr, struct pkt *p)
{
	struct flow *f = p->flow;

	if (f && p->stream_events & EVENT_BIT(STREAM_overlap))
		proto_conflict(pr, f, p);
	if (proto_is_icmp_echo(p) && f && p->payload_len) {
		struct proto_flow *icmp = flow_of(pr, f, p->time_ns);

		if (icmp)
			proto_icmp_echo(pr, icmp, p);
		return;
	}
	if (p->proto != 17 || !f || p->payload_len == 0 || f->app == APP_failed || p->quotes)
		return;
	struct order at = {p->seq, p->time_ns, ORDER_proto};
	struct proto_flow *pf = flow_of(pr, f, p->time_ns);
	if (!pf)
		return;
	struct proto_call c = call_of(pr, f, pf, p, &at, p->dir);
	c.window = p->payload;
	c.window_len = p->payload_len;
	pf->half[p->dir].next += p->payload_len;
	if (f->app == APP_none)
		look(&c, PROTO_OVER_UDP, p->payload, p->payload_len);
	else
		feed(&c, p->payload, p->payload_len);
}

void proto_flow_end(struct proto *pr, struct flow *f, const struct order *at)
{
	if (!f->proto_state)
		return;
	struct proto_flow *pf = flow_pool_at(&pr->flows, f->proto_state);
	struct proto_call c = call_of(pr, f, pf, NULL, at, FLOW_to_server);
	if (c.protocol)
		drop_state(&c);
	proto_drop(&pr->mem, &pf->carried);
	flow_pool_put(&pr->flows, f->proto_state);
	f->proto_state = 0;
}
