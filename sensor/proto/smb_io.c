// SPDX-License-Identifier: Apache-2.0
/* What is read from and written to open files, and the facts of SMB.
 *
 * Of a file's data the first KiB read and the first KiB written are looked at (entropy, kind); of
 * the rest only the places count: bytes written over what had been read before, on this handle or
 * lately on this path, are what encryption in place looks like. A pipe's data is DCE/RPC. */
#include "proto/smb_part.h"

#include "base/entropy.h"
#include "base/hash.h"

#include <ctype.h>
#include <math.h>
#include <strings.h>

/* Thousandths of a bit a byte; at least 1, so that 0 says "none". */
static uint16_t entropy(const uint8_t *p, uint32_t n)
{
	return (uint16_t)(1 + lround(entropy_bits(p, n) * 1000));
}

/* Whether it begins as a file of a known kind does. */
static bool known_kind(const uint8_t *p, uint32_t n)
{
	static const struct {
		uint8_t n;
		char at[9];
	} kinds[] = {
		{2, "MZ"},
		{4, "\x7f"
		    "ELF"},
		{4, "PK\3\4"},
		{4, "%PDF"},
		{4, "\x89PNG"},
		{3, "\xff\xd8\xff"},
		{4, "GIF8"},
		{8, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"},
		{2, "BM"},
		{4, "RIFF"},
		{3, "ID3"},
		{4, "Rar!"},
		{6, "7z\xbc\xaf\x27\x1c"},
		{2, "\x1f\x8b"},
		{5, "{\\rtf"},
		{5, "<?xml"},
		{6, "SQLite"},
		{4, "regf"},
		{4, "MSCF"},
		{4, "OggS"},
		{4, "\x1a\x45\xdf\xa3"},
		{4, "II*\0"},
		{4, "MM\0*"},
		{5, "<html"},
		{4, "!BDN"},
	};

	for (unsigned i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (n >= kinds[i].n && memcmp(p, kinds[i].at, kinds[i].n) == 0)
			return true;
	}
	if (n >= 12 && memcmp(p + 4, "ftyp", 4) == 0)
		return true;
	/* Text: nothing but printable bytes in its first 64. */
	uint32_t text = 0, look = n < 64 ? n : 64;
	while (text < look && (isprint(p[text]) || isspace(p[text]) || p[text] >= 0xc2))
		text++;
	return look >= 8 && text == look && entropy(p, look) < 5600;
}

static uint64_t path_key(const struct smb_file *f)
{
	return hash_bytes(f->path, strlen(f->path), hash_bytes(f->share, strlen(f->share), 1)) | 1;
}

static struct smb_recent *recent_of(struct proto_call *c, const struct smb_file *f, bool make)
{
	struct smb_state *s = smb_of(c);

	if (!f->named || !f->path[0])
		return NULL;
	uint64_t key = path_key(f);
	for (unsigned i = 0; i < SMB_RECENT; i++) {
		if (s->recent[i].path == key)
			return &s->recent[i];
	}
	if (!make)
		return NULL;
	struct smb_recent *r = &s->recent[s->turn_recent++ % SMB_RECENT];
	*r = (struct smb_recent){.path = key};
	return r;
}

static uint64_t common(const struct smb_extent *e, uint64_t from, uint64_t to)
{
	uint64_t a = e->from > from ? e->from : from, b = e->to < to ? e->to : to;

	return b > a ? b - a : 0;
}

/* Adds [from, to) to the extents: to one it touches, else in the place of the smallest. */
static void extend(struct smb_extent *e, unsigned n, uint64_t from, uint64_t to)
{
	unsigned least = 0;

	for (unsigned i = 0; i < n; i++) {
		if (e[i].to > e[i].from && from <= e[i].to && to >= e[i].from) {
			e[i].from = e[i].from < from ? e[i].from : from;
			e[i].to = e[i].to > to ? e[i].to : to;
			return;
		}
		if (e[i].to - e[i].from < e[least].to - e[least].from)
			least = i;
	}
	if (to - from > e[least].to - e[least].from)
		e[least] = (struct smb_extent){from, to};
}

static bool may_add(uint64_t offset, uint32_t len)
{
	return offset <= UINT64_MAX - len;
}

void smb_io_read(struct proto_call *c, struct smb_file *f, uint64_t offset, uint32_t len,
		 const uint8_t *p, uint32_t n)
{
	f->read += len;
	f->reads++;
	f->dirty = true;
	if (f->pipe || len == 0 || !may_add(offset, len))
		return;
	struct smb_recent *r = recent_of(c, f, true);
	if (!f->had_read && n) {
		uint32_t look = n < SMB_HEAD ? n : SMB_HEAD;

		f->had_read = true;
		f->read_entropy = entropy(p, look);
		f->read_magic = offset == 0 && known_kind(p, look);
		if (r) {
			r->entropy = f->read_entropy;
			r->magic |= f->read_magic;
		}
	}
	extend(f->extent, 4, offset, offset + len);
	if (r)
		extend(&r->extent, 1, offset, offset + len);
}

void smb_io_write(struct proto_call *c, struct smb_file *f, uint64_t offset, uint32_t len,
		  const uint8_t *p, uint32_t n)
{
	f->written += len;
	f->writes++;
	f->dirty = true;
	if (f->pipe || len == 0 || !may_add(offset, len))
		return;
	const struct smb_recent *r = recent_of(c, f, false);
	if (offset + len > f->size)
		f->size = offset + len;
	if (!f->had_write && n) {
		uint32_t look = n < SMB_HEAD ? n : SMB_HEAD;

		f->had_write = true;
		f->written_entropy = entropy(p, look);
		if (offset == 0) {
			f->write_magic = known_kind(p, look);
			memcpy(f->written_head, p, look < 8 ? look : 8);
		} else {
			f->write_magic = true; /* its beginning is not known: nothing to compare */
		}
		if (r && !f->had_read) {
			f->read_entropy = r->entropy;
			f->read_magic = r->magic;
		}
	}
	uint64_t most = 0, sum = 0;
	for (unsigned i = 0; i < 4; i++)
		sum += common(&f->extent[i], offset, offset + len);
	if (r)
		most = common(&r->extent, offset, offset + len);
	most = most > sum ? most : sum;
	f->overlap += most < len ? most : len;
}

void smb_io_bytes(struct proto_call *c, struct smb_file *f, uint64_t offset, const uint8_t *p,
		  uint32_t n)
{
	struct smb_state *s = smb_of(c);

	if (n == 0)
		return;
	if (!f->pipe) {
		smb_body_bytes(c, f, offset, p, n);
		return;
	}
	if (!f->rpc) {
		f->rpc = proto_take(proto_mem_of(c), sizeof(*f->rpc));
		if (!f->rpc)
			return;
		rpc_init(f->rpc, RPC_pipe, f->path);
		f->rpc->half[0].lost = f->rpc->half[1].lost = !f->named;
	}
	f->rpc->user = smb_user(c, f->session);
	f->rpc->smb.session = f->session;
	f->rpc->smb.tree = f->tree;
	f->rpc->smb.dialect = s->dialect;
	f->rpc->smb.version = s->version;
	f->rpc->smb.command = s->command;
	rpc_data(c, f->rpc, p, n);
	f->rpc->user = NULL; /* the session may go before the next */
}

void smb_io_data(struct proto_call *c, struct smb_file *f, uint64_t offset, uint32_t len,
		 const uint8_t *p, uint32_t n)
{
	struct smb_half *h = &smb_of(c)->half[c->dir];

	if (n < len) {
		h->sink = f;
		h->sunk = len - n;
		h->sunk_at = offset + n;
	}
	smb_io_bytes(c, f, offset, p, n);
}

void smb_io_tell(struct proto_call *c, struct smb_file *f, bool closed)
{
	if (!f->dirty && !(closed && (f->had_read || f->had_write)))
		return;
	struct fact_smb_io io = {
		.handle = f->handle,
		.read = f->read,
		.written = f->written,
		.overlap = f->overlap,
		.read_entropy = f->read_entropy,
		.written_entropy = f->written_entropy,
		.magic_changed = f->read_magic && f->had_write && !f->write_magic,
		.closed = closed,
		.pipe = f->pipe,
		.admin = f->admin,
		.reads = f->reads,
		.writes = f->writes,
	};
	memcpy(io.written_head, f->written_head, sizeof(io.written_head));
	proto_fact(c, FACT_smb_io, &io, sizeof(io), (const char *[]){f->share, f->path}, 2);
	f->read = f->written = f->overlap = 0;
	f->reads = f->writes = 0;
	f->dirty = false;
}

void smb_tell_file(struct proto_call *c, const struct smb_tx *t)
{
	if (!t->op)
		return;
	const struct smb_file *f = t->file ? smb_file(c, t->file_id) : NULL;
	const struct smb_tree *tree = smb_tree(c, t->session, t->tree);
	bool renames = t->op - 1 == SMB_rename;
	struct fact_smb_file fact = {
		.handle = t->file,
		.size = t->size,
		.status = t->status,
		.access = t->access,
		.op = (uint8_t)(t->op - 1),
		.pipe = f ? f->pipe : tree && tree->kind == 2,
		.folder = f ? f->folder : t->options & 1, /* FILE_DIRECTORY_FILE */
		.admin = f ? f->admin : tree && tree->admin,
	};
	const char *path = t->what == SMB_create_file || renames || !f ? t->name : f->path;

	proto_fact(c, FACT_smb_file, &fact, sizeof(fact),
		   (const char *[]){tree ? tree->share
				    : f  ? f->share
					 : "",
				    path, renames ? t->other : "", smb_user(c, t->session)},
		   4);
}

void smb_tell_session(struct proto_call *c, struct smb_session *s, uint32_t status, uint8_t what,
		      bool guest)
{
	struct smb_state *st = smb_of(c);
	struct fact_smb_session f = {
		.status = status,
		.dialect = st->dialect,
		.what = what,
		.signing_required = st->signing,
		.encrypts = st->encrypts || (s && s->encrypts),
		.guest = guest,
		.anonymous = s && s->auth.anonymous,
	};

	proto_fact(c, FACT_smb_session, &f, sizeof(f),
		   (const char *[]){s ? s->auth.user : "", s ? s->auth.domain : "",
				    s ? s->auth.workstation : ""},
		   3);
}

/* ADMIN$, or a drive's: C$ */
bool smb_is_admin(const char *share)
{
	const char *name = strrchr(share, '\\');

	name = name ? name + 1 : share;
	return strcasecmp(name, "ADMIN$") == 0 ||
	       (isalpha((unsigned char)name[0]) && name[1] == '$' && !name[2]);
}

void smb_tell_tree(struct proto_call *c, const struct smb_tx *t, const struct smb_tree *tree)
{
	struct fact_smb_tree f = {
		.status = t->status,
		.kind = tree ? tree->kind : t->kind,
		.admin = smb_is_admin(t->name),
	};

	proto_fact(c, FACT_smb_tree, &f, sizeof(f),
		   (const char *[]){t->name, smb_user(c, t->session)}, 2);
}

void smb_odd(struct proto_call *c, uint8_t kind, uint32_t number, const char *what)
{
	struct fact_smb_odd f = {.kind = kind, .number = number};

	proto_fact(c, FACT_smb_odd, &f, sizeof(f), (const char *[]){what}, 1);
}
