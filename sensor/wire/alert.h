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
enum about_target { ABOUT_TARGET_none, ABOUT_TARGET_src, ABOUT_TARGET_dst };
struct about {
	uint32_t gid, sid, rev;
	uint8_t severity; /* 1 high … 3 low; 4 for information */
	uint8_t family;   /* enum family */
	uint8_t target;   /* enum about_target: which end of the deciding packet is the victim */
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

/* The fields of an event, from alert.def, in the order in which they are written. */
enum alert_type {
	ALERT_TYPE_string,
	ALERT_TYPE_integer,
	ALERT_TYPE_number, /* or null where there is none */
	ALERT_TYPE_boolean,
	ALERT_TYPE_object,
	ALERT_TYPE_strings,  /* an array of them */
	ALERT_TYPE_integers, /* likewise */
	ALERT_TYPE_objects,  /* likewise */
};
#define ALERT_IN_alert 1u /* bits: the event types that may carry a field */
#define ALERT_IN_finding 2u
#define ALERT_IN_flow 4u
#define ALERT_IN_host 8u
#define ALERT_IN_evidence 16u
#define ALERT_IN_watch 32u
struct alert_field {
	const char *path; /* dots between the keys; "[]" after an array's */
	uint8_t type;     /* enum alert_type */
	uint8_t in;       /* ALERT_IN_* bits */
	const char *when; /* "always", or the condition in words */
	const char *unit; /* "" for none */
	const char *what;
};
extern const struct alert_field alert_fields[]; /* ends with path NULL */
const struct alert_field *alert_field_find(const char *path); /* or NULL */
const char *alert_type_name(enum alert_type t);
/* Bit of an event_type's name, 0 when unknown. */
unsigned alert_in_parse(const char *event_type);
