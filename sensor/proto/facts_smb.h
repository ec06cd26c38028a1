// SPDX-License-Identifier: Apache-2.0
/* Facts of the Windows protocols: NTLM, Kerberos, SMB, DCE/RPC, LDAP; see proto/facts.h. */
#pragma once

#include "base/addr.h"

#include <stdint.h>

/* words: user, domain, workstation (authenticate); target name, DNS computer name (challenge) */
struct fact_ntlm {
	uint64_t challenge; /* the server's eight bytes, of the exchange; 0 not seen */
	uint32_t flags;
	uint8_t message; /* 1 negotiate, 2 challenge, 3 authenticate */
	uint8_t ntlmv1;  /* 24-byte response without extended session security */
	uint8_t anonymous, mic;
	uint8_t carrier; /* enum login_how of what it is inside of: LOGIN_ntlm is SMB */
	uint8_t pad[7];
};

enum ticket_of {
	TICKET_none,
	TICKET_tgt,     /* krbtgt of the realm that issued it */
	TICKET_foreign, /* krbtgt of one realm, issued by another */
	TICKET_service
};

/* words: client name, service name, realm, (error) text */
struct fact_krb {
	uint64_t ticket; /* hash of the enc-part of the ticket carried; 0 none */
	uint32_t error;
	uint32_t request_etypes; /* bits: 1 << etype, of those asked for; also in the answer */
	uint32_t ticket_kvno;    /* of the key that the ticket is encrypted with; 0 not said */
	uint8_t message;     /* 10 AS-REQ, 11 AS-REP, 12 TGS-REQ, 13 TGS-REP, 14 AP-REQ, 30 error */
	int8_t ticket_etype; /* of the ticket's enc-part; 0 none */
	int8_t reply_etype;  /* of the reply's enc-part */
	uint8_t preauth;     /* PA-ENC-TIMESTAMP (or another proof) is in the request */
	uint8_t bare;        /* of an AS-REP: its request proved nothing */
	uint8_t options_hi;  /* first byte of kdc-options */
	uint8_t carrier;     /* 0 port 88; else 1 + enum login_how of what it is inside of */
	uint8_t ticket_of;   /* enum ticket_of, of the ticket carried */
	uint8_t answers;     /* of an answer or error: 10 or 12, the request at hand; 0 not seen */
	uint8_t for_user;    /* of a TGS-REQ: in another's name (S4U2self) */
	uint8_t pad[2];
};
/* words: user, domain, workstation (as far as the session's NTLM or Kerberos has shown) */
struct fact_smb_session {
	uint32_t status;  /* of the session setup's answer */
	uint16_t dialect; /* 0x0202 … 0x0311; 1 is SMB1 */
	uint8_t what;     /* 0 negotiated, 1 session set up or refused, 2 logged off,
			   * 3 first encrypted message */
	uint8_t signing_required, encrypts;
	uint8_t guest, anonymous;
	uint8_t pad[5];
};

/* words: share ("\\\\server\\share" as sent), user */
struct fact_smb_tree {
	uint32_t status;
	uint8_t kind;  /* 0 unknown, 1 disk, 2 pipe, 3 printer */
	uint8_t admin; /* ADMIN$ or X$ */
	uint8_t pad[2];
};

enum smb_op {
	SMB_open,
	SMB_create,
	SMB_overwrite,
	SMB_close,
	SMB_rename,
	SMB_delete,
	SMB_truncate,
	SMB_list
};
/* words: share, path, new path (rename), user */
struct fact_smb_file {
	uint64_t handle; /* hash of session, tree and file id: the same in fact_smb_io */
	uint64_t size;   /* end of file as the server says; UINT64_MAX unknown */
	uint32_t status;
	uint32_t access; /* desired access asked for */
	uint8_t op;      /* enum smb_op */
	uint8_t pipe, folder, admin;
	uint8_t pad[4];
};

/* Told at the close, and each second of packet time while it is open. words: share, path */
struct fact_smb_io {
	uint64_t handle;
	uint64_t read, written; /* new bytes */
	uint64_t overlap;       /* written over what had been read before on this handle or path */
	/* Of the first KiB read and written, in thousandths of a bit a byte; 0: none */
	uint16_t read_entropy, written_entropy;
	uint8_t magic_changed; /* the first bytes written are of no known kind, those read were */
	uint8_t closed, pipe, admin;
	uint8_t written_head[8]; /* first bytes written: 'MZ' … */
	uint32_t reads,
		writes; /* messages; share and path "": encrypted ones, bytes with overhead */
	/* Of encrypted ones, by their lengths (smb_sealed.c): files opened, renamed; writes that
	 * are as long as a read before. */
	uint32_t opens, renames, rewritten;
	uint32_t behind; /* most files opened between such a read and its write */
	uint32_t blocks; /* files closed of which only whole buffers were written back */
	uint8_t pad[4];
};

/* words: what it is, in words */
struct fact_smb_odd {
	uint8_t kind; /* 1 trans2 secondary before its primary, 2 huge NT trans, 3 SESSION_SETUP2
		       * trans2, 4 pool groom (many), 5 peek named pipe probe, 6 bad compression,
		       * 7 NT_TRANSACT RENAME */
	uint8_t pad[3];
	uint32_t number; /* length, offset or count that is odd */
};

struct rpc_uuid {
	uint8_t at[16]; /* as printed, big-endian fields: 367abb81-9844-… is 36 7a bb 81 98 44 … */
};
/* Told when it is asked for (outcome unknown) and when it is answered. words: pipe (without
 * slashes) or
 * "" over TCP, user */
struct fact_rpc_bind {
	struct rpc_uuid interface;
	uint16_t version;
	uint8_t carrier; /* 0 TCP, 1 SMB pipe, 2 HTTP */
	uint8_t auth_type,
		auth_level; /* 0 none; 9 SPNEGO, 10 NTLM, 16 Kerberos, 68 netlogon; 6 privacy */
	uint8_t outcome;    /* enum fact_result */
	uint8_t pad[2];
};
/* words: pipe or "", what the stub says as far as it can be read (service name, path, account),
 * a second such text, user */
struct fact_rpc_call {
	struct rpc_uuid interface; /* zero: the bind was not seen and nothing else tells */
	uint32_t status;   /* response: return value where the stub is clear; fault: its code */
	uint32_t stub_len; /* bytes, all fragments */
	uint16_t opnum;    /* of the request, also in its response */
	uint8_t type;      /* 0 request, 1 response, 2 fault */
	uint8_t carrier, auth_level;
	uint8_t sealed;  /* stub cannot be read */
	uint8_t guessed; /* interface by port or pipe name, not by a bind */
	uint8_t stated; /* response: its return value was read */
};

/* words: base or name, filter (cut), attributes (cut), user */
struct fact_ldap {
	uint32_t result;  /* of a response */
	uint32_t entries; /* returned until the done */
	uint8_t op; /* LDAP's protocolOp tag: 0 bind, 1 bind response, 3 search, 5 search done … */
	uint8_t scope, sasl; /* scope of a modify: its first change, 0 add, 1 delete, 2 replace */
	uint8_t pad[5];
};
