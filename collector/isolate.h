// SPDX-License-Identifier: Apache-2.0
/* The isolation engine: insulate a host without switching it off, and give it back.
 *
 *   plan → (approve) → apply → verify → renew | release | expiry; every step in the audit log first
 *
 * A library: vigie-collector uses it, and so does `vigie` when the collector is down. It decides
 * and records; what touches a device is a separate program (isolators/), executed per operation.
 *
 * Owns:   the tables isolations, leases, audit, sightings and isolate_flags in the database it is
 *         lent, and the audit file. The handle stays the caller's.
 * Thread: one at a time. Two processes may share database and audit file: writes take a lock.
 *         Not inside a transaction of the caller (-EBUSY). A call that reaches a device may block
 *         for three helpers × isolate.timeout_s; put it on a thread of its own.
 * Errors: 0 or -errno with *err. -EPERM: a rail refused (the JSON lists the rails); -ENOENT: no
 *         such target or isolation; -EEXIST: already isolated (a no-op; the JSON is the one there
 *         is); -EIO: the device's answer is not known: the state is `unknown` and tick asks again;
 *         -EREMOTEIO: the helper says that nothing was done.
 *         Whenever *out is not NULL on return it is the caller's (json_decref), also on an error.
 * Units:  times are nanoseconds since the epoch (clock_real_ns) unless named _s.
 */
#pragma once

#include "base/addr.h"
#include "base/err.h"
#include "base/param.h"
#include "wire/alert.h"
#include "wire/journal_api.h"

#include <jansson.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

#define ISOLATE_ID 37 /* bytes that hold an isolation's id (a UUID), terminator included */

enum isolate_mode {                    /* each allows what stands before it, too */
		    ISOLATE_recommend, /* says what it would do; no command is carried out */
		    ISOLATE_dry_run,   /* every step is taken, with the isolator "dry-run" in the
					  enforcer's place */
		    ISOLATE_manual,    /* an analyst's commands are carried out */
		    ISOLATE_auto,      /* the collector's own, too, for the families opted in */
};

struct isolate_config { /* section "isolate"; filled by the parameter table */
	char *mode, *dir, *isolator, *profile, *audit;
	struct strs params;        /* "NAME.KEY=VALUE" for the isolator NAME */
	struct strs protect;       /* address, CIDR or MAC */
	struct strs assets;        /* "address|mac|cidr=role", as the sensor's detect.assets */
	struct strs protect_roles; /* roles never isolated */
	struct strs forensic; /* "IP" or "IP@MAC": stays reachable; the collector belongs here */
	struct strs dhcp_servers;   /* "IP": renewal goes there and to the broadcast address only */
	bool allow_arp, allow_dhcp; /* profile insulate */
	struct strs ttl_s; /* back-off: first, second, third and later isolation of a host */
	struct strs auto_families;        /* classes that may be isolated without an analyst */
	struct strs auto_single_evidence; /* … and with one kind of evidence only */
	bool auto_lease; /* … and by an enforcer that cannot time it out by itself */
	bool reapply;    /* put back what a device has lost before its TTL */
	uint32_t rate_max, rate_window_s;
	double host_percent; /* of the hosts seen may be isolated at once (at least 1) */
	uint32_t uplink_max; /* addresses behind one MAC */
	uint32_t sighting_s; /* a sighting older than this resolves nothing */
	double timeout_s;    /* one helper */
};
extern const struct param isolate_params[];

/* Whom, why, and who says so. Texts are borrowed for the call; NULL is "not given". */
struct isolate_request {
	const char *addr, *mac;         /* one is enough; a MAC given wins over the sightings */
	int vlan;                       /* -1: any */
	uint32_t ttl_s;                 /* 0: by the back-off; never longer than its last step */
	const char *isolator, *profile; /* NULL: the configured ones */
	const char *requester, *reason; /* required */
	const char *approver;
	const char *incident;
	bool over_limit; /* an analyst lifts the rate and share rails (recorded); no other */
	/* Only for the collector's own wish: */
	bool automatic;
	enum family family;
	unsigned evidence_kinds; /* independent kinds that agree */
	bool severe;
};

/* Whether the configured isolator is there; -EINVAL and the names of those that are. */
int isolate_find_check(const struct isolate_config *c, struct err *err);

struct isolate;

int isolate_open(struct isolate **e, const struct isolate_config *c, sqlite3 *db, struct err *err);
void isolate_free(struct isolate *e);
/* Tests set time; NULL is clock_real_ns. */
void isolate_set_clock(struct isolate *e, uint64_t (*now)(void));
enum isolate_mode isolate_mode(const struct isolate *e);
const char *isolate_isolator(const struct isolate *e); /* the configured one */
const char *isolate_mode_name(enum isolate_mode m);

/* What the sensor saw ARP, NDP or DHCP bind on one VLAN (its "host" events); never the MAC of
 * routed data. `role` as learnt by the sensor, or NULL. Bounded at 65,536 rows: the oldest goes. */
int isolate_sight(struct isolate *e, const struct addr *addr, const struct mac *mac, int vlan,
		  const char *role, uint64_t seen_ns, struct err *err);

/* Nothing is changed, anywhere: target, isolator, exact commands, undo, TTL, every rail with pass
 * or refuse and why. 0 also when rails refuse: ask "allowed" in the JSON. */
int isolate_plan(struct isolate *e, const struct isolate_request *r, json_t **out, struct err *err);
/* Plans, records, applies, verifies. In the mode recommend: -EPERM with the plan in the JSON. */
int isolate_apply(struct isolate *e, const struct isolate_request *r, json_t **out,
		  struct err *err);
/* `which` is an id, a MAC or an address. */
int isolate_verify(struct isolate *e, const char *which, json_t **out, struct err *err);
int isolate_renew(struct isolate *e, const char *which, uint32_t ttl_s, const char *requester,
		  const char *reason, json_t **out, struct err *err);
/* Never refused by freeze, rate or mode. 0 also when it was released before. */
int isolate_release(struct isolate *e, const char *which, const char *requester, const char *reason,
		    json_t **out, struct err *err);
/* Goes on after a failure; -EIO if any failed. The JSON is the list of what was tried. */
int isolate_release_all(struct isolate *e, const char *requester, const char *reason, json_t **out,
			struct err *err);
/* While frozen nothing is applied or renewed; releases and expiries go on. Kept over a restart. */
int isolate_freeze(struct isolate *e, bool on, const char *requester, const char *reason,
		   struct err *err);
bool isolate_frozen(struct isolate *e);

/* Call each second or so: ends what is due, asks again where the answer is unknown, and each minute
 * compares intent with every device. *changed (may be NULL): isolations whose state changed. */
int isolate_tick(struct isolate *e, unsigned *changed, struct err *err);

/* isolate_mirror.c: what a sensor has seen of an isolated host since the action (a `watch` event).
 * *news: the verdict changed, or has its first proof on the mirror. -ENOENT: that isolation is not in force, or not of that MAC. */
struct isolate_seen {
	const char *sensor, *id, *mac;
	uint64_t own, answered, unanswered, time_ns; /* packets, conversations, conversations */
	const char *peer, *proto;                    /* "" none */
	uint32_t port;                               /* 0 none */
};
int isolate_mirror(struct isolate *e, const struct isolate_seen *s, bool *news, struct err *err);
/* What sensors are to watch: the isolations in force, without dry runs. `seconds` is not set. */
struct isolate_watch {
	struct journal_watch watch;
	uint64_t expires_ns;
};
unsigned isolate_watches(struct isolate *e, struct isolate_watch *out, unsigned max);

/* An array, newest first; `all` has the ended ones, too (at most 1000). */
int isolate_list(struct isolate *e, bool all, json_t **out, struct err *err);
/* Mode, frozen, active, limits, opt-ins, isolator and its capabilities: for `vigie status`. */
int isolate_status(struct isolate *e, json_t **out, struct err *err);
unsigned isolate_active(struct isolate *e); /* without dry runs */
