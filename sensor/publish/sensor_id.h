// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/err.h"

#include <stddef.h>

/* The sensor's id: `configured` when it is not empty and made of [A-Za-z0-9_.-], at most 63; else
 * an error. Empty: host name, '-', 8 hex digits of the SHA-256 of the machine id, so that two
 * machines of one name differ. */
int sensor_id(const char *configured, char out[64], struct err *err);
/* The pure part: what is not allowed becomes '-'. */
void sensor_id_make(const char *host, const void *machine, size_t n, char out[64]);
