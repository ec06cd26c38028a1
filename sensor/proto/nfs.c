// SPDX-License-Identifier: Apache-2.0
/* NFS 2, 3 and 4 over ONC RPC, TCP and UDP. A call and its reply, by their transaction number, are a
 * transaction; the last CALLS_MAX of a conversation wait for theirs. Of arguments the first file handle
 * and name are read; data that are read or written are stepped over.
 *
 * Source: RFC 5531 (RPC: 8.2 and 9 the messages, 11 the record mark), RFC 1094 2.2, RFC 1813 3.3, RFC 7530 16.
 */
#include "base/bytes.h"
#include "base/json.h"
#include "proto/frame.h"
#include "proto/nfs.h"
#include "proto/pieces.h"

#include <string.h>

#define PROGRAM    100003u
#define RPC_VERSION 2u
#define MARK       4u   /* the record mark: the last of a message, its length */
#define CALL_MIN   40u  /* head, program, version, procedure, two empty proofs */
#define REPLY_MIN  24u
#define RECORD_MAX (8u << 20)
#define KEPT       1024u /* bytes of a message that are looked at */
#define CALLS_MAX  16u
#define NAME       96u
#define HANDLE_MAX 128u /* bytes of a file handle */
#define AUTH_UNIX  1u
#define AUTHS      7u

enum { EVENT_malformed, EVENT_version, EVENT_too_many };
static const char *const events[] = {"malformed_data", "nonexistent_version", "too_many_transactions", NULL};

enum { F_version, F_procedure };
static const struct field fields[] = {
	{"nfs.version", FIELD_number, 1, {1, 1}, false, "version of NFS"},
	{"nfs.procedure", FIELD_number, 1, {1, 1}, false, "procedure of NFS"},
	{0},
};

struct nfs_call {
	struct tx tx; /* first */
	uint32_t xid, version, procedure, auth, uid, gid, status;
	bool waits, replied, refused;
	char name[NAME], to[NAME], machine[64];
};

struct nfs_state {
	struct pieces in;
	struct nfs_call call[CALLS_MAX];
	uint32_t skip[2]; /* bytes of a record that nobody looks at */
	uint8_t next;
};

static uint32_t padded(uint32_t n)
{
	return n > UINT32_MAX - 3 ? n : (n + 3) & ~3u;
}

/* Bytes behind their number. */
static struct bytes opaque(struct bytes *b, uint32_t *n)
{
	*n = bytes_be32(b);
	return bytes_take(b, padded(*n));
}

static void name_of(struct bytes *b, char *out)
{
	uint32_t n;
	struct bytes v = opaque(b, &n);

	if (bytes_ok(b))
		proto_text(v.at, n, out, NAME);
}

static void handle(struct bytes *b, uint32_t version)
{
	uint32_t n;

	if (version == 2)
		bytes_take(b, 32);
	else
		opaque(b, &n);
}

static bool has_name(uint32_t version, uint32_t procedure)
{
	static const uint8_t two[] = {4, 9, 10, 11, 13, 14, 15};
	static const uint8_t three[] = {3, 8, 9, 10, 11, 12, 13, 14};

	return version == 2   ? memchr(two, (int)procedure, sizeof(two)) != NULL
	       : version == 3 ? memchr(three, (int)procedure, sizeof(three)) != NULL
			      : false;
}

static void arguments(struct nfs_call *k, struct bytes *b)
{
	bool rename = (k->version == 2 && k->procedure == 11) || (k->version == 3 && k->procedure == 14);

	if (k->procedure > 21 || !has_name(k->version, k->procedure))
		return;
	handle(b, k->version);
	name_of(b, k->name);
	if (!rename)
		return;
	handle(b, k->version);
	name_of(b, k->to);
}

static void credentials(struct nfs_call *k, struct bytes *b)
{
	uint32_t n;

	k->auth = bytes_be32(b);
	struct bytes v = opaque(b, &n);
	if (k->auth == AUTH_UNIX) {
		bytes_be32(&v); /* the stamp */
		uint32_t len;
		struct bytes machine = opaque(&v, &len);
		k->uid = bytes_be32(&v);
		k->gid = bytes_be32(&v);
		if (bytes_ok(&v))
			proto_text(machine.at, len, k->machine, sizeof(k->machine));
	}
	bytes_be32(b); /* the proof */
	opaque(b, &n);
}

static void finish(struct proto_call *c, struct nfs_call *k)
{
	if (!k->waits)
		return;
	k->waits = false;
	proto_tx_end(c, &k->tx);
}

static void call(struct proto_call *c, uint32_t xid, struct bytes b)
{
	struct nfs_state *s = c->state;
	struct nfs_call *k = &s->call[s->next];

	s->next = (uint8_t)((s->next + 1) % CALLS_MAX);
	finish(c, k);
	*k = (struct nfs_call){.xid = xid, .waits = true};
	bool ok = bytes_be32(&b) == RPC_VERSION;
	ok &= bytes_be32(&b) == PROGRAM;
	k->version = bytes_be32(&b);
	k->procedure = bytes_be32(&b);
	credentials(k, &b);
	proto_tx_init(c, &k->tx);
	if (!ok || !bytes_ok(&b))
		proto_event(&k->tx, EVENT_malformed);
	else if (k->version < 2 || k->version > 4)
		proto_event(&k->tx, EVENT_version);
	else
		arguments(k, &b);
	proto_progress(c, &k->tx, FLOW_to_server, 1);
}

static void reply(struct proto_call *c, uint32_t xid, struct bytes b)
{
	struct nfs_state *s = c->state;
	uint32_t n;

	for (unsigned i = 0; i < CALLS_MAX; i++) {
		struct nfs_call *k = &s->call[i];

		if (!k->waits || k->xid != xid)
			continue;
		k->replied = true;
		k->refused = bytes_be32(&b) != 0;
		bytes_be32(&b);
		opaque(&b, &n);
		k->refused |= bytes_be32(&b) != 0;
		k->status = k->procedure && bytes_left(&b) >= 4 ? bytes_be32(&b) : 0;
		proto_progress(c, &k->tx, FLOW_to_client, 1);
		finish(c, k);
		return;
	}
}

uint32_t nfs_version_of(const struct proto_call *c, uint32_t xid)
{
	const struct nfs_state *s = c->state;

	for (unsigned i = 0; i < CALLS_MAX; i++) {
		if (s->call[i].waits && s->call[i].xid == xid)
			return s->call[i].version;
	}
	return 0;
}

static bool is_call(const uint8_t *p, uint32_t n)
{
	struct bytes b = bytes_of(p, n);

	bytes_take(&b, 4);
	return n >= 20 && bytes_be32(&b) == 0 && bytes_be32(&b) == RPC_VERSION && bytes_be32(&b) == PROGRAM;
}

static bool is_reply(const uint8_t *p, uint32_t n)
{
	return n >= 12 && p[4] == 0 && p[5] == 0 && p[6] == 0 && p[7] == 1 && p[8] == 0 && p[9] == 0 &&
	       p[10] == 0 && p[11] < 2;
}

static void message(struct proto_call *c, const uint8_t *p, uint32_t n)
{
	struct bytes b = bytes_of(p, n);
	uint32_t xid = bytes_be32(&b), kind = bytes_be32(&b);

	if (c->dir == FLOW_to_server && kind == 0)
		call(c, xid, b);
	else if (c->dir == FLOW_to_client && kind == 1)
		reply(c, xid, b);
}

static uint32_t record_of(const uint8_t *p)
{
	return (uint32_t)(p[0] & 0x7f) << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static bool begins(const uint8_t *p, uint32_t n)
{
	return n >= MARK + 20 && (is_call(p + MARK, n - MARK) || is_reply(p + MARK, n - MARK)) &&
	       record_of(p) <= RECORD_MAX;
}

/* A long record is looked at when its first KEPT bytes are there, and the rest of it skipped. */
static uint32_t records(struct proto_call *c, const uint8_t *p, uint32_t n)
{
	struct nfs_state *s = c->state;
	uint32_t at = 0;

	for (;;) {
		uint32_t skip = s->skip[c->dir] < n - at ? s->skip[c->dir] : n - at;

		at += skip;
		s->skip[c->dir] -= skip;
		if (n - at < MARK)
			return at;
		uint32_t len = record_of(p + at), seen = len < KEPT ? len : KEPT;
		if (len > RECORD_MAX)
			return PIECES_NOT;
		if (n - at - MARK < seen)
			return at;
		message(c, p + at + MARK, seen);
		at += MARK + seen;
		s->skip[c->dir] = len - seen;
	}
}

static enum probe probe(const uint8_t *p, uint32_t n, uint8_t dir, const struct flow *f, bool midstream)
{
	(void)midstream;
	uint32_t mark = f->proto == 6 ? MARK : 0;

	if (dir == FLOW_to_client) /* a reply names no program */
		return PROBE_no;
	if (n < mark + 20)
		return f->proto == 6 ? PROBE_more : PROBE_no;
	return is_call(p + mark, n - mark) ? PROBE_yes : PROBE_no;
}

static void data(struct proto_call *c, const uint8_t *p, uint32_t n)
{
	if (c->flow->proto != 6)
		message(c, p, n);
	else
		pieces_data(c, p, n, MARK + KEPT, records, begins);
}

static void gap(struct proto_call *c, uint64_t missing)
{
	((struct nfs_state *)c->state)->skip[c->dir] = 0;
	pieces_gap(c, missing);
}

static void end(struct proto_call *c)
{
	struct nfs_state *s = c->state;

	for (unsigned i = 0; i < CALLS_MAX; i++)
		finish(c, &s->call[i]);
	pieces_end(c);
}

static bool number(const struct tx *tx, unsigned f, unsigned i, uint8_t dir, uint64_t *out)
{
	const struct nfs_call *k = (const struct nfs_call *)tx;

	(void)dir;
	*out = f == F_version ? k->version : k->procedure;
	return i == 0;
}

static const char *procedure_name(const struct nfs_call *k)
{
	static const char *const two[] = {"NULL", "GETATTR", "SETATTR", "ROOT", "LOOKUP", "READLINK", "READ",
					  "WRITECACHE", "WRITE", "CREATE", "REMOVE", "RENAME", "LINK",
					  "SYMLINK", "MKDIR", "RMDIR", "READDIR", "STATFS"};
	static const char *const three[] = {"NULL", "GETATTR", "SETATTR", "LOOKUP", "ACCESS", "READLINK",
					    "READ", "WRITE", "CREATE", "MKDIR", "SYMLINK", "MKNOD", "REMOVE",
					    "RMDIR", "RENAME", "LINK", "READDIR", "READDIRPLUS", "FSSTAT",
					    "FSINFO", "PATHCONF", "COMMIT"};
	static const char *const four[] = {"NULL", "COMPOUND"};
	const char *const *names = k->version == 2 ? two : k->version == 3 ? three : four;
	uint32_t n = k->version == 2 ? 18 : k->version == 3 ? 22 : 2;

	return k->procedure < n ? names[k->procedure] : "UNKNOWN";
}

static const char *status_name(uint32_t status)
{
	static const struct {
		uint32_t code;
		const char *name;
	} names[] = {{0, "OK"},	       {1, "ERR_PERM"},	   {2, "ERR_NOENT"},  {5, "ERR_IO"},
		     {13, "ERR_ACCESS"}, {17, "ERR_EXIST"},  {20, "ERR_NOTDIR"}, {21, "ERR_ISDIR"},
		     {22, "ERR_INVAL"}, {28, "ERR_NOSPC"},  {30, "ERR_ROFS"},  {66, "ERR_NOTEMPTY"},
		     {70, "ERR_STALE"}};

	for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (names[i].code == status)
			return names[i].name;
	}
	return "ERR_UNKNOWN";
}

static uint32_t eve(const struct tx *tx, char *out, uint32_t size)
{
	static const char *const auths[AUTHS] = {"NULL", "UNIX", "SHORT", "DES", "KERB4", "RSA", "GSS"};
	const struct nfs_call *k = (const struct nfs_call *)tx;
	struct json j = json_of(out, size);

	json_open(&j, "nfs");
	json_u64(&j, "version", k->version);
	json_str(&j, "procedure", procedure_name(k));
	json_str(&j, "filename", k->name);
	json_u64(&j, "id", k->tx.number + 1);
	json_bool(&j, "file_tx", false);
	json_str(&j, "type", k->replied ? "response" : "request");
	if (k->to[0]) {
		json_open(&j, "rename");
		json_str(&j, "from", k->name);
		json_str(&j, "to", k->to);
		json_close(&j);
	}
	if (k->replied)
		json_str(&j, "status", status_name(k->status));
	json_close(&j);
	json_open(&j, "rpc");
	json_u64(&j, "xid", k->xid);
	if (k->replied)
		json_str(&j, "status", k->refused ? "DENIED" : "ACCEPTED");
	json_str(&j, "auth_type", k->auth < AUTHS ? auths[k->auth] : "UNKNOWN");
	if (k->auth == AUTH_UNIX) {
		json_open(&j, "creds");
		json_str(&j, "machine_name", k->machine);
		json_u64(&j, "uid", k->uid);
		json_u64(&j, "gid", k->gid);
		json_close(&j);
	}
	json_close(&j);
	return json_ok(&j) ? (uint32_t)j.len : 0;
}

static const uint16_t ports[] = {2049, 0};

const struct protocol protocol_nfs = {
	.name = "nfs",
	.over = PROTO_OVER_TCP | PROTO_OVER_UDP,
	.ports = ports,
	.state_size = sizeof(struct nfs_state),
	.fields = fields,
	.events = events,
	.done = {1, 1},
	.frames = nfs_frames,
	.record = nfs_record,
	.probe = probe,
	.data = data,
	.gap = gap,
	.end = end,
	.number = number,
	.eve = eve,
};
