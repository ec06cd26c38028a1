// SPDX-License-Identifier: Apache-2.0
/* The sensor's numbers in DPDK's own telemetry: `dpdk-telemetry.py`, then /vigie/stats.
 *
 * Thread: DPDK answers on threads of its own; a lock holds stop() until an answer is done.
 * Errors: a dictionary holds 256 numbers; what is beyond is left out, and `left_out` says how many. So that
 *         nothing is, numbers of protocols and detectors that are 0 are not named, unless one room is
 *         asked for: `/vigie/stats,detect`.
 */
#include "capture/telemetry.h"

#include <pthread.h>
#include <rte_telemetry.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static struct {
	pthread_mutex_t lock;
	void (*fill)(void *ctx, capture_telemetry_put put, void *to);
	void *ctx;
	bool registered;
} telemetry = {.lock = PTHREAD_MUTEX_INITIALIZER};

struct answer {
	struct rte_tel_data *data;
	const char *room; /* "": all of them */
	uint64_t n, left_out;
};

/* DPDK takes letters, digits, '_' and '/' in a name, 63 of them. */
static void put(void *to, const char *name, uint64_t v)
{
	struct answer *a = to;
	char text[RTE_TEL_MAX_STRING_LEN / 2];

	snprintf(text, sizeof(text), "%s", name);
	for (char *c = text; *c; c++)
		if (*c == '.')
			*c = '/';
	size_t n = strlen(a->room);
	if (n ? strncmp(text, a->room, n) != 0 || text[n] != '/'
	      : v == 0 && (strncmp(text, "proto/", 6) == 0 || strncmp(text, "detect/", 7) == 0))
		return;
	if (a->n++ >= RTE_TEL_MAX_DICT_ENTRIES - 1 ||
	    rte_tel_data_add_dict_u64(a->data, text, v) != 0)
		a->left_out++;
}

static int answer(const char *command, const char *params, struct rte_tel_data *data)
{
	struct answer a = {.data = data, .room = params ? params : ""};

	(void)command;
	rte_tel_data_start_dict(data);
	pthread_mutex_lock(&telemetry.lock);
	if (telemetry.fill)
		telemetry.fill(telemetry.ctx, put, &a);
	pthread_mutex_unlock(&telemetry.lock);
	rte_tel_data_add_dict_u64(data, "left_out", a.left_out);
	return 0;
}

int capture_telemetry_start(void (*fill)(void *ctx, capture_telemetry_put put, void *to), void *ctx)
{
	int r = 0;

	pthread_mutex_lock(&telemetry.lock);
	telemetry.fill = fill;
	telemetry.ctx = ctx;
	if (!telemetry.registered) {
		r = rte_telemetry_register_cmd("/vigie/stats", answer,
					       "Every counter of the sensor, or those of one room. "
					       "Parameters: [capture|flow|proto|rule|detect|…]");
		telemetry.registered = r == 0;
	}
	pthread_mutex_unlock(&telemetry.lock);
	return r;
}

void capture_telemetry_stop(void)
{
	pthread_mutex_lock(&telemetry.lock);
	telemetry.fill = NULL;
	pthread_mutex_unlock(&telemetry.lock);
}
