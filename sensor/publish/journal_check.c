// SPDX-License-Identifier: Apache-2.0
/* Checks a journal from its first byte to its last: what was damaged, torn, altered or removed. */
#include "publish/journal_part.h"
#include "publish/segment_read.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct walk {
	struct journal_check *out;
	struct err *err;
	const char *dir;
	int dir_fd;
	uint8_t *buf, *work;
	uint8_t chain[SEGMENT_CHAIN]; /* of the last entry so far */
	uint64_t number;
	bool bad;
};

static void complain(struct walk *w, const char *name, const char *what, uint64_t seq)
{
	if (!w->bad)
		err_set(w->err, EBADMSG, "journal %s: %s %s after event %" PRIu64, w->dir, name,
			what, seq);
	w->bad = true;
}

static void check_entries(struct walk *w, int fd, const char *name, uint64_t first)
{
	struct segment_reader r = segment_reader_of(fd, SEGMENT_HEADER, UINT64_MAX, w->buf);
	struct segment_entry e;
	uint64_t seq = first - 1, damaged = 0;

	while (segment_reader_next(&r, &e)) {
		const uint8_t *entry = (const uint8_t *)e.topic - SEGMENT_ENTRY_HEAD;
		bool follows = segment_entry_follows(entry, &e, w->chain, w->work);
		if (r.damaged > damaged) {
			complain(w, name, "is damaged", seq);
			damaged = r.damaged;
		} else if (!follows || e.seq <= seq) {
			complain(w, name, "has been altered", seq);
			w->out->altered++;
		}
		seq = e.seq;
		w->out->records++;
	}
	w->out->damaged += r.damaged;
	if (r.torn) {
		complain(w, name, "ends within an entry", seq);
		w->out->torn++;
	}
}

static void check_segment(struct walk *w, uint64_t number, bool first)
{
	uint8_t bytes[SEGMENT_HEADER], chain[SEGMENT_CHAIN];
	struct segment_header h;
	char name[JOURNAL_NAME];

	journal_name(number, name);
	int fd = openat(w->dir_fd, name, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	ssize_t n = pread(fd, bytes, sizeof(bytes), 0);
	w->out->segments++;
	if (n < 0 || !segment_header_parse(bytes, (size_t)n, &h, chain) || h.number != number) {
		complain(w, name, "has no good header", 0);
		w->out->damaged++;
		close(fd);
		return;
	}
	if (!first && number != w->number + 1)
		w->out->missing += number - w->number - 1;
	else if (!first && memcmp(h.before, w->chain, SEGMENT_CHAIN) != 0) {
		complain(w, name, "does not follow its neighbour", h.first_seq - 1);
		w->out->altered++;
	}
	w->number = number;
	memcpy(w->chain, chain, sizeof(chain));
	check_entries(w, fd, name, h.first_seq);
	close(fd);
}

int journal_check(const char *dir, struct journal_check *out, struct err *err)
{
	struct walk w = {.out = out, .err = err, .dir = dir};
	uint64_t *number = NULL;
	unsigned n = 0;
	int r;

	memset(out, 0, sizeof(*out));
	w.dir_fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (w.dir_fd < 0)
		return err_set(err, errno, "cannot open %s: %s", dir, strerror(errno));
	w.buf = malloc(SEGMENT_READ_BUFFER);
	w.work = malloc(SEGMENT_CHAIN + SEGMENT_ENTRY_MAX);
	r = w.buf && w.work ? journal_list(w.dir_fd, &number, &n) : -ENOMEM;
	for (unsigned i = 0; i < n && r == 0; i++)
		check_segment(&w, number[i], i == 0);
	free(number);
	free(w.buf);
	free(w.work);
	close(w.dir_fd);
	if (r < 0)
		return err_set(err, -r, "cannot read %s: %s", dir, strerror(-r));
	return w.bad ? -EBADMSG : 0;
}
