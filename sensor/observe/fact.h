// SPDX-License-Identifier: Apache-2.0
/* How a hearer reads an observation of a fact. */
#pragma once

#include "observe/observation.h"
#include "proto/facts.h"
#include "proto/proto.h"

/* OBS_<fact>: link, then the body of proto/facts.h, then its words. */
static inline const void *obs_fact(const struct observation *o)
{
	return (const uint8_t *)(o + 1) + sizeof(struct obs_link);
}
/* Word i of a fact whose body has `body` bytes; "" when there is none. */
static inline const char *obs_word(const struct observation *o, size_t body, unsigned i)
{
	const char *p = (const char *)obs_fact(o) + body;
	const char *end = (const char *)(o + 1) + o->len;

	for (; i && p < end; i--)
		p += strnlen(p, (size_t)(end - p)) + 1;
	return p < end ? p : "";
}
/* The same of a fact that is not told yet. */
static inline const char *fact_word(const struct proto_fact *f, unsigned i)
{
	const char *p = f->text, *end = f->text + f->text_len;

	for (; i && p < end; i--)
		p += strnlen(p, (size_t)(end - p)) + 1;
	return p < end ? p : "";
}
