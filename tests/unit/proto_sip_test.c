// SPDX-License-Identifier: Apache-2.0
#include "proto_rig.h"

static const char invite[] =
	"INVITE sip:bob@example.com SIP/2.0\r\n"
	"v: SIP/2.0/UDP 192.0.2.1:5060\r\n"
	"Via: SIP/2.0/UDP 192.0.2.2\r\n"
	"From:  \"a\" <sip:a@example.com>;tag=1\r\n"
	"t: <sip:bob@example.com>\r\n"
	"User-Agent: phone\r\n"
	"c: application/sdp\r\n"
	"l: 60\r\n"
	"\r\n"
	"v=0\r\no=a 1 1 IN IP4 192.0.2.1\r\ns=-\r\nm=audio 4 RTP/AVP 0\r\ni=x\r\n";
static const char invite_want[] =
	"sip.method=INVITE\nsip.uri=sip:bob@example.com\n"
	"sip.request_line=INVITE sip:bob@example.com SIP/2.0\nsip.protocol=SIP/2.0\n"
	"sip.from=\"a\" <sip:a@example.com>;tag=1\nsip.to=<sip:bob@example.com>\n"
	"sip.via=SIP/2.0/UDP 192.0.2.1:5060\nsip.via=SIP/2.0/UDP 192.0.2.2\n"
	"sip.user_agent=phone\nsip.content_type=application/sdp\nsip.content_length=60\n"
	"sdp.origin=a 1 1 IN IP4 192.0.2.1\nsdp.session_name=-\n"
	"sdp.media.media=audio 4 RTP/AVP 0\nsdp.media.media_info=x\nend %u\n";
static const char ringing[] = "SIP/2.0 180 Ringing\r\nTo: <sip:bob@example.com>\r\n"
			      "Content-Length: 0\r\n\r\n";
static const char ringing_want[] = "sip.protocol=SIP/2.0\nsip.stat_code=180\nsip.stat_msg=Ringing\n"
				   "sip.response_line=SIP/2.0 180 Ringing\nsip.stat_code_int=180\n"
				   "sip.to=<sip:bob@example.com>\nsip.content_length=0\nend 1\n";

int main(void)
{
	static struct rig r;
	char want[4096];
	size_t n = sizeof(invite) - 1;

	snprintf(want, sizeof(want), invite_want, 0u);
	strcat(want, ringing_want);
	CASE("a call and its answer, in datagrams");
	rig_init(&r, 40000, 5060);
	rig_datagram(&r, FLOW_to_server, invite, n);
	rig_datagram(&r, FLOW_to_client, ringing, sizeof(ringing) - 1);
	CHECK_STR(rig_fini(&r), want);
	CASE("the same as a stream, in segments of every small length");
	for (uint32_t split = 0; split < 25; split++) {
		rig_init(&r, 40000, 5060);
		r.split = split;
		rig_say(&r, FLOW_to_server, invite, n);
		rig_say(&r, FLOW_to_client, ringing, sizeof(ringing) - 1);
		CHECK_STR(rig_fini(&r), want);
	}
	CASE("two in one segment, blank lines between");
	rig_init(&r, 40000, 5060);
	char two[2048];
	snprintf(two, sizeof(two), "%s\r\n\r\n%s", invite, invite);
	rig_say(&r, FLOW_to_server, two, strlen(two));
	CHECK(strstr(rig_fini(&r), "end 1\n") != NULL);
	CASE("no message");
	rig_init(&r, 40000, 5060);
	rig_datagram(&r, FLOW_to_server, invite, n);
	r.len = 0;
	rig_datagram(&r, FLOW_to_client, "SIP/2.0 1x0 Ringing\r\n\r\n", 23);
	rig_datagram(&r, FLOW_to_server, "GET / HTTP/1.1\r\n\r\n", 18);
	rig_datagram(&r, FLOW_to_server, "\r\n\r\n", 4);
	CHECK_STR(rig_fini(&r), "event sip.invalid_data\nend 1\nevent sip.invalid_data\nend 2\n");
	CASE("cut anywhere");
	for (size_t cut = 0; cut < n; cut++) {
		rig_init(&r, 40000, 5060);
		rig_datagram(&r, FLOW_to_server, invite, cut);
		rig_fini(&r);
	}
	CASE("a hole: nothing more is guessed");
	rig_init(&r, 40000, 5060);
	rig_say(&r, FLOW_to_server, invite, 50);
	rig_miss(&r, FLOW_to_server, 10);
	rig_say(&r, FLOW_to_server, invite + 60, n - 60);
	CHECK_STR(rig_fini(&r), "");
	return check_done();
}
