// SPDX-License-Identifier: Apache-2.0
/* Many ports of one host: counting, because to the sequential test they are one destination.
 *
 * A client of one server wants few of its ports, and ports of a dead or filtered server fail
 * together; so probabilities of single ports say little, the number of *different* ports says much.
 * Alarm when, of one (source, destination), at least `failed_share` of the contacts failed and
 *   - `ports` different ports failed within ports_s, or
 *   - sensitive_ports different ports failed within sensitive_s, sensitive_of of them sensitive.
 *
 * Derivation: over 1,208 benign captures no pair failed at more than 4 different ports; published
 * rules use 20 (Zeek's simple-scan "knock"), 50 or 5 sensitive ones a minute (Elastic).
 * 15 lies threefold above what was seen and below all of them; 8 with 5 sensitive ones is Elastic's
 * second rule with 3 more as a margin for a client that tries every way to log in.
 *
 * Ports from 32768 up count a quarter: passive FTP, RPC and media negotiate them, so a firewall
 * between two busy hosts makes many of them fail; a scanner that walks them passes 60 at once.
 *
 * UDP and protocols without ports: silence is normal, until the destination has refused
 * UDP_REFUSED_MIN other ports of the pair: then it is one that refuses, and what stays silent is
 * its limit on ICMP errors (RFC 1812 4.3.2.8).
 *
 * Other protocols than TCP, UDP, SCTP and ICMP have no ports: each counts as one (nmap -sO).
 *
 * Shape:  the last SCAN_PORTS_KEPT different failed ports a pair; bounded pairs.
 * Cost:   one pass over at most SCAN_PORTS_KEPT ports a failed contact.
 */
#include "detect/scan.h"

#include "base/clock.h"
#include "base/hash.h"
#include "detect/say.h"

#include <stdio.h>

#define TENDED_LEAST 20u /* sensitive services: no client asks for so many */
#define DYNAMIC_PORT    32768
#define DYNAMIC_SHARE   4
#define UDP_REFUSED_MIN 3

struct tally {
	uint32_t low, high;            /* different ports in ports_s: below and from DYNAMIC_PORT */
	uint32_t soon, soon_sensitive; /* in sensitive_s */
	uint64_t first_ns;
};

static bool within(uint64_t a, uint64_t b, uint32_t s)
{
	return (a > b ? a - b : b - a) <= s * NS_PER_S;
}

static struct tally tally_of(const struct scan_config *c, const struct scan_pair *p,
			     uint64_t now_ns)
{
	struct tally t = {.first_ns = now_ns};

	for (unsigned i = 0; i < p->n; i++) {
		if (!within(p->port[i].ns, now_ns, c->ports_s))
			continue;
		if (p->port[i].port < DYNAMIC_PORT)
			t.low++;
		else
			t.high++;
		if (p->port[i].ns < t.first_ns)
			t.first_ns = p->port[i].ns;
		if (within(p->port[i].ns, now_ns, c->sensitive_s)) {
			t.soon += p->port[i].port < DYNAMIC_PORT;
			t.soon_sensitive += p->port[i].sensitive;
		}
	}
	return t;
}

/* False: known already; its time is renewed. */
static bool add_port(struct scan_pair *p, const struct scan_step *t)
{
	unsigned i;

	for (i = 0; i < p->n; i++) {
		if (p->port[i].port == t->dport && p->port[i].proto == t->proto) {
			p->port[i].ns = t->start_ns;
			return false;
		}
	}
	if (p->n < SCAN_PORTS_KEPT) {
		p->n++;
	} else {
		i = p->next;
		p->next = (uint16_t)((p->next + 1) % SCAN_PORTS_KEPT);
	}
	p->port[i].ns = t->start_ns;
	p->port[i].port = t->dport;
	p->port[i].proto = t->proto;
	p->port[i].sensitive = scan_port_is_sensitive(t->proto, t->dport);
	return true;
}

static void alarm_ports(const struct scan_call *k, const struct scan_step *t, struct scan_pair *p,
			const struct tally *n)
{
	char text[FINDING_SUBJECT], target[ADDR_TEXT], port[16], within[24];
	uint32_t failed = n->low + n->high;
	double share = failed / ((double)failed + p->ok);
	double span = (double)(t->start_ns - n->first_ns) / NS_PER_S;
	int len = snprintf(text, sizeof(text),
			   "%u ports of %s failed, %u answered, within %s:", failed,
			   addr_text(&t->dst_addr, target), p->ok,
			   say_span(t->start_ns - n->first_ns, within));

	for (unsigned i = 0; i < p->n && (size_t)len + 16 < sizeof(text); i++) {
		scan_port_text(p->port[i].proto, p->port[i].port, port, sizeof(port));
		len += snprintf(text + len, sizeof(text) - (size_t)len, " %s", port);
	}
	uint32_t counted = n->low + n->high / DYNAMIC_SHARE;
	struct finding f = {
		.score = counted >= k->c->ports ? (double)counted / k->c->ports : 1,
		.evidence =
			{
				{"failed_ports", failed, NAN, k->c->ports, "ports"},
				{"failed_ports_soon", n->soon, NAN, k->c->sensitive_ports, "ports"},
				{"sensitive_ports_soon", n->soon_sensitive, NAN, k->c->sensitive_of,
				 "ports"},
				{"failed_share", share, NAN, k->c->failed_share, "share"},
				{"duration", span, NAN, k->c->ports_s, "s"},
			},
		.n_evidence = 5,
	};
	p->n = p->next = p->refused = 0;
	p->ok = 0;
	scan_tell(k, t, t->src.home ? SCAN_ports : SCAN_ports_outside, &f, text);
}

/* The step's memory, or NULL: nothing to remember. A pair that never failed needs none, and silence
 * over UDP makes none. */
static struct scan_pair *pair_of(struct scan_state *s, const struct scan_step *t)
{
	uint64_t key = hash_addr(&t->dst_addr, t->src.id ^ 8);
	bool mute = t->proto == SCAN_UDP || scan_port_is_other(t->proto);
	bool silent = t->failed && t->silent && mute, fresh;
	struct scan_pair *p;

	if (t->failed && !silent)
		return sets_get(&s->pairs, key, t->src.home, &fresh);
	p = sets_find(&s->pairs, key);
	return p && silent && p->refused < UDP_REFUSED_MIN ? NULL : p;
}

/* Who looks after hosts (a monitor, a console) finds what it asks for, nearly everywhere. */
static bool tends(const struct scan_call *k, const struct scan_step *t)
{
	const struct scan_source *src = sets_find(&k->s->sources, t->src.id);

	return src && src->tended >= TENDED_LEAST && src->tended >= 2 * src->untended;
}

void scan_ports_step(const struct scan_call *k, const struct scan_step *t)
{
	const struct scan_config *c = k->c;
	struct scan_pair *p = pair_of(k->s, t);

	if (!p)
		return;
	p->lives |= !t->failed || !t->silent;
	if (!t->failed) {
		p->ok = within(p->ok_ns, t->start_ns, c->ports_s) ? p->ok + 1 : 1;
		p->ok_ns = t->start_ns;
		return;
	}
	if (!add_port(p, t))
		return;
	p->refused += (t->proto == SCAN_UDP || scan_port_is_other(t->proto)) && !t->silent &&
		      p->refused < UINT16_MAX;
	if (p->ok && !within(p->ok_ns, t->start_ns, c->ports_s))
		p->ok = 0;

	struct tally n = tally_of(c, p, t->start_ns);
	bool many = n.low + n.high / DYNAMIC_SHARE >= c->ports;
	/* Of a host that is off every port is silent, also to who watches whether it is on. */
	bool sensitive = !(!p->lives && tends(k, t)) && n.soon >= c->sensitive_ports &&
			 n.soon_sensitive >= c->sensitive_of;
	uint32_t failed = n.low + n.high;
	if ((many || sensitive) && failed >= c->failed_share * (failed + p->ok))
		alarm_ports(k, t, p, &n);
}
