// SPDX-License-Identifier: Apache-2.0
/* One message of Modbus over TCP, as the parser understands it and the keyword asks for it. */
#pragma once

#include "proto/protocol.h"

/* Bits of access: what a function does with which table. */
#define MODBUS_READ      1u
#define MODBUS_WRITE     2u
#define MODBUS_DISCRETES 4u
#define MODBUS_COILS     8u
#define MODBUS_INPUT     16u
#define MODBUS_HOLDING   32u
#define MODBUS_SINGLE    64u
#define MODBUS_MULTIPLE  128u

/* Bits of category */
#define MODBUS_ASSIGNED   1u
#define MODBUS_UNASSIGNED 2u
#define MODBUS_USER       4u
#define MODBUS_RESERVED   8u

/* Bits of error */
#define MODBUS_BAD_PROTOCOL  1u
#define MODBUS_BAD_LENGTH    2u
#define MODBUS_BAD_FUNCTION  4u
#define MODBUS_BAD_VALUE     8u
#define MODBUS_BAD_EXCEPTION 16u

struct modbus_span { /* of a table */
	uint16_t address, n;
};

struct modbus_msg {
	struct tx tx;
	const uint8_t *data; /* what follows the numbers */
	uint32_t len;
	uint16_t transaction, protocol;
	uint16_t sub;   /* of function 8, and of 43 */
	uint16_t value; /* written to one place; masks of function 22: and, or */
	uint16_t mask;
	uint8_t unit, raw, function; /* raw: with the bit of an exception */
	uint8_t access, category, error, exception;
	bool response, has_read, has_write;
	struct modbus_span read, write;
};

/* `length` bytes behind the unit's number. */
void modbus_read(struct modbus_msg *m, const uint8_t *p, uint32_t length);
const char *modbus_function_name(uint8_t function); /* NULL: not known */
uint32_t modbus_eve(const struct tx *tx, char *out, uint32_t size);
