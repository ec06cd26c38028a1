// SPDX-License-Identifier: Apache-2.0
/* fork, exec, three pipes and a deadline; see isolate_exec.h.
 *
 * Thread: any, also beside others: between fork and exec the child calls only what is
 *         async-signal-safe. The process must not ignore SIGCHLD.
 */
#include "isolate_exec.h"

#include "base/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

struct child {
	pid_t pid;
	int in, out, err, pidfd; /* ours; -1 once closed */
	const char *request;
	size_t left;
	char *buf; /* ISOLATE_LINE_MAX + 1 */
	size_t len, err_len;
	bool over, gone;
};

const char *isolate_exec_text(enum isolate_exec_end e)
{
	static const char *const text[] = {
		"ok",
		"the isolator could not be started",
		"the isolator did not answer in time and was killed",
		"the isolator said more than 64 KiB and was killed",
		"the isolator crashed or failed",
		"the isolator's answer is not one JSON line",
	};
	return text[e];
}

static void shut(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

__attribute__((noreturn)) static void child_main(const char *path, const int fds[3], int said)
{
	static char path_env[] = "PATH=/usr/sbin:/usr/bin:/sbin:/bin", locale[] = "LC_ALL=C";
	char *env[] = {path_env, locale, NULL};
	char *name = (char *)(uintptr_t)path;
	char *argv[] = {name, NULL};
	struct sigaction dfl = {.sa_handler = SIG_DFL};
	sigset_t none;

	setpgid(0, 0);
	for (int s = 1; s < NSIG; s++)
		sigaction(s, &dfl, NULL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	/* All four are above 2 (see above_stdio): no dup2 overwrites another's source. */
	if (dup2(fds[0], 0) < 0 || dup2(fds[1], 1) < 0 || dup2(fds[2], 2) < 0 ||
	    dup2(said, 3) < 0 || fcntl(3, F_SETFD, FD_CLOEXEC) < 0)
		_exit(127);
	close_range(4, ~0U, 0);
	if (chdir("/") == 0)
		execve(path, argv, env);
	int code = errno;
	if (write(3, &code, sizeof(code)) < 0)
		_exit(126);
	_exit(127);
}

/* A daemon started with closed stdio would get 0…3 here, which child_main() dups onto. */
static int above_stdio(int fd)
{
	if (fd < 0 || fd > 3)
		return fd;
	int high = fcntl(fd, F_DUPFD_CLOEXEC, 4);
	close(fd);
	return high;
}

static bool pair(int ours_theirs[2], bool socket)
{
	int fd[2];
	int rc = socket ? socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fd)
			: pipe2(fd, O_CLOEXEC);
	if (rc != 0)
		return false;
	ours_theirs[0] = above_stdio(fd[0]);
	ours_theirs[1] = above_stdio(fd[1]);
	return ours_theirs[0] >= 0 && ours_theirs[1] >= 0;
}

/* Returns 0, or the errno of pipe, fork or exec. */
static int start(struct child *c, const char *path)
{
	int p[4][2] = {{-1, -1}, {-1, -1}, {-1, -1}, {-1, -1}}; /* in, out, err, exec's errno */
	int code = 0;

	for (int i = 0; i < 4; i++)
		if (!pair(p[i], i == 0))
			code = errno ? errno : EMFILE;
	int theirs[3] = {p[0][1], p[1][1], p[2][1]};
	c->pid = code ? -1 : fork();
	if (c->pid == 0)
		child_main(path, theirs, p[3][1]);
	if (c->pid < 0 && !code)
		code = errno;
	for (int i = 0; i < 4; i++)
		shut(&p[i][1]);
	if (!code) {
		setpgid(c->pid, c->pid); /* both do it: whoever comes first */
		if (read(p[3][0], &code, sizeof(code)) != (ssize_t)sizeof(code))
			code = 0; /* closed by the exec */
		c->pidfd = pidfd_open(c->pid, 0);
		if (code)
			waitpid(c->pid, NULL, 0);
	}
	shut(&p[3][0]);
	c->in = p[0][0];
	c->out = p[1][0];
	c->err = p[2][0];
	return code;
}

static void feed(struct child *c)
{
	ssize_t n = send(c->in, c->request, c->left, MSG_NOSIGNAL | MSG_DONTWAIT);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n > 0) {
		c->request += n;
		c->left -= (size_t)n;
	}
	if (n < 0 || c->left == 0)
		shut(&c->in);
}

static void drain_out(struct child *c)
{
	ssize_t n = read(c->out, c->buf + c->len, ISOLATE_LINE_MAX + 1 - c->len);

	if (n > 0)
		c->len += (size_t)n;
	else if (n == 0 || errno != EINTR)
		shut(&c->out);
	c->over = c->len > ISOLATE_LINE_MAX;
}

static void drain_err(struct child *c, struct isolate_exec *out)
{
	char text[512];
	ssize_t n = read(c->err, text, sizeof(text));

	if (n <= 0) {
		if (n == 0 || errno != EINTR)
			shut(&c->err);
		return;
	}
	size_t room = sizeof(out->stderr_text) - 1 - c->err_len;
	size_t take = (size_t)n < room ? (size_t)n : room;
	memcpy(out->stderr_text + c->err_len, text, take);
	c->err_len += take;
	out->stderr_text[c->err_len] = 0;
}

/* Until the program has ended and said all, or the deadline, or too much. True: in time. */
static bool talk(struct child *c, uint64_t deadline, struct isolate_exec *out)
{
	while (!c->over && (!c->gone || c->out >= 0)) {
		uint64_t now = clock_mono_ns();
		struct pollfd p[4] = {
			{.fd = c->in, .events = POLLOUT},
			{.fd = c->out, .events = POLLIN},
			{.fd = c->err, .events = POLLIN},
			{.fd = c->gone ? -1 : c->pidfd, .events = POLLIN},
		};
		if (now >= deadline)
			return false;
		int ms = (int)((deadline - now) / NS_PER_MS) + 1;
		if (poll(p, 4, ms) < 0 && errno != EINTR)
			return false;
		if (p[0].revents)
			feed(c);
		if (p[1].revents)
			drain_out(c);
		if (p[2].revents)
			drain_err(c, out);
		c->gone = c->gone || (c->pidfd >= 0 && p[3].revents);
		if (c->pidfd < 0 && c->out < 0)
			c->gone = true;
	}
	return true;
}

static enum isolate_exec_end judge(struct child *c, bool in_time, int status,
				   struct isolate_exec *out)
{
	if (c->over)
		return ISOLATE_EXEC_oversize;
	if (!in_time)
		return ISOLATE_EXEC_timeout;
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
		out->code = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
		return ISOLATE_EXEC_crash;
	}
	const char *newline = memchr(c->buf, '\n', c->len);
	if (!newline || newline + 1 != c->buf + c->len || memchr(c->buf, 0, c->len))
		return ISOLATE_EXEC_garbage;
	c->buf[c->len - 1] = 0;
	out->line = c->buf;
	out->len = c->len - 1;
	c->buf = NULL;
	return ISOLATE_EXEC_ok;
}

void isolate_exec(const char *path, const char *request, size_t n, double timeout_s,
		  struct isolate_exec *out)
{
	uint64_t began = clock_mono_ns();
	uint64_t deadline = began + (uint64_t)(timeout_s * (double)NS_PER_S);
	struct child c = {
		.in = -1, .out = -1, .err = -1, .pidfd = -1, .request = request, .left = n};
	int status = 0;

	*out = (struct isolate_exec){.end = ISOLATE_EXEC_start, .line = NULL};
	c.buf = malloc(ISOLATE_LINE_MAX + 2);
	out->code = c.buf ? start(&c, path) : ENOMEM;
	if (out->code == 0) {
		bool in_time = talk(&c, deadline, out);
		/* The group also when it ended well: nothing it started may stay behind. */
		kill(-c.pid, SIGKILL);
		while (waitpid(c.pid, &status, 0) < 0 && errno == EINTR)
			;
		if (c.err >= 0 && c.err_len == 0) {
			fcntl(c.err, F_SETFL, O_NONBLOCK);
			drain_err(&c, out);
		}
		out->end = judge(&c, in_time, status, out);
	}
	shut(&c.in);
	shut(&c.out);
	shut(&c.err);
	shut(&c.pidfd);
	free(c.buf);
	out->took_ns = clock_mono_ns() - began;
}
