// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdint.h>

/* The command /vigie/stats of dpdk-telemetry, while the source dpdk runs. `fill` tells every number
 * by put(); it is called on DPDK's own thread until capture_telemetry_stop() has returned. */
typedef void (*capture_telemetry_put)(void *to, const char *name, uint64_t v);
int capture_telemetry_start(void (*fill)(void *ctx, capture_telemetry_put put, void *to), void *ctx);
void capture_telemetry_stop(void);
