// SPDX-License-Identifier: Apache-2.0
#include "audit.h"
#include "check.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char path[64];
static unsigned sunk;

static void sink(void *ctx, uint64_t seq, const char *hash, const char *json)
{
	(void)ctx;
	sunk += seq > 0 && strlen(hash) == 64 && json[0] == '{';
}

static struct audit *open_log(void)
{
	struct audit *a = NULL;
	struct err err = {.msg = ""};

	CHECK_EQ(audit_open(&a, path, sink, NULL, &err), 0);
	return a;
}

static void add(struct audit *a, const char *event, int n)
{
	struct err err;
	CHECK_EQ(audit_add(a, 1, event, "id", json_pack("{s:i}", "n", n), &err), 0);
}

static int verify(const struct audit_head *expect, struct audit_report *r)
{
	struct err err;
	return audit_verify(path, expect, r, &err);
}

/* A fresh log of `n` records; its head. */
static struct audit_head fresh(int n)
{
	struct err err;

	unlink(path);
	struct audit *a = open_log();
	for (int i = 0; i < n; i++)
		add(a, "planned", i);
	CHECK_EQ(audit_sync(a, &err), 0);
	struct audit_head head = audit_head(a);
	audit_free(a);
	return head;
}

static char *slurp(size_t *n)
{
	FILE *f = fopen(path, "r");
	char *text = calloc(1, 1 << 20);

	*n = fread(text, 1, (1 << 20) - 1, f);
	fclose(f);
	return text;
}

static void spit(const char *text, size_t n)
{
	FILE *f = fopen(path, "w");
	fwrite(text, 1, n, f);
	fclose(f);
}

static void whole(void)
{
	struct audit_report r;

	CASE("five records are whole, and each reached the sink");
	sunk = 0;
	struct audit_head head = fresh(5);
	CHECK_EQ(sunk, 5);
	CHECK_EQ(verify(&head, &r), 0);
	CHECK_EQ(r.lines, 5);
	CHECK_EQ(r.head.seq, 5);

	CASE("opened again, the chain goes on");
	sunk = 0;
	struct audit *a = open_log();
	CHECK_EQ(sunk, 5);
	add(a, "sent", 6);
	audit_free(a);
	CHECK_EQ(verify(&head, &r), 0);
	CHECK_EQ(r.head.seq, 6);
}

static void tampered(void)
{
	struct audit_report r;
	size_t n;

	CASE("every single byte counts");
	fresh(3);
	char *text = slurp(&n);
	unsigned missed = 0;
	for (size_t i = 0; i < n; i++) {
		text[i] ^= 1;
		spit(text, n);
		/* A newline made or lost joins or cuts lines: the last one may then be torn. */
		missed += verify(NULL, &r) == 0 && r.torn_bytes == 0;
		text[i] ^= 1;
	}
	CHECK_EQ(missed, 0);

	CASE("a line taken out");
	char *second = strchr(text, '\n') + 1, *third = strchr(second, '\n') + 1;
	char *cut = calloc(1, n + 1);
	size_t head = (size_t)(second - text);
	memcpy(cut, text, head);
	memcpy(cut + head, third, n - (size_t)(third - text));
	spit(cut, n - (size_t)(third - second));
	CHECK_EQ(verify(NULL, &r), -EBADMSG);
	CHECK_EQ(r.bad_line, 2);

	CASE("a line doubled");
	memcpy(cut, text, head);
	memcpy(cut + head, text, head);
	spit(cut, 2 * head);
	CHECK_EQ(verify(NULL, &r), -EBADMSG);
	free(cut);
	free(text);
}

static void cut_off(void)
{
	struct audit_report r;
	size_t n;

	CASE("lines cut off at the end show against a head seen before");
	struct audit_head head = fresh(3);
	char *text = slurp(&n);
	char *second = strchr(text, '\n') + 1;
	spit(text, (size_t)(second - text));
	CHECK_EQ(verify(NULL, &r), 0);
	CHECK_EQ(verify(&head, &r), -EBADMSG);
	CHECK(r.truncated);
	free(text);
}

static void torn(void)
{
	struct audit_report r;
	size_t n;
	unsigned bad = 0;

	CASE("cut at any byte, it opens again, says so, and is whole");
	fresh(3);
	char *text = slurp(&n);
	for (size_t at = 0; at <= n; at++) {
		spit(text, at);
		struct audit *a = open_log();
		add(a, "sent", 1);
		audit_free(a);
		bool boundary = at == 0 || text[at - 1] == '\n';
		size_t m;
		char *now = slurp(&m);
		bad += verify(NULL, &r) != 0 || r.torn_bytes != 0;
		bad += boundary == (strstr(now, "\"event\":\"torn\"") != NULL);
		free(now);
	}
	CHECK_EQ(bad, 0);
	free(text);

	CASE("a line that does not fit is left alone, and reported");
	fresh(3);
	text = slurp(&n);
	text[70] ^= 1;
	spit(text, n);
	struct audit *a = open_log();
	add(a, "sent", 1);
	audit_free(a);
	size_t m;
	char *now = slurp(&m);
	CHECK(memcmp(now, text, n) == 0);
	CHECK(strstr(now, "\"event\":\"broken\"") != NULL);
	CHECK_EQ(verify(NULL, &r), -EBADMSG);
	CHECK_EQ(r.bad_line, 1);
	free(now);
	free(text);
}

static void two_at_once(void)
{
	struct audit_report r;

	CASE("two processes, one chain");
	fresh(0);
	struct audit *a = open_log();
	pid_t pid = fork();
	if (pid == 0) {
		struct audit *b = open_log();
		for (int i = 0; i < 100; i++)
			add(b, "child", i);
		audit_free(b);
		audit_free(a);
		_exit(check_case.bad);
	}
	for (int i = 0; i < 100; i++)
		add(a, "parent", i);
	int status = -1;
	waitpid(pid, &status, 0);
	audit_free(a);
	CHECK_EQ(status, 0);
	CHECK_EQ(verify(NULL, &r), 0);
	CHECK_EQ(r.head.seq, 200);
}

static void grown_by(long bytes)
{
	struct stat st;
	long before = stat(path, &st) == 0 ? (long)st.st_size : 0;

	for (unsigned i = 0; i < 30000; i++) {
		if (stat(path, &st) == 0 && st.st_size >= before + bytes)
			return;
		usleep(1000);
	}
}

static void killed(void)
{
	struct audit_report r;

	CASE("kill -9 while it writes, twenty times");
	fresh(0);
	for (int i = 0; i < 20; i++) {
		pid_t pid = fork();
		if (pid == 0) {
			struct audit *b = open_log();
			for (int k = 0;; k++)
				add(b, "sent", k);
		}
		grown_by(1000); /* some lines, however slow it starts */
		usleep(700 * (unsigned)i);
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
	}
	audit_free(open_log());
	CHECK_EQ(verify(NULL, &r), 0);
	CHECK(r.head.seq > 20);
}

static void too_long(void)
{
	struct audit_report r;
	struct err err;
	char *big = calloc(1, AUDIT_LINE_MAX + 1);

	CASE("a detail that is too long is replaced by its hash");
	memset(big, 'x', AUDIT_LINE_MAX);
	fresh(0);
	struct audit *a = open_log();
	CHECK_EQ(audit_add(a, 1, "answered", "id", json_pack("{s:s}", "x", big), &err), 0);
	audit_free(a);
	CHECK_EQ(verify(NULL, &r), 0);
	size_t n;
	char *now = slurp(&n);
	CHECK(n < 1000 && strstr(now, "too_long_bytes") != NULL);
	free(now);
	free(big);

	CASE("a folder that is not there");
	CHECK_EQ(audit_open(&a, "/nonexistent/audit.log", NULL, NULL, &err), -ENOENT);
	CHECK(err.msg[0] != 0);
}

int main(void)
{
	snprintf(path, sizeof(path), "/tmp/vg-audit-%d.log", (int)getpid());
	whole();
	tampered();
	cut_off();
	torn();
	two_at_once();
	killed();
	too_long();
	unlink(path);
	return check_done();
}
