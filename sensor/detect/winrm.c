// SPDX-License-Identifier: Apache-2.0
/* winrm: commands run on another host by WS-Management (PowerShell remoting, winrs, OMI).
 *
 * Requests to /wsman that are answered with success, from one of our hosts, are a remote shell;
 * event forwarding (/wsman/SubscriptionManager) is not one, and Windows' own client without
 * PowerShell's mark (?PSVersion=) is a finding: Server Manager is. Where the first such request of
 * a connection, seen from its beginning, carries no proof of who asks and is answered all the same,
 * the service lets anybody in (CVE-2021-38647). Monitoring, jump and backup hosts are findings.
 *
 * Units:  seconds of packet time.
 * Owns:   a bounded table of connections with a proof.
 * Cost:   one look-up a request to /wsman.
 * Source: DSP0226 (WS-Management), MS-WSMV, ATT&CK T1021.006; CVE-2021-38647 (OMIGOD).
 */
#include "base/clock.h"
#include "detect/teller.h"
#include "observe/fact.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

struct winrm_config {
	uint32_t again_s, connections;
};

struct winrm_flow {
	struct sets_head head;
	uint32_t requests;
	uint8_t proof;
	uint8_t pad[3];
};

struct winrm_state {
	struct teller t;
	struct sets flows;
};

enum { WINRM_shell, WINRM_open, WINRM_kinds };
#define WINRM_SOURCE "MS-WSMV; ATT&CK T1021.006; CVE-2021-38647"
/* clang-format off */
static const struct about winrm_abouts[WINRM_kinds] = {
	SAY_ABOUT("winrm", 831, 2, FAMILY_lateral, "Lateral Movement",
		"LATERAL commands by WinRM (PowerShell remoting)", "T1021.006", "TA0008", WINRM_SOURCE,
		"events 91, 4624 type 3 and 4103/4104 on the target: which account, which commands? Administrators' "
		"own hosts should have the role jump or monitoring in assets"),
	SAY_ABOUT("winrm", 832, 1, FAMILY_exploit, "Attempted Administrator Privilege Gain",
		"EXPLOIT commands by WS-Management without any log-in", "T1210", "TA0008", WINRM_SOURCE,
		"is the agent (OMI) older than 1.6.8-1? Look at what the request ran"),
};
static const struct param winrm_params[] = {
	PARAM(PARAM_U32, struct winrm_config, again_s, 60, 604800, 3600, "s",
	      "one alert a host, target and kind in this time"),
	PARAM(PARAM_U32, struct winrm_config, connections, 64, 1 << 20, 1024, "connections", "remembered"),
	{0},
};
/* clang-format on */

static void winrm_fini(void *state)
{
	struct winrm_state *s = state;

	if (!s)
		return;
	teller_fini(&s->t);
	sets_fini(&s->flows);
	free(s);
}

static int winrm_init(const void *config, void **state, struct err *err)
{
	const struct winrm_config *c = config;
	struct winrm_state *s = calloc(1, sizeof(*s));
	int rc;

	if (!s)
		return err_set(err, ENOMEM, "no memory for winrm");
	if ((rc = teller_init(&s->t, c->connections, err)) ||
	    (rc = sets_init(&s->flows, sizeof(struct winrm_flow), c->connections, err))) {
		winrm_fini(s);
		return rc;
	}
	*state = s;
	return 0;
}

/* Windows' own client without PowerShell's mark: Server Manager and CIM sessions ask so all day
 * long how servers are. winrs looks the same, and so does a process made by CIM. */
static bool is_management(const char *uri, const char *agent)
{
	return strcmp(agent, "Microsoft WinRM Client") == 0 && !strcasestr(uri, "PSVersion");
}

static bool is_shell(const char *method, const char *uri)
{
	return strncasecmp(uri, "/wsman", 6) == 0 && (!uri[6] || uri[6] == '?' || uri[6] == '/') &&
	       strncasecmp(uri + 6, "/sub", 4) != 0 && strcmp(method, "POST") == 0;
}

static void winrm_on_observation(const void *config, void *state, const struct observation *o,
				 const struct detector_out *out)
{
	const struct winrm_config *c = config;
	struct winrm_state *s = state;
	const struct fact_http *b = obs_fact(o);
	const char *method = obs_word(o, sizeof(*b), 0), *uri = obs_word(o, sizeof(*b), 2),
		   *agent = obs_word(o, sizeof(*b), 3);
	uint64_t key = hash_u64(o->flow_id, 51);
	bool fresh;

	if (!is_shell(method, uri) ||
	    (!hosts_ours(out->hosts, &o->src) && !hosts_ours(out->hosts, &o->dst)))
		return;
	struct winrm_flow *f = sets_get(&s->flows, key ? key : 1, 0, &fresh);
	f->proof |= b->auth != 0 || b->status == 401;
	f->requests++;
	if (b->status / 100 != 2)
		return;
	/* On 5985 a connection that was met in its middle may have proved itself before. */
	bool open = !f->proof && f->requests == 1 && o->dport != 5985;
	const struct telling m = {.about = &winrm_abouts[open ? WINRM_open : WINRM_shell],
				  .host = &o->src,
				  .other = &o->dst,
				  .doers = 1u << ROLE_jump | 1u << ROLE_monitoring |
					   1u << ROLE_backup | 1u << ROLE_scanner,
				  .again_s = c->again_s,
				  .alert = open || !is_management(uri, agent),
				  .unit = "requests",
				  .observed = f->requests,
				  .threshold = 1};
	teller_say(&s->t, out, o, &m, "POST %.60s on port %u, answered %u%s%s%.60s", uri, o->dport,
		   b->status, open ? ", without any log-in" : "", *agent ? ", by " : "", agent);
}

static void winrm_stats(const void *state, char *out, size_t size)
{
	const struct winrm_state *s = state;

	teller_stats(&s->t, out, size);
	sets_say_evicted(&s->flows, "flows", out, size);
}

static bool winrm_uses(const void *config, enum observation_kind kind, const struct proto_fact *f)
{
	(void)config;
	(void)kind;
	return is_shell(fact_word(f, 0), fact_word(f, 2));
}

const struct detector detect_winrm = {
	.name = "winrm",
	.what = "commands run on other hosts by WS-Management",
	.source = WINRM_SOURCE,
	.wants = 1ull << OBS_http,
	.params = winrm_params,
	.abouts = winrm_abouts,
	.n_abouts = WINRM_kinds,
	.config_size = sizeof(struct winrm_config),
	.init = winrm_init,
	.fini = winrm_fini,
	.on_observation = winrm_on_observation,
	.uses = winrm_uses,
	.stats = winrm_stats,
};
