// SPDX-License-Identifier: Apache-2.0
/* LDAP over TCP, from either side. */
#include "proto_talk.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	return talk(6, 389, data, size);
}
