// SPDX-License-Identifier: Apache-2.0
#include "link.h"

#include "wire/journal_api.h"
#include "wire/topic.h"

#include <errno.h>
#include <nng/nng.h>
#include <nng/protocol/pubsub0/sub.h>
#include <nng/protocol/reqrep0/req.h>
#include <nng/supplemental/util/platform.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#define REPLY_SLACK 4096u /* the first line of a reply, beside its records */
#define RECONNECT_MIN_MS 10
#define RECONNECT_MAX_MS 500
#define WAKE_DRAIN 8192u /* messages taken at one wake-up at most: nng's buffer below */

struct link {
	nng_socket sub, req;
	bool has_sub;
	_Atomic bool stopped;
};

static int dial(nng_socket s, const char *address, const char *what, struct err *err)
{
	nng_socket_set_ms(s, NNG_OPT_RECONNMINT, RECONNECT_MIN_MS);
	nng_socket_set_ms(s, NNG_OPT_RECONNMAXT, RECONNECT_MAX_MS);
	int e = nng_dial(s, address, NULL, NNG_FLAG_NONBLOCK);
	if (e == 0)
		return 0;
	err_set(err, EINVAL, "%s address '%s': %s", what, address, nng_strerror(e));
	err_hint(err, "ipc:///path, tcp://host:port or tls+tcp://host:port");
	return -EINVAL;
}

static int open_sub(struct link *l, const char *pub, struct err *err)
{
	int e = nng_sub0_open(&l->sub);

	if (e)
		return err_set(err, ENOMEM, "SUB socket: %s", nng_strerror(e));
	l->has_sub = true;
	nng_socket_set(l->sub, NNG_OPT_SUB_SUBSCRIBE, TOPIC_DURABLE, strlen(TOPIC_DURABLE));
	nng_socket_set_size(l->sub, NNG_OPT_RECVMAXSZ, JOURNAL_REPLY_MAX);
	return dial(l->sub, pub, "PUB", err);
}

int link_open(struct link **out, const char *pub, const char *rep, struct err *err)
{
	struct link *l = calloc(1, sizeof(*l));
	int e = l ? nng_req0_open(&l->req) : NNG_ENOMEM;

	if (e) {
		free(l);
		return err_set(err, ENOMEM, "REQ socket: %s", nng_strerror(e));
	}
	nng_socket_set_size(l->req, NNG_OPT_RECVMAXSZ, JOURNAL_REPLY_MAX + REPLY_SLACK);
	int r = dial(l->req, rep, "REP", err);
	if (!r && pub && *pub)
		r = open_sub(l, pub, err);
	if (r) {
		link_close(l);
		return r;
	}
	*out = l;
	return 0;
}

void link_stop(struct link *l)
{
	if (atomic_exchange(&l->stopped, true))
		return;
	nng_close(l->req);
	if (l->has_sub)
		nng_close(l->sub);
}

void link_close(struct link *l)
{
	if (!l)
		return;
	link_stop(l);
	free(l);
}

static int errno_of(int e)
{
	switch (e) {
	case NNG_ECLOSED:
		return -ESHUTDOWN;
	case NNG_ETIMEDOUT:
		return -ETIMEDOUT;
	case NNG_ENOMEM:
		return -ENOMEM;
	default:
		return -ECONNREFUSED;
	}
}

int link_ask(struct link *l, const char *text, size_t n, unsigned timeout_ms, char **reply,
	     size_t *reply_len)
{
	if (atomic_load(&l->stopped))
		return -ESHUTDOWN;
	nng_socket_set_ms(l->req, NNG_OPT_SENDTIMEO, (nng_duration)timeout_ms);
	nng_socket_set_ms(l->req, NNG_OPT_RECVTIMEO, (nng_duration)timeout_ms);
	/* nng only reads from it, as no NNG_FLAG_ALLOC is given */
	int e = nng_send(l->req, (void *)(uintptr_t)text, n, 0);
	if (e)
		return e == NNG_ETIMEDOUT ? -ECONNREFUSED : errno_of(e);
	e = nng_recv(l->req, reply, reply_len, NNG_FLAG_ALLOC);
	return e ? errno_of(e) : 0;
}

void link_free(char *reply, size_t reply_len)
{
	nng_free(reply, reply_len);
}

bool link_wait(struct link *l, unsigned timeout_ms)
{
	nng_msg *msg;

	if (!l->has_sub || atomic_load(&l->stopped)) {
		nng_msleep((nng_duration)(l->has_sub ? 0 : timeout_ms));
		return false;
	}
	nng_socket_set_ms(l->sub, NNG_OPT_RECVTIMEO, (nng_duration)timeout_ms);
	if (nng_recvmsg(l->sub, &msg, 0) != 0)
		return false;
	nng_msg_free(msg);
	for (unsigned i = 0; i < WAKE_DRAIN; i++) {
		if (nng_recvmsg(l->sub, &msg, NNG_FLAG_NONBLOCK) != 0)
			break;
		nng_msg_free(msg);
	}
	return true;
}
