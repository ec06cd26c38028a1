// SPDX-License-Identifier: Apache-2.0
/* The writing side of the journal; see journal.h.
 *
 * Errors: after a failed fdatasync(2) the kernel may have dropped the pages and a second call may
 *         lie (the "fsyncgate" of 2018), so what it should have covered is given up as lost and
 *         the next append begins a new segment.
 */
#include "publish/journal.h"

#include "base/clock.h"
#include "base/log.h"
#include "publish/journal_part.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#define COMPLAIN_NS (60 * NS_PER_S)
#define RETRY_NS    NS_PER_S
#define TURN_NS     NS_PER_S

void journal_complain(struct journal *j, const char *what, int e)
{
	uint64_t now = clock_mono_ns();

	if (j->warned_ns && now - j->warned_ns < COMPLAIN_NS)
		return;
	j->warned_ns = now;
	log_error("journal %s: cannot %s: %s; %" PRIu64 " events are not in it so far", j->c.dir,
		  what, strerror(e), count_get(&j->c.count->journal_lost));
}

static bool write_all(int fd, const void *p, size_t n, uint64_t at)
{
	const uint8_t *b = p;

	while (n > 0) {
		ssize_t w = pwrite(fd, b, n, (off_t)at);
		if (w < 0 && errno == EINTR)
			continue;
		if (w <= 0) {
			errno = w == 0 ? ENOSPC : errno;
			return false;
		}
		b += w;
		n -= (size_t)w;
		at += (uint64_t)w;
	}
	return true;
}

static void truncate_to(int fd, uint64_t at)
{
	/* Best effort: whatever stays behind the last good byte is overwritten or cut later. */
	if (ftruncate(fd, (off_t)at) < 0)
		return;
}

/* A new segment whose first entry will be j->seq + 1. */
static int begin_segment(struct journal *j)
{
	struct segment_header h = {
		.epoch = j->epoch,
		.first_seq = j->seq + 1,
		.created_ns = clock_real_ns(),
		.number = j->number + 1,
	};
	struct journal_segment row = {.number = h.number,
				      .epoch = h.epoch,
				      .first_seq = h.first_seq,
				      .last_seq = j->seq,
				      .bytes = SEGMENT_HEADER};
	uint8_t bytes[SEGMENT_HEADER], chain[SEGMENT_CHAIN];
	char name[JOURNAL_NAME];

	strncpy(h.sensor, j->c.sensor, sizeof(h.sensor) - 1);
	memcpy(h.before, j->chain, sizeof(h.before));
	segment_header_write(&h, bytes, chain);
	journal_name(h.number, name);
	int fd = openat(j->dir_fd, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0640);
	if (fd < 0)
		return -errno;
	if (!write_all(fd, bytes, sizeof(bytes), 0) || fsync(fd) < 0 || fsync(j->dir_fd) < 0 ||
	    (errno = -journal_add_segment(j, &row)) != 0) {
		int e = errno;
		close(fd);
		unlinkat(j->dir_fd, name, 0);
		return -e;
	}
	j->fd = fd;
	j->number = h.number;
	j->at = SEGMENT_HEADER;
	j->in_file = j->seq;
	memcpy(j->chain, chain, sizeof(chain));
	memcpy(j->chain_durable, chain, sizeof(chain));
	return 0;
}

static void count_failure(struct journal *j, uint64_t lost)
{
	count_add(&j->c.count->journal_errors, 1);
	count_add(&j->c.count->journal_lost, lost);
}

static void give_up_segment(struct journal *j)
{
	unsigned last = j->n_segments - 1;

	truncate_to(j->fd, j->segment[last].bytes);
	close(j->fd);
	j->fd = -1;
	memcpy(j->chain, j->chain_durable, sizeof(j->chain));
	j->unsynced = 0;
}

bool journal_sync(struct journal *j)
{
	if (j->fd < 0 || j->unsynced == 0)
		return false;

	uint64_t before = clock_mono_ns();
	int r = fdatasync(j->fd);
	uint64_t after = clock_mono_ns();
	if (after - before > count_get(&j->c.count->fsync_ns_max))
		count_set(&j->c.count->fsync_ns_max, after - before);
	j->synced_ns = before;
	if (r < 0) {
		count_failure(j, j->unsynced);
		journal_complain(j, "fsync", errno);
		give_up_segment(j);
		return false;
	}
	count_add(&j->c.count->journal_fsyncs, 1);
	j->unsynced = 0;
	memcpy(j->chain_durable, j->chain, sizeof(j->chain));

	pthread_mutex_lock(&j->lock);
	struct journal_segment *s = &j->segment[j->n_segments - 1];
	s->bytes = j->at;
	s->last_seq = j->in_file;
	j->row[j->n_rows - 1].last = j->in_file;
	pthread_mutex_unlock(&j->lock);
	atomic_store_explicit(&j->durable, j->in_file, memory_order_release);
	return true;
}

/* Room for `size` more bytes in a segment: this one or a new one. */
static bool have_segment(struct journal *j, size_t size, uint64_t mono_ns)
{
	if (j->fd >= 0 && j->at > SEGMENT_HEADER && j->at + size > j->c.segment_bytes) {
		journal_sync(j);
		if (j->fd >= 0)
			close(j->fd);
		j->fd = -1;
		j->retry_ns = 0;
	}
	if (j->fd >= 0)
		return true;
	if (j->retry_ns && mono_ns < j->retry_ns)
		return false;
	int r = begin_segment(j);
	if (r == 0)
		return true;
	j->retry_ns = mono_ns + RETRY_NS;
	count_add(&j->c.count->journal_errors, 1);
	journal_complain(j, "begin a segment", -r);
	return false;
}

bool journal_append(struct journal *j, const char *topic, const char *json, size_t len,
		    uint64_t mono_ns)
{
	struct segment_entry e = {
		.seq = j->seq + 1,
		.time_ns = clock_real_ns(),
		.topic = topic,
		.json = json,
		.topic_len = (uint32_t)strlen(topic),
		.json_len = (uint32_t)len,
	};
	size_t size = segment_entry_size(e.topic_len, len);
	bool room = size != 0 && have_segment(j, size, mono_ns);
	uint8_t chain[SEGMENT_CHAIN];

	j->seq++;
	if (!room) {
		count_add(&j->c.count->journal_lost, 1);
		return false;
	}
	memcpy(chain, j->chain, sizeof(chain));
	segment_entry_write(&e, chain, j->work);
	if (!write_all(j->fd, j->work + SEGMENT_CHAIN, size, j->at)) {
		int error = errno;
		count_failure(j, 1);
		journal_complain(j, "write", error);
		truncate_to(j->fd, j->at);
		return false;
	}
	memcpy(j->chain, chain, sizeof(chain));
	j->at += size;
	j->in_file = e.seq;
	if (j->unsynced++ == 0)
		j->unsynced_since_ns = mono_ns;
	count_add(&j->c.count->journal_appended, 1);
	return true;
}

bool journal_due(const struct journal *j, uint64_t mono_ns, bool idle)
{
	uint64_t wait = j->c.fsync_ms * NS_PER_MS;

	if (j->unsynced == 0)
		return false;
	return mono_ns - j->unsynced_since_ns >= wait || (idle && mono_ns - j->synced_ns >= wait);
}

void journal_turn(struct journal *j, uint64_t mono_ns, bool now)
{
	if (!now && mono_ns - j->turned_ns < TURN_NS)
		return;
	j->turned_ns = mono_ns;
	journal_retain(j);

	pthread_mutex_lock(&j->lock);
	bool dirty = j->acks_dirty;
	j->acks_dirty = false;
	pthread_mutex_unlock(&j->lock);
	int r = dirty ? journal_state_save(j) : 0;
	if (r < 0) {
		count_add(&j->c.count->journal_errors, 1);
		journal_complain(j, "save its state", -r);
		pthread_mutex_lock(&j->lock);
		j->acks_dirty = true;
		pthread_mutex_unlock(&j->lock);
	}
}

const struct journal_found *journal_found(const struct journal *j)
{
	return &j->found;
}

uint64_t journal_epoch(const struct journal *j)
{
	return j->epoch;
}

uint64_t journal_next_seq(const struct journal *j)
{
	return j->seq + 1;
}

uint64_t journal_durable(const struct journal *j)
{
	return atomic_load_explicit(&j->durable, memory_order_acquire);
}

void journal_bytes(struct journal *j, uint64_t *bytes, uint64_t *segments)
{
	*bytes = 0;
	pthread_mutex_lock(&j->lock);
	*segments = j->n_segments;
	for (unsigned i = 0; i < j->n_segments; i++)
		*bytes += j->segment[i].bytes;
	pthread_mutex_unlock(&j->lock);
}

static void release(struct journal *j)
{
	if (j->fd >= 0)
		close(j->fd);
	if (j->lock_fd >= 0)
		close(j->lock_fd);
	if (j->dir_fd >= 0)
		close(j->dir_fd);
	pthread_mutex_destroy(&j->lock);
	free(j->segment);
	free(j->row);
	free(j->work);
	free(j);
}

static int take_dir(struct journal *j, struct err *err)
{
	const char *dir = j->c.dir;

	if (mkdir(dir, 0750) < 0 && errno != EEXIST) {
		int e = errno;
		err_set(err, e, "cannot make the journal's directory %s: %s", dir, strerror(e));
		err_hint(err, "make it, or set publish.journal_dir to a place this user may write");
		return -e;
	}
	j->dir_fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (j->dir_fd < 0)
		return err_set(err, errno, "cannot open the journal's directory %s: %s", dir,
			       strerror(errno));
	j->lock_fd = openat(j->dir_fd, "lock", O_RDWR | O_CREAT | O_CLOEXEC, 0640);
	if (j->lock_fd < 0)
		return err_set(err, errno, "cannot write in the journal's directory %s: %s", dir,
			       strerror(errno));
	if (flock(j->lock_fd, LOCK_EX | LOCK_NB) < 0) {
		int e = errno;
		err_set(err, e, "the journal %s is in use by another sensor", dir);
		err_hint(err, "one journal directory a sensor: set publish.journal_dir");
		return -e;
	}
	return 0;
}

static int random_epoch(struct journal *j, struct err *err)
{
	do {
		if (getrandom(&j->epoch, sizeof(j->epoch), 0) != sizeof(j->epoch))
			return err_set(err, EIO, "no random numbers for the journal's epoch");
	} while (j->epoch == 0 || journal_row_index(j, j->epoch) >= 0);
	return 0;
}

static int start(struct journal *j, struct err *err)
{
	int r = take_dir(j, err);

	if (r == 0)
		r = journal_state_load(j, err);
	if (r == 0)
		r = journal_scan(j, err);
	if (r == 0)
		r = random_epoch(j, err);
	if (r < 0)
		return r;
	r = journal_add_row(j, j->epoch, 0);
	if (r == 0)
		r = journal_state_save(j);
	if (r == 0)
		r = begin_segment(j);
	if (r == -ENOSPC) { /* a sensor starts with a full disk too */
		count_add(&j->c.count->journal_errors, 1);
		journal_complain(j, "begin a segment", ENOSPC);
		return 0;
	}
	return r < 0 ? err_set(err, -r, "cannot write the journal %s: %s", j->c.dir, strerror(-r))
		     : 0;
}

int journal_open(struct journal **out, const struct journal_config *c, struct err *err)
{
	struct journal *j = calloc(1, sizeof(*j));

	if (!j)
		return err_set(err, ENOMEM, "no memory for the journal");
	j->c = *c;
	j->fd = j->dir_fd = j->lock_fd = -1;
	pthread_mutex_init(&j->lock, NULL);
	j->work = malloc(SEGMENT_CHAIN + SEGMENT_ENTRY_MAX);
	int r = j->work ? start(j, err) : err_set(err, ENOMEM, "no memory for the journal");
	if (r < 0) {
		release(j);
		return r;
	}
	*out = j;
	return 0;
}

void journal_close(struct journal *j)
{
	if (!j)
		return;
	journal_sync(j);
	journal_turn(j, 0, true);
	if (journal_state_save(j) < 0)
		count_add(&j->c.count->journal_errors, 1);
	release(j);
}
