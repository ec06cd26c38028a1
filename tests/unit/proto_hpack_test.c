// SPDX-License-Identifier: Apache-2.0
#include "check.h"
#include "hex.h"
#include "proto/hpack.h"

#include <stdlib.h>

static struct proto_mem mem;
static struct count misses;

/* A block decoded: "name: value|" each, <size N>, <unknown>, <bad>, <overflow>, <long>, <more>. */
static void decode(struct hpack *h, const char *text, char *out)
{
	uint8_t in[512];
	uint32_t n = (uint32_t)hex(text, in, sizeof(in)), at = 0;
	struct hpack_next f;

	while (at < n) {
		/* exact, so that one byte too many is seen */
		uint8_t *copy = malloc(n - at);
		memcpy(copy, in + at, n - at);
		enum hpack_result rc = hpack_take(h, &mem, copy, n - at, &f);

		if (rc == HPACK_field)
			out += sprintf(out, "%.*s: %.*s|", (int)f.name.len, f.name.at,
				       (int)f.value.len, f.value.at);
		else if (rc == HPACK_size)
			out += sprintf(out, "<size %u>", f.size);
		else
			out += sprintf(out, "<%s>",
				       rc == HPACK_more       ? "more"
				       : rc == HPACK_unknown  ? "unknown"
				       : rc == HPACK_bad      ? "bad"
				       : rc == HPACK_overflow ? "overflow"
							      : "long");
		free(copy);
		if (rc == HPACK_more)
			break;
		CHECK(f.used > 0 && f.used <= n - at);
		at += f.used;
	}
	*out = '\0';
}

/* Blocks of one connection, "/" between them. The first rows are RFC 7541 C.2 to C.6. */
static const struct {
	const char *name, *blocks, *want;
	uint32_t size; /* of the table at the end */
} rows[] = {
	{"C.2.1 literal with indexing",
	 "400a 6375 7374 6f6d 2d6b 6579 0d63 7573 746f 6d2d 6865 6164 6572",
	 "custom-key: custom-header|", 55},
	{"C.2.2 literal without", "040c 2f73 616d 706c 652f 7061 7468", ":path: /sample/path|", 0},
	{"C.2.3 literal never indexed", "1008 7061 7373 776f 7264 0673 6563 7265 74",
	 "password: secret|", 0},
	{"C.2.4 indexed", "82", ":method: GET|", 0},
	{"C.4 requests with Huffman",
	 "8286 8441 8cf1 e3c2 e5f2 3a6b a0ab 90f4 ff/8286 84be 5886 a8eb 1064 9cbf/"
	 "8287 85bf 4088 25a8 49e9 5ba9 7d7f 8925 a849 e95b b8e8 b4bf",
	 ":method: GET|:scheme: http|:path: /|:authority: www.example.com|"
	 ":method: GET|:scheme: http|:path: /|:authority: www.example.com|cache-control: no-cache|"
	 ":method: GET|:scheme: https|:path: /index.html|:authority: www.example.com|"
	 "custom-key: custom-value|",
	 164},
	{"C.6.1 an answer with Huffman, and what its table holds",
	 "4882 6402 5885 aec3 771a 4b61 96d0 7abe 9410 54d4 44a8 2005 9504 0b81 66e0 82a6"
	 "2d1b ff6e 919d 29ad 1718 63c7 8f0b 97c8 e9ae 82ae 43d3/c1c0bfbe",
	 ":status: 302|cache-control: private|date: Mon, 21 Oct 2013 20:13:21 GMT|"
	 "location: https://www.example.com|:status: 302|cache-control: private|"
	 "date: Mon, 21 Oct 2013 20:13:21 GMT|location: https://www.example.com|",
	 222},
	{"a size update empties the table", "4001610162/20/be", "a: b|<size 0><unknown>", 0},
	{"and makes room for one entry", "3f03/4001610162 4001630164/be/bf",
	 "<size 34>a: b|c: d|c: d|<unknown>", 34},
	{"an entry larger than the table empties it", "3f03/4001610162 400261610162/be",
	 "<size 34>a: b|aa: b|<unknown>", 0},
	{"an update beyond what is held", "3fe1ff0f", "<size 262144>", 0},
	{"index 0", "80", "<unknown>", 0},
	{"an index that nobody put there", "c0 4001610162 be", "<unknown>a: b|a: b|", 34},
	{"a literal whose name is unknown is an entry all the same", "7f00 0162/be/0f2f0163",
	 "<unknown>: b|: c|", 33},
	{"Huffman with padding of zeroes", "00 0161 8118 82", "<bad>:method: GET|", 0},
	{"Huffman with a byte of padding", "000161821fff", "<bad>", 0},
	{"Huffman with EOS", "00016184ffffffff", "<bad>", 0},
	{"an integer of five bytes", "7fffffffff0f", "<overflow>", 0},
	{"an integer that never ends", "7f808080808080808000", "<overflow>", 0},
	{"a length that no field has", "4001617f82ff01", "<long>", 0},
	{"lengths that go on behind the bytes", "4001610a6162", "<more>", 0},
	{"a literal cut in its index", "7f", "<more>", 0},
};

static void check_rows(void)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char got[1024] = "", blocks[512];
		struct hpack h;

		CASE(rows[i].name);
		hpack_init(&h);
		snprintf(blocks, sizeof(blocks), "%s", rows[i].blocks);
		for (char *b = strtok(blocks, "/"); b; b = strtok(NULL, "/"))
			decode(&h, b, got + strlen(got));
		CHECK_STR(got, rows[i].want);
		CHECK_EQ(h.size, rows[i].size);
		hpack_drop(&h, &mem);
		CHECK_EQ(mem.used, 0);
	}
}

/* The n-th entry is named by its number; what the table should hold is counted by hand. */
static void check_turnover(void)
{
	struct hpack h;
	struct hpack_next f;
	uint8_t in[64];

	CASE("a hundred thousand entries go through tables of changing sizes");
	hpack_init(&h);
	for (unsigned i = 0; i < 100000; i++) {
		char name[16], value[32];
		int n = snprintf(name, sizeof(name), "n%u", i);
		int v = snprintf(value, sizeof(value), "%0*u", (int)(i % 23 + 5), i);
		uint32_t k = 0;

		if (i % 7919 == 0) { /* 4096, 40000, 100, … */
			static const uint8_t updates[][4] = {
				{0x3f, 0xe1, 0x1f}, {0x3f, 0xa1, 0xb8, 0x02}, {0x3f, 0x45}};
			const uint8_t *u = updates[i / 7919 % 3];
			CHECK_EQ(hpack_take(&h, &mem, u, 4, &f), HPACK_size);
		}
		in[k++] = 0x40;
		in[k++] = (uint8_t)n;
		memcpy(in + k, name, (size_t)n);
		k += (uint32_t)n;
		in[k++] = (uint8_t)v;
		memcpy(in + k, value, (size_t)v);
		k += (uint32_t)v;
		CHECK_EQ(hpack_take(&h, &mem, in, k, &f), HPACK_field);
		if (!h.n)
			continue;
		/* the oldest is still what it was */
		uint32_t index = HPACK_STATIC + h.n;
		uint8_t ref[4] = {0xff, (uint8_t)((index - 127) | 128),
				  (uint8_t)((index - 127) >> 7)};
		if (index < 127)
			ref[0] = (uint8_t)(0x80 | index);
		CHECK_EQ(hpack_take(&h, &mem, ref, sizeof(ref), &f), HPACK_field);
		snprintf(name, sizeof(name), "n%u", i + 1 - h.n);
		CHECK(f.name.len == strlen(name) && memcmp(f.name.at, name, f.name.len) == 0);
		CHECK(h.size <= h.max);
	}
	CHECK(mem.peak < 400 << 10);
	hpack_drop(&h, &mem);
	CHECK_EQ(mem.used, 0);
}

int main(void)
{
	if (proto_mem_init(&mem, 1 << 20, &misses) != 0)
		return 1;
	check_rows();
	check_turnover();
	proto_mem_fini(&mem);
	return check_done();
}
