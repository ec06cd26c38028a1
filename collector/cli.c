// SPDX-License-Identifier: Apache-2.0
/* vigie: the analyst's command line. It asks the collector over its socket; without a collector the
 * commands that only read, and `release`, work on the database itself. */
#include "cli.h"
#include "vigie_detectors.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define AGAIN_MS 1000 /* watch asks for a collector that went away */

struct view {
	const struct cli *cli;
	struct show show;
	unsigned n;
};

static int print_json(const json_t *o)
{
	if (json_dumpf(o, stdout, JSON_COMPACT) != 0 || putchar('\n') == EOF || fflush(stdout) != 0)
		return -EPIPE;
	return 0;
}

static bool wanted(const struct view *v, const json_t *event)
{
	const struct request *q = &v->cli->q;
	const char *kind = json_string_value(json_object_get(event, "watch"));
	/* An alert is the sensor's own line; what the collector says of hosts has its own names. */
	bool is_alert = json_object_get(event, "event_type");
	const char *host =
		json_string_value(json_object_get(event, is_alert ? "subject_ip" : "host"));
	const char *mac =
		json_string_value(json_object_get(event, is_alert ? "subject_mac" : "mac"));
	const char *detector = json_string_value(json_object_get(event, "detector"));
	json_int_t severity =
		json_integer_value(json_object_get(json_object_get(event, "alert"), "severity"));

	if (kind && strcmp(kind, "sensor") == 0)
		return true; /* about every host */
	if (kind && strcmp(kind, "finding") == 0 && !q->findings)
		return false;
	if (q->host[0] && strcmp(q->host_is_mac ? (mac ? mac : "") : (host ? host : ""), q->host))
		return false;
	if (q->severity && severity > (json_int_t)q->severity)
		return false;
	if (!q->detector[0] || !is_alert)
		return true;
	char number[24];
	snprintf(number, sizeof(number), "%lld",
		 (long long)json_integer_value(json_object_get(json_object_get(event, "alert"),
							       "signature_id")));
	return (detector && strcmp(detector, q->detector) == 0) || strcmp(number, q->detector) == 0;
}

static int on_row(void *ctx, json_t *row)
{
	struct view *v = ctx;
	enum request_verb verb = v->cli->verb;

	if (verb == REQUEST_watch && !wanted(v, row))
		return 0;
	v->n++;
	if (v->cli->json)
		return print_json(row);
	if (verb == REQUEST_watch) {
		show_watch(&v->show, row);
	} else if (verb == REQUEST_alerts) {
		if (v->n == 1)
			show_alerts_head(&v->show);
		show_alert(&v->show, row);
	} else if (verb == REQUEST_incidents) {
		if (v->n == 1)
			show_incidents_head(&v->show);
		show_incident_row(&v->show, row);
	} else {
		show_audit(&v->show, row);
	}
	return fflush(v->show.out) == 0 ? 0 : -EPIPE;
}

static void show_result(const struct view *v, const json_t *result)
{
	const json_t *one;
	size_t i;

	switch (v->cli->verb) {
	case REQUEST_incident:
		show_incident(&v->show, result);
		break;
	case REQUEST_status:
		show_status(&v->show, result);
		break;
	case REQUEST_release:
		json_array_foreach(result, i, one) show_isolation(&v->show, one);
		if (json_is_object(result))
			show_isolation(&v->show, result);
		else if (i == 0)
			puts("nothing is isolated");
		break;
	case REQUEST_freeze:
		puts(v->cli->q.off ? "no longer frozen" : "frozen: nothing is isolated");
		break;
	default:
		show_plan(&v->show, result);
	}
}

static int complain(const struct err *err)
{
	fprintf(stderr, "vigie: %s\n", err->msg);
	if (err->hint[0])
		fprintf(stderr, "hint: %s\n", err->hint);
	return EXIT_FAILURE;
}

/* A script asks `vigie status` whether the collector runs and hears all its sensors. */
static bool is_down(const json_t *status)
{
	const json_t *sensor;
	size_t i;

	json_array_foreach(json_object_get(status, "sensors"), i, sensor)
		if (!json_is_true(json_object_get(sensor, "up")))
			return true;
	return !json_is_true(json_object_get(status, "running"));
}

/* Nothing came of it because nothing can: a name that is misspelt, not a quiet network. */
static bool no_such_detector(const struct cli *c)
{
	static const char *const names[] = {VIGIE_DETECTORS NULL};
	const char *name = c->q.detector;

	if (!*name || strspn(name, "0123456789") == strlen(name))
		return false;
	for (unsigned i = 0; names[i]; i++)
		if (strcmp(names[i], name) == 0)
			return false;
	const char *near = err_closest(name, names);
	fprintf(stderr, "vigie: there is no detector '%s'\nhint: %s%s%s\n", name,
		near ? "did you mean '" : "vigie-sensor --list-detectors names them", near ? near : "",
		near ? "'?" : "");
	return true;
}

static int finish(const struct view *v, const json_t *answer)
{
	const json_t *result = json_object_get(answer, "result");
	bool ok = json_is_true(json_object_get(answer, "ok"));
	const char *error = json_string_value(json_object_get(answer, "error"));
	const char *hint = json_string_value(json_object_get(answer, "hint"));
	bool broken =
		v->cli->verb == REQUEST_audit && json_is_false(json_object_get(answer, "whole"));

	if (v->cli->json && (result || !ok))
		print_json(result && ok ? result : answer);
	else if (result && (ok || json_object_size(result)))
		show_result(v, result);
	if (!ok)
		fprintf(stderr, "vigie: %s\n%s%s%s", error ? error : "failed",
			hint && *hint ? "hint: " : "", hint ? hint : "", hint && *hint ? "\n" : "");
	if (broken)
		fprintf(stderr, "vigie: the audit log's chain is BROKEN\n");
	else if (ok && v->cli->verb == REQUEST_audit && !v->cli->json)
		puts(v->n ? "the chain is whole" : "the audit log is empty: nothing was ever asked for");
	if (ok && v->n == 0 && v->cli->verb == REQUEST_alerts && no_such_detector(v->cli))
		return EXIT_FAILURE;
	if (ok && v->n == 0 && !v->cli->json &&
	    (v->cli->verb == REQUEST_alerts || v->cli->verb == REQUEST_incidents))
		puts(v->cli->verb == REQUEST_alerts ? "no alerts" : "no open incidents");
	bool down = v->cli->verb == REQUEST_status && is_down(result);

	return ok && !broken && !down ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* watch goes on over a collector's restart. */
static int watch(struct view *v, const struct settings *s, int fd)
{
	json_t *answer = NULL;
	struct err err = {.msg = ""};
	int r;

	no_such_detector(v->cli); /* perhaps a newer sensor's: it goes on */
	for (;;) {
		r = client_call(fd, v->cli->ask, on_row, v, &answer, &err);
		close(fd);
		if (answer || ferror(stdout))
			break;
		fprintf(stderr, "vigie: %s; waiting for it\n", err.msg);
		while (client_open(s->control, &fd, &err) != 0)
			poll(NULL, 0, AGAIN_MS);
		fprintf(stderr, "vigie: it is back\n");
	}
	r = answer ? finish(v, answer) : r ? EXIT_FAILURE : EXIT_SUCCESS;
	json_decref(answer);
	return r;
}

static int call(struct view *v, const struct settings *s)
{
	struct err down = {.msg = ""}, err = {.msg = ""};
	json_t *answer = NULL;
	int fd = -1, r, shut = client_open(s->control, &fd, &down);

	if (shut == -EACCES)
		return complain(&down); /* nor would its database be ours to read */
	if (shut == 0) {
		if (v->cli->verb == REQUEST_watch)
			return watch(v, s, fd);
		r = client_call(fd, v->cli->ask, on_row, v, &answer, &err);
		close(fd);
	} else {
		r = local_call(v->cli, s, on_row, v, &answer, &err);
		if (r && !err.msg[0])
			err = down;
		else if (!v->cli->json)
			fprintf(stderr,
				"vigie: the collector is not running; from its database:\n");
	}
	r = r ? complain(&err) : finish(v, answer);
	json_decref(answer);
	return r;
}

int main(int argc, char **argv)
{
	struct settings s;
	struct cli c;
	struct err err = {.msg = ""};
	char *report = NULL;
	int r = cli_options(&c, argc, argv);

	if (r == 0 && c.help) {
		cli_usage(stdout);
	} else if (r == 0 && c.version) {
		puts("vigie " VIGIE_VERSION);
	} else if (r == 0 && settings_load(&s, &c.settings, &report, &err) != 0) {
		if (report)
			fputs(report, stderr);
		else
			complain(&err);
		r = CLI_USAGE;
	} else if (r == 0) {
		struct view v = {.cli = &c, .show = show_of(stdout, c.wide)};
		r = call(&v, &s);
		settings_fini(&s);
	}
	free(report);
	json_decref(c.ask);
	return r;
}
