// SPDX-License-Identifier: Apache-2.0
#include "config/lookup.h"

#include <errno.h>
#include <string.h>

#define WORDS 256 /* names in one section, at most */
#define WORD  64  /* bytes of one */

struct config_param config_find(const struct config *c, const char *name)
{
	for (unsigned i = 0; i < c->n; i++) {
		const struct section *s = &c->section[i];
		size_t n = strlen(s->name);
		const char *rest = name;

		if (n > 0) {
			if (strncmp(name, s->name, n) != 0 || name[n] != '.')
				continue;
			rest = name + n + 1;
		}
		const struct param *p = param_find(s, rest);
		if (p)
			return (struct config_param){s, p};
	}
	return (struct config_param){NULL, NULL};
}

int config_inner(const struct config_param *f, struct err *err)
{
	if (!f->param->instead)
		return 0;
	err_set(err, EINVAL, "%s%s%s follows from %s and cannot be set", f->section->name,
		f->section->name[0] ? "." : "", f->param->name, f->param->instead);
	err_hint(err, "set %s", f->param->instead);
	return -EINVAL;
}

bool config_is_section(const struct config *c, const char *path)
{
	size_t n = strlen(path);

	if (n == 0)
		return true;
	for (unsigned i = 0; i < c->n; i++) {
		const char *s = c->section[i].name;
		if (strncmp(s, path, n) == 0 && (s[n] == '\0' || s[n] == '.'))
			return true;
	}
	return false;
}

/* The words that may follow a path: parameters of that section and sections below it. */
struct words {
	char text[WORDS][WORD];
	const char *at[WORDS + 1];
	unsigned n;
};

static void words_add(struct words *w, const char *word, size_t n)
{
	if (w->n == WORDS || n >= WORD)
		return;
	for (unsigned i = 0; i < w->n; i++) {
		if (strncmp(w->text[i], word, n) == 0 && w->text[i][n] == '\0')
			return;
	}
	memcpy(w->text[w->n], word, n);
	w->text[w->n][n] = '\0';
	w->at[w->n] = w->text[w->n];
	w->at[++w->n] = NULL;
}

static void words_under(const struct config *c, const char *path, size_t n, struct words *w)
{
	w->n = 0;
	w->at[0] = NULL;
	for (unsigned i = 0; i < c->n; i++) {
		const struct section *s = &c->section[i];
		if (strncmp(s->name, path, n) != 0)
			continue;
		const char *rest = s->name + n;
		if (*rest == '\0') {
			for (const struct param *p = s->params; p->name; p++)
				if (!p->instead)
					words_add(w, p->name, strlen(p->name));
			continue;
		}
		if (n > 0 && *rest++ != '.')
			continue;
		words_add(w, rest, strcspn(rest, "."));
	}
}

/* A right name in the wrong place. */
static const struct section *elsewhere(const struct config *c, const char *word)
{
	for (unsigned i = 0; i < c->n; i++) {
		const struct param *p = param_find(&c->section[i], word);
		if (p && !p->instead)
			return &c->section[i];
	}
	return NULL;
}

static void hint(const struct config *c, const char *path, size_t n, const char *word,
		 struct err *err)
{
	static struct words w; /* start-up only, main thread only */
	const char *dot = n ? "." : "";
	char list[sizeof(err->hint)] = "";

	words_under(c, path, n, &w);
	const char *close = err_closest(word, w.at);
	if (close) {
		err_hint(err, "did you mean '%.*s%s%s'?", (int)n, path, dot, close);
		return;
	}
	const struct section *s = elsewhere(c, word);
	if (s) {
		err_hint(err, "did you mean '%s%s%s'?", s->name, s->name[0] ? "." : "", word);
		return;
	}
	for (unsigned i = 0, len = 0; i < w.n && len + WORD < sizeof(list) - 16; i++)
		len += (unsigned)snprintf(list + len, sizeof(list) - len, "%s%s", i ? ", " : "",
					  w.at[i]);
	if (list[0])
		err_hint(err, "known here: %.180s", list);
}

int config_unknown(const struct config *c, const char *path, bool mapping, struct err *err)
{
	size_t n = 0; /* bytes of the longest part that is a section; the next word is wrong */
	char word[WORD], head[256];

	for (size_t i = 0; path[i]; i++) {
		if (path[i] != '.' || i >= sizeof(head))
			continue;
		memcpy(head, path, i);
		head[i] = '\0';
		if (config_is_section(c, head))
			n = i;
	}
	const char *rest = path + n + (n > 0);
	snprintf(word, sizeof(word), "%.*s", (int)strcspn(rest, "."), rest);
	err_set(err, ENOENT, "unknown %s '%.120s'", mapping ? "section" : "parameter", path);
	hint(c, path, n, word, err);
	return -ENOENT;
}
