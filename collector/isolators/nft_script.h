// SPDX-License-Identifier: Apache-2.0
/* The ruleset of the isolator nft-bridge as text for `nft -f -`: one transaction, so that there is
 * no moment without it. Only parsed and printed addresses and numbers ever get into it. */
#pragma once

#include "isolator.h"

/* Table, sets, chains, rules, and the host's element with its timeout. Heap. */
char *nft_script_apply(const struct isolator_request *r);
/* The element goes, and the isolation's id is remembered, so that a late apply finds it. Heap. */
char *nft_script_release(const struct isolator_request *r);
/* A UUID in the form nft prints it (an IPv6 address: the set type that holds 128 bits). */
bool nft_script_id(const char *uuid, char out[ADDR_TEXT]);
