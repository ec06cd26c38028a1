// SPDX-License-Identifier: Apache-2.0
#include "base/clock.h"
#include "check.h"
#include "isolate_exec.h"
#include "isolate_script.h"

#include <fcntl.h>
#include <signal.h>

/* clang-format off */
static const struct {
	const char *name, *body;
	enum isolate_exec_end want;
	int code;
	const char *line, *said; /* NULL: not looked at */
} rows[] = {
	{"an answer",                  "read -r l; echo \"got $l\"",            ISOLATE_EXEC_ok, 0, "got {}", ""},
	{"an answer, input not read",  "echo x",                                ISOLATE_EXEC_ok, 0, "x", ""},
	{"words on stderr",            "echo why >&2; echo x",                  ISOLATE_EXEC_ok, 0, "x", "why\n"},
	{"nothing said",               ":",                                     ISOLATE_EXEC_garbage, 0, NULL, ""},
	{"no newline",                 "printf x",                              ISOLATE_EXEC_garbage, 0, NULL, ""},
	{"two lines",                  "echo x; echo y",                        ISOLATE_EXEC_garbage, 0, NULL, ""},
	{"a zero byte",                "printf 'x\\000y\\n'",                   ISOLATE_EXEC_garbage, 0, NULL, ""},
	{"exit 3 after an answer",     "echo x; exit 3",                        ISOLATE_EXEC_crash, 3, NULL, ""},
	{"killed by a signal",         "kill -SEGV $$",                         ISOLATE_EXEC_crash, -SIGSEGV, NULL, ""},
	{"hangs",                      "sleep 30",                              ISOLATE_EXEC_timeout, 0, NULL, ""},
	{"hangs after an answer",      "echo x; sleep 30",                      ISOLATE_EXEC_timeout, 0, NULL, ""},
	{"closes stdout and hangs",    "exec >&-; sleep 30",                    ISOLATE_EXEC_timeout, 0, NULL, ""},
	{"ignores TERM and hangs",     "trap '' TERM; sleep 30",                ISOLATE_EXEC_timeout, 0, NULL, ""},
	{"65536 bytes",                "head -c 65535 /dev/zero | tr '\\0' x; echo", ISOLATE_EXEC_ok, 0, NULL, ""},
	{"65537 bytes",                "head -c 65536 /dev/zero | tr '\\0' x; echo", ISOLATE_EXEC_oversize, 0, NULL, ""},
	{"says no end of x",           "yes",                                   ISOLATE_EXEC_oversize, 0, NULL, ""},
	{"an environment of two",      "read -r l; env | grep -v '^_=\\|^PWD=' | cut -d= -f1 | sort | tr '\\n' ' '; echo", ISOLATE_EXEC_ok, 0, "LC_ALL PATH ", ""},
	{"started in /",               "pwd",                                   ISOLATE_EXEC_ok, 0, "/", ""},
	/* 3 is the shell's own while it lists, 10 its script. */
	{"no descriptor but stdio",    "for f in /proc/$$/fd/*; do case ${f##*/} in 3|10) ;; *) printf '%s ' ${f##*/};; esac; done; echo", ISOLATE_EXEC_ok, 0, "0 1 2 ", ""},
	{"SIGPIPE is not ignored",     "grep -q '^SigIgn:.*0000$' /proc/$$/status && echo default", ISOLATE_EXEC_ok, 0, "default", ""},
};
/* clang-format on */

static void endings(void)
{
	signal(SIGPIPE, SIG_IGN); /* as the collector does; the helper must not inherit it */
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct isolate_exec x;

		CASE(rows[i].name);
		script_write("s", rows[i].body);
		bool late = rows[i].want == ISOLATE_EXEC_timeout;
		isolate_exec(script_path("s"), "{}\n", 3, late ? 0.5 : 60, &x);
		CHECK_EQ(x.end, rows[i].want);
		CHECK_EQ(x.code, rows[i].code);
		CHECK_EQ(x.line != NULL, rows[i].want == ISOLATE_EXEC_ok);
		if (rows[i].line)
			CHECK_STR(x.line, rows[i].line);
		CHECK_STR(x.stderr_text, rows[i].said);
		CHECK(!late || x.took_ns < 20 * NS_PER_S); /* they hang for 30 */
		free(x.line);
	}
}

static void not_started(void)
{
	struct isolate_exec x;

	CASE("no such program");
	isolate_exec("/nonexistent/isolator", "{}\n", 3, 60, &x);
	CHECK_EQ(x.end, ISOLATE_EXEC_start);
	CHECK_EQ(x.code, 2);
	CASE("a file that may not be run");
	chmod(script_write("plain", "echo x"), 0600);
	isolate_exec(script_path("plain"), "{}\n", 3, 60, &x);
	CHECK_EQ(x.end, ISOLATE_EXEC_start);
	CHECK(x.line == NULL);
}

static void leak_of_descriptors(void)
{
	struct isolate_exec x;
	int low = open("/dev/null", O_RDONLY);
	int fd = fcntl(low, F_DUPFD, 20); /* not close-on-exec: another library's */
	char body[128];

	CASE("an inheritable descriptor is not inherited");
	CHECK(fd >= 20);
	snprintf(body, sizeof(body), "[ -e /proc/$$/fd/%d ] && echo there || echo gone", fd);
	script_write("s", body);
	isolate_exec(script_path("s"), "{}\n", 3, 60, &x);
	CHECK_STR(x.line, "gone");
	free(x.line);
	close(fd);
	close(low);
}

static void nothing_stays_behind(void)
{
	struct isolate_exec x;
	char command[128];

	CASE("what it started dies with it");
	script_write("s", "sleep 37.125 >/dev/null 2>&1 & echo x");
	isolate_exec(script_path("s"), "{}\n", 3, 60, &x);
	CHECK_EQ(x.end, ISOLATE_EXEC_ok);
	free(x.line);
	snprintf(command, sizeof(command),
		 "for i in $(seq 100); do pgrep -f 'sleep 37\\.125$' "
		 ">/dev/null || exit 0; sleep 0.1; done; exit 1");
	CHECK_EQ(system(command), 0);

	CASE("a request that is not read, and larger than any buffer");
	char *big = malloc(1 << 22);
	memset(big, 'x', 1 << 22);
	script_write("s", "exec <&-; echo x");
	isolate_exec(script_path("s"), big, 1 << 22, 60, &x);
	CHECK_EQ(x.end, ISOLATE_EXEC_ok);
	free(x.line);
	script_write("s", "wc -c");
	isolate_exec(script_path("s"), big, 1 << 22, 60, &x);
	CHECK_STR(x.line, "4194304");
	free(x.line);
	free(big);
}

static void bounded_stderr(void)
{
	struct isolate_exec x;

	CASE("stderr is bounded, and never blocks the program");
	script_write("s", "head -c 1000000 /dev/zero | tr '\\0' e >&2; echo x");
	isolate_exec(script_path("s"), "{}\n", 3, 60, &x);
	CHECK_EQ(x.end, ISOLATE_EXEC_ok);
	CHECK_EQ(strlen(x.stderr_text), ISOLATE_STDERR_MAX - 1);
	free(x.line);
}

int main(void)
{
	script_begin();
	endings();
	not_started();
	leak_of_descriptors();
	nothing_stays_behind();
	bounded_stderr();
	script_end();
	return check_done();
}
