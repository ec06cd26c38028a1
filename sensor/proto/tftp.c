// SPDX-License-Identifier: Apache-2.0
/* TFTP (RFC 1350 5): requests to read and to write, each a transaction. What follows on other ports is
 * not looked at. */
#include "base/bytes.h"
#include "base/json.h"
#include "proto/protocol.h"

#include <string.h>
#include <strings.h>

#define READ  1u
#define WRITE 2u

enum { F_opcode, F_file, F_mode };
static const struct field fields[] = {
	{"tftp.opcode", FIELD_number, 1, {1, 1}, false, "1 read, 2 write"},
	{"tftp.file", FIELD_bytes, 1, {1, 1}, false, "the file's name"},
	{"tftp.mode", FIELD_bytes, 1, {1, 1}, false, "netascii, octet, mail"},
	{0},
};

struct tftp_msg {
	struct tx tx;
	struct view_of_bytes file, mode;
	uint16_t opcode;
};

static bool text(struct bytes *b, struct view_of_bytes *out)
{
	const uint8_t *zero = memchr(b->at, 0, bytes_left(b));

	if (!zero)
		return false;
	*out = (struct view_of_bytes){b->at, (uint32_t)(zero - b->at)};
	bytes_take(b, out->len + 1u);
	return out->len > 0;
}

static bool read_message(struct tftp_msg *m, const uint8_t *p, uint32_t n)
{
	static const char *const modes[] = {"netascii", "octet", "mail"};
	struct bytes b = bytes_of(p, n);
	bool known = false;

	m->opcode = bytes_be16(&b);
	if ((m->opcode != READ && m->opcode != WRITE) || !text(&b, &m->file) || !text(&b, &m->mode))
		return false;
	for (unsigned i = 0; i < 3; i++)
		known |= m->mode.len == strlen(modes[i]) &&
			 strncasecmp((const char *)m->mode.at, modes[i], m->mode.len) == 0;
	return known;
}

static enum probe probe(const uint8_t *p, uint32_t n, uint8_t dir, const struct flow *f, bool midstream)
{
	struct tftp_msg m = {.opcode = 0};

	(void)dir, (void)f, (void)midstream;
	return n > 2 && read_message(&m, p, n) ? PROBE_yes : PROBE_no;
}

static void data(struct proto_call *c, const uint8_t *p, uint32_t n)
{
	struct tftp_msg m = {.opcode = 0};

	if (c->dir != FLOW_to_server || !read_message(&m, p, n))
		return;
	proto_tx_init(c, &m.tx);
	proto_progress(c, &m.tx, c->dir, 1);
	proto_tx_end(c, &m.tx);
}

static bool number(const struct tx *tx, unsigned f, unsigned i, uint8_t dir, uint64_t *out)
{
	(void)f, (void)dir;
	*out = ((const struct tftp_msg *)tx)->opcode;
	return i == 0;
}

static bool bytes(const struct tx *tx, unsigned f, unsigned i, uint8_t dir, struct view_of_bytes *out)
{
	const struct tftp_msg *m = (const struct tftp_msg *)tx;

	(void)dir;
	*out = f == F_file ? m->file : m->mode;
	return i == 0;
}

static uint32_t eve(const struct tx *tx, char *out, uint32_t size)
{
	const struct tftp_msg *m = (const struct tftp_msg *)tx;
	struct json j = json_of(out, size);

	json_open(&j, "tftp");
	json_str(&j, "packet", m->opcode == READ ? "read" : "write");
	json_strn(&j, "file", m->file.at, m->file.len);
	json_strn(&j, "mode", m->mode.at, m->mode.len);
	json_close(&j);
	return json_ok(&j) ? (uint32_t)j.len : 0;
}

static const uint16_t ports[] = {69, 0};

const struct protocol protocol_tftp = {
	.name = "tftp",
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
