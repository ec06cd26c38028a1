// SPDX-License-Identifier: Apache-2.0
/* One line of EVE: the members that every event has, in the order of wire/alert.def; eve_alert.c
 * and eve_flow.c write the rest.
 *
 * Shape:  every text has a cap, so that the longest possible line stays below EVE_LINE_MAX.
 * Errors: only a line that does not fit: length 0.
 * Cost:   no allocation, no locale, no libc formatting but for numbers with a fraction.
 */
#include "alert/eve.h"

#include "alert/eve_part.h"
#include "proto/proto.h"
#include "base/addr.h"
#include "base/clock.h"
#include "base/hash.h"
#include "flow/flow.h"
#include "wire/topic.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define PROTO_ICMP  1
#define PROTO_IP4   4
#define PROTO_TCP   6
#define PROTO_UDP   17
#define PROTO_IP6   41
#define PROTO_GRE   47
#define PROTO_ICMP6 58
#define PROTO_SCTP  132

/* Suricata keeps flow_id to 51 bits, so that readers whose numbers are doubles (JavaScript, jq)
 * keep it exact; so do we. */
#define FLOW_ID_MASK ((1ULL << 51) - 1)

#define IFACE_MAX  64u
#define SENSOR_MAX 64u
#define FILE_MAX   255u
#define EVIDENCE_MAX 64u

void eve_clipped(struct json *j, const char *key, const char *text, size_t n, size_t max)
{
	if (!text)
		return;
	if (n > max) {
		n = max;
		while (n > 0 && ((unsigned char)text[n] & 0xc0) == 0x80)
			n--;
	}
	json_strn(j, key, text, n);
}

static void clipped(struct json *j, const char *key, const char *text, size_t max)
{
	if (text && text[0])
		eve_clipped(j, key, text, strlen(text), max);
}

void eve_addr(struct json *j, const char *key, const struct addr *a)
{
	char text[ADDR_TEXT];

	json_str(j, key, addr_text(a, text));
}

void eve_time(struct json *j, const char *key, uint64_t time_ns)
{
	char text[CLOCK_TEXT];

	json_strn(j, key, text, (size_t)clock_text(time_ns, text));
}

static void mac_member(struct json *j, const char *key, const struct mac *m)
{
	char text[MAC_TEXT];

	json_str(j, key, mac_text(m, text));
}

bool eve_has_ports(uint8_t proto)
{
	return proto == PROTO_TCP || proto == PROTO_UDP || proto == PROTO_SCTP;
}

static bool is_icmp(uint8_t proto)
{
	return proto == PROTO_ICMP || proto == PROTO_ICMP6;
}

static void proto_member(struct json *j, uint8_t proto)
{
	char number[4];

	switch (proto) {
	case 0: /* no IP: of such frames only ARP makes events */
		json_str(j, "proto", "ARP");
		return;
	case PROTO_ICMP:
		json_str(j, "proto", "ICMP");
		return;
	case PROTO_TCP:
		json_str(j, "proto", "TCP");
		return;
	case PROTO_UDP:
		json_str(j, "proto", "UDP");
		return;
	case PROTO_ICMP6:
		json_str(j, "proto", "IPv6-ICMP");
		return;
	case PROTO_SCTP:
		json_str(j, "proto", "SCTP");
		return;
	case PROTO_IP4:
		json_str(j, "proto", "IPIP");
		return;
	case PROTO_IP6:
		json_str(j, "proto", "IPv6");
		return;
	case PROTO_GRE:
		json_str(j, "proto", "GRE");
		return;
	default:
		snprintf(number, sizeof(number), "%u", proto);
		json_str(j, "proto", number);
	}
}

static const char *event_type(const struct finding *f)
{
	switch ((enum finding_kind)f->kind) {
	case FINDING_flow:
		return "flow";
	case FINDING_host:
		return "host";
	case FINDING_alert:
		break;
	}
	return f->tier == TIER_alert ? "alert" : "finding";
}

static void vlans(struct json *j, const struct obs_link *l)
{
	if (l->n_vlan == 0)
		return;
	json_array(j, "vlan");
	for (unsigned i = 0; i < l->n_vlan && i < 2; i++)
		json_u64(j, NULL, l->vlan[i]);
	json_array_end(j);
}

/* The outermost pair; every other address of the event is the innermost packet's. */
static void tunnel(struct json *j, const struct pkt_tunnel *t)
{
	if (t->depth == 0)
		return;
	json_open(j, "tunnel");
	eve_addr(j, "src_ip", &t->src);
	if (eve_has_ports(t->proto))
		json_u64(j, "src_port", t->sport);
	eve_addr(j, "dest_ip", &t->dst);
	if (eve_has_ports(t->proto))
		json_u64(j, "dest_port", t->dport);
	proto_member(j, t->proto);
	json_u64(j, "depth", t->depth);
	json_close(j);
}

/* Who spoke to whom: everything of the deciding packet, or of the flow. */
static void endpoints(struct json *j, const struct eve_config *c, const struct finding *f)
{
	const struct obs_link *l = &f->link;

	eve_addr(j, "src_ip", &f->src);
	if (eve_has_ports(l->proto))
		json_u64(j, "src_port", f->sport);
	eve_addr(j, "dest_ip", &f->dst);
	if (eve_has_ports(l->proto))
		json_u64(j, "dest_port", f->dport);
	proto_member(j, l->proto);
	if (is_icmp(l->proto)) {
		bool flow = f->kind == FINDING_flow;
		json_u64(j, "icmp_type", flow ? f->sport & 0xffu : f->icmp_type);
		if (!flow)
			json_u64(j, "icmp_code", f->icmp_code);
	}
	if (c->file_name && f->kind == FINDING_alert)
		json_u64(j, "pcap_cnt", f->seq + 1);
	if (l->has_mac) {
		json_open(j, "ether");
		mac_member(j, "src_mac", &l->smac);
		mac_member(j, "dest_mac", &l->dmac);
		json_close(j);
	}
	tunnel(j, &f->tunnel);
}

static void community_id(struct json *j, const struct finding *f)
{
	char text[FLOW_COMMUNITY_ID];
	uint16_t sport = f->sport, dport = f->dport;

	if (f->link.proto == 0)
		return;
	if (is_icmp(f->link.proto) && f->kind == FINDING_alert) {
		sport = f->icmp_type;
		dport = f->icmp_code;
	}
	json_str(j, "community_id",
		 flow_community_id(&f->src, &f->dst, sport, dport, f->link.proto, text));
}

static void capture_file(struct json *j, const struct eve_config *c, const struct finding *f)
{
	const char *path = c->file_name ? c->file_name(c->file_ctx, f->link.source) : NULL;
	const char *slash = path ? strrchr(path, '/') : NULL;

	clipped(j, "capture_file", slash ? slash + 1 : path, FILE_MAX);
}

void eve_identity(struct json *j, const struct eve_config *c, const struct event_id *id,
		  bool numbered)
{
	char epoch[17];

	if (c->sensor && c->sensor[0])
		clipped(j, "sensor", c->sensor, SENSOR_MAX);
	else if (c->identity && id)
		clipped(j, "sensor", id->sensor, SENSOR_MAX);
	if (!numbered || !c->identity || !id)
		return;
	snprintf(epoch, sizeof(epoch), "%016" PRIx64, id->epoch);
	json_str(j, "sensor_epoch", epoch);
	json_u64(j, "sensor_seq", id->seq);
}

void eve_host(struct json *j, const struct finding *f)
{
	static const struct mac none;

	if (!addr_is_any(&f->host))
		eve_addr(j, "subject_ip", &f->host);
	if (!mac_eq(&f->host_mac, &none))
		mac_member(j, "subject_mac", &f->host_mac);
}

static void body(struct json *j, const struct eve_config *c, const struct finding *f)
{
	endpoints(j, c, f);
	community_id(j, f);
	if (f->link.app != APP_none)
		json_str(j, "app_proto", proto_name((enum app)f->link.app));
	if (f->kind == FINDING_flow) {
		eve_flow(j, f);
		capture_file(j, c, f);
		return;
	}
	if (f->flow_id)
		json_str(j, "direction", f->link.dir == FLOW_to_server ? "to_server" : "to_client");
	eve_geo(j, c, f);
	eve_alert(j, f);
	eve_alert_flow(j, f);
	capture_file(j, c, f);
	clipped(j, "evidence_id", c->evidence_id, EVIDENCE_MAX);
}

size_t eve_render(const struct eve_config *c, const struct finding *f, const struct event_id *id,
		  char out[EVE_LINE_MAX])
{
	struct json j = json_of(out, EVE_LINE_MAX - 1); /* room for the newline */

	json_open(&j, NULL);
	eve_time(&j, "timestamp", f->time_ns);
	if (f->flow_id && f->kind != FINDING_host)
		json_u64(&j, "flow_id", f->flow_id & FLOW_ID_MASK);
	clipped(&j, "in_iface", c->in_iface, IFACE_MAX);
	json_str(&j, "event_type", event_type(f));
	vlans(&j, &f->link);
	if (f->kind == FINDING_host)
		eve_host(&j, f);
	else
		body(&j, c, f);
	/* Flow records are telemetry: they have no place in the journal, so no number. */
	eve_identity(&j, c, id, f->kind != FINDING_flow);
	if (f->kind == FINDING_alert && f->about->gid == ALERT_GID_RULE)
		clipped(&j, "ruleset_sha256",
			__atomic_load_n(&c->ruleset_sha256, __ATOMIC_ACQUIRE), 64);
	json_close(&j);
	if (!json_ok(&j))
		return 0;
	out[j.len] = '\n';
	return j.len + 1;
}

size_t eve_topic(const struct finding *f, char *out, size_t size)
{
	char topic[TOPIC_MAX];

	switch ((enum finding_kind)f->kind) {
	case FINDING_flow:
		return (size_t)snprintf(out, size, TOPIC_FLOW);
	case FINDING_host:
		return (size_t)snprintf(out, size, TOPIC_HOST);
	case FINDING_alert:
		break;
	}
	topic_of((enum tier)f->tier, (enum family)f->about->family, f->about->severity, topic);
	return (size_t)snprintf(out, size, "%s", topic);
}
