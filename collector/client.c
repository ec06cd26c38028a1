// SPDX-License-Identifier: Apache-2.0
/* The collector's socket, from the other end. */
#include "cli.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define ANSWER_S 120 /* an isolator may take its time; watch waits for ever */
#define LINE_MAX_BYTES (4u << 20)

int client_open(const char *path, int *out, struct err *err)
{
	struct sockaddr_un addr = {.sun_family = AF_UNIX};

	if (strlen(path) >= sizeof(addr.sun_path))
		return err_set(err, ENAMETOOLONG, "control: '%.60s' is too long", path);
	memcpy(addr.sun_path, path, strlen(path));
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || connect(fd, (struct sockaddr *)&addr, sizeof(addr)) != 0) {
		int code = errno;
		if (fd >= 0)
			close(fd);
		err_set(err, code, "%s '%s': %s",
			code == EACCES ? "you may not talk to the collector on"
				       : "the collector does not answer on",
			path, strerror(code));
		err_hint(err, code == EACCES ? "its group may: usermod -aG vigie NAME, then log in again"
					     : "is vigie-collector running? another socket: --set "
					       "control=PATH, or --dir D");
		return -code;
	}
	*out = fd;
	return 0;
}

static int gone(struct err *err)
{
	return err_set(err, EPIPE, "the collector went away");
}

/* One line from the socket: 1 for a row or event, 0 for the last. */
static int take_line(const char *line, size_t n, bool watch, read_row *row, void *ctx,
		     json_t **answer, struct err *err)
{
	json_t *o = json_loadb(line, n, JSON_ALLOW_NUL, NULL), *v;
	int r = 1;

	if (!json_is_object(o)) {
		json_decref(o);
		return err_set(err, EPROTO, "the collector's answer is not understood");
	}
	if ((v = json_object_get(o, "row")) != NULL) {
		r = row(ctx, v);
		r = r ? r : 1;
	} else if (watch && json_object_get(o, "watch")) {
		r = row(ctx, o);
		r = r ? r : 1;
	} else if (watch && json_is_true(json_object_get(o, "ok"))) {
		r = 1; /* it begins */
	} else {
		*answer = json_incref(o);
		r = 0;
	}
	json_decref(o);
	return r;
}

int client_call(int fd, const json_t *ask, read_row *row, void *ctx, json_t **answer,
		struct err *err)
{
	const char *verb = json_string_value(json_object_get(ask, "verb"));
	bool watch = strcmp(verb, "watch") == 0;
	struct timeval timeout = {.tv_sec = watch ? 0 : ANSWER_S};
	char *text = json_dumps(ask, JSON_COMPACT), *line = NULL;
	size_t cap = 0;
	ssize_t n;
	int r = 1;

	*answer = NULL;
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout));
	FILE *in = fdopen(dup(fd), "r");
	if (!text || !in || send(fd, text, strlen(text), MSG_NOSIGNAL) < 0 ||
	    send(fd, "\n", 1, MSG_NOSIGNAL) < 0)
		r = gone(err);
	while (r == 1) {
		n = getline(&line, &cap, in);
		if (n <= 0 || (size_t)n > LINE_MAX_BYTES)
			r = gone(err);
		else
			r = take_line(line, (size_t)n, watch, row, ctx, answer, err);
	}
	if (in)
		fclose(in);
	free(line);
	free(text);
	return r;
}
