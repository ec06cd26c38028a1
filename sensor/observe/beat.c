// SPDX-License-Identifier: Apache-2.0
/* Regular pairs; see beat.h. */
#include "observe/beat.h"

#include "base/clock.h"
#include "base/hash.h"
#include "observe/fact.h"
#include "observe/volume.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TCP        6
#define UDP        17
#define QUIC_PORT  443
#define WARM_UP    3u /* gaps before the first is judged */
#define MS_MAX     UINT32_MAX
#define M_MAX      1e30
#define SAME_BYTES 16u /* so much more or less is the same size, or a 20th of it */
#define SAME_SHARE 20u
#define KEEPALIVE  1u
#define ENDED      3u    /* flows whose length says how busy the client is */
#define BUSY_MS    5000u /* gaps longer than that may be all work: a server that lets clients wait */

static const struct {
	double width, inside, multiple, outside;
} widths[BEAT_WIDTHS] = {{1.10, 7.5, 1, 0.07}, {1.25, 3.75, 0.5, 0.125}, {2.25, 1.71, 0.11, 0.11}};

int beats_init(struct beats *b, uint32_t entries, struct err *err)
{
	uint32_t n = 1;

	while ((uint64_t)n * BEAT_WAYS < entries)
		n *= 2;
	memset(b, 0, sizeof(*b));
	b->n_sets = n;
	b->set = calloc(n, sizeof(*b->set));
	b->at = calloc((size_t)n * BEAT_WAYS, sizeof(*b->at));
	if (b->set && b->at)
		return 0;
	beats_fini(b);
	return err_set(err, ENOMEM, "no memory for the beats of %u pairs", entries);
}

void beats_fini(struct beats *b)
{
	free(b->set);
	free(b->at);
	b->set = NULL;
	b->at = NULL;
}

struct place {
	struct beat_set *set;
	struct beat *at; /* the first of the set */
	uint64_t key;
	uint32_t tag;
};

static struct place place_of(struct beats *b, uint64_t key)
{
	uint64_t h = hash_u64(key ? key : 1, 0);
	uint32_t i = h >> 32 & (b->n_sets - 1);

	return (struct place){.set = &b->set[i],
			      .at = &b->at[(size_t)i * BEAT_WAYS],
			      .key = key ? key : 1,
			      .tag = (uint32_t)h | 1};
}

static struct beat *find(const struct place *p, unsigned *way)
{
	for (*way = 0; *way < BEAT_WAYS; ++*way) {
		if (p->set->tag[*way] == p->tag && p->at[*way].key == p->key)
			return &p->at[*way];
	}
	return NULL;
}

struct beat *beats_find(struct beats *b, uint64_t key)
{
	const struct place p = place_of(b, key);
	unsigned way;

	return find(&p, &way);
}

struct beat *beats_get(struct beats *b, uint64_t key, uint64_t now_ns)
{
	const struct place p = place_of(b, key);
	unsigned way, oldest = 0;
	struct beat *e = find(&p, &way);

	if (!e) {
		for (way = 1; way < BEAT_WAYS; way++) { /* free ones were never used */
			if (b->clock - p.set->used[way] > b->clock - p.set->used[oldest])
				oldest = way;
		}
		way = oldest;
		e = &p.at[way];
		count_add(p.set->tag[way] ? &b->evicted : &b->taken, 1);
		memset(e, 0, sizeof(*e));
		e->key = p.key;
		e->first_ns = now_ns;
		p.set->tag[way] = p.tag;
	}
	p.set->used[way] = ++b->clock;
	return e;
}

/* The last gaps in order of length, by insertion; returns how many. */
static uint32_t sort(const struct beat *e, uint32_t sorted[BEAT_GAPS])
{
	uint32_t n = e->beats ? e->beats - 1 : 0;

	n = n < BEAT_GAPS ? n : BEAT_GAPS;
	for (uint32_t i = 0; i < n; i++) {
		uint32_t k = i;

		for (; k && sorted[k - 1] > e->gap_ms[i]; k--)
			sorted[k] = sorted[k - 1];
		sorted[k] = e->gap_ms[i];
	}
	return n;
}

uint32_t beat_median_ms(const struct beat *e)
{
	uint32_t sorted[BEAT_GAPS], n = sort(e, sorted);

	return n ? sorted[n / 2] : 0;
}

static double likelihood(unsigned w, double ratio)
{
	double half = sqrt(widths[w].width);

	for (unsigned k = 1; k <= 3; k++) {
		if (ratio >= k / half && ratio <= k * half)
			return k == 1 ? widths[w].inside : widths[w].multiple;
	}
	return widths[w].outside;
}

/* The widest window has its middle, in ratio, between the gaps that a fifth are below and above:
 * the median of an even spread lies too high. */
static void judge(struct beat *e, uint32_t gap_ms)
{
	uint32_t sorted[BEAT_GAPS], n = sort(e, sorted);
	double median = sorted[n / 2];
	double middle = sqrt((double)sorted[n / 5] * sorted[n - 1 - n / 5]);

	for (unsigned w = 0; w < BEAT_WIDTHS; w++) {
		double at = w == BEAT_WIDTHS - 1 ? middle : median;
		double m = fmax(e->m[w], 1) * likelihood(w, gap_ms / fmax(at, 1));

		e->m[w] = fmin(m, M_MAX);
	}
}

bool beat_event(struct beat *e, uint64_t now_ns)
{
	bool again = e->beats && now_ns < e->spoke_ns + BEAT_LEAST_NS;

	if (now_ns > e->spoke_ns)
		e->spoke_ns = now_ns;
	if (again || now_ns < e->last_ns)
		return false;
	if (e->beats) {
		uint64_t ms = (now_ns - e->last_ns) / NS_PER_MS;
		uint32_t gap_ms = ms < MS_MAX ? (uint32_t)ms : MS_MAX;

		if (e->beats > WARM_UP)
			judge(e, gap_ms);
		e->gap_ms[(e->beats - 1) % BEAT_GAPS] = gap_ms;
	}
	e->beats++;
	e->last_ns = now_ns;
	return true;
}

void beat_size(struct beat *e, uint64_t up)
{
	uint32_t size = up < UINT32_MAX ? (uint32_t)up : UINT32_MAX;
	uint32_t d = size > e->size ? size - e->size : e->size - size;

	if (e->sized && (d <= SAME_BYTES || d <= e->size / SAME_SHARE))
		e->same++;
	e->sized++;
	e->size = size;
}

double beat_evidence(const struct beat *e)
{
	double sum = 0;

	for (unsigned w = 0; w < BEAT_WIDTHS; w++)
		sum += e->m[w];
	return sum / BEAT_WIDTHS;
}

/* A client that asks again as soon as it is answered is as regular as its server is fast. How long
 * it is busy is known once flows have ended. */
static bool is_work(const struct beat *e)
{
	uint64_t median_ms = beat_median_ms(e);

	if (e->wakes > e->beats / 2 || median_ms >= BUSY_MS)
		return false;
	return e->ended < ENDED || e->busy_ns / e->ended > median_ms * NS_PER_MS / 2;
}

bool beat_due(const struct beat *e)
{
	return e->beats >= BEAT_LEAST && e->beats >= 2 * e->told &&
	       beat_evidence(e) >= BEAT_EVIDENCE && !is_work(e);
}

/* The observer's side */

static bool is_watched(const struct flow *f)
{
	return (f->proto == TCP || (f->proto == UDP && f->server_port == QUIC_PORT)) &&
	       !(f->seen & (FLOW_GUESSED | FLOW_SYNACK_FIRST));
}

static void tell(struct observer *o, const struct flow *f, struct beat *e, const struct order *at)
{
	size_t name = strlen(e->name) + 1, agent = strlen(e->agent) + 1;
	struct observation *out = observe_put_flow(
		o, OBS_beat, f, at, (uint32_t)(sizeof(struct obs_beat) + name + agent));

	e->told = e->beats;
	if (!out)
		return;
	struct obs_beat *b = (struct obs_beat *)(out + 1);
	*b = (struct obs_beat){
		.link = observe_link_of_flow(f),
		.start_ns = e->first_ns,
		.payload = {e->sum[0], e->sum[1]},
		.evidence = beat_evidence(e),
		.beats = e->beats,
		.flows = e->flows,
		.median_ms = beat_median_ms(e),
		.least_ms = UINT32_MAX,
		.sized = e->sized,
		.same = e->same,
		.size = e->size,
		.tls = e->tls,
		.http = e->http,
		.self_signed = e->self_signed,
		.many_names = e->many_names,
	};
	for (uint32_t i = 0; i < BEAT_GAPS && i + 1 < e->beats; i++) {
		b->least_ms = e->gap_ms[i] < b->least_ms ? e->gap_ms[i] : b->least_ms;
		b->most_ms = e->gap_ms[i] > b->most_ms ? e->gap_ms[i] : b->most_ms;
	}
	memcpy(b + 1, e->name, name);
	memcpy((char *)(b + 1) + name, e->agent, agent);
}

static void happens(struct observer *o, const struct flow *f, struct beat *e, uint64_t when_ns,
		    const struct order *at)
{
	if (beat_event(e, when_ns) && beat_due(e))
		tell(o, f, e, at);
}

void observe_beat_contact(struct observer *o, const struct flow *f, const struct order *at)
{
	if (!o->beats.at || f->outcome != FLOW_answered || !is_watched(f))
		return;
	struct beat *e = beats_get(&o->beats, observe_pair_key(f), f->start_ns);

	e->flows++;
	e->flow_id = f->id;
	e->woke = 0;
	e->said[0] = f->half[0].payload;
	e->said[1] = f->half[1].payload;
	happens(o, f, e, f->start_ns, at);
}

/* Keepalives of TCP have a byte of no meaning, and come by the clock of the system. */
void observe_beat_wake(struct observer *o, const struct flow *f, const struct order *at)
{
	struct beat *e =
		o->beats.at && is_watched(f) ? beats_find(&o->beats, observe_pair_key(f)) : NULL;

	if (!e)
		return;
	uint64_t up = f->half[0].payload - e->said[0], down = f->half[1].payload - e->said[1];
	bool known = e->flow_id == f->id;
	e->flow_id = f->id;
	e->said[0] = f->half[0].payload;
	e->said[1] = f->half[1].payload;
	if (!known || up + down <= KEEPALIVE)
		return;
	beat_size(e, up);
	e->wakes++;
	e->woke = 1;
	happens(o, f, e, at->time_ns, at);
}

void observe_beat_end(struct observer *o, const struct flow *f)
{
	struct beat *e =
		o->beats.at && is_watched(f) ? beats_find(&o->beats, observe_pair_key(f)) : NULL;

	if (!e || f->outcome != FLOW_answered)
		return;
	e->sum[0] += f->half[0].payload;
	e->sum[1] += f->half[1].payload;
	if (e->woke && e->flow_id == f->id)
		return; /* it has been sized piece by piece, and was silent most of the time */
	e->ended++;
	e->busy_ns += f->last_ns > f->start_ns ? f->last_ns - f->start_ns : 0;
	beat_size(e, f->half[0].payload);
}

static void keep(char *at, uint32_t size, const char *text, uint8_t *changed)
{
	if (!*text || strncmp(at, text, size - 1) == 0)
		return;
	if (*at && changed)
		*changed = 1;
	snprintf(at, size, "%s", text);
}

void observe_beat_fact(struct observer *o, const struct proto_fact *fact)
{
	if (!o->beats.at || (fact->kind != FACT_tls && fact->kind != FACT_http) ||
	    !is_watched(fact->flow))
		return;
	struct beat *e = beats_find(&o->beats, observe_pair_key(fact->flow));
	if (!e)
		return;
	const struct fact_tls *t = fact->body;
	if (fact->kind == FACT_http) {
		e->http = 1;
		keep(e->name, sizeof(e->name), fact_word(fact, 1), &e->many_names);
		keep(e->agent, sizeof(e->agent), fact_word(fact, 3), NULL);
	} else if (t->server) {
		e->self_signed |= t->self_signed;
	} else {
		e->tls = 1;
		keep(e->name, sizeof(e->name), fact_word(fact, 0), &e->many_names);
		keep(e->agent, sizeof(e->agent), fact_word(fact, 3), NULL);
	}
}
