// SPDX-License-Identifier: Apache-2.0
/* Messages of SMB 2 and 3. Source: [MS-SMB2] 2.2.1 (header), 2.2.3 … 2.2.40 (bodies); offsets are
 * from the header's first byte. */
#include "proto/smb_part.h"

#include <stdio.h>

#define HEADER               64u
#define RESPONSE             1u
#define ASYNC                2u
#define RELATED              4u
#define PIPE_TRANSCEIVE      0x0011c017u
#define ENCRYPT_DATA         0x4u
#define FILE_DELETE_ON_CLOSE 0x1000u

enum {
	NEGOTIATE = 0,
	SESSION_SETUP = 1,
	LOGOFF = 2,
	TREE_CONNECT = 3,
	TREE_DISCONNECT = 4,
	CREATE = 5,
	CLOSE = 6,
	READ = 8,
	WRITE = 9,
	IOCTL = 11,
	QUERY_DIRECTORY = 14,
	SET_INFO = 17,
	BREAK = 18
};

struct message {
	const uint8_t *at;
	uint32_t n, len; /* bytes at hand, and in all */
	uint16_t command;
	uint32_t status, flags, tree;
	uint64_t id, session;
};

static uint16_t u16(const struct message *m, uint32_t at)
{
	return at + 2 <= m->n ? (uint16_t)(m->at[at] | m->at[at + 1] << 8) : 0;
}

static uint32_t u32(const struct message *m, uint32_t at)
{
	return u16(m, at) | (uint32_t)u16(m, at + 2) << 16;
}

static uint64_t u64(const struct message *m, uint32_t at)
{
	return u32(m, at) | (uint64_t)u32(m, at + 4) << 32;
}

/* What of [at, at + len) is at hand. */
static uint32_t have(const struct message *m, uint32_t at, uint32_t len)
{
	if (at >= m->n)
		return 0;
	return len < m->n - at ? len : m->n - at;
}

static void file_id(const struct message *m, uint32_t at, uint8_t out[16])
{
	memset(out, 0, 16);
	if (at + 16 <= m->n)
		memcpy(out, m->at + at, 16);
}

static bool all_ones(const uint8_t id[16])
{
	for (unsigned i = 0; i < 16; i++) {
		if (id[i] != 0xff)
			return false;
	}
	return true;
}

uint32_t smb2_keep(const uint8_t *p)
{
	unsigned command = p[12] | p[13] << 8;
	bool response = p[16] & RESPONSE;

	switch (command) {
	case SESSION_SETUP:
	case IOCTL:
		return 64u << 10;
	case READ:
		return response ? HEADER + 16 + 64 + SMB_HEAD : 128;
	case WRITE:
		return response ? 128 : HEADER + 48 + 16 + SMB_HEAD;
	case CREATE:
	case SET_INFO:
	case TREE_CONNECT:
	case NEGOTIATE:
		return 4096;
	default:
		return 256;
	}
}

/* Requests. */

static void token(struct proto_call *c, struct smb_tx *t, const struct message *m, uint32_t at,
		  uint32_t len)
{
	struct smb_session *s = smb_session(c, m->session, true);

	if (!s || !have(m, at, len))
		return;
	auth_token(c, &s->auth, LOGIN_ntlm, m->at + at, have(m, at, len));
	/* What the rules look at is the third message. */
	if (t && s->auth.how == LOGIN_ntlm + 1 && s->auth.offered && !t->ext) {
		t->ext = true;
		snprintf(t->name, sizeof(t->name), "%s", s->auth.user);
		snprintf(t->other, sizeof(t->other), "%s", s->auth.domain);
		snprintf(t->host, sizeof(t->host), "%.63s", s->auth.workstation);
		memcpy(t->ntlm_version, s->auth.version, sizeof(t->ntlm_version));
	}
}

/* The login's tokens come before the server has given the session a number: they are kept at 0 and
 * move there with the answer. */
static void setup_request(struct proto_call *c, struct smb_tx *t, const struct message *m)
{
	t->what = SMB_setup;
	token(c, t, m, u16(m, 76), u16(m, 78));
}

static void tree_request(struct smb_tx *t, const struct message *m)
{
	uint32_t at = u16(m, 68), len = u16(m, 70);

	t->what = SMB_tree_connect;
	proto_text16(m->at + (at < m->n ? at : 0), have(m, at, len), t->name, sizeof(t->name));
}

static void create_request(struct smb_tx *t, const struct message *m)
{
	uint32_t at = u16(m, 108), len = u16(m, 110);

	t->what = SMB_create_file;
	t->access = u32(m, 88);
	t->disposition = u32(m, 100);
	t->options = u32(m, 104);
	proto_text16(m->at + (at < m->n ? at : 0), have(m, at, len), t->name, sizeof(t->name));
}

/* The file of a request: what it names, or in a compound what the message before named. */
static struct smb_file *named(struct proto_call *c, struct smb_tx *t, const struct message *m,
			      uint32_t at)
{
	struct smb_half *h = &smb_of(c)->half[c->dir];

	file_id(m, at, t->file_id);
	if (m->flags & RELATED && all_ones(t->file_id))
		memcpy(t->file_id, h->chain_file, 16);
	else
		memcpy(h->chain_file, t->file_id, 16);
	struct smb_file *f = smb_file(c, t->file_id);
	if (f) {
		t->file = f->handle;
		snprintf(t->name, sizeof(t->name), "%s", f->path);
	}
	return f;
}

/* One that was opened before we looked. Data that is DCE/RPC says it is a pipe. */
static struct smb_file *unknown(struct proto_call *c, struct smb_tx *t, const uint8_t *p,
				uint32_t n, bool pipe)
{
	if (all_ones(t->file_id))
		return NULL;
	struct smb_file *f = smb_file_new(c, t->file_id, t);
	if (!f)
		return NULL;
	if (pipe || (n >= 16 && rpc_plausible(p, n) == PROBE_yes))
		f->pipe = true;
	t->file = f->handle;
	return f;
}

/* Opened in a tree that was connected before we looked: the first data may say that it is a pipe.
 */
static void recognise(struct proto_call *c, struct smb_file *f, const uint8_t *p, uint32_t n)
{
	if (!f->pipe && !f->had_write && !f->had_read && n >= 16 &&
	    !smb_tree(c, f->session, f->tree) && rpc_plausible(p, n) == PROBE_yes)
		f->pipe = true;
}

static void write_request(struct proto_call *c, struct smb_tx *t, const struct message *m)
{
	uint32_t at = u16(m, 66);
	struct smb_file *f = named(c, t, m, 80);

	t->what = SMB_data;
	t->length = u32(m, 68);
	t->offset = u64(m, 72);
	if (t->length > m->len || at > m->n)
		return;
	if (!f)
		f = unknown(c, t, m->at + at, have(m, at, t->length), false);
	if (!f)
		return;
	recognise(c, f, m->at + at, have(m, at, t->length));
	smb_io_write(c, f, t->offset, t->length, m->at + at, have(m, at, t->length));
	smb_io_data(c, f, t->offset, t->length, m->at + at, have(m, at, t->length));
}

static void ioctl_request(struct proto_call *c, struct smb_tx *t, const struct message *m)
{
	uint32_t at = u32(m, 88), len = u32(m, 92);
	struct smb_file *f = named(c, t, m, 72);

	t->sub = u32(m, 68);
	if (t->sub != PIPE_TRANSCEIVE || at > m->n || len > m->len)
		return;
	if (!f)
		f = unknown(c, t, m->at + at, have(m, at, len), true);
	if (!f)
		return;
	f->pipe = true;
	smb_io_write(c, f, 0, len, m->at + at, have(m, at, len));
	smb_io_data(c, f, 0, len, m->at + at, have(m, at, len));
}

static void set_info_request(struct proto_call *c, struct smb_tx *t, const struct message *m)
{
	uint32_t at = u16(m, 72), len = u32(m, 68);
	unsigned class = m->n > 67 ? m->at[67] : 0;
	struct smb_file *f = named(c, t, m, 80);

	t->sub = class;
	if (m->n <= 66 || m->at[66] != 1 || !have(m, at, len))
		return;
	switch (class) {
	case 10: /* FileRenameInformation */
	case 0x41:
		t->what = SMB_rename_file;
		t->op = SMB_rename + 1;
		proto_text16(m->at + (at + 20 < m->n ? at + 20 : 0),
			     have(m, at + 20, u32(m, at + 16)), t->other, sizeof(t->other));
		if (f)
			snprintf(t->name, sizeof(t->name), "%s", f->path);
		break;
	case 13: /* FileDispositionInformation */
	case 0x40:
		if (m->at[at] & 1)
			t->op = SMB_delete + 1;
		break;
	case 20: /* FileEndOfFileInformation */
		t->size = u64(m, at);
		if (f && t->size < f->size)
			t->op = SMB_truncate + 1;
		if (f)
			f->size = t->size;
		break;
	default:
		break;
	}
}

static void negotiate_request(struct proto_call *c, struct smb_tx *t, const struct message *m)
{
	struct smb_state *s = smb_of(c);

	t->what = SMB_negotiate;
	if (m->len > 4096 && s->grooms < UINT8_MAX && ++s->grooms == 1)
		smb_odd(c, 4, m->len, "an SMB2 negotiation that is only as long as a pool's block");
}

static void request(struct proto_call *c, struct smb_tx *t, const struct message *m)
{
	switch (m->command) {
	case NEGOTIATE:
		negotiate_request(c, t, m);
		break;
	case SESSION_SETUP:
		setup_request(c, t, m);
		break;
	case TREE_CONNECT:
		tree_request(t, m);
		break;
	case CREATE:
		create_request(t, m);
		break;
	case CLOSE:
		named(c, t, m, 72);
		break;
	case READ:
		t->what = SMB_data;
		t->length = u32(m, 68);
		t->offset = u64(m, 72);
		named(c, t, m, 80);
		break;
	case WRITE:
		write_request(c, t, m);
		break;
	case IOCTL:
		ioctl_request(c, t, m);
		break;
	case QUERY_DIRECTORY:
		named(c, t, m, 72);
		if (!(m->at[m->n > 67 ? 67 : 0] & 2)) /* not: go on, one entry */
			t->op = SMB_list + 1;
		break;
	case SET_INFO:
		set_info_request(c, t, m);
		break;
	default:
		break;
	}
}

/* Responses. */

#define SIZE_USUAL (16u << 20) /* beyond it Suricata says so: its smb.max-read-size, max-write-size */

static void negotiate_response(struct proto_call *c, struct smb_tx *t, const struct message *m)
{
	struct smb_state *s = smb_of(c);

	if (m->status != NT_OK || m->n < HEADER + 48)
		return;
	s->dialect = u16(m, 68);
	s->signing = m->at[66] & 2;
	if (t && u32(m, 96) > SIZE_USUAL)
		proto_event(&t->head.tx, SMB_EVENT_max_read);
	if (t && u32(m, 100) > SIZE_USUAL)
		proto_event(&t->head.tx, SMB_EVENT_max_write);
	if (t)
		t->dialect = s->dialect;
	if (s->dialect != 0x02ff) /* "2.???": it is negotiated once more */
		smb_tell_session(c, NULL, m->status, 0, false);
}

static void setup_response(struct proto_call *c, struct smb_tx *t, const struct message *m)
{
	struct smb_state *st = smb_of(c);
	struct smb_session *early =
		t && t->session != m->session ? smb_session(c, t->session, false) : NULL;

	if (early && m->session && !smb_session(c, m->session, false))
		early->id = m->session;
	token(c, NULL, m, u16(m, 68), u16(m, 70));
	if (m->status == NT_MORE_PROCESSING)
		return;
	struct smb_session *s = smb_session(c, m->session ? m->session : t ? t->session : 0, true);
	if (!s)
		return;
	uint16_t flags = m->status == NT_OK ? u16(m, 66) : 0;
	s->encrypts = flags & ENCRYPT_DATA;
	if (flags & 2)
		s->auth.anonymous = true;
	auth_outcome(c, &s->auth, m->status, m->status == NT_OK ? RESULT_ok : RESULT_failed);
	smb_tell_session(c, s, m->status, 1, flags & 1);
	st->encrypts |= s->encrypts;
}

static void tree_response(struct proto_call *c, struct smb_tx *t, const struct message *m)
{
	struct smb_tree *tree = NULL;

	if (m->status == NT_OK && m->n > 66)
		t->kind = m->at[66] <= 3 ? m->at[66] : 0;
	t->tree = m->tree;
	if (m->status == NT_OK)
		tree = smb_tree_new(c, m->session, m->tree);
	if (tree) {
		tree->kind = t->kind;
		tree->admin = smb_is_admin(t->name);
		snprintf(tree->share, sizeof(tree->share), "%s", t->name);
	}
	smb_tell_tree(c, t, tree);
}

static uint8_t opened(const struct smb_tx *t, uint32_t action)
{
	if (t->status != NT_OK)
		return t->disposition == 2 ? SMB_create
		       : t->disposition == 4 || t->disposition == 5 || t->disposition == 0
			       ? SMB_overwrite
			       : SMB_open;
	return action == 2 ? SMB_create : action == 0 || action == 3 ? SMB_overwrite : SMB_open;
}

static void create_response(struct proto_call *c, struct smb_tx *t, const struct message *m)
{
	struct smb_half *h = &smb_of(c)->half[c->dir];
	struct smb_file *f = NULL;

	t->op = (uint8_t)(opened(t, u32(m, 68)) + 1);
	if (m->status == NT_OK && m->n >= 144) {
		t->size = u64(m, 112);
		file_id(m, 128, t->file_id);
		f = smb_file_new(c, t->file_id, t);
		memcpy(h->chain_file, t->file_id, 16);
	}
	if (f) {
		f->folder = u32(m, 120) & 0x10;
		f->delete_on_close = t->options & FILE_DELETE_ON_CLOSE;
		t->file = f->handle;
	}
	smb_tell_file(c, t);
	t->op = 0;
}

static void close_response(struct proto_call *c, struct smb_tx *t)
{
	struct smb_file *f = smb_file(c, t->file_id);

	if (!f)
		return;
	if (f->delete_on_close) {
		t->op = SMB_delete + 1;
		smb_tell_file(c, t);
	}
	t->op = SMB_close + 1;
	smb_tell_file(c, t);
	t->op = 0;
	smb_file_close(c, f);
}

static void read_response(struct proto_call *c, struct smb_tx *t, const struct message *m)
{
	uint32_t at = m->n > 66 ? m->at[66] : 0, len = u32(m, 68);
	struct smb_file *f = smb_file(c, t->file_id);

	if ((m->status != NT_OK && m->status != NT_BUFFER_OVERFLOW) || len > m->len || at < HEADER)
		return;
	if (!f)
		f = unknown(c, t, m->at + (at < m->n ? at : 0), have(m, at, len), false);
	if (!f)
		return;
	smb_io_read(c, f, t->offset, len, m->at + (at < m->n ? at : 0), have(m, at, len));
	if (at <= m->n)
		smb_io_data(c, f, t->offset, len, m->at + at, have(m, at, len));
}

static void ioctl_response(struct proto_call *c, const struct message *m)
{
	uint32_t at = u32(m, 96), len = u32(m, 100);
	uint8_t id[16];

	file_id(m, 72, id);
	struct smb_file *f = smb_file(c, id);
	if (u32(m, 68) != PIPE_TRANSCEIVE || at > m->n || len > m->len || !f)
		return;
	smb_io_read(c, f, 0, len, m->at + at, have(m, at, len));
	smb_io_data(c, f, 0, len, m->at + at, have(m, at, len));
}

static void renamed(struct proto_call *c, struct smb_tx *t)
{
	struct smb_file *f = t->what == SMB_rename_file ? smb_file(c, t->file_id) : NULL;

	smb_tell_file(c, t);
	t->op = 0;
	if (f && t->status == NT_OK)
		snprintf(f->path, sizeof(f->path), "%s", t->other);
}

static void response(struct proto_call *c, struct smb_tx *t, const struct message *m)
{
	switch (m->command) {
	case NEGOTIATE:
		negotiate_response(c, t, m);
		return;
	case SESSION_SETUP:
		setup_response(c, t, m);
		return;
	case IOCTL:
		if (m->status == NT_OK || m->status == NT_BUFFER_OVERFLOW)
			ioctl_response(c, m);
		return;
	case LOGOFF:
		smb_tell_session(c, smb_session(c, m->session, false), m->status, 2, false);
		return;
	default:
		break;
	}
	if (!t)
		return;
	if (m->command == TREE_CONNECT)
		tree_response(c, t, m);
	else if (m->command == CREATE)
		create_response(c, t, m);
	else if (m->command == CLOSE)
		close_response(c, t);
	else if (m->command == READ)
		read_response(c, t, m);
	else if (t->op)
		renamed(c, t);
}

static void heard_request(struct proto_call *c, struct message *m)
{
	struct smb_half *h = &smb_of(c)->half[c->dir];
	struct smb_tx *t = smb_tx_new(c, 2, m->id);

	if (m->flags & RELATED && h->chained) {
		if (m->session == UINT64_MAX)
			m->session = h->chain_session;
		if (m->tree == UINT32_MAX)
			m->tree = h->chain_tree;
	} else {
		memset(h->chain_file, 0xff, 16);
	}
	h->chain_session = m->session;
	h->chain_tree = m->tree;
	if (!t)
		return;
	t->command = m->command;
	t->session = m->session;
	t->tree = m->tree;
	request(c, t, m);
	proto_progress(c, &t->head.tx, FLOW_to_server, 1);
}

static void heard_response(struct proto_call *c, struct message *m)
{
	struct smb_half *h = &smb_of(c)->half[c->dir];
	struct smb_tx *t = smb_tx_find(c, 2, m->id);

	if (!t && m->command == NEGOTIATE) /* an SMB1 negotiation that offers "SMB 2.002" */
		t = smb_tx_negotiate(c);
	if (m->flags & ASYNC && m->status == NT_PENDING)
		return;
	if (!h->chained)
		memset(h->chain_file, 0xff, 16);
	if (t) {
		t->answered = true;
		t->status = m->status;
		if (all_ones(t->file_id) && t->command != CREATE) {
			memcpy(t->file_id, h->chain_file, 16);
			const struct smb_file *f = smb_file(c, t->file_id);
			t->file = f ? f->handle : 0;
		}
		if (m->flags & ASYNC)
			m->tree = t->tree;
	}
	response(c, t, m);
	if (!t)
		return;
	proto_progress(c, &t->head.tx, FLOW_to_server, 2);
	proto_progress(c, &t->head.tx, FLOW_to_client, 1);
	smb_tx_done(c, t);
}

void smb2_message(struct proto_call *c, const uint8_t *p, uint32_t n, uint32_t len)
{
	struct message m = {.at = p, .n = n, .len = len};

	if (n < HEADER)
		return;
	m.status = u32(&m, 8);
	m.command = u16(&m, 12);
	m.flags = u32(&m, 16);
	m.id = u64(&m, 24);
	m.tree = u32(&m, 36);
	m.session = u64(&m, 40);
	smb_of(c)->version = 2;
	smb_of(c)->command = m.command;
	if (m.flags & RESPONSE)
		heard_response(c, &m);
	else if (m.command != BREAK)
		heard_request(c, &m);
}
