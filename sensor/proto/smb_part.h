// SPDX-License-Identifier: Apache-2.0
/* What the parts of the SMB parser call of each other: tables (smb_table.c), I/O and facts
 * (smb_io.c, smb_sealed.c), messages (smb1.c, smb1_trans.c, smb2.c), EVE (smb_eve.c). */
#pragma once

#include "proto/smb.h"

enum { /* of smb.c's names, those that are set */
	SMB_EVENT_max_read = 8,
	SMB_EVENT_max_write,
};

static inline struct smb_state *smb_of(struct proto_call *c)
{
	return c->state;
}

/* smb_table.c */
struct smb_session *smb_session(struct proto_call *c, uint64_t id, bool make);
struct smb_tree *smb_tree(struct proto_call *c, uint64_t session, uint32_t id);
struct smb_tree *smb_tree_new(struct proto_call *c, uint64_t session, uint32_t id);
struct smb_file *smb_file(struct proto_call *c, const uint8_t id[16]);
/* `tx`: the create that opened it, or whatever first spoke of it. */
struct smb_file *smb_file_new(struct proto_call *c, const uint8_t id[16], const struct smb_tx *tx);
void smb_file_close(struct proto_call *c, struct smb_file *f);
struct smb_tx *smb_tx_new(struct proto_call *c, uint8_t version, uint64_t id);
struct smb_tx *smb_tx_find(struct proto_call *c, uint8_t version, uint64_t id);
struct smb_tx *smb_tx_negotiate(struct proto_call *c);    /* SMB1's that waits; NULL: none */
void smb_tx_done(struct proto_call *c, struct smb_tx *t); /* answered, or never will be */
void smb_free_all(struct proto_call *c);
const char *smb_user(struct proto_call *c, uint64_t session);

/* smb_io.c: what is read and written. `n` bytes of `len` are at hand at p. */
void smb_io_read(struct proto_call *c, struct smb_file *f, uint64_t offset, uint32_t len,
		 const uint8_t *p, uint32_t n);
void smb_io_write(struct proto_call *c, struct smb_file *f, uint64_t offset, uint32_t len,
		  const uint8_t *p, uint32_t n);
/* Bytes of a read or write as they go by: a pipe's RPC. `command`: for EVE. */
void smb_io_bytes(struct proto_call *c, struct smb_file *f, uint64_t offset, const uint8_t *p,
		  uint32_t n);
/* `len` bytes of a file's data at `offset` begin at p, n of them are at hand; the rest goes by. */
void smb_io_data(struct proto_call *c, struct smb_file *f, uint64_t offset, uint32_t len,
		 const uint8_t *p, uint32_t n);
/* smb_body.c */
void smb_body_bytes(struct proto_call *c, struct smb_file *f, uint64_t offset, const uint8_t *p,
		    uint32_t n);
void smb_body_end(struct proto_call *c, struct smb_file *f, bool whole);
bool smb_body_field(const struct smb_body *b, unsigned what, struct view_of_bytes *out);
void smb_io_tell(struct proto_call *c, struct smb_file *f, bool closed);
void smb_tell_file(struct proto_call *c, const struct smb_tx *t);
void smb_tell_session(struct proto_call *c, struct smb_session *s, uint32_t status, uint8_t what,
		      bool guest);
void smb_tell_tree(struct proto_call *c, const struct smb_tx *t, const struct smb_tree *tree);
void smb_odd(struct proto_call *c, uint8_t kind, uint32_t number, const char *what);
bool smb_is_admin(const char *share);
/* smb_sealed.c: an encrypted message of `len` bytes; what such ones have told so far. */
void smb_sealed(struct proto_call *c, struct smb_session *s, uint32_t len);
void smb_sealed_tell(struct proto_call *c, struct smb_session *s);

/* One message whose first n of `len` bytes are at hand; c->dir says whose. */
void smb1_message(struct proto_call *c, const uint8_t *p, uint32_t n, uint32_t len);
void smb2_message(struct proto_call *c, const uint8_t *p, uint32_t n, uint32_t len);
uint32_t smb1_keep(const uint8_t *p); /* bytes of such a message that are wanted */
uint32_t smb2_keep(const uint8_t *p);
uint32_t smb_eve(const struct tx *tx, char *out, uint32_t size);
const char *smb_status_name(uint32_t status); /* NULL: it has none */
const char *smb2_command_name(uint16_t command);
const char *smb1_command_name(uint16_t command);
