// SPDX-License-Identifier: Apache-2.0
/* tunnel_icmp: data in pings.
 *
 * A ping comes back as it went, and the next one holds the same pattern behind another time. Four shapes
 * say more:
 *   odd      replies that are not what was asked with: somebody answers instead of the kernel;
 *   both     a host asks with contents that change, and gets changing replies nobody asked for;
 *   again    requests that keep their number while a word in them changes (commands);
 *   up       many bytes of contents that change, echoed faithfully: one way out.
 * The first three need a few echoes and no volume, for no ping does that; the last needs `up_kb`. Less is
 * a finding.
 *
 * Who asks is accused, where that is one of our hosts, else who answers. Monitoring and scanners are
 * findings.
 *
 * Units:  echoes, bytes; seconds of packet time.
 * Owns:   bounded tables of hosts, pairs, what was told.
 * Cost:   two look-ups a fact; there is none of ordinary pings (proto/icmp_echo.c).
 * Source: RFC 792 (the data of a request must be returned); Smith, Project Loki, Phrack 49-6 (1996);
 *         ATT&CK T1095.
 */
#include "base/clock.h"
#include "detect/teller.h"
#include "observe/fact.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

struct tunnel_icmp_config {
	uint32_t window_s, again_s;
	uint32_t odd, fresh, again, up_kb, up_fresh;
	uint32_t some;
	uint32_t pairs;
};

struct pings { /* of two hosts, or of a host with all others */
	struct sets_head head;
	uint64_t since_ns, told_ns;
	uint64_t bytes[2];
	uint32_t fresh[2], odd, stray, again;
	uint16_t longest;
};

struct tunnel_icmp_state {
	struct teller t;
	struct sets pairs;
};

enum { TUNNEL_icmp, TUNNEL_icmp_some, TUNNEL_icmp_kinds };
#define TUNNEL_ICMP_SOURCE "RFC 792; Project Loki, Phrack 49-6; ATT&CK T1095"
#define TUNNEL_ICMP_CHECK                                                                          \
	"tshark -Y 'icmp && ip.addr==HOST' -T fields -e icmp.type -e icmp.seq -e data: does what comes " \
	"back differ from what went, does it read like data? On the host: which program opened a raw "  \
	"socket? Monitoring that pings with random bytes: role monitoring in assets"
/* clang-format off */
static const struct about tunnel_icmp_abouts[TUNNEL_icmp_kinds] = {
	SAY_ABOUT("tunnel_icmp", 423, 1, FAMILY_exfil, "Exfiltration or Command and Control",
		"TUNNEL data in pings", "T1095", "TA0011", TUNNEL_ICMP_SOURCE, TUNNEL_ICMP_CHECK),
	SAY_ABOUT("tunnel_icmp", 424, 3, FAMILY_exfil, "Exfiltration or Command and Control",
		"TUNNEL pings whose contents change", "T1095", "TA0011", TUNNEL_ICMP_SOURCE, TUNNEL_ICMP_CHECK),
};
static const struct param tunnel_icmp_params[] = {
	PARAM(PARAM_U32, struct tunnel_icmp_config, window_s, 10, 86400, 600, "s", "in which echoes are counted"),
	PARAM(PARAM_U32, struct tunnel_icmp_config, odd, 2, 1 << 20, 6, "replies",
	      "that are not what was asked with, and differ: an alert"),
	PARAM(PARAM_U32, struct tunnel_icmp_config, fresh, 2, 1 << 20, 8, "echoes",
	      "of changing contents each way, the replies not asked for: an alert"),
	PARAM(PARAM_U32, struct tunnel_icmp_config, again, 2, 1 << 20, 3, "requests",
	      "with the number of the one before and another word: an alert"),
	PARAM(PARAM_U32, struct tunnel_icmp_config, up_fresh, 4, 1 << 20, 64, "requests",
	      "of changing contents: an alert with up_kb"),
	PARAM(PARAM_U32, struct tunnel_icmp_config, up_kb, 1, 1 << 20, 16, "kB", "in them"),
	PARAM(PARAM_U32, struct tunnel_icmp_config, some, 2, 1 << 20, 16, "echoes",
	      "of changing contents: a finding"),
	PARAM(PARAM_U32, struct tunnel_icmp_config, again_s, 60, 604800, 3600, "s",
	      "one alert a host, target and kind in this time"),
	PARAM(PARAM_U32, struct tunnel_icmp_config, pairs, 64, 1 << 20, 2048, "pairs", "of hosts remembered"),
	{0},
};
/* clang-format on */

static void tunnel_icmp_fini(void *state)
{
	struct tunnel_icmp_state *s = state;

	if (!s)
		return;
	teller_fini(&s->t);
	sets_fini(&s->pairs);
	free(s);
}

static int tunnel_icmp_init(const void *config, void **state, struct err *err)
{
	const struct tunnel_icmp_config *c = config;
	struct tunnel_icmp_state *s = calloc(1, sizeof(*s));
	int rc;

	if (!s)
		return err_set(err, ENOMEM, "no memory for tunnel_icmp");
	if ((rc = teller_init(&s->t, c->pairs, err)) ||
	    (rc = sets_init(&s->pairs, sizeof(struct pings), c->pairs, err))) {
		tunnel_icmp_fini(s);
		return rc;
	}
	*state = s;
	return 0;
}

static struct pings *add(const struct tunnel_icmp_config *c, struct tunnel_icmp_state *s, uint64_t key,
			 const struct observation *o)
{
	const struct fact_icmp_echo *b = obs_fact(o);
	bool fresh;
	struct pings *p = sets_get(&s->pairs, key, 0, &fresh);

	if (fresh || o->time_ns > p->since_ns + (uint64_t)c->window_s * NS_PER_S)
		memset((uint8_t *)p + sizeof(p->head), 0, sizeof(*p) - sizeof(p->head));
	if (!p->since_ns)
		p->since_ns = o->time_ns;
	for (unsigned i = 0; i < 2; i++) {
		p->bytes[i] += b->bytes[i];
		p->fresh[i] += b->fresh[i];
	}
	p->odd += b->odd;
	p->stray += b->stray;
	p->again += b->again;
	p->longest = b->longest > p->longest ? b->longest : p->longest;
	return p;
}

/* `p` of the two hosts, `all` of the one that asks, with everybody: a tunnel's replies may come from
 * another address of its server. */
static const char *shape(const struct tunnel_icmp_config *c, const struct pings *p,
			 const struct pings *all, struct telling *m)
{
	m->unit = "echoes";
	m->observed = p->odd;
	m->threshold = c->odd;
	if (p->odd >= c->odd)
		return "replies that are not what was asked with";
	m->observed = all->stray < all->fresh[0] ? all->stray : all->fresh[0];
	m->threshold = c->fresh;
	if (all->fresh[0] >= c->fresh && all->stray >= c->fresh)
		return "changing contents, and changing replies nobody asked for";
	m->observed = p->again;
	m->threshold = c->again;
	if (p->again >= c->again)
		return "another word each time, with the same number";
	m->observed = p->fresh[0];
	m->threshold = c->up_fresh;
	if (p->fresh[0] >= c->up_fresh && p->bytes[0] >= c->up_kb * 1000.0)
		return "changing contents, echoed";
	m->threshold = c->some;
	m->alert = false;
	m->about = &tunnel_icmp_abouts[TUNNEL_icmp_some];
	return p->fresh[0] + p->stray >= c->some ? "changing contents" : NULL;
}

static void tunnel_icmp_on_observation(const void *config, void *state, const struct observation *o,
				       const struct detector_out *out)
{
	const struct tunnel_icmp_config *c = config;
	struct tunnel_icmp_state *s = state;
	bool asks = hosts_ours(out->hosts, &o->src);
	const struct addr *host = asks ? &o->src : &o->dst, *other = asks ? &o->dst : &o->src;

	if (!asks && !hosts_ours(out->hosts, &o->dst))
		return;
	struct pings all = *add(c, s, hash_addr(&o->src, 67), o);
	struct pings *p = add(c, s, hash_addr(&o->src, 71) + 3 * hash_addr(&o->dst, 73), o);
	struct telling m = {.about = &tunnel_icmp_abouts[TUNNEL_icmp],
			    .host = host,
			    .other = other,
			    .doers = 1u << ROLE_monitoring | 1u << ROLE_scanner,
			    .again_s = c->again_s,
			    .alert = true};
	const char *what = shape(c, p, &all, &m);
	char span[24];
	const struct pings *n = m.alert && p->fresh[0] < all.fresh[0] ? &all : p; /* that say it */

	if (!what || (!m.alert && p->told_ns))
		return;
	p->told_ns = o->time_ns;
	teller_say(&s->t, out, o, &m,
		   "%s: %u requests with new contents (%llu bytes), %u replies with new contents (%llu bytes) "
		   "within %s, up to %u bytes each",
		   what, n->fresh[0], (unsigned long long)n->bytes[0], n->fresh[1],
		   (unsigned long long)n->bytes[1], say_span(o->time_ns - n->since_ns, span), n->longest);
}

static void tunnel_icmp_stats(const void *state, char *out, size_t size)
{
	const struct tunnel_icmp_state *s = state;

	teller_stats(&s->t, out, size);
	sets_say_evicted(&s->pairs, "pairs", out, size);
}

const struct detector detect_tunnel_icmp = {
	.name = "tunnel_icmp",
	.what = "data in pings",
	.source = TUNNEL_ICMP_SOURCE,
	.wants = 1ull << OBS_icmp_echo,
	.params = tunnel_icmp_params,
	.abouts = tunnel_icmp_abouts,
	.n_abouts = TUNNEL_icmp_kinds,
	.config_size = sizeof(struct tunnel_icmp_config),
	.init = tunnel_icmp_init,
	.fini = tunnel_icmp_fini,
	.on_observation = tunnel_icmp_on_observation,
	.stats = tunnel_icmp_stats,
};
