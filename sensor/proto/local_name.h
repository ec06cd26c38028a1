// SPDX-License-Identifier: Apache-2.0
/* What names on the segment (LLMNR, NBNS, mDNS) have in common: the fact of a question or a claim.
 */
#pragma once

#include "proto/dns_msg.h"

enum local_name { NAME_llmnr, NAME_nbns, NAME_mdns };

/* The names of addresses in the message: at most LOCAL_NAMES facts. */
#define LOCAL_NAMES 2u
void local_name_tell(struct proto_call *c, const struct dns_msg *m, enum local_name protocol);
