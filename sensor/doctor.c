// SPDX-License-Identifier: Apache-2.0
/* vigie-sensor doctor: the source's frames, one reader, into the facts; then the judgement.
 *
 * Thread: main only.
 * Errors: exit 0 nothing to change, 3 something is, 1 it could not be looked at.
 */
#include "doctor.h"

#include "base/clock.h"
#include "control.h"

#include <stdlib.h>
#include <string.h>

#define LIVE_SECONDS 30

static void say(const struct err *err)
{
	char text[1024];

	err_report(err, NULL, NULL, text, sizeof(text));
	fprintf(stderr, "vigie-sensor: %s", text);
}

static void listen_to(struct doctor *d, const struct source *source, void *state,
		      const struct options *o, bool live)
{
	static struct burst b;
	_Atomic bool stop = false, now = false, reload; /* HUP has nothing to say here */
	unsigned wanted = o->seconds ? o->seconds : live ? LIVE_SECONDS : 0;
	uint64_t until = clock_mono_ns() + (uint64_t)wanted * NS_PER_S;
	bool asked = false;

	for (unsigned turn = 0;; turn++) {
		source->next(state, 0, &b);
		for (unsigned i = 0; i < b.n; i++)
			doctor_frame(d, &b.frame[i]);
		if (b.tick)
			flow_tick(d->flows, b.next_seq, b.tick_ns, false);
		if (live && !asked) {
			doctor_host(&d->port, o->capture.interface, o);
			asked = true;
		}
		if (turn % 64 == 0 || b.tick)
			control_turn(&stop, &now, &reload);
		if (b.end || stop || (wanted && clock_mono_ns() >= until))
			break;
	}
	doctor_end(d, b.next_seq, b.now_ns > b.tick_ns ? b.now_ns : b.tick_ns);
}

static void ask_source(struct doctor_facts *f, const struct source *source, void *state)
{
	const struct capture_counters *c = source->counters(state, 0);

	f->drops_known = source->drops_known(state);
	f->dropped = count_get(&c->dropped_nic) + count_get(&c->dropped_ring);
	f->handed_over = count_get(&c->handed_over);
}

int doctor_main(struct options *o)
{
	static struct doctor d;
	static struct doctor_result result[DOCTOR_count];
	struct err err = {0};
	char why[200] = "";
	void *state = NULL;
	bool live = o->capture.files.n == 0;

	o->capture.workers = 1;
	config_set(&o->config, "capture.dedup=off", &err); /* copies are what we look for */
	const struct source *source = source_choose(&o->capture, why, sizeof(why), &err);
	if (!source || doctor_init(&d, o, &err) < 0 ||
	    source->open(&o->capture, &state, &err) < 0) {
		say(&err);
		return EXIT_RUNTIME;
	}
	control_init();
	if (live)
		fprintf(stderr, "vigie-sensor: %s; listening for %u s\n", why,
			o->seconds ? o->seconds : LIVE_SECONDS);
	d.facts.live = live;
	listen_to(&d, source, state, o, live);
	ask_source(&d.facts, source, state);
	doctor_judge(&d.facts, &d.port, result);

	const char *what = live ? o->capture.interface : o->capture.files.at[0];
	unsigned problems = doctor_tell(&d, result, what ? what : "dpdk", o->json, stdout);
	const char *broken = source->broken(state);
	if (broken)
		fprintf(stderr, "vigie-sensor: %s\n", broken);
	source->close(state);
	doctor_fini(&d);
	return broken ? EXIT_RUNTIME : problems ? EXIT_DOCTOR : 0;
}
