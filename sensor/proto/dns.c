// SPDX-License-Identifier: Apache-2.0
/* DNS over UDP and TCP (RFC 1035, length-prefixed 4.2.2). Each message is a transaction of its own,
 * in its direction, as in Suricata: it lives on the stack while its bytes are at hand.
 *
 * Over TCP a message may come in pieces: they wait in proto_mem (at most 64 KiB a direction). After
 * a gap the next piece that begins as a message does is taken for one. */
#include "proto/frame.h"
#include "proto/dns_msg.h"
#include "proto/dns_zone.h"
#include "proto/pieces.h"

#define PREFIX 2u /* bytes of the length before a message over TCP */

enum {
	EVENT_malformed,
	EVENT_not_request,
	EVENT_not_a_request,
	EVENT_not_response,
	EVENT_not_a_response,
	EVENT_z_flag,
	EVENT_opcode,
	EVENT_long,
	EVENT_loop,
	EVENT_labels,
	EVENT_additionals,
	EVENT_authorities
};
static const char *const events[] = {
	"malformed_data",
	"not_request",
	"not_a_request",
	"not_response",
	"not_a_response",
	"z_flag_set",
	"invalid_opcode",
	"name_too_long",
	"infinite_loop",
	"too_many_labels",
	"invalid_additionals",
	"invalid_authorities",
	NULL,
};

static const struct field fields[] = {
#define FIELD(id, name_, type_, dirs_, many_, what_) {name_, type_, dirs_, {1, 1}, many_, what_},
#include "proto/dns_fields.def"
#undef FIELD
	{0},
};

void dns_tell(struct proto_call *c, const struct dns_msg *m)
{
	char name[FACT_WORD_MAX] = "", text[FACT_WORD_MAX] = "";
	struct fact_dns f = {
		.id = m->id,
		.len = (uint16_t)m->n,
		.answers = m->count[DNS_answer],
		.rcode = m->flags & 15,
		.response = dns_is_response(m),
		.over_tcp = c->flow->proto == 6,
	};

	if (m->count[DNS_question]) {
		proto_text(m->text + m->rr[0].name, m->rr[0].name_len, name, sizeof(name));
		f.type = m->rr[0].type;
	}
	bool addr = false;
	for (unsigned i = 0; i < m->count[DNS_answer]; i++) {
		const struct dns_rr *rr = &m->rr[m->first[DNS_answer] + i];

		f.answer_bytes += rr->data_len;
		addr = addr || dns_rr_addr(m, rr, &f.answer);
		if (i == 0) {
			f.ttl = rr->ttl;
			dns_rdata(m, rr, text, sizeof(text));
		}
	}
	proto_fact(c, FACT_dns, &f, sizeof(f), (const char *[]){name, text}, 2);
	dns_zone_hear(c, m);
}

static void set_events(const struct proto_call *c, struct dns_msg *m)
{
	static const uint8_t of_fault[] = {[DNS_short] = EVENT_malformed,
					   [DNS_loop] = EVENT_loop,
					   [DNS_long] = EVENT_long,
					   [DNS_labels] = EVENT_labels};
	bool response = dns_is_response(m);

	for (unsigned s = 0; s < DNS_sections; s++) {
		unsigned fault = m->fault[s];

		if (fault == DNS_fine || fault == DNS_full)
			continue;
		if (fault == DNS_short && s == DNS_authority)
			proto_event(&m->tx, EVENT_authorities);
		else if (fault == DNS_short && s == DNS_additional)
			proto_event(&m->tx, EVENT_additionals);
		else
			proto_event(&m->tx, of_fault[fault]);
		if (s <= DNS_answer)
			m->shown = false;
	}
	if (c->dir == FLOW_to_server && response) {
		proto_event(&m->tx, EVENT_not_request);
		proto_event(&m->tx, EVENT_not_a_request);
		m->shown = false;
	} else if (c->dir == FLOW_to_client && !response) {
		proto_event(&m->tx, EVENT_not_response);
		proto_event(&m->tx, EVENT_not_a_response);
	}
	if (m->flags & 0x40)
		proto_event(&m->tx, EVENT_z_flag);
	if (dns_opcode(m) > 6)
		proto_event(&m->tx, EVENT_opcode);
}

static void message(struct proto_call *c, const uint8_t *p, uint32_t n)
{
	struct dns_msg m;

	proto_tx_init(c, &m.tx);
	if (dns_read(&m, p, n)) {
		set_events(c, &m);
		if (m.fault[DNS_question] == DNS_full || m.fault[DNS_answer] == DNS_full)
			count_add(&proto_count_of(c)->decode_limit, 1);
		dns_tell(c, &m);
	} else {
		m = (struct dns_msg){.tx = m.tx, .at = p};
		proto_event(&m.tx, EVENT_malformed);
	}
	proto_progress(c, &m.tx, c->dir, 1);
	proto_tx_end(c, &m.tx);
}

/* What is whole of the messages in p; returns the bytes used. */
static uint32_t messages(struct proto_call *c, const uint8_t *p, uint32_t n)
{
	uint32_t at = 0;

	while (n - at >= PREFIX) {
		uint32_t len = (uint32_t)(p[at] << 8 | p[at + 1]);

		if (n - at - PREFIX < len)
			break;
		if (len)
			message(c, p + at + PREFIX, len);
		at += PREFIX + len;
	}
	return at;
}

static enum probe tcp_plausible(const uint8_t *p, uint32_t n)
{
	if (n < PREFIX + DNS_HEADER)
		return PROBE_more;
	uint32_t len = (uint32_t)(p[0] << 8 | p[1]);
	n -= PREFIX;
	if (len < DNS_HEADER)
		return PROBE_no;
	return dns_plausible(p + PREFIX, n < len ? n : len, len) ? PROBE_yes : PROBE_no;
}

static bool begins(const uint8_t *p, uint32_t n)
{
	return tcp_plausible(p, n) == PROBE_yes;
}

static void data(struct proto_call *c, const uint8_t *p, uint32_t n)
{
	if (c->flow->proto == 6)
		pieces_data(c, p, n, PROTO_MEM_MAX, messages, begins);
	else
		message(c, p, n);
}

static enum probe probe(const uint8_t *p, uint32_t n, uint8_t dir, const struct flow *f,
			bool midstream)
{
	(void)dir;
	(void)midstream;
	if (f->proto == 6)
		return tcp_plausible(p, n);
	return dns_plausible(p, n, n) ? PROBE_yes : PROBE_no;
}

static bool bytes(const struct tx *tx, unsigned f, unsigned i, uint8_t dir,
		  struct view_of_bytes *out)
{
	(void)dir;
	return dns_field_bytes((const struct dns_msg *)tx, f, i, out);
}

static bool number(const struct tx *tx, unsigned f, unsigned i, uint8_t dir, uint64_t *out)
{
	(void)dir;
	return dns_field_number((const struct dns_msg *)tx, f, i, out);
}

static const uint16_t ports[] = {53, 0};

const struct protocol protocol_dns = {
	.name = "dns",
	.over = PROTO_OVER_TCP | PROTO_OVER_UDP,
	.ports = ports,
	.ports_only = true,
	.deep = true,
	.state_size = sizeof(struct pieces),
	.fields = fields,
	.events = events,
	.done = {1, 1},
	.frames = dns_frames,
	.record = dns_record,
	.probe = probe,
	.data = data,
	.gap = pieces_gap,
	.end = pieces_end,
	.bytes = bytes,
	.number = number,
	.eve = dns_eve,
};
