// SPDX-License-Identifier: Apache-2.0
/* The set of sections, and single assignments. Reading files is yaml.c's work, writing dump.c's. */
#include "config/config.h"

#include "config/lookup.h"

#include <errno.h>
#include <string.h>

int config_add(struct config *c, const struct section *s, struct err *err)
{
	if (c->n == sizeof(c->section) / sizeof(c->section[0]))
		return err_set(err, ENOSPC, "more than %u sections", c->n);
	for (unsigned i = 0; i < c->n; i++) {
		if (strcmp(c->section[i].name, s->name) == 0)
			return err_set(err, EEXIST, "section '%s' is there twice", s->name);
	}
	c->section[c->n++] = *s;
	param_defaults(s);
	return 0;
}

int config_set(struct config *c, const char *assignment, struct err *err)
{
	const char *eq = strchr(assignment, '=');
	char name[256];

	if (!eq || eq == assignment || (size_t)(eq - assignment) >= sizeof(name)) {
		err_set(err, EINVAL, "'%.80s' is no assignment", assignment);
		err_hint(err, "NAME=VALUE, as in flow.max=100000");
		return -EINVAL;
	}
	memcpy(name, assignment, (size_t)(eq - assignment));
	name[eq - assignment] = '\0';

	struct config_param f = config_find(c, name);
	if (f.param && config_inner(&f, err) < 0)
		return -EINVAL;
	if (f.param)
		return param_set(f.section, f.param, eq + 1, err);
	if (!config_is_section(c, name))
		return config_unknown(c, name, false, err);
	err_set(err, EINVAL, "'%s' is a section, not a parameter", name);
	err_hint(err, "name one of its parameters: %.80s.NAME=VALUE", name);
	return -EINVAL;
}

void config_fini(struct config *c)
{
	for (unsigned i = 0; i < c->n; i++)
		param_fini(&c->section[i]);
	c->n = 0;
}
