// SPDX-License-Identifier: Apache-2.0
/* The protected set: whom nobody isolates. The engine asks it, and each helper program asks it
 * again with the list that came in its request (an allow-list honoured in one place only is how
 * gateways get cut off: wazuh#14067, crowdsec#3656).
 *
 * Owns: its two arrays; protect_fini() frees them.
 * Source: VRRP RFC 5798 7.3, HSRP RFC 2281 (v1) and its v2 range, GLBP and CARP by their use.
 */
#pragma once

#include "base/addr.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

struct protect {
	struct cidr *nets;
	struct mac *macs;
	unsigned n_nets, n_macs;
};

/* An address, a CIDR or a MAC. */
int protect_add(struct protect *p, const char *text, struct err *err);
void protect_fini(struct protect *p);

/* Why the MAC can be nobody's to isolate (group address, a virtual router's, all zeroes), or NULL.
 */
const char *protect_reserved(const struct mac *m);
bool protect_has_mac(const struct protect *p, const struct mac *m);
bool protect_has_addr(const struct protect *p, const struct addr *a);
