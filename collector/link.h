// SPDX-License-Identifier: Apache-2.0
/* link: one sensor's two sockets. SUB wakes us (its messages are not read: PUB may lose them), REQ
 * asks its journal.
 *
 * Shape:  a reply longer than JOURNAL_REPLY_MAX and some is dropped by nng and looks like silence.
 * Thread: one user; link_stop() from any other makes its calls return.
 * Errors: dialling goes on in the background, so an absent sensor is no error of link_open(); an
 *         address that cannot be one is.
 */
#pragma once

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct link;

int link_open(struct link **l, const char *pub, const char *rep, struct err *err);
/* False: nng did not come back in time; the link is left to the end of the process, with a warning.
 */
bool link_close(struct link *l);
void link_stop(struct link *l); /* takes half a second at most, where a reply is under way */
/* One request, one reply: `reply` is heap (free it with link_free). -ETIMEDOUT: no answer in time,
 * -ECONNREFUSED: nobody there, -ESHUTDOWN: stopped. */
int link_ask(struct link *l, const char *text, size_t n, unsigned timeout_ms, char **reply,
	     size_t *reply_len);
void link_free(char *reply, size_t reply_len);
/* Waits until the sensor says something or the time is over, and takes all that is there. True: it
 * said something. */
bool link_wait(struct link *l, unsigned timeout_ms);
