// SPDX-License-Identifier: Apache-2.0
/* vigie: what its files share. */
#pragma once

#include "read.h"
#include "request.h"
#include "settings.h"
#include "show.h"

#define CLI_USAGE 2

struct cli {
	struct settings_args settings;
	enum request_verb verb;
	bool json, wide, help, version;
	json_t *ask; /* the request as it is sent; new reference */
	struct request q; /* the same, checked */
};

/* 0, or CLI_USAGE with what is wrong on stderr. */
int cli_options(struct cli *c, int argc, char **argv);
void cli_usage(FILE *out);

/* client.c: the collector's socket. -ENOENT, -ECONNREFUSED, -EACCES …: nobody there. */
int client_open(const char *path, int *fd, struct err *err);
/* Sends `ask`; each {"row":…} and, for watch, each event goes to `row`; *answer is the last line. */
int client_call(int fd, const json_t *ask, read_row *row, void *ctx, json_t **answer,
		struct err *err);
/* local.c: the same without the collector, from its database and with an engine of our own. */
int local_call(const struct cli *c, const struct settings *s, read_row *row, void *ctx,
	       json_t **answer, struct err *err);
