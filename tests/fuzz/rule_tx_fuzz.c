// SPDX-License-Identifier: Apache-2.0
/* Rules on transactions over any conversation, cut anywhere: buffers through every transform, what
 * waits, both sides. Nothing is read outside, everything that waited is given back, and where it was
 * cut does not change what is found. */
#include "rule/match.h"
#include "unit/rule_run.h"

#define A "alert http any any -> any any "

static const char rules[] =
	A "(http.uri; to_lowercase; url_decode; content:\"a\"; content:\"b\"; distance:-1; sid:1;)\n"
	A "(http.header; strip_whitespace; content:\"host\"; nocase; sid:2;)\n"
	A "(http.header.raw; header_lowercase; compress_whitespace; content:\"host\"; sid:3;)\n"
	A "(http.uri.raw; from_base64:offset 1; content:\"GE\"; sid:4;)\n"
	A "(http.uri; content:\"/\"; http.request_body; gunzip; content:\"a\"; sid:5;)\n"
	A "(http.request_body; zlib_deflate; content:\"a\"; sid:6;)\n"
	A "(http.request_body; xor:offset 2,extract 2 0; content:\"a\"; sid:7;)\n"
	A "(http.uri; pcrexform:\"/([a-z]+)\"; content:\"a\"; startswith; sid:8;)\n"
	A "(http.uri; subslice:1,3; to_uppercase; dotprefix; content:\".A\"; sid:9;)\n"
	A "(http.method; to_md5; content:\"|75|\"; startswith; sid:10;)\n"
	A "(http.cookie; absent; http.host; content:\"h\"; sid:11;)\n"
	A "(http.request_body; content:\"=\"; base64_decode:relative; base64_data; content:\"a\"; sid:12;)\n"
	A "(http.request_header; content:\"A\"; http.request_header; content:\"B\"; sid:13;)\n"
	A "(http.stat_code; content:\"200\"; http.response_body; from_hex; content:\"|00|\"; sid:14;)\n"
	A "(file.data; byte_extract:1,0,n; content:\"a\"; offset:n; bsize:>2; sid:15;)\n"
	"alert http any any => any any (http.uri; content:\"a\"; http.stat_code; content:\"2\"; sid:16;)\n"
	A "(http.uri; pcre:\"/a.*b/\"; sid:17;)\n";

static bool surplus; /* in either run */

#define PIECES_MAX 200u /* as proto.c: what says nothing in so many is given up */

static uint32_t talk(struct run *r, const uint8_t *data, size_t size, size_t step)
{
	uint32_t m = 0;
	size_t end[3] = {0, size / 2, size};

	r->n = 0;
	r->sent[0] = r->sent[1] = 0;
	r->flow.rule_bits = 0;
	r->flow.app = APP_none;
	run_parse(r);
	for (unsigned dir = 0; dir < 2; dir++) {
		for (size_t i = end[dir]; i < end[dir + 1]; i += step) {
			size_t n = end[dir + 1] - i;

			run_piece(r, (uint8_t)dir, data + i, n < step ? n : step, false, false);
		}
	}
	run_end(r);
	/* What belongs to a message because of the segment it is in (proto/http_rest.c) */
	surplus |= count_get(&proto_counters_of(r->proto)->surplus) != 0;
	proto_free(r->proto);
	r->proto = NULL;
	assert(r->m->waiting.n_free == r->m->waiting.cap);
	for (unsigned i = 0; i < r->n; i++)
		m |= 1u << r->sid[i];
	return m;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct run *r;

	if (!r) {
		r = malloc(sizeof(*r));
		run_init(r, rules);
		assert(r->set->n_matched == 17);
	}
	if (size < 2 || size > 4096)
		return 0;
	size_t step = data[0] % 64 + 1;
	surplus = false;
	uint32_t whole = talk(r, data + 1, size - 1, size);
	bool http = r->flow.app == APP_http;
	uint32_t cut = talk(r, data + 1, size - 1, step);
	assert(whole == cut || surplus || (http && r->flow.app != APP_http && size / step >= PIECES_MAX));
	return 0;
}
