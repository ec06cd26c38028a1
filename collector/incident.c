// SPDX-License-Identifier: Apache-2.0
#include "incident.h"

#include "text.h"

#include <string.h>

static const char *what_of(const struct event *e)
{
	return e->signature[0] ? e->signature : e->detector;
}

static bool same_step(const struct incident_step *s, const struct event *e)
{
	return s->alert == event_is_alert(e) && strcmp(s->family, e->family) == 0 &&
	       strcmp(s->technique, e->technique) == 0 && strcmp(s->what, what_of(e)) == 0;
}

static void step_new(struct incident *inc, const struct event *e)
{
	unsigned at = inc->n;

	if (inc->n == INCIDENT_STEPS) {
		inc->steps_lost++;
		return;
	}
	while (at > 0 && inc->step[at - 1].first_ns > e->time_ns)
		at--;
	memmove(&inc->step[at + 1], &inc->step[at], (inc->n - at) * sizeof(inc->step[0]));
	struct incident_step *s = &inc->step[at];
	*s = (struct incident_step){
		.severity = e->severity,
		.alert = event_is_alert(e),
		.first_ns = e->time_ns,
		.last_ns = e->time_ns,
		.count = 1,
	};
	text_copy(s->family, sizeof(s->family), e->family);
	text_copy(s->technique, sizeof(s->technique), e->technique);
	text_copy(s->tactic, sizeof(s->tactic), e->tactic);
	text_copy(s->what, sizeof(s->what), what_of(e));
	inc->n++;
}

static void step_add(struct incident *inc, const struct event *e)
{
	for (unsigned i = 0; i < inc->n; i++) {
		struct incident_step *s = &inc->step[i];

		if (!same_step(s, e))
			continue;
		s->count++;
		if (e->time_ns > s->last_ns)
			s->last_ns = e->time_ns;
		if (e->severity < s->severity)
			s->severity = e->severity;
		return;
	}
	step_new(inc, e);
}

void incident_start(struct incident *inc, const struct event *e)
{
	memset(inc, 0, sizeof(*inc));
	inc->open = true;
	inc->first_ns = inc->last_ns = e->time_ns;
	inc->severity = 4;
	text_copy(inc->host, sizeof(inc->host), e->host);
	incident_add(inc, e);
}

void incident_add(struct incident *inc, const struct event *e)
{
	if (event_is_alert(e)) {
		inc->alerts++;
		if (e->severity && e->severity < inc->severity)
			inc->severity = e->severity;
	} else {
		inc->findings++;
	}
	if (e->time_ns < inc->first_ns)
		inc->first_ns = e->time_ns;
	if (e->time_ns > inc->last_ns)
		inc->last_ns = e->time_ns;
	if (e->received_ns > inc->updated_ns)
		inc->updated_ns = e->received_ns;
	if (e->mac[0])
		text_copy(inc->mac, sizeof(inc->mac), e->mac);
	step_add(inc, e);
}

bool incident_takes(const struct incident *inc, const struct event *e, uint64_t quiet_ns)
{
	if (e->time_ns > inc->last_ns)
		return e->time_ns - inc->last_ns <= quiet_ns;
	return e->time_ns >= inc->first_ns || inc->first_ns - e->time_ns <= quiet_ns;
}

bool incident_is_quiet(const struct incident *inc, uint64_t now_ns, uint64_t quiet_ns)
{
	return now_ns > inc->updated_ns && now_ns - inc->updated_ns > quiet_ns;
}

double incident_score(const struct incident *inc)
{
	static const double weight[] = {0.02, 0.5, 0.25, 0.1, 0.02};
	double innocent = 1;

	for (unsigned i = 0; i < inc->n; i++) {
		const struct incident_step *s = &inc->step[i];
		double w = weight[s->severity <= 4 ? s->severity : 4];

		innocent *= 1 - (s->alert ? w : w / 10);
	}
	return 100 * (1 - innocent);
}

unsigned incident_families(const struct incident *inc)
{
	unsigned families = 0;

	for (unsigned i = 0; i < inc->n; i++) {
		bool seen = !inc->step[i].alert;

		for (unsigned k = 0; k < i && !seen; k++)
			seen = inc->step[k].alert &&
			       strcmp(inc->step[k].family, inc->step[i].family) == 0;
		families += !seen;
	}
	return families;
}

json_t *incident_chain(const struct incident *inc)
{
	json_t *chain = json_array();

	for (unsigned i = 0; chain && i < inc->n; i++) {
		const struct incident_step *s = &inc->step[i];
		json_t *o = json_pack("{s:s, s:s, s:s, s:i, s:b, s:I, s:I, s:I}", "family",
				      s->family, "technique", s->technique, "tactic", s->tactic,
				      "severity", (int)s->severity, "alert", s->alert, "first_ns",
				      (json_int_t)s->first_ns, "last_ns", (json_int_t)s->last_ns,
				      "count", (json_int_t)s->count);
		if (!o)
			continue;
		/* partly a rule's text: its bytes may be no UTF-8 after a cut */
		char what[sizeof(s->what)];
		text_clean(s->what, what, sizeof(what));
		json_object_set_new(o, "what", json_string(what));
		json_array_append_new(chain, o);
	}
	return chain;
}

static void step_text(char *out, size_t size, const json_t *o, const char *key)
{
	text_copy(out, size, json_string_value(json_object_get(o, key)));
}

bool incident_chain_read(struct incident *inc, const char *json)
{
	json_t *chain = json_loads(json, 0, NULL);
	size_t n = json_array_size(chain);

	if (!json_is_array(chain)) {
		json_decref(chain);
		return false;
	}
	inc->n = 0;
	for (size_t i = 0; i < n && inc->n < INCIDENT_STEPS; i++) {
		const json_t *o = json_array_get(chain, i);
		struct incident_step *s = &inc->step[inc->n++];

		*s = (struct incident_step){
			.severity = (uint32_t)json_integer_value(json_object_get(o, "severity")),
			.alert = json_is_true(json_object_get(o, "alert")),
			.first_ns = (uint64_t)json_integer_value(json_object_get(o, "first_ns")),
			.last_ns = (uint64_t)json_integer_value(json_object_get(o, "last_ns")),
			.count = (uint64_t)json_integer_value(json_object_get(o, "count")),
		};
		step_text(s->family, sizeof(s->family), o, "family");
		step_text(s->technique, sizeof(s->technique), o, "technique");
		step_text(s->tactic, sizeof(s->tactic), o, "tactic");
		step_text(s->what, sizeof(s->what), o, "what");
	}
	json_decref(chain);
	return true;
}
