// SPDX-License-Identifier: Apache-2.0
#include "check.h"
#include "hub.h"

#include <stdlib.h>

static void say(struct hub *h, int n)
{
	json_t *o = json_pack("{s:i}", "n", n);

	hub_say(h, o);
	json_decref(o);
}

int main(void)
{
	struct hub *h = hub_new();
	struct watcher *w[HUB_WATCHERS], *more;
	uint64_t lost;
	char *line;

	CASE("nobody listens");
	CHECK(!hub_watched(h));
	say(h, 1);

	CASE("each watcher hears everything from when it came, in order");
	w[0] = hub_join(h);
	say(h, 2);
	w[1] = hub_join(h);
	say(h, 3);
	CHECK(hub_watched(h));
	line = hub_next(w[0], 0, &lost);
	CHECK_STR(line, "{\"n\":2}\n");
	free(line);
	line = hub_next(w[0], 0, &lost);
	CHECK_STR(line, "{\"n\":3}\n");
	free(line);
	line = hub_next(w[1], 0, &lost);
	CHECK_STR(line, "{\"n\":3}\n");
	free(line);
	CHECK_EQ(lost, 0);
	CASE("nothing more");
	CHECK(hub_next(w[0], 1, &lost) == NULL);

	CASE("a slow one loses the newest and is told, once");
	for (unsigned i = 0; i < HUB_DEPTH + 3; i++) {
		say(h, (int)i);
		free(hub_next(w[1], 0, &lost));
		CHECK_EQ(lost, 0);
	}
	line = hub_next(w[0], 0, &lost);
	CHECK_EQ(lost, 3);
	CHECK_STR(line, "{\"n\":0}\n");
	free(line);
	free(hub_next(w[0], 0, &lost));
	CHECK_EQ(lost, 0);

	CASE("one too many is refused, until one leaves");
	for (unsigned i = 2; i < HUB_WATCHERS; i++)
		CHECK((w[i] = hub_join(h)) != NULL);
	CHECK(hub_join(h) == NULL);
	hub_leave(w[5]);
	more = hub_join(h);
	CHECK(more != NULL);
	w[5] = more;
	for (unsigned i = 0; i < HUB_WATCHERS; i++)
		hub_leave(w[i]);
	CHECK(!hub_watched(h));
	hub_free(h);
	return check_done();
}
