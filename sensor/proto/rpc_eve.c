// SPDX-License-Identifier: Apache-2.0
/* "dcerpc":{…} as Suricata 7 writes it, of its own or inside of "smb". */
#include "proto/rpc.h"

#include "base/json.h"

#include <stdio.h>

static void put_interface(struct json *j, const struct rpc_tx *t)
{
	char uuid[37], version[16];
	const char *name = rpc_name_of(&t->interface);

	if (!t->known)
		return;
	rpc_uuid_text(&t->interface, uuid);
	json_array(j, "interfaces");
	json_open(j, NULL);
	json_str(j, "uuid", uuid);
	snprintf(version, sizeof(version), "%u.%u", t->version, t->minor);
	json_str(j, "version", version);
	if (name)
		json_str(j, "name", name);
	if (t->guessed)
		json_bool(j, "guessed", true);
	else if (t->acked)
		json_u64(j, "ack_result", t->acked == RESULT_ok ? 0 : 2);
	json_close(j);
	json_array_end(j);
}

static void put_side(struct json *j, const char *key, const struct rpc_tx *t, unsigned dir)
{
	json_open(j, key);
	if (dir == 0 && !t->smb.version)
		json_u64(j, "opnum", t->opnum);
	json_u64(j, "frag_cnt", t->frags[dir]);
	json_u64(j, "stub_data_size", t->stub_len[dir]);
	json_close(j);
}

void rpc_eve(struct json *j, const struct rpc_tx *t)
{
	bool only_answer = t->udp && t->answer != RPC_request;

	json_str(j, "request", only_answer ? "REQUEST_LOST" : "REQUEST");
	json_str(j, "response",
		 t->answer == RPC_response ? "RESPONSE"
		 : t->answer == RPC_fault  ? "FAULT"
					   : "UNREPLIED");
	if (t->smb.version)
		json_u64(j, "opnum", t->opnum);
	if (!only_answer)
		put_side(j, "req", t, 0);
	put_interface(j, t);
	if (t->answer == RPC_response)
		put_side(j, "res", t, 1);
	if (t->answer == RPC_fault)
		json_u64(j, "fault", t->fault);
	json_u64(j, "call_id", t->call_id);
	if (!t->smb.version)
		json_str(j, "rpc_version", t->udp ? "4.0" : "5.0");
}
