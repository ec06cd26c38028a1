// SPDX-License-Identifier: Apache-2.0
/* Tables to bytes and back; see state.h. */
#include "detect/state.h"

#include "base/hash.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAGIC         "VIGIEST\n"
#define VERSION       1u
#define ORDER         0x01020304u
#define SIZE_MAX_FILE (1ull << 30)

struct head {
	char magic[8];
	uint32_t order, version;
	struct state_about about;
	uint32_t sections, pad;
};

struct section {
	char name[24];
	uint32_t size, n; /* bytes an entry, its head's use left out; entries */
};

struct stored { /* of struct sets_set what does not belong to one run */
	uint64_t key, rank;
};

static uint32_t stored_size(const struct sets *s)
{
	return (uint32_t)(sizeof(struct stored) + s->size - sizeof(struct sets_head));
}

static uint32_t places(const struct sets *s)
{
	return s->n_sets * SETS_WAYS;
}

size_t state_size(const struct state_table *t, unsigned n)
{
	size_t size = sizeof(struct head) + sizeof(uint32_t);

	for (unsigned i = 0; i < n; i++)
		size += sizeof(struct section) + (size_t)places(t[i].sets) * stored_size(t[i].sets);
	return size;
}

size_t state_pack(const struct state_table *t, unsigned n, const struct state_about *a,
		  uint8_t *out)
{
	struct head h = {.order = ORDER, .version = VERSION, .about = *a, .sections = n};
	uint8_t *at = out + sizeof(h);

	memcpy(h.magic, MAGIC, sizeof(h.magic));
	memcpy(out, &h, sizeof(h));
	for (unsigned i = 0; i < n; i++) {
		const struct sets *s = t[i].sets;
		struct section sec = {.size = stored_size(s)};
		uint8_t *where = at;

		snprintf(sec.name, sizeof(sec.name), "%s", t[i].name);
		at += sizeof(sec);
		for (uint32_t k = 0; k < places(s); k++) {
			uint32_t set = k / SETS_WAYS, way = k % SETS_WAYS;
			const struct stored eh = {s->set[set].key[way], sets_rank(s, set, way)};

			if (!eh.key)
				continue;
			const uint8_t *e = sets_entry(s, set, way);
			e += sizeof(struct sets_head);
			memcpy(at, &eh, sizeof(eh));
			memcpy(at + sizeof(eh), e, s->size - sizeof(struct sets_head));
			at += sec.size;
			sec.n++;
		}
		memcpy(where, &sec, sizeof(sec));
	}
	uint32_t crc = hash_crc32c(out, (size_t)(at - out));
	memcpy(at, &crc, sizeof(crc));
	return (size_t)(at - out) + sizeof(crc);
}

static int take_section(const struct state_table *t, const struct section *sec, const uint8_t *in,
			struct err *err)
{
	bool fresh;

	if (sec->size != stored_size(t->sets))
		return err_set(err, EPROTO, "its table %s is of another version", t->name);
	for (uint32_t i = 0; i < sec->n; i++, in += sec->size) {
		struct stored head;

		memcpy(&head, in, sizeof(head));
		uint8_t *e = sets_get(t->sets, head.key, (uint32_t)head.rank, &fresh);
		memcpy(e + sizeof(struct sets_head), in + sizeof(head),
		       t->sets->size - sizeof(struct sets_head));
		if (t->take && !t->take(e))
			return err_set(err, EBADMSG, "its table %s holds what cannot be", t->name);
	}
	return 0;
}

static int check(const struct head *h, const uint8_t *in, size_t size, struct err *err)
{
	uint32_t crc;

	if (size < sizeof(*h) + sizeof(crc) || memcmp(h->magic, MAGIC, sizeof(h->magic)) != 0)
		return err_set(err, EBADMSG, "not a file of learnt state");
	if (h->order != ORDER || h->version != VERSION)
		return err_set(err, EPROTO, "written by another version or kind of machine");
	memcpy(&crc, in + size - sizeof(crc), sizeof(crc));
	if (crc != hash_crc32c(in, size - sizeof(crc)))
		return err_set(err, EBADMSG, "broken: its checksum does not fit");
	return 0;
}

int state_unpack(const struct state_table *t, unsigned n, struct state_about *a, const uint8_t *in,
		 size_t size, struct err *err)
{
	struct head h = {.order = 0};
	int rc;

	if (size >= sizeof(h))
		memcpy(&h, in, sizeof(h));
	if ((rc = check(&h, in, size, err)))
		return rc;
	const uint8_t *at = in + sizeof(h);
	size_t left = size - sizeof(h) - sizeof(uint32_t);

	for (uint32_t i = 0; i < h.sections; i++) {
		struct section sec;

		if (left < sizeof(sec))
			return err_set(err, EBADMSG, "broken: it ends early");
		memcpy(&sec, at, sizeof(sec));
		sec.name[sizeof(sec.name) - 1] = 0;
		at += sizeof(sec);
		left -= sizeof(sec);
		if (sec.size < sizeof(struct stored) || (uint64_t)sec.n * sec.size > left)
			return err_set(err, EBADMSG, "broken: it ends early");
		for (unsigned k = 0; k < n && rc == 0; k++) {
			if (strcmp(t[k].name, sec.name) == 0) /* else a detector that is off */
				rc = take_section(&t[k], &sec, at, err);
		}
		if (rc)
			return rc;
		at += (size_t)sec.n * sec.size;
		left -= (size_t)sec.n * sec.size;
	}
	*a = h.about;
	return 0;
}

static int write_all(int fd, const uint8_t *at, size_t size)
{
	while (size) {
		ssize_t n = write(fd, at, size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? -errno : -EIO;
		at += n;
		size -= (size_t)n;
	}
	return fsync(fd) == 0 ? 0 : -errno;
}

int state_write(const char *path, const uint8_t *at, size_t size, struct err *err)
{
	char tmp[PATH_MAX];

	if ((size_t)snprintf(tmp, sizeof(tmp), "%s.new", path) >= sizeof(tmp))
		return err_set(err, ENAMETOOLONG, "detect.state: the name is too long");
	int fd = open(tmp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
	if (fd < 0)
		return err_set(err, errno, "cannot write %s: %s", tmp, strerror(errno));
	int rc = write_all(fd, at, size);
	if (close(fd) != 0 && rc == 0)
		rc = -errno;
	if (rc == 0 && rename(tmp, path) != 0)
		rc = -errno;
	if (rc == 0)
		return 0;
	unlink(tmp);
	return err_set(err, -rc, "cannot write %s: %s", path, strerror(-rc));
}

static int read_all(int fd, uint8_t *at, size_t size)
{
	while (size) {
		ssize_t n = read(fd, at, size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? -errno : -EIO;
		at += n;
		size -= (size_t)n;
	}
	return 0;
}

int state_read(const char *path, uint8_t **at, size_t *size, struct err *err)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return err_set(err, errno, "cannot read %s: %s", path, strerror(errno));
	int rc = fstat(fd, &st) != 0                                      ? -errno
		 : !S_ISREG(st.st_mode)                                   ? -EINVAL
		 : st.st_size < 0 || (uint64_t)st.st_size > SIZE_MAX_FILE ? -EFBIG
									  : 0;
	*size = rc == 0 ? (size_t)st.st_size : 0;
	*at = rc == 0 ? malloc(*size + 1) : NULL;
	if (rc == 0)
		rc = *at ? read_all(fd, *at, *size) : -ENOMEM;
	close(fd);
	if (rc == 0)
		return 0;
	free(*at);
	*at = NULL;
	return err_set(err, -rc, "cannot read %s: %s", path, strerror(-rc));
}
