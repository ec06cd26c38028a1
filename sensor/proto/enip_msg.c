// SPDX-License-Identifier: Apache-2.0
#include "proto/enip.h"

#define ITEM_IDENTITY    0x0cu
#define ITEM_CONNECTED   0xb1u
#define ITEM_UNCONNECTED 0xb2u
#define ITEM_SERVICES    0x100u

#define CIP_GET_LIST 3u
#define CIP_SET_LIST 4u
#define CIP_MULTIPLE 10u

static uint16_t le16(const uint8_t *p)
{
	return (uint16_t)(p[0] | p[1] << 8);
}

static uint32_t le32(const uint8_t *p)
{
	return le16(p) | (uint32_t)le16(p + 2) << 16;
}

static const struct {
	uint16_t command;
	const char *name;
} commands[] = {
	{ENIP_nop, "nop"},
	{ENIP_list_services, "list_services"},
	{ENIP_list_identity, "list_identity"},
	{ENIP_list_interfaces, "list_interfaces"},
	{ENIP_register_session, "register_session"},
	{ENIP_unregister_session, "unregister_session"},
	{ENIP_send_rr_data, "send_rr_data"},
	{ENIP_send_unit_data, "send_unit_data"},
	{ENIP_indicate_status, "indicate_status"},
	{ENIP_cancel, "cancel"},
};

const char *enip_command_name(uint16_t command)
{
	for (unsigned i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (commands[i].command == command)
			return commands[i].name;
	}
	return NULL;
}

uint32_t enip_length(const uint8_t *header)
{
	return ENIP_HEADER + le16(header + 2);
}

bool enip_plausible(const uint8_t *p)
{
	static const uint8_t statuses[] = {0, 1, 2, 3, 0x64, 0x65, 0x69, 0x6a};
	uint16_t command = le16(p), length = le16(p + 2);
	uint32_t status = le32(p + 8);

	if (!enip_command_name(command) || status > 0x6a ||
	    !memchr(statuses, (int)status, sizeof(statuses)) || le32(p + 20) != 0)
		return false;
	return command != ENIP_register_session || length == 4;
}

static void add(struct enip_msg *m, enum enip_kind kind, uint32_t value)
{
	if (m->values < ENIP_VALUES)
		m->value[m->values++] =
			(struct enip_value){value, (uint8_t)kind, (uint8_t)(m->cips - 1)};
}

/* Logical segments; at one of another kind the rest is not read. */
static void take_path(struct enip_msg *m, const uint8_t *p, uint32_t n)
{
	static const uint8_t sizes[] = {2, 4, 6};

	while (n) {
		uint8_t type = p[0] >> 2 & 7, format = p[0] & 3;

		if (p[0] >> 5 != 1 || format > 2)
			return;
		uint32_t k = sizes[format];
		if (k > n) {
			m->invalid = true;
			return;
		}
		uint32_t v = format == 0 ? p[1] : format == 1 ? le16(p + 2) : le32(p + 2);
		if (type == 0 || type == 1)
			add(m, type == 0 ? ENIP_class : ENIP_instance, v);
		else if (type == 4)
			add(m, ENIP_attribute, v);
		p += k;
		n -= k;
	}
}

/* The attributes that a request lists: all of them, or, where values are between, the first. */
static void take_list(struct enip_msg *m, const uint8_t *p, uint32_t n, bool all)
{
	uint32_t count = n >= 2 ? le16(p) : 0;

	if (n < 2 || (all ? n - 2 < 2 * count : count && n < 4)) {
		m->invalid = true;
		return;
	}
	for (uint32_t i = 0; i < (all ? count : count != 0); i++)
		add(m, ENIP_attribute, le16(p + 2 + 2 * i));
}

static void take_cip(struct enip_msg *m, const uint8_t *p, uint32_t n, bool outer);

static void take_multiple(struct enip_msg *m, const uint8_t *p, uint32_t n)
{
	uint32_t count = n >= 2 ? le16(p) : 0;

	if (n < 2 || n - 2 < 2 * count) {
		m->invalid = true;
		return;
	}
	for (uint32_t i = 0; i < count && m->cips < ENIP_CIPS; i++) {
		uint32_t at = le16(p + 2 + 2 * i);
		uint32_t end = i + 1 < count ? le16(p + 4 + 2 * i) : n;

		if (at >= n || end > n || end <= at) {
			m->invalid = true;
			return;
		}
		take_cip(m, p + at, end - at, false);
	}
}

/* `outer`: there may be others in it, one level of them. */
static void take_cip(struct enip_msg *m, const uint8_t *p, uint32_t n, bool outer)
{
	if (m->cips == ENIP_CIPS)
		return;
	if (n < 2) {
		m->invalid = true;
		return;
	}
	struct enip_cip *c = &m->cip[m->cips++];
	*c = (struct enip_cip){.service = p[0] & 0x7f, .response = p[0] & 0x80};
	uint32_t head = c->response ? 4 + (n > 3 ? 2u * p[3] : 0) : 2 + 2u * p[1];
	if (head > n) {
		m->invalid = true;
		return;
	}
	if (c->response) {
		c->status = p[2];
		c->extended = p[3] == 1;
		c->extended_status = c->extended ? le16(p + 4) : 0;
	} else {
		take_path(m, p + 2, head - 2);
	}
	p += head;
	n -= head;
	if (c->service == CIP_MULTIPLE && outer)
		take_multiple(m, p, n);
	else if (!c->response && (c->service == CIP_GET_LIST || c->service == CIP_SET_LIST))
		take_list(m, p, n, c->service == CIP_GET_LIST);
}

static bool take_identity(struct enip_msg *m, const uint8_t *p, uint32_t n)
{
	if (n < 34 || n < 34u + p[32])
		return false;
	m->has_identity = m->has_version = true;
	m->version = le16(p);
	m->identity = (struct enip_identity){
		.vendor_id = le16(p + 18),
		.device_type = le16(p + 20),
		.product_code = le16(p + 22),
		.revision = (uint16_t)(p[24] << 8 | p[25]),
		.status = le16(p + 26),
		.serial = le32(p + 28),
		.name = {p + 33, p[32]},
		.state = p[33 + p[32]],
	};
	return true;
}

static bool take_services(struct enip_msg *m, const uint8_t *p, uint32_t n)
{
	if (n < 20)
		return false;
	m->has_services = m->has_version = true;
	m->version = le16(p);
	m->capabilities = le16(p + 2);
	m->service_name = (struct view_of_bytes){p + 4, (uint32_t)strnlen((const char *)p + 4, 16)};
	return true;
}

static bool take_item(struct enip_msg *m, uint16_t type, const uint8_t *p, uint32_t n)
{
	switch (type) {
	case ITEM_IDENTITY:
		return m->has_identity || take_identity(m, p, n);
	case ITEM_SERVICES:
		return m->has_services || take_services(m, p, n);
	case ITEM_CONNECTED: /* a sequence number is in front */
		if (n < 2)
			return false;
		take_cip(m, p + 2, n - 2, true);
		return true;
	case ITEM_UNCONNECTED:
		take_cip(m, p, n, true);
		return true;
	default:
		return true;
	}
}

static void take_items(struct enip_msg *m, const uint8_t *p, uint32_t n)
{
	uint32_t count = n >= 2 ? le16(p) : 0, at = 2;

	m->invalid |= n < 2;
	for (uint32_t i = 0; i < count; i++) {
		if (n - at < 4 || n - at - 4 < le16(p + at + 2) ||
		    !take_item(m, le16(p + at), p + at + 4, le16(p + at + 2))) {
			m->invalid = true;
			return;
		}
		at += 4u + le16(p + at + 2);
	}
}

void enip_read(struct enip_msg *m, const uint8_t *p, uint32_t n)
{
	m->command = le16(p);
	m->status = le32(p + 8);
	m->invalid = m->has_version = m->has_identity = m->has_services = false;
	m->cips = m->values = 0;
	p += ENIP_HEADER;
	n -= ENIP_HEADER;
	switch (m->command) {
	case ENIP_register_session:
		m->invalid = n < 4;
		m->has_version = n >= 4;
		m->version = n >= 4 ? le16(p) : 0;
		break;
	case ENIP_list_services:
	case ENIP_list_identity:
	case ENIP_list_interfaces: /* a question has no payload */
		if (n)
			take_items(m, p, n);
		break;
	case ENIP_send_rr_data:
	case ENIP_send_unit_data:
		if (n < 8)
			m->invalid |= m->status == 0 || n != 0;
		else
			take_items(m, p + 6, n - 6);
		break;
	default:
		break;
	}
}
