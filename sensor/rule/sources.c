// SPDX-License-Identifier: Apache-2.0
/* Reads rule files whole. */
#include "rule/set.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#define READ_AT_ONCE 65536u   /* bytes */
#define SIDE_FILE_MAX (64l << 20) /* bytes of a threshold.config, a list of addresses … */
#define TEXT_MAX (1ull << 30) /* bytes of all files: beyond, it is no rule file */

static int no_memory(struct err *err)
{
	return err_set(err, ENOMEM, "no memory for the rules");
}

static int make_room(struct sources *s, size_t more, struct err *err)
{
	more++; /* and a terminator */
	if (s->len + more <= s->cap)
		return 0;
	size_t cap = s->cap ? s->cap : READ_AT_ONCE;
	while (cap < s->len + more)
		cap *= 2;
	char *text = cap > TEXT_MAX ? NULL : realloc(s->text, cap);
	if (!text)
		return no_memory(err);
	s->text = text;
	s->cap = cap;
	return 0;
}

static int add_entry(struct sources *s, const struct source_file *f, struct err *err)
{
	if (s->n == s->n_cap) {
		unsigned cap = s->n_cap ? 2 * s->n_cap : 16;
		struct source_file *at = realloc(s->file, cap * sizeof(*at));

		if (!at)
			return no_memory(err);
		s->file = at;
		s->n_cap = cap;
	}
	s->file[s->n++] = *f;
	return 0;
}

static int add_file(struct sources *s, struct arena *a, const char *path, struct err *err)
{
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
	struct source_file f = {.path = rule_arena_text(a, path, strlen(path)),
				.name = rule_arena_text(a, name, strlen(name)), .at = s->len};
	FILE *in = fopen(path, "r");
	int rc = 0;
	size_t n;

	if (!in)
		return err_set(err, errno, "%s: %s", path, strerror(errno));
	do {
		rc = make_room(s, READ_AT_ONCE, err);
		if (rc)
			break;
		n = fread(s->text + s->len, 1, READ_AT_ONCE, in);
		s->len += n;
	} while (n > 0);
	if (rc == 0 && ferror(in))
		rc = err_set(err, EIO, "%s: cannot be read", path);
	fclose(in);
	f.len = s->len - f.at;
	if (rc == 0 && f.len >= 2 && memcmp(s->text + f.at, "\x1f\x8b", 2) == 0) {
		rc = err_set(err, EINVAL, "%s: it is compressed", path);
		err_hint(err, "gunzip -c %s > FILE.rules", path);
	}
	return rc ? rc : add_entry(s, &f, err);
}

static int is_rules(const struct dirent *d)
{
	size_t n = strlen(d->d_name);
	return n > 6 && strcmp(d->d_name + n - 6, ".rules") == 0;
}

static int add_dir(struct sources *s, struct arena *a, const char *path, struct err *err)
{
	struct dirent **entry;
	int n = scandir(path, &entry, is_rules, alphasort), rc = 0;

	if (n < 0)
		return err_set(err, errno, "%s: %s", path, strerror(errno));
	for (int i = 0; i < n; i++) {
		char whole[4096];

		snprintf(whole, sizeof(whole), "%s/%s", path, entry[i]->d_name);
		if (rc == 0)
			rc = add_file(s, a, whole, err);
		free(entry[i]);
	}
	free(entry);
	if (n == 0) {
		rc = err_set(err, ENOENT, "%s: no *.rules in this folder", path);
		err_hint(err, "-S none asks for no rules");
	}
	return rc;
}

int rule_sources_add(struct sources *s, struct arena *a, const char *path, struct err *err)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return err_set(err, errno, "%s: %s", path, strerror(errno));
	return S_ISDIR(st.st_mode) ? add_dir(s, a, path, err) : add_file(s, a, path, err);
}

void rule_sources_fini(struct sources *s)
{
	free(s->text);
	free(s->file);
}

char *rule_file_text(const char *path, struct err *err)
{
	struct stat st;

	errno = 0;
	/* A pipe or a device is no list: opening one could wait for ever. */
	FILE *in = stat(path, &st) == 0 && S_ISREG(st.st_mode) ? fopen(path, "r") : NULL;
	char *text = NULL;
	long n = -1;

	if (in && fseek(in, 0, SEEK_END) == 0 && (n = ftell(in)) >= 0 && n <= SIDE_FILE_MAX &&
	    fseek(in, 0, SEEK_SET) == 0)
		text = calloc(1, (size_t)n + 1);
	if (text && fread(text, 1, (size_t)n, in) != (size_t)n) {
		free(text);
		text = NULL;
	}
	if (!text)
		err_set(err, errno ? errno : EIO, "%s: %s", path,
			n > SIDE_FILE_MAX ? "too large"
			: errno		  ? strerror(errno)
					  : "not a whole file");
	if (in)
		fclose(in);
	return text;
}
