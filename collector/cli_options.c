// SPDX-License-Identifier: Apache-2.0
/* The command line of vigie, turned into the request that is sent: one place checks both. */
#include "cli.h"

#include "base/clock.h"
#include "text.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

enum { OPT_DIR = 256, OPT_SET, OPT_JSON, OPT_WIDE, OPT_VERSION, OPT_FILTER };

void cli_usage(FILE *out)
{
	fputs("usage: vigie COMMAND [OPTIONS]\n"
	      "\n"
	      "  watch                   what happens, as it happens\n"
	      "  alerts                  [--since 1h] [--host H] [--severity high] [--detector D]\n"
	      "                          [--limit N] [--findings]; D: its name, or a signature's number\n"
	      "  incidents               the same filters; --all: closed ones, too\n"
	      "  incident N              its steps, timeline, events, and what could be done\n"
	      "  status                  sensors, store, isolation\n"
	      "  plan HOST               what isolating it would do; changes nothing\n"
	      "  isolate HOST --reason R [--ttl 10m] [--isolator NAME] [--profile P]\n"
	      "                          [--approver A] [--over-limit]\n"
	      "  release HOST | --all    [--reason R]; works with the collector down\n"
	      "  freeze [off]            nothing is isolated until 'freeze off'\n"
	      "  audit                   [--limit N]: what was done to whom, and is the log whole\n"
	      "\n"
	      "HOST is an IP address or a MAC. Every command:\n"
	      "  --json   one JSON object a line     --wide        do not cut lines\n"
	      "  -c FILE  the collector's            --dir D       as vigie-collector's\n"
	      "  --set NAME=VALUE                    --version, --help\n"
	      "\n"
	      "Exit: 0 done, 1 failed or refused (status: collector or a sensor down), 2 not understood.\n",
	      out);
}

static const struct option longs[] = {
	{"dir", required_argument, NULL, OPT_DIR},
	{"set", required_argument, NULL, OPT_SET},
	{"json", no_argument, NULL, OPT_JSON},
	{"wide", no_argument, NULL, OPT_WIDE},
	{"version", no_argument, NULL, OPT_VERSION},
	{"help", no_argument, NULL, 'h'},
	{"since", required_argument, NULL, OPT_FILTER},
	{"host", required_argument, NULL, OPT_FILTER},
	{"severity", required_argument, NULL, OPT_FILTER},
	{"detector", required_argument, NULL, OPT_FILTER},
	{"limit", required_argument, NULL, OPT_FILTER},
	{"findings", no_argument, NULL, OPT_FILTER},
	{"all", no_argument, NULL, OPT_FILTER},
	{"reason", required_argument, NULL, OPT_FILTER},
	{"ttl", required_argument, NULL, OPT_FILTER},
	{"isolator", required_argument, NULL, OPT_FILTER},
	{"profile", required_argument, NULL, OPT_FILTER},
	{"approver", required_argument, NULL, OPT_FILTER},
	{"over-limit", no_argument, NULL, OPT_FILTER},
	{NULL, 0, NULL, 0},
};

static int bad(const char *what, const char *value)
{
	fprintf(stderr, "vigie: %s '%s'\n", what, value);
	return CLI_USAGE;
}

static void ask_int(struct cli *c, const char *key, uint64_t v)
{
	json_object_set_new(c->ask, key, json_integer((json_int_t)v));
}

static bool number(const char *text, uint64_t *out)
{
	char *end;

	if (*text < '0' || *text > '9')
		return false;
	*out = strtoull(text, &end, 10);
	return *end == '\0' && *out <= INT64_MAX;
}

static int severity(struct cli *c, const char *text)
{
	static const char *const words[] = {"high", "medium", "low", "info"};
	uint64_t n;

	for (unsigned i = 0; i < 4; i++) {
		if (strcmp(words[i], text) == 0) {
			ask_int(c, "severity", i + 1);
			return 0;
		}
	}
	if (!number(text, &n) || n < 1 || n > 4)
		return bad("--severity is high, medium, low, info or 1 to 4, not", text);
	ask_int(c, "severity", n);
	return 0;
}

static int option(struct cli *c, const char *name, const char *value)
{
	uint64_t v;

	if (!value) {
		bool over = strcmp(name, "over-limit") == 0;
		json_object_set_new(c->ask, over ? "over_limit" : name, json_true());
		return 0;
	}
	if (strcmp(name, "severity") == 0)
		return severity(c, value);
	if (strcmp(name, "since") == 0) {
		if (!text_since(value, clock_real_ns(), &v))
			return bad("--since is a duration (1h, 30m, 2d) or an ISO time, not", value);
		ask_int(c, "since_ns", v);
	} else if (strcmp(name, "ttl") == 0) {
		if (!text_duration(value, &v) || v == 0)
			return bad("--ttl is a duration (10m, 1h), not", value);
		ask_int(c, "ttl_s", v);
	} else if (strcmp(name, "limit") == 0) {
		if (!number(value, &v))
			return bad("--limit is a number, not", value);
		ask_int(c, "limit", v);
	} else {
		json_object_set_new(c->ask, name, json_string(value));
	}
	return 0;
}

/* What stands without an option: the verb, and what it is about. */
static int words(struct cli *c, int argc, char **argv)
{
	const char *arg = argc > 1 ? argv[1] : NULL;
	uint64_t n;

	if (argc < 1) {
		cli_usage(stderr);
		return CLI_USAGE;
	}
	json_object_set_new(c->ask, "verb", json_string(argv[0]));
	c->verb = request_verb_parse(argv[0]);
	if (argc > 2)
		return bad("what is", argv[2]);
	if (!arg)
		return 0;
	if (c->verb == REQUEST_incident) {
		if (!number(arg, &n))
			return bad("an incident has a number, not", arg);
		ask_int(c, "incident", n);
	} else if (c->verb == REQUEST_freeze) {
		if (strcmp(arg, "off") != 0 && strcmp(arg, "on") != 0)
			return bad("freeze on, or freeze off, not", arg);
		json_object_set_new(c->ask, "off", json_boolean(arg[1] == 'f'));
	} else if (c->verb == REQUEST_plan || c->verb == REQUEST_isolate ||
		   c->verb == REQUEST_release) {
		json_object_set_new(c->ask, "host", json_string(arg));
	} else if (c->verb != REQUEST_none) {
		return bad("what is", arg);
	}
	return 0;
}

static int check(struct cli *c)
{
	char *text = json_dumps(c->ask, 0);
	struct err err = {.msg = ""};
	int r = text ? request_parse(text, strlen(text), &c->q, &err) : -1;

	free(text);
	if (r == 0)
		return 0;
	fprintf(stderr, "vigie: %s\n", err.msg);
	if (err.hint[0])
		fprintf(stderr, "hint: %s\n", err.hint);
	return CLI_USAGE;
}

int cli_options(struct cli *c, int argc, char **argv)
{
	int o, at, r = 0;

	*c = (struct cli){.ask = json_object()};
	while (r == 0 && (o = getopt_long(argc, argv, "c:h", longs, &at)) != -1) {
		if (o == 'c')
			c->settings.file = optarg;
		else if (o == OPT_DIR)
			c->settings.dir = optarg;
		else if (o == OPT_SET && c->settings.n_set < SETTINGS_SETS)
			c->settings.set[c->settings.n_set++] = optarg;
		else if (o == OPT_JSON)
			c->json = true;
		else if (o == OPT_WIDE)
			c->wide = true;
		else if (o == OPT_VERSION)
			c->version = true;
		else if (o == 'h')
			c->help = true;
		else if (o == OPT_FILTER)
			r = option(c, longs[at].name, optarg);
		else
			r = CLI_USAGE;
	}
	if (r || c->help || c->version)
		return r;
	r = words(c, argc - optind, argv + optind);
	return r ? r : check(c);
}
