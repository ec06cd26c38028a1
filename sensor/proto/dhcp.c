// SPDX-License-Identifier: Apache-2.0
/* DHCP (RFC 2131, 2132) and what is like it of DHCPv6 (RFC 8415). Each message is a transaction of
 * its own. */
#include "base/bytes.h"
#include "base/json.h"
#include "proto/protocol.h"

#define BOOTP_HEAD 236u
#define MAGIC      0x63825363u
#define OPTIONS    128u /* of a message, at most */
#define V6_HEAD    4u

enum { EVENT_truncated, EVENT_malformed, EVENT_parse_fail };
static const char *const events[] = {"truncated_options", "malformed_options", "parse_fail", NULL};

enum { F_lease, F_rebinding, F_renewal };
#define BOTH 3
static const struct field fields[] = {
	{"dhcp.leasetime", FIELD_number, BOTH, {1, 1}, false, "seconds of the lease"},
	{"dhcp.rebinding_time", FIELD_number, BOTH, {1, 1}, false, "seconds until rebinding"},
	{"dhcp.renewal_time", FIELD_number, BOTH, {1, 1}, false, "seconds until renewal"},
	{0},
};

struct dhcp_msg {
	struct tx tx;
	struct fact_dhcp f;
	struct addr client, asked;
	uint32_t time[3]; /* by field; UINT32_MAX: not said */
	bool request;
	char host[FACT_WORD_MAX], vendor[FACT_WORD_MAX], domain[FACT_WORD_MAX];
};

static struct addr v4(struct bytes *b)
{
	uint32_t wire;

	bytes_copy(b, &wire, sizeof(wire));
	return wire ? addr_v4_wire(wire) : (struct addr){0};
}

static void option(struct dhcp_msg *m, uint8_t code, struct bytes b)
{
	const uint8_t *at = b.at;
	uint32_t n = (uint32_t)bytes_left(&b);

	switch (code) {
	case 3:
		m->f.router = v4(&b);
		break;
	case 6:
		m->f.dns = v4(&b);
		break;
	case 12:
		proto_text(at, n, m->host, sizeof(m->host));
		break;
	case 15:
		proto_text(at, n, m->domain, sizeof(m->domain));
		break;
	case 50:
		m->asked = v4(&b);
		break;
	case 51:
		m->f.lease_s = m->time[F_lease] = bytes_be32(&b);
		break;
	case 53:
		m->f.message = bytes_u8(&b);
		break;
	case 54:
		m->f.server_id = v4(&b);
		break;
	case 58:
		m->time[F_renewal] = bytes_be32(&b);
		break;
	case 59:
		m->time[F_rebinding] = bytes_be32(&b);
		break;
	case 60:
		proto_text(at, n, m->vendor, sizeof(m->vendor));
		break;
	default:
		break;
	}
}

static bool read_v4(struct dhcp_msg *m, const uint8_t *p, uint32_t n)
{
	struct bytes b = bytes_of(p, n);
	struct bytes h = bytes_take(&b, BOOTP_HEAD);

	m->request = bytes_u8(&h) == 1;
	bytes_take(&h, 3); /* kind and length of hardware addresses, hops */
	m->f.xid = bytes_be32(&h);
	bytes_take(&h, 4);
	m->client = v4(&h);
	m->f.your = v4(&h);
	bytes_take(&h, 8);
	bytes_copy(&h, m->f.client_mac.b, sizeof(m->f.client_mac.b));
	if (bytes_be32(&b) != MAGIC || !bytes_ok(&b))
		return false;
	for (unsigned i = 0; i < OPTIONS && bytes_left(&b); i++) {
		uint8_t code = bytes_u8(&b);

		if (code == 0)
			continue;
		if (code == 255)
			return true;
		struct bytes body = bytes_take(&b, bytes_u8(&b));
		if (!bytes_ok(&body)) {
			proto_event(&m->tx, EVENT_truncated);
			break;
		}
		option(m, code, body);
	}
	return true;
}

/* Client's MAC out of a DUID (RFC 8415 11.2, 11.4) */
static void duid(struct dhcp_msg *m, struct bytes b)
{
	uint16_t kind = bytes_be16(&b);

	bytes_take(&b, kind == 1 ? 6 : 2);
	if ((kind == 1 || kind == 3) && bytes_left(&b) >= 6)
		bytes_copy(&b, m->f.client_mac.b, 6);
}

static bool read_v6(struct dhcp_msg *m, const uint8_t *p, uint32_t n)
{
	struct bytes b = bytes_of(p, n);

	if (n < V6_HEAD)
		return false;
	m->f.v6 = 1;
	m->f.xid = bytes_be32(&b);
	m->f.message = (uint8_t)(m->f.xid >> 24);
	m->f.xid &= 0xffffff;
	m->request = m->f.message != 2 && m->f.message != 7 && m->f.message != 10;
	for (unsigned i = 0; i < OPTIONS && bytes_left(&b); i++) {
		uint16_t code = bytes_be16(&b);
		struct bytes body = bytes_take(&b, bytes_be16(&b));

		if (!bytes_ok(&body))
			break;
		if (code == 1)
			duid(m, body);
		else if (code == 23 && bytes_left(&body) >= 16)
			bytes_copy(&body, &m->f.dns, 16);
		else if (code == 39 && bytes_left(&body) > 2)
			proto_text(body.at + 2, (uint32_t)bytes_left(&body) - 2, m->host,
				   sizeof(m->host));
		else if (code == 3 && bytes_left(&body) >= 12 + 4 + 24 && body.at[13] == 5)
			memcpy(&m->f.your, body.at + 16, 16); /* first address of the lease */
	}
	return true;
}

static void data(struct proto_call *c, const uint8_t *p, uint32_t n)
{
	struct dhcp_msg m = {.time = {UINT32_MAX, UINT32_MAX, UINT32_MAX}};
	bool v6 = c->flow->server_port == 547 || c->flow->server_port == 546;

	proto_tx_init(c, &m.tx);
	if (!(v6 ? read_v6(&m, p, n) : read_v4(&m, p, n))) {
		proto_event(&m.tx, EVENT_parse_fail);
	} else {
		proto_fact(c, FACT_dhcp, &m.f, sizeof(m.f),
			   (const char *[]){m.host, m.vendor, m.domain}, 3);
	}
	proto_progress(c, &m.tx, c->dir, 1);
	proto_tx_end(c, &m.tx);
}

static enum probe probe(const uint8_t *p, uint32_t n, uint8_t dir, const struct flow *f,
			bool midstream)
{
	(void)dir, (void)midstream;
	if (f->server_port == 547 || f->server_port == 546)
		return n >= V6_HEAD && p[0] >= 1 && p[0] <= 13 ? PROBE_yes : PROBE_no;
	return n >= BOOTP_HEAD + 4 && (p[0] == 1 || p[0] == 2) && p[236] == 0x63 && p[237] == 0x82
		       ? PROBE_yes
		       : PROBE_no;
}

static bool number(const struct tx *tx, unsigned f, unsigned i, uint8_t dir, uint64_t *out)
{
	const struct dhcp_msg *m = (const struct dhcp_msg *)tx;

	(void)dir;
	*out = m->time[f];
	return i == 0 && m->time[f] != UINT32_MAX;
}

static void put_addr(struct json *j, const char *key, const struct addr *a)
{
	char text[ADDR_TEXT];

	if (!addr_is_any(a))
		json_str(j, key, addr_text(a, text));
}

static uint32_t eve(const struct tx *tx, char *out, uint32_t size)
{
	static const char *const kinds[] = {NULL,  "discover", "offer",   "request", "decline",
					    "ack", "nak",      "release", "inform"};
	const struct dhcp_msg *m = (const struct dhcp_msg *)tx;
	struct json j = json_of(out, size);
	char mac[MAC_TEXT];

	json_open(&j, "dhcp");
	json_str(&j, "type", m->request ? "request" : "reply");
	json_u64(&j, "id", m->f.xid);
	json_str(&j, "client_mac", mac_text(&m->f.client_mac, mac));
	put_addr(&j, "assigned_ip", &m->f.your);
	put_addr(&j, "client_ip", &m->client);
	put_addr(&j, "requested_ip", &m->asked);
	if (!m->f.v6 && m->f.message && m->f.message < sizeof(kinds) / sizeof(kinds[0]))
		json_str(&j, "dhcp_type", kinds[m->f.message]);
	if (m->time[F_lease] != UINT32_MAX)
		json_u64(&j, "lease_time", m->time[F_lease]);
	if (m->host[0])
		json_str(&j, "hostname", m->host);
	json_close(&j);
	return json_ok(&j) ? (uint32_t)j.len : 0;
}

static const uint16_t ports[] = {67, 68, 546, 547, 0};

const struct protocol protocol_dhcp = {
	.name = "dhcp",
	.over = PROTO_OVER_UDP,
	.ports = ports,
	.ports_only = true,
	.fields = fields,
	.events = events,
	.done = {1, 1},
	.probe = probe,
	.data = data,
	.number = number,
	.eve = eve,
};
