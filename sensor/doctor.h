// SPDX-License-Identifier: Apache-2.0
/* vigie-sensor doctor: is what the mirror shows whole, and what has to be changed where it is not.
 *
 * Facts are measured from the frames (doctor_pkt, doctor_talk) and from the interface (doctor_host),
 * then judged in one place (doctor_judge), every limit beside its check, then told (doctor_tell).
 *
 * Thread: one; off the sensor's fast path.
 */
#pragma once

#include "decode/pkt.h"
#include "flow/flow.h"
#include "options.h"

#include <stdio.h>

#define DOCTOR_SUBNETS 4096u
#define DOCTOR_TALKS   65536u
#define DOCTOR_RECENT  16384u

enum doctor_check {
#define DOCTOR_CHECK(word, what, change) DOCTOR_##word,
#include "doctor.def"
#undef DOCTOR_CHECK
	DOCTOR_count
};

struct doctor_subnet { /* of ours: /24 or /64 */
	struct addr net;
	uint64_t heard, told;   /* packets from it; TCP acknowledgements to it */
	uint64_t one_way;       /* conversations whose silent side is in it */
	bool used;
};

struct doctor_facts {
	uint64_t frames, bytes, first_ns, last_ns;
	uint64_t cut, cut_inside;       /* cap_len < wire_len; the IP packet goes on past the frame */
	uint64_t unread;                /* other verdicts than ok and "not ours" */
	uint64_t ip, fragments, unicast;
	uint64_t comparable, twice, twice_elsewhere; /* ... with another MAC, VLAN or TTL */
	uint64_t summed, sum_empty, sum_wrong;
	uint64_t tcp_frames, glued, large; /* above 1518 bytes: glued by offload, or plain large */
	uint32_t largest;
	uint64_t back, back_worst_ns, jumps, jump_worst_ns;
	uint64_t talks, one_way;        /* conversations judged; heard on one side only */
	char one_way_example[160];
	uint64_t two_way, vlan_one_side, vlan_differs;
	uint64_t payload, holes, hole_bytes; /* of two-way conversations */
	uint64_t untracked;
	struct doctor_subnet subnet[DOCTOR_SUBNETS];
	/* Of a live source. */
	bool live, drops_known;
	uint64_t dropped, handed_over;
};

struct doctor_port { /* what the kernel says of the interface */
	bool known, up, promiscuous, gro, lro, rxvlan, offload_known, pci;
	uint8_t mac[6];
	int mtu, numa, numa_worker; /* -1: unknown or any */
	unsigned addresses;
	uint64_t huge_total, huge_free; /* pages */
};

struct doctor_talks;
struct doctor_recent;

struct doctor {
	struct doctor_facts facts;
	struct doctor_port port;
	struct flow_table *flows;
	struct doctor_talks *talks;
	struct doctor_recent *recent;
	const struct strs *home; /* CIDRs */
	struct cidr home_cidr[64];
	unsigned n_home;
	struct verdicts verdicts;
	uint64_t last_ns; /* the frame before */
	uint32_t last_source;
	bool any;
};

enum doctor_grade { DOCTOR_ok, DOCTOR_problem, DOCTOR_note, DOCTOR_unjudged };

struct doctor_result {
	enum doctor_grade grade;
	char text[400]; /* with its numbers */
	uint64_t observed, of;
	double limit; /* a share of `of`, or a number */
};

/* The whole command: reads, judges, tells. Returns the exit code. */
int doctor_main(struct options *o);
#define EXIT_DOCTOR 3 /* something should be changed */

int doctor_init(struct doctor *d, const struct options *o, struct err *err);
void doctor_fini(struct doctor *d);
/* One frame in the order of the source. */
void doctor_frame(struct doctor *d, const struct frame *f);
/* Ends every conversation, so that all are judged. */
void doctor_end(struct doctor *d, uint64_t seq, uint64_t now_ns);

int doctor_talks_new(struct doctor_talks **t);
void doctor_talks_free(struct doctor_talks *t);
/* A TCP packet of flow p->flow; true when it is larger than its connection may send. */
bool doctor_talk_pkt(struct doctor *d, const struct pkt *p, bool large);
void doctor_talk_end(struct doctor *d, const struct flow *f);

void doctor_subnet_heard(struct doctor *d, const struct addr *a);
void doctor_subnet_told(struct doctor *d, const struct addr *a);
struct doctor_subnet *doctor_subnet_of(struct doctor *d, const struct addr *a);

void doctor_host(struct doctor_port *p, const char *interface, const struct options *o);
/* Values in, results out: DOCTOR_count of them. */
void doctor_judge(const struct doctor_facts *f, const struct doctor_port *p,
		  struct doctor_result *out);
/* Returns how many problems there are. */
unsigned doctor_tell(const struct doctor *d, const struct doctor_result *r, const char *what,
		     bool json, FILE *out);
