// SPDX-License-Identifier: Apache-2.0
/* What HTTP/2 and DNS over it share besides (http2.h). */
#pragma once

#include "proto/http2.h"

/* http2_doh.c: a head is there; a side has ended; the transaction goes */
void http2_doh_head(struct proto_call *c, struct http2_tx *tx, uint8_t dir);
void http2_doh_end(struct proto_call *c, struct http2_tx *tx, uint8_t dir);
void http2_doh_drop(struct http2_tx *tx);
/* http2.c: doh2's, too */
extern const char *const http2_events[];
enum probe http2_probe(const uint8_t *p, uint32_t n, uint8_t dir, const struct flow *f,
		       bool midstream);
void http2_data(struct proto_call *c, const uint8_t *p, uint32_t n);
void http2_gap(struct proto_call *c, uint64_t missing);
void http2_end(struct proto_call *c);
