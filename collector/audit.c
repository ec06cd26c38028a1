// SPDX-License-Identifier: Apache-2.0
/* A hash-chained, append-only log; see audit.h for the line and the chain. */
#include "audit.h"

#include "base/clock.h"
#include "base/hash.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define HEX 64u

struct audit {
	int fd;
	uint64_t size; /* bytes of the file we know the chain of */
	struct audit_head head;
	audit_sink *sink;
	void *ctx;
};

static void chain(const uint8_t prev[32], const char *json, size_t n, uint8_t out[32])
{
	uint8_t *both = malloc(32 + n);

	if (!both)
		abort();
	memcpy(both, prev, 32);
	memcpy(both + 32, json, n);
	hash_sha256(both, 32 + n, out);
	free(both);
}

/* "seq" of a line, without a JSON parser: our own lines begin with it. 0: not ours. */
static uint64_t line_seq(const char *json)
{
	uint64_t seq = 0;

	return sscanf(json, "{\"seq\":%" SCNu64, &seq) == 1 ? seq : 0;
}

static bool line_fits(const struct audit_head *head, const char *line, size_t n, uint8_t hash[32])
{
	char hex[HEX + 1];

	if (n < HEX + 3 || line[HEX] != ' ')
		return false;
	const char *json = line + HEX + 1;
	chain(head->hash, json, n - HEX - 1, hash);
	hash_hex(hash, 32, hex);
	return memcmp(hex, line, HEX) == 0 && line_seq(json) == head->seq + 1;
}

static bool head_is(const struct audit_head *a, const struct audit_head *b)
{
	return a->seq == b->seq && memcmp(a->hash, b->hash, sizeof(a->hash)) == 0;
}

struct scan {
	struct audit_report *report;
	const struct audit_head *expect; /* or NULL */
	bool met;
	audit_sink *sink;
	void *ctx;
};

static void scan_line(struct scan *s, char *line, size_t n)
{
	struct audit_report *r = s->report;
	uint8_t hash[32];

	r->lines++;
	line[n - 1] = 0; /* its newline */
	if (!line_fits(&r->head, line, n - 1, hash)) {
		if (!r->bad_line)
			r->bad_line = r->lines;
		return;
	}
	r->head.seq++;
	memcpy(r->head.hash, hash, sizeof(hash));
	if (s->expect && head_is(s->expect, &r->head))
		s->met = true;
	if (s->sink) {
		line[HEX] = 0;
		s->sink(s->ctx, r->head.seq, line, line + HEX + 1);
	}
}

/* Reads on from `at`; leaves *at behind the last whole line. */
static int scan(struct scan *s, int fd, uint64_t *at, struct err *err)
{
	int copy = dup(fd);
	FILE *f = copy < 0 ? NULL : fdopen(copy, "r");
	char *line = NULL;
	size_t cap = 0;
	ssize_t n;

	if (!f) {
		if (copy >= 0)
			close(copy);
		return err_set(err, EIO, "cannot read the audit log: %s", strerror(errno));
	}
	fseeko(f, (off_t)*at, SEEK_SET);
	while ((n = getline(&line, &cap, f)) > 0) {
		if (line[n - 1] != '\n') {
			s->report->torn_bytes = (uint64_t)n;
			break;
		}
		*at += (uint64_t)n;
		scan_line(s, line, (size_t)n);
	}
	free(line);
	bool bad = ferror(f);
	fclose(f);
	return bad ? err_set(err, EIO, "cannot read the audit log") : 0;
}

/* Under the lock: takes in what others have appended, and cuts off a torn end. */
static int catch_up(struct audit *a, struct audit_report *r, struct err *err)
{
	struct stat st;

	if (fstat(a->fd, &st) != 0)
		return err_set(err, errno, "cannot stat the audit log: %s", strerror(errno));
	if ((uint64_t)st.st_size == a->size)
		return 0;
	if ((uint64_t)st.st_size < a->size) {
		/* Cut behind our back: the chain goes on from our head, which then shows it. */
		r->bad_line = r->bad_line ? r->bad_line : 1;
		a->size = (uint64_t)st.st_size;
		return 0;
	}
	r->head = a->head;
	struct scan s = {.report = r, .sink = a->sink, .ctx = a->ctx};
	int rc = scan(&s, a->fd, &a->size, err);
	if (rc != 0)
		return rc;
	a->head = r->head;
	if (r->torn_bytes && ftruncate(a->fd, (off_t)a->size) != 0)
		return err_set(err, errno, "cannot cut the torn line off: %s", strerror(errno));
	return 0;
}

static int append(struct audit *a, uint64_t now_ns, const char *event, const char *id,
		  json_t *detail, struct err *err)
{
	char when[CLOCK_TEXT], hex[HEX + 1];
	uint8_t hash[32];

	clock_text(now_ns, when);
	json_t *o = json_pack("{s:I,s:s,s:s,s:s,s:O?}", "seq", (json_int_t)(a->head.seq + 1),
			      "time", when, "event", event, "id", id ? id : "", "detail", detail);
	char *text = o ? json_dumps(o, JSON_COMPACT | JSON_ENSURE_ASCII) : NULL;
	json_decref(o);
	if (!text)
		return err_set(err, EINVAL, "cannot render an audit record");
	chain(a->head.hash, text, strlen(text), hash);
	hash_hex(hash, sizeof(hash), hex);
	char *line = NULL;
	int n = asprintf(&line, "%s %s\n", hex, text);
	ssize_t wrote = n < 0 ? -1 : write(a->fd, line, (size_t)n);
	if (wrote != n || n < 0) {
		int code = wrote < 0 ? errno : ENOSPC;
		if (ftruncate(a->fd, (off_t)a->size) != 0)
			code = EIO;
		free(line);
		free(text);
		return err_set(err, code, "cannot write the audit log: %s", strerror(code));
	}
	a->size += (uint64_t)n;
	a->head.seq++;
	memcpy(a->head.hash, hash, sizeof(hash));
	if (a->sink)
		a->sink(a->ctx, a->head.seq, hex, text);
	free(line);
	free(text);
	return 0;
}

/* What the scan found wrong is itself a record. */
static int append_report(struct audit *a, const struct audit_report *r, struct err *err)
{
	uint64_t now = clock_real_ns();
	int rc = 0;

	if (r->torn_bytes) {
		json_t *d = json_pack("{s:I}", "bytes", (json_int_t)r->torn_bytes);
		rc = append(a, now, "torn", NULL, d, err);
		json_decref(d);
	}
	if (rc == 0 && r->bad_line) {
		json_t *d = json_pack("{s:I}", "line", (json_int_t)r->bad_line);
		rc = append(a, now, "broken", NULL, d, err);
		json_decref(d);
	}
	return rc;
}

static int open_dir_synced(const char *path, struct err *err)
{
	bool fresh = access(path, F_OK) != 0;
	int fd = open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0640);

	if (fd < 0)
		return err_set(err, errno, "cannot open the audit log %s: %s", path,
			       strerror(errno));
	char *copy = strdup(path);
	int dir = fresh && copy ? open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
	if (dir >= 0) {
		fsync(dir); /* else the file's name may be lost with the power */
		close(dir);
	}
	free(copy);
	return fd;
}

int audit_open(struct audit **out, const char *path, audit_sink *sink, void *ctx, struct err *err)
{
	struct audit_report r = {.lines = 0};
	int fd = open_dir_synced(path, err);

	if (fd < 0)
		return fd;
	struct audit *a = calloc(1, sizeof(*a));
	if (!a) {
		close(fd);
		return err_set(err, ENOMEM, "out of memory");
	}
	*a = (struct audit){.fd = fd, .sink = sink, .ctx = ctx};
	flock(fd, LOCK_EX);
	int rc = catch_up(a, &r, err);
	if (rc == 0)
		rc = append_report(a, &r, err);
	flock(fd, LOCK_UN);
	if (rc != 0) {
		audit_free(a);
		return rc;
	}
	*out = a;
	return 0;
}

void audit_free(struct audit *a)
{
	if (!a)
		return;
	close(a->fd);
	free(a);
}

int audit_add(struct audit *a, uint64_t now_ns, const char *event, const char *id, json_t *detail,
	      struct err *err)
{
	struct audit_report r = {.lines = 0};
	char *text = detail ? json_dumps(detail, JSON_COMPACT | JSON_ENSURE_ASCII) : NULL;

	if (text && strlen(text) > AUDIT_LINE_MAX - 1024) {
		char hex[HEX + 1];
		uint8_t hash[32];
		hash_sha256(text, strlen(text), hash);
		json_decref(detail);
		detail = json_pack("{s:I,s:s}", "too_long_bytes", (json_int_t)strlen(text),
				   "sha256", hash_hex(hash, 32, hex));
	}
	free(text);
	flock(a->fd, LOCK_EX);
	int rc = catch_up(a, &r, err);
	if (rc == 0)
		rc = append_report(a, &r, err);
	if (rc == 0)
		rc = append(a, now_ns, event, id, detail, err);
	flock(a->fd, LOCK_UN);
	json_decref(detail);
	return rc;
}

int audit_sync(struct audit *a, struct err *err)
{
	if (fsync(a->fd) != 0)
		return err_set(err, errno, "cannot flush the audit log: %s", strerror(errno));
	return 0;
}

struct audit_head audit_head(const struct audit *a)
{
	return a->head;
}

int audit_verify(const char *path, const struct audit_head *expect, struct audit_report *report,
		 struct err *err)
{
	struct scan s = {.report = report, .expect = expect};
	uint64_t at = 0;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	*report = (struct audit_report){.lines = 0};
	if (fd < 0)
		return err_set(err, errno, "cannot open %s: %s", path, strerror(errno));
	int rc = scan(&s, fd, &at, err);
	close(fd);
	if (rc != 0)
		return rc;
	report->truncated = expect && expect->seq > 0 && !s.met;
	if (report->bad_line)
		return err_set(err, EBADMSG, "line %llu does not fit the chain",
			       (unsigned long long)report->bad_line);
	if (report->truncated)
		return err_set(err, EBADMSG, "the record %llu seen before is not in the file",
			       (unsigned long long)expect->seq);
	return 0;
}
