// SPDX-License-Identifier: Apache-2.0
/* A directory for a test, and its removal. In memory where there is /dev/shm: a table of a thousand
 * fsyncs is about what is written, not about the disk. */
#pragma once

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TMPDIR_NAME "/vigie-test-XXXXXX"

static inline const char *tmpdir_make(char out[64])
{
	snprintf(out, 64, "%s" TMPDIR_NAME, access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
	if (!mkdtemp(out)) {
		perror("mkdtemp");
		exit(1);
	}
	return out;
}

static inline int tmpdir_remove_one(const char *path, const struct stat *st, int type,
				    struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static inline void tmpdir_remove(const char *path)
{
	if (strstr(path, "/vigie-test-")) /* only what tmpdir_make() made */
		nftw(path, tmpdir_remove_one, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
}
