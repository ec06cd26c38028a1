// SPDX-License-Identifier: Apache-2.0
/* Recognition and the life of a parser, with two protocols of the test's own in place of the real ones
 * (registry.c is not linked: its symbols are here).
 *
 * "alpha" begins with 'A' on any port, its server with 'a'; it keeps what it is given and obeys: '#'
 * switches to beta with what follows, '!' fails, '$' quits its direction, '.' ends a transaction.
 * "beta" begins with 'B' and is tried on port 7 only. */
#include "base/clock.h"
#include "flow_world.h"
#include "proto/protocol.h"

#define APP_alpha (APP_failed + 1)
#define APP_beta  (APP_failed + 2)

struct run {
	struct world w;
	struct proto *pr;
	struct flow *flow;
	uint32_t seq[2];
	char told[1024];
	size_t len;
};
static struct run *at_hand;

static void say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
static void say(const char *fmt, ...)
{
	struct run *r = at_hand;
	va_list ap;

	va_start(ap, fmt);
	int n = vsnprintf(r->told + r->len, sizeof(r->told) - r->len, fmt, ap);
	va_end(ap);
	if (n > 0 && r->len + (size_t)n < sizeof(r->told))
		r->len += (size_t)n;
}

static enum probe probe_alpha(const uint8_t *p, uint32_t n, uint8_t dir, const struct flow *f,
			      bool midstream)
{
	(void)f;
	if (p[0] == '?')
		return n < 4 ? PROBE_more : PROBE_no;
	return p[0] == (dir == FLOW_to_server ? 'A' : 'a') || (midstream && p[0] == 'M')
		       ? PROBE_yes
		       : PROBE_no;
}

static enum probe probe_beta(const uint8_t *p, uint32_t n, uint8_t dir, const struct flow *f,
			     bool midstream)
{
	(void)n, (void)dir, (void)f, (void)midstream;
	return p[0] == 'B' ? PROBE_yes : PROBE_no;
}

static void data(struct proto_call *c, const uint8_t *p, uint32_t n)
{
	struct tx tx;

	say("%c%c:%.*s ", c->protocol->name[0], "><"[c->dir], (int)n, (const char *)p);
	CHECK(!c->protocol->state_size || c->state);
	if (c->state)
		++*(unsigned *)c->state;
	for (uint32_t i = 0; i < n; i++) {
		if (p[i] == '.') {
			proto_tx_init(c, &tx);
			proto_progress(c, &tx, c->dir, 1);
			proto_progress(c, &tx, c->dir, 1); /* told once */
			proto_tx_end(c, &tx);
		} else if (p[i] == '#') {
			proto_switch(c, (enum app)APP_beta, n - i - 1);
			return;
		} else if (p[i] == '!') {
			proto_fail(c);
			return;
		} else if (p[i] == '$') {
			proto_quit(c, c->dir);
		}
	}
}

static void gap(struct proto_call *c, uint64_t missing)
{
	say("%cgap%llu ", "><"[c->dir], (unsigned long long)missing);
}

static void fin(struct proto_call *c)
{
	say("%cfin ", "><"[c->dir]);
}

static void end(struct proto_call *c)
{
	say("end%c ", c->protocol->name[0]);
}

static const uint16_t beta_ports[] = {7, 0};
static const struct protocol alpha = {.name = "alpha", .over = PROTO_OVER_TCP | PROTO_OVER_UDP,
				      .state_size = 4, .done = {2, 2}, .probe = probe_alpha,
				      .data = data, .gap = gap, .fin = fin, .end = end};
static const struct protocol beta = {.name = "beta", .over = PROTO_OVER_TCP, .ports = beta_ports,
				     .ports_only = true, .probe = probe_beta, .data = data,
				     .end = end};
static enum probe probe_never(const uint8_t *p, uint32_t n, uint8_t dir, const struct flow *f,
			      bool midstream)
{
	(void)p, (void)n, (void)dir, (void)f, (void)midstream;
	return PROBE_no;
}
static const struct protocol never = {.name = "never", .probe = probe_never};
/* Every real one's place is taken, so that none is linked. */
const struct protocol *const protocols[] = {
	[APP_none] = NULL,
	[APP_failed] = NULL,
#define PROTOCOL(name)                                                                             \
	[APP_##name] = APP_##name == APP_alpha ? &alpha : APP_##name == APP_beta ? &beta : &never,
#include "proto/protocols.def"
#undef PROTOCOL
	[APP_count] = NULL,
};

static void on_tx(void *ctx, const struct proto_tx_event *e)
{
	(void)ctx;
	say("tx%llu%c%u-%u%s ", (unsigned long long)e->tx->number, "><"[e->dir], e->from, e->to,
	    e->ended ? "|" : "");
}

static void on_app(void *ctx, struct flow *f, const struct pkt *p, const struct order *at)
{
	(void)ctx, (void)p, (void)at;
	say("app%d ", f->app);
}

static void on_piece(void *ctx, struct flow *f, const struct flow_piece *piece, const struct pkt *p,
		     const struct order *at)
{
	struct run *r = ctx;

	proto_piece(r->pr, f, piece, p, at);
}

static void on_event(void *ctx, const struct flow *f, enum flow_event_kind kind,
		     enum flow_reason reason, const struct order *at)
{
	struct run *r = ctx;

	(void)reason;
	if (kind == FLOW_EVENT_end)
		proto_flow_end(r->pr, (struct flow *)(uintptr_t)f, at);
}

static void open_run(struct run *r, uint64_t memory, uint32_t flows)
{
	const struct flow_config fc = world_config();
	const struct flow_hooks fh = {.on_event = on_event, .ctx = r};
	const struct proto_config pc = {.memory = memory, .flows = flows, .body = 1024,
					.expected = 64};
	const struct proto_hooks ph = {.on_tx = on_tx, .on_app = on_app};
	struct err err;

	memset(r, 0, sizeof(*r));
	at_hand = r;
	r->w.now_ns = WORLD_START_S * NS_PER_S;
	CHECK_EQ(flow_table_new(&r->w.t, &fc, 1, 0, &fh, &err), 0);
	CHECK_EQ(proto_new(&r->pr, &pc, 1, r->w.t, &ph, &err), 0);
	flow_table_set_piece(r->w.t, on_piece, r);
}

static void close_run(struct run *r)
{
	world_end(&r->w);
	flow_table_free(r->w.t);
	proto_free(r->pr);
}

static void send(struct run *r, unsigned dir, uint16_t port, uint8_t flags, const char *text)
{
	uint16_t mine = port >= 50000 ? 20000 : 40000; /* which of two ports looks like a server's */
	struct pkt p = dir == 0 ? world_pkt(&r->w, 6, "10.0.0.1", mine, "10.0.0.2", port)
				: world_pkt(&r->w, 6, "10.0.0.2", port, "10.0.0.1", mine);
	p.payload = (const uint8_t *)text;
	p.payload_len = p.payload_wire = (uint32_t)strlen(text);
	p.tcp_flags = flags;
	p.tcp_seq = r->seq[dir];
	p.tcp_ack = r->seq[!dir];
	flow_pkt(r->w.t, &p);
	r->flow = p.flow;
	r->seq[dir] += p.payload_len + !!(flags & (TCP_SYN | TCP_FIN));
}

static void greet(struct run *r, uint16_t port)
{
	send(r, 0, port, TCP_SYN, "");
	send(r, 1, port, TCP_SYN | TCP_ACK, "");
	send(r, 0, port, TCP_ACK, "");
}

/* Words: "C" or "S" and ':' the text; "+N" the client's next N bytes are lost. */
static const struct {
	const char *name;
	uint16_t port;
	const char *words, *told;
} rows[] = {
	{"by the client's first bytes", 80, "C:Ax C:y S:z", "app2 a>:Ax a>:y a<:z "},
	{"by the server's; the client's come first", 80, "C:q S:a C:r", "app2 a>:q a<:a a>:r "},
	{"more is needed", 80, "C:? C:?? S:a", "app2 a>:??? a<:a "},
	{"more, then nobody's; then the server's nobody's too", 80, "C:?x C:yzu S:q C:Ax", "app1 "},
	{"nobody's, and nothing more is asked", 80, "C:x S:y C:A S:a", "app1 "},
	{"a port's own protocol is not tried elsewhere", 80, "C:Bx S:q", "app1 "},
	{"but there", 7, "C:Bx S:q", "app3 b>:Bx b<:q "},
	{"switches, with what follows", 80, "C:A C:#Bc C:d S:e",
	 "app2 a>:A a>:#Bc enda app3 b>:Bc b>:d b<:e "},
	{"switches, and the other side goes first", 80, "C:A C:# S:Bq C:r",
	 "app2 a>:A a>:# enda app3 b<:Bq b>:r "},
	{"fails and is called no more", 80, "C:A! C:b S:c", "app2 a>:A! enda "},
	{"a transaction", 80, "C:A. C:.",
	 "app2 a>:A. tx0>0-1 tx0>1-2| tx0<0-0| a>:. tx1>0-1 tx1>1-2| tx1<0-0| "},
	{"quits one direction", 80, "C:A$ C:b S:c C:d", "app2 a>:A$ >fin a<:c "},
	{"a hole is told with its length", 80, "C:A +5 C:b S:q C:c", "app2 a>:A >gap5 a>:b a<:q a>:c "},
	{"a hole before it is known: from behind it", 80, "C:? +5 C:M S:q", "app2 >:"},
};

static void speak(struct run *r, uint16_t port, const char *words)
{
	char text[64];

	for (const char *w = words; *w;) {
		size_t n = strcspn(w, " ");

		snprintf(text, sizeof(text), "%.*s", (int)n, w);
		if (*w == '+') {
			r->seq[0] += (uint32_t)atoi(w + 1);
			send(r, 1, port, TCP_ACK, "");
		} else {
			send(r, *w == 'S', port, TCP_ACK, text + 2);
			/* what is beyond a hole is told once it is acknowledged */
			send(r, *w != 'S', port, TCP_ACK, "");
		}
		w += n + (w[n] == ' ');
	}
}

static void play(struct run *r, uint16_t port, const char *words)
{
	greet(r, port);
	speak(r, port, words);
}

/* The server's port is the higher one, and the client's bytes come before the SYN-ACK that tells who
 * is who: the mirror swapped them. */
static const struct {
	const char *name, *before, *after, *told;
} turns[] = {
	{"it was nobody's that way round", "A", "C:b S:q", "app2 a>:Ab a<:q "},
	{"the other side speaks first, and is nobody", "A", "S:q C:b", "app2 a<:q a>:Ab "},
	{"its bytes say it, once they are the server's", "q", "S:a C:r", "app2 a>:q a<:a a>:r "},
	{"it was somebody's that way round: given back", "a", "C:Ax S:q",
	 "app2 a<:a enda app1 "},
};

static void check_turned(void)
{
	static struct run r;

	for (unsigned i = 0; i < sizeof(turns) / sizeof(turns[0]); i++) {
		CASE(turns[i].name);
		open_run(&r, 1 << 20, 64);
		r.seq[0] = 1001;
		r.seq[1] = 9001;
		send(&r, 0, 50000, TCP_ACK, turns[i].before);
		CHECK_EQ(r.flow->server_port, 20000);
		r.seq[1] = 9000;
		uint32_t said = r.seq[0];
		r.seq[0] = 1001;
		send(&r, 1, 50000, TCP_SYN | TCP_ACK, "");
		r.seq[0] = said;
		CHECK_EQ(r.flow->server_port, 50000);
		speak(&r, 50000, turns[i].after);
		CHECK_STR(r.told, turns[i].told);
		CHECK_EQ(r.flow->half[0].payload,
			 strlen(turns[i].before) + r.seq[0] - said);
		close_run(&r);
	}
	CASE("a SYN-ACK that answers nothing turns nothing");
	open_run(&r, 1 << 20, 64);
	r.seq[0] = 1001;
	send(&r, 0, 50000, TCP_ACK, "A");
	r.seq[0] += 100000;
	send(&r, 1, 50000, TCP_SYN | TCP_ACK, "");
	CHECK_EQ(r.flow->server_port, 20000);
	close_run(&r);
}

static void check_limits(void)
{
	static struct run r;

	CASE("states come back with their flows");
	open_run(&r, 1 << 20, 64);
	for (unsigned i = 0; i < 300; i++) {
		r.seq[0] += 100000;
		greet(&r, 80);
		send(&r, 0, 80, TCP_ACK, "A");
		send(&r, 0, 80, TCP_RST, "");
		r.len = 0;
	}
	CHECK_EQ(count_get(&proto_counters_of(r.pr)->no_state), 0);
	CHECK_EQ(count_get(&proto_counters_of(r.pr)->flows[APP_alpha]), 300);
	close_run(&r);
	CASE("no room for its state: counted, not parsed");
	open_run(&r, 32, 64);
	greet(&r, 80);
	send(&r, 0, 80, TCP_ACK, "A");
	send(&r, 0, 80, TCP_ACK, "b");
	CHECK_EQ(count_get(&proto_counters_of(r.pr)->no_state), 1);
	CHECK_STR(r.told, "");
	CHECK_EQ(r.flow->app, APP_failed);
	close_run(&r);
}

static void check_datagrams(void)
{
	static struct run r;

	CASE("each datagram is a beginning");
	open_run(&r, 1 << 20, 64);
	for (const char *t = "xxAb"; *t; t++) {
		struct pkt p = world_pkt(&r.w, 17, "10.0.0.1", 40000, "10.0.0.2", 80);
		p.payload = (const uint8_t *)t;
		p.payload_len = p.payload_wire = 1;
		flow_pkt(r.w.t, &p);
		proto_pkt(r.pr, &p);
	}
	CHECK_STR(r.told, "app2 a>:A a>:b ");
	close_run(&r);
}

int main(void)
{
	static struct run r;

	_Static_assert(APP_count >= APP_beta + 1, "as many real protocols as the test has");
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		CASE(rows[i].name);
		open_run(&r, 1 << 20, 64);
		play(&r, rows[i].port, rows[i].words);
		if (strcmp(rows[i].told, "app2 >:") == 0)
			CHECK_EQ(strncmp(r.told, "app2 a>:M", 9), 0);
		else
			CHECK_STR(r.told, rows[i].told);
		close_run(&r);
	}
	check_turned();
	check_limits();
	check_datagrams();
	return check_done();
}
