// SPDX-License-Identifier: Apache-2.0
/* alerted: which of our hosts an alert was about lately. A thing that is mostly benign is another
 * thing on a host that something else has accused: the second of two proofs.
 *
 * Shape:  bounded; the host not accused for longest goes first, counted.
 * Thread: the detect thread's.
 */
#pragma once

#include "base/sets.h"
#include "detect/finding.h"
#include "detect/hosts.h"

struct alerted_host {
	struct sets_head head;
	struct {
		uint64_t ns; /* packet time; 0 none */
		const struct about *about;
	} last, before; /* the last alert; the last of another detector than that one's */
};

struct alerted {
	struct sets at;
};

int alerted_init(struct alerted *a, uint32_t entries, struct err *err);
void alerted_fini(struct alerted *a);
/* An alert went out: its host is accused, and what was done to the other end may have succeeded. */
void alerted_add(struct alerted *a, struct hosts *h, const struct finding *f);
/* What a host was last accused of, within window_ns before now_ns, by another detector than
 * `not_by`; NULL: nothing. */
const struct about *alerted_of(struct alerted *a, uint64_t host, uint64_t now_ns,
			       uint64_t window_ns, const char *not_by);
