// SPDX-License-Identifier: Apache-2.0
/* The table of sources, and the choice between them when the operator made none.
 *
 * Thread: main, at start.
 */
#include "capture/source.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define SOURCE(name) extern const struct source capture_##name;
#include "capture/sources.def"
#undef SOURCE

const struct source *const sources[] = {
#define SOURCE(name) &capture_##name,
#include "capture/sources.def"
#undef SOURCE
	NULL,
};

static const struct source *find(const char *name)
{
	for (unsigned i = 0; sources[i]; i++)
		if (strcmp(sources[i]->name, name) == 0)
			return sources[i];
	return NULL;
}

static bool given(const char *text)
{
	return text && *text;
}

static const struct source *by_name(const char *name, char *why, size_t size, struct err *err)
{
	const char *words[16] = {"auto"};
	const struct source *s = find(name);

	if (s) {
		snprintf(why, size, "source %s was asked for", name);
		return s;
	}
	if (strcmp(name, "live") == 0) {
		err_set(err, ENOTSUP, "source live does not exist yet");
		err_hint(err, "leave the source on auto: dpdk then reads the interface through "
			      "net_af_packet");
		return NULL;
	}
	for (unsigned i = 0; sources[i] && i < 14; i++)
		words[i + 1] = sources[i]->name;
	const char *close = err_closest(name, words);

	err_set(err, EINVAL, "there is no source '%s'", name);
	if (close)
		err_hint(err, "did you mean %s?", close);
	else
		err_hint(err, "one of: auto, file, dpdk");
	return NULL;
}

const struct source *source_choose(const struct capture_config *c, char *why, size_t size,
				   struct err *err)
{
	if (c->files.n > 0 && given(c->interface)) {
		err_set(err, EINVAL, "both a capture (%s) and an interface (%s) are given",
			c->files.at[0], c->interface);
		err_hint(err, "give -r or -i, not both");
		return NULL;
	}
	if (given(c->source) && strcmp(c->source, "auto") != 0)
		return by_name(c->source, why, size, err);
	if (c->files.n > 0) {
		snprintf(why, size, "source file, because a capture is given");
		return find("file");
	}
	if (c->dpdk_args.n > 0) {
		snprintf(why, size, "source dpdk, because DPDK arguments are given");
		return find("dpdk");
	}
	if (given(c->interface)) {
		snprintf(why, size,
			 "source dpdk, reading %s through net_af_packet, because the source live "
			 "does not exist yet",
			 c->interface);
		return find("dpdk");
	}
	err_set(err, EINVAL, "nothing to read");
	err_hint(err, "give -r FILE for a capture or -i INTERFACE for a network");
	return NULL;
}
