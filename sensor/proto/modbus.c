// SPDX-License-Identifier: Apache-2.0
/* Modbus over TCP. Each message is a transaction of its own, in its direction, and lives on the stack
 * while its bytes are at hand; an answer has the number of what it answers. The last ASKED_MAX requests
 * are kept, so that answers to nothing, and answers that do not fit, are seen.
 *
 * Source: MODBUS Messaging on TCP/IP Implementation Guide V1.0b (3.1: the header).
 */
#include "proto/modbus.h"

#include "base/bytes.h"
#include "proto/pieces.h"

#define HEAD       7u   /* transaction, protocol, length, unit */
#define LENGTH_MIN 2u   /* unit and function */
#define LENGTH_MAX 254u
#define ASKED_MAX  32u

enum { EVENT_protocol, EVENT_unsolicited, EVENT_length, EVENT_function, EVENT_value, EVENT_exception,
       EVENT_mismatch, EVENT_flooded };
static const char *const events[] = {
	"invalid_protocol_id", "unsolicited_response", "invalid_length", "invalid_function_code",
	"invalid_value", "invalid_exception_code", "value_mismatch", "flooded", NULL};

enum { F_function, F_unit };
static const struct field fields[] = {
	{"modbus.function", FIELD_number, 1, {1, 1}, false, "function of a request"},
	{"modbus.unit", FIELD_number, 1, {1, 1}, false, "unit that a request is for"},
	{0},
};

struct asked {
	uint64_t number; /* of its transaction, + 1; 0: free */
	uint16_t transaction, value;
	uint8_t function, access;
	struct modbus_span read, write;
};

struct modbus_state {
	struct pieces in;
	struct asked asked[ASKED_MAX];
	uint64_t numbers;
	uint8_t next;
};

static uint16_t length_of(const uint8_t *p)
{
	return (uint16_t)(p[4] << 8 | p[5]);
}

static bool plausible(const uint8_t *p, uint32_t n)
{
	uint16_t length = n >= HEAD + 1 ? length_of(p) : 0;

	return length >= LENGTH_MIN && length <= LENGTH_MAX && p[2] == 0 && p[3] == 0 &&
	       modbus_function_name(p[HEAD] & 0x7f) != NULL;
}

static enum probe probe(const uint8_t *p, uint32_t n, uint8_t dir, const struct flow *f, bool midstream)
{
	(void)dir, (void)f, (void)midstream;
	if (n < HEAD + 1)
		return PROBE_more;
	return plausible(p, n) ? PROBE_yes : PROBE_no;
}

static void ask(struct modbus_state *s, struct modbus_msg *m)
{
	struct asked *a = &s->asked[s->next];

	s->next = (uint8_t)((s->next + 1) % ASKED_MAX);
	*a = (struct asked){.number = m->tx.number + 1, .transaction = m->transaction, .value = m->value,
			    .function = m->function, .access = m->access, .read = m->read, .write = m->write};
}

/* Whether an answer repeats, or is as long as, what was asked for. */
static bool fits(const struct asked *a, const struct modbus_msg *m)
{
	bool of_bits = a->access & (MODBUS_COILS | MODBUS_DISCRETES);

	if (m->raw & 0x80 || m->error & MODBUS_BAD_LENGTH)
		return true;
	if (m->has_read)
		return m->len == (of_bits ? (a->read.n + 7u) / 8 : a->read.n * 2u);
	if (m->has_write)
		return m->write.address == a->write.address && m->write.n == a->write.n && m->value == a->value;
	return true;
}

static void answer(struct modbus_state *s, struct modbus_msg *m)
{
	for (unsigned i = 0; i < ASKED_MAX; i++) {
		struct asked *a = &s->asked[i];

		if (!a->number || a->transaction != m->transaction || a->function != m->function)
			continue;
		m->tx.number = a->number - 1;
		if (!fits(a, m))
			proto_event(&m->tx, EVENT_mismatch);
		a->number = 0;
		return;
	}
	m->tx.number = s->numbers++;
	proto_event(&m->tx, EVENT_unsolicited);
}

static void message(struct proto_call *c, const uint8_t *p, uint16_t length)
{
	static const uint8_t event[] = {EVENT_protocol, EVENT_length, EVENT_function, EVENT_value,
					EVENT_exception};
	struct modbus_state *s = c->state;
	struct bytes b = bytes_of(p, HEAD);
	struct modbus_msg m = {.response = c->dir == FLOW_to_client, .unit = p[HEAD - 1]};

	m.transaction = bytes_be16(&b);
	m.protocol = bytes_be16(&b);
	proto_tx_init(c, &m.tx);
	modbus_read(&m, p + HEAD, length - 1u);
	if (m.protocol)
		m.error |= MODBUS_BAD_PROTOCOL;
	if (m.response) {
		answer(s, &m);
	} else {
		m.tx.number = s->numbers++;
		ask(s, &m);
	}
	for (unsigned i = 0; i < sizeof(event); i++) {
		if (m.error >> i & 1)
			proto_event(&m.tx, event[i]);
	}
	proto_progress(c, &m.tx, c->dir, 1);
	proto_tx_end(c, &m.tx);
}

static uint32_t messages(struct proto_call *c, const uint8_t *p, uint32_t n)
{
	uint32_t at = 0;

	while (n - at >= HEAD) {
		uint16_t length = length_of(p + at);

		if (length < LENGTH_MIN || length > LENGTH_MAX) {
			proto_flow_event(c, EVENT_length);
			return PIECES_NOT;
		}
		if (n - at < HEAD - 1u + length)
			break;
		message(c, p + at, length);
		at += HEAD - 1u + length;
	}
	return at;
}

static void data(struct proto_call *c, const uint8_t *p, uint32_t n)
{
	pieces_data(c, p, n, HEAD + LENGTH_MAX, messages, plausible);
}

static bool number(const struct tx *tx, unsigned f, unsigned i, uint8_t dir, uint64_t *out)
{
	const struct modbus_msg *m = (const struct modbus_msg *)tx;

	(void)dir;
	*out = f == F_function ? m->function : m->unit;
	return i == 0;
}

static const uint16_t ports[] = {502, 0};

const struct protocol protocol_modbus = {
	.name = "modbus",
	.over = PROTO_OVER_TCP,
	.ports = ports,
	.ports_only = true,
	.deep = true,
	.state_size = sizeof(struct modbus_state),
	.fields = fields,
	.events = events,
	.done = {1, 1},
	.probe = probe,
	.data = data,
	.gap = pieces_gap,
	.end = pieces_end,
	.number = number,
	.eve = modbus_eve,
};
