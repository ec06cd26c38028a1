// SPDX-License-Identifier: Apache-2.0
/* The old way to name a buffer: behind the content that looks there. uricontent is older still. */
#include "rule/keyword.h"

static int move(struct build *b, const char *field)
{
	struct step *s = rule_build_content(b);

	if (!s)
		return -1;
	if (b->sticky)
		return rule_fault(b->fault, b->keyword, "it does not go with a buffer that is set");
	if (s->group != 0)
		return rule_fault(b->fault, b->keyword, "the content looks into a buffer already");
	int group = rule_build_field(b, field);
	if (group < 0)
		return -1;
	s->group = (uint8_t)group;
	return 0;
}

static int modifier_build(struct build *b, struct span value)
{
	(void)value;
	return move(b, rule_keyword_find(b->keywords, b->keyword)->field);
}

#define MODIFIER(name_, field_)                                                                    \
	{                                                                                          \
		.name = (name_), .syntax = (name_), .value = VALUE_none, .field = (field_),        \
		.what = "the content before it looks into " field_, .build = modifier_build,       \
	}

const struct keyword keyword_http_uri = MODIFIER("http_uri", "http.uri");
const struct keyword keyword_http_raw_uri = MODIFIER("http_raw_uri", "http.uri.raw");
const struct keyword keyword_http_method = MODIFIER("http_method", "http.method");
const struct keyword keyword_http_header = MODIFIER("http_header", "http.header");
const struct keyword keyword_http_raw_header = MODIFIER("http_raw_header", "http.header.raw");
const struct keyword keyword_http_cookie = MODIFIER("http_cookie", "http.cookie");
const struct keyword keyword_http_user_agent = MODIFIER("http_user_agent", "http.user_agent");
const struct keyword keyword_http_host = MODIFIER("http_host", "http.host");
const struct keyword keyword_http_raw_host = MODIFIER("http_raw_host", "http.host.raw");
const struct keyword keyword_http_stat_msg = MODIFIER("http_stat_msg", "http.stat_msg");
const struct keyword keyword_http_stat_code = MODIFIER("http_stat_code", "http.stat_code");
const struct keyword keyword_http_client_body = MODIFIER("http_client_body", "http.request_body");
const struct keyword keyword_http_server_body = MODIFIER("http_server_body", "http.response_body");

extern const struct keyword keyword_content;

static int uricontent_build(struct build *b, struct span value)
{
	int rc = keyword_content.build(b, value);

	return rc ? rc : move(b, "http.uri");
}

const struct keyword keyword_uricontent = {
	.name = "uricontent", .syntax = "uricontent: [!]\"TEXT |HEX|\"",
	.what = "bytes that the URI holds, or does not", .value = VALUE_needed,
	.build = uricontent_build,
};
