// SPDX-License-Identifier: Apache-2.0
/* asn1: elements of BER that no honest encoder writes. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct asn1_op { /* what is asked for: any of it will do */
	bool bitstring_overflow; /* more unused bits than the string has */
	bool double_overflow;    /* a number written in letters, longer than 256 bytes */
	bool oversize;           /* an element longer than `length` */
	uint32_t length;         /* bytes */
};

bool rule_asn1_holds(const struct asn1_op *op, const uint8_t *p, uint32_t n);
