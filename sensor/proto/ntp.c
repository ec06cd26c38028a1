// SPDX-License-Identifier: Apache-2.0
/* NTP (RFC 5905 7.3): the head of each message, which is a transaction of its own. */
#include "base/bytes.h"
#include "base/json.h"
#include "proto/protocol.h"

#define HEAD    48u
#define CONTROL 8u /* bytes that messages of modes 6 and 7 have at least */

enum { F_version, F_mode, F_stratum, F_reference };
static const struct field fields[] = {
	{"ntp.version", FIELD_number, 3, {1, 1}, false, "version"},
	{"ntp.mode", FIELD_number, 3, {1, 1}, false, "3 client, 4 server, 6 control, 7 private"},
	{"ntp.stratum", FIELD_number, 3, {1, 1}, false, "distance from a clock"},
	{"ntp.reference_id", FIELD_bytes, 3, {1, 1}, false, "4 bytes: the clock, or a server"},
	{0},
};

struct ntp_msg {
	struct tx tx;
	const uint8_t *at;
	uint8_t version, mode;
	bool whole;
};

static void data(struct proto_call *c, const uint8_t *p, uint32_t n)
{
	struct ntp_msg m = {.at = p, .version = p[0] >> 3 & 7, .mode = p[0] & 7};

	m.whole = n >= HEAD && m.mode < 6;
	proto_tx_init(c, &m.tx);
	proto_progress(c, &m.tx, c->dir, 1);
	proto_tx_end(c, &m.tx);
}

static enum probe probe(const uint8_t *p, uint32_t n, uint8_t dir, const struct flow *f,
			bool midstream)
{
	uint8_t version = p[0] >> 3 & 7, mode = p[0] & 7;

	(void)dir, (void)f, (void)midstream;
	return version >= 1 && version <= 4 && mode >= 1 && n >= (mode >= 6 ? CONTROL : HEAD)
		       ? PROBE_yes
		       : PROBE_no;
}

static bool number(const struct tx *tx, unsigned f, unsigned i, uint8_t dir, uint64_t *out)
{
	const struct ntp_msg *m = (const struct ntp_msg *)tx;

	(void)dir;
	if (i || (f == F_stratum && !m->whole))
		return false;
	*out = f == F_version ? m->version : f == F_mode ? m->mode : m->at[1];
	return true;
}

static bool bytes(const struct tx *tx, unsigned f, unsigned i, uint8_t dir,
		  struct view_of_bytes *out)
{
	const struct ntp_msg *m = (const struct ntp_msg *)tx;

	(void)f, (void)dir;
	if (i || !m->whole)
		return false;
	*out = (struct view_of_bytes){m->at + 12, 4};
	return true;
}

static uint32_t eve(const struct tx *tx, char *out, uint32_t size)
{
	const struct ntp_msg *m = (const struct ntp_msg *)tx;
	struct json j = json_of(out, size);

	json_open(&j, "ntp");
	json_u64(&j, "version", m->version);
	json_u64(&j, "mode", m->mode);
	if (m->whole)
		json_u64(&j, "stratum", m->at[1]);
	json_close(&j);
	return json_ok(&j) ? (uint32_t)j.len : 0;
}

static const uint16_t ports[] = {123, 0};

const struct protocol protocol_ntp = {
	.name = "ntp",
	.over = PROTO_OVER_UDP,
	.ports = ports,
	.ports_only = true,
	.fields = fields,
	.done = {1, 1},
	.probe = probe,
	.data = data,
	.bytes = bytes,
	.number = number,
	.eve = eve,
};
