// SPDX-License-Identifier: Apache-2.0
/* Transforms: what a buffer is made into before contents look at it. */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "rule/keyword.h"
#include "rule/range.h"
#include "rule/text.h"

#include <pcre2.h>

#define SIZE_MAX_ (1u << 20) /* bytes that a transform may be told to give */

static const struct {
	const char *name;
	struct transform t;
} plain[] = {
	{"dotprefix", {.run = rule_transform_dotprefix}},
	{"to_lowercase", {.run = rule_transform_to_lowercase}},
	{"to_uppercase", {.run = rule_transform_to_uppercase}},
	{"strip_whitespace", {.run = rule_transform_strip_whitespace}},
	{"compress_whitespace", {.run = rule_transform_compress_whitespace}},
	{"strip_pseudo_headers", {.run = rule_transform_strip_pseudo_headers}},
	{"header_lowercase", {.run = rule_transform_header_lowercase}},
	{"url_decode", {.run = rule_transform_url_decode}},
	{"from_hex", {.run = rule_transform_from_hex}},
	{"json_decode", {.run = rule_transform_json_decode}},
	{"domain", {.run = rule_transform_domain}},
	{"tld", {.run = rule_transform_domain, .a = 1}},
	{"to_md5", {.run = rule_transform_hash, .a = HASH_md5}},
	{"to_sha1", {.run = rule_transform_hash, .a = HASH_sha1}},
	{"to_sha256", {.run = rule_transform_hash, .a = HASH_sha256}},
};

static int plain_build(struct build *b, struct span value)
{
	struct transform t = {.run = NULL};

	(void)value;
	for (unsigned i = 0; i < sizeof(plain) / sizeof(plain[0]); i++) {
		if (span_is(b->keyword, plain[i].name))
			t = plain[i].t;
	}
	t.text = b->keyword;
	return rule_build_transform(b, t);
}

#define PLAIN(name_, what_)                                                                        \
	{                                                                                          \
		.name = (name_), .syntax = (name_), .what = (what_), .value = VALUE_none,          \
		.build = plain_build,                                                              \
	}

const struct keyword keyword_dotprefix = PLAIN("dotprefix", "the buffer with a dot before it");
const struct keyword keyword_to_lowercase = PLAIN("to_lowercase", "the buffer in lower case");
const struct keyword keyword_to_uppercase = PLAIN("to_uppercase", "the buffer in upper case");
const struct keyword keyword_strip_whitespace = PLAIN("strip_whitespace", "the buffer without blanks");
const struct keyword keyword_compress_whitespace = PLAIN("compress_whitespace", "the buffer with one blank where there are several");
const struct keyword keyword_strip_pseudo_headers = PLAIN("strip_pseudo_headers", "headers without those that begin with a colon");
const struct keyword keyword_header_lowercase = PLAIN("header_lowercase", "headers with their names in lower case");
const struct keyword keyword_url_decode = PLAIN("url_decode", "the buffer with %XX and + decoded");
const struct keyword keyword_from_hex = PLAIN("from_hex", "the bytes that hexadecimal digits mean");
const struct keyword keyword_json_decode = PLAIN("json_decode", "JSON without blanks and escapes");
const struct keyword keyword_domain = PLAIN("domain", "the domain that a host name is in: the label below the public suffix, and that");
const struct keyword keyword_tld = PLAIN("tld", "the public suffix of a host name");
const struct keyword keyword_to_md5 = PLAIN("to_md5", "the 16 bytes of the buffer's MD5");
const struct keyword keyword_to_sha1 = PLAIN("to_sha1", "the 20 bytes of the buffer's SHA-1");
const struct keyword keyword_to_sha256 = PLAIN("to_sha256", "the 32 bytes of the buffer's SHA-256");

static int xor_key(struct build *b, struct span value, struct span s, struct transform *t)
{
	uint8_t key[256];

	if (s.len == 0 || s.len % 2 || s.len / 2 > sizeof(key))
		return rule_fault(b->fault, value, "the key is 1 to 256 bytes in hexadecimal");
	for (uint32_t i = 0; i < s.len / 2; i++) {
		char digits[5] = {'0', 'x', s.at[2 * i], s.at[2 * i + 1], '\0'};
		uint64_t v;

		if (rule_number_parse(span_of(digits), 255, &v, b->fault))
			return rule_fault(b->fault, span_cut(s, 2 * i, 2 * i + 2),
					  "the key is 1 to 256 bytes in hexadecimal");
		key[i] = (uint8_t)v;
	}
	t->a = s.len / 2;
	t->arg = rule_arena_copy(b->arena, key, s.len / 2);
	return 0;
}

/* "extract LENGTH PLACE": the key is in the buffer. */
static int xor_extract(struct build *b, struct span item, struct transform *t)
{
	struct span rest = span_trim(span_cut(item, 7, item.len)), word;
	uint64_t n, at;

	t->run = rule_transform_xor_extract;
	int rc = rule_span_next(&rest, ' ', &word) ? rule_number_parse(word, 256, &n, b->fault) : -1;
	if (rc == 0)
		rc = rule_number_parse(rest, UINT16_MAX, &at, b->fault);
	if (rc || n == 0)
		return rule_fault(b->fault, item, "extract LENGTH PLACE");
	t->a = (uint32_t)n;
	t->c = (uint32_t)at;
	return 0;
}

static int xor_build(struct build *b, struct span value)
{
	struct transform t = {.run = rule_transform_xor, .text = value};
	struct span rest = value, item;
	uint64_t from;
	int rc = 0;

	if (value.len && value.at[0] == '"')
		rc = xor_key(b, value, rule_span_unquote(value), &t);
	else
		while (rc == 0 && rule_span_next(&rest, ',', &item)) {
			if (item.len > 7 && memcmp(item.at, "offset ", 7) == 0) {
				rc = rule_number_parse(span_cut(item, 7, item.len), UINT16_MAX,
						       &from, b->fault);
				t.b = (uint32_t)from;
			} else if (item.len > 8 && memcmp(item.at, "extract ", 8) == 0) {
				rc = xor_extract(b, item, &t);
			} else {
				rc = xor_key(b, value, rule_span_unquote(item), &t);
			}
		}
	if (rc == 0 && t.a == 0)
		rc = rule_fault(b->fault, value, "the key is missing");
	return rc ? rc : rule_build_transform(b, t);
}

const struct keyword keyword_xor = {
	.name = "xor", .syntax = "xor: \"HEX\" | [offset N,] extract LENGTH PLACE",
	.what = "the buffer xor a repeated key",
	.value = VALUE_needed, .build = xor_build,
};

static int pcrexform_build(struct build *b, struct span value)
{
	struct regex *r = NULL;
	uint32_t captures = 0;
	int rc = rule_regex_compile(b, rule_span_unquote(value), 0, &r);

	if (rc)
		return rc;
	pcre2_pattern_info(r->code, PCRE2_INFO_CAPTURECOUNT, &captures);
	if (captures != 1)
		return rule_fault(b->fault, value, "pcrexform has one part in parentheses");
	rule_regex_ready(r, false);
	return rule_build_transform(b, (struct transform){.run = rule_transform_pcrexform, .arg = r,
							  .text = value});
}

const struct keyword keyword_pcrexform = {
	.name = "pcrexform", .syntax = "pcrexform: \"EXPRESSION\"",
	.what = "the part of the buffer that the parentheses hold",
	.value = VALUE_needed, .build = pcrexform_build,
};

/* "word N" pairs. */
static int number_of(struct build *b, struct span item, const char *word, uint64_t max, uint32_t *out)
{
	size_t n = strlen(word);
	uint64_t v;

	if (item.len <= n || memcmp(item.at, word, n) != 0 || !span_blank(item.at[n]))
		return 1;
	int rc = rule_number_parse(span_cut(item, (uint32_t)n, item.len), max, &v, b->fault);
	*out = (uint32_t)v;
	return rc;
}

static int mode_of(struct build *b, struct span item, uint32_t *mode)
{
	static const struct {
		const char *name;
		uint32_t mode;
	} modes[] = {{"mode rfc4648", BASE64_rfc4648}, {"mode rfc2045", BASE64_mime},
		     {"mode strict", BASE64_strict}};

	for (unsigned i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		if (span_is(item, modes[i].name)) {
			*mode = modes[i].mode;
			return 0;
		}
	}
	return rule_fault(b->fault, item, "bytes, offset or mode");
}

static int from_base64_build(struct build *b, struct span value)
{
	struct transform t = {.run = rule_transform_from_base64, .a = SIZE_MAX_, .text = value};
	struct span rest = value, item;

	while (value.len && rule_span_next(&rest, ',', &item)) {
		int rc = number_of(b, item, "bytes", UINT16_MAX, &t.a);
		if (rc == 1)
			rc = number_of(b, item, "offset", UINT16_MAX, &t.b);
		if (rc == 1)
			rc = mode_of(b, item, &t.c);
		if (rc)
			return rc;
	}
	return rule_build_transform(b, t);
}

const struct keyword keyword_from_base64 = {
	.name = "from_base64", .syntax = "from_base64[: bytes N, offset N, mode M]",
	.what = "what the buffer means in base64; itself where it means nothing",
	.value = VALUE_optional, .build = from_base64_build,
};

static int inflate_build(struct build *b, struct span value, int32_t window)
{
	struct transform t = {.run = rule_transform_inflate, .a = 1024, .b = (uint32_t)window,
			      .text = value};
	int rc = value.len ? number_of(b, value, "max-size", SIZE_MAX_, &t.a) : 0;

	if (rc == 1)
		rc = rule_fault(b->fault, value, "max-size N");
	return rc ? rc : rule_build_transform(b, t);
}

static int gunzip_build(struct build *b, struct span value)
{
	return inflate_build(b, value, 15 + 16);
}

static int zlib_deflate_build(struct build *b, struct span value)
{
	return inflate_build(b, value, 15);
}

const struct keyword keyword_gunzip = {
	.name = "gunzip", .syntax = "gunzip[: max-size N]", .what = "the buffer inflated",
	.value = VALUE_optional, .build = gunzip_build,
};

const struct keyword keyword_zlib_deflate = {
	.name = "zlib_deflate", .syntax = "zlib_deflate[: max-size N]",
	.what = "the buffer inflated, zlib's format", .value = VALUE_optional,
	.build = zlib_deflate_build,
};

static int subslice_build(struct build *b, struct span value)
{
	struct span rest = rule_span_unquote(value), item;
	struct subslice s = {.from = 0};
	unsigned n = 0;
	int rc = 0;

	while (rc == 0 && rule_span_next(&rest, ',', &item)) {
		bool word = item.len == 8 && strncasecmp(item.at, "truncate", 8) == 0;

		if (s.cut || (n == 2 && !word) || (n == 0 && word))
			return rule_fault(b->fault, value, "OFFSET[, LENGTH][, truncate]");
		if (word)
			s.cut = true;
		else
			rc = rule_number_signed(item, UINT16_MAX, n++ ? &s.len : &s.from, b->fault);
	}
	s.has_len = n == 2;
	if (rc == 0 && (n == 0 || (s.has_len && s.len == 0)))
		rc = rule_fault(b->fault, value, "OFFSET[, LENGTH][, truncate]; no length of 0");
	return rc ? rc : rule_build_transform(b, (struct transform){.run = rule_transform_subslice, .text = value,
								    .arg = rule_arena_copy(b->arena, &s, sizeof(s))});
}

const struct keyword keyword_subslice = {
	.name = "subslice", .syntax = "subslice: OFFSET[, LENGTH][, truncate]", .what = "a piece of the buffer",
	.value = VALUE_needed, .build = subslice_build,
};
