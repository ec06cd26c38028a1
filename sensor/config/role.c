// SPDX-License-Identifier: Apache-2.0
#include "config/config.h"

#include <errno.h>
#include <string.h>

static const char *const names[] = {
#define ROLE(name, what) #name,
#include "config/role.def"
#undef ROLE
	NULL,
};

const char *role_name(enum role r)
{
	return r > ROLE_none && r < ROLE_count ? names[r - 1] : "none";
}

enum role role_parse(const char *name)
{
	for (unsigned i = 0; names[i]; i++) {
		if (strcmp(names[i], name) == 0)
			return (enum role)(i + 1);
	}
	return ROLE_none;
}

int role_refuse(const char *name, struct err *err)
{
	const char *close = err_closest(name, names);
	char all[160] = "";

	err_set(err, EINVAL, "unknown role '%.60s'", name);
	if (close) {
		err_hint(err, "did you mean '%s'?", close);
		return -EINVAL;
	}
	for (unsigned i = 0; names[i]; i++) {
		size_t n = strlen(all);
		snprintf(all + n, sizeof(all) - n, "%s%s", i ? ", " : "", names[i]);
	}
	err_hint(err, "a role is one of %s", all);
	return -EINVAL;
}
