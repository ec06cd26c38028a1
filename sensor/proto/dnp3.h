// SPDX-License-Identifier: Apache-2.0
/* A DNP3 application fragment taken apart.
 *
 * Owns:   nothing; the bytes of the fragment must outlive it. Meant for the stack.
 * Errors: an object that is not known ends the walk; what stands before it stays.
 * Source: IEEE 1815 4 (application layer), 11 (objects).
 */
#pragma once

#include "proto/protocol.h"

#define DNP3_OBJECTS     256u   /* headers that are kept */
#define DNP3_OBJECTS_MAX 2048u  /* headers that are walked */
#define DNP3_POINTS_MAX  16384u /* of one header */
#define DNP3_RESPONSE    129u   /* and above: with internal indications */

struct dnp3_msg {
	struct tx tx;
	struct view_of_bytes data;
	uint8_t control, func;
	uint16_t ind; /* the first octet in the upper half, as rules have them */
	bool whole, has_ind, unknown, many_points, many_objects;
	uint16_t n_obj;
	uint16_t obj[DNP3_OBJECTS]; /* group << 8 | variation */
};

void dnp3_read(struct dnp3_msg *m, const uint8_t *p, uint32_t n);
/* dnp3_obj.c: bits of a point; false: no such object is known. Strings: `size` is the variation. */
bool dnp3_point_bits(uint8_t group, uint8_t variation, uint32_t *bits);
