// SPDX-License-Identifier: Apache-2.0
/* What a flow of SMB keeps: sessions, trees, open files, commands that wait for their answer. */
#include "proto/smb_part.h"

#include "base/hash.h"

#include <stdio.h>
#include <strings.h>

struct smb_session *smb_session(struct proto_call *c, uint64_t id, bool make)
{
	struct smb_state *s = smb_of(c);
	struct smb_session **slot = NULL;

	for (unsigned i = 0; i < SMB_SESSIONS; i++) {
		if (s->session[i] && s->session[i]->id == id)
			return s->session[i];
		if (!s->session[i] && !slot)
			slot = &s->session[i];
	}
	if (!make)
		return NULL;
	if (!slot) {
		slot = &s->session[s->turn_session++ % SMB_SESSIONS];
		smb_sealed_tell(c, *slot);
		proto_give(proto_mem_of(c), *slot, sizeof(**slot));
	}
	*slot = proto_take(proto_mem_of(c), sizeof(**slot));
	if (*slot) {
		(*slot)->id = id;
		(*slot)->auth.challenge = s->challenge;
	}
	return *slot;
}

const char *smb_user(struct proto_call *c, uint64_t session)
{
	struct smb_session *s = smb_session(c, session, false);

	if (!s)
		return "";
	return auth_user(&s->auth, s->user, sizeof(s->user));
}

struct smb_tree *smb_tree(struct proto_call *c, uint64_t session, uint32_t id)
{
	struct smb_state *s = smb_of(c);

	for (unsigned i = 0; i < SMB_TREES; i++) {
		struct smb_tree *t = s->tree[i];

		if (t && t->id == id && t->session == session)
			return t;
	}
	return NULL;
}

struct smb_tree *smb_tree_new(struct proto_call *c, uint64_t session, uint32_t id)
{
	struct smb_state *s = smb_of(c);
	struct smb_tree *t = smb_tree(c, session, id);
	unsigned at = SMB_TREES;

	for (unsigned i = 0; i < SMB_TREES && !t && at == SMB_TREES; i++) {
		if (!s->tree[i])
			at = i;
	}
	if (!t) {
		if (at == SMB_TREES) {
			at = s->turn_tree++ % SMB_TREES;
			proto_give(proto_mem_of(c), s->tree[at], sizeof(*t));
		}
		t = s->tree[at] = proto_take(proto_mem_of(c), sizeof(*t));
	}
	if (t)
		*t = (struct smb_tree){.session = session, .id = id};
	return t;
}

static uint64_t key_of(const uint8_t id[16])
{
	uint64_t a, b;

	memcpy(&a, id, 8);
	memcpy(&b, id + 8, 8);
	return hash_mix(a ^ 0x9e3779b97f4a7c15u, b ^ 0xe7037ed1a0b428dbu) | 1;
}

struct smb_file *smb_file(struct proto_call *c, const uint8_t id[16])
{
	struct smb_state *s = smb_of(c);
	uint64_t key = key_of(id);

	for (unsigned i = 0; i < SMB_FILES; i++) {
		if (s->file_key[i] == key && memcmp(s->file[i]->id, id, 16) == 0)
			return s->file[i];
	}
	return NULL;
}

static void free_file(struct proto_call *c, unsigned i)
{
	struct smb_state *s = smb_of(c);
	struct smb_file *f = s->file[i];

	if (!f)
		return;
	smb_io_tell(c, f, true);
	smb_body_end(c, f, true);
	for (unsigned dir = 0; dir < 2; dir++) {
		if (s->half[dir].sink == f)
			s->half[dir].sink = NULL;
	}
	if (f->rpc) {
		rpc_end(c, f->rpc);
		proto_give(proto_mem_of(c), f->rpc, sizeof(*f->rpc));
	}
	proto_give(proto_mem_of(c), f, sizeof(*f));
	s->file[i] = NULL;
	s->file_key[i] = 0;
}

void smb_file_close(struct proto_call *c, struct smb_file *f)
{
	struct smb_state *s = smb_of(c);

	for (unsigned i = 0; i < SMB_FILES; i++) {
		if (s->file[i] == f)
			free_file(c, i);
	}
}

/* "\PIPE\svcctl", "\svcctl", "svcctl" → "svcctl" */
static const char *pipe_name(const char *path)
{
	while (*path == '\\')
		path++;
	if (strncasecmp(path, "PIPE\\", 5) == 0)
		path += 5;
	return path;
}

struct smb_file *smb_file_new(struct proto_call *c, const uint8_t id[16], const struct smb_tx *tx)
{
	struct smb_state *s = smb_of(c);
	struct smb_file *f = smb_file(c, id);
	unsigned at = SMB_FILES;

	if (f)
		smb_file_close(c, f);
	for (unsigned i = 0; i < SMB_FILES && at == SMB_FILES; i++) {
		if (!s->file[i])
			at = i;
	}
	if (at == SMB_FILES) {
		at = s->turn_file++ % SMB_FILES;
		free_file(c, at);
	}
	f = proto_take(proto_mem_of(c), sizeof(*f));
	if (!f)
		return NULL;
	const struct smb_tree *tree = smb_tree(c, tx->session, tx->tree);
	struct {
		uint64_t flow, session, tree;
		uint8_t id[16];
	} mark = {c->flow->id, tx->session, tx->tree, {0}};
	memcpy(mark.id, id, 16);
	memcpy(f->id, id, 16);
	f->handle = hash_bytes(&mark, sizeof(mark), 0);
	f->session = tx->session;
	f->tree = tx->tree;
	f->size = tx->size == UINT64_MAX ? 0 : tx->size;
	f->named = tx->what == SMB_create_file;
	if (tree) {
		f->pipe = tree->kind == 2;
		f->admin = tree->admin;
		snprintf(f->share, sizeof(f->share), "%.127s", tree->share);
	} else if (f->named) {
		/* Its tree was connected before we looked: names that are pipes' say so. */
		f->pipe = rpc_of_pipe(pipe_name(tx->name), &(struct rpc_uuid){{0}});
	}
	if (f->named)
		snprintf(f->path, sizeof(f->path), "%s", f->pipe ? pipe_name(tx->name) : tx->name);
	s->file[at] = f;
	s->file_key[at] = key_of(id);
	return f;
}

struct smb_tx *smb_tx_find(struct proto_call *c, uint8_t version, uint64_t id)
{
	struct smb_state *s = smb_of(c);

	for (unsigned i = 0; i < SMB_PENDING; i++) {
		struct smb_tx *t = s->pending[i];

		if (t && t->id == id && t->version == version)
			return t;
	}
	return NULL;
}

struct smb_tx *smb_tx_negotiate(struct proto_call *c)
{
	struct smb_state *s = smb_of(c);

	for (unsigned i = 0; i < SMB_PENDING; i++) {
		if (s->pending[i] && s->pending[i]->version == 1 &&
		    s->pending[i]->what == SMB_negotiate)
			return s->pending[i];
	}
	return NULL;
}

void smb_tx_done(struct proto_call *c, struct smb_tx *t)
{
	struct smb_state *s = smb_of(c);

	for (unsigned i = 0; i < SMB_PENDING; i++) {
		if (s->pending[i] == t)
			s->pending[i] = NULL;
	}
	if (!t->answered) {
		t->status = NT_UNSEEN;
		smb_tell_file(c, t);
	}
	proto_tx_end(c, &t->head.tx);
	proto_give(proto_mem_of(c), t, sizeof(*t));
}

struct smb_tx *smb_tx_new(struct proto_call *c, uint8_t version, uint64_t id)
{
	struct smb_state *s = smb_of(c);
	struct smb_tx *t = smb_tx_find(c, version, id);
	unsigned at = SMB_PENDING;

	if (t)
		smb_tx_done(c, t);
	for (unsigned i = 0; i < SMB_PENDING && at == SMB_PENDING; i++) {
		if (!s->pending[i])
			at = i;
	}
	if (at == SMB_PENDING) {
		at = s->turn_pending++ % SMB_PENDING;
		smb_tx_done(c, s->pending[at]);
	}
	t = proto_take(proto_mem_of(c), sizeof(*t));
	if (!t)
		return NULL;
	proto_tx_init(c, &t->head.tx);
	t->head.kind = TX_command;
	t->version = version;
	t->id = id;
	t->dialect = s->dialect;
	t->size = UINT64_MAX;
	s->pending[at] = t;
	return t;
}

void smb_free_all(struct proto_call *c)
{
	struct smb_state *s = smb_of(c);

	for (unsigned i = 0; i < SMB_PENDING; i++) {
		if (s->pending[i])
			smb_tx_done(c, s->pending[i]);
	}
	for (unsigned i = 0; i < SMB_FILES; i++)
		free_file(c, i);
	for (unsigned i = 0; i < SMB_TREES; i++)
		proto_give(proto_mem_of(c), s->tree[i], sizeof(*s->tree[i]));
	for (unsigned i = 0; i < SMB_SESSIONS; i++) {
		smb_sealed_tell(c, s->session[i]);
		proto_give(proto_mem_of(c), s->session[i], sizeof(*s->session[i]));
	}
	for (unsigned dir = 0; dir < 2; dir++)
		proto_drop(proto_mem_of(c), &s->half[dir].wait);
}
