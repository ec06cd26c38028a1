// SPDX-License-Identifier: Apache-2.0
/* Who calls a server at regular times: connections to it, and what is said inside one after half a
 * second of silence, are beats; told are the pairs (client, server, port) whose beats are regular,
 * not the beats.
 *
 * A beat is tested against those before it. Its gap is inside when it lies within a factor of the
 * median of the last BEAT_GAPS gaps, and the evidence of each of three widths is an e-detector,
 * M := max(M, 1) * LR, with LR the share of a beacon's gaps there over the largest share any of the
 * null's distributions has in a window of that width:
 *
 *     width           inside  twice, three times as long  outside   for a jitter of
 *     1.10   0.10     7.5     1                           0.07      nothing but the network's
 *     1.25   0.20     3.75    0.5                         0.125     20 %
 *     2.25   0.556    1.71    0.11                        0.11      50 %
 *
 * The null: gaps drawn from an exponential, a log-normal of sigma 0.6 and more, a Pareto of shape 1
 * and less, and mixtures of exponentials: what people and their browsers do. The largest share is
 * the Pareto's, 1 - 1 / width. Then E[LR] <= 1 for any reference that is known before the gap, so
 * the mean of the three passes 1 / alpha at most once in 1 / alpha gaps. Missed beats are gaps of
 * two or three times the length: they say little either way.
 *
 * Regular things are mostly benign (updates, mail, monitoring): that a pair is told accuses nobody.
 *
 * Shape:  BEAT_WAYS entries a set, the one silent for longest goes, counted.
 * Thread: the worker's.
 * Cost:   one look-up a connection, a wake, a TLS hello, an HTTP transaction; sixteen numbers
 *         sorted a beat; nothing a packet.
 * Source: Shin, Ramdas, Rinaldo, "E-detectors", 2022; why this null: docs/why/0019-beats.md.
 */
#pragma once

#include "base/count.h"
#include "base/err.h"
#include "flow/flow.h"
#include "observe/observation.h"

#include <stdbool.h>
#include <stdint.h>

#define BEAT_WAYS     8u
#define BEAT_GAPS     15u
#define BEAT_WIDTHS   3u
#define BEAT_NAME     64u
#define BEAT_AGENT    64u
#define BEAT_LEAST    8u  /* fewer are never told */
#define BEAT_EVIDENCE 1e4 /* 1 / alpha */
#define BEAT_LEAST_NS FLOW_IDLE_NS

/* OBS_beat: src calls dst at regular times (observe/beat.h). words: SNI or Host, User-Agent or JA4
 */
struct obs_beat {
	struct obs_link link;
	uint64_t start_ns;   /* of the first beat */
	uint64_t payload[2]; /* to server, to client; of flows that have ended */
	double evidence;
	uint32_t beats, flows;                 /* beats; connections among them */
	uint32_t median_ms, least_ms, most_ms; /* of the last gaps */
	uint32_t sized, same; /* beats whose size is known; that are as long as the one before */
	uint32_t size;        /* bytes to the server, of the last */
	uint8_t tls, http, self_signed;
	uint8_t many_names; /* it was not always the same name */
	uint8_t pad[4];
};

struct beat {
	uint64_t key;               /* 0: free */
	uint64_t first_ns, last_ns; /* beats */
	uint64_t spoke_ns;          /* the last event of any kind */
	uint64_t busy_ns;           /* flows that ended lived so long, in all */
	uint64_t flow_id, said[2];  /* of the flow that woke last: payload then */
	uint64_t sum[2];            /* payload to the server and back */
	uint32_t gap_ms[BEAT_GAPS]; /* a ring */
	uint32_t beats, flows, ended, wakes;
	uint32_t told;        /* beats when it was last told */
	uint32_t sized, same; /* beats whose size is known; that are as long as the last */
	uint32_t size;
	double m[BEAT_WIDTHS];
	uint8_t self_signed, tls, http, many_names;
	uint8_t woke;           /* flow_id has */
	char name[BEAT_NAME];   /* SNI or Host; "" none */
	char agent[BEAT_AGENT]; /* User-Agent or JA4 */
};

struct beat_set { /* one cache line: entries are touched when they are the right ones */
	uint32_t tag[BEAT_WAYS];  /* of the key; 0: free */
	uint32_t used[BEAT_WAYS]; /* logical time of the last event */
};

struct beats {
	struct beat_set *set;
	struct beat *at;
	uint32_t n_sets; /* a power of two */
	uint32_t clock;
	struct count taken, evicted;
};

int beats_init(struct beats *b, uint32_t entries, struct err *err);
void beats_fini(struct beats *b);
struct beat *beats_find(struct beats *b, uint64_t key); /* NULL: none */
struct beat *beats_get(struct beats *b, uint64_t key, uint64_t now_ns);
/* Something began at now_ns; true: it was a beat. */
bool beat_event(struct beat *e, uint64_t now_ns);
/* So much was said since the last one. */
void beat_size(struct beat *e, uint64_t up);
double beat_evidence(const struct beat *e);
uint32_t beat_median_ms(const struct beat *e); /* 0: no gaps yet */
/* It is regular, and is to be told now. */
bool beat_due(const struct beat *e);
