// SPDX-License-Identifier: Apache-2.0
/* Hashes of whole files and what libmagic says: made in pieces, only what is wanted, and bounded. */
#include "check.h"

#include "base/hash.h"
#include "proto/file.h"

#include <string.h>

static const struct {
	const char *name;
	unsigned wants;
	const char *md5, *sha1, *sha256; /* of "abc", hexadecimal; NULL: none */
} rows[] = {
	{"all three", 7, "900150983cd24fb0d6963f7d28e17f72", "a9993e364706816aba3e25717850c26c9cd0d89d",
	 "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
	{"one alone", 1 << KNOW_sha1, NULL, "a9993e364706816aba3e25717850c26c9cd0d89d", NULL},
	{"the kind alone", 1 << KNOW_magic, NULL, NULL, NULL},
};

static void hash_is(struct file_known *f, enum file_know what, const char *want)
{
	const uint8_t *at;
	uint32_t len;
	char text[2 * KNOW_HASH_MAX + 1];
	bool has = file_known_hash(f, what, &at, &len);

	CHECK_EQ(has, want != NULL);
	if (has && want)
		CHECK_STR(hash_hex(at, len, text), want);
}

int main(void)
{
	struct file_knowers k = {.files = 2};
	struct proto_mem m = {.knowers = &k};
	struct view_of_bytes v;
	struct err err;

	CASE("nobody wants to know");
	CHECK(file_known_begin(&m) == NULL);
	file_known_add(NULL, (const uint8_t *)"x", 1);
	file_known_drop(NULL);

	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		CASE(rows[i].name);
		CHECK_EQ(file_knowers_prepare(&k, rows[i].wants, &err), 0);
		k.wants = rows[i].wants;
		for (unsigned again = 0; again < 3; again++) {
			struct file_known *f = file_known_begin(&m);
			file_known_add(f, (const uint8_t *)"a", 1);
			file_known_add(f, (const uint8_t *)"bc", 2);
			hash_is(f, KNOW_md5, rows[i].md5);
			hash_is(f, KNOW_sha1, rows[i].sha1);
			hash_is(f, KNOW_sha256, rows[i].sha256);
			file_known_drop(f);
		}
	}

	CASE("what a file looks like is asked once; of the view of a file it is a field");
	const uint8_t gif[] = "GIF89a\1\0\1\0\0\0\0,";
	struct file_known *f = file_known_begin(&m), *other = file_known_begin(&m);
	struct file_view file = {.data = {gif, sizeof(gif)}, .known = f};
	CHECK(file_bytes(&file, FILE_magic, &v) && v.len > 14 && memcmp(v.at, "GIF image data", 14) == 0);
	file.data = (struct view_of_bytes){(const uint8_t *)"%PDF-1.4", 8};
	CHECK(file_bytes(&file, FILE_magic, &v) && memcmp(v.at, "GIF image data", 14) == 0);
	CHECK(!file_known_magic(other, gif, 0, &v.at, &v.len));
	CHECK(!file_bytes(&file, FILE_md5, &v));

	CASE("no room: counted; what is given back is used again");
	CHECK(file_known_begin(&m) == NULL);
	CHECK_EQ(count_get(&k.over), 1);
	file_known_drop(f);
	f = file_known_begin(&m);
	CHECK(f != NULL);

	CASE("a file with a gap, or cut off, has no hash");
	k.wants = 7;
	file_known_drop(f);
	f = file_known_begin(&m);
	file_known_add(f, gif, sizeof(gif));
	file = (struct file_view){.data = {gif, sizeof(gif)}, .known = f, .whole = true, .gap = true};
	CHECK(!file_bytes(&file, FILE_sha256, &v));
	file.gap = file.whole = false;
	CHECK(!file_bytes(&file, FILE_sha256, &v));
	file.whole = true;
	CHECK(file_bytes(&file, FILE_sha256, &v) && v.len == 32);
	CHECK(file_bytes(&file, FILE_md5, &v) && v.len == 16);
	file_knowers_fini(&k);
	return check_done();
}
