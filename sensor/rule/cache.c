// SPDX-License-Identifier: Apache-2.0
#include "rule/cache.h"

#include "base/hash.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define MAGIC "vigiehs2"
#define HEAD (8 + 8)         /* bytes before the database: MAGIC, its hash */
#define FILE_MAX (1ll << 30) /* bytes */
#define SUFFIX ".hs"
#define TOUCH_S 3600 /* a file's time of use is this exact */

struct text { /* grows; what a key is made of */
	uint8_t *at;
	size_t n, cap;
	bool failed;
};

static void append(struct text *t, const void *p, size_t n)
{
	if (t->failed)
		return;
	if (t->n + n > t->cap) {
		size_t cap = (t->n + n) * 2;
		uint8_t *at = realloc(t->at, cap);

		if (!at) {
			t->failed = true;
			return;
		}
		t->at = at;
		t->cap = cap;
	}
	memcpy(t->at + t->n, p, n);
	t->n += n;
}

void rule_cache_key(struct cache *c, struct cache_key *key, const char *const *literal, const unsigned *flags,
		    const unsigned *ids, const size_t *len, unsigned n, unsigned mode)
{
	struct text t = {0};
	uint8_t sum[32];

	if (!c->asked) {
		memset(&c->cpu, 0, sizeof(c->cpu));
		hs_populate_platform(&c->cpu);
		c->asked = true;
	}
	append(&t, MAGIC, 8);
	append(&t, hs_version(), strlen(hs_version()));
	append(&t, &c->cpu, sizeof(c->cpu));
	append(&t, &mode, sizeof(mode));
	for (unsigned i = 0; i < n; i++) {
		append(&t, &ids[i], sizeof(ids[i]));
		append(&t, &flags[i], sizeof(flags[i]));
		append(&t, &len[i], sizeof(len[i]));
		append(&t, literal[i], len[i]);
	}
	key->name[0] = '\0'; /* no memory: no cache */
	if (!t.failed) {
		hash_sha256(t.at, t.n, sum);
		hash_hex(sum, sizeof(sum), key->name);
	}
	free(t.at);
}

static bool path_of(char *out, size_t size, const struct cache *c, const char *name,
		    const char *suffix)
{
	int n = snprintf(out, size, "%s/%s%s", c->dir, name, suffix);
	return n > 0 && (size_t)n < size;
}

static bool make_room(struct cache *c, size_t n)
{
	if (n <= c->cap)
		return true;
	size_t cap = n < c->cap * 2 ? c->cap * 2 : n;
	free(c->text);
	c->text = malloc(cap);
	c->cap = c->text ? cap : 0;
	return c->text != NULL;
}

/* Into c->text. */
static bool read_whole(struct cache *c, const char *path, size_t *n)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	struct stat st;

	if (fd < 0)
		return false;
	bool ok = fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0 &&
		  st.st_size <= FILE_MAX && make_room(c, (size_t)st.st_size);
	for (*n = 0; ok && *n < (size_t)st.st_size;) {
		ssize_t got = read(fd, c->text + *n, (size_t)st.st_size - *n);

		if (got <= 0)
			break;
		*n += (size_t)got;
	}
	if (ok && time(NULL) - st.st_mtim.tv_sec > TOUCH_S)
		futimens(fd, NULL); /* used now: pruned last */
	close(fd);
	return ok;
}

static uint64_t sum_of(const void *p, size_t n)
{
	return hash_bytes(p, n, n);
}

static bool is_sound(const uint8_t *p, size_t n)
{
	uint64_t sum;

	if (n <= HEAD || memcmp(p, MAGIC, 8) != 0)
		return false;
	memcpy(&sum, p + 8, sizeof(sum));
	return sum == sum_of(p + HEAD, n - HEAD);
}

hs_database_t *rule_cache_load(struct cache *c, const struct cache_key *key)
{
	hs_database_t *hs = NULL;
	char path[4096];
	size_t n;

	if (!c->dir || !c->dir[0] || !key->name[0] ||
	    !path_of(path, sizeof(path), c, key->name, SUFFIX))
		return NULL;
	if (!read_whole(c, path, &n)) {
		c->misses++;
		return NULL;
	}
	if (!is_sound(c->text, n) ||
	    hs_deserialize_database((const char *)c->text + HEAD, n - HEAD, &hs) != HS_SUCCESS) {
		hs = NULL;
		c->refused++;
		unlink(path);
	} else {
		c->hits++;
	}
	return hs;
}

static bool write_whole(const char *path, const uint8_t *head, const char *p, size_t n)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644);
	bool ok = fd >= 0 && write(fd, head, HEAD) == HEAD;

	for (size_t at = 0; ok && at < n;) {
		ssize_t put = write(fd, p + at, n - at);

		ok = put > 0;
		at += ok ? (size_t)put : 0;
	}
	if (fd >= 0 && close(fd) != 0)
		ok = false;
	return ok;
}

void rule_cache_store(struct cache *c, const struct cache_key *key, const hs_database_t *hs)
{
	char path[4096], draft[4096], suffix[32], *p = NULL;
	uint8_t head[HEAD];
	size_t n;

	snprintf(suffix, sizeof(suffix), ".%ld.tmp", (long)getpid());
	if (!c->dir || !c->dir[0] || !key->name[0] ||
	    !path_of(path, sizeof(path), c, key->name, SUFFIX) ||
	    !path_of(draft, sizeof(draft), c, key->name, suffix) ||
	    hs_serialize_database(hs, &p, &n) != HS_SUCCESS)
		return;
	memcpy(head, MAGIC, 8);
	uint64_t sum = sum_of(p, n);
	memcpy(head + 8, &sum, sizeof(sum));
	mkdir(c->dir, 0750);
	if (!write_whole(draft, head, p, n) || rename(draft, path) != 0) {
		if (!c->error)
			c->error = errno ? errno : EIO;
		unlink(draft);
	}
	free(p);
}

struct entry {
	char name[80];
	struct timespec used;
};

static int by_use(const void *a, const void *b) /* the latest first */
{
	const struct entry *x = a, *y = b;

	if (x->used.tv_sec != y->used.tv_sec)
		return x->used.tv_sec > y->used.tv_sec ? -1 : 1;
	if (x->used.tv_nsec != y->used.tv_nsec)
		return x->used.tv_nsec > y->used.tv_nsec ? -1 : 1;
	return strcmp(x->name, y->name);
}

static bool is_ours(const char *name)
{
	return strspn(name, "0123456789abcdef") == 64 && strcmp(name + 64, SUFFIX) == 0;
}

void rule_cache_prune(struct cache *c)
{
	DIR *dir = c->dir && c->dir[0] ? opendir(c->dir) : NULL;
	struct entry *e = NULL;
	unsigned n = 0, cap = 0;
	struct dirent *d;
	struct stat st;

	while (dir && (d = readdir(dir))) {
		if (!is_ours(d->d_name) || fstatat(dirfd(dir), d->d_name, &st, 0) != 0)
			continue;
		if (n == cap) {
			cap = cap ? 2 * cap : 128;
			struct entry *more = realloc(e, cap * sizeof(*e));

			if (!more)
				break;
			e = more;
		}
		snprintf(e[n].name, sizeof(e[n].name), "%.79s", d->d_name);
		e[n++].used = st.st_mtim;
	}
	if (n > CACHE_KEPT)
		qsort(e, n, sizeof(*e), by_use);
	for (unsigned i = CACHE_KEPT; i < n; i++)
		unlinkat(dirfd(dir), e[i].name, 0);
	if (dir)
		closedir(dir);
	free(e);
}

void rule_cache_fini(struct cache *c)
{
	free(c->text);
	c->text = NULL;
	c->cap = 0;
}
