// SPDX-License-Identifier: Apache-2.0
/* config: libyaml for the syntax, param tables for the meaning.
 *
 * A configuration file is YAML: nested mappings whose path of keys, joined by dots, is a section
 * name plus a parameter name ("detect: {scan: {alpha: 1e-5}}" is detect.scan.alpha).
 *
 * Errors: every mistake has file:line:col, the text underlined, and a hint ("did you mean").
 * Thread: main, before the others start.
 */
#pragma once

#include "base/err.h"
#include "base/param.h"

#include <stdbool.h>
#include <stdio.h>

struct config {
	struct section section[64];
	unsigned n;
};

int config_add(struct config *c, const struct section *s, struct err *err); /* sets its defaults */
/* Reads a file over the defaults. On failure the whole report is in *report (caller frees). */
int config_load(struct config *c, const char *path, char **report, struct err *err);
int config_load_text(struct config *c, const char *name, const char *text, char **report,
		     struct err *err);
/* --set a.b=v ; an unknown name gets a hint. */
int config_set(struct config *c, const char *assignment, struct err *err);
void config_dump(const struct config *c, FILE *out); /* YAML that config_load() reads back */
void config_reference(const struct config *c, FILE *out); /* docs/CONFIG.md's tables */
void config_fini(struct config *c);

/* home_net: "auto" gives RFC 1918, ULA, link-local; else the CIDRs given, each checked. */
int home_net_resolve(const struct strs *given, struct strs *cidrs, bool *is_auto, struct err *err);

/* assets: one row each. */
enum role {
	ROLE_none,
#define ROLE(name, what) ROLE_##name,
#include "config/role.def"
#undef ROLE
	ROLE_count
};
const char *role_name(enum role r);
enum role role_parse(const char *name); /* ROLE_none: unknown */
int role_refuse(const char *name, struct err *err); /* "unknown role", with a hint; -EINVAL */
