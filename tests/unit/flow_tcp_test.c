// SPDX-License-Identifier: Apache-2.0
#include "flow/tcp.h"
#include "flow_world.h"

/* A story: words "who:flags", who is C or S; flags of S A F R P, "-" none; "+N" N bytes of payload;
 * "!" another sequence number than the connection's; "x" and "X" acknowledge 65535 and 65536 more;
 * "." waits a second (a tick); "#" the end. The world numbers both sides as TCP would. C
 * is 10.0.0.1:40000, S is 10.0.0.2:80; `turned` rows swap the ports, so that only evidence can tell
 * who serves. */
struct story {
	const char *name, *text, *told;
	bool turned;
	enum flow_state state;
	char client;           /* whom the flow takes for its client, at the end */
	uint32_t seen, unseen; /* bits that are set, and that are not */
};

struct teller {
	struct world w;
	uint32_t next[2]; /* C's and S's next sequence number */
	bool turned;
	struct flow *flow;
};

static void send_one(struct teller *s, char who, const char *flags)
{
	bool server = who == 'S';
	uint16_t port[2] = {s->turned ? 80 : 40000, s->turned ? 40000 : 80};
	struct pkt p = world_pkt(&s->w, 6, server ? "10.0.0.2" : "10.0.0.1", port[server],
				 server ? "10.0.0.1" : "10.0.0.2", port[!server]);
	uint32_t jump = 0, ack_jump = 0;

	for (; *flags && *flags != ' '; flags++) {
		switch (*flags) {
		case 'S':
			p.tcp_flags |= TCP_SYN;
			break;
		case 'A':
			p.tcp_flags |= TCP_ACK;
			break;
		case 'F':
			p.tcp_flags |= TCP_FIN;
			break;
		case 'R':
			p.tcp_flags |= TCP_RST;
			break;
		case 'P':
			p.tcp_flags |= TCP_PSH | TCP_URG;
			break;
		case 'x':
			ack_jump = 65535;
			break;
		case 'X':
			ack_jump = 65536;
			break;
		case '!':
			jump = 5000000;
			break;
		case '+':
			p.payload_wire = (uint32_t)strtoul(flags + 1, NULL, 10);
			break;
		}
	}
	s->next[server] += jump;
	bool again = p.tcp_flags & TCP_SYN && !jump;
	p.tcp_seq = again ? (server ? 9000 : 1000) : s->next[server];
	if (again && s->next[server] > p.tcp_seq + 1000000)
		p.tcp_seq = s->next[server] - 1; /* a repetition of the new number */
	p.tcp_ack = p.tcp_flags & TCP_ACK ? s->next[!server] + ack_jump : 0;
	if (s->next[server] == p.tcp_seq)
		s->next[server] += p.payload_wire + ((p.tcp_flags & (TCP_SYN | TCP_FIN)) != 0);
	flow_pkt(s->w.t, &p);
	s->flow = p.flow;
}

static void tell(struct teller *s, const char *text)
{
	for (; *text; text += strcspn(text, " ") + (text[strcspn(text, " ")] == ' ')) {
		if (*text == '.')
			world_tick(&s->w, 1);
		else if (*text == '#')
			world_end(&s->w);
		else
			send_one(s, *text, text + 2);
		if (*text == '#')
			return;
	}
}

#define HANDSHAKE "C:S S:SA C:A "

/* clang-format off */
static const struct story stories[] = {
	{"handshake", HANDSHAKE, "answered ", 0, FLOW_established, 'C', FLOW_SYN | FLOW_SYNACK | FLOW_CLIENT_ACK | FLOW_DECIDED, FLOW_GUESSED | FLOW_MIDSTREAM},
	{"answered by the SYN-ACK alone", "C:S S:SA", "answered ", 0, FLOW_new, 'C', FLOW_SYNACK, FLOW_CLIENT_ACK},
	{"a SYN waits", "C:S . .", "", 0, FLOW_new, 'C', FLOW_SYN, FLOW_DECIDED},
	{"a SYN has waited", "C:S . . .", "unanswered ", 0, FLOW_new, 'C', FLOW_SYN | FLOW_DECIDED, 0},
	{"the answer to a repetition counts", "C:S . C:S . S:SA . . .", "answered ", 0, FLOW_new, 'C', FLOW_SYNACK, 0},
	{"a repeated SYN is no second contact", "C:S . . . C:S . . . . C:S . . . .", "unanswered ", 0, FLOW_new, 'C', 0, 0},
	{"another number before any answer neither", "C:S . . . C:S! . . . .", "unanswered ", 0, FLOW_new, 'C', 0, 0},
	{"an answer after the decision is not told", "C:S . . . S:SA C:A . . .", "unanswered ", 0, FLOW_established, 'C', 0, 0},
	{"refused", "C:S S:RA", "refused ", 0, FLOW_closed, 'C', FLOW_RST_SERVER, FLOW_SYNACK},
	{"refused without ACK", "C:S S:R", "refused ", 0, FLOW_closed, 'C', FLOW_RST_SERVER, 0},
	{"refused twice is one contact", "C:S S:RA C:S S:RA", "refused ", 0, FLOW_closed, 'C', 0, 0},
	{"refused, tried anew", "C:S S:RA C:S! S:RA", "refused closed/tcp_reuse refused ", 0, FLOW_closed, 'C', 0, 0},
	{"half-open scan of an open port", "C:S S:SA C:R", "answered ", 0, FLOW_closed, 'C', FLOW_RST_CLIENT, 0},
	{"… the SYN-ACK not on the mirror", "C:S C:R", "answered ", 0, FLOW_closed, 'C', FLOW_RST_CLIENT, FLOW_SYNACK},
	{"client goes on, SYN-ACK unseen", "C:S C:A", "answered ", 0, FLOW_established, 'C', FLOW_CLIENT_ACK, FLOW_SYNACK},
	{"client's data, SYN-ACK unseen", "C:S C:AP+10", "answered ", 0, FLOW_established, 'C', FLOW_CLIENT_ACK, FLOW_SYNACK},
	{"a reset inside a connection refuses nothing", HANDSHAKE "S:R", "answered ", 0, FLOW_closed, 'C', FLOW_RST_SERVER, 0},
	{"reset after the SYN-ACK refuses nothing", "C:S S:SA S:R", "answered ", 0, FLOW_closed, 'C', FLOW_RST_SERVER, 0},
	{"closed by both FINs", HANDSHAKE "C:FA S:FA C:A", "answered ", 0, FLOW_closed, 'C', FLOW_FIN_CLIENT | FLOW_FIN_SERVER, 0},
	{"one FIN does not close", HANDSHAKE "C:FA S:A", "answered ", 0, FLOW_established, 'C', FLOW_FIN_CLIENT, FLOW_FIN_SERVER},
	{"the server's FIN alone neither", HANDSHAKE "S:FA C:A", "answered ", 0, FLOW_established, 'C', FLOW_FIN_SERVER, FLOW_FIN_CLIENT},
	{"reuse after close", HANDSHAKE "C:FA S:FA C:A C:S! S:SA", "answered closed/tcp_reuse answered ", 0, FLOW_new, 'C', FLOW_SYNACK, FLOW_FIN_CLIENT},
	{"reuse by the other side", HANDSHAKE "C:FA S:FA C:A S:S! C:SA", "answered closed/tcp_reuse answered ", 0, FLOW_new, 'S', FLOW_SYNACK, 0},
	{"reuse on a one-way mirror", "C:S C:A C:FA C:S! C:A", "answered established/tcp_reuse answered ", 0, FLOW_established, 'C', 0, FLOW_FIN_CLIENT},
	{"the old SYN again after the close is not reuse", HANDSHAKE "C:FA S:FA C:S", "answered ", 0, FLOW_closed, 'C', 0, 0},
	{"a SYN inside a connection changes nothing", HANDSHAKE "C:S! S:A", "answered ", 0, FLOW_established, 'C', 0, 0},
	{"… unless the server accepts it", HANDSHAKE "C:S! S:SA C:A", "answered established/tcp_reuse answered ", 0, FLOW_established, 'C', FLOW_SYN | FLOW_SYNACK, FLOW_SYNACK_FIRST},
	{"simultaneous open", "C:S S:S", "answered ", 0, FLOW_new, 'C', 0, 0},
	{"backscatter: SYN-ACK", "S:SA . . . . .", "", 0, FLOW_new, 'C', FLOW_SYNACK_FIRST, FLOW_DECIDED},
	{"backscatter, and its victim's reset", "S:SA C:R . . . .", "", 0, FLOW_closed, 'C', FLOW_SYNACK_FIRST, FLOW_DECIDED},
	{"backscatter: RST", "S:RA . . . . .", "", 0, FLOW_closed, 'C', FLOW_SYNACK_FIRST, FLOW_DECIDED},
	{"… at the end of the run", "S:RA #", "closed/shutdown ", 0, FLOW_closed, 0, FLOW_SYNACK_FIRST, FLOW_DECIDED},
	{"mirror begins inside the handshake", "S:SA C:A C:AP+10", "", 0, FLOW_established, 'C', FLOW_SYNACK_FIRST | FLOW_SYNACK, FLOW_DECIDED},
	{"SYN behind its SYN-ACK", "S:SA C:S C:A", "", 0, FLOW_established, 'C', FLOW_SYN | FLOW_SYNACK, 0},
	{"mid-stream, by port", "C:A+10 S:A", "answered? ", 0, FLOW_established, 'C', FLOW_MIDSTREAM | FLOW_GUESSED, FLOW_SYN},
	{"mid-stream, the server first", "S:A+10 C:A", "answered? ", 0, FLOW_established, 'C', FLOW_MIDSTREAM | FLOW_GUESSED, 0},
	{"mid-stream, ports that mislead", "C:A+10 S:A", "answered? ", 1, FLOW_established, 'S', FLOW_GUESSED, 0},
	{"… corrected by a SYN-ACK", "C:A S:SA", "answered ", 1, FLOW_new, 'C', FLOW_SYNACK, FLOW_GUESSED},
	{"… not after it was told", "C:A S:A S:SA", "answered? ", 1, FLOW_established, 'S', FLOW_GUESSED, 0},
	{"a SYN-ACK that takes data of the SYN", "C:S S:SAx . . .", "answered ", 0, FLOW_new, 'C', FLOW_SYNACK, 0},
	{"a SYN-ACK for another SYN", "C:S S:SAX . . .", "unanswered ", 0, FLOW_new, 'C', 0, FLOW_SYNACK},
	{"mid-stream, one way", "C:A+10 C:A+10 . . . .", "", 0, FLOW_new, 'C', FLOW_MIDSTREAM, FLOW_DECIDED},
	{"ACK probe, closed or stale", "C:A S:R . . . .", "refused? ", 0, FLOW_closed, 'C', FLOW_MIDSTREAM | FLOW_LONE_ACK, 0},
	{"an ACK with data, reset: stale", "C:A+10 S:R . . . .", "", 0, FLOW_closed, 'C', FLOW_MIDSTREAM, FLOW_DECIDED},
	{"two ACKs, reset: stale", "C:A C:A S:R . . . .", "", 0, FLOW_closed, 'C', FLOW_MIDSTREAM, FLOW_DECIDED},
	{"one ACK, and a reset by its sender", "C:A C:R . . . .", "", 0, FLOW_closed, 'C', FLOW_MIDSTREAM, FLOW_DECIDED},
	{"ACK probe, filtered", "C:A . . . .", "", 0, FLOW_new, 'C', FLOW_MIDSTREAM, FLOW_DECIDED},
	{"FIN probe, closed", "C:F S:RA", "refused ", 0, FLOW_closed, 'C', 0, FLOW_MIDSTREAM | FLOW_FIN_CLIENT},
	{"FIN probe, open or filtered", "C:F . C:F . .", "unanswered ", 0, FLOW_new, 'C', 0, FLOW_MIDSTREAM},
	{"NULL probe, closed", "C:- S:RA", "refused ", 0, FLOW_closed, 'C', 0, 0},
	{"NULL probe, open or filtered", "C:- . . .", "unanswered ", 0, FLOW_new, 'C', 0, 0},
	{"XMAS probe, closed", "C:FP S:RA", "refused ", 0, FLOW_closed, 'C', 0, 0},
	{"XMAS probe, open or filtered", "C:FP . . .", "unanswered ", 0, FLOW_new, 'C', 0, 0},
	{"probe from a low port", "C:F S:RA", "refused ", 1, FLOW_closed, 'C', 0, FLOW_GUESSED},
	{"SYN-FIN probe", "C:SF S:RA", "refused ", 0, FLOW_closed, 'C', FLOW_SYN, 0},
	{"Maimon probe", "C:FA S:R . . . .", "refused? ", 0, FLOW_closed, 'C', FLOW_MIDSTREAM | FLOW_LONE_ACK, 0},
	{"a probe that turns out to talk", "C:F C:A S:A", "answered ", 0, FLOW_established, 'C', FLOW_MIDSTREAM, 0},
	{"the end decides", "C:S #", "unanswered new/shutdown ", 0, FLOW_new, 0, FLOW_DECIDED, 0},
	{"the end with nothing to decide", HANDSHAKE "#", "answered established/shutdown ", 0, FLOW_established, 0, 0, 0},
	{"closed, then forgotten", "C:S S:RA . . . . . . . . . .", "refused ", 0, FLOW_closed, 'C', 0, 0},
	{"… after its time", "C:S S:RA . . . . . . . . . . .", "refused closed/timeout ", 0, FLOW_closed, 0, 0, 0},
};
/* clang-format on */

static void check_story(const struct story *row)
{
	struct teller s = {.next = {1000, 9000}, .turned = row->turned};
	struct flow_config c = world_config();

	CASE(row->name);
	world_init(&s.w, &c);
	s.w.now_ns += 1; /* just after the second: deadlines are counted from the next */
	tell(&s, row->text);
	CHECK_STR(s.w.told, row->told);
	const struct flow *f = row->client ? s.flow : &s.w.last;
	CHECK_EQ(f->state, row->state);
	CHECK_EQ(f->seen & (row->seen | row->unseen), row->seen);
	if (row->client)
		CHECK_EQ(f->client.b[15], row->client == 'C' ? 1 : 2);
	world_fini(&s.w);
}

static void check_counters(void)
{
	struct flow_config c = world_config();
	struct teller s = {.next = {1000, 9000}};

	CASE("what the mirror shows of handshakes is counted");
	world_init(&s.w, &c);
	tell(&s, HANDSHAKE "C:FA S:FA C:A C:S! C:A C:A C:FA C:S! C:R C:S! . . . C:A");
	const struct flow_counters *n = flow_counters_of(s.w.t);
	CHECK_EQ(count_get(&n->syn_first), 4);
	CHECK_EQ(count_get(&n->synack_seen), 1);
	CHECK_EQ(count_get(&n->handshake_unseen_synack), 3);
	CHECK_EQ(count_get(&n->midstream), 0);
	CHECK_EQ(count_get(&n->created), 4);
	CHECK_EQ(count_get(&n->ended), 3);
	world_fini(&s.w);

	CASE("both sides' packets, bytes and flags");
	s = (struct teller){.next = {1000, 9000}};
	world_init(&s.w, &c);
	tell(&s, HANDSHAKE "C:AP+100 S:A+50 S:A+50");
	CHECK_EQ(s.flow->half[FLOW_to_server].pkts, 3);
	CHECK_EQ(s.flow->half[FLOW_to_client].pkts, 3);
	CHECK_EQ(s.flow->half[FLOW_to_server].payload, 100);
	CHECK_EQ(s.flow->half[FLOW_to_client].payload, 100);
	CHECK_EQ(s.flow->half[FLOW_to_server].bytes, 180);
	CHECK_EQ(s.flow->half[FLOW_to_server].tcp_flags, TCP_SYN | TCP_ACK | TCP_PSH | TCP_URG);
	CHECK_EQ(s.flow->half[FLOW_to_client].tcp_flags, TCP_SYN | TCP_ACK);
	world_fini(&s.w);
}

int main(void)
{
	for (size_t i = 0; i < sizeof(stories) / sizeof(stories[0]); i++)
		check_story(&stories[i]);
	check_counters();
	return check_done();
}
