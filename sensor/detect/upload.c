// SPDX-License-Identifier: Apache-2.0
/* upload: who carries data out, while the flow is still open.
 *
 * What one of our hosts has sent to an outside network and got back from it is added up from volume
 * observations (4 MiB of a flow, 1 MiB of small ones), whoever opened the connection. Four tests:
 *   - a network that the site has never seen before gets new_net_mb, and nearly all goes one way
 *     (PCR = (sent - received) / (sent + received) >= pcr);
 *   - a host sends more in an hour than own_factor times the 99th percentile of its hours;
 *   - a host of ours is emptied from outside over a connection that it accepted;
 *   - a host received stage_mb from another one of ours within stage_s, and sends stage_least to
 *     stage_most times as much on to a network that few of us use, nearly all one way.
 * A network is new when no state has it, it was first met less than new_s ago, and less than
 * known_hosts of our hosts use it. A (host, network) that carried as much on another day is known:
 * that is what a backup to a provider looks like. Relays and backup servers are told as findings.
 * The first test is an absolute floor and alerts at once; the others compare with the past, and
 * alert only when enough of it has been learnt (the last one: to a new network; else a finding).
 *
 * The first test is a finding where known_hosts of ours use the domain by which TLS called the network
 * (upload_names), and of mail (port 25) where the host brings mail to as many networks: a mail server.
 *
 * Not judged: UDP without an answer (flood.c).
 *
 * Units:  bytes of the IP layer; packet time.
 * Owns:   all tables, bounded: below 4 MB with the defaults.
 * Cost:   three set look-ups a volume observation.
 * Source: producer-consumer ratio: Bullard, Gerth, FloCon 2014. New destinations and volumes of a
 *         host against its own past: Marchetti, Pierazzi, Colajanni, Guido, Computer Networks 2016.
 */
#include "detect/nets.h"
#include "detect/say.h"
#include "detect/sketch.h"
#include "detect/state.h"
#include "detect/upload_names.h"
#include "detect/upload_stage.h"

#include "base/clock.h"
#include "base/hash.h"
#include "flow/flow.h"
#include "observe/fact.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define TCP        6
#define UDP        17
#define MAIL_PORT  25
#define QUIC_PORT  443
#define BACK_OF    20 /* packets of a call that one comes back for, at least */
#define MB         1e6
#define HOUR_NS    (3600 * NS_PER_S)
#define DAY_NS     (24 * HOUR_NS)
#define TOLD_MORE  10 /* told again when ten times as much has gone */
#define QUANTILE   0.99
#define FACTOR_PCR 0.5

struct upload_config {
	uint32_t new_net_mb, call_kb, own_mb, own_hours;
	double own_factor, pcr;
	uint32_t new_s, known_hosts, idle_s;
	uint32_t stage_mb, stage_s;
	double stage_least, stage_most;
	uint32_t pairs, hosts;
};

enum upload_kind { UPLOAD_new_net, UPLOAD_own, UPLOAD_pulled, UPLOAD_staged, UPLOAD_kinds };

struct pair { /* one of our hosts and an outside network */
	struct sets_head head;
	double sent, received; /* in this window: until idle_s of silence, a day at most */
	double told;           /* sent, when it was last told */
	double most;           /* sent, in windows of other days */
	double staged;         /* received inside, when it was told that it goes on */
	uint64_t since_ns, last_ns;
};

struct host { /* one of ours */
	struct sets_head head;
	double sent, received; /* in this hour */
	uint64_t hour_ns, told_ns;
	uint64_t mailed; /* networks that it brought mail to; set by hash */
	struct sketch hours; /* that sent anything */
};

struct served { /* a service of ours that outsiders use */
	struct sets_head head;
	uint64_t nets; /* bitmap by hash */
	uint64_t learnt;
};

struct upload_state {
	struct sets pairs, hosts, served, stages;
	struct upload_names names;
	struct count alerts, findings, volumes;
};

struct step { /* a volume, seen from the host that may be losing data */
	const struct observation *o;
	const struct obs_volume *v;
	struct host_view view;
	struct addr ours, theirs;
	double sent, received;
	bool accepted; /* the outsider opened the connection */
};

/* clang-format off */
#define PCR_SOURCE "PCR: Bullard, Gerth, FloCon 2014; Marchetti et al., Computer Networks 109, 2016"
static const struct about upload_abouts[UPLOAD_kinds] = {
	[UPLOAD_new_net] = SAY_ABOUT("upload", 301, 1, FAMILY_exfil, "Possible Data Exfiltration",
		"EXFIL upload to a network never seen before", "T1048", "TA0010", PCR_SOURCE,
		"whose network is it (whois), and does the host's user know the transfer? The flow's "
		"first bytes name the server: SNI, Host, banner"),
	[UPLOAD_own] = SAY_ABOUT("upload", 302, 2, FAMILY_exfil, "Possible Data Exfiltration",
		"EXFIL a host sends far more than it ever did in an hour", "T1048", "TA0010",
		PCR_SOURCE, "list the host's flows of this hour by bytes sent; a new backup job or a "
		"first synchronisation looks the same"),
	[UPLOAD_pulled] = SAY_ABOUT("upload", 303, 2, FAMILY_exfil, "Possible Data Exfiltration",
		"EXFIL a host is emptied from outside over a connection it accepted", "T1041",
		"TA0010", PCR_SOURCE,
		"is the service meant to be reached from there, and who logged in?"),
	[UPLOAD_staged] = SAY_ABOUT("upload", 304, 2, FAMILY_exfil, "Possible Data Exfiltration",
		"EXFIL what a host fetched from another one of ours goes on to a rare network", "T1074.002",
		"TA0010", PCR_SOURCE,
		"which files were read (the server's log, fact smb_file), and does the host's user know the transfer? "
		"Files sent to a customer look the same"),
};

static const struct param upload_params[] = {
	PARAM(PARAM_U32, struct upload_config, new_net_mb, 1, 1000000, 25, "MB",
	      "sent to a network never seen before: an alert"),
	PARAM(PARAM_U32, struct upload_config, call_kb, 0, 1000000, 1250, "kB/s",
	      "over UDP that is not QUIC, answered: no faster it may be somebody's pictures, a finding"),
	PARAM(PARAM_U32, struct upload_config, own_mb, 1, 1000000, 100, "MB",
	      "sent in an hour below which a host's own past is not asked"),
	PARAM(PARAM_F64, struct upload_config, own_factor, 1, 1000, 4, "times",
	      "more than the 99th percentile of the host's hours"),
	PARAM(PARAM_U32, struct upload_config, own_hours, 2, 10000, 24, "hours",
	      "of a host's past that are needed to compare with it"),
	PARAM(PARAM_F64, struct upload_config, pcr, 0, 1, 0.8, "",
	      "producer-consumer ratio from which a transfer goes one way"),
	PARAM(PARAM_U32, struct upload_config, new_s, 60, 31536000, 86400, "s",
	      "a network is new for so long"),
	PARAM(PARAM_U32, struct upload_config, known_hosts, 2, 64, 3, "hosts",
	      "a network that so many of ours use is known"),
	PARAM(PARAM_U32, struct upload_config, idle_s, 60, 86400, 3600, "s",
	      "a transfer is over after this"),
	PARAM(PARAM_U32, struct upload_config, stage_mb, 1, 1000000, 10, "MB",
	      "received from another one of ours, and sent on"),
	PARAM(PARAM_U32, struct upload_config, stage_s, 60, 31536000, 86400, "s",
	      "from receiving to sending on"),
	PARAM(PARAM_F64, struct upload_config, stage_least, 0.01, 10, 0.3, "times",
	      "as much as was received that is sent on, at least (it may be packed)"),
	PARAM(PARAM_F64, struct upload_config, stage_most, 0.01, 100, 1.1, "times",
	      "as much, at most"),
	PARAM(PARAM_U32, struct upload_config, pairs, 64, 1 << 24, 16384, "pairs",
	      "(host, network) pairs remembered"),
	PARAM(PARAM_U32, struct upload_config, hosts, 64, 1 << 22, 4096, "hosts",
	      "hosts whose hours are remembered"),
	{0},
};
/* clang-format on */

static void upload_fini(void *state)
{
	struct upload_state *s = state;

	if (!s)
		return;
	sets_fini(&s->pairs);
	sets_fini(&s->hosts);
	sets_fini(&s->served);
	sets_fini(&s->stages);
	upload_names_fini(&s->names);
	free(s);
}

static int upload_init(const void *config, void **state, struct err *err)
{
	const struct upload_config *c = config;
	struct upload_state *s = calloc(1, sizeof(*s));
	int rc;

	if (!s)
		return err_set(err, ENOMEM, "no memory for upload");
	if (c->stage_least > c->stage_most) {
		upload_fini(s);
		return err_set(err, EINVAL, "detect.upload: stage_least (%g) is above stage_most (%g)",
			       c->stage_least, c->stage_most);
	}
	if ((rc = sets_init(&s->pairs, sizeof(struct pair), c->pairs, err)) ||
	    (rc = sets_init(&s->hosts, sizeof(struct host), c->hosts, err)) ||
	    (rc = sets_init(&s->served, sizeof(struct served), c->hosts, err)) ||
	    (rc = sets_init(&s->stages, sizeof(struct stage), c->hosts, err)) ||
	    (rc = upload_names_init(&s->names, c->pairs, err))) {
		upload_fini(s);
		return rc;
	}
	*state = s;
	return 0;
}

static double pcr(double sent, double received)
{
	return sent + received > 0 ? (sent - received) / (sent + received) : 0;
}

static void tell(const struct upload_config *c, struct upload_state *s, const struct step *t,
		 const struct detector_out *out, enum upload_kind kind, bool is_alert,
		 struct finding *numbers, const char *text)
{
	uint32_t roles = hosts_roles(out->hosts, &t->view, &t->ours);
	struct finding f = say_of(t->o, &t->v->link, &t->ours, &t->view, &t->theirs);

	(void)c;
	f.tier =
		is_alert && !(roles & (SAY_RELAYS | 1u << ROLE_backup)) ? TIER_alert : TIER_finding;
	f.about = &upload_abouts[kind];
	f.score = fmax(1, numbers->score);
	memcpy(f.evidence, numbers->evidence, sizeof(f.evidence));
	f.n_evidence = numbers->n_evidence;
	count_add(f.tier == TIER_alert ? &s->alerts : &s->findings, 1);
	out->add(out->ctx, &f, text);
}

/* The (host, network)'s window, with this step in it. */
static struct pair *pair_of(const struct upload_config *c, struct upload_state *s,
			    const struct step *t)
{
	uint64_t now_ns = t->o->time_ns;
	bool fresh;
	struct pair *p =
		sets_get(&s->pairs, nets_key(&t->theirs) ^ hash_u64(t->view.id, 23), 0, &fresh);

	if (fresh)
		p->since_ns = now_ns;
	if (now_ns > p->last_ns + c->idle_s * NS_PER_S || now_ns > p->since_ns + DAY_NS) {
		p->most = fmax(p->most, p->sent);
		p->sent = p->received = p->told = p->staged = 0;
		p->since_ns = now_ns;
	}
	if (now_ns > p->last_ns)
		p->last_ns = now_ns;
	if (t->v->start_ns < p->since_ns && p->sent <= 0)
		p->since_ns = t->v->start_ns;
	p->sent += t->sent;
	p->received += t->received;
	return p;
}

static bool net_is_new(const struct upload_config *c, const struct net *n, uint64_t now_ns)
{
	return nets_is_new(n, now_ns, c->new_s) && nets_users(n) < c->known_hosts;
}

/* Whether the service that the outsider uses has others who do: then it is meant for them. */
static bool is_public(const struct upload_config *c, struct upload_state *s, const struct step *t)
{
	bool fresh;
	uint64_t service = (uint64_t)t->v->link.proto << 16 | t->o->dport;
	struct served *e = sets_get(&s->served, hash_u64(t->view.id, service), 0, &fresh);

	e->nets |= 1ull << (nets_key(&t->theirs) >> 58);
	return e->learnt || (uint32_t)__builtin_popcountll(e->nets) >= c->known_hosts;
}

/* Who shows others something sends pictures, and sound comes back: at a pace of its own, over UDP. */
static bool may_be_call(const struct upload_config *c, const struct step *t, double sent, double span_s)
{
	unsigned up = t->accepted ? 1 : 0;

	return t->v->link.proto == UDP && t->o->dport != QUIC_PORT && sent < c->call_kb * 1e3 * span_s &&
	       t->v->pkts[!up] * BACK_OF >= t->v->pkts[up];
}

/* Who brings mail to many networks is a mail server, and mails have attachments. */
static bool is_mail(const struct upload_config *c, struct upload_state *s, const struct step *t)
{
	const struct host *h = t->v->link.proto == TCP && t->o->dport == MAIL_PORT && !t->accepted
				       ? sets_find(&s->hosts, t->view.id)
				       : NULL;

	return h && (uint32_t)__builtin_popcountll(h->mailed) >= c->known_hosts;
}

static void test_net(const struct upload_config *c, struct upload_state *s, const struct step *t,
		     const struct detector_out *out, struct pair *p)
{
	const struct net *n = nets_find(out->nets, &t->theirs);
	double floor = c->new_net_mb * MB, ratio = pcr(p->sent, p->received);
	bool is_open = t->accepted && is_public(c, s, t);
	char net[ADDR_TEXT + 4], sent[24], back[24], name[64], text[FINDING_SUBJECT];

	if (p->sent < floor || ratio < c->pcr || (p->told > 0 && p->sent < TOLD_MORE * p->told))
		return;
	if (is_open || !net_is_new(c, n, t->o->time_ns) || p->most >= floor / 4)
		return;
	p->told = p->sent;
	double span =
		t->o->time_ns > p->since_ns ? (double)(t->o->time_ns - p->since_ns) / NS_PER_S : 0;
	snprintf(text, sizeof(text), "%s to %s in %.0f s, %s back; %u of our hosts ever used it",
		 say_bytes(p->sent, sent), nets_text(&t->theirs, net, sizeof(net)), span,
		 say_bytes(p->received, back), nets_users(n));
	unsigned users = upload_names_users(&s->names, t->view.id, &t->theirs, name);
	if (users >= c->known_hosts) {
		size_t len = strlen(text);
		snprintf(text + len, sizeof(text) - len, "; %u use %s", users, name);
	}
	struct finding f = {
		.score = p->sent / floor,
		.evidence = {{"sent", p->sent, p->most, floor, "bytes"},
			     {"received", p->received, NAN, NAN, "bytes"},
			     {"pcr", ratio, NAN, c->pcr, "ratio"},
			     {"network_users", nets_users(n), NAN, c->known_hosts, "hosts"},
			     {"duration", span, NAN, NAN, "s"}},
		.n_evidence = 5,
	};
	bool is_alert = !t->v->guessed && (!t->accepted || out->mature) && !may_be_call(c, t, p->sent, span) &&
			!is_mail(c, s, t) && users < c->known_hosts;
	tell(c, s, t, out, t->accepted ? UPLOAD_pulled : UPLOAD_new_net, is_alert, &f, text);
}

/* What was fetched inside goes on: told once a window of the pair. */
static void test_staged(const struct upload_config *c, struct upload_state *s, const struct step *t,
			const struct detector_out *out, struct pair *p)
{
	const struct net *n = nets_find(out->nets, &t->theirs);
	double floor = c->stage_mb * MB, ratio = pcr(p->sent, p->received);
	uint64_t now_ns = t->o->time_ns, window_ns = c->stage_s * NS_PER_S;
	char net[ADDR_TEXT + 4], from[ADDR_TEXT], sent[24], got[24], span[24], text[FINDING_SUBJECT];

	if (p->staged > 0 || p->sent < floor || ratio < c->pcr || p->most >= floor / 4 ||
	    (n && nets_users(n) >= c->known_hosts))
		return;
	const struct stage *g = stage_of(&s->stages, t->view.id, now_ns, window_ns);
	double staged = g ? stage_bytes(g) : 0, share = staged > 0 ? p->sent / staged : 0;
	if (staged < floor || share < c->stage_least || share > c->stage_most ||
	    (t->accepted && is_public(c, s, t)))
		return;
	const struct stage_half *most = stage_most(g);
	p->staged = staged;
	snprintf(text, sizeof(text),
		 "%s to %s, after %s from others of ours within %s, most of it from %s port %u: "
		 "%.2f times as much; %u of our hosts ever used the network",
		 say_bytes(p->sent, sent), nets_text(&t->theirs, net, sizeof(net)),
		 say_bytes(staged, got), say_span(now_ns - g->first_ns, span),
		 addr_text(&most->from, from), most->port, share, n ? nets_users(n) : 0);
	struct finding f = {
		.score = p->sent / floor,
		.evidence = {{"sent", p->sent, p->most, floor, "bytes"},
			     {"staged", staged, NAN, floor, "bytes"},
			     {"share", share, NAN, c->stage_least, "times"},
			     {"pcr", ratio, NAN, c->pcr, "ratio"}},
		.n_evidence = 4,
	};
	tell(c, s, t, out, UPLOAD_staged,
	     out->mature && !t->v->guessed && net_is_new(c, n, now_ns), &f, text);
}

static void test_own(const struct upload_config *c, struct upload_state *s, const struct step *t,
		     const struct detector_out *out)
{
	bool fresh;
	struct host *h = sets_get(&s->hosts, t->view.id, 0, &fresh);
	uint64_t now_ns = t->o->time_ns;

	if (h->hour_ns == 0 || now_ns >= h->hour_ns + HOUR_NS) {
		if (h->sent > 0)
			sketch_add(&h->hours, h->sent);
		h->sent = h->received = 0;
		h->hour_ns = now_ns ? now_ns : 1;
	}
	h->sent += t->sent;
	h->received += t->received;
	if (h->sent < c->own_mb * MB || pcr(h->sent, h->received) < FACTOR_PCR ||
	    h->told_ns >= h->hour_ns || sketch_count(&h->hours) < c->own_hours)
		return;
	double usual = sketch_quantile(&h->hours, QUANTILE), limit = usual * c->own_factor;
	if (h->sent < limit)
		return;
	h->told_ns = now_ns;

	char sent[24], most[24], text[FINDING_SUBJECT];
	snprintf(text, sizeof(text), "%s sent outside within an hour; in 99 of 100 hours below %s",
		 say_bytes(h->sent, sent), say_bytes(usual, most));
	struct finding f = {
		.score = h->sent / limit,
		.evidence = {{"sent", h->sent, usual, limit, "bytes"},
			     {"received", h->received, NAN, NAN, "bytes"},
			     {"hours", sketch_count(&h->hours), NAN, c->own_hours, "hours"}},
		.n_evidence = 3,
	};
	tell(c, s, t, out, UPLOAD_own, out->mature, &f, text);
}

/* Between two of ours: what each got from the other. */
static void receive(const struct upload_config *c, struct upload_state *s,
		    const struct observation *o, const struct detector_out *out)
{
	const struct obs_volume *v = obs_body(o);
	struct host_view client = hosts_of(out->hosts, &o->src, &v->link);
	struct host_view server = hosts_of(out->hosts, &o->dst, &v->link);
	uint64_t window_ns = c->stage_s * NS_PER_S;

	if (v->link.proto != TCP || client.id == server.id)
		return;
	stage_receive(&s->stages, client.id, &o->dst, o->dport, (double)v->bytes[1], o->time_ns,
		      window_ns);
	stage_receive(&s->stages, server.id, &o->src, o->dport, (double)v->bytes[0], o->time_ns,
		      window_ns);
}

/* One of ours reaches a mail server outside, or greets a server there by name. */
static void on_call(struct upload_state *s, const struct observation *o, const struct detector_out *out)
{
	const struct obs_link *link = obs_body(o);
	bool fresh;

	if (!hosts_home(out->hosts, &o->src) || hosts_home(out->hosts, &o->dst) || addr_is_multicast(&o->dst))
		return;
	struct host_view view = hosts_of(out->hosts, &o->src, link);
	if (o->kind == OBS_tls) {
		upload_names_hello(&s->names, view.id, &o->dst, obs_word(o, sizeof(struct fact_tls), 0));
		return;
	}
	struct host *h = sets_get(&s->hosts, view.id, 0, &fresh);
	h->mailed |= 1ull << (nets_key(&o->dst) >> 58);
}

static bool is_mailed(const struct observation *o)
{
	const struct obs_contact *b = obs_body(o);

	return o->dport == MAIL_PORT && b->link.proto == TCP && b->outcome == FLOW_answered && !b->guessed;
}

static void upload_on_observation(const void *config, void *state, const struct observation *o,
				  const struct detector_out *out)
{
	const struct obs_volume *v = obs_body(o);
	bool src_home = hosts_home(out->hosts, &o->src), dst_home = hosts_home(out->hosts, &o->dst);
	unsigned up = src_home ? 0 : 1;
	struct upload_state *s = state;

	if (o->kind != OBS_volume) {
		if (o->kind == OBS_tls || is_mailed(o))
			on_call(s, o, out);
		return;
	}
	if (addr_is_multicast(&o->dst) || addr_is_broadcast(&o->dst))
		return;
	if (src_home && dst_home)
		receive(config, s, o, out);
	if (src_home == dst_home)
		return;
	if (v->link.proto != TCP && v->bytes[!up] == 0)
		return;
	count_add(&s->volumes, 1);
	struct step t = {
		.o = o,
		.v = v,
		.ours = src_home ? o->src : o->dst,
		.theirs = src_home ? o->dst : o->src,
		.sent = (double)v->bytes[up],
		.received = (double)v->bytes[!up],
		.accepted = !src_home,
	};
	t.view = hosts_of(out->hosts, &t.ours, &v->link);
	struct pair *p = pair_of(config, s, &t);
	test_net(config, s, &t, out, p);
	test_staged(config, s, &t, out, p);
	test_own(config, s, &t, out);
}

static bool upload_uses(const void *config, enum observation_kind kind, const struct proto_fact *f)
{
	const struct fact_tls *t = f->body;

	(void)config;
	return kind != OBS_tls || (!t->server && *fact_word(f, 0));
}

static void upload_stats(const void *state, char *out, size_t size)
{
	const struct upload_state *s = state;

	snprintf(out, size,
		 "\"volumes\":%llu,\"alerts\":%llu,\"findings\":%llu,\"pairs\":%llu,"
		 "\"pairs_evicted\":%llu,\"hosts_evicted\":%llu",
		 (unsigned long long)count_get(&s->volumes),
		 (unsigned long long)count_get(&s->alerts),
		 (unsigned long long)count_get(&s->findings),
		 (unsigned long long)count_get(&s->pairs.taken),
		 (unsigned long long)count_get(&s->pairs.evicted),
		 (unsigned long long)count_get(&s->hosts.evicted));
	sets_say_evicted(&s->served, "served", out, size);
	sets_say_evicted(&s->stages, "stages", out, size);
	sets_say_evicted(&s->names.called, "names", out, size);
	sets_say_evicted(&s->names.domains, "domains", out, size);
}

static bool is_volume(double v)
{
	return isfinite(v) && v >= 0 && v < 1e18;
}

static bool take_pair(void *entry)
{
	struct pair *p = entry;

	return is_volume(p->sent) && is_volume(p->received) && is_volume(p->told) &&
	       is_volume(p->most) && is_volume(p->staged);
}

static bool take_host(void *entry)
{
	struct host *h = entry;

	return is_volume(h->sent) && is_volume(h->received);
}

static bool take_served(void *entry)
{
	((struct served *)entry)->learnt = 1;
	return true;
}

static unsigned upload_tables(void *state, struct state_table *out)
{
	struct upload_state *s = state;

	out[0] = (struct state_table){"upload.pairs", &s->pairs, take_pair};
	out[1] = (struct state_table){"upload.hosts", &s->hosts, take_host};
	out[2] = (struct state_table){"upload.served", &s->served, take_served};
	return 3;
}

const struct detector detect_upload = {
	.name = "upload",
	.what = "hosts that carry data out, by destination, direction and their own past",
	.source = PCR_SOURCE,
	.wants = 1ull << OBS_volume | 1ull << OBS_contact | 1ull << OBS_tls,
	.params = upload_params,
	.abouts = upload_abouts,
	.n_abouts = UPLOAD_kinds,
	.config_size = sizeof(struct upload_config),
	.init = upload_init,
	.fini = upload_fini,
	.on_observation = upload_on_observation,
	.uses = upload_uses,
	.stats = upload_stats,
	.tables = upload_tables,
};
