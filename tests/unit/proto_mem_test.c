// SPDX-License-Identifier: Apache-2.0
#include "check.h"
#include "proto/protocol.h"

#include <stdlib.h>

static void check_classes(void)
{
	static const uint32_t sizes[] = {1, 64, 65, 128, 1000, 4096, 4097, 65536, PROTO_MEM_MAX};
	struct count misses = {0};
	struct proto_mem m;
	void *at[9];

	CASE("blocks of every class, zeroed, apart from each other, given back");
	CHECK_EQ(proto_mem_init(&m, 4u << 20, &misses), 0);
	for (unsigned turn = 0; turn < 3; turn++) {
		for (unsigned i = 0; i < 9; i++) {
			at[i] = proto_take(&m, sizes[i]);
			CHECK(at[i] != NULL);
			for (uint32_t k = 0; k < sizes[i]; k++)
				CHECK_EQ(((uint8_t *)at[i])[k], 0);
			memset(at[i], 0xff, sizes[i]);
		}
		for (unsigned i = 0; i < 9; i++)
			proto_give(&m, at[i], sizes[i]);
		CHECK_EQ(m.used, 0);
	}
	CASE("more than the largest class is refused, and counted");
	CHECK(proto_take(&m, PROTO_MEM_MAX + 1) == NULL);
	CHECK_EQ(count_get(&misses), 1);
	proto_give(&m, NULL, 5);
	proto_mem_fini(&m);
}

static void check_budget(void)
{
	struct count misses = {0};
	struct proto_mem m;
	void *a, *b;

	CASE("the budget holds for all classes together");
	CHECK_EQ(proto_mem_init(&m, 192, &misses), 0);
	a = proto_take(&m, 100); /* 128 */
	b = proto_take(&m, 64);
	CHECK(a && b);
	CHECK(proto_take(&m, 1) == NULL);
	proto_give(&m, a, 100);
	CHECK(proto_take(&m, 65) == a);
	CHECK_EQ(count_get(&misses), 1);
	CHECK_EQ(m.peak, 192);
	proto_mem_fini(&m);
}

static void check_bytes(void)
{
	struct count misses = {0};
	struct proto_bytes b = {0};
	struct proto_mem m;
	uint8_t want[5000];

	CASE("a string grows byte by byte and keeps what it has");
	CHECK_EQ(proto_mem_init(&m, 1u << 20, &misses), 0);
	for (uint32_t i = 0; i < sizeof(want); i++) {
		want[i] = (uint8_t)(i * 31);
		CHECK(proto_append(&m, &b, &want[i], 1, UINT32_MAX));
	}
	CHECK_EQ(b.len, sizeof(want));
	CHECK(memcmp(b.at, want, sizeof(want)) == 0);
	CHECK_EQ(m.used, 8192);
	CASE("taken off at the front");
	proto_consume(&b, 4990);
	CHECK_EQ(b.len, 10);
	CHECK(memcmp(b.at, want + 4990, 10) == 0);
	proto_consume(&b, 11);
	CHECK_EQ(b.len, 0);
	CASE("cut at its limit, and said");
	CHECK(!proto_append(&m, &b, want, 100, 60));
	CHECK_EQ(b.len, 60);
	CHECK(proto_append(&m, &b, want, 0, 60));
	CHECK(!proto_append(&m, &b, want, 1, 60));
	proto_drop(&m, &b);
	CHECK_EQ(m.used, 0);
	CHECK(b.at == NULL);
	proto_mem_fini(&m);
	CASE("no room: what it has stays");
	CHECK_EQ(proto_mem_init(&m, 128, &misses), 0);
	CHECK(proto_append(&m, &b, want, 64, UINT32_MAX));
	CHECK(!proto_append(&m, &b, want, 64, UINT32_MAX));
	CHECK_EQ(b.len, 64);
	CHECK(memcmp(b.at, want, 64) == 0);
	proto_mem_fini(&m);
}

static void check_texts(void)
{
	static const struct {
		const char *name;
		const uint8_t in[12];
		uint32_t n, size;
		const char *want;
	} rows[] = {
		{"plain", {'a', 0, 'b', 0}, 4, 32, "ab"},
		{"control bytes are shown as one sign", {'a', 0, 7, 0}, 4, 32, "a?"},
		{"two and three bytes", {0xe9, 0, 0xac, 0x20}, 4, 32, "\xc3\xa9\xe2\x82\xac"},
		{"half a surrogate", {0, 0xd8, 'x', 0}, 4, 32, "?x"},
		{"an odd byte at the end", {'a', 0, 'b'}, 3, 32, "a"},
		{"cut before it overflows", {'a', 0, 'b', 0, 'c', 0}, 6, 6, "ab"},
	};
	char out[64];

	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		CASE(rows[i].name);
		CHECK_STR(proto_text16(rows[i].in, rows[i].n, out, rows[i].size), rows[i].want);
	}
	CASE("bytes of the wire, cut and made fit");
	CHECK_STR(proto_text("a\nb\177c", 5, out, 5), "a?b?");
	CHECK_STR(proto_text("", 0, out, 1), "");
}

int main(void)
{
	check_classes();
	check_budget();
	check_bytes();
	check_texts();
	return check_done();
}
