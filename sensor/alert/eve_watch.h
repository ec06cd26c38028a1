// SPDX-License-Identifier: Apache-2.0
/* The watch event of EVE. */
#pragma once

#include "alert/eve.h"
#include "alert/watch.h"

/* Its length, or 0 when it does not fit (it always does). */
size_t eve_watch(const struct eve_config *c, const struct watch_said *s, const struct event_id *id,
		 char out[EVE_LINE_MAX]);
