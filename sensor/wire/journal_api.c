// SPDX-License-Identifier: Apache-2.0
/* The texts of journal_api.h, read and written by one pair of functions a kind.
 *
 * Errors: a reader is strict: one space between words, no sign, no leading zero, no number that
 *         wraps, nothing after the end. What is refused is left untouched, and so is the output.
 */
#include "wire/journal_api.h"

#include "base/ascii.h"
#include "wire/topic.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

struct text {
	const char *at, *end;
	bool ok;
};

static struct text text_of(const char *p, size_t n)
{
	return (struct text){p, p + n, true};
}

static void text_lit(struct text *t, const char *lit)
{
	size_t n = strlen(lit);

	if ((size_t)(t->end - t->at) < n || memcmp(t->at, lit, n) != 0)
		t->ok = false;
	else
		t->at += n;
}

static uint64_t text_u64(struct text *t)
{
	const char *start = t->at;
	uint64_t v = 0;

	while (t->at < t->end && *t->at >= '0' && *t->at <= '9') {
		unsigned digit = (unsigned)(*t->at++ - '0');
		if (v > (UINT64_MAX - digit) / 10)
			t->ok = false;
		v = v * 10 + digit;
	}
	if (t->at == start || (*start == '0' && t->at - start > 1))
		t->ok = false;
	return v;
}

static uint32_t text_u32(struct text *t)
{
	uint64_t v = text_u64(t);

	if (v > UINT32_MAX)
		t->ok = false;
	return (uint32_t)v;
}

static uint64_t text_epoch(struct text *t)
{
	uint64_t v = 0;

	for (unsigned i = 0; i < 16; i++) {
		char c = t->at < t->end ? *t->at : 0;
		if (c >= '0' && c <= '9')
			v = v << 4 | (uint64_t)(c - '0');
		else if (c >= 'a' && c <= 'f')
			v = v << 4 | (uint64_t)(c - 'a' + 10);
		else
			t->ok = false;
		t->at += t->at < t->end;
	}
	return v;
}

/* A word of 1 … max characters; returns its length. */
static size_t text_word(struct text *t, size_t max)
{
	const char *start = t->at;

	while (t->at < t->end && ascii_name((uint8_t)*t->at))
		t->at++;
	size_t n = (size_t)(t->at - start);
	if (n == 0 || n > max)
		t->ok = false;
	return n;
}

static bool text_starts(const struct text *t, const char *word)
{
	size_t n = strlen(word);
	return (size_t)(t->end - t->at) >= n && memcmp(t->at, word, n) == 0;
}

static void since_parse(struct text *t, struct journal_request *req)
{
	req->verb = JOURNAL_since;
	text_lit(t, "since ");
	req->epoch = text_epoch(t);
	text_lit(t, " ");
	req->seq = text_u64(t);
	text_lit(t, " ");
	req->max = text_u32(t);
	if (req->max == 0)
		t->ok = false;
}

static void ack_parse(struct text *t, struct journal_request *req)
{
	req->verb = JOURNAL_ack;
	text_lit(t, "ack ");
	const char *name = t->at;
	size_t n = text_word(t, sizeof(req->collector) - 1);
	if (t->ok)
		memcpy(req->collector, name, n);
	text_lit(t, " ");
	req->epoch = text_epoch(t);
	text_lit(t, " ");
	req->seq = text_u64(t);
}

/* A word that can be the name of a file: the first character is a letter or a digit. */
static void text_id(struct text *t, char *out, size_t size)
{
	const char *id = t->at;
	size_t n = text_word(t, size - 1);

	if (!t->ok || *id == '.' || *id == '-' || *id == '_') {
		t->ok = false;
		return;
	}
	memcpy(out, id, n);
}

static void evidence_parse(struct text *t, struct journal_request *req)
{
	req->verb = JOURNAL_evidence;
	text_lit(t, "evidence ");
	text_id(t, req->evidence, sizeof(req->evidence));
	text_lit(t, " ");
	req->offset = text_u64(t);
}

/* Up to `stop` or the end, into `out`; "" when it does not fit, or is no text (a NUL in it). */
static void text_until(struct text *t, char stop, char *out, size_t size)
{
	size_t n = 0;

	while (t->at + n < t->end && t->at[n] != stop)
		n++;
	out[0] = 0;
	if (n < size && !memchr(t->at, 0, n)) {
		memcpy(out, t->at, n);
		out[n] = 0;
	}
	t->at += n;
}

static void text_mac(struct text *t, struct mac *m)
{
	char text[MAC_TEXT], again[MAC_TEXT];

	text_until(t, ' ', text, sizeof(text));
	if (!mac_parse(text, m) || strcmp(mac_text(m, again), text) != 0 || mac_is_zero(m) ||
	    mac_is_group(m))
		t->ok = false;
}

/* One spelling an address. */
static void text_addr(struct text *t, struct addr *a)
{
	char text[ADDR_TEXT], again[ADDR_TEXT];

	text_until(t, ',', text, sizeof(text));
	if (!addr_parse(text, a) || strcmp(addr_text(a, again), text) != 0)
		t->ok = false;
}

static void watch_parse(struct text *t, struct journal_request *req)
{
	struct journal_watch *w = &req->watch;

	req->verb = JOURNAL_watch;
	text_lit(t, "watch ");
	text_id(t, w->id, sizeof(w->id));
	text_lit(t, " ");
	text_mac(t, &w->mac);
	text_lit(t, " ");
	w->seconds = text_u32(t);
	text_lit(t, " ");
	if (w->seconds > JOURNAL_WATCH_S)
		t->ok = false;
	if (text_starts(t, "-")) {
		text_lit(t, "-");
		return;
	}
	do {
		if (w->n_allow == JOURNAL_WATCH_ALLOW)
			t->ok = false;
		else if (w->n_allow > 0)
			text_lit(t, ",");
		if (t->ok)
			text_addr(t, &w->allow[w->n_allow++]);
	} while (t->ok && t->at < t->end);
}

bool journal_request_parse(const void *p, size_t n, struct journal_request *req)
{
	struct text t = text_of(p, n);

	memset(req, 0, sizeof(*req));
	if (n > 0 && t.end[-1] == '\n')
		t.end--;
	if (text_starts(&t, "since ")) {
		since_parse(&t, req);
	} else if (text_starts(&t, "ack ")) {
		ack_parse(&t, req);
	} else if (text_starts(&t, "evidence ")) {
		evidence_parse(&t, req);
	} else if (text_starts(&t, "watch ")) {
		watch_parse(&t, req);
	} else if (text_starts(&t, "reload")) {
		req->verb = JOURNAL_reload;
		text_lit(&t, "reload");
	} else if (text_starts(&t, "status")) {
		req->verb = JOURNAL_status;
		text_lit(&t, "status");
	} else {
		req->verb = JOURNAL_epochs;
		text_lit(&t, "epochs");
	}
	if (!t.ok || t.at != t.end)
		memset(req, 0, sizeof(*req));
	return req->verb != JOURNAL_bad;
}

static size_t fits(int n, size_t size)
{
	return n > 0 && (size_t)n < size ? (size_t)n : 0;
}

static size_t watch_write(const struct journal_watch *w, char *out, size_t size)
{
	char mac[MAC_TEXT], addr[ADDR_TEXT];
	size_t n = fits(snprintf(out, size, "watch %s %s %" PRIu32 " %s", w->id,
				 mac_text(&w->mac, mac), w->seconds, w->n_allow ? "" : "-"),
			size);

	for (uint32_t i = 0; n > 0 && i < w->n_allow; i++) {
		size_t more = fits(snprintf(out + n, size - n, "%s%s", i ? "," : "",
					    addr_text(&w->allow[i], addr)),
				   size - n);
		n = more ? n + more : 0;
	}
	return n;
}

size_t journal_request_write(const struct journal_request *req, char *out, size_t size)
{
	switch (req->verb) {
	case JOURNAL_since:
		return fits(snprintf(out, size, "since %016" PRIx64 " %" PRIu64 " %" PRIu32,
				     req->epoch, req->seq, req->max),
			    size);
	case JOURNAL_ack:
		return fits(snprintf(out, size, "ack %s %016" PRIx64 " %" PRIu64, req->collector,
				     req->epoch, req->seq),
			    size);
	case JOURNAL_status:
		return fits(snprintf(out, size, "status"), size);
	case JOURNAL_reload:
		return fits(snprintf(out, size, "reload"), size);
	case JOURNAL_watch:
		return watch_write(&req->watch, out, size);
	case JOURNAL_epochs:
		return fits(snprintf(out, size, "epochs"), size);
	case JOURNAL_evidence:
		return fits(snprintf(out, size, "evidence %s %" PRIu64, req->evidence, req->offset),
			    size);
	default:
		return 0;
	}
}

size_t journal_record_write(const struct journal_record *r, char *out, size_t size)
{
	size_t head = fits(snprintf(out, size, "%016" PRIx64 " %" PRIu64 " %zu %.*s\n", r->epoch,
				    r->seq, r->json_len, (int)r->topic_len, r->topic),
			   size);

	if (head == 0 || size - head < r->json_len + 1)
		return 0;
	memcpy(out + head, r->json, r->json_len);
	out[head + r->json_len] = '\n';
	return head + r->json_len + 1;
}

bool journal_record_parse(const char **p, size_t *n, struct journal_record *r)
{
	struct text t = text_of(*p, *n);
	struct journal_record out = {0};

	out.epoch = text_epoch(&t);
	text_lit(&t, " ");
	out.seq = text_u64(&t);
	text_lit(&t, " ");
	uint64_t len = text_u64(&t);
	text_lit(&t, " ");
	out.topic = t.at;
	out.topic_len = text_word(&t, TOPIC_MAX - 1);
	text_lit(&t, "\n");
	if (!t.ok || len >= (uint64_t)(t.end - t.at) || t.at[len] != '\n' ||
	    memchr(t.at, '\n', (size_t)len))
		return false;
	out.json = t.at;
	out.json_len = (size_t)len;
	*r = out;
	*p = t.at + len + 1;
	*n = (size_t)(t.end - *p);
	return true;
}

size_t journal_since_reply_write(const struct journal_since_reply *r, char *out, size_t size)
{
	char next[18] = "";

	if (r->has_next)
		snprintf(next, sizeof(next), " %016" PRIx64, r->next_epoch);
	return fits(snprintf(out, size, "ok %016" PRIx64 " %" PRIu64 " %" PRIu64 " %" PRIu32 "%s\n",
			     r->epoch, r->first, r->last, r->n, next),
		    size);
}

static bool done(struct text *t, const char **p, size_t *n)
{
	if (!t->ok)
		return false;
	*p = t->at;
	*n = (size_t)(t->end - t->at);
	return true;
}

bool journal_since_reply_parse(const char **p, size_t *n, struct journal_since_reply *r)
{
	struct text t = text_of(*p, *n);
	struct journal_since_reply out = {0};

	text_lit(&t, "ok ");
	out.epoch = text_epoch(&t);
	text_lit(&t, " ");
	out.first = text_u64(&t);
	text_lit(&t, " ");
	out.last = text_u64(&t);
	text_lit(&t, " ");
	out.n = text_u32(&t);
	if (text_starts(&t, " ")) {
		text_lit(&t, " ");
		out.has_next = true;
		out.next_epoch = text_epoch(&t);
	}
	text_lit(&t, "\n");
	if (!done(&t, p, n))
		return false;
	*r = out;
	return true;
}

size_t journal_evidence_reply_write(const struct journal_evidence_reply *r, char *out, size_t size)
{
	return fits(snprintf(out, size, "ok %" PRIu64 " %" PRIu64 " %" PRIu32 "\n", r->size,
			     r->offset, r->n),
		    size);
}

bool journal_evidence_reply_parse(const char **p, size_t *n, struct journal_evidence_reply *r)
{
	struct text t = text_of(*p, *n);
	struct journal_evidence_reply out;

	text_lit(&t, "ok ");
	out.size = text_u64(&t);
	text_lit(&t, " ");
	out.offset = text_u64(&t);
	text_lit(&t, " ");
	out.n = text_u32(&t);
	text_lit(&t, "\n");
	if (!t.ok || (size_t)(t.end - t.at) != out.n || out.n > JOURNAL_EVIDENCE_MAX ||
	    out.offset > out.size || out.n > out.size - out.offset)
		return false;
	*r = out;
	*p = t.at;
	*n = out.n;
	return true;
}

size_t journal_epoch_write(const struct journal_epoch *e, char *out, size_t size)
{
	return fits(snprintf(out, size, "%016" PRIx64 " %" PRIu64 " %" PRIu64 "\n", e->epoch,
			     e->first, e->last),
		    size);
}

bool journal_epochs_reply_parse(const char **p, size_t *n, uint32_t *count)
{
	struct text t = text_of(*p, *n);

	text_lit(&t, "ok ");
	uint32_t v = text_u32(&t);
	text_lit(&t, "\n");
	if (!done(&t, p, n))
		return false;
	*count = v;
	return true;
}

bool journal_epoch_parse(const char **p, size_t *n, struct journal_epoch *e)
{
	struct text t = text_of(*p, *n);
	struct journal_epoch out = {0};

	out.epoch = text_epoch(&t);
	text_lit(&t, " ");
	out.first = text_u64(&t);
	text_lit(&t, " ");
	out.last = text_u64(&t);
	text_lit(&t, "\n");
	if (!done(&t, p, n))
		return false;
	*e = out;
	return true;
}
