// SPDX-License-Identifier: Apache-2.0
#include "base/log.h"
#include "check.h"

#include <stdlib.h>
#include <unistd.h>

/* What one line came out as. */
static char out[4096];

static void say(enum log_level level, const char *text)
{
	int p[2], old = dup(STDERR_FILENO);

	CHECK_EQ(pipe(p), 0);
	dup2(p[1], STDERR_FILENO);
	log_line(level, "%s", text);
	dup2(old, STDERR_FILENO);
	close(p[1]);
	ssize_t n = read(p[0], out, sizeof(out) - 1);
	out[n > 0 ? n : 0] = '\0';
	close(p[0]);
	close(old);
}

int main(void)
{
	char big[4000];

	unsetenv("JOURNAL_STREAM");
	log_init("prog", LOG_info);
	CASE("a line names the program, and the level when it is no news");
	say(LOG_error, "bad");
	CHECK_STR(out, "prog: error: bad\n");
	say(LOG_warn, "so so");
	CHECK_STR(out, "prog: warning: so so\n");
	say(LOG_info, "hello");
	CHECK_STR(out, "prog: hello\n");
	CASE("above the level nothing comes");
	say(LOG_debug, "hidden");
	CHECK_STR(out, "");

	CASE("a long line is cut and still ends");
	memset(big, 'x', sizeof(big) - 1);
	big[sizeof(big) - 1] = '\0';
	say(LOG_info, big);
	CHECK_EQ(strlen(out), 2047);
	CHECK_EQ(out[2046], '\n');
	CHECK_EQ(out[2045], 'x');

	CASE("under systemd a level stands first");
	setenv("JOURNAL_STREAM", "8:1", 1);
	log_init("prog", LOG_debug);
	say(LOG_error, "bad");
	CHECK_STR(out, "<3>bad\n");
	say(LOG_debug, "shown");
	CHECK_STR(out, "<7>shown\n");
	return check_done();
}
