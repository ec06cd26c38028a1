// SPDX-License-Identifier: Apache-2.0
/* eve.json and stats.json; see lines.h. */
#include "publish/lines.h"

#include "base/clock.h"
#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FLUSH_NS    (100 * NS_PER_MS)
#define LOOK_NS     NS_PER_S
#define COMPLAIN_NS (60 * NS_PER_S)

struct lines {
	int dir_fd, fd;
	bool append;
	size_t n;
	uint64_t flushed_ns, looked_ns, warned_ns;
	struct publish_counters *count;
	char buf[LINES_BUFFER];
};

static bool write_all(int fd, const char *p, size_t n)
{
	while (n > 0) {
		ssize_t w = write(fd, p, n);
		if (w < 0 && errno == EINTR)
			continue;
		if (w <= 0) {
			errno = w == 0 ? ENOSPC : errno;
			return false;
		}
		p += w;
		n -= (size_t)w;
	}
	return true;
}

static void complain(struct lines *l, const char *what, int e)
{
	uint64_t now = clock_mono_ns();

	count_add(&l->count->eve_errors, 1);
	if (l->warned_ns && now - l->warned_ns < COMPLAIN_NS)
		return;
	l->warned_ns = now;
	log_error("cannot write %s: %s", what, strerror(e));
}

static int open_eve(struct lines *l)
{
	int flags = O_WRONLY | O_CREAT | O_CLOEXEC | (l->append ? O_APPEND : O_TRUNC);

	l->fd = openat(l->dir_fd, "eve.json", flags, 0640);
	return l->fd < 0 ? -errno : 0;
}

int lines_open(struct lines **out, const char *dir, bool append, struct publish_counters *count,
	       struct err *err)
{
	struct lines *l = calloc(1, sizeof(*l));
	int r = 0;

	if (!l)
		return err_set(err, ENOMEM, "no memory for eve.json");
	l->append = append;
	l->count = count;
	l->fd = -1;
	if (mkdir(dir, 0750) < 0 && errno != EEXIST)
		r = -errno;
	l->dir_fd = r == 0 ? open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
	if (r == 0)
		r = l->dir_fd < 0 ? -errno : open_eve(l);
	if (r < 0) {
		err_set(err, -r, "cannot write eve.json in %s: %s", dir, strerror(-r));
		err_hint(err, "-l names a directory; its parent must exist and be writable");
		if (l->dir_fd >= 0)
			close(l->dir_fd);
		free(l);
		return r;
	}
	*out = l;
	return 0;
}

static void flush(struct lines *l)
{
	if (l->n && (l->fd < 0 || !write_all(l->fd, l->buf, l->n)))
		complain(l, "eve.json", l->fd < 0 ? EBADF : errno);
	l->n = 0;
}

void lines_add(struct lines *l, const char *line, size_t len)
{
	if (!l)
		return;
	if (l->n + len > LINES_BUFFER)
		flush(l);
	if (len > LINES_BUFFER)
		return;
	memcpy(l->buf + l->n, line, len);
	l->n += len;
	count_add(&l->count->eve_lines, 1);
}

static void reopen_if_renamed(struct lines *l)
{
	struct stat named, open_;

	if (l->fd >= 0 && fstat(l->fd, &open_) == 0 &&
	    fstatat(l->dir_fd, "eve.json", &named, 0) == 0 && named.st_ino == open_.st_ino &&
	    named.st_dev == open_.st_dev)
		return;
	flush(l);
	if (l->fd >= 0)
		close(l->fd);
	int r = open_eve(l);
	if (r < 0)
		complain(l, "eve.json", -r);
}

void lines_turn(struct lines *l, uint64_t mono_ns)
{
	if (!l)
		return;
	if (l->n && mono_ns - l->flushed_ns >= FLUSH_NS) {
		flush(l);
		l->flushed_ns = mono_ns;
	}
	if (l->append && mono_ns - l->looked_ns >= LOOK_NS) {
		reopen_if_renamed(l);
		l->looked_ns = mono_ns;
	}
}

static void write_stats(struct lines *l, const char *stats)
{
	int fd =
		openat(l->dir_fd, "stats.json.new", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
	bool ok = fd >= 0 && write_all(fd, stats, strlen(stats)) && write_all(fd, "\n", 1);
	int e = errno;

	if (fd >= 0)
		close(fd);
	if (ok && renameat(l->dir_fd, "stats.json.new", l->dir_fd, "stats.json") == 0)
		return;
	complain(l, "stats.json", ok ? errno : e);
}

void lines_close(struct lines *l, const char *stats)
{
	if (!l)
		return;
	flush(l);
	if (stats)
		write_stats(l, stats);
	if (l->fd >= 0)
		close(l->fd);
	close(l->dir_fd);
	free(l);
}
