// SPDX-License-Identifier: Apache-2.0
/* From numbers to a verdict on the mirror: every limit stands beside its check.
 *
 * A check that has too little to go by says so: it is neither good nor bad. What explains another
 * finding takes it over: frames cut inside a packet make holes that are no loss, a subnet that is
 * never heard makes conversations one-way.
 *
 * Source: duplicates and hand-over, DESIGN 3; loss, the share at which failed connections and
 *         reassembly start to suffer (0.1 %); the others are chosen so that one oddity in a short
 *         capture is not a finding.
 */
#include "doctor.h"

#include "base/clock.h"

#include <stdarg.h>
#include <string.h>

#define PERCENT(n, of) ((of) ? 100.0 * (double)(n) / (double)(of) : 0.0)
#define ULL(x)         ((unsigned long long)(x))

#define TALKS_MIN       3    /* conversations before a share of them means anything */
#define TOLD_MIN        20   /* acknowledgements to a subnet that is never heard */
#define BACK_NS         (100 * NS_PER_MS)
#define BACK_SHARE      0.1  /* % of the frames */
#define MIRROR_MIN      100  /* frames of a live port before "no unicast" means anything */

static void say(struct doctor_result *r, enum doctor_grade grade, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

static void say(struct doctor_result *r, enum doctor_grade grade, const char *fmt, ...)
{
	va_list ap;

	r->grade = grade;
	va_start(ap, fmt);
	vsnprintf(r->text, sizeof(r->text), fmt, ap);
	va_end(ap);
}

/* Bad from `limit` % of `of` on, if at least `min`; not judged below `enough`: `all` says what the
 * total counts, `what` what the share of it is. */
static void share(struct doctor_result *r, uint64_t n, uint64_t of, double limit, uint64_t min,
		  uint64_t enough, enum doctor_grade bad, const char *all, const char *what)
{
	bool is_bad = n >= min && n > 0 && PERCENT(n, of) >= limit;

	r->observed = n;
	r->of = of;
	r->limit = limit;
	if (of < enough)
		say(r, DOCTOR_unjudged, "%llu %s: too few to judge (%llu needed)", ULL(of), all,
		    ULL(enough));
	else
		say(r, is_bad ? bad : DOCTOR_ok, "%llu of %llu %s (%.2f %%, limit %g %%)", ULL(n),
		    ULL(of), what, PERCENT(n, of), limit);
}

static void judge_frames(const struct doctor_facts *f, struct doctor_result *out)
{
	struct doctor_result *r = &out[DOCTOR_duplicates];

	share(r, f->twice, f->comparable, 1, 3, 10, DOCTOR_problem, "packets seen", "packets came twice");
	if (r->grade == DOCTOR_problem) {
		size_t n = strlen(r->text);
		snprintf(r->text + n, sizeof(r->text) - n, "; %llu copies %s",
			 ULL(f->twice_elsewhere), "with another MAC, VLAN or TTL");
	}
	share(&out[DOCTOR_cut], f->cut + f->cut_inside, f->frames, 0.1, 1, 1, DOCTOR_problem,
	      "frames seen", "frames are cut short");
	share(&out[DOCTOR_unread], f->unread, f->frames, 1, 3, 1, DOCTOR_problem,
	      "frames seen", "frames cannot be read");
	share(&out[DOCTOR_fragments], f->fragments, f->ip, 1, 10, 1, DOCTOR_note,
	      "IP packets seen", "IP packets are fragments");
	share(&out[DOCTOR_offload_frames], f->glued, f->tcp_frames, 0.1, 3, 1, DOCTOR_problem,
	      "TCP frames seen", "TCP frames are larger than their connection may send");
	share(&out[DOCTOR_checksums], f->sum_empty + f->sum_wrong, f->summed, 5, 5, 10,
	      DOCTOR_problem, "checksums looked at", "checksums are wrong");
	r = &out[DOCTOR_checksums];
	if (r->grade == DOCTOR_problem) {
		size_t n = strlen(r->text);
		snprintf(r->text + n, sizeof(r->text) - n, "; %llu of them empty",
			 ULL(f->sum_empty));
	}
	share(&out[DOCTOR_jumbo], f->large, f->frames, 0, 1, 1, DOCTOR_note,
	      "frames seen", "frames are above 1518 bytes and not glued");
}

static void judge_clock(const struct doctor_facts *f, struct doctor_result *r)
{
	bool big = f->back_worst_ns > BACK_NS || f->jumps > 0;
	bool often = PERCENT(f->back, f->frames) >= BACK_SHARE && f->back >= 3;

	r->observed = f->back + f->jumps;
	r->of = f->frames;
	r->limit = BACK_SHARE;
	say(r, big || often ? DOCTOR_problem : f->frames ? DOCTOR_ok : DOCTOR_unjudged,
	    "%llu steps back by more than 1 ms (worst %.3f s), %llu forward by more than an hour "
	    "(worst %.0f s)",
	    ULL(f->back), (double)f->back_worst_ns / 1e9, ULL(f->jumps),
	    (double)f->jump_worst_ns / 1e9);
}

/* The subnets that are never heard, and how many one-way conversations they explain. */
static uint64_t judge_subnets(const struct doctor_facts *f, struct doctor_result *r)
{
	uint64_t silent = 0, of = 0, explained = 0;
	char names[200] = "", text[ADDR_TEXT], one[ADDR_TEXT + 8];

	for (unsigned i = 0; i < DOCTOR_SUBNETS; i++) {
		const struct doctor_subnet *s = &f->subnet[i];
		if (!s->used)
			continue;
		of++;
		if (s->heard || s->told < TOLD_MIN)
			continue;
		silent++;
		explained += s->one_way;
		snprintf(one, sizeof(one), " %s/%d", addr_text(&s->net, text),
			 addr_is_v4(&s->net) ? 24 : 64);
		if (silent <= 4)
			strncat(names, one, sizeof(names) - strlen(names) - 1);
	}
	r->observed = silent;
	r->of = of;
	say(r, silent ? DOCTOR_problem : of ? DOCTOR_ok : DOCTOR_unjudged,
	    "%llu of %llu home subnets get TCP acknowledgements and send nothing%s%s", ULL(silent),
	    ULL(of), silent ? ":" : "", names);
	return explained;
}

static void judge_talks(const struct doctor_facts *f, struct doctor_result *out)
{
	struct doctor_result *r = &out[DOCTOR_one_way];
	uint64_t explained = judge_subnets(f, &out[DOCTOR_silent_subnet]);
	uint64_t rest = f->one_way > explained ? f->one_way - explained : 0;
	/* With nearly nothing heard from both sides it is the mirror, not some subnets of it. */
	bool all = PERCENT(f->two_way, f->talks) < 10;

	if (all)
		rest = f->one_way;
	share(r, rest, f->talks, 10, TALKS_MIN, TALKS_MIN, DOCTOR_problem,
	      "TCP conversations seen", "TCP conversations are heard on one side only");
	if (r->grade == DOCTOR_problem) {
		size_t n = strlen(r->text);
		snprintf(r->text + n, sizeof(r->text) - n, "; %s", f->one_way_example);
		if (out[DOCTOR_silent_subnet].grade == DOCTOR_problem &&
		    (all || rest * 2 > f->one_way))
			say(&out[DOCTOR_silent_subnet], DOCTOR_unjudged,
			    "not judged: conversations are one-way everywhere");
	}
	share(&out[DOCTOR_vlan_one_side], f->vlan_one_side, f->two_way, 5, TALKS_MIN, TALKS_MIN,
	      DOCTOR_problem, "TCP conversations heard both ways", "conversations have a VLAN tag in one direction only");
	share(&out[DOCTOR_vlan_differs], f->vlan_differs, f->two_way, 5, TALKS_MIN, TALKS_MIN,
	      DOCTOR_note, "TCP conversations heard both ways", "conversations have another VLAN each way");

	r = &out[DOCTOR_loss];
	share(r, f->hole_bytes, f->payload + f->hole_bytes, 0.1, 1, 10000, DOCTOR_problem,
	      "bytes of TCP conversations", "bytes were never seen");
	if (r->grade == DOCTOR_problem && f->holes < 3)
		r->grade = DOCTOR_ok;
	if (r->grade == DOCTOR_problem && PERCENT(f->cut_inside, f->frames) >= 0.1)
		say(r, DOCTOR_unjudged, "not judged: frames are cut inside their packets");
	if (r->grade == DOCTOR_problem) {
		size_t n = strlen(r->text);
		snprintf(r->text + n, sizeof(r->text) - n, "; %llu holes", ULL(f->holes));
	}
}

static void judge_live(const struct doctor_facts *f, struct doctor_result *out)
{
	if (!f->live) {
		say(&out[DOCTOR_dropped], DOCTOR_unjudged, "a capture file does not tell");
		say(&out[DOCTOR_handed_over], DOCTOR_unjudged, "a capture file does not tell");
		say(&out[DOCTOR_mirror], DOCTOR_unjudged, "a capture file does not tell");
		return;
	}
	if (f->drops_known)
		share(&out[DOCTOR_dropped], f->dropped, f->frames + f->dropped, 0.01, 1, 1,
		      DOCTOR_problem, "frames came", "frames were dropped");
	else
		say(&out[DOCTOR_dropped], DOCTOR_unjudged, "unknown: this driver does not tell");
	share(&out[DOCTOR_handed_over], f->handed_over, f->frames, 10, 100, 100, DOCTOR_problem,
	      "frames seen", "frames went to another worker");
	if (f->frames == 0)
		say(&out[DOCTOR_mirror], DOCTOR_problem, "no frame came at all");
	else if (f->frames < MIRROR_MIN)
		say(&out[DOCTOR_mirror], DOCTOR_unjudged, "%llu frames: too few to judge",
		    ULL(f->frames));
	else
		say(&out[DOCTOR_mirror], f->unicast ? DOCTOR_ok : DOCTOR_problem,
		    "%llu of %llu frames are unicast between other machines", ULL(f->unicast),
		    ULL(f->frames));
	out[DOCTOR_mirror].observed = f->unicast;
	out[DOCTOR_mirror].of = f->frames;
}

static void judge_port(const struct doctor_facts *f, const struct doctor_port *p,
		       struct doctor_result *out)
{
	for (unsigned i = DOCTOR_carrier; i < DOCTOR_count; i++)
		say(&out[i], DOCTOR_unjudged, "no kernel interface to ask");
	if (!p->known)
		return;
	say(&out[DOCTOR_carrier], p->up ? DOCTOR_ok : DOCTOR_problem, "%s",
	    p->up ? "the port is up, with a carrier" : "the port is down, or has no carrier");
	say(&out[DOCTOR_promiscuous], p->promiscuous ? DOCTOR_ok : DOCTOR_problem, "%s",
	    p->promiscuous ? "promiscuous while we listened" : "not promiscuous while we listened");
	say(&out[DOCTOR_mtu], f->largest > (uint32_t)p->mtu + 18 ? DOCTOR_problem : DOCTOR_ok,
	    "MTU %d, largest frame seen %u bytes", p->mtu, f->largest);
	say(&out[DOCTOR_address], p->addresses ? DOCTOR_problem : DOCTOR_ok,
	    "%u addresses on the port", p->addresses);
	if (p->offload_known)
		say(&out[DOCTOR_offload_port],
		    p->gro || p->lro ? DOCTOR_problem : DOCTOR_ok, "gro %s, lro %s, rxvlan %s",
		    p->gro ? "on" : "off", p->lro ? "on" : "off", p->rxvlan ? "on" : "off");
	say(&out[DOCTOR_hugepages], p->huge_free || !p->pci ? DOCTOR_ok : DOCTOR_note,
	    "%llu of %llu hugepages are free", ULL(p->huge_free), ULL(p->huge_total));
	if (p->numa >= 0 && p->numa_worker >= 0)
		say(&out[DOCTOR_numa], p->numa == p->numa_worker ? DOCTOR_ok : DOCTOR_problem,
		    "the port is on node %d, the first worker's CPU on node %d", p->numa,
		    p->numa_worker);
	else
		say(&out[DOCTOR_numa], DOCTOR_ok, "one node, or a port without one");
}

void doctor_judge(const struct doctor_facts *f, const struct doctor_port *p,
		  struct doctor_result *out)
{
	memset(out, 0, DOCTOR_count * sizeof(*out));
	judge_frames(f, out);
	judge_clock(f, &out[DOCTOR_clock]);
	judge_talks(f, out);
	judge_live(f, out);
	judge_port(f, p, out);
}
