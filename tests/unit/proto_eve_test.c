// SPDX-License-Identifier: Apache-2.0
/* Blocks of alerts, with the names and the order that Suricata 7.0.10 gives them. */
#include "check.h"
#include "hex.h"
#include "proto_rig.h"

static const struct {
	const char *name;
	uint16_t port;
	bool datagrams;
	const char *talk[8]; /* hex in turns, the client first; "": nothing */
	const char *want;
} rows[] = {
	{"mqtt: a connect with a will", 1883, false,
	 {"10 1c 0004 4d515454 04 c6 003c 0001 63 0001 74 0005 62 6f 64 79 21 0002 6d65 0001 70", "20 02 01 00"},
	 "\"mqtt\":{\"connect\":{\"qos\":0,\"retain\":false,\"dup\":false,\"protocol_string\":\"MQTT\","
	 "\"protocol_version\":4,\"client_id\":\"c\",\"flags\":{\"username\":true,\"password\":true,"
	 "\"will_retain\":false,\"will\":true,\"clean_session\":true},\"username\":\"me\","
	 "\"will\":{\"topic\":\"t\",\"message\":\"body!\"}},\"connack\":{\"qos\":0,\"retain\":false,\"dup\":false,"
	 "\"session_present\":true,\"return_code\":0}}"},
	{"mqtt: a subscription", 1883, false,
	 {"10 0d 0004 4d515454 04 02 003c 0001 63", "20 02 00 00", "82 06 000a 0001 61 01"},
	 "\"mqtt\":{\"subscribe\":{\"qos\":1,\"retain\":false,\"dup\":false,\"message_id\":10,"
	 "\"topics\":[{\"topic\":\"a\",\"qos\":1}]}}"},
	{"mqtt: one that is cut", 1883, false,
	 {"10 0d 0004 4d515454 04 02 003c 0001 63", "20 02 00 00", "82 05 000a 0001 61"}, "\"topics\":[]"},
	{"rfb: a proof and a screen", 5900, false,
	 {"", "52464220 3030332e3030380a", "52464220 3030332e3030380a", "01 02", "02",
	  "000102030405060708090a0b0c0d0e0f", "f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff", "00000000"},
	 "\"authentication\":{\"security_type\":2,\"vnc\":{\"challenge\":\"000102030405060708090a0b0c0d0e0f\","
	 "\"response\":\"f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff\"},\"security_result\":\"OK\"}"},
	{"rfb: no proof, a screen", 5900, false,
	 {"", "52464220 3030332e3030380a", "52464220 3030332e3030380a", "01 01", "01", "00000000", "01",
	  "0140 00c8 20 18 00 01 00ff 00ff 00ff 10 08 00 000000 00000002 7363"},
	 "\"screen_shared\":true,\"framebuffer\":{\"width\":320,\"height\":200,\"name\":\"sc\",\"pixel_format\":{"
	 "\"bits_per_pixel\":32,\"depth\":24,\"big_endian\":false,\"true_color\":true,\"red_max\":255,"
	 "\"green_max\":255,\"blue_max\":255,\"red_shift\":16,\"green_shift\":8,\"blue_shift\":0}}"},
	{"snmp: what is asked", 161, true,
	 {"30 26 020101 0406 7075626c6963 a0 19 020101 020100 020100 300e 300c 0608 2b06010201010500 0500"},
	 "\"snmp\":{\"version\":2,\"pdu_type\":\"get_request\",\"vars\":[\"1.3.6.1.2.1.1.5.0\"],"
	 "\"community\":\"public\"}"},
	{"snmp: a trap", 161, true,
	 {"30 24 020100 0406 7075626c6963 a4 17 0604 2b060101 4004 0a000001 020106 020101 430101 3000"},
	 "\"pdu_type\":\"trap_v1\",\"trap_type\":\"enterpriseSpecific\",\"trap_oid\":\"1.3.6.1.1\","
	 "\"trap_address\":\"10.0.0.1\""},
};

int main(void)
{
	static struct rig r;
	uint8_t b[512];

	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		CASE(rows[i].name);
		rig_init(&r, 40000, rows[i].port);
		r.eve = true;
		for (unsigned k = 0; k < 8 && rows[i].talk[k]; k++) {
			uint32_t n = hex(rows[i].talk[k], b, sizeof(b));

			if (n && rows[i].datagrams)
				rig_datagram(&r, k & 1, b, n);
			else if (n)
				rig_say(&r, k & 1, b, n);
		}
		rig_fini(&r);
		CHECK(strstr(r.text, rows[i].want) != NULL);
		if (!strstr(r.text, rows[i].want))
			printf("# %s\n", r.text);
	}
	return check_done();
}
