// SPDX-License-Identifier: Apache-2.0
/* A folder with a small shell script in an isolator's place. */
#pragma once

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char script_dir[32];

static inline void script_begin(void)
{
	strcpy(script_dir, "/tmp/vg-script.XXXXXX");
	if (!mkdtemp(script_dir))
		abort();
}

static inline const char *script_path(const char *name)
{
	static char path[128];
	snprintf(path, sizeof(path), "%s/%s", script_dir, name);
	return path;
}

static inline const char *script_write(const char *name, const char *body)
{
	const char *path = script_path(name);
	FILE *f = fopen(path, "w");
	if (!f)
		abort();
	fprintf(f, "#!/bin/sh\n%s\n", body);
	fclose(f);
	chmod(path, 0700);
	return path;
}

static inline void script_end(void)
{
	char command[64];
	snprintf(command, sizeof(command), "rm -rf %s", script_dir);
	if (system(command) != 0)
		abort();
}
