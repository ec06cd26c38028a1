// SPDX-License-Identifier: Apache-2.0
/* An EtherNet/IP message taken apart, and the CIP messages in it.
 *
 * Owns:   nothing; the bytes of the message must outlive it. Meant for the stack.
 * Errors: what is malformed is `invalid`, and what stands before it stays; what does not fit is
 * left out. Source: ODVA, "The CIP Networks Library" volume 1 2-4 and C-1, volume 2 2.
 */
#pragma once

#include "proto/protocol.h"

#define ENIP_HEADER 24u
#define ENIP_CIPS   64u
#define ENIP_VALUES 512u

enum enip_command {
	ENIP_nop = 0,
	ENIP_list_services = 4,
	ENIP_list_identity = 0x63,
	ENIP_list_interfaces = 0x64,
	ENIP_register_session = 0x65,
	ENIP_unregister_session = 0x66,
	ENIP_send_rr_data = 0x6f,
	ENIP_send_unit_data = 0x70,
	ENIP_indicate_status = 0x72,
	ENIP_cancel = 0x73,
};

enum enip_kind { ENIP_class, ENIP_instance, ENIP_attribute };
struct enip_value { /* of a request: in its path, or an attribute that it lists */
	uint32_t value;
	uint8_t kind, cip; /* enum enip_kind; index into cip[] */
};
struct enip_cip {
	uint8_t service; /* without the bit of a response */
	bool response, extended;
	uint8_t status;
	uint16_t extended_status;
};
struct enip_identity {
	uint16_t vendor_id, device_type, product_code, revision, status;
	uint32_t serial;
	uint8_t state;
	struct view_of_bytes name;
};

struct enip_msg {
	struct tx tx;
	uint16_t command;
	uint32_t status;
	bool invalid, has_version, has_identity, has_services;
	uint16_t version, capabilities;
	struct enip_identity identity;
	struct view_of_bytes service_name;
	uint16_t cips, values;
	struct enip_cip cip[ENIP_CIPS];
	struct enip_value value[ENIP_VALUES];
};

/* p[0 … n) is one message, its header too; n >= ENIP_HEADER. */
void enip_read(struct enip_msg *m, const uint8_t *p, uint32_t n);
/* Whether a message may begin so; n >= ENIP_HEADER. */
bool enip_plausible(const uint8_t *p);
uint32_t enip_length(const uint8_t *header);     /* of the message, header too */
const char *enip_command_name(uint16_t command); /* NULL: it has none */
