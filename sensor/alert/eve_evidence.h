// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "alert/eve.h"
#include "alert/evidence.h"
#include "wire/topic.h"

/* One line with its newline: what became of the frames of an alert. 0: it does not fit. */
size_t eve_evidence(const struct eve_config *c, const struct evidence_done *d,
		    const struct event_id *id, char out[EVE_LINE_MAX]);
