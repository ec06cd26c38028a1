// SPDX-License-Identifier: Apache-2.0
/* tunnel_http: another protocol inside HTTP, by what bodies do and hold, not by names.
 *
 *   inside   SSH, TLS, RDP or SMB begins in a body (or a WebSocket message) of both directions;
 *   crumbs   a request's body of announced length and no declared type, and an answer's that says it is text
 *            and is not, come at the same time in crumbs: two half-open documents are one connection
 *            (httptunnel's shape);
 *   polls    exchange after exchange with bytes both ways that nobody declares: a finding;
 *   connect  a proxy is asked to connect to a port that is not the web's, or SSH speaks behind it: a
 *            finding, for administrators do so.
 * One direction alone of the first two, twice, is a finding.
 *
 * Quiet: WebSocket's chat, long polling, uploads (they have a type, and full segments), streams of events
 * and chunked bodies (no announced length), coded bodies.
 *
 * Units:  exchanges, bytes; seconds of packet time.
 * Owns:   bounded tables of (client, server), of connections through proxies, of what was told.
 * Cost:   one look-up an exchange whose bodies are not what they say; none of others.
 * Source: RFC 9110 8.3, 9.3.6; httptunnel as documented and recorded in our range; ATT&CK
 *         T1572, T1071.001.
 */
#include "base/clock.h"
#include "detect/teller.h"
#include "flow/flow.h"
#include "observe/fact.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#define UP   0
#define DOWN 1
#define CRUMBS 16u /* of a body, as http_carry tells them */

struct tunnel_http_config {
	uint32_t window_s, join_s, again_s, polls, poll_kb, pairs;
};

struct web { /* of a client and a server */
	struct sets_head head;
	uint64_t since_ns;
	uint64_t crumbs_ns[2], inside_ns[2]; /* last seen, by direction */
	uint64_t bytes[2];
	uint32_t polls, lone; /* … and how often one direction alone showed something */
	uint64_t told_ns;     /* last alert */
};

struct proxied { /* a connection that a proxy was asked for */
	struct sets_head head;
	uint64_t at_ns;
};

struct tunnel_http_state {
	struct teller t;
	struct sets pairs, proxied;
};

enum { TUNNEL_http, TUNNEL_http_some, TUNNEL_http_kinds };
#define TUNNEL_HTTP_SOURCE "RFC 9110 8.3; httptunnel's documentation; ATT&CK T1572, T1071.001"
#define TUNNEL_HTTP_CHECK                                                                          \
	"tshark -Y 'tcp.port==PORT' -z follow,tcp,hex,N: what is in the bodies? Which program holds the " \
	"connection (ss -tnp on the host), and who runs the server?"
/* clang-format off */
static const struct about tunnel_http_abouts[TUNNEL_http_kinds] = {
	SAY_ABOUT("tunnel_http", 425, 1, FAMILY_c2, "Possible Command and Control",
		"TUNNEL another protocol inside HTTP", "T1572", "TA0011", TUNNEL_HTTP_SOURCE, TUNNEL_HTTP_CHECK),
	SAY_ABOUT("tunnel_http", 426, 3, FAMILY_c2, "Possible Command and Control",
		"TUNNEL HTTP that may carry something else", "T1071.001", "TA0011", TUNNEL_HTTP_SOURCE,
		TUNNEL_HTTP_CHECK),
};
static const struct param tunnel_http_params[] = {
	PARAM(PARAM_U32, struct tunnel_http_config, window_s, 10, 86400, 600, "s", "in which exchanges are counted"),
	PARAM(PARAM_U32, struct tunnel_http_config, join_s, 1, 3600, 120, "s",
	      "in which both directions show it"),
	PARAM(PARAM_U32, struct tunnel_http_config, polls, 4, 1 << 20, 40, "exchanges",
	      "with undeclared bytes both ways: a finding with poll_kb"),
	PARAM(PARAM_U32, struct tunnel_http_config, poll_kb, 0, 1 << 20, 4, "kB", "each way in them"),
	PARAM(PARAM_U32, struct tunnel_http_config, again_s, 60, 604800, 3600, "s",
	      "one alert a client, server and kind in this time"),
	PARAM(PARAM_U32, struct tunnel_http_config, pairs, 64, 1 << 20, 2048, "pairs",
	      "of client and server remembered; as many connections through proxies"),
	{0},
};
/* clang-format on */

static void tunnel_http_fini(void *state)
{
	struct tunnel_http_state *s = state;

	if (!s)
		return;
	teller_fini(&s->t);
	sets_fini(&s->pairs);
	sets_fini(&s->proxied);
	free(s);
}

static int tunnel_http_init(const void *config, void **state, struct err *err)
{
	const struct tunnel_http_config *c = config;
	struct tunnel_http_state *s = calloc(1, sizeof(*s));
	int rc;

	if (!s)
		return err_set(err, ENOMEM, "no memory for tunnel_http");
	if ((rc = teller_init(&s->t, c->pairs, err)) ||
	    (rc = sets_init(&s->pairs, sizeof(struct web), c->pairs, err)) ||
	    (rc = sets_init(&s->proxied, sizeof(struct proxied), c->pairs, err))) {
		tunnel_http_fini(s);
		return rc;
	}
	*state = s;
	return 0;
}

/* Bytes that are no text, and not said to be anything else. */
static bool is_undeclared(uint8_t bodies)
{
	return bodies & BODY_binary && bodies & (BODY_untyped | BODY_text);
}

static bool is_exchange(const struct fact_http *b)
{
	return is_undeclared(b->bodies & 15) && is_undeclared(b->bodies >> BODY_UP);
}

static struct web *web_of(const struct tunnel_http_config *c, struct tunnel_http_state *s,
			  const struct observation *o)
{
	bool fresh;
	struct web *w = sets_get(&s->pairs, hash_addr(&o->src, 83) + 3 * hash_addr(&o->dst, 89), 0,
				 &fresh);

	if (fresh || o->time_ns > w->since_ns + (uint64_t)c->window_s * NS_PER_S) {
		w->since_ns = o->time_ns;
		w->polls = 0;
		w->bytes[0] = w->bytes[1] = 0;
	}
	return w;
}

static struct telling telling(const struct tunnel_http_config *c, const struct observation *o,
			      unsigned kind, uint64_t what)
{
	return (struct telling){.about = &tunnel_http_abouts[kind],
				.host = &o->src,
				.other = &o->dst,
				.what = what,
				.doers = SAY_WATCHERS | 1u << ROLE_jump,
				.again_s = c->again_s,
				.alert = kind == TUNNEL_http,
				.threshold = 1};
}

static void on_carry(const struct tunnel_http_config *c, struct tunnel_http_state *s,
		     const struct observation *o, const struct detector_out *out)
{
	const struct fact_http_carry *b = obs_fact(o);
	const struct obs_link *link = obs_body(o);
	const char *method = obs_word(o, sizeof(*b), 0), *host = obs_word(o, sizeof(*b), 1),
		   *uri = obs_word(o, sizeof(*b), 2), *inside = obs_word(o, sizeof(*b), 4);
	unsigned way = link->dir == FLOW_to_server ? UP : DOWN;
	bool crumbs = b->known && b->crumbs >= CRUMBS && is_undeclared(b->bodies);
	struct web *w = web_of(c, s, o);
	uint64_t join_ns = (uint64_t)c->join_s * NS_PER_S;

	if (!b->inside && !crumbs)
		return;
	if (b->inside)
		w->inside_ns[way] = o->time_ns;
	if (crumbs)
		w->crumbs_ns[way] = o->time_ns;
	bool both_inside = w->inside_ns[!way] && o->time_ns < w->inside_ns[!way] + join_ns;
	bool both_crumbs = w->crumbs_ns[!way] && o->time_ns < w->crumbs_ns[!way] + join_ns;
	bool alert = (b->inside && both_inside) || (crumbs && both_crumbs);
	if (!alert && (++w->lone < 2 || w->told_ns)) /* the other direction may be about to, or has */
		return;
	if (alert)
		w->told_ns = o->time_ns ? o->time_ns : 1;
	struct telling m = telling(c, o, alert ? TUNNEL_http : TUNNEL_http_some, alert ? 0 : 1);
	m.unit = b->inside ? "bodies" : "crumbs";
	m.observed = b->inside ? 1u + both_inside : b->crumbs;
	m.threshold = b->inside ? 2 : CRUMBS;
	teller_say(&s->t, out, o, &m, "%s%s in a body of %s, %s; %s %.40s%.80s, port %u, %llu bytes so far",
		   b->inside ? inside : "crumbs of undeclared bytes", b->inside ? " speaks" : "",
		   way == UP ? "a request" : "an answer",
		   alert ? "and in one of the other direction" : "this way only", *method ? method : "answer to",
		   host, uri, o->dport, (unsigned long long)b->bytes);
}

static bool is_web_port(unsigned port)
{
	return port == 443 || port == 80 || port == 8443 || port == 8080 || port == 563;
}

static unsigned port_of(const char *target) /* "host:port", "[::1]:port" */
{
	const char *colon = strrchr(target, ':');

	return colon ? (unsigned)strtoul(colon + 1, NULL, 10) : 0;
}

static void on_connect(const struct tunnel_http_config *c, struct tunnel_http_state *s,
		       const struct observation *o, const struct detector_out *out)
{
	const struct fact_http *b = obs_fact(o);
	const char *target = obs_word(o, sizeof(*b), 2);
	unsigned port = port_of(target);
	bool fresh;

	((struct proxied *)sets_get(&s->proxied, o->flow_id, 0, &fresh))->at_ns = o->time_ns;
	if (is_web_port(port) || port == 0 || b->status / 100 != 2)
		return;
	struct telling m = telling(c, o, TUNNEL_http_some, 1000 + port);
	m.unit = "connections";
	m.observed = 1;
	teller_say(&s->t, out, o, &m, "the proxy was asked to connect to %.100s, and did", target);
}

static void on_exchange(const struct tunnel_http_config *c, struct tunnel_http_state *s,
			const struct observation *o, const struct detector_out *out)
{
	const struct fact_http *b = obs_fact(o);
	struct web *w = web_of(c, s, o);
	double least = c->poll_kb * 1000.0;

	w->polls++;
	w->bytes[UP] += b->request_body;
	w->bytes[DOWN] += b->response_body;
	if (w->polls < c->polls || (double)w->bytes[UP] < least || (double)w->bytes[DOWN] < least)
		return;
	struct telling m = telling(c, o, TUNNEL_http_some, 3);
	m.unit = "exchanges";
	m.observed = w->polls;
	m.threshold = c->polls;
	teller_say(&s->t, out, o, &m,
		   "%u exchanges of undeclared bytes with %.60s in %.0f s: %llu bytes up, %llu down; the last %s "
		   "%.60s",
		   w->polls, obs_word(o, sizeof(*b), 1), (double)(o->time_ns - w->since_ns) / NS_PER_S,
		   (unsigned long long)w->bytes[UP], (unsigned long long)w->bytes[DOWN],
		   obs_word(o, sizeof(*b), 0), obs_word(o, sizeof(*b), 2));
}

static void on_ssh(const struct tunnel_http_config *c, struct tunnel_http_state *s,
		   const struct observation *o, const struct detector_out *out)
{
	const struct fact_ssh *b = obs_fact(o);

	if (!sets_find(&s->proxied, o->flow_id))
		return;
	struct telling m = telling(c, o, TUNNEL_http_some, 2);
	m.unit = "connections";
	m.observed = 1;
	teller_say(&s->t, out, o, &m, "SSH through a proxy's CONNECT: %.60s and %.60s",
		   obs_word(o, sizeof(*b), 0), obs_word(o, sizeof(*b), 1));
}

static void tunnel_http_on_observation(const void *config, void *state, const struct observation *o,
				       const struct detector_out *out)
{
	if (!hosts_ours(out->hosts, &o->src))
		return;
	if (o->kind == OBS_http_carry)
		on_carry(config, state, o, out);
	else if (o->kind == OBS_ssh)
		on_ssh(config, state, o, out);
	else if (((const struct fact_http *)obs_fact(o))->upgrade == 2)
		on_connect(config, state, o, out);
	else if (is_exchange(obs_fact(o)))
		on_exchange(config, state, o, out);
}

static bool tunnel_http_uses(const void *config, enum observation_kind kind, const struct proto_fact *f)
{
	const struct fact_http_carry *carry = f->body;

	(void)config;
	if (kind == OBS_http_carry)
		return carry->inside || (carry->known && is_undeclared(carry->bodies));
	if (kind != OBS_http)
		return true;
	const struct fact_http *b = f->body;
	return b->upgrade == 2 || is_exchange(b);
}

static void tunnel_http_stats(const void *state, char *out, size_t size)
{
	const struct tunnel_http_state *s = state;

	teller_stats(&s->t, out, size);
	sets_say_evicted(&s->pairs, "pairs", out, size);
}

const struct detector detect_tunnel_http = {
	.name = "tunnel_http",
	.what = "another protocol inside HTTP",
	.source = TUNNEL_HTTP_SOURCE,
	.wants = 1ull << OBS_http_carry | 1ull << OBS_http | 1ull << OBS_ssh,
	.params = tunnel_http_params,
	.abouts = tunnel_http_abouts,
	.n_abouts = TUNNEL_http_kinds,
	.config_size = sizeof(struct tunnel_http_config),
	.init = tunnel_http_init,
	.fini = tunnel_http_fini,
	.on_observation = tunnel_http_on_observation,
	.uses = tunnel_http_uses,
	.stats = tunnel_http_stats,
};
