// SPDX-License-Identifier: Apache-2.0
/* Base64 as RFC 4648 has it, as far as it goes. */
#pragma once

#include <stdint.h>

/* Decodes up to the first byte that is no digit, or until `cap` bytes; what a last incomplete group
 * says belongs to it. Returns the length. */
uint32_t rule_base64_decode(const uint8_t *in, uint32_t n, uint8_t *out, uint32_t cap);
