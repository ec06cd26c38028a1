// SPDX-License-Identifier: Apache-2.0
/* NTLMSSP messages ([MS-NLMP] 2.2.1), taken apart where they lie: inside SMB, DCE/RPC, HTTP, LDAP.
 *
 * Owns:   nothing; texts are copied as UTF-8, control bytes replaced.
 * Errors: false: no NTLMSSP message, or shorter than its fixed part. Fields that point outside of
 * the message are left empty.
 */
#pragma once

#include "proto/protocol.h"

#define NTLM_NAME 128u /* bytes of a text, terminator included */

enum ntlm_message { NTLM_negotiate = 1, NTLM_challenge = 2, NTLM_authenticate = 3 };

struct ntlm_msg {
	uint8_t message; /* enum ntlm_message */
	uint32_t flags;
	uint64_t challenge;      /* of the server, as a big-endian number */
	uint16_t nt_len, lm_len; /* bytes of the responses */
	uint64_t lm_client;      /* first eight bytes of the LM response */
	bool mic, anonymous, ntlmv1;
	uint8_t version[8];          /* major, minor, build (LE), …; zero: none */
	char user[NTLM_NAME];        /* authenticate */
	char domain[NTLM_NAME];      /* authenticate; the target's name of a challenge */
	char workstation[NTLM_NAME]; /* authenticate; DNS computer name of a challenge */
};

bool ntlm_read(struct ntlm_msg *m, const uint8_t *p, uint32_t n);
/* Where "NTLMSSP\0" begins in the first 512 bytes of p; n: nowhere. */
uint32_t ntlm_find(const uint8_t *p, uint32_t n);
