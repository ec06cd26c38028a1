// SPDX-License-Identifier: Apache-2.0
/* What a journal finds at its start: the segments of earlier runs, and where a crash tore one.
 *
 * Only the last segment of an epoch is read through, its chain too: it alone can be torn, and it
 * alone tells where its epoch ended; the others end where the next one begins.
 */
#include "base/log.h"
#include "publish/journal_part.h"
#include "publish/segment_read.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void journal_name(uint64_t number, char out[JOURNAL_NAME])
{
	snprintf(out, JOURNAL_NAME, "%016" PRIx64 ".seg", number);
}

bool journal_name_parse(const char *name, uint64_t *number)
{
	char again[JOURNAL_NAME];
	uint64_t v = 0;

	if (sscanf(name, "%16" SCNx64, &v) != 1)
		return false;
	journal_name(v, again);
	if (strcmp(again, name) != 0)
		return false;
	*number = v;
	return true;
}

static int by_number(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
	return (x > y) - (x < y);
}

int journal_list(int dir_fd, uint64_t **out, unsigned *n)
{
	int fd = openat(dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
	uint64_t *list = NULL;
	unsigned have = 0, cap = 0;
	uint64_t number;

	if (!dir)
		return -errno;
	for (struct dirent *e; (e = readdir(dir));) {
		if (!journal_name_parse(e->d_name, &number))
			continue;
		if (have == cap) {
			cap = cap ? 2 * cap : 64;
			uint64_t *more = realloc(list, cap * sizeof(*list));
			if (!more) {
				free(list);
				closedir(dir);
				return -ENOMEM;
			}
			list = more;
		}
		list[have++] = number;
	}
	closedir(dir);
	if (have)
		qsort(list, have, sizeof(*list), by_number);
	*out = list;
	*n = have;
	return 0;
}

int journal_row_index(const struct journal *j, uint64_t epoch)
{
	for (unsigned i = j->n_rows; i-- > 0;)
		if (j->row[i].epoch == epoch)
			return (int)i;
	return -1;
}

int journal_add_row(struct journal *j, uint64_t epoch, uint64_t last)
{
	if (j->n_rows == j->cap_rows) {
		unsigned cap = j->cap_rows ? 2 * j->cap_rows : 16;
		struct journal_epoch_row *more = realloc(j->row, cap * sizeof(*more));
		if (!more)
			return -ENOMEM;
		j->row = more;
		j->cap_rows = cap;
	}
	j->row[j->n_rows++] = (struct journal_epoch_row){epoch, last};
	return 0;
}

int journal_add_segment(struct journal *j, const struct journal_segment *s)
{
	int r = 0;

	pthread_mutex_lock(&j->lock);
	if (j->n_segments == j->cap_segments) {
		unsigned cap = j->cap_segments ? 2 * j->cap_segments : 16;
		struct journal_segment *more = realloc(j->segment, cap * sizeof(*more));
		if (more) {
			j->segment = more;
			j->cap_segments = cap;
		} else {
			r = -ENOMEM;
		}
	}
	if (r == 0)
		j->segment[j->n_segments++] = *s;
	pthread_mutex_unlock(&j->lock);
	return r;
}

/* The header of segment `number`, or false: it is no segment, said. */
static bool read_header(struct journal *j, uint64_t number, struct segment_header *h,
			uint8_t chain[SEGMENT_CHAIN], uint64_t *size)
{
	uint8_t bytes[SEGMENT_HEADER];
	char name[JOURNAL_NAME];
	struct stat st;

	journal_name(number, name);
	int fd = openat(j->dir_fd, name, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	ssize_t n = pread(fd, bytes, sizeof(bytes), 0);
	bool ok = n == (ssize_t)sizeof(bytes) && fstat(fd, &st) == 0 &&
		  segment_header_parse(bytes, sizeof(bytes), h, chain) && h->number == number;
	close(fd);
	if (ok)
		*size = (uint64_t)st.st_size;
	/* A crash while a segment begins leaves less than a header: nothing was in it. */
	if (!ok && n >= 0 && n < (ssize_t)sizeof(bytes))
		unlinkat(j->dir_fd, name, 0);
	else if (!ok)
		log_warn("journal %s: %s is not a segment; left alone", j->c.dir, name);
	return ok;
}

static void cut(struct journal *j, const char *name, uint64_t at, uint64_t size)
{
	int fd = openat(j->dir_fd, name, O_WRONLY | O_CLOEXEC);

	j->found.cut_bytes += size - at;
	log_warn("journal %s: %s ended within an entry; cut %" PRIu64 " bytes", j->c.dir, name,
		 size - at);
	if (fd < 0 || ftruncate(fd, (off_t)at) < 0 || fsync(fd) < 0)
		log_warn("journal %s: cannot cut %s: %s", j->c.dir, name, strerror(errno));
	if (fd >= 0)
		close(fd);
}

/* Reads a segment through: its last seq, its end. `chain` comes in as the header's and leaves as
 * the last entry's. */
static int read_through(struct journal *j, struct journal_segment *s, uint64_t size,
			uint8_t chain[SEGMENT_CHAIN])
{
	uint8_t *buf = malloc(SEGMENT_READ_BUFFER);
	char name[JOURNAL_NAME];
	struct segment_entry e;
	bool holds = true;

	if (!buf)
		return -ENOMEM;
	journal_name(s->number, name);
	int fd = openat(j->dir_fd, name, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		free(buf);
		return -errno;
	}
	struct segment_reader r = segment_reader_of(fd, SEGMENT_HEADER, size, buf);
	s->last_seq = s->first_seq - 1;
	while (segment_reader_next(&r, &e)) {
		const uint8_t *entry = (const uint8_t *)e.topic - SEGMENT_ENTRY_HEAD;
		if (!segment_entry_follows(entry, &e, chain, j->work))
			holds = false;
		s->last_seq = e.seq;
		j->found.records++;
	}
	s->bytes = r.at;
	j->found.damaged += r.damaged;
	segment_reader_close(&r);
	free(buf);
	if (r.at < size)
		cut(j, name, r.at, size);
	if (r.damaged)
		log_error("journal %s: %" PRIu64 " entries of %s are damaged and will be missing",
			  j->c.dir, r.damaged, name);
	if (!holds && r.damaged == 0) {
		j->found.altered = true;
		log_error("journal %s: %s has been altered: its chain does not hold", j->c.dir,
			  name);
	}
	return 0;
}

struct candidate {
	struct journal_segment s;
	uint8_t chain[SEGMENT_CHAIN];
	uint64_t size;
};

/* A segment becomes part of the journal; one with nothing in it goes. */
static int adopt(struct journal *j, struct candidate *c, const struct candidate *next)
{
	char name[JOURNAL_NAME];
	uint8_t chain[SEGMENT_CHAIN];
	int r = 0;

	memcpy(chain, c->chain, sizeof(chain));
	if (next && next->s.epoch == c->s.epoch) {
		c->s.last_seq = next->s.first_seq - 1;
		c->s.bytes = c->size;
		j->found.records += next->s.first_seq - c->s.first_seq;
	} else {
		r = read_through(j, &c->s, c->size, chain);
	}
	if (r < 0)
		return r;

	int i = journal_row_index(j, c->s.epoch);
	if (i < 0) {
		r = journal_add_row(j, c->s.epoch, 0);
		i = (int)j->n_rows - 1;
	}
	if (r < 0)
		return r;
	if (c->s.last_seq > j->row[i].last)
		j->row[i].last = c->s.last_seq;
	if (c->s.bytes <= SEGMENT_HEADER) {
		journal_name(c->s.number, name);
		unlinkat(j->dir_fd, name, 0);
		if (c->s.number == j->number)
			j->number--; /* given again, so that a missing number means something */
		return 0;
	}
	memcpy(j->chain, chain, sizeof(chain));
	j->found.segments++;
	return journal_add_segment(j, &c->s);
}

int journal_scan(struct journal *j, struct err *err)
{
	uint64_t *number = NULL;
	unsigned n = 0, kept = 0;
	int r = journal_list(j->dir_fd, &number, &n);

	if (r < 0)
		return err_set(err, -r, "cannot read the journal's directory %s: %s", j->c.dir,
			       strerror(-r));
	struct candidate *c = calloc(n + 1, sizeof(*c));
	if (!c)
		r = -ENOMEM;
	for (unsigned i = 0; i < n && r == 0; i++) {
		struct segment_header h;
		if (number[i] > j->number)
			j->number = number[i];
		if (!read_header(j, number[i], &h, c[kept].chain, &c[kept].size))
			continue;
		c[kept++].s = (struct journal_segment){
			.number = h.number, .epoch = h.epoch, .first_seq = h.first_seq};
	}
	for (unsigned i = 0; i < kept && r == 0; i++)
		r = adopt(j, &c[i], i + 1 < kept ? &c[i + 1] : NULL);
	free(c);
	free(number);
	return r < 0 ? err_set(err, -r, "cannot read the journal %s: %s", j->c.dir, strerror(-r))
		     : 0;
}
