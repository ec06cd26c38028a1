// SPDX-License-Identifier: Apache-2.0
/* trail: the audit log's last lines, read from its file, and whether its chain is whole. */
#pragma once

#include "base/err.h"
#include "read.h"

/* The last `limit` lines, oldest first; *whole says whether every line fits the one before it. A
 * file that is not there yet is an empty log. */
int trail_rows(const char *path, unsigned limit, read_row *row, void *ctx, bool *whole,
	       struct err *err);
