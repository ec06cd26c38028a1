// SPDX-License-Identifier: Apache-2.0
/* HTTP/1, and what HTTP/2 has of it: connections, and what is done with messages (http_msg.h).
 *
 * Source: RFC 9112; where senders break it, what libhtp (Suricata 7) makes of that, because rules
 * are written against it.
 */
#pragma once

#include "proto/http_msg.h"
#include "proto/inflate.h"

#define HTTP_WAITING_MAX 64u /* requests of a connection that wait for their answers */

enum http_state {
	HTTP_AT_LINE, /* head: first line and headers */
	HTTP_AT_LENGTH,
	HTTP_AT_CHUNK, /* a chunk's length */
	HTTP_AT_DATA,
	HTTP_AT_DATA_END,
	HTTP_AT_TRAILER,
	HTTP_AT_CLOSE, /* body to the end of the connection */
	HTTP_AT_SURPLUS, /* behind a message that is whole, in the same bytes */
	HTTP_AT_LOST,  /* until something begins as a message does */
};

struct http_side {
	uint8_t state;          /* enum http_state */
	bool begun;             /* a first line that is not empty has begun */
	bool bad_chunk, untold; /* untold: the rules have not seen the head */
	uint32_t line;          /* 0: the line at hand is empty yet, CR not counted */
	uint32_t line_len;      /* its bytes */
	uint64_t left;          /* of the body or chunk */
	uint64_t number;
	uint32_t rest;          /* bytes at hand behind the message that is complete */
	struct inflate inflate;
};

struct http_flow {
	struct http_tx *first, *last; /* oldest first */
	struct http_tx *now[2];       /* whose message is at hand */
	uint32_t waiting;
	struct http_side side[2];
};

/* http_head.c */
bool http_parse_head(struct http_tx *tx, uint8_t dir); /* false: no memory, or no message */
/* Appends to a head that has been parsed, and reads the lines from `at` on as more of its headers. */
bool http_head_more(struct http_tx *tx, uint8_t dir, const uint8_t *p, uint32_t n);
void http_parse_more(struct http_tx *tx, uint8_t dir, uint32_t at);
/* Appends to the table; false: it is full. */
bool http_header_put(struct http_tx *tx, struct http_msg *m, const struct http_header *h);
/* The header's value, `sep` and `more` behind it, in `joined`. Without room it stays as it was. */
void http_header_join(struct http_tx *tx, struct http_msg *m, struct http_header *h,
		      const char *sep, struct view_of_bytes more);
/* http_check.c: the oddities of a head that has been parsed */
void http_check_request(struct http_tx *tx, const struct flow *f);
void http_check_response(struct http_tx *tx);
const struct http_header *http_find(const struct http_msg *m, const char *name);
struct view_of_bytes http_value(const struct http_msg *m, const struct http_header *h);
struct view_of_bytes http_name(const struct http_msg *m, const struct http_header *h);
bool http_is(struct view_of_bytes v, const char *text);    /* letters in either case */
bool http_has(struct view_of_bytes v, const char *token);  /* of a list with commas */
bool http_holds(struct view_of_bytes v, const char *text); /* anywhere; letters in either case */
bool http_digits(struct view_of_bytes v, uint64_t *out);   /* what is before them is passed over */
/* http_uri.c: path decoded and put in order, query as it is but for needless escapes. */
bool http_uri(struct proto_mem *m, struct view_of_bytes raw, struct proto_bytes *out);
/* http_field.c */
extern const struct field http_fields[];
bool http_bytes(const struct tx *tx, unsigned f, unsigned i, uint8_t dir,
		struct view_of_bytes *out);
bool http_number(const struct tx *tx, unsigned f, unsigned i, uint8_t dir, uint64_t *out);
uint32_t http_eve(const struct tx *tx, char *out, uint32_t size);
struct view_of_bytes http_host_of(struct http_tx *tx); /* without port, lower case; empty: none */
/* Of an absolute target, and of CONNECT's; empty: there is none */
struct view_of_bytes http_authority(const struct http_tx *tx);
struct view_of_bytes http_file_name(struct http_tx *tx, uint8_t dir);
/* http2_eve.c */
struct json;
void http2_put_headers(struct json *j, const struct http_tx *tx);
void http2_put_frames(struct json *j, const struct http_tx *tx);
/* http_file.c: the i-th of a direction. False: there is none. */
bool http_file(struct http_tx *tx, uint8_t dir, unsigned i, struct file_view *out);
struct view_of_bytes http_parameter(struct view_of_bytes v, const char *name);
/* http_rest.c: what is behind a message. Each returns how many bytes it took; *whole: so is the message. */
uint32_t http_take_trailer(struct proto_call *c, struct http_side *s, struct http_tx *tx, const uint8_t *p,
			   uint32_t n, bool *whole);
uint32_t http_take_surplus(struct proto_call *c, struct http_side *s, struct http_tx *tx, const uint8_t *p,
			   uint32_t n, bool *whole);
bool http_is_old_request(const struct http_msg *m); /* a line, and no version in it */
uint32_t http_stray_line(const uint8_t *p, uint32_t n); /* bytes of a line before an answer; 0: none */
bool http_begins_answer(const uint8_t *p, uint32_t n); /* or may, with more bytes */
bool http_known_method(const uint8_t *p, uint32_t n);  /* the same */
/* http.c */
void http_drop_msg(struct http_tx *tx, struct http_msg *m);
/* http_body.c */
void http_body_begin(struct proto_call *c, struct inflate *z, struct http_tx *tx);
void http_body_data(struct proto_call *c, struct inflate *z, struct http_tx *tx, const uint8_t *p,
		    uint32_t n);
/* http_fact.c */
void http_tell(struct proto_call *c, struct http_tx *tx);
