// SPDX-License-Identifier: Apache-2.0
/* Rule files: found, read, and their rules put in order. */
#pragma once

#include "rule/compile.h"
#include "rule/engine.h"

struct source_file {
	const char *path, *name; /* as given; without its folders */
	size_t at, len;          /* in struct sources.text */
};

struct sources { /* the bytes of all rule files, one after the other */
	char *text;
	size_t len, cap;
	struct source_file *file;
	unsigned n, n_cap;
};

/* Reads a file, or every *.rules of a directory by name. */
int rule_sources_add(struct sources *s, struct arena *a, const char *path, struct err *err);
void rule_sources_fini(struct sources *s);

/* filter.c: reads a threshold.config and puts what it says at the rules. */
int rule_filters_read(const char *path, struct rule_set *set, struct net_vars *vars, FILE *report,
		      struct err *err);
/* analyse.c: what the engine makes of each rule that is matched, and its databases. */
void rule_set_analyse(const struct rule_set *set, FILE *out);
/* A whole text file with a terminator, or NULL: free() it. */
char *rule_file_text(const char *path, struct err *err);
