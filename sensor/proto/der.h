// SPDX-License-Identifier: Apache-2.0
/* A reader of DER (X.690): one element after the other, definite lengths, tags of one byte. No
 * recursion: who wants the inside takes the body. */
#pragma once

#include "base/bytes.h"

#define DER_MAX        (64u << 20) /* bytes of an element: above it is nonsense, not cut */
#define DER_INTEGER    0x02
#define DER_BIT_STRING 0x03
#define DER_OCTETS     0x04
#define DER_OID        0x06
#define DER_ENUMERATED 0x0a
#define DER_SEQUENCE   0x30
#define DER_SET        0x31

struct der {
	uint8_t tag;
	struct bytes body;
	const uint8_t *from; /* of its tag */
};

enum der_fault { DER_fine, DER_short, DER_bad };

/* The next element of `in`; at its end `in` is behind it. DER_short: it goes beyond `in`. */
static inline enum der_fault der_next(struct bytes *in, struct der *out)
{
	out->from = in->at;
	out->tag = bytes_u8(in);
	uint32_t len = bytes_u8(in);
	if (!bytes_ok(in))
		return DER_short;
	if ((out->tag & 0x1f) == 0x1f || len == 0x80 || len > 0x84)
		return DER_bad;
	if (len > 0x80) {
		unsigned n = len & 0x7f;

		for (len = 0; n; n--)
			len = len << 8 | bytes_u8(in);
		if (bytes_ok(in) && len > DER_MAX)
			return DER_bad;
	}
	out->body = bytes_take(in, len);
	return bytes_ok(in) ? DER_fine : DER_short;
}

/* The next element if it is there and has this tag. */
static inline bool der_take(struct bytes *in, uint8_t tag, struct bytes *body)
{
	struct der d;

	if (der_next(in, &d) != DER_fine || d.tag != tag)
		return false;
	*body = d.body;
	return true;
}
