// SPDX-License-Identifier: Apache-2.0
/* What became of a frame: enum, counters and texts, all from verdict.def. */
#pragma once

#include "base/count.h"

enum verdict {
#define VERDICT(name, what, source) VERDICT_##name,
#include "decode/verdict.def"
#undef VERDICT
	VERDICT_count
};

struct verdicts { /* one worker's */
	struct count n[VERDICT_count];
};

static inline void verdict_count(struct verdicts *v, enum verdict which)
{
	count_add(&v->n[which], 1);
}

const char *verdict_name(enum verdict v);   /* "ip4_short" */
const char *verdict_what(enum verdict v);   /* what the operator reads */
const char *verdict_source(enum verdict v); /* RFC clause, CVE, or "" */
