// SPDX-License-Identifier: Apache-2.0
#include "check.h"
#include "hex.h"
#include "proto_rig.h"
#include "rig_only.h"

/* What each side says, hex, in turns; what rules see of it. */
static const struct {
	const char *name, *up, *down, *of, *want;
} rows[] = {
	{"registers read", "0001 0000 0006 01 03 0004 0002", "0001 0000 0007 01 03 04 000a012c", "function unit",
	 "modbus.function=3\nmodbus.unit=1\n"},
	{"two in one segment, one of them of nobody's", "0001 0000 0002 07 2a 0002 0000 0006 01 01 0000 0003", "",
	 "function unit", ""}, /* a function that is not known begins nothing */
	{"a function of nobody's, later", "0001 0000 0006 01 01 0000 0003 0002 0000 0002 07 2a", "",
	 "function unit", "modbus.function=1\nmodbus.unit=1\nmodbus.function=42\nmodbus.unit=7\n"},
	{"too many registers", "0001 0000 0006 01 03 0004 007e", "", "function",
	 "modbus.function=3\nevent modbus.invalid_value\n"},
	{"a byte too many", "0001 0000 0007 01 03 0004 0002 00", "", "function",
	 "modbus.function=3\nevent modbus.invalid_length\n"},
	{"another protocol", "0001 0000 0006 01 03 0004 0002 0002 0009 0006 01 03 0004 0002", "", "function",
	 "modbus.function=3\nmodbus.function=3\nevent modbus.invalid_protocol_id\n"},
	{"an answer to nothing", "0001 0000 0006 01 03 0004 0001", "0002 0000 0005 01 03 02 000a", "function",
	 "modbus.function=3\nevent modbus.unsolicited_response\n"},
	{"an answer of another function", "0001 0000 0006 01 03 0004 0001", "0001 0000 0005 01 04 02 000a",
	 "function", "modbus.function=3\nevent modbus.unsolicited_response\n"},
	{"an answer that is too short", "0001 0000 0006 01 03 0004 0002", "0001 0000 0005 01 03 02 000a",
	 "function", "modbus.function=3\nevent modbus.value_mismatch\n"},
	{"another value than was written", "0001 0000 0006 01 06 0004 0002", "0001 0000 0006 01 06 0004 0003",
	 "function", "modbus.function=6\nevent modbus.value_mismatch\n"},
	{"an exception", "0001 0000 0006 01 03 0004 0002", "0001 0000 0003 01 83 02", "function",
	 "modbus.function=3\n"},
	{"an exception of nobody's", "0001 0000 0006 01 03 0004 0002", "0001 0000 0003 01 83 63", "function",
	 "modbus.function=3\nevent modbus.invalid_exception_code\n"},
	{"a length that cannot be", "0001 0000 0006 01 03 0004 0002 0002 0000 0001 01 03", "", "function",
	 "modbus.function=3\nevent modbus.invalid_length\n"},
};

static char kept[RIG_TEXT];

static void check_rows(void)
{
	static const uint32_t splits[] = {0, 1, 5};
	static struct rig r;
	uint8_t b[512];

	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		CASE(rows[i].name);
		for (unsigned s = 0; s < sizeof(splits) / sizeof(splits[0]); s++) {
			rig_init(&r, 40000, 502);
			r.split = splits[s];
			rig_say(&r, FLOW_to_server, b, hex(rows[i].up, b, sizeof(b)));
			rig_say(&r, FLOW_to_client, b, hex(rows[i].down, b, sizeof(b)));
			rig_fini(&r);
			CHECK_STR(only(r.text, rows[i].of, kept), rows[i].want);
		}
	}
}

static void check_eve(void)
{
	static struct rig r;
	uint8_t b[256];

	CASE("the block of an alert; an answer has the number of what it answers");
	rig_init(&r, 40000, 502);
	r.eve = true;
	rig_say(&r, FLOW_to_server, b, hex("0005 0000 0009 01 10 0003 0001 02 02bc", b, sizeof(b)));
	rig_say(&r, FLOW_to_client, b, hex("0005 0000 0003 01 90 02", b, sizeof(b)));
	rig_fini(&r);
	CHECK(strstr(r.text, "\"modbus\":{\"id\":1,\"request\":{\"transaction_id\":5,\"protocol_id\":0,\"unit_id\":1,"
			     "\"function_raw\":16,\"function_code\":\"WrMultRegs\",\"access_type\":\"WRITE | HOLDING "
			     "| MULTIPLE | WRITE_MULTIPLE\",\"category\":\"PUBLIC_ASSIGNED\",\"error_flags\":\"NONE\","
			     "\"write\":{\"address\":3,\"quantity\":1,\"data\":\"\\u0002\\u00bc\"}}}") != NULL);
	CHECK(strstr(r.text, "\"modbus\":{\"id\":1,\"response\":{") != NULL);
	CHECK(strstr(r.text, "\"exception\":{\"raw\":2,\"code\":\"IllegalDataAddr\"}") != NULL);
}

int main(void)
{
	check_rows();
	check_eve();
	return check_done();
}
