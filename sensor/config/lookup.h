// SPDX-License-Identifier: Apache-2.0
/* Names of parameters inside config/: finding one, and saying what was meant instead. */
#pragma once

#include "config/config.h"

struct config_param {
	const struct section *section;
	const struct param *param; /* NULL: no such parameter */
};

/* `name` is the whole dotted path. */
struct config_param config_find(const struct config *c, const char *name);
/* 0, or the refusal of a parameter that follows from another: it names that one. */
int config_inner(const struct config_param *f, struct err *err);
/* The path is a section's name or the beginning of one. "" always is. */
bool config_is_section(const struct config *c, const char *path);
/* "unknown parameter", or "unknown section" when it held a mapping, with a hint. */
int config_unknown(const struct config *c, const char *path, bool mapping, struct err *err);
