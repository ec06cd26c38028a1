// SPDX-License-Identifier: Apache-2.0
/* The marker table, looked up; and what two hosts did to each other lately. Shared by rpc.c and
 * share.c's pairing. */
#pragma once

#include "observe/fact.h"
#include "wire/alert.h"

enum rpc_act {
	ACT_none,
	ACT_look,
	ACT_exec,
	ACT_activate,
	ACT_write,
	ACT_dump,
	ACT_coerce,
	ACT_copy,
	ACT_count
};

#define RPC_OPS_MAX 12u
struct rpc_mark {
	uint16_t number; /* signature_id */
	uint8_t interface, n_ops;
	uint8_t ops[RPC_OPS_MAX];
	bool tell; /* an alert by itself */
	uint8_t act;
	const char *words;
};

/* The mark of a call, or NULL. */
const struct rpc_mark *rpc_mark_find(const struct rpc_uuid *interface, uint16_t opnum);
bool rpc_is_netlogon(const struct rpc_uuid *interface);
const char *rpc_interface_name(const struct rpc_uuid *interface); /* or NULL */
bool rpc_mark_is(const struct rpc_mark *m, const struct rpc_uuid *interface);
extern const struct rpc_mark rpc_marks[];
extern const unsigned rpc_n_marks;
unsigned rpc_mark_index(const struct rpc_mark *m);
