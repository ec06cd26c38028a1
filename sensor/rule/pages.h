// SPDX-License-Identifier: Apache-2.0
/* Where a rule set's memory comes from: arenas and Hyperscan's databases, side by side in large
 * pages. It is read from all over for every packet and fills what it takes, so large pages cost
 * nothing and save misses of the TLB: docs/why/0024.
 *
 * Shape:  chunks of CHUNK bytes, pieces cut from the newest; a chunk goes back to the kernel when
 *         its last piece is given back. Builds with a sanitizer take every piece from malloc.
 * Thread: any; a lock. Nothing of it is called for a packet.
 */
#pragma once

#include <stddef.h>

void *rule_pages_take(size_t n);  /* zeroed, aligned to 64 bytes; NULL: no memory */
void rule_pages_give(void *piece); /* NULL is fine */
/* Hyperscan's databases from now on; before the first of them. */
void rule_pages_serve(void);
