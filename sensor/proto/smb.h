// SPDX-License-Identifier: Apache-2.0
/* SMB 1, 2 and 3 as the parser keeps it, shared by smb*.c.
 *
 * Shape:  a flow has small tables of sessions, trees, open files and commands that wait for their
 *         answer; each entry is a block of proto_mem, the oldest goes when a table is full.
 * Source: [MS-SMB2] 2.2, [MS-CIFS] 2.2, [MS-SMB] 2.2; offsets are from the header's first byte.
 */
#pragma once

#include "base/bytes.h"
#include "proto/rpc.h"
#include "proto/smb_sealed.h"

#define SMB_SESSIONS 8u
#define SMB_TREES    16u
#define SMB_FILES    128u
#define SMB_PENDING  64u
#define SMB_RECENT   64u
#define SMB_NAME     256u  /* bytes of a path or share, terminator included */
#define SMB_HEAD     1024u /* bytes of a file's data that are looked at, read or written */

#define NT_OK              0u
#define NT_PENDING         0x00000103u
#define NT_BUFFER_OVERFLOW 0x80000005u
#define NT_NO_RESOURCES    0xc0000205u
#define NT_UNSEEN          UINT32_MAX /* no answer was seen */

struct smb_session {
	uint64_t id;
	bool encrypts, told_encrypted;
	uint64_t read, written; /* encrypted bytes since they were last told */
	uint32_t reads, writes;
	struct smb_sealed sealed;
	struct auth auth;
	char user[2 * NTLM_NAME]; /* as facts show it */
};

struct smb_tree {
	uint64_t session;
	uint32_t id;
	uint8_t kind; /* of fact_smb_tree */
	bool admin;
	char share[SMB_NAME];
};

struct smb_extent { /* bytes [from, to) that were read */
	uint64_t from, to;
};

/* What the rules see of a file that is read or written from its beginning on. */
struct smb_body {
	struct tx_head head;
	struct proto_bytes data; /* the first proto.body bytes */
	struct file_known *known;
	uint64_t next, size;     /* where it goes on; bytes seen */
	bool gap, whole;
	char path[SMB_NAME], share[128];
	uint16_t dialect;
	uint8_t version;
	uint16_t command;
};

struct smb_file {
	uint8_t id[16];
	uint64_t session, handle;
	uint64_t size; /* end of file as far as it was told */
	uint32_t tree;
	bool pipe, folder, admin, named, delete_on_close;
	bool dirty;                      /* something to tell */
	bool had_read, had_write;        /* its head was seen */
	bool read_magic, write_magic;    /* it began as a file of a known kind does */
	uint64_t read, written, overlap; /* since they were last told */
	uint32_t reads, writes;
	uint16_t read_entropy, written_entropy;
	uint8_t written_head[8];
	struct smb_extent extent[4];
	struct rpc *rpc;
	struct smb_body *body[2]; /* by direction */
	char share[128], path[SMB_NAME];
};

struct smb_recent { /* what was read of a path lately, whatever the handle */
	uint64_t path;
	struct smb_extent extent;
	uint16_t entropy;
	bool magic;
};

enum smb_what {
	SMB_other,
	SMB_negotiate,
	SMB_setup,
	SMB_tree_connect,
	SMB_create_file,
	SMB_data,
	SMB_rename_file
};

/* A command and its answer. */
struct smb_tx {
	struct tx_head head;
	uint8_t version, what; /* 1 or 2; enum smb_what */
	bool answered, ext;    /* ext: NTLM is in */
	uint16_t command, dialect;
	uint64_t id, session;
	uint32_t tree, status;
	/* create */
	uint32_t access, disposition, options;
	uint64_t size;
	/* read, write, set-info, transactions */
	uint64_t offset;
	uint32_t length, sub;
	uint8_t op;   /* enum smb_op + 1 of the fact to tell; 0 none */
	uint8_t kind; /* of a tree */
	uint8_t file_id[16];
	uint64_t file;                        /* handle; 0 none */
	char name[SMB_NAME], other[SMB_NAME]; /* share, path, user; new path, domain */
	char host[64];
	uint8_t ntlm_version[4];
};

struct smb_half {
	struct proto_bytes wait; /* the message at hand, as far as it is needed */
	uint32_t left;           /* bytes of the NBSS message that are not consumed */
	uint32_t skip;           /* … of them, that go by */
	struct smb_file *sink;   /* where they go; NULL: nowhere */
	uint64_t sunk, sunk_at;  /* bytes, and their place in the file */
	bool inside, lost;
	bool chained; /* a message of the same compound came before */
	uint64_t chain_session;
	uint32_t chain_tree;
	uint8_t chain_file[16];
};

struct smb_state {
	struct smb_half half[2];
	uint16_t dialect; /* 1: SMB1 */
	bool signing, encrypts, nt_trans_huge, trans2_open, ready;
	uint8_t grooms, version; /* version: of the message at hand, with its command */
	uint16_t command;
	uint64_t challenge; /* of an SMB1 negotiation without extended security */
	struct smb_session *session[SMB_SESSIONS];
	struct smb_tree *tree[SMB_TREES];
	struct smb_file *file[SMB_FILES];
	uint64_t file_key[SMB_FILES];
	struct smb_tx *pending[SMB_PENDING];
	struct smb_recent recent[SMB_RECENT];
	uint32_t turn_session, turn_tree, turn_file, turn_pending, turn_recent;
};
