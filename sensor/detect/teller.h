// SPDX-License-Identifier: Apache-2.0
/* teller: how a detector of facts tells what it found: one finding a (kind, two hosts, subject) and
 * window, the rest counted in the next; an alert becomes a finding where a role explains it.
 *
 * Owns:   a bounded table of what was told.
 * Thread: the detect thread's.
 */
#pragma once

#include "detect/once.h"
#include "detect/say.h"

struct teller {
	struct sets once;
	struct count alerts, findings;
};

struct telling {
	const struct about *about;
	const struct addr *host, *other; /* the accused, and at whom */
	uint64_t what;                   /* the subject beside the two, as a key */
	uint32_t doers;                  /* roles of the accused that explain it */
	uint32_t again_s; /* 0: whoever tells it remembers by itself what was told */
	bool alert;
	bool mac_only;    /* the accused has no address that is known: its MAC alone is told */
	const char *name, *unit; /* of the number that fired; name NULL: the unit is its name */
	double observed, threshold;
	struct evidence also; /* a second number, the score is by it; name NULL: there is none */
};

int teller_init(struct teller *t, uint32_t entries, struct err *err);
void teller_fini(struct teller *t);
/* False: it was told lately, and is counted. */
bool teller_say(struct teller *t, const struct detector_out *out, const struct observation *o,
		const struct telling *m, const char *format, ...)
	__attribute__((format(printf, 5, 6)));
void teller_stats(const struct teller *t, char *out, size_t size); /* JSON members */

/* Who sent a message, and to whom. */
static inline const struct addr *fact_sender(const struct observation *o, bool to_server)
{
	return to_server ? &o->src : &o->dst;
}
