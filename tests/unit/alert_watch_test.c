// SPDX-License-Identifier: Apache-2.0
/* What the frames of a host that was cut off prove, row by row: a script of frames, and how many
 * conversations were answered or not. Times are ms after the order; it settles at 2000. */
#include "alert/watch.h"

#include "base/clock.h"
#include "check.h"
#include "flow/key.h"

#include <stdlib.h>

#define S TCP_SYN
#define A TCP_ACK
#define R TCP_RST
#define F TCP_FIN

static const struct mac host = {{2, 0, 0, 0, 0, 5}}, other_mac = {{2, 0, 0, 0, 0, 9}};
static struct flow open_flow; /* an established connection: .1 is the host, .2 the peer */

struct frame_row {
	unsigned ms; /* 0: the script ends */
	bool back;   /* to the host */
	uint8_t proto, flags, type;
	uint16_t own, port;
	uint32_t seq, ack, payload;
	bool open;  /* of an established connection */
	uint8_t to; /* last byte of the peer's address; 0: 2 */
};

#define FRAME(ms_, back_, proto_, flags_, seq_, ack_, n, ...)                                      \
	{.ms = ms_, .back = back_, .proto = proto_, .flags = flags_, .own = 4000, .port = 445,     \
	 .seq = seq_, .ack = ack_, .payload = n, __VA_ARGS__}
#define TCP(ms, flags, seq, n)       FRAME(ms, false, PROTO_TCP, flags, seq, 0, n, .open = false)
#define BACK(ms, flags, seq, ack, n) FRAME(ms, true, PROTO_TCP, flags, seq, ack, n, .open = false)
/* of the connection that is established */
#define TCP_O(ms, flags, seq, n)       FRAME(ms, false, PROTO_TCP, flags, seq, 0, n, .open = true)
#define BACK_O(ms, flags, seq, ack, n) FRAME(ms, true, PROTO_TCP, flags, seq, ack, n, .open = true)
#define OTHER_O(ms_, port_)                                                                        \
	{.ms = ms_, .proto = PROTO_TCP, .flags = A, .own = 3999, .port = port_, .open = true}
#define UDP(ms_, back_, own_, port_)                                                               \
	{.ms = ms_, .back = back_, .proto = PROTO_UDP, .own = own_, .port = port_, .payload = 9}
#define ECHO(ms_, back_, type_) {.ms = ms_, .back = back_, .proto = PROTO_ICMP, .type = type_}

static const struct {
	const char *name;
	unsigned answered, unanswered, own;
	struct frame_row frame[8];
} rows[] = {
	{"silence", 0, 0, 0, {{.ms = 0}}},
	{"its own frames alone prove nothing", 0, 0, 3,
	 {TCP(3000, S, 7, 0), TCP(4000, S, 7, 0), TCP(6000, S, 7, 0)}},
	{"a SYN that is answered", 1, 0, 1, {TCP(3000, S, 7, 0), BACK(3001, S | A, 90, 8, 0)}},
	{"the answer to another SYN", 0, 0, 1, {TCP(3000, S, 7, 0), BACK(3001, S | A, 90, 9000000, 0)}},
	{"the ACK of a SYN whose SYN-ACK is not on the mirror", 1, 0, 1,
	 {TCP(3000, S, 7, 0), BACK(3100, A, 91, 20, 0)}},
	{"a reset may be the switch's", 0, 0, 2,
	 {TCP(3000, S, 7, 0), BACK(3001, R | A, 0, 8, 0), TCP(4100, S, 7, 0)}},
	{"a SYN-ACK repeated for a SYN from before", 0, 0, 2,
	 {TCP(500, S, 7, 0), TCP(2500, S, 7, 0), BACK(3000, S | A, 90, 8, 0)}},
	{"a SYN-ACK without any SYN", 0, 0, 0, {BACK(3000, S | A, 90, 8, 0), BACK(5000, S | A, 90, 8, 0)}},
	{"the same ports again, and answered", 1, 0, 2,
	 {TCP(500, S, 7, 0), TCP(2500, S, 700, 0), BACK(3000, S | A, 90, 701, 0)}},
	{"an old connection whose acknowledgements go up", 1, 0, 2,
	 {BACK_O(2100, A, 90, 50, 10), TCP_O(2200, A, 50, 10), BACK_O(2201, A, 100, 60, 0),
	  TCP_O(2300, A, 60, 10), BACK_O(2301, A, 100, 70, 0)}},
	{"over the end of the numbers", 1, 0, 0,
	 {BACK_O(2100, A, 90, 0xfffffff0, 1), BACK_O(2200, A, 91, 16, 1)}},
	{"the last acknowledgement of what was on its way", 0, 0, 1,
	 {BACK_O(100, A, 90, 50, 1), BACK_O(300, A, 91, 60, 1), TCP_O(2500, A, 60, 1)}},
	{"the other side repeats what it sent", 0, 0, 0,
	 {BACK_O(2100, A, 90, 50, 10), BACK_O(3000, A, 90, 50, 10),
	  BACK_O(5000, A, 90, 50, 10)}},
	{"data repeated in vain where the other side has spoken", 0, 1, 3,
	 {TCP_O(2100, A, 50, 10), TCP_O(2400, A, 50, 10), TCP_O(3200, A, 50, 10)}},
	{"data repeated where it has not", 0, 0, 3,
	 {TCP(2100, A, 50, 10), TCP(2400, A, 50, 10), TCP(3200, A, 50, 10)}},
	{"data repeated before it settles", 0, 0, 2,
	 {TCP_O(100, A, 50, 10), TCP_O(1900, A, 50, 10)}},
	{"a closed window is an answer, and no new data", 0, 0, 3,
	 {TCP_O(2100, A, 50, 1), BACK_O(2101, A, 90, 50, 0), TCP_O(3200, A, 50, 1),
	  BACK_O(3201, A, 90, 50, 0), TCP_O(3900, A, 50, 1)}},
	{"a SYN in vain to a port that has spoken", 0, 1, 3,
	 {OTHER_O(2100, 445), TCP(2200, S, 7, 0),
	  TCP(3200, S, 7, 0)}},
	{"a SYN in vain to another port of it", 0, 0, 3,
	 {OTHER_O(2100, 80), TCP(2200, S, 7, 0),
	  TCP(3200, S, 7, 0)}},
	{"somebody connects, and it can answer", 1, 0, 1,
	 {BACK(2100, S, 90, 0, 0), TCP(2101, S | A, 7, 0), BACK(2102, A, 91, 8, 0)}},
	{"somebody connects in vain", 0, 0, 3,
	 {BACK(2100, S, 90, 0, 0), TCP(2101, S | A, 7, 0), BACK(3100, S, 90, 0, 0),
	  TCP(3101, S | A, 7, 0), TCP(4200, S | A, 7, 0)}},
	{"a datagram that is answered", 1, 0, 1, {UDP(2500, false, 5000, 53), UDP(2501, true, 5000, 53)}},
	{"a datagram from before", 0, 0, 2,
	 {UDP(500, false, 5000, 53), UDP(2400, false, 5000, 53), UDP(2501, true, 5000, 53)}},
	{"a datagram that nobody asked for", 0, 0, 1,
	 {UDP(2500, true, 5000, 53), UDP(2501, false, 5000, 53), UDP(2502, true, 5000, 53)}},
	{"both speak when they like", 0, 0, 1, {UDP(2500, false, 137, 137), UDP(2501, true, 137, 137)}},
	{"DHCP is allowed", 0, 0, 0, {UDP(2500, false, 68, 67), UDP(2501, true, 68, 67)}},
	{"an echo that comes back", 1, 0, 1, {ECHO(2500, false, 8), ECHO(2501, true, 0)}},
	{"an echo to it", 0, 0, 1, {ECHO(2500, true, 8), ECHO(2501, false, 0), ECHO(3500, true, 8)}},
	{"whom it may reach", 0, 0, 0,
	 {FRAME(2500, false, PROTO_TCP, S, 7, 0, 0, .to = 99),
	  FRAME(2501, true, PROTO_TCP, S | A, 90, 8, 0, .to = 99)}},
	{"nobody may be reached by a group address", 0, 0, 0,
	 {FRAME(2500, false, PROTO_UDP, 0, 0, 0, 9, .to = 255)}},
};

static struct pkt pkt_of(const struct frame_row *r)
{
	struct addr us, them;
	char text[32];

	addr_parse("10.0.0.1", &us);
	snprintf(text, sizeof(text), "10.0.0.%u", r->to ? r->to : 2);
	addr_parse(r->to == 255 ? "255.255.255.255" : text, &them);
	open_flow = (struct flow){.client = us, .server = them, .state = FLOW_established};
	return (struct pkt){
		.time_ns = r->ms * NS_PER_MS,
		.src = r->back ? them : us,
		.dst = r->back ? us : them,
		.smac = r->back ? other_mac : host,
		.dmac = r->back ? host : other_mac,
		.has_mac = true,
		.net = PKT_ip4,
		.proto = r->proto,
		.has_ports = true,
		.sport = r->back ? r->port : r->own,
		.dport = r->back ? r->own : r->port,
		.tcp_flags = r->flags,
		.tcp_seq = r->seq,
		.tcp_ack = r->ack,
		.payload_wire = r->payload,
		.icmp_type = r->type,
		.flow = r->open ? &open_flow : NULL,
	};
}

static struct watch *fresh(unsigned workers)
{
	struct watch *w = NULL;
	struct err err;

	CHECK_EQ(watch_open(&w, workers, &err), 0);
	if (!w)
		abort();
	return w;
}

static struct journal_watch request(const char *id, uint8_t last, uint32_t seconds)
{
	struct journal_watch r = {.mac = host, .seconds = seconds, .n_allow = 1};

	r.mac.b[5] = last;
	snprintf(r.id, sizeof(r.id), "%s", id);
	addr_parse("10.0.0.99", &r.allow[0]);
	return r;
}

static void proofs(void)
{
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct watch *w = fresh(1);
		struct watch_tap *t = watch_tap_of(w, 0);
		struct journal_watch r = request("i-1", 5, 600);
		struct watch_said said, end = {.own = 0};

		CASE(rows[i].name);
		CHECK(watch_ask(w, &r) == NULL);
		CHECK(watch_next(w, &said) && said.what == WATCH_begun);
		watch_tap_burst(t, NULL, 0, 0);
		for (const struct frame_row *f = rows[i].frame; f < rows[i].frame + 8 && f->ms; f++) {
			struct pkt p = pkt_of(f);
			watch_tap_burst(t, &p, 1, p.time_ns);
		}
		watch_tap_burst(t, NULL, 0, 60 * NS_PER_S);
		r.seconds = 0;
		CHECK(watch_ask(w, &r) == NULL);
		while (watch_next(w, &said))
			end = said;
		CHECK(end.what == WATCH_ended);
		CHECK_EQ(end.answered, rows[i].answered);
		CHECK_EQ(end.unanswered, rows[i].unanswered);
		CHECK_EQ(end.own, rows[i].own);
		watch_close(w);
	}
}

/* Others' frames, and frames without a MAC. */
static void strangers(void)
{
	struct watch *w = fresh(1);
	struct journal_watch r = request("i-1", 5, 600);
	struct watch_said said;
	struct frame_row f = TCP(3000, S, 7, 0);
	struct pkt p = pkt_of(&f);

	CASE("frames of others are not looked at");
	CHECK(watch_ask(w, &r) == NULL && watch_next(w, &said));
	p.smac.b[5] = 5 + 64; /* the same bit */
	watch_tap_burst(watch_tap_of(w, 0), &p, 1, p.time_ns);
	p.smac = host;
	p.has_mac = false;
	watch_tap_burst(watch_tap_of(w, 0), &p, 1, p.time_ns);
	CHECK_EQ(watch_tap_of(w, 0)->host[0].own + watch_tap_of(w, 0)->host[WATCH_HOSTS - 1].own, 0);
	watch_close(w);
}

static void asking(void)
{
	struct watch *w = fresh(2);
	struct watch_said said;
	char id[16];

	CASE("sixteen hosts, and no seventeenth");
	for (uint8_t i = 0; i < WATCH_HOSTS; i++) {
		snprintf(id, sizeof(id), "i-%u", i);
		struct journal_watch r = request(id, i, 600);
		CHECK(watch_ask(w, &r) == NULL);
	}
	struct journal_watch more = request("more", 200, 600);
	CHECK_STR(watch_ask(w, &more), "as many hosts are watched as can be (16)");
	CHECK_EQ(watch_active(w), WATCH_HOSTS);
	for (unsigned i = 0; i < WATCH_HOSTS; i++)
		CHECK(watch_next(w, &said) && said.what == WATCH_begun);
	CHECK(!watch_next(w, &said));

	CASE("a watch is renewed, and nobody takes another's");
	struct journal_watch r = request("i-3", 3, 60);
	CHECK(watch_ask(w, &r) == NULL);
	CHECK(!watch_next(w, &said));
	r = request("i-3", 4, 60);
	CHECK_STR(watch_ask(w, &r), "another host is watched by this id");
	r = request("mine", 3, 60);
	CHECK_STR(watch_ask(w, &r), "this host is watched for another isolation");
	r = request("nobody's", 77, 0);
	CHECK(watch_ask(w, &r) == NULL);

	CASE("it ends, and there is room");
	r = request("i-3", 3, 0);
	CHECK(watch_ask(w, &r) == NULL);
	CHECK(watch_next(w, &said) && said.what == WATCH_ended && strcmp(said.id, "i-3") == 0);
	CHECK(watch_ask(w, &more) == NULL);
	CHECK_EQ(count_get(&watch_counters_of(w)->refused), 3);
	for (unsigned k = 0; k < 2; k++) {
		watch_tap_burst(watch_tap_of(w, k), NULL, 0, NS_PER_S);
		CHECK_EQ(watch_tap_of(w, k)->n, WATCH_HOSTS - 1); /* "more" is not ordered yet */
	}
	watch_close(w);

	CASE("it ends by itself");
	w = fresh(1);
	r = request("short", 5, 1);
	CHECK(watch_ask(w, &r) == NULL);
	CHECK(watch_next(w, &said) && said.what == WATCH_begun);
	CHECK(!watch_next(w, &said));
	clock_sleep_ns(1100 * NS_PER_MS);
	CHECK(watch_next(w, &said) && said.what == WATCH_ended);
	CHECK_EQ(watch_active(w), 0);
	watch_close(w);

	CASE("where nobody is watched");
	CHECK_STR(watch_ask(NULL, &r), "this sensor reads a capture: there is no host to watch");
	CHECK(!watch_next(NULL, &said));
}

/* The tables are full: nothing is written beside them, and the last is still judged. */
static void crowds(void)
{
	struct watch *w = fresh(1);
	struct watch_tap *t = watch_tap_of(w, 0);
	struct journal_watch r = request("i-1", 5, 600);
	struct watch_said said, end = {.own = 0};

	CASE("five thousand conversations");
	CHECK(watch_ask(w, &r) == NULL && watch_next(w, &said));
	watch_tap_burst(t, NULL, 0, 0);
	for (unsigned i = 0; i < 5000; i++) {
		struct frame_row f = {.ms = 3000 + i, .proto = PROTO_TCP, .flags = S,
				      .own = (uint16_t)(1024 + i), .port = 445, .seq = i,
				      .to = (uint8_t)(2 + i % 90)};
		struct frame_row back = f;
		back.back = true;
		back.flags = S | A;
		back.ack = i + 1;
		struct pkt p[2] = {pkt_of(&f), pkt_of(&back)};
		watch_tap_burst(t, p, i == 4999 ? 2 : 1, p[0].time_ns);
	}
	CHECK(watch_next(w, &said) || true);
	r.seconds = 0;
	CHECK(watch_ask(w, &r) == NULL);
	while (watch_next(w, &said))
		end = said;
	CHECK(said.what == WATCH_ended || end.what == WATCH_ended);
	CHECK_EQ(end.answered, 1);
	CHECK_EQ(end.own, 5000);
	watch_close(w);
}

int main(void)
{
	proofs();
	strangers();
	asking();
	crowds();
	return check_done();
}
