// SPDX-License-Identifier: Apache-2.0
/* Who logs in, by the security tokens (GSS-API, SPNEGO, NTLMSSP, Kerberos) that SMB, DCE/RPC, LDAP
 *and HTTP carry: tokens in, FACT_ntlm and FACT_krb out; the carrier says how the login went.
 *
 *	auth_token(c, &state->auth, LOGIN_http, token, len);  each token of either side
 *	auth_outcome(c, &state->auth, LOGIN_http, code, RESULT_failed, …);  when the carrier knows
 *
 * Owns:   nothing; the caller keeps the struct (zeroed: nothing is known).
 * Cost:   linear in the token; no allocation.
 */
#pragma once

#include "proto/ntlm.h"

struct auth {
	uint64_t challenge;      /* of the NTLM exchange at hand */
	uint8_t how;             /* LOGIN_ntlm or LOGIN_kerberos, + 1; 0: not known */
	uint8_t version[4];      /* of the client's NTLM: major, minor, build */
	bool anonymous, offered; /* offered: a proof has been sent, its outcome is not told yet */
	char user[NTLM_NAME], domain[NTLM_NAME], workstation[NTLM_NAME];
	char host[NTLM_NAME];    /* that the server says it is */
	char service[NTLM_NAME]; /* Kerberos: the ticket's */
};

/* A token as the carrier has it: raw NTLMSSP, a Kerberos AP-REQ, or either in SPNEGO. False:
 * nothing that is known. `carrier`: enum login_how of what it is inside of (LOGIN_ntlm: SMB). */
bool auth_token(struct proto_call *c, struct auth *a, uint8_t carrier, const uint8_t *p,
		uint32_t n);
/* The proof that was offered has been judged: FACT_login once. */
void auth_outcome(struct proto_call *c, struct auth *a, uint32_t code, enum fact_result outcome);
/* "DOMAIN\user", "user", "" */
const char *auth_user(const struct auth *a, char *out, uint32_t size);

#define NT_MORE_PROCESSING 0xc0000016u
#define NT_NO_SUCH_USER    0xc0000064u
