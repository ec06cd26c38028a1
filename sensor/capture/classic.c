// SPDX-License-Identifier: Apache-2.0
/* See classic.h. A record that is cut, or longer than the file's snaplen or than anything sane, ends our
 * reading: libpcap is set to its beginning, and says what it says.
 *
 * Source: draft-ietf-opsawg-pcap; libpcap 1.10, sf-pcap.c (signedness of times, limits).
 */
#include "capture/classic.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define READ_BYTES  (64u << 10)  /* at once: it stays in the second cache beside what is worked on with it */
#define RECORD_MAX  (256u << 10) /* bytes captured: libpcap's limit for Ethernet */
#define HEAD        16u          /* of a record */
#define BLOCK_BYTES (READ_BYTES + HEAD + RECORD_MAX)
#define FILE_HEAD   24u

int capture_classic_init(struct capture_classic *c)
{
	*c = (struct capture_classic){.block = malloc(BLOCK_BYTES)};
	return c->block ? 0 : -ENOMEM;
}

void capture_classic_fini(struct capture_classic *c)
{
	free(c->block);
	*c = (struct capture_classic){0};
}

static uint32_t word(const struct capture_classic *c, const uint8_t *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return c->swapped ? __builtin_bswap32(v) : v;
}

/* The magic in either order of bytes; version 2.4; Ethernet with nothing said of its FCS. */
static bool is_usual(struct capture_classic *c, const uint8_t head[FILE_HEAD])
{
	static const uint32_t micro = 0xa1b2c3d4, nano = 0xa1b23c4d;
	uint32_t magic;

	memcpy(&magic, head, sizeof(magic));
	c->swapped = magic != micro && magic != nano;
	magic = word(c, head);
	c->nano = magic == nano;
	uint32_t version = word(c, head + 4), usual = c->swapped ? 2u << 16 | 4 : 4u << 16 | 2;
	return (magic == micro || magic == nano) && version == usual && word(c, head + 20) == 1;
}

void capture_classic_begin(struct capture_classic *c, pcap_t *pcap)
{
	FILE *f = pcap_file(pcap);
	uint8_t head[FILE_HEAD];
	struct stat st;

	c->on = false;
	c->fd = f ? fileno(f) : -1;
	if (c->fd < 0 || fstat(c->fd, &st) < 0 || !S_ISREG(st.st_mode) ||
	    pread(c->fd, head, sizeof(head), 0) != (ssize_t)sizeof(head) || !is_usual(c, head))
		return;
	c->on = true;
	c->from = c->to = 0;
	c->next = FILE_HEAD;
	c->snaplen = (uint32_t)pcap_snapshot(pcap);
}

bool capture_classic_next(struct capture_classic *c, struct pcap_pkthdr *h, const uint8_t **data)
{
	const uint8_t *p = c->block + c->from;
	uint32_t left = c->to - c->from;

	if (left < HEAD)
		return false;
	h->caplen = word(c, p + 8);
	h->len = word(c, p + 12);
	if (h->caplen > left - HEAD || h->caplen > c->snaplen || h->caplen > RECORD_MAX)
		return false;
	/* libpcap's signs: of a file in the other order of bytes there are none. */
	uint32_t s = word(c, p), fraction = word(c, p + 4);
	h->ts.tv_sec = c->swapped ? (int64_t)s : (int32_t)s;
	h->ts.tv_usec = (c->swapped ? (int64_t)fraction : (int32_t)fraction) * (c->nano ? 1 : 1000);
	*data = p + HEAD;
	c->from += HEAD + h->caplen;
	return true;
}

bool capture_classic_fill(struct capture_classic *c)
{
	uint32_t left = c->to - c->from;
	ssize_t got;

	if (left > HEAD + RECORD_MAX)
		return false;
	memmove(c->block, c->block + c->from, left);
	c->from = 0;
	c->to = left;
	got = pread(c->fd, c->block + left, READ_BYTES, (off_t)c->next);
	if (got <= 0)
		return false;
	c->to += (uint32_t)got;
	c->next += (uint64_t)got;
	return true;
}

bool capture_classic_leave(struct capture_classic *c, pcap_t *pcap)
{
	c->on = false;
	return fseeko(pcap_file(pcap), (off_t)(c->next - (c->to - c->from)), SEEK_SET) == 0;
}
