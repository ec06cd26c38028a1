// SPDX-License-Identifier: Apache-2.0
/* pcapng out; see evidence_pcapng.h.
 *
 * Shape:  little-endian whatever the machine, so that the same frames give the same bytes, and with
 *         them the same SHA-256. Nothing of the run itself is written: no host, no wall clock.
 * Errors: no memory; every call after it does nothing.
 * Source: draft-ietf-opsawg-pcapng-02 4.1 to 4.3; LINKTYPE numbers of tcpdump.org.
 */
#include "alert/evidence_pcapng.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>

#define GROW_MIN   (4u << 10)
#define TAG        4u /* bytes of an 802.1Q tag */
#define MACS       12u
#define RESOLUTION 9 /* 10^-9 s */

enum block { BLOCK_interface = 1, BLOCK_enhanced = 6, BLOCK_section = 0x0a0d0d0a };
enum option { OPTION_end = 0, OPTION_comment = 1, OPTION_userappl = 4, OPTION_tsresol = 9 };

static const uint16_t linktype[EVIDENCE_LINKS] = {
	[LINK_ether] = 1, [LINK_raw] = 101, [LINK_null] = 0, [LINK_sll] = 113, [LINK_sll2] = 276};

static uint8_t *take(struct evidence_pcapng *p, size_t n)
{
	if (p->failed)
		return NULL;
	if (n > p->cap - p->n) {
		size_t cap = p->cap * 2 > p->n + n ? p->cap * 2 : p->n + n;
		if (cap < GROW_MIN)
			cap = GROW_MIN;
		uint8_t *more = realloc(p->at, cap);
		if (!more) {
			p->failed = true;
			return NULL;
		}
		p->at = more;
		p->cap = cap;
	}
	p->n += n;
	return p->at + p->n - n;
}

static void put(struct evidence_pcapng *p, const void *src, size_t n)
{
	uint8_t *to = take(p, n);

	if (to && n > 0)
		memcpy(to, src, n);
}

static void put16(struct evidence_pcapng *p, uint16_t v)
{
	uint16_t le = htole16(v);
	put(p, &le, sizeof(le));
}

static void put32(struct evidence_pcapng *p, uint32_t v)
{
	uint32_t le = htole32(v);
	put(p, &le, sizeof(le));
}

static void pad(struct evidence_pcapng *p, size_t n)
{
	static const uint8_t zero[4];
	put(p, zero, -n & 3);
}

static void option(struct evidence_pcapng *p, enum option code, const void *value, size_t n)
{
	if (n > 0xffff)
		n = 0xffff;
	put16(p, (uint16_t)code);
	put16(p, (uint16_t)n);
	put(p, value, n);
	pad(p, n);
}

static void option_text(struct evidence_pcapng *p, enum option code, const char *text)
{
	if (text && text[0])
		option(p, code, text, strlen(text));
}

/* A block's length stands at both its ends, and is known at the second. */
static size_t begin(struct evidence_pcapng *p, enum block type)
{
	size_t start = p->n;

	put32(p, (uint32_t)type);
	put32(p, 0);
	return start;
}

static void end(struct evidence_pcapng *p, size_t start)
{
	put32(p, 0);
	if (p->failed)
		return;
	uint32_t n = htole32((uint32_t)(p->n - start));
	memcpy(p->at + start + 4, &n, 4);
	memcpy(p->at + p->n - 4, &n, 4);
}

void evidence_pcapng_begin(struct evidence_pcapng *p, const char *comment)
{
	*p = (struct evidence_pcapng){.at = NULL};
	size_t start = begin(p, BLOCK_section);

	put32(p, 0x1a2b3c4d);
	put16(p, 1);
	put16(p, 0);
	put32(p, UINT32_MAX); /* the section's length is not said */
	put32(p, UINT32_MAX);
	option_text(p, OPTION_comment, comment);
	option_text(p, OPTION_userappl, "vigie-sensor " VIGIE_VERSION);
	option(p, OPTION_end, NULL, 0);
	end(p, start);
}

static void interface(struct evidence_pcapng *p, uint16_t link)
{
	static const uint8_t resolution = RESOLUTION;
	size_t start = begin(p, BLOCK_interface);

	put16(p, linktype[link]);
	put16(p, 0);
	put32(p, 0); /* no limit to a packet's length */
	option(p, OPTION_tsresol, &resolution, 1);
	option(p, OPTION_end, NULL, 0);
	end(p, start);
	p->interface[link] = ++p->interfaces;
}

static void data(struct evidence_pcapng *p, const struct frame *f, bool tag)
{
	const uint8_t vlan[TAG] = {0x81, 0, (uint8_t)(f->vlan_tci >> 8), (uint8_t)f->vlan_tci};
	size_t head = tag ? MACS : 0;

	put(p, f->data, head);
	put(p, vlan, tag ? TAG : 0);
	put(p, f->data + head, f->cap_len - head);
}

bool evidence_pcapng_frame(struct evidence_pcapng *p, const struct frame *f, const char *comment)
{
	bool tag = f->flags & FRAME_VLAN && f->link == LINK_ether && f->cap_len >= MACS;
	uint32_t cap = f->cap_len + (tag ? TAG : 0);

	if (f->link >= EVIDENCE_LINKS || p->failed)
		return false;
	if (p->interface[f->link] == 0)
		interface(p, f->link);
	size_t start = begin(p, BLOCK_enhanced);
	put32(p, p->interface[f->link] - 1u);
	put32(p, (uint32_t)(f->time_ns >> 32));
	put32(p, (uint32_t)f->time_ns);
	put32(p, cap);
	put32(p, f->wire_len + (tag ? TAG : 0));
	data(p, f, tag);
	pad(p, cap);
	if (comment && comment[0]) {
		option_text(p, OPTION_comment, comment);
		option(p, OPTION_end, NULL, 0);
	}
	end(p, start);
	return !p->failed;
}

size_t evidence_pcapng_size(const struct frame *f)
{
	return 32 + ((f->cap_len + TAG + 3u) & ~(size_t)3);
}

void evidence_pcapng_fini(struct evidence_pcapng *p)
{
	free(p->at);
	*p = (struct evidence_pcapng){.at = NULL};
}
