// SPDX-License-Identifier: Apache-2.0
/* rpc: a call of ONC RPC to a program, its version, its procedure.
 *
 * Source: RFC 5531 9 (message), 11 (record mark over TCP).
 */
#include "base/bytes.h"
#include "rule/keyword.h"
#include "rule/range.h"

#define RPC_CALL    0
#define RPC_VERSION 2

struct rpc {
	uint32_t n[3];  /* program, version, procedure */
	uint8_t wanted; /* a bit each */
};

static int rpc_parse(struct span value, void *arg, struct fault *f)
{
	struct rpc *r = arg;
	struct span rest = rule_span_unquote(value), word;
	uint64_t v;

	*r = (struct rpc){.wanted = 0};
	for (unsigned i = 0; i < 3 && rule_span_next(&rest, ',', &word); i++) {
		if (i && span_is(word, "*"))
			continue;
		int rc = rule_number_parse(word, UINT32_MAX, &v, f);
		if (rc)
			return rc;
		r->n[i] = (uint32_t)v;
		r->wanted |= (uint8_t)(1u << i);
	}
	return rest.at ? rule_fault(f, value, "rpc is PROGRAM, VERSION, PROCEDURE") : 0;
}

static bool rpc_match(const void *arg, const struct pkt *p)
{
	const struct rpc *r = arg;
	struct bytes b = bytes_of(p->payload, p->payload_len);

	if (p->proto != 6 && p->proto != 17)
		return false;
	bytes_take(&b, p->proto == 6 ? 8 : 4); /* the record mark; the transaction's number */
	if (bytes_be32(&b) != RPC_CALL || bytes_be32(&b) != RPC_VERSION)
		return false;
	for (unsigned i = 0; i < 3; i++) {
		uint32_t v = bytes_be32(&b);

		if (!bytes_ok(&b) || (r->wanted >> i & 1 && v != r->n[i]))
			return false;
	}
	return true;
}

const struct keyword keyword_rpc = {
	.name = "rpc",
	.syntax = "rpc: PROGRAM[, VERSION | *[, PROCEDURE | *]]",
	.what = "a call of ONC RPC",
	.value = VALUE_needed,
	.arg_size = sizeof(struct rpc),
	.parse = rpc_parse,
	.match = rpc_match,
};
