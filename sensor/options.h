// SPDX-License-Identifier: Apache-2.0
/* The command line and the configuration file, read into the rooms' own structs. */
#pragma once

#include "alert/evidence.h"
#include "alert/geo.h"
#include "capture/source.h"
#include "config/config.h"
#include "decode/config.h"
#include "detect/detect.h"
#include "flow/flow.h"
#include "metrics.h"
#include "proto/proto.h"
#include "publish/publish.h"
#include "rule/rule.h"

#define EXIT_RUNTIME 1
#define EXIT_USAGE 2
#define EXIT_CONFIG 78 /* sysexits.h */

enum action {
	ACTION_run,
	ACTION_test,
	ACTION_dump_config,
	ACTION_reference,
	ACTION_build_info,
	ACTION_list_keywords,
	ACTION_list_detectors,
	ACTION_doctor,
	ACTION_selftest,
	ACTION_version,
	ACTION_help,
};

struct top_config { /* the section without a name */
	uint32_t workers;
	struct strs home_net;
	struct strs assets;
	struct strs cpus;      /* worker i runs on the i-th; empty: the scheduler's choice */
	uint64_t ring;         /* bytes, between each worker and the detect thread */
	bool flow_records;     /* flow events in eve.json and the telemetry */
	char *user;            /* started as root: become this one once the ports are open */
	bool seccomp;          /* only the system calls a run makes */
};

struct options {
	enum action action;
	const char *config_path;
	const char *write_matched; /* NULL: no */
	const char *profile_rules; /* NULL: no */
	bool verbose;
	int exit_on_alert; /* 0: alerts do not change the exit code */
	unsigned seconds;  /* doctor: how long; 0: its own choice */
	bool json;         /* doctor, selftest: for programs */
	bool to_stdout;    /* -r without -l and without a journal: events go to stdout */

	struct config config;
	struct top_config top;
	struct capture_config capture;
	struct decode_config decode;
	struct flow_config flow;
	struct proto_config proto;
	struct rule_config rule;
	struct detect_config detect;
	struct publish_config publish;
	struct geo_config geo;
	struct evidence_config evidence;
	struct metrics_config metrics;
};

/* Reads everything; on failure says so on stderr and returns the exit code, else 0. */
int options_read(struct options *o, int argc, char **argv);
/* After the file and the command line: what follows from what (home_net into rules and detect …). */
int options_derive(struct options *o, struct err *err);
void options_fini(struct options *o);
void options_help(FILE *out);
