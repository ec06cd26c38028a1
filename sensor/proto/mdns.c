// SPDX-License-Identifier: Apache-2.0
/* mDNS (RFC 6762): DNS messages on port 5353. Each is a transaction of its own, as in Suricata 8.
 */
#include "proto/local_name.h"

enum { F_queries, F_answers, F_authorities, F_additionals, F_response };
#define BOTH 3
static const struct field fields[] = {
	{"mdns.queries.rrname", FIELD_bytes, BOTH, {1, 1}, true, "name in a question"},
	{"mdns.answers.rrname", FIELD_bytes, BOTH, {1, 1}, true, "name in an answer"},
	{"mdns.authorities.rrname",
	 FIELD_bytes,
	 BOTH,
	 {1, 1},
	 true,
	 "name in the authority section"},
	{"mdns.additionals.rrname",
	 FIELD_bytes,
	 BOTH,
	 {1, 1},
	 true,
	 "name in the additional section"},
	{"mdns.response.rrname", FIELD_bytes, BOTH, {1, 1}, true, "any name in a response"},
	{0},
};

static void data(struct proto_call *c, const uint8_t *p, uint32_t n)
{
	struct dns_msg m;

	if (!dns_read(&m, p, n))
		return;
	proto_tx_init(c, &m.tx);
	local_name_tell(c, &m, NAME_mdns);
	proto_progress(c, &m.tx, c->dir, 1);
	proto_tx_end(c, &m.tx);
}

static enum probe probe(const uint8_t *p, uint32_t n, uint8_t dir, const struct flow *f,
			bool midstream)
{
	(void)dir, (void)f, (void)midstream;
	return dns_plausible(p, n, n) ? PROBE_yes : PROBE_no;
}

static bool bytes(const struct tx *tx, unsigned f, unsigned i, uint8_t dir,
		  struct view_of_bytes *out)
{
	static const uint8_t of[][2] = {
		[F_queries] = {DNS_question, DNS_question},
		[F_answers] = {DNS_answer, DNS_answer},
		[F_authorities] = {DNS_authority, DNS_authority},
		[F_additionals] = {DNS_additional, DNS_additional},
		[F_response] = {DNS_question, DNS_additional},
	};
	const struct dns_msg *m = (const struct dns_msg *)tx;

	(void)dir;
	if (f == F_response && !dns_is_response(m))
		return false;
	return dns_names(m, of[f][0], of[f][1], i, out);
}

static const uint16_t ports[] = {5353, 0};

const struct protocol protocol_mdns = {
	.name = "mdns",
	.over = PROTO_OVER_UDP,
	.ports = ports,
	.ports_only = true,
	.fields = fields,
	.done = {1, 1},
	.probe = probe,
	.data = data,
	.bytes = bytes,
};
