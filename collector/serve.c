// SPDX-License-Identifier: Apache-2.0
/* The control socket's verbs. */
#include "control.h"

#include "base/clock.h"
#include "read.h"
#include "trail.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define ROWS 200u          /* without a limit */
#define INCIDENT_EVENTS 50u
#define WATCH_TURN_MS 1000u

static bool send_all(int fd, const char *p, size_t n)
{
	while (n) {
		ssize_t sent = send(fd, p, n, MSG_NOSIGNAL);

		if (sent < 0 && errno == EINTR)
			continue;
		if (sent <= 0)
			return false;
		p += sent;
		n -= (size_t)sent;
	}
	return true;
}

bool serve_send(struct client *c, json_t *o)
{
	char *text = o ? json_dumps(o, JSON_COMPACT) : NULL;
	bool ok = text && send_all(c->fd, text, strlen(text)) && send_all(c->fd, "\n", 1);

	json_decref(o);
	free(text);
	return ok;
}

static bool send_error(struct client *c, const struct err *err, json_t *result)
{
	json_t *o = json_pack("{s:b, s:s, s:s}", "ok", 0, "error", err->msg, "hint", err->hint);

	if (!o) /* bytes that are no UTF-8 in the message */
		o = json_pack("{s:b, s:s}", "ok", 0, "error", "failed");
	if (result)
		json_object_set_new(o, "result", result);
	return serve_send(c, o);
}

struct rows {
	struct client *client;
	json_int_t n;
};

static int send_row(void *ctx, json_t *row)
{
	struct rows *r = ctx;

	r->n++;
	return serve_send(r->client, json_pack("{s:O}", "row", row)) ? 0 : -EPIPE;
}

static int open_db(struct client *c, struct err *err)
{
	return c->db ? 0 : read_open(&c->db, c->room->settings->db, err);
}

static bool serve_rows(struct client *c, const struct request *q)
{
	struct read_filter f = {
		.since_ns = q->since_ns,
		.host = q->host,
		.severity = q->severity,
		.detector = q->detector,
		.findings = q->findings,
		.all = q->all,
		.incident = q->incident,
		.limit = q->limit ? q->limit : ROWS,
	};
	struct rows rows = {.client = c};
	struct err err = {.msg = ""};
	bool whole = true;
	int r = open_db(c, &err);

	if (!r && q->verb == REQUEST_alerts)
		r = read_alerts(c->db, &f, send_row, &rows, &err);
	else if (!r && q->verb == REQUEST_incidents)
		r = read_incidents(c->db, &f, send_row, &rows, &err);
	else if (!r)
		r = trail_rows(c->room->settings->isolate.audit, c->db, f.limit, send_row, &rows,
			       &whole, &err);
	if (r == -EPIPE)
		return false;
	if (r)
		return send_error(c, &err, NULL);
	return serve_send(c, json_pack("{s:b, s:I, s:b}", "ok", 1, "n", rows.n, "whole", whole));
}

static bool serve_incident(struct client *c, const struct request *q)
{
	struct err err;
	json_t *out = NULL;
	int r = open_db(c, &err);

	if (!r)
		r = read_incident(c->db, q->incident, q->limit ? q->limit : INCIDENT_EVENTS, &out,
				  &err);
	return r ? send_error(c, &err, NULL)
		 : serve_send(c, json_pack("{s:b, s:o}", "ok", 1, "result", out));
}

static bool serve_status(struct client *c)
{
	const struct control_room *room = c->room;
	json_t *sensors = json_array(), *counts = NULL;
	struct err err;

	for (unsigned i = 0; i < room->n_collect; i++)
		json_array_append_new(sensors, collect_status(room->collect[i]));
	if (open_db(c, &err) != 0 || read_counts(c->db, &counts, &err) != 0)
		counts = json_pack("{s:s}", "error", err.msg);
	return serve_send(
		c, json_pack("{s:b, s:{s:s, s:b, s:I, s:I, s:s, s:o, s:o, s:o}}", "ok", 1, "result",
			     "version", VIGIE_VERSION, "running", 1, "started_ns",
			     (json_int_t)room->started_ns, "now_ns", (json_int_t)clock_real_ns(),
			     "db", room->settings->db, "sensors", sensors, "store", counts,
			     "isolation", respond_status(room->respond)));
}

static bool serve_watch(struct client *c)
{
	struct watcher *w = hub_join(c->room->hub);
	bool ok = w && serve_send(c, json_pack("{s:b}", "ok", 1));
	char eof;

	if (!w) {
		struct err err;
		err_set(&err, EAGAIN, "too many watch already");
		return send_error(c, &err, NULL);
	}
	while (ok && !atomic_load(c->stop)) {
		uint64_t lost;
		char *line = hub_next(w, WATCH_TURN_MS, &lost);

		if (lost)
			ok = serve_send(c, json_pack("{s:s, s:I}", "watch", "lost", "n",
						     (json_int_t)lost));
		if (line && ok)
			ok = send_all(c->fd, line, strlen(line));
		free(line);
		/* a client that left is seen even when nothing happens */
		if (ok && recv(c->fd, &eof, 1, MSG_DONTWAIT | MSG_PEEK) == 0)
			ok = false;
	}
	hub_leave(w);
	return false;
}

static bool serve_command(struct client *c, const struct request *q)
{
	struct err err = {.msg = ""};
	json_t *out = NULL;

	if (respond_command(c->room->respond, q, c->who, &out, &err) != 0)
		return send_error(c, &err, out);
	return serve_send(c, json_pack("{s:b, s:o}", "ok", 1, "result", out ? out : json_object()));
}

bool serve_line(struct client *c, const char *line, size_t n)
{
	struct request q;
	struct err err;

	if (request_parse(line, n, &q, &err) != 0)
		return send_error(c, &err, NULL);
	switch (q.verb) {
	case REQUEST_watch:
		return serve_watch(c);
	case REQUEST_alerts:
	case REQUEST_incidents:
	case REQUEST_audit:
		return serve_rows(c, &q);
	case REQUEST_incident:
		return serve_incident(c, &q);
	case REQUEST_status:
		return serve_status(c);
	default:
		return serve_command(c, &q);
	}
}

void serve_end(struct client *c)
{
	sqlite3_close(c->db);
	c->db = NULL;
}
