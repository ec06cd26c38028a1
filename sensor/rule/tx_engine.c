// SPDX-License-Identifier: Apache-2.0
/* Sorts the rules on transactions: a database for each (buffer, transforms, direction) that some rule
 * has its literal in; lists of those without, by the progress at which they can be decided. */
#include "rule/engine.h"

#include "rule/transform.h"

#include <stdlib.h>
#include <string.h>

static uint8_t of_field(const struct buffer *b, enum app app, uint8_t where, uint8_t dir,
			uint8_t side)
{
	const struct field *f = rule_buffer_field(b, app);
	uint8_t mine = where == GROUP_DIR_EVENT ? dir : where;

	return f && mine == side ? f->progress[side] : 0;
}

uint8_t rule_tx_needs(const struct signature *s, enum app app, uint8_t dir, uint8_t side)
{
	uint8_t most = side == dir ? s->hook : 0;

	for (unsigned i = 0; i < s->n_group; i++) {
		const struct group *g = &s->group[i];
		uint8_t p = g->buffer ? of_field(g->buffer, app, g->dir, dir, side) : 0;

		most = p > most ? p : most;
	}
	for (unsigned i = 0; i < s->n_tx_test; i++) {
		const struct tx_test *t = &s->tx_test[i];
		uint8_t p = t->field ? of_field(t->field, app, t->dir, dir, side) : 0;

		most = p > most ? p : most;
	}
	/* Events may come at any time: asked for together with other things, they are when all is there. */
	if (s->app_events && side == dir)
		most = protocols[app]->done[side];
	return most;
}

/* The direction in which a rule is put into lists and databases, or whether it belongs to `dir`. */
static bool belongs(const struct signature *s, uint8_t dir)
{
	if (s->rule.unmatched || !(s->where & WHERE_TX) || s->event_only || s->frame)
		return false;
	if (s->whole_tx)
		return dir == (s->literal_in ? s->literal_in->dir : FLOW_to_client);
	return s->apps[dir] != 0;
}

struct place { /* of one rule's literal */
	const struct buffer *buffer;
	const struct chain *chain;
	uint32_t rule;
	uint8_t dir;
};

static unsigned chain_id(const struct chain *c)
{
	return c ? c->id : 0;
}

static int place_order(const struct place *a, const struct place *b)
{
	if (a->buffer->id != b->buffer->id)
		return a->buffer->id < b->buffer->id ? -1 : 1;
	if (chain_id(a->chain) != chain_id(b->chain))
		return chain_id(a->chain) < chain_id(b->chain) ? -1 : 1;
	return (int)a->dir - (int)b->dir;
}

static int by_place(const void *a, const void *b)
{
	const struct place *x = a, *y = b;
	int c = place_order(x, y);

	return c ? c : x->rule < y->rule ? -1 : x->rule > y->rule;
}

static struct place *places(struct rule_engine *e, struct arena *scratch, uint32_t *n)
{
	struct place *p = rule_arena_take(scratch, (2ul * e->n_sig + 1) * sizeof(*p));

	*n = 0;
	for (uint32_t i = 0; i < e->n_sig; i++) {
		const struct signature *s = e->sig[i];

		for (uint8_t dir = 0; dir < 2; dir++) {
			if (belongs(s, dir) && s->literal_in)
				p[(*n)++] = (struct place){s->literal_in->buffer,
							   s->literal_in->chain, i, dir};
		}
	}
	qsort(p, *n, sizeof(*p), by_place);
	return p;
}

struct scans { /* field_scans of every protocol, before they are sorted into theirs */
	struct field_scan *at;
	unsigned n;
};

static void add_scans(const struct rule_engine *e, struct scans scans[APP_count][2],
		      const struct place *p, const struct database *db)
{
	uint64_t apps = 0;

	(void)e;
	apps = rule_buffer_apps(p->buffer, p->dir);
	for (unsigned a = APP_failed + 1; a < APP_count; a++) {
		struct scans *s = &scans[a][p->dir];

		if (!(apps >> a & 1))
			continue;
		const struct field *f = rule_buffer_field(p->buffer, (enum app)a);
		s->at[s->n++] = (struct field_scan){
			.buffer = p->buffer, .chain = p->chain, .db = db,
			.field = (uint16_t)p->buffer->field[a], .progress = f->progress[p->dir]};
		if (!protocols[a]->again || protocols[a]->again_field != p->buffer->field[a])
			continue;
		s->at[s->n] = s->at[s->n - 1];
		s->at[s->n].progress = protocols[a]->again;
		s->at[s->n++].again = true;
	}
}

static int by_progress(const void *a, const void *b)
{
	const struct field_scan *x = a, *y = b;

	if (x->progress != y->progress)
		return (int)x->progress - (int)y->progress;
	if (x->field != y->field)
		return (int)x->field - (int)y->field;
	return (int)chain_id(x->chain) - (int)chain_id(y->chain);
}

/* Fields that mostly hold the same bytes at the same progress. */
static bool are_twins(const struct field_scan *a, const struct field_scan *b)
{
	static const char *const bodies[] = {"http.request_body", "http.response_body"};

	if (a->chain || b->chain || a->progress != b->progress ||
	    strcmp(b->buffer->name, "file.data") != 0)
		return false;
	for (unsigned i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
		if (strcmp(a->buffer->name, bodies[i]) == 0)
			return true;
	}
	return false;
}

/* Sorted, twins stand beside each other. */
static int join_twins(struct rule_engine *e, struct scans *s, struct cache *cache, struct err *err)
{
	for (unsigned i = 0; i < s->n; i++) {
		for (unsigned k = 0; k < s->n; k++) {
			struct field_scan twin = s->at[k];

			if (!are_twins(&s->at[i], &twin))
				continue;
			memmove(&s->at[k], &s->at[k + 1], (s->n - k - 1) * sizeof(twin));
			i -= k < i;
			memmove(&s->at[i + 2], &s->at[i + 1], (s->n - i - 2) * sizeof(twin));
			s->at[i + 1] = twin;
			return rule_database_join(e, s->at[i].db, twin.db, true, cache, &s->at[i].with_next,
						  err);
		}
	}
	return 0;
}

static int build_databases(struct rule_engine *e, struct scans scans[APP_count][2],
			   const struct place *p, uint32_t n, struct cache *cache, struct err *err)
{
	uint32_t *index = rule_arena_take(&e->arena, (n + 1) * sizeof(*index));

	for (uint32_t i = 0, next; i < n; i = next) {
		for (next = i; next < n && place_order(&p[i], &p[next]) == 0; next++)
			index[next] = p[next].rule;
		const struct database *db;
		int rc = rule_database_of(e, (struct list){index + i, next - i},
					  p[i].buffer->file, cache, &db, err);

		if (rc)
			return rc;
		add_scans(e, scans, &p[i], db);
	}
	return 0;
}

/* How many databases there will be at most. */
static uint32_t count_places(const struct place *p, uint32_t n)
{
	uint32_t kinds = 0;

	for (uint32_t i = 0; i < n; i++)
		kinds += i == 0 || place_order(&p[i - 1], &p[i]) != 0;
	return kinds;
}

struct listed {
	uint32_t rule;
	uint8_t progress;
};

static int by_listed(const void *a, const void *b)
{
	const struct listed *x = a, *y = b;

	if (x->progress != y->progress)
		return (int)x->progress - (int)y->progress;
	return x->rule < y->rule ? -1 : x->rule > y->rule;
}

static void build_app_lists(struct rule_engine *e, enum app app, uint8_t dir, struct listed *l,
			    uint32_t n)
{
	struct app_rules *r = &e->app[app][dir];
	uint32_t *index = rule_arena_take(&e->arena, (n + 1) * sizeof(*index));
	uint16_t kinds = 0;

	qsort(l, n, sizeof(*l), by_listed);
	for (uint32_t i = 0; i < n; i++) {
		index[i] = l[i].rule;
		kinds += i == 0 || l[i].progress != l[i - 1].progress;
	}
	struct progress_list *list = rule_arena_take(&e->arena, (kinds + 1u) * sizeof(*list));
	r->list = list;
	for (uint32_t i = 0; i < n; i++) {
		if (i == 0 || l[i].progress != l[i - 1].progress)
			list[r->n_list++] = (struct progress_list){l[i].progress,
								   {index + i, 0}};
		list[r->n_list - 1].rules.n++;
	}
}

/* The rules that no scan finds, and the protocols of all. */
static struct list unscanned(struct rule_engine *e, struct arena *scratch, uint64_t apps[2])
{
	uint32_t *at = rule_arena_take(scratch, (e->n_sig + 1) * sizeof(*at)), n = 0;

	for (uint32_t i = 0; i < e->n_sig; i++) {
		const struct signature *s = e->sig[i];

		if (s->rule.unmatched || !(s->where & WHERE_TX) || s->frame)
			continue;
		for (unsigned dir = 0; dir < 2; dir++)
			apps[dir] |= s->apps[dir];
		if (s->event_only || !s->literal_in)
			at[n++] = i;
	}
	return (struct list){at, n};
}

static void build_lists(struct rule_engine *e, struct list of, enum app app, uint8_t dir, struct listed *l,
			uint32_t *events)
{
	struct app_rules *r = &e->app[app][dir];
	uint32_t n = 0;

	for (uint32_t k = 0; k < of.n; k++) {
		uint32_t i = of.at[k];
		const struct signature *s = e->sig[i];

		if (!(s->apps[dir] >> app & 1))
			continue;
		if (s->event_only)
			events[r->events.n++] = i;
		if (!belongs(s, dir) || s->literal_in)
			continue;
		uint8_t at = rule_tx_needs(s, app, dir, dir);
		l[n++] = (struct listed){i, at ? at : 1};
	}
	r->events.at = rule_arena_copy(&e->arena, events, r->events.n * sizeof(*events));
	build_app_lists(e, app, dir, l, n);
}

static int build_all(struct rule_engine *e, struct arena *scratch, struct cache *cache, struct err *err)
{
	struct scans scans[APP_count][2] = {{{NULL, 0}}};
	uint32_t n;
	const struct place *p = places(e, scratch, &n);
	uint32_t kinds = count_places(p, n);
	struct listed *l = rule_arena_take(scratch, (e->n_sig + 1) * sizeof(*l));
	uint32_t *events = rule_arena_take(scratch, (e->n_sig + 1) * sizeof(*events));
	uint64_t apps[2] = {0, 0};
	struct list of = unscanned(e, scratch, apps);

	for (unsigned a = 0; a < APP_count; a++) {
		for (unsigned dir = 0; dir < 2 && kinds; dir++)
			scans[a][dir].at = rule_arena_take(scratch, 2 * kinds * sizeof(*scans[a][dir].at));
	}
	int rc = build_databases(e, scans, p, n, cache, err);
	if (rc)
		return rc;
	for (unsigned a = APP_failed + 1; a < APP_count; a++) {
		for (uint8_t dir = 0; dir < 2; dir++) {
			struct app_rules *r = &e->app[a][dir];
			struct scans *s = &scans[a][dir];

			if (s->n)
				qsort(s->at, s->n, sizeof(*s->at), by_progress);
			rc = join_twins(e, s, cache, err);
			if (rc)
				return rc;
			r->scan = rule_arena_copy(&e->arena, s->at, s->n * sizeof(*s->at));
			r->n_scan = (uint16_t)s->n;
			r->any = apps[dir] >> a & 1;
			build_lists(e, of, (enum app)a, dir, l, events);
			e->has_tx |= r->any;
		}
	}
	return 0;
}

int rule_tx_engine_build(struct rule_engine *e, struct cache *cache, struct err *err)
{
	struct arena scratch = {0};
	int rc = build_all(e, &scratch, cache, err);

	if (rc == 0)
		rc = rule_frames_build(e, cache, err);

	rule_arena_fini(&scratch);
	return rc;
}
