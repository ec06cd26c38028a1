// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/err.h"

int home_net_check(const char *text,
		   struct err *err); /* a struct param's check: "auto" or a CIDR */
