// SPDX-License-Identifier: Apache-2.0
#include "alert/eve_watch.h"

#include "alert/eve_part.h"
#include "flow/key.h"

static const char *proto_name(uint8_t proto)
{
	return proto == PROTO_TCP    ? "TCP"
	       : proto == PROTO_UDP  ? "UDP"
	       : proto == PROTO_ICMP ? "ICMP"
				     : "IPv6-ICMP";
}

size_t eve_watch(const struct eve_config *c, const struct watch_said *s, const struct event_id *id,
		 char out[EVE_LINE_MAX])
{
	static const char *const what[] = {[WATCH_begun] = "begun",
					   [WATCH_first_answer] = "answered",
					   [WATCH_first_silence] = "unanswered",
					   [WATCH_more] = "more",
					   [WATCH_ended] = "ended"};
	struct json j = json_of(out, EVE_LINE_MAX - 1); /* room for the newline */
	char mac[MAC_TEXT];

	json_open(&j, NULL);
	eve_time(&j, "timestamp", s->time_ns);
	json_str(&j, "event_type", "watch");
	json_str(&j, "subject_mac", mac_text(&s->mac, mac));
	json_open(&j, "watch");
	json_str(&j, "id", s->id);
	json_str(&j, "what", what[s->what]);
	json_u64(&j, "own", s->own);
	json_u64(&j, "answered", s->answered);
	json_u64(&j, "unanswered", s->unanswered);
	if (s->has_peer) {
		eve_addr(&j, "peer_ip", &s->peer);
		if (s->proto == PROTO_TCP || s->proto == PROTO_UDP)
			json_u64(&j, "peer_port", s->port);
		json_str(&j, "proto", proto_name(s->proto));
	}
	json_close(&j);
	eve_identity(&j, c, id, true);
	json_close(&j);
	if (!json_ok(&j))
		return 0;
	out[j.len] = '\n';
	return j.len + 1;
}
