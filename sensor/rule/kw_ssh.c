// SPDX-License-Identifier: Apache-2.0
/* The old conditions on an SSH banner. Source: Suricata 7 user guide, "SSH Keywords". */
#include "proto/ssh.h"
#include "rule/keyword.h"

#define TEXT_MAX 128u

struct text_arg {
	char text[TEXT_MAX];
	uint32_t len;
	bool compatible; /* 2_compat: 2 or 1.99 */
};

static int text_parse(struct span value, void *arg, struct fault *f)
{
	struct text_arg *a = arg;

	value = rule_span_unquote(value);
	if (value.len == 0 || value.len > TEXT_MAX)
		return rule_fault(f, value, "1 to %u bytes are allowed", TEXT_MAX);
	memcpy(a->text, value.at, value.len);
	a->len = value.len;
	a->compatible = span_is(value, "2_compat");
	return 0;
}

static bool proto_match(const void *arg, const struct tx_ask *ask)
{
	const struct text_arg *a = arg;
	const struct ssh_side *x = &((const struct ssh_tx *)ask->tx)->side[ask->dir];
	const char *proto = x->banner + x->proto;

	if (a->compatible)
		return x->proto_len &&
		       (proto[0] == '2' || (x->proto_len == 4 && memcmp(proto, "1.99", 4) == 0));
	return x->proto_len == a->len && memcmp(proto, a->text, a->len) == 0;
}

static bool software_match(const void *arg, const struct tx_ask *ask)
{
	const struct text_arg *a = arg;
	const struct ssh_side *x = &((const struct ssh_tx *)ask->tx)->side[ask->dir];

	return memmem(x->banner + x->software, x->software_len, a->text, a->len) != NULL;
}

const struct keyword keyword_ssh_protoversion = {
	.name = "ssh.protoversion",
	.syntax = "ssh.protoversion: VERSION | 2_compat",
	.what = "protocol version of the SSH banner",
	.value = VALUE_needed,
	.field = "ssh.proto",
	.arg_size = sizeof(struct text_arg),
	.parse = text_parse,
	.match_tx = proto_match,
};
const struct keyword keyword_ssh_softwareversion = {
	.name = "ssh.softwareversion",
	.syntax = "ssh.softwareversion: TEXT",
	.what = "text in the software of the SSH banner",
	.value = VALUE_needed,
	.field = "ssh.software",
	.arg_size = sizeof(struct text_arg),
	.parse = text_parse,
	.match_tx = software_match,
};
