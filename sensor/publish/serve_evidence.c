// SPDX-License-Identifier: Apache-2.0
/* REP gives evidence out, a piece a request. A file that has its name is whole and never changes;
 * one that retention removes between two requests is an error of the second. */
#include "publish/serve.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define HEAD 96u /* room for the first line */

static const char *say(struct journal_reader *r, const char *text, size_t *len)
{
	*len = (size_t)snprintf(r->reply, JOURNAL_REPLY_MAX, "error %s\n", text);
	return r->reply;
}

/* The reader's id has no slash (wire/journal_api.h), so it cannot leave the directory. */
static int open_file(const struct serve *s, const char *id, struct stat *st)
{
	char path[4096 + JOURNAL_EVIDENCE_ID + 16];

	snprintf(path, sizeof(path), "%s/%s.pcapng", s->evidence_dir, id);
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd >= 0 && (fstat(fd, st) < 0 || !S_ISREG(st->st_mode))) {
		close(fd);
		fd = -1;
	}
	return fd;
}

static bool read_at(int fd, char *out, size_t n, uint64_t at)
{
	while (n > 0) {
		ssize_t got = pread(fd, out, n, (off_t)at);
		if (got <= 0)
			return false;
		out += got;
		at += (uint64_t)got;
		n -= (size_t)got;
	}
	return true;
}

const char *serve_evidence(const struct serve *s, struct journal_reader *r,
			   const struct journal_request *req, size_t *len)
{
	struct journal_evidence_reply head = {.offset = req->offset};
	struct stat st;
	char line[HEAD];

	if (!s->evidence_dir || !s->evidence_dir[0])
		return say(r, "this sensor keeps no evidence", len);
	int fd = open_file(s, req->evidence, &st);
	if (fd < 0)
		return say(r, "no such evidence", len);
	head.size = (uint64_t)st.st_size;
	if (head.offset > head.size)
		head.offset = head.size;
	head.n = head.size - head.offset < JOURNAL_EVIDENCE_MAX
			 ? (uint32_t)(head.size - head.offset)
			 : JOURNAL_EVIDENCE_MAX;
	bool ok = read_at(fd, r->reply + HEAD, head.n, head.offset);
	close(fd);
	if (!ok)
		return say(r, "the evidence cannot be read", len);
	size_t n = journal_evidence_reply_write(&head, line, sizeof(line));
	char *at = r->reply + HEAD - n;
	memcpy(at, line, n);
	*len = n + head.n;
	return at;
}
