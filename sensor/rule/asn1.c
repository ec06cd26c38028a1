// SPDX-License-Identifier: Apache-2.0
/* Walks elements of BER from a place on, into those that are made of others.
 *
 * Cost:   at most ELEMENTS of them.
 * Errors: none to tell; what is no BER ends the walk, and what was not found is not there.
 * Source: X.690 8.1 (tag and length), 8.5 (real), 8.6 (bit string); Suricata 7 user guide, "asn1".
 */
#include "rule/asn1.h"

#include "base/bytes.h"

#define ELEMENTS       256u
#define CONSTRUCTED    0x20u
#define TAG_BIT_STRING 3u
#define TAG_REAL       9u
#define REAL_MAX       256u /* bytes of a number in letters */

struct element {
	uint8_t first;   /* class, constructed, tag */
	uint64_t length; /* as it says */
	bool open;       /* of no length: until an end of contents */
};

static bool head(struct bytes *b, struct element *e)
{
	*e = (struct element){.first = bytes_u8(b)};
	if ((e->first & 0x1f) == 0x1f) { /* a tag of several bytes */
		while (bytes_u8(b) & 0x80)
			;
	}
	uint8_t n = bytes_u8(b);

	if (n < 0x80) {
		e->length = n;
		return bytes_ok(b);
	}
	e->open = n == 0x80;
	for (n &= 0x7f; n; n--)
		e->length = e->length >> 56 ? UINT64_MAX : e->length << 8 | bytes_u8(b);
	return bytes_ok(b);
}

static bool is_odd(const struct asn1_op *op, const struct element *e, const struct bytes *b)
{
	bool primitive = !(e->first & CONSTRUCTED) && e->first < 0x40;
	uint8_t content = bytes_left(b) ? *b->at : 0;

	if (op->oversize && e->length > op->length)
		return true;
	if (!primitive || e->length == 0 || bytes_left(b) == 0)
		return false;
	if (op->bitstring_overflow && (e->first & 0x1f) == TAG_BIT_STRING)
		return content > (e->length - 1) * 8;
	return op->double_overflow && (e->first & 0x1f) == TAG_REAL && (content & 0xc0) == 0 &&
	       e->length > REAL_MAX;
}

bool rule_asn1_holds(const struct asn1_op *op, const uint8_t *p, uint32_t n)
{
	struct bytes b = bytes_of(p, n);
	struct element e;

	for (unsigned i = 0; i < ELEMENTS && bytes_left(&b) && head(&b, &e); i++) {
		if (is_odd(op, &e, &b))
			return true;
		if (e.first & CONSTRUCTED || e.open)
			continue; /* its elements come next */
		if (e.length > bytes_left(&b))
			return false;
		bytes_take(&b, e.length);
	}
	return false;
}
