// SPDX-License-Identifier: Apache-2.0
/* Few hosts an hour: what the sequential test (scan_walk.c) forgets between two of them.
 *
 * Of each (source of ours, service) the different hosts *inside* are counted, by whether they failed or
 * answered, over slow_s (two halves, so the last half and up to as much before). A finding when slow_hosts
 * failed, three times as many as answered the same service: who has work on a service mostly meets it.
 * ARP is a service of its own, with slow_neighbours, for more is asked for there by chance.
 *
 * Left out are destinations outside (a browsing client fails there all day, at ever new hosts), what
 * scan_on_observation() leaves out (services that answered anybody before, silence on a bad mirror),
 * programs that look for neighbours, hosts whose work it is, and sources the quick test has told of. What a
 * host is refused by is counted as what is silent.
 *
 * Never an alert: somebody's list of dead servers looks the same.
 *
 * Units:  different hosts, by linear counting over 256 bits (within 2 of the truth up to 60); packet time.
 * Owns:   nothing; its table is scan_state's, bounded, 160 bytes an entry.
 * Cost:   one look-up a contact inside that failed, or that answered where some failed.
 * Source: our own; Whang, Vander-Zanden, Taylor, ACM TODS 1990 (the counting). Zeek's and Elastic's sweep rules
 *         are of minutes.
 */
#include "detect/scan.h"

#include "base/clock.h"
#include "base/hash.h"
#include "detect/say.h"

#include <math.h>
#include <stdio.h>

#define BITS   256.0
#define SHARE  3u /* failed for each that answered */
#define WORK                                                                                       \
	(1u << ROLE_scanner | 1u << ROLE_monitoring | 1u << ROLE_gateway | 1u << ROLE_vpn |        \
	 1u << ROLE_proxy | 1u << ROLE_backup | 1u << ROLE_jump | 1u << ROLE_dhcp | 1u << ROLE_dc)

struct slow {
	struct sets_head head;
	uint64_t begin_ns; /* of the half at hand */
	uint64_t since_ns; /* first failure of both halves */
	uint64_t before_ns; /* … of the half at hand */
	uint64_t failed[2][4], answered[2][4]; /* [0] the half at hand */
};

const uint32_t scan_slow_size = sizeof(struct slow);

static unsigned hosts_in(uint64_t sets[2][4])
{
	unsigned n = 0;

	for (unsigned i = 0; i < 4; i++)
		n += (unsigned)__builtin_popcountll(sets[0][i] | sets[1][i]);
	return n < BITS ? (unsigned)lround(BITS * log(BITS / (BITS - n))) : (unsigned)BITS;
}

static void turn(struct slow *w, uint64_t now_ns, uint64_t half_ns)
{
	if (w->begin_ns && now_ns < w->begin_ns + half_ns)
		return;
	bool follows = w->begin_ns && now_ns < w->begin_ns + 2 * half_ns;
	for (unsigned i = 0; i < 4; i++) {
		w->failed[1][i] = follows ? w->failed[0][i] : 0;
		w->answered[1][i] = follows ? w->answered[0][i] : 0;
		w->failed[0][i] = w->answered[0][i] = 0;
	}
	w->since_ns = follows ? w->before_ns : 0;
	w->before_ns = 0;
	w->begin_ns = now_ns ? now_ns : 1;
}

static bool is_told(const struct scan_call *k, const struct scan_step *t, uint64_t window_ns)
{
	static const enum scan_kind kinds[] = {SCAN_hosts, SCAN_ping, SCAN_neighbours, SCAN_slow};
	const struct scan_source *src = sets_find(&k->s->sources, t->src.id);

	for (unsigned i = 0; src && i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		uint64_t ns = src->told[kinds[i]].ns;

		if (ns && t->time_ns < ns + window_ns)
			return true;
	}
	return false;
}

void scan_slow_step(const struct scan_call *k, const struct scan_step *t)
{
	uint64_t window_ns = k->c->slow_s * NS_PER_S, h = hash_addr(&t->dst_addr, 23), bit = 1ull << (h & 63);
	uint64_t key = hash_u64(t->src.id, (uint64_t)t->proto << 16 | t->dport);
	unsigned at = h >> 6 & 3;
	bool arp = t->proto == SCAN_PROTO_ARP, fresh;
	char port[16], within[24], last[ADDR_TEXT], text[FINDING_SUBJECT];

	if (!t->src.home || t->far || (arp && t->src.asked_for) || (!arp && scan_port_is_neighbour(t->dport)))
		return;
	struct slow *w = t->failed ? sets_get(&k->s->slow, key ? key : 1, 0, &fresh)
				   : sets_find(&k->s->slow, key ? key : 1);
	if (!w)
		return;
	turn(w, t->time_ns, window_ns / 2);
	uint64_t *set = t->failed ? w->failed[0] : w->answered[0];
	bool is_new = !(set[at] & bit);
	set[at] |= bit;
	if (!t->failed || !is_new)
		return;
	w->before_ns = w->before_ns ? w->before_ns : t->start_ns;
	w->since_ns = w->since_ns ? w->since_ns : t->start_ns;
	unsigned failed = hosts_in(w->failed), answered = hosts_in(w->answered),
		 floor = arp ? k->c->slow_neighbours : k->c->slow_hosts;
	if (failed < floor || failed < SHARE * answered || is_told(k, t, window_ns) ||
	    hosts_roles(k->out->hosts, &t->src, &t->src_addr) & WORK)
		return;
	scan_port_text(t->proto, t->dport, port, sizeof(port));
	snprintf(text, sizeof(text), "%u hosts failed, %u answered: %s within %s, few an hour; last %s", failed,
		 answered, arp ? "ARP without reply" : port, say_span(t->time_ns - w->since_ns, within),
		 addr_text(&t->dst_addr, last));
	struct finding f = {
		.score = (double)failed / floor,
		.evidence =
			{
				{"failed_hosts", failed, NAN, floor, "hosts"},
				{"answered_hosts", answered, NAN, NAN, "hosts"},
				{"duration", (double)(t->time_ns - w->since_ns) / NS_PER_S, NAN,
				 k->c->slow_s, "s"},
			},
		.n_evidence = 3,
	};
	struct scan_step told = *t;
	told.excused = true; /* never an alert */
	scan_tell(k, &told, SCAN_slow, &f, text);
}
