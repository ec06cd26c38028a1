// SPDX-License-Identifier: Apache-2.0
/* vigie-collector: pulls the sensors' journals into a database, groups alerts into incidents, and
 * drives isolation.
 *
 * Thread: main (signals, a tick each second) · one a sensor (collect) · one for the isolation engine
 *         (respond) · the control socket's, one a client.
 */
#include "base/clock.h"
#include "base/log.h"
#include "control.h"
#include "policy.h"
#include "say.h"
#include "settings.h"

#include <errno.h>
#include <getopt.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define EXIT_USAGE 2
#define EXIT_CONFIG 78
#define SENSORS_MAX 64u
#define STOP_MAX_S 15u /* nng may hang when it closes: then we leave all the same */

struct daemon {
	struct settings settings;
	struct settings_sensor sensor[SENSORS_MAX];
	struct store *store;
	struct hub *hub;
	struct respond *respond;
	struct collect *collect[SENSORS_MAX];
	unsigned n_collect;
	struct control_room room;
	struct control *control;
};

static void usage(FILE *out)
{
	fputs("usage: vigie-collector [-c FILE] [--dir D] [--set NAME=VALUE]... [-T] [-v]\n"
	      "\n"
	      "  -c FILE          configuration (YAML); default " SETTINGS_FILE " if it is there\n"
	      "  --dir D          everything into one folder: database, socket, audit log, and the\n"
	      "                   sensor's sockets D/pub.sock and D/rep.sock; no root needed\n"
	      "  --set NAME=VALUE one parameter, as in the configuration\n"
	      "  -T               check the configuration and leave\n"
	      "  --dump-config    print the configuration in force\n"
	      "  --reference      print the parameters, as in docs/CONFIG.md\n"
	      "  -v               say more\n"
	      "  --version, --help\n"
	      "\n"
	      "Stops on TERM and INT. Talk to it with vigie(1).\n",
	      out);
}

static void on_events(void *ctx, const char *sensor, const struct event *e,
		      const struct stored *stored, unsigned n)
{
	struct daemon *d = ctx;
	uint64_t stored_ns = clock_real_ns();

	/* first what acts, then what shows */
	respond_batch(d->respond, e, stored, n);
	for (unsigned i = 0; i < n; i++)
		if (stored[i].fresh && e[i].tier[0])
			say_event(d->hub, sensor, &e[i], &stored[i], stored_ns);
}

static int start(struct daemon *d, struct err *err)
{
	const struct settings *s = &d->settings;
	int r = settings_make_dirs(s, err);

	if (!r && (r = store_open(&d->store, s->db, err)) != 0)
		err_hint(err, "--dir D puts everything into one folder, which needs no root");
	d->hub = hub_new();
	if (!r && !d->hub)
		r = err_set(err, ENOMEM, "no memory");
	if (!r)
		r = respond_open(&d->respond, &s->isolate, s->db, d->store, d->hub, err);
	d->room = (struct control_room){
		.settings = s,
		.respond = d->respond,
		.hub = d->hub,
		.collect = d->collect,
		.started_ns = clock_real_ns(),
	};
	for (unsigned i = 0; !r && i < s->sensors.n && i < SENSORS_MAX; i++) {
		r = settings_sensor(s->sensors.at[i], &d->sensor[i], err);
		struct collect_config c = {
			.sensor = d->sensor[i].name,
			.pub = d->sensor[i].pub,
			.rep = d->sensor[i].rep,
			.collector = s->id,
			.batch = s->batch,
			.timeout_ms = s->timeout_ms,
			.quiet_ns = s->quiet_s * NS_PER_S,
		};
		if (!r)
			r = collect_start(&d->collect[i], &c, d->store, on_events, d, err);
		if (!r)
			d->room.n_collect = d->n_collect = i + 1;
	}
	return r ? r : control_start(&d->control, &d->room, err);
}

static void stop(struct daemon *d)
{
	alarm(STOP_MAX_S);
	control_stop(d->control);
	for (unsigned i = 0; i < d->n_collect; i++)
		collect_stop(d->collect[i]);
	respond_close(d->respond);
	hub_free(d->hub);
	store_close(d->store);
}

/* A sensor that is gone accuses nobody: its silence must not look like peace. */
static void tick_links(struct daemon *d)
{
	uint64_t now = clock_mono_ns();

	for (unsigned i = 0; i < d->n_collect; i++) {
		char why[COLLECT_WHY];
		enum collect_news news = collect_news(d->collect[i], now, why);

		if (news)
			say_sensor(d->hub, d->sensor[i].name, news == COLLECT_down, why);
	}
}

static void tick_watches(struct daemon *d)
{
	struct journal_watch list[RESPOND_WATCHES];
	unsigned n = respond_watches(d->respond, list);

	for (unsigned i = 0; i < d->n_collect; i++)
		collect_watch(d->collect[i], list, n);
}

static void tick(struct daemon *d)
{
	uint64_t quiet_ns = d->settings.quiet_s * NS_PER_S;
	unsigned closed = 0;
	struct err err;

	respond_tick(d->respond);
	tick_links(d);
	tick_watches(d);
	if (store_close_quiet(d->store, clock_real_ns(), quiet_ns, &closed, &err))
		log_warn("%s", err.msg);
	if (closed)
		say_closed(d->hub, closed);
}

static void loop(struct daemon *d, const sigset_t *signals)
{
	const struct timespec second = {.tv_sec = 1};

	log_info("ready: %u sensor%s, %s", d->n_collect, d->n_collect == 1 ? "" : "s",
		 d->settings.control);
	for (;;) {
		int got = sigtimedwait(signals, NULL, &second);

		if (got == SIGTERM || got == SIGINT)
			return;
		if (got == SIGHUP)
			log_info("a new configuration needs a restart");
		tick(d);
	}
}

/* An isolator's process gets signals as any other does. */
static void in_child(void)
{
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
}

static int serve(struct daemon *d)
{
	struct err err = {.msg = ""};
	sigset_t signals;

	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGHUP);
	/* before the first thread, so that all inherit it */
	pthread_sigmask(SIG_BLOCK, &signals, NULL);
	signal(SIGPIPE, SIG_IGN);
	pthread_atfork(NULL, NULL, in_child);
	int r = start(d, &err);
	if (r)
		log_error("%s%s%s", err.msg, err.hint[0] ? "; " : "", err.hint);
	else
		loop(d, &signals);
	stop(d);
	return r ? EXIT_FAILURE : EXIT_SUCCESS;
}

static int options(int argc, char **argv, struct settings_args *a, bool *check,
		   void (**print)(const struct config *c, FILE *out), bool *verbose)
{
	static const struct option longs[] = {
		{"dir", required_argument, NULL, 'd'},  {"set", required_argument, NULL, 's'},
		{"help", no_argument, NULL, 'h'},       {"version", no_argument, NULL, 'V'},
		{"dump-config", no_argument, NULL, 'D'}, {"reference", no_argument, NULL, 'R'},
		{NULL, 0, NULL, 0},
	};
	int o;

	while ((o = getopt_long(argc, argv, "c:Tvh", longs, NULL)) != -1) {
		if (o == 'c')
			a->file = optarg;
		else if (o == 'd')
			a->dir = optarg;
		else if (o == 's' && a->n_set < SETTINGS_SETS)
			a->set[a->n_set++] = optarg;
		else if (o == 'T')
			*check = true;
		else if (o == 'v')
			*verbose = true;
		else if (o == 'D' || o == 'R')
			*print = o == 'D' ? config_dump : config_reference;
		else
			return o == 'h' || o == 'V' ? o : '?';
	}
	return optind < argc ? '?' : 0;
}

/* `run`: it will be used, so what it names must be there. */
static int configure(struct daemon *d, const struct settings_args *a, bool run)
{
	struct err err = {.msg = ""};
	struct policy policy;
	char *report = NULL;
	int r = settings_load(&d->settings, a, &report, &err);

	if (!r)
		r = policy_init(&policy, &d->settings.isolate, &err);
	if (!r)
		policy_fini(&policy);
	if (!r && run)
		r = isolate_find_check(&d->settings.isolate, &err);
	if (!r)
		return 0;
	if (report)
		fputs(report, stderr);
	else
		fprintf(stderr, "vigie-collector: %s\n%s%s%s", err.msg, err.hint[0] ? "hint: " : "",
			err.hint, err.hint[0] ? "\n" : "");
	free(report);
	return EXIT_CONFIG;
}

int main(int argc, char **argv)
{
	static struct daemon d;
	struct settings_args args = {.dir = NULL};
	void (*print)(const struct config *c, FILE *out) = NULL;
	bool check = false, verbose = false;
	int o = options(argc, argv, &args, &check, &print, &verbose);

	umask(0027); /* who was accused of what is not for everybody on the machine */
	if (o == 'V')
		return puts("vigie-collector " VIGIE_VERSION) < 0;
	if (o) {
		usage(o == 'h' ? stdout : stderr);
		return o == 'h' ? EXIT_SUCCESS : EXIT_USAGE;
	}
	log_init("vigie-collector", verbose ? LOG_debug : LOG_info);
	int r = configure(&d, &args, !print);
	if (r)
		return r;
	if (print)
		print(&d.settings.config, stdout);
	else if (check)
		puts("the configuration is good");
	else
		r = serve(&d);
	settings_fini(&d.settings);
	return r;
}
