// SPDX-License-Identifier: Apache-2.0
/* IKE 1 and 2 over UDP: heads, and the payloads that are in clear. Each message is a transaction.
 */
#include "proto/ike.h"

#include "base/bytes.h"
#include "base/hash.h"
#include "base/json.h"

#include <stdio.h>

#define HEAD        28u
#define PAYLOADS    64u
#define FLAG_SEALED 1u /* IKE 1 */
#define V1_sa       1
#define V1_key      4
#define V1_nonce    10
#define V1_vendor   13
#define V2_sa       33
#define V2_key      34
#define V2_nonce    40
#define V2_vendor   43
#define V2_sealed   46

static const char *const events[] = {
	[IKE_EVENT_malformed] = "malformed_data",
	[IKE_EVENT_weak_encryption] = "weak_crypto_enc",
	[IKE_EVENT_weak_prf] = "weak_crypto_prf",
	[IKE_EVENT_weak_integrity] = "weak_crypto_auth",
	[IKE_EVENT_weak_group] = "weak_crypto_dh",
	[IKE_EVENT_no_group] = "weak_crypto_no_dh",
	[IKE_EVENT_no_integrity] = "weak_crypto_no_auth",
	[IKE_EVENT_no_encryption] = "no_encryption",
	[IKE_EVENT_invalid_proposal] = "invalid_proposal",
	[IKE_EVENT_unknown_proposal] = "unknown_proposal",
	[IKE_EVENT_multiple] = "multiple_server_proposal",
	NULL,
};

enum {
	F_init,
	F_resp,
	F_exchange,
	F_vendor,
	F_key,
	F_key_length,
	F_nonce,
	F_nonce_length,
	F_chosen
};
#define CLIENT 1
#define SERVER 2
#define BOTH   3
static const struct field fields[] = {
	{"ike.init_spi", FIELD_bytes, CLIENT, {1, 1}, false, "initiator's SPI, hex"},
	{"ike.resp_spi", FIELD_bytes, SERVER, {1, 1}, false, "responder's SPI, hex"},
	{"ike.exchtype", FIELD_number, BOTH, {1, 1}, false, "exchange type"},
	{"ike.vendor", FIELD_bytes, CLIENT, {1, 1}, true, "vendor id, hex"},
	{"ike.key_exchange_payload", FIELD_bytes, BOTH, {1, 1}, false, "public key"},
	{"ike.key_exchange_payload_length", FIELD_number, BOTH, {1, 1}, false, "its length"},
	{"ike.nonce_payload", FIELD_bytes, BOTH, {1, 1}, false, "nonce"},
	{"ike.nonce_payload_length", FIELD_number, BOTH, {1, 1}, false, "its length"},
	{"ike.chosen_sa_attribute", FIELD_number, SERVER, {1, 1}, true, "attribute chosen"},
	{0},
};

static struct view_of_bytes view(const struct bytes *b)
{
	return (struct view_of_bytes){b->at, (uint32_t)bytes_left(b)};
}

/* Attributes of the first transform of the first proposal (RFC 2408 3.3-3.6) */
static void chosen(struct ike_msg *m, struct bytes b)
{
	bytes_take(&b, 8); /* domain, situation */
	bytes_take(&b, 4); /* the proposal's head */
	bytes_take(&b, 2); /* number, protocol */
	uint8_t spi = bytes_u8(&b);
	if (bytes_u8(&b) > 1) /* transforms: it has to choose one */
		proto_event(&m->tx, IKE_EVENT_multiple);
	bytes_take(&b, spi);
	bytes_take(&b, 2);
	uint16_t len = bytes_be16(&b);
	bytes_take(&b, 4); /* number, id */
	struct bytes list = bytes_take(&b, len >= 8 ? len - 8u : 0);
	while (bytes_left(&list) >= 4 && m->attributes < IKE_ATTRIBUTES) {
		uint16_t type = bytes_be16(&list);
		uint64_t value = bytes_be16(&list);

		if (!(type & 0x8000)) {
			struct bytes body = bytes_take(&list, value);

			for (value = 0; bytes_left(&body);)
				value = value << 8 | bytes_u8(&body);
		}
		if (!bytes_ok(&list))
			return;
		m->attribute[m->attributes].type = type & 0x7fff;
		m->attribute[m->attributes].value = value;
		m->attributes++;
	}
}

static void payload(struct ike_msg *m, uint8_t type, struct bytes b, bool server)
{
	uint32_t n = (uint32_t)bytes_left(&b);
	bool old = m->major == 1;

	if (type == (old ? V1_key : V2_key)) {
		if (!old)
			bytes_take(&b, 4); /* group */
		m->key = view(&b);
	} else if (type == (old ? V1_nonce : V2_nonce)) {
		m->nonce = view(&b);
	} else if (type == (old ? V1_vendor : V2_vendor) && m->vendors < IKE_VENDORS) {
		hash_hex(b.at, n < 32 ? n : 32, m->vendor[m->vendors++]);
	} else if (old && type == V1_sa && server) {
		chosen(m, b);
	} else if (!old && type == V2_sa) {
		ike_judge_sa(&m->tx, b);
	}
}

/* False: it is not what its head says. */
static bool read_message(struct ike_msg *m, const uint8_t *p, uint32_t n, bool server)
{
	struct bytes b = bytes_of(p, n);
	struct bytes h = bytes_take(&b, HEAD);

	if (!bytes_ok(&h))
		return false;
	hash_hex(h.at, 8, m->spi[0]);
	hash_hex(h.at + 8, 8, m->spi[1]);
	bytes_take(&h, 16);
	uint8_t next = bytes_u8(&h), version = bytes_u8(&h);
	m->major = version >> 4;
	m->minor = version & 15;
	m->exchange = bytes_u8(&h);
	m->flags = bytes_u8(&h);
	m->id = bytes_be32(&h);
	if (m->major == 1 && m->flags & FLAG_SEALED)
		return true;
	for (unsigned i = 0; i < PAYLOADS && next && next != V2_sealed; i++) {
		struct bytes head = bytes_take(&b, 4);
		uint8_t type = next;

		next = bytes_u8(&head);
		bytes_u8(&head);
		uint16_t len = bytes_be16(&head);
		if (!bytes_ok(&head) || len < 4)
			return false;
		struct bytes body = bytes_take(&b, len - 4u);
		if (!bytes_ok(&body))
			return false;
		payload(m, type, body, server);
	}
	return true;
}

/* On port 4500 four zeroes come first, else it is ESP (RFC 3948 2.2). */
static bool unwrap(const struct flow *f, const uint8_t **p, uint32_t *n)
{
	static const uint8_t marker[4];

	if (f->server_port != 4500 && f->client_port != 4500)
		return true;
	if (*n < 4 || memcmp(*p, marker, 4) != 0)
		return false;
	*p += 4;
	*n -= 4;
	return true;
}

static void data(struct proto_call *c, const uint8_t *p, uint32_t n)
{
	struct ike_msg m;

	if (!unwrap(c->flow, &p, &n))
		return;
	memset(&m, 0, sizeof(m));
	m.key = m.nonce = (struct view_of_bytes){p, 0};
	proto_tx_init(c, &m.tx);
	m.tx.seen[!c->dir] = UINT64_MAX; /* a message has one direction, and its events have that */
	if (!read_message(&m, p, n, c->dir == FLOW_to_client))
		proto_event(&m.tx, IKE_EVENT_malformed);
	proto_progress(c, &m.tx, c->dir, 1);
	proto_tx_end(c, &m.tx);
}

static enum probe probe(const uint8_t *p, uint32_t n, uint8_t dir, const struct flow *f,
			bool midstream)
{
	(void)dir, (void)midstream;
	if (!unwrap(f, &p, &n) || n < HEAD)
		return PROBE_no;
	uint32_t len = (uint32_t)p[24] << 24 | (uint32_t)p[25] << 16 | (uint32_t)p[26] << 8 | p[27];
	return (p[17] == 0x10 || p[17] == 0x20) && len >= HEAD && len <= UINT16_MAX && p[18]
		       ? PROBE_yes
		       : PROBE_no;
}

static bool once(struct view_of_bytes v, unsigned i, struct view_of_bytes *out)
{
	*out = v;
	return i == 0 && v.len;
}

static struct view_of_bytes text(const char *s)
{
	return (struct view_of_bytes){(const uint8_t *)s, (uint32_t)strlen(s)};
}

static bool bytes(const struct tx *tx, unsigned f, unsigned i, uint8_t dir,
		  struct view_of_bytes *out)
{
	const struct ike_msg *m = (const struct ike_msg *)tx;

	(void)dir;
	switch (f) {
	case F_init:
		return once(text(m->spi[0]), i, out);
	case F_resp:
		return once(text(m->spi[1]), i, out);
	case F_key:
		return once(m->key, i, out);
	case F_nonce:
		return once(m->nonce, i, out);
	default:
		if (i >= m->vendors)
			return false;
		*out = text(m->vendor[i]);
		return true;
	}
}

static bool number(const struct tx *tx, unsigned f, unsigned i, uint8_t dir, uint64_t *out)
{
	const struct ike_msg *m = (const struct ike_msg *)tx;

	(void)dir;
	switch (f) {
	case F_exchange:
		*out = m->exchange;
		return i == 0 && m->major;
	case F_key_length:
		*out = m->key.len;
		return i == 0 && m->key.len;
	case F_nonce_length:
		*out = m->nonce.len;
		return i == 0 && m->nonce.len;
	default:
		if (i >= m->attributes)
			return false;
		*out = m->attribute[i].value;
		return true;
	}
}

static uint32_t eve(const struct tx *tx, char *out, uint32_t size)
{
	const struct ike_msg *m = (const struct ike_msg *)tx;
	struct json j = json_of(out, size);

	json_open(&j, "ike");
	json_u64(&j, "version_major", m->major);
	json_u64(&j, "version_minor", m->minor);
	json_str(&j, "init_spi", m->spi[0]);
	json_str(&j, "resp_spi", m->spi[1]);
	json_u64(&j, "exchange_type", m->exchange);
	json_u64(&j, "message_id", m->id);
	json_close(&j);
	return json_ok(&j) ? (uint32_t)j.len : 0;
}

static const uint16_t ports[] = {500, 4500, 0};

const struct protocol protocol_ike = {
	.name = "ike",
	.over = PROTO_OVER_UDP,
	.ports = ports,
	.ports_only = true,
	.fields = fields,
	.events = events,
	.done = {1, 1},
	.probe = probe,
	.data = data,
	.bytes = bytes,
	.number = number,
	.eve = eve,
};
