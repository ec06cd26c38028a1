// SPDX-License-Identifier: Apache-2.0
/* roles: what a host is for, learnt from the services it answers; never from the behaviour that is
 * being judged. What the assets table says of it is config/assets.h's. */
#pragma once

#include <stdint.h>

struct services { /* what one host has answered */
	uint32_t bits;
	uint16_t dns_answers; /* saturating */
};
/* `proto`, `port`: a service that answered so many times. */
void services_add(struct services *s, uint8_t proto, uint16_t port, uint32_t times);
uint32_t services_roles(const struct services *s); /* bits 1 << enum role */
