// SPDX-License-Identifier: Apache-2.0
/* Any bytes as a configuration; then what was read is written and read again, and must come out the
 * same. */
#include "config/assets.h"
#include "config/config.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct top {
	bool on;
	char *name;
	struct strs list, assets;
};

struct deep {
	uint32_t n;
	uint64_t mem;
	double p;
};

static const struct param top_params[] = {
	PARAM(PARAM_BOOL, struct top, on, 0, 1, 1, "", "h"),
	PARAM_TEXT(PARAM_STR, struct top, name, NULL, "h"),
	PARAM_TEXT(PARAM_LIST, struct top, list, "a,b", "h"),
	PARAM_CHECKED(PARAM_LIST, struct top, assets, NULL, asset_check, "h"),
	{0},
};
static const struct param deep_params[] = {
	PARAM(PARAM_U32, struct deep, n, 1, 3600, 60, "s", "h"),
	PARAM(PARAM_U64, struct deep, mem, 0, 1099511627776.0, 65536, "bytes", "h"),
	PARAM(PARAM_F64, struct deep, p, 0, 1, 0.5, "probability", "h"),
	{0},
};

/* Reads text over the defaults and returns the dump, NULL when it was refused. */
static char *round_trip(const char *text)
{
	struct top top = {0};
	struct deep deep = {0};
	struct config c = {.n = 0};
	struct err err = {0};
	char *report = NULL, *dump = NULL;
	size_t n;

	config_add(&c, &(struct section){"", top_params, &top}, &err);
	config_add(&c, &(struct section){"a.b", deep_params, &deep}, &err);
	if (config_load_text(&c, "fuzz", text, &report, &err) == 0) {
		FILE *f = open_memstream(&dump, &n);
		assert(f);
		config_dump(&c, f);
		fclose(f);
	} else {
		assert(report && report[0] && err.msg[0]);
	}
	free(report);
	config_fini(&c);
	return dump;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);

	if (!text)
		abort();
	if (size)
		memcpy(text, data, size);
	text[size] = '\0';
	char *first = round_trip(text);
	char *second = first ? round_trip(first) : NULL;
	assert(!first || (second && strcmp(first, second) == 0));
	free(first);
	free(second);
	free(text);
	return 0;
}
