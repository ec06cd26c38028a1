// SPDX-License-Identifier: Apache-2.0
/* A context for each kind of hash and file is begun when it is made ready, so that neither beginning
 * anew nor going on allocates. */
#include "proto/file_known.h"

#include <errno.h>
#include <magic.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

struct file_known {
	struct file_knowers *of;
	struct file_known *next; /* while it is free */
	unsigned wants;          /* what it was begun with */
	bool over, looked;
	uint8_t hash[KNOW_hashes][KNOW_HASH_MAX];
	uint8_t hash_len[KNOW_hashes];
	uint32_t magic_len;
	char magic[KNOW_MAGIC_MAX];
};

static const EVP_MD *method(unsigned h)
{
	return h == KNOW_md5 ? EVP_md5() : h == KNOW_sha1 ? EVP_sha1() : EVP_sha256();
}

static EVP_MD_CTX *context(const struct file_known *f, unsigned h)
{
	EVP_MD_CTX **all = f->of->hash[h];

	return all[f - f->of->file];
}

static int prepare_files(struct file_knowers *k, struct err *err)
{
	if (k->file)
		return 0;
	struct file_known *file = calloc(k->files, sizeof(*file));
	if (!file)
		return err_set(err, ENOMEM, "no memory for proto.files");
	for (uint32_t i = 0; i < k->files; i++) {
		file[i].of = k;
		file[i].next = i + 1 < k->files ? &file[i + 1] : NULL;
	}
	k->free = file;
	k->file = file;
	return 0;
}

static int prepare_hash(struct file_knowers *k, unsigned h, struct err *err)
{
	EVP_MD_CTX **all = calloc(k->files, sizeof(*all));
	bool good = all;

	k->hash[h] = all; /* file_knowers_fini() gives back what there is */
	for (uint32_t i = 0; good && i < k->files; i++) {
		all[i] = EVP_MD_CTX_new();
		good = all[i] && EVP_DigestInit_ex(all[i], method(h), NULL) == 1;
	}
	return good ? 0 : err_set(err, ENOMEM, "no memory for proto.files");
}

static int prepare_magic(struct file_knowers *k, struct err *err)
{
	magic_t m = magic_open(MAGIC_NONE);

	if (!m)
		return err_set(err, ENOMEM, "no memory for libmagic");
	if (magic_load(m, NULL) != 0) {
		err_set(err, ENOENT, "libmagic: %s", magic_error(m));
		err_hint(err, "file.magic needs the data of the package libmagic-mgc");
		magic_close(m);
		return -ENOENT;
	}
	k->magic = m;
	return 0;
}

int file_knowers_prepare(struct file_knowers *k, unsigned wants, struct err *err)
{
	int rc = wants ? prepare_files(k, err) : 0;

	for (unsigned h = 0; rc == 0 && h < KNOW_hashes; h++) {
		if (wants >> h & 1 && !k->hash[h])
			rc = prepare_hash(k, h, err);
	}
	if (rc == 0 && wants >> KNOW_magic & 1 && !k->magic)
		rc = prepare_magic(k, err);
	return rc;
}

void file_knowers_fini(struct file_knowers *k)
{
	for (unsigned h = 0; h < KNOW_hashes; h++) {
		EVP_MD_CTX **all = k->hash[h];

		for (uint32_t i = 0; all && i < k->files; i++)
			EVP_MD_CTX_free(all[i]);
		free(all);
	}
	if (k->magic)
		magic_close(k->magic);
	free(k->file);
	*k = (struct file_knowers){.files = k->files};
}

struct file_known *file_known_begin(struct proto_mem *m)
{
	struct file_knowers *k = m->knowers;

	if (!k || !k->wants)
		return NULL;
	struct file_known *f = k->free;
	if (!f) {
		count_add(&k->over, 1);
		return NULL;
	}
	k->free = f->next;
	f->next = NULL;
	f->wants = k->wants;
	f->over = f->looked = false;
	f->magic_len = 0;
	memset(f->hash_len, 0, sizeof(f->hash_len));
	for (unsigned h = 0; h < KNOW_hashes; h++) {
		if (f->wants >> h & 1 && EVP_DigestInit_ex(context(f, h), NULL, NULL) != 1)
			f->wants &= ~(1u << h);
	}
	return f;
}

void file_known_add(struct file_known *f, const uint8_t *p, uint32_t n)
{
	if (!f || f->over || n == 0)
		return;
	for (unsigned h = 0; h < KNOW_hashes; h++) {
		if (f->wants >> h & 1)
			EVP_DigestUpdate(context(f, h), p, n);
	}
}

void file_known_drop(struct file_known *f)
{
	if (!f)
		return;
	f->next = f->of->free;
	f->of->free = f;
}

static void finish(struct file_known *f)
{
	for (unsigned h = 0; h < KNOW_hashes; h++) {
		unsigned len = 0;

		if (f->wants >> h & 1 && EVP_DigestFinal_ex(context(f, h), f->hash[h], &len) == 1)
			f->hash_len[h] = (uint8_t)len;
	}
	f->over = true;
}

bool file_known_hash(struct file_known *f, enum file_know what, const uint8_t **at, uint32_t *len)
{
	if (!f)
		return false;
	if (!f->over)
		finish(f);
	*at = f->hash[what];
	*len = f->hash_len[what];
	return *len != 0;
}

bool file_known_magic(struct file_known *f, const uint8_t *p, uint32_t n, const uint8_t **at,
		      uint32_t *len)
{
	if (!f || !(f->wants >> KNOW_magic & 1) || n == 0)
		return false;
	if (!f->looked) {
		const char *words = magic_buffer(f->of->magic, p, n < KNOW_MAGIC_LOOK ? n : KNOW_MAGIC_LOOK);

		f->looked = true;
		f->magic_len = words ? (uint32_t)strnlen(words, sizeof(f->magic)) : 0;
		if (f->magic_len)
			memcpy(f->magic, words, f->magic_len);
	}
	*at = (const uint8_t *)f->magic;
	*len = f->magic_len;
	return *len != 0;
}
