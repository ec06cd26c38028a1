// SPDX-License-Identifier: Apache-2.0
#include "check.h"
#include "hex.h"
#include "proto_rig.h"
#include "rig_only.h"

#define HEAD "00000000 00000000 0000000000000000 00000000" /* session, status, context, options */
/* SendUnitData with two items: an address, and connected data of sequence 1 */
#define UNIT(len, data_len)                                                                        \
	"7000" len HEAD "00000000 0000 0200 a1000400 01020304 b100" data_len "0100"

/* One message each way, hex; what rules see of it. */
static const struct {
	const char *name;
	bool down;
	const char *hex, *of, *want;
} rows[] = {
	{"register session", false, "6500 0400" HEAD "0100 0000", "command status protocol_version",
	 "enip.command=101\nenip.status=0\nenip.protocol_version=1\n"},
	{"a session that is too short", false, "6500 0400" HEAD "0100 0000 6500 0000" HEAD,
	 "command", "enip.command=101\nenip.command=101\nevent enip.invalid_pdu\n"},
	{"an identity asked for", false, "6300 0000" HEAD, "command product_name vendor_id",
	 "enip.command=99\n"},
	{"and told", true,
	 "6300 2c00" HEAD "0100 0c00 2600 0100 0002af12c0a80001 0000000000000000 0100 0c00 3a00 "
	 "0403 3000 8e4d5200 04 31373536 03",
	 "command protocol_version vendor_id device_type product_code revision identity_status "
	 "serial state product_name",
	 "enip.command=99\nenip.protocol_version=1\nenip.vendor_id=1\nenip.device_type=12\n"
	 "enip.product_code=58\nenip.revision=1027\nenip.identity_status=48\n"
	 "enip.serial=5393806\nenip.state=3\nenip.product_name=1756\n"},
	{"an identity whose name goes beyond it", true,
	 "6300 2c00" HEAD "0100 0c00 2600 0100 0002af12c0a80001 0000000000000000 0100 0c00 3a00 "
	 "0403 3000 8e4d5200 05 31373536 03",
	 "vendor_id", "event enip.invalid_pdu\n"},
	{"services", true,
	 "0400 1a00" HEAD "0100 0001 1400 0100 2001 436f6d6d756e69636174696f6e730000",
	 "command protocol_version capabilities service_name",
	 "enip.command=4\nenip.protocol_version=1\nenip.capabilities=288\n"
	 "enip.service_name=Communications\n"},
	{"Get_Attribute_List of a class", false, UNIT("2000", "0c00") "03 02 208b 2401 0100 0900",
	 "cip_service cip_class cip_instance "
	 "cip_attribute cip_status",
	 "enip.cip_service=3\nenip.cip_attribute=9\nenip.cip_class=139\nenip.cip_instance=1\n"},
	{"paths of 16 and 32 bits; an attribute in the path", false,
	 UNIT("2600", "1200") "0e 07 2100 8b01 2600 01000000 3004 0000",
	 "cip_service cip_class cip_instance cip_attribute",
	 "enip.cip_service=14\nenip.cip_attribute=4\nenip.cip_class=395\nenip.cip_instance=1\n"},
	{"an answer with an extended status", true, UNIT("1c00", "0800") "83 00 05 01 0601",
	 "cip_service cip_status cip_extendedstatus",
	 "enip.cip_service=3\nenip.cip_status=5\nenip.cip_extendedstatus=262\n"},
	{"several in one", false,
	 UNIT("3600", "2200") "0a 02 2002 2401 0200 0600 1000"
			      "03 02 2069 2400 0100 0100"
			      "04 02 2073 2401 0100 0200",
	 "cip_service cip_class cip_attribute",
	 "enip.cip_service=10\nenip.cip_service=3\nenip.cip_service=4\nenip.cip_attribute=1\n"
	 "enip.cip_attribute=2\nenip.cip_class=2\nenip.cip_class=105\nenip.cip_class=115\n"},
	{"several in several: one level is read", false,
	 UNIT("2a00", "1600") "0a 02 2002 2401 0100 0400 0a 02 2002 2401 0100 0400", "cip_service",
	 "enip.cip_service=10\nenip.cip_service=10\n"},
	{"several whose places are outside", false,
	 UNIT("1e00", "0a00") "0a 00 0200 0600 ff00 0000", "cip_service",
	 "enip.cip_service=10\nevent enip.invalid_pdu\n"},
	{"an item that goes beyond the message", false,
	 "6f00 0c00" HEAD "00000000 0000 0100 b200 0900", "cip_service",
	 "event enip.invalid_pdu\n"},
	{"a path that goes beyond its item", false, UNIT("1a00", "0600") "03 09 208b",
	 "cip_service", "enip.cip_service=3\nevent enip.invalid_pdu\n"},
};

static char kept[RIG_TEXT];

static void check_rows(void)
{
	static const uint32_t splits[] = {0, 1, 5, 25};
	static struct rig r;
	uint8_t b[512];

	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t n = hex(rows[i].hex, b, sizeof(b));

		CASE(rows[i].name);
		for (unsigned s = 0; s < sizeof(splits) / sizeof(splits[0]); s++) {
			rig_init(&r, 40000, 44818);
			r.split = splits[s];
			rig_say(&r, rows[i].down, b, n);
			rig_fini(&r);
			CHECK_STR(only(r.text, rows[i].of, kept), rows[i].want);
		}
	}
	CASE("over UDP");
	rig_init(&r, 40000, 44818);
	rig_datagram(&r, FLOW_to_server, b, hex(rows[2].hex, b, sizeof(b)));
	rig_datagram(&r, FLOW_to_client, b, hex(rows[3].hex, b, sizeof(b)));
	CHECK_EQ(r.flow->app, APP_enip);
	rig_fini(&r);
	CHECK(strstr(r.text, "enip.product_name=1756\n") != NULL);
}

static void check_limits(void)
{
	static struct rig r;
	static uint8_t b[65560];
	uint32_t n = 24;

	CASE("a message full of messages");
	rig_init(&r, 40000, 44818);
	hex("7000 ffff" HEAD "00000000 0000 0100 b200 f3ff 0a00 a00f", b, sizeof(b));
	n = 40;
	for (uint32_t i = 0; i < 4000; i++, n += 2) { /* all at one place, after the table */
		b[n] = (uint8_t)(8002 + i * 4), b[n + 1] = (uint8_t)((8002 + i * 4) >> 8);
	}
	for (; n + 4 <= 65559; n += 4)
		b[n] = 1, b[n + 1] = 1, b[n + 2] = 0x20, b[n + 3] = 7;
	rig_say(&r, FLOW_to_server, b, 65559);
	CHECK(r.proto->mem.peak < 300 << 10);
	CHECK_EQ(count_get(&proto_counters_of(r.proto)->decode_limit), 1);
	rig_fini(&r);
	CASE("behind a hole the next message is found");
	rig_init(&r, 40000, 44818);
	rig_say(&r, FLOW_to_server, b, hex("6500 0400" HEAD "01", b, sizeof(b)));
	rig_miss(&r, FLOW_to_server, 100);
	rig_say(&r, FLOW_to_server, "nothing", 7);
	rig_say(&r, FLOW_to_server, b, hex("6300 0000" HEAD, b, sizeof(b)));
	rig_fini(&r);
	CHECK_STR(only(r.text, "command", kept), "enip.command=99\n");
}

static void check_eve(void)
{
	static struct rig r;
	uint8_t b[256];

	CASE("the block of an alert");
	rig_init(&r, 40000, 44818);
	r.eve = true;
	rig_say(&r, FLOW_to_server, b, hex(rows[6].hex, b, sizeof(b)));
	rig_say(&r, FLOW_to_client, b, hex(rows[8].hex, b, sizeof(b)));
	rig_fini(&r);
	CHECK(strstr(r.text, "\"enip\":{\"request\":{\"command\":\"send_unit_data\",\"status\":0,"
			     "\"cip\":{\"service\":3}}}") != NULL);
	CHECK(strstr(r.text, "\"enip\":{\"response\":{\"command\":\"send_unit_data\",\"status\":0,"
			     "\"cip\":{\"service\":3,\"status\":5}}}") != NULL);
}

int main(void)
{
	check_rows();
	check_limits();
	check_eve();
	return check_done();
}
