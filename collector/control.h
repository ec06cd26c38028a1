// SPDX-License-Identifier: Apache-2.0
/* control: the unix socket people and scripts talk to (request.h says how).
 *
 * Shape:  0660, CONTROL_CLIENTS clients, a thread each; a request is at most REQUEST_MAX bytes.
 * Thread: control_start() and control_stop() on main.
 * Errors: a request that is not understood is answered and the client stays; one that is too long,
 *         or a client that does not take its answer for 10 s, is disconnected.
 */
#pragma once

#include "base/err.h"
#include "collect.h"
#include "hub.h"
#include "respond.h"
#include "settings.h"

#define CONTROL_CLIENTS 32u

struct control_room { /* borrowed while it runs */
	const struct settings *settings;
	struct respond *respond;
	struct hub *hub;
	struct collect **collect;
	unsigned n_collect;
	uint64_t started_ns;
};

struct control;
int control_start(struct control **c, const struct control_room *room, struct err *err);
void control_stop(struct control *c);

/* -- inside -- */
struct client {
	const struct control_room *room;
	int fd;
	char who[96]; /* "alice (uid 1000, pid 4711)" */
	sqlite3 *db;  /* opened when first asked */
	const _Atomic bool *stop;
};
/* Answers one line; false: disconnect. */
bool serve_line(struct client *c, const char *line, size_t n);
bool serve_send(struct client *c, json_t *o); /* takes the reference */
void serve_end(struct client *c);
