// SPDX-License-Identifier: Apache-2.0
/* PUB and REP over nng; see link.h. */
#include "publish/link.h"

#include "base/log.h"

#include <errno.h>
#include <nng/nng.h>
#include <nng/protocol/pubsub0/pub.h>
#include <nng/protocol/reqrep0/rep.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#define SEND_BUFFER  8192  /* messages; with the default 16 a burst loses half */
#define REQUEST_MAX  4096u /* bytes; a longer request closes its connection */
#define CLOSE_WAIT_S 3
#define IPC_MODE     0660

enum step { STEP_receive, STEP_wait, STEP_send };

struct context { /* one REP context: receives, answers, sends, and again */
	struct link *link;
	nng_ctx ctx;
	nng_aio *aio;
	unsigned slot;
	enum step step;
	bool open;
};

struct link {
	struct link_config c;
	nng_socket pub, rep;
	bool has_pub, has_rep;
	_Atomic bool closing;
	struct context context[LINK_CONTEXTS];
	pthread_t closer;
	_Atomic bool closed;
};

static int nng_failed(struct err *err, int rv, const char *what, const char *address)
{
	int code = rv == NNG_EADDRINUSE ? EADDRINUSE : rv == NNG_ENOMEM ? ENOMEM : EIO;

	return err_set(err, code, "%s %s: %s", what, address, nng_strerror(rv));
}

static int listen_on(nng_socket s, const char *address, bool any_address, struct err *err)
{
	nng_listener l;
	int rv, r = link_address_check(address, any_address, err);

	if (r < 0)
		return r;
	if ((rv = nng_listener_create(&l, s, address)) != 0)
		return nng_failed(err, rv, "cannot listen on", address);
	if (strncmp(address, "ipc://", 6) == 0 &&
	    (rv = nng_listener_set_int(l, NNG_OPT_IPC_PERMISSIONS, IPC_MODE)) != 0)
		return nng_failed(err, rv, "cannot set the mode of", address);
	if ((rv = nng_listener_start(l, 0)) != 0)
		return nng_failed(err, rv, "cannot listen on", address);
	return 0;
}

static int listen_all(nng_socket s, const struct strs *addresses, bool any_address, struct err *err)
{
	int r = 0;

	for (unsigned i = 0; i < addresses->n && r == 0; i++)
		r = listen_on(s, addresses->at[i], any_address, err);
	return r;
}

static void receive(struct context *c)
{
	c->step = STEP_receive;
	nng_ctx_recv(c->ctx, c->aio);
}

static void reply_with(struct context *c, const char *text, size_t n)
{
	nng_msg *reply = NULL;

	if (!text) {
		c->step = STEP_wait;
		nng_sleep_aio(LINK_AGAIN_MS, c->aio);
		return;
	}
	if (nng_msg_alloc(&reply, n) != 0) {
		receive(c); /* no memory: the collector asks again */
		return;
	}
	memcpy(nng_msg_body(reply), text, n);
	nng_aio_set_msg(c->aio, reply);
	c->step = STEP_send;
	nng_ctx_send(c->ctx, c->aio);
}

static void answer(struct context *c, nng_msg *request)
{
	const struct link_config *l = &c->link->c;
	size_t n = 0;
	const char *text =
		l->answer(l->ctx, c->slot, nng_msg_body(request), nng_msg_len(request), &n);

	nng_msg_free(request);
	reply_with(c, text, n);
}

static void answer_again(struct context *c)
{
	const struct link_config *l = &c->link->c;
	size_t n = 0;
	const char *text = l->again(l->ctx, c->slot, &n);

	reply_with(c, text, n);
}

static void on_aio(void *arg)
{
	struct context *c = arg;
	int rv = nng_aio_result(c->aio);

	if (rv != 0 && c->step == STEP_send)
		nng_msg_free(nng_aio_get_msg(c->aio));
	if (rv == NNG_ECLOSED || rv == NNG_ECANCELED || atomic_load(&c->link->closing)) {
		if (rv == 0 && c->step == STEP_receive)
			nng_msg_free(nng_aio_get_msg(c->aio));
		return;
	}
	if (rv != 0 || c->step == STEP_send)
		receive(c);
	else if (c->step == STEP_wait)
		answer_again(c);
	else
		answer(c, nng_aio_get_msg(c->aio));
}

static int open_rep(struct link *l, struct err *err)
{
	int rv = nng_rep0_open(&l->rep);

	if (rv != 0)
		return nng_failed(err, rv, "cannot open", "REP");
	l->has_rep = true;
	nng_socket_set_size(l->rep, NNG_OPT_RECVMAXSZ, REQUEST_MAX);
	for (unsigned i = 0; i < LINK_CONTEXTS; i++) {
		struct context *c = &l->context[i];
		c->link = l;
		c->slot = i;
		if ((rv = nng_aio_alloc(&c->aio, on_aio, c)) != 0 ||
		    (rv = nng_ctx_open(&c->ctx, l->rep)) != 0)
			return nng_failed(err, rv, "cannot open", "REP");
		c->open = true;
	}
	int r = listen_all(l->rep, l->c.rep, l->c.any_address, err);
	for (unsigned i = 0; i < LINK_CONTEXTS && r == 0; i++)
		receive(&l->context[i]);
	return r;
}

static int open_pub(struct link *l, struct err *err)
{
	int rv = nng_pub0_open(&l->pub);

	if (rv != 0)
		return nng_failed(err, rv, "cannot open", "PUB");
	l->has_pub = true;
	if ((rv = nng_socket_set_int(l->pub, NNG_OPT_SENDBUF, SEND_BUFFER)) != 0)
		return nng_failed(err, rv, "cannot set the buffer of", "PUB");
	return listen_all(l->pub, l->c.pub, l->c.any_address, err);
}

int link_open(struct link **out, const struct link_config *c, struct err *err)
{
	struct link *l = calloc(1, sizeof(*l));
	int r = 0;

	if (!l)
		return err_set(err, ENOMEM, "no memory for the sockets");
	l->c = *c;
	if (c->pub && c->pub->n)
		r = open_pub(l, err);
	if (r == 0 && c->rep && c->rep->n)
		r = open_rep(l, err);
	if (r < 0) {
		link_close(l);
		return r;
	}
	*out = l;
	return 0;
}

bool link_publish(struct link *l, const char *topic, const char *line, size_t len)
{
	size_t topic_len = strlen(topic);
	nng_msg *m;

	if (nng_msg_alloc(&m, topic_len + 1 + len) != 0)
		return false;
	char *body = nng_msg_body(m);
	memcpy(body, topic, topic_len);
	body[topic_len] = '\n';
	memcpy(body + topic_len + 1, line, len);
	if (nng_sendmsg(l->pub, m, NNG_FLAG_NONBLOCK) == 0)
		return true;
	nng_msg_free(m);
	return false;
}

static void *close_run(void *arg)
{
	struct link *l = arg;

	for (unsigned i = 0; i < LINK_CONTEXTS; i++)
		if (l->context[i].aio)
			nng_aio_stop(l->context[i].aio);
	if (l->has_rep)
		nng_close(l->rep);
	if (l->has_pub)
		nng_close(l->pub);
	for (unsigned i = 0; i < LINK_CONTEXTS; i++)
		if (l->context[i].aio)
			nng_aio_free(l->context[i].aio);
	return NULL;
}

bool link_close(struct link *l)
{
	struct timespec until;

	if (!l)
		return true;
	atomic_store(&l->closing, true);
	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += CLOSE_WAIT_S;
	if (pthread_create(&l->closer, NULL, close_run, l) != 0)
		return false;
	if (pthread_timedjoin_np(l->closer, NULL, &until) != 0) {
		pthread_detach(l->closer);
		log_warn("the sockets did not close within %d s; left to the end of the process",
			 CLOSE_WAIT_S);
		return false;
	}
	free(l);
	return true;
}
