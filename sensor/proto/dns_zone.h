// SPDX-License-Identifier: Apache-2.0
/* What a client asks below one registered domain, counted over its queries: the fact dns_zone.
 *
 * Every query of a client may come from a port of its own, so the counts are not a flow's: they
 * are kept by (client, server, domain) in a bounded table, and told in steps. All packets of two hosts
 * meet on one worker, so while nothing is evicted the facts do not depend on the number of workers.
 *
 * Thread: the worker's.
 */
#pragma once

#include "proto/dns_msg.h"

/* A message of DNS that was read. */
void dns_zone_hear(struct proto_call *c, const struct dns_msg *m);
