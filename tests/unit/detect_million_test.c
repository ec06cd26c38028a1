// SPDX-License-Identifier: Apache-2.0
/* Every kind of observation from hosts that are each new, through every detector as it is shipped:
 * the heap does not grow, resident memory stands still once the tables are full, and what was
 * forgotten is counted. 200,000 hosts; VIGIE_HOSTS=1000000 in the environment for a million. */
#include "base/clock.h"
#include "check.h"
#include "detect/detect.h"
#include "flow/flow.h"
#include "observe/beat.h"
#include "observe/fact.h"
#include "observe/wake.h"

#include <jansson.h>
#include <malloc.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#ifdef __SANITIZE_ADDRESS__
#define HOSTS 20000u
#else
#define HOSTS 200000u
#endif
#define ENOUGH    100000u    /* hosts that fill every table */
#define SLACK     (4u << 20) /* bytes: of what the kernel counts and of the findings ring */
#define HOSTS_A_S 50u        /* new ones, each second of packet time */
#define SERVERS   64u

static struct ring out;
static struct detect *d;
static struct detect_config config;
static uint64_t findings, told[OBS_count];
static struct {
	struct observation o;
	uint8_t body[1024];
} r;

static uint64_t resident(void)
{
	unsigned long size = 0, pages = 0;
	FILE *f = fopen("/proc/self/statm", "r");

	if (!f || fscanf(f, "%lu %lu", &size, &pages) != 2)
		pages = 0;
	if (f)
		fclose(f);
	return (uint64_t)pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

static size_t heap(void)
{
	struct mallinfo2 m = mallinfo2();

	return m.uordblks + m.hblkhd;
}

static struct addr host(uint32_t net, uint32_t i)
{
	return addr_v4_wire(htobe32(net + (i & 0xffffff)));
}

static void drain(void)
{
	uint32_t n;

	ring_commit(&out);
	while (ring_peek(&out, &n)) {
		findings++;
		ring_pop(&out);
	}
}

static void say(enum observation_kind kind, size_t len)
{
	r.o.kind = (uint8_t)kind;
	r.o.len = (uint16_t)len;
	r.o.seq++;
	told[kind]++;
	detect_observation(d, &r.o);
	drain();
}

static void fact(enum observation_kind kind, const void *body, size_t len, const char *const *word,
		 unsigned n)
{
	struct obs_link link = {.proto = 6, .has_mac = 1, .smac.b = {2}};
	size_t at = sizeof(link) + len;

	memcpy(r.body, &link, sizeof(link));
	memcpy(r.body + sizeof(link), body, len);
	for (unsigned i = 0; i < n; i++) {
		size_t w = strlen(word[i]) + 1;
		memcpy(r.body + at, word[i], w);
		at += w;
	}
	say(kind, at);
}

#define FACT_OF(kind, body, ...)                                                                   \
	fact(OBS_##kind, &(body), sizeof(body), (const char *const[]){__VA_ARGS__},                \
	     sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))

/* Of host i with its peer: contacts, volumes, flows, neighbours. */
static void links(uint32_t i)
{
	struct obs_link link = {.proto = 6, .has_mac = 1};
	uint64_t now = r.o.time_ns;

	memcpy(link.smac.b, (uint8_t[]){2, 0, 0, (uint8_t)(i >> 16), (uint8_t)(i >> 8), (uint8_t)i},
	       6);
	struct obs_neighbour near = {.link = link, .sender_mac = link.smac};
	memcpy(r.body, &near, sizeof(near));
	say(OBS_arp_request, sizeof(near));
	say(OBS_arp_reply, sizeof(near));
	r.o.sport = 135; /* neighbour solicitation */
	say(OBS_ndp, sizeof(near));
	r.o.sport = 40000;
	for (unsigned k = 0; k < 4; k++) {
		struct obs_contact c = {.link = link,
					.outcome = k == 3 ? FLOW_answered : FLOW_refused,
					.start_ns = now,
					.count = 1,
					.first_seq = r.o.seq};
		r.o.dport = (uint16_t)(k == 3 ? 445 : 1000 + i % 40000 + k);
		memcpy(r.body, &c, sizeof(c));
		say(OBS_contact, sizeof(c));
	}
	struct obs_volume v = {.link = link,
			       .start_ns = now,
			       .bytes = {60000000, 1000},
			       .total = {60000000, 1000},
			       .pkts = {40000, 100}};
	memcpy(r.body, &v, sizeof(v));
	say(OBS_volume, sizeof(v));
	struct obs_flow f = {.link = link,
			     .start_ns = now - 10000 * NS_PER_S,
			     .last_ns = now,
			     .bytes = {90000, 90000},
			     .payload = {80000, 80000},
			     .pkts = {900, 900},
			     .state = FLOW_established,
			     .outcome = FLOW_answered,
			     .interim_n = 9};
	memcpy(r.body, &f, sizeof(f));
	say(OBS_flow_interim, sizeof(f));
	f.reason = FLOW_END_timeout;
	memcpy(r.body, &f, sizeof(f));
	say(OBS_flow_end, sizeof(f));
	struct obs_beat b = {
		.link = link, .start_ns = now, .beats = 12, .median_ms = 2000, .sized = 9, .same = 9};
	r.o.dport = 443;
	memcpy(r.body, &b, sizeof(b));
	memcpy(r.body + sizeof(b), "n\0a", 4);
	say(OBS_beat, sizeof(b) + 4);
	struct obs_wake w = {.link = link};
	r.o.dport = 22;
	memcpy(r.body, &w, sizeof(w));
	say(OBS_wake, sizeof(w));
}

/* Host i is logged in to somebody outside, whose server asks. */
static void drives(uint32_t i)
{
	struct fact_ssh ssh = {.outcome = RESULT_ok, .final = 1};
	struct obs_wake w = {.link = {.proto = 6}, .by_server = 1};

	r.o.flow_id = 4ull << 40 | i;
	r.o.dport = 22;
	FACT_OF(ssh, ssh, "c", "s", "h", "h");
	for (unsigned k = 0; k < 2; k++) {
		w.payload[0] = k * 9000u;
		w.payload[1] = k * 200u;
		memcpy(r.body, &w, sizeof(w));
		say(OBS_wake, sizeof(w));
	}
}

static void windows(uint32_t i, const char *user)
{
	static const uint8_t svcctl[16] = {0x36, 0x7a, 0xbb, 0x81, 0x98, 0x44, 0x35, 0xf1,
					   0xad, 0x32, 0x98, 0xf0, 0x38, 0x00, 0x10, 0x03};
	static const uint8_t netlogon[16] = {0x12, 0x34, 0x56, 0x78, 0x12, 0x34, 0xab, 0xcd,
					     0xef, 0x00, 0x01, 0x23, 0x45, 0x67, 0xcf, 0xfb};
	static const uint8_t efsrpc[16] = {0xdf, 0x19, 0x41, 0xc5, 0xfe, 0x89, 0x4e, 0x79,
					   0xbf, 0x10, 0x46, 0x36, 0x57, 0xac, 0xf4, 0x4d};
	struct fact_login login = {.how = LOGIN_ntlm, .outcome = RESULT_failed};
	struct fact_ntlm ntlm = {.challenge = 77777 + i, .message = 2, .carrier = LOGIN_ntlm};
	struct fact_krb krb = {
		.ticket = 1 + i, .message = 13, .ticket_etype = 23, .reply_etype = 23};
	struct fact_smb_session session = {.dialect = 0x0311, .what = 1};
	struct fact_smb_tree tree = {.kind = 1, .admin = 1};
	struct fact_smb_file file = {.handle = i, .op = SMB_create, .admin = 1};
	struct fact_smb_io io = {.handle = i,
				 .read = 4096,
				 .written = 4096,
				 .overlap = 4096,
				 .read_entropy = 4000,
				 .written_entropy = 7990,
				 .closed = 1,
				 .magic_changed = 1,
				 .admin = 1,
				 .written_head = "MZ"};
	struct fact_smb_odd odd = {.kind = 2, .number = 70000};
	struct fact_rpc_bind bind = {.carrier = 1};
	struct fact_rpc_call call = {.opnum = 12, .carrier = 1};
	struct fact_ldap ldap = {.op = 3, .entries = 5000};

	r.o.dport = 445;
	FACT_OF(login, login, user, "D", "W");
	FACT_OF(ntlm, ntlm, "T", "srv");
	ntlm.message = 3;
	FACT_OF(ntlm, ntlm, user, "D", "W");
	FACT_OF(smb_session, session, user, "D", "W");
	FACT_OF(smb_tree, tree, "\\\\s\\ADMIN$", user);
	FACT_OF(smb_file, file, "ADMIN$", "psexesvc.exe", "", user);
	file.op = SMB_rename;
	FACT_OF(smb_file, file, "data", user, "x.locked", user);
	FACT_OF(smb_io, io, "data", user);
	FACT_OF(smb_odd, odd, "huge NT trans");
	memcpy(bind.interface.at, svcctl, 16);
	memcpy(call.interface.at, svcctl, 16);
	FACT_OF(rpc_bind, bind, "svcctl", user);
	FACT_OF(rpc_call, call, "svcctl", "X", "", user);
	memcpy(call.interface.at, efsrpc, 16);
	call.opnum = 0;
	FACT_OF(rpc_call, call, "lsarpc", "\\\\10.0.0.1\\x", "", user);
	memcpy(call.interface.at, netlogon, 16);
	call.opnum = 26;
	FACT_OF(rpc_call, call, "netlogon", user, "", user);
	r.o.dport = 88;
	FACT_OF(krb, krb, user, "A/x", "R", "");
	krb = (struct fact_krb){.message = 30, .error = 25};
	FACT_OF(krb, krb, user, "krbtgt/R", "R", "");
	krb = (struct fact_krb){.message = 11, .bare = 1, .reply_etype = 23};
	FACT_OF(krb, krb, user, "krbtgt/R", "R", "");
	krb = (struct fact_krb){.ticket = 1 + i, .message = 12};
	FACT_OF(krb, krb, user, "A/y", "R", "");
	krb.ticket = 1ull << 41 | i; /* nobody issued it */
	FACT_OF(krb, krb, user, "A/z", "R", "");
	r.o.dport = 389;
	FACT_OF(ldap, ldap, "DC=x", "(servicePrincipalName=*)", "*", user);
	ldap.op = 6;
	FACT_OF(ldap, ldap, "CN=x", "", "servicePrincipalName", user);
}

static void others(uint32_t i, const char *name)
{
	struct fact_http http = {.request_body = 100,
				 .response_body = 5000,
				 .status = 401,
				 .auth = 2,
				 .executable = 1};
	struct fact_tls tls = {.version = 0x0303};
	struct fact_dns dns = {.type = 1,
			       .id = (uint16_t)i,
			       .len = 60,
			       .answers = 1,
			       .response = 1,
			       .answer = host(0xc6336400u, i)};
	struct fact_name local = {.answer = host(0x0a000000u, i), .type = 1, .response = 1};
	struct fact_dhcp dhcp = {.your = host(0x0a000000u, i),
				 .message = 5,
				 .xid = i,
				 .lease_s = 60,
				 .server_id = host(0x0a000000u, i + 1),
				 .router = host(0x0a000000u, i + 2)};
	struct fact_icmp_echo echo = {
		.head = i, .longest = 1200, .fresh = {40, 40}, .odd = 9, .entropy_8th = 60};
	struct fact_dns_zone zone = {
		.zone = i, .asked = 200, .names = 200, .longs = 200, .open = 200, .up = 9000};
	struct fact_http_carry carry = {.crumbs = 16, .bodies = BODY_binary | BODY_untyped, .known = 1};
	struct fact_ssh ssh = {.attempts = 9, .outcome = RESULT_failed, .final = 1};
	struct fact_rdp rdp = {.asked = 3, .chosen = 1, .mst120 = 1};
	struct fact_file file = {.size = 9000, .executable = 1, .whole = 1};
	struct fact_conflict conflict = {.before = 100, .len = 40, .http = 1};

	r.o.dport = 5985;
	FACT_OF(http, http, "POST", name, "/wsman", "Microsoft WinRM Client", "", "");
	http.status = 200;
	FACT_OF(http, http, "POST", name, "/wsman", "Microsoft WinRM Client", "", "");
	r.o.dport = 443;
	FACT_OF(tls, tls, name, "h2", "ja3", "ja4", "", "");
	r.o.dport = 53;
	FACT_OF(dns, dns, name, "198.51.100.1");
	FACT_OF(dns_zone, zone, name, name);
	r.o.dport = 5355;
	FACT_OF(name, local, name);
	r.o.dport = 67;
	FACT_OF(dhcp, dhcp, name, "v", "x.example");
	FACT_OF(icmp_echo, echo, "");
	r.o.dport = 22;
	FACT_OF(ssh, ssh, "c", "s", "h", "h");
	ssh.outcome = RESULT_ok;
	FACT_OF(ssh, ssh, "c", "s", "h", "h");
	const struct obs_session over = {
		.link = {.proto = 6}, .start_ns = 1, .last_ns = 2, .payload = {9000, 9000}};
	memcpy(r.body, &over, sizeof(over));
	say(OBS_session, sizeof(over));
	r.o.dport = 3389;
	FACT_OF(rdp, rdp, name, name);
	r.o.dport = 80;
	FACT_OF(file, file, name, "application/x-dosexec", "");
	FACT_OF(http_carry, carry, "POST", name, "/", "", "");
	FACT_OF(http_carry, carry, "POST", name, "/", "", ""); /* one way, twice */
	FACT_OF(conflict, conflict, "");
}

/* What takes more than one word: names answered for others, a challenge handed on, a stepping
 * stone. */
static void tales(uint32_t i)
{
	struct fact_name local = {.answer = host(0x0a000000u, i), .type = 1, .response = 1};
	struct fact_ntlm ntlm = {.challenge = 1ull << 40 | i, .message = 2, .carrier = LOGIN_http};
	struct obs_wake w = {.link = {.proto = 6}};
	const struct addr src = r.o.src, dst = r.o.dst, next = host(0x0a000000u, i + 77777);
	char name[16];

	for (unsigned k = 0; k < 16; k++) {
		snprintf(name, sizeof(name), "n%u", k);
		r.o.dport = 5355;
		FACT_OF(name, local, name);
	}
	r.o.dport = 80;
	FACT_OF(ntlm, ntlm, "T", "srv");
	r.o.flow_id = 1ull << 40 | i;
	r.o.src = next;
	r.o.dst = src;
	FACT_OF(ntlm, ntlm, "T", "srv");
	struct obs_neighbour router = {.link.has_mac = 1, .router = 2, .prefix_bits = 64};
	memcpy(router.link.smac.b,
	       (uint8_t[]){2, 1, (uint8_t)(i >> 16), (uint8_t)(i >> 8), (uint8_t)i}, 5);
	router.sender_mac = router.link.smac;
	r.o.sport = 134;
	memcpy(r.body, &router, sizeof(router));
	say(OBS_ndp, sizeof(router));
	say(OBS_ndp_odd, sizeof(router));
	r.o.sport = 40000;
	struct obs_volume in = {.link.proto = 6,
				.start_ns = r.o.time_ns,
				.bytes = {900, 90000000},
				.total = {900, 90000000},
				.pkts = {100, 70000}};
	r.o.src = addr_v4_wire(htobe32(0x20000000u + i * 256));
	r.o.dport = 443;
	memcpy(r.body, &in, sizeof(in));
	say(OBS_volume, sizeof(in));
	for (unsigned k = 0; k < 40; k++) {
		r.o.time_ns += (700 + k * k * 37) * NS_PER_MS;
		for (unsigned out_of = 0; out_of < 2; out_of++) {
			r.o.flow_id = (uint64_t)(2 + out_of) << 40 | i;
			r.o.src = out_of ? src : next;
			r.o.dst = out_of ? dst : src;
			r.o.dport = 22;
			r.o.time_ns += NS_PER_MS;
			memcpy(r.body, &w, sizeof(w));
			say(OBS_wake, sizeof(w));
		}
	}
}

/* Host i asks a few servers and its neighbour, and somebody outside. */
static void drive(uint32_t i)
{
	char name[32];

	snprintf(name, sizeof(name), "u%07x", (unsigned)i);
	r.o.time_ns = (1700000000 + i / HOSTS_A_S) * NS_PER_S;
	r.o.flow_id = i + 1;
	r.o.sport = 40000;
	if (i % HOSTS_A_S == 0)
		say(OBS_tick, 0);
	r.o.src = host(0x0a000000u, i);
	r.o.dst = i % 4 ? host(0x0a000000u, i * 7919u) : host(0x0a000000u, i % SERVERS);
	links(i);
	windows(i, name);
	others(i, name);
	if (i % 16 == 0)
		tales(i);
	r.o.time_ns = (1700000000 + i / HOSTS_A_S) * NS_PER_S;
	r.o.src = host(0x0a000000u, i);
	r.o.dst = addr_v4_wire(htobe32(0x20000000u + i * 256)); /* a network of its own */
	struct fact_tls hello = {.version = 0x0303};
	snprintf(name, sizeof(name), "www.u%07x.com", (unsigned)i);
	FACT_OF(tls, hello, name, "", "", "", "", "");
	links(i);
	drives(i);
}

static void open_all(void)
{
	static char *home[] = {"10.0.0.0/8"};
	struct section of[64];
	struct err err;

	const struct section s = {.name = "detect", .params = detect_params, .config = &config};
	param_defaults(&s);
	config.home_net = (struct strs){.at = home, .n = 1};
	unsigned n = detect_sections(of, sizeof(of) / sizeof(of[0]));
	for (unsigned i = 0; i < n; i++) {
		if (strcmp(of[i].name, "detect.honey") == 0)
			CHECK_EQ(param_set(&of[i], param_find(&of[i], "paths"), "*\\psexesvc.exe",
					   &err),
				 0);
	}
	CHECK_EQ(ring_init(&out, 1 << 20, false, NULL, &err), 0);
	CHECK_EQ(detect_new(&d, &config, &out, &err), 0);
}

/* What one of these remembers is made by more than a few words of one host: by VLANs, by log-ins
 * that are put together, by hosts that have collected or ruined much. */
static const char *const by_other_means[] = {"rpc.sources_evicted",       "ransom.once_evicted",
					     "poison.leases_evicted",     "chain.told_evicted",
					     "poison.announcers_evicted", "chain.flows_evicted",
					     "chain.worms_evicted"};

static bool is_by_other_means(const char *detector, const char *name)
{
	char text[128];
	bool is = false;

	snprintf(text, sizeof(text), "%s.%s", detector, name);
	for (unsigned i = 0; i < sizeof(by_other_means) / sizeof(by_other_means[0]); i++)
		is |= strcmp(text, by_other_means[i]) == 0;
	return is;
}

/* Everything else that is named "…_evicted" has been. */
static void forgotten(void)
{
	static char text[1 << 16] = "{", *end;
	const char *detector, *name;
	unsigned tables = 0, never = 0;
	json_t *numbers, *v;

	detect_stats(d, text + 1, sizeof(text) - 2);
	end = text + strlen(text);
	memcpy(end, "}", 2);
	json_t *all = json_loads(text, 0, NULL);
	CHECK(all != NULL);
	json_object_foreach(all, detector, numbers)
	{
		json_object_foreach(numbers, name, v)
		{
			size_t n = strlen(name);
			if (n < 8 || strcmp(name + n - 8, "_evicted") != 0)
				continue;
			tables++;
			if (json_integer_value(v) > 0 || is_by_other_means(detector, name))
				continue;
			never++;
			printf("# %s.%s: none\n", detector, name);
		}
	}
	json_decref(all);
	CHECK(tables >= 59);
	CHECK_EQ(never, 0);
	const struct detect_counters *c = detect_counters_of(d);
	CHECK(count_get(&c->hosts_evicted) > 0 && count_get(&c->nets_evicted) > 0 &&
	      count_get(&c->alerted_evicted) > 0);
	CHECK_EQ(count_get(&c->lost), 0);
}

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

int main(void)
{
	const char *asked = getenv("VIGIE_HOSTS");
	uint32_t hosts = asked ? (uint32_t)strtoul(asked, NULL, 10) : HOSTS;
	double start = seconds();

	CASE("every kind of observation from hosts that are each new");
	open_all();
	uint64_t before = resident();
	size_t heap_before = heap();
	uint64_t full = 0;
	for (uint32_t i = 0; i < hosts; i++) {
		drive(i);
		if (i == hosts / 2)
			full = resident();
	}
	uint64_t end = resident();
	size_t heap_end = heap();
	for (unsigned k = 0; k < OBS_count; k++)
		CHECK(told[k] > 0 || k == OBS_rule_hit || k == OBS_health || k == OBS_end);
	printf("# %u hosts, %llu observations, %llu findings, %.1f s of CPU\n", hosts,
	       (unsigned long long)count_get(&detect_counters_of(d)->observations),
	       (unsigned long long)findings, seconds() - start);
	printf("# resident: %llu KiB at the start, %llu after half, %llu at the end; heap %zu, "
	       "%zu\n",
	       (unsigned long long)before >> 10, (unsigned long long)full >> 10,
	       (unsigned long long)end >> 10, heap_before >> 10, heap_end >> 10);
	CASE(CHECK_MEASURES ? "memory stands still" : "memory stands still # SKIP sanitizers keep what was freed");
	CHECK_EQ(heap_end, heap_before);
	CHECK(!CHECK_MEASURES || end < full + SLACK);
	CASE("what was forgotten is counted");
	if (hosts >= ENOUGH)
		forgotten();
	detect_free(d);
	ring_fini(&out);
	return check_done();
}
