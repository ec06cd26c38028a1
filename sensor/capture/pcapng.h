// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/err.h"
#include "decode/frame.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#define PCAPNG_MAGIC 0x0a0d0d0au /* the same in both byte orders */

/* One pcapng file or stream being read. */
struct capture_pcapng;

/* Takes `f`, which stands at the first byte. NULL: it has no good header; `why` says so and `f`
 * stays the caller's. `name` is for the sentence. */
struct capture_pcapng *capture_pcapng_open(FILE *f, const char *name, struct err *err);
void capture_pcapng_close(struct capture_pcapng *p);

/* The next packet: data, lengths, time and the number of its link type (in `link`); data lives
 * until the next call. 1 a packet, 0 the end, -1 it breaks off: capture_pcapng_why() says how. */
int capture_pcapng_next(struct capture_pcapng *p, struct frame *f);
const char *capture_pcapng_why(const struct capture_pcapng *p);
