// SPDX-License-Identifier: Apache-2.0
/* upload: by which name a host calls a network, and how many of ours call that name's owner.
 *
 * A cloud has more networks than a firm has hosts, so that nobody else uses a network says little where several of
 * ours use the service: the registered domain (www.example.com: example.com) of TLS's SNI is counted, too. A client
 * may ask for any name, so it makes a finding of an alert, never silence.
 *
 * Owns:   two bounded tables: (host, network) to domain, domain to hosts (64 bits by hash).
 * Cost:   a search of the public suffix list and two look-ups a TLS hello to the outside.
 */
#pragma once

#include "base/sets.h"
#include "detect/nets.h"

struct upload_names {
	struct sets called, domains;
};

int upload_names_init(struct upload_names *n, uint32_t pairs, struct err *err);
void upload_names_fini(struct upload_names *n);
/* `host` greets a server there by `name`. */
void upload_names_hello(struct upload_names *n, uint64_t host, const struct addr *there, const char *name);
/* How many of ours (at most 64, by hash) use the domain by which `host` last called a server of that network; 0: by
 * none. Its text in `out`. */
unsigned upload_names_users(struct upload_names *n, uint64_t host, const struct addr *there, char out[64]);
