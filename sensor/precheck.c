// SPDX-License-Identifier: Apache-2.0
/* The checks that a parameter's own row cannot make, each asked of the room it belongs to.
 *
 * Thread: main, before the others.
 * Cost:   every detector's state is made and given back: milliseconds at the start.
 */
#include "precheck.h"

#include "privilege.h"

#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

static bool given(const char *text)
{
	return text && *text;
}

static int check_source(const struct capture_config *c, struct err *err)
{
	bool named = given(c->source) && strcmp(c->source, "auto") != 0;
	char why[200];

	if (!named && c->files.n == 0 && !given(c->interface) && c->dpdk_args.n == 0)
		return 0; /* -T without a source to read */
	return source_choose(c, why, sizeof(why), err) ? 0 : -EINVAL;
}

static int check_cpus(const struct strs *cpus, struct err *err)
{
	for (unsigned i = 0; i < cpus->n; i++) {
		const char *text = cpus->at[i];
		size_t digits = strspn(text, "0123456789");

		if (digits == 0 || digits > 5 || text[digits] || atoi(text) >= CPU_SETSIZE)
			return err_set(err, EINVAL, "cpus: '%s' is no CPU (0 .. %d)", text,
				       CPU_SETSIZE - 1);
	}
	return 0;
}

static int check_evidence(const struct evidence_config *c, struct err *err)
{
	if (strcmp(c->enabled, "yes") != 0 || given(c->dir))
		return 0;
	err_set(err, EINVAL, "evidence has no directory");
	err_hint(err, "give evidence.dir, or -l DIR");
	return -EINVAL;
}

int precheck(const struct options *o, struct err *err)
{
	int r;

	if ((r = check_source(&o->capture, err)) < 0 || (r = check_cpus(&o->top.cpus, err)) < 0 ||
	    (r = privilege_check(o, err)) < 0 || (r = publish_check(&o->publish, err)) < 0 ||
	    (r = metrics_check(&o->metrics, err)) < 0 || (r = check_evidence(&o->evidence, err)) < 0)
		return r;
	return detect_check(&o->detect, err);
}
