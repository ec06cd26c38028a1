// SPDX-License-Identifier: Apache-2.0
#include "say.h"

#include "base/clock.h"
#include "text.h"

static void say(struct hub *h, json_t *o)
{
	if (o)
		hub_say(h, o);
	json_decref(o);
}

static void set_int(json_t *o, const char *key, uint64_t v)
{
	json_object_set_new(o, key, json_integer((json_int_t)v));
}

static void say_opened(struct hub *h, const struct event *e, const struct stored *s)
{
	char what[sizeof(e->signature)];

	text_clean(e->signature, what, sizeof(what));
	say(h, json_pack("{s:s, s:s, s:I, s:s, s:s, s:i, s:s, s:I}", "watch", "incident", "what",
			 "opened", "incident", (json_int_t)s->incident, "host", e->host, "mac",
			 e->mac, "severity", (int)e->severity, "signature", what, "time_ns",
			 (json_int_t)e->time_ns));
}

void say_event(struct hub *h, const char *sensor, const struct event *e, const struct stored *s,
	       uint64_t stored_ns)
{
	if (!hub_watched(h))
		return;
	json_t *o = json_loadb(e->json, e->json_len, JSON_ALLOW_NUL, NULL);
	if (!o)
		return;
	json_object_set_new(o, "watch", json_string(event_is_alert(e) ? "alert" : "finding"));
	json_object_set_new(o, "collector_sensor", json_string(sensor));
	set_int(o, "event_id", (uint64_t)s->id);
	set_int(o, "time_ns", e->time_ns);
	set_int(o, "received_ns", e->received_ns);
	set_int(o, "stored_ns", stored_ns);
	if (s->incident)
		set_int(o, "incident", (uint64_t)s->incident);
	say(h, o);
	if (s->opened)
		say_opened(h, e, s);
}

void say_closed(struct hub *h, unsigned n)
{
	say(h, json_pack("{s:s, s:s, s:i}", "watch", "incident", "what", "closed", "n", (int)n));
}

void say_sensor(struct hub *h, const char *sensor, bool down, const char *why)
{
	char clean[256];

	text_clean(why, clean, sizeof(clean));
	say(h, json_pack("{s:s, s:s, s:s, s:s, s:I}", "watch", "sensor", "what",
			 down ? "down" : "back", "sensor", sensor, "why", clean, "time_ns",
			 (json_int_t)clock_real_ns()));
}
