// SPDX-License-Identifier: Apache-2.0
/* DNP3 over TCP: link frames with a checksum for each 16 octets, put together to application
 * fragments. A fragment is a transaction of its own, in its direction; it lives on the stack.
 *
 * A fragment is kept to REASSEMBLY_MAX octets (as many as the transport's numbers allow); a frame
 * waits for its end, 292 octets at most. After a hole, or a head that is none, the next frame is
 * looked for.
 *
 * Source: IEEE 1815 8 (transport), 9 (data link); events and limits are Suricata's.
 */
#include "proto/dnp3.h"

#include "base/json.h"

#define HEAD           10u
#define BLOCK          16u
#define FRAME_MAX      292u
#define REASSEMBLY_MAX (63u * 255u)
#define FIR            0x40u
#define FIN            0x80u

enum {
	EVENT_flooded,
	EVENT_length,
	EVENT_link_crc,
	EVENT_transport_crc,
	EVENT_malformed,
	EVENT_unknown,
	EVENT_points,
	EVENT_objects,
	EVENT_reassembly
};
static const char *const events[] = {
	"flooded",        "len_too_small",   "bad_link_crc",     "bad_transport_crc",   "malformed",
	"unknown_object", "too_many_points", "too_many_objects", "too_long_reassembly", NULL,
};

enum { F_data, F_func, F_ind, F_obj };
static const struct field fields[] = {
	{"dnp3.data", FIELD_bytes, 3, {1, 1}, false, "data of DNP3"},
	{"dnp3.func", FIELD_number, 3, {1, 1}, false, "function of an application fragment"},
	{"dnp3.ind", FIELD_number, 2, {1, 1}, false, "internal indications of a response"},
	{"dnp3.obj", FIELD_number, 3, {1, 1}, true, "group and variation of an object"},
	{0},
};

struct side {
	uint8_t frame[FRAME_MAX];
	uint16_t n_frame;
	struct proto_bytes app; /* of the fragment at hand */
	bool begun, over, lost; /* over: it is longer than what is kept */
	uint8_t next;           /* sequence that goes on with it */
};
struct dnp3 {
	struct side side[2];
};

/* Polynomial 0x3d65, reflected, four bits at a time. */
static uint16_t crc(const uint8_t *p, uint32_t n)
{
	static const uint16_t table[16] = {
		0x0000, 0xb26b, 0x29af, 0x9bc4, 0x535e, 0xe135, 0x7af1, 0xc89a,
		0xa6bc, 0x14d7, 0x8f13, 0x3d78, 0xf5e2, 0x4789, 0xdc4d, 0x6e26,
	};
	uint16_t c = 0;

	for (uint32_t i = 0; i < n; i++) {
		c ^= p[i];
		c = (uint16_t)(c >> 4 ^ table[c & 15]);
		c = (uint16_t)(c >> 4 ^ table[c & 15]);
	}
	return (uint16_t)~c;
}

static bool crc_good(const uint8_t *p, uint32_t n)
{
	return crc(p, n) == (p[n] | p[n + 1] << 8);
}

static enum probe probe(const uint8_t *p, uint32_t n, uint8_t dir, const struct flow *f,
			bool midstream)
{
	(void)dir, (void)f, (void)midstream;
	if (p[0] != 0x05 || (n > 1 && p[1] != 0x64) || (n > 2 && p[2] < 5))
		return PROBE_no;
	if (n < HEAD)
		return PROBE_more;
	return crc_good(p, 8) ? PROBE_yes : PROBE_no;
}

static void tell(struct proto_call *c, struct dnp3_msg *m)
{
	proto_progress(c, &m->tx, c->dir, 1);
	proto_tx_end(c, &m->tx);
}

/* What is odd about a frame is a transaction without a fragment. */
static void odd(struct proto_call *c, unsigned event)
{
	struct dnp3_msg m;

	proto_tx_init(c, &m.tx);
	m.whole = m.has_ind = false;
	m.n_obj = 0;
	proto_event(&m.tx, event);
	tell(c, &m);
}

static void fragment(struct proto_call *c, const uint8_t *p, uint32_t n)
{
	struct dnp3_msg m;

	proto_tx_init(c, &m.tx);
	dnp3_read(&m, p, n);
	if (m.unknown)
		proto_event(&m.tx, EVENT_unknown);
	if (m.many_points)
		proto_event(&m.tx, EVENT_points);
	if (m.many_objects)
		proto_event(&m.tx, EVENT_objects);
	tell(c, &m);
}

/* A transport segment: its octet, and a part of a fragment. */
static void segment(struct proto_call *c, struct side *s, const uint8_t *p, uint32_t n)
{
	uint8_t head = p[0];

	if (head & FIR) {
		s->app.len = 0;
		s->begun = true;
		s->over = false;
	} else if (!s->begun || (head & 63) != s->next) {
		s->begun = false;
		return;
	}
	s->next = (head + 1) & 63;
	if (!s->over && !proto_append(proto_mem_of(c), &s->app, p + 1, n - 1, REASSEMBLY_MAX)) {
		s->over = true;
		odd(c, EVENT_reassembly);
	}
	if (!(head & FIN))
		return;
	fragment(c, s->app.at ? s->app.at : p + 1, s->app.len);
	s->begun = false;
	proto_drop(proto_mem_of(c), &s->app);
}

static uint32_t frame_length(const uint8_t *head)
{
	uint32_t user = head[2] - 5u;

	return HEAD + user + (user + BLOCK - 1) / BLOCK * 2;
}

static void frame(struct proto_call *c, struct side *s)
{
	uint8_t user[256];
	uint32_t left = s->frame[2] - 5u, n = 0;

	if (!left) /* of the link alone */
		return;
	for (const uint8_t *p = s->frame + HEAD; left;) {
		uint32_t k = left < BLOCK ? left : BLOCK;

		if (!crc_good(p, k)) {
			odd(c, EVENT_transport_crc);
			s->begun = false;
			return;
		}
		memcpy(user + n, p, k);
		n += k;
		left -= k;
		p += k + 2;
	}
	segment(c, s, user, n);
}

/* A head is there; false: it is none. */
static bool head_good(struct proto_call *c, const struct side *s)
{
	const uint8_t *h = s->frame;

	if (h[0] != 0x05 || h[1] != 0x64)
		return false;
	if (h[2] < 5) {
		odd(c, EVENT_length);
		return false;
	}
	if (!crc_good(h, 8)) {
		odd(c, EVENT_link_crc);
		return false;
	}
	return true;
}

/* Takes the first octet off, up to where a head may begin. */
static void look_further(struct side *s)
{
	uint8_t *at = memchr(s->frame + 1, 0x05, s->n_frame - 1u);
	uint16_t k = at ? (uint16_t)(at - s->frame) : s->n_frame;

	memmove(s->frame, s->frame + k, s->n_frame - k);
	s->n_frame = (uint16_t)(s->n_frame - k);
	s->lost = true;
	s->begun = false;
}

static void data(struct proto_call *c, const uint8_t *p, uint32_t n)
{
	struct dnp3 *d = c->state;
	struct side *s = &d->side[c->dir];

	while (n) {
		uint32_t want = s->n_frame < HEAD ? HEAD : frame_length(s->frame);
		uint32_t k = want - s->n_frame < n ? want - s->n_frame : n;

		memcpy(s->frame + s->n_frame, p, k);
		s->n_frame = (uint16_t)(s->n_frame + k);
		p += k;
		n -= k;
		if (s->n_frame < want)
			return;
		if (want == HEAD) {
			bool begins = s->frame[0] == 0x05 && s->frame[1] == 0x64;

			if (s->lost ? !begins || s->frame[2] < 5 || !crc_good(s->frame, 8)
				    : !head_good(c, s)) {
				look_further(s);
				continue;
			}
			s->lost = false;
			if (frame_length(s->frame) > HEAD)
				continue;
		}
		frame(c, s);
		s->n_frame = 0;
	}
}

static void gap(struct proto_call *c, uint64_t missing)
{
	struct dnp3 *d = c->state;
	struct side *s = &d->side[c->dir];

	(void)missing;
	s->n_frame = 0;
	s->lost = true;
	s->begun = false;
}

static void end(struct proto_call *c)
{
	struct dnp3 *d = c->state;

	proto_drop(proto_mem_of(c), &d->side[0].app);
	proto_drop(proto_mem_of(c), &d->side[1].app);
}

static bool bytes(const struct tx *tx, unsigned f, unsigned i, uint8_t dir,
		  struct view_of_bytes *out)
{
	const struct dnp3_msg *m = (const struct dnp3_msg *)tx;

	(void)f, (void)dir;
	*out = m->whole ? m->data : (struct view_of_bytes){(const uint8_t *)"", 0};
	return i == 0 && m->whole;
}

static bool number(const struct tx *tx, unsigned f, unsigned i, uint8_t dir, uint64_t *out)
{
	const struct dnp3_msg *m = (const struct dnp3_msg *)tx;

	(void)dir;
	*out = 0;
	if (f == F_obj) {
		*out = i < m->n_obj ? m->obj[i] : 0;
		return i < m->n_obj;
	}
	if (i || !m->whole || (f == F_ind && !m->has_ind))
		return false;
	*out = f == F_func ? m->func : m->ind;
	return true;
}

static uint32_t eve(const struct tx *tx, char *out, uint32_t size)
{
	const struct dnp3_msg *m = (const struct dnp3_msg *)tx;
	struct json j = json_of(out, size);

	if (!m->whole)
		return 0;
	json_open(&j, "dnp3");
	json_str(&j, "type", m->func >= DNP3_RESPONSE ? "response" : "request");
	json_open(&j, "application");
	json_u64(&j, "function_code", m->func);
	json_array(&j, "objects");
	for (unsigned i = 0; i < m->n_obj && i < 32; i++) {
		json_open(&j, NULL);
		json_u64(&j, "group", m->obj[i] >> 8);
		json_u64(&j, "variation", m->obj[i] & 255);
		json_close(&j);
	}
	json_array_end(&j);
	json_close(&j);
	json_close(&j);
	return json_ok(&j) ? (uint32_t)j.len : 0;
}

static const uint16_t ports[] = {20000, 0};

const struct protocol protocol_dnp3 = {
	.name = "dnp3",
	.over = PROTO_OVER_TCP,
	.ports = ports,
	.state_size = sizeof(struct dnp3),
	.fields = fields,
	.events = events,
	.done = {1, 1},
	.probe = probe,
	.data = data,
	.gap = gap,
	.end = end,
	.bytes = bytes,
	.number = number,
	.eve = eve,
};
