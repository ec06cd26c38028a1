// SPDX-License-Identifier: Apache-2.0
/* Topics of the PUB socket: "<tier>.<family>.<severity>" then a newline then the JSON line, so that
 * a stock `nngcat --sub --subscribe alert.scan` reads it. */
#pragma once

#include "wire/alert.h"

#include <stddef.h>

#define TOPIC_MAX 64
#define TOPIC_FLOW "flow"
#define TOPIC_HOST "host"
#define TOPIC_EVIDENCE "evidence"
#define TOPIC_WATCH "watch"
/* Sent after each group fsync: {"event_type":"durable","sensor":…,"sensor_epoch":…,"last":SEQ}.
 * What a collector subscribes to, to be woken when REP has something new. */
#define TOPIC_DURABLE "durable"
size_t topic_of(enum tier tier, enum family family, unsigned severity, char out[TOPIC_MAX]);
const char *severity_name(unsigned severity); /* 1 high, 2 medium, 3 low, else info */
