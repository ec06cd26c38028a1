// SPDX-License-Identifier: Apache-2.0
/* What rules ask of MQTT messages. A transaction is a connect with its acknowledgement, else one
 * message. */
#pragma once

#include "proto/protocol.h"

#define MQTT_MESSAGES 2u
#define MQTT_BODY     (60u << 10) /* bytes of a message that are looked at */
#define MQTT_TOPICS   32u

enum {
	MQTT_connect = 1,
	MQTT_connack,
	MQTT_publish,
	MQTT_puback,
	MQTT_pubrec,
	MQTT_pubrel,
	MQTT_pubcomp,
	MQTT_subscribe,
	MQTT_suback,
	MQTT_unsubscribe,
	MQTT_unsuback,
	MQTT_pingreq,
	MQTT_pingresp,
	MQTT_disconnect,
	MQTT_auth
};

struct mqtt_message {
	uint8_t type, flags; /* the head's two halves */
	uint8_t reason;
	bool has_reason, has_id;
	uint16_t id;
};

struct mqtt_tx {
	struct tx tx;
	struct mqtt_message message[MQTT_MESSAGES];
	unsigned messages;
	uint8_t version, connect_flags, session;
	bool has_connect, has_session;
	const uint8_t *body; /* that the parts are in */
	struct {
		uint32_t at, len;
	} protocol, client, will_topic, will_message, user, password, topic, payload,
		topics[MQTT_TOPICS];
	unsigned n_topics;
	bool unsubscribe;
};
