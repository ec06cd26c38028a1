// SPDX-License-Identifier: Apache-2.0
/* The table of sources, and the choice between them when the operator made none.
 *
 * Thread: main, at start.
 */
#include "capture/source.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#ifdef HAVE_DPDK
#define HAVE_DPDK_WORDS "give capture.dpdk_args, or --set capture.source=dpdk for its net_af_packet"
#else
#define HAVE_DPDK_WORDS "this program was built without DPDK"
#endif

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
	for (unsigned i = 0; sources[i] && i < 14; i++)
		words[i + 1] = sources[i]->name;
	const char *close = err_closest(name, words);

	err_set(err, EINVAL, "there is no source '%s'", name);
	if (close)
		err_hint(err, "did you mean %s?", close);
	else
		err_hint(err, "one of: auto, file, dpdk, live");
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
			 "source live (libpcap) on %s, because no DPDK device is named: %s",
			 c->interface, HAVE_DPDK_WORDS);
		return find("live");
	}
	err_set(err, EINVAL, "nothing to read");
	err_hint(err, "give -r FILE for a capture or -i INTERFACE for a network");
	return NULL;
}
