// SPDX-License-Identifier: Apache-2.0
/* A configuration with a section of every kind, for the tests of config/. */
#pragma once

#include "check.h"
#include "config/assets.h"
#include "config/config.h"
#include "config/home_net.h"

#include <errno.h>
#include <stdlib.h>

struct top {
	uint32_t workers;
	struct strs home_net, assets;
};
struct flow {
	uint32_t max, interim_s;
	uint64_t memory;
	bool vlan_in_key;
	uint32_t shared;
};
struct publish {
	char *dir, *url;
};
struct scan {
	double alpha;
	uint32_t window_s;
};
struct tunnel {
	uint32_t names;
};

static struct world {
	struct top top;
	struct flow flow;
	struct publish publish;
	struct scan scan;
	struct tunnel tunnel, tunnel2;
	struct config config;
} w;

static const struct param top_params[] = {
	PARAM(PARAM_U32, struct top, workers, 1, 64, 1, "threads", "how many workers"),
	PARAM_CHECKED(PARAM_LIST, struct top, home_net, "auto", home_net_check, "what is ours"),
	PARAM_CHECKED(PARAM_LIST, struct top, assets, NULL, asset_check, "what hosts are for"),
	{0},
};
static const struct param flow_params[] = {
	PARAM(PARAM_U32, struct flow, max, 1024, 16777216, 262144, "flows", "flows in the table"),
	PARAM(PARAM_U32, struct flow, interim_s, 0, 3600, 60, "s", "seconds between records"),
	PARAM(PARAM_U64, struct flow, memory, 1048576, 68719476736.0, 67108864, "bytes",
	      "memory of all streams"),
	PARAM(PARAM_BOOL, struct flow, vlan_in_key, 0, 1, 0, "", "a VLAN makes another flow"),
	PARAM_INNER(PARAM_U32, struct flow, shared, 1, 64, 1, "workers", "never seen in a dump"),
	{0},
};
static const struct param publish_params[] = {
	PARAM_TEXT(PARAM_STR, struct publish, dir, NULL, "where files go"),
	PARAM_TEXT(PARAM_STR, struct publish, url, "ipc:///run/vigie.sock", "where | how"),
	{0},
};
static const struct param scan_params[] = {
	PARAM(PARAM_F64, struct scan, alpha, 1e-9, 0.5, 1e-5, "probability", "accepted chance"),
	PARAM(PARAM_U32, struct scan, window_s, 1, 3600, 60, "s", "how long"),
	{0},
};
static const struct param tunnel_params[] = {
	PARAM(PARAM_U32, struct tunnel, names, 1, 1000, 50, "names", "how many"),
	{0},
};

static inline void world_init(void)
{
	const struct section s[] = {
		{"", top_params, &w.top},
		{"flow", flow_params, &w.flow},
		{"publish", publish_params, &w.publish},
		{"detect.scan", scan_params, &w.scan},
		{"detect.tunnel.dns", tunnel_params, &w.tunnel},
		{"detect.tunnel", tunnel_params, &w.tunnel2},
	};
	struct err err = {0};

	memset(&w, 0, sizeof(w));
	for (size_t i = 0; i < sizeof(s) / sizeof(s[0]); i++)
		CHECK_EQ(config_add(&w.config, &s[i], &err), 0);
}

static inline void world_fini(void)
{
	config_fini(&w.config);
}

/* Reads; on failure the report is in *report. */
static inline int world_read(const char *text, char **report)
{
	struct err err = {0};

	*report = NULL;
	int rc = config_load_text(&w.config, "t.yaml", text, report, &err);
	CHECK((rc == 0) == (*report == NULL));
	return rc;
}
