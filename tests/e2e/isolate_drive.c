// SPDX-License-Identifier: Apache-2.0
/* The isolation engine from a shell, for the end-to-end tests: no collector, no sensor.
 *
 *   isolate_drive DB [--set NAME=VALUE]… VERB ARG…
 *     sight IP MAC | plan IP | apply IP TTL | verify WHICH | renew WHICH TTL | release WHICH
 *     release-all | tick | list | freeze | unfreeze | bench IP N
 *
 * Prints the JSON on stdout and the error on stderr. Exit: 0, or the errno.
 */
#include "audit.h"
#include "isolate.h"

#include "base/clock.h"
#include "config/config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

static struct isolate_config conf;
static struct config all;

static int show(json_t *o, int rc, const struct err *err)
{
	if (o)
		json_dumpf(o, stdout, JSON_INDENT(1) | JSON_SORT_KEYS);
	if (o)
		putchar('\n');
	json_decref(o);
	if (rc != 0)
		fprintf(stderr, "%s\n", err->msg);
	return -rc;
}

static double total_ms(const json_t *iso)
{
	return json_real_value(json_object_get(json_object_get(iso, "latency_ms"), "total"));
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

/* N isolations and releases of one host; the times of those that were effective. */
static int bench(struct isolate *e, struct isolate_request *r, unsigned n)
{
	double *ms = calloc(n, sizeof(*ms));
	struct err err;
	unsigned good = 0;

	for (unsigned i = 0; ms && i < n; i++) {
		json_t *iso = NULL, *gone = NULL;
		r->ttl_s = 60;
		int rc = isolate_apply(e, r, &iso, &err);
		const char *effect = json_string_value(json_object_get(iso, "effect"));
		if (rc == 0 && effect && strcmp(effect, "effective") == 0)
			ms[good++] = total_ms(iso);
		else
			fprintf(stderr, "%u: %s\n", i, err.msg);
		json_decref(iso);
		if (isolate_release(e, r->addr, "bench", "bench", &gone, &err) != 0)
			fprintf(stderr, "release %u: %s\n", i, err.msg);
		json_decref(gone);
	}
	if (good)
		qsort(ms, good, sizeof(*ms), compare);
	if (good)
		printf("isolations %u of %u effective: p50 %.1f ms, p99 %.1f ms, max %.1f ms\n",
		       good, n, ms[good / 2], ms[(good * 99) / 100], ms[good - 1]);
	free(ms);
	return good == n ? 0 : 1;
}

static int sight(struct isolate *e, char **arg, struct err *err)
{
	struct addr a;
	struct mac m;

	if (!addr_parse(arg[0], &a) || !mac_parse(arg[1], &m))
		return err_set(err, EINVAL, "an address and a MAC");
	return isolate_sight(e, &a, &m, -1, NULL, clock_real_ns(), err);
}

static int act(struct isolate *e, const char *verb, char **arg, int n)
{
	struct isolate_request r = {.vlan = -1, .requester = "test", .reason = "end-to-end test"};
	struct err err = {.msg = ""};
	json_t *o = NULL;
	uint32_t number = n > 1 ? (uint32_t)strtoul(arg[1], NULL, 10) : 0;
	int rc = -EINVAL;

	r.addr = n > 0 ? arg[0] : NULL;
	r.ttl_s = number;
	if (strcmp(verb, "sight") == 0 && n == 2)
		rc = sight(e, arg, &err);
	else if (strcmp(verb, "plan") == 0)
		rc = isolate_plan(e, &r, &o, &err);
	else if (strcmp(verb, "apply") == 0)
		rc = isolate_apply(e, &r, &o, &err);
	else if (strcmp(verb, "verify") == 0 && n)
		rc = isolate_verify(e, arg[0], &o, &err);
	else if (strcmp(verb, "renew") == 0 && n)
		rc = isolate_renew(e, arg[0], number, "test", "test", &o, &err);
	else if (strcmp(verb, "release") == 0 && n)
		rc = isolate_release(e, arg[0], "test", "test", &o, &err);
	else if (strcmp(verb, "release-all") == 0)
		rc = isolate_release_all(e, "test", "test", &o, &err);
	else if (strcmp(verb, "tick") == 0)
		rc = isolate_tick(e, NULL, &err);
	else if (strcmp(verb, "list") == 0)
		rc = isolate_list(e, true, &o, &err);
	else if (strcmp(verb, "freeze") == 0 || strcmp(verb, "unfreeze") == 0)
		rc = isolate_freeze(e, verb[0] == 'f', "test", "test", &err);
	else if (strcmp(verb, "bench") == 0 && n == 2)
		return bench(e, &r, number);
	return show(o, rc, &err);
}

int main(int argc, char **argv)
{
	struct section s = {.name = "isolate", .params = isolate_params, .config = &conf};
	struct isolate *e = NULL;
	struct err err = {.msg = ""};
	sqlite3 *db = NULL;
	int at = 2;

	if (argc < 3 || config_add(&all, &s, &err) != 0)
		return 2;
	for (; at + 1 < argc && strcmp(argv[at], "--set") == 0; at += 2)
		if (config_set(&all, argv[at + 1], &err) != 0)
			return show(NULL, -EINVAL, &err);
	if (at >= argc || sqlite3_open(argv[1], &db) != SQLITE_OK)
		return 2;
	sqlite3_busy_timeout(db, 5000);
	sqlite3_exec(db, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL", NULL, NULL, NULL);
	int rc = isolate_open(&e, &conf, db, &err);
	if (rc != 0)
		rc = show(NULL, rc, &err);
	else
		rc = act(e, argv[at], argv + at + 1, argc - at - 1);
	isolate_free(e);
	sqlite3_close(db);
	config_fini(&all);
	return rc;
}
