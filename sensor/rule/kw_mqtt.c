// SPDX-License-Identifier: Apache-2.0
/* Conditions on MQTT messages with words for their numbers. Source: Suricata 7 user guide, "MQTT
 * Keywords". */
#include "proto/mqtt.h"
#include "rule/flag_words.h"
#include "rule/keyword.h"

static const struct number_name types[] = {
	{"connect", MQTT_connect},
	{"connack", MQTT_connack},
	{"publish", MQTT_publish},
	{"puback", MQTT_puback},
	{"pubrec", MQTT_pubrec},
	{"pubrel", MQTT_pubrel},
	{"pubcomp", MQTT_pubcomp},
	{"subscribe", MQTT_subscribe},
	{"suback", MQTT_suback},
	{"unsubscribe", MQTT_unsubscribe},
	{"unsuback", MQTT_unsuback},
	{"pingreq", MQTT_pingreq},
	{"pingresp", MQTT_pingresp},
	{"disconnect", MQTT_disconnect},
	{"auth", MQTT_auth},
	{"unassigned", 0},
	{NULL, 0},
};
const struct keyword keyword_mqtt_type = {
	.name = "mqtt.type",
	.syntax = "mqtt.type: NAME[, INDEX]",
	.what = "kind of an MQTT message",
	.value = VALUE_needed,
	.field = "mqtt.type",
	.names = types,
};

static const struct number_name truth[] = {
	{"yes", 1}, {"true", 1}, {"no", 0}, {"false", 0}, {NULL, 0},
};
const struct keyword keyword_mqtt_connack_session_present = {
	.name = "mqtt.connack.session_present",
	.syntax = "mqtt.connack.session_present: yes | no",
	.what = "the server keeps a session",
	.value = VALUE_needed,
	.field = "mqtt.connack.session_present",
	.names = truth,
};

static int head_parse(struct span value, void *arg, struct fault *f)
{
	static const struct number_name names[] = {{"dup", 8}, {"retain", 1}, {NULL, 0}};

	return rule_flag_words_parse(value, ',', names, arg, f);
}

const struct keyword keyword_mqtt_flags = {
	.name = "mqtt.flags",
	.syntax = "mqtt.flags: [!]dup, [!]retain",
	.what = "flags of an MQTT message",
	.value = VALUE_needed,
	.field = "mqtt.flags",
	.arg_size = sizeof(struct flag_words),
	.parse = head_parse,
	.match_tx = rule_flag_words_match,
};

static int connect_parse(struct span value, void *arg, struct fault *f)
{
	static const struct number_name names[] = {
		{"username", 0x80}, {"password", 0x40},   {"will_retain", 0x20},
		{"will", 4},        {"clean_session", 2}, {NULL, 0},
	};

	return rule_flag_words_parse(value, ',', names, arg, f);
}

const struct keyword keyword_mqtt_connect_flags = {
	.name = "mqtt.connect.flags",
	.syntax = "mqtt.connect.flags: [!]username, [!]password, [!]will, [!]will_retain, "
		  "[!]clean_session",
	.what = "flags of an MQTT connect",
	.value = VALUE_needed,
	.field = "mqtt.connect.flags",
	.arg_size = sizeof(struct flag_words),
	.parse = connect_parse,
	.match_tx = rule_flag_words_match,
};
