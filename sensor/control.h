// SPDX-License-Identifier: Apache-2.0
/* Signals: TERM and INT drain and stop, a second one stops at once, HUP is answered by a line. */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>

/* Blocks the signals in this thread and those it starts; before any thread exists. */
void control_init(void);
/* Takes what has come. Main thread. */
void control_turn(_Atomic bool *stop, _Atomic bool *abort_now);
