// SPDX-License-Identifier: Apache-2.0
/* Files over SMB for the rules (file.data, file.name, filesize): what is read or written from a
 * file's beginning on, in order; each direction of an open file is a transaction of its own. */
#include "proto/file.h"
#include "proto/smb_part.h"

#include <stdio.h>

static struct smb_body *begin(struct proto_call *c, struct smb_file *f)
{
	struct smb_state *s = smb_of(c);
	struct smb_body *b = proto_take(proto_mem_of(c), sizeof(*b));

	if (!b)
		return NULL;
	proto_tx_init(c, &b->head.tx);
	b->head.kind = TX_file;
	b->known = file_known_begin(proto_mem_of(c));
	b->version = s->version;
	b->command = s->command;
	b->dialect = s->dialect;
	snprintf(b->path, sizeof(b->path), "%s", f->path);
	snprintf(b->share, sizeof(b->share), "%s", f->share);
	f->body[c->dir] = b;
	return b;
}

void smb_body_bytes(struct proto_call *c, struct smb_file *f, uint64_t offset, const uint8_t *p,
		    uint32_t n)
{
	struct smb_body *b = f->body[c->dir];
	uint32_t most = proto_config_of(c)->body;

	if (f->folder)
		return;
	if (!b) {
		b = offset == 0 ? begin(c, f) : NULL;
		if (!b)
			return;
	}
	b->size += n;
	if (offset != b->next)
		b->gap = true;
	if (b->gap)
		return;
	b->next += n;
	file_known_add(b->known, p, n);
	if (b->data.len >= most)
		return;
	proto_append(proto_mem_of(c), &b->data, p, n, most);
	if (b->data.len >= most)
		proto_progress(c, &b->head.tx, c->dir, 1);
}

void smb_body_end(struct proto_call *c, struct smb_file *f, bool whole)
{
	for (uint8_t dir = 0; dir < 2; dir++) {
		struct smb_body *b = f->body[dir];

		if (!b)
			continue;
		b->whole = whole && !b->gap;
		proto_progress(c, &b->head.tx, dir, 2);
		proto_tx_end(c, &b->head.tx);
		file_known_drop(b->known);
		proto_drop(proto_mem_of(c), &b->data);
		proto_give(proto_mem_of(c), b, sizeof(*b));
		f->body[dir] = NULL;
	}
}

bool smb_body_field(const struct smb_body *b, unsigned what, struct view_of_bytes *out)
{
	struct file_view v = {.data = {b->data.at ? b->data.at : (const uint8_t *)"", b->data.len},
			      .known = b->known,
			      .whole = b->whole,
			      .gap = b->gap};

	v.name = (struct view_of_bytes){(const uint8_t *)b->path, (uint32_t)strlen(b->path)};
	return file_bytes(&v, what, out);
}
