// SPDX-License-Identifier: Apache-2.0
/* REP's answers; the texts are wire/journal_api.h's. */
#include "publish/serve.h"

#include "base/clock.h"
#include "base/json.h"

#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#define HEAD       128u /* room for a reply's first line */
#define STATUS_MAX 65536u
#define EPOCHS_MAX 4096u

static const char *say(struct journal_reader *r, const char *text, size_t *len)
{
	*len = (size_t)snprintf(r->reply, JOURNAL_REPLY_MAX, "%s\n", text);
	return r->reply;
}

static const char *since(const struct serve *s, struct journal_reader *r,
			 const struct journal_request *req, size_t *len)
{
	struct journal_reader body = {r->reply + HEAD, r->buf};
	struct journal_since_reply head;
	char line[HEAD];

	if (!s->journal)
		return say(r, "error this sensor keeps no journal", len);
	long n = journal_since(s->journal, &body, req->epoch, req->seq, req->max,
			       JOURNAL_REPLY_MAX - HEAD, &head);
	if (n < 0)
		return say(r, "error unknown epoch", len);
	size_t head_len = journal_since_reply_write(&head, line, sizeof(line));
	char *at = r->reply + HEAD - head_len;
	memcpy(at, line, head_len);
	*len = head_len + (size_t)n;
	return at;
}

static const char *ack(const struct serve *s, struct journal_reader *r,
		       const struct journal_request *req, size_t *len)
{
	if (!s->journal)
		return say(r, "error this sensor keeps no journal", len);
	const char *why = journal_ack(s->journal, req->collector, req->epoch, req->seq);
	if (!why)
		return say(r, "ok", len);
	*len = (size_t)snprintf(r->reply, JOURNAL_REPLY_MAX, "error %s\n", why);
	return r->reply;
}

static const char *epochs(const struct serve *s, struct journal_reader *r, size_t *len)
{
	/* The list is copied into the reader's buffer, which nothing else uses now. */
	struct journal_epoch *e = (struct journal_epoch *)(void *)r->buf;
	unsigned n = s->journal ? journal_epochs(s->journal, e, EPOCHS_MAX) : 0;

	*len = (size_t)snprintf(r->reply, JOURNAL_REPLY_MAX, "ok %u\n", n);
	for (unsigned i = 0; i < n; i++)
		*len += journal_epoch_write(&e[i], r->reply + *len, JOURNAL_REPLY_MAX - *len);
	return r->reply;
}

static const char *status(const struct serve *s, struct journal_reader *r, size_t *len)
{
	char *run = (char *)r->buf;
	char epoch[17];
	uint64_t bytes = 0, segments = 0;

	snprintf(run, STATUS_MAX, "{}");
	if (s->status)
		s->status(s->ctx, run, STATUS_MAX);
	memcpy(r->reply, "ok\n", 3);
	struct json j = json_of(r->reply + 3, JOURNAL_REPLY_MAX - 3);
	json_open(&j, NULL);
	json_str(&j, "sensor", s->sensor);
	snprintf(epoch, sizeof(epoch), "%016" PRIx64, s->epoch);
	json_str(&j, "epoch", epoch);
	json_u64(&j, "seq", atomic_load(s->seq));
	if (s->journal) {
		journal_bytes(s->journal, &bytes, &segments);
		json_u64(&j, "durable", journal_durable(s->journal));
		json_u64(&j, "journal_bytes", bytes);
		json_u64(&j, "journal_segments", segments);
		json_u64(&j, "journal_lost", count_get(&s->count->journal_lost));
		json_u64(&j, "journal_errors", count_get(&s->count->journal_errors));
	}
	json_raw(&j, "run", run, strlen(run));
	json_close(&j);
	if (!json_ok(&j))
		return say(r, "error the status does not fit", len);
	*len = 3 + j.len;
	return r->reply;
}

const char *serve_again(const struct serve *s, struct journal_reader *r,
			const struct serve_wait *w, size_t *len)
{
	char text[512];

	if (s->reload->result(s->ctx, w->reload, text, sizeof(text)))
		return say(r, text, len);
	if (clock_mono_ns() < w->until_ns)
		return NULL;
	*len = (size_t)snprintf(r->reply, JOURNAL_REPLY_MAX,
				"error the rules are still being read after %llu s; status tells how it went\n",
				(unsigned long long)(s->reload_max_ns / NS_PER_S));
	return r->reply;
}

static const char *reload(const struct serve *s, struct journal_reader *r, struct serve_wait *w,
			  size_t *len)
{
	if (!s->reload)
		return say(r, "error this sensor has nothing to read again", len);
	w->until_ns = clock_mono_ns() + s->reload_max_ns;
	w->reload = s->reload->ask(s->ctx);
	return serve_again(s, r, w, len);
}

static const char *watch(const struct serve *s, struct journal_reader *r,
			 const struct journal_request *req, size_t *len)
{
	const char *why = s->watch ? s->watch(s->ctx, &req->watch) : "this sensor watches nobody";

	if (!why)
		return say(r, "ok", len);
	*len = (size_t)snprintf(r->reply, JOURNAL_REPLY_MAX, "error %s\n", why);
	return r->reply;
}

const char *serve_answer(const struct serve *s, struct journal_reader *r, struct serve_wait *w,
			 const void *request, size_t n, size_t *len)
{
	struct journal_request req;

	/* Several threads count here, so not count_add(). */
	atomic_fetch_add_explicit(&s->count->rep_requests.v, 1, memory_order_relaxed);
	journal_request_parse(request, n, &req);
	switch (req.verb) {
	case JOURNAL_since:
		return since(s, r, &req, len);
	case JOURNAL_ack:
		return ack(s, r, &req, len);
	case JOURNAL_status:
		return status(s, r, len);
	case JOURNAL_epochs:
		return epochs(s, r, len);
	case JOURNAL_evidence:
		return serve_evidence(s, r, &req, len);
	case JOURNAL_reload:
		return reload(s, r, w, len);
	case JOURNAL_watch:
		return watch(s, r, &req, len);
	case JOURNAL_bad:
		break;
	}
	atomic_fetch_add_explicit(&s->count->rep_bad.v, 1, memory_order_relaxed);
	return say(r,
		   "error not a request: since EPOCH SEQ MAX | ack COLLECTOR EPOCH SEQ | status | "
		   "epochs | evidence ID OFFSET | reload | watch ID MAC SECONDS ALLOW",
		   len);
}
