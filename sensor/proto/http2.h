// SPDX-License-Identifier: Apache-2.0
/* HTTP/2: what its files share. A transaction is a stream: a request and its answer as HTTP/1 has
 * them (proto/http.h), and what its frames said besides. A frame of the whole connection, or a
 * control frame of a stream that is not open, is a transaction of its own.
 *
 * Shape:  streams that are open stand in a table by their number and in a list by their age, at
 * most HTTP2_STREAMS_MAX; one more ends the oldest. Frames are not kept: their bytes go on as they
 *         come, header blocks field by field (a field that is not whole yet waits, at most
 *         HPACK_FIELD_MAX bytes), so that no length and no number of frames takes memory.
 * Source: RFC 9113, RFC 7541; names and cases of the events are Suricata's.
 */
#pragma once

#include "proto/hpack.h"
#include "proto/http.h"
#include "proto/http2_wire.h"

#define HTTP2_STREAMS_MAX 256u
#define HTTP2_BUCKETS     64u
#define HTTP2_NOTES_MAX   256u /* of a transaction: what its frames said */
#define HTTP2_RESET       16u
#define HTTP2_FRAME_LONG  65536u

enum http2_event { /* in the order of http2_events[] */
#define EVENT(id, name) HTTP2_EVENT_##id,
#include "proto/http2_events.def"
#undef EVENT
};

/* What a frame said that rules ask for. */
enum http2_note_kind {
	HTTP2_NOTE_error,
	HTTP2_NOTE_priority,
	HTTP2_NOTE_window,
	HTTP2_NOTE_size_update,
	HTTP2_NOTE_setting,
};
struct http2_note {
	uint8_t kind, dir;
	uint16_t id; /* of a setting */
	uint32_t value;
};

struct http2_tx {
	struct http_tx http; /* first */
	struct http2_tx *chain, *older, *newer;
	struct inflate inflate[2];
	struct proto_bytes notes; /* of struct http2_note */
	uint16_t types[2];        /* bits 1 << enum http2_type of the frames, by direction */
	uint8_t ended;            /* bits of the directions that have ended */
	/* DNS over HTTPS: the body is a message; what it says; one that came in a path */
	bool doh[2];
	struct dns_msg *dns[2];
	struct proto_bytes query;
};

struct http2_side {
	/* the frame at hand */
	uint8_t head[9], n_head;
	uint8_t type, flags, pad;
	uint8_t small[8], n_small, want; /* bytes in front, or all of a frame of fixed length */
	uint32_t stream, left;           /* left: bytes of its payload */
	bool passed;                     /* the rest of it is passed over */
	struct http2_tx *alone;          /* made for it */
	bool lost;                       /* where frames begin is not known */
	uint8_t preface;                 /* bytes of it so far */
	bool begun, bad_preface;
	/* the header block at hand */
	bool in_block, block_lost, end_stream, trailer;
	uint8_t block_dir;               /* whose message its fields are: a promise is a request */
	uint32_t block_stream, block_on; /* whose it is; on which stream its frames come */
	struct proto_bytes block;        /* of a field that is not whole yet */
	struct hpack hpack;
};

struct http2_flow {
	struct http2_tx *bucket[HTTP2_BUCKETS];
	struct http2_tx *oldest, *newest;
	uint32_t streams;
	uint32_t highest[2]; /* stream that was opened: by the server (even), by the client */
	uint32_t reset[HTTP2_RESET]; /* the last ones that ended so: the other side may not know yet
				      */
	uint8_t n_reset;
	bool blind;   /* something of the conversation was not seen */
	bool carried; /* what came before it was looked for */
	struct http2_side side[2];
};

/* http2_stream.c */
struct http2_tx *http2_find(const struct http2_flow *h, uint32_t stream);
/* A stream that is not in the table. NULL: no memory. */
struct http2_tx *http2_open(struct proto_call *c, uint32_t stream);
/* Over, and not because of a reset that may still be under way; false, too, if that is not known.
 */
bool http2_is_over(const struct http2_flow *h, uint32_t stream);
struct http2_tx *http2_alone(struct proto_call *c); /* for one frame, not in the table */
void http2_alone_end(struct proto_call *c, struct http2_tx *tx);
void http2_side_end(struct proto_call *c, struct http2_tx *tx, uint8_t dir);
void http2_close(struct proto_call *c, struct http2_tx *tx);
void http2_close_all(struct proto_call *c);
void http2_note(struct http2_tx *tx, uint8_t dir, enum http2_note_kind kind, uint16_t id,
		uint32_t value);
void http2_body(struct proto_call *c, struct http2_tx *tx, const uint8_t *p, uint32_t n);
/* http2_frame.c */
enum probe http2_frames(const uint8_t *p, uint32_t n); /* do frames begin here? */
uint32_t http2_length(const uint8_t *head);
/* Takes bytes of a direction; returns how many. */
uint32_t http2_take(struct proto_call *c, struct http2_side *s, const uint8_t *p, uint32_t n);
/* `missing` bytes are not there. False: where frames begin is not known any more. */
bool http2_miss(struct proto_call *c, struct http2_side *s, uint64_t missing);
/* http2_head.c: a header block begins, goes on, ends */
void http2_block_begin(struct proto_call *c, struct http2_side *s, struct http2_tx *tx,
		       uint8_t dir);
void http2_block(struct proto_call *c, struct http2_side *s, const uint8_t *p, uint32_t n);
void http2_block_end(struct proto_call *c, struct http2_side *s);
/* What HTTP/1 said before an upgrade is the request of stream 1. */
void http2_carried(struct proto_call *c);
/* http2_field.c */
enum http2_field {
	HTTP2_FIELD_before = HTTP_FIELDS - 1,
#define FIELD(id, name, type, at, what) HTTP2_FIELD_##id,
#include "proto/http2_fields.def"
#undef FIELD
	HTTP2_FIELDS,
};
extern const struct field http2_fields[];
bool http2_bytes(const struct tx *tx, unsigned f, unsigned i, uint8_t dir,
		 struct view_of_bytes *out);
bool http2_number(const struct tx *tx, unsigned f, unsigned i, uint8_t dir, uint64_t *out);

/* An event of the transaction, or, for want of one, of the flow. */
static inline void http2_odd(struct proto_call *c, struct http2_tx *tx, enum http2_event e)
{
	if (tx)
		proto_event(&tx->http.tx, e);
	else
		proto_flow_event(c, e);
}
