// SPDX-License-Identifier: Apache-2.0
/* What an IKE 2 security association offers that is weak, missing or not known.
 *
 * Source: RFC 7296 3.3, IANA "IKEv2 Parameters"; what counts as weak is Suricata's (ikev2.rs). */
#include "proto/ike.h"

#define TRANSFORMS_MAX 64u /* of a proposal */
#define PROTO_AH       2

enum { KIND_encryption = 1, KIND_prf, KIND_integrity, KIND_group, KIND_esn };

#define BIT(n) (1ull << (n))
/* DES, 3DES, RC5, IDEA, CAST, Blowfish, none */
#define WEAK_ENCRYPTION (BIT(1) | BIT(2) | BIT(3) | BIT(4) | BIT(5) | BIT(6) | BIT(7) | BIT(8) | BIT(9) | BIT(11))
/* CCM, GCM, ChaCha20-Poly1305: they need no integrity besides */
#define AEAD (BIT(14) | BIT(15) | BIT(16) | BIT(18) | BIT(19) | BIT(20) | BIT(25) | BIT(26) | BIT(27) | BIT(28))
#define WEAK_PRF        (BIT(1) | BIT(2)) /* MD5, SHA-1 */
#define WEAK_INTEGRITY  (BIT(1) | BIT(2) | BIT(3) | BIT(4) | BIT(5) | BIT(6) | BIT(7))
#define WEAK_GROUP      (BIT(1) | BIT(2) | BIT(5) | BIT(22)) /* MODP of 768 to 1536 bits */

static bool in(uint64_t set, uint16_t id)
{
	return id < 64 && set >> id & 1;
}

struct offer { /* of a proposal */
	bool group, integrity, aead;
};

static void transform(struct tx *tx, struct offer *o, uint8_t kind, uint16_t id)
{
	switch (kind) {
	case KIND_encryption:
		o->aead |= in(AEAD, id);
		if (in(WEAK_ENCRYPTION, id))
			proto_event(tx, IKE_EVENT_weak_encryption);
		break;
	case KIND_prf:
		if (id == 0)
			proto_event(tx, IKE_EVENT_invalid_proposal);
		else if (in(WEAK_PRF, id))
			proto_event(tx, IKE_EVENT_weak_prf);
		break;
	case KIND_integrity:
		o->integrity |= id != 0;
		if (in(WEAK_INTEGRITY, id))
			proto_event(tx, IKE_EVENT_weak_integrity);
		break;
	case KIND_group:
		o->group = true;
		if (id == 0)
			proto_event(tx, IKE_EVENT_invalid_proposal);
		else if (in(WEAK_GROUP, id))
			proto_event(tx, IKE_EVENT_weak_group);
		break;
	case KIND_esn:
		break;
	default:
		proto_event(tx, IKE_EVENT_unknown_proposal);
	}
}

static void proposal(struct tx *tx, struct bytes b)
{
	struct offer o = {.group = false};

	bytes_u8(&b); /* number */
	uint8_t protocol = bytes_u8(&b), spi = bytes_u8(&b), n = bytes_u8(&b);
	bytes_take(&b, spi);
	for (unsigned i = 0; i < n && i < TRANSFORMS_MAX; i++) {
		bytes_take(&b, 2);
		uint16_t len = bytes_be16(&b);
		uint8_t kind = bytes_u8(&b);
		bytes_u8(&b);
		uint16_t id = bytes_be16(&b);
		bytes_take(&b, len >= 8 ? len - 8u : 0); /* attributes */
		if (!bytes_ok(&b) || len < 8)
			return;
		transform(tx, &o, kind, id);
	}
	if (!o.group)
		proto_event(tx, IKE_EVENT_no_group);
	if (protocol == PROTO_AH)
		proto_event(tx, IKE_EVENT_no_encryption);
	if (!o.integrity && !o.aead)
		proto_event(tx, IKE_EVENT_no_integrity);
}

void ike_judge_sa(struct tx *tx, struct bytes b)
{
	while (bytes_left(&b) >= 8) {
		bytes_take(&b, 2);
		uint16_t len = bytes_be16(&b);
		struct bytes one = bytes_take(&b, len >= 4 ? len - 4u : 0);

		if (!bytes_ok(&b) || len < 8)
			return;
		proposal(tx, one);
	}
}
