// SPDX-License-Identifier: Apache-2.0
/* learn: how much of the site's past is known, where it is kept, and the outside networks met.
 *
 * A test against the past is believed once LEARN_ENOUGH of packet time has been seen, or the state
 * says that it was taught on purpose (detect.learn).
 *
 * Owns:   the networks, and the buffer a state is packed into; allocated at the start.
 * Thread: learn_open(), learn_turn() and learn_save() on the main thread, the last one after the
 *         detect thread has ended; the rest on the detect thread.
 * Errors: a state that is there and cannot be read refuses the start: forgetting silently would
 *         make everything new.
 */
#pragma once

#include "detect/hosts.h"
#include "detect/nets.h"
#include "detect/state.h"

#include <stdatomic.h>

struct learn {
	struct nets nets;
	struct state_table table[STATE_TABLES_MAX];
	unsigned n;
	struct state_about about;
	const char *path; /* NULL: nothing is kept */
	bool teaching;
	uint64_t tick_ns, packed_ns; /* last tick; last packed */
	uint8_t *buf;
	_Atomic size_t
		ready; /* bytes in buf that wait to be written; 0: it is the detect thread's */
};

int learn_init(struct learn *l, uint32_t nets, struct err *err);
void learn_fini(struct learn *l);
/* After all tables are in table[]: reads the state at `path` if there is one. */
int learn_open(struct learn *l, const char *path, bool teaching, struct err *err);
void learn_observation(struct learn *l, struct hosts *h, const struct observation *o);
bool learn_mature(const struct learn *l);
int learn_turn(struct learn *l, struct err *err);
int learn_save(struct learn *l, struct err *err);
