// SPDX-License-Identifier: Apache-2.0
/* HTTP/2 as it goes by.
 *
 * A hole inside a frame of DATA is counted off it; inside another frame what it says is lost, and
 * the compression's table with it; any other hole loses the place, until bytes come that look like
 * frames. An upgrade from HTTP/1 brings the request of stream 1 along.
 */
#include "proto/http2_doh.h"

const char *const http2_events[] = {
#define EVENT(id, name) name,
#include "proto/http2_events.def"
#undef EVENT
	NULL,
};

static const char preface[] = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
#define PREFACE      24u
#define PREFACE_SURE 14u /* bytes of it that are enough */
#define HEAD         9u

enum probe http2_probe(const uint8_t *p, uint32_t n, uint8_t dir, const struct flow *f,
		       bool midstream)
{
	uint32_t k = n < PREFACE_SURE ? n : PREFACE_SURE;

	(void)f;
	if (dir == FLOW_to_server && memcmp(p, preface, k) == 0)
		return n < PREFACE_SURE ? PROBE_more : PROBE_yes;
	if (midstream)
		return http2_frames(p, n);
	if (dir == FLOW_to_server || *p != 0)
		return PROBE_no;
	if (n < HEAD)
		return PROBE_more;
	/* a server begins with SETTINGS */
	return p[3] == HTTP2_settings && http2_frames(p, HEAD) != PROBE_no ? PROBE_yes : PROBE_no;
}

/* First bytes of a direction. Without a preface the client has begun before them. */
static void begin(struct proto_call *c, struct http2_flow *h, struct http2_side *s, bool preface_is)
{
	hpack_init(&s->hpack);
	s->begun = true;
	if (c->dir == FLOW_to_client || !preface_is)
		s->preface = PREFACE;
	if (c->flow->seen & FLOW_MIDSTREAM || (c->dir == FLOW_to_server && !preface_is)) {
		h->blind = true;
		hpack_forget(&s->hpack);
	}
}

static uint32_t take_preface(struct proto_call *c, struct http2_side *s, const uint8_t *p,
			     uint32_t n)
{
	uint32_t k = PREFACE - s->preface;

	k = k < n ? k : n;
	s->bad_preface |= memcmp(p, preface + s->preface, k) != 0;
	s->preface += (uint8_t)k;
	if (s->preface == PREFACE && s->bad_preface)
		proto_flow_event(c, HTTP2_EVENT_client_magic);
	return k;
}

void http2_data(struct proto_call *c, const uint8_t *p, uint32_t n)
{
	struct http2_flow *h = c->state;
	struct http2_side *s = &h->side[c->dir];

	if (!h->carried)
		http2_carried(c);
	if (!s->begun)
		begin(c, h, s, *p == 'P');
	if (s->lost && http2_frames(p, n) != PROBE_yes)
		return;
	s->lost = false;
	while (n) {
		uint32_t k =
			s->preface < PREFACE ? take_preface(c, s, p, n) : http2_take(c, s, p, n);

		p += k;
		n -= k;
	}
}

void http2_gap(struct proto_call *c, uint64_t missing)
{
	struct http2_flow *h = c->state;
	struct http2_side *s = &h->side[c->dir];

	if (!s->begun)
		begin(c, h, s, false);
	s->preface = PREFACE;
	s->lost |= !http2_miss(c, s, missing);
}

void http2_end(struct proto_call *c)
{
	struct http2_flow *h = c->state;

	http2_close_all(c);
	for (unsigned dir = 0; dir < 2; dir++) {
		proto_drop(proto_mem_of(c), &h->side[dir].block);
		hpack_drop(&h->side[dir].hpack, proto_mem_of(c));
	}
}

static const uint16_t http2_ports[] = {80, 8080, 50051, 0};

const struct protocol protocol_http2 = {
	.name = "http2",
	.over = PROTO_OVER_TCP,
	.ports = http2_ports,
	.state_size = sizeof(struct http2_flow),
	.fields = http2_fields,
	.events = http2_events,
	.done = {HTTP_done, HTTP_done},
	.probe = http2_probe,
	.data = http2_data,
	.gap = http2_gap,
	.end = http2_end,
	.bytes = http2_bytes,
	.number = http2_number,
	.eve = http_eve,
};
