// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/err.h"
#include "decode/pkt.h"

#include <stdbool.h>
#include <stdint.h>

#define DEDUP_WINDOW_NS 2000000ULL  /* 2 ms */
#define DEDUP_SPAN_NS   10000000000ULL /* what `auto` decides over */
#define DEDUP_SETS      2048
#define DEDUP_WAYS      8

enum dedup_mode { DEDUP_off, DEDUP_auto, DEDUP_on };

struct dedup_entry {
	uint64_t time_ns;
	uint32_t key; /* what is left of the hash after the set; 0: unused */
	uint16_t look; /* MACs, tags, TTL and port, hashed */
	uint8_t exact, changed; /* copies it has taken */
};

struct capture_dedup {
	struct dedup_entry *entry; /* DEDUP_SETS * DEDUP_WAYS */
	uint64_t seed;
	uint8_t mode; /* enum dedup_mode */
	bool on;
	uint64_t span;                /* number of the present span of `auto` */
	uint64_t span_looked, span_seen; /* in it */
	uint64_t looked, exact, changed, dropped;
};

int capture_dedup_check(const char *text, struct err *err); /* for the parameter's row */
/* `text`: "off", "auto", "on"; "default" is auto when live and off from files. */
int capture_dedup_init(struct capture_dedup *d, const char *text, bool live, uint64_t seed,
		       struct err *err);
void capture_dedup_fini(struct capture_dedup *d);

/* Notes a decoded packet. True: it is a copy of one not long before. */
bool capture_dedup_pkt(struct capture_dedup *d, const struct frame *f, const struct pkt *pkt);
/* With `auto` and `on`, for every frame in the order of the source. True: a copy, to be removed. */
bool capture_dedup_frame(struct capture_dedup *d, const struct frame *f, bool due);
