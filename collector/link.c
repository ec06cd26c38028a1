// SPDX-License-Identifier: Apache-2.0
#include "link.h"

#include "base/log.h"
#include "wire/journal_api.h"
#include "wire/topic.h"

#include <errno.h>
#include <nng/nng.h>
#include <nng/protocol/pubsub0/sub.h>
#include <nng/protocol/reqrep0/req.h>
#include <nng/supplemental/util/platform.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define REPLY_SLACK 4096u /* the first line of a reply, beside its records */
#define RECONNECT_MIN_MS 10
#define RECONNECT_MAX_MS 500
#define CLOSE_WAIT_S     3
#define REPLY_WAIT_MS    500   /* for the one under way when we stop */
#define WAKE_DRAIN 8192u /* messages taken at one wake-up at most: nng's buffer below */

struct link {
	nng_socket sub, req;
	bool has_sub, has_req;
	nng_aio *wake, *send, *reply; /* one user's: at most one of them is under way */
	_Atomic bool stopped, asking;
	pthread_t closer;
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

	if (l)
		l->has_req = e == 0;
	if (e || nng_aio_alloc(&l->wake, NULL, NULL) || nng_aio_alloc(&l->send, NULL, NULL) ||
	    nng_aio_alloc(&l->reply, NULL, NULL)) {
		link_close(l);
		return err_set(err, ENOMEM, "REQ socket: %s", nng_strerror(e ? e : NNG_ENOMEM));
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
	/* For ever: what begins with them afterwards ends at once. */
	nng_aio_stop(l->wake);
	nng_aio_stop(l->send);
	/* A reply on its way is waited for: nng up to 1.7 may never come back from closing a socket
	 * between a message's head and its body (nanomsg/nng #1543, #1813). */
	for (unsigned i = 0; i < REPLY_WAIT_MS && atomic_load(&l->asking); i++)
		nng_msleep(1);
	nng_aio_stop(l->reply);
}

static void *close_run(void *arg)
{
	struct link *l = arg;

	if (l->has_req)
		nng_close(l->req);
	if (l->has_sub)
		nng_close(l->sub);
	nng_aio_free(l->wake);
	nng_aio_free(l->send);
	nng_aio_free(l->reply);
	return NULL;
}

/* SUB may be in the middle of a message at any time (see link_stop), so the wait has an end. */
bool link_close(struct link *l)
{
	struct timespec until;

	if (!l)
		return true;
	link_stop(l);
	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += CLOSE_WAIT_S;
	if (pthread_create(&l->closer, NULL, close_run, l) != 0)
		return false;
	if (pthread_timedjoin_np(l->closer, NULL, &until) != 0) {
		pthread_detach(l->closer);
		log_warn("a sensor's sockets did not close within %d s; left to the end of the "
			 "process",
			 CLOSE_WAIT_S);
		return false;
	}
	free(l);
	return true;
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

static int finish(struct link *l, nng_aio *aio)
{
	nng_aio_wait(aio);
	int e = nng_aio_result(aio);
	return e && atomic_load(&l->stopped) ? NNG_ECLOSED : e;
}

static int send_request(struct link *l, const char *text, size_t n, unsigned timeout_ms)
{
	nng_msg *msg;
	int e = nng_msg_alloc(&msg, n);

	if (e)
		return e;
	memcpy(nng_msg_body(msg), text, n);
	nng_aio_set_timeout(l->send, (nng_duration)timeout_ms);
	nng_aio_set_msg(l->send, msg);
	nng_send_aio(l->req, l->send);
	e = finish(l, l->send);
	if (e)
		nng_msg_free(msg);
	return e;
}

static int take_reply(struct link *l, unsigned timeout_ms, char **reply, size_t *reply_len)
{
	nng_aio_set_timeout(l->reply, (nng_duration)timeout_ms);
	nng_recv_aio(l->req, l->reply);
	int e = finish(l, l->reply);
	if (e)
		return e;
	nng_msg *msg = nng_aio_get_msg(l->reply);
	*reply_len = nng_msg_len(msg);
	*reply = nng_alloc(*reply_len ? *reply_len : 1);
	if (*reply)
		memcpy(*reply, nng_msg_body(msg), *reply_len);
	nng_msg_free(msg);
	return *reply ? 0 : NNG_ENOMEM;
}

int link_ask(struct link *l, const char *text, size_t n, unsigned timeout_ms, char **reply,
	     size_t *reply_len)
{
	if (atomic_load(&l->stopped))
		return -ESHUTDOWN;
	atomic_store(&l->asking, true);
	int e = send_request(l, text, n, timeout_ms);
	int r = e == NNG_ETIMEDOUT ? -ECONNREFUSED : e ? errno_of(e) : 0;
	if (!r) {
		e = take_reply(l, timeout_ms, reply, reply_len);
		r = e ? errno_of(e) : 0;
	}
	atomic_store(&l->asking, false);
	return r;
}

void link_free(char *reply, size_t reply_len)
{
	nng_free(reply, reply_len ? reply_len : 1);
}

bool link_wait(struct link *l, unsigned timeout_ms)
{
	nng_msg *msg;

	if (!l->has_sub) {
		nng_sleep_aio((nng_duration)timeout_ms, l->wake);
		finish(l, l->wake);
		return false;
	}
	nng_aio_set_timeout(l->wake, (nng_duration)timeout_ms);
	nng_recv_aio(l->sub, l->wake);
	if (finish(l, l->wake) != 0)
		return false;
	msg = nng_aio_get_msg(l->wake);
	nng_msg_free(msg);
	for (unsigned i = 0; i < WAKE_DRAIN; i++) {
		if (nng_recvmsg(l->sub, &msg, NNG_FLAG_NONBLOCK) != 0)
			break;
		nng_msg_free(msg);
	}
	return true;
}
