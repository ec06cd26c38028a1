// SPDX-License-Identifier: Apache-2.0
/* beacon: one of our hosts calls an outside server at regular times, as implants do for orders.
 *
 * Workers tell the pairs (client, server, port) whose connections, or what is said in one of them
 * after a silence, come regularly (observe/beat.h). Most that is regular is benign: updates, mail,
 * monitoring, push services. So a pair is a finding only where the destination is rare: a network
 * (/24, /48) that `users` of our hosts or fewer speak to, that no state knows, and that was first
 * met less than new_s before the beats began. It is an alert with a second proof:
 *   - something else accused the host within accused_s (an alert of another detector); or
 *   - the beats have one size, and the server is improvised: called by its bare address, with a
 *     certificate that nobody signed, TLS or HTTP on a port that is not theirs. One of these marks
 *     is enough when enough of the past is known that a new network is news; before that it takes
 *     all three.
 *
 * A TLS connection to a rare server with all three marks is a finding by itself, beats or not: a
 * remote-control session in use is not regular. It is an alert as above, but for the sizes.
 *
 * Not an alert by itself before enough of the past is known: HTTP (no certificate) and TLS 1.3 (an
 * encrypted one), which cannot have all three marks.
 *
 * Not seen: beats to an address that the host also calls otherwise (a shared cloud front); gaps
 * below half a second; UDP but QUIC (port 443); sleeps drawn from a distribution wider than the
 * test's widths; fewer than the stated beats.
 *
 * Units:  milliseconds, beats; packet time.
 * Owns:   what was told: one bounded table.
 * Cost:   two look-ups an observation, of which a pair makes one each time its beats have doubled.
 * Source: Shin, Ramdas, Rinaldo, "E-detectors", 2022 (the test); prevalence as RITA documents it.
 */
#include "detect/alerted.h"
#include "detect/nets.h"
#include "detect/teller.h"

#include "base/clock.h"
#include "observe/beat.h"
#include "observe/fact.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define SAME_SHARE 0.8 /* of the beats have the size of the one before */
#define SIZED      6u  /* beats whose size must be known for that */

struct beacon_config {
	uint32_t users;
	double users_share;
	uint32_t new_s, accused_s, again_s, hosts;
};

struct beacon_state {
	struct teller t;
	struct count beats, common, known;
};

enum { BEACON_calls, BEACON_proved, BEACON_server, BEACON_kinds };
/* clang-format off */
#define BEACON_SOURCE "Shin, Ramdas, Rinaldo, E-detectors, 2022; RITA's documentation: prevalence"
static const struct about beacon_abouts[BEACON_kinds] = {
	[BEACON_calls] = SAY_ABOUT("beacon", 411, 3, FAMILY_c2, "Possible Command and Control",
		"C2 a host calls a rare network at regular times", "T1071", "TA0011", BEACON_SOURCE,
		"which program calls (ss -tnp, or netstat -b on the host), whose server is it (whois, SNI), and does "
		"the host's user know it? Updates, mail and monitoring of one host look the same"),
	[BEACON_proved] = SAY_ABOUT("beacon", 412, 1, FAMILY_c2, "Command and Control",
		"C2 a host calls a rare network at regular times, and more speaks against it", "T1071", "TA0011",
		BEACON_SOURCE,
		"which program calls, and since when? Do not end it before memory is saved: insulate the host"),
	[BEACON_server] = SAY_ABOUT("beacon", 413, 2, FAMILY_c2, "Possible Command and Control",
		"C2 TLS with a rare, improvised server: no name, a certificate nobody signed, a port that is not TLS's",
		"T1573.002", "TA0011", BEACON_SOURCE,
		"whose is the server (whois, the certificate's subject), which program holds the connection (ss -tnp on "
		"the host)? An appliance of one's own that is reached over the internet looks the same"),
};
static const struct param beacon_params[] = {
	PARAM(PARAM_U32, struct beacon_config, users, 1, 64, 1, "hosts",
	      "of ours that use a rare network at most"),
	PARAM(PARAM_F64, struct beacon_config, users_share, 0, 1, 0.02, "share",
	      "of our hosts that use a rare network at most, where that is more"),
	PARAM(PARAM_U32, struct beacon_config, new_s, 60, 31536000, 86400, "s",
	      "from a network's first sight to the first beat: it is new"),
	PARAM(PARAM_U32, struct beacon_config, accused_s, 60, 31536000, 86400, "s",
	      "since another alert about the host: two proofs"),
	PARAM(PARAM_U32, struct beacon_config, again_s, 60, 604800, 86400, "s",
	      "one telling a host and server in this time"),
	PARAM(PARAM_U32, struct beacon_config, hosts, 64, 1 << 22, 4096, "pairs", "remembered as told"),
	{0},
};
/* clang-format on */

enum { MARK_bare = 1, MARK_unsigned = 2, MARK_port = 4, MARKS_all = 7 };
static const char *const mark_texts[] = {
	"",
	"; called by its bare address",
	"; a certificate that nobody signed",
	"; called by its bare address, a certificate that nobody signed",
	"; a port that is not its protocol's",
	"; called by its bare address, a port that is not its protocol's",
	"; a certificate that nobody signed, a port that is not its protocol's",
	"; called by its bare address, a certificate that nobody signed, a port that is not TLS's",
};

struct call { /* what the beats of a pair, or a server's hello, say */
	const struct obs_beat *b;
	uint64_t since_ns; /* the first beat */
	const char *name, *agent;
	const struct about *other; /* that the host was accused of */
	unsigned users, marks;
	bool same; /* one size */
};

static void beacon_fini(void *state)
{
	struct beacon_state *s = state;

	if (s)
		teller_fini(&s->t);
	free(s);
}

static int beacon_init(const void *config, void **state, struct err *err)
{
	const struct beacon_config *c = config;
	struct beacon_state *s = calloc(1, sizeof(*s));

	if (!s)
		return err_set(err, ENOMEM, "no memory for beacon");
	int rc = teller_init(&s->t, c->hosts, err);
	if (rc) {
		beacon_fini(s);
		return rc;
	}
	*state = s;
	return 0;
}

static bool is_among(uint16_t port, const uint16_t *ports, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		if (ports[i] == port)
			return true;
	}
	return false;
}

/* Whether the name is an address: "198.51.100.20", "198.51.100.20:8080", "[2001:db8::1]:80". */
static bool is_address(const char *name)
{
	char text[ADDR_TEXT + 2];
	struct addr a;
	const char *from = *name == '[' ? name + 1 : name;
	size_t n = *name == '[' ? strcspn(from, "]") : strcspn(from, ":");

	if (n >= sizeof(text))
		return false;
	memcpy(text, from, n);
	text[n] = '\0';
	return addr_parse(text, &a);
}

static unsigned marks_of(const struct observation *o, const struct call *k)
{
	static const uint16_t tls[] = {443, 465, 563,  636,  853,  989,  990,  992, 993,
				       994, 995, 3269, 5061, 5223, 5228, 8443, 8883};
	static const uint16_t http[] = {80, 443, 3128, 8000, 8008, 8080, 8088, 8888};
	const struct obs_beat *b = k->b;
	unsigned marks = b->self_signed ? MARK_unsigned : 0;

	if ((b->http && is_address(k->name)) || (b->tls && !*k->name))
		marks |= MARK_bare;
	if ((b->tls && !is_among(o->dport, tls, sizeof(tls) / sizeof(tls[0]))) ||
	    (b->http && !is_among(o->dport, http, sizeof(http) / sizeof(http[0]))))
		marks |= MARK_port;
	return marks;
}

/* Few of us speak to it, and none did long before the beats. */
static bool is_rare(const struct beacon_config *c, struct beacon_state *s,
		    const struct observation *o, const struct detector_out *out, struct call *k)
{
	const struct net *n = nets_find(out->nets, &o->dst);
	double all = __builtin_popcountll(out->nets->hosts);

	k->users = n ? nets_users(n) : 0;
	if (k->users > fmax(c->users, floor(all * c->users_share))) {
		count_add(&s->common, 1);
		return false;
	}
	if (n && (n->learnt || n->first_ns + c->new_s * NS_PER_S < k->since_ns)) {
		count_add(&s->known, 1);
		return false;
	}
	return true;
}

static void tell(const struct beacon_config *c, struct beacon_state *s, const struct observation *o,
		 const struct detector_out *out, const struct call *k)
{
	const struct obs_beat *b = k->b;
	bool improvised = out->mature ? k->marks != 0 : k->marks == MARKS_all;
	bool alert = k->other || (k->same && improvised);
	char net[ADDR_TEXT + 4];
	const struct telling m = {
		.about = &beacon_abouts[alert ? BEACON_proved : BEACON_calls],
		.host = &o->src,
		.other = &o->dst,
		.what = o->dport,
		.doers = SAY_RELAYS | 1u << ROLE_backup,
		.again_s = c->again_s,
		.alert = alert,
		.name = "beats",
		.unit = "calls",
		.observed = b->beats,
		.threshold = NAN,
		.also = {"period", b->median_ms / 1e3, NAN, NAN, "s"},
	};

	teller_say(&s->t, out, o, &m,
		   "%u calls%s to %s port %u%s%s, every %.1f s (lately %.1f … %.1f)%s; %u of our "
		   "hosts use the network%s%s%s%s%s",
		   b->beats, b->flows < b->beats / 2 ? " inside few connections" : "",
		   nets_text(&o->dst, net, sizeof(net)), o->dport, *k->name ? ", " : "", k->name,
		   b->median_ms / 1e3, b->least_ms / 1e3, b->most_ms / 1e3,
		   k->same ? ", all of one size" : "", k->users, mark_texts[k->marks],
		   k->other ? "; the host was accused: " : "", k->other ? k->other->msg : "",
		   *k->agent ? "; by " : "", k->agent);
}

/* A server has shown its certificate. */
static void on_server(const struct beacon_config *c, struct beacon_state *s,
		      const struct observation *o, const struct detector_out *out)
{
	const struct fact_tls *t = obs_fact(o);
	const char *subject = obs_word(o, sizeof(*t), 4);
	const struct obs_beat b = {.tls = 1, .self_signed = t->server && t->self_signed};
	struct call k = {.b = &b, .since_ns = o->time_ns, .name = obs_word(o, sizeof(*t), 0)};
	char net[ADDR_TEXT + 4];

	k.marks = marks_of(o, &k);
	if (k.marks != MARKS_all || !hosts_home(out->hosts, &o->src) ||
	    hosts_home(out->hosts, &o->dst) || !is_rare(c, s, o, out, &k))
		return;
	struct host_view view = hosts_of(out->hosts, &o->src, obs_body(o));
	k.other = alerted_of(out->alerted, view.id, o->time_ns, c->accused_s * NS_PER_S, "beacon");
	const struct telling m = {
		.about = &beacon_abouts[BEACON_server],
		.host = &o->src,
		.other = &o->dst,
		.what = o->dport,
		.doers = SAY_RELAYS | 1u << ROLE_backup,
		.again_s = c->again_s,
		.alert = k.other || out->mature,
		.unit = "hosts",
		.observed = k.users,
		.threshold = c->users,
	};

	teller_say(&s->t, out, o, &m,
		   "TLS with %s port %u: no name asked for, a certificate that nobody but itself "
		   "signed (%s), a port that is not TLS's; %u of our hosts use the network%s%s",
		   nets_text(&o->dst, net, sizeof(net)), o->dport, subject, k.users,
		   k.other ? "; the host was accused: " : "", k.other ? k.other->msg : "");
}

static void beacon_on_observation(const void *config, void *state, const struct observation *o,
				  const struct detector_out *out)
{
	const struct beacon_config *c = config;
	struct beacon_state *s = state;
	struct call k = {.b = obs_body(o)};

	if (o->kind == OBS_tls) {
		on_server(c, s, o, out);
		return;
	}
	count_add(&s->beats, 1);
	k.since_ns = k.b->start_ns;
	if (!hosts_home(out->hosts, &o->src) || hosts_home(out->hosts, &o->dst) ||
	    addr_is_multicast(&o->dst) || addr_is_link_local(&o->dst) || !is_rare(c, s, o, out, &k))
		return;
	struct host_view view = hosts_of(out->hosts, &o->src, &k.b->link);
	k.name = (const char *)(k.b + 1);
	k.agent = k.name + strlen(k.name) + 1;
	k.same = k.b->sized >= SIZED && k.b->same >= SAME_SHARE * (k.b->sized - 1);
	k.marks = marks_of(o, &k);
	k.other = alerted_of(out->alerted, view.id, o->time_ns, c->accused_s * NS_PER_S, "beacon");
	tell(c, s, o, out, &k);
}

static bool beacon_uses(const void *config, enum observation_kind kind, const struct proto_fact *f)
{
	const struct fact_tls *t = f->body;

	(void)config;
	return kind != OBS_tls || (t->server && t->self_signed);
}

static void beacon_stats(const void *state, char *out, size_t size)
{
	const struct beacon_state *s = state;
	char told[128];

	teller_stats(&s->t, told, sizeof(told));
	snprintf(out, size, "%s,\"beats\":%llu,\"common\":%llu,\"known\":%llu", told,
		 (unsigned long long)count_get(&s->beats),
		 (unsigned long long)count_get(&s->common),
		 (unsigned long long)count_get(&s->known));
}

const struct detector detect_beacon = {
	.name = "beacon",
	.what = "hosts that call a rare outside server at regular times",
	.source = BEACON_SOURCE,
	.wants = 1ull << OBS_beat | 1ull << OBS_tls,
	.params = beacon_params,
	.abouts = beacon_abouts,
	.n_abouts = BEACON_kinds,
	.config_size = sizeof(struct beacon_config),
	.init = beacon_init,
	.fini = beacon_fini,
	.on_observation = beacon_on_observation,
	.uses = beacon_uses,
	.stats = beacon_stats,
};
