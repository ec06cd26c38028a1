// SPDX-License-Identifier: Apache-2.0
/* Names of events, and the events that verdicts are. */
#include "decode/event.h"

#include "decode/walk.h"

#include <assert.h>
#include <stddef.h>
#include <string.h>

struct text {
	const char *name, *what;
};

static const struct text decode_text[] = {
#define DECODE(bit, name, what) {name, what},
#define STREAM(bit, name, what)
#define RARE(number, name, what)
#include "decode/event.def"
#undef DECODE
#undef STREAM
#undef RARE
};

static const struct text stream_text[] = {
#define DECODE(bit, name, what)
#define STREAM(bit, name, what) {name, what},
#define RARE(number, name, what)
#include "decode/event.def"
#undef DECODE
#undef STREAM
#undef RARE
};

static const struct text rare_text[] = {
	{"", ""},
#define DECODE(bit, name, what)
#define STREAM(bit, name, what)
#define RARE(number, name, what) {name, what},
#include "decode/event.def"
#undef DECODE
#undef STREAM
#undef RARE
};

static_assert(DECODE_count <= 64 && STREAM_count <= 64, "a bit each");

const char *decode_event_name(enum decode_event e)
{
	return decode_text[e].name;
}

const char *decode_event_what(enum decode_event e)
{
	return decode_text[e].what;
}

const char *stream_event_name(enum stream_event e)
{
	return stream_text[e].name;
}

const char *stream_event_what(enum stream_event e)
{
	return stream_text[e].what;
}

static int find(const struct text *t, int n, const char *prefix, const char *name)
{
	size_t skip = strlen(prefix);

	if (strncmp(name, prefix, skip) == 0)
		name += skip;
	for (int i = 0; i < n; i++)
		if (strcmp(t[i].name, name) == 0)
			return i;
	return -1;
}

int decode_event_find(const char *name)
{
	return find(decode_text, DECODE_count, "decoder.", name);
}

int stream_event_find(const char *name)
{
	return find(stream_text, STREAM_count, "stream.", name);
}

int rare_event_find(const char *name)
{
	return find(rare_text, RARE_count, "decoder.", name);
}

void walk_rare(struct walk *w, enum rare_event e)
{
	struct pkt *p = w->pkt;

	p->events |= EVENT_BIT(DECODE_rare);
	for (unsigned i = 0; i < RARE_MAX; i++) {
		if (p->rare[i] == e)
			return;
		if (p->rare[i] == RARE_none) {
			p->rare[i] = (uint8_t)e;
			return;
		}
	}
}

static const uint64_t of_verdict[VERDICT_count] = {
	[VERDICT_link_short] = EVENT_BIT(DECODE_ether_short),
	[VERDICT_null_family] = EVENT_BIT(DECODE_null_family),
	[VERDICT_raw_version] = EVENT_BIT(DECODE_raw_version),
	[VERDICT_vlan_short] = EVENT_BIT(DECODE_vlan_short),
	[VERDICT_vlan_deep] = EVENT_BIT(DECODE_vlan_deep),
	[VERDICT_depth] = EVENT_BIT(DECODE_layers),
	[VERDICT_tunnel_deep] = EVENT_BIT(DECODE_layers),
	[VERDICT_mpls_short] = EVENT_BIT(DECODE_mpls_short),
	[VERDICT_mpls_payload] = EVENT_BIT(DECODE_mpls_payload),
	[VERDICT_gre_short] = EVENT_BIT(DECODE_gre_short),
	[VERDICT_gre_routing] = EVENT_BIT(DECODE_gre_routing),
	[VERDICT_vxlan_short] = EVENT_BIT(DECODE_vxlan_payload),
	[VERDICT_vxlan_flags] = EVENT_BIT(DECODE_vxlan_payload),
	[VERDICT_geneve_short] = EVENT_BIT(DECODE_geneve_payload),
	[VERDICT_geneve_version] = EVENT_BIT(DECODE_geneve_payload),
	[VERDICT_erspan_short] = EVENT_BIT(DECODE_erspan_short),
	[VERDICT_erspan_version] = EVENT_BIT(DECODE_erspan_version),
	[VERDICT_ip4_short] = EVENT_BIT(DECODE_ip4_short),
	[VERDICT_ip4_version] = EVENT_BIT(DECODE_ip4_version),
	[VERDICT_ip4_ihl] = EVENT_BIT(DECODE_ip4_ihl),
	[VERDICT_ip4_frag_overrun] = EVENT_BIT(DECODE_ip4_frag_large),
	[VERDICT_ip6_short] = EVENT_BIT(DECODE_ip6_short),
	[VERDICT_ip6_version] = EVENT_BIT(DECODE_ip6_version),
	[VERDICT_ip6_length] = EVENT_BIT(DECODE_ip6_truncated),
	[VERDICT_ip6_ext_short] = EVENT_BIT(DECODE_ip6_ext_short),
	[VERDICT_ip6_ext_many] = EVENT_BIT(DECODE_layers),
	[VERDICT_ip6_frag_overrun] = EVENT_BIT(DECODE_ip6_frag_large),
	[VERDICT_ip6_whole_fragment] = EVENT_BIT(DECODE_ip6_useless_fragment),
	[VERDICT_ip6_rh0] = EVENT_BIT(DECODE_ip6_routing_0),
	[VERDICT_ip6_frag_length] = EVENT_BIT(DECODE_ip6_frag_length),
	[VERDICT_ip6_frag_reserved] = EVENT_BIT(DECODE_ip6_fragment_reserved),
	[VERDICT_ip6_after_none] = EVENT_BIT(DECODE_ip6_after_none),
	[VERDICT_ah_short] = EVENT_BIT(DECODE_ip6_ext_short),
	[VERDICT_tcp_short] = EVENT_BIT(DECODE_tcp_short),
	[VERDICT_udp_short] = EVENT_BIT(DECODE_udp_short),
	[VERDICT_sctp_short] = EVENT_BIT(DECODE_sctp_short),
	[VERDICT_icmp_short] = EVENT_BIT(DECODE_icmp_short),
	[VERDICT_icmp6_short] = EVENT_BIT(DECODE_icmp6_short),
	[VERDICT_frag_tiny] = EVENT_BIT(DECODE_frag_tiny),
};

uint64_t walk_event_of(enum verdict v)
{
	return of_verdict[v];
}
