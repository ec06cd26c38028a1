// SPDX-License-Identifier: Apache-2.0
#include "hex.h"
#include "proto_rig.h"

/* clang-format off */
#define CONNECT "1020 0004 4d515454 04 c2 003c 0003 706331 0003 626f62 0009 736563726574313233 00" /* one byte more */
#define CONNECT_OK "1020 0004 4d515454 04 c2 003c 0003 706331 0003 626f62 000a 73656372657431323334"
static const struct row {
	const char *name;
	const char *say[4]; /* ">" the client, "<" the server */
	const char *want;
} rows[] = {
	{"a connect and its acknowledgement are one", {">" CONNECT_OK, "<2002 0100"},
	 "mqtt.type=1\nmqtt.type=2\nmqtt.flags=0\nmqtt.flags=0\nmqtt.qos=0\nmqtt.qos=0\nmqtt.reason_code=0\n"
	 "mqtt.protocol_version=4\nmqtt.connect.flags=194\nmqtt.connack.session_present=1\n"
	 "mqtt.connect.protocol_string=MQTT\nmqtt.connect.clientid=pc1\nmqtt.connect.username=bob\n"
	 "mqtt.connect.password=secret1234\nend 0\n"},
	{"a publish and a subscribe", {">" CONNECT_OK, "<2002 0000", ">3207 0001 74 0005 6869 8206 0007 0001 61 00"},
	 "mqtt.type=3\nmqtt.flags=2\nmqtt.qos=1\nmqtt.protocol_version=4\nmqtt.publish.topic=t\nmqtt.publish.message=hi\nend 1\n"
	 "mqtt.type=8\nmqtt.flags=2\nmqtt.qos=1\nmqtt.protocol_version=4\nmqtt.subscribe.topic=a\nend 2\n"},
	{"a topic that goes beyond its message", {">" CONNECT_OK, "<2002 0000", ">3003 00ff 74"},
	 "mqtt.type=3\nmqtt.flags=0\nmqtt.qos=0\nmqtt.protocol_version=4\nevent mqtt.malformed_traffic\nend 1\n"},
	{"acknowledgements of nothing that was sent", {">" CONNECT_OK, "<2002 0000", "<4002 0005 9003 0006 00 b002 0007"},
	 "mqtt.type=4\nmqtt.flags=0\nmqtt.qos=0\nmqtt.protocol_version=4\nevent mqtt.missing_publish\nend 1\n"
	 "mqtt.type=9\nmqtt.flags=0\nmqtt.qos=0\nmqtt.reason_code=0\nmqtt.protocol_version=4\nevent mqtt.missing_subscribe\nend 2\n"
	 "mqtt.type=11\nmqtt.flags=0\nmqtt.qos=0\nmqtt.protocol_version=4\nevent mqtt.missing_unsubscribe\nend 3\n"},
	{"acknowledged, and once more", {">" CONNECT_OK, "<2002 0000", ">3206 0001 74 0005 78", "<4002 0005 4002 0005"},
	 "mqtt.type=3\nmqtt.flags=2\nmqtt.qos=1\nmqtt.protocol_version=4\nmqtt.publish.topic=t\nmqtt.publish.message=x\nend 1\n"
	 "mqtt.type=4\nmqtt.flags=0\nmqtt.qos=0\nmqtt.protocol_version=4\nend 2\n"
	 "mqtt.type=4\nmqtt.flags=0\nmqtt.qos=0\nmqtt.protocol_version=4\nevent mqtt.missing_publish\nend 3\n"},
	{"a quality that there is not, a kind that is none", {">" CONNECT_OK, "<2002 0000", ">3606 0001 74 0005 78 0000"},
	 "mqtt.type=3\nmqtt.flags=6\nmqtt.qos=3\nmqtt.protocol_version=4\nmqtt.publish.topic=t\nmqtt.publish.message=x\nevent mqtt.invalid_qos_level\nend 1\n"
	 "mqtt.type=0\nmqtt.flags=0\nmqtt.qos=0\nmqtt.protocol_version=4\nevent mqtt.unassigned_msg_type\nend 2\n"},
	{"before the connect is acknowledged", {">" CONNECT_OK, ">c000", ">c000"},
	 "mqtt.type=12\nmqtt.flags=0\nmqtt.qos=0\nmqtt.protocol_version=4\nevent mqtt.unintroduced_message\nend 2\n"
	 "mqtt.type=1\nmqtt.flags=0\nmqtt.qos=0\nmqtt.protocol_version=4\nmqtt.connect.flags=194\n"
	 "mqtt.connect.protocol_string=MQTT\nmqtt.connect.clientid=pc1\nmqtt.connect.username=bob\n"
	 "mqtt.connect.password=secret1234\nend 0\n"},
	{"a second connect", {">" CONNECT_OK, "<2002 0000", ">" CONNECT_OK},
	 "mqtt.type=1\nmqtt.flags=0\nmqtt.qos=0\nmqtt.protocol_version=4\nmqtt.connect.flags=194\n"
	 "mqtt.connect.protocol_string=MQTT\nmqtt.connect.clientid=pc1\nmqtt.connect.username=bob\n"
	 "mqtt.connect.password=secret1234\nevent mqtt.double_connect\nend 1\n"},
	{"an answer without its question", {">" CONNECT_OK, "<2002 0000", "<2002 0000"},
	 "mqtt.type=2\nmqtt.flags=0\nmqtt.qos=0\nmqtt.reason_code=0\nmqtt.protocol_version=4\nmqtt.connack.session_present=0\n"
	 "event mqtt.missing_connect\nend 1\n"},
	{"a length of five bytes: nothing more is read", {">" CONNECT_OK, "<2002 0000", ">30ffffffffff", ">c000"}, ""},
};
/* clang-format on */

int main(void)
{
	static struct rig r;
	uint8_t b[512];

	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		CASE(rows[i].name);
		for (uint32_t split = 0; split < 12; split++) {
			rig_init(&r, 40000, 1883);
			r.split = split;
			for (unsigned k = 0; k < 4 && rows[i].say[k]; k++) {
				size_t n = hex(rows[i].say[k] + 1, b, sizeof(b));

				if (k == 2)
					r.len = 0;
				rig_say(&r, rows[i].say[k][0] == '<', b, n);
			}
			rig_fini(&r);
			r.text[r.len] = '\0';
			CHECK_STR(r.text, rows[i].want);
		}
	}
	CASE("cut anywhere");
	size_t n = hex(CONNECT, b, sizeof(b));
	for (size_t cut = 0; cut < n; cut++) {
		rig_init(&r, 40000, 1883);
		rig_say(&r, 0, b, cut);
		rig_fini(&r);
	}
	CASE("a message of 512 KiB: its beginning is looked at, the next is found");
	rig_init(&r, 40000, 1883);
	rig_say(&r, 0, b, hex(CONNECT_OK, b, sizeof(b)));
	rig_say(&r, 1, b, hex("2002 0000", b, sizeof(b)));
	r.len = 0;
	rig_say(&r, 0, b, hex("30808020 0001 74", b, sizeof(b)));
	static uint8_t body[(512 << 10) - 3];
	rig_say(&r, 0, body, sizeof(body));
	rig_say(&r, 0, b, hex("c000", b, sizeof(b)));
	CHECK(strstr(rig_fini(&r), "mqtt.publish.topic=t\n") != NULL);
	CHECK(strstr(r.text, "mqtt.type=12\n") != NULL);
	return check_done();
}
