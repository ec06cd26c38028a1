// SPDX-License-Identifier: Apache-2.0
/* The control socket as a client sees it, with a real store and engine behind. */
#include "check.h"
#include "collector/control.h"

#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static char dir[64];
static char line[1u << 16];

static int dial(const char *path)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX};
	struct timeval timeout = {.tv_sec = 30};
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	snprintf(a.sun_path, sizeof(a.sun_path), "%s", path);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout));
	CHECK_EQ(connect(fd, (struct sockaddr *)&a, sizeof(a)), 0);
	return fd;
}

static void say(int fd, const char *text)
{
	CHECK_EQ(send(fd, text, strlen(text), MSG_NOSIGNAL), strlen(text));
}

/* The next line, or "" when the other side is gone. */
static const char *hear(int fd)
{
	size_t n = 0;

	while (n < sizeof(line) - 1 && recv(fd, line + n, 1, 0) == 1 && line[n] != '\n')
		n++;
	line[n] = '\0';
	return line;
}

static bool has(const char *text, const char *part)
{
	if (strstr(text, part))
		return true;
	printf("# '%s' is not in '%.300s'\n", part, text);
	return false;
}

static void talk(const struct settings *s)
{
	int fd = dial(s->control);
	struct stat st;

	CASE("the socket is for its owner and group");
	CHECK_EQ(stat(s->control, &st), 0);
	CHECK_EQ(st.st_mode & 0777, 0660);

	CASE("nonsense is answered, and the client stays");
	say(fd, "nonsense\n");
	CHECK(has(hear(fd), "\"ok\":false"));
	say(fd, "{\"verb\":\"isolat\"}\n");
	CHECK(has(hear(fd), "did you mean 'isolate'"));

	CASE("a request in pieces, and two at once");
	say(fd, "{\"verb\":\"ale");
	usleep(20000);
	say(fd, "rts\"}\n{\"verb\":\"incidents\"}\n");
	CHECK(has(hear(fd), "\"row\":{\"event_type\":\"alert\""));
	CHECK(has(hear(fd), "\"ok\":true,\"n\":1"));
	CHECK(has(hear(fd), "\"row\":{\"id\":1"));
	CHECK(has(hear(fd), "\"ok\":true,\"n\":1"));

	CASE("status");
	say(fd, "{\"verb\":\"status\"}\n");
	CHECK(has(hear(fd), "\"running\":true"));
	CHECK(has(line, "\"alerts\":1"));

	CASE("an incident, and one that is none");
	say(fd, "{\"verb\":\"incident\",\"incident\":1}\n");
	CHECK(has(hear(fd), "\"host\":\"10.0.0.5\""));
	say(fd, "{\"verb\":\"incident\",\"incident\":2}\n");
	CHECK(has(hear(fd), "there is no incident 2"));

	CASE("the mode refuses, with the plan");
	say(fd, "{\"verb\":\"isolate\",\"host\":\"10.0.0.5\",\"reason\":\"r\"}\n");
	CHECK(has(hear(fd), "\"ok\":false"));
	CHECK(has(line, "\"rails\":["));

	CASE("who asks is the kernel's word, in the audit log");
	say(fd, "{\"verb\":\"freeze\",\"reason\":\"test\"}\n");
	CHECK(has(hear(fd), "\"ok\":true"));
	say(fd, "{\"verb\":\"audit\"}\n");
	for (int i = 0; i < 20 && !strstr(hear(fd), "\"frozen\""); i++)
		;
	char who[64];
	snprintf(who, sizeof(who), "(uid %u, pid %d)", (unsigned)getuid(), (int)getpid());
	CHECK(has(line, who));
	close(fd);

	CASE("a line without end is cut off");
	fd = dial(s->control);
	memset(line, 'x', REQUEST_MAX);
	CHECK_EQ(send(fd, line, REQUEST_MAX, MSG_NOSIGNAL), REQUEST_MAX);
	CHECK(has(hear(fd), "longer than 8192"));
	CHECK_STR(hear(fd), "");
	close(fd);
}

static void crowd(const struct settings *s, struct hub *hub)
{
	json_t *event = json_pack("{s:s}", "watch", "test");
	int fd[CONTROL_CLIENTS], more;

	CASE("several watch, and all hear");
	for (unsigned i = 0; i < 3; i++) {
		fd[i] = dial(s->control);
		say(fd[i], "{\"verb\":\"watch\"}\n");
		CHECK(has(hear(fd[i]), "\"ok\":true"));
	}
	hub_say(hub, event);
	for (unsigned i = 0; i < 3; i++)
		CHECK_STR(hear(fd[i]), "{\"watch\":\"test\"}");
	json_decref(event);

	CASE("one too many is told so");
	for (unsigned i = 3; i < CONTROL_CLIENTS; i++) {
		fd[i] = dial(s->control);
		say(fd[i], "{\"verb\":\"status\"}\n");
		CHECK(has(hear(fd[i]), "\"ok\":true"));
	}
	more = dial(s->control);
	CHECK(has(hear(more), "too many clients"));
	close(more);
	for (unsigned i = 0; i < CONTROL_CLIENTS; i++)
		close(fd[i]);
}

static void one_alert(struct store *store)
{
	static const char json[] = "{\"event_type\":\"alert\"}";
	struct event e = {.epoch = 1, .seq = 1, .time_ns = 5, .received_ns = 5, .type = "alert",
			  .tier = "alert", .severity = 1, .host = "10.0.0.5", .json = json,
			  .json_len = sizeof(json) - 1};
	struct store_batch b = {.sensor = "a", .epoch = 1, .to = 1, .event = &e, .n = 1,
				.quiet_ns = 5};
	struct stored out;
	struct err err;

	CHECK_EQ(store_put(store, &b, &out, &err), 0);
}

int main(void)
{
	struct settings s;
	struct settings_args args = {.dir = dir};
	struct control_room room = {.settings = &s};
	struct control *c = NULL, *second = NULL;
	struct store *store = NULL;
	struct hub *hub = hub_new();
	struct err err = {.msg = ""};
	char *report, command[128];

	CASE("a room to serve");
	snprintf(dir, sizeof(dir), "/tmp/vigie-control-XXXXXX");
	CHECK(mkdtemp(dir) != NULL);
	CHECK_EQ(settings_load(&s, &args, &report, &err), 0);
	CHECK_EQ(settings_make_dirs(&s, &err), 0);
	CHECK_EQ(store_open(&store, s.db, &err), 0);
	one_alert(store);
	CHECK_EQ(respond_open(&room.respond, &s.isolate, s.db, store, hub, &err), 0);
	room.hub = hub;
	CHECK_EQ(control_start(&c, &room, &err), 0);
	talk(&s);
	crowd(&s, hub);
	CASE("a second collector does not take the socket away");
	CHECK(control_start(&second, &room, &err) < 0);
	CHECK(has(err.msg, "answers on"));
	CASE("a socket left by a killed one is in nobody's way");
	control_stop(c);
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	struct sockaddr_un a = {.sun_family = AF_UNIX};
	snprintf(a.sun_path, sizeof(a.sun_path), "%s", s.control);
	CHECK_EQ(bind(fd, (struct sockaddr *)&a, sizeof(a)), 0);
	close(fd);
	CHECK_EQ(control_start(&c, &room, &err), 0);
	control_stop(c);
	respond_close(room.respond);
	hub_free(hub);
	store_close(store);
	settings_fini(&s);
	snprintf(command, sizeof(command), "rm -rf '%s'", dir);
	CHECK_EQ(system(command), 0);
	return check_done();
}
