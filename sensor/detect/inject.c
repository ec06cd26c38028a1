// SPDX-License-Identifier: Apache-2.0
/* inject: answers slipped into a connection by somebody who sees it and is quicker than the server.
 *
 * The forged segment and the true one stand at the same place of the stream and differ. Sent to the
 * client within the first `early_bytes` of a clear-text answer (HTTP) that is the whole of an
 * attack with injected redirects, and an alert. Elsewhere two copies that differ are a finding:
 * broken middleboxes and captures make them, too.
 *
 * Units:  bytes of a direction.
 * Owns:   what was told.
 * Cost:   one look-up a conflict.
 * Source: Fox-IT, "Deep dive into QUANTUM INSERT" (2015); Marczak et al., "An Analysis of China's
 *         Great Cannon" (2015); flow/stream_hold.c for what a conflict is.
 */
#include "base/clock.h"
#include "detect/teller.h"
#include "flow/record.h"
#include "observe/fact.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

struct inject_config {
	uint32_t early_bytes, again_s, told;
};

struct inject_state {
	struct teller t;
};

enum { INJECT_answer, INJECT_other, INJECT_kinds };
#define INJECT_SOURCE "Fox-IT, QUANTUM INSERT (2015); Marczak et al. (2015)"
/* clang-format off */
static const struct about inject_abouts[INJECT_kinds] = {
	SAY_ABOUT("inject", 891, 1, FAMILY_exploit, "Adversary-in-the-Middle",
		"INJECTION two different answers at one place of a connection", "T1557", "TA0009", INJECT_SOURCE,
		"compare the two segments (tcp.analysis.retransmission, the same sequence number): do TTL, IP ID "
		"and time stamps fit the server's others? Where does the first one lead?"),
	SAY_ABOUT("inject", 892, 3, FAMILY_exploit, "Adversary-in-the-Middle",
		"INJECTION bytes of a connection came twice, and not the same", "T1557", "TA0009", INJECT_SOURCE,
		"a middlebox that rewrites, or somebody who hides what he sends"),
};
static const struct param inject_params[] = {
	PARAM(PARAM_U32, struct inject_config, early_bytes, 100, 1 << 20, 8192, "bytes",
	      "of an answer in which a second one is no accident"),
	PARAM(PARAM_U32, struct inject_config, again_s, 60, 604800, 3600, "s",
	      "one alert a client, server and kind in this time"),
	PARAM(PARAM_U32, struct inject_config, told, 64, 1 << 20, 1024, "pairs", "of hosts that were told"),
	{0},
};
/* clang-format on */

static void inject_fini(void *state)
{
	struct inject_state *s = state;

	if (s)
		teller_fini(&s->t);
	free(s);
}

static int inject_init(const void *config, void **state, struct err *err)
{
	const struct inject_config *c = config;
	struct inject_state *s = calloc(1, sizeof(*s));

	if (!s)
		return err_set(err, ENOMEM, "no memory for inject");
	int rc = teller_init(&s->t, c->told, err);
	if (rc) {
		inject_fini(s);
		return rc;
	}
	*state = s;
	return 0;
}

static void inject_on_observation(const void *config, void *state, const struct observation *o,
				  const struct detector_out *out)
{
	const struct inject_config *c = config;
	struct inject_state *s = state;
	const struct obs_link *link = obs_body(o);
	const struct fact_conflict *b = obs_fact(o);
	bool to_client = link->dir == FLOW_to_client;
	bool is_answer = to_client && b->http && b->before <= c->early_bytes;
	/* Nobody inside is known to have done it: the client is whom to look at. */
	const struct telling m = {.about = &inject_abouts[is_answer ? INJECT_answer : INJECT_other],
				  .host = &o->src,
				  .other = &o->dst,
				  .again_s = c->again_s,
				  .alert = is_answer,
				  .unit = "bytes",
				  .observed = b->len,
				  .threshold = 1};

	teller_say(&s->t, out, o, &m,
		   "to the %s, after %llu bytes of that direction: %u bytes that are not those "
		   "which came before",
		   to_client ? "client" : "server", (unsigned long long)b->before, b->len);
}

static void inject_stats(const void *state, char *out, size_t size)
{
	const struct inject_state *s = state;

	teller_stats(&s->t, out, size);
}

const struct detector detect_inject = {
	.name = "inject",
	.what = "answers slipped into connections by somebody quicker than the server",
	.source = INJECT_SOURCE,
	.wants = 1ull << OBS_conflict,
	.params = inject_params,
	.abouts = inject_abouts,
	.n_abouts = INJECT_kinds,
	.config_size = sizeof(struct inject_config),
	.init = inject_init,
	.fini = inject_fini,
	.on_observation = inject_on_observation,
	.stats = inject_stats,
};
