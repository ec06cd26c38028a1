// SPDX-License-Identifier: Apache-2.0
/* NTLMSSP messages made by hand. */
#pragma once

#include "proto_windows.h"

static inline void put_ntlm_negotiate(struct made *m)
{
	put_hex(m, "4e544c4d53535000 01000000 97820862 0000000000000000 0000000000000000");
}

static inline void put_ntlm_challenge(struct made *m, const char *target, const char *dns)
{
	uint32_t start = m->n, n = 2 * (uint32_t)strlen(target), k = 2 * (uint32_t)strlen(dns);

	put_hex(m, "4e544c4d53535000 02000000");
	put_16(m, n);
	put_16(m, n);
	put_32(m, 48);
	put_32(m, 0x00808205);
	put_hex(m, "0123456789abcdef 0000000000000000");
	put_16(m, k + 8);
	put_16(m, k + 8);
	put_32(m, 48 + n);
	assert(m->n - start == 48);
	put_wide(m, target);
	put_16(m, 3);
	put_16(m, k);
	put_wide(m, dns);
	put_32(m, 0);
}

static inline void put_ntlm_authenticate(struct made *m, const char *domain, const char *user,
					 const char *station, unsigned nt_len)
{
	const char *const texts[3] = {domain, user, station};
	uint32_t at = 64;

	put_hex(m, "4e544c4d53535000 03000000");
	put_16(m, 0);
	put_16(m, 0);
	put_32(m, at);
	put_16(m, nt_len);
	put_16(m, nt_len);
	put_32(m, at);
	at += nt_len;
	for (unsigned i = 0; i < 3; i++) {
		uint32_t n = 2 * (uint32_t)strlen(texts[i]);

		put_16(m, n);
		put_16(m, n);
		put_32(m, at);
		at += n;
	}
	put_16(m, 0);
	put_16(m, 0);
	put_32(m, at);
	put_32(m, 0x00088205);
	for (unsigned i = 0; i < nt_len; i++)
		put_u8(m, 0xaa);
	for (unsigned i = 0; i < 3; i++)
		put_wide(m, texts[i]);
}
