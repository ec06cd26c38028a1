// SPDX-License-Identifier: Apache-2.0
/* HPACK, the way back: header fields of HTTP/2 out of their compressed form.
 *
 * Shape:  one struct hpack a direction: the dynamic table as a queue of entries over one text, at
 *         most HPACK_TABLE_MAX bytes as RFC 7541 4.1 counts them. A field at a time, from bytes
 * that may end anywhere. Owns:   the table and the room of decoded strings, all from proto_mem;
 * hpack_drop() gives it back. Errors: none end it. What names an entry that is not there (never
 * was, or went by unseen) is HPACK_unknown, a string that cannot be decoded HPACK_bad: the next
 * field is where it would be. HPACK_overflow and HPACK_long lose the block: the table is empty
 * afterwards. Cost:   linear in the bytes and in what is put into the table. A field that refers to
 * an entry is a view of it, so that references (an "HPACK bomb") cost nothing until somebody
 * copies. Source: RFC 7541.
 */
#pragma once

#include "proto/protocol.h"

#define HPACK_TABLE_MAX (64u << 10)
#define HPACK_TABLE     4096u       /* until a size update says otherwise */
#define HPACK_FIELD_MAX (32u << 10) /* bytes of a field, compressed */

struct hpack_entry {
	uint32_t at; /* of the name; the value follows it */
	uint32_t name_len, value_len;
};

struct hpack {
	uint8_t *text;             /* 2 * cap bytes: what is alive lies in one piece */
	struct hpack_entry *entry; /* a ring of cap / 32 */
	uint32_t cap;              /* table size that the blocks are made for */
	uint32_t base, to;         /* position of text[0]; of the next byte, both counted on */
	uint32_t first, n;         /* of the ring: the oldest, how many */
	uint32_t size, max;        /* RFC 7541 4.1 */
	struct proto_bytes room;   /* strings of the field at hand */
	bool blind;                /* entries are missing that the sender has */
};

enum hpack_result {
	HPACK_more,     /* the field goes on behind the bytes */
	HPACK_field,    /* name and value */
	HPACK_size,     /* no field: the table has another size */
	HPACK_unknown,  /* a field whose name or value is in no table */
	HPACK_bad,      /* a field whose string is malformed */
	HPACK_overflow, /* an integer that no decoder takes */
	HPACK_long,     /* more than HPACK_FIELD_MAX bytes */
};

struct hpack_next { /* views are good until the next call */
	struct view_of_bytes name, value;
	uint32_t size; /* of HPACK_size */
	uint32_t used; /* bytes of the field; 0 with HPACK_more */
};

void hpack_init(struct hpack *h);
void hpack_drop(struct hpack *h, struct proto_mem *m);
/* What was said before is not known (any more): references into it are no errors. */
void hpack_forget(struct hpack *h);
/* The field at p[0 … n). */
enum hpack_result hpack_take(struct hpack *h, struct proto_mem *m, const uint8_t *p, uint32_t n,
			     struct hpack_next *out);

/* hpack_table.c */
#define HPACK_STATIC 61u
/* i: 1 … HPACK_STATIC */
void hpack_static(uint32_t i, struct view_of_bytes *name, struct view_of_bytes *value);
/* Appends what the Huffman code says. False: malformed, or no room. */
bool hpack_huffman(struct proto_mem *m, struct proto_bytes *to, const uint8_t *p, uint32_t n);
