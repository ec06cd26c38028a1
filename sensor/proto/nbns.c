// SPDX-License-Identifier: Apache-2.0
/* NetBIOS name service (RFC 1002 4.2) on port 137: names asked for and positive answers.
 * Registrations and status questions are left alone. No rule asks for it: only facts. */
#include "proto/local_name.h"

#include "base/bytes.h"

#define HEADER   12u
#define NAME     34u /* length, 32 letters, the root */
#define TYPE_NB  32u
#define GROUP    0x8000u /* RFC 1002 4.2.13: NB_FLAGS */
#define RESPONSE 0x8000u
#define BROWSER  0x1b /* last byte of a name: the domain's master browser, */
#define MASTER   0x1d /* the segment's: one host's, but a group's name */

/* 32 letters, each a half of a byte, into at most 15 signs without the blanks at the end (RFC
 * 1001 14.1), and what kind of name it is */
static bool name_of(struct bytes in, char out[17], uint8_t *kind)
{
	struct bytes b = bytes_take(&in, NAME);
	unsigned n = 0;

	if (!bytes_ok(&b) || bytes_u8(&b) != 32)
		return false;
	for (unsigned i = 0; i < 16; i++) {
		unsigned hi = bytes_u8(&b) - 'A', lo = bytes_u8(&b) - 'A';

		if (hi > 15 || lo > 15)
			return false;
		uint8_t c = (uint8_t)(hi << 4 | lo);
		if (i < 15)
			proto_text(&c, 1, out + i, 2);
		*kind = c;
		if (i < 15 && c != ' ' && c != 0)
			n = i + 1;
	}
	out[n] = '\0';
	return true;
}

static void data(struct proto_call *c, const uint8_t *p, uint32_t n)
{
	struct bytes b = bytes_of(p, n);
	struct bytes h = bytes_take(&b, HEADER);
	struct fact_name f = {.protocol = NAME_nbns};
	char name[17];
	uint8_t last = 0;

	bytes_be16(&h);
	uint16_t flags = bytes_be16(&h), questions = bytes_be16(&h), answers = bytes_be16(&h);
	f.response = (flags & RESPONSE) != 0;
	if (!bytes_ok(&h) || (flags >> 11 & 15) || flags & 15 || !name_of(b, name, &last))
		return;
	bytes_take(&b, NAME);
	f.type = bytes_be16(&b);
	bytes_be16(&b); /* class */
	if (!bytes_ok(&b) || f.type != TYPE_NB || (f.response ? answers : questions) == 0)
		return;
	if (f.response) {
		uint32_t addr;

		bytes_take(&b, 4 + 2); /* time to live, length */
		uint16_t kind = bytes_be16(&b);
		bytes_copy(&b, &addr, sizeof(addr));
		if (!bytes_ok(&b))
			return;
		if (!(kind & GROUP) && last != BROWSER && last != MASTER) /* many hosts have a group's name: a workgroup, its browsers */
			f.answer = addr_v4_wire(addr);
	}
	proto_fact(c, FACT_name, &f, sizeof(f), (const char *[]){name}, 1);
}

static enum probe probe(const uint8_t *p, uint32_t n, uint8_t dir, const struct flow *f,
			bool midstream)
{
	(void)dir, (void)f, (void)midstream;
	return n >= HEADER + NAME && p[HEADER] == 32 ? PROBE_yes : PROBE_no;
}

static const uint16_t ports[] = {137, 0};

const struct protocol protocol_nbns = {
	.name = "nbns",
	.over = PROTO_OVER_UDP,
	.ports = ports,
	.ports_only = true,
	.probe = probe,
	.data = data,
};
