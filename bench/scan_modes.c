// SPDX-License-Identifier: Apache-2.0
/* Hyperscan's block mode with overlap, as the sensor scans TCP, beside its streaming mode: the same
 * pieces of the same streams, the same literals, in one run.
 *
 *   scan_modes [options of vigie-sensor: -r CAPTURE -S RULES --set …]
 *
 * The capture goes through decode, flow and proto as in a worker; each piece of a stream is kept,
 * with the databases that rule/scan.c would choose for it. Then both modes scan what was kept, in
 * turn, ROUNDS times, and the least CPU time counts.
 *
 *   block   the piece and the bytes before it that a literal may reach back to, one hs_scan() a
 * database stream  a state a stream, direction and database: opened with the first piece (and the
 * bytes before it, when the database changed because the protocol became known), reset by a gap,
 * closed at the flow's end; states come from a list of free ones, not from malloc
 *
 * It checks itself: both must find the same set of (stream, literal). Exit status 1 when they do
 * not.
 *
 * Owns:  everything that was kept, at most KEEP_MAX bytes of it: real streams, so for captures of
 * less. Cost:  not measured: choosing the database, and what rules do with a literal that was
 * found.
 */
#include "base/clock.h"
#include "base/hash.h"
#include "options.h"
#include "proto/proto.h"
#include "rule/match.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>

#define ROUNDS    7u
#define KEEP_MAX  (1ul << 30)
#define MODES_MAX 1023u /* databases; what fits a key of struct found */
#define DBS       3u    /* of one piece */

enum act_kind { ACT_piece, ACT_turned, ACT_end };

struct act {             /* what happened to the streams, in order */
	uint64_t at;     /* where the kept bytes begin: `before` old ones, then `len` new ones */
	uint32_t stream; /* of a piece; of the others the flow's first of two */
	uint32_t len;
	uint16_t db[DBS]; /* index + 1; 0 none */
	uint8_t before, kind;
	bool gap;
};

struct mode_db {
	const struct database *block;
	hs_database_t *stream, *whole;
	size_t state; /* bytes */
};

struct stream { /* in streaming mode */
	hs_stream_t *at[DBS];
	uint64_t scanned[DBS];
	uint16_t db[DBS];
};

struct found { /* (stream, database, literal), as numbers to be sorted */
	uint64_t *at;
	size_t n, cap;
};

static struct {
	struct rule_set *set;
	struct flow_table *flows;
	struct proto *proto;
	uint8_t *bytes;
	uint64_t used;
	struct act *act;
	size_t n, cap;
	uint32_t streams;
	struct mode_db db[MODES_MAX + 1];
	unsigned dbs;
	hs_scratch_t *scratch;
	struct stream *stream;
	size_t open, open_most, opened, resets, state_largest;
	uint64_t scanned, scans;
	/* of one scan */
	uint32_t *seen, epoch;
	uint64_t skip;
	struct found *found;
	uint64_t key;
	uint64_t hits;
} b;

static void stop(const char *what)
{
	fprintf(stderr, "scan_modes: %s\n", what);
	exit(EXIT_FAILURE);
}

static void *must(void *p)
{
	if (!p)
		stop("no memory");
	return p;
}

/* Keeping */

static struct act *add_act(enum act_kind kind, uint32_t stream)
{
	if (b.n == b.cap) {
		b.cap = b.cap ? b.cap * 2 : 1 << 16;
		b.act = must(realloc(b.act, b.cap * sizeof(*b.act)));
	}
	struct act *s = &b.act[b.n++];
	*s = (struct act){.kind = (uint8_t)kind, .stream = stream};
	return s;
}

static uint16_t index_of(const struct database *d)
{
	unsigned i = 0;

	while (i < b.dbs && b.db[i].block != d)
		i++;
	if (i == MODES_MAX)
		stop("too many databases");
	if (i == b.dbs)
		b.db[b.dbs++].block = d;
	return (uint16_t)(i + 1);
}

/* Both directions of a flow are two streams; rule_state is nobody's here. */
static uint32_t stream_of(struct flow *f, uint8_t dir)
{
	if (!f->rule_state) {
		f->rule_state = b.streams + 1;
		b.streams += 2;
	}
	return f->rule_state - 1 + dir;
}

static void on_piece(void *ctx, struct flow *f, const struct flow_piece *piece, const struct pkt *p,
		     const struct order *at)
{
	const struct payload_dbs *d = &b.set->engine->payload[DB_stream][piece->dir];
	const struct database *of[DBS] = {NULL};
	uint32_t old = piece->window_len - piece->piece_len;
	uint32_t before = d->longest > 1 ? d->longest - 1 : 0;
	struct talk t;

	(void)ctx;
	proto_piece(b.proto, f, piece, p, at);
	if (piece->turned && f->rule_state)
		add_act(ACT_turned, f->rule_state - 1);
	if (piece->turned || rule_unbegun(false, f) || (!piece->piece_len && !piece->gap))
		return;
	rule_talk_of_flow(&t, f, piece->dir);
	rule_scan_dbs(d, &t, of);
	before = before < old ? before : old;
	struct act *s = add_act(ACT_piece, stream_of(f, piece->dir));
	s->gap = piece->gap;
	s->before = (uint8_t)before;
	s->len = piece->piece_len;
	s->at = b.used;
	for (unsigned i = 0; i < DBS; i++)
		s->db[i] = of[i] ? index_of(of[i]) : 0;
	if (b.used + before + s->len > KEEP_MAX)
		stop("more streams than are kept");
	memcpy(b.bytes + b.used, piece->window + old - before, before + s->len);
	b.used += before + s->len;
}

static void on_event(void *ctx, const struct flow *f, enum flow_event_kind kind,
		     enum flow_reason why, const struct order *at)
{
	(void)ctx, (void)why;
	if (kind != FLOW_EVENT_end)
		return;
	proto_flow_end(b.proto, (struct flow *)(uintptr_t)f, at);
	if (f->rule_state)
		add_act(ACT_end, f->rule_state - 1);
}

static void on_tx(void *ctx, const struct proto_tx_event *e)
{
	(void)ctx, (void)e;
}

static void on_app(void *ctx, struct flow *f, const struct pkt *p, const struct order *at)
{
	(void)ctx, (void)f, (void)p, (void)at;
}

static void on_fact(void *ctx, const struct proto_fact *f)
{
	(void)ctx, (void)f;
}

static void keep_all(struct options *o)
{
	static struct burst burst;
	static struct pkt pkt[BURST_MAX];
	static struct verdicts verdicts;
	const struct flow_hooks hooks = {.on_event = on_event};
	const struct proto_hooks said = {.on_tx = on_tx, .on_app = on_app, .on_fact = on_fact};
	struct err err = {.line = 0};
	char why[256];
	void *state;
	const struct source *source = source_choose(&o->capture, why, sizeof(why), &err);

	if (!source || source->open(&o->capture, &state, &err) < 0 ||
	    flow_table_new(&b.flows, &o->flow, 1, 0, &hooks, &err) < 0 ||
	    proto_new(&b.proto, &o->proto, 1, b.flows, &said, &err) < 0)
		stop(err.msg);
	flow_table_set_piece(b.flows, on_piece, NULL);
	do {
		source->next(state, 0, &burst);
		unsigned n = decode_burst(burst.frame, burst.n, pkt, &verdicts);

		flow_prefetch(b.flows, pkt, n);
		for (unsigned i = 0; i < n; i++) {
			flow_defrag(b.flows, &pkt[i], &verdicts);
			flow_pkt(b.flows, &pkt[i]);
			proto_pkt(b.proto, &pkt[i]);
		}
		if (burst.tick)
			flow_tick(b.flows, burst.next_seq, burst.tick_ns, burst.end);
	} while (!burst.end);
	source->close(state);
	flow_table_free(b.flows);
	proto_free(b.proto);
}

/* Databases */

static void compile_stream(struct mode_db *m)
{
	const struct database *d = m->block;
	const char **at = must(calloc(d->n, sizeof(*at)));
	unsigned *flags = must(calloc(d->n, sizeof(*flags))),
		 *ids = must(calloc(d->n, sizeof(*ids)));
	size_t *len = must(calloc(d->n, sizeof(*len)));
	hs_compile_error_t *why = NULL;

	for (uint32_t i = 0; i < d->n; i++) {
		const struct signature *s = b.set->engine->sig[d->rules[i].at[0]];

		at[i] = (const char *)s->literal;
		flags[i] = s->literal_nocase ? HS_FLAG_CASELESS : 0;
		ids[i] = i;
		len[i] = s->literal_len;
	}
	m->whole = d->hs; /* the sensor compiles only those of bulk */
	if ((!m->whole && hs_compile_lit_multi(at, flags, ids, len, d->n, HS_MODE_BLOCK, NULL, &m->whole,
					       &why) != HS_SUCCESS) ||
	    hs_compile_lit_multi(at, flags, ids, len, d->n, HS_MODE_STREAM, NULL, &m->stream,
				 &why) != HS_SUCCESS ||
	    hs_stream_size(m->stream, &m->state) != HS_SUCCESS ||
	    hs_alloc_scratch(m->stream, &b.scratch) != HS_SUCCESS ||
	    hs_alloc_scratch(m->whole, &b.scratch) != HS_SUCCESS)
		stop(why ? why->message : "a database cannot be used");
	if (m->state > b.state_largest)
		b.state_largest = m->state;
	free(at);
	free(flags);
	free(ids);
	free(len);
}

/* States are given from a list: as a worker would, which never calls malloc. */
static union room {
	union room *next;
	uint8_t at[512];
} * free_rooms;

static void *room_take(size_t n)
{
	union room *r = free_rooms;

	if (n > sizeof(*r))
		return NULL;
	if (!r)
		return malloc(sizeof(*r));
	free_rooms = r->next;
	return r;
}

static void room_give(void *p)
{
	union room *r = p;

	if (!r)
		return;
	r->next = free_rooms;
	free_rooms = r;
}

/* Scanning */

/* As rule/scan.c's: a literal is marked once a scan. */
static int on_literal(unsigned id, unsigned long long from, unsigned long long to, unsigned flags,
		      void *ctx)
{
	(void)from, (void)flags, (void)ctx;
	if (to <= b.skip || b.seen[id] == b.epoch)
		return 0;
	b.seen[id] = b.epoch;
	b.hits++;
	if (!b.found)
		return 0;
	if (b.found->n == b.found->cap) {
		b.found->cap = b.found->cap ? b.found->cap * 2 : 1 << 16;
		b.found->at = must(realloc(b.found->at, b.found->cap * sizeof(uint64_t)));
	}
	b.found->at[b.found->n++] = b.key | id;
	return 0;
}

static void begin_scan(const struct act *s, unsigned i, uint64_t skip)
{
	b.epoch++;
	b.skip = skip;
	b.key = (uint64_t)s->stream << 32 | (uint64_t)s->db[i] << 20;
}

static void count_scan(uint32_t n)
{
	b.scanned += n;
	b.scans++;
}

static void block_pass(void)
{
	for (size_t k = 0; k < b.n; k++) {
		const struct act *s = &b.act[k];

		for (unsigned i = 0; s->kind == ACT_piece && s->len && i < DBS; i++) {
			if (!s->db[i])
				continue;
			begin_scan(s, i, s->before);
			hs_scan(b.db[s->db[i] - 1].whole, (const char *)b.bytes + s->at,
				s->before + s->len, 0, b.scratch, on_literal, NULL);
			count_scan(s->before + s->len);
		}
	}
}

static void shut(struct stream *st, unsigned i)
{
	if (!st->at[i])
		return;
	hs_close_stream(st->at[i], NULL, NULL, NULL);
	st->at[i] = NULL;
	st->db[i] = 0;
	b.open--;
}

static void scan_stream(struct stream *st, unsigned i, const uint8_t *p, uint32_t n)
{
	hs_scan_stream(st->at[i], (const char *)p, n, 0, b.scratch, on_literal, NULL);
	st->scanned[i] += n;
	count_scan(n);
}

/* A state for this database; what came just before is scanned again, but not found again. */
static void ready(struct stream *st, const struct act *s, unsigned i, bool scans)
{
	if (st->db[i] == s->db[i])
		return;
	shut(st, i);
	if (!s->db[i])
		return;
	if (hs_open_stream(b.db[s->db[i] - 1].stream, 0, &st->at[i]) != HS_SUCCESS)
		stop("no room for a stream's state");
	st->db[i] = s->db[i];
	st->scanned[i] = 0;
	b.opened++;
	if (++b.open > b.open_most)
		b.open_most = b.open;
	if (s->before && scans) {
		begin_scan(s, i, UINT64_MAX);
		scan_stream(st, i, b.bytes + s->at, s->before);
	}
}

static void stream_piece(struct stream *st, const struct act *s, bool scans)
{
	for (unsigned i = 0; i < DBS; i++) {
		if (s->gap && st->at[i]) {
			hs_reset_stream(st->at[i], 0, NULL, NULL, NULL);
			b.resets++;
		}
		if (!s->len)
			continue;
		ready(st, s, i, scans);
		if (!s->db[i] || !scans)
			continue;
		begin_scan(s, i, 0);
		scan_stream(st, i, b.bytes + s->at + s->before, s->len);
	}
}

/* Without `scans` states are opened, reset and closed only: what that costs. */
static void stream_pass(bool scans)
{
	for (size_t k = 0; k < b.n; k++) {
		const struct act *s = &b.act[k];
		struct stream *st = &b.stream[s->stream];

		if (s->kind == ACT_piece) {
			stream_piece(st, s, scans);
		} else if (s->kind == ACT_turned) {
			struct stream was = st[0];

			st[0] = st[1];
			st[1] = was;
		} else {
			for (unsigned i = 0; i < 2 * DBS; i++)
				shut(&st[i / DBS], i % DBS);
		}
	}
}

/* Results */

enum pass { PASS_block, PASS_stream, PASS_states, PASS_count };

static void pass(enum pass which)
{
	b.scanned = b.scans = b.hits = 0;
	b.opened = b.resets = b.open_most = 0;
	if (which == PASS_block)
		block_pass();
	else
		stream_pass(which == PASS_stream);
}

static int by_number(const void *x, const void *y)
{
	uint64_t a = *(const uint64_t *)x, c = *(const uint64_t *)y;

	return a < c ? -1 : a > c;
}

static void sort_once(struct found *f)
{
	size_t n = 0;

	qsort(f->at, f->n, sizeof(*f->at), by_number);
	for (size_t i = 0; i < f->n; i++) {
		if (n == 0 || f->at[n - 1] != f->at[i])
			f->at[n++] = f->at[i];
	}
	f->n = n;
}

/* How many of `x` are not in `y`. */
static size_t missing(const struct found *x, const struct found *y)
{
	size_t n = 0, k = 0;

	for (size_t i = 0; i < x->n; i++) {
		while (k < y->n && y->at[k] < x->at[i])
			k++;
		n += k == y->n || y->at[k] != x->at[i];
	}
	return n;
}

static double cpu_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static bool measure(void)
{
	static const char *const names[] = {"block, with what lies before", "stream",
					    "stream: open, reset and close alone"};
	struct found found[2] = {{0}};
	double best[PASS_count];

	for (unsigned i = 0; i < 2; i++) {
		b.found = &found[i];
		pass((enum pass)i);
		sort_once(&found[i]);
	}
	b.found = NULL;
	for (unsigned r = 0; r < ROUNDS; r++) {
		for (unsigned i = 0; i < PASS_count; i++) {
			double began = cpu_ms();

			pass((enum pass)i);
			double ms = cpu_ms() - began;
			best[i] = r == 0 || ms < best[i] ? ms : best[i];
		}
	}
	printf("| mode | CPU ms | bytes scanned | calls | literals found (once a scan) |\n"
	       "|---|---|---|---|---|\n");
	for (unsigned i = 0; i < PASS_count; i++) {
		pass((enum pass)i);
		printf("| %s | %.1f | %llu | %llu | %llu |\n", names[i], best[i],
		       (unsigned long long)b.scanned, (unsigned long long)b.scans,
		       (unsigned long long)b.hits);
	}
	printf("\n%u streams, %zu states opened, %zu at once at most, %zu resets; a state has up "
	       "to %zu "
	       "bytes.\n",
	       b.streams, b.opened, b.open_most, b.resets, b.state_largest);
	size_t lost = missing(&found[0], &found[1]), more = missing(&found[1], &found[0]);
	printf("(stream, database, literal): block %zu, stream %zu; in one alone %zu and %zu.\n",
	       found[0].n, found[1].n, lost, more);
	return !lost && !more;
}

int main(int argc, char **argv)
{
	static struct options o;
	struct err err = {.line = 0};
	int r = options_read(&o, argc, argv);

	if (r)
		return r;
	if (options_derive(&o, &err) < 0 || rule_set_load(&o.rule, &b.set, stderr, &err) < 0)
		stop(err.msg);
	b.bytes = mmap(NULL, KEEP_MAX, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (b.bytes == MAP_FAILED)
		stop("no memory");
	keep_all(&o);
	for (unsigned i = 0; i < b.dbs; i++)
		compile_stream(&b.db[i]);
	hs_set_stream_allocator(room_take, room_give);
	b.stream = must(calloc(b.streams + 2ul, sizeof(*b.stream)));
	b.seen = must(calloc(b.set->engine->most_literals + 1ul, sizeof(*b.seen)));
	printf("%zu pieces and ends, %llu bytes kept; %u databases, %u rules of %u matched\n\n",
	       b.n, (unsigned long long)b.used, b.dbs, b.set->n_matched, b.set->n);
	return measure() ? EXIT_SUCCESS : EXIT_FAILURE;
}
