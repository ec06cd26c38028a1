// SPDX-License-Identifier: Apache-2.0
#include "base/hash.h"
#include "check.h"

#include <endian.h>

static void test_crc32c(void)
{
	uint8_t b[48];

	/* RFC 3720 B.4 */
	CASE("crc32c of 32 zeroes");
	memset(b, 0, 32);
	CHECK_EQ(hash_crc32c(b, 32), 0x8a9136aa);
	CASE("crc32c of 32 ones");
	memset(b, 0xff, 32);
	CHECK_EQ(hash_crc32c(b, 32), 0x62a8ab43);
	CASE("crc32c of 0 to 31");
	for (unsigned i = 0; i < 32; i++)
		b[i] = (uint8_t)i;
	CHECK_EQ(hash_crc32c(b, 32), 0x46dd794e);
	CASE("crc32c of 31 down to 0");
	for (unsigned i = 0; i < 32; i++)
		b[i] = (uint8_t)(31 - i);
	CHECK_EQ(hash_crc32c(b, 32), 0x113fdb5c);
	CASE("crc32c of the check text, a length that is no multiple of 8");
	CHECK_EQ(hash_crc32c("123456789", 9), 0xe3069283);
	CASE("crc32c of nothing");
	CHECK_EQ(hash_crc32c("", 0), 0);
}

static void test_sha256(void)
{
	uint8_t digest[32];
	char text[65];

	CASE("sha256 of abc (FIPS 180-2 B.1)");
	hash_sha256("abc", 3, digest);
	CHECK_STR(hash_hex(digest, 32, text),
		  "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	CASE("sha256 of nothing");
	hash_sha256("", 0, digest);
	CHECK_STR(hash_hex(digest, 32, text),
		  "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

static void test_names(void)
{
	uint8_t digest[20];
	char text[41];

	CASE("md5 of abc (RFC 1321 A.5)");
	hash_md5("abc", 3, digest);
	CHECK_STR(hash_hex(digest, 16, text), "900150983cd24fb0d6963f7d28e17f72");
	CASE("sha1 of abc (FIPS 180-2 A.1)");
	hash_sha1("abc", 3, digest);
	CHECK_STR(hash_hex(digest, 20, text), "a9993e364706816aba3e25717850c26c9cd0d89d");
}

static void test_table_hash(void)
{
	static const uint8_t zero[64];
	struct addr a = addr_v4_wire(1), b = addr_v4_wire(2), c = addr_v4_wire(3);

	CASE("a pair hashes the same both ways, and with the seed");
	CHECK(hash_pair(&a, &b, 7) == hash_pair(&b, &a, 7));
	CHECK(hash_pair(&a, &b, 7) != hash_pair(&a, &c, 7));
	CHECK(hash_pair(&a, &b, 7) != hash_pair(&a, &b, 8));

	CASE("length counts, even of zeroes");
	for (size_t n = 0; n < 64; n++)
		CHECK(hash_bytes(zero, n, 1) != hash_bytes(zero, n + 1, 1));

	CASE("every byte counts");
	for (size_t i = 0; i < 64; i++) {
		uint8_t one[64] = {0};
		one[i] = 1;
		CHECK(hash_bytes(one, 64, 1) != hash_bytes(zero, 64, 1));
	}

	CASE("neighbouring addresses spread over 64 buckets");
	unsigned bucket[64] = {0}, most = 0;
	for (uint32_t i = 0; i < 6400; i++) {
		struct addr x = addr_v4_wire(htobe32(0x0a000000u + i));
		bucket[hash_addr(&x, 5) & 63]++;
	}
	for (unsigned i = 0; i < 64; i++)
		most = bucket[i] > most ? bucket[i] : most;
	CHECK(most < 160); /* 100 each; 160 is six standard deviations above */
}

int main(void)
{
	test_crc32c();
	test_sha256();
	test_names();
	test_table_hash();
	return check_done();
}
