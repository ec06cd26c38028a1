// SPDX-License-Identifier: Apache-2.0
#include "rule/tx.h"

#include "proto/frame.h"
#include "rule/transform.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#define CACHED 64u
#define EVE_FRAME 256u /* bytes of a frame's object */
#define EVE_HEAD 64u /* bytes of the transaction's number */
#define SLACK  128u /* bytes that a transform may add: a dot, a hash */

struct cached {
	uint32_t instance, len; /* len TRANSFORM_FAILED: there is nothing */
	uint32_t at;
	uint16_t field, chain;
	uint8_t dir;
};

struct eve_part { /* of an alert */
	uint32_t at, len;
};

struct tx_work {
	struct transform_work *transform;
	struct cached cached[CACHED];
	unsigned n_cached;
	uint32_t used; /* of room */
	uint8_t *room, *spare;
	char *eve;
	uint32_t eve_used;
	struct eve_part of_event, of_guess;
	bool has_eve; /* of this event */
	const struct tx *guessed; /* of_guess is about it; NULL: nothing is there */
};

int rule_tx_work_new(struct tx_work **out, struct regex_work *regex, bool wanted, struct err *err)
{
	struct tx_work *w = calloc(1, sizeof(*w));

	if (w)
		w->eve = malloc(TX_EVE_ROOM);
	if (w && wanted) {
		w->room = malloc(TX_ROOM);
		w->spare = malloc(TX_ROOM);
	}
	if (!w || !w->eve || (wanted && (!w->room || !w->spare))) {
		rule_tx_work_free(w);
		return err_set(err, ENOMEM, "no memory for buffers of rules");
	}
	int rc = wanted ? rule_transform_work_new(&w->transform, regex, err) : 0;
	if (rc)
		rule_tx_work_free(w);
	else
		*out = w;
	return rc;
}

void rule_tx_work_free(struct tx_work *w)
{
	if (!w)
		return;
	rule_transform_work_free(w->transform);
	free(w->room);
	free(w->spare);
	free(w->eve);
	free(w);
}

void rule_tx_begin(struct rule_matcher *m)
{
	m->tx->n_cached = 0;
	m->tx->used = 0;
	m->tx->has_eve = false;
}

static const struct cached *find(const struct tx_work *w, const struct cached *key)
{
	for (unsigned i = 0; i < w->n_cached; i++) {
		const struct cached *c = &w->cached[i];

		if (c->field == key->field && c->chain == key->chain && c->dir == key->dir &&
		    c->instance == key->instance)
			return c;
	}
	return NULL;
}

/* Most that a chain may make of n bytes. */
static uint32_t room_for(const struct chain *c, uint32_t n)
{
	uint64_t most = (uint64_t)n + SLACK;

	for (unsigned i = 0; i < c->n; i++) {
		if (c->t[i].run == rule_transform_inflate && c->t[i].a > most)
			most = c->t[i].a;
	}
	return most < TX_ROOM ? (uint32_t)most : TX_ROOM;
}

static const struct cached *make(struct tx_work *w, struct cached *key, const struct chain *chain,
				 const struct view_of_bytes *raw)
{
	uint32_t cap = room_for(chain, raw->len);

	if (w->n_cached == CACHED || TX_ROOM - w->used < cap) {
		w->n_cached = 0;
		w->used = 0;
	}
	key->at = w->used;
	key->len = rule_chain_run(chain, w->transform, raw->at, raw->len, w->room + w->used,
				  w->spare, cap);
	if (key->len != TRANSFORM_FAILED)
		w->used += key->len;
	w->cached[w->n_cached] = *key;
	return &w->cached[w->n_cached++];
}

bool rule_tx_bytes(struct rule_matcher *m, const struct proto_tx_event *e, unsigned field, unsigned i,
		   uint8_t dir, const struct chain *chain, struct view *out, bool *failed)
{
	struct cached key = {.field = (uint16_t)field, .instance = i, .dir = dir};
	struct tx_work *w = m->tx;
	struct view_of_bytes raw;

	*out = (struct view){.complete = true};
	*failed = false;
	if (!e->tx || !e->protocol->bytes(e->tx, field, i, dir, &raw))
		return false;
	out->at = raw.at;
	out->len = raw.len;
	out->little = e->tx->little >> dir & 1;
	if (!chain)
		return true;
	key.chain = chain->id;
	const struct cached *c = find(w, &key);
	if (!c)
		c = make(w, &key, chain, &raw);
	*failed = c->len == TRANSFORM_FAILED;
	out->at = w->room + c->at;
	out->len = *failed ? 0 : c->len;
	return !*failed;
}

bool rule_tx_header(struct rule_matcher *m, const struct chain *chain, struct view *v)
{
	struct tx_work *w = m->tx;

	rule_tx_begin(m);
	uint32_t n = rule_chain_run(chain, w->transform, v->at, v->len, w->room, w->spare,
				    room_for(chain, v->len));
	v->at = w->room;
	v->len = n == TRANSFORM_FAILED ? 0 : n;
	return n != TRANSFORM_FAILED;
}

static char *room(struct rule_matcher *m, struct eve_part *out)
{
	struct tx_work *w = m->tx;

	*out = (struct eve_part){.at = w->eve_used};
	if (TX_EVE_ROOM - w->eve_used >= TX_EVE_MAX)
		return w->eve + w->eve_used;
	count_add(&m->counters.eve_over, 1);
	return NULL;
}

/* Into the room for alerts. False: there is none. */
static bool render(struct rule_matcher *m, const struct protocol *protocol, const struct tx *tx, bool guessed,
		   struct eve_part *out)
{
	struct tx_work *w = m->tx;
	char *at = room(m, out);

	if (!at)
		return false;
	int n = snprintf(at, EVE_HEAD, "\"tx_id\":%llu%s", (unsigned long long)tx->number,
			 guessed ? ",\"tx_guessed\":true" : "");
	out->len = (uint32_t)n;
	at[n] = ',';
	uint32_t more = protocol->eve ? protocol->eve(tx, at + n + 1, TX_EVE_MAX - EVE_HEAD - 1) : 0;
	if (more)
		out->len += 1 + more;
	w->eve_used += out->len;
	return true;
}

const char *rule_tx_eve(struct rule_matcher *m, const struct proto_tx_event *e, uint32_t *len)
{
	struct tx_work *w = m->tx;

	*len = 0;
	if (!e->tx)
		return NULL;
	if (!w->has_eve && !render(m, e->protocol, e->tx, false, &w->of_event))
		return NULL;
	w->has_eve = true;
	*len = w->of_event.len;
	return w->eve + w->of_event.at;
}

const char *rule_tx_guess(struct rule_matcher *m, const struct protocol *protocol, const struct tx *tx,
			  bool guessed, uint32_t *len)
{
	struct tx_work *w = m->tx;

	if (w->guessed != tx && !render(m, protocol, tx, guessed, &w->of_guess))
		return NULL;
	w->guessed = tx;
	*len = w->of_guess.len;
	return w->eve + w->of_guess.at;
}

const char *rule_tx_frame(struct rule_matcher *m, const struct proto_frame *f, uint32_t *len)
{
	struct tx_work *w = m->tx;
	struct eve_part part;
	char *at = room(m, &part);

	*len = 0;
	if (!at)
		return NULL;
	if (f->tx) { /* the transaction comes first */
		if (!render(m, f->protocol, f->tx, false, &part))
			return NULL;
		at[part.len] = ',';
		part.len++;
		w->eve_used++;
	}
	if (TX_EVE_MAX - part.len < EVE_FRAME)
		return NULL;
	int n = snprintf(at + part.len, EVE_FRAME, "\"frame\":{\"type\":\"%s\",\"id\":%u,\"direction\":\"%s\"",
			 proto_frame_name(f->protocol->frames[f->type]), f->id,
			 f->dir == FLOW_to_server ? "toserver" : "toclient");
	if (f->flow->proto == 6)
		n += snprintf(at + part.len + n, EVE_FRAME, ",\"stream_offset\":%llu", (unsigned long long)f->offset);
	n += snprintf(at + part.len + n, EVE_FRAME, ",\"length\":%llu,\"complete\":%s", (unsigned long long)f->length,
		      f->complete ? "true" : "false");
	if (f->tx)
		n += snprintf(at + part.len + n, EVE_FRAME, ",\"tx_id\":%llu", (unsigned long long)f->tx->number);
	at[part.len + (uint32_t)n++] = '}';
	*len = part.len + (uint32_t)n;
	w->eve_used += (uint32_t)n;
	return at;
}

void rule_tx_forget_guess(struct rule_matcher *m)
{
	m->tx->guessed = NULL;
}

void rule_tx_forget_eve(struct rule_matcher *m)
{
	m->tx->eve_used = 0;
	m->tx->has_eve = false;
	m->tx->guessed = NULL;
}
