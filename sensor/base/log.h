// SPDX-License-Identifier: Apache-2.0
/* Lines for the operator, on stderr. Never called by a worker or the detect thread: those count.
 *
 * Thread: any; one line is one write(2). Under systemd (JOURNAL_STREAM set) lines carry <N> levels.
 */
#pragma once

enum log_level { LOG_error, LOG_warn, LOG_info, LOG_debug };

void log_init(const char *program, enum log_level max);
void log_line(enum log_level level, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#define log_error(...) log_line(LOG_error, __VA_ARGS__)
#define log_warn(...) log_line(LOG_warn, __VA_ARGS__)
#define log_info(...) log_line(LOG_info, __VA_ARGS__)
#define log_debug(...) log_line(LOG_debug, __VA_ARGS__)
