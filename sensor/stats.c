// SPDX-License-Identifier: Apache-2.0
/* Everything the sensor counts, as one JSON object: stats.json at the end, REP `status` while it
 * runs. Loss is said by place; a source that cannot tell its drops says null, not 0. */
#include "base/clock.h"
#include "base/json.h"
#include "run.h"

#include <string.h>

#define U64(j, s, field) json_u64(j, #field, count_get(&(s)->field))

struct totals {
	uint64_t frames, kept, bytes, dropped_nic, dropped_ring, ring_lost;
	uint64_t truncated, clock_back, clock_jump, unknown_link, handed_over, lost_handover;
	uint64_t filtered, duplicates;
};

static void totals_of(const struct run *r, struct totals *t)
{
	memset(t, 0, sizeof(*t));
	for (unsigned i = 0; i < r->n_workers; i++) {
		const struct capture_counters *c = r->source->counters(r->source_state, i);
		t->kept += count_get(&c->kept);
		t->bytes += count_get(&c->kept_bytes);
		t->dropped_nic += count_get(&c->dropped_nic);
		t->dropped_ring += count_get(&c->dropped_ring);
		t->handed_over += count_get(&c->handed_over);
		t->lost_handover += count_get(&c->lost_handover);
		t->filtered += count_get(&c->filtered);
		t->duplicates += count_get(&c->duplicates);
		t->truncated += count_get(&c->truncated);
		t->unknown_link += count_get(&c->unknown_link);
		/* Every reader of a file sees every frame: the first one's clock is the run's. */
		if (i == 0 || r->live) {
			t->frames += count_get(&c->frames);
			t->clock_back += count_get(&c->clock_back);
			t->clock_jump += count_get(&c->clock_jump);
		}
		t->ring_lost += count_get(&r->worker[i].ring.lost);
	}
}

static void capture_stats(struct json *j, const struct run *r, const struct totals *t)
{
	bool known = r->source->drops_known(r->source_state);

	json_open(j, "capture");
	json_str(j, "source", r->source->name);
	json_u64(j, "frames", t->frames);
	json_u64(j, "frames_taken", t->kept);
	json_u64(j, "bytes", t->bytes);
	json_open(j, "lost");
	if (known) {
		json_u64(j, "nic", t->dropped_nic);
		json_u64(j, "ring", t->dropped_ring);
	} else {
		json_null(j, "nic");
		json_null(j, "ring");
	}
	json_u64(j, "handover", t->lost_handover);
	json_u64(j, "worker", t->ring_lost);
	json_u64(j, "detect", count_get(&r->findings.lost));
	json_u64(j, "journal", count_get(&publish_counters_of(r->publish)->journal_lost));
	json_close(j);
	json_u64(j, "truncated", t->truncated);
	json_u64(j, "clock_back", t->clock_back);
	json_u64(j, "clock_jump", t->clock_jump);
	json_u64(j, "unknown_link", t->unknown_link);
	json_u64(j, "handed_over", t->handed_over);
	json_u64(j, "filtered", t->filtered);
	json_u64(j, "duplicates_removed", t->duplicates);
	json_close(j);
}

static void decode_stats(struct json *j, const struct run *r)
{
	json_open(j, "decode");
	for (unsigned v = 0; v < VERDICT_count; v++) {
		uint64_t n = 0;
		for (unsigned i = 0; i < r->n_workers; i++)
			n += count_get(&r->worker[i].verdicts.n[v]);
		if (n)
			json_u64(j, verdict_name((enum verdict)v), n);
	}
	json_close(j);
}

/* Sums one room's counters over the workers: both structs are nothing but struct count. */
static void add(struct count *sum, const struct count *part, size_t n)
{
	for (size_t i = 0; i < n; i++)
		count_add(&sum[i], count_get(&part[i]));
}

static void flow_stats(struct json *j, const struct run *r)
{
	struct flow_counters c = {0};
	uint64_t active = 0;

	for (unsigned i = 0; i < r->n_workers; i++) {
		add((struct count *)&c, (const struct count *)flow_counters_of(r->worker[i].flows),
		    sizeof(c) / sizeof(struct count));
		active += flow_active(r->worker[i].flows);
	}
	json_open(j, "flow");
	json_u64(j, "active", active);
	U64(j, &c, created);
	U64(j, &c, ended);
	U64(j, &c, evicted);
	U64(j, &c, table_full);
	U64(j, &c, midstream);
	U64(j, &c, syn_first);
	U64(j, &c, synack_seen);
	U64(j, &c, handshake_unseen_synack);
	U64(j, &c, icmp_quotes_matched);
	U64(j, &c, stream_bytes);
	U64(j, &c, stream_gaps);
	U64(j, &c, stream_gap_bytes);
	U64(j, &c, stream_overlap_conflicts);
	U64(j, &c, stream_memcap);
	U64(j, &c, stream_ooo);
	U64(j, &c, stream_old);
	U64(j, &c, acked_unseen_bytes);
	U64(j, &c, frags);
	U64(j, &c, frag_whole);
	U64(j, &c, frag_timeouts);
	U64(j, &c, frag_evicted);
	U64(j, &c, frag_overlaps);
	U64(j, &c, frag_conflicts);
	U64(j, &c, frag_repeated);
	U64(j, &c, frag_too_many);
	U64(j, &c, frag_bad_length);
	U64(j, &c, frag_bad_end);
	U64(j, &c, frag_cut);
	U64(j, &c, frag_tunnels);
	json_close(j);
}

static void proto_stats(struct json *j, const struct run *r)
{
	struct proto_counters c = {0};

	for (unsigned i = 0; i < r->n_workers; i++)
		add((struct count *)&c,
		    (const struct count *)proto_counters_of(r->worker[i].proto),
		    sizeof(c) / sizeof(struct count));
	json_open(j, "proto");
	U64(j, &c, bytes);
	U64(j, &c, gaps);
	U64(j, &c, failed);
	U64(j, &c, switched);
	U64(j, &c, no_state);
	U64(j, &c, no_memory);
	U64(j, &c, facts);
	U64(j, &c, events);
	U64(j, &c, decode_limit);
	U64(j, &c, surplus);
	U64(j, &c, streams_over);
	U64(j, &c, blocks_lost);
	U64(j, &c, files_over);
	U64(j, &c, frames_over);
	for (unsigned a = APP_failed + 1; a < APP_count; a++) {
		json_open(j, proto_name((enum app)a));
		json_u64(j, "flows", count_get(&c.flows[a]));
		json_u64(j, "transactions", count_get(&c.txs[a]));
		json_close(j);
	}
	json_close(j);
}

static void rule_stats(struct json *j, const struct run *r)
{
	struct rule_counters c = {0};

	for (unsigned i = 0; i < r->n_workers; i++)
		add((struct count *)&c,
		    (const struct count *)rule_matcher_counters(r->worker[i].rules),
		    sizeof(c) / sizeof(struct count));
	json_open(j, "rule");
	json_u64(j, "rules", r->rules->n);
	json_u64(j, "rules_matched", r->rules->n_matched);
	json_u64(j, "rules_failed", r->rules->n_failed);
	U64(j, &c, scanned_bytes);
	U64(j, &c, scans);
	U64(j, &c, candidates);
	U64(j, &c, candidates_over);
	U64(j, &c, evaluated);
	U64(j, &c, hits);
	U64(j, &c, pending_over);
	U64(j, &c, eval_over);
	U64(j, &c, regex_over);
	U64(j, &c, flowbits_over);
	U64(j, &c, captures_over);
	U64(j, &c, sets_over);
	U64(j, &c, hits_over);
	U64(j, &c, waiting_over);
	U64(j, &c, eve_over);
	json_close(j);
}

static void observe_stats(struct json *j, const struct run *r)
{
	static const char *const names[] = {
#define OBSERVATION(name, what) #name,
#include "observe/observation.def"
#undef OBSERVATION
	};

	json_open(j, "observe");
	for (unsigned k = 0; k < OBS_count; k++) {
		uint64_t n = 0;
		for (unsigned i = 0; i < r->n_workers; i++)
			n += count_get(&r->worker[i].observer.made[k]);
		json_u64(j, names[k], n);
	}
	uint64_t crowded = 0, unused = 0, repeated = 0, seen_evicted = 0, beats_evicted = 0;
	for (unsigned i = 0; i < r->n_workers; i++) {
		crowded += count_get(&r->worker[i].observer.crowded);
		unused += count_get(&r->worker[i].observer.unused);
		repeated += count_get(&r->worker[i].observer.repeated);
		seen_evicted += count_get(&r->worker[i].observer.seen.evicted);
		beats_evicted += count_get(&r->worker[i].observer.beats.evicted);
	}
	json_u64(j, "crowded", crowded);
	json_u64(j, "unused", unused);
	json_u64(j, "repeated", repeated);
	json_u64(j, "seen_evicted", seen_evicted);
	json_u64(j, "beats_evicted", beats_evicted);
	json_u64(j, "late", count_get(&r->merge.late));
	json_close(j);
}

static void detect_stats_json(struct json *j, const struct run *r)
{
	const struct detect_counters *c = detect_counters_of(r->detect);
	char members[8192];

	json_open(j, "detect");
	U64(j, c, observations);
	U64(j, c, findings);
	U64(j, c, alerts);
	U64(j, c, suppressed);
	U64(j, c, hosts);
	U64(j, c, hosts_evicted);
	U64(j, c, thresholds_evicted);
	U64(j, c, xbits_evicted);
	U64(j, c, packet_alerts_over);
	U64(j, c, datasets_full);
	U64(j, c, nets);
	U64(j, c, nets_evicted);
	U64(j, c, alerted_evicted);
	U64(j, c, learnt);
	U64(j, c, learnt_s);
	detect_stats(r->detect, members, sizeof(members));
	json_members(j, members, strlen(members));
	json_close(j);
}

static void publish_stats(struct json *j, const struct run *r)
{
	const struct publish_counters *c = publish_counters_of(r->publish);

	json_open(j, "publish");
	U64(j, c, events);
	U64(j, c, eve_lines);
	U64(j, c, eve_errors);
	U64(j, c, journal_appended);
	U64(j, c, journal_fsyncs);
	U64(j, c, journal_errors);
	U64(j, c, journal_lost);
	U64(j, c, fsync_ns_max);
	U64(j, c, published);
	U64(j, c, publish_errors);
	U64(j, c, rep_requests);
	U64(j, c, rep_bad);
	json_u64(j, "eve_overflow", count_get(&r->eve_overflow));
	json_close(j);
}

static void geo_stats(struct json *j, const struct run *r)
{
	if (!r->geo)
		return;
	const struct geo_counters *c = geo_counters_of(r->geo);
	json_open(j, "geo");
	U64(j, c, lookups);
	U64(j, c, cached);
	U64(j, c, errors);
	json_close(j);
}

static void evidence_stats(struct json *j, const struct run *r)
{
	uint64_t frames, dropped, pages;

	if (!r->evidence)
		return;
	const struct evidence_counters *c = evidence_counters_of(r->evidence);
	evidence_tap_sums(r->evidence, &frames, &dropped, &pages);
	json_open(j, "evidence");
	U64(j, c, asked);
	U64(j, c, shared);
	U64(j, c, skipped);
	U64(j, c, kept);
	U64(j, c, empty);
	U64(j, c, failed);
	U64(j, c, partial);
	U64(j, c, bytes);
	U64(j, c, removed);
	U64(j, c, removed_bytes);
	json_u64(j, "frames_remembered", frames);
	json_u64(j, "frames_no_page", dropped);
	json_u64(j, "pages", pages);
	json_close(j);
}

static void watch_stats(struct json *j, const struct run *r)
{
	if (!r->watch)
		return;
	const struct watch_counters *c = watch_counters_of(r->watch);
	json_open(j, "watch");
	json_u64(j, "active", watch_active(r->watch));
	U64(j, c, asked);
	U64(j, c, refused);
	U64(j, c, begun);
	U64(j, c, ended);
	U64(j, c, untold);
	json_close(j);
}

static void time_stats(struct json *j, const struct run *r)
{
	uint64_t end = r->ended_ns ? r->ended_ns : clock_mono_ns();
	char text[CLOCK_TEXT];

	json_open(j, "time");
	clock_text(r->started_real_ns, text);
	json_str(j, "started", text);
	json_u64(j, "load_ns", r->loaded_ns - r->started_ns);
	json_u64(j, "run_ns", end - r->loaded_ns);
	json_u64(j, "load_cpu_ns", r->load_cpu_ns);
	json_u64(j, "run_cpu_ns", r->run_cpu_ns);
	json_array(j, "worker_cpu_ns");
	for (unsigned i = 0; i < r->n_workers; i++)
		json_u64(j, NULL, r->worker[i].cpu_ns);
	json_array_end(j);
	json_u64(j, "detect_cpu_ns", r->detect_cpu_ns);
	json_u64(j, "writer_cpu_ns", r->writer_cpu_ns);
	json_close(j);
}

static void reload_stats(struct json *j, const struct reload *l)
{
	if (l->done + l->failed == 0)
		return;
	json_open(j, "reload");
	json_u64(j, "done", l->done);
	json_u64(j, "failed", l->failed);
	json_f64(j, "seconds", (double)l->last_ns / 1e9);
	json_str(j, "why", l->why);
	json_close(j);
}

size_t run_stats(const struct run *r, char *out, size_t size)
{
	pthread_mutex_t *rules = (pthread_mutex_t *)(uintptr_t)&r->reload.lock;
	struct json j = json_of(out, size);
	struct totals t;

	pthread_mutex_lock(rules); /* they may be changing */

	totals_of(r, &t);
	json_open(&j, NULL);
	json_str(&j, "version", VIGIE_VERSION);
	json_str(&j, "ruleset_sha256", r->rules->sha256);
	json_u64(&j, "workers", r->n_workers);
	capture_stats(&j, r, &t);
	decode_stats(&j, r);
	flow_stats(&j, r);
	proto_stats(&j, r);
	rule_stats(&j, r);
	observe_stats(&j, r);
	detect_stats_json(&j, r);
	publish_stats(&j, r);
	geo_stats(&j, r);
	evidence_stats(&j, r);
	watch_stats(&j, r);
	reload_stats(&j, &r->reload);
	time_stats(&j, r);
	json_close(&j);
	pthread_mutex_unlock(rules);
	return json_ok(&j) ? j.len : 0;
}

void run_summary(const struct run *r, FILE *out)
{
	const struct detect_counters *d = detect_counters_of(r->detect);
	struct totals t;
	double s = (double)(r->ended_ns - r->loaded_ns) / 1e9;

	totals_of(r, &t);
	fprintf(out,
		"vigie-sensor: %llu frames, %llu bytes in %.2f s; %llu alerts, %llu findings",
		(unsigned long long)t.kept, (unsigned long long)t.bytes, s,
		(unsigned long long)count_get(&d->alerts),
		(unsigned long long)count_get(&d->findings));
	if (r->source->drops_known(r->source_state))
		fprintf(out, "; lost: nic %llu, ring %llu", (unsigned long long)t.dropped_nic,
			(unsigned long long)t.dropped_ring);
	else
		fputs("; lost: nic unknown, ring unknown", out);
	fprintf(out, ", worker %llu, detect %llu\n", (unsigned long long)t.ring_lost,
		(unsigned long long)count_get(&r->findings.lost));
	if (r->o->publish.dir)
		fprintf(out, "vigie-sensor: events are in %s/eve.json, counters in %s/stats.json\n",
			r->o->publish.dir, r->o->publish.dir);
}
