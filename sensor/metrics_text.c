// SPDX-License-Identifier: Apache-2.0
/* stats.json → Prometheus text. One source of numbers: what a room counts is a metric the same day.
 *
 * Numbers only; null (a loss that the source cannot tell) is left out, never 0. The names of
 * metrics.def are kept for ever; other members become vigie_SECTION_NAME.
 *
 * Thread: any; values only. jansson reads, off the fast path.
 * Source: Prometheus exposition format 0.0.4: the lines of one metric stand together.
 */
#include "metrics.h"

#include <ctype.h>
#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define PATH_MAX_ 160

struct text {
	char *at;
	size_t len, cap;
	bool full;
};

static void put(struct text *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static void put(struct text *t, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	int n = vsnprintf(t->at + t->len, t->cap - t->len, fmt, ap);
	va_end(ap);
	if (n < 0 || (size_t)n >= t->cap - t->len)
		t->full = true;
	else
		t->len += (size_t)n;
}

static const struct named {
	const char *path, *metric, *type, *help;
} named[] = {
#define METRIC(path_, metric_, type_, help_) {path_, metric_, type_, help_},
#include "metrics.def"
#undef METRIC
};

#define N_NAMED (sizeof(named) / sizeof(named[0]))

static const char *const places[METRICS_places] = {"nic", "ring", "worker", "detect", "journal"};

static json_t *at_path(json_t *root, const char *path)
{
	char name[PATH_MAX_];
	json_t *v = root;

	while (*path && v) {
		size_t n = strcspn(path, ".");
		snprintf(name, sizeof(name), "%.*s", (int)n, path);
		v = json_object_get(v, name);
		path += n + (path[n] == '.');
	}
	return v;
}

static void value(struct text *t, const json_t *v)
{
	if (json_is_integer(v))
		put(t, " %llu\n", (unsigned long long)json_integer_value(v));
	else
		put(t, " %.9g\n", json_number_value(v));
}

static size_t bare(const char *metric)
{
	return strcspn(metric, "{");
}

static void put_named(struct text *t, json_t *root)
{
	const char *before = ""; /* the metric told last */

	for (size_t i = 0; i < N_NAMED; i++) {
		json_t *v = at_path(root, named[i].path);
		size_t n = bare(named[i].metric);
		bool same = bare(before) == n && strncmp(named[i].metric, before, n) == 0;

		if (!json_is_number(v))
			continue;
		if (!same)
			put(t, "# HELP %.*s %s\n# TYPE %.*s %s\n", (int)n, named[i].metric,
			    named[i].help, (int)n, named[i].metric, named[i].type);
		before = named[i].metric;
		put(t, "%s", named[i].metric);
		value(t, v);
	}
}

static bool is_named(const char *path)
{
	for (size_t i = 0; i < N_NAMED; i++)
		if (strcmp(named[i].path, path) == 0)
			return true;
	return false;
}

typedef void (*visit)(void *to, const char *path, const json_t *v, int index);

/* Depth-first, in the order of the object; as deep as stats.json is, no deeper. */
static void walk(const char *path, json_t *v, unsigned depth, visit f, void *to)
{
	char below[PATH_MAX_];
	const char *key;
	json_t *member;
	size_t i;

	if (json_is_number(v)) {
		f(to, path, v, -1);
	} else if (json_is_array(v)) {
		json_array_foreach(v, i, member)
			if (json_is_number(member))
				f(to, path, member, (int)i);
	} else if (json_is_object(v) && depth < 8) {
		json_object_foreach(v, key, member) {
			snprintf(below, sizeof(below), "%.80s%s%.70s", path, *path ? "." : "", key);
			walk(below, member, depth + 1, f, to);
		}
	}
}

static void put_plain(void *to, const char *path, const json_t *v, int index)
{
	struct text *t = to;

	if (is_named(path))
		return;
	put(t, "vigie_");
	for (const char *c = path; *c; c++)
		put(t, "%c", isalnum((unsigned char)*c) ? *c : '_');
	if (index >= 0)
		put(t, "{index=\"%d\"}", index);
	value(t, v);
}

static void put_peaks(struct text *t, const struct metrics_peaks *p)
{
	put(t, "# HELP vigie_capture_dropped_per_second_max the worst second of the window\n"
	       "# TYPE vigie_capture_dropped_per_second_max gauge\n");
	for (unsigned i = 0; i < METRICS_places; i++) {
		put(t, "vigie_capture_dropped_per_second_max{where=\"%s\",window=\"1m\"} %llu\n",
		    places[i], (unsigned long long)metrics_peaks_minute(p, i));
		put(t, "vigie_capture_dropped_per_second_max{where=\"%s\",window=\"run\"} %llu\n",
		    places[i], (unsigned long long)p->most[i]);
	}
}

static void put_info(struct text *t, json_t *root)
{
	const char *version = json_string_value(json_object_get(root, "version"));
	const char *rules = json_string_value(json_object_get(root, "ruleset_sha256"));
	const json_t *nic = at_path(root, "capture.lost.nic");

	put(t, "# HELP vigie_ruleset_info the program and the rules that are loaded\n"
	       "# TYPE vigie_ruleset_info gauge\n"
	       "vigie_ruleset_info{version=\"%.40s\",sha256=\"%.64s\"} 1\n",
	    version ? version : "", rules ? rules : "");
	put(t, "# HELP vigie_capture_drops_known 0: the source cannot tell what it drops\n"
	       "# TYPE vigie_capture_drops_known gauge\nvigie_capture_drops_known %d\n",
	    json_is_number(nic));
}

size_t metrics_text(const char *stats, const struct metrics_peaks *peaks, char *out, size_t size)
{
	struct text t = {.at = out, .cap = size};
	json_t *root = json_loads(stats, 0, NULL);

	if (!json_is_object(root)) {
		json_decref(root);
		return 0;
	}
	put_named(&t, root);
	put_info(&t, root);
	put_peaks(&t, peaks);
	walk("", root, 0, put_plain, &t);
	json_decref(root);
	return t.full ? 0 : t.len;
}

bool metrics_losses(const char *stats, uint64_t total[METRICS_places])
{
	json_t *root = json_loads(stats, 0, NULL);
	char path[64];

	for (unsigned i = 0; i < METRICS_places; i++) {
		snprintf(path, sizeof(path), "capture.lost.%s", places[i]);
		total[i] = (uint64_t)json_integer_value(at_path(root, path));
	}
	bool good = json_is_object(root);
	json_decref(root);
	return good;
}

struct each {
	void (*put)(void *to, const char *name, uint64_t v);
	void *to;
};

static void each(void *to, const char *path, const json_t *v, int index)
{
	struct each *e = to;
	char name[PATH_MAX_ + 12];

	snprintf(name, sizeof(name), index < 0 ? "%s" : "%s.%d", path, index);
	e->put(e->to, name, (uint64_t)json_number_value(v));
}

void metrics_each(const char *stats, void (*put_one)(void *, const char *, uint64_t), void *to)
{
	struct each e = {put_one, to};
	json_t *root = json_loads(stats, 0, NULL);

	walk("", root, 0, each, &e);
	json_decref(root);
}

void metrics_peaks_take(struct metrics_peaks *p, const uint64_t total[METRICS_places])
{
	for (unsigned i = 0; i < METRICS_places; i++) {
		uint64_t more = total[i] > p->before[i] ? total[i] - p->before[i] : 0;

		p->before[i] = total[i];
		p->second[i][p->at] = more;
		if (more > p->most[i])
			p->most[i] = more;
	}
	p->at = (p->at + 1) % METRICS_WINDOW;
	if (p->n < METRICS_WINDOW)
		p->n++;
}

uint64_t metrics_peaks_minute(const struct metrics_peaks *p, enum metrics_place place)
{
	uint64_t most = 0;

	for (unsigned i = 0; i < p->n; i++)
		if (p->second[place][i] > most)
			most = p->second[place][i];
	return most;
}
