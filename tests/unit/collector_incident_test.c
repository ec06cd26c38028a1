// SPDX-License-Identifier: Apache-2.0
#include "check.h"
#include "incident.h"

#include <stdlib.h>

#define S 1000000000ULL

/* One letter an event: its case is the tier (upper: alert), the letter its technique and family; a
 * digit after it is the severity, '+' a second passes. */
static struct incident play(const char *story)
{
	struct incident inc;
	uint64_t t = 1000 * S;
	bool started = false;

	memset(&inc, 0, sizeof(inc));
	for (const char *p = story; *p; p++) {
		struct event e = {.severity = 3, .time_ns = t, .received_ns = t + 1};
		if (*p == '+') {
			t += S;
			continue;
		}
		snprintf(e.tier, sizeof(e.tier), "%s", *p < 'a' ? "alert" : "finding");
		snprintf(e.family, sizeof(e.family), "f%c", *p | 0x20);
		snprintf(e.technique, sizeof(e.technique), "T%c", *p | 0x20);
		snprintf(e.signature, sizeof(e.signature), "sig %c", *p | 0x20);
		snprintf(e.host, sizeof(e.host), "10.0.0.5");
		if (p[1] >= '1' && p[1] <= '4')
			e.severity = (uint32_t)(*++p - '0');
		if (started)
			incident_add(&inc, &e);
		else
			incident_start(&inc, &e);
		started = true;
	}
	return inc;
}

static const struct {
	const char *name, *story;
	unsigned steps, alerts, findings, severity, families;
	double score;
} rows[] = {
	{"one high alert", "A1", 1, 1, 0, 1, 1, 50},
	{"one medium", "A2", 1, 1, 0, 2, 1, 25},
	{"one low", "A3", 1, 1, 0, 3, 1, 10},
	{"one for information", "A4", 1, 1, 0, 4, 1, 2},
	{"repetitions weigh nothing", "A1A1A1A1", 1, 4, 0, 1, 1, 50},
	{"two different high ones", "A1B1", 2, 2, 0, 1, 2, 75},
	{"the highest severity of a step counts", "A3A1", 1, 2, 0, 1, 1, 50},
	{"and is kept", "A1A3", 1, 2, 0, 1, 1, 50},
	{"a finding weighs a tenth", "A4b1", 2, 1, 1, 4, 1, 100 * (1 - 0.98 * 0.95)},
	{"a finding's severity is not the incident's", "A3b1", 2, 1, 1, 3, 1,
	 100 * (1 - 0.9 * 0.95)},
	{"an alert and a finding of one kind are two steps", "A1a1", 2, 1, 1, 1, 1,
	 100 * (1 - 0.5 * 0.95)},
};

static void order(void)
{
	struct event late = {.tier = "alert", .signature = "late", .time_ns = 5 * S, .severity = 1};
	struct event early = {.tier = "alert", .signature = "early", .time_ns = 2 * S, .severity = 1};
	struct incident inc;

	CASE("steps stand in time order, whatever the order of arrival");
	incident_start(&inc, &late);
	incident_add(&inc, &early);
	CHECK_STR(inc.step[0].what, "early");
	CHECK_STR(inc.step[1].what, "late");
	CHECK_EQ(inc.first_ns, 2 * S);
	CHECK_EQ(inc.last_ns, 5 * S);
}

static void bounded(void)
{
	struct incident inc;
	struct event e = {.tier = "alert", .severity = 1, .time_ns = S};

	CASE("steps beyond the limit are counted");
	snprintf(e.signature, sizeof(e.signature), "first");
	incident_start(&inc, &e);
	for (unsigned i = 1; i < INCIDENT_STEPS + 3; i++) {
		snprintf(e.signature, sizeof(e.signature), "sig %u", i);
		incident_add(&inc, &e);
	}
	CHECK_EQ(inc.n, INCIDENT_STEPS);
	CHECK_EQ(inc.steps_lost, 3);
	CHECK_EQ(inc.alerts, INCIDENT_STEPS + 3);
}

static void quiet(void)
{
	struct incident inc = play("A1");
	struct event e = {.time_ns = inc.last_ns + 60 * S};

	CASE("an event at the quiet time belongs to it, one beyond does not");
	CHECK(incident_takes(&inc, &e, 60 * S));
	e.time_ns++;
	CHECK(!incident_takes(&inc, &e, 60 * S));
	CASE("the same before its first");
	e.time_ns = inc.first_ns - 60 * S;
	CHECK(incident_takes(&inc, &e, 60 * S));
	e.time_ns--;
	CHECK(!incident_takes(&inc, &e, 60 * S));
	CASE("it is quiet by our clock, not the packets'");
	CHECK(!incident_is_quiet(&inc, inc.updated_ns + 60 * S, 60 * S));
	CHECK(incident_is_quiet(&inc, inc.updated_ns + 60 * S + 1, 60 * S));
	CHECK(!incident_is_quiet(&inc, inc.updated_ns - 1, 60 * S));
}

static void round_trip(void)
{
	struct incident inc = play("A1+B2+b3+A3"), back = {.n = 9};
	json_t *chain = incident_chain(&inc);
	char *text = json_dumps(chain, 0);

	CASE("a chain is read back as it was written");
	CHECK(incident_chain_read(&back, text));
	CHECK_EQ(back.n, inc.n);
	for (unsigned i = 0; i < inc.n && i < back.n; i++)
		CHECK(memcmp(&back.step[i], &inc.step[i], sizeof(inc.step[i])) == 0);
	CASE("what is no chain is refused");
	CHECK(!incident_chain_read(&back, "{}"));
	CHECK(!incident_chain_read(&back, ""));
	free(text);
	json_decref(chain);
}

static void mac(void)
{
	struct incident inc;
	struct event e = {.tier = "alert", .severity = 1, .mac = "02:00:00:00:00:01"};

	CASE("the newest MAC is kept, an event without one changes nothing");
	incident_start(&inc, &e);
	e.mac[0] = '\0';
	incident_add(&inc, &e);
	CHECK_STR(inc.mac, "02:00:00:00:00:01");
}

int main(void)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct incident inc = play(rows[i].story);

		CASE(rows[i].name);
		CHECK_EQ(inc.n, rows[i].steps);
		CHECK_EQ(inc.alerts, rows[i].alerts);
		CHECK_EQ(inc.findings, rows[i].findings);
		CHECK_EQ(inc.severity, rows[i].severity);
		CHECK_EQ(incident_families(&inc), rows[i].families);
		double off = incident_score(&inc) - rows[i].score;
		CHECK(off < 0.001 && off > -0.001);
	}
	order();
	bounded();
	quiet();
	round_trip();
	mac();
	return check_done();
}
