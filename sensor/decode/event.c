// SPDX-License-Identifier: Apache-2.0
#include "decode/event.h"

#include <assert.h>
#include <stddef.h>
#include <string.h>

struct text {
	const char *name, *what;
};

static const struct text decode_text[] = {
#define DECODE(bit, name, what) {name, what},
#define STREAM(bit, name, what)
#include "decode/event.def"
#undef DECODE
#undef STREAM
};

static const struct text stream_text[] = {
#define DECODE(bit, name, what)
#define STREAM(bit, name, what) {name, what},
#include "decode/event.def"
#undef DECODE
#undef STREAM
};

static_assert(DECODE_count <= 64 && STREAM_count <= 64, "a bit each");

const char *decode_event_name(enum decode_event e)
{
	return decode_text[e].name;
}

const char *decode_event_what(enum decode_event e)
{
	return decode_text[e].what;
}

const char *stream_event_name(enum stream_event e)
{
	return stream_text[e].name;
}

const char *stream_event_what(enum stream_event e)
{
	return stream_text[e].what;
}

static int find(const struct text *t, int n, const char *prefix, const char *name)
{
	size_t skip = strlen(prefix);

	if (strncmp(name, prefix, skip) == 0)
		name += skip;
	for (int i = 0; i < n; i++)
		if (strcmp(t[i].name, name) == 0)
			return i;
	return -1;
}

int decode_event_find(const char *name)
{
	return find(decode_text, DECODE_count, "decoder.", name);
}

int stream_event_find(const char *name)
{
	return find(stream_text, STREAM_count, "stream.", name);
}
