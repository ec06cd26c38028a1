// SPDX-License-Identifier: Apache-2.0
/* A rule set: its files read, each rule compiled or its mistake reported, all put in order.
 *
 * Order: as Suricata's detect-engine-sigorder.c has it: pass, drop, reject, alert; then what sets
 * flowbits, sets and asks, asks, has none; likewise flowints, variables, bits of hosts; then by
 * priority, sid, gid. A number that is used twice: the higher revision stays, the first of equals.
 */
#include "rule/set.h"

#include "base/hash.h"
#include "proto/file_known.h"
#include "rule/pages.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define REPORT_MAX 4096 /* bytes */

static int midstream_check(const char *text, struct err *err)
{
	if (strcmp(text, "auto") == 0 || strcmp(text, "yes") == 0 || strcmp(text, "no") == 0)
		return 0;
	err_set(err, EINVAL, "%s: not an answer", text);
	err_hint(err, "auto, yes or no");
	return -EINVAL;
}

const struct param rule_params[] = {
	PARAM_TEXT(PARAM_LIST, struct rule_config, files, NULL,
		   "rule files, or folders whose *.rules are read by name"),
	PARAM_TEXT(PARAM_LIST, struct rule_config, vars, NULL,
		   "address variables, each NAME=value; home_net sets HOME_NET"),
	PARAM_TEXT(PARAM_LIST, struct rule_config, port_vars, NULL,
		   "port variables, each NAME=value"),
	PARAM_TEXT(PARAM_STR, struct rule_config, threshold_file, NULL,
		   "suppress and event_filter lines, as Suricata's threshold.config"),
	PARAM_TEXT(PARAM_STR, struct rule_config, cache, NULL,
		   "folder of compiled rule sets, for a quick start; none: nowhere; not given: "
		   "/var/lib/vigie/cache live, else $XDG_CACHE_HOME/vigie or ~/.cache/vigie"),
	PARAM_TEXT(PARAM_STR, struct rule_config, datasets, NULL,
		   "folder of the sets that rules change (dataset: state, save): read at start, written "
		   "at the end; none: nowhere; not given: /var/lib/vigie/datasets live, else nowhere"),
	PARAM_TEXT(PARAM_STR, struct rule_config, reputation_categories, NULL,
		   "iprep: file of \"number,name,text\" lines"),
	PARAM_TEXT(PARAM_LIST, struct rule_config, reputation, NULL,
		   "iprep: files of \"address[/bits],category number,score 1-127\" lines"),
	PARAM_CHECKED(PARAM_STR, struct rule_config, midstream, "auto", midstream_check,
		      "rules look into TCP connections whose handshake was not seen: yes; no: at their packets "
		      "alone, none is established, as Suricata does by default; auto: yes live, no from files"),
	PARAM(PARAM_U32, struct rule_config, candidates, 1, 65536, 1024, "",
	      "rules evaluated on one buffer at most; the excess is counted"),
	PARAM(PARAM_U32, struct rule_config, pending, 1, 10000000, 16384, "",
	      "candidates that wait for more of a stream, a worker"),
	PARAM(PARAM_U32, struct rule_config, flowbits, 1, 10000000, 65536, "",
	      "conversations that carry flowbits, a worker"),
	{0},
};

struct load { /* what loading needs and the set does not */
	struct compile c;
	struct sources sources;
	struct rule_set *set;
	struct signature **sig;
	unsigned n, cap;
	FILE *report;
};

static int set_vars(struct load *l, const struct rule_config *c, struct err *err)
{
	if (c->home_net.n) {
		char text[65536] = "[";
		size_t n = 1;

		for (unsigned i = 0; i < c->home_net.n && n < sizeof(text); i++)
			n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%s", i ? "," : "",
					      c->home_net.at[i]);
		if (n + 2 > sizeof(text))
			return err_set(err, E2BIG, "home_net is longer than %zu bytes",
				       sizeof(text));
		strcpy(text + n, "]");
		int rc = rule_net_set(&l->c.vars, false, "HOME_NET", text, err);
		if (rc)
			return rc;
	}
	for (unsigned i = 0; i < c->vars.n; i++) {
		int rc = rule_net_assign(&l->c.vars, false, c->vars.at[i], err);
		if (rc)
			return rc;
	}
	for (unsigned i = 0; i < c->port_vars.n; i++) {
		int rc = rule_net_assign(&l->c.vars, true, c->port_vars.at[i], err);
		if (rc)
			return rc;
	}
	return 0;
}

static unsigned line_at(const char *text, size_t offset, size_t *line_start)
{
	unsigned line = 1;

	*line_start = 0;
	for (size_t i = 0; i < offset; i++) {
		if (text[i] == '\n') {
			line++;
			*line_start = i + 1;
		}
	}
	return line;
}

/* `joined` is the text the fault points into; `text` the same with its lines as they are. */
static void report_fault(struct load *l, const struct source_file *file, const char *text,
			 const char *joined, const struct fault *f)
{
	char out[REPORT_MAX];
	size_t start, at = (size_t)(f->at.at - joined);
	unsigned line = line_at(text, at, &start);

	l->set->n_failed++;
	err_at(f->err, line, (unsigned)(at - start) + 1, f->at.len ? f->at.len : 1);
	if (!l->report)
		return;
	err_report(f->err, file->path, text, out, sizeof(out));
	fputs(out, l->report);
}

static int keep(struct load *l, struct signature *s, struct err *err)
{
	if (l->n == l->cap) {
		unsigned cap = l->cap ? 2 * l->cap : 1024;
		struct signature **sig = realloc(l->sig, cap * sizeof(*sig));

		if (!sig)
			return err_set(err, ENOMEM, "no memory for the rules");
		l->sig = sig;
		l->cap = cap;
	}
	s->file_order = l->n;
	l->sig[l->n++] = s;
	return 0;
}

static unsigned lines_in(const char *at, const char *end)
{
	unsigned n = 0;

	while (at < end && (at = memchr(at, '\n', (size_t)(end - at)))) {
		at++;
		n++;
	}
	return n;
}

static int read_rules(struct load *l, const struct source_file *file, const char *text,
		      const char *joined, struct err *err)
{
	struct err why;
	struct fault f = {.err = &why};
	struct span rule;
	size_t at = 0, counted = 0;
	unsigned line = 1;
	int rc = 0;

	while (rc == 0 && rule_text_next(joined, file->len, &at, &rule)) {
		struct signature *s;
		size_t start = (size_t)(rule.at - joined);

		line += lines_in(text + counted, text + start);
		counted = start;
		f.at = rule;
		if (rule_compile(&l->c, rule, &s, &f)) {
			report_fault(l, file, text, joined, &f);
			continue;
		}
		s->rule.file = file->name;
		s->rule.line = line;
		rc = keep(l, s, err);
	}
	return rc;
}

static int read_file(struct load *l, const struct source_file *file, struct err *err)
{
	const char *slash = strrchr(file->path, '/');

	l->c.datasets.arena = l->c.arena;
	l->c.datasets.report = l->report;
	l->c.datasets.kept = l->c.config->datasets;
	l->c.datasets.folder = rule_arena_text(l->c.arena, file->path,
					       slash ? (size_t)(slash - file->path) + 1 : 0);
	/* Read where it lies, but for a rule over several lines: then from a copy, and mistakes are
	 * shown in the other one. There is room for the terminator: rule_sources_add() sees to it. */
	char *text = l->sources.text + file->at, *copy = NULL, behind = text[file->len];

	if (rule_text_continues(text, file->len)) {
		copy = calloc(1, file->len + 1);
		if (!copy)
			return err_set(err, ENOMEM, "no memory for the rules");
		memcpy(copy, text, file->len);
		rule_text_join(copy, file->len);
	}
	text[file->len] = '\0';
	int rc = read_rules(l, file, text, copy ? copy : text, err);
	text[file->len] = behind;
	free(copy);
	return rc;
}

static int by_number(const void *a, const void *b)
{
	const struct signature *x = *(const struct signature *const *)a;
	const struct signature *y = *(const struct signature *const *)b;
	const struct about *p = &x->rule.about, *q = &y->rule.about;

	if (x->rule.pass != y->rule.pass)
		return x->rule.pass ? -1 : 1;
	if (p->gid != q->gid)
		return p->gid < q->gid ? -1 : 1;
	if (p->sid != q->sid)
		return p->sid < q->sid ? -1 : 1;
	return x->file_order < y->file_order ? -1 : 1;
}

/* What is told first when a packet has more than detect.packet_alerts. */
static int by_rank(const void *a, const void *b)
{
	const struct signature *x = *(const struct signature *const *)a;
	const struct signature *y = *(const struct signature *const *)b;
	const struct about *p = &x->rule.about, *q = &y->rule.about;

	if (x->action_rank != y->action_rank)
		return x->action_rank < y->action_rank ? -1 : 1;
	if (x->state_rank != y->state_rank)
		return x->state_rank < y->state_rank ? -1 : 1;
	if (x->xbit_rank != y->xbit_rank)
		return x->xbit_rank < y->xbit_rank ? -1 : 1;
	if (p->severity != q->severity)
		return p->severity < q->severity ? -1 : 1;
	if (p->sid != q->sid)
		return p->sid < q->sid ? -1 : 1;
	return p->gid < q->gid ? -1 : 1;
}

static bool same_number(const struct signature *a, const struct signature *b)
{
	return a->rule.pass == b->rule.pass && a->rule.about.gid == b->rule.about.gid &&
	       a->rule.about.sid == b->rule.about.sid;
}

/* Sorted: the later of two with one number replaces the earlier when its revision is higher. */
static void drop_duplicates(struct load *l)
{
	unsigned n = 0;

	for (unsigned i = 0; i < l->n; i++) {
		struct signature *s = l->sig[i];
		struct signature *last = n ? l->sig[n - 1] : NULL;

		if (!last || !same_number(last, s)) {
			l->sig[n++] = s;
			continue;
		}
		bool newer = s->rule.about.rev > last->rule.about.rev;
		const struct rule *gone = newer ? &last->rule : &s->rule;
		const struct rule *stays = newer ? &s->rule : &last->rule;
		if (newer)
			l->sig[n - 1] = s;
		l->set->n_failed++;
		if (l->report)
			fprintf(l->report,
				"%s:%u: error: sid %u is given twice: the rule at %s:%u stays (rev %u)\n",
				gone->file, gone->line, gone->about.sid, stays->file, stays->line,
				stays->about.rev);
	}
	l->n = n;
}

static const struct keyword passing = {
	.name = "dataset that rules change, in a pass rule", .syntax = "", .what = ""};
static const struct keyword nested = {
	.name = "dataset that rules change, on base64_data", .syntax = "", .what = ""};

/* Which rules ask for sets that change is known when all have been read. */
static void find_set_askers(struct load *l, struct signature *s)
{
	struct rule *r = &s->rule;
	const struct keyword *why = NULL;

	for (unsigned i = 0; i < r->n_dataset; i++) {
		const struct dataset_op *op = r->dataset[i];

		if (!op->set->changes)
			continue;
		r->asks_sets = r->conditional = true;
		why = op->nested ? &nested : r->pass ? &passing : why;
	}
	struct group *group = (struct group *)(uintptr_t)s->group;
	for (unsigned g = 0; r->asks_sets && g < s->n_group; g++) {
		for (unsigned i = 0; i < group[g].n; i++) {
			const struct dataset_op *op = group[g].step[i].arg;

			if (group[g].step[i].kind == STEP_dataset)
				group[g].asks_sets |= op->set->changes;
		}
	}
	if (why && !r->unmatched) {
		s->unmatched = rule_arena_copy(l->c.arena, &why, sizeof(why));
		s->n_unmatched = 1;
		r->unmatched = why->name;
	}
	l->set->engine->has_sets |= r->asks_sets;
}

/* What is made of whole files only because some rule asks for it. */
static unsigned files_wanted(const struct signature *s)
{
	static const char *const fields[KNOW_count] = {[KNOW_md5] = "file.md5", [KNOW_sha1] = "file.sha1",
						       [KNOW_sha256] = "file.sha256",
						       [KNOW_magic] = "file.magic"};
	unsigned wants = 0;

	for (unsigned g = 0; g < s->n_group && !s->rule.unmatched; g++) {
		for (unsigned k = 0; s->group[g].kind == GROUP_tx && k < KNOW_count; k++)
			wants |= (unsigned)(strcmp(s->group[g].buffer->name, fields[k]) == 0) << k;
	}
	return wants;
}

static int finish(struct load *l, struct cache *cache, struct err *err)
{
	struct rule_set *set = l->set;

	if (l->n)
		qsort(l->sig, l->n, sizeof(*l->sig), by_number);
	drop_duplicates(l);
	if (l->n)
		qsort(l->sig, l->n, sizeof(*l->sig), by_rank);
	set->rule = rule_arena_take(&set->engine->arena, (l->n + 1) * sizeof(*set->rule));
	for (unsigned i = 0; i < l->n; i++) {
		struct signature *s = l->sig[i];

		s->rule.index = i;
		find_set_askers(l, s);
		set->rule[i] = &s->rule;
		set->n_matched += s->rule.unmatched == NULL;
		set->wants_files |= files_wanted(s);
		for (unsigned g = 0; g < s->n_group; g++)
			set->engine->has_header_chains |=
				s->group[g].kind == GROUP_header && s->group[g].chain;
		set->wants_streams |= !s->rule.unmatched && (s->where & WHERE_STREAM);
		set->wants_tracking |= !s->rule.unmatched && s->tracks;
	}
	set->n = l->n;
	set->datasets = l->c.datasets.first;
	set->engine->sig = rule_arena_copy(&set->engine->arena, l->sig, l->n * sizeof(*l->sig));
	set->engine->n_sig = l->n;
	set->engine->n_flowbits = l->c.flowbits.n;
	set->engine->n_flowints = l->c.flowints.n;
	set->engine->flowbit = l->c.flowbits.at;
	set->engine->flowint = l->c.flowints.at;
	set->engine->n_flowvars = l->c.flowvars.n;
	set->engine->n_pktvars = l->c.pktvars.n;
	set->engine->flowvar = l->c.flowvars.at;
	return rule_engine_build(set->engine, cache, err);
}

static int load(struct load *l, const struct rule_config *c, struct err *err)
{
	uint8_t sum[32];
	int rc = set_vars(l, c, err);

	l->c.config = c;
	if (rc == 0)
		rc = rule_reputation_load(&l->c.reputation, l->c.arena, c, l->report, err);
	for (unsigned i = 0; rc == 0 && i < c->files.n; i++)
		rc = rule_sources_add(&l->sources, l->c.arena, c->files.at[i], err);
	if (rc)
		return rc;
	hash_sha256(l->sources.text ? l->sources.text : "", l->sources.len, sum);
	hash_hex(sum, sizeof(sum), l->set->sha256);
	for (unsigned i = 0; rc == 0 && i < l->sources.n; i++)
		rc = read_file(l, &l->sources.file[i], err);
	struct cache cache = {.dir = c->cache};
	if (rc == 0)
		rc = finish(l, &cache, err);
	if (rc == 0 && c->threshold_file && c->threshold_file[0])
		rc = rule_filters_read(c->threshold_file, l->set, &l->c.vars, l->report, err);
	rule_cache_fini(&cache);
	if (cache.misses || cache.refused)
		rule_cache_prune(&cache);
	if (cache.refused && l->report)
		fprintf(l->report, "%u damaged files in %s, compiled anew\n", cache.refused, c->cache);
	if (cache.error && l->report)
		fprintf(l->report, "%s cannot be written: %s\n", c->cache, strerror(cache.error));
	return rc;
}

int rule_set_load(const struct rule_config *c, struct rule_set **out, FILE *report,
		  struct err *err)
{
	struct { /* one piece, so that there is one thing to give back */
		struct rule_set set;
		struct rule_engine engine;
	} *both = calloc(1, sizeof(*both));
	struct load *l = calloc(1, sizeof(*l));

	if (!both || !l) {
		free(both);
		free(l);
		return err_set(err, ENOMEM, "no memory for the rules");
	}
	both->set.engine = &both->engine;
	l->set = &both->set;
	l->report = report;
	l->c.arena = &both->engine.arena;
	rule_pages_serve();
	rule_net_defaults(&l->c.vars, l->c.arena);
	rule_keywords_init(&l->c.keywords);
	int rc = load(l, c, err);
	rule_sources_fini(&l->sources);
	free(l->sig);
	free(l);
	if (rc)
		rule_set_free(&both->set);
	else
		*out = &both->set;
	return rc;
}

void rule_set_free(struct rule_set *set)
{
	if (!set)
		return;
	rule_engine_fini(set->engine);
	free(set); /* the engine is in the same piece */
}
