// SPDX-License-Identifier: Apache-2.0
/* Lines of EVE: exact bytes for one of each kind, every line against wire/alert.def, the longest
 * line against EVE_LINE_MAX. */
#include "alert/eve.h"

#include "alert/eve_evidence.h"
#include "alert/eve_watch.h"
#include "alert/geo.h"
#include "check.h"
#include "proto/proto.h"
#include "flow/flow.h"
#include "json_walk.h"
#include "wire/topic.h"

#include <stdlib.h>

#define T0 1767225600000000000ULL /* 2026-01-01T00:00:00Z */

struct story { /* a finding with its texts behind it */
	struct finding f;
	char tail[FINDING_SUBJECT + OBS_EVE_MAX];
};

static struct addr ip(const char *text)
{
	struct addr a = {.q = {0, 0}};

	CHECK(addr_parse(text, &a));
	return a;
}

static const struct about_kv rule_kv[] = {
	{"created_at", "2026_01_01"},
	{"mitre_technique_id", "T1059"},
	{"tag", "one"},
	{"tag", "two \"quoted\""},
	{"tag", "one"},
	{"odd key\"", "x"},
};
static const struct about rule = {
	.gid = 1, .sid = 3000001, .rev = 2, .severity = 1, .family = FAMILY_exploit,
	.target = ABOUT_TARGET_dst,
	.msg = "VIGIE something \xc3\xa9 bad \xff", .category = "Attempted",
	.technique = "T1059", .tactic = "TA0002", .source = "url,example.org/x",
	.metadata = rule_kv, .n_metadata = sizeof(rule_kv) / sizeof(rule_kv[0]),
};
static const struct about detector = {
	.gid = 900, .sid = 1, .rev = 1, .severity = 2, .family = FAMILY_scan,
	.msg = "horizontal scan", .category = "Network scan", .detector = "scan",
	.action = "allowed", .technique = "T1046", .tactic = "TA0007",
	.source = "Jung 2004", .check = "look at the hosts listed",
};
static const struct about bare = {.gid = 1, .sid = 7, .severity = 3, .family = FAMILY_other};

static const char *file_name(void *ctx, uint16_t source)
{
	(void)ctx;
	return source == 0 ? "/captures/of \"mine\"/day1.pcap" : NULL;
}

static void rule_hit(struct story *s)
{
	const char *eve = "\"http\":{\"url\":\"/x\"}";

	*s = (struct story){.f = {
		.kind = FINDING_alert, .tier = TIER_alert, .has_flow = 1, .count = 1,
		.time_ns = T0 + 1234567000, .seq = 41, .flow_id = 0xffffffffffffffffULL,
		.about = &rule, .src = ip("10.0.0.1"), .dst = ip("10.0.0.2"), .sport = 40000,
		.dport = 80,
		.link = {.smac = {{2, 0, 0, 0, 0, 1}}, .dmac = {{2, 0, 0, 0, 0, 2}},
			 .vlan = {10, 20}, .n_vlan = 2, .proto = 6, .dir = FLOW_to_server,
			 .app = APP_http, .has_mac = 1},
		.flow = {.start_ns = T0, .bytes = {1000, 2000}, .pkts = {3, 4}},
	}};
	s->f.eve_len = (uint32_t)strlen(eve);
	memcpy(s->tail, eve, s->f.eve_len);
}

static void scan(struct story *s)
{
	const char *text = "22 failed first contacts";

	*s = (struct story){.f = {
		.kind = FINDING_alert, .tier = TIER_finding, .n_evidence = 2, .count = 5,
		.time_ns = T0, .about = &detector, .src = ip("2001:db8::1"),
		.dst = ip("2001:db8::2"), .sport = 1, .dport = 445,
		.link = {.proto = 17}, .host = ip("2001:db8::1"),
		.host_mac = {{2, 0, 0, 0, 0, 9}}, .score = 1.5,
		.evidence = {{"failed", 22, NAN, 12.5, "hosts"},
			     {"ratio", INFINITY, 0.1, NAN, "probability"}},
	}};
	s->f.text_len = (uint32_t)strlen(text);
	memcpy(s->tail, text, s->f.text_len);
}

static void flow_end(struct story *s)
{
	*s = (struct story){.f = {
		.kind = FINDING_flow, .count = 1, .time_ns = T0 + 90 * 1000000000ULL,
		.flow_id = 77, .src = ip("10.0.0.1"), .dst = ip("10.0.0.2"), .sport = 40000,
		.dport = 443, .link = {.proto = 6},
		.flow = {.start_ns = T0, .last_ns = T0 + 61999999999ULL, .bytes = {1, 2},
			 .payload = {3, 4}, .pkts = {5, 6}, .tcp_flags = {0x1b, 0x12},
			 .state = FLOW_closed, .reason = FLOW_END_timeout,
			 .outcome = FLOW_answered, .alerted = 1},
	}};
}

static void flow_interim(struct story *s)
{
	*s = (struct story){.f = {
		.kind = FINDING_flow, .count = 1, .is_interim = 1, .time_ns = T0, .flow_id = 78,
		.src = ip("10.0.0.1"), .dst = ip("10.0.0.2"), .sport = 8, .dport = 0,
		.link = {.proto = 1},
		.flow = {.start_ns = T0, .last_ns = T0 - 1, .state = FLOW_new, .interim_n = 3},
	}};
}

static void sighting(struct story *s)
{
	*s = (struct story){.f = {
		.kind = FINDING_host, .count = 1, .time_ns = T0, .host = ip("10.0.0.9"),
		.host_mac = {{2, 0, 0, 0, 0, 9}}, .link = {.vlan = {7}, .n_vlan = 1},
	}};
}

static void arp(struct story *s)
{
	*s = (struct story){.f = {
		.kind = FINDING_alert, .tier = TIER_alert, .count = 1, .time_ns = T0,
		.about = &bare, .src = ip("10.0.0.1"), .dst = ip("10.0.0.2"),
	}};
}

static void ping(struct story *s)
{
	*s = (struct story){.f = {
		.kind = FINDING_alert, .tier = TIER_alert, .count = 1, .time_ns = T0, .seq = 1,
		.icmp_type = 8, .icmp_code = 0, .flow_id = 5, .about = &bare,
		.src = ip("192.168.0.89"), .dst = ip("192.168.0.1"),
		.link = {.proto = 1, .dir = FLOW_to_client, .source = 1},
	}};
}

static void sctp(struct story *s)
{
	arp(s);
	s->f.link.proto = 132;
	s->f.sport = 5;
	s->f.dport = 6;
	s->f.tunnel = (struct pkt_tunnel){.src = ip("192.0.2.1"), .dst = ip("192.0.2.2"),
					  .sport = 50000, .dport = 4789, .proto = 17, .depth = 1};
}

static void odd_proto(struct story *s)
{
	arp(s);
	s->f.link.proto = 47;
	s->f.sport = 5; /* not written */
}

static const struct eve_config from_file = {.file_name = file_name, .sensor = "",
					    .ruleset_sha256 = "abcd"};
static const struct eve_config live = {.in_iface = "span0", .sensor = "s1",
				       .ruleset_sha256 = "", .identity = true};
static char id_of_nobody;
static const struct geo_place paris = {.country = "FR", .city = "Paris", .as_number = 64500,
				       .as_organization = "Example \"Net\""};
static const struct geo_place somewhere = {.country = "BE"};

static const struct geo_place *place(void *ctx, const struct addr *a)
{
	if (ctx)
		return a->b[15] == 2 ? &paris : NULL;
	return a->b[15] == 2 ? &somewhere : &paris;
}

static const struct eve_config placed = {.place = place, .evidence_id = "000007"};
static const struct eve_config half_placed = {.place = place, .place_ctx = &id_of_nobody};
static const struct eve_config unnamed = {.identity = true};
static const struct event_id id = {"host-1234", 0xdeadbeef, 12};

static const struct {
	const char *name;
	void (*make)(struct story *s);
	const struct eve_config *config;
	const struct event_id *id;
	const char *topic, *line;
} rows[] = {
	{"a rule's alert from a file", rule_hit, &from_file, NULL, "alert.exploit.high",
	 "{\"timestamp\":\"2026-01-01T00:00:01.234567+0000\",\"flow_id\":2251799813685247,"
	 "\"event_type\":\"alert\",\"vlan\":[10,20],\"src_ip\":\"10.0.0.1\",\"src_port\":40000,"
	 "\"dest_ip\":\"10.0.0.2\",\"dest_port\":80,\"proto\":\"TCP\",\"pcap_cnt\":42,"
	 "\"ether\":{\"src_mac\":\"02:00:00:00:00:01\",\"dest_mac\":\"02:00:00:00:00:02\"},"
	 "\"community_id\":\"1:3k1SoWXs/FltHw2aBCgUTgbDQF4=\",\"app_proto\":\"http\",\"direction\":\"to_server\","
	 "\"alert\":{\"action\":\"allowed\",\"gid\":1,\"signature_id\":3000001,\"rev\":2,"
	 "\"signature\":\"VIGIE something \xc3\xa9 bad \\u00ff\",\"category\":\"Attempted\","
	 "\"severity\":1,\"source\":{\"ip\":\"10.0.0.1\",\"port\":40000},"
	 "\"target\":{\"ip\":\"10.0.0.2\",\"port\":80},\"metadata\":{\"mitre_tactic_id\":[\"TA0002\"],"
	 "\"mitre_technique_id\":[\"T1059\"],\"created_at\":[\"2026_01_01\"],"
	 "\"tag\":[\"one\",\"two \\\"quoted\\\"\"],\"odd_key_\":[\"x\"]},"
	 "\"references\":[\"url,example.org/x\"]},\"family\":\"exploit\",\"count\":1,"
	 "\"http\":{\"url\":\"/x\"},\"flow\":{\"pkts_toserver\":3,\"pkts_toclient\":4,"
	 "\"bytes_toserver\":1000,\"bytes_toclient\":2000,"
	 "\"start\":\"2026-01-01T00:00:00.000000+0000\"},\"capture_file\":\"day1.pcap\","
	 "\"ruleset_sha256\":\"abcd\"}\n"},
	{"a detector's finding, live", scan, &live, &id, "finding.scan.medium",
	 "{\"timestamp\":\"2026-01-01T00:00:00.000000+0000\",\"in_iface\":\"span0\","
	 "\"event_type\":\"finding\",\"src_ip\":\"2001:db8::1\",\"src_port\":1,"
	 "\"dest_ip\":\"2001:db8::2\",\"dest_port\":445,\"proto\":\"UDP\","
	 "\"community_id\":\"1:Kc1AEAww8p1AZ6eNdbqVeVbWDqY=\","
	 "\"alert\":{\"action\":\"allowed\",\"gid\":900,\"signature_id\":1,\"rev\":1,"
	 "\"signature\":\"horizontal scan\",\"category\":\"Network scan\",\"severity\":2,"
	 "\"metadata\":{\"mitre_tactic_id\":[\"TA0007\"],\"mitre_technique_id\":[\"T1046\"]},"
	 "\"references\":[\"Jung 2004\"]},\"family\":\"scan\",\"detector\":\"scan\","
	 "\"score\":1.5,\"subject_ip\":\"2001:db8::1\",\"subject_mac\":\"02:00:00:00:00:09\","
	 "\"summary\":\"22 failed first contacts\",\"evidence\":[{\"name\":\"failed\","
	 "\"observed\":22,\"baseline\":null,\"threshold\":12.5,\"unit\":\"hosts\"},"
	 "{\"name\":\"ratio\",\"observed\":null,\"baseline\":0.1,\"threshold\":null,"
	 "\"unit\":\"probability\"}],\"check\":\"look at the hosts listed\",\"count\":5,"
	 "\"sensor\":\"s1\",\"sensor_epoch\":\"00000000deadbeef\",\"sensor_seq\":12}\n"},
	{"a flow that ended", flow_end, &live, &id, "flow",
	 "{\"timestamp\":\"2026-01-01T00:01:30.000000+0000\",\"flow_id\":77,"
	 "\"in_iface\":\"span0\",\"event_type\":\"flow\",\"src_ip\":\"10.0.0.1\","
	 "\"src_port\":40000,\"dest_ip\":\"10.0.0.2\",\"dest_port\":443,\"proto\":\"TCP\","
	 "\"community_id\":\"1:UWHKJ/x6OQ1YiVv4rIl0t3yhjg8=\",\"flow\":{\"pkts_toserver\":5,"
	 "\"pkts_toclient\":6,\"bytes_toserver\":1,\"bytes_toclient\":2,\"payload_toserver\":3,"
	 "\"payload_toclient\":4,\"start\":\"2026-01-01T00:00:00.000000+0000\","
	 "\"end\":\"2026-01-01T00:01:01.999999+0000\",\"age\":61,\"state\":\"closed\","
	 "\"reason\":\"timeout\",\"alerted\":true,\"outcome\":\"answered\"},"
	 "\"tcp\":{\"tcp_flags\":\"1b\",\"tcp_flags_ts\":\"1b\",\"tcp_flags_tc\":\"12\"},"
	 "\"sensor\":\"s1\"}\n"},
	{"a flow that lives, its clock stepped back", flow_interim, &from_file, NULL, "flow",
	 "{\"timestamp\":\"2026-01-01T00:00:00.000000+0000\",\"flow_id\":78,"
	 "\"event_type\":\"flow\",\"src_ip\":\"10.0.0.1\",\"dest_ip\":\"10.0.0.2\","
	 "\"proto\":\"ICMP\",\"icmp_type\":8,\"community_id\":\"1:YcMyyWJfhc95EW1GfXt6jlZ3DiQ=\","
	 "\"flow\":{\"pkts_toserver\":0,\"pkts_toclient\":0,\"bytes_toserver\":0,"
	 "\"bytes_toclient\":0,\"payload_toserver\":0,\"payload_toclient\":0,"
	 "\"start\":\"2026-01-01T00:00:00.000000+0000\","
	 "\"end\":\"2025-12-31T23:59:59.999999+0000\",\"age\":0,\"state\":\"new\","
	 "\"alerted\":false,\"outcome\":\"pending\",\"interim\":3},"
	 "\"capture_file\":\"day1.pcap\"}\n"},
	{"a host", sighting, &unnamed, &id, "host",
	 "{\"timestamp\":\"2026-01-01T00:00:00.000000+0000\",\"event_type\":\"host\","
	 "\"vlan\":[7],\"subject_ip\":\"10.0.0.9\",\"subject_mac\":\"02:00:00:00:00:09\","
	 "\"sensor\":\"host-1234\",\"sensor_epoch\":\"00000000deadbeef\",\"sensor_seq\":12}\n"},
	{"ARP, and a rule that says nothing", arp, &from_file, NULL, "alert.other.low",
	 "{\"timestamp\":\"2026-01-01T00:00:00.000000+0000\",\"event_type\":\"alert\","
	 "\"src_ip\":\"10.0.0.1\",\"dest_ip\":\"10.0.0.2\",\"proto\":\"ARP\",\"pcap_cnt\":1,"
	 "\"alert\":{\"action\":\"allowed\",\"gid\":1,\"signature_id\":7,\"rev\":0,"
	 "\"signature\":\"\",\"category\":\"\",\"severity\":3},\"family\":\"other\","
	 "\"count\":1,\"capture_file\":\"day1.pcap\",\"ruleset_sha256\":\"abcd\"}\n"},
	{"ICMP, from a file without a name", ping, &from_file, NULL, "alert.other.low",
	 "{\"timestamp\":\"2026-01-01T00:00:00.000000+0000\",\"flow_id\":5,"
	 "\"event_type\":\"alert\",\"src_ip\":\"192.168.0.89\",\"dest_ip\":\"192.168.0.1\","
	 "\"proto\":\"ICMP\",\"icmp_type\":8,\"icmp_code\":0,\"pcap_cnt\":2,"
	 "\"community_id\":\"1:X0snYXpgwiv9TZtqg64sgzUn6Dk=\",\"direction\":\"to_client\","
	 "\"alert\":{\"action\":\"allowed\",\"gid\":1,\"signature_id\":7,\"rev\":0,"
	 "\"signature\":\"\",\"category\":\"\",\"severity\":3},\"family\":\"other\","
	 "\"count\":1,\"ruleset_sha256\":\"abcd\"}\n"},
	{"SCTP has ports; an id without the permission to write it", sctp,
	 &(struct eve_config){.sensor = NULL}, &id, "alert.other.low",
	 "{\"timestamp\":\"2026-01-01T00:00:00.000000+0000\",\"event_type\":\"alert\","
	 "\"src_ip\":\"10.0.0.1\",\"src_port\":5,\"dest_ip\":\"10.0.0.2\",\"dest_port\":6,"
	 "\"proto\":\"SCTP\",\"tunnel\":{\"src_ip\":\"192.0.2.1\",\"src_port\":50000,"
	 "\"dest_ip\":\"192.0.2.2\",\"dest_port\":4789,\"proto\":\"UDP\",\"depth\":1},"
	 "\"community_id\":\"1:FR6PrtlqA5XCqarIpDNRbb0wb30=\","
	 "\"alert\":{\"action\":\"allowed\",\"gid\":1,\"signature_id\":7,\"rev\":0,"
	 "\"signature\":\"\",\"category\":\"\",\"severity\":3},\"family\":\"other\","
	 "\"count\":1}\n"},
	{"GRE has none", odd_proto, &(struct eve_config){.sensor = NULL}, NULL, "alert.other.low",
	 "{\"timestamp\":\"2026-01-01T00:00:00.000000+0000\",\"event_type\":\"alert\","
	 "\"src_ip\":\"10.0.0.1\",\"dest_ip\":\"10.0.0.2\",\"proto\":\"GRE\","
	 "\"community_id\":\"1:+KlEHDT0vJgzs/eNmzHq0aSpRYw=\","
	 "\"alert\":{\"action\":\"allowed\",\"gid\":1,\"signature_id\":7,\"rev\":0,"
	 "\"signature\":\"\",\"category\":\"\",\"severity\":3},\"family\":\"other\","
	 "\"count\":1}\n"},
	{"both ends are known, frames are kept", arp, &placed, NULL, "alert.other.low",
	 "{\"timestamp\":\"2026-01-01T00:00:00.000000+0000\",\"event_type\":\"alert\","
	 "\"src_ip\":\"10.0.0.1\",\"dest_ip\":\"10.0.0.2\",\"proto\":\"ARP\","
	 "\"geo\":{\"src\":{\"country_iso_code\":\"FR\",\"city_name\":\"Paris\","
	 "\"as_number\":64500,\"as_organization\":\"Example \\\"Net\\\"\"},"
	 "\"dest\":{\"country_iso_code\":\"BE\"}},"
	 "\"alert\":{\"action\":\"allowed\",\"gid\":1,\"signature_id\":7,\"rev\":0,"
	 "\"signature\":\"\",\"category\":\"\",\"severity\":3},\"family\":\"other\","
	 "\"count\":1,\"evidence_id\":\"000007\"}\n"},
	{"one end is known", odd_proto, &half_placed, NULL, "alert.other.low",
	 "{\"timestamp\":\"2026-01-01T00:00:00.000000+0000\",\"event_type\":\"alert\","
	 "\"src_ip\":\"10.0.0.1\",\"dest_ip\":\"10.0.0.2\",\"proto\":\"GRE\","
	 "\"community_id\":\"1:+KlEHDT0vJgzs/eNmzHq0aSpRYw=\","
	 "\"geo\":{\"dest\":{\"country_iso_code\":\"FR\",\"city_name\":\"Paris\","
	 "\"as_number\":64500,\"as_organization\":\"Example \\\"Net\\\"\"}},"
	 "\"alert\":{\"action\":\"allowed\",\"gid\":1,\"signature_id\":7,\"rev\":0,"
	 "\"signature\":\"\",\"category\":\"\",\"severity\":3},\"family\":\"other\","
	 "\"count\":1}\n"},
};

/* Paths seen in all rows: what alert.def says is written really is. */
static bool written[128];

struct seen {
	unsigned in;
	const struct alert_field *last;
	bool has[128];
};

static bool type_fits(const struct alert_field *f, char type)
{
	switch ((enum alert_type)f->type) {
	case ALERT_TYPE_string:
		return type == 's';
	case ALERT_TYPE_integer:
		return type == 'i';
	case ALERT_TYPE_number:
		return type == 'i' || type == 'f' || type == 'n';
	case ALERT_TYPE_boolean:
		return type == 'b';
	case ALERT_TYPE_object:
		return type == 'o';
	case ALERT_TYPE_strings:
	case ALERT_TYPE_integers:
	case ALERT_TYPE_objects:
		break;
	}
	return type == 'a';
}

static bool foreign(const char *path)
{
	return strncmp(path, "http", 4) == 0 || strncmp(path, "alert.metadata.", 15) == 0;
}

static void item(const char *path, size_t n, char type)
{
	char list[256];

	snprintf(list, sizeof(list), "%.*s", (int)n, path);
	const struct alert_field *f = alert_field_find(list);
	CHECK(foreign(path) || f != NULL);
	if (f)
		CHECK((f->type == ALERT_TYPE_strings && type == 's') ||
		      (f->type == ALERT_TYPE_integers && type == 'i') ||
		      (f->type == ALERT_TYPE_objects && type == 'o'));
}

static void against_def(void *ctx, const char *path, char type)
{
	struct seen *s = ctx;
	size_t len = strlen(path);

	if (len == 0)
		return;
	if (len > 2 && strcmp(path + len - 2, "[]") == 0) {
		item(path, len - 2, type);
		return;
	}
	const struct alert_field *f = alert_field_find(path);
	if (!f) {
		CHECK(foreign(path));
		return;
	}
	CHECK(type_fits(f, type));
	CHECK((f->in & s->in) != 0);
	/* In the order of alert.def, but for the second object of a list. */
	CHECK(!s->last || f > s->last || strchr(path, '['));
	s->last = f;
	s->has[f - alert_fields] = written[f - alert_fields] = true;
}

static bool parent_seen(const struct seen *s, const char *path)
{
	char parent[64];

	snprintf(parent, sizeof(parent), "%s", path);
	char *dot = strrchr(parent, '.');
	if (!dot)
		return true;
	dot[dot[-1] == ']' ? -2 : 0] = 0;
	const struct alert_field *p = alert_field_find(parent);
	return p && s->has[p - alert_fields];
}

static void check_text(unsigned in, const char *line, size_t n)
{
	struct seen s = {.in = in};

	CHECK(n > 1 && line[n - 1] == '\n');
	CHECK(memchr(line, '\n', n - 1) == NULL);
	CHECK(json_walk(line, n - 1, against_def, &s));
	for (const struct alert_field *d = alert_fields; d->path; d++)
		if ((d->in & s.in) && strcmp(d->when, "always") == 0 && parent_seen(&s, d->path))
			CHECK(s.has[d - alert_fields]);
}

static void check_line(const struct finding *f, const char *line, size_t n)
{
	static const unsigned kind_in[] = {[FINDING_flow] = ALERT_IN_flow,
					   [FINDING_host] = ALERT_IN_host};

	check_text(f->kind != FINDING_alert     ? kind_in[f->kind]
		   : f->tier == TIER_alert ? ALERT_IN_alert
					   : ALERT_IN_finding,
		   line, n);
}

static const struct {
	const char *name;
	struct evidence_done done;
	const struct event_id *id;
	const char *line;
} kept_rows[] = {
	{"evidence",
	 {.id = "00000000deadbeef-11", .alert_ns = T0, .bytes = 1380, .frames = 12, .first_ns = T0,
	  .last_ns = T0 + 42000000, .sha256 = "ab12", .state = EVIDENCE_kept,
	  .before_partial = true},
	 &id,
	 "{\"timestamp\":\"2026-01-01T00:00:00.000000+0000\",\"event_type\":\"evidence\","
	 "\"evidence_id\":\"00000000deadbeef-11\",\"evidence_file\":{\"state\":\"kept\","
	 "\"name\":\"00000000deadbeef-11.pcapng\",\"bytes\":1380,\"frames\":12,"
	 "\"sha256\":\"ab12\",\"first\":\"2026-01-01T00:00:00.000000+0000\","
	 "\"last\":\"2026-01-01T00:00:00.042000+0000\",\"before\":\"partial\","
	 "\"after\":\"complete\"},\"sensor\":\"host-1234\","
	 "\"sensor_epoch\":\"00000000deadbeef\",\"sensor_seq\":12}\n"},
	{"evidence of nothing",
	 {.id = "000001", .alert_ns = T0, .state = EVIDENCE_empty, .after_partial = true},
	 NULL,
	 "{\"timestamp\":\"2026-01-01T00:00:00.000000+0000\",\"event_type\":\"evidence\","
	 "\"evidence_id\":\"000001\",\"evidence_file\":{\"state\":\"empty\","
	 "\"name\":\"000001.pcapng\",\"bytes\":0,\"frames\":0,\"before\":\"complete\","
	 "\"after\":\"partial\"}}\n"},
};

static void evidence_rows(void)
{
	static char line[EVE_LINE_MAX + 1];

	for (unsigned i = 0; i < sizeof(kept_rows) / sizeof(kept_rows[0]); i++) {
		CASE(kept_rows[i].name);
		size_t n = eve_evidence(&unnamed, &kept_rows[i].done, kept_rows[i].id, line);
		line[n] = 0;
		CHECK_STR(line, kept_rows[i].line);
		check_text(ALERT_IN_evidence, line, n);
	}
}

static void watch_rows(void)
{
	static char line[EVE_LINE_MAX + 1];
	struct watch_said s = {.id = "i-1", .mac = {{2, 0, 0, 0, 0, 5}},
			       .what = WATCH_first_answer, .time_ns = T0, .own = 12, .answered = 1,
			       .has_peer = true, .port = 445, .proto = 6};

	CASE("somebody answers a host that is cut off");
	addr_parse("10.0.0.2", &s.peer);
	size_t n = eve_watch(&unnamed, &s, &id, line);
	line[n] = 0;
	CHECK_STR(line, "{\"timestamp\":\"2026-01-01T00:00:00.000000+0000\",\"event_type\":\"watch\","
			"\"subject_mac\":\"02:00:00:00:00:05\",\"watch\":{\"id\":\"i-1\","
			"\"what\":\"answered\",\"own\":12,\"answered\":1,\"unanswered\":0,"
			"\"peer_ip\":\"10.0.0.2\",\"peer_port\":445,\"proto\":\"TCP\"},"
			"\"sensor\":\"host-1234\",\"sensor_epoch\":\"00000000deadbeef\","
			"\"sensor_seq\":12}\n");
	check_text(ALERT_IN_watch, line, n);
	CASE("a watch begins");
	s = (struct watch_said){.id = "i-1", .mac = s.mac, .time_ns = T0};
	n = eve_watch(&unnamed, &s, &id, line);
	check_text(ALERT_IN_watch, line, n);
	CHECK(strstr(line, "\"what\":\"begun\",\"own\":0,\"answered\":0,\"unanswered\":0},"));
}

static void exact_rows(void)
{
	static char line[EVE_LINE_MAX + 1];
	static struct story s;
	char topic[TOPIC_MAX];

	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		CASE(rows[i].name);
		rows[i].make(&s);
		size_t n = eve_render(rows[i].config, &s.f, rows[i].id, line);
		line[n] = 0;
		CHECK_EQ(n, strlen(rows[i].line));
		CHECK_STR(line, rows[i].line);
		CHECK_EQ(eve_topic(&s.f, topic, sizeof(topic)), strlen(rows[i].topic));
		CHECK_STR(topic, rows[i].topic);
		check_line(&s.f, line, n);
	}
	evidence_rows();
	watch_rows();
	CASE("every field of alert.def is written by some row");
	for (const struct alert_field *d = alert_fields; d->path; d++) {
		if (!written[d - alert_fields])
			printf("# %s\n", d->path);
		CHECK(written[d - alert_fields]);
	}
}

static char longest_text[4096];

static const char *long_name(void *ctx, uint16_t source)
{
	(void)ctx;
	(void)source;
	return longest_text;
}

static struct geo_place longest_place;

static const struct geo_place *long_place(void *ctx, const struct addr *a)
{
	(void)ctx;
	(void)a;
	return &longest_place;
}

/* Every text as long as it may be, or longer, and of bytes that take six each. */
static void longest(unsigned char byte, bool rule_too)
{
	static char line[EVE_LINE_MAX];
	char *const text = longest_text;
	static struct story s;
	static struct about_kv kv[200];
	static char key[200][16];
	struct about a = {.gid = rule_too ? 1 : 900, .sid = UINT32_MAX, .rev = UINT32_MAX,
			  .severity = 255, .family = FAMILY_ransomware, .msg = text,
			  .category = text, .detector = text, .action = text, .technique = text,
			  .tactic = text, .source = text, .check = text, .metadata = kv,
			  .n_metadata = 200};
	struct eve_config c = {.in_iface = text, .sensor = text, .ruleset_sha256 = text,
			       .file_name = long_name, .identity = true,
			       .place = long_place, .evidence_id = text};
	struct event_id most = {.epoch = INT64_MAX, .seq = INT64_MAX};

	memset(text, byte, sizeof(longest_text) - 1);
	memset(longest_place.country, byte, sizeof(longest_place.country) - 1);
	memset(longest_place.city, byte, sizeof(longest_place.city) - 1);
	memset(longest_place.as_organization, byte, sizeof(longest_place.as_organization) - 1);
	longest_place.as_number = UINT32_MAX;
	for (unsigned i = 0; i < 200; i++) {
		snprintf(key[i], sizeof(key[i]), "key-%u", i / 2);
		kv[i] = (struct about_kv){i % 3 ? key[i] : text, text + i};
	}
	memset(&s, byte, sizeof(s));
	s.f.kind = FINDING_alert;
	s.f.tier = TIER_alert;
	s.f.n_evidence = FINDING_EVIDENCE;
	s.f.about = &a;
	s.f.time_ns = T0;
	s.f.score = -1.23457e-300;
	s.f.link.n_vlan = 2;
	s.f.flow.start_ns = T0;
	for (unsigned d = 0; d < 2; d++) /* the largest integer that JSON's readers take */
		s.f.flow.bytes[d] = s.f.flow.payload[d] = INT64_MAX;
	for (unsigned i = 0; i < FINDING_EVIDENCE; i++)
		s.f.evidence[i] = (struct evidence){text, -1.23457e-300, -1.23457e-300,
						    -1.23457e-300, text};
	s.f.text_len = FINDING_SUBJECT;
	s.f.eve_len = OBS_EVE_MAX;
	char *eve = s.tail + s.f.text_len;
	memset(eve, 'x', OBS_EVE_MAX);
	memcpy(eve, "\"http\":\"", 8);
	eve[OBS_EVE_MAX - 1] = '"';
	size_t n = eve_render(&c, &s.f, &most, line);
	CHECK(n > 0);
	CHECK(n > 20000); /* it really is a long one */
	printf("# %zu of %u bytes\n", n, EVE_LINE_MAX);
	check_line(&s.f, line, n);
}

static void cuts(void)
{
	static char line[EVE_LINE_MAX + 1];
	static struct story s;
	char msg[400];
	struct about a = rule;

	CASE("a cut never splits a character");
	rule_hit(&s);
	s.f.about = &a;
	a.msg = msg;
	memset(msg, 'a', sizeof(msg));
	memcpy(msg + 319, "\xc3\xa9tail", 7); /* the cap, 320, falls between its two bytes */
	size_t n = eve_render(&from_file, &s.f, NULL, line);
	line[n] = 0;
	CHECK(strstr(line, "aaa\",\"category\"") != NULL);
	CASE("the last byte that fits does");
	memcpy(msg + 318, "\xc3\xa9tail", 7);
	n = eve_render(&from_file, &s.f, NULL, line);
	line[n] = 0;
	CHECK(strstr(line, "aaa\xc3\xa9\",\"category\"") != NULL);
}

int main(void)
{
	exact_rows();
	CASE("the longest line fits: bytes that are no UTF-8");
	longest(0xff, false);
	CASE("the longest line fits: control bytes");
	longest(0x01, true);
	cuts();
	return check_done();
}
