// SPDX-License-Identifier: Apache-2.0
/* Compiled databases of literals kept on disk, so that a start does not compile again.
 *
 * Shape:  one file a database, named by the SHA-256 of everything it depends on: literals, flags, ids,
 *         mode, the library's version and the CPU. In it: a magic word, a hash of the rest, the
 *         library's serialised form. The hash is against damage: who may write into the folder needs
 *         no collision.
 * Owns:   one buffer that all files of a load are read into.
 * Errors: none reach the rules: a file that is missing, cut or altered is compiled anew and written
 *         again; a folder that cannot be written is said once.
 */
#pragma once

#include <hs/hs.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CACHE_KEPT 1024u /* files; the longest unused go */

struct cache { /* of one load */
	const char *dir; /* NULL or "": none */
	unsigned hits, misses, refused;
	int error; /* errno of the first file that could not be written */
	bool asked; /* cpu is filled: every question ends in the hypervisor */
	hs_platform_info_t cpu;
	uint8_t *text;
	size_t cap;
};

struct cache_key {
	char name[65];
};

void rule_cache_key(struct cache *c, struct cache_key *key, const char *const *literal, const unsigned *flags,
		    const unsigned *ids, const size_t *len, unsigned n, unsigned mode);
/* NULL: compile it. */
hs_database_t *rule_cache_load(struct cache *c, const struct cache_key *key);
void rule_cache_store(struct cache *c, const struct cache_key *key, const hs_database_t *hs);
void rule_cache_prune(struct cache *c);
void rule_cache_fini(struct cache *c); /* gives the buffer back */
