// SPDX-License-Identifier: Apache-2.0
/* proto → observe → detect: the bodies of facts.def. An observation of a fact is the header, a
 * struct obs_link, one of these, then up to FACT_WORDS texts, each with its terminator
 * (fact_word()).
 *
 * Addresses: src is always the flow's client, dst its server; obs_link.dir says which side sent the
 *            message. So "src did it to dst" reads the same for every fact.
 * Units:     bytes; host order; statuses and error codes as the protocol has them.
 * Texts:     UTF-8 (UTF-16 is converted), control bytes become '?', cut at FACT_WORD_MAX.
 */
#pragma once

#include "base/addr.h"
#include "base/hash.h"
#include "proto/facts_net.h"
#include "proto/facts_smb.h"

#include <stdint.h>

enum fact_kind {
#define FACT(name, what) FACT_##name,
#include "proto/facts.def"
#undef FACT
	FACT_count
};

#define FACT_WORDS    6u
#define FACT_WORD_MAX 160u /* bytes, terminator included */
#define FACT_TEXT_MAX 512u /* all words */

enum fact_result { RESULT_unknown, RESULT_ok, RESULT_failed };

enum login_how {
	LOGIN_ntlm,
	LOGIN_kerberos,
	LOGIN_ldap,
	LOGIN_ssh,
	LOGIN_ftp,
	LOGIN_telnet,
	LOGIN_http,
	LOGIN_smtp,
	LOGIN_pop3,
	LOGIN_imap,
	LOGIN_rdp,
	LOGIN_vnc,
	LOGIN_mssql,
	LOGIN_mysql,
	LOGIN_pgsql,
	LOGIN_redis,
	LOGIN_snmp,
	LOGIN_winrm,
	LOGIN_rpc, /* DCE/RPC; only as what carries NTLM or Kerberos */
	LOGIN_count
};
/* SSH: what a login that worked was proved with, by its size: a signature is longer than passwords are,
 * but for those that a client pads (PuTTY). */
enum login_proof { PROOF_unknown, PROOF_password, PROOF_key };

/* Eight bits: enough to see that a program tries one password again and again, too few to tell which. */
static inline uint8_t fact_secret(const void *p, uint32_t n)
{
	return n ? (uint8_t)(1 + hash_bytes(p, n, 29) % 255) : 0;
}

/* words: user, domain or realm, workstation */
struct fact_login {
	uint32_t code;        /* NTSTATUS, Kerberos error, LDAP result, reply code; 0 none */
	uint8_t how;          /* enum login_how */
	uint8_t outcome;      /* enum fact_result */
	uint8_t clear;        /* the password went in clear text */
	uint8_t user_unknown; /* the server says there is no such user */
	uint8_t anonymous, locked;
	uint8_t proof;  /* enum login_proof */
	uint8_t secret; /* of a password in clear: a mark that is the same for the same one; 0 not known */
};
