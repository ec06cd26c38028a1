// SPDX-License-Identifier: Apache-2.0
/* Runs a device's own tool (nft, ssh) for an isolator: no shell, no inherited environment. Input
 * and output are memory files, so that no pipe can fill up and block either side.
 *
 * Thread: the program has one.
 */
#include "isolator.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define OUTPUT_MAX (1u << 20) /* bytes */

__attribute__((noreturn)) static void child(char *const argv[], const int fds[3])
{
	static char path[] = "PATH=/usr/sbin:/usr/bin:/sbin:/bin", locale[] = "LC_ALL=C";
	char *env[] = {path, locale, NULL};
	struct rlimit most = {.rlim_cur = OUTPUT_MAX, .rlim_max = OUTPUT_MAX};

	for (int i = 0; i < 3; i++)
		if (dup2(fds[i], i) < 0)
			_exit(127);
	close_range(3, ~0U, 0);
	setrlimit(RLIMIT_FSIZE, &most);
	execve(argv[0], argv, env);
	_exit(127);
}

static char *contents(int fd, size_t *len)
{
	struct stat st;
	size_t n = fstat(fd, &st) == 0 ? (size_t)st.st_size : 0;
	char *text = malloc(n + 1);

	if (!text)
		abort();
	ssize_t got = pread(fd, text, n, 0);
	*len = got > 0 ? (size_t)got : 0;
	text[*len] = 0;
	return text;
}

static int wait_code(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -1000;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

void isolator_run(char *const argv[], const char *input, struct isolator_run *out)
{
	int fds[3];
	size_t ignored, n = input ? strlen(input) : 0;

	/* Above 2, else dup2 in the child could close what it is about to copy. */
	for (int i = 0; i < 3; i++) {
		int fd = memfd_create("isolator", MFD_CLOEXEC);
		fds[i] = fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, 3);
		if (fds[i] < 0)
			abort();
		close(fd);
	}
	if (n && (write(fds[0], input, n) != (ssize_t)n || lseek(fds[0], 0, SEEK_SET) != 0))
		abort();
	*out = (struct isolator_run){.code = -1000};
	pid_t pid = access(argv[0], X_OK) == 0 ? fork() : -1;
	if (pid == 0)
		child(argv, fds);
	if (pid > 0)
		out->code = wait_code(pid);
	out->out = contents(fds[1], &out->len);
	out->err = contents(fds[2], &ignored);
	for (int i = 0; i < 3; i++)
		close(fds[i]);
}

void isolator_run_fini(struct isolator_run *r)
{
	free(r->out);
	free(r->err);
	r->out = r->err = NULL;
}

char *isolator_line(char *const argv[])
{
	static const char safe[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
				   "_./:=,+@%-";
	size_t n = 1;

	for (unsigned i = 0; argv[i]; i++)
		n += 4 * strlen(argv[i]) + 3;
	char *line = malloc(n), *at = line;
	if (!line)
		abort();
	for (unsigned i = 0; argv[i]; i++) {
		bool plain = argv[i][0] && argv[i][strspn(argv[i], safe)] == 0;
		if (i)
			*at++ = ' ';
		if (!plain)
			*at++ = '\'';
		for (const char *c = argv[i]; *c; c++) {
			if (*c == '\'')
				at = stpcpy(at, "'\\'");
			*at++ = *c;
		}
		if (!plain)
			*at++ = '\'';
	}
	*at = 0;
	return line;
}
