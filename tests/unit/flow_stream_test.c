// SPDX-License-Identifier: Apache-2.0
#include "decode/frag.h"
#include "flow_world.h"

#define TEXT_MAX  65536u
#define SEED_RUNS 300

/* Rows of segments: "who@offset:text" with who C or S and text up to a space ("*N" for N bytes of
 * the pattern), flags before the '@' as in "CF@5:" (F fin, R rst); "A@n" the server acknowledges n
 * bytes of the client's; "K@n:N" a segment of N bytes of which the capture has none. Told is what
 * the client's direction delivered: "[" a gap, text, "|" the fin. */
struct row {
	const char *name, *segments, *told;
	uint64_t gaps, gap_bytes, conflicts, ooo, old, unseen;
};

struct listener {
	struct world w;
	struct flow *flow;
	uint32_t isn[2];
	char told[2][TEXT_MAX * 2];
	size_t len[2];
	uint8_t all[2][TEXT_MAX]; /* since the last gap: what windows are held to */
	size_t n_all[2];
	uint64_t offset[2];
	bool fin[2], lost_window;
	unsigned pieces, at_end;
};

static uint8_t pattern(size_t i)
{
	return (uint8_t)('a' + (i * 7 + i / 26) % 26);
}

static void on_piece(void *ctx, struct flow *f, const struct flow_piece *piece, const struct pkt *p,
		     const struct order *at)
{
	struct listener *l = ctx;
	unsigned d = piece->dir;
	const uint8_t *bytes = piece->window + piece->window_len - piece->piece_len;

	(void)f;
	l->pieces++;
	l->at_end += p == NULL;
	CHECK(d < 2);
	CHECK(!l->fin[d]);
	CHECK(piece->piece_len <= FLOW_PIECE_MAX);
	CHECK(piece->window_len - piece->piece_len <= FLOW_WINDOW);
	CHECK(piece->piece_len || piece->gap || piece->fin);
	CHECK(piece->offset >= l->offset[d]);
	CHECK_EQ(piece->offset == l->offset[d], !piece->gap);
	CHECK_EQ(at->stage, p ? ORDER_rule : ORDER_timer);
	if (piece->gap) {
		l->told[d][l->len[d]++] = '[';
		l->n_all[d] = 0;
	}
	memcpy(l->told[d] + l->len[d], bytes, piece->piece_len);
	l->len[d] += piece->piece_len;
	if (l->n_all[d] + piece->piece_len <= TEXT_MAX)
		memcpy(l->all[d] + l->n_all[d], bytes, piece->piece_len);
	l->n_all[d] += piece->piece_len;
	size_t want = l->n_all[d] < FLOW_WINDOW + piece->piece_len ? l->n_all[d]
								   : FLOW_WINDOW + piece->piece_len;
	if (!l->lost_window && l->n_all[d] <= TEXT_MAX) {
		CHECK_EQ(piece->window_len, want);
		CHECK(memcmp(piece->window, l->all[d] + l->n_all[d] - piece->window_len,
			     piece->window_len) == 0);
	}
	l->offset[d] = piece->offset + piece->piece_len;
	if (piece->fin)
		l->told[d][l->len[d]++] = '|';
	l->fin[d] = piece->fin;
	l->told[d][l->len[d]] = 0;
}

static void listen_on(struct listener *l, const struct flow_config *c, uint32_t client_isn)
{
	memset(l, 0, sizeof(*l));
	world_init(&l->w, c);
	flow_table_set_piece(l->w.t, on_piece, l);
	l->isn[0] = client_isn;
	l->isn[1] = 77;
}

static void segment(struct listener *l, unsigned dir, uint8_t flags, uint32_t offset,
		    const void *at, uint32_t len, uint32_t wire, uint32_t acked)
{
	struct pkt p = dir == 0 ? world_pkt(&l->w, 6, "10.0.0.1", 40000, "10.0.0.2", 80)
				: world_pkt(&l->w, 6, "10.0.0.2", 80, "10.0.0.1", 40000);
	/* exact bytes on the heap, so that one too many is seen */
	uint8_t *copy = malloc(len ? len : 1);

	if (len)
		memcpy(copy, at, len);
	p.tcp_flags = flags;
	p.tcp_seq = l->isn[dir] + (flags & TCP_SYN ? 0 : 1) + offset;
	p.tcp_ack = flags & TCP_ACK ? l->isn[!dir] + 1 + acked : 0;
	p.payload = copy;
	p.payload_len = len;
	p.payload_wire = wire;
	flow_pkt(l->w.t, &p);
	l->flow = p.flow;
	free(copy);
}

static void handshake(struct listener *l)
{
	segment(l, 0, TCP_SYN, 0, NULL, 0, 0, 0);
	segment(l, 1, TCP_SYN | TCP_ACK, 0, NULL, 0, 0, 0);
	segment(l, 0, TCP_ACK, 0, NULL, 0, 0, 0);
}

static void play(struct listener *l, const char *text)
{
	while (*text) {
		char who = *text++;
		uint8_t flags = TCP_ACK;
		uint8_t bytes[TEXT_MAX];
		uint32_t n = 0;
		for (; *text != '@'; text++)
			flags |= *text == 'F' ? TCP_FIN : *text == 'R' ? TCP_RST : 0;
		uint32_t offset = (uint32_t)strtol(text + 1, (char **)&text, 10);
		if (*text == ':') {
			text++;
			if (*text == '*' || who == 'K') {
				n = (uint32_t)strtoul(text + (*text == '*'), (char **)&text, 10);
				for (uint32_t i = 0; i < n; i++)
					bytes[i] = pattern(offset + i);
			}
			for (; *text && *text != ' '; text++)
				bytes[n++] = (uint8_t)*text;
		}
		if (who == 'A')
			segment(l, 1, TCP_ACK, 0, NULL, 0, 0, offset);
		else
			segment(l, who == 'S', flags, offset, bytes, who == 'K' ? 0 : n, n, 0);
		text += *text == ' ';
	}
}

/* clang-format off */
static const struct row rows[] = {
	{"in order",                      "C@0:abc C@3:def",                        "abcdef",   0, 0, 0, 0, 0, 0},
	{"one beyond a hole waits",       "C@3:def",                                "",         0, 0, 0, 1, 0, 0},
	{"… and is told when it fills",   "C@3:def C@0:abc",                        "abcdef",   0, 0, 0, 1, 0, 0},
	{"three backwards",               "C@6:ghi C@3:def C@0:abc",                "abcdefghi", 0, 0, 0, 2, 0, 0},
	{"a repetition says nothing",     "C@0:abc C@0:abc",                        "abc",      0, 0, 0, 0, 1, 0},
	{"a longer repetition adds",      "C@0:abc C@0:abcdef",                     "abcdef",   0, 0, 0, 0, 1, 0},
	{"overlap told: the first wins",  "C@0:abc C@1:XXd",                        "abcd",     0, 0, 2, 0, 1, 0},
	{"overlap held: the first wins",  "C@3:def C@2:cXef C@0:ab",                "abcdef",   0, 0, 1, 2, 0, 0},
	{"in-order overlaps held",        "C@3:def C@0:abcXe",                      "abcdef",   0, 0, 1, 1, 1, 0},
	{"covers held, and more",         "C@2:c C@0:abcdef",                       "abcdef",   0, 0, 0, 1, 1, 0},
	{"fills between two held",        "C@2:c C@4:e C@1:bXdX C@0:a",             "abcde",    0, 0, 2, 3, 0, 0},
	{"keep-alive",                    "C@0:abc C@2:. C@3:d",                    "abcd",     0, 0, 0, 0, 1, 0},
	{"zero-window probe, then all",   "C@0:abc C@3:d C@3:def",                  "abcdef",   0, 0, 0, 0, 1, 0},
	{"ACK passes the hole",           "C@3:def A@6",                            "[def",     1, 3, 0, 1, 0, 3},
	{"ACK up to the hole",            "C@3:def A@2",                            "",         0, 0, 0, 1, 0, 0},
	{"ACK of exactly the hole",       "C@3:def A@3",                            "[def",     1, 3, 0, 1, 0, 3},
	{"ACK before its data",           "A@6 C@0:abc C@3:def",                    "abcdef",   0, 0, 0, 0, 0, 0},
	{"ACK first, and a hole stays",   "A@6 C@3:def",                            "[def",     1, 3, 0, 1, 0, 3},
	{"two holes, one ACKed",          "C@2:c C@6:g A@5",                        "[c",       1, 2, 0, 2, 0, 2},
	{"two holes, both ACKed",         "C@2:c C@6:g A@7",                        "[c[g",     2, 5, 0, 2, 0, 5},
	{"late bytes of a gap are old",   "C@3:def A@6 C@0:abc C@6:g",              "[defg",    1, 3, 0, 1, 1, 3},
	{"cut by the capture",            "K@0:100 C@100:x",                        "[x",       1, 100, 0, 0, 0, 0},
	{"FIN with data",                 "CF@0:abc",                               "abc|",     0, 0, 0, 0, 0, 0},
	{"FIN alone",                     "C@0:abc CF@3:",                          "abc|",     0, 0, 0, 0, 0, 0},
	{"FIN beyond a hole",             "CF@3:def C@0:abc",                       "abcdef|",  0, 0, 0, 1, 0, 0},
	{"FIN ACKed, its data unseen",    "C@0:abc CF@6: A@7",                      "abc[|",    1, 3, 0, 0, 0, 3},
	{"nothing after FIN",             "CF@0:abc C@3:def C@4:e",                 "abc|",     0, 0, 0, 0, 2, 0},
	{"a FIN below is a lie",          "C@0:abc CF@1: C@3:def",                  "abcdef",   0, 0, 0, 0, 0, 0},
	{"a FIN far ahead gives way",     "CF@900: C@0:abc CF@3:",                  "abc|",     0, 0, 0, 0, 0, 0},
	{"RST ends",                      "C@0:abc CR@3:",                          "abc|",     0, 0, 0, 0, 0, 0},
	{"RST with held bytes",           "C@0:abc C@4:e CR@3:",                    "abc[e|",   1, 1, 0, 1, 0, 0},
	{"RST's data is no data",         "C@0:abc CR@3:zzz",                       "abc|",     0, 0, 0, 0, 0, 0},
	{"a RST that nobody would take",  "C@0:abc CR@4: C@3:def",                  "abcdef",   0, 0, 0, 0, 0, 0},
	{"from far below",                "C@0:abc C@-1000000:zzz C@3:d",           "abcd",     0, 0, 0, 0, 1, 0},
	{"GRO: more than a piece",        "C@0:*4097",                              NULL,       0, 0, 0, 0, 0, 0},
	{"GRO: four pieces beyond a hole", "C@1:*16000 C@0:*1",                     NULL,       0, 0, 0, 1, 0, 0},
};
/* clang-format on */

static void check_row(const struct row *row, uint32_t isn)
{
	static struct listener l;
	struct flow_config c = world_config();

	CASE(row->name);
	listen_on(&l, &c, isn);
	handshake(&l);
	play(&l, row->segments);
	if (row->told) {
		CHECK_STR(l.told[0], row->told);
	} else {
		CHECK(l.len[0] > FLOW_PIECE_MAX);
		for (size_t i = 0; i < l.len[0]; i++)
			CHECK_EQ(l.told[0][i], pattern(i));
	}
	const struct flow_counters *n = flow_counters_of(l.w.t);
	CHECK_EQ(count_get(&n->stream_gaps), row->gaps);
	CHECK_EQ(count_get(&n->stream_gap_bytes), row->gap_bytes);
	CHECK_EQ(count_get(&n->stream_overlap_conflicts), row->conflicts);
	CHECK_EQ(count_get(&n->stream_ooo), row->ooo);
	CHECK_EQ(count_get(&n->stream_old), row->old);
	CHECK_EQ(count_get(&n->acked_unseen_bytes), row->unseen);
	CHECK_EQ(l.flow && (l.flow->seen & FLOW_GAP), row->gaps != 0);
	world_fini(&l.w);
}

/* What flow.overlap changes: what was held is replaced, what was told is not. Events are the flow's.
 */
/* clang-format off */
static const struct {
	const char *name, *segments;
	const char *told[FRAG_policy_count]; /* bsd, linux, windows, first, last */
	uint64_t conflicts, events;
} laps[] = {
	{"the same place",   "C@3:def C@3:DEF C@0:abc",    {"abcdef", "abcDEF", "abcdef", "abcdef", "abcDEF"}, 3, EVENT_BIT(STREAM_overlap)},
	{"begins earlier",   "C@3:def C@2:cDEF C@0:ab",    {"abcDEF", "abcDEF", "abcdef", "abcdef", "abcDEF"}, 3, EVENT_BIT(STREAM_overlap)},
	{"covers it",        "C@3:def C@2:cDEFg C@0:ab",   {"abcDEFg", "abcDEFg", "abcDEFg", "abcdefg", "abcDEFg"}, 3, EVENT_BIT(STREAM_overlap)},
	{"begins inside",    "C@3:def C@4:EFg C@0:abc",    {"abcdefg", "abcdefg", "abcdefg", "abcdefg", "abcdEFg"}, 2, EVENT_BIT(STREAM_overlap)},
	{"continues, then overlaps", "C@3:de C@5:fg C@5:FG C@0:abc", {"abcdefg", "abcdeFG", "abcdefg", "abcdefg", "abcdeFG"}, 2, EVENT_BIT(STREAM_overlap)},
	{"in order, over held bytes", "C@3:def C@0:abcDEFg", {"abcDEFg", "abcDEFg", "abcDEFg", "abcdefg", "abcDEFg"}, 3, EVENT_BIT(STREAM_overlap)},
	{"in order, into held bytes", "C@3:def C@0:abcD",    {"abcDef", "abcDef", "abcdef", "abcdef", "abcDef"}, 1, EVENT_BIT(STREAM_overlap)},
	{"told stays told",  "C@0:abc C@0:ABCd",           {"abcd", "abcd", "abcd", "abcd", "abcd"}, 3, EVENT_BIT(STREAM_overlap)},
	{"no disagreement",  "C@3:def C@2:cde C@0:ab",     {"abcdef", "abcdef", "abcdef", "abcdef", "abcdef"}, 0, 0},
	{"a gap",            "C@3:def A@6",                {"[def", "[def", "[def", "[def", "[def"}, 0, EVENT_BIT(STREAM_gap)},
};
/* clang-format on */

static void check_laps(uint32_t isn)
{
	static struct listener l;

	for (size_t i = 0; i < sizeof(laps) / sizeof(laps[0]); i++) {
		for (int p = 0; p < FRAG_policy_count; p++) {
			struct flow_config c = world_config();
			CASE(laps[i].name);
			c.overlap = (char *)(uintptr_t)frag_policy_name((enum frag_policy)p);
			listen_on(&l, &c, isn);
			handshake(&l);
			play(&l, laps[i].segments);
			CHECK_STR(l.told[0], laps[i].told[p]);
			CHECK_EQ(count_get(&flow_counters_of(l.w.t)->stream_overlap_conflicts),
				 laps[i].conflicts);
			CHECK_EQ(l.flow->events, laps[i].events);
			world_fini(&l.w);
		}
	}
}

static uint32_t rnd_state;
static uint32_t rnd(uint32_t below)
{
	rnd_state = rnd_state * 1664525u + 1013904223u;
	return (rnd_state >> 8) % below;
}

/* Any order, any cuts, any repetition: the same bytes. */
static void check_permuted(unsigned seed)
{
	static struct listener l;
	static uint8_t text[TEXT_MAX];
	struct {
		uint32_t at, len;
	} seg[160];
	struct flow_config c = world_config();
	uint32_t total, n = 0, at = 0;

	rnd_state = seed;
	total = 1 + rnd(30000);
	for (uint32_t i = 0; i < total; i++)
		text[i] = pattern(i);
	while (at < total) {
		uint32_t len = 1 + rnd(n < 100 ? 900 : 9000);
		if (at + len > total || n == 119)
			len = total - at;
		seg[n].at = at;
		seg[n++].len = len;
		at += len;
	}
	for (uint32_t extra = rnd(40); extra; extra--) { /* repetitions cut elsewhere */
		seg[n].at = rnd(total);
		seg[n].len = 1 + rnd(total - seg[n].at < 1500 ? total - seg[n].at : 1500);
		n++;
	}
	uint32_t reach = 1 + rnd(60); /* how far a segment may be from its place */
	for (uint32_t i = 0; i < n; i++) {
		uint32_t j = i + rnd(n - i < reach ? n - i : reach);
		__typeof__(seg[0]) s = seg[i];
		seg[i] = seg[j];
		seg[j] = s;
	}
	listen_on(&l, &c, seed * 0x9e3779b9u);
	handshake(&l);
	for (uint32_t i = 0; i < n; i++)
		segment(&l, 0, TCP_ACK, seg[i].at, text + seg[i].at, seg[i].len, seg[i].len, 0);
	CHECK_EQ(l.len[0], total);
	CHECK(memcmp(l.told[0], text, total) == 0);
	CHECK_EQ(count_get(&flow_counters_of(l.w.t)->stream_overlap_conflicts), 0);
	CHECK_EQ(count_get(&flow_counters_of(l.w.t)->stream_memcap), 0);
	world_end(&l.w);
	CHECK(l.fin[0]);
	world_fini(&l.w);
}

static void check_limits(void)
{
	static struct listener l;
	struct flow_config c = world_config();

	CASE("too much held: the nearest hole is given up");
	listen_on(&l, &c, 5);
	handshake(&l);
	for (uint32_t i = 0; i < 128; i++)
		segment(&l, 0, TCP_ACK, 2 + 2 * i, "x", 1, 1, 0);
	CHECK_EQ(l.len[0], 0);
	segment(&l, 0, TCP_ACK, 2 + 2 * 128, "x", 1, 1, 0);
	CHECK_STR(l.told[0], "[x");
	CHECK_EQ(count_get(&flow_counters_of(l.w.t)->stream_memcap), 1);
	world_end(&l.w); /* what is left comes with its gaps */
	CHECK_EQ(l.len[0], 2 * 129 + 1);
	CHECK_EQ(count_get(&flow_counters_of(l.w.t)->stream_gaps), 129);
	CHECK(l.fin[0] && l.at_end > 0);
	world_fini(&l.w);

	CASE("depth: up to it, then its end, then nothing");
	c.stream_depth = 5000;
	listen_on(&l, &c, 5);
	handshake(&l);
	play(&l, "C@0:*4999 C@4999:*1");
	CHECK_EQ(l.len[0], 5000);
	CHECK(!l.fin[0]);
	play(&l, "C@5000:*1 C@5001:*10");
	CHECK_EQ(l.len[0], 5001); /* the '|' */
	CHECK(l.fin[0]);
	CHECK_EQ(count_get(&flow_counters_of(l.w.t)->stream_beyond_depth), 11);
	CHECK_EQ(count_get(&flow_counters_of(l.w.t)->stream_bytes), 5000);
	world_fini(&l.w);

	CASE("streams are off: nothing is told");
	c = world_config();
	c.streams = false;
	listen_on(&l, &c, 5);
	handshake(&l);
	play(&l, "C@0:abc");
	CHECK_EQ(l.pieces, 0);
	CHECK(l.flow && !l.flow->stream);
	world_fini(&l.w);
}

static void check_windows(void)
{
	static struct listener l;
	struct flow_config c = world_config();

	CASE("no window left: pieces without bytes before them, and counted");
	c.stream_memory = 1024; /* one of each */
	listen_on(&l, &c, 5);
	handshake(&l);
	play(&l, "S@0:abc");
	l.lost_window = true;
	play(&l, "C@0:abc C@3:def");
	CHECK_STR(l.told[0], "abcdef");
	CHECK_STR(l.told[1], "abc");
	CHECK_EQ(count_get(&flow_counters_of(l.w.t)->stream_memcap), 2);
	world_fini(&l.w);

	CASE("no window left: one that is idle changes hands");
	listen_on(&l, &c, 5);
	handshake(&l);
	play(&l, "S@0:abc");
	l.lost_window = true;
	l.w.now_ns += 1 * NS_PER_S;
	play(&l, "C@0:a"); /* spares it */
	l.w.now_ns += 1 * NS_PER_S;
	play(&l, "C@1:bc"); /* takes it */
	l.lost_window = false;
	l.n_all[0] = 2;
	memcpy(l.all[0], "bc", 2);
	play(&l, "C@3:def");
	CHECK_STR(l.told[0], "abcdef");
	CHECK_EQ(count_get(&flow_counters_of(l.w.t)->stream_memcap), 2);
	l.lost_window = true; /* the server's side has none any more */
	world_end(&l.w);
	CHECK(l.fin[0] && l.fin[1]);
	world_fini(&l.w);

	CASE("a window grows with what is said, and takes the room of idle ones");
	c.stream_memory = 21000; /* 14,432 bytes of windows: the largest and that of 4 KiB */
	for (unsigned idle = 0; idle < 2; idle++) {
		listen_on(&l, &c, 5);
		handshake(&l);
		play(&l, "S@0:abc C@0:*1000 C@1000:*24 C@1024:*1 C@1025:*3000 C@4025:*71");
		l.w.now_ns += idle * 2 * NS_PER_S;
		l.lost_window = !idle;
		play(&l, "C@4096:*1 C@4097:*4000 C@8097:*4000");
		CHECK_EQ(count_get(&flow_counters_of(l.w.t)->stream_memcap), idle ? 1 : 2);
		CHECK_EQ(l.len[0], 12097);
		l.lost_window = true; /* the server's side has none any more */
		world_end(&l.w);
		world_fini(&l.w);
	}
}

static void check_beginnings(void)
{
	static struct listener l;
	struct flow_config c = world_config();

	CASE("a SYN takes no stream");
	listen_on(&l, &c, 5);
	segment(&l, 0, TCP_SYN, 0, NULL, 0, 0, 0);
	CHECK(!l.flow->stream);
	world_fini(&l.w);

	CASE("data on the SYN");
	listen_on(&l, &c, 0xffffffff);
	segment(&l, 0, TCP_SYN, 0, "abc", 3, 3, 0);
	segment(&l, 1, TCP_SYN | TCP_ACK, 0, NULL, 0, 0, 3);
	segment(&l, 0, TCP_ACK, 3, "def", 3, 3, 0);
	CHECK_STR(l.told[0], "abcdef");
	world_fini(&l.w);

	CASE("mid-stream: from the first byte seen");
	listen_on(&l, &c, 5);
	play(&l, "C@1000:abc C@1003:def S@7:x");
	CHECK_STR(l.told[0], "abcdef");
	CHECK_STR(l.told[1], "x");
	CHECK(l.flow->seen & FLOW_MIDSTREAM);
	world_fini(&l.w);

	CASE("the server's first segment lost: a gap, not its beginning");
	listen_on(&l, &c, 5);
	handshake(&l);
	play(&l, "S@10:abc");
	CHECK_EQ(l.len[1], 0);
	segment(&l, 0, TCP_ACK, 0, NULL, 0, 0, 13);
	CHECK_STR(l.told[1], "[abc");
	world_fini(&l.w);

	CASE("the end tells what was acknowledged and never seen");
	listen_on(&l, &c, 5);
	handshake(&l);
	play(&l, "C@0:abc A@503");
	world_end(&l.w);
	CHECK_EQ(count_get(&flow_counters_of(l.w.t)->acked_unseen_bytes), 500);
	CHECK_STR(l.told[0], "abc|");
	CHECK_STR(l.told[1], "");
	world_fini(&l.w);

	CASE("a FIN's own number is not unseen data");
	listen_on(&l, &c, 5);
	handshake(&l);
	play(&l, "C@0:abc A@4");
	world_end(&l.w);
	CHECK_EQ(count_get(&flow_counters_of(l.w.t)->acked_unseen_bytes), 0);
	world_fini(&l.w);

	CASE("a stream's memory comes back");
	c.stream_memory = 1024;
	listen_on(&l, &c, 5);
	for (unsigned i = 0; i < 50; i++) {
		l.isn[0] += 100000;
		l.fin[0] = l.fin[1] = false;
		l.offset[0] = l.offset[1] = l.n_all[0] = l.len[0] = 0;
		handshake(&l);
		play(&l, "C@0:abc C@4:e CR@3:");
	}
	CHECK_EQ(l.pieces, 50 * 3);
	CHECK_EQ(count_get(&flow_counters_of(l.w.t)->stream_memcap), 0);
	world_fini(&l.w);
}

/* What a parser asks for */
static void check_asked(void)
{
	struct flow_config c = world_config();
	struct listener l;

	CASE("a direction that is quit tells its end, once, and nothing more");
	listen_on(&l, &c, 5);
	handshake(&l);
	play(&l, "C@0:abc S@0:xyz");
	flow_stream_quit(l.flow, 0);
	play(&l, "C@3:def C@6:ghi S@3:uvw");
	CHECK_STR(l.told[0], "abc|");
	CHECK_STR(l.told[1], "xyzuvw");
	world_end(&l.w);
	CHECK_STR(l.told[0], "abc|");
	world_fini(&l.w);

	CASE("what was told is still there to be asked for");
	const uint8_t *at;
	uint32_t n;
	listen_on(&l, &c, 5);
	handshake(&l);
	CHECK(!flow_stream_said(l.w.t, l.flow, 0, &at, &n));
	play(&l, "C@0:abc C@3:de S@0:xyz");
	CHECK(flow_stream_said(l.w.t, l.flow, 0, &at, &n));
	CHECK(n == 5 && memcmp(at, "abcde", 5) == 0);
	world_fini(&l.w);

	CASE("the depth does not count where a parser says so");
	c.stream_depth = 4;
	listen_on(&l, &c, 5);
	handshake(&l);
	play(&l, "C@0:ab S@0:xyzxyz");
	flow_stream_deep(l.flow);
	play(&l, "C@2:cdef");
	CHECK_STR(l.told[0], "abcdef");
	CHECK_STR(l.told[1], "xyzx|");
	world_fini(&l.w);
}

int main(void)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		check_row(&rows[i], 5);
		check_row(&rows[i], 0xfffffffe - (uint32_t)(i % 4)); /* wraps inside the row */
	}
	check_laps(5);
	check_laps(0xfffffffd);
	check_limits();
	check_windows();
	check_beginnings();
	check_asked();
	CASE("any order, cut and repetition gives the same bytes");
	for (unsigned seed = 1; seed <= SEED_RUNS; seed++)
		check_permuted(seed);
	return check_done();
}
