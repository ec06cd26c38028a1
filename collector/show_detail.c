// SPDX-License-Identifier: Apache-2.0
/* Incidents and the status. */
#include "show.h"

#include "base/clock.h"
#include "text.h"

#include <string.h>

#define TEXT 512u

static void when(const json_t *o, const char *key, char out[TEXT_LOCAL])
{
	text_local((uint64_t)show_num(o, key), false, out);
}

void show_incidents_head(const struct show *s)
{
	fprintf(s->out, "%s   ID SEVERITY SCORE HOST            LAST SEEN           EVENTS %s%s\n",
		show_on(s, SHOW_bold), "STEPS", show_off(s, SHOW_bold));
}

/* "scan T1046 ×2, lateral T1021": the chain in one line. */
static void chain_words(const json_t *chain, char *out, size_t size)
{
	size_t i, at = 0;
	const json_t *step;

	out[0] = '\0';
	json_array_foreach(chain, i, step)
	{
		char family[24], technique[32];
		int n = snprintf(out + at, size - at, "%s%s%s%s", at ? " > " : "",
				 show_text(step, "family", family, sizeof(family)),
				 *show_text(step, "technique", technique, sizeof(technique)) ? " "
											     : "",
				 technique);
		if (n < 0 || (size_t)n >= size - at)
			return;
		at += (size_t)n;
	}
}

void show_incident_row(const struct show *s, const json_t *row)
{
	char host[64], last[TEXT_LOCAL], chain[TEXT], steps[TEXT + 40], isolation[24];
	enum show_color color;
	const char *severity = show_severity(show_num(row, "severity"), &color);

	when(row, "last_ns", last);
	chain_words(json_object_get(row, "chain"), chain, sizeof(chain));
	show_text(row, "isolation", isolation, sizeof(isolation));
	snprintf(steps, sizeof(steps), "%s%s%s%s%s",
		 json_is_true(json_object_get(row, "open")) ? "" : "(closed) ",
		 *isolation ? "[" : "", isolation, *isolation ? "] " : "", chain);
	fprintf(s->out, "%5lld %s%-8s%s ", (long long)show_num(row, "id"), show_on(s, color),
		severity, show_off(s, color));
	int n = fprintf(s->out, "%5.0f %-15s %s %6lld ",
			json_number_value(json_object_get(row, "score")),
			show_text(row, "host", host, sizeof(host)), last,
			(long long)(show_num(row, "alerts") + show_num(row, "findings")));
	show_rest(s, 15 + (n > 0 ? (unsigned)n : 0), steps);
}

static void show_steps(const struct show *s, const json_t *chain)
{
	size_t i;
	const json_t *step;

	fprintf(s->out, "\n%sSteps%s\n", show_on(s, SHOW_bold), show_off(s, SHOW_bold));
	json_array_foreach(chain, i, step)
	{
		char first[TEXT_LOCAL], family[24], technique[32], what[256];
		enum show_color color;
		const char *severity = show_severity(show_num(step, "severity"), &color);

		when(step, "first_ns", first);
		if (!json_is_true(json_object_get(step, "alert"))) {
			severity = "finding";
			color = SHOW_dim;
		}
		fprintf(s->out, "  %s %s%-7s%s ", first, show_on(s, color), severity,
			show_off(s, color));
		int n = fprintf(s->out, "%-10s %-9s %4lld× ",
				show_text(step, "family", family, sizeof(family)),
				show_text(step, "technique", technique, sizeof(technique)),
				(long long)show_num(step, "count"));
		show_rest(s, 30 + (n > 0 ? (unsigned)n - 1 : 0),
			  show_text(step, "what", what, sizeof(what)));
	}
}

static void show_timeline(const struct show *s, const json_t *timeline)
{
	size_t i;
	const json_t *row;

	if (json_array_size(timeline) == 0)
		return;
	fprintf(s->out, "\n%sTimeline%s\n", show_on(s, SHOW_bold), show_off(s, SHOW_bold));
	json_array_foreach(timeline, i, row)
	{
		char at[TEXT_LOCAL], what[32], words[TEXT];
		const json_t *detail = json_object_get(row, "detail");

		text_local((uint64_t)show_num(row, "time_ns"), true, at);
		show_text(row, "what", what, sizeof(what));
		if (json_object_get(detail, "rails"))
			show_advice(detail, words, sizeof(words));
		else if (!*show_text(detail, "signature", words, sizeof(words)) &&
		    !*show_proof(detail, what, words, sizeof(words)) &&
		    !*show_text(detail, "reason", words, sizeof(words)))
			show_text(detail, "why", words, sizeof(words));
		fprintf(s->out, "  %s %-12s ", at, what);
		show_rest(s, 28, words);
	}
}

/* The page is where one reads it all: on a terminal its lines wrap. */
void show_incident(const struct show *of, const json_t *inc)
{
	struct show page = *of, *s = &page;
	char host[64], mac[24], first[TEXT_LOCAL], last[TEXT_LOCAL], check[TEXT];
	const json_t *events = json_object_get(inc, "events"), *row;
	enum show_color color;
	const char *severity = show_severity(show_num(inc, "severity"), &color);
	int64_t alerts = show_num(inc, "alerts"), findings = show_num(inc, "findings");
	size_t i;

	if (page.too_long == SHOW_cut)
		page.too_long = SHOW_wrapped;
	when(inc, "first_ns", first);
	when(inc, "last_ns", last);
	fprintf(s->out, "Incident %lld, %s: %s%s%s, score %.0f of 100\n",
		(long long)show_num(inc, "id"),
		json_is_true(json_object_get(inc, "open")) ? "open" : "closed", show_on(s, color),
		severity, show_off(s, color), json_number_value(json_object_get(inc, "score")));
	fprintf(s->out, "Host     %s %s\nSeen     %s to %s, %lld alert%s, %lld finding%s\n",
		show_text(inc, "host", host, sizeof(host)), show_text(inc, "mac", mac, sizeof(mac)),
		first, last, (long long)alerts, show_s(alerts), (long long)findings,
		show_s(findings));
	show_steps(s, json_object_get(inc, "chain"));
	show_timeline(s, json_object_get(inc, "timeline"));
	fprintf(s->out, "\n%sEvents%s\n", show_on(s, SHOW_bold), show_off(s, SHOW_bold));
	json_array_foreach(events, i, row)
		show_alert(s, row);
	row = json_array_get(events, json_array_size(events) - 1);
	if (row && *show_text(row, "check", check, sizeof(check))) {
		fprintf(s->out, "\n%sTo check by hand%s\n", show_on(s, SHOW_bold),
			show_off(s, SHOW_bold));
		show_wrap(s, 2, check);
	}
	if (json_object_get(inc, "recommendation")) {
		fprintf(s->out, "\n%sIsolation%s\n", show_on(s, SHOW_bold), show_off(s, SHOW_bold));
		show_plan(s, json_object_get(inc, "recommendation"));
	}
}

static void show_sensor(const struct show *s, const json_t *o)
{
	char name[80], trouble[256], age[TEXT_AGE];
	bool up = json_is_true(json_object_get(o, "up"));
	int64_t contact = show_num(o, "contact_ns");
	int64_t events = show_num(o, "events"), alerts = show_num(o, "alerts");
	enum show_color color = up ? SHOW_green : SHOW_red;

	show_text(o, "name", name, sizeof(name));
	show_text(o, "trouble", trouble, sizeof(trouble));
	if (contact > 0 && (uint64_t)contact <= s->now_ns)
		text_age((s->now_ns - (uint64_t)contact) / NS_PER_S, age);
	else
		text_copy(age, sizeof(age), contact ? "0s" : "never");
	fprintf(s->out, "  %-16s %s%-4s%s %lld event%s, %lld alert%s, last word %s%s%s\n", name,
		show_on(s, color), up ? "up" : "down", show_off(s, color),
		(long long)events, show_s(events), (long long)alerts, show_s(alerts), age,
		*trouble ? ": " : "", trouble);
	if (show_num(o, "lost") || show_num(o, "malformed") || show_num(o, "broken") ||
	    show_num(o, "store_errors"))
		fprintf(s->out, "  %-16s %slost %lld, malformed %lld, broken %lld, store %lld%s\n",
			"", show_on(s, SHOW_yellow), (long long)show_num(o, "lost"),
			(long long)show_num(o, "malformed"), (long long)show_num(o, "broken"),
			(long long)show_num(o, "store_errors"), show_off(s, SHOW_yellow));
}

/* A sensor that watches no isolated host: nobody tells whether it leaks. */
static void show_unwatched(const struct show *s, const json_t *o)
{
	char why[256];

	if (*show_text(o, "watch_why", why, sizeof(why)))
		fprintf(s->out, "  %-16s %swatches no isolated host: %s%s\n", "",
			show_on(s, SHOW_yellow), why, show_off(s, SHOW_yellow));
}

static void show_gaps(const struct show *s, const json_t *store)
{
	size_t i;
	const json_t *gap;

	json_array_foreach(json_object_get(store, "newest_gaps"), i, gap)
	{
		char sensor[80], epoch[24], found[TEXT_LOCAL];

		when(gap, "found_ns", found);
		fprintf(s->out, "  %sgap%s %s epoch %s: %lld to %lld, found %s\n",
			show_on(s, SHOW_yellow), show_off(s, SHOW_yellow),
			show_text(gap, "sensor", sensor, sizeof(sensor)),
			show_text(gap, "epoch", epoch, sizeof(epoch)),
			(long long)show_num(gap, "first"), (long long)show_num(gap, "last"), found);
	}
}

/* The isolations in force, and whether they hold. */
static void show_live(const struct show *s, const json_t *live)
{
	size_t i;
	const json_t *iso;

	json_array_foreach(live, i, iso)
	{
		char host[64], mac[24], word[24], why[400], until[TEXT_LOCAL];

		if (!*show_text(iso, "verdict", word, sizeof(word)))
			show_text(iso, "status", word, sizeof(word));
		text_local((uint64_t)show_num(iso, "expires_ns"), false, until);
		int n = fprintf(s->out, "  %-16s ", show_text(iso, "host", host, sizeof(host)));
		fprintf(s->out, "%s%-9s%s ", show_on(s, show_outcome(word)), word,
			show_off(s, show_outcome(word)));
		n += 10 + fprintf(s->out, "%s until %s ", show_text(iso, "mac", mac, sizeof(mac)), until);
		show_rest(s, (unsigned)n, show_text(iso, "why", why, sizeof(why)));
	}
}

void show_status(const struct show *s, const json_t *status)
{
	const json_t *iso = json_object_get(status, "isolation"), *sensor;
	const json_t *store = json_object_get(status, "store");
	int64_t events = show_num(store, "events"), alerts = show_num(store, "alerts");
	int64_t open = show_num(store, "incidents_open");
	bool running = json_is_true(json_object_get(status, "running"));
	char mode[24], isolator[40], db[256];
	size_t i;

	fprintf(s->out, "Collector  %s\n", running ? "running" : "NOT RUNNING");
	json_array_foreach(json_object_get(status, "sensors"), i, sensor)
	{
		show_sensor(s, sensor);
		show_unwatched(s, sensor);
	}
	fprintf(s->out, "Store      %lld event%s, %lld alert%s, %lld open incident%s, %lld lost (%s)\n",
		(long long)events, show_s(events), (long long)alerts, show_s(alerts), (long long)open,
		show_s(open), (long long)show_num(store, "lost"),
		show_text(status, "db", db, sizeof(db)));
	show_gaps(s, store);
	if (iso)
		fprintf(s->out, "Isolation  mode %s, isolator %s%s%s, %lld active\n",
			show_text(iso, "mode", mode, sizeof(mode)),
			show_text(iso, "isolator", isolator, sizeof(isolator)),
			show_dry(iso) || strcmp(mode, "dry-run") == 0
				? " (dry run: nothing is carried out)"
				: "",
			json_is_true(json_object_get(iso, "frozen")) ? ", FROZEN" : "",
			(long long)show_num(iso, "active"));
	show_live(s, json_object_get(iso, "live"));
}
