// SPDX-License-Identifier: Apache-2.0
/* Where an address is and whose network it is in, from any MaxMind DB the operator has.
 *
 * A database is copied into memory that nobody else can write, checked whole (geo_check.h) and only
 * then given to libmaxminddb: neither a broken file nor one that is overwritten in place while it
 * is in use can hurt the sensor.
 *
 * Shape:  one direct-mapped cache of `cache` addresses; at most GEO_DATABASES databases.
 * Owns:   the databases; a place is lent until the next geo_find().
 * Thread: one, the writer's, for all but geo_country().
 * Errors: a database that is not whole is refused at the start, with its name and a reason.
 * Cost:   memory: the files' size, and sizeof(struct geo_place) a cached address.
 */
#pragma once

#include "base/addr.h"
#include "base/count.h"
#include "base/err.h"
#include "base/param.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define GEO_DATABASES 8u
#define GEO_TEXT      96u /* bytes of a name, terminator included; longer ones are cut */

struct geo_config {
	struct strs databases;
	uint32_t cache; /* addresses */
};
extern const struct param geo_params[];

struct geo_place {       /* "" and 0: not known */
	char country[3]; /* ISO 3166-1 alpha-2 */
	char city[GEO_TEXT];
	char as_organization[GEO_TEXT];
	uint32_t as_number;
};

struct geo_counters {
	struct count lookups, cached;
	struct count errors; /* libmaxminddb refused what geo_check() let through */
};

struct geo;
/* *g is NULL when no database is configured. */
int geo_open(struct geo **g, const struct geo_config *c, struct err *err);
void geo_close(struct geo *g); /* NULL is fine */
/* NULL: nothing is known of it, or `g` is NULL. The first database that knows a field wins. */
const struct geo_place *geo_find(struct geo *g, const struct addr *a);
/* The country alone, from the databases and not from the cache. Any thread; false: not known. */
bool geo_country(const struct geo *g, const struct addr *a, char out[3]);
const struct geo_counters *geo_counters_of(const struct geo *g);

/* One more database from bytes, for tests: what geo_open() does with each file. `name` is for the
 * sentence. On success an address can be looked up in it. */
int geo_open_bytes(struct geo **g, const char *name, const void *p, size_t n, uint32_t cache,
		   struct err *err);
