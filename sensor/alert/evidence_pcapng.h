// SPDX-License-Identifier: Apache-2.0
/* pcapng, written by ourselves into memory: one section, an interface for each link type, packets
 * with nanoseconds and comments. */
#pragma once

#include "decode/frame.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define EVIDENCE_LINKS 5u /* enum link without LINK_other */

struct evidence_pcapng {
	uint8_t *at; /* heap */
	size_t n, cap;
	bool failed; /* no memory: nothing more is taken */
	uint8_t interfaces;
	uint8_t interface[EVIDENCE_LINKS]; /* 1 + number; 0: not described yet */
};

/* The section header. `comment` may be NULL. */
void evidence_pcapng_begin(struct evidence_pcapng *p, const char *comment);
/* False: a link type that cannot be written, or no memory. A tag that was taken off the frame is
 * put back. `comment` may be NULL. */
bool evidence_pcapng_frame(struct evidence_pcapng *p, const struct frame *f, const char *comment);
/* Bytes that a frame takes at the most, without its comment. */
size_t evidence_pcapng_size(const struct frame *f);
void evidence_pcapng_fini(struct evidence_pcapng *p);
