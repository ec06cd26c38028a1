// SPDX-License-Identifier: Apache-2.0
/* The sockets: PUB for whoever listens, REP for collectors.
 *
 * PUB never waits and drops for a subscriber that is 8192 messages behind; what must not be lost is
 * in the journal. REP answers from several contexts at once, on nng's own threads.
 *
 * nng must not have been used before a fork(2): open this after the last one.
 *
 * Shape:  ipc:// (mode 0660), inproc:// and tcp:// on loopback; tcp:// elsewhere only when forced.
 * Thread: link_publish() on the writer. `answer` and `again` are called on nng's threads,
 *         at most LINK_CONTEXTS at once, each with its own `slot`.
 */
#pragma once

#include "base/count.h"
#include "base/err.h"
#include "base/param.h"

#include <stdbool.h>
#include <stddef.h>

#define LINK_CONTEXTS 8u
#define LINK_AGAIN_MS 20

struct link_config {
	const struct strs *pub, *rep; /* addresses; empty: none */
	bool any_address;
	/* The reply to one request, valid until the slot's next call. NULL: `again` is asked every
	 * LINK_AGAIN_MS until it has one; no thread waits meanwhile. */
	const char *(*answer)(void *ctx, unsigned slot, const void *request, size_t n, size_t *len);
	const char *(*again)(void *ctx, unsigned slot, size_t *len);
	void *ctx;
};

struct link;
int link_open(struct link **l, const struct link_config *c, struct err *err);
/* "topic\n" and the line (its newline included); there is a PUB address. False: nng did not take
 * it. */
bool link_publish(struct link *l, const char *topic, const char *line, size_t len);
/* nng_close() can hang: after a bounded wait it is left to the end of the process, and `answer`
 * may still be called. False: so it was. NULL is fine. */
bool link_close(struct link *l);

/* Whether a text is an address that may be listened on; -errno and the reason. Pure. */
int link_address_form(const char *address, bool any_address, struct err *err);
/* Whether an address may be listened on; -errno and the reason. The form, and what an ipc:// path is
 * now: a socket nobody answers on is removed. */
int link_address_check(const char *address, bool any_address, struct err *err);
