// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "decode/frame.h"

enum sum {
	SUM_none, /* no such header, or not all of what is summed is there */
	SUM_ok,
	SUM_bad,
	SUM_empty, /* 0, where 0 is no valid sum */
	SUM_half,  /* the pseudo header's alone, not inverted: a NIC was to do the rest */
};

struct capture_sums {
	uint8_t ip, l4; /* enum sum */
};

/* The checksums of the outermost IP packet, TCP and UDP, of a frame on Ethernet. */
struct capture_sums capture_sums_of(const struct frame *f);
