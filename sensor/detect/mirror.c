// SPDX-License-Identifier: Apache-2.0
/* mirror: what we are shown, for the admin: a sensor that sees half says nothing about the rest.
 *
 *   - frames are lost before we see them: more than loss_share of those of an interval;
 *   - answers vanish: of the last HANDSHAKES completed handshakes less than visible_low showed their
 *     SYN-ACK; an alert when before that visible_high of them did (a cable, a filter, one direction
 *     of a mirror), else a finding: a mirror that has always been one-sided;
 *   - no frame at all for silent_s (live);
 *   - the clock steps (live; captures are cut and merged: `doctor -r` says it of them).
 * One of a kind in again_s.
 *
 * Units:  frames, handshakes, seconds of packet time (live: the clock of the ticks).
 * Cost:   nothing per packet; no table.
 */
#include "detect/say.h"

#include "base/clock.h"
#include "flow/flow.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define HANDSHAKES 128u
#define TCP        6

struct mirror_config {
	double loss_share, visible_low, visible_high;
	uint32_t silent_s, again_s;
};

enum mirror_kind { MIRROR_loss, MIRROR_one_way, MIRROR_silent, MIRROR_clock, MIRROR_kinds };

struct mirror_state {
	struct obs_health last;
	bool begun, was_visible;
	uint32_t silent;      /* seconds without a frame */
	uint32_t known, seen; /* handshakes of this round */
	uint64_t told_ns[MIRROR_kinds];
	struct count told, rounds;
};

/* clang-format off */
#define MIRROR_ABOUT(sid_, sev_, msg_, check_)                                                      \
	SAY_ABOUT("mirror", sid_, sev_, FAMILY_health, "Sensor Health", msg_, NULL, NULL,           \
		  "counting; docs/DETECTORS.md", check_)
static const struct about mirror_abouts[MIRROR_kinds] = {
	[MIRROR_loss] = MIRROR_ABOUT(601, 2, "HEALTH frames are lost before the sensor sees them",
		"vigie-sensor doctor -i IFACE; more workers, a larger ring, a filter, or a mirror "
		"port that is faster than the sum of what it copies"),
	[MIRROR_one_way] = MIRROR_ABOUT(602, 2, "HEALTH answers are missing on the mirror",
		"vigie-sensor doctor names the direction; mirror both directions (rx and tx)"),
	[MIRROR_silent] = MIRROR_ABOUT(603, 1, "HEALTH the mirror is silent",
		"is the cable in, the switch's session still configured, the port up? ip -s link"),
	[MIRROR_clock] = MIRROR_ABOUT(604, 3, "HEALTH the clock of the frames stepped",
		"chronyc tracking on the sensor: is the clock kept by NTP, or was it set?"),
};
static const struct param mirror_params[] = {
	PARAM(PARAM_F64, struct mirror_config, loss_share, 0, 1, 0.01, "share",
	      "of frames lost that makes an alert"),
	PARAM(PARAM_F64, struct mirror_config, visible_low, 0, 1, 0.5, "share",
	      "of handshakes whose answer is seen: below, answers are missing"),
	PARAM(PARAM_F64, struct mirror_config, visible_high, 0, 1, 0.9, "share",
	      "from here on the mirror has shown that it can"),
	PARAM(PARAM_U32, struct mirror_config, silent_s, 2, 86400, 30, "s",
	      "without a frame"),
	PARAM(PARAM_U32, struct mirror_config, again_s, 60, 604800, 3600, "s",
	      "one alert of a kind in this time"),
	{0},
};
/* clang-format on */

static int mirror_init(const void *config, void **state, struct err *err)
{
	const struct mirror_config *c = config;

	if (c->visible_low >= c->visible_high)
		return err_set(err, EINVAL,
			       "mirror: visible_low (%g) must be below visible_high (%g)",
			       c->visible_low, c->visible_high);
	*state = calloc(1, sizeof(struct mirror_state));
	return *state ? 0 : err_set(err, ENOMEM, "no memory for mirror");
}

static void tell(const struct mirror_config *c, struct mirror_state *s, const struct observation *o,
		 const struct detector_out *out, enum mirror_kind kind, bool is_alert,
		 struct evidence e, const char *text)
{
	const struct addr none = {.q = {0, 0}};
	uint64_t now_ns = o->time_ns ? o->time_ns : 1;

	if (s->told_ns[kind] && now_ns < s->told_ns[kind] + c->again_s * NS_PER_S)
		return;
	s->told_ns[kind] = now_ns;
	count_add(&s->told, 1);
	struct finding f = say_of(o, NULL, &none, NULL, &none);
	f.sport = f.dport = 0;
	f.flow_id = 0;
	f.tier = is_alert ? TIER_alert : TIER_finding;
	f.about = &mirror_abouts[kind];
	f.evidence[0] = e;
	f.n_evidence = 1;
	out->add(out->ctx, &f, text);
}

static void on_health(const struct mirror_config *c, struct mirror_state *s,
		      const struct observation *o, const struct detector_out *out)
{
	struct obs_health h;
	char text[FINDING_SUBJECT];

	memcpy(&h, obs_body(o), sizeof(h));
	double dropped = (double)(h.dropped - s->last.dropped);
	double frames = (double)(h.frames - s->last.frames), all = frames + dropped;
	uint64_t steps = h.clock_back + h.clock_jump - s->last.clock_back - s->last.clock_jump;

	if (s->begun && all > 0 && dropped > 0 && dropped >= c->loss_share * all) {
		snprintf(text, sizeof(text), "%.0f of %.0f frames were lost", dropped, all);
		tell(c, s, o, out, MIRROR_loss, true,
		     (struct evidence){"lost", dropped / all, NAN, c->loss_share, "share"}, text);
	}
	if (s->begun && h.live && steps) {
		snprintf(text, sizeof(text), "%llu steps back or far ahead",
			 (unsigned long long)steps);
		tell(c, s, o, out, MIRROR_clock, true,
		     (struct evidence){"steps", (double)steps, NAN, 1, "steps"}, text);
	}
	s->silent = h.silent ? s->silent + 1 : 0;
	if (h.live && s->silent >= c->silent_s) {
		snprintf(text, sizeof(text), "no frame for %u s", s->silent);
		tell(c, s, o, out, MIRROR_silent, true,
		     (struct evidence){"silence", s->silent, NAN, c->silent_s, "s"}, text);
	}
	s->last = h;
	s->begun = true;
}

static void on_contact(const struct mirror_config *c, struct mirror_state *s,
		       const struct observation *o, const struct detector_out *out)
{
	const struct obs_contact *b = obs_body(o);
	uint32_t n = b->count ? b->count : 1;
	char text[FINDING_SUBJECT];

	if (b->link.proto != TCP || b->outcome != FLOW_answered || !(b->seen & FLOW_SYN) ||
	    (b->seen & FLOW_SYNACK_FIRST))
		return;
	s->known += n;
	s->seen += b->seen & FLOW_SYNACK ? n : 0;
	if (s->known < HANDSHAKES)
		return;
	double visible = (double)s->seen / s->known;
	s->known = s->seen = 0;
	count_add(&s->rounds, 1);
	if (visible < c->visible_low) {
		snprintf(text, sizeof(text), "%.0f %% of %s handshakes show their answer",
			 visible * 100, s->was_visible ? "the last" : "all");
		tell(c, s, o, out, MIRROR_one_way, s->was_visible,
		     (struct evidence){"visibility", visible,
				       s->was_visible ? c->visible_high : NAN, c->visible_low,
				       "share"},
		     text);
	}
	s->was_visible |= visible >= c->visible_high;
}

static void mirror_on_observation(const void *config, void *state, const struct observation *o,
				  const struct detector_out *out)
{
	if (o->kind == OBS_health)
		on_health(config, state, o, out);
	else
		on_contact(config, state, o, out);
}

static void mirror_stats(const void *state, char *out, size_t size)
{
	const struct mirror_state *s = state;

	snprintf(out, size, "\"told\":%llu,\"rounds\":%llu",
		 (unsigned long long)count_get(&s->told),
		 (unsigned long long)count_get(&s->rounds));
}

const struct detector detect_mirror = {
	.name = "mirror",
	.what = "a mirror that loses frames, hides one direction, falls silent, or whose clock "
		"steps",
	.source = "counting; docs/DETECTORS.md",
	.wants = 1ull << OBS_health | 1ull << OBS_contact,
	.params = mirror_params,
	.abouts = mirror_abouts,
	.n_abouts = MIRROR_kinds,
	.config_size = sizeof(struct mirror_config),
	.init = mirror_init,
	.fini = free,
	.on_observation = mirror_on_observation,
	.stats = mirror_stats,
};
