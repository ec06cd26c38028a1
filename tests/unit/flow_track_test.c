// SPDX-License-Identifier: Apache-2.0
/* A connection told packet by packet, and what is odd about the last of them. */
#include "check.h"

#include "flow/track.h"

#include <stdlib.h>
#include <string.h>

/* "> SA seq+1 ack-2 len=10 win=0 ts=5/9": who sends, flags, then numbers beside what is expected. */
struct teller {
	struct track t;
	uint32_t next[2];
	uint64_t last;
	uint8_t net;
	bool midstream;
};

static uint8_t flags_of(const char *text)
{
	static const char letters[] = "FSRPAU";
	uint8_t flags = 0;

	for (; *text && *text != ' ' && *text != ';'; text++) {
		const char *at = strchr(letters, *text);
		if (at && *text != '.')
			flags |= (uint8_t)(1u << (at - letters));
	}
	return flags;
}

static long number(const char *text, const char *end, const char *name, long otherwise)
{
	const char *at = strstr(text, name);

	return at && at < end ? strtol(at + strlen(name), NULL, 0) : otherwise;
}

static void one(struct teller *s, const char *text, const char *end)
{
	uint8_t dir = *text == '<', options[12] = {1, 1, 8, 10};
	uint8_t flags = flags_of(text + 2);
	uint32_t len = (uint32_t)number(text, end, "len=", 0);
	struct pkt p = {
		.net = s->net ? s->net : PKT_ip4, .proto = 6, .dir = dir, .tcp_flags = flags,
		.tcp_seq = s->next[dir] + (uint32_t)number(text, end, "seq", 0),
		.tcp_ack = flags & TCP_ACK ? s->next[!dir] + (uint32_t)number(text, end, "ack", 0) : 0,
		.tcp_win = (uint16_t)number(text, end, "win=", 1000), .payload_wire = len,
		.time_ns = 1000000000u,
	};
	const char *ts = strstr(text, "ts="), *fast = strstr(text, "tfo");

	if (ts && ts < end) {
		uint32_t v = (uint32_t)strtoul(ts + 3, NULL, 0), e = (uint32_t)strtoul(strchr(ts, '/') + 1, NULL, 0);
		for (unsigned i = 0; i < 4; i++) {
			options[4 + i] = (uint8_t)(v >> (24 - 8 * i));
			options[8 + i] = (uint8_t)(e >> (24 - 8 * i));
		}
		p.tcp_opt = options;
		p.tcp_opt_len = sizeof(options);
	} else if (fast && fast < end) {
		p.tcp_opt = (const uint8_t *)"\x22\x02";
		p.tcp_opt_len = 2;
	}
	if (number(text, end, "broken=", 0))
		p.tcp_ack = 1;
	const struct track_pkt in = {.p = &p, .midstream = s->midstream};
	s->last = track_pkt(&s->t, &in);
	if (flags & (TCP_SYN | TCP_RST) || p.tcp_seq == s->next[dir])
		s->next[dir] = p.tcp_seq + len + ((flags & (TCP_SYN | TCP_FIN)) != 0);
}

static void tell(struct teller *s, const char *text)
{
	while (*text) {
		const char *end = strchr(text, ';');
		end = end ? end : text + strlen(text);
		one(s, text, end);
		text = *end ? end + 2 : end;
	}
}

#define OPEN "> S; < SA; > A; "
#define DOWN OPEN "< A; " /* the server has gone on */
#define E(name) EVENT_BIT(STREAM_##name)
#define NOT E(refused)

static const struct {
	const char *name, *text;
	uint64_t last;
} odd[] = {
	{"a handshake is not odd", OPEN "> A len=5", 0},
	{"an acknowledgement number without the flag", "> S broken=1", E(broken_ack)},
	{"the same SYN again", "> S; > S seq-1", 0},
	{"another SYN before the answer", "> S; > S", 0},
	{"twelve SYNs, each with another timestamp", "> S ts=1/0; > S seq-1 ts=2/0; > S seq-1 ts=3/0; > S seq-1 ts=4/0; "
	 "> S seq-1 ts=5/0; > S seq-1 ts=6/0; > S seq-1 ts=7/0; > S seq-1 ts=8/0; > S seq-1 ts=9/0; > S seq-1 ts=10/0; "
	 "> S seq-1 ts=11/0; > S seq-1 ts=12/0", E(syn_flood)},
	{"a SYN-ACK for something else", "> S; < SA ack+7", E(synack_wrong_ack) | NOT},
	{"a SYN-ACK whose echo is not the SYN's timestamp", "> S ts=5/0; < SA ts=9/6", E(invalid_ts) | NOT},
	{"fast open: the data are left out", "> S len=9 tfo; < SA ack-9", E(fast_open_lost)},
	{"fast open: they are not", "> S len=9 tfo; < SA", 0},
	{"a SYN-ACK from the wrong side", "> S; > SA seq-1", E(synack_up) | NOT},
	{"… after the answer", "> S; < SA; > SA", E(synack_up_answered) | NOT},
	{"a second SYN-ACK for more", "> S; < SA; < SA ack+9", E(synack_other_ack) | NOT},
	{"six more SYN-ACKs, each of another number", "> S; < SA; < SA; < SA; < SA; < SA; < SA; < SA", E(synack_flood) | NOT},
	{"a SYN from who has answered one", "> S; < SA; < S", E(syn_down) | NOT},
	{"another SYN after the answer", "> S; < SA; > S", E(syn_resend_diff_seq) | NOT},
	{"both ask at once", "> S; < S; > SA seq-1; < A", 0},
	{"… and the client answers another", "> S; < S; > SA seq-1 ack+1", E(four_wrong_ack) | NOT},
	{"… or with another number", "> S; < S; > SA", E(four_wrong_syn) | NOT},
	{"… and the server goes on with a wrong one", "> S; < S; > SA seq-1; < A seq+1", E(four_wrong_seq) | NOT},
	{"… or acknowledges too much", "> S; < S; > SA seq-1; < A ack+70000", E(four_invalid_ack) | E(invalid_ack) | NOT},
	{"the handshake's last acknowledges what was not said", "> S; < SA; > A ack+1", E(ack_evasion) | NOT},
	{"… and has a wrong number", "> S; < SA; > A seq+1 ack+1", E(ack_wrong) | NOT},
	{"a SYN inside a connection", OPEN "> S", E(est_syn_diff_seq) | NOT},
	{"the old one", OPEN "> S seq-1", E(est_syn) | NOT},
	{"a SYN from the server", OPEN "< S", E(est_syn_down) | NOT},
	{"a SYN-ACK from the client", OPEN "> SA", E(est_synack_up) | NOT},
	{"a SYN-ACK again: the last packet may be lost", OPEN "< SA seq-1", 0},
	{"… after the server went on", DOWN "< SA seq-1", E(est_synack) | NOT},
	{"… for more", OPEN "< SA seq-1 ack+1", E(est_synack_other_ack) | NOT},
	{"… of another number", OPEN "< SA", E(est_synack_diff_seq) | NOT},
	{"an acknowledgement beyond the window", OPEN "> A len=5; < A ack+1001", E(est_invalid_ack) | E(invalid_ack) | NOT},
	{"… far below", OPEN "> A len=900; < A; > A len=900; < A; < A len=5 ack-1500", E(est_invalid_ack) | E(invalid_ack) | NOT},
	{"bytes beyond the window", OPEN "> A seq+995 len=9", E(est_out_of_window) | NOT},
	{"bytes up to it", OPEN "> A seq+991 len=9", 0},
	{"bytes that were acknowledged", OPEN "> A len=9; < A; > A seq-9 len=9", E(spurious)},
	{"… before the last of them", OPEN "> A len=9; < A; > A seq-9 len=4", E(spurious) | E(est_before_ack) | NOT},
	{"a keep-alive", OPEN "> A len=9; < A; > A seq-1", NOT},
	{"bytes that are missing", OPEN "> A seq+9 len=9; < A ack+18", E(gap)},
	{"an older timestamp", "> S ts=5/0; < SA ts=9/5; > A ts=6/9; < A len=3 ts=7/6", E(invalid_ts) | NOT},
	{"… by one", "> S ts=5/0; < SA ts=9/5; > A ts=6/9; < A len=3 ts=8/6", 0},
	{"a window that shrinks unseen", OPEN "> A; < A win=1000; > A seq+5 ack+10 win=100", E(bad_window) | NOT},
	{"a FIN comes first", "> FA", E(fin_no_session) | NOT},
	{"a RST comes first", "< R", E(rst_no_session) | NOT},
	{"data come first: nothing is known", "> A len=7", NOT},
	{"FIN and SYN", OPEN "> SF", E(fin_syn) | NOT},
	{"a FIN beyond the window", OPEN "> FA seq+1001", E(fin_out_of_window) | NOT},
	{"a FIN that acknowledges too much", OPEN "> FA ack+1001", E(fin_invalid_ack) | E(invalid_ack) | NOT},
	{"a RST that does", OPEN "> RA ack+1001", E(rst_invalid_ack) | E(invalid_ack) | NOT},
	{"a RST", OPEN "> R", 0},
	{"the client's FIN, and a SYN", OPEN "> FA; > S seq-2", E(shutdown_syn) | NOT},
	{"… bytes far beyond", OPEN "> FA; < A; < A seq+1001 len=5", E(closewait_ack) | NOT},
	{"… an acknowledgement beyond", OPEN "> FA; < A ack+5000", E(closewait_invalid_ack) | E(invalid_ack) | NOT},
	{"… a FIN far beyond", OPEN "> FA; < FA seq+1001", E(closewait_fin) | NOT},
	{"… bytes again", OPEN "< A len=9; > A; > FA; < A seq-9 len=9", E(closewait_before_ack) | E(spurious) | E(retransmission) | NOT},
	{"the server's FIN, and bytes beyond", OPEN "< FA; > A seq+995 len=9", E(fin1_ack_seq) | NOT},
	{"… a second FIN far beyond", OPEN "< FA; > FA seq+1001", E(fin1_fin_seq) | NOT},
	{"… an acknowledgement beyond", OPEN "< FA; > A ack+1001", E(fin1_invalid_ack) | E(invalid_ack) | NOT},
	{"… when it is acknowledged, a FIN far beyond", OPEN "< FA; > A; > FA seq+1001", E(fin2_fin_seq) | NOT},
	{"… bytes beyond", OPEN "< FA; > A; > A seq+995 len=9", E(fin2_ack_seq) | NOT},
	{"… an acknowledgement beyond", OPEN "< FA; > A; > A ack+1001", E(fin2_invalid_ack) | E(invalid_ack) | NOT},
	{"both FINs at once, and a wrong number", OPEN "< FA; > F; > A seq+5", E(closing_ack_seq) | NOT},
	{"… an acknowledgement beyond", OPEN "< FA; > F; > A seq-1 ack+1001", E(closing_invalid_ack) | E(invalid_ack) | NOT},
	{"the last acknowledgement, of a wrong number", OPEN "> FA; < FA; > A seq+9", E(lastack_seq) | NOT},
	{"… of too much", OPEN "> FA; < FA; > A ack+1001", E(lastack_invalid_ack) | E(invalid_ack) | NOT},
	{"the last of the other side, of a wrong number", OPEN "< FA; > A; > FA; < A seq+9", E(timewait_seq) | NOT},
	{"… of too much", OPEN "< FA; > A; > FA; < A ack+1001", E(timewait_invalid_ack) | E(invalid_ack) | NOT},
	{"a whole connection", OPEN "> A len=9; < A; < A len=9; > A; > FA; < A; < FA; > A", 0},
	{"… ended by the server", OPEN "< A len=9; > A; < FA; > A; > FA; < A", 0},
};

int main(void)
{
	for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
		struct teller s = {.next = {1000, 0xfffffff0u}};

		CASE(odd[i].name);
		tell(&s, odd[i].text);
		CHECK_EQ(s.last, odd[i].last);
	}
	CASE("picked up inside, where that is wanted");
	struct teller s = {.next = {1000, 9000}, .midstream = true};
	tell(&s, "> A len=9; < A len=9; > A");
	CHECK_EQ(s.last, 0);
	CHECK_EQ(s.t.state, TRACK_established);
	CASE("a SYN-ACK first: its sender is the server");
	s = (struct teller){.next = {1000, 9000}, .midstream = true};
	tell(&s, "> SA; < A; > A len=7; < A");
	CHECK_EQ(s.last, 0);
	CHECK_EQ(s.t.flip, true);
	CASE("who sent a reset goes on");
	s = (struct teller){.next = {1000, 0}};
	tell(&s, "> S; < RA; < A");
	CHECK_EQ(s.last, E(rst_inject));
	CASE("no timestamp of 0 over IPv6");
	s = (struct teller){.next = {1000, 9000}, .net = PKT_ip6};
	tell(&s, "> S ts=5/0; < SA ts=9/5; > A ts=6/9; < A len=3 ts=0/6");
	CHECK_EQ(s.last, E(invalid_ts) | NOT);
	return check_done();
}
