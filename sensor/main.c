// SPDX-License-Identifier: Apache-2.0
/* vigie-sensor: reads the command line, does what it asks, says what went wrong. */
#include "base/log.h"
#include "capture/telemetry.h"
#include "control.h"
#include "doctor.h"
#include "options.h"
#include "precheck.h"
#include "privilege.h"
#include "run.h"
#include "selftest.h"

#include <hs/hs.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

static void say(const struct err *err)
{
	char text[1024];

	err_report(err, NULL, NULL, text, sizeof(text));
	fprintf(stderr, "vigie-sensor: %s", text);
}

static int build_info(void)
{
	printf("vigie-sensor %s\n", VIGIE_VERSION);
	printf("compiler: %s\nhyperscan: %s\n", __VERSION__, hs_version());
	fputs("sources:", stdout);
	for (const struct source *const *s = sources; *s; s++)
		printf(" %s", (*s)->name);
	printf("\nsignatures: %s\n", VIGIE_SIGNATURES);
	return 0;
}

static bool country(const void *ctx, const struct addr *a, char out[3])
{
	return geo_country(ctx, a, out);
}

/* -T: the configuration has been read; the rules are read and reported. */
static int test(struct options *o)
{
	struct rule_set *set = NULL;
	struct geo *geo = NULL;
	struct err err = {0};

	if (precheck(o, &err) < 0 || geo_open(&geo, &o->geo, &err) < 0) {
		say(&err);
		return EXIT_CONFIG;
	}
	o->rule.country = geo ? country : NULL;
	o->rule.country_ctx = geo;
	o->rule.keep_text = o->write_matched != NULL;
	if (rule_set_load(&o->rule, &set, stderr, &err) < 0) {
		say(&err);
		return EXIT_CONFIG;
	}
	bool none = set->n > 0 && set->n_matched == 0;
	int code = set->n_failed || none ? EXIT_CONFIG : 0;

	if (none)
		log_warn("none of the %u rules can be matched", set->n);
	if (o->write_matched && rule_set_write_matched(set, o->write_matched, &err) < 0) {
		say(&err);
		code = EXIT_RUNTIME;
	}
	rule_set_report(set, o->verbose, stdout);
	rule_set_free(set);
	geo_close(geo);
	return code;
}

static size_t stats(const void *run, char *out, size_t size)
{
	return run_stats(run, out, size);
}

#ifdef HAVE_DPDK
static void fill_telemetry(void *run, capture_telemetry_put put, void *to)
{
	char *text = malloc(RUN_STATS_MAX);

	if (text && run_stats(run, text, RUN_STATS_MAX))
		metrics_each(text, put, to);
	free(text);
}
#endif

/* What looks on while the run goes, and then the rights it needs no more. Before the run's own
 * threads: what fails here ends a process in which nothing moves yet. */
static int attend(struct run *r, struct metrics **m, struct err *err)
{
	int e = metrics_start(m, &r->o->metrics, stats, r, err);

#ifdef HAVE_DPDK
	if (strcmp(r->source->name, "dpdk") == 0)
		capture_telemetry_start(fill_telemetry, r);
#endif
	return e < 0 ? e : privilege_seccomp(r->o, r->live, err);
}

static void leave(struct metrics *m)
{
	metrics_stop(m);
#ifdef HAVE_DPDK
	capture_telemetry_stop();
#endif
}

static int watch(struct options *o)
{
	struct metrics *metrics = NULL;
	static struct run r;
	struct err err = {0};
	int code;

	if (o->capture.files.n == 0 && !o->capture.interface && o->capture.dpdk_args.n == 0) {
		fputs("vigie-sensor: nothing to watch: give -i IFACE or -r FILE\n", stderr);
		options_help(stderr);
		return EXIT_USAGE;
	}
	privilege_no_new();
	control_init();
	if (run_open(&r, o, &err) < 0 || attend(&r, &metrics, &err) < 0 || run_start(&r, &err) < 0) {
		say(&err);
		return r.fault; /* the kernel takes back what was opened */
	}
	control_notify("READY=1");
	code = run_wait(&r);
	leave(metrics);
	if (r.live || o->verbose || !o->to_stdout)
		run_summary(&r, stderr);
	if (code == 0 && o->exit_on_alert && count_get(&detect_counters_of(r.detect)->alerts))
		code = o->exit_on_alert;
	run_close(&r);
	return code;
}

static int act(struct options *o)
{
	struct err err = {0};

	switch (o->action) {
	case ACTION_help: options_help(stdout); return 0;
	case ACTION_version: printf("vigie-sensor %s\n", VIGIE_VERSION); return 0;
	case ACTION_build_info: return build_info();
	case ACTION_list_keywords: rule_list_keywords(stdout); return 0;
	case ACTION_list_detectors: detect_list(stdout); return 0;
	case ACTION_dump_config: config_dump(&o->config, stdout); return 0;
	case ACTION_reference: config_reference(&o->config, stdout); return 0;
	case ACTION_test:
	case ACTION_doctor:
	case ACTION_selftest:
	case ACTION_run: break;
	}
	if (options_derive(o, &err) < 0) {
		say(&err);
		return EXIT_CONFIG;
	}
	switch (o->action) {
	case ACTION_test: return test(o);
	case ACTION_doctor: return doctor_main(o);
	case ACTION_selftest: return selftest_main(o);
	default: return watch(o);
	}
}

int main(int argc, char **argv)
{
	static struct options o;

	/* What is large comes from the kernel, zeroed and untouched, and goes back to it: else glibc
	 * raises this limit with every large piece that is given back, and the tables that follow lie
	 * in its heap and are cleared by hand. What is small stays: while rules are read it is given
	 * back and taken again hundreds of times. */
	mallopt(M_MMAP_THRESHOLD, 128 << 10);
	mallopt(M_TRIM_THRESHOLD, 2 << 20);
	mallopt(M_TOP_PAD, 256 << 10);
	log_init("vigie-sensor", LOG_info);
	int code = options_read(&o, argc, argv);
	if (code == 0)
		code = act(&o);
	options_fini(&o);
	return code;
}
