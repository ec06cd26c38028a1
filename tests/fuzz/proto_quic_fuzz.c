// SPDX-License-Identifier: Apache-2.0
/* QUIC: the heads of packets, and what GCM lets through (the fuzzer cannot make a tag: the opening
 * of packets is tried with whatever keys the first bytes are). */
#include "proto/quic_crypto.h"
#include "proto_talk.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t in[1500], out[1500];
	struct quic_keys k[2];

	if (size > 20 && size <= sizeof(in) && quic_keys(1, data, 8, k)) {
		memcpy(in, data, size);
		quic_open(&k[0], in, data[8] % 40, (uint32_t)size, out);
	}
	return talk(17, 443, data, size);
}
