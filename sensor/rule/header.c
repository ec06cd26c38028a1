// SPDX-License-Identifier: Apache-2.0
/* A rule's first words: action, protocol, direction. Application protocols are known by name, so
 * that a slip gets a hint; one that nothing in proto/ parses is named as not matched. */
#include "rule/compile.h"

#include "base/ascii.h"

static const struct keyword hook = {.name = "protocol:hook", .syntax = "", .what = ""};
static const struct keyword firewall = {.name = "action accept", .syntax = "", .what = ""};

static const struct {
	const char *name;
	bool pass, noalert; /* config: of transactions nothing is logged, so nothing is turned off */
	uint8_t rank;       /* signature.action_rank */
	const struct keyword *unmatched;
} actions[] = {
	{.name = "alert", .rank = 3},
	{.name = "pass", .pass = true},
	{.name = "drop", .rank = 1},
	{.name = "reject", .rank = 2},
	{.name = "rejectsrc", .rank = 2},
	{.name = "rejectdst", .rank = 2},
	{.name = "rejectboth", .rank = 2},
	{.name = "config", .noalert = true, .rank = 3},
	{.name = "accept", .rank = 3, .unmatched = &firewall},
};

int rule_header_action(struct build *b, struct span word)
{
	const char *names[sizeof(actions) / sizeof(actions[0]) + 1] = {NULL};
	const char *colon = memchr(word.at, ':', word.len);
	struct span name = span_cut(word, 0, colon ? (uint32_t)(colon - word.at) : word.len);
	char text[32];

	for (unsigned i = 0; i < sizeof(actions) / sizeof(actions[0]); i++) {
		names[i] = actions[i].name;
		if (!span_is(name, actions[i].name))
			continue;
		b->sig->rule.pass = actions[i].pass;
		b->sig->action_rank = actions[i].rank;
		b->sig->rule.about.noalert = actions[i].noalert;
		if (actions[i].unmatched)
			rule_build_unmatched(b, actions[i].unmatched);
		return 0;
	}
	int rc = rule_fault(b->fault, word, "unknown action '%.*s'", (int)word.len, word.at);
	const char *near = err_closest(rule_span_text(name, text, sizeof(text)), names);
	if (near)
		err_hint(b->fault->err, "did you mean '%s'?", near);
	else
		err_hint(b->fault->err, "a rule begins with alert, pass, drop or reject");
	return rc;
}

struct proto {
	const char *name;
	uint8_t bits, net, ip_proto;
	bool packet, stream;
};

static const struct proto protos[] = {
	{"ip", PROTO_ALL, 0, 0, false, false},
	{"any", PROTO_ALL, 0, 0, false, false},
	{"ip4", PROTO_ALL, 4, 0, false, false},
	{"ipv4", PROTO_ALL, 4, 0, false, false},
	{"ip6", PROTO_ALL, 6, 0, false, false},
	{"ipv6", PROTO_ALL, 6, 0, false, false},
	{"pkthdr", PROTO_ALL, 0, 0, true, false},
	{"tcp", PROTO_TCP, 0, 6, false, false},
	{"tcp-pkt", PROTO_TCP, 0, 6, true, false},
	{"tcp-stream", PROTO_TCP, 0, 6, false, true},
	{"udp", PROTO_UDP, 0, 17, false, false},
	{"icmp", PROTO_ICMP | PROTO_ICMP6, 0, 0, false, false},
	{"icmpv4", PROTO_ICMP, 0, 1, false, false},
	{"icmpv6", PROTO_ICMP6, 0, 58, false, false},
	{"sctp", PROTO_OTHER, 0, 132, false, false},
	{"gre", PROTO_OTHER, 0, 47, false, false},
	{"esp", PROTO_OTHER, 0, 50, false, false},
	{"igmp", PROTO_OTHER, 0, 2, false, false},
	{"arp", PROTO_ARP, 0, 0, false, false},
	{"ether", PROTO_ALL | PROTO_ARP, 0, 0, true, false},
};

#define APP(name_) {.name = "protocol " name_, .syntax = name_, .what = "", .proto = true}
static const struct keyword app_words[] = {
	APP("http"), APP("http1"), APP("http2"), APP("tls"), APP("ssl"), APP("dns"), APP("doh2"),
	APP("mdns"), APP("llmnr"), APP("smtp"), APP("ftp"), APP("ftp-data"), APP("smb"),
	APP("dcerpc"), APP("ssh"), APP("imap"), APP("pop3"), APP("nfs"), APP("ntp"), APP("dhcp"),
	APP("krb5"), APP("ike"), APP("ikev2"), APP("snmp"), APP("sip"), APP("tftp"), APP("rfb"), APP("rdp"),
	APP("mqtt"), APP("telnet"), APP("modbus"), APP("dnp3"), APP("enip"), APP("quic"),
	APP("websocket"), APP("ldap"), APP("pgsql"), APP("mysql"), APP("bittorrent-dht"),
	APP("radius"), APP("rsync"), APP("irc"), APP("jabber"), APP("msn"), APP("template"),
};

#define N_PROTOS (sizeof(protos) / sizeof(protos[0]))
#define N_APPS (sizeof(app_words) / sizeof(app_words[0]))

static void take_proto(struct build *b, const struct proto *p)
{
	b->sig->protos = p->bits;
	b->sig->net = p->net;
	b->sig->ip_proto = p->ip_proto;
	b->tcp_pkt = p->packet;
	b->tcp_stream = p->stream;
}

/* Names that stand for other protocols here, or for several. */
static const struct {
	const char *name, *app;
} also[] = {
	{"http", "http2"}, {"http", "doh2"}, {"http1", "http"}, {"http2", "doh2"},
	{"ikev2", "ike"}, {"ssl", "tls"},    {"dcerpc", "smb"}, {"dns", "doh2"},
};

uint64_t rule_header_apps(const char *name)
{
	enum app app = strcmp(name, "http1") == 0 ? APP_none : proto_find(name, strlen(name));
	uint64_t apps = app ? 1ull << app : 0;

	for (unsigned i = 0; i < sizeof(also) / sizeof(also[0]); i++) {
		app = strcmp(name, also[i].name) == 0 ? proto_find(also[i].app, strlen(also[i].app))
						       : APP_none;
		apps |= app ? 1ull << app : 0;
	}
	return apps;
}

static void take_app(struct build *b, const struct keyword *app)
{
	struct signature *s = b->sig;

	s->app_mask = b->header_apps = rule_header_apps(app->syntax);
	s->header_app = true;
	for (unsigned a = APP_failed + 1; a < APP_count; a++) {
		if (!(s->app_mask >> a & 1))
			continue;
		s->protos |= protocols[a]->over & PROTO_OVER_TCP ? PROTO_TCP : 0;
		s->protos |= protocols[a]->over & PROTO_OVER_UDP ? PROTO_UDP : 0;
	}
	if (!s->app_mask) {
		s->protos = PROTO_ALL;
		rule_build_unmatched(b, app);
	}
}

/* Points of a transaction: the progress of the field that is complete there; no field: the first
 * step of a direction, or its last. */
static const struct {
	const char *app, *name, *field;
	uint8_t dir;
	bool last;
} hooks[] = {
	{NULL, "request_started", NULL, FLOW_to_server, false},
	{NULL, "request_complete", NULL, FLOW_to_server, true},
	{NULL, "response_started", NULL, FLOW_to_client, false},
	{NULL, "response_complete", NULL, FLOW_to_client, true},
	{"http1", "request_line", "http.request_line", FLOW_to_server, false},
	{"http1", "request_headers", "http.header", FLOW_to_server, false},
	{"http1", "request_body", "http.request_body", FLOW_to_server, false},
	{"http1", "response_line", "http.response_line", FLOW_to_client, false},
	{"http1", "response_headers", "http.header", FLOW_to_client, false},
	{"http1", "response_body", "http.response_body", FLOW_to_client, false},
	{"tls", "client_hello_done", "tls.sni", FLOW_to_server, false},
	{"tls", "server_cert_done", "tls.certs", FLOW_to_client, false},
};

static int take_hook(struct build *b, const char *app, struct span name)
{
	const struct buffer *f;

	for (unsigned i = 0; i < sizeof(hooks) / sizeof(hooks[0]) && b->header_apps; i++) {
		enum app a = (enum app)__builtin_ctzll(b->header_apps);
		uint8_t dir = hooks[i].dir;

		if (!span_is(name, hooks[i].name) || (hooks[i].app && strcmp(app, hooks[i].app) != 0))
			continue;
		f = hooks[i].field ? rule_buffer_find(span_of(hooks[i].field)) : NULL;
		const struct field *field = f ? rule_buffer_field(f, a) : NULL;
		if (hooks[i].field && !field)
			break;
		b->sig->hook = field	     ? field->progress[dir]
			       : hooks[i].last ? protocols[a]->done[dir]
					       : 1;
		b->sig->flow |= dir ? NEED_TO_CLIENT : NEED_TO_SERVER;
		return 0;
	}
	rule_build_unmatched(b, &hook);
	return 0;
}

static int unknown_proto(struct build *b, struct span name)
{
	const char *names[N_PROTOS + N_APPS + 1] = {NULL};
	char text[32];
	int rc = rule_fault(b->fault, name, "unknown protocol '%.*s'", (int)name.len, name.at);

	for (unsigned i = 0; i < N_PROTOS; i++)
		names[i] = protos[i].name;
	for (unsigned i = 0; i < N_APPS; i++)
		names[N_PROTOS + i] = app_words[i].syntax;
	const char *near = err_closest(rule_span_text(name, text, sizeof(text)), names);
	if (near)
		err_hint(b->fault->err, "did you mean '%s'?", near);
	return rc;
}

int rule_header_proto(struct build *b, struct span word)
{
	char lower[32];

	/* Suricata 8 names a point in a transaction after a colon: "http1:request_started". */
	const char *colon = memchr(word.at, ':', word.len);
	struct span name = span_cut(word, 0, colon ? (uint32_t)(colon - word.at) : word.len);

	rule_span_text(name, lower, sizeof(lower));
	for (char *c = lower; *c; c++)
		*c = (char)ascii_lower((uint8_t)*c);
	for (unsigned i = 0; i < N_PROTOS; i++) {
		if (strcmp(lower, protos[i].name) == 0) {
			take_proto(b, &protos[i]);
			if (colon)
				rule_build_unmatched(b, &hook);
			return 0;
		}
	}
	for (unsigned i = 0; i < N_APPS; i++) {
		if (strcmp(lower, app_words[i].syntax) == 0) {
			take_app(b, &app_words[i]);
			return colon ? take_hook(b, lower, span_cut(word, name.len + 1, word.len)) : 0;
		}
	}
	return unknown_proto(b, name);
}

int rule_header_dir(struct build *b, struct span word)
{
	if (span_is(word, "->"))
		return 0;
	if (span_is(word, "<>")) {
		b->sig->both_ways = true;
		return 0;
	}
	if (span_is(word, "=>")) {
		b->sig->whole_tx = true;
		return 0;
	}
	int rc = rule_fault(b->fault, word, "'%.*s' is no direction", (int)word.len, word.at);
	if (span_is(word, "<-"))
		err_hint(b->fault->err, "write the source first: B -> A");
	else
		err_hint(b->fault->err, "-> or <>");
	return rc;
}
