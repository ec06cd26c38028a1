// SPDX-License-Identifier: Apache-2.0
/* The journal's `state` file: which epochs there were and how far they went (so that a gap can be
 * told when nothing of one is kept), and what each collector has acknowledged. Its lines are the
 * texts of wire/journal_api.h; it is replaced as a whole: written beside, fsynced, renamed.
 *
 * Errors: a state that cannot be understood is said and forgotten: that keeps too much, never too
 *         little, because nobody has then acknowledged anything.
 */
#include "base/log.h"
#include "publish/journal_part.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FIRST_LINE "vigie journal state 1\n"
#define LAST_LINE  "end\n"
#define STATE_MAX  (4u << 20) /* bytes; rows are ~40 */

static bool take_lit(const char **p, size_t *n, const char *lit)
{
	size_t len = strlen(lit);

	if (*n < len || memcmp(*p, lit, len) != 0)
		return false;
	*p += len;
	*n -= len;
	return true;
}

static bool take_ack(struct journal *j, const char **p, size_t *n)
{
	const char *end = memchr(*p, '\n', *n);
	struct journal_request req;

	if (!end || j->n_acks == JOURNAL_COLLECTORS)
		return false;
	size_t len = (size_t)(end - *p) + 1;
	if (!journal_request_parse(*p, len, &req) || req.verb != JOURNAL_ack)
		return false;
	struct journal_ack_row *row = &j->ack[j->n_acks++];
	memcpy(row->collector, req.collector, sizeof(row->collector));
	row->epoch = req.epoch;
	row->seq = req.seq;
	*p += len;
	*n -= len;
	return true;
}

static bool state_parse(struct journal *j, const char *p, size_t n)
{
	struct journal_epoch e;

	if (!take_lit(&p, &n, FIRST_LINE))
		return false;
	while (journal_epoch_parse(&p, &n, &e))
		if (journal_row_index(j, e.epoch) >= 0 || journal_add_row(j, e.epoch, e.last) < 0)
			return false;
	while (take_ack(j, &p, &n))
		continue;
	return take_lit(&p, &n, LAST_LINE) && n == 0;
}

int journal_state_load(struct journal *j, struct err *err)
{
	int fd = openat(j->dir_fd, "state", O_RDONLY | O_CLOEXEC);

	if (fd < 0 && errno == ENOENT)
		return 0;
	char *text = malloc(STATE_MAX);
	ssize_t n = fd >= 0 && text ? read(fd, text, STATE_MAX) : -1;
	int e = errno;
	if (fd >= 0)
		close(fd);
	if (n < 0) {
		free(text);
		return err_set(err, e, "cannot read the state of the journal %s: %s", j->c.dir,
			       strerror(e));
	}
	if (!state_parse(j, text, (size_t)n)) {
		log_warn("journal %s: its state is damaged; acknowledgements are forgotten",
			 j->c.dir);
		j->n_rows = 0;
		j->n_acks = 0;
	}
	free(text);
	return 0;
}

/* The rows worth remembering: those with segments, this run's, the newest of the rest. */
static void forget_rows(struct journal *j)
{
	unsigned bare = 0, kept = 0;

	for (unsigned pass = 0; pass < 2; pass++) {
		unsigned seen = 0;
		for (unsigned i = 0; i < j->n_rows; i++) {
			bool has = j->row[i].epoch == j->epoch;
			for (unsigned s = 0; s < j->n_segments && !has; s++)
				has = j->segment[s].epoch == j->row[i].epoch;
			if (pass == 0) {
				bare += !has;
				continue;
			}
			if (!has && (j->row[i].last == 0 || bare - seen++ > JOURNAL_TOMBSTONES))
				continue;
			j->row[kept++] = j->row[i];
		}
	}
	j->n_rows = kept;
}

static size_t state_text(struct journal *j, char *out, size_t size)
{
	size_t n = (size_t)snprintf(out, size, FIRST_LINE);

	pthread_mutex_lock(&j->lock);
	forget_rows(j);
	for (unsigned i = 0; i < j->n_rows; i++) {
		struct journal_epoch e = {.epoch = j->row[i].epoch, .last = j->row[i].last};
		n += journal_epoch_write(&e, out + n, size - n);
	}
	for (unsigned i = 0; i < j->n_acks; i++) {
		struct journal_request req = {
			.verb = JOURNAL_ack, .epoch = j->ack[i].epoch, .seq = j->ack[i].seq};
		memcpy(req.collector, j->ack[i].collector, sizeof(req.collector));
		n += journal_request_write(&req, out + n, size - n);
		out[n++] = '\n';
	}
	pthread_mutex_unlock(&j->lock);
	return n + (size_t)snprintf(out + n, size - n, LAST_LINE);
}

int journal_state_save(struct journal *j)
{
	/* Segments bound the rows: one epoch at least has one. */
	size_t size = 4096 + 64 * (size_t)(j->n_rows + 1) + 128 * JOURNAL_COLLECTORS;
	char *text = malloc(size);
	int e = ENOMEM;

	if (!text)
		return -e;
	size_t n = state_text(j, text, size);
	int fd = openat(j->dir_fd, "state.new", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
	ssize_t w = fd >= 0 ? write(fd, text, n) : -1;
	e = w < 0 ? errno : ENOSPC;
	bool ok = w == (ssize_t)n && fsync(fd) == 0;
	if (fd >= 0)
		close(fd);
	free(text);
	if (!ok) {
		unlinkat(j->dir_fd, "state.new", 0);
		return -e;
	}
	if (renameat(j->dir_fd, "state.new", j->dir_fd, "state") < 0 || fsync(j->dir_fd) < 0)
		return -errno;
	return 0;
}
