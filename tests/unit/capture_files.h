// SPDX-License-Identifier: Apache-2.0
/* Captures that the tests of capture/ write themselves, byte by byte. */
#pragma once

#include "base/clock.h"

#include <assert.h>
#include <endian.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct out {
	FILE *f;
	bool big, nano; /* byte order and resolution of the file */
};

static inline void put32(struct out *o, uint32_t v)
{
	v = o->big ? htobe32(v) : htole32(v);
	fwrite(&v, 4, 1, o->f);
}

static inline void put16(struct out *o, uint16_t v)
{
	v = o->big ? htobe16(v) : htole16(v);
	fwrite(&v, 2, 1, o->f);
}

static inline void pcap_begin(struct out *o, const char *path, unsigned link)
{
	o->f = fopen(path, "wb");
	assert(o->f);
	put32(o, o->nano ? 0xa1b23c4d : 0xa1b2c3d4);
	put16(o, 2);
	put16(o, 4);
	put32(o, 0);
	put32(o, 0);
	put32(o, 262144);
	put32(o, link);
}

static inline void pcap_record(struct out *o, uint64_t time_ns, const void *data, uint32_t cap,
			       uint32_t wire)
{
	put32(o, (uint32_t)(time_ns / NS_PER_S));
	put32(o, (uint32_t)(time_ns % NS_PER_S / (o->nano ? 1 : 1000)));
	put32(o, cap);
	put32(o, wire);
	fwrite(data, 1, cap, o->f);
}

static inline void pcapng_begin(struct out *o, const char *path)
{
	o->f = fopen(path, "wb");
	assert(o->f);
	put32(o, 0x0a0d0d0a);
	put32(o, 28);
	put32(o, 0x1a2b3c4d);
	put16(o, 1);
	put16(o, 0);
	put32(o, 0xffffffff); /* section length: unknown */
	put32(o, 0xffffffff);
	put32(o, 28);
}

static inline void pcapng_interface(struct out *o, unsigned link, uint8_t tsresol)
{
	put32(o, 1);
	put32(o, 32);
	put16(o, (uint16_t)link);
	put16(o, 0);
	put32(o, 262144);
	put16(o, 9); /* if_tsresol */
	put16(o, 1);
	fwrite((uint8_t[4]){tsresol}, 4, 1, o->f);
	put32(o, 0); /* opt_endofopt */
	put32(o, 32);
}

static inline void pcapng_packet(struct out *o, unsigned interface, uint64_t units,
				 const void *data, uint32_t cap, uint32_t wire)
{
	uint32_t padded = (cap + 3) & ~3u;

	put32(o, 6);
	put32(o, 32 + padded);
	put32(o, interface);
	put32(o, (uint32_t)(units >> 32));
	put32(o, (uint32_t)units);
	put32(o, cap);
	put32(o, wire);
	fwrite(data, 1, cap, o->f);
	fwrite((uint8_t[4]){0}, 1, padded - cap, o->f);
	put32(o, 32 + padded);
}

static inline void out_end(struct out *o)
{
	fclose(o->f);
}

/* Ethernet, IPv4, UDP from 10.0.0.a to 10.0.0.b; the last four bytes are `tag`. 46 bytes. */
#define UDP_BYTES 46
static inline void udp_frame(uint8_t *out, uint8_t a, uint8_t b, uint32_t tag)
{
	static const uint8_t head[42] = {
		2,    0, 0, 0,  0, 1,  2, 0, 0,  0,  0, 2, 8,  0,                    /* Ethernet */
		0x45, 0, 0, 32, 0, 0,  0, 0, 64, 17, 0, 0, 10, 0, 0, 0, 10, 0, 0, 0, /* IPv4 */
		4,    0, 5, 0,  0, 12, 0, 0,                                         /* UDP */
	};

	memcpy(out, head, 42);
	out[29] = a;
	out[33] = b;
	tag = htobe32(tag);
	memcpy(out + 42, &tag, 4);
}

/* A folder of the test's own; removed by scratch_remove(). */
static char scratch[64];

static inline const char *scratch_path(const char *name)
{
	static char path[8][128];
	static unsigned turn;
	char *out = path[turn++ % 8];

	snprintf(out, 128, "%s/%s", scratch, name);
	return out;
}

static inline void scratch_remove(void)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -rf '%s'", scratch);
	if (scratch[0] && system(command) != 0)
		perror(scratch);
}

static inline void scratch_make(void)
{
	snprintf(scratch, sizeof(scratch), "/tmp/vigie-capture-test-XXXXXX");
	assert(mkdtemp(scratch));
	atexit(scratch_remove);
}
