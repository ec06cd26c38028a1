// SPDX-License-Identifier: Apache-2.0
/* detect → alert: something was found, with the numbers that say so. A record in the ring from the
 * detect thread to the writer: this struct, then text_len bytes of subject, then eve_len bytes of a
 * rule's protocol fragment. */
#pragma once

#include "base/addr.h"
#include "observe/observation.h"
#include "wire/alert.h"

#include <math.h>
#include <stdint.h>

#define FINDING_EVIDENCE 8
#define FINDING_SUBJECT 256u

enum finding_kind {
	FINDING_alert, /* tier says alert or finding */
	FINDING_flow,  /* a flow record passing through: flow_end, flow_interim */
	FINDING_host,  /* an identity sighting: address ↔ MAC, for the collector's isolation */
};

struct finding {
	uint8_t kind; /* enum finding_kind */
	uint8_t tier; /* enum tier */
	uint8_t n_evidence;
	uint8_t has_flow;
	uint8_t icmp_type, icmp_code;
	uint8_t is_interim;
	uint8_t pad;
	uint32_t count; /* how many matches this one stands for (threshold, window); >= 1 */
	uint64_t time_ns; /* packet time of the deciding packet */
	uint64_t seq;     /* its frame number: pcap_cnt - 1 */
	uint64_t flow_id; /* 0: none */
	const struct about *about;
	struct obs_link link;
	struct pkt_tunnel tunnel; /* around the deciding packet, or the flow; depth 0: none */
	struct addr src, dst; /* of the deciding packet; src is the accused unless subject_is_dst */
	uint16_t sport, dport;
	struct addr host;     /* whom to look at: the accused */
	struct mac host_mac;  /* zero: not known */
	double score;         /* >= 1; comparable within one detector only */
	struct evidence evidence[FINDING_EVIDENCE];
	struct obs_flow flow; /* FINDING_flow, or the flow at the hit when has_flow */
	uint32_t text_len;    /* subject: "22 failed first contacts to 445/tcp in 3 s; first 10.0.0.1 …" */
	uint32_t eve_len;
};

static inline const char *finding_text(const struct finding *f)
{
	return (const char *)(f + 1);
}
static inline const char *finding_eve(const struct finding *f)
{
	return (const char *)(f + 1) + f->text_len;
}
