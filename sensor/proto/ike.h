// SPDX-License-Identifier: Apache-2.0
/* What rules ask of an IKE message (RFC 2408, 7296) that is in clear. */
#pragma once

#include "base/bytes.h"
#include "proto/protocol.h"

enum ike_event {
	IKE_EVENT_malformed,
	IKE_EVENT_weak_encryption,
	IKE_EVENT_weak_prf,
	IKE_EVENT_weak_integrity,
	IKE_EVENT_weak_group,
	IKE_EVENT_no_group,
	IKE_EVENT_no_integrity,
	IKE_EVENT_no_encryption,
	IKE_EVENT_invalid_proposal,
	IKE_EVENT_unknown_proposal,
	IKE_EVENT_multiple,
};

#define IKE_VENDORS    16u
#define IKE_ATTRIBUTES 16u

struct ike_msg {
	struct tx tx;
	char spi[2][17]; /* hex; initiator's, responder's */
	uint8_t major, minor, exchange, flags;
	uint32_t id;
	struct view_of_bytes key, nonce;
	char vendor[IKE_VENDORS][65]; /* hex, the first 32 bytes */
	unsigned vendors;
	struct { /* of the responder's security association */
		uint16_t type;
		uint64_t value;
	} attribute[IKE_ATTRIBUTES];
	unsigned attributes;
};

/* ike_sa.c: events of IKE 2's security association. */
void ike_judge_sa(struct tx *tx, struct bytes b);
