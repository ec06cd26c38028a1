// SPDX-License-Identifier: Apache-2.0
/* Copies of packets: what is one, what is none, how many an original takes, what `auto` decides. */
#include "capture/dedup.h"

#include "base/clock.h"
#include "check.h"

#include <assert.h>
#include <stdlib.h>

struct sent { /* one packet of a story */
	uint64_t us;
	uint16_t id;
	uint8_t mac, tag, ttl, port, text;
};

/* Ethernet, at the most one tag, IPv4, UDP, two bytes. */
static struct frame make(uint8_t *out, const struct sent *s)
{
	static const uint8_t ip[] = {0x45, 0, 0, 30, 0, 0, 0, 0, 64, 17, 0, 0, 10, 0, 0, 1,
				     10,   0, 0, 2,  4, 0, 0, 53, 0, 10, 0, 0, 'a', 0};
	uint32_t at = 12;

	memset(out, 2, 12);
	out[5] = s->mac;
	if (s->tag) {
		memcpy(out + at, (uint8_t[]){0x81, 0, 0, s->tag}, 4);
		at += 4;
	}
	memcpy(out + at, (uint8_t[]){8, 0}, 2);
	memcpy(out + at + 2, ip, sizeof(ip));
	out[at + 6] = (uint8_t)(s->id >> 8);
	out[at + 7] = (uint8_t)s->id;
	out[at + 10] = s->ttl;
	out[at + 31] = s->text;
	at += 2 + sizeof(ip);
	return (struct frame){.data = out,
			      .cap_len = at,
			      .wire_len = at,
			      .time_ns = NS_PER_S + s->us * NS_PER_US,
			      .source = s->port};
}

/* Says per packet whether it is removed: '-' kept, 'x' removed. */
static const char *story(const char *mode, const struct sent *s, unsigned n)
{
	static char out[64];
	struct capture_dedup d;
	struct err err;
	uint8_t data[64];

	assert(n < sizeof(out) && capture_dedup_init(&d, mode, false, 0, &err) == 0);
	for (unsigned i = 0; i < n; i++) {
		struct frame f = make(data, &s[i]);
		out[i] = capture_dedup_frame(&d, &f, true) ? 'x' : '-';
	}
	out[n] = 0;
	capture_dedup_fini(&d);
	return out;
}

static void test_stories(void)
{
	/* clang-format off */
	static const struct {
		const char *name;
		struct sent s[12];
		unsigned n;
		const char *want;
	} rows[] = {
		{"exactly the same", {{0, 1, 1, 0, 64, 0, 0}, {5, 1, 1, 0, 64, 0, 0}}, 2, "-x"},
		{"before and after a router", {{0, 1, 1, 0, 64, 0, 0}, {5, 1, 2, 0, 63, 0, 0}}, 2, "-x"},
		{"another tag", {{0, 1, 1, 5, 64, 0, 0}, {5, 1, 1, 6, 64, 0, 0}}, 2, "-x"},
		{"a tag and none", {{0, 1, 1, 5, 64, 0, 0}, {5, 1, 1, 0, 64, 0, 0}}, 2, "-x"},
		{"another port", {{0, 1, 1, 0, 64, 0, 0}, {5, 1, 1, 0, 64, 1, 0}}, 2, "-x"},
		{"the copy first", {{5, 1, 1, 0, 64, 0, 0}, {0, 1, 2, 0, 63, 0, 0}}, 2, "-x"},
		{"after 2 ms", {{0, 1, 1, 0, 64, 0, 0}, {2000, 1, 2, 0, 63, 0, 0}}, 2, "-x"},
		{"after more", {{0, 1, 1, 0, 64, 0, 0}, {2001, 1, 2, 0, 63, 0, 0}}, 2, "--"},
		{"id 0 says nothing", {{0, 0, 1, 0, 64, 0, 0}, {5, 0, 1, 0, 63, 0, 0}}, 2, "--"},
		{"another id", {{0, 1, 1, 0, 64, 0, 0}, {5, 2, 1, 0, 63, 0, 0}}, 2, "--"},
		{"another byte", {{0, 1, 1, 0, 64, 0, 0}, {5, 1, 1, 0, 63, 0, 1}}, 2, "--"},
		{"a flood of one packet is halved at the worst",
		 {{0, 1, 1, 0, 64, 0, 0}, {1, 1, 1, 0, 64, 0, 0}, {2, 1, 1, 0, 64, 0, 0}, {3, 1, 1, 0, 64, 0, 0},
		  {4, 1, 1, 0, 64, 0, 0}, {5, 1, 1, 0, 64, 0, 0}}, 6, "-x-x-x"},
		{"three ports and a router",
		 {{0, 1, 1, 0, 64, 0, 0}, {1, 1, 1, 0, 64, 1, 0}, {2, 1, 1, 0, 64, 2, 0}, {3, 1, 2, 0, 63, 0, 0}}, 4, "-xxx"},
		{"an original takes seven that look different",
		 {{0, 1, 1, 0, 64, 0, 0}, {1, 1, 2, 0, 64, 0, 0}, {2, 1, 3, 0, 64, 0, 0}, {3, 1, 4, 0, 64, 0, 0},
		  {4, 1, 5, 0, 64, 0, 0}, {5, 1, 6, 0, 64, 0, 0}, {6, 1, 7, 0, 64, 0, 0}, {7, 1, 8, 0, 64, 0, 0},
		  {8, 1, 9, 0, 64, 0, 0}, {9, 1, 1, 0, 64, 0, 0}}, 10, "-xxxxxxx-x"},
	};
	/* clang-format on */

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		CASE(rows[i].name);
		CHECK_STR(story("on", rows[i].s, rows[i].n), rows[i].want);
		CHECK(strchr(story("off", rows[i].s, rows[i].n), 'x') == NULL);
		CHECK(strchr(story("auto", rows[i].s, rows[i].n), 'x') == NULL);
	}
}

/* Ten seconds of packets of which `copies` in 1000 are copies. Returns how many were removed. */
static unsigned ten_seconds(struct capture_dedup *d, unsigned span, unsigned copies, unsigned n)
{
	uint8_t data[64];
	unsigned removed = 0;

	for (unsigned i = 0; i < n; i++) {
		struct sent s = {.us = span * 10000000ULL + i * (9000000ULL / n),
				 .id = (uint16_t)(i % 60000 + 1),
				 .ttl = 64,
				 .text = (uint8_t)span};
		struct frame f = make(data, &s);

		removed += capture_dedup_frame(d, &f, true);
		if (i % 1000 >= copies)
			continue;
		s.ttl = 63;
		f = make(data, &s);
		removed += capture_dedup_frame(d, &f, true);
	}
	return removed;
}

static void test_auto(void)
{
	struct capture_dedup d;
	struct err err;

	assert(capture_dedup_init(&d, NULL, true, 0, &err) == 0);
	CASE("live the default is auto");
	CHECK_EQ(d.mode, DEDUP_auto);
	CASE("5 % is not above 5 %");
	CHECK_EQ(ten_seconds(&d, 0, 52, 10000), 0); /* 52 of 1052 are 4.9 % */
	CHECK_EQ(ten_seconds(&d, 1, 0, 10000), 0);
	CHECK(!d.on);
	CASE("above it begins with the next span, and what was seen was counted");
	CHECK_EQ(ten_seconds(&d, 2, 54, 10000), 0);
	CHECK_EQ(d.changed, 520 + 540);
	CHECK_EQ(ten_seconds(&d, 3, 54, 10000), 540);
	CHECK(d.on);
	CASE("it goes on with fewer");
	CHECK_EQ(ten_seconds(&d, 4, 20, 10000), 200);
	CHECK_EQ(ten_seconds(&d, 5, 5, 10000), 50);
	CASE("and ends below 1 %");
	CHECK_EQ(ten_seconds(&d, 6, 100, 10000), 0);
	CHECK(!d.on);
	CHECK_EQ(d.dropped, 540 + 200 + 50);
	CASE("a few packets decide nothing");
	CHECK_EQ(ten_seconds(&d, 7, 0, 10000), 1000 - 1000);
	CHECK_EQ(ten_seconds(&d, 8, 1000, 49), 0);
	CHECK_EQ(ten_seconds(&d, 9, 1000, 49), 0);
	CHECK(!d.on);
	capture_dedup_fini(&d);
}

int main(void)
{
	struct capture_dedup d;
	struct err err = {0};

	test_stories();
	test_auto();
	CASE("words");
	CHECK_EQ(capture_dedup_init(&d, "default", false, 0, &err), 0);
	CHECK_EQ(d.mode, DEDUP_off);
	capture_dedup_fini(&d);
	CHECK(capture_dedup_init(&d, "atuo", false, 0, &err) < 0);
	CHECK_STR(err.msg, "there is no 'atuo'");
	CHECK_STR(err.hint, "did you mean auto?");
	return check_done();
}
