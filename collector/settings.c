// SPDX-License-Identifier: Apache-2.0
#include "settings.h"

#include "base/ascii.h"
#include "text.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PATH_LEN 256

#define C struct settings
static const struct param params[] = {
	PARAM_TEXT(PARAM_STR, C, db, "/var/lib/vigie/collector.db", "the database"),
	PARAM_TEXT(PARAM_STR, C, control, "/run/vigie/collector.sock", "the control socket"),
	PARAM_TEXT(PARAM_STR, C, id, "collector", "our name in acknowledgements to the sensors"),
	PARAM_TEXT(PARAM_LIST, C, sensors,
		   "local=ipc:///run/vigie/pub.sock ipc:///run/vigie/rep.sock",
		   "NAME=PUB REP, nng addresses; NAME=REP asks each second only"),
	PARAM(PARAM_U32, C, batch, 1, 4096, 256, "records", "records a request and transaction"),
	PARAM(PARAM_U32, C, timeout_ms, 50, 60000, 2000, "ms", "how long a sensor may not answer"),
	PARAM(PARAM_U32, C, quiet_s, 60, 2592000, 7200, "s", "an incident closes after so long"),
	{.name = NULL},
};
#undef C

static int set_path(struct settings *s, const char *name, const char *dir, const char *file,
		    struct err *err)
{
	char text[PATH_LEN + 64];

	if (strlen(dir) >= PATH_LEN)
		return err_set(err, ENAMETOOLONG, "--dir is longer than %d bytes", PATH_LEN - 1);
	snprintf(text, sizeof(text), "%s=%s/%s", name, dir, file);
	return config_set(&s->config, text, err);
}

static int set_dir(struct settings *s, const char *dir, struct err *err)
{
	char sensor[2 * PATH_LEN + 64];
	int r = set_path(s, "db", dir, "collector.db", err);

	if (!r)
		r = set_path(s, "control", dir, "collector.sock", err);
	if (!r)
		r = set_path(s, "isolate.audit", dir, "audit.log", err);
	if (r)
		return r;
	snprintf(sensor, sizeof(sensor), "sensors=local=ipc://%s/pub.sock ipc://%s/rep.sock", dir,
		 dir);
	return config_set(&s->config, sensor, err);
}

static bool given(const char *text)
{
	return text && *text;
}

static int check(const struct settings *s, struct err *err)
{
	struct settings_sensor sensor[2];

	if (!given(s->db) || !given(s->control) || !given(s->id))
		return err_set(err, EINVAL, "db, control and id must not be empty");
	for (unsigned i = 0; i < s->sensors.n; i++) {
		int r = settings_sensor(s->sensors.at[i], &sensor[0], err);
		for (unsigned k = 0; !r && k < i; k++) {
			r = settings_sensor(s->sensors.at[k], &sensor[1], err);
			if (!r && strcmp(sensor[0].name, sensor[1].name) == 0)
				r = err_set(err, EINVAL, "sensors: two are named '%s'",
					    sensor[0].name);
		}
		if (r)
			return r;
	}
	return 0;
}

int settings_load(struct settings *s, const struct settings_args *a, char **report,
		  struct err *err)
{
	const char *file = a->file;

	*report = NULL;
	memset(s, 0, sizeof(*s));
	struct section top = {.name = "", .params = params, .config = s};
	struct section isolate = {
		.name = "isolate", .params = isolate_params, .config = &s->isolate};
	int r = config_add(&s->config, &top, err);
	if (!r)
		r = config_add(&s->config, &isolate, err);
	if (!r && a->dir)
		r = set_dir(s, a->dir, err);
	if (!file && !a->dir && access(SETTINGS_FILE, F_OK) == 0)
		file = SETTINGS_FILE;
	if (!r && file)
		r = config_load(&s->config, file, report, err);
	for (unsigned i = 0; !r && i < a->n_set; i++)
		r = config_set(&s->config, a->set[i], err);
	if (!r)
		r = check(s, err);
	if (r)
		settings_fini(s);
	return r;
}

void settings_fini(struct settings *s)
{
	config_fini(&s->config);
}

int settings_sensor(const char *text, struct settings_sensor *out, struct err *err)
{
	const char *eq = strchr(text, '=');
	size_t n = eq ? (size_t)(eq - text) : 0;
	bool ok = n >= 1 && n < sizeof(out->name);

	for (size_t i = 0; ok && i < n; i++)
		ok = ascii_name((uint8_t)text[i]);
	if (!ok) {
		err_set(err, EINVAL, "sensors: '%.80s' has no name", text);
		err_hint(err, "NAME=PUB REP, as office=ipc:///run/vigie/pub.sock "
			      "ipc:///run/vigie/rep.sock");
		return -EINVAL;
	}
	const char *rest = eq + 1 + strspn(eq + 1, " ");
	size_t first = strcspn(rest, " ");
	const char *second = rest + first + strspn(rest + first, " ");
	if (first == 0 || first >= sizeof(out->pub) || strlen(second) >= sizeof(out->rep) ||
	    strchr(second, ' '))
		return err_set(err, EINVAL, "sensors: '%.80s' is not NAME=PUB REP", text);
	memset(out, 0, sizeof(*out));
	memcpy(out->name, text, n);
	if (*second) {
		memcpy(out->pub, rest, first);
		text_copy(out->rep, sizeof(out->rep), second);
	} else {
		memcpy(out->rep, rest, first);
	}
	return 0;
}

static int make_parents(const char *path, struct err *err)
{
	char text[PATH_LEN * 2];

	if (!path || strlen(path) >= sizeof(text))
		return 0;
	text_copy(text, sizeof(text), path);
	for (char *p = strchr(text + 1, '/'); p; p = strchr(p + 1, '/')) {
		*p = '\0';
		if (mkdir(text, 0750) != 0 && errno != EEXIST) {
			int code = errno;
			err_set(err, code, "cannot make the folder '%s': %s", text,
				strerror(code));
			err_hint(err, "--dir D puts everything into one folder");
			return -code;
		}
		*p = '/';
	}
	return 0;
}

int settings_make_dirs(const struct settings *s, struct err *err)
{
	int r = make_parents(s->db, err);

	if (!r)
		r = make_parents(s->control, err);
	return r ? r : make_parents(s->isolate.audit, err);
}
