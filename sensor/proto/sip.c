// SPDX-License-Identifier: Apache-2.0
/* SIP over UDP and TCP: each message is a transaction of its own, as in Suricata. */
#include "proto/frame.h"
#include "proto/sip.h"

#include "base/json.h"

#define WAIT_MAX (64u << 10)

enum { EVENT_incomplete, EVENT_invalid };
static const char *const events[] = {"incomplete_data", "invalid_data", NULL};

enum {
	F_method,
	F_uri,
	F_request,
	F_protocol,
	F_code,
	F_reason,
	F_response,
	F_code_int,
	F_from,
	F_to,
	F_via,
	F_agent,
	F_type,
	F_length,
	F_sdp
};
#define REQUEST  1
#define RESPONSE 2
#define BOTH     3
#define ONCE(name, dirs, what)                                                                     \
	{                                                                                          \
		name, FIELD_bytes, dirs, {1, 1}, false, what                                       \
	}
#define MANY(name, what)                                                                           \
	{                                                                                          \
		name, FIELD_bytes, BOTH, {1, 1}, true, what                                        \
	}
static const struct field fields[] = {
	ONCE("sip.method", REQUEST, "method"),
	ONCE("sip.uri", REQUEST, "URI of the request"),
	ONCE("sip.request_line", REQUEST, "first line of a request"),
	ONCE("sip.protocol", BOTH, "version"),
	ONCE("sip.stat_code", RESPONSE, "status code"),
	ONCE("sip.stat_msg", RESPONSE, "reason phrase"),
	ONCE("sip.response_line", RESPONSE, "first line of a response"),
	{"sip.stat_code_int", FIELD_number, RESPONSE, {1, 1}, false, "status code"},
	MANY("sip.from", "From"),
	MANY("sip.to", "To"),
	MANY("sip.via", "Via"),
	MANY("sip.user_agent", "User-Agent"),
	MANY("sip.content_type", "Content-Type"),
	MANY("sip.content_length", "Content-Length"),
	/* F_sdp and on: in the order of `letters` */
	MANY("sdp.origin", "origin of the session"),
	MANY("sdp.session_name", "name of the session"),
	MANY("sdp.session_info", "title of the session"),
	MANY("sdp.uri", "URI of the session"),
	MANY("sdp.email", "e-mail address"),
	MANY("sdp.phone_number", "phone number"),
	MANY("sdp.connection_data", "connection data"),
	MANY("sdp.bandwidth", "bandwidth"),
	MANY("sdp.time", "times"),
	MANY("sdp.repeat_time", "repeat times"),
	MANY("sdp.timezone", "time zone"),
	MANY("sdp.encryption_key", "key"),
	MANY("sdp.attribute", "attribute of the session"),
	MANY("sdp.media.media", "media line"),
	MANY("sdp.media.media_info", "title of a medium"),
	MANY("sdp.media.connection_data", "connection data of a medium"),
	MANY("sdp.media.encryption_key", "key of a medium"),
	{0},
};
static const char letters[] = "osiuepcbtrzka"
			      "mick";
#define LETTERS_SESSION 13u

struct sip_state {
	struct proto_bytes wait[2];
	bool lost[2];
};

static void message(struct proto_call *c, const uint8_t *p, uint32_t n)
{
	struct sip_msg m;

	proto_tx_init(c, &m.tx);
	if (!sip_read(&m, p, n)) {
		m = (struct sip_msg){.tx = m.tx};
		proto_event(&m.tx, EVENT_invalid);
	}
	proto_progress(c, &m.tx, c->dir, 1);
	proto_tx_end(c, &m.tx);
}

static void stream(struct proto_call *c, const uint8_t *p, uint32_t n)
{
	struct sip_state *s = c->state;
	struct proto_bytes *w = &s->wait[c->dir];

	if (s->lost[c->dir])
		return;
	if (!proto_append(proto_mem_of(c), w, p, n, WAIT_MAX)) {
		s->lost[c->dir] = true;
		proto_drop(proto_mem_of(c), w);
		return;
	}
	while (w->len) {
		uint32_t blank = 0; /* lines that keep a connection alive */

		while (blank < w->len && (w->at[blank] == '\r' || w->at[blank] == '\n'))
			blank++;
		proto_consume(w, blank);
		uint32_t len = sip_length(w->at, w->len);
		if (len == 0 || len > w->len)
			break;
		message(c, w->at, len);
		proto_consume(w, len);
	}
	if (w->len == 0)
		proto_drop(proto_mem_of(c), w);
}

static void data(struct proto_call *c, const uint8_t *p, uint32_t n)
{
	if (c->flow->proto == 6)
		stream(c, p, n);
	else if (n > 4)
		message(c, p, n);
}

static void gap(struct proto_call *c, uint64_t missing)
{
	struct sip_state *s = c->state;

	(void)missing;
	s->lost[c->dir] = true;
	proto_drop(proto_mem_of(c), &s->wait[c->dir]);
}

static void end(struct proto_call *c)
{
	struct sip_state *s = c->state;

	proto_drop(proto_mem_of(c), &s->wait[0]);
	proto_drop(proto_mem_of(c), &s->wait[1]);
}

static enum probe probe(const uint8_t *p, uint32_t n, uint8_t dir, const struct flow *f,
			bool midstream)
{
	static const char *const first[] = {
		"SIP/2.0 ",   "REGISTER sip", "INVITE sip",  "ACK sip",   "BYE sip",
		"CANCEL sip", "UPDATE sip",   "REFER sip",   "PRACK sip", "SUBSCRIBE sip",
		"NOTIFY sip", "PUBLISH sip",  "MESSAGE sip", "INFO sip",  "OPTIONS sip",
	};
	bool more = false;

	(void)dir, (void)f, (void)midstream;
	for (unsigned i = 0; i < sizeof(first) / sizeof(first[0]); i++) {
		size_t k = strlen(first[i]);

		if (memcmp(p, first[i], n < k ? n : k) == 0) {
			if (n >= k)
				return PROBE_yes;
			more = true;
		}
	}
	return more ? PROBE_more : PROBE_no;
}

static bool once(struct view_of_bytes v, unsigned i, struct view_of_bytes *out)
{
	*out = v;
	return i == 0 && v.len;
}

static bool bytes(const struct tx *tx, unsigned f, unsigned i, uint8_t dir,
		  struct view_of_bytes *out)
{
	static const struct {
		const char *name;
		char letter;
	} headers[] = {{"From", 'f'},     {"To", 't'},           {"Via", 'v'},
		       {"User-Agent", 0}, {"Content-Type", 'c'}, {"Content-Length", 'l'}};
	const struct sip_msg *m = (const struct sip_msg *)tx;

	(void)dir;
	if (f >= F_sdp)
		return sip_sdp(m, letters[f - F_sdp], f - F_sdp >= LETTERS_SESSION, i, out);
	if (f >= F_from)
		return sip_header(m, headers[f - F_from].name, headers[f - F_from].letter, i, out);
	switch (f) {
	case F_method:
		return once(m->method, i, out);
	case F_uri:
		return once(m->uri, i, out);
	case F_protocol:
		return once(m->version, i, out);
	case F_code:
		return once(m->code, i, out);
	case F_reason:
		return once(m->reason, i, out);
	default:
		return m->response == (f == F_response) && once(m->first, i, out);
	}
}

static bool number(const struct tx *tx, unsigned f, unsigned i, uint8_t dir, uint64_t *out)
{
	const struct sip_msg *m = (const struct sip_msg *)tx;

	(void)f, (void)dir;
	*out = 0;
	for (uint32_t k = 0; k < m->code.len; k++)
		*out = *out * 10 + (m->code.at[k] - '0');
	return i == 0 && m->code.len;
}

static void put(struct json *j, const char *key, struct view_of_bytes v)
{
	if (v.len)
		json_strn(j, key, v.at, v.len);
}

static uint32_t eve(const struct tx *tx, char *out, uint32_t size)
{
	const struct sip_msg *m = (const struct sip_msg *)tx;
	struct json j = json_of(out, size);

	json_open(&j, "sip");
	put(&j, "method", m->method);
	put(&j, "uri", m->uri);
	put(&j, "version", m->version);
	put(&j, "code", m->code);
	put(&j, "reason", m->reason);
	put(&j, m->response ? "response_line" : "request_line", m->first);
	json_close(&j);
	return json_ok(&j) ? (uint32_t)j.len : 0;
}

static const uint16_t ports[] = {5060, 5061, 0};

const struct protocol protocol_sip = {
	.name = "sip",
	.over = PROTO_OVER_UDP | PROTO_OVER_TCP,
	.ports = ports,
	.state_size = sizeof(struct sip_state),
	.fields = fields,
	.events = events,
	.done = {1, 1},
	.frames = sip_frames,
	.record = sip_record,
	.probe = probe,
	.data = data,
	.gap = gap,
	.end = end,
	.bytes = bytes,
	.number = number,
	.eve = eve,
};
