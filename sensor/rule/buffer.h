// SPDX-License-Identifier: Apache-2.0
/* What rules ask of transactions, by name: the fields of every protocol under the names that rules
 * have for them. A name that no protocol offers is no buffer here (buffers.def still knows it).
 *
 * Shape: made once out of protocols[], before the first rule is read; immutable afterwards.
 */
#pragma once

#include "proto/protocol.h"
#include "rule/span.h"

#define BUFFER_NONE (-1)

struct buffer {
	const char *name;
	uint16_t id;
	bool number;  /* a number in every protocol that has it; else bytes */
	bool many;    /* several a transaction */
	bool frame;   /* no field but a frame, by the name that FRAME() gives; field[]: its type */
	bool file;    /* of a file: conditions on several of these are on the same one */
	int16_t field[APP_count]; /* index into the protocol's fields, or BUFFER_NONE */
};

/* By a rule's name for it: a field's own or another (dns_query). NULL: no protocol has it. */
const struct buffer *rule_buffer_find(struct span name);
const struct buffer *rule_buffer_at(unsigned id);
unsigned rule_buffers(void); /* how many there are */
/* The protocols that have it and match it in direction `dir`, as bits 1 << enum app. */
uint64_t rule_buffer_apps(const struct buffer *b, uint8_t dir);

extern const struct field rule_buffer_frame; /* stands for every frame */

static inline const struct field *rule_buffer_field(const struct buffer *b, enum app app)
{
	return b->field[app] == BUFFER_NONE ? NULL : b->frame ? &rule_buffer_frame : &protocols[app]->fields[b->field[app]];
}
