// SPDX-License-Identifier: Apache-2.0
#include "control.h"

#include "base/log.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <pwd.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define BACKLOG 16
#define SEND_TIMEOUT_S 10
#define TURN_MS 500 /* how soon a quiet thread sees that it should stop */

struct control {
	const struct control_room *room;
	int fd;
	char path[sizeof(((struct sockaddr_un *)0)->sun_path)];
	_Atomic bool stop;
	_Atomic unsigned clients;
	pthread_t thread;
};

struct visit {
	struct control *control;
	struct client client;
};

static void name_peer(int fd, char *out, size_t size)
{
	struct ucred cred;
	socklen_t len = sizeof(cred);
	struct passwd pw, *found = NULL;
	char buf[1024];

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &len) != 0) {
		snprintf(out, size, "unknown");
		return;
	}
	getpwuid_r(cred.uid, &pw, buf, sizeof(buf), &found);
	snprintf(out, size, "%.40s (uid %u, pid %d)", found ? found->pw_name : "?",
		 (unsigned)cred.uid, (int)cred.pid);
}

/* Reads what is there; false: gone, or nothing for us to wait for any more. */
static bool fill(struct visit *v, char *buf, size_t *n)
{
	struct pollfd p = {.fd = v->client.fd, .events = POLLIN};

	for (;;) {
		if (atomic_load(&v->control->stop))
			return false;
		int ready = poll(&p, 1, TURN_MS);
		if (ready < 0 && errno != EINTR)
			return false;
		if (ready > 0)
			break;
	}
	ssize_t got = recv(v->client.fd, buf + *n, REQUEST_MAX - *n, 0);
	if (got <= 0)
		return false;
	*n += (size_t)got;
	return true;
}

static bool too_long(struct visit *v)
{
	serve_send(&v->client, json_pack("{s:b, s:s}", "ok", 0, "error",
					 "a request is longer than 8192 bytes"));
	return false;
}

static void converse(struct visit *v)
{
	char buf[REQUEST_MAX];
	size_t n = 0;
	bool stay = true;

	while (stay && fill(v, buf, &n)) {
		char *end;

		while (stay && (end = memchr(buf, '\n', n)) != NULL) {
			size_t line = (size_t)(end - buf);

			stay = serve_line(&v->client, buf, line);
			n -= line + 1;
			memmove(buf, end + 1, n);
		}
		if (stay && n == sizeof(buf))
			stay = too_long(v);
	}
}

static void *visit(void *arg)
{
	struct visit *v = arg;
	struct control *c = v->control;

	converse(v);
	serve_end(&v->client);
	close(v->client.fd);
	free(v);
	atomic_fetch_sub(&c->clients, 1);
	return NULL;
}

static void welcome(struct control *c, int fd)
{
	struct timeval timeout = {.tv_sec = SEND_TIMEOUT_S};
	struct visit *v = calloc(1, sizeof(*v));
	pthread_t thread;

	if (!v || atomic_load(&c->clients) >= CONTROL_CLIENTS) {
		static const char busy[] = "{\"ok\":false,\"error\":\"too many clients\"}\n";
		send(fd, busy, sizeof(busy) - 1, MSG_NOSIGNAL | MSG_DONTWAIT);
		free(v);
		close(fd);
		return;
	}
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof(timeout));
	v->control = c;
	v->client = (struct client){.room = c->room, .fd = fd, .stop = &c->stop};
	name_peer(fd, v->client.who, sizeof(v->client.who));
	atomic_fetch_add(&c->clients, 1);
	if (pthread_create(&thread, NULL, visit, v) == 0) {
		pthread_detach(thread);
		return;
	}
	atomic_fetch_sub(&c->clients, 1);
	free(v);
	close(fd);
}

static void *run(void *arg)
{
	struct control *c = arg;
	struct pollfd p = {.fd = c->fd, .events = POLLIN};

	while (!atomic_load(&c->stop)) {
		if (poll(&p, 1, TURN_MS) <= 0)
			continue;
		int fd = accept4(c->fd, NULL, NULL, SOCK_CLOEXEC);
		if (fd >= 0)
			welcome(c, fd);
	}
	return NULL;
}

/* A socket left by a collector that was killed is in the way; one that answers is not ours. */
static int take_path(const struct sockaddr_un *addr, struct err *err)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int r = fd < 0 ? -1 : connect(fd, (const struct sockaddr *)addr, sizeof(*addr));

	if (fd >= 0)
		close(fd);
	if (r == 0) {
		err_set(err, EADDRINUSE, "a collector answers on '%s' already", addr->sun_path);
		err_hint(err, "stop it, or name another socket with --set control=PATH");
		return -EADDRINUSE;
	}
	unlink(addr->sun_path);
	return 0;
}

static int listen_at(struct control *c, const char *path, struct err *err)
{
	struct sockaddr_un addr = {.sun_family = AF_UNIX};

	if (strlen(path) >= sizeof(addr.sun_path))
		return err_set(err, ENAMETOOLONG, "control: '%.60s…' is longer than %zu bytes", path,
			       sizeof(addr.sun_path) - 1);
	memcpy(addr.sun_path, path, strlen(path));
	memcpy(c->path, addr.sun_path, sizeof(c->path));
	int r = take_path(&addr, err);
	if (r)
		return r;
	c->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	mode_t old = umask(0117); /* 0660 from its first moment */
	r = c->fd < 0 || bind(c->fd, (struct sockaddr *)&addr, sizeof(addr)) != 0 ||
		    listen(c->fd, BACKLOG) != 0
		    ? -errno
		    : 0;
	umask(old);
	if (r)
		err_set(err, -r, "control socket '%s': %s", path, strerror(-r));
	return r;
}

int control_start(struct control **out, const struct control_room *room, struct err *err)
{
	struct control *c = calloc(1, sizeof(*c));

	if (!c)
		return err_set(err, ENOMEM, "no memory for the control socket");
	c->room = room;
	c->fd = -1;
	int r = listen_at(c, room->settings->control, err);
	if (!r && pthread_create(&c->thread, NULL, run, c) != 0)
		r = err_set(err, EAGAIN, "no thread for the control socket");
	if (r) {
		if (c->fd >= 0)
			close(c->fd);
		free(c);
		return r;
	}
	*out = c;
	return 0;
}

void control_stop(struct control *c)
{
	if (!c)
		return;
	atomic_store(&c->stop, true);
	pthread_join(c->thread, NULL);
	close(c->fd);
	unlink(c->path);
	while (atomic_load(&c->clients))
		poll(NULL, 0, 10);
	free(c);
}
