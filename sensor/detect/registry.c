// SPDX-License-Identifier: Apache-2.0
/* The table of detectors and their configuration.
 *
 * Owns:   one config struct a detector, for the life of the program: sections point into them.
 * Thread: main, before detect_new().
 */
#include "detect/registry.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DETECTOR(name) extern const struct detector detect_##name;
#include "detect/detectors.def"
#undef DETECTOR

const struct detector *const detectors[] = {
#define DETECTOR(name) &detect_##name,
#include "detect/detectors.def"
#undef DETECTOR
	NULL,
};

static struct {
	char name[48];
	void *config;
} section_of[DETECTORS_MAX];

_Static_assert(sizeof(detectors) / sizeof(detectors[0]) <= DETECTORS_MAX + 1, "DETECTORS_MAX");

void *registry_config(unsigned i)
{
	const struct detector *d = detectors[i];

	if (section_of[i].config)
		return section_of[i].config;
	section_of[i].config = calloc(1, d->config_size ? d->config_size : 1);
	if (!section_of[i].config)
		abort(); /* some hundred bytes at start */
	snprintf(section_of[i].name, sizeof(section_of[i].name), "detect.%s", d->name);
	param_defaults(&(struct section){
		.name = section_of[i].name, .params = d->params, .config = section_of[i].config});
	return section_of[i].config;
}

unsigned detect_sections(struct section *out, unsigned cap)
{
	unsigned n = 0;

	for (unsigned i = 0; detectors[i] && n < cap; i++) {
		void *config = registry_config(i);

		out[n++] = (struct section){.name = section_of[i].name,
					    .params = detectors[i]->params,
					    .config = config};
	}
	return n;
}

/* Of low severity is what is for hunting, but for what comes from outside and what the sensor says of
 * itself (docs/DETECTORS.md; tests/e2e/tiers.sh holds the golden cases to it). */
static bool only_finding(const struct about *a)
{
	bool outside = a->family == FAMILY_scan && a->technique && strcmp(a->technique, "T1595.001") == 0;

	return a->severity >= 3 && !outside && a->family != FAMILY_health;
}

void detect_list(FILE *out)
{
	for (unsigned i = 0; detectors[i]; i++) {
		const struct detector *d = detectors[i];

		fprintf(out, "%s: %s\n    source: %s\n", d->name, d->what, d->source);
		for (unsigned k = 0; k < d->n_abouts; k++) {
			const struct about *a = &d->abouts[k];

			fprintf(out, "    %u:%u  %-7s  severity %u  %-9s  %s\n", a->gid, a->sid,
				only_finding(a) ? "finding" : "alert", a->severity,
				a->technique ? a->technique : "-", a->msg);
		}
	}
}
