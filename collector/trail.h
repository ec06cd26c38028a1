// SPDX-License-Identifier: Apache-2.0
/* trail: the audit log's last lines, read from its file, and whether its chain is whole. */
#pragma once

#include "base/err.h"
#include "read.h"

/* The last `limit` lines, oldest first. *whole says whether every line fits the one before it and
 * the last line that `db` remembers (its copy of the log) is still in the file: a log that was cut
 * off at its end, or taken away, shows. A file that is not there, and never was, is an empty log. */
int trail_rows(const char *path, sqlite3 *db, unsigned limit, read_row *row, void *ctx, bool *whole,
	       struct err *err);
