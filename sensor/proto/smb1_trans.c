// SPDX-License-Identifier: Apache-2.0
/* Transactions of SMB1: named pipes, queries and changes of files, and the shapes that exploits of
 * them have (MS17-010). Source: [MS-CIFS] 2.2.4.33 (TRANS), 2.2.4.46 (TRANS2), 2.2.4.62
 * (NT_TRANSACT). */
#include "proto/smb1_wire.h"

#include <stdio.h>

#define TRANSACT_PIPE        0x26
#define PEEK_PIPE            0x23
#define TRANS2_FIND_FIRST    0x01
#define TRANS2_SET_FILE      0x08
#define TRANS2_SESSION_SETUP 0x0e
#define NT_RENAME            5 /* reserved: MS-CIFS 2.2.7.5 */
#define HUGE_TOTAL           0x10000u

/* SMB_SET_FILE_DISPOSITION_INFO, …END_OF_FILE_INFO and the pass-through levels of them. */
static void set_file(struct proto_call *c, struct smb_tx *t, const struct smb1 *m, uint32_t params,
		     uint32_t data, uint32_t n_data)
{
	uint16_t level = smb1_u16(m, params + 2);

	struct smb_file *f = smb1_file(c, t, smb1_u16(m, params));
	t->sub = level;
	if (!smb1_have(m, data, n_data))
		return;
	if ((level == 0x102 || level == 1013) && m->at[data] & 1) {
		t->op = SMB_delete + 1;
	} else if (level == 0x104 || level == 1020) {
		t->size = smb1_u32(m, data) | (uint64_t)smb1_u32(m, data + 4) << 32;
		if (f && t->size < f->size)
			t->op = SMB_truncate + 1;
		if (f)
			f->size = t->size;
	} else if (level == 1010 && n_data > 12) {
		/* replace (4), root (4), length (4), name */
		uint32_t len = smb1_have(m, data + 12, smb1_u32(m, data + 8));

		t->op = SMB_rename + 1;
		t->what = SMB_rename_file;
		if (len)
			proto_text16(m->at + data + 12, len, t->other, sizeof(t->other));
	}
}

void smb1_trans(struct proto_call *c, struct smb_tx *t, const struct smb1 *m)
{
	struct smb_state *s = smb_of(c);
	uint32_t params = smb1_word(m, 20), n_data = smb1_word(m, 22), data = smb1_word(m, 24);
	uint16_t sub = smb1_word(m, 28);

	t->sub = sub;
	if (m->n_words < 15)
		return;
	if (m->command == SMB1_TRANS2) {
		s->trans2_open = true;
		if (sub == TRANS2_SESSION_SETUP)
			smb_odd(c, 3, sub, "TRANS2 SESSION_SETUP, which no client sends");
		else if (sub == TRANS2_SET_FILE)
			set_file(c, t, m, params, data, n_data);
		else if (sub == TRANS2_FIND_FIRST) {
			uint32_t at = params + 12;

			t->op = SMB_list + 1;
			smb1_text(m, &at, m->unicode, t->name, sizeof(t->name));
		}
		return;
	}
	if (sub != TRANSACT_PIPE)
		return;
	struct smb_file *f = smb1_file(c, t, smb1_word(m, 30));
	if (!f)
		f = smb_file_new(c, t->file_id, t);
	if (!f || data > m->n || n_data > m->len)
		return;
	f->pipe = true;
	smb_io_write(c, f, 0, n_data, m->at + data, smb1_have(m, data, n_data));
	smb_io_data(c, f, 0, n_data, m->at + data, smb1_have(m, data, n_data));
}

void smb1_trans_answer(struct proto_call *c, struct smb_tx *t, const struct smb1 *m)
{
	uint32_t n_data = smb1_word(m, 12), data = smb1_word(m, 14);

	if (m->command == SMB1_TRANS && t->sub == PEEK_PIPE && m->status == NT_NO_RESOURCES)
		smb_odd(c, 5, m->status,
			"a pipe peeked at without a handle: not patched (MS17-010)");
	if (m->command != SMB1_TRANS || t->sub != TRANSACT_PIPE || m->n_words < 10 || data > m->n ||
	    n_data > m->len)
		return;
	struct smb_file *f = smb_file(c, t->file_id);
	if (!f)
		return;
	smb_io_read(c, f, 0, n_data, m->at + data, smb1_have(m, data, n_data));
	smb_io_data(c, f, 0, n_data, m->at + data, smb1_have(m, data, n_data));
}

void smb1_nt_trans(struct proto_call *c, struct smb_tx *t, const struct smb1 *m)
{
	uint32_t total = smb1_long(m, 7);

	t->sub = smb1_word(m, 36);
	if (m->n_words < 19)
		return;
	if (t->sub == NT_RENAME)
		smb_odd(c, 7, t->sub, "NT_TRANSACT RENAME, which no server has and no client sends");
	if (total <= HUGE_TOTAL)
		return;
	smb_of(c)->nt_trans_huge = true;
	smb_odd(c, 2, total, "an NT transaction of more than 64 KiB");
}

/* Its primary was of another kind: what MS17-010 confuses. */
void smb1_trans2_secondary(struct proto_call *c, const struct smb1 *m)
{
	struct smb_state *s = smb_of(c);

	if (s->trans2_open && !s->nt_trans_huge)
		return;
	smb_odd(c, 1, smb1_word(m, 2), "TRANS2 SECONDARY without a TRANS2 before it");
	s->nt_trans_huge = false;
	s->trans2_open = true; /* told once */
}
