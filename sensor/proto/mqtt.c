// SPDX-License-Identifier: Apache-2.0
/* MQTT 3.1, 3.1.1 and 5 (OASIS) over TCP. As in Suricata the rules look at the client's
 * transactions: a connect when it has been acknowledged (or at the end), any other message at once.
 */
#include "proto/frame.h"
#include "proto/mqtt.h"

#include "base/bytes.h"
#include "base/json.h"
#include "proto/pieces.h"

enum {
	EVENT_malformed,
	EVENT_too_large,
	EVENT_double_connect,
	EVENT_no_connect,
	EVENT_no_publish,
	EVENT_no_subscribe,
	EVENT_no_unsubscribe,
	EVENT_unintroduced,
	EVENT_qos,
	EVENT_unassigned,
	EVENT_no_id /* never set: one without is malformed */
};
static const char *const events[] = {
	"malformed_traffic",   "too_many_transactions", "double_connect",    "missing_connect",
	"missing_publish",     "missing_subscribe",     "missing_unsubscribe", "unintroduced_message",
	"invalid_qos_level",   "unassigned_msg_type",
	"missing_msg_id",      NULL};

#define AWAITED 64u /* messages whose acknowledgements are awaited */

enum {
	F_type,
	F_flags,
	F_qos,
	F_reason,
	F_version,
	F_connect_flags,
	F_session,
	F_protocol,
	F_client,
	F_will_topic,
	F_will_message,
	F_user,
	F_password,
	F_topic,
	F_payload,
	F_subscribe,
	F_unsubscribe
};
#define NUMBER(name, many, what)                                                                   \
	{                                                                                          \
		name, FIELD_number, 3, {1, 1}, many, what                                          \
	}
#define BYTES(name, many, what)                                                                    \
	{                                                                                          \
		name, FIELD_bytes, 3, {1, 1}, many, what                                           \
	}
static const struct field fields[] = {
	NUMBER("mqtt.type", true, "kind of a message"),
	NUMBER("mqtt.flags", true, "flags of its head"),
	NUMBER("mqtt.qos", true, "quality of service"),
	NUMBER("mqtt.reason_code", true, "reason or return code"),
	NUMBER("mqtt.protocol_version", false, "3, 4 or 5"),
	NUMBER("mqtt.connect.flags", false, "flags of the connect"),
	NUMBER("mqtt.connack.session_present", false, "1: there is a session"),
	BYTES("mqtt.connect.protocol_string", false, "protocol name"),
	BYTES("mqtt.connect.clientid", false, "client"),
	BYTES("mqtt.connect.willtopic", false, "topic of the will"),
	BYTES("mqtt.connect.willmessage", false, "message of the will"),
	BYTES("mqtt.connect.username", false, "user"),
	BYTES("mqtt.connect.password", false, "password"),
	BYTES("mqtt.publish.topic", false, "topic published to"),
	BYTES("mqtt.publish.message", false, "message published"),
	BYTES("mqtt.subscribe.topic", true, "topic subscribed to"),
	BYTES("mqtt.unsubscribe.topic", true, "topic unsubscribed from"),
	{0},
};

struct mqtt_state {
	struct pieces in;
	uint32_t skip[2]; /* bytes of a message too long to be kept */
	bool connecting;
	bool connected; /* a connect was acknowledged */
	bool blind;     /* something was not seen, or not kept: what is missing is not said */
	uint16_t awaited[AWAITED], n_awaited;
	uint8_t version;
	struct mqtt_tx connect;  /* until it is acknowledged */
	struct proto_bytes body; /* of it */
};

struct parts {
	struct bytes b;
	const uint8_t *from;
};

/* A length and so many bytes. */
#define TAKE(p, part)                                                                              \
	do {                                                                                       \
		struct bytes one_ = bytes_take(&(p)->b, bytes_be16(&(p)->b));                      \
		(part).at = (uint32_t)(one_.at - (p)->from);                                       \
		(part).len = (uint32_t)bytes_left(&one_);                                          \
	} while (0)

static uint32_t varint(struct bytes *b)
{
	uint32_t v = 0;

	for (unsigned shift = 0; shift < 28; shift += 7) {
		uint8_t byte = bytes_u8(b);

		v |= (uint32_t)(byte & 0x7f) << shift;
		if (!(byte & 0x80))
			return v;
	}
	b->ok = false;
	return 0;
}

static void properties(const struct mqtt_state *s, struct bytes *b)
{
	if (s->version == 5)
		bytes_take(b, varint(b));
}

static void read_connect(struct mqtt_state *s, struct mqtt_tx *t, struct parts *p)
{
	TAKE(p, t->protocol);
	s->version = t->version = bytes_u8(&p->b);
	t->connect_flags = bytes_u8(&p->b);
	bytes_be16(&p->b); /* keep alive */
	properties(s, &p->b);
	TAKE(p, t->client);
	if (t->connect_flags & 4) {
		properties(s, &p->b);
		TAKE(p, t->will_topic);
		TAKE(p, t->will_message);
	}
	if (t->connect_flags & 0x80)
		TAKE(p, t->user);
	if (t->connect_flags & 0x40)
		TAKE(p, t->password);
	t->has_connect = true;
}

static void read_publish(struct mqtt_state *s, struct mqtt_tx *t, struct parts *p, uint8_t flags)
{
	TAKE(p, t->topic);
	if (flags & 6)
		bytes_be16(&p->b); /* identifier */
	properties(s, &p->b);
	t->payload.at = (uint32_t)(p->b.at - p->from);
	t->payload.len = (uint32_t)bytes_left(&p->b);
}

static void read_topics(struct mqtt_state *s, struct mqtt_tx *t, struct parts *p, bool options)
{
	bytes_be16(&p->b);
	properties(s, &p->b);
	while (bytes_left(&p->b) && t->n_topics < MQTT_TOPICS) {
		TAKE(p, t->topics[t->n_topics]);
		if (options)
			bytes_u8(&p->b);
		if (!bytes_ok(&p->b))
			return;
		t->n_topics++;
	}
}

/* False: the body is not what the kind says. */
static bool read_body(struct mqtt_state *s, struct mqtt_tx *t, uint8_t type, uint8_t flags,
		      const uint8_t *at, uint32_t n)
{
	struct parts p = {bytes_of(at, n), at};
	unsigned m = t->messages - 1;

	switch (type) {
	case MQTT_connect:
		read_connect(s, t, &p);
		break;
	case MQTT_connack:
		t->session = bytes_u8(&p.b) & 1;
		t->message[m].reason = bytes_u8(&p.b);
		t->has_session = t->message[m].has_reason = bytes_ok(&p.b);
		break;
	case MQTT_publish:
		read_publish(s, t, &p, flags);
		break;
	case MQTT_puback:
	case MQTT_pubrec:
	case MQTT_pubrel:
	case MQTT_pubcomp:
		bytes_be16(&p.b);
		t->message[m].has_reason = s->version == 5;
		if (bytes_left(&p.b))
			t->message[m].reason = bytes_u8(&p.b);
		break;
	case MQTT_subscribe:
	case MQTT_unsubscribe:
		t->unsubscribe = type == MQTT_unsubscribe;
		read_topics(s, t, &p, !t->unsubscribe);
		break;
	case MQTT_suback:
		bytes_be16(&p.b);
		properties(s, &p.b);
		t->message[m].reason = bytes_u8(&p.b);
		t->message[m].has_reason = bytes_ok(&p.b);
		break;
	case MQTT_disconnect:
	case MQTT_auth:
		t->message[m].has_reason = s->version == 5;
		t->message[m].reason = n && s->version == 5 ? bytes_u8(&p.b) : 0; /* 0: left out */
		break;
	default:
		break;
	}
	return bytes_ok(&p.b);
}

static void connect_end(struct proto_call *c)
{
	struct mqtt_state *s = c->state;

	if (!s->connecting)
		return;
	s->connecting = false;
	proto_progress(c, &s->connect.tx, FLOW_to_server, 1);
	proto_tx_end(c, &s->connect.tx);
	proto_drop(proto_mem_of(c), &s->body);
}

static bool is_awaited(struct mqtt_state *s, uint16_t id, bool take)
{
	for (unsigned i = 0; i < s->n_awaited; i++) {
		if (s->awaited[i] != id)
			continue;
		if (take)
			s->awaited[i] = s->awaited[--s->n_awaited];
		return true;
	}
	return false;
}

static void await(struct mqtt_state *s, uint16_t id)
{
	if (s->n_awaited == AWAITED)
		s->blind = true;
	else
		s->awaited[s->n_awaited++] = id;
}

/* The identifier of a message that begins, or of one that answers it. */
static uint16_t identifier(uint8_t type, const uint8_t *p, uint32_t n)
{
	struct bytes b = bytes_of(p, n);

	if (type == MQTT_publish)
		bytes_take(&b, bytes_be16(&b));
	return bytes_be16(&b);
}

/* What is odd about its place in the conversation. Source: MQTT 3.1.1, 3.1 to 3.14; Suricata's mqtt.rs. */
static void judge(struct mqtt_state *s, struct mqtt_tx *t, uint8_t head, const uint8_t *p, uint32_t n)
{
	static const uint8_t missing[16] = {
		[MQTT_puback] = EVENT_no_publish,   [MQTT_pubrec] = EVENT_no_publish,
		[MQTT_pubrel] = EVENT_no_publish,   [MQTT_pubcomp] = EVENT_no_publish,
		[MQTT_suback] = EVENT_no_subscribe, [MQTT_unsuback] = EVENT_no_unsubscribe,
	};
	uint8_t type = head >> 4, qos = head >> 1 & 3;
	bool asks = type == MQTT_publish || type == MQTT_subscribe || type == MQTT_unsubscribe;
	bool known = false;

	if (type == 0)
		proto_event(&t->tx, EVENT_unassigned);
	if (type == MQTT_connect && s->connected)
		proto_event(&t->tx, EVENT_double_connect);
	if (asks && qos == 3)
		proto_event(&t->tx, EVENT_qos);
	else if (asks && qos)
		await(s, identifier(type, p, n));
	if (missing[type])
		known = is_awaited(s, identifier(type, p, n), type != MQTT_pubrec && type != MQTT_pubrel);
	if (s->blind || type == 0 || type == MQTT_connect)
		return;
	if (missing[type] && !known)
		proto_event(&t->tx, missing[type]);
	if (type == MQTT_connack && !s->connecting)
		proto_event(&t->tx, EVENT_no_connect);
	if (type != MQTT_connack && !s->connected && !known)
		proto_event(&t->tx, EVENT_unintroduced);
	s->connected |= type == MQTT_connack && s->connecting;
}

static bool has_identifier(uint8_t head)
{
	uint8_t type = head >> 4;

	return type == MQTT_publish ? (head & 6) != 0 : type >= MQTT_puback && type <= MQTT_unsuback;
}

static void message(struct proto_call *c, uint8_t head, const uint8_t *p, uint32_t n)
{
	struct mqtt_state *s = c->state;
	uint8_t type = head >> 4;
	struct mqtt_tx own;
	struct mqtt_tx *t = &own;

	if (type == MQTT_connect) {
		connect_end(c);
		t = &s->connect;
	}
	if (type == MQTT_connack && s->connecting) {
		t = &s->connect;
	} else {
		memset(t, 0, sizeof(*t));
		proto_tx_init(c, &t->tx);
		t->body = p;
		t->version = s->version; /* that of the conversation */
	}
	if (t->messages == MQTT_MESSAGES)
		return;
	t->message[t->messages].type = type;
	t->message[t->messages].flags = head & 15;
	t->message[t->messages].has_id = has_identifier(head) && n >= 2;
	if (t->message[t->messages].has_id)
		t->message[t->messages].id = identifier(type, p, n);
	t->messages++;
	if (type == MQTT_connect) {
		s->connecting = proto_append(proto_mem_of(c), &s->body, p, n, MQTT_BODY) && n;
		t->body = s->connecting ? s->body.at : p;
	}
	judge(s, t, head, p, n);
	if (!read_body(s, t, type, head & 15, p, n))
		proto_event(&t->tx, EVENT_malformed);
	if (t == &s->connect && s->connecting) {
		if (type == MQTT_connack)
			connect_end(c);
		return;
	}
	proto_progress(c, &t->tx, c->dir, 1);
	proto_tx_end(c, &t->tx);
}

/* Whole messages in p; returns the bytes used. */
static uint32_t messages(struct proto_call *c, const uint8_t *p, uint32_t n)
{
	struct mqtt_state *s = c->state;
	uint32_t at = 0;

	while (n - at >= 2) {
		struct bytes b = bytes_of(p + at + 1, n - at - 1);
		uint32_t len = varint(&b);
		uint32_t head = (uint32_t)(b.at - p) - at;

		if (!bytes_ok(&b))
			return n - at > 5 ? PIECES_NOT : at;
		if (len > MQTT_BODY) {
			message(c, p[at], p + at + head, n - at - head);
			s->skip[c->dir] = len > n - at - head ? len - (n - at - head) : 0;
			return len > n - at - head ? n : at + head + len;
		}
		if (n - at - head < len)
			break;
		message(c, p[at], p + at + head, len);
		at += head + len;
	}
	return at;
}

static void data(struct proto_call *c, const uint8_t *p, uint32_t n)
{
	struct mqtt_state *s = c->state;
	uint32_t skip = s->skip[c->dir] < n ? s->skip[c->dir] : n;

	s->skip[c->dir] -= skip;
	if (skip < n)
		pieces_data(c, p + skip, n - skip, MQTT_BODY * 2, messages, NULL);
}

static void gap(struct proto_call *c, uint64_t missing)
{
	struct mqtt_state *s = c->state;

	s->blind = true;
	if (s->skip[c->dir] >= missing && s->in.wait[c->dir].len == 0)
		s->skip[c->dir] -= (uint32_t)missing;
	else
		pieces_lose(c);
}

static void end(struct proto_call *c)
{
	struct mqtt_state *s = c->state;

	connect_end(c);
	pieces_end(c);
	proto_drop(proto_mem_of(c), &s->body);
}

static enum probe probe(const uint8_t *p, uint32_t n, uint8_t dir, const struct flow *f,
			bool midstream)
{
	(void)f, (void)midstream;
	if (dir != FLOW_to_server || p[0] != 0x10)
		return PROBE_no;
	for (uint32_t i = 1; i < n && i < 5; i++) {
		if (p[i] & 0x80)
			continue;
		if (n < i + 7)
			return PROBE_more;
		return p[i + 1] == 0 && (memcmp(p + i + 2, "\4MQTT", 5) == 0 ||
					 memcmp(p + i + 2, "\6MQIs", 5) == 0)
			       ? PROBE_yes
			       : PROBE_no;
	}
	return n < 5 ? PROBE_more : PROBE_no;
}

static bool bytes(const struct tx *tx, unsigned f, unsigned i, uint8_t dir,
		  struct view_of_bytes *out)
{
	const struct mqtt_tx *t = (const struct mqtt_tx *)tx;
	uint32_t at = 0, len = 0;

	(void)dir;
#define PART(part) (at = (part).at, len = (part).len)
	switch (f) {
	case F_protocol:
		PART(t->protocol);
		break;
	case F_client:
		PART(t->client);
		break;
	case F_will_topic:
		PART(t->will_topic);
		break;
	case F_will_message:
		PART(t->will_message);
		break;
	case F_user:
		PART(t->user);
		break;
	case F_password:
		PART(t->password);
		break;
	case F_topic:
		PART(t->topic);
		break;
	case F_payload:
		PART(t->payload);
		break;
	default:
		if (i >= t->n_topics || t->unsubscribe != (f == F_unsubscribe))
			return false;
		PART(t->topics[i]);
		i = 0;
		break;
	}
#undef PART
	*out = (struct view_of_bytes){t->body ? t->body + at : (const uint8_t *)"", len};
	return i == 0 && len;
}

static bool number(const struct tx *tx, unsigned f, unsigned i, uint8_t dir, uint64_t *out)
{
	const struct mqtt_tx *t = (const struct mqtt_tx *)tx;

	(void)dir;
	switch (f) {
	case F_version:
		*out = t->version;
		return i == 0 && t->version;
	case F_connect_flags:
		*out = t->connect_flags;
		return i == 0 && t->has_connect;
	case F_session:
		*out = t->session;
		return i == 0 && t->has_session;
	default:
		break;
	}
	if (f == F_reason) { /* only those that have one */
		for (unsigned m = 0; m < t->messages; m++) {
			if (t->message[m].has_reason && i-- == 0) {
				*out = t->message[m].reason;
				return true;
			}
		}
		return false;
	}
	if (i >= t->messages)
		return false;
	*out = f == F_type    ? t->message[i].type
	       : f == F_flags ? t->message[i].flags
			      : t->message[i].flags >> 1 & 3u;
	return true;
}

static void put(struct json *j, const char *key, const struct mqtt_tx *t, unsigned f)
{
	struct view_of_bytes v;

	if (bytes(&t->tx, f, 0, 0, &v))
		json_strn(j, key, v.at, v.len < 512 ? v.len : 512);
}

static void put_connect(struct json *j, const struct mqtt_tx *t)
{
	static const struct {
		const char *key;
		uint8_t bit;
	} flags[] = {{"username", 0x80}, {"password", 0x40}, {"will_retain", 0x20}, {"will", 4},
		     {"clean_session", 2}};

	put(j, "protocol_string", t, F_protocol);
	json_u64(j, "protocol_version", t->version);
	put(j, "client_id", t, F_client);
	json_open(j, "flags");
	for (unsigned i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
		json_bool(j, flags[i].key, t->connect_flags & flags[i].bit);
	json_close(j);
	put(j, "username", t, F_user);
	if (!(t->connect_flags & 4))
		return;
	json_open(j, "will");
	put(j, "topic", t, F_will_topic);
	put(j, "message", t, F_will_message);
	json_close(j);
}

/* A subscription's with what it asks for. */
static void put_topics(struct json *j, const struct mqtt_tx *t)
{
	json_array(j, "topics");
	for (unsigned i = 0; i < t->n_topics && i < 16; i++) {
		const uint8_t *at = t->body + t->topics[i].at;
		uint32_t n = t->topics[i].len;

		if (t->unsubscribe) {
			json_strn(j, NULL, at, n < 256 ? n : 256);
			continue;
		}
		json_open(j, NULL);
		json_strn(j, "topic", at, n < 256 ? n : 256);
		json_u64(j, "qos", at[n] & 3u); /* read_topics() has seen it there */
		json_close(j);
	}
	json_array_end(j);
}

static uint32_t eve(const struct tx *tx, char *out, uint32_t size)
{
	static const char *const kinds[16] = {"reserved",  "connect",  "connack",     "publish",
					      "puback",    "pubrec",   "pubrel",      "pubcomp",
					      "subscribe", "suback",   "unsubscribe", "unsuback",
					      "pingreq",   "pingresp", "disconnect",  "auth"};
	const struct mqtt_tx *t = (const struct mqtt_tx *)tx;
	struct json j = json_of(out, size);

	json_open(&j, "mqtt");
	for (unsigned i = 0; i < t->messages; i++) {
		const struct mqtt_message *m = &t->message[i];

		json_open(&j, kinds[m->type]);
		json_u64(&j, "qos", m->flags >> 1 & 3u);
		json_bool(&j, "retain", m->flags & 1);
		json_bool(&j, "dup", m->flags & 8);
		if (m->type == MQTT_connect)
			put_connect(&j, t);
		if (m->type == MQTT_publish)
			put(&j, "topic", t, F_topic);
		if (m->has_id)
			json_u64(&j, "message_id", m->id);
		if (m->type == MQTT_publish)
			put(&j, "message", t, F_payload);
		if (m->type == MQTT_subscribe || m->type == MQTT_unsubscribe)
			put_topics(&j, t);
		if (m->type == MQTT_connack) {
			json_bool(&j, "session_present", t->session);
			json_u64(&j, "return_code", m->reason);
		} else if (m->has_reason) {
			json_u64(&j, "reason_code", m->reason);
		}
		json_close(&j);
	}
	json_close(&j);
	return json_ok(&j) ? (uint32_t)j.len : 0;
}

static const uint16_t ports[] = {1883, 0};

const struct protocol protocol_mqtt = {
	.name = "mqtt",
	.over = PROTO_OVER_TCP,
	.ports = ports,
	.state_size = sizeof(struct mqtt_state),
	.fields = fields,
	.events = events,
	.done = {1, 1},
	.frames = mqtt_frames,
	.record = mqtt_record,
	.probe = probe,
	.data = data,
	.gap = gap,
	.end = end,
	.bytes = bytes,
	.number = number,
	.eve = eve,
};
