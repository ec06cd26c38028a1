// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.h"
#include "decode/pkt.h"

#define TCP_OPT_MSS       2
#define TCP_OPT_WSCALE    3
#define TCP_OPT_SACK_OK   4
#define TCP_OPT_SACK      5
#define TCP_OPT_TIMESTAMP 8

/* The content of the first TCP option of that kind. False: it is not there, or the options are
 * broken before it. */
bool decode_tcp_option(const struct pkt *p, uint8_t kind, struct bytes *out);
