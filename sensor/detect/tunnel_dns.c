// SPDX-License-Identifier: Apache-2.0
/* tunnel_dns: data in the names that are asked for, and in the answers.
 *
 * What a tunnel cannot hide: below one registered domain each of its questions is new, or a cache would
 * answer it; to carry much its names are long or its answers are; and answers that may hold anything are
 * records few programs ask for. So of each host and domain are counted, within a window: names not
 * asked before, the long ones, questions for free and for unused records, answers that differ, bytes.
 * Four shapes are alerts:
 *   rare     records nobody uses (NULL, KEY, private types), again and again;
 *   both     free records (TXT, CNAME, MX …), long names, and answers that are no errors;
 *   down     free records, new names of any length, and many bytes of answers that differ;
 *   up       many long names of any record, and many bytes of them, whatever the answers say, but for
 *            black lists'; of less than a quarter answered a finding.
 * Fewer names in a longer time are a finding. Counts and plain sums alone: no measure of what a name
 * is worth is added up by domain.
 *
 * Not accused: who passes on what he is asked (a name server that was itself asked for the same domain:
 * its client is), roles dns, dc, relays. Left out: domains of tunnel_dns_known.def and of the
 * configuration, and those of no internet's that are asked of a server inside; answers for SPF, DKIM, DMARC; reverse zones (not counted at all, proto/dns_zone.c).
 *
 * Units:  names, bytes; seconds of packet time.
 * Owns:   bounded tables of (host, domain), of those who pass on, of what was told.
 * Cost:   some look-ups for 16 new names below a domain.
 * Source: counting unique names by domain: anomalous-dns (BSD), maltrail, RITA's documentation; bounds by
 *         sizes and counts a (client, domain): Paxson et al., USENIX Security 2013; ATT&CK T1071.004.
 */
#include "base/clock.h"
#include "detect/teller.h"
#include "observe/fact.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#define DAY_NS (86400 * NS_PER_S)
#define DOERS  (SAY_RELAYS | 1u << ROLE_dns | 1u << ROLE_dc)

struct tunnel_dns_config {
	struct strs known;
	uint32_t window_s, again_s;
	uint32_t rare_names, both_names, both_longs, down_names, up_longs;
	uint32_t down_kb, up_kb;
	uint32_t slow_names, slow_longs;
	uint32_t domains;
};

struct asked { /* below one domain, by one host */
	struct sets_head head;
	uint64_t since_ns, day_ns, told_ns; /* begins; last alert */
	uint64_t up, down;
	uint32_t asked, names, longs, open, rare, answered, failed, answers, local, mail;
	uint32_t day_names, day_longs, day_answers; /* not of ordinary records, but for long ones */
};

struct passed { /* a server that was asked for it */
	struct sets_head head;
	uint64_t at_ns;
};

struct tunnel_dns_state {
	struct teller t;
	struct sets domains, passed;
	struct count known, relayed;
};

enum { TUNNEL_dns, TUNNEL_dns_slow, TUNNEL_dns_kinds };
#define TUNNEL_DNS_SOURCE                                                                          \
	"Paxson et al., USENIX Security 2013; anomalous-dns; maltrail; ATT&CK T1071.004"
#define TUNNEL_DNS_CHECK                                                                           \
	"who owns the domain (whois), since when, and which program asks (on the host: which process "  \
	"talks to port 53)? tshark -Y 'dns.qry.name contains \"DOMAIN\"': do the names read like "    \
	"data? A black list or a virus scanner that asks so: detect.tunnel_dns.known"
/* clang-format off */
static const struct about tunnel_dns_abouts[TUNNEL_dns_kinds] = {
	SAY_ABOUT("tunnel_dns", 421, 1, FAMILY_exfil, "Exfiltration or Command and Control",
		"TUNNEL data in DNS names and answers", "T1071.004", "TA0011", TUNNEL_DNS_SOURCE, TUNNEL_DNS_CHECK),
	SAY_ABOUT("tunnel_dns", 422, 3, FAMILY_exfil, "Exfiltration or Command and Control",
		"TUNNEL many new names below one domain, slowly", "T1048", "TA0010", TUNNEL_DNS_SOURCE,
		TUNNEL_DNS_CHECK),
};
static const struct param tunnel_dns_params[] = {
	PARAM_TEXT(PARAM_LIST, struct tunnel_dns_config, known, "",
		   "registered domains below which programs of the site ask for many long names"),
	PARAM(PARAM_U32, struct tunnel_dns_config, window_s, 10, 86400, 600, "s", "in which names are counted"),
	PARAM(PARAM_U32, struct tunnel_dns_config, rare_names, 4, 1 << 20, 30, "names",
	      "new ones, asked for by records nobody uses: an alert"),
	PARAM(PARAM_U32, struct tunnel_dns_config, both_names, 4, 1 << 20, 60, "names",
	      "new ones, of free records, answered: an alert with both_longs"),
	PARAM(PARAM_U32, struct tunnel_dns_config, both_longs, 1, 1 << 20, 12, "names",
	      "of 52 bytes and more among them"),
	PARAM(PARAM_U32, struct tunnel_dns_config, down_names, 4, 1 << 20, 100, "names",
	      "new ones, of free records, of any length: an alert with down_kb"),
	PARAM(PARAM_U32, struct tunnel_dns_config, down_kb, 1, 1 << 20, 64, "kB", "of answers to them"),
	PARAM(PARAM_U32, struct tunnel_dns_config, up_longs, 4, 1 << 20, 200, "names",
	      "new ones of 52 bytes and more, of any record: an alert with up_kb"),
	PARAM(PARAM_U32, struct tunnel_dns_config, up_kb, 1, 1 << 20, 12, "kB", "of names asked for"),
	PARAM(PARAM_U32, struct tunnel_dns_config, slow_names, 4, 1 << 20, 60, "names",
	      "new ones of free records within a day, most answers different: a finding"),
	PARAM(PARAM_U32, struct tunnel_dns_config, slow_longs, 4, 1 << 20, 60, "names",
	      "new ones of 52 bytes and more within a day: a finding"),
	PARAM(PARAM_U32, struct tunnel_dns_config, again_s, 60, 604800, 3600, "s",
	      "one alert a host and domain in this time"),
	PARAM(PARAM_U32, struct tunnel_dns_config, domains, 64, 1 << 22, 8192, "",
	      "(host, domain) pairs remembered"),
	{0},
};
static const char *const asked_by_design[] = {
#define ASKED(domain, who) domain,
#include "detect/tunnel_dns_known.def"
#undef ASKED
};
/* clang-format on */

static void tunnel_dns_fini(void *state)
{
	struct tunnel_dns_state *s = state;

	if (!s)
		return;
	teller_fini(&s->t);
	sets_fini(&s->domains);
	sets_fini(&s->passed);
	free(s);
}

static int tunnel_dns_init(const void *config, void **state, struct err *err)
{
	const struct tunnel_dns_config *c = config;
	struct tunnel_dns_state *s = calloc(1, sizeof(*s));
	int rc;

	if (!s)
		return err_set(err, ENOMEM, "no memory for tunnel_dns");
	if ((rc = teller_init(&s->t, 1024, err)) ||
	    (rc = sets_init(&s->domains, sizeof(struct asked), c->domains, err)) ||
	    (rc = sets_init(&s->passed, sizeof(struct passed), c->domains, err))) {
		tunnel_dns_fini(s);
		return rc;
	}
	*state = s;
	return 0;
}

/* Domains of nobody on the internet: asked of a server inside, they end there. Clusters and searched
 * suffixes put whole names of others before them. */
static bool is_inside(const char *domain)
{
	static const char *const ends[] = {"local", "localdomain", "internal", "intranet", "lan", "home", "corp"};
	const char *dot = strrchr(domain, '.');

	for (unsigned i = 0; dot && i < sizeof(ends) / sizeof(ends[0]); i++)
		if (strcasecmp(dot + 1, ends[i]) == 0)
			return true;
	return false;
}

static bool is_known(const struct tunnel_dns_config *c, const char *domain)
{
	for (unsigned i = 0; i < sizeof(asked_by_design) / sizeof(asked_by_design[0]); i++)
		if (strcasecmp(domain, asked_by_design[i]) == 0)
			return true;
	for (unsigned i = 0; i < c->known.n; i++)
		if (strcasecmp(domain, c->known.at[i]) == 0)
			return true;
	return false;
}

/* Whether the host was itself asked for it: then it asks for others. The server becomes one that was. */
static bool passes_on(const struct tunnel_dns_config *c, struct tunnel_dns_state *s,
		      const struct observation *o, uint64_t zone)
{
	uint64_t window_ns = (uint64_t)c->window_s * NS_PER_S;
	bool fresh;
	struct passed *p = sets_get(&s->passed, hash_addr(&o->dst, zone), 0, &fresh);

	p->at_ns = o->time_ns;
	p = sets_find(&s->passed, hash_addr(&o->src, zone));
	return p && o->time_ns < p->at_ns + window_ns;
}

static struct asked *add(const struct tunnel_dns_config *c, struct tunnel_dns_state *s,
			 const struct observation *o, const struct fact_dns_zone *b, uint64_t host)
{
	uint64_t window_ns = (uint64_t)c->window_s * NS_PER_S;
	bool fresh;
	struct asked *e = sets_get(&s->domains, hash_u64(b->zone, host), 0, &fresh);

	if (fresh || o->time_ns > e->day_ns + DAY_NS) {
		e->day_ns = o->time_ns;
		e->day_names = e->day_longs = e->day_answers = 0;
	}
	if (fresh || o->time_ns > e->since_ns + window_ns) {
		e->since_ns = o->time_ns;
		e->up = e->down = 0;
		e->asked = e->names = e->longs = e->open = e->rare = 0;
		e->answered = e->failed = e->answers = e->local = e->mail = 0;
	}
	e->up += b->up;
	e->down += b->down;
	e->asked += b->asked;
	e->names += b->names;
	e->longs += b->longs;
	e->open += b->open;
	e->rare += b->rare;
	e->answered += b->answered;
	e->failed += b->failed;
	e->answers += b->answers;
	e->local += b->local;
	e->mail += b->mail;
	e->day_longs += b->longs;
	if ((b->open + b->rare) * 2 > b->asked && b->mail * 2 <= b->answered) {
		e->day_names += b->names;
		e->day_answers += b->answers;
	}
	return e;
}

/* Which of the four shapes it has; NULL: none. The number that fired and its threshold go to m. */
static const char *shape(const struct tunnel_dns_config *c, const struct asked *e, struct telling *m)
{
	bool open = (e->open + e->rare) * 2 > e->asked && e->mail * 2 <= e->answered;
	bool differ = e->answers * 2 >= e->answered || e->answers >= c->both_names;

	m->unit = "names";
	m->observed = e->names;
	if (e->rare >= c->rare_names && e->names >= c->rare_names) {
		m->threshold = c->rare_names;
		return "by records nobody uses";
	}
	if (open && e->names >= c->both_names && e->longs >= c->both_longs &&
	    e->failed * 2 <= e->answered) {
		m->threshold = c->both_names;
		return "by records that hold anything";
	}
	if (open && e->names >= c->down_names && differ && e->down >= c->down_kb * 1000.0) {
		m->threshold = c->down_names;
		return "with answers full of data";
	}
	m->observed = e->longs;
	m->threshold = c->up_longs;
	if (e->longs >= c->up_longs && e->up >= c->up_kb * 1000.0 && e->local * 2 <= e->answered &&
	    e->mail * 2 <= e->answered) {
		/* That they are no black list's is known by the answers: a mirror that does not show them
		 * accuses nobody. */
		m->alert = e->answered * 4 >= e->asked;
		return "long";
	}
	return NULL;
}

static void tell_slow(const struct tunnel_dns_config *c, struct tunnel_dns_state *s,
		      const struct observation *o, const struct detector_out *out, struct telling m,
		      const struct asked *e)
{
	const struct fact_dns_zone *b = obs_fact(o);
	bool many = e->day_names >= c->slow_names && e->day_answers * 2 >= e->day_names;

	if (!many && (e->day_longs < c->slow_longs || e->local * 2 > e->answered))
		return;
	m.about = &tunnel_dns_abouts[TUNNEL_dns_slow];
	m.alert = false;
	m.unit = "names";
	m.observed = many ? e->day_names : e->day_longs;
	m.threshold = many ? c->slow_names : c->slow_longs;
	m.again_s = (uint32_t)(DAY_NS / NS_PER_S);
	teller_say(&s->t, out, o, &m,
		   "%.0f new names below %.60s in %.0f s, %u of them long; %u answers that differ; such as "
		   "%.80s",
		   m.observed, obs_word(o, sizeof(*b), 0), (double)(o->time_ns - e->day_ns) / NS_PER_S,
		   e->day_longs, e->day_answers, obs_word(o, sizeof(*b), 1));
}

static void tunnel_dns_on_observation(const void *config, void *state, const struct observation *o,
				      const struct detector_out *out)
{
	const struct tunnel_dns_config *c = config;
	struct tunnel_dns_state *s = state;
	const struct fact_dns_zone *b = obs_fact(o);
	const char *domain = obs_word(o, sizeof(*b), 0), *like = obs_word(o, sizeof(*b), 1);
	char up[24], down[24], span[24];

	bool relayed = passes_on(c, s, o, b->zone);
	if (!hosts_ours(out->hosts, &o->src) || is_known(c, domain) ||
	    (is_inside(domain) && hosts_ours(out->hosts, &o->dst))) {
		count_add(&s->known, 1);
		return;
	}
	if (relayed) {
		count_add(&s->relayed, 1);
		return;
	}
	struct host_view view = hosts_of(out->hosts, &o->src, obs_body(o));
	struct asked *e = add(c, s, o, b, view.id);
	struct telling m = {.about = &tunnel_dns_abouts[TUNNEL_dns],
			    .host = &o->src,
			    .other = &o->dst,
			    .what = b->zone,
			    .doers = DOERS,
			    .again_s = c->again_s,
			    .alert = true};
	const char *what = shape(c, e, &m);
	if (!what && (!e->told_ns || o->time_ns > e->told_ns + DAY_NS))
		tell_slow(c, s, o, out, m, e);
	if (!what)
		return;
	e->told_ns = o->time_ns;
	teller_say(&s->t, out, o, &m,
		   "%u new names below %.60s within %s, %s (%u of 52 bytes or more); %u questions, %s of "
		   "names; %u answers that differ, %s; such as %.60s",
		   e->names, domain, say_span(o->time_ns - e->since_ns, span), what, e->longs, e->asked,
		   say_bytes((double)e->up, up), e->answers, say_bytes((double)e->down, down), like);
}

static void tunnel_dns_stats(const void *state, char *out, size_t size)
{
	const struct tunnel_dns_state *s = state;
	size_t n;

	teller_stats(&s->t, out, size);
	n = strlen(out);
	snprintf(out + n, size - n, ",\"known\":%llu,\"relayed\":%llu",
		 (unsigned long long)count_get(&s->known), (unsigned long long)count_get(&s->relayed));
	sets_say_evicted(&s->domains, "domains", out, size);
}

const struct detector detect_tunnel_dns = {
	.name = "tunnel_dns",
	.what = "data in the names that are asked for, and in the answers",
	.source = TUNNEL_DNS_SOURCE,
	.wants = 1ull << OBS_dns_zone,
	.params = tunnel_dns_params,
	.abouts = tunnel_dns_abouts,
	.n_abouts = TUNNEL_dns_kinds,
	.config_size = sizeof(struct tunnel_dns_config),
	.init = tunnel_dns_init,
	.fini = tunnel_dns_fini,
	.on_observation = tunnel_dns_on_observation,
	.stats = tunnel_dns_stats,
};
