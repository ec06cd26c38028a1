// SPDX-License-Identifier: Apache-2.0
/* Objects of DNP3: headers, and as many points behind each as it says, which are stepped over.
 *
 * Source: IEEE 1815 4.2.2 (headers), 11.9 (annex A: sizes).
 */
#include "proto/dnp3.h"

/* Octets of a point by group, from variation 1 on; 0: there is none. Groups of single bits, of
 * strings and of what brings its own size are named below. */
static const struct {
	uint8_t group, octets[12];
} sizes[] = {
	{1, {0, 1}},
	{2, {1, 7, 3}},
	{3, {0, 1}},
	{4, {1, 7, 3}},
	{10, {0, 1}},
	{11, {1, 7}},
	{12, {11, 11}},
	{13, {1, 7}},
	{20, {5, 3, 5, 3, 4, 2, 4, 2}},
	{21, {5, 3, 5, 3, 11, 9, 11, 9, 4, 2, 4, 2}},
	{22, {5, 3, 5, 3, 11, 9, 11, 9}},
	{23, {5, 3, 5, 3, 11, 9, 11, 9}},
	{30, {5, 3, 4, 2, 5, 9}},
	{31, {5, 3, 11, 9, 4, 2, 5, 9}},
	{32, {5, 3, 11, 9, 5, 9, 11, 15}},
	{33, {5, 3, 11, 9, 5, 9, 11, 15}},
	{34, {2, 4, 4}},
	{40, {5, 3, 5, 9}},
	{41, {5, 3, 5, 9}},
	{42, {5, 3, 11, 9, 5, 9, 11, 15}},
	{43, {5, 3, 11, 9, 5, 9, 11, 15}},
	{50, {6, 10, 6, 11}},
	{51, {6, 6}},
	{52, {2, 2}},
	{81, {3}},
	{101, {2, 4, 8}},
	{102, {1}},
	{120, {0, 0, 6, 2}},
};

bool dnp3_point_bits(uint8_t group, uint8_t variation, uint32_t *bits)
{
	*bits = 0;
	if (group == 60) /* classes have no data */
		return variation >= 1 && variation <= 4;
	if (group >= 110 && group <= 113) {
		*bits = variation * 8u;
		return variation != 0;
	}
	if ((group == 1 || group == 3 || group == 10 || group == 80) && variation == 1) {
		*bits = 1;
		return true;
	}
	if (group == 12 && variation == 3) {
		*bits = 1;
		return true;
	}
	for (unsigned i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		if (sizes[i].group != group || variation < 1 || variation > 12)
			continue;
		*bits = sizes[i].octets[variation - 1] * 8u;
		return *bits != 0;
	}
	return false;
}

struct cursor {
	const uint8_t *p;
	uint32_t n;
};

/* The next `k` octets as a number, little-endian; false: they are not there. */
static bool take(struct cursor *c, unsigned k, uint32_t *out)
{
	*out = 0;
	if (c->n < k)
		return false;
	for (unsigned i = 0; i < k; i++)
		*out |= (uint32_t)c->p[i] << 8 * i;
	c->p += k;
	c->n -= k;
	return true;
}

/* How many points a header is about. */
static bool take_range(struct cursor *c, uint8_t code, uint64_t *count)
{
	static const uint8_t widths[] = {1, 2, 4, 1, 2, 4, 0, 1, 2, 4, 0, 1};
	uint32_t from, to;

	*count = 0;
	if (code >= sizeof(widths) || code == 10)
		return false;
	if (code == 6)
		return true;
	if (code >= 7) {
		bool good = take(c, widths[code], &from);

		*count = from;
		return good;
	}
	if (!take(c, widths[code], &from) || !take(c, widths[code], &to) || to < from)
		return false;
	*count = (uint64_t)to - from + 1;
	return true;
}

/* Each point says its size. */
static bool skip_sized(struct cursor *c, unsigned width, uint64_t count)
{
	uint32_t size;

	for (uint64_t i = 0; i < count; i++) {
		if (!take(c, width, &size) || size > c->n)
			return false;
		c->p += size;
		c->n -= size;
	}
	return true;
}

static bool skip_points(struct cursor *c, const struct dnp3_msg *m, uint16_t obj, uint8_t prefix,
			uint64_t count, bool *unknown)
{
	static const uint8_t index[] = {0, 1, 2, 4}, size[] = {1, 2, 4};
	uint32_t bits;

	/* what asks, freezes or assigns names points without their data */
	bool bare =
		m->func == 1 || (m->func >= 7 && m->func <= 12) || (m->func >= 20 && m->func <= 22);

	if (prefix >= 4 && prefix <= 6)
		return skip_sized(c, size[prefix - 4], count);
	*unknown =
		prefix > 6 || (!bare && !dnp3_point_bits((uint8_t)(obj >> 8), (uint8_t)obj, &bits));
	if (*unknown)
		return false;
	uint64_t octets = count * index[prefix];
	if (!bare)
		octets += bits == 1 ? (count + 7) / 8 : count * (bits / 8);
	if (octets > c->n)
		return false;
	c->p += octets;
	c->n -= (uint32_t)octets;
	return true;
}

static void walk(struct dnp3_msg *m, struct cursor c)
{
	uint32_t group, variation, qualifier;
	uint64_t count;

	for (unsigned n = 0; c.n; n++) {
		if (n == DNP3_OBJECTS_MAX) {
			m->many_objects = true;
			return;
		}
		if (!take(&c, 1, &group) || !take(&c, 1, &variation) || !take(&c, 1, &qualifier) ||
		    !take_range(&c, qualifier & 15, &count))
			return;
		uint16_t obj = (uint16_t)(group << 8 | variation);
		if (m->n_obj < DNP3_OBJECTS)
			m->obj[m->n_obj++] = obj;
		if (count > DNP3_POINTS_MAX) {
			m->many_points = true;
			return;
		}
		if (!skip_points(&c, m, obj, qualifier >> 4 & 7, count, &m->unknown))
			return;
	}
}

void dnp3_read(struct dnp3_msg *m, const uint8_t *p, uint32_t n)
{
	m->data = (struct view_of_bytes){p, n};
	m->whole = n >= 2;
	m->unknown = m->many_points = m->many_objects = m->has_ind = false;
	m->n_obj = 0;
	if (!m->whole)
		return;
	m->control = p[0];
	m->func = p[1];
	m->has_ind = m->func >= DNP3_RESPONSE && n >= 4;
	m->ind = m->has_ind ? (uint16_t)(p[2] << 8 | p[3]) : 0;
	uint32_t head = m->func >= DNP3_RESPONSE ? 4 : 2;
	/* authentication (32 and above) has objects of its own kind */
	if (n > head && !(m->func >= 32 && m->func < DNP3_RESPONSE))
		walk(m, (struct cursor){p + head, n - head});
}
