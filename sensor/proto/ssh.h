// SPDX-License-Identifier: Apache-2.0
/* What is kept of an SSH connection (RFC 4253): banners, what each side offers, and how the login
 * goes by the sizes of what the server says when nothing can be read any more. */
#pragma once

#include "proto/protocol.h"

#define SSH_BANNER_MAX 256u
#define SSH_HASSH      33u

struct ssh_side {
	char banner[SSH_BANNER_MAX]; /* "SSH-2.0-software comments" */
	uint16_t banner_len;
	uint8_t proto, proto_len, software, software_len; /* in the banner */
	char hassh[SSH_HASSH];
	struct proto_bytes offer; /* the text that hassh hashes: kex;cipher;mac;compression */
};

struct ssh_tx {
	struct tx tx;
	struct ssh_side side[2]; /* by direction */
};

struct ssh_login {                /* ssh_login.c */
	uint32_t accept, success; /* bytes of the server's messages on the wire; 0 unknown */
	uint32_t first_failure;
	uint32_t attempts;
	uint32_t answers; /* the server's since the service was accepted */
	uint64_t after; /* encrypted bytes of both sides since the service was accepted */
	uint32_t asked; /* bytes that the client has said since the server last spoke */
	bool accepted, client_spoke;
	bool computed; /* the sizes, from both offers */
	uint8_t proof; /* enum login_proof, once it has worked */
	uint8_t outcome; /* enum fact_result */
};

/* What the chosen cipher and MAC of the server's direction make of messages: 0 when they are not
 * known. */
void ssh_login_sizes(struct ssh_login *l, const struct ssh_tx *t, const uint8_t *client_offer,
		     uint32_t client_len);
/* n bytes of encrypted stream in one segment of direction `dir`; true: an attempt has ended. */
bool ssh_login_segment(struct ssh_login *l, uint8_t dir, uint32_t n);
/* The connection is over; true: what was tried has failed. */
bool ssh_login_end(struct ssh_login *l);

uint32_t ssh_eve(const struct tx *tx, char *out, uint32_t size);
