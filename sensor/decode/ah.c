// SPDX-License-Identifier: Apache-2.0
/* The IP authentication header, under either version: what follows is in the clear.
 *
 * Source: RFC 4302 2
 */
#include "decode/walk.h"

#define HEADER_MIN 12

enum verdict walk_ah(struct walk *w, uint8_t *next)
{
	struct bytes h = w->in;
	uint8_t after = bytes_u8(&h);
	unsigned length = (bytes_u8(&h) + 2u) * 4;

	if (!bytes_ok(&h) || length < HEADER_MIN || length > bytes_left(&w->in))
		return VERDICT_ah_short;
	bytes_take(&w->in, length);
	*next = after;
	return VERDICT_ok;
}
