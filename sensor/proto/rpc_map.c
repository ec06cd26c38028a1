// SPDX-License-Identifier: Apache-2.0
/* The endpoint mapper's answers: which port an interface listens on, so that a connection to it is
 * understood though its bind is not seen. Source: C706 appendix L (towers), appendix O (ept_map).
 */
#include "proto/rpc.h"

#include "base/bytes.h"
#include "decode/proto_number.h"

#define OP_MAP     3
#define TOWERS     64u
#define FLOOR_UUID 0x0d
#define FLOOR_TCP  0x07
#define FLOOR_IP   0x09

bool rpc_is_map(const struct rpc_tx *t)
{
	const char *name = rpc_name_of(&t->interface);

	return t->opnum == OP_MAP && name && strcmp(name, "epmapper") == 0;
}

/* One tower: floors of (length, left side) and (length, right side). */
static void tower(struct proto_call *c, struct bytes b)
{
	struct rpc_uuid interface = {.at = {0}};
	struct addr ip = {.q = {0, 0}};
	uint16_t port = 0;
	bool other = false;

	unsigned floors = bytes_le16(&b);
	for (unsigned i = 0; i < floors && i < 8 && bytes_left(&b) >= 4; i++) {
		struct bytes left = bytes_take(&b, bytes_le16(&b));
		struct bytes right = bytes_take(&b, bytes_le16(&b));
		uint8_t id = bytes_u8(&left);

		if (!bytes_ok(&b))
			return;
		if (i == 0 && id == FLOOR_UUID && bytes_left(&left) >= 16)
			interface = rpc_uuid_read(left.at, true);
		else if (id == FLOOR_TCP && bytes_left(&right) >= 2)
			port = bytes_be16(&right);
		else if (id == FLOOR_IP && bytes_left(&right) >= 4) {
			uint32_t wire;

			bytes_copy(&right, &wire, 4);
			ip = addr_v4_wire(wire);
			other = wire != 0 && !addr_eq(&ip, &c->flow->server);
		}
	}
	if (!port)
		return;
	uint64_t with = rpc_interface_number(&interface);
	proto_expect(c, &c->flow->server, port, APP_dcerpc, with);
	if (other)
		proto_expect(c, &ip, port, APP_dcerpc, with);
}

void rpc_map(struct proto_call *c, const uint8_t *stub, uint32_t n)
{
	struct bytes b = bytes_of(stub, n);

	bytes_take(&b, 20); /* handle */
	bytes_take(&b, 4);  /* towers given */
	bytes_take(&b, 8);  /* their room, the first one's index */
	uint32_t towers = bytes_le32(&b);
	if (!bytes_ok(&b) || towers > TOWERS)
		return;
	bytes_take(&b, 4 * (size_t)towers);
	for (uint32_t i = 0; i < towers && bytes_left(&b) >= 8; i++) {
		bytes_le32(&b); /* room */
		uint32_t len = bytes_le32(&b);
		struct bytes t = bytes_take(&b, len);

		if (!bytes_ok(&b))
			return;
		tower(c, t);
		if (len % 4 && bytes_left(&b) >= 4 - len % 4)
			bytes_take(&b, 4 - len % 4);
	}
}
