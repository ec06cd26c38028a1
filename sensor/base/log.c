// SPDX-License-Identifier: Apache-2.0
#include "base/log.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define LINE 2048 /* bytes; longer lines are cut */

static const char *program = "vigie";
static enum log_level max_level = LOG_info;
static bool to_journal;

void log_init(const char *program_, enum log_level max)
{
	program = program_;
	max_level = max;
	to_journal = getenv("JOURNAL_STREAM") != NULL;
}

void log_line(enum log_level level, const char *fmt, ...)
{
	static const char *const word[] = {"error: ", "warning: ", "", "debug: "};
	static const char syslog_level[] = "3467"; /* syslog(3): err, warning, info, debug */
	char line[LINE];
	va_list ap;

	if (level > max_level)
		return;
	int n = to_journal ? snprintf(line, sizeof(line), "<%c>", syslog_level[level])
			   : snprintf(line, sizeof(line), "%s: %s", program, word[level]);
	va_start(ap, fmt);
	int m = vsnprintf(line + n, sizeof(line) - (size_t)n, fmt, ap);
	va_end(ap);
	n = m < 0 ? n : m < LINE - n - 1 ? n + m : LINE - 2;
	line[n++] = '\n';
	if (write(STDERR_FILENO, line, (size_t)n) < 0)
		return; /* nobody is left to tell */
}
