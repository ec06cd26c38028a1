// SPDX-License-Identifier: Apache-2.0
#include "check.h"
#include "event.h"

#include <stdlib.h>

#define FULL                                                                                       \
	"{\"timestamp\":\"1970-01-01T00:00:02.000000+0000\",\"event_type\":\"alert\","             \
	"\"vlan\":[7,8],\"src_ip\":\"10.0.0.5\",\"dest_ip\":\"fd00:0::1\","                        \
	"\"community_id\":\"1:abc\",\"alert\":{\"gid\":900,\"signature_id\":3,\"severity\":2,"     \
	"\"signature\":\"s\",\"metadata\":{\"mitre_technique_id\":[\"T1046\"],"                    \
	"\"mitre_tactic_id\":[\"TA0007\"]}},\"family\":\"lateral\",\"detector\":\"scan\","         \
	"\"score\":1.5,\"subject_ip\":\"10.0.0.6\",\"subject_mac\":\"02-00-00-00-00-0A\"}"

static bool parse(const char *topic, const char *json, struct event *e)
{
	/* exact bytes on the heap: a read past the end is seen by the sanitizer */
	size_t n = strlen(json);
	char *copy = malloc(n ? n : 1);
	memcpy(copy, json, n);
	bool ok = event_parse(topic, strlen(topic), copy, n, e);
	CHECK(e->json == copy && e->json_len == n);
	free(copy);
	return ok;
}

static void full(void)
{
	struct event e;

	CASE("every field the collector looks at");
	CHECK(parse("alert.scan.high", FULL, &e));
	CHECK_EQ(e.time_ns, 2000000000);
	CHECK_STR(e.type, "alert");
	CHECK_STR(e.tier, "alert");
	CHECK_STR(e.family, "lateral");
	CHECK_EQ(e.severity, 2);
	CHECK_EQ(e.gid, 900);
	CHECK_EQ(e.sid, 3);
	CHECK_STR(e.detector, "scan");
	CHECK_STR(e.technique, "T1046");
	CHECK_STR(e.tactic, "TA0007");
	CHECK_STR(e.community_id, "1:abc");
	CHECK_EQ(e.vlan, 7);
	CHECK(e.score > 1.4 && e.score < 1.6);
	CASE("addresses come in one spelling");
	CHECK_STR(e.host, "10.0.0.6");
	CHECK_STR(e.dst, "fd00::1");
	CHECK_STR(e.mac, "02:00:00:00:00:0a");
}

static const struct {
	const char *name, *topic, *json;
	bool ok;
	const char *type, *tier, *family, *host, *mac;
} rows[] = {
	{"no host: the source", "alert.c2.low",
	 "{\"event_type\":\"alert\",\"src_ip\":\"10.0.0.5\",\"alert\":{}}", true, "alert", "alert",
	 "c2", "10.0.0.5", ""},
	{"a finding", "finding.scan.low", "{\"event_type\":\"finding\",\"alert\":{}}", true,
	 "finding", "finding", "scan", "", ""},
	{"a sighting has no tier", "host",
	 "{\"event_type\":\"host\",\"subject_ip\":\"10.0.0.5\",\"subject_mac\":\"02:00:00:00:00:01\"}", true,
	 "host", "", "", "10.0.0.5", "02:00:00:00:00:01"},
	{"the zero MAC is none", "host", "{\"event_type\":\"host\",\"subject_mac\":\"00:00:00:00:00:00\"}",
	 true, "host", "", "", "", ""},
	{"an alert object alone makes no alert", "flow", "{\"event_type\":\"flow\",\"alert\":{}}",
	 true, "flow", "", "", "", ""},
	{"no address is no host", "x", "{\"event_type\":\"alert\",\"subject_ip\":\"<b>\",\"alert\":{}}",
	 true, "alert", "alert", "", "", ""},
	{"the unspecified address is nobody", "alert.health.medium",
	 "{\"event_type\":\"alert\",\"src_ip\":\"::\",\"subject_ip\":\"::\",\"alert\":{}}", true,
	 "alert", "alert", "health", "", ""},
	{"nor is that of IPv4", "alert.health.medium",
	 "{\"event_type\":\"alert\",\"src_ip\":\"0.0.0.0\",\"alert\":{}}", true, "alert", "alert",
	 "health", "", ""},
	{"an unspecified subject: the source", "alert.c2.low",
	 "{\"event_type\":\"alert\",\"src_ip\":\"10.0.0.5\",\"subject_ip\":\"::\",\"alert\":{}}",
	 true, "alert", "alert", "c2", "10.0.0.5", ""},
	{"wrong types are nothing", "x", "{\"event_type\":5,\"subject_ip\":[1],\"vlan\":\"x\"}", true,
	 "unknown", "", "", "", ""},
	{"a topic without an end", "alert.", "{}", true, "unknown", "", "", "", ""},
	{"NUL in a text is no end of the world", "x", "{\"event_type\":\"a\\u0000b\"}", true, "a",
	 "", "", "", ""},
	{"no JSON", "alert.scan.high", "{\"event_type\":", false, "malformed", "", "", "", ""},
	{"no object", "alert.scan.high", "[1]", false, "malformed", "", "", "", ""},
	{"nothing", "", "", false, "malformed", "", "", "", ""},
	{"a long type is cut", "x", "{\"event_type\":\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"}", true,
	 "aaaaaaaaaaaaaaaaaaaaaaa", "", "", "", ""},
};

static void huge(void)
{
	struct event e;
	size_t n = EVENT_JSON_MAX + 1;
	char *text = malloc(n);

	memset(text, ' ', n);
	memcpy(text, "{}", 2);
	CASE("at the limit it is read, beyond it is kept cut and marked");
	CHECK(event_parse("x", 1, text, n - 1, &e));
	CHECK(!event_parse("x", 1, text, n, &e));
	CHECK_STR(e.type, "malformed");
	CHECK_EQ(e.json_len, EVENT_JSON_MAX);
	free(text);
}

int main(void)
{
	full();
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct event e;

		CASE(rows[i].name);
		CHECK_EQ(parse(rows[i].topic, rows[i].json, &e), rows[i].ok);
		CHECK_STR(e.type, rows[i].type);
		CHECK_STR(e.tier, rows[i].tier);
		CHECK_STR(e.family, rows[i].family);
		CHECK_STR(e.host, rows[i].host);
		CHECK_STR(e.mac, rows[i].mac);
	}
	huge();
	return check_done();
}
