// SPDX-License-Identifier: Apache-2.0
/* What the framing of NFS asks of its parser. */
#pragma once

#include "proto/protocol.h"

/* The version that the call of this number asked for; 0: it was not seen. */
uint32_t nfs_version_of(const struct proto_call *c, uint32_t xid);
