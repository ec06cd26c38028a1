// SPDX-License-Identifier: Apache-2.0
/* Reading SMB1: a block of parameter words and a block of bytes ([MS-CIFS] 2.2.3). */
#pragma once

#include "proto/smb_part.h"

struct smb1 {
	const uint8_t *at;
	uint32_t n, len; /* bytes at hand, and in all */
	uint32_t words;  /* where the parameter words begin */
	uint8_t n_words;
	uint32_t bytes;   /* where the byte block begins */
	uint32_t n_bytes; /* as it says itself */
	uint16_t command, tid, pid, uid, mid;
	uint32_t status;
	bool unicode, response;
};

static inline uint16_t smb1_u16(const struct smb1 *m, uint32_t at)
{
	return at + 2 <= m->n ? (uint16_t)(m->at[at] | m->at[at + 1] << 8) : 0;
}

static inline uint32_t smb1_u32(const struct smb1 *m, uint32_t at)
{
	return smb1_u16(m, at) | (uint32_t)smb1_u16(m, at + 2) << 16;
}

/* The same in the parameter words; 0 behind their end. */
static inline uint16_t smb1_word(const struct smb1 *m, uint32_t at)
{
	return at + 2 <= 2u * m->n_words ? smb1_u16(m, m->words + at) : 0;
}

static inline uint32_t smb1_long(const struct smb1 *m, uint32_t at)
{
	return at + 4 <= 2u * m->n_words ? smb1_u32(m, m->words + at) : 0;
}

static inline uint32_t smb1_have(const struct smb1 *m, uint32_t at, uint32_t len)
{
	if (at >= m->n)
		return 0;
	return len < m->n - at ? len : m->n - at;
}

/* A text of the byte block at *at: UTF-16 on an even offset, or the OEM's characters; to its
 * terminator. *at is behind it then. */
void smb1_text(const struct smb1 *m, uint32_t *at, bool unicode, char *out, uint32_t size);
/* Two-byte file ids as SMB2 has them: 16 bytes. */
static inline void smb1_fid(uint16_t fid, uint8_t out[16])
{
	memset(out, 0, 16);
	out[0] = (uint8_t)fid;
	out[1] = (uint8_t)(fid >> 8);
	out[15] = 1;
}
struct smb_file *smb1_file(struct proto_call *c, struct smb_tx *t, uint16_t fid);

/* smb1_trans.c */
void smb1_trans(struct proto_call *c, struct smb_tx *t, const struct smb1 *m);
void smb1_trans_answer(struct proto_call *c, struct smb_tx *t, const struct smb1 *m);
void smb1_nt_trans(struct proto_call *c, struct smb_tx *t, const struct smb1 *m);
void smb1_trans2_secondary(struct proto_call *c, const struct smb1 *m);

enum {
	SMB1_MKDIR = 0x00,
	SMB1_RMDIR = 0x01,
	SMB1_CLOSE = 0x04,
	SMB1_DELETE = 0x06,
	SMB1_RENAME = 0x07,
	SMB1_READ = 0x0a,
	SMB1_WRITE = 0x0b,
	SMB1_TRANS = 0x25,
	SMB1_TRANS_SECONDARY = 0x26,
	SMB1_OPEN_ANDX = 0x2d,
	SMB1_READ_ANDX = 0x2e,
	SMB1_WRITE_ANDX = 0x2f,
	SMB1_TRANS2 = 0x32,
	SMB1_TRANS2_SECONDARY = 0x33,
	SMB1_TREE_DISCONNECT = 0x71,
	SMB1_NEGOTIATE = 0x72,
	SMB1_SESSION_SETUP = 0x73,
	SMB1_LOGOFF = 0x74,
	SMB1_TREE_CONNECT = 0x75,
	SMB1_NT_TRANS = 0xa0,
	SMB1_NT_TRANS_SECONDARY = 0xa1,
	SMB1_NT_CREATE = 0xa2
};
