// SPDX-License-Identifier: Apache-2.0
/* dce_iface, dce_opnum (dcerpc.iface, dcerpc.opnum): which interface a call of DCE/RPC goes to and
 * which of its operations, over TCP and over SMB pipes. */
#include "proto/rpc.h"

#include "rule/keyword.h"

struct iface {
	struct rpc_uuid uuid;
	struct numbers version; /* n 0: any */
};

static int iface_parse(struct span value, void *arg, struct fault *f)
{
	struct iface *x = arg;
	struct span rest = value, item;

	if (!rule_span_next(&rest, ',', &item) || !rpc_uuid_parse(item.at, item.len, &x->uuid))
		return rule_fault(f, value, "an interface's UUID is 32 hex digits");
	while (rule_span_next(&rest, ',', &item)) {
		if (span_is(item, "any_frag"))
			continue; /* a call's fragments are one call here */
		int rc = rule_numbers_parse(item, UINT16_MAX, NULL, false, &x->version, f);

		if (rc)
			return rc;
	}
	return 0;
}

static const struct rpc_tx *call_of(const struct tx_ask *ask)
{
	const struct tx_head *head = (const struct tx_head *)ask->tx;

	return head->kind == TX_rpc ? (const struct rpc_tx *)ask->tx : NULL;
}

static bool iface_match(const void *arg, const struct tx_ask *ask)
{
	const struct iface *x = arg;
	const struct rpc_tx *t = call_of(ask);

	if (!t || !t->known || (!t->guessed && t->acked != RESULT_ok) ||
	    memcmp(&t->interface, &x->uuid, sizeof(x->uuid)) != 0)
		return false;
	return t->guessed || x->version.n == 0 || rule_numbers_have(&x->version, t->version);
}

static bool opnum_match(const void *arg, const struct tx_ask *ask)
{
	const struct rpc_tx *t = call_of(ask);

	return t && rule_numbers_have(arg, t->opnum);
}

static int opnum_parse(struct span value, void *arg, struct fault *f)
{
	return rule_numbers_parse(value, UINT16_MAX, NULL, true, arg, f);
}

const struct keyword keyword_dce_iface = {
	.name = "dce_iface",
	.syntax = "dce_iface: UUID[, OP VERSION][, any_frag]",
	.what = "interface of a DCE/RPC call",
	.value = VALUE_needed,
	.field = "dcerpc.iface",
	.arg_size = sizeof(struct iface),
	.parse = iface_parse,
	.match_tx = iface_match,
};
const struct keyword keyword_dcerpc_iface = {
	.name = "dcerpc.iface",
	.syntax = "dcerpc.iface: UUID[, OP VERSION][, any_frag]",
	.what = "interface of a DCE/RPC call",
	.value = VALUE_needed,
	.field = "dcerpc.iface",
	.arg_size = sizeof(struct iface),
	.parse = iface_parse,
	.match_tx = iface_match,
};
const struct keyword keyword_dce_opnum = {
	.name = "dce_opnum",
	.syntax = "dce_opnum: N | N-N, ...",
	.what = "operation of a DCE/RPC call",
	.value = VALUE_needed,
	.field = "dcerpc.opnum",
	.arg_size = sizeof(struct numbers),
	.parse = opnum_parse,
	.match_tx = opnum_match,
};
const struct keyword keyword_dcerpc_opnum = {
	.name = "dcerpc.opnum",
	.syntax = "dcerpc.opnum: N | N-N, ...",
	.what = "operation of a DCE/RPC call",
	.value = VALUE_needed,
	.field = "dcerpc.opnum",
	.arg_size = sizeof(struct numbers),
	.parse = opnum_parse,
	.match_tx = opnum_match,
};
