// SPDX-License-Identifier: Apache-2.0
/* SMB 1, 2 and 3 behind NetBIOS session headers (RFC 1002 4.3.1; [MS-SMB2] 2.1), ports 445 and 139.
 *
 * Of each message the first bytes are kept as far as they say something; the rest of a read or
 * write goes by (a pipe's to DCE/RPC). A flow that is picked up in the middle, or has lost bytes,
 * is found again at the next header; bytes that are missing from the middle of a big read or write
 * are only counted off. */
#include "proto/frame.h"
#include "proto/smb_part.h"

#include "proto/file.h"

#define NBSS         4u
#define MAGIC        8u /* NBSS and the protocol's four bytes */
#define TRANSFORM    52u
#define COMPRESSED   16u
#define WAIT_MAX     (68u << 10)
#define UNPACKED_MAX (16u << 20) /* no server gives more in one message */

static const char *const events[] = {"internal_error",
				     "malformed_data",
				     "record_overflow",
				     "malformed_ntlmssp_request",
				     "malformed_ntlmssp_response",
				     "duplicate_negotiate",
				     "negotiate_malformed_dialects",
				     "file_overlap",
				     "negotiate_max_read_size_too_large",
				     "negotiate_max_write_size_too_large",
				     NULL};
enum { F_pipe, F_share, F_user, F_domain, F_version, F_stub, F_opnum, F_iface, F_file };
static const struct field fields[] = {
	{"smb.named_pipe", FIELD_bytes, 1, {2, 1}, false, "share of a tree that is a pipe's"},
	{"smb.share", FIELD_bytes, 1, {2, 1}, false, "share of a tree"},
	{"smb.ntlmssp_user", FIELD_bytes, 1, {1, 1}, false, "user who logs in"},
	{"smb.ntlmssp_domain", FIELD_bytes, 1, {1, 1}, false, "domain of the user"},
	{"smb.version", FIELD_number, 3, {1, 1}, false, "1 or 2"},
	{"dcerpc.stub_data", FIELD_bytes, 3, {1, 1}, false, "arguments of a call, or its results"},
	{"dcerpc.opnum", FIELD_number, 3, {1, 1}, false, "operation number"},
	{"dcerpc.iface", FIELD_number, 3, {1, 1}, false, "whether its interface is known"},
	FILE_FIELDS(3, 1, 2),
	{0},
};

static bool magic_at(const uint8_t *p)
{
	return (p[0] == 0xff || p[0] == 0xfe || p[0] == 0xfd || p[0] == 0xfc) && p[1] == 'S' &&
	       p[2] == 'M' && p[3] == 'B';
}

static uint32_t nbss_length(const uint8_t *p)
{
	return (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* Encrypted and compressed messages. */

static void encrypted(struct proto_call *c, const uint8_t *p, uint32_t len)
{
	struct bytes b = bytes_of(p + 44, 8);
	uint64_t id = bytes_le32(&b);

	id |= (uint64_t)bytes_le32(&b) << 32;
	struct smb_session *s = smb_session(c, id, true);
	if (!s)
		return;
	s->encrypts = true;
	if (!s->told_encrypted) {
		s->told_encrypted = true;
		smb_tell_session(c, s, NT_OK, 3, false);
	}
	smb_sealed(c, s, len);
}

/* CVE-2020-0796: sizes that overflow when they are added. */
static void compressed(struct proto_call *c, const uint8_t *p, uint32_t len)
{
	struct bytes b = bytes_of(p + 4, 12);
	uint32_t size = bytes_le32(&b);
	uint32_t kind = bytes_le32(&b);
	uint32_t offset = bytes_le32(&b);

	if (kind >> 16 & 1) /* chained: the last number is a length, not an offset */
		offset = 0;
	if (size > UNPACKED_MAX || offset > len)
		smb_odd(c, 6, size > UNPACKED_MAX ? size : offset,
			"a compressed message whose sizes cannot be");
}

/* Framing. */

/* Bytes of the message at p that are wanted before it is looked at; n are there. */
static uint32_t wanted(const uint8_t *p, uint32_t n, uint32_t len)
{
	uint32_t keep = 64;

	if (n < 32)
		return len < 32 ? len : 32;
	if (!magic_at(p))
		return 0;
	if (p[0] == 0xff)
		keep = smb1_keep(p);
	else if (p[0] == 0xfe)
		keep = smb2_keep(p);
	return len < keep ? len : keep;
}

/* A message of SMB2 ends where the next of its compound begins. */
static uint32_t extent(const uint8_t *p, uint32_t n, uint32_t left)
{
	if (n < 24 || p[0] != 0xfe)
		return left;
	uint32_t next =
		p[20] | (uint32_t)p[21] << 8 | (uint32_t)p[22] << 16 | (uint32_t)p[23] << 24;
	return next >= 64 && next < left ? next : left;
}

static void message(struct proto_call *c, const uint8_t *p, uint32_t n, uint32_t len)
{
	if (n < 4 || !magic_at(p))
		return;
	if (p[0] == 0xff)
		smb1_message(c, p, n, len);
	else if (p[0] == 0xfe)
		smb2_message(c, p, n, len);
	else if (p[0] == 0xfd && n >= TRANSFORM)
		encrypted(c, p, len);
	else if (p[0] == 0xfc && n >= COMPRESSED)
		compressed(c, p, len);
}

static void lose(struct proto_call *c, uint8_t dir)
{
	struct smb_state *s = smb_of(c);
	struct smb_half *h = &s->half[dir];

	proto_drop(proto_mem_of(c), &h->wait);
	h->skip = h->left = 0;
	h->inside = h->chained = false;
	h->sink = NULL;
	h->lost = true;
	for (unsigned i = 0; i < SMB_FILES; i++) {
		if (s->file[i] && s->file[i]->rpc)
			rpc_lost(c, s->file[i]->rpc, dir);
	}
}

/* What goes by of p; the bytes used. */
static uint32_t go_by(struct proto_call *c, struct smb_half *h, const uint8_t *p, uint32_t n)
{
	uint32_t k = h->skip < n ? h->skip : n;

	if (h->sink) {
		uint32_t sunk = k < h->sunk ? k : (uint32_t)h->sunk;

		smb_io_bytes(c, h->sink, h->sunk_at, p, sunk);
		h->sunk_at += sunk;
		h->sunk -= sunk;
		if (!h->sunk)
			h->sink = NULL;
	}
	h->skip -= k;
	h->left -= k;
	if (h->skip == 0)
		h->sink = NULL;
	return k;
}

/* One step at p: the bytes used; 0: more are needed, or the direction is lost. */
static uint32_t step(struct proto_call *c, struct smb_half *h, const uint8_t *p, uint32_t n)
{
	if (h->skip)
		return go_by(c, h, p, n);
	if (!h->inside) {
		if (n < NBSS)
			return 0;
		if (p[0] != 0 && (p[0] < 0x81 || p[0] > 0x85)) {
			lose(c, c->dir);
			return 0;
		}
		h->left = nbss_length(p);
		h->inside = h->left > 0;
		h->chained = false;
		if (p[0]) { /* a session request, its answer, keepalive */
			h->skip = h->left;
			h->inside = false;
			h->sink = NULL;
		}
		return NBSS;
	}
	uint32_t want = wanted(p, n, h->left);
	uint32_t len = n >= 32 || n >= h->left ? extent(p, n, h->left) : h->left;
	if (n >= 32 && len < want)
		want = len;
	if (want > n)
		return 0;
	if (n < 32 && h->left >= 32)
		return 0;
	h->skip = len - want;
	h->sink = NULL;
	message(c, p, want, len);
	h->left -= want;
	h->chained = true;
	h->inside = h->left > h->skip;
	return want ? want : h->skip ? go_by(c, h, p, n) : 0;
}

/* p[0 … n) as far as it goes; the bytes used. */
static uint32_t steps(struct proto_call *c, struct smb_half *h, const uint8_t *p, uint32_t n)
{
	uint32_t at = 0;

	while (at < n) {
		uint32_t used = step(c, h, p + at, n - at);

		if (!used)
			break;
		at += used;
	}
	return at;
}

/* Where the next message begins. n: nowhere. */
static uint32_t find(const uint8_t *p, uint32_t n)
{
	for (uint32_t i = 0; i + MAGIC <= n; i++) {
		const uint8_t *at = memchr(p + i + 5, 'S', n - i - 7);

		if (!at)
			return n;
		i = (uint32_t)(at - p) - 5;
		if (p[i] == 0 && magic_at(p + i + 4))
			return i;
	}
	return n;
}

static void data(struct proto_call *c, const uint8_t *p, uint32_t n)
{
	struct smb_state *s = smb_of(c);
	struct smb_half *h = &s->half[c->dir];
	struct proto_mem *mem = proto_mem_of(c);

	if (!s->ready) {
		s->ready = true;
		s->half[0].lost = s->half[1].lost = true; /* found at once where it begins */
	}
	if (h->wait.len == 0 && !h->lost) {
		uint32_t used = steps(c, h, p, n);

		p += used;
		n -= used;
	}
	if (n == 0)
		return;
	if (!proto_append(mem, &h->wait, p, n, WAIT_MAX + FLOW_PIECE_MAX)) {
		lose(c, c->dir);
		return;
	}
	if (h->lost) {
		uint32_t at = find(h->wait.at, h->wait.len);

		if (at == h->wait.len) {
			if (at >= MAGIC)
				proto_consume(&h->wait, at - (MAGIC - 1));
			return;
		}
		proto_consume(&h->wait, at);
		h->lost = false;
	}
	/* step() may lose the direction and with it these bytes. */
	uint32_t used = steps(c, h, h->wait.at, h->wait.len);
	if (h->lost)
		return;
	proto_consume(&h->wait, used);
	if (h->wait.len == 0)
		proto_drop(mem, &h->wait);
}

/* What waits is all that was seen of a message (frames cut by the mirror, a lost segment): its head
 * says what it is, and what is missing goes by. */
#define HEAD_LEAST 36u /* SMB1: head, words; SMB2 asks for its 64 itself */
static void hear_cut(struct proto_call *c, struct smb_half *h)
{
	uint32_t n = h->wait.len, len;

	if (!h->inside || n < HEAD_LEAST || !magic_at(h->wait.at))
		return;
	len = extent(h->wait.at, n, h->left);
	if (len <= n)
		return;
	h->skip = len - n;
	h->sink = NULL;
	message(c, h->wait.at, n, len);
	h->left -= n;
	h->chained = true;
	h->inside = h->left > h->skip;
	proto_drop(proto_mem_of(c), &h->wait);
}

static void gap(struct proto_call *c, uint64_t missing)
{
	struct smb_state *s = smb_of(c);
	struct smb_half *h = &s->half[c->dir];

	if (!s->ready) {
		s->ready = true;
		s->half[0].lost = s->half[1].lost = true;
	}
	if (!h->lost)
		hear_cut(c, h);
	if (h->lost || h->wait.len || h->skip < missing || !missing) {
		lose(c, c->dir);
		return;
	}
	if (h->sink && h->sink->rpc)
		rpc_lost(c, h->sink->rpc, c->dir);
	h->sink = NULL;
	h->skip -= (uint32_t)missing;
	h->left -= (uint32_t)missing;
}

static void tick(struct proto_call *c)
{
	struct smb_state *s = smb_of(c);

	for (unsigned i = 0; i < SMB_FILES; i++) {
		if (s->file[i] && s->file[i]->dirty)
			smb_io_tell(c, s->file[i], false);
	}
	for (unsigned i = 0; i < SMB_SESSIONS; i++)
		smb_sealed_tell(c, s->session[i]);
}

static void end(struct proto_call *c)
{
	for (c->dir = 0; c->dir < 2; c->dir++) {
		if (!smb_of(c)->half[c->dir].lost)
			hear_cut(c, &smb_of(c)->half[c->dir]);
	}
	smb_free_all(c);
}

static const uint16_t ports[] = {445, 139, 0};

static bool on_port(const struct flow *f)
{
	return f->server_port == 445 || f->server_port == 139;
}

static enum probe probe(const uint8_t *p, uint32_t n, uint8_t dir, const struct flow *f,
			bool midstream)
{
	(void)dir;
	if (n >= MAGIC && p[0] == 0 && magic_at(p + NBSS))
		return PROBE_yes;
	if (on_port(f) && (midstream || (f->server_port == 139 && (p[0] == 0x81 || p[0] == 0x82))))
		return PROBE_yes;
	if (n < MAGIC && p[0] == 0)
		return n > NBSS && (p[NBSS] < 0xfc || (n > 5 && p[5] != 'S')) ? PROBE_no
									      : PROBE_more;
	return PROBE_no;
}

static bool text(const char *s, struct view_of_bytes *out)
{
	*out = (struct view_of_bytes){(const uint8_t *)s, (uint32_t)strlen(s)};
	return true;
}

static bool bytes(const struct tx *tx, unsigned f, unsigned i, uint8_t dir,
		  struct view_of_bytes *out)
{
	const struct tx_head *head = (const struct tx_head *)tx;
	const struct smb_tx *t = (const struct smb_tx *)tx;

	if (i)
		return false;
	if (head->kind == TX_file)
		return f >= F_file && smb_body_field((const struct smb_body *)tx, f - F_file, out);
	if (head->kind == TX_rpc)
		return f == F_stub && rpc_stub((const struct rpc_tx *)tx, dir, out);
	switch (f) {
	case F_pipe:
	case F_share:
		/* Suricata leaves out SMB 1's first byte: "\server\share" */
		return t->what == SMB_tree_connect && (t->kind == 2) == (f == F_pipe) &&
		       text(t->name + (t->version == 1 && t->name[0] && t->name[1]), out);
	case F_user:
		return t->what == SMB_setup && t->ext && text(t->name, out);
	case F_domain:
		return t->what == SMB_setup && t->ext && text(t->other, out);
	default:
		return false;
	}
}

static bool number(const struct tx *tx, unsigned f, unsigned i, uint8_t dir, uint64_t *out)
{
	const struct tx_head *head = (const struct tx_head *)tx;
	const struct rpc_tx *r = (const struct rpc_tx *)tx;

	(void)dir;
	if (i)
		return false;
	if (head->kind == TX_rpc) {
		*out = f == F_opnum ? r->opnum : f == F_iface ? r->known : r->smb.version;
		return f >= F_version && f < F_file;
	}
	if (head->kind == TX_file) {
		const struct smb_body *b = (const struct smb_body *)tx;

		*out = f == F_version ? b->version : b->size;
		return f == F_file + FILE_size;
	}
	*out = ((const struct smb_tx *)tx)->version;
	return f == F_version;
}

const struct protocol protocol_smb = {
	.name = "smb",
	.over = PROTO_OVER_TCP,
	.ports = ports,
	.deep = true,
	.state_size = sizeof(struct smb_state),
	.fields = fields,
	.events = events,
	.done = {2, 2},
	.frames = smb_frames,
	.record = smb_record,
	.probe = probe,
	.data = data,
	.gap = gap,
	.tick = tick,
	.end = end,
	.bytes = bytes,
	.number = number,
	.eve = smb_eve,
};
