// SPDX-License-Identifier: Apache-2.0
/* The frame: dispatch, thresholds applied, what passes through, what is counted. */
#include "check.h"

#include "base/clock.h"
#include "detect/detect.h"
#include "detect/registry.h"
#include "flow/flow.h"
#include "rule/rule.h"

#include <stdlib.h>

static struct ring out;
static struct detect *d;
static char *home_rows[] = {"10.0.0.0/8"};

static void start(struct detect_config *c)
{
	struct err err;

	c->hosts = 64;
	c->thresholds = 64;
	c->home_net = (struct strs){.at = home_rows, .n = 1};
	CHECK_EQ(ring_init(&out, 1 << 16, false, NULL, &err), 0);
	CHECK_EQ(detect_new(&d, c, &out, &err), 0);
}

static void end(void)
{
	detect_free(d);
	ring_fini(&out);
}

/* The next finding, copied with its texts behind it. */
static const struct finding *next(void)
{
	static union {
		struct finding f;
		char bytes[16384];
	} copy;
	uint32_t n;
	const void *f = ring_peek(&out, &n);

	if (!f)
		return NULL;
	memcpy(&copy, f, n);
	CHECK_EQ(n, sizeof(copy.f) + copy.f.text_len + copy.f.eve_len);
	ring_pop(&out);
	return &copy.f;
}

static struct addr ip(const char *text)
{
	struct addr a = {.q = {0, 0}};
	CHECK(addr_parse(text, &a));
	return a;
}

static void hit(const struct rule *rule, const char *eve)
{
	static struct {
		struct observation o;
		struct obs_rule r;
		char eve[64];
	} h;

	memset(&h, 0, sizeof(h));
	h.o.kind = OBS_rule_hit;
	h.o.seq = 41;
	h.o.stage_n = ORDER_rule << 5;
	h.o.time_ns = 7;
	h.o.flow_id = 99;
	h.o.src = ip("10.0.0.1");
	h.o.dst = ip("10.0.0.2");
	h.o.dport = 80;
	h.r.rule = rule;
	h.r.conditional = rule->conditional;
	h.r.has_flow = 1;
	h.r.bytes[1] = 1234;
	h.r.start_ns = 3;
	h.r.eve_len = (uint32_t)strlen(eve);
	memcpy(h.eve, eve, strlen(eve));
	detect_observation(d, &h.o);
}

static void test_rules(void)
{
	struct detect_config c = {0};
	struct rule rule = {.about = {.gid = 1, .sid = 5, .severity = 2}};

	CASE("a hit becomes an alert with the flow's counters and the fragment");
	start(&c);
	hit(&rule, "\"http\":{}");
	const struct finding *f = next();
	CHECK(f && f->kind == FINDING_alert && f->tier == TIER_alert && f->count == 1);
	CHECK(f->about == &rule.about && f->seq == 41 && f->flow_id == 99 && f->dport == 80);
	CHECK_EQ(f->flow.bytes[1], 1234);
	CHECK_EQ(f->text_len, 0);
	CHECK(f->eve_len == 9 && memcmp(finding_eve(f), "\"http\":{}", 9) == 0);
	struct addr src = ip("10.0.0.1");
	CHECK(addr_eq(&f->host, &src));

	CASE("noalert is not told");
	rule.about.noalert = true;
	hit(&rule, "");
	CHECK(!next());

	CASE("a threshold is applied, what it holds back is counted");
	rule = (struct rule){.about = {.gid = 1, .sid = 6},
			     .threshold = {THRESHOLD_threshold, TRACK_src, 3, 60},
			     .conditional = true};
	hit(&rule, "");
	hit(&rule, "");
	CHECK(!next());
	CHECK_EQ(count_get(&detect_counters_of(d)->suppressed), 2);
	hit(&rule, "");
	f = next();
	CHECK(f && f->count == 3);
	CHECK_EQ(count_get(&detect_counters_of(d)->alerts), 2);
	end();
}

static void flow_record(unsigned kind)
{
	struct {
		struct observation o;
		struct obs_flow f;
	} r = {.o = {.kind = (uint8_t)kind, .flow_id = 5}, .f = {.last_ns = 8}};

	detect_observation(d, &r.o);
}

static void tick(void)
{
	struct observation o = {.kind = OBS_tick};
	detect_observation(d, &o);
}

static void arp(const char *src)
{
	struct {
		struct observation o;
		struct obs_neighbour n;
	} r = {.o = {.kind = OBS_arp_request}};

	r.o.src = ip(src);
	r.o.dst = ip("10.0.0.254");
	r.n.sender_mac = (struct mac){{2, 0, 0, 0, 0, 1}};
	detect_observation(d, &r.o);
	tick();
}

static void test_passing(void)
{
	struct detect_config c = {.flow_records = true, .sightings = true};

	CASE("flow records pass, in batches that a tick publishes");
	start(&c);
	flow_record(OBS_flow_end);
	flow_record(OBS_flow_interim);
	CHECK(!next());
	tick();
	const struct finding *f = next();
	CHECK(f && f->kind == FINDING_flow && !f->is_interim && f->flow.last_ns == 8);
	f = next();
	CHECK(f && f->is_interim && f->flow_id == 5);
	CHECK(!next());

	CASE("a sighting passes, once");
	arp("10.0.0.1");
	f = next();
	struct addr a = ip("10.0.0.1");
	CHECK(f && f->kind == FINDING_host && addr_eq(&f->host, &a) && f->host_mac.b[5] == 1);
	arp("10.0.0.1");
	CHECK(!next());
	end();

	CASE("not wanted: neither passes");
	c = (struct detect_config){0};
	start(&c);
	flow_record(OBS_flow_end);
	arp("10.0.0.1");
	CHECK(!next());
	end();
}

static void sweep(void)
{
	for (unsigned i = 0; i < 9; i++) {
		struct {
			struct observation o;
			struct obs_contact c;
		} r = {.o = {.kind = OBS_contact, .dport = 445},
		       .c = {.outcome = FLOW_unanswered, .link.proto = 6, .seen = FLOW_SYN}};

		r.o.src = ip("10.0.0.1");
		r.o.dst = ip("10.1.0.0");
		r.o.dst.b[15] = (uint8_t)i;
		detect_observation(d, &r.o);
	}
}

static void test_detectors(void)
{
	struct detect_config c = {0};
	struct err err = {.msg = ""};
	char stats[2048];

	CASE("a detector's alert has its text");
	start(&c);
	sweep();
	const struct finding *f = next();
	CHECK(f && f->kind == FINDING_alert && f->about->gid == ALERT_GID_DETECTOR);
	CHECK(f && f->text_len > 20 && memcmp(finding_text(f), "9 hosts failed", 14) == 0);
	detect_stats(d, stats, sizeof(stats));
	CHECK(strncmp(stats, "\"scan\":{\"contacts\":9,", 21) == 0);

	CASE("stats that do not fit are left out whole");
	char small[32];
	detect_stats(d, small, sizeof(small));
	CHECK_STR(small, "");
	end();

	CASE("a disabled detector says nothing");
	c.disable = (struct strs){.at = (char *[]){"scan"}, .n = 1};
	start(&c);
	sweep();
	CHECK(!next());
	end();

	CASE("an unknown name gets a hint");
	c.disable = (struct strs){.at = (char *[]){"scam"}, .n = 1};
	CHECK_EQ(detect_new(&d, &c, &out, &err), -22);
	CHECK_STR(err.msg, "detect.disable: unknown detector 'scam'");
	CHECK_STR(err.hint, "did you mean 'scan'?");

	CASE("an unknown kind of observation is left alone");
	c.disable = (struct strs){0};
	start(&c);
	struct observation o = {.kind = OBS_count};
	detect_observation(d, &o);
	CHECK_EQ(count_get(&detect_counters_of(d)->observations), 0);
	end();

	CASE("each detector has a section with its defaults");
	struct section s[DETECTORS_MAX];
	unsigned n = detect_sections(s, DETECTORS_MAX);
	unsigned all = 0;
	while (detectors[all])
		all++;
	CHECK_EQ(n, all);
	CHECK_STR(s[0].name, "detect.scan");
	CHECK_STR(s[5].name, "detect.fanout");
	char text[64];
	param_get(&s[0], param_find(&s[0], "min_hosts"), text, sizeof(text));
	CHECK_STR(text, "7");
	CHECK_EQ(detect_sections(s, 0), 0);

	CASE("no two alerts of detectors have one number");
	static bool taken[10000];
	for (unsigned i = 0; i < all; i++) {
		for (unsigned k = 0; k < detectors[i]->n_abouts; k++) {
			uint32_t sid = detectors[i]->abouts[k].sid;
			CHECK(sid < sizeof(taken));
			if (taken[sid])
				printf("# %s: %u is another's, too\n", detectors[i]->name, sid);
			CHECK(!taken[sid]);
			taken[sid] = true;
		}
	}
}

static void test_full(void)
{
	struct detect_config c = {.flow_records = true};
	struct err err;

	CASE("no room for a finding: counted");
	start(&c);
	ring_fini(&out);
	CHECK_EQ(ring_init(&out, 4096, false, NULL, &err), 0);
	for (unsigned i = 0; i < 50; i++)
		flow_record(OBS_flow_end);
	unsigned got = 0;
	tick();
	while (next())
		got++;
	CHECK(got > 3 && got < 50);
	CHECK_EQ(count_get(&detect_counters_of(d)->lost), 50 - got);
	end();
}

static void test_suppressed(void)
{
	static const struct suppression all = {.gid = 900}, other = {.gid = 1};
	struct detect_config c = {0};

	CASE("a suppress line about detectors silences them, and is counted");
	start(&c);
	detect_suppress(d, &all);
	sweep();
	CHECK(!next());
	CHECK(count_get(&detect_counters_of(d)->suppressed) > 0);
	CHECK_EQ(count_get(&detect_counters_of(d)->alerts), 0);
	end();
	CASE("one about rules does not");
	start(&c);
	detect_suppress(d, &other);
	sweep();
	CHECK(next());
	end();
}

int main(void)
{
	test_suppressed();
	test_rules();
	test_passing();
	test_detectors();
	test_full();
	return check_done();
}
