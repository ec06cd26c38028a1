// SPDX-License-Identifier: Apache-2.0
/* The UDP ports that are tunnels.
 *
 * Thread: decode_config_use() on the main thread before any other starts; afterwards every thread
 *         reads.
 */
#pragma once

#include "base/param.h"

struct decode_config {
	struct strs vxlan, geneve;
};
extern const struct param decode_params[];

#define DECODE_PORTS 16 /* at most, of both together */

/* Until it is called the ports are those of the defaults. */
int decode_config_use(const struct decode_config *c, struct err *err);
