// SPDX-License-Identifier: Apache-2.0
/* Time is packet time, in nanoseconds since the Unix epoch, everywhere. These few functions are
 * for what is not traffic: deadlines of threads, file names, latency measurements. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define NS_PER_S 1000000000ULL
#define NS_PER_MS 1000000ULL
#define NS_PER_US 1000ULL

uint64_t clock_real_ns(void); /* CLOCK_REALTIME */
uint64_t clock_mono_ns(void); /* CLOCK_MONOTONIC */
void clock_sleep_ns(uint64_t ns);

#define CLOCK_TEXT 40
/* ISO 8601 with microseconds and zone, EVE's form: 2026-01-31T12:00:00.000000+0000. `out` holds
 * CLOCK_TEXT bytes; returns the length. No libc call per digit: the writer calls it per alert. */
int clock_text(uint64_t time_ns, char *out);
