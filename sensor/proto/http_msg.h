// SPDX-License-Identifier: Apache-2.0
/* A transaction of HTTP, of either version: a request and its answer; each is a message: its head,
 * a table of its headers, what rules ask for made from them when it is asked for, a body.
 *
 * Owns:   what is made and kept, from proto_mem; http_drop_msg() gives it back.
 */
#pragma once

#include "proto/file.h"
#include "proto/protocol.h"

#define HTTP_HEAD_MAX     (64u << 10) /* bytes of a head that are kept */
#define HTTP_LINE_MAX     18000u      /* of one line of it, beyond which libhtp says it is too long */
#define HTTP_HEADERS_MAX  256u
#define HTTP_REPEATED_MAX 64u

enum http_progress { HTTP_none, HTTP_line, HTTP_head, HTTP_body, HTTP_trailer, HTTP_done };

enum http_event { /* in the order of http_events[] */
#define EVENT(id, name) HTTP_EVENT_##id,
#include "proto/http_events.def"
#undef EVENT
};

enum { HTTP_UP = 1, HTTP_DOWN, HTTP_BOTH }; /* directions of a field */
enum http_field {
#define FIELD(id, name, dirs, at, many, what) HTTP_FIELD_##id,
#include "proto/http_fields.def"
#undef FIELD
	HTTP_FIELD_file, /* FILE_FIELDS */
	HTTP_FIELDS = HTTP_FIELD_file + FILE_fields,
};

struct http_header { /* places in the head; a value that goes on in later lines, or is there twice,
		      * is put together in `joined` */
	uint32_t name, value;
	uint32_t name_len, value_len;
	bool joined;
	bool dropped, sum; /* HTTP/2: it is part of a sum, which lookups find and lists pass over */
};

/* Made when asked for */
enum http_made {
	MADE_uri,
	MADE_header,
	MADE_names,
	MADE_start,
	MADE_one,
	MADE_host,
	MADE_filename,
	MADE_count
};

#define HTTP_PARTS_MAX 32u
struct http_part { /* a file in a form: places in the body */
	uint32_t name, name_len, data, data_len;
	struct file_known *known;
	bool whole;
};
struct http_parts {
	uint32_t n;
	struct http_part at[HTTP_PARTS_MAX];
};

struct http_msg {
	struct proto_bytes head; /* first line, headers, empty line */
	struct proto_bytes joined;
	struct http_header *header;
	uint32_t n_header, cap_header, repeated;
	/* Of the first line; where the headers begin. HTTP/2 has none: one is made, behind them. */
	uint32_t line_at, line_len, headers_at;
	uint32_t trailer_at; /* behind the last chunk: where its lines begin in the head; 0: none */
	struct view_of_bytes word[3]; /* of the first line */
	struct proto_bytes made[MADE_count];
	uint32_t made_bits, one; /* which are made; which header MADE_one is of */
	struct proto_bytes body; /* decoded, at most proto.body bytes */
	struct file_known *known; /* of all of it */
	struct http_parts *parts;
	uint64_t body_len, decoded_len; /* on the wire; after decoding, so far */
	uint16_t status;
	bool cut; /* it ended before its body did */
	bool complete, parsed, gap;
	bool speaks;     /* http_carry.c: another protocol does in its body */
	uint16_t crumbs; /* … pieces of its body that were small */
};

struct http_tx {
	struct tx tx; /* first */
	struct http_tx *next;
	struct proto_mem *mem;
	struct http_msg msg[2];
	uint32_t stream; /* HTTP/2's, which has events of its own */
	bool connect, head, continued, two;
};

static inline void http_event(struct http_tx *tx, enum http_event e)
{
	if (!tx->two)
		proto_event(&tx->tx, e);
}
