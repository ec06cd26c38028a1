// SPDX-License-Identifier: Apache-2.0
/* settings: the collector's configuration, which `vigie` reads too, so that it finds the database
 * and can release a host when the collector is down.
 *
 * Order: defaults, --dir, the file (-c, else SETTINGS_FILE where it exists and --dir was not given),
 *        --set.
 */
#pragma once

#include "base/err.h"
#include "config/config.h"
#include "isolate.h"

#define SETTINGS_FILE VIGIE_CONFIG "/collector.yaml" /* VIGIE_CONFIG: meson's sysconfdir */
#define SETTINGS_SETS 64u

struct settings {
	char *db, *control, *id;
	struct strs sensors; /* "NAME=PUB REP" */
	uint32_t batch, timeout_ms, quiet_s;
	struct isolate_config isolate;
	struct config config;
};

struct settings_args { /* what the command line says of it; borrowed texts */
	const char *dir, *file;
	const char *set[SETTINGS_SETS];
	unsigned n_set;
};

struct settings_sensor {
	char name[65], pub[256], rep[256]; /* pub "": asked each second only */
};

/* On failure *report is the text for the operator (free it; may be NULL). */
int settings_load(struct settings *s, const struct settings_args *a, char **report,
		  struct err *err);
void settings_fini(struct settings *s);
/* "NAME=PUB REP" or "NAME=REP"; NAME is 1 … 64 of [A-Za-z0-9_.-]. */
int settings_sensor(const char *text, struct settings_sensor *out, struct err *err);
/* Makes the folders of the database, the socket and the audit log. */
int settings_make_dirs(const struct settings *s, struct err *err);
