// SPDX-License-Identifier: Apache-2.0
/* What is told of files. */
#include "proto/file.h"

bool file_executable(struct view_of_bytes d)
{
	static const uint8_t mach[][4] = {{0xfe, 0xed, 0xfa, 0xce},
					  {0xfe, 0xed, 0xfa, 0xcf},
					  {0xce, 0xfa, 0xed, 0xfe},
					  {0xcf, 0xfa, 0xed, 0xfe}};

	if (d.len < 64)
		return false;
	if ((d.at[0] == 'M' && d.at[1] == 'Z') || memcmp(d.at, "\177ELF", 4) == 0)
		return true;
	for (unsigned i = 0; i < sizeof(mach) / sizeof(mach[0]); i++) {
		if (memcmp(d.at, mach[i], 4) == 0)
			return true;
	}
	return false;
}

bool file_bytes(const struct file_view *f, unsigned what, struct view_of_bytes *out)
{
	switch (what) {
	case FILE_data:
		*out = f->data;
		break;
	case FILE_name:
		*out = f->name;
		break;
	case FILE_magic:
		return file_known_magic(f->known, f->data.at, f->data.len, &out->at, &out->len);
	case FILE_md5:
	case FILE_sha1:
	case FILE_sha256:
		return f->whole && !f->gap &&
		       file_known_hash(f->known, (enum file_know)(what - FILE_md5), &out->at, &out->len);
	default:
		return false;
	}
	return out->len != 0;
}

void file_tell(struct proto_call *c, const struct file_view *f)
{
	char name[FACT_WORD_MAX];
	const char *words[] = {proto_text(f->name.at, f->name.len, name, sizeof(name))};
	struct fact_file body = {
		.size = f->size,
		.over = (uint8_t)c->flow->app,
		.to_server = c->dir == FLOW_to_server,
		.executable = file_executable(f->data),
		.whole = f->whole,
	};

	proto_fact(c, FACT_file, &body, sizeof(body), words, 1);
}

void file_eve(struct json *j, const struct file_view *f, uint64_t tx_number)
{
	json_open(j, NULL);
	if (f->name.len)
		json_strn(j, "filename", f->name.at, f->name.len < 512 ? f->name.len : 512);
	json_bool(j, "gaps", f->gap);
	json_str(j, "state", f->whole ? "CLOSED" : "TRUNCATED");
	json_bool(j, "stored", false);
	json_u64(j, "size", f->size);
	json_u64(j, "tx_id", tx_number);
	json_close(j);
}
