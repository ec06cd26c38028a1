// SPDX-License-Identifier: Apache-2.0
/* Signals: TERM and INT drain and stop, a second one stops at once, HUP reads the rules again. And
 * the service manager, which is told when we are ready, alive, and stopping.
 *
 * Thread: main.
 */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/* Blocks the signals in this thread and those it starts; before any thread exists. */
void control_init(void);
/* Takes what has come. */
void control_turn(_Atomic bool *stop, _Atomic bool *abort_now, _Atomic bool *reload);

/* "READY=1", "STATUS=…" (sd_notify(3)); nothing happens where nobody asked to be told. */
void control_notify(const char *state);
/* The watchdog is fed while `progress` moves: a number that stands still when any worker does. */
void control_alive(uint64_t progress);
