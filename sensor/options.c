// SPDX-License-Identifier: Apache-2.0
#include "options.h"

#include "base/log.h"
#include "config/assets.h"
#include "config/home_net.h"

#include <errno.h>
#include <getopt.h>
#include <libgen.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define RULES_NONE "none"
#define STATE_DIR "/var/lib/vigie"
#define LIVE_JOURNAL STATE_DIR "/journal"
#define LIVE_RUN "/run/vigie"
#define LIVE_EVIDENCE STATE_DIR "/evidence"
#define LIVE_PUB "ipc:///run/vigie/pub.sock" /* vigie-collector looks there by itself */
#define LIVE_REP "ipc:///run/vigie/rep.sock"

static const struct param top_params[] = {
	PARAM(PARAM_U32, struct top_config, workers, 1, 64, 1, "threads",
	      "workers: each takes its share of the traffic from capture to rules"),
	PARAM_CHECKED(PARAM_LIST, struct top_config, home_net, "auto", home_net_check,
		      "the networks that are ours: CIDRs, or auto (RFC 1918, ULA, link-local, learnt)"),
	PARAM_CHECKED(PARAM_LIST, struct top_config, assets, "", asset_check,
		      "what hosts are for: ADDRESS=role, MAC=role or CIDR=role"),
	PARAM_TEXT(PARAM_LIST, struct top_config, cpus, "",
		   "the CPU of each worker, in order; empty leaves it to the scheduler"),
	PARAM(PARAM_U64, struct top_config, ring, 65536, 1073741824.0, 16777216, "bytes",
	      "ring between each worker and the detect thread; from a file 4M at most"),
	PARAM(PARAM_BOOL, struct top_config, flow_records, 0, 1, 0, "",
	      "write a record for each flow at its end and while it is long"),
	PARAM_TEXT(PARAM_STR, struct top_config, user, "",
		   "started as root: become this user once the ports are open; empty stays root"),
	PARAM(PARAM_BOOL, struct top_config, seccomp, 0, 1, 0, "",
	      "let only the system calls through that a run makes; any other ends the process"),
	{0},
};

enum { OPT_set = 256, OPT_dump, OPT_reference, OPT_build, OPT_keywords, OPT_detectors, OPT_version,
       OPT_write_matched, OPT_exit_on_alert, OPT_seconds, OPT_json, OPT_state, OPT_learn, OPT_profile_rules };

static const struct option long_options[] = {
	{"set", required_argument, NULL, OPT_set},
	{"dump-config", no_argument, NULL, OPT_dump},
	{"reference", no_argument, NULL, OPT_reference},
	{"build-info", no_argument, NULL, OPT_build},
	{"list-keywords", no_argument, NULL, OPT_keywords},
	{"list-detectors", no_argument, NULL, OPT_detectors},
	{"version", no_argument, NULL, OPT_version},
	{"help", no_argument, NULL, 'h'},
	{"profile-rules", required_argument, NULL, OPT_profile_rules},
	{"write-matched", required_argument, NULL, OPT_write_matched},
	{"exit-on-alert", required_argument, NULL, OPT_exit_on_alert},
	{"seconds", required_argument, NULL, OPT_seconds},
	{"json", no_argument, NULL, OPT_json},
	{"state", required_argument, NULL, OPT_state},
	{"learn", no_argument, NULL, OPT_learn},
	{NULL, 0, NULL, 0},
};

void options_help(FILE *out)
{
	fputs("usage: vigie-sensor -i IFACE | -r FILE [-S RULES] [-l DIR] [options]\n"
	      "       vigie-sensor doctor -i IFACE | -r FILE [--seconds N] [--json]\n"
	      "       vigie-sensor selftest [-i IFACE] [--json]\n"
	      "\n"
	      "  -c FILE              configuration (YAML)\n"
	      "  -i IFACE             watch an interface\n"
	      "  -r FILE|DIR|-        read a capture; may be repeated: one run in the order given\n"
	      "  -S FILE|DIR          rules instead of Vigie's own signatures; 'none' for no rules\n"
	      "  -l DIR               write eve.json and stats.json there\n"
	      "  -T                   check configuration and rules, then stop\n"
	      "  -k none              checksums are not checked (they never are: see docs/why)\n"
	      "  -v                   say more\n"
	      "  --set NAME=VALUE     one parameter; may be repeated (--set workers=2)\n"
	      "  --profile-rules FILE what each rule costs, written at the end\n"
	      "  --write-matched FILE the rules that are matched, as written (with -T)\n"
	      "  --state FILE         what detectors learnt: read it, and keep it there\n"
	      "  --learn              only learn (with --state): detectors tell nothing\n"
	      "  --exit-on-alert N    exit with N when there was an alert\n"
	      "  --seconds N          doctor: listen so long (30 on an interface)\n"
	      "  --json               doctor, selftest: one JSON object\n"
	      "  --dump-config --reference --build-info --list-keywords --list-detectors --version --help\n"
	      "\n"
	      "exit: 0 ok, 1 runtime failure, 2 usage, 78 bad configuration\n"
	      "      doctor and selftest: 3, something should be changed\n",
	      out);
}

static int add_sections(struct options *o, struct err *err)
{
	struct section found[32];
	const struct section own[] = {
		{"", top_params, &o->top},
		{"capture", capture_params, &o->capture},
		{"decode", decode_params, &o->decode},
		{"flow", flow_params, &o->flow},
		{"proto", proto_params, &o->proto},
		{"rule", rule_params, &o->rule},
		{"detect", detect_params, &o->detect},
		{"publish", publish_params, &o->publish},
		{"geo", geo_params, &o->geo},
		{"evidence", evidence_params, &o->evidence},
		{"metrics", metrics_params, &o->metrics},
	};
	int r = 0;

	for (unsigned i = 0; i < sizeof(own) / sizeof(own[0]) && r == 0; i++)
		r = config_add(&o->config, &own[i], err);
	unsigned n = detect_sections(found, 32);
	for (unsigned i = 0; i < n && r == 0; i++)
		r = config_add(&o->config, &found[i], err);
	return r;
}

static int set(struct options *o, const char *name, const char *value, struct err *err)
{
	char text[PATH_MAX + 64];

	if ((size_t)snprintf(text, sizeof(text), "%s=%s", name, value) >= sizeof(text))
		return err_set(err, EINVAL, "%s: too long", name);
	return config_set(&o->config, text, err);
}

/* -r and -S may stand several times: the first replaces what the file said, the others add. */
static int append(struct strs *list, const char *value, bool *begun, struct err *err)
{
	static const struct param row[] = {
		{.name = "value", .type = PARAM_LIST, .offset = 0, .unit = "", .help = ""}, {0}};
	const struct section s = {"", row, list};
	bool first = !*begun;

	*begun = true;
	return param_append(&s, row, value, first, err);
}

struct seen {
	bool file, rules;
};

static int take(struct options *o, int c, struct seen *seen, struct err *err)
{
	switch (c) {
	case 'c': return 0; /* read before */
	case 'i': return set(o, "capture.interface", optarg, err);
	case 'r': return append(&o->capture.files, optarg, &seen->file, err);
	case 'S': return append(&o->rule.files, optarg, &seen->rules, err);
	case 'l': return set(o, "publish.dir", optarg, err);
	case 'T': o->action = ACTION_test; return 0;
	case 'k':
		if (strcmp(optarg, "none") == 0)
			return 0;
		return err_set(err, EINVAL, "-k %s: only 'none' is known: checksums are never a "
			       "reason to ignore a packet", optarg);
	case 'v': o->verbose = true; return 0;
	case 'h': o->action = ACTION_help; return 0;
	case OPT_set: return config_set(&o->config, optarg, err);
	case OPT_dump: o->action = ACTION_dump_config; return 0;
	case OPT_reference: o->action = ACTION_reference; return 0;
	case OPT_build: o->action = ACTION_build_info; return 0;
	case OPT_keywords: o->action = ACTION_list_keywords; return 0;
	case OPT_detectors: o->action = ACTION_list_detectors; return 0;
	case OPT_version: o->action = ACTION_version; return 0;
	case OPT_profile_rules: o->profile_rules = optarg; o->rule.profile = true; return 0;
	case OPT_write_matched: o->write_matched = optarg; return 0;
	case OPT_seconds:
		o->seconds = (unsigned)strtoul(optarg, NULL, 10);
		if (o->seconds < 1 || o->seconds > 86400)
			return err_set(err, EINVAL, "--seconds: %s is not 1 .. 86400", optarg);
		return 0;
	case OPT_state: return set(o, "detect.state", optarg, err);
	case OPT_learn: return set(o, "detect.learn", "yes", err);
	case OPT_json: o->json = true; return 0;
	case OPT_exit_on_alert:
		o->exit_on_alert = atoi(optarg);
		if (o->exit_on_alert < 1 || o->exit_on_alert > 255)
			return err_set(err, EINVAL, "--exit-on-alert: %s is not 1 .. 255", optarg);
		return 0;
	}
	return err_set(err, EINVAL, "see vigie-sensor --help");
}

/* A word before the options: what to do instead of watching. */
static bool take_word(struct options *o, int argc, char **argv)
{
	if (argc < 2 || argv[1][0] == '-')
		return false;
	if (strcmp(argv[1], "doctor") == 0)
		o->action = ACTION_doctor;
	else if (strcmp(argv[1], "selftest") == 0)
		o->action = ACTION_selftest;
	return o->action != ACTION_run;
}

static int say(const struct err *err, int code)
{
	char text[1024];

	err_report(err, NULL, NULL, text, sizeof(text));
	fprintf(stderr, "vigie-sensor: %s", text);
	return code;
}

#define SHORT_OPTIONS "c:i:r:S:l:Tk:vh"

int options_read(struct options *o, int argc, char **argv)
{
	struct err err = {0};
	struct seen seen = {0};
	char *report = NULL;
	int c;

	if (add_sections(o, &err) < 0)
		return say(&err, EXIT_RUNTIME);
	if (take_word(o, argc, argv)) {
		argv[1] = argv[0]; /* getopt speaks by this name */
		argc--;
		argv++;
	}

	/* The file first, whatever its place: the command line overrides it. */
	opterr = 0;
	while ((c = getopt_long(argc, argv, SHORT_OPTIONS, long_options, NULL)) != -1)
		if (c == 'c')
			o->config_path = optarg;
	if (o->config_path && config_load(&o->config, o->config_path, &report, &err) < 0) {
		if (report)
			fputs(report, stderr);
		free(report);
		return report ? EXIT_CONFIG : say(&err, EXIT_CONFIG);
	}

	opterr = 1;
	optind = 1;
	while ((c = getopt_long(argc, argv, SHORT_OPTIONS, long_options, NULL)) != -1) {
		if (c == '?') { /* getopt has said why */
			fputs("vigie-sensor: see vigie-sensor --help\n", stderr);
			return EXIT_USAGE;
		}
		if (take(o, c, &seen, &err) < 0)
			return say(&err, c == OPT_set ? EXIT_CONFIG : EXIT_USAGE);
	}
	if (optind < argc) {
		fprintf(stderr, "vigie-sensor: '%s' is no option (a capture is read with -r); see "
				"vigie-sensor --help\n",
			argv[optind]);
		return EXIT_USAGE;
	}
	return 0;
}

/* The signatures that belong to this program: beside the sources for one that runs from its build
 * directory, installed otherwise. */
static const char *own_signatures(void)
{
	static char beside[PATH_MAX + 40];
	char exe[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", exe, sizeof(exe) - 1);
	bool built = n > 0 && strncmp(exe, VIGIE_BUILD_DIR "/", strlen(VIGIE_BUILD_DIR "/")) == 0;

	if (!built && n > 0) { /* wherever the installed tree was moved to */
		exe[n] = 0;
		snprintf(beside, sizeof(beside), "%s/../share/vigie/signatures", dirname(exe));
		if (access(beside, R_OK) == 0)
			return beside;
	}
	if (!built && access(VIGIE_SIGNATURES, R_OK) == 0)
		return VIGIE_SIGNATURES;
	if (access(VIGIE_SOURCE_DIR "/signatures", R_OK) == 0)
		return VIGIE_SOURCE_DIR "/signatures";
	return VIGIE_SIGNATURES;
}

static int copy_list(struct strs *to, const struct strs *from, struct err *err)
{
	bool begun = false;
	int r = 0;

	for (unsigned i = 0; i < from->n && r == 0; i++)
		r = append(to, from->at[i], &begun, err);
	return r;
}

/* Watching an interface is for good: what is seen must outlive the process and reach collectors. A
 * run that says where its events go (-l, a journal, a socket) is taken at its word. */
static int live_defaults(struct options *o, struct err *err)
{
	const struct publish_config *p = &o->publish;
	int r;

	if (p->journal_dir || p->dir || p->pub.n || p->rep.n)
		return 0;
	/* /run is empty after a boot; systemd makes the folder, a shell does not. */
	if (o->action != ACTION_test && mkdir(LIVE_RUN, 0755) < 0 && errno != EEXIST)
		return err_set(err, errno, "cannot make " LIVE_RUN ": %s", strerror(errno));
	if ((r = set(o, "publish.journal_dir", LIVE_JOURNAL, err)) < 0 ||
	    (r = set(o, "publish.pub", LIVE_PUB, err)) < 0)
		return r;
	if ((r = set(o, "publish.rep", LIVE_REP, err)) < 0)
		return r;
	return o->evidence.dir ? 0 : set(o, "evidence.dir", LIVE_EVIDENCE, err);
}

/* Frames are kept where the events go. From a file they are read again. */
static int evidence_dir(struct options *o, struct err *err)
{
	const struct publish_config *p = &o->publish;
	const char *beside = p->dir ? p->dir : p->journal_dir;
	char dir[PATH_MAX];
	struct stat st;

	for (unsigned i = 0; i < o->capture.files.n && strcmp(o->evidence.enabled, "yes") == 0; i++)
		if (stat(o->capture.files.at[i], &st) < 0 ||
		    !(S_ISREG(st.st_mode) || S_ISDIR(st.st_mode)))
			return err_set(err, EINVAL, "evidence reads a capture twice: %s is no file",
				       o->capture.files.at[i]);
	if (o->evidence.dir || !beside)
		return 0;
	snprintf(dir, sizeof(dir), "%s/evidence", beside);
	return set(o, "evidence.dir", dir, err);
}

static bool can_write(const char *folder)
{
	return access(folder, W_OK | X_OK) == 0;
}

/* Where compiled rules are kept unless somebody says otherwise (rule.cache=none: nowhere): live with
 * the sensor's state; from a file with the user's caches. NULL: there is no such place. */
static const char *cache_place(bool live, char *out, size_t size)
{
	const char *xdg = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");

	if (live)
		return geteuid() == 0 || can_write(STATE_DIR) ? STATE_DIR "/cache" : NULL;
	if (xdg && xdg[0] == '/') {
		snprintf(out, size, "%s/vigie", xdg);
		return can_write(xdg) ? out : NULL;
	}
	if (!home || home[0] != '/' || !can_write(home))
		return NULL;
	snprintf(out, size, "%s/.cache", home);
	mkdir(out, 0700);
	snprintf(out, size, "%s/.cache/vigie", home);
	return out;
}

static int rule_cache(struct options *o, bool live, struct err *err)
{
	char path[PATH_MAX];
	const char *place = o->rule.cache ? NULL : cache_place(live, path, sizeof(path));

	if (place && !(o->rule.cache = strdup(place)))
		return err_set(err, ENOMEM, "no memory");
	if (o->rule.cache && strcmp(o->rule.cache, "none") == 0) {
		free(o->rule.cache);
		o->rule.cache = NULL;
	}
	return 0;
}

/* The sets that rules change: with the sensor's state; a run over files keeps none unless it is told. */
static int rule_datasets(struct options *o, bool live, struct err *err)
{
	bool place = !o->rule.datasets && live && (geteuid() == 0 || can_write(STATE_DIR));

	if (place && !(o->rule.datasets = strdup(STATE_DIR "/datasets")))
		return err_set(err, ENOMEM, "no memory");
	if (o->rule.datasets && strcmp(o->rule.datasets, "none") == 0) {
		free(o->rule.datasets);
		o->rule.datasets = NULL;
	}
	return 0;
}

int options_derive(struct options *o, struct err *err)
{
	struct strs cidrs = {0};
	bool is_auto = false, begun = false;
	bool live = o->capture.files.n == 0;

	o->rule.from_file = !live;
	int r = home_net_resolve(&o->top.home_net, &cidrs, &is_auto, err);

	if (r == 0)
		r = copy_list(&o->rule.home_net, &cidrs, err);
	if (r == 0)
		r = copy_list(&o->detect.home_net, &cidrs, err);
	if (r == 0)
		r = copy_list(&o->detect.assets, &o->top.assets, err);
	for (unsigned i = 0; i < cidrs.n; i++)
		free(cidrs.at[i]);
	free(cidrs.at);
	if (r < 0)
		return r;

	if ((r = decode_config_use(&o->decode, err)) < 0)
		return r;
	if (live && (r = live_defaults(o, err)) < 0)
		return r;
	if ((r = evidence_dir(o, err)) < 0 || (r = rule_cache(o, live && o->action == ACTION_run, err)) < 0 ||
	    (r = rule_datasets(o, live && o->action == ACTION_run, err)) < 0)
		return r;
	o->detect.home_net_auto = is_auto;
	o->detect.flow_records = o->top.flow_records;
	o->detect.sightings = live || o->publish.journal_dir;
	o->capture.workers = o->top.workers;
	o->to_stdout = !live && !o->publish.dir && !o->publish.journal_dir;
	if (o->rule.files.n == 0)
		return append(&o->rule.files, own_signatures(), &begun, err);
	if (o->rule.files.n == 1 && strcmp(o->rule.files.at[0], RULES_NONE) == 0) {
		free(o->rule.files.at[0]);
		o->rule.files.n = 0;
	}
	return 0;
}

void options_fini(struct options *o)
{
	config_fini(&o->config);
}
