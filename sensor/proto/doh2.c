// SPDX-License-Identifier: Apache-2.0
/* DNS over HTTP/2: HTTP/2 whose transactions have the fields of DNS, too. Conversations become it
 * (http2_doh.c). */
#include "proto/dns_msg.h"
#include "proto/http2_doh.h"

static const struct field fields[] = {
#define FIELD(id, name_, dirs_, at_, many_, what_)                                                 \
	{name_, FIELD_bytes, dirs_, {at_, at_}, many_, what_},
#include "proto/http_fields.def"
#undef FIELD
	FILE_FIELDS(HTTP_BOTH, HTTP_body, HTTP_done),
#define FIELD(id, name_, type_, at_, what_) {name_, type_, HTTP_BOTH, {at_, at_}, true, what_},
#include "proto/http2_fields.def"
#undef FIELD
#define FIELD(id, name_, type_, dirs_, many_, what_)                                               \
	{name_, type_, dirs_, {HTTP_body, HTTP_body}, many_, what_},
#include "proto/dns_fields.def"
#undef FIELD
	{0},
};

static enum probe probe(const uint8_t *p, uint32_t n, uint8_t dir, const struct flow *f,
			bool midstream)
{
	(void)p, (void)n, (void)dir, (void)f, (void)midstream;
	return PROBE_no; /* it begins as HTTP/2 */
}

static bool bytes(const struct tx *tx, unsigned f, unsigned i, uint8_t dir,
		  struct view_of_bytes *out)
{
	const struct dns_msg *m = ((const struct http2_tx *)tx)->dns[dir];

	if (f < HTTP2_FIELDS)
		return http2_bytes(tx, f, i, dir, out);
	return m && dns_field_bytes(m, f - HTTP2_FIELDS, i, out);
}

static bool number(const struct tx *tx, unsigned f, unsigned i, uint8_t dir, uint64_t *out)
{
	const struct dns_msg *m = ((const struct http2_tx *)tx)->dns[dir];

	if (f < HTTP2_FIELDS)
		return http2_number(tx, f, i, dir, out);
	return m && dns_field_number(m, f - HTTP2_FIELDS, i, out);
}

static uint32_t eve(const struct tx *tx, char *out, uint32_t size)
{
	const struct http2_tx *x = (const struct http2_tx *)tx;
	const struct dns_msg *m =
		x->dns[FLOW_to_client] ? x->dns[FLOW_to_client] : x->dns[FLOW_to_server];
	uint32_t n = http_eve(tx, out, size);

	if (!m || !n || n + 1 >= size)
		return n;
	uint32_t more = dns_eve(&m->tx, out + n + 1, size - n - 1);
	if (!more)
		return n;
	out[n] = ',';
	return n + 1 + more;
}

const struct protocol protocol_doh2 = {
	.name = "doh2",
	.over = PROTO_OVER_TCP,
	.state_size = sizeof(struct http2_flow),
	.fields = fields,
	.events = http2_events,
	.done = {HTTP_done, HTTP_done},
	.probe = probe,
	.data = http2_data,
	.gap = http2_gap,
	.end = http2_end,
	.bytes = bytes,
	.number = number,
	.eve = eve,
};
