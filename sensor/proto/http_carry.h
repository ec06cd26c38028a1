// SPDX-License-Identifier: Apache-2.0
/* HTTP that carries what is no document: the fact http_carry. */
#pragma once

#include "proto/http_msg.h"

/* n more bytes of the body at hand in c->dir have been taken. */
void http_carry_piece(struct proto_call *c, struct http_tx *tx, uint32_t n);
/* A message of WebSocket, as its receiver sees it. */
void http_carry_message(struct proto_call *c, struct view_of_bytes v);
/* BODY_* bits of a message whose head is parsed. */
uint8_t http_bodies(const struct http_msg *m);
/* Which protocol begins within the first bytes; NULL: none of those that are carried. */
const char *http_speaks(const uint8_t *p, uint32_t n);
