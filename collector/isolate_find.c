// SPDX-License-Identifier: Apache-2.0
/* Where an isolator's program is: vigie-isolate-NAME (or NAME) in isolate.dir. Where that is the
 * installation's folder and is not there, the isolators of a build directory lie beside this program,
 * and those of an installation that was moved as far from it as ever. */
#include "isolate_engine.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define PREFIX "vigie-isolate-"
#define KNOWN 32u /* isolators that a message names */

static const char *const from_us[] = {".", "../libexec/vigie/isolators"};

bool isolate_find_name_ok(const char *name)
{
	size_t n = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-");
	return n > 0 && n < 40 && name[n] == 0 && name[0] != '-';
}

/* False: only `dir` itself counts. */
static bool place_from_us(const char *dir, unsigned i, char *path, size_t size)
{
	char exe[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", exe, sizeof(exe) - 1);

	if (n <= 0 || strcmp(dir, VIGIE_ISOLATORS) != 0 || access(dir, F_OK) == 0)
		return false;
	exe[n] = 0;
	char *slash = strrchr(exe, '/');
	if (slash)
		snprintf(path, size, "%.*s/%s", (int)(slash - exe), exe, from_us[i]);
	return slash;
}

static bool is_in(const char *dir, const char *name, char *path, size_t size)
{
	snprintf(path, size, "%s/" PREFIX "%s", dir, name);
	if (access(path, X_OK) != 0)
		snprintf(path, size, "%s/%s", dir, name);
	return access(path, F_OK) == 0;
}

int isolate_find_program(const char *dir, const char *name, char *path, size_t size)
{
	char other[PATH_MAX + 40];
	struct stat st;

	if (!isolate_find_name_ok(name))
		return EINVAL;
	bool there = is_in(dir, name, path, size);
	for (unsigned i = 0; !there && i < 2 && place_from_us(dir, i, other, sizeof(other)); i++)
		there = is_in(other, name, path, size);
	if (stat(path, &st) != 0)
		return errno;
	/* Who may write the program may run as us. */
	if (st.st_mode & S_IWOTH || (st.st_uid != 0 && st.st_uid != geteuid()))
		return EPERM;
	return access(path, X_OK) == 0 ? 0 : errno;
}

static int is_isolator(const struct dirent *d)
{
	const char *name = d->d_name + strlen(PREFIX);

	return strncmp(d->d_name, PREFIX, strlen(PREFIX)) == 0 && isolate_find_name_ok(name);
}

/* Adds the names in `dir`, each once and only if its program can be run. */
static void add_known(const char *conf, const char *dir, char names[KNOWN][40], unsigned *n)
{
	struct dirent **list = NULL;
	char path[PATH_MAX + 80];
	int found = scandir(dir, &list, is_isolator, alphasort);

	for (int i = 0; i < found; i++) {
		const char *name = list[i]->d_name + strlen(PREFIX);
		bool is_new = *n < KNOWN && isolate_find_program(conf, name, path, sizeof(path)) == 0;

		for (unsigned k = 0; is_new && k < *n; k++)
			is_new = strcmp(names[k], name) != 0;
		if (is_new)
			snprintf(names[(*n)++], 40, "%s", name);
		free(list[i]);
	}
	free(list);
}

int isolate_find_check(const struct isolate_config *c, struct err *err)
{
	char path[PATH_MAX + 80], names[KNOWN][40], known[100] = "";
	const char *words[KNOWN + 1];
	unsigned n = 0;
	int e = isolate_find_program(c->dir, c->isolator ? c->isolator : "", path, sizeof(path));

	if (e == 0)
		return 0;
	if (e != ENOENT && e != EINVAL)
		return err_set(err, e, "isolate.isolator '%.39s': %s cannot be run: %s", c->isolator, path,
			       e == EPERM ? "others may write to it" : strerror(e));
	add_known(c->dir, c->dir, names, &n);
	for (unsigned i = 0; i < 2 && place_from_us(c->dir, i, path, sizeof(path)); i++)
		add_known(c->dir, path, names, &n);
	for (unsigned i = 0, at = 0; i < n && at < sizeof(known); i++)
		at += (unsigned)snprintf(known + at, sizeof(known) - at, "%s%s", i ? ", " : "", names[i]);
	for (unsigned i = 0; i <= n && i < KNOWN; i++)
		words[i] = i < n ? names[i] : NULL;
	words[KNOWN] = NULL;
	err_set(err, EINVAL, "isolate.isolator: there is no '%.39s' in %.100s", c->isolator ? c->isolator : "",
		c->dir);
	const char *close = c->isolator ? err_closest(c->isolator, words) : NULL;
	if (n == 0)
		err_hint(err, "there is none at all: is isolate.dir right?");
	else if (close)
		err_hint(err, "did you mean '%s'? known: %.60s", close, known);
	else
		err_hint(err, "known: %s", known);
	return -EINVAL;
}
