// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/err.h"
#include "decode/frame.h"

/* What the kernel would refuse later, in words that say what to do: no such interface, no right. */
int capture_interface_check(const char *name, struct err *err);

/* How libpcap's kind of link is to be read. */
enum link capture_link_of(int dlt);
