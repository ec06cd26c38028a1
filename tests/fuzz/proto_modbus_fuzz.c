// SPDX-License-Identifier: Apache-2.0
/* Modbus over TCP. */
#include "proto_talk.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	return talk(6, 502, data, size);
}
