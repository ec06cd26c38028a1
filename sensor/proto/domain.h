// SPDX-License-Identifier: Apache-2.0
/* Which part of a host's name somebody registered: the label before the public suffix, and it. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* In n bytes of a name: where the registered domain begins, and where its public suffix does (`suffix`
 * may be NULL: it costs as much again). False: there is none, or the name is longer than RFC 1035 allows or not of ASCII. Cost: a search of the
 * list that libpsl has built in, a label. Source: publicsuffix.org/list. */
bool domain_registered(const uint8_t *in, uint32_t n, uint32_t *domain, uint32_t *suffix);
