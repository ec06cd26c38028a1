// SPDX-License-Identifier: Apache-2.0
/* Messages of SMB1 with their AndX chains. Source: [MS-CIFS] 2.2.3 (header, blocks), 2.2.4
 * (commands); [MS-SMB] 2.2.4 (extended security, NT create). */
#include "proto/smb1_wire.h"

#include <stdio.h>
#include <strings.h>

#define HEADER               32u
#define CHAIN                8u /* commands of a message that are looked at */
#define NO_ANDX              0xff
#define EXTENDED             0x80000000u
#define FILE_DELETE_ON_CLOSE 0x1000u

uint32_t smb1_keep(const uint8_t *p)
{
	bool response = p[9] & 0x80;

	switch (p[4]) {
	case SMB1_READ_ANDX:
		return response ? HEADER + 64 + SMB_HEAD : 256;
	case SMB1_WRITE_ANDX:
		return response ? 256 : HEADER + 64 + SMB_HEAD;
	case SMB1_SESSION_SETUP:
	case SMB1_TRANS:
	case SMB1_TRANS2:
		return 64u << 10;
	default:
		return 4096;
	}
}

void smb1_text(const struct smb1 *m, uint32_t *at, bool unicode, char *out, uint32_t size)
{
	uint32_t i = *at, n;

	out[0] = '\0';
	if (unicode)
		i += i & 1;
	if (i >= m->n) {
		*at = m->n;
		return;
	}
	n = m->n - i;
	uint32_t len = 0, step = unicode ? 2 : 1;
	while (len + step <= n && (m->at[i + len] || (unicode && m->at[i + len + 1])))
		len += step;
	if (unicode)
		proto_text16(m->at + i, len, out, size);
	else
		proto_text(m->at + i, len, out, size);
	*at = i + len + step;
}

struct smb_file *smb1_file(struct proto_call *c, struct smb_tx *t, uint16_t fid)
{
	smb1_fid(fid, t->file_id);
	struct smb_file *f = smb_file(c, t->file_id);
	if (f) {
		t->file = f->handle;
		if (!t->name[0])
			snprintf(t->name, sizeof(t->name), "%s", f->path);
	}
	return f;
}

static struct smb_file *unknown(struct proto_call *c, struct smb_tx *t, const uint8_t *p,
				uint32_t n)
{
	struct smb_file *f = smb_file_new(c, t->file_id, t);

	if (!f)
		return NULL;
	if (n >= 16 && rpc_plausible(p, n) == PROBE_yes)
		f->pipe = true;
	t->file = f->handle;
	return f;
}

/* Requests. */

static void setup_request(struct proto_call *c, struct smb_tx *t, const struct smb1 *m)
{
	struct smb_session *s = smb_session(c, m->uid, true);
	uint32_t at = m->bytes;

	t->what = SMB_setup;
	if (!s)
		return;
	if (m->n_words == 12) {
		uint32_t len = smb1_word(m, 14), n = smb1_have(m, at, len);

		if (n)
			auth_token(c, &s->auth, LOGIN_ntlm, m->at + at, n);
	} else if (m->n_words == 13) {
		uint32_t lm = smb1_word(m, 14), nt = smb1_word(m, 16);

		at += lm + nt;
		smb1_text(m, &at, m->unicode, s->auth.user, sizeof(s->auth.user));
		smb1_text(m, &at, m->unicode, s->auth.domain, sizeof(s->auth.domain));
		s->auth.how = LOGIN_ntlm + 1;
		s->auth.offered = true;
		s->auth.anonymous = !s->auth.user[0] && nt == 0 && lm <= 1;
		struct fact_ntlm f = {
			.challenge = s->auth.challenge,
			.message = NTLM_authenticate,
			.ntlmv1 = nt == 24 || (nt == 0 && lm == 24),
			.anonymous = s->auth.anonymous,
			.carrier = LOGIN_ntlm,
		};
		proto_fact(c, FACT_ntlm, &f, sizeof(f),
			   (const char *[]){s->auth.user, s->auth.domain, ""}, 3);
	}
	if (s->auth.offered && s->auth.how == LOGIN_ntlm + 1) {
		t->ext = true;
		snprintf(t->name, sizeof(t->name), "%s", s->auth.user);
		snprintf(t->other, sizeof(t->other), "%s", s->auth.domain);
		snprintf(t->host, sizeof(t->host), "%.63s", s->auth.workstation);
		memcpy(t->ntlm_version, s->auth.version, sizeof(t->ntlm_version));
	}
}

static void tree_request(struct smb_tx *t, const struct smb1 *m)
{
	uint32_t at = m->bytes + smb1_word(m, 6);

	t->what = SMB_tree_connect;
	smb1_text(m, &at, m->unicode, t->name, sizeof(t->name));
	smb1_text(m, &at, false, t->host, sizeof(t->host)); /* the service asked for */
}

static void create_request(struct smb_tx *t, const struct smb1 *m)
{
	uint32_t at = m->bytes, len = smb1_word(m, 5);

	t->what = SMB_create_file;
	t->access = smb1_long(m, 15);
	t->disposition = smb1_long(m, 35);
	t->options = smb1_long(m, 39);
	if (m->unicode)
		at += at & 1;
	uint32_t n = smb1_have(m, at, len);
	if (n && m->unicode)
		proto_text16(m->at + at, n, t->name, sizeof(t->name));
	else if (n)
		proto_text(m->at + at, n, t->name, sizeof(t->name));
	/* Some put the terminator into the length. */
	size_t end = strlen(t->name);
	if (end && t->name[end - 1] == '?' && n >= 2 && !m->at[at + n - 1] && !m->at[at + n - 2])
		t->name[end - 1] = '\0';
}

static void write_request(struct proto_call *c, struct smb_tx *t, const struct smb1 *m)
{
	uint32_t at = smb1_word(m, 22);
	struct smb_file *f = smb1_file(c, t, smb1_word(m, 4));

	t->what = SMB_data;
	t->length = smb1_word(m, 20) | (uint32_t)smb1_word(m, 18) << 16;
	t->offset = smb1_long(m, 6);
	if (m->n_words >= 14)
		t->offset |= (uint64_t)smb1_long(m, 24) << 32;
	if (at < m->bytes || at > m->n || t->length > m->len - at)
		return;
	uint32_t n = smb1_have(m, at, t->length);
	if (!f)
		f = unknown(c, t, m->at + at, n);
	if (!f)
		return;
	smb_io_write(c, f, t->offset, t->length, m->at + at, n);
	smb_io_data(c, f, t->offset, t->length, m->at + at, n);
}

static void path_request(struct smb_tx *t, const struct smb1 *m, enum smb_op op)
{
	uint32_t at = m->bytes;
	bool buffer = m->command != SMB1_MKDIR || (at < m->n && m->at[at] == 4);

	if (buffer)
		at++; /* format: 4 */
	t->op = (uint8_t)(op + 1);
	smb1_text(m, &at, m->unicode, t->name, sizeof(t->name));
	if (op != SMB_rename)
		return;
	t->what = SMB_rename_file;
	at++;
	smb1_text(m, &at, m->unicode, t->other, sizeof(t->other));
}

static void request(struct proto_call *c, struct smb_tx *t, const struct smb1 *m)
{
	uint32_t at = m->bytes;

	switch (m->command) {
	case SMB1_NEGOTIATE:
		t->what = SMB_negotiate;
		break;
	case SMB1_SESSION_SETUP:
		setup_request(c, t, m);
		break;
	case SMB1_TREE_CONNECT:
		tree_request(t, m);
		break;
	case SMB1_NT_CREATE:
		create_request(t, m);
		break;
	case SMB1_OPEN_ANDX:
		t->what = SMB_create_file;
		t->access = smb1_word(m, 6);
		t->disposition = smb1_word(m, 16) & 0x10 ? 3 : 1;
		smb1_text(m, &at, m->unicode, t->name, sizeof(t->name));
		break;
	case SMB1_READ_ANDX:
		t->what = SMB_data;
		t->length = smb1_word(m, 10);
		t->offset = smb1_long(m, 6) | (uint64_t)(m->n_words >= 12 ? smb1_long(m, 20) : 0)
						      << 32;
		smb1_file(c, t, smb1_word(m, 4));
		break;
	case SMB1_WRITE_ANDX:
		write_request(c, t, m);
		break;
	case SMB1_CLOSE:
		smb1_file(c, t, smb1_word(m, 0));
		break;
	case SMB1_DELETE:
	case SMB1_RMDIR:
		path_request(t, m, SMB_delete);
		break;
	case SMB1_MKDIR:
		path_request(t, m, SMB_create);
		t->options = 1;
		break;
	case SMB1_RENAME:
		path_request(t, m, SMB_rename);
		break;
	case SMB1_TRANS:
	case SMB1_TRANS2:
		smb1_trans(c, t, m);
		break;
	case SMB1_NT_TRANS:
		smb1_nt_trans(c, t, m);
		break;
	default:
		break;
	}
}

/* Responses. */

static void negotiate_response(struct proto_call *c, struct smb_tx *t, const struct smb1 *m)
{
	struct smb_state *s = smb_of(c);

	if (m->status != NT_OK || m->n_words < 1 || smb1_word(m, 0) == 0xffff)
		return;
	s->dialect = t->dialect = 1;
	if (m->n_words >= 17) {
		s->signing = m->words + 2 < m->n && m->at[m->words + 2] & 8;
		uint32_t caps = smb1_long(m, 19);
		if (!(caps & EXTENDED) && smb1_have(m, m->bytes, 8) == 8) {
			struct bytes b = bytes_of(m->at + m->bytes, 8);

			s->challenge = (uint64_t)bytes_be32(&b) << 32;
			s->challenge |= bytes_be32(&b);
		}
	}
	smb_tell_session(c, NULL, m->status, 0, false);
}

static void setup_response(struct proto_call *c, struct smb_tx *t, const struct smb1 *m)
{
	struct smb_session *s = smb_session(c, t->session, false);

	if (s && m->uid && t->session != m->uid && !smb_session(c, m->uid, false))
		s->id = m->uid;
	s = smb_session(c, m->uid, true);
	if (!s)
		return;
	if (m->n_words == 4) {
		uint32_t n = smb1_have(m, m->bytes, smb1_word(m, 6));

		if (n)
			auth_token(c, &s->auth, LOGIN_ntlm, m->at + m->bytes, n);
	}
	if (m->status == NT_MORE_PROCESSING)
		return;
	auth_outcome(c, &s->auth, m->status, m->status == NT_OK ? RESULT_ok : RESULT_failed);
	smb_tell_session(c, s, m->status, 1, m->n_words >= 3 && smb1_word(m, 4) & 1);
}

static void tree_response(struct proto_call *c, struct smb_tx *t, const struct smb1 *m)
{
	struct smb_tree *tree = NULL;
	char service[16];
	uint32_t at = m->bytes;

	t->tree = m->tid;
	smb1_text(m, &at, false, service, sizeof(service));
	if (m->status == NT_OK) {
		tree = smb_tree_new(c, m->uid, m->tid);
		t->kind = strcasecmp(service, "IPC") == 0       ? 2
			  : strncasecmp(service, "LPT", 3) == 0 ? 3
								: 1;
	} else if (strcasecmp(t->host, "IPC") == 0) {
		t->kind = 2;
	}
	if (tree) {
		tree->kind = t->kind;
		tree->admin = smb_is_admin(t->name);
		snprintf(tree->share, sizeof(tree->share), "%s", t->name);
	}
	smb_tell_tree(c, t, tree);
}

static void create_response(struct proto_call *c, struct smb_tx *t, const struct smb1 *m)
{
	bool nt = m->command == SMB1_NT_CREATE;
	uint32_t action = nt ? smb1_long(m, 7) : smb1_word(m, 22);
	struct smb_file *f = NULL;

	t->op = SMB_open + 1;
	if (m->status != NT_OK)
		t->op = t->disposition == 2   ? SMB_create + 1
			: t->disposition == 5 ? SMB_overwrite + 1
					      : SMB_open + 1;
	else if (action == 2)
		t->op = SMB_create + 1;
	else if (action == 3 || (nt && action == 0))
		t->op = SMB_overwrite + 1;
	if (m->status == NT_OK && m->n_words >= 15) {
		smb1_fid(smb1_word(m, nt ? 5 : 4), t->file_id);
		t->size =
			nt ? smb1_long(m, 55) | (uint64_t)smb1_long(m, 59) << 32 : smb1_long(m, 12);
		f = smb_file_new(c, t->file_id, t);
	}
	if (f) {
		f->folder = nt && m->words + 67 < m->n && m->n_words >= 34 && m->at[m->words + 67];
		f->delete_on_close = t->options & FILE_DELETE_ON_CLOSE;
		if (nt && smb1_word(m, 63) == 2) /* a message pipe */
			f->pipe = true;
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
	t->op = f->delete_on_close ? SMB_delete + 1 : SMB_close + 1;
	smb_tell_file(c, t);
	t->op = 0;
	smb_file_close(c, f);
}

static void read_response(struct proto_call *c, struct smb_tx *t, const struct smb1 *m)
{
	uint32_t at = smb1_word(m, 12), len = smb1_word(m, 10) | (uint32_t)smb1_word(m, 14) << 16;
	struct smb_file *f = smb_file(c, t->file_id);

	if ((m->status != NT_OK && m->status != NT_BUFFER_OVERFLOW) || m->n_words != 12 ||
	    at < m->bytes || at > m->n || len > m->len - at)
		return;
	uint32_t n = smb1_have(m, at, len);
	if (!f)
		f = unknown(c, t, m->at + at, n);
	if (!f)
		return;
	smb_io_read(c, f, t->offset, len, m->at + at, n);
	smb_io_data(c, f, t->offset, len, m->at + at, n);
}

static void response(struct proto_call *c, struct smb_tx *t, const struct smb1 *m)
{
	switch (m->command) {
	case SMB1_NEGOTIATE:
		negotiate_response(c, t, m);
		break;
	case SMB1_SESSION_SETUP:
		setup_response(c, t, m);
		break;
	case SMB1_TREE_CONNECT:
		tree_response(c, t, m);
		break;
	case SMB1_NT_CREATE:
	case SMB1_OPEN_ANDX:
		create_response(c, t, m);
		break;
	case SMB1_READ_ANDX:
		read_response(c, t, m);
		break;
	case SMB1_CLOSE:
		close_response(c, t);
		break;
	case SMB1_LOGOFF:
		smb_tell_session(c, smb_session(c, m->uid, false), m->status, 2, false);
		break;
	case SMB1_TRANS:
	case SMB1_TRANS2:
		smb1_trans_answer(c, t, m);
		break;
	default:
		break;
	}
	if (t->op)
		smb_tell_file(c, t);
	t->op = 0;
}

/* Chains. */

static bool has_andx(uint16_t command)
{
	return command == SMB1_OPEN_ANDX || command == SMB1_READ_ANDX ||
	       command == SMB1_WRITE_ANDX || command == SMB1_SESSION_SETUP ||
	       command == SMB1_LOGOFF || command == SMB1_TREE_CONNECT ||
	       command == SMB1_NT_CREATE || command == 0x24;
}

static uint64_t key_of(const struct smb1 *m)
{
	return m->mid | (uint64_t)m->pid << 16 | (uint64_t)m->command << 32;
}

static void heard_request(struct proto_call *c, struct smb1 *m)
{
	if (m->command == SMB1_TRANS2_SECONDARY) {
		smb1_trans2_secondary(c, m);
		return;
	}
	struct smb_tx *t = smb_tx_new(c, 1, key_of(m));
	if (!t)
		return;
	t->command = m->command;
	t->session = m->uid;
	t->tree = m->tid;
	t->dialect = 1;
	request(c, t, m);
	proto_progress(c, &t->head.tx, FLOW_to_server, 1);
}

static void heard_response(struct proto_call *c, struct smb1 *m)
{
	struct smb_tx *t = smb_tx_find(c, 1, key_of(m));

	if (!t && m->command == SMB1_SESSION_SETUP) { /* half seen: the challenge still counts */
		t = smb_tx_new(c, 1, key_of(m));
		if (t) {
			t->command = m->command;
			t->session = m->uid;
		}
	}
	if (!t)
		return;
	t->answered = true;
	t->status = m->status;
	response(c, t, m);
	proto_progress(c, &t->head.tx, FLOW_to_server, 2);
	proto_progress(c, &t->head.tx, FLOW_to_client, 1);
	/* A transaction's answer may come in parts: what comes later is not looked for. */
	smb_tx_done(c, t);
}

/* The blocks at `at`; false: they are not there. */
static bool blocks(struct smb1 *m, uint32_t at)
{
	if (at >= m->n)
		return false;
	m->n_words = m->at[at];
	m->words = at + 1;
	if (m->words + 2u * m->n_words + 2 > m->n)
		return false;
	m->bytes = m->words + 2u * m->n_words + 2;
	m->n_bytes = smb1_u16(m, m->bytes - 2);
	return true;
}

void smb1_message(struct proto_call *c, const uint8_t *p, uint32_t n, uint32_t len)
{
	struct smb1 m = {.at = p, .n = n, .len = len};
	uint32_t at = HEADER;

	if (n < HEADER + 3)
		return;
	uint16_t flags2 = smb1_u16(&m, 10);
	m.command = p[4];
	m.response = p[9] & 0x80;
	m.status = smb1_u32(&m, 5);
	m.unicode = flags2 & 0x8000;
	m.tid = smb1_u16(&m, 24);
	m.pid = smb1_u16(&m, 26);
	m.uid = smb1_u16(&m, 28);
	m.mid = smb1_u16(&m, 30);
	for (unsigned i = 0; i < CHAIN; i++) {
		if (!blocks(&m, at))
			return;
		smb_of(c)->version = 1;
		smb_of(c)->command = m.command;
		if (m.response)
			heard_response(c, &m);
		else
			heard_request(c, &m);
		if (!has_andx(m.command) || m.n_words < 2)
			return;
		uint32_t next = smb1_word(&m, 2);
		if (m.at[m.words] == NO_ANDX || next <= at)
			return;
		m.command = m.at[m.words];
		at = next;
	}
}
