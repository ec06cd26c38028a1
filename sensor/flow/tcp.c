// SPDX-License-Identifier: Apache-2.0
/* Who asked whom, and how it went, from whatever part of a conversation is on the mirror.
 *
 * A flow's first packet decides what may ever be said of it:
 *   SYN                 its sender is the client; it waits for an outcome
 *   no SYN, ACK or RST  a probe (NULL, FIN, XMAS scan: RFC 9293 gives every segment after the SYN
 *                       an ACK), so its sender is the client and it waits; an answer other than
 *                       RST proves a connection we came late to
 *   SYN-ACK or RST      backscatter, or one half of a mirror: nobody is accused or credited
 *   ACK                 picked up mid-stream; the ports say who serves; only an answer is told,
 *                       and the refusal of a lone ACK without data (FLOW_LONE_ACK): a probe
 *                       (nmap -sA, -sW, -sM), or the end of a stale connection. It stays guessed,
 *                       so it accuses nobody by itself; many of them to different ports do.
 *                       A SYN-ACK after it (mirrors swap packets) that answers what was said
 *                       tells who serves: flow, streams and what heard them are turned
 *
 * A client's RST right after its SYN is a kernel that never asked for the SYN-ACK it got: a
 * half-open scan of an open port. It proves the answer as well as an ACK does.
 *
 * Source: RFC 9293 3.5 and 3.10.7 (handshake, simultaneous open, resets), RFC 5961 4 (a SYN inside
 *         a connection changes nothing unless the server then accepts it), RFC 792, RFC 4443 3.1.
 */
#include "flow/tcp.h"

#include "flow/stream.h"

#define FLAGS         (TCP_SYN | TCP_ACK | TCP_RST | TCP_FIN)
#define FAST_OPEN_MAX 65535u /* bytes of data that a SYN-ACK may acknowledge (RFC 7413) */
#define SCTP_ABORT    6u     /* chunk type: RFC 9260 3.3.7 */
#define ANY_END       (FLOW_FIN_CLIENT | FLOW_FIN_SERVER | FLOW_RST_CLIENT | FLOW_RST_SERVER)

struct flow_begin flow_tcp_begin(const struct pkt *p)
{
	unsigned flags = p->tcp_flags & FLAGS;

	if (flags & TCP_RST)
		return (struct flow_begin){true, FLOW_SYNACK_FIRST | FLOW_GUESSED, p->tcp_ack - 1};
	if ((flags & (TCP_SYN | TCP_ACK)) == (TCP_SYN | TCP_ACK))
		return (struct flow_begin){true, FLOW_SYNACK_FIRST, p->tcp_ack - 1};
	if (flags & TCP_SYN)
		return (struct flow_begin){false, FLOW_SYN | FLOW_WAITS, p->tcp_seq};
	if (!(flags & TCP_ACK))
		return (struct flow_begin){false, FLOW_WAITS, p->tcp_seq};
	return (struct flow_begin){flow_key_from_server(p->sport, p->dport),
				   FLOW_MIDSTREAM | FLOW_GUESSED | FLOW_MAY_ANSWER, p->tcp_seq - 1};
}

struct flow_begin flow_other_begin(const struct pkt *p, bool unicast)
{
	if (p->proto == PROTO_ICMP || p->proto == PROTO_ICMP6) {
		bool asks = flow_key_icmp_asks(p->proto, p->icmp_type);
		bool answers = unicast && flow_key_icmp_answers(p->proto, p->icmp_type);
		return (struct flow_begin){answers,
					   asks && unicast ? FLOW_WAITS
					   : answers       ? FLOW_GUESSED
							   : 0,
					   0};
	}
	if (p->has_ports && flow_key_from_server(p->sport, p->dport))
		return (struct flow_begin){true, FLOW_GUESSED | FLOW_MAY_ANSWER, 0};
	return (struct flow_begin){false, unicast ? FLOW_WAITS : 0, 0};
}

static bool answers_syn(const struct flow *f, const struct pkt *p)
{
	return p->tcp_ack - f->isn - 1 <= FAST_OPEN_MAX;
}

bool flow_tcp_reuses(const struct flow *f, const struct pkt *p, enum flow_dir_name dir)
{
	unsigned flags = p->tcp_flags & (TCP_SYN | TCP_ACK | TCP_RST);
	bool over = f->state == FLOW_closed || (f->seen & ANY_END);

	if (flags == (TCP_SYN | TCP_ACK))
		return dir == FLOW_to_client && (f->seen & FLOW_RESYN) && p->tcp_ack == f->isn + 1;
	if (flags != TCP_SYN)
		return false;
	if (dir == FLOW_to_client)
		return over || (f->seen & FLOW_GUESSED);
	bool repeated = (f->seen & (FLOW_SYN | FLOW_SYNACK)) && p->tcp_seq == f->isn;
	return over && !repeated;
}

static void client_syn(struct flow *f, const struct pkt *p)
{
	bool other = p->tcp_seq != f->isn;

	if (f->state == FLOW_established) {
		if (other) {
			f->isn = p->tcp_seq;
			f->seen |= FLOW_RESYN;
		}
		return;
	}
	f->isn = p->tcp_seq; /* a repetition, or a new attempt before any answer */
	f->seen |= FLOW_SYN;
}

static struct flow_told client_pkt(struct flow *f, const struct pkt *p, unsigned flags)
{
	struct flow_told told = {.outcome = FLOW_pending};
	bool asked = f->seen & FLOW_SYN, was_answered = f->seen & FLOW_SYNACK;

	if (flags & TCP_RST) {
		if (asked && !was_answered && f->state == FLOW_new && p->tcp_seq == f->isn + 1) {
			told.outcome = FLOW_answered;
			told.unseen_synack = true;
		}
		f->seen |= FLOW_RST_CLIENT;
		f->state = FLOW_closed;
		return told;
	}
	if (flags & TCP_SYN) {
		if (!(flags & TCP_ACK))
			client_syn(f, p);
		else if ((f->seen & (FLOW_GUESSED | FLOW_DECIDED)) == FLOW_GUESSED &&
			 flow_stream_answers(f, p))
			told.turn = true;
		return told;
	}
	if ((flags & TCP_FIN) && (flags & TCP_ACK))
		f->seen |= FLOW_FIN_CLIENT;
	if (!(flags & TCP_ACK))
		return told; /* a probe, perhaps repeated */
	if (asked || was_answered) {
		if (!(f->seen & FLOW_CLIENT_ACK)) {
			f->seen |= FLOW_CLIENT_ACK;
			told.outcome = FLOW_answered;
			told.unseen_synack = !was_answered;
		}
		if (f->state == FLOW_new)
			f->state = FLOW_established;
		return told;
	}
	if (f->seen & FLOW_WAITS) { /* it began with a probe, and now speaks TCP */
		f->seen &= ~FLOW_WAITS;
		f->seen |= FLOW_MIDSTREAM | FLOW_MAY_ANSWER;
	}
	if (f->half[FLOW_to_client].pkts && f->state == FLOW_new) {
		f->state = FLOW_established;
		told.outcome = FLOW_answered;
	}
	return told;
}

/* Before the RST nothing but one segment came, and neither has data. */
static bool is_lone_ack(const struct flow *f)
{
	return (f->seen & FLOW_MIDSTREAM) && f->state == FLOW_new &&
	       f->half[FLOW_to_server].pkts == 1 && f->half[FLOW_to_client].pkts == 1 &&
	       f->half[FLOW_to_server].payload == 0 && f->half[FLOW_to_client].payload == 0;
}

static struct flow_told server_pkt(struct flow *f, const struct pkt *p, unsigned flags)
{
	struct flow_told told = {.outcome = FLOW_pending};

	if (flags & TCP_RST) {
		if (f->state == FLOW_new && !(f->seen & FLOW_SYNACK))
			told.outcome = FLOW_refused;
		if (is_lone_ack(f))
			f->seen |= FLOW_LONE_ACK;
		f->seen |= FLOW_RST_SERVER;
		f->state = FLOW_closed;
		return told;
	}
	if ((flags & TCP_SYN) && (flags & TCP_ACK)) {
		if ((f->seen & FLOW_SYN) && !answers_syn(f, p))
			return told; /* answers another SYN */
		told.first_synack = (f->seen & FLOW_SYN) && !(f->seen & FLOW_SYNACK);
		f->seen |= FLOW_SYNACK;
		if ((f->seen & FLOW_SYN) || f->half[FLOW_to_server].pkts)
			told.outcome = FLOW_answered;
		return told;
	}
	if (flags & TCP_SYN) { /* simultaneous open */
		told.outcome = FLOW_answered;
		return told;
	}
	if ((flags & TCP_FIN) && (flags & TCP_ACK))
		f->seen |= FLOW_FIN_SERVER;
	if (!(flags & TCP_ACK))
		return told;
	if (f->half[FLOW_to_server].pkts) {
		told.outcome = FLOW_answered;
		bool begun = f->seen & FLOW_SYN;
		if (f->state == FLOW_new && (!begun || (f->seen & FLOW_CLIENT_ACK)))
			f->state = FLOW_established;
	}
	return told;
}

struct flow_told flow_tcp_pkt(struct flow *f, const struct pkt *p, enum flow_dir_name dir)
{
	unsigned flags = p->tcp_flags & FLAGS;
	struct flow_told told =
		dir == FLOW_to_server ? client_pkt(f, p, flags) : server_pkt(f, p, flags);

	if ((f->seen & (FLOW_FIN_CLIENT | FLOW_FIN_SERVER)) == (FLOW_FIN_CLIENT | FLOW_FIN_SERVER))
		f->state = FLOW_closed;
	return told;
}

static bool aborts(const struct pkt *p)
{
	return p->proto == PROTO_SCTP && p->payload_len && p->payload[0] == SCTP_ABORT;
}

struct flow_told flow_other_pkt(struct flow *f, const struct pkt *p, enum flow_dir_name dir)
{
	struct flow_told told = {.outcome = FLOW_pending};

	if (f->state == FLOW_new && f->half[!dir].pkts) {
		bool refused = aborts(p) && dir == FLOW_to_client;
		f->state = FLOW_established;
		told.outcome = refused ? FLOW_refused : FLOW_answered;
	}
	return told;
}

/* Unreachable host, port, network, or forbidden. Not: "too big" (it is on its way), "time exceeded"
 * (a traceroute, or a loop: nothing answered, and time will say so). */
static bool unreachable(const struct pkt *error)
{
	if (error->proto == PROTO_ICMP)
		return error->icmp_type == 3 && error->icmp_code != 4;
	return error->proto == PROTO_ICMP6 && error->icmp_type == 1;
}

struct flow_told flow_quoted(const struct flow *f, const struct pkt *error, enum flow_dir_name dir)
{
	struct flow_told told = {.outcome = FLOW_pending};

	if (dir == FLOW_to_server && f->state == FLOW_new && unreachable(error))
		told.outcome = FLOW_refused;
	return told;
}
