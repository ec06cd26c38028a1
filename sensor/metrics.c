// SPDX-License-Identifier: Apache-2.0
/* GET /metrics on a loopback address, by libmicrohttpd; a sampler looks at the loss every second, so
 * that a burst shows which an average would hide.
 *
 * Owns:   its two threads and their buffers. Only counters are read: no worker ever waits.
 * Errors: an address that cannot be had, or that is not loopback, ends the start. Anything but GET and
 *         HEAD of /metrics gets 404 or 405. Eight connections, five seconds each.
 */
#include "metrics.h"

#include "base/log.h"

#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define STATS_MAX   65536u
#define TEXT_MAX    262144u
#define CONNECTIONS 8u
#define TIMEOUT_S   5u

const struct param metrics_params[] = {
	PARAM_TEXT(PARAM_STR, struct metrics_config, listen, "",
		   "Prometheus text over HTTP on this loopback address, say 127.0.0.1:9477; none if "
		   "empty"),
	{.name = NULL},
};

struct metrics {
	metrics_stats stats;
	const void *ctx;
	struct MHD_Daemon *daemon;
	pthread_t sampler;
	pthread_mutex_t lock; /* of peaks, between the sampler and the server */
	pthread_cond_t wake;
	struct metrics_peaks peaks;
	bool sampling, stop;
	char sampled[STATS_MAX], asked[STATS_MAX]; /* the sampler's, the server's */
};

union address {
	struct sockaddr any;
	struct sockaddr_in in;
	struct sockaddr_in6 in6;
};

static int refuse(const char *text, struct err *err)
{
	err_set(err, EINVAL, "metrics.listen: '%s' is no loopback address and port", text);
	err_hint(err, "127.0.0.1:9477 or [::1]:9477; for others put a proxy in front of it");
	return -EINVAL;
}

static int parse(const char *text, union address *a, struct err *err)
{
	char host[64];
	const char *colon = strrchr(text, ':');
	char *end;
	size_t n = colon ? (size_t)(colon - text) : 0;

	memset(a, 0, sizeof(*a));
	unsigned long port = colon ? strtoul(colon + 1, &end, 10) : 0;
	if (!colon || n == 0 || n >= sizeof(host) || colon[1] == 0 || *end || port > 65535)
		return refuse(text, err);
	memcpy(host, text, n);
	host[n] = 0;
	if (host[0] == '[' && host[n - 1] == ']') {
		host[n - 1] = 0;
		a->in6.sin6_family = AF_INET6;
		a->in6.sin6_port = htons((uint16_t)port);
		if (inet_pton(AF_INET6, host + 1, &a->in6.sin6_addr) == 1 &&
		    IN6_IS_ADDR_LOOPBACK(&a->in6.sin6_addr))
			return 0;
		return refuse(text, err);
	}
	a->in.sin_family = AF_INET;
	a->in.sin_port = htons((uint16_t)port);
	if (inet_pton(AF_INET, host, &a->in.sin_addr) == 1 &&
	    ntohl(a->in.sin_addr.s_addr) >> 24 == 127)
		return 0;
	return refuse(text, err);
}

static enum MHD_Result reply(struct MHD_Connection *c, unsigned code, void *text, size_t n,
			     enum MHD_ResponseMemoryMode mode)
{
	struct MHD_Response *r = MHD_create_response_from_buffer(n, text, mode);

	if (!r)
		return MHD_NO;
	MHD_add_response_header(r, "Content-Type", "text/plain; version=0.0.4; charset=utf-8");
	enum MHD_Result done = MHD_queue_response(c, code, r);
	MHD_destroy_response(r);
	return done;
}

static enum MHD_Result say(struct MHD_Connection *c, unsigned code, const char *text)
{
	return reply(c, code, (void *)(uintptr_t)text, strlen(text), MHD_RESPMEM_PERSISTENT);
}

/* On the server thread: one request at a time, so `asked` needs no lock. */
static enum MHD_Result answer(void *ctx, struct MHD_Connection *c, const char *url,
			      const char *method, const char *version, const char *data,
			      size_t *size, void **state)
{
	struct metrics *m = ctx;
	struct metrics_peaks peaks;

	(void)version, (void)data, (void)state;
	if (strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0) {
		*size = 0;
		return say(c, MHD_HTTP_METHOD_NOT_ALLOWED, "only GET\n");
	}
	if (strcmp(url, "/metrics") != 0)
		return say(c, MHD_HTTP_NOT_FOUND, "see /metrics\n");
	pthread_mutex_lock(&m->lock);
	peaks = m->peaks;
	pthread_mutex_unlock(&m->lock);

	char *text = malloc(TEXT_MAX);
	size_t n = 0;
	if (text && m->stats(m->ctx, m->asked, sizeof(m->asked)))
		n = metrics_text(m->asked, &peaks, text, TEXT_MAX);
	if (n == 0) {
		free(text);
		return say(c, MHD_HTTP_INTERNAL_SERVER_ERROR, "the counters do not fit\n");
	}
	return reply(c, MHD_HTTP_OK, text, n, MHD_RESPMEM_MUST_FREE);
}

static void *sample(void *arg)
{
	struct metrics *m = arg;
	uint64_t total[METRICS_places];
	struct timespec next;

	clock_gettime(CLOCK_MONOTONIC, &next);
	pthread_mutex_lock(&m->lock);
	while (!m->stop) {
		next.tv_sec++;
		while (!m->stop && pthread_cond_timedwait(&m->wake, &m->lock, &next) == 0)
			;
		if (m->stop)
			break;
		pthread_mutex_unlock(&m->lock);
		bool good = m->stats(m->ctx, m->sampled, sizeof(m->sampled)) > 0 &&
			    metrics_losses(m->sampled, total);
		pthread_mutex_lock(&m->lock);
		if (good)
			metrics_peaks_take(&m->peaks, total);
	}
	pthread_mutex_unlock(&m->lock);
	return NULL;
}

static int start_sampler(struct metrics *m, struct err *err)
{
	pthread_condattr_t attr;

	pthread_mutex_init(&m->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&m->wake, &attr);
	pthread_condattr_destroy(&attr);
	int e = pthread_create(&m->sampler, NULL, sample, m);
	if (e)
		return err_set(err, e, "cannot start the metrics: %s", strerror(e));
	m->sampling = true;
	return 0;
}

int metrics_check(const struct metrics_config *c, struct err *err)
{
	union address a;

	return c->listen && *c->listen ? parse(c->listen, &a, err) : 0;
}

int metrics_start(struct metrics **out, const struct metrics_config *c, metrics_stats stats,
		  const void *ctx, struct err *err)
{
	union address a;
	struct metrics *m;
	int r;

	*out = NULL;
	if (!c->listen || !*c->listen)
		return 0;
	if ((r = parse(c->listen, &a, err)) < 0)
		return r;
	m = calloc(1, sizeof(*m));
	if (!m)
		return err_set(err, ENOMEM, "no memory for the metrics");
	m->stats = stats;
	m->ctx = ctx;
	if ((r = start_sampler(m, err)) < 0) {
		metrics_stop(m);
		return r;
	}
	unsigned flags = MHD_USE_INTERNAL_POLLING_THREAD;
	if (a.any.sa_family == AF_INET6)
		flags |= MHD_USE_IPv6;
	m->daemon = MHD_start_daemon(flags, 0, NULL, NULL, answer, m, MHD_OPTION_SOCK_ADDR, &a.any,
				     MHD_OPTION_CONNECTION_LIMIT, CONNECTIONS,
				     MHD_OPTION_CONNECTION_TIMEOUT, TIMEOUT_S, MHD_OPTION_END);
	if (!m->daemon) {
		r = errno > 0 ? errno : EADDRINUSE;
		metrics_stop(m);
		return err_set(err, r, "metrics.listen: cannot listen on %s: %s", c->listen,
			       strerror(r));
	}
	const union MHD_DaemonInfo *port = MHD_get_daemon_info(m->daemon, MHD_DAEMON_INFO_BIND_PORT);
	log_info("metrics: port %u, path /metrics", port ? port->port : 0u);
	*out = m;
	return 0;
}

void metrics_stop(struct metrics *m)
{
	if (!m)
		return;
	if (m->daemon)
		MHD_stop_daemon(m->daemon);
	if (m->sampling) {
		pthread_mutex_lock(&m->lock);
		m->stop = true;
		pthread_cond_signal(&m->wake);
		pthread_mutex_unlock(&m->lock);
		pthread_join(m->sampler, NULL);
	}
	free(m);
}
