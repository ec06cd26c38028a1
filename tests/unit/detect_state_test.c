// SPDX-License-Identifier: Apache-2.0
/* What is learnt outlives a run; what is broken is refused; what is known is judged otherwise. */
#include "check.h"
#include "tmpdir.h"

#include "base/clock.h"
#include "base/hash.h"
#include "detect/detect.h"
#include "detect/learn.h"
#include "flow/flow.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#define DAY 86400ull

static char *home_rows[] = {"10.0.0.0/8"};
static char path[256];
static struct ring out;
static struct detect *d;
static uint64_t now_s = 1700000000;

static int start(bool learn, struct err *err)
{
	const struct detect_config c = {.hosts = 64,
					.thresholds = 64,
					.nets = 256,
					.state = path,
					.learn = learn,
					.home_net = {.at = home_rows, .n = 1}};

	CHECK_EQ(ring_init(&out, 1 << 16, false, NULL, err), 0);
	return detect_new(&d, &c, &out, err);
}

static void end(void)
{
	struct err err;

	CHECK_EQ(detect_save(d, &err), 0);
	detect_free(d);
	ring_fini(&out);
}

static struct addr ip(const char *text)
{
	struct addr a = {.q = {0, 0}};
	CHECK(addr_parse(text, &a));
	return a;
}

struct record {
	struct observation o;
	union {
		struct obs_contact contact;
		struct obs_volume volume;
	};
};

static void feed(struct record *r)
{
	r->o.time_ns = now_s * NS_PER_S;
	r->o.seq = now_s;
	detect_observation(d, &r->o);
}

static void contact(const char *src, const char *dst, uint16_t port)
{
	struct record r = {.o = {.kind = OBS_contact, .dport = port, .sport = 40000},
			   .contact = {.link.proto = 6,
				       .outcome = FLOW_answered,
				       .count = 1,
				       .seen = FLOW_SYN | FLOW_SYNACK}};

	r.o.src = ip(src);
	r.o.dst = ip(dst);
	feed(&r);
}

static void sends(const char *src, const char *dst, uint64_t up, uint64_t down)
{
	struct record r = {
		.o = {.kind = OBS_volume, .dport = 443, .sport = 40000},
		.volume = {.link.proto = 6, .bytes = {up, down}, .start_ns = now_s * NS_PER_S}};

	r.o.src = ip(src);
	r.o.dst = ip(dst);
	feed(&r);
}

/* Findings told since the last call: sid and tier of the last one. */
static unsigned told(unsigned *sid, unsigned *tier)
{
	const struct finding *f;
	uint32_t n;
	unsigned count = 0;

	*sid = *tier = 0;
	ring_commit(&out);
	while ((f = ring_peek(&out, &n))) {
		*sid = f->about->sid;
		*tier = f->tier;
		count++;
		ring_pop(&out);
	}
	return count;
}

static void test_learn(void)
{
	struct err err = {0};
	unsigned sid, tier;

	CASE("while it only learns nothing is told, but counted");
	unlink(path);
	CHECK_EQ(start(true, &err), 0);
	contact("10.0.0.1", "10.0.0.2", 22);
	sends("10.0.0.5", "198.51.100.9", 90000000, 0);
	CHECK_EQ(told(&sid, &tier), 0);
	CHECK_EQ(count_get(&detect_counters_of(d)->learnt), 1);
	for (unsigned h = 0; h < 30; h++) {
		now_s += 3600;
		sends("10.0.0.7", "203.0.113.9", 5000000, 5000000);
	}
	end();

	CASE("a known edge and a known network are silent afterwards");
	now_s += DAY;
	CHECK_EQ(start(false, &err), 0);
	contact("10.0.0.1", "10.0.0.2", 22);
	sends("10.0.0.5", "198.51.100.9", 90000000, 0);
	CHECK_EQ(told(&sid, &tier), 0);

	CASE("a new edge is a finding, a new network an alert");
	contact("10.0.0.1", "10.0.0.3", 22);
	CHECK_EQ(told(&sid, &tier), 1);
	CHECK(sid == 203 && tier == TIER_finding);
	sends("10.0.0.5", "192.0.2.9", 90000000, 0);
	CHECK_EQ(told(&sid, &tier), 1);
	CHECK(sid == 301 && tier == TIER_alert);

	CASE("a new edge that leads on from a new edge is an alert, but not after ten minutes");
	now_s += 599;
	contact("10.0.0.3", "10.0.0.4", 3389);
	CHECK_EQ(told(&sid, &tier), 2);
	now_s += 601;
	contact("10.0.0.4", "10.0.0.6", 3389);
	CHECK_EQ(told(&sid, &tier), 1);
	CHECK(sid == 203);
	contact("10.0.0.6", "10.0.0.8", 3389);
	CHECK_EQ(told(&sid, &tier), 2);

	CASE("a host that sends far more in an hour than in its past");
	sends("10.0.0.7", "203.0.113.9", 99000000, 0);
	CHECK_EQ(told(&sid, &tier), 0);
	sends("10.0.0.7", "203.0.113.9", 2000000, 0);
	CHECK_EQ(told(&sid, &tier), 1);
	CHECK(sid == 302 && tier == TIER_alert);
	sends("10.0.0.7", "203.0.113.9", 2000000, 0);
	CHECK_EQ(told(&sid, &tier), 0);
	end();

	CASE("without a taught state, and before 14 days of it, chains are findings, edges not "
	     "told");
	unlink(path);
	CHECK_EQ(start(false, &err), 0);
	contact("10.0.0.1", "10.0.0.3", 22);
	CHECK_EQ(told(&sid, &tier), 0);
	contact("10.0.0.3", "10.0.0.4", 22);
	CHECK_EQ(told(&sid, &tier), 1);
	CHECK(sid == 202 && tier == TIER_finding);
	end();
}

static void test_clock(void)
{
	struct learn l = {.n = 0};
	struct observation tick = {.kind = OBS_tick};
	struct err err;

	CASE("14 days are 14 days of traffic: gaps teach nothing");
	CHECK_EQ(learn_init(&l, 64, &err), 0);
	CHECK_EQ(learn_open(&l, NULL, false, &err), 0);
	tick.time_ns = NS_PER_S;
	learn_observation(&l, NULL, &tick);
	tick.time_ns += 100 * DAY * NS_PER_S;
	learn_observation(&l, NULL, &tick);
	CHECK_EQ(l.about.learnt_s, 0);
	for (unsigned i = 0; i < 14 * DAY / 60 - 1; i++) {
		tick.time_ns += 60 * NS_PER_S;
		learn_observation(&l, NULL, &tick);
	}
	CHECK(!learn_mature(&l));
	tick.time_ns += 60 * NS_PER_S;
	learn_observation(&l, NULL, &tick);
	CHECK(learn_mature(&l));
	learn_fini(&l);
}

static void write_file(const uint8_t *at, size_t size)
{
	struct err err;
	CHECK_EQ(state_write(path, at, size, &err), 0);
}

static void refused(const char *word)
{
	struct err err = {0};

	CHECK(start(false, &err) < 0);
	CHECK(strstr(err.msg, word) != NULL);
	CHECK(strstr(err.msg, path) != NULL);
	ring_fini(&out);
}

static void seal(uint8_t *at, size_t size)
{
	uint32_t crc = hash_crc32c(at, size - 4);
	memcpy(at + size - 4, &crc, 4);
}

static void test_broken(void)
{
	struct err err = {0};
	uint8_t *at;
	size_t size;

	unlink(path);
	CHECK_EQ(start(true, &err), 0);
	contact("10.0.0.1", "10.0.0.2", 22);
	sends("10.0.0.5", "198.51.100.9", 90000000, 0);
	end();
	CHECK_EQ(state_read(path, &at, &size, &err), 0);

	CASE("one bit anywhere: the checksum");
	for (size_t i = 16; i < size; i += size / 7) {
		at[i] ^= 4;
		write_file(at, size);
		refused("checksum");
		at[i] ^= 4;
	}
	CASE("cut short, empty, something else");
	write_file(at, size - 1);
	refused("checksum");
	write_file(at, 3);
	refused("not a file of learnt state");
	write_file((const uint8_t *)"", 0);
	refused("not a file");
	CASE("another version, even with a checksum that fits");
	at[12]++;
	seal(at, size);
	write_file(at, size);
	refused("version");
	at[12]--;
	CASE("a count that reaches beyond the end");
	at[48 + 28] = 0xff;
	seal(at, size);
	write_file(at, size);
	refused("ends early");
	at[48 + 28] = 0;
	free(at);
	CASE("a folder");
	unlink(path);
	char *old = strdup(path);
	snprintf(path, sizeof(path), "/");
	CHECK(start(false, &err) < 0);
	ring_fini(&out);
	snprintf(path, sizeof(path), "%s", old);
	free(old);
}

int main(void)
{
	char dir[64];

	tmpdir_make(dir);
	snprintf(path, sizeof(path), "%s/state", dir);
	test_learn();
	test_clock();
	test_broken();
	tmpdir_remove(dir);
	return check_done();
}
