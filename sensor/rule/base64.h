// SPDX-License-Identifier: Apache-2.0
/* Base64 as RFC 4648 has it, as far as it goes. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Decodes up to the first byte that is no digit, or until `cap` bytes; what a last incomplete group
 * says belongs to it. Returns the length. */
uint32_t rule_base64_decode(const uint8_t *in, uint32_t n, uint8_t *out, uint32_t cap);
/* RFC 2045: bytes that are no digits are passed over, up to the padding. */
uint32_t rule_base64_decode_mime(const uint8_t *in, uint32_t n, uint8_t *out, uint32_t cap);
/* Whole groups of digits, padded where it must be, and nothing else. */
bool rule_base64_strict(const uint8_t *in, uint32_t n);
