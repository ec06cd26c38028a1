// SPDX-License-Identifier: Apache-2.0
/* A SIP message (RFC 3261 7) and its session description (RFC 8866 5) taken apart into views.
 *
 * Owns:   nothing; the message's bytes must outlive it. Meant for the stack.
 * Cost:   linear; at most SIP_LINES headers and lines of a description are told apart.
 */
#pragma once

#include "proto/protocol.h"

#define SIP_LINES 128u

struct sip_line {
	struct view_of_bytes name, value;
};

struct sip_msg {
	struct tx tx;
	bool response;
	struct view_of_bytes first; /* request or response line */
	struct view_of_bytes method, uri, version, code, reason;
	struct sip_line header[SIP_LINES];
	struct sip_line sdp[SIP_LINES]; /* name: the one letter */
	unsigned headers, sdps, media;  /* media: index of the first m= line; sdps: none */
};

/* False: no first line of SIP. */
bool sip_read(struct sip_msg *m, const uint8_t *p, uint32_t n);
/* Bytes of the whole message that begins at p; 0: more are needed to know. */
uint32_t sip_length(const uint8_t *p, uint32_t n);
/* The i-th header of this name, in its long or its short form (0: none). */
bool sip_header(const struct sip_msg *m, const char *name, char letter, unsigned i,
		struct view_of_bytes *out);
/* The i-th line of the description of this letter, of the session or of its media. */
bool sip_sdp(const struct sip_msg *m, char letter, bool media, unsigned i,
	     struct view_of_bytes *out);
