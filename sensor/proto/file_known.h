// SPDX-License-Identifier: Apache-2.0
/* What rules ask of whole files: hashes, made as the file goes by, and what libmagic says of its first
 * bytes. Only while some rule wants them.
 *
 * Units:  at most proto.files at a time, a worker; a further one has no hashes and no kind, counted.
 * Owns:   all of it is allocated by file_knowers_prepare(), where rules are loaded. Exception: libmagic
 *         allocates while it looks, once a file, and gives that back (docs/why/0017-whole-files.md).
 * Thread: file_knowers_prepare() on the one that loads, before file_knowers.wants names it; the rest on
 *         the worker's.
 */
#pragma once

#include "base/count.h"
#include "base/err.h"
#include "proto/mem.h"

enum file_know { KNOW_md5, KNOW_sha1, KNOW_sha256, KNOW_hashes, KNOW_magic = KNOW_hashes, KNOW_count };
#define KNOW_HASH_MAX   32u  /* bytes */
#define KNOW_MAGIC_MAX  256u /* bytes of libmagic's words */
#define KNOW_MAGIC_LOOK (64u << 10) /* bytes of a file that libmagic sees */

struct file_known;
struct file_knowers { /* of a worker */
	unsigned wants; /* bits 1 << enum file_know */
	struct file_known *file; /* `files` of them, in a list of free ones */
	struct file_known *free;
	void *hash[KNOW_hashes]; /* EVP_MD_CTX *[files]; NULL: not wanted yet */
	void *magic;             /* magic_t */
	uint32_t files;
	struct count over; /* files for which there was no room */
};

/* Makes ready what the bits ask for, beside what is there already. */
int file_knowers_prepare(struct file_knowers *k, unsigned wants, struct err *err);
void file_knowers_fini(struct file_knowers *k);

/* A file begins; NULL: nobody wants to know, or no room. All below take NULL. */
struct file_known *file_known_begin(struct proto_mem *m);
void file_known_add(struct file_known *f, const uint8_t *p, uint32_t n);
void file_known_drop(struct file_known *f);
/* The hash of all that was added; the file is over then. False: it was not wanted from the beginning. */
bool file_known_hash(struct file_known *f, enum file_know what, const uint8_t **at, uint32_t *len);
/* libmagic's words for a file that begins so. */
bool file_known_magic(struct file_known *f, const uint8_t *p, uint32_t n, const uint8_t **at,
		      uint32_t *len);
