// SPDX-License-Identifier: Apache-2.0
/* The detect thread's work on one observation: hosts learn, detectors judge, thresholds decide,
 * findings go out; see detect.h.
 *
 * Owns:   hosts, thresholds, the detectors' states; all allocated in detect_new().
 * Cost:   detectors see only the kinds they asked for: one pass over a table made at start.
 */
#include "detect/detect.h"

#include "detect/alerted.h"
#include "detect/datasets.h"
#include "detect/hosts.h"
#include "detect/learn.h"
#include "detect/registry.h"
#include "detect/subject.h"
#include "detect/threshold.h"
#include "detect/xbits.h"

#include "flow/flow.h"
#include "rule/rule.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#define NETS_LEAST 64u

struct running {
	const struct detector *d;
	const void *config;
	void *state;
};

struct detect {
	struct hosts *hosts;
	struct learn learn;
	struct alerted alerted;
	struct threshold_table thresholds;
	struct xbits_table xbits;
	struct datasets_table datasets;
	_Atomic(const struct suppression *) suppressions; /* of threshold.config, for detectors */
	struct running running[DETECTORS_MAX];
	unsigned n_running;
	struct { /* by kind of observation: who wants it */
		uint8_t at[DETECTORS_MAX];
		unsigned n;
	} wants[OBS_count];
	struct ring *out;
	struct { /* what the packet at hand has told; of TCP, by itself and with its stream */
		uint64_t seq, flow_id;
		uint32_t n[2], max;
	} packet;
	bool flow_records, sightings;
	const struct observation *now; /* at hand */
	struct detect_counters counters;
};

const struct param detect_params[] = {
	PARAM(PARAM_U32, struct detect_config, hosts, 64, 1 << 22, 4096, "hosts",
	      "how many hosts (MACs) are remembered; the least recently seen goes first"),
	PARAM(PARAM_U32, struct detect_config, thresholds, 64, 1 << 24, 65536, "pairs",
	      "how many (rule, address) pairs thresholds remember"),
	PARAM(PARAM_U32, struct detect_config, xbits, 64, 1 << 24, 65536, "bits",
	      "how many xbits of hosts and pairs of hosts are remembered"),
	PARAM(PARAM_U32, struct detect_config, packet_alerts, 1, 65535, 255, "alerts",
	      "alerts of rules that one packet has at most, the first in the order of the rules; Suricata's packet-alert-max, which is 15 there"),
	PARAM(PARAM_U32, struct detect_config, datasets, 1, 1 << 12, 32, "MiB",
	      "values that rules add to sets (dataset: set); when it is full nothing is added"),
	PARAM_INNER(PARAM_BOOL, struct detect_config, flow_records, 0, 1, 1, "flow_records",
		    "pass flow records on to the writer"),
	PARAM_INNER(PARAM_BOOL, struct detect_config, sightings, 0, 1, 0, "publish.journal_dir",
		    "pass address and MAC sightings on to the writer"),
	PARAM(PARAM_U32, struct detect_config, nets, 64, 1 << 24, 65536, "networks",
	      "how many outside networks (/24, /48) are remembered"),
	PARAM_TEXT(PARAM_STR, struct detect_config, state, "",
		   "file that keeps what was learnt; read at the start, written each hour and at the "
		   "end"),
	PARAM(PARAM_BOOL, struct detect_config, learn, 0, 1, 0, "",
	      "only learn: detectors tell nothing, and from then on comparisons with the past count"),
	PARAM_TEXT(PARAM_LIST, struct detect_config, disable, "", "detectors that are off"),
	PARAM_INNER(PARAM_LIST, struct detect_config, home_net, 0, 0, 0, "home_net",
		    "networks that are ours"),
	PARAM_INNER(PARAM_BOOL, struct detect_config, home_net_auto, 0, 1, 1, "home_net",
		    "learn more of our networks from router advertisements and ARP"),
	PARAM_INNER(PARAM_LIST, struct detect_config, assets, 0, 0, 0, "assets",
		    "rows of address|mac|cidr=role"),
	{0},
};

static bool is_listed(const struct strs *list, const char *name)
{
	for (unsigned i = 0; i < list->n; i++) {
		if (strcmp(list->at[i], name) == 0)
			return true;
	}
	return false;
}

uint64_t detect_wants(const struct detect_config *c)
{
	uint64_t wants = 0;

	for (unsigned i = 0; detectors[i]; i++) {
		if (!is_listed(&c->disable, detectors[i]->name))
			wants |= detectors[i]->wants;
	}
	return wants;
}

void detect_ears(struct detect_ears *out, const struct detect_config *c)
{
	memset(out, 0, sizeof(*out));
	for (unsigned i = 0; detectors[i]; i++) {
		const struct detector *d = detectors[i];

		for (unsigned k = 0; k < OBS_count && !is_listed(&c->disable, d->name); k++) {
			if (!(d->wants >> k & 1))
				continue;
			if (d->uses)
				out->at[k][out->n[k]++] =
					(struct detect_ear){d->uses, registry_config(i)};
			else
				out->all[k] = true;
		}
	}
}

bool detect_uses(const void *ears, enum observation_kind kind, const struct proto_fact *f)
{
	const struct detect_ears *e = ears;
	bool used = e->all[kind];

	for (unsigned i = 0; i < e->n[kind] && !used; i++)
		used = e->at[kind][i].uses(e->at[kind][i].config, kind, f);
	return used;
}

static int check_disabled(const struct strs *list, struct err *err)
{
	for (unsigned i = 0; i < list->n; i++) {
		const char *names[DETECTORS_MAX + 1] = {NULL};
		bool known = false;

		for (unsigned k = 0; detectors[k]; k++) {
			names[k] = detectors[k]->name;
			known |= strcmp(names[k], list->at[i]) == 0;
		}
		if (known)
			continue;
		err_set(err, EINVAL, "detect.disable: unknown detector '%s'", list->at[i]);
		const char *near = err_closest(list->at[i], names);
		if (near)
			err_hint(err, "did you mean '%s'?", near);
		return -EINVAL;
	}
	return 0;
}

static int start_detectors(struct detect *d, const struct detect_config *c, struct err *err)
{
	int rc = check_disabled(&c->disable, err);

	if (rc)
		return rc;
	for (unsigned i = 0; detectors[i]; i++) {
		struct running *r = &d->running[d->n_running];

		if (is_listed(&c->disable, detectors[i]->name))
			continue;
		*r = (struct running){.d = detectors[i], .config = registry_config(i)};
		rc = r->d->init ? r->d->init(r->config, &r->state, err) : 0;
		if (rc)
			return rc;
		if (r->d->tables && d->learn.n + STATE_PER_DETECTOR <= STATE_TABLES_MAX)
			d->learn.n += r->d->tables(r->state, &d->learn.table[d->learn.n]);
		for (unsigned kind = 0; kind < OBS_count; kind++) {
			if (r->d->wants >> kind & 1)
				d->wants[kind].at[d->wants[kind].n++] = (uint8_t)d->n_running;
		}
		d->n_running++;
	}
	return 0;
}

static int open_state(struct detect *d, const struct detect_config *c, struct err *err)
{
	d->learn.n += hosts_tables(d->hosts, &d->learn.table[d->learn.n]);
	return learn_open(&d->learn, c->state, c->learn, err);
}

int detect_new(struct detect **out, const struct detect_config *c, struct ring *ring,
	       struct err *err)
{
	struct detect *d = calloc(1, sizeof(*d));
	int rc;

	if (!d)
		return err_set(err, ENOMEM, "no memory for detect");
	d->out = ring;
	d->flow_records = c->flow_records;
	d->sightings = c->sightings;
	d->packet.max = c->packet_alerts ? c->packet_alerts : UINT32_MAX;
	const struct hosts_config hc = {.max = c->hosts,
					.home_net = &c->home_net,
					.assets = &c->assets,
					.home_net_auto = c->home_net_auto};
	if ((rc = hosts_new(&d->hosts, &hc, err)) ||
	    (rc = alerted_init(&d->alerted, c->hosts, err)) ||
	    (rc = threshold_init(&d->thresholds, c->thresholds, err)) ||
	    (rc = xbits_init(&d->xbits, c->xbits, err)) ||
	    (rc = datasets_init(&d->datasets, c->datasets ? c->datasets : 1, err)) ||
	    (rc = learn_init(&d->learn, c->nets ? c->nets : NETS_LEAST, err)) ||
	    (rc = start_detectors(d, c, err)) || (rc = open_state(d, c, err))) {
		detect_free(d);
		return rc;
	}
	*out = d;
	return 0;
}

int detect_check(const struct detect_config *c, struct err *err)
{
	struct detect_config only = *c;
	struct detect *d = NULL;

	only.state = NULL;
	int rc = detect_new(&d, &only, NULL, err);

	detect_free(d);
	return rc;
}

void detect_free(struct detect *d)
{
	if (!d)
		return;
	for (unsigned i = 0; i < d->n_running; i++) {
		if (d->running[i].d->fini)
			d->running[i].d->fini(d->running[i].state);
	}
	learn_fini(&d->learn);
	alerted_fini(&d->alerted);
	threshold_fini(&d->thresholds);
	xbits_fini(&d->xbits);
	datasets_fini(&d->datasets);
	hosts_free(d->hosts);
	free(d);
}

/* A timer runs before frame seq, which need not exist: what it decides belongs to a frame that did.
 * Detectors that know the frame say so themselves. */
static uint64_t frame_of(const struct observation *o, uint64_t seq)
{
	unsigned stage = o->stage_n >> 5;
	bool timer = stage == ORDER_tick || stage == ORDER_timer || stage == ORDER_end;

	return timer && seq == o->seq && seq ? seq - 1 : seq;
}

/* Room for a finding with its texts, or NULL: lost, counted. */
static struct finding *put(struct detect *d, uint32_t text_len, uint32_t eve_len)
{
	struct finding *f = ring_put(d->out, (uint32_t)sizeof(*f) + text_len + eve_len);

	if (!f) {
		count_add(&d->counters.lost, 1);
		return NULL;
	}
	memset(f, 0, sizeof(*f));
	f->count = 1;
	f->text_len = text_len;
	f->eve_len = eve_len;
	return f;
}

void detect_suppress(struct detect *d, const struct suppression *list)
{
	atomic_store_explicit(&d->suppressions, list, memory_order_release);
}

static bool is_suppressed(const struct detect *d, const struct finding *f)
{
	const struct suppression *list =
		atomic_load_explicit(&d->suppressions, memory_order_acquire);

	return f->about &&
	       rule_suppressed(list, f->about->gid, f->about->sid, &f->src, &f->dst);
}

static void add_finding(void *ctx, const struct finding *found, const char *text)
{
	struct detect *d = ctx;

	if (d->learn.teaching) {
		count_add(&d->counters.learnt, 1);
		return;
	}
	if (is_suppressed(d, found)) {
		count_add(&d->counters.suppressed, 1);
		return;
	}
	size_t len = text ? strlen(text) : 0;
	uint32_t n = len < FINDING_SUBJECT ? (uint32_t)len : FINDING_SUBJECT;
	struct finding *f = put(d, n, 0);

	if (!f)
		return;
	*f = *found;
	f->seq = frame_of(d->now, f->seq);
	f->kind = FINDING_alert;
	f->text_len = n;
	f->eve_len = 0;
	if (f->count == 0)
		f->count = 1;
	memcpy(f + 1, text, n);
	alerted_add(&d->alerted, d->hosts, f);
	count_add(f->tier == TIER_alert ? &d->counters.alerts : &d->counters.findings, 1);
	ring_commit(d->out);
}

static void common(struct finding *f, const struct observation *o, const struct obs_link *link)
{
	f->time_ns = o->time_ns;
	f->seq = frame_of(o, o->seq);
	f->flow_id = o->flow_id;
	f->link = *link;
	f->tunnel = obs_tunnel(o, link);
	f->src = o->src;
	f->dst = o->dst;
	f->sport = o->sport;
	f->dport = o->dport;
	f->host = o->src;
}

static bool is_for_people(const struct detect *d, const struct rule *rule, const struct addr *from)
{
	return rule->tier == RULE_TIER_alert ||
	       (rule->tier == RULE_TIER_inside && hosts_home(d->hosts, from));
}

/* Suricata sees what a TCP packet brings to its stream with a later packet, which has a limit of its own. */
static bool packet_has_room(struct detect *d, const struct observation *o, bool later)
{
	if (d->packet.seq != o->seq || d->packet.flow_id != o->flow_id) {
		d->packet.seq = o->seq;
		d->packet.flow_id = o->flow_id;
		d->packet.n[0] = d->packet.n[1] = 0;
	}
	if (d->packet.n[later] == d->packet.max) {
		count_add(&d->counters.packet_alerts_over, 1);
		return false;
	}
	d->packet.n[later]++;
	return true;
}

static void on_rule_hit(struct detect *d, const struct observation *o)
{
	const struct obs_rule *b = obs_body(o);
	const struct rule *rule = b->rule;
	uint32_t count = 1;

	if (rule->n_xbit) {
		if (!xbits_hold(&d->xbits, rule, &o->src, &o->dst, o->time_ns))
			return;
	}
	if (rule->asks_sets &&
	    !datasets_hold(&d->datasets, rule, (const uint8_t *)(b + 1) + b->eve_len, b->told_len))
		return;
	if (rule->n_xbit)
		xbits_set(&d->xbits, rule, &o->src, &o->dst, o->time_ns);
	if (rule->about.noalert)
		return;
	const struct threshold_match at = {&o->src, &o->dst, o->sport, o->dport, o->flow_id, o->time_ns};
	if (b->conditional)
		count = threshold_pass(&d->thresholds, rule, &at);
	if (count == 0) {
		count_add(&d->counters.suppressed, 1);
		return;
	}
	struct finding *f = packet_has_room(d, o, b->later && b->link.proto == 6) ? put(d, 0, b->eve_len) : NULL;
	if (!f)
		return;
	common(f, o, &b->link);
	f->kind = FINDING_alert;
	f->tier = is_for_people(d, rule, &o->src) ? TIER_alert : TIER_finding;
	f->count = count;
	f->about = &rule->about;
	f->has_flow = b->has_flow;
	f->icmp_type = b->icmp_type;
	f->icmp_code = b->icmp_code;
	f->score = 1;
	f->flow = (struct obs_flow){
		.link = b->link,
		.start_ns = b->start_ns,
		.bytes = {b->bytes[0], b->bytes[1]},
		.pkts = {b->pkts[0], b->pkts[1]},
	};
	f->host = *subject_of(o, d->hosts);
	struct host_view host = hosts_of(d->hosts, &f->host, &b->link);
	f->host_mac = host.mac;
	memcpy(f + 1, b + 1, b->eve_len);
	count_add(f->tier == TIER_alert ? &d->counters.alerts : &d->counters.findings, 1);
	ring_commit(d->out);
}

static void on_flow_record(struct detect *d, const struct observation *o)
{
	const struct obs_flow *b = obs_body(o);
	struct finding *f = d->flow_records ? put(d, 0, 0) : NULL;

	if (!f)
		return;
	common(f, o, &b->link);
	f->kind = FINDING_flow;
	f->has_flow = 1;
	f->is_interim = o->kind == OBS_flow_interim;
	f->flow = *b;
}

static void on_sighting(struct detect *d, const struct observation *o, const struct addr *addr,
			const struct mac *mac)
{
	const struct obs_neighbour *b = obs_body(o);
	struct finding *f = put(d, 0, 0);

	if (!f)
		return;
	common(f, o, &b->link);
	f->kind = FINDING_host;
	f->src = *addr;
	f->dst = *addr;
	f->sport = f->dport = 0;
	f->host = *addr;
	f->host_mac = *mac;
}

void detect_observation(struct detect *d, const struct observation *o)
{
	struct addr addr;
	struct mac mac;

	if (o->kind >= OBS_count)
		return;
	count_add(&d->counters.observations, 1);
	d->now = o;
	if (hosts_observation(d->hosts, o, &addr, &mac) && d->sightings)
		on_sighting(d, o, &addr, &mac);

	learn_observation(&d->learn, d->hosts, o);
	count_set(&d->counters.learnt_s, d->learn.about.learnt_s);

	const struct detector_out out = {.add = add_finding,
					 .ctx = d,
					 .hosts = d->hosts,
					 .nets = &d->learn.nets,
					 .alerted = &d->alerted,
					 .mature = learn_mature(&d->learn)};
	for (unsigned i = 0; i < d->wants[o->kind].n; i++) {
		struct running *r = &d->running[d->wants[o->kind].at[i]];

		r->d->on_observation(r->config, r->state, o, &out);
	}
	if (o->kind == OBS_rule_hit)
		on_rule_hit(d, o);
	else if (o->kind == OBS_flow_end || o->kind == OBS_flow_interim)
		on_flow_record(d, o);
	else if (o->kind == OBS_tick || o->kind == OBS_end)
		ring_commit(d->out); /* flow records go in batches, at most a second old */
}

int detect_turn(struct detect *d, struct err *err)
{
	return learn_turn(&d->learn, err);
}

int detect_save(struct detect *d, struct err *err)
{
	return learn_save(&d->learn, err);
}

int detect_save_sets(const struct detect *d, const struct dataset *sets, const char *folder,
		     struct err *err)
{
	return datasets_save(&d->datasets, sets, folder, err);
}

const struct detect_counters *detect_counters_of(const struct detect *d)
{
	const struct hosts_counters *h = hosts_counters_of(d->hosts);
	struct detect_counters *c = (struct detect_counters *)(uintptr_t)&d->counters;

	count_set(&c->hosts, count_get(&h->hosts));
	count_set(&c->hosts_evicted, count_get(&h->evicted));
	count_set(&c->nets, count_get(&d->learn.nets.at.taken));
	count_set(&c->nets_evicted, count_get(&d->learn.nets.at.evicted));
	count_set(&c->alerted_evicted, count_get(&d->alerted.at.evicted));
	count_set(&c->thresholds_evicted, count_get(&d->thresholds.pairs.evicted));
	count_set(&c->xbits_evicted, count_get(&d->xbits.bits.evicted));
	count_set(&c->datasets_full, count_get(&d->datasets.full));
	return c;
}

void detect_stats(const struct detect *d, char *out, size_t size)
{
	size_t len = 0;

	if (size)
		out[0] = 0;
	for (unsigned i = 0; i < d->n_running; i++) {
		const struct running *r = &d->running[i];
		char members[1024] = "";

		if (r->d->stats)
			r->d->stats(r->state, members, sizeof(members));
		int n = snprintf(out + len, size - len, "%s\"%s\":{%s}", len ? "," : "", r->d->name,
				 members);
		if (n < 0 || (size_t)n >= size - len) {
			out[len] = 0; /* whole members only */
			return;
		}
		len += (size_t)n;
	}
}
