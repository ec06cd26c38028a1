// SPDX-License-Identifier: Apache-2.0
/* What a Modbus message says, and how EVE tells it.
 *
 * Source: MODBUS Application Protocol Specification V1.1b3 (6: functions, 7: exceptions); the names and the
 *         shape of EVE's object were read from what Suricata 7.0.10 writes of made messages.
 */
#include "proto/modbus.h"

#include "base/bytes.h"
#include "base/json.h"

#include <stdio.h>
#include <string.h>

#define BITS_MAX  2000u /* coils, inputs of one read */
#define WORDS_MAX 125u  /* registers of one read */
#define EXCEPTIONS 11u

static const struct function {
	uint8_t code, access;
	const char *name;
} functions[] = {
	{1, MODBUS_READ | MODBUS_COILS, "RdCoils"},
	{2, MODBUS_READ | MODBUS_DISCRETES, "RdDiscreteInputs"},
	{3, MODBUS_READ | MODBUS_HOLDING, "RdHoldRegs"},
	{4, MODBUS_READ | MODBUS_INPUT, "RdInputRegs"},
	{5, MODBUS_WRITE | MODBUS_COILS | MODBUS_SINGLE, "WrSingleCoil"},
	{6, MODBUS_WRITE | MODBUS_HOLDING | MODBUS_SINGLE, "WrSingleReg"},
	{7, 0, "RdExcStatus"},
	{8, 0, "Diagnostic"},
	{9, 0, "Program484"},
	{10, 0, "Poll484"},
	{11, 0, "GetCommEventCtr"},
	{12, 0, "GetCommEventLog"},
	{13, 0, "ProgramController"},
	{14, 0, "PollController"},
	{15, MODBUS_WRITE | MODBUS_COILS | MODBUS_MULTIPLE, "WrMultCoils"},
	{16, MODBUS_WRITE | MODBUS_HOLDING | MODBUS_MULTIPLE, "WrMultRegs"},
	{17, 0, "ReportServerID"},
	{20, 0, "RdFileRec"},
	{21, 0, "WrFileRec"},
	{22, MODBUS_WRITE | MODBUS_HOLDING, "MaskWrReg"},
	{23, MODBUS_READ | MODBUS_WRITE | MODBUS_HOLDING | MODBUS_MULTIPLE, "RdWrMultRegs"},
	{24, 0, "RdFIFOQueue"},
	{43, 0, "MEI"},
};

static const struct function *find(uint8_t code)
{
	for (unsigned i = 0; i < sizeof(functions) / sizeof(functions[0]); i++) {
		if (functions[i].code == code)
			return &functions[i];
	}
	return NULL;
}

const char *modbus_function_name(uint8_t function)
{
	const struct function *f = find(function);

	return f ? f->name : NULL;
}

static uint8_t category(uint8_t function)
{
	static const uint8_t reserved[] = {41, 42, 90, 91, 125, 126, 127};

	if (find(function))
		return MODBUS_ASSIGNED;
	if ((function >= 65 && function <= 72) || (function >= 100 && function <= 110))
		return MODBUS_USER;
	return memchr(reserved, function, sizeof(reserved)) ? MODBUS_RESERVED : MODBUS_UNASSIGNED;
}

static struct modbus_span span(struct bytes *b)
{
	struct modbus_span s = {.address = bytes_be16(b)};

	s.n = bytes_be16(b);
	return s;
}

/* A byte that says how many follow. */
static void counted(struct modbus_msg *m, struct bytes *b)
{
	uint8_t n = bytes_u8(b);
	struct bytes d = bytes_take(b, n);

	m->data = d.at;
	m->len = (uint32_t)bytes_left(&d);
}

static void check_count(struct modbus_msg *m, const struct modbus_span *s)
{
	uint16_t most = m->access & (MODBUS_COILS | MODBUS_DISCRETES) ? BITS_MAX : WORDS_MAX;

	if (s->n == 0 || s->n > most)
		m->error |= MODBUS_BAD_VALUE;
}

static void read_access(struct modbus_msg *m, struct bytes *b)
{
	if (m->access & MODBUS_READ) {
		m->has_read = true;
		if (m->response) {
			counted(m, b);
			return;
		}
		m->read = span(b);
		check_count(m, &m->read);
	}
	if (!(m->access & MODBUS_WRITE))
		return;
	m->has_write = true;
	if (m->function == 22) {
		m->write = (struct modbus_span){bytes_be16(b), 1};
		m->value = bytes_be16(b);
		m->mask = bytes_be16(b);
	} else if (m->access & MODBUS_SINGLE) {
		m->write = (struct modbus_span){bytes_be16(b), 1};
		m->value = bytes_be16(b);
		if (m->function == 5 && m->value != 0 && m->value != 0xff00)
			m->error |= MODBUS_BAD_VALUE;
	} else {
		m->write = span(b);
		if (m->response)
			return;
		check_count(m, &m->write);
		counted(m, b);
		if (m->len != (m->access & MODBUS_COILS ? (m->write.n + 7u) / 8 : m->write.n * 2u))
			m->error |= MODBUS_BAD_VALUE;
	}
}

void modbus_read(struct modbus_msg *m, const uint8_t *p, uint32_t length)
{
	struct bytes b = bytes_of(p, length);

	m->raw = bytes_u8(&b);
	m->function = m->raw & 0x7f;
	m->category = category(m->function);
	m->data = b.at;
	const struct function *f = find(m->function);
	m->access = f ? f->access : 0;
	if (m->function == 0 || (m->raw & 0x80 && !m->response))
		m->error |= MODBUS_BAD_FUNCTION;
	if (m->raw & 0x80) {
		m->exception = bytes_u8(&b);
		if (m->exception == 0 || m->exception == 9 || m->exception > EXCEPTIONS)
			m->error |= MODBUS_BAD_EXCEPTION;
	} else if (m->access) {
		read_access(m, &b);
	} else {
		if (m->function == 8)
			m->sub = bytes_be16(&b);
		else if (m->function == 43)
			m->sub = bytes_u8(&b);
		bool reserved = m->function == 8 && (m->sub > 20 || m->sub == 19 || (m->sub > 4 && m->sub < 10));
		if (reserved)
			m->category = MODBUS_RESERVED;
		m->data = b.at;
		m->len = (uint32_t)bytes_left(&b);
		return;
	}
	if (!bytes_ok(&b) || bytes_left(&b))
		m->error |= MODBUS_BAD_LENGTH;
}

static void words(struct json *j, const char *key, unsigned bits, const char *const *names)
{
	char text[128];
	size_t n = 0;

	for (unsigned i = 0; names[i]; i++) {
		if (bits >> i & 1)
			n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%s", n ? " | " : "", names[i]);
	}
	json_str(j, key, n ? text : "NONE");
}

static const char *category_name(uint8_t c)
{
	return c == MODBUS_ASSIGNED     ? "PUBLIC_ASSIGNED"
	       : c == MODBUS_UNASSIGNED ? "PUBLIC_UNASSIGNED"
	       : c == MODBUS_USER       ? "USER_DEFINED"
				        : "RESERVED";
}

static void eve_exception(struct json *j, const struct modbus_msg *m)
{
	static const char *const names[EXCEPTIONS + 1] = {
		"Unknown", "IllegalFunction", "IllegalDataAddr", "IllegalDataValue", "ServerDeviceFail", "Ack",
		"ServerDeviceBusy", "NegAck", "MemParityErr", "Unknown", "GatewayPathUnavailable",
		"GatewayTargetFailToResp"};

	json_open(j, "exception");
	json_u64(j, "raw", m->exception);
	json_str(j, "code", m->exception <= EXCEPTIONS ? names[m->exception] : "Unknown");
	json_close(j);
}

static void eve_read(struct json *j, const struct modbus_msg *m)
{
	json_open(j, "read");
	if (m->response) {
		json_strn(j, "data", m->data, m->len);
	} else {
		json_u64(j, "address", m->read.address);
		json_u64(j, "quantity", m->read.n);
	}
	json_close(j);
}

static void eve_write(struct json *j, const struct modbus_msg *m)
{
	json_open(j, "write");
	json_u64(j, "address", m->write.address);
	if (m->function == 22) {
		json_u64(j, "and_mask", m->value);
		json_u64(j, "or_mask", m->mask);
	} else if (m->access & MODBUS_SINGLE) {
		json_u64(j, "data", m->value);
	} else if (m->response) {
		json_u64(j, "data", m->write.n);
	} else {
		json_u64(j, "quantity", m->write.n);
		json_strn(j, "data", m->data, m->len);
	}
	json_close(j);
}

static void eve_body(struct json *j, const struct modbus_msg *m)
{
	if (m->exception || m->raw & 0x80) {
		eve_exception(j, m);
	} else if (m->function == 8 || m->function == 43) {
		json_open(j, m->function == 8 ? "diagnostic" : "mei");
		json_u64(j, "raw", m->sub);
		json_strn(j, "data", m->data, m->len);
		json_close(j);
	} else if (m->access) {
		if (m->has_read)
			eve_read(j, m);
		if (m->has_write && !(m->has_read && m->response))
			eve_write(j, m);
	} else {
		json_strn(j, "data", m->data, m->len);
	}
}

uint32_t modbus_eve(const struct tx *tx, char *out, uint32_t size)
{
	static const char *const access[] = {"READ", "WRITE", "DISCRETES", "COILS", "INPUT", "HOLDING",
					     "SINGLE", "MULTIPLE", "WRITE_SINGLE", "WRITE_MULTIPLE", NULL};
	static const char *const errors[] = {"PROTO_ID", "DATA_LENGTH", "FUNC_CODE", "DATA_VALUE", "EXC_CODE",
					     NULL};
	const struct modbus_msg *m = (const struct modbus_msg *)tx;
	const char *name = modbus_function_name(m->function);
	struct json j = json_of(out, size);
	unsigned bits = m->access;

	bits |= bits & MODBUS_SINGLE ? 256u : 0;
	bits |= bits & MODBUS_MULTIPLE ? 512u : 0;
	json_open(&j, "modbus");
	json_u64(&j, "id", m->tx.number + 1);
	json_open(&j, m->response ? "response" : "request");
	json_u64(&j, "transaction_id", m->transaction);
	json_u64(&j, "protocol_id", m->protocol);
	json_u64(&j, "unit_id", m->unit);
	json_u64(&j, "function_raw", m->raw);
	json_str(&j, "function_code", name ? name : "Unknown");
	words(&j, "access_type", bits, access);
	json_str(&j, "category", category_name(m->category));
	words(&j, "error_flags", m->error, errors);
	eve_body(&j, m);
	json_close(&j);
	json_close(&j);
	return json_ok(&j) ? (uint32_t)j.len : 0;
}
