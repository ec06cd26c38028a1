// SPDX-License-Identifier: Apache-2.0
/* xbits: who carries them, how long, and what is forgotten. */
#include "check.h"

#include "base/clock.h"
#include "detect/xbits.h"

#define T0 (1700000000 * NS_PER_S)

static struct addr ip(const char *text)
{
	struct addr a = {.q = {0, 0}};
	CHECK(addr_parse(text, &a));
	return a;
}

/* A bit set between 10.0.0.1 and 10.0.0.2 for 30 s, then asked for. */
static const struct {
	const char *name;
	uint8_t set, asked; /* tracks */
	const char *src, *dst;
	unsigned later_s;
	bool is;
} rows[] = {
	{"the same source", XBIT_src, XBIT_src, "10.0.0.1", "10.0.0.9", 0, true},
	{"another source", XBIT_src, XBIT_src, "10.0.0.9", "10.0.0.1", 0, false},
	{"the source is later the destination", XBIT_src, XBIT_dst, "10.0.0.9", "10.0.0.1", 0,
	 true},
	{"the destination is later the source", XBIT_dst, XBIT_src, "10.0.0.2", "10.0.0.9", 0,
	 true},
	{"the pair", XBIT_pair, XBIT_pair, "10.0.0.1", "10.0.0.2", 0, true},
	{"the pair the other way", XBIT_pair, XBIT_pair, "10.0.0.2", "10.0.0.1", 0, true},
	{"another pair", XBIT_pair, XBIT_pair, "10.0.0.1", "10.0.0.9", 0, false},
	{"its last second", XBIT_src, XBIT_src, "10.0.0.1", "10.0.0.9", 30, true},
	{"the second after", XBIT_src, XBIT_src, "10.0.0.1", "10.0.0.9", 31, false},
};

static bool holds(struct xbits_table *t, struct xbit x, const struct addr *src,
		  const struct addr *dst, uint64_t now)
{
	struct rule r = {.xbit = &x, .n_xbit = 1};

	return xbits_hold(t, &r, src, dst, now);
}

static void set(struct xbits_table *t, struct xbit x, const struct addr *src,
		const struct addr *dst, uint64_t now)
{
	struct rule r = {.xbit = &x, .n_xbit = 1};

	xbits_set(t, &r, src, dst, now);
}

int main(void)
{
	struct addr a = ip("10.0.0.1"), b = ip("10.0.0.2");
	struct xbits_table t;
	struct err err;

	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct addr src = ip(rows[i].src), dst = ip(rows[i].dst);
		uint64_t later = T0 + rows[i].later_s * NS_PER_S;

		CASE(rows[i].name);
		CHECK_EQ(xbits_init(&t, 64, &err), 0);
		set(&t, (struct xbit){XBIT_set, rows[i].set, 30, 77}, &a, &b, T0);
		CHECK_EQ(holds(&t, (struct xbit){XBIT_isset, rows[i].asked, 0, 77}, &src, &dst,
			       later),
			 rows[i].is);
		CHECK_EQ(holds(&t, (struct xbit){XBIT_isnotset, rows[i].asked, 0, 77}, &src, &dst,
			       later),
			 !rows[i].is);
		CHECK(!holds(&t, (struct xbit){XBIT_isset, rows[i].asked, 0, 78}, &src, &dst,
			     later));
		xbits_fini(&t);
	}

	CASE("unset and toggle");
	CHECK_EQ(xbits_init(&t, 64, &err), 0);
	const struct xbit ask = {XBIT_isset, XBIT_src, 0, 5};
	set(&t, (struct xbit){XBIT_unset, XBIT_src, 30, 5}, &a, &b, T0);
	CHECK(!holds(&t, ask, &a, &b, T0));
	set(&t, (struct xbit){XBIT_toggle, XBIT_src, 30, 5}, &a, &b, T0);
	CHECK(holds(&t, ask, &a, &b, T0));
	set(&t, (struct xbit){XBIT_toggle, XBIT_src, 30, 5}, &a, &b, T0);
	CHECK(!holds(&t, ask, &a, &b, T0));
	set(&t, (struct xbit){XBIT_set, XBIT_src, 30, 5}, &a, &b, T0);
	set(&t, (struct xbit){XBIT_unset, XBIT_src, 30, 5}, &a, &b, T0);
	CHECK(!holds(&t, ask, &a, &b, T0));

	CASE("bounded: what is forgotten is counted");
	for (uint32_t i = 0; i < 1000; i++) {
		struct addr src = a;
		src.b[13] = (uint8_t)(i >> 8);
		src.b[14] = (uint8_t)i;
		set(&t, (struct xbit){XBIT_set, XBIT_src, 30, 5}, &src, &b, T0);
	}
	CHECK(count_get(&t.bits.taken) <= 64);
	CHECK(count_get(&t.bits.evicted) >= 900);
	xbits_fini(&t);
	return check_done();
}
