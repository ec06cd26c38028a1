// SPDX-License-Identifier: Apache-2.0
/* The captures of a run: what -r named, folders expanded, each looked at before the run begins, so
 * that a mistyped name fails at once and not after an hour of reading.
 *
 * Owns:   the list; a stream's libpcap handle until a reader takes it.
 * Thread: main; capture_inputs_open() any reader's (it touches one stream only once).
 * Errors: err, with what to try. A folder's files that are no captures are skipped and counted.
 */
#include "capture/inputs.h"

#include "base/log.h"
#include "capture/pcapng.h"

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <pcap/pcap.h>
#include <poll.h>
#include <stdio.h>
#include <stdio_ext.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define POLL_MS 50 /* how soon a waiting reader sees that it is to stop */

static int no_memory(struct err *err)
{
	return err_set(err, ENOMEM, "no memory for the list of captures");
}

/* A stream's read(2): waits in poll, so that a silent pipe never holds the sensor's end up. */
static ssize_t stream_read(void *cookie, char *out, size_t n)
{
	struct capture_stream *s = cookie;
	struct pollfd p = {.fd = s->fd, .events = POLLIN};

	for (;;) {
		int ready = poll(&p, 1, 0);

		if (ready == 0 && s->on_idle)
			s->on_idle(s->ctx);
		if (ready == 0)
			ready = poll(&p, 1, POLL_MS);
		if (*s->stop)
			return 0;
		if (ready < 0 && (errno != EINTR || s->opening))
			return -1;
		if (ready <= 0)
			continue;
		ssize_t got = read(s->fd, out, n);
		if (got >= 0 || (errno != EINTR && errno != EAGAIN))
			return got;
	}
}

static int stream_close(void *cookie)
{
	struct capture_stream *s = cookie;

	if (s->fd > STDERR_FILENO)
		close(s->fd);
	return 0;
}

static bool is_stdin(const char *path)
{
	return strcmp(path, "-") == 0;
}

/* Looks at the first four bytes and puts them back. They are in the buffer, so glibc takes them. */
static bool is_pcapng(FILE *f)
{
	uint8_t b[4];
	uint32_t magic = 0;
	size_t n = fread(b, 1, sizeof(b), f);

	if (n == sizeof(b))
		memcpy(&magic, b, sizeof(b));
	while (n > 0)
		ungetc(b[--n], f);
	return magic == PCAPNG_MAGIC;
}

/* `f` is taken: closed on failure, the handle's on success. */
static int open_handle(FILE *f, const char *path, struct capture_handle *h, struct err *err)
{
	char why[PCAP_ERRBUF_SIZE] = "";

	/* One thread owns the handle: no lock per fread. */
	__fsetlocking(f, FSETLOCKING_BYCALLER);
	*h = (struct capture_handle){0};
	if (is_pcapng(f)) {
		h->ng = capture_pcapng_open(f, path, err);
	} else {
		h->pcap = pcap_fopen_offline_with_tstamp_precision(f, PCAP_TSTAMP_PRECISION_NANO,
								   why);
		if (!h->pcap)
			err_set(err, EINVAL, "%s is not a capture: %s", path, why);
	}
	if (h->ng || h->pcap)
		return 0;
	fclose(f);
	err_hint(err, "pcap and pcapng are read");
	return -EINVAL;
}

void capture_inputs_close(struct capture_handle *h)
{
	if (h->pcap)
		pcap_close(h->pcap);
	capture_pcapng_close(h->ng);
	*h = (struct capture_handle){0};
}

static int open_file(const char *path, char *buffer, struct capture_handle *h, struct err *err)
{
	FILE *f = fopen(path, "rbe");

	if (!f)
		return err_set(err, errno, "cannot read %s: %s", path, strerror(errno));
	setvbuf(f, buffer, _IOFBF, INPUTS_BUFFER);
	posix_fadvise(fileno(f), 0, 0, POSIX_FADV_SEQUENTIAL);
	return open_handle(f, path, h, err);
}

static int open_stream(struct capture_inputs *in, struct capture_input *input, struct err *err)
{
	static const cookie_io_functions_t io = {.read = stream_read, .close = stream_close};
	struct capture_stream *s = calloc(1, sizeof(*s));
	const char *name = is_stdin(input->path) ? "stdin" : input->path;
	FILE *f = NULL;

	if (!s)
		return no_memory(err);
	input->stream = s;
	in->streams++;
	s->stop = &in->stop;
	s->opening = true;
	s->buffer = malloc(INPUTS_BUFFER);
	s->fd = is_stdin(input->path) ? STDIN_FILENO : open(input->path, O_RDONLY | O_CLOEXEC);
	if (s->fd < 0)
		return err_set(err, errno, "cannot read %s: %s", name, strerror(errno));
	if (s->buffer)
		f = fopencookie(s, "rb", io);
	if (!f) {
		stream_close(s);
		return no_memory(err);
	}
	setvbuf(f, s->buffer, _IOFBF, INPUTS_BUFFER);
	int r = open_handle(f, name, &s->open, err);
	s->opening = false;
	return r;
}

int capture_inputs_open(struct capture_inputs *in, unsigned i, char *buffer,
			struct capture_handle *h, struct err *err)
{
	struct capture_stream *s = in->at[i].stream;

	if (!s)
		return open_file(in->at[i].path, buffer, h, err);
	*h = s->open;
	s->open = (struct capture_handle){0};
	if (h->pcap || h->ng)
		return 0;
	return err_set(err, EBUSY, "%s can be read only once", in->at[i].path);
}

static int add(struct capture_inputs *in, const char *path, struct err *err)
{
	if (in->n == INPUTS_MAX)
		return err_set(err, E2BIG, "more than %u captures in one run", INPUTS_MAX);
	if (in->n == in->cap) {
		unsigned cap = in->cap ? in->cap * 2 : 16;
		struct capture_input *more = realloc(in->at, cap * sizeof(*more));

		if (!more)
			return no_memory(err);
		in->at = more;
		in->cap = cap;
	}
	char *copy = strdup(path);
	if (!copy)
		return no_memory(err);
	in->at[in->n++] = (struct capture_input){.path = copy};
	return 0;
}

/* Says in the operator's words what libpcap would call "unknown file format". */
static int check_file(const char *path, const struct stat *st, char *buffer, struct err *err)
{
	struct capture_handle h;
	uint8_t magic[2] = {0};

	if (st->st_size == 0)
		return err_set(err, EINVAL, "%s is empty", path);
	if (open_file(path, buffer, &h, err) == 0) {
		capture_inputs_close(&h);
		return 0;
	}
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -EACCES;
	if (read(fd, magic, 2) == 2 && magic[0] == 0x1f && magic[1] == 0x8b)
		err_hint(err, "it is compressed: gunzip -c FILE | vigie-sensor -r -");
	close(fd);
	return -EINVAL;
}

static int by_path(const void *a, const void *b)
{
	const struct capture_input *x = a, *y = b;

	return strcmp(x->path, y->path);
}

static int add_found(struct capture_inputs *in, const FTSENT *e, char *buffer, struct err *err)
{
	struct err why = {0};

	if (e->fts_info == FTS_D || e->fts_info == FTS_DP)
		return 0;
	if (e->fts_info == FTS_F && check_file(e->fts_path, e->fts_statp, buffer, &why) == 0)
		return add(in, e->fts_path, err);
	in->skipped++;
	log_debug("skipped: %s", why.msg[0] ? why.msg : e->fts_path);
	return 0;
}

static int add_folder(struct capture_inputs *in, char *path, char *buffer, struct err *err)
{
	char *roots[] = {path, NULL};
	unsigned first = in->n, skipped = in->skipped;
	FTS *tree = fts_open(roots, FTS_LOGICAL | FTS_NOCHDIR, NULL);
	int r = 0;

	if (!tree)
		return err_set(err, errno, "cannot read %s: %s", path, strerror(errno));
	for (FTSENT *e; r == 0 && (e = fts_read(tree));)
		r = add_found(in, e, buffer, err);
	fts_close(tree);
	if (r < 0)
		return r;
	if (in->n == first)
		return err_set(err, ENOENT, "no capture in %s (%u files looked at)", path,
			       in->skipped - skipped);
	qsort(in->at + first, in->n - first, sizeof(*in->at), by_path);
	if (in->skipped > skipped)
		log_info("%s: %u captures, %u other files skipped", path, in->n - first,
			 in->skipped - skipped);
	return 0;
}

static int add_named(struct capture_inputs *in, char *path, char *buffer, struct err *err)
{
	struct stat st = {.st_mode = S_IFIFO};

	if (!is_stdin(path) && stat(path, &st) < 0)
		return err_set(err, errno, "cannot read %s: %s", path, strerror(errno));
	if (S_ISDIR(st.st_mode))
		return add_folder(in, path, buffer, err);
	if (S_ISREG(st.st_mode)) {
		int r = check_file(path, &st, buffer, err);
		return r < 0 ? r : add(in, path, err);
	}
	for (unsigned i = 0; i < in->n; i++)
		if (in->at[i].stream && strcmp(in->at[i].path, path) == 0)
			return err_set(err, EINVAL, "%s is named twice, but is read only once",
				       path);
	int r = add(in, path, err);
	return r < 0 ? r : open_stream(in, &in->at[in->n - 1], err);
}

int capture_inputs_init(struct capture_inputs *in, const struct strs *files, struct err *err)
{
	char *buffer = malloc(INPUTS_BUFFER);
	int r = buffer ? 0 : no_memory(err);

	if (files->n == 0)
		r = err_set(err, EINVAL, "no capture is named");
	for (unsigned i = 0; r == 0 && i < files->n; i++)
		r = add_named(in, files->at[i], buffer, err);
	free(buffer);
	if (r < 0)
		capture_inputs_fini(in);
	return r;
}

void capture_inputs_fini(struct capture_inputs *in)
{
	for (unsigned i = 0; i < in->n; i++) {
		struct capture_stream *s = in->at[i].stream;

		if (s) {
			capture_inputs_close(&s->open);
			free(s->buffer);
		}
		free(s);
		free(in->at[i].path);
	}
	free(in->at);
	*in = (struct capture_inputs){0};
}
