// SPDX-License-Identifier: Apache-2.0
/* The database's tables, as the steps that make them: step n takes user_version n to n + 1. Append
 * only; a step that was ever shipped is never changed. The tables isolations, leases, audit,
 * sightings and isolate_flags in the same file are the isolation engine's. */
#include "store.h"

const char *const store_schema[] = {
	/* 0 → 1: events and how far each sensor was read */
	"CREATE TABLE events("
	" id INTEGER PRIMARY KEY,"
	" sensor TEXT NOT NULL, epoch TEXT NOT NULL, seq INTEGER NOT NULL,"
	" time_ns INTEGER NOT NULL, received_ns INTEGER NOT NULL,"
	" event_type TEXT NOT NULL, tier TEXT NOT NULL, severity INTEGER NOT NULL,"
	" family TEXT NOT NULL, gid INTEGER NOT NULL, sid INTEGER NOT NULL,"
	" detector TEXT NOT NULL, signature TEXT NOT NULL, technique TEXT NOT NULL,"
	" host TEXT NOT NULL, mac TEXT NOT NULL, src TEXT NOT NULL, dst TEXT NOT NULL,"
	" community_id TEXT NOT NULL, incident INTEGER, json TEXT NOT NULL,"
	" UNIQUE(sensor, epoch, seq));"
	"CREATE INDEX events_time ON events(tier, time_ns);"
	"CREATE INDEX events_host ON events(host, time_ns);"
	"CREATE INDEX events_incident ON events(incident) WHERE incident IS NOT NULL;"
	"CREATE TABLE progress("
	" sensor TEXT NOT NULL, epoch TEXT NOT NULL, seq INTEGER NOT NULL,"
	" updated_ns INTEGER NOT NULL, PRIMARY KEY(sensor, epoch)) WITHOUT ROWID;"
	"CREATE TABLE gaps("
	" id INTEGER PRIMARY KEY, sensor TEXT NOT NULL, epoch TEXT NOT NULL,"
	" first INTEGER NOT NULL, last INTEGER NOT NULL, found_ns INTEGER NOT NULL,"
	" UNIQUE(sensor, epoch, first));",
	/* 1 → 2: incidents and what was done about them */
	"CREATE TABLE incidents("
	" id INTEGER PRIMARY KEY, host TEXT NOT NULL, mac TEXT NOT NULL, open INTEGER NOT NULL,"
	" first_ns INTEGER NOT NULL, last_ns INTEGER NOT NULL, updated_ns INTEGER NOT NULL,"
	" alerts INTEGER NOT NULL, findings INTEGER NOT NULL, severity INTEGER NOT NULL,"
	" score REAL NOT NULL, steps_lost INTEGER NOT NULL, chain TEXT NOT NULL,"
	" recommendation TEXT);"
	"CREATE INDEX incidents_open ON incidents(host) WHERE open;"
	"CREATE INDEX incidents_last ON incidents(last_ns);"
	"CREATE TABLE timeline("
	" id INTEGER PRIMARY KEY, incident INTEGER, host TEXT NOT NULL, isolation TEXT NOT NULL,"
	" what TEXT NOT NULL, time_ns INTEGER NOT NULL, json TEXT NOT NULL);"
	"CREATE INDEX timeline_incident ON timeline(incident);",
};
const unsigned store_schema_n = sizeof(store_schema) / sizeof(store_schema[0]);
