// SPDX-License-Identifier: Apache-2.0
/* A parameter an operator may set. One row is the parser, the range check, the default, the line
 * of --help and the row of docs/CONFIG.md; so those five never disagree.
 */
#pragma once

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum param_type {
	PARAM_END,
	PARAM_BOOL, /* bool:          yes | no | true | false */
	PARAM_F64,  /* double */
	PARAM_U32,  /* uint32_t */
	PARAM_U64,  /* uint64_t; accepts the suffixes k M G (1024) when the unit is bytes */
	PARAM_STR,  /* char *:        heap, owned by the config struct; NULL when the default is "" */
	PARAM_LIST, /* struct strs *: a YAML list, or one text split at commas; order kept */
};

struct strs { /* heap; freed by params_fini() */
	char **at;
	unsigned n;
};

struct param {
	const char *name;
	enum param_type type;
	size_t offset; /* of the field, in the owner's config struct */
	double min, max, def;
	const char *def_text; /* PARAM_STR, PARAM_LIST: the default as text; NULL is "" */
	const char *unit;     /* "s", "bytes", "probability", "" for a pure count */
	const char *help;     /* one sentence */
	/* PARAM_STR, PARAM_LIST: says whether one text will do; NULL takes any. It fills msg and hint
	 * as err_set() does; the reader of the configuration adds the place. */
	int (*check)(const char *text, struct err *err);
	/* Not an operator's: worked out from this parameter (or option), which is the one to set. */
	const char *instead;
};

#define PARAM(type_, config, field, min_, max_, def_, unit_, help_)                                \
	{                                                                                          \
		.name = #field, .type = type_, .offset = offsetof(config, field), .min = min_,     \
		.max = max_, .def = def_, .unit = unit_, .help = help_,                            \
	}
#define PARAM_TEXT(type_, config, field, def_text_, help_)                                         \
	{                                                                                          \
		.name = #field, .type = type_, .offset = offsetof(config, field),                  \
		.def_text = def_text_, .unit = "", .help = help_,                                  \
	}
#define PARAM_CHECKED(type_, config, field, def_text_, check_, help_)                              \
	{                                                                                          \
		.name = #field, .type = type_, .offset = offsetof(config, field),                  \
		.def_text = def_text_, .unit = "", .help = help_, .check = check_,                 \
	}

#define PARAM_INNER(type_, config, field, min_, max_, def_, instead_, help_)                       \
	{                                                                                          \
		.name = #field, .type = type_, .offset = offsetof(config, field), .min = min_,     \
		.max = max_, .def = def_, .unit = "", .help = help_, .instead = instead_,          \
	}

/* A named group of parameters: one section of the configuration. `name` may hold dots
 * ("detect.scan"); "" is the top level. */
struct section {
	const char *name;
	const struct param *params; /* ends with a zeroed row */
	void *config;               /* the owner's struct; zeroed before param_defaults() */
};

/* Sets every parameter of the section to its default. */
void param_defaults(const struct section *s);
/* Parses `value` (one text; for PARAM_LIST split at commas) for row `p` of `s`. */
int param_set(const struct section *s, const struct param *p, const char *value, struct err *err);
/* Appends one item to a PARAM_LIST row (the YAML reader uses it); `first` empties it before. */
int param_append(const struct section *s, const struct param *p, const char *value, bool first,
		 struct err *err);
const struct param *param_find(const struct section *s, const char *name); /* or NULL */
/* Writes the row's present value as text; returns its length. */
int param_get(const struct section *s, const struct param *p, char *out, size_t size);
/* The row's default and its range ("1 .. 3600", "yes | no", ""), for people. */
void param_default_text(const struct param *p, char *out, size_t size);
void param_range_text(const struct param *p, char *out, size_t size);
/* Frees the texts and lists of the section. */
void param_fini(const struct section *s);
