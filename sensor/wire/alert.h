// SPDX-License-Identifier: Apache-2.0
/* The contract with the collector and everybody else: what an event says. alert.def is the single
 * truth of the fields; writer, reader and docs/ALERTS.md are made from it. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ALERT_GID_RULE 1u       /* signatures */
#define ALERT_GID_DETECTOR 900u /* detectors; signature_id is the detector's number */

enum tier {
	TIER_finding, /* for hunting: stored, scored, never notified, never isolates */
	TIER_alert,   /* for people */
};

enum family { /* second word of a topic */
	FAMILY_scan,
	FAMILY_lateral,
	FAMILY_exfil,
	FAMILY_c2,
	FAMILY_ransomware,
	FAMILY_credential,
	FAMILY_policy,
	FAMILY_malware,
	FAMILY_exploit,
	FAMILY_health,
	FAMILY_other,
	FAMILY_count
};
const char *family_name(enum family f);
enum family family_parse(const char *name); /* FAMILY_other when unknown */

struct about_kv {
	const char *key, *value;
};

/* What is the same for every alert of one rule or detector. Immutable once published. */
struct about {
	uint32_t gid, sid, rev;
	uint8_t severity; /* 1 high … 3 low; 4 for information */
	uint8_t family;   /* enum family */
	bool noalert;
	const char *msg;       /* signature */
	const char *category;  /* classtype's text */
	const char *detector;  /* NULL for rules */
	const char *action;    /* EVE's: "allowed" */
	const char *technique; /* ATT&CK, "T1046"; NULL unknown */
	const char *tactic;    /* "TA0007" */
	const char *source;    /* the method's source, or the rule's reference */
	const char *check;     /* how to check it by hand; NULL for rules */
	const struct about_kv *metadata;
	unsigned n_metadata;
};

/* One number that fired. */
struct evidence {
	const char *name; /* constant, "failed_contacts" */
	double observed;
	double baseline;  /* NaN: none */
	double threshold; /* NaN: none */
	const char *unit; /* constant, "hosts" */
};

/* Identity of an event: for the whole life of an installation. */
struct event_id {
	char sensor[64];
	uint64_t epoch; /* random at each start */
	uint64_t seq;   /* 1, 2, 3 … within the epoch */
};
