// SPDX-License-Identifier: Apache-2.0
/* Files of evidence, and which of them go; see evidence_store.h. */
#include "alert/evidence_store.h"

#include "base/clock.h"
#include "base/hash.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define NAME_MAX_ (EVIDENCE_ID + 16)

static bool ends(const char *name, const char *suffix)
{
	size_t n = strlen(name), s = strlen(suffix);

	return n > s && strcmp(name + n - s, suffix) == 0;
}

static bool numbered(const char *name) /* a run's from a capture file */
{
	return strspn(name, "0123456789") == 6 && strcmp(name + 6, EVIDENCE_SUFFIX) == 0;
}

static bool add(struct evidence_store *s, const char *id, uint64_t bytes, uint64_t time_ns)
{
	if (s->n == s->cap) {
		size_t cap = s->cap ? s->cap * 2 : 64;
		struct evidence_file *more = realloc(s->file, cap * sizeof(*more));
		if (!more)
			return false;
		s->file = more;
		s->cap = cap;
	}
	struct evidence_file *f = &s->file[s->n++];
	*f = (struct evidence_file){.bytes = bytes, .time_ns = time_ns};
	snprintf(f->id, sizeof(f->id), "%s", id);
	s->bytes += bytes;
	return true;
}

static int by_age(const void *a, const void *b)
{
	const struct evidence_file *x = a, *y = b;

	if (x->time_ns != y->time_ns)
		return x->time_ns < y->time_ns ? -1 : 1;
	return strcmp(x->id, y->id);
}

static void found(struct evidence_store *s, const char *name, bool fresh)
{
	char id[EVIDENCE_ID];
	struct stat st;
	size_t n = strlen(name);

	if (ends(name, ".part") || (fresh && numbered(name))) {
		unlinkat(s->dir_fd, name, 0);
		return;
	}
	if (!ends(name, EVIDENCE_SUFFIX) || n - strlen(EVIDENCE_SUFFIX) >= sizeof(id) ||
	    fstatat(s->dir_fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0 || !S_ISREG(st.st_mode))
		return;
	snprintf(id, sizeof(id), "%.*s", (int)(n - strlen(EVIDENCE_SUFFIX)), name);
	add(s, id, (uint64_t)st.st_size,
	    (uint64_t)st.st_mtim.tv_sec * NS_PER_S + (uint64_t)st.st_mtim.tv_nsec);
}

static int scan(struct evidence_store *s, bool fresh, struct err *err)
{
	int fd = dup(s->dir_fd);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);

	if (!d)
		return err_set(err, errno, "cannot read the evidence: %s", strerror(errno));
	for (struct dirent *e; (e = readdir(d));)
		found(s, e->d_name, fresh);
	closedir(d);
	if (s->n > 0)
		qsort(s->file, s->n, sizeof(*s->file), by_age);
	return 0;
}

static void retain(struct evidence_store *s)
{
	char name[NAME_MAX_];
	size_t gone = 0;

	/* The newest stays, whatever its size: it has just been promised. */
	while (s->bytes > s->total && gone + 1 < s->n) {
		const struct evidence_file *f = &s->file[gone++];
		snprintf(name, sizeof(name), "%s" EVIDENCE_SUFFIX, f->id);
		unlinkat(s->dir_fd, name, 0);
		s->bytes -= f->bytes;
		count_add(&s->count->removed, 1);
		count_add(&s->count->removed_bytes, f->bytes);
	}
	if (gone == 0)
		return;
	s->n -= gone;
	memmove(s->file, s->file + gone, s->n * sizeof(*s->file));
}

int evidence_store_open(struct evidence_store *s, const char *dir, uint64_t total, bool fresh,
			struct evidence_counters *count, struct err *err)
{
	*s = (struct evidence_store){.dir_fd = -1, .total = total, .count = count};
	for (const char *p = strchr(dir + 1, '/');; p = strchr(p + 1, '/')) {
		char part[4096];
		snprintf(part, sizeof(part), "%.*s", p ? (int)(p - dir) : (int)strlen(dir), dir);
		if (mkdir(part, 0750) < 0 && errno != EEXIST)
			return err_set(err, errno, "cannot make %s: %s", part, strerror(errno));
		if (!p)
			break;
	}
	s->dir_fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (s->dir_fd < 0)
		return err_set(err, errno, "cannot open %s: %s", dir, strerror(errno));
	int r = scan(s, fresh, err);
	if (r == 0)
		retain(s);
	return r;
}

void evidence_store_close(struct evidence_store *s)
{
	if (s->dir_fd >= 0)
		close(s->dir_fd);
	free(s->file);
	*s = (struct evidence_store){.dir_fd = -1};
}

static int open_part(struct evidence_store *s, const char *id, int flags)
{
	char name[NAME_MAX_];

	snprintf(name, sizeof(name), "%s.part", id);
	return openat(s->dir_fd, name, flags | O_CLOEXEC | O_NOFOLLOW, 0640);
}

bool evidence_store_append(struct evidence_store *s, const char *id, const void *p, size_t n)
{
	int fd = open_part(s, id, O_WRONLY | O_CREAT | O_APPEND);
	const uint8_t *at = p;

	while (fd >= 0 && n > 0) {
		ssize_t w = write(fd, at, n);
		if (w < 0 && errno == EINTR)
			continue;
		if (w <= 0)
			break;
		at += w;
		n -= (size_t)w;
	}
	if (fd >= 0)
		close(fd);
	return fd >= 0 && n == 0;
}

static bool hash_file(int fd, struct evidence_done *d)
{
	struct stat st;
	uint8_t sum[32];

	if (fstat(fd, &st) < 0 || st.st_size == 0)
		return false;
	void *p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (p == MAP_FAILED)
		return false;
	hash_sha256(p, (size_t)st.st_size, sum);
	munmap(p, (size_t)st.st_size);
	hash_hex(sum, sizeof(sum), d->sha256);
	d->bytes = (uint64_t)st.st_size;
	return true;
}

bool evidence_store_finish(struct evidence_store *s, const char *id, struct evidence_done *d)
{
	char part[NAME_MAX_], name[NAME_MAX_];
	int fd = open_part(s, id, O_RDONLY);
	bool ok = fd >= 0 && fsync(fd) == 0 && hash_file(fd, d);

	if (fd >= 0)
		close(fd);
	snprintf(part, sizeof(part), "%s.part", id);
	snprintf(name, sizeof(name), "%s" EVIDENCE_SUFFIX, id);
	if (!ok || renameat(s->dir_fd, part, s->dir_fd, name) < 0) {
		unlinkat(s->dir_fd, part, 0);
		d->bytes = 0;
		d->sha256[0] = 0;
		return false;
	}
	fsync(s->dir_fd);
	add(s, id, d->bytes, clock_real_ns());
	retain(s);
	return true;
}
