// SPDX-License-Identifier: Apache-2.0
/* A data connection that an FTP control connection has announced: one file, in whichever direction
 * bytes come. What was asked for comes with the announcement: 1 stored, 2 retrieved, 0 not known (a
 * listing).
 */
#include "proto/file.h"

enum { F_file_data, F_filesize, F_command, F_magic, F_md5, F_sha1, F_sha256 };
static const struct field fields[] = {
	{"file.data", FIELD_bytes, 3, {1, 1}, false, "contents of a file on its way"},
	{"filesize", FIELD_number, 3, {2, 2}, false, "bytes of a file"},
	{"ftpdata_command", FIELD_number, 3, {1, 1}, false, "1 stor, 2 retr"},
	{"file.magic", FIELD_bytes, 3, {1, 1}, false, "kind of a file"},
	{"file.md5", FIELD_bytes, 3, {2, 2}, false, "MD5 of a file"},
	{"file.sha1", FIELD_bytes, 3, {2, 2}, false, "SHA-1 of a file"},
	{"file.sha256", FIELD_bytes, 3, {2, 2}, false, "SHA-256 of a file"},
	{0},
};

struct data_tx {
	struct tx tx; /* first */
	struct proto_bytes body;
	struct file_known *known;
	uint64_t size;
	uint8_t command, dir;
	bool gap, over; /* over: its end was seen */
};

struct data_flow {
	struct data_tx tx;
	bool begun;
};

static void data_in(struct proto_call *c, const uint8_t *p, uint32_t n)
{
	struct data_flow *s = c->state;
	uint32_t max = proto_config_of(c)->body;

	if (!s->begun) {
		s->begun = true;
		proto_tx_init(c, &s->tx.tx);
		s->tx.dir = c->dir;
		s->tx.command = (uint8_t)proto_expected(c);
		s->tx.known = file_known_begin(proto_mem_of(c));
		if (s->tx.known)
			flow_stream_deep(c->flow);
	}
	if (c->dir != s->tx.dir)
		return;
	s->tx.size += n;
	file_known_add(s->tx.known, p, n);
	if (s->tx.tx.progress[c->dir] >= 1)
		return;
	if (!proto_append(proto_mem_of(c), &s->tx.body, p, n, max) || s->tx.body.len == max)
		proto_progress(c, &s->tx.tx, c->dir, 1);
}

static void finish(struct proto_call *c)
{
	struct data_flow *s = c->state;
	const uint8_t *head = s->tx.body.at;

	if (!s->begun || s->tx.tx.progress[s->tx.dir] >= 2)
		return;
	c->dir = s->tx.dir;
	proto_progress(c, &s->tx.tx, s->tx.dir, 2);
	if (!s->tx.command)
		return;
	struct fact_file f = {.size = s->tx.size,
			      .over = (uint8_t)c->flow->app,
			      .to_server = s->tx.command == 1,
			      .whole = 1,
			      .executable =
				      s->tx.body.len > 64 && head[0] == 'M' && head[1] == 'Z'};
	proto_fact(c, FACT_file, &f, sizeof(f), NULL, 0);
}

static void data_fin(struct proto_call *c)
{
	struct data_flow *s = c->state;

	if (c->dir != s->tx.dir)
		return;
	s->tx.over = true;
	finish(c);
}

static void data_gap(struct proto_call *c, uint64_t missing)
{
	struct data_flow *s = c->state;

	(void)missing;
	s->tx.gap |= c->dir == s->tx.dir || !s->begun;
}

static void data_end(struct proto_call *c)
{
	struct data_flow *s = c->state;

	finish(c);
	if (s->begun)
		proto_tx_end(c, &s->tx.tx);
	file_known_drop(s->tx.known);
	proto_drop(proto_mem_of(c), &s->tx.body);
}

static enum probe data_probe(const uint8_t *p, uint32_t n, uint8_t dir, const struct flow *f,
			     bool midstream)
{
	(void)p, (void)n, (void)dir, (void)f, (void)midstream;
	return PROBE_no; /* only by announcement */
}

static bool data_bytes(const struct tx *head, unsigned f, unsigned i, uint8_t dir,
		       struct view_of_bytes *out)
{
	const struct data_tx *tx = (const struct data_tx *)head;

	static const uint8_t what[] = {[F_file_data] = FILE_data, [F_magic] = FILE_magic, [F_md5] = FILE_md5,
				       [F_sha1] = FILE_sha1, [F_sha256] = FILE_sha256};
	const struct file_view v = {.data = {tx->body.at, tx->body.len}, .known = tx->known,
				    .whole = tx->over, .gap = tx->gap};

	return i == 0 && dir == tx->dir && tx->body.len && file_bytes(&v, what[f], out);
}

static bool data_number(const struct tx *head, unsigned f, unsigned i, uint8_t dir, uint64_t *out)
{
	const struct data_tx *tx = (const struct data_tx *)head;

	*out = f == F_filesize ? tx->size : tx->command;
	return i == 0 && dir == tx->dir && (f == F_filesize || tx->command);
}

static uint32_t data_eve(const struct tx *head, char *out, uint32_t size)
{
	static const char *const names[] = {"", "STOR", "RETR"};
	const struct data_tx *tx = (const struct data_tx *)head;
	struct json j = json_of(out, size);

	json_open(&j, "ftp_data");
	if (tx->command && tx->command < 3)
		json_str(&j, "command", names[tx->command]);
	json_close(&j);
	return json_ok(&j) ? (uint32_t)j.len : 0;
}

const struct protocol protocol_ftp_data = {
	.name = "ftp-data",
	.over = PROTO_OVER_TCP,
	.ports_only = true,
	.state_size = sizeof(struct data_flow),
	.fields = fields,
	.done = {2, 2},
	.probe = data_probe,
	.data = data_in,
	.gap = data_gap,
	.fin = data_fin,
	.end = data_end,
	.bytes = data_bytes,
	.number = data_number,
	.eve = data_eve,
};
