// SPDX-License-Identifier: Apache-2.0
/* EtherNet/IP over TCP and UDP. Each message is a transaction of its own, in its direction; it
 * lives on the stack while its bytes are at hand. Over TCP a message may come in pieces: they wait
 * in proto_mem (64 KiB a direction). After a hole the next piece that begins as a message does is
 * taken for one. */
#include "proto/enip.h"

#include "base/json.h"
#include "proto/pieces.h"

enum { EVENT_many, EVENT_invalid };
static const char *const events[] = {"too_many_transactions", "invalid_pdu", NULL};

enum {
	F_command,
	F_status,
	F_version,
	F_service,
	F_attribute,
	F_class,
	F_instance,
	F_cip_status,
	F_extended,
	F_capabilities,
	F_service_name,
	F_vendor,
	F_device,
	F_product,
	F_revision,
	F_identity_status,
	F_serial,
	F_state,
	F_product_name,
};
#define UP   1
#define DOWN 2
#define BOTH 3
/* clang-format off */
#define NUMBER(name_, dirs_, many_, what_) {name_, FIELD_number, dirs_, {1, 1}, many_, what_}
static const struct field fields[] = {
	NUMBER("enip.command", BOTH, false, "command of a message"),
	NUMBER("enip.status", BOTH, false, "status of a message"),
	NUMBER("enip.protocol_version", BOTH, false, "version of a session, a service or a device"),
	NUMBER("enip.cip_service", BOTH, true, "service of a CIP message"),
	NUMBER("enip.cip_attribute", UP, true, "attribute that a CIP request names"),
	NUMBER("enip.cip_class", UP, true, "class in a CIP request's path"),
	NUMBER("enip.cip_instance", UP, true, "instance in a CIP request's path"),
	NUMBER("enip.cip_status", DOWN, true, "status of a CIP response"),
	NUMBER("enip.cip_extendedstatus", DOWN, true, "extended status of a CIP response"),
	NUMBER("enip.capabilities", DOWN, false, "capabilities of a service"),
	{"enip.service_name", FIELD_bytes, DOWN, {1, 1}, false, "service name of EtherNet/IP"},
	NUMBER("enip.vendor_id", DOWN, false, "vendor of a device"),
	NUMBER("enip.device_type", DOWN, false, "type of a device"),
	NUMBER("enip.product_code", DOWN, false, "product code of a device"),
	NUMBER("enip.revision", DOWN, false, "revision of a device, the major one in the upper byte"),
	NUMBER("enip.identity_status", DOWN, false, "status of a device"),
	NUMBER("enip.serial", DOWN, false, "serial number of a device"),
	NUMBER("enip.state", DOWN, false, "state of a device"),
	{"enip.product_name", FIELD_bytes, DOWN, {1, 1}, false, "product name of EtherNet/IP"},
	{0},
};
/* clang-format on */

static enum probe probe(const uint8_t *p, uint32_t n, uint8_t dir, const struct flow *f,
			bool midstream)
{
	(void)dir, (void)midstream;
	if (n < ENIP_HEADER)
		return f->proto == 6 ? PROBE_more : PROBE_no;
	return enip_plausible(p) && (f->proto == 6 || enip_length(p) <= n) ? PROBE_yes : PROBE_no;
}

static void message(struct proto_call *c, const uint8_t *p, uint32_t n)
{
	struct enip_msg m;

	proto_tx_init(c, &m.tx);
	enip_read(&m, p, n);
	if (m.invalid)
		proto_event(&m.tx, EVENT_invalid);
	if (m.cips == ENIP_CIPS || m.values == ENIP_VALUES)
		count_add(&proto_count_of(c)->decode_limit, 1);
	proto_progress(c, &m.tx, c->dir, 1);
	proto_tx_end(c, &m.tx);
}

/* What is whole of the messages in p; returns the bytes used. */
static uint32_t messages(struct proto_call *c, const uint8_t *p, uint32_t n)
{
	uint32_t at = 0;

	while (n - at >= ENIP_HEADER && n - at >= enip_length(p + at)) {
		message(c, p + at, enip_length(p + at));
		at += enip_length(p + at);
	}
	return at;
}

static bool begins(const uint8_t *p, uint32_t n)
{
	return n >= ENIP_HEADER && enip_plausible(p);
}

static void data(struct proto_call *c, const uint8_t *p, uint32_t n)
{
	if (c->flow->proto == 6)
		pieces_data(c, p, n, PROTO_MEM_MAX, messages, begins);
	else if (begins(p, n) && enip_length(p) <= n)
		message(c, p, enip_length(p));
}

static bool bytes(const struct tx *tx, unsigned f, unsigned i, uint8_t dir,
		  struct view_of_bytes *out)
{
	const struct enip_msg *m = (const struct enip_msg *)tx;

	(void)dir;
	if (i || !(f == F_product_name ? m->has_identity : m->has_services))
		return false;
	*out = f == F_product_name ? m->identity.name : m->service_name;
	return true;
}

/* What a message may have several of. */
static bool listed(const struct enip_msg *m, unsigned f, unsigned i, uint64_t *out)
{
	unsigned kind = f == F_attribute ? ENIP_attribute
			: f == F_class   ? ENIP_class
					 : ENIP_instance;

	for (unsigned k = 0; f >= F_attribute && f <= F_instance && k < m->values; k++) {
		if (m->value[k].kind == kind && i-- == 0) {
			*out = m->value[k].value;
			return true;
		}
	}
	for (unsigned k = 0; !(f >= F_attribute && f <= F_instance) && k < m->cips; k++) {
		const struct enip_cip *x = &m->cip[k];
		bool has = f == F_service || (x->response && (f == F_cip_status || x->extended));

		if (!has || i--)
			continue;
		*out = f == F_service    ? x->service
		       : f == F_extended ? x->extended_status
					 : x->status;
		return true;
	}
	return false;
}

static bool number(const struct tx *tx, unsigned f, unsigned i, uint8_t dir, uint64_t *out)
{
	const struct enip_msg *m = (const struct enip_msg *)tx;
	const struct enip_identity *d = &m->identity;

	(void)dir;
	if (f >= F_service && f <= F_extended)
		return listed(m, f, i, out);
	*out = f == F_command           ? m->command
	       : f == F_status          ? m->status
	       : f == F_version         ? m->version
	       : f == F_capabilities    ? m->capabilities
	       : !m->has_identity       ? 0
	       : f == F_vendor          ? d->vendor_id
	       : f == F_device          ? d->device_type
	       : f == F_product         ? d->product_code
	       : f == F_revision        ? d->revision
	       : f == F_identity_status ? d->status
	       : f == F_serial          ? d->serial
					: d->state;
	return i == 0 && (f <= F_status         ? true
			  : f == F_version      ? m->has_version
			  : f == F_capabilities ? m->has_services
						: m->has_identity);
}

static uint32_t eve(const struct tx *tx, char *out, uint32_t size)
{
	const struct enip_msg *m = (const struct enip_msg *)tx;
	const char *name = enip_command_name(m->command);
	struct json j = json_of(out, size);

	json_open(&j, "enip");
	json_open(&j, m->tx.progress[FLOW_to_client] ? "response" : "request");
	json_str(&j, "command", name ? name : "unknown");
	json_u64(&j, "status", m->status);
	if (m->has_version)
		json_u64(&j, "protocol_version", m->version);
	if (m->has_identity) {
		json_strn(&j, "product_name", m->identity.name.at, m->identity.name.len);
		json_u64(&j, "vendor_id", m->identity.vendor_id);
		json_u64(&j, "serial", m->identity.serial);
	}
	if (m->cips) {
		json_open(&j, "cip");
		json_u64(&j, "service", m->cip[0].service);
		if (m->cip[0].response)
			json_u64(&j, "status", m->cip[0].status);
		json_close(&j);
	}
	json_close(&j);
	json_close(&j);
	return json_ok(&j) ? (uint32_t)j.len : 0;
}

static const uint16_t ports[] = {44818, 2222, 0};

const struct protocol protocol_enip = {
	.name = "enip",
	.over = PROTO_OVER_TCP | PROTO_OVER_UDP,
	.ports = ports,
	.ports_only = true,
	.state_size = sizeof(struct pieces),
	.fields = fields,
	.events = events,
	.done = {1, 1},
	.probe = probe,
	.data = data,
	.gap = pieces_gap,
	.end = pieces_end,
	.bytes = bytes,
	.number = number,
	.eve = eve,
};
