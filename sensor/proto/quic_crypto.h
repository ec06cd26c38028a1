// SPDX-License-Identifier: Apache-2.0
/* The keys of QUIC's first packets (RFC 9001 5.2, RFC 9369 3.3, the drafts before them), which
 * whoever sees the packets can make, and what they protect.
 *
 * Cost: 32 bytes of hashing a key, one AES block and some shifts for every 16 bytes; nothing is
 * allocated.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct quic_keys { /* of one direction */
	uint8_t key[16], iv[12], hp[16];
};

/* False: Initial packets of that version are protected in a way that is not known here. */
bool quic_version_known(uint32_t version);
bool quic_keys(uint32_t version, const uint8_t *dcid, uint32_t n, struct quic_keys out[2]);
/* Takes the protection off the packet at p, whose packet number begins at `pn` and which ends at
 * `n`: the head is changed in place, the payload goes to `out` (n bytes of room). Returns the
 * payload's length, 0: it is not protected with these keys. */
uint32_t quic_open(const struct quic_keys *k, uint8_t *p, uint32_t pn, uint32_t n, uint8_t *out);
