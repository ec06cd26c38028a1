// SPDX-License-Identifier: Apache-2.0
/* The condition that kw_entropy.c makes and eval.c asks. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct entropy_op {
	double value, most; /* bits a byte; most: of a range */
	uint32_t offset, bytes; /* bytes 0: to the end */
	char compare;           /* '<' '>' '=' '!', 'l' <=, 'g' >=, '-' between */
	bool negated;           /* outside of a range */
};

/* False also where the buffer is shorter than that. */
bool rule_entropy_holds(const struct entropy_op *op, const uint8_t *p, uint32_t n);
