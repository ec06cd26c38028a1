// SPDX-License-Identifier: Apache-2.0
/* RFB (VNC), RFC 6143 7.1-7.3: versions, security, its result, the desktop's name. */
#include "base/bytes.h"
#include "base/json.h"
#include "proto/protocol.h"

#include <stdio.h>

#define VERSION_LEN 12u
#define NAME_MAX    256u
#define WAIT_MAX    4096u

enum { EVENT_security_type, EVENT_security_result };
static const char *const events[] = {"unimplemented_security_type", "unknown_security_result", NULL};

enum { F_sectype, F_secresult, F_name };
#define SECURITY 1
#define RESULT   2
#define DONE     3
static const struct field fields[] = {
	{"rfb.sectype", FIELD_number, 3, {SECURITY, SECURITY}, false, "security type chosen"},
	{"rfb.secresult", FIELD_number, 3, {RESULT, RESULT}, false, "0 ok, 1 failed, 2 too many"},
	{"rfb.name", FIELD_bytes, 2, {DONE, DONE}, false, "name of the desktop"},
	{0},
};

/* What comes next from a side */
enum expect {
	WANT_version,
	WANT_security,
	WANT_challenge,
	WANT_proof, /* the client's answer to it */
	WANT_result,
	WANT_shared, /* the client's: may others look, too? */
	WANT_init,
	WANT_nothing
};

struct rfb_state {
	struct tx tx;
	struct proto_bytes wait[2];
	uint8_t want[2]; /* enum expect */
	uint8_t minor;   /* of the version spoken: 3, 7, 8 */
	uint8_t sectype;
	bool begun, ended, has_sectype, has_result;
	uint32_t result;
	char version[2][VERSION_LEN + 1];
	char name[NAME_MAX];
	uint8_t proof[2][16]; /* by direction: challenge, response */
	bool has_proof[2], has_shared, shared, has_screen;
	uint8_t screen[20]; /* width, height, format of pixels */
};

static void chosen(struct proto_call *c, uint8_t type)
{
	struct rfb_state *s = c->state;

	s->sectype = type;
	s->has_sectype = true;
	if (type != 1 && type != 2)
		proto_event(&s->tx, EVENT_security_type); /* that we do not follow */
	proto_progress(c, &s->tx, FLOW_to_server, SECURITY);
	proto_progress(c, &s->tx, FLOW_to_client, SECURITY);
	if (type == 2)
		s->want[1] = WANT_challenge;
	else if (type == 1)
		s->want[1] = s->minor >= 8 ? WANT_result : WANT_init;
	else
		s->want[1] = WANT_nothing; /* its own way of proof */
	s->want[0] = type == 2 ? WANT_proof : type == 1 ? WANT_shared : WANT_nothing;
}

static void result(struct proto_call *c, uint32_t value)
{
	struct rfb_state *s = c->state;
	struct fact_login f = {
		.how = LOGIN_vnc, .code = value, .outcome = value ? RESULT_failed : RESULT_ok};

	s->result = value;
	s->has_result = true;
	if (value > 1)
		proto_event(&s->tx, EVENT_security_result);
	s->want[1] = value ? WANT_nothing : WANT_init;
	if (value)
		s->want[0] = WANT_nothing;
	proto_fact(c, FACT_login, &f, sizeof(f), NULL, 0);
	proto_progress(c, &s->tx, FLOW_to_server, RESULT);
	proto_progress(c, &s->tx, FLOW_to_client, RESULT);
}

static uint32_t version(struct proto_call *c, const uint8_t *p, uint32_t n)
{
	struct rfb_state *s = c->state;

	if (n < VERSION_LEN)
		return 0;
	memcpy(s->version[c->dir], p, VERSION_LEN - 1);
	if (c->dir == FLOW_to_server) {
		unsigned minor = p[10] - '0';
		s->minor = minor >= 8 && minor <= 9 ? 8 : minor == 7 ? 7 : 3;
	}
	s->want[c->dir] = WANT_security;
	return VERSION_LEN;
}

static uint32_t server_security(struct proto_call *c, const uint8_t *p, uint32_t n)
{
	struct rfb_state *s = c->state;

	if (s->minor == 3) {
		if (n < 4)
			return 0;
		chosen(c, p[3]);
		return 4;
	}
	if (n < 1u + p[0])
		return 0;
	s->want[1] = p[0] ? WANT_challenge : WANT_nothing; /* until the client has chosen */
	return 1u + p[0];
}

static uint32_t init(struct proto_call *c, const uint8_t *p, uint32_t n)
{
	struct rfb_state *s = c->state;
	struct bytes b = bytes_of(p, n);

	bytes_take(&b, sizeof(s->screen));
	uint32_t len = bytes_be32(&b);
	if (!bytes_ok(&b))
		return 0;
	if (bytes_left(&b) < len && len < NAME_MAX)
		return 0;
	if (len > bytes_left(&b))
		len = (uint32_t)bytes_left(&b);
	proto_text(b.at, len, s->name, sizeof(s->name));
	memcpy(s->screen, p, sizeof(s->screen));
	s->has_screen = true;
	s->want[0] = s->want[1] = WANT_nothing;
	return n;
}

static uint32_t proof(struct rfb_state *s, unsigned dir, const uint8_t *p, uint32_t n)
{
	if (n < 16)
		return 0;
	memcpy(s->proof[dir], p, 16);
	s->has_proof[dir] = true;
	return 16;
}

/* One thing of what is expected; the bytes used, 0: more are needed. */
static uint32_t one(struct proto_call *c, const uint8_t *p, uint32_t n)
{
	struct rfb_state *s = c->state;
	bool client = c->dir == FLOW_to_server;

	switch (s->want[c->dir]) {
	case WANT_version:
		return version(c, p, n);
	case WANT_security:
		if (!client)
			return s->minor ? server_security(c, p, n) : 0;
		if (s->minor == 3)
			return 0; /* until the server has chosen */
		chosen(c, p[0]);
		return 1;
	case WANT_challenge:
		if (!s->has_sectype)
			return 0;
		s->want[1] = n < 16 ? WANT_challenge : WANT_result;
		return proof(s, 1, p, n);
	case WANT_proof:
		s->want[0] = n < 16 ? WANT_proof : WANT_shared;
		return proof(s, 0, p, n);
	case WANT_shared:
		s->has_shared = true;
		s->shared = p[0] != 0;
		s->want[0] = WANT_nothing;
		return 1;
	case WANT_result:
		if (n < 4)
			return 0;
		result(c, (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3]);
		return 4;
	case WANT_init:
		return init(c, p, n);
	default:
		return n;
	}
}

static void finish(struct proto_call *c)
{
	struct rfb_state *s = c->state;

	if (!s->begun || s->ended)
		return;
	s->ended = true;
	proto_tx_end(c, &s->tx);
}

static void drain(struct proto_call *c)
{
	struct rfb_state *s = c->state;
	struct proto_bytes *w = &s->wait[c->dir];

	while (w->len) {
		uint32_t used = one(c, w->at, w->len);

		if (!used)
			return;
		proto_consume(w, used);
	}
	proto_drop(proto_mem_of(c), w);
}

static void data(struct proto_call *c, const uint8_t *p, uint32_t n)
{
	struct rfb_state *s = c->state;
	uint8_t dir = c->dir;

	if (s->ended)
		return;
	if (!s->begun) {
		s->begun = true;
		proto_tx_init(c, &s->tx);
	}
	if (!proto_append(proto_mem_of(c), &s->wait[dir], p, n, WAIT_MAX)) {
		s->want[dir] = WANT_nothing;
		s->wait[dir].len = 0;
	}
	drain(c);
	c->dir = !dir; /* what waited for this */
	drain(c);
	c->dir = dir;
	if (s->want[0] == WANT_nothing && s->want[1] == WANT_nothing)
		finish(c);
}

static void gap(struct proto_call *c, uint64_t missing)
{
	struct rfb_state *s = c->state;

	(void)missing;
	s->want[c->dir] = WANT_nothing;
	proto_drop(proto_mem_of(c), &s->wait[c->dir]);
}

static void end(struct proto_call *c)
{
	struct rfb_state *s = c->state;

	finish(c);
	for (unsigned d = 0; d < 2; d++)
		proto_drop(proto_mem_of(c), &s->wait[d]);
}

static enum probe probe(const uint8_t *p, uint32_t n, uint8_t dir, const struct flow *f,
			bool midstream)
{
	(void)dir, (void)f, (void)midstream;
	if (memcmp(p, "RFB 0", n < 5 ? n : 5) != 0)
		return PROBE_no;
	return n < 5 ? PROBE_more : PROBE_yes;
}

static bool number(const struct tx *tx, unsigned f, unsigned i, uint8_t dir, uint64_t *out)
{
	const struct rfb_state *s = (const struct rfb_state *)tx;

	(void)dir;
	*out = f == F_sectype ? s->sectype : s->result;
	return i == 0 && (f == F_sectype ? s->has_sectype : s->has_result);
}

static bool bytes(const struct tx *tx, unsigned f, unsigned i, uint8_t dir,
		  struct view_of_bytes *out)
{
	const struct rfb_state *s = (const struct rfb_state *)tx;

	(void)f, (void)dir;
	*out = (struct view_of_bytes){(const uint8_t *)s->name, (uint32_t)strlen(s->name)};
	return i == 0 && out->len;
}

static void put_version(struct json *j, const char *key, const char *version)
{
	if (!version[0])
		return;
	json_open(j, key); /* "RFB 003.008" */
	json_strn(j, "major", version + 4, 3);
	json_strn(j, "minor", version + 8, 3);
	json_close(j);
}

static void put_proof(struct json *j, const struct rfb_state *s)
{
	static const char *const keys[] = {"response", "challenge"};
	char text[33];

	if (!s->has_proof[1])
		return;
	json_open(j, "vnc");
	for (unsigned dir = 2; dir-- > 0;) {
		for (unsigned i = 0; i < 16; i++)
			snprintf(text + 2 * i, 3, "%02x", s->proof[dir][i]);
		if (s->has_proof[dir])
			json_str(j, keys[dir], text);
	}
	json_close(j);
}

/* RFC 6143 7.3.2 */
static void put_screen(struct json *j, const struct rfb_state *s)
{
	struct bytes b = bytes_of(s->screen, sizeof(s->screen));
	static const char *const bits[] = {"bits_per_pixel", "depth"};
	static const char *const flags[] = {"big_endian", "true_color"};
	static const char *const most[] = {"red_max", "green_max", "blue_max"};
	static const char *const shifts[] = {"red_shift", "green_shift", "blue_shift"};

	json_open(j, "framebuffer");
	json_u64(j, "width", bytes_be16(&b));
	json_u64(j, "height", bytes_be16(&b));
	json_str(j, "name", s->name);
	json_open(j, "pixel_format");
	for (unsigned i = 0; i < 2; i++)
		json_u64(j, bits[i], bytes_u8(&b));
	for (unsigned i = 0; i < 2; i++)
		json_bool(j, flags[i], bytes_u8(&b) != 0);
	for (unsigned i = 0; i < 3; i++)
		json_u64(j, most[i], bytes_be16(&b));
	for (unsigned i = 0; i < 3; i++)
		json_u64(j, shifts[i], bytes_u8(&b));
	json_close(j);
	json_close(j);
}

static uint32_t eve(const struct tx *tx, char *out, uint32_t size)
{
	static const char *const results[] = {"OK", "FAIL", "TOOMANY"};
	const struct rfb_state *s = (const struct rfb_state *)tx;
	struct json j = json_of(out, size);

	json_open(&j, "rfb");
	put_version(&j, "server_protocol_version", s->version[1]);
	put_version(&j, "client_protocol_version", s->version[0]);
	if (s->has_sectype) {
		json_open(&j, "authentication");
		json_u64(&j, "security_type", s->sectype);
		put_proof(&j, s);
		if (s->has_result)
			json_str(&j, "security_result",
				 s->result < 3 ? results[s->result] : "UNKNOWN");
		json_close(&j);
	}
	if (s->has_shared)
		json_bool(&j, "screen_shared", s->shared);
	if (s->has_screen)
		put_screen(&j, s);
	json_close(&j);
	return json_ok(&j) ? (uint32_t)j.len : 0;
}

static const uint16_t ports[] = {5900, 5901, 5902, 0};

const struct protocol protocol_rfb = {
	.name = "rfb",
	.over = PROTO_OVER_TCP,
	.ports = ports,
	.state_size = sizeof(struct rfb_state),
	.fields = fields,
	.events = events,
	.done = {DONE, DONE},
	.probe = probe,
	.data = data,
	.gap = gap,
	.end = end,
	.bytes = bytes,
	.number = number,
	.eve = eve,
};
