// SPDX-License-Identifier: Apache-2.0
/* pcapng, read by ourselves: libpcap gives up on a file whose interfaces differ in link type or
 * even in snapshot length, which is what Wireshark and mergecap write every day.
 *
 * Shape:  blocks are read whole into one buffer; a section's interfaces stand in a table.
 * Units:  whatever resolution an interface has, times leave in nanoseconds, moved to the nearest
 * that fits when 64 bits cannot say them. A simple packet has none: it gets the one before it.
 * Owns:   the FILE and the buffer, which grows only for a block larger than any a frame needs.
 * Errors: a block that cannot be what it says ends the file, with a sentence.
 * Cost:   two freads a packet.
 * Source: draft-ietf-opsawg-pcapng-02.
 */
#include "capture/pcapng.h"

#include "base/clock.h"
#include "capture/seconds.h"

#include <endian.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_MAX      (16u << 20)  /* bytes; libpcap's limit too */
#define BLOCK_FIRST    (288u << 10) /* bytes: a frame of 256 KiB with its header and options */
#define INTERFACES_MAX 4096
#define ORDER_MAGIC    0x1a2b3c4du

enum block { BLOCK_interface = 1, BLOCK_packet = 2, BLOCK_simple = 3, BLOCK_enhanced = 6 };
enum option { OPTION_end = 0, OPTION_tsresol = 9, OPTION_tsoffset = 14 };

struct interface {
	uint64_t units; /* a second; 0: 2^shift of them */
	int64_t offset_s;
	uint32_t snaplen;
	uint16_t link;
	uint8_t shift;
};

struct capture_pcapng {
	FILE *f;
	bool swap; /* the section has the other byte order */
	unsigned n;
	uint64_t last_ns;
	uint8_t *body;
	uint32_t cap; /* bytes at body */
	char why[120];
	struct interface at[INTERFACES_MAX];
};

static uint16_t get16(const struct capture_pcapng *p, const uint8_t *at)
{
	uint16_t v;

	memcpy(&v, at, 2);
	return p->swap ? __builtin_bswap16(v) : v;
}

static uint32_t get32(const struct capture_pcapng *p, const uint8_t *at)
{
	uint32_t v;

	memcpy(&v, at, 4);
	return p->swap ? __builtin_bswap32(v) : v;
}

__attribute__((format(printf, 2, 3))) static int broken(struct capture_pcapng *p, const char *fmt,
							...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(p->why, sizeof(p->why), fmt, ap);
	va_end(ap);
	return -1;
}

/* Exactly n bytes: 1. None at all, at the end: 0. */
static int get(struct capture_pcapng *p, void *out, size_t n)
{
	size_t got = fread(out, 1, n, p->f);

	if (got == n)
		return 1;
	if (ferror(p->f))
		return broken(p, "error reading it: %s", strerror(errno));
	if (got == 0)
		return 0;
	return broken(p, "truncated: %zu of %zu bytes", got, n);
}

static bool has_room(struct capture_pcapng *p, uint32_t n)
{
	if (n <= p->cap)
		return true;
	uint8_t *more = realloc(p->body, n);
	if (!more)
		return false;
	p->body = more;
	p->cap = n;
	return true;
}

/* The rest of a block of `total` bytes whose first `had` are read: *n bytes at p->body, the length
 * at the end checked and left out. */
static int get_body(struct capture_pcapng *p, uint32_t total, uint32_t had, uint32_t *n)
{
	if (total < had + 4 || total % 4 != 0 || total > BLOCK_MAX)
		return broken(p, "a block of %u bytes", total);
	if (!has_room(p, total))
		return broken(p, "no memory for a block of %u bytes", total);
	int r = get(p, p->body, total - had);
	if (r == 0)
		return broken(p, "truncated: 0 of %u bytes", total - had);
	if (r < 0)
		return r;
	*n = total - had - 4;
	if (get32(p, p->body + *n) != total)
		return broken(p, "a block says %u bytes at its begin and %u at its end", total,
			      get32(p, p->body + *n));
	return 1;
}

/* A section: its byte order comes before everything else can be read. */
static int section(struct capture_pcapng *p, const uint8_t *length)
{
	uint8_t magic[4];
	uint32_t n;
	int r = get(p, magic, 4);

	if (r <= 0)
		return r < 0 ? r : broken(p, "truncated: 0 of 4 bytes");
	p->swap = false;
	p->swap = get32(p, magic) != ORDER_MAGIC;
	if (get32(p, magic) != ORDER_MAGIC)
		return broken(p, "a section without the byte-order magic");
	r = get_body(p, get32(p, length), 12, &n);
	if (r < 0)
		return r;
	if (n < 12)
		return broken(p, "a section header of %u bytes", n + 16);
	if (get16(p, p->body) != 1)
		return broken(p, "pcapng version %u.%u", get16(p, p->body), get16(p, p->body + 2));
	p->n = 0;
	return 1;
}

static int resolution(struct capture_pcapng *p, struct interface *i, uint8_t v)
{
	i->units = 1;
	i->shift = v & 0x7f;
	if (i->shift > (v & 0x80 ? 63 : 19))
		return broken(p, "an interface with time resolution %u", v);
	if (v & 0x80)
		i->units = 0;
	else
		for (unsigned k = 0; k < i->shift; k++)
			i->units *= 10;
	return 1;
}

static int options(struct capture_pcapng *p, struct interface *i, const uint8_t *at, uint32_t n)
{
	while (n >= 4) {
		uint16_t code = get16(p, at), len = get16(p, at + 2);
		uint32_t padded = (len + 3u) & ~3u;

		if (code == OPTION_end)
			return 1;
		if (padded > n - 4)
			return broken(p, "an interface option of %u bytes", len);
		if (code == OPTION_tsresol && len == 1 && resolution(p, i, at[4]) < 0)
			return -1;
		if (code == OPTION_tsoffset && len == 8) {
			uint64_t v;

			memcpy(&v, at + 4, 8);
			i->offset_s = (int64_t)(p->swap ? __builtin_bswap64(v) : v);
		}
		at += 4 + padded;
		n -= 4 + padded;
	}
	return 1;
}

static int interface(struct capture_pcapng *p, uint32_t n)
{
	if (n < 8)
		return broken(p, "an interface block of %u bytes", n + 12);
	if (p->n == INTERFACES_MAX)
		return broken(p, "more than %u interfaces", INTERFACES_MAX);
	struct interface *i = &p->at[p->n++];
	*i = (struct interface){
		.units = 1000000,
		.shift = 6,
		.link = get16(p, p->body),
		.snaplen = get32(p, p->body + 4),
	};
	return options(p, i, p->body + 8, n - 8);
}

static uint64_t time_of(const struct interface *i, uint64_t t)
{
	__extension__ typedef unsigned __int128 wide;
	uint64_t s, ns;

	if (i->units == 0) {
		s = t >> i->shift;
		ns = (uint64_t)(((wide)(t - (s << i->shift)) * NS_PER_S) >> i->shift);
	} else {
		s = t / i->units;
		ns = (uint64_t)((wide)(t % i->units) * NS_PER_S / i->units);
	}
	if (i->offset_s < 0)
		s = s > -(uint64_t)i->offset_s ? s - -(uint64_t)i->offset_s : 0;
	else if (s <= SECONDS_MAX)
		s += (uint64_t)i->offset_s;
	return (s < SECONDS_MAX ? s : SECONDS_MAX) * NS_PER_S + ns;
}

/* Fills *f from a packet whose bytes start at body + at; `cap` of them, `n` in the whole body. */
static int packet(struct capture_pcapng *p, struct frame *f, uint32_t which, uint32_t cap,
		  uint32_t wire, uint32_t at, uint32_t n)
{
	if (which >= p->n)
		return broken(p, "a packet of interface %u, of which nothing was said", which);
	if (cap > n - at)
		return broken(p, "a packet of %u bytes in a block of %u", cap, n + 12);
	*f = (struct frame){
		.data = p->body + at,
		.cap_len = cap,
		.wire_len = wire > cap ? wire : cap,
		.time_ns = p->last_ns,
		.link = p->at[which].link,
	};
	return 1;
}

static int enhanced(struct capture_pcapng *p, struct frame *f, uint32_t n, bool old)
{
	const uint8_t *b = p->body;

	if (n < 20)
		return broken(p, "a packet block of %u bytes", n + 12);
	uint32_t which = old ? get16(p, b) : get32(p, b);
	int r = packet(p, f, which, get32(p, b + 12), get32(p, b + 16), 20, n);

	if (r > 0)
		f->time_ns =
			time_of(&p->at[which], (uint64_t)get32(p, b + 4) << 32 | get32(p, b + 8));
	return r;
}

static int simple(struct capture_pcapng *p, struct frame *f, uint32_t n)
{
	if (n < 4)
		return broken(p, "a packet block of %u bytes", n + 12);
	uint32_t wire = get32(p, p->body), snaplen = p->n > 0 ? p->at[0].snaplen : 0;
	uint32_t cap = snaplen > 0 && snaplen < wire ? snaplen : wire;

	return packet(p, f, 0, cap, wire, 4, n);
}

int capture_pcapng_next(struct capture_pcapng *p, struct frame *f)
{
	uint8_t head[8];

	for (;;) {
		uint32_t n = 0;
		int r = get(p, head, 8);

		if (r <= 0)
			return r;
		if (get32(p, head) == PCAPNG_MAGIC) {
			if (section(p, head + 4) < 0)
				return -1;
			continue;
		}
		if (get_body(p, get32(p, head + 4), 8, &n) < 0)
			return -1;
		switch (get32(p, head)) {
		case BLOCK_interface:
			if (interface(p, n) < 0)
				return -1;
			continue;
		case BLOCK_packet:
		case BLOCK_enhanced:
			r = enhanced(p, f, n, get32(p, head) == BLOCK_packet);
			break;
		case BLOCK_simple:
			r = simple(p, f, n);
			break;
		default: /* names, statistics, keys: nothing for us */
			continue;
		}
		if (r > 0)
			p->last_ns = f->time_ns;
		return r;
	}
}

struct capture_pcapng *capture_pcapng_open(FILE *f, const char *name, struct err *err)
{
	struct capture_pcapng *p = calloc(1, sizeof(*p));
	uint8_t head[8];

	if (p)
		p->body = malloc(BLOCK_FIRST);
	if (!p || !p->body) {
		free(p);
		err_set(err, ENOMEM, "no memory to read %s", name);
		return NULL;
	}
	p->f = f;
	p->cap = BLOCK_FIRST;
	if (get(p, head, 8) == 1 && section(p, head + 4) > 0)
		return p;
	err_set(err, EINVAL, "%s is not a capture: %s", name, p->why[0] ? p->why : "truncated");
	p->f = NULL;
	capture_pcapng_close(p);
	return NULL;
}

void capture_pcapng_close(struct capture_pcapng *p)
{
	if (!p)
		return;
	if (p->f)
		fclose(p->f);
	free(p->body);
	free(p);
}

const char *capture_pcapng_why(const struct capture_pcapng *p)
{
	return p->why;
}
