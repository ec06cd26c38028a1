// SPDX-License-Identifier: Apache-2.0
/* The sequential test: what the mirror shows, what a host is used to. */
#include "detect_scan_rig.h"

/* n handshakes of others, of which the SYN-ACK of `seen` is on the mirror. */
static void handshakes(unsigned n, unsigned seen)
{
	for (unsigned i = 0; i < n; i++) {
		struct record c = contact(ip("10.9.0.1"), ip_plus("10.8.0.0", ++r.next_dst), 6, 80,
					  FLOW_answered);
		if (i >= seen)
			c.contact.seen = FLOW_SYN | FLOW_CLIENT_ACK;
		feed(&c);
	}
}

static void test_visibility(void)
{
	static const struct {
		const char *name;
		unsigned known, seen;
		uint8_t outcome;
		unsigned alerts, contacts; /* contacts: at which the alert comes; 0 any */
	} rows[] = {
		{"no handshake at all: the mirror is believed", 0, 0, FLOW_unanswered, 1, 9},
		{"nine unseen are too few to judge", 9, 0, FLOW_unanswered, 1, 9},
		{"ten unseen: silence is no evidence", 10, 0, FLOW_unanswered, 0, 0},
		{"but refusal is", 10, 0, FLOW_refused, 1, 9},
		{"49 of 100 seen: blind", 100, 49, FLOW_unanswered, 0, 0},
		{"half seen: silence weighs little", 100, 50, FLOW_unanswered, 1, 41},
		{"nine of ten seen: somewhat less", 100, 90, FLOW_unanswered, 1, 12},
		{"all seen", 100, 100, FLOW_unanswered, 1, 9},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		unsigned n;

		CASE(rows[i].name);
		rig_start();
		handshakes(rows[i].known, rows[i].seen);
		for (n = 0; n < 60 && !r.alerts; n++)
			touch(ip("10.0.0.1"), ip_plus("10.1.0.0", n), 6, 445,
			      (enum flow_outcome)rows[i].outcome);
		CHECK_EQ(r.alerts, rows[i].alerts);
		if (rows[i].contacts)
			CHECK_EQ(n, rows[i].contacts);
		rig_end();
	}

	CASE("the gate judges the recent past, not the whole run");
	rig_start();
	handshakes(2000, 2000);
	handshakes(400, 0);
	fails("10.0.0.1", "10.1.0.0", 445, 40);
	CHECK_EQ(r.alerts, 0);
	handshakes(1000, 1000);
	fails("10.0.0.1", "10.1.0.0", 3389, 20);
	CHECK_EQ(r.alerts, 1);
	rig_end();
}

/* A benign host that succeeds at `rate` for `hours`, then a sweep; at which failure is the alert?
 */
static unsigned sweep_after(double rate, unsigned hours, unsigned *before)
{
	double due = 0;
	unsigned n;

	for (unsigned h = 0; h < hours; h++) {
		for (unsigned i = 0; i < 100; i++) {
			due += rate;
			bool ok = due >= 1;
			due -= ok;
			r.now_ns += 36 * NS_PER_S;
			touch(ip("10.0.0.1"), ip_plus("10.64.0.0", ++r.next_dst), 6, 445,
			      ok ? FLOW_answered : FLOW_unanswered);
		}
	}
	*before = r.alerts;
	for (n = 0; n < 60 && r.alerts == *before; n++)
		touch(ip("10.0.0.1"), ip_plus("10.1.0.0", n), 6, 3389, FLOW_unanswered);
	return n;
}

static void test_learning(void)
{
	unsigned before, n;

	CASE("a host that nearly always succeeds is found sooner");
	rig_start();
	n = sweep_after(0.98, 24, &before);
	CHECK_EQ(before, 0);
	CHECK(n >= 5 && n <= 7); /* ln 8 each; its last everyday failure may still count */
	rig_end();

	CASE("a host that fails often needs more");
	rig_start();
	n = sweep_after(0.6, 24, &before);
	CHECK_EQ(before, 0);
	CHECK(n >= 15 && n <= 20);
	rig_end();

	CASE("what is learnt has a floor");
	rig_start();
	r.config.window_s = 60; /* learns quickly, and is told again quickly */
	r.config.half_life_s = 604800;
	rig_restart();
	n = sweep_after(0.3, 24, &before);
	CHECK(before >= 1);
	CHECK(n >= 1 && n <= 25); /* ln 1.6 each, from wherever the walk stood */
	rig_end();

	CASE("the posterior's bound is below the rate it saw");
	CHECK(beta_quantile(27 + 60, 3 + 40, 0.05) < 0.6689);
	CHECK(beta_quantile(27 + 60, 3 + 40, 0.05) > 0.58);

	CASE("the factor: both sides of 1");
	r.config.scanner_success = 0.2;
	CHECK(fabs(scan_walk_factor(&r.config, 0.8, true) - log(4)) < 1e-12);
	CHECK(fabs(scan_walk_factor(&r.config, 0.8, false) + log(4)) < 1e-12);
	for (double p = 0.5; p < 1; p += 0.05) {
		double e = p * exp(scan_walk_factor(&r.config, p, false)) +
			   (1 - p) * exp(scan_walk_factor(&r.config, p, true));
		CHECK(fabs(e - 1) < 1e-9);
	}
}

int main(void)
{
	test_visibility();
	test_learning();
	return check_done();
}
