// SPDX-License-Identifier: Apache-2.0
/* The evidence event of EVE. */
#include "alert/eve_evidence.h"

#include "alert/eve_part.h"
#include "alert/evidence_store.h"

#include <stdio.h>

size_t eve_evidence(const struct eve_config *c, const struct evidence_done *d,
		    const struct event_id *id, char out[EVE_LINE_MAX])
{
	static const char *const state[] = {
		[EVIDENCE_kept] = "kept", [EVIDENCE_empty] = "empty", [EVIDENCE_failed] = "failed"};
	struct json j = json_of(out, EVE_LINE_MAX - 1); /* room for the newline */
	char name[EVIDENCE_ID + sizeof(EVIDENCE_SUFFIX)];

	snprintf(name, sizeof(name), "%s" EVIDENCE_SUFFIX, d->id);
	json_open(&j, NULL);
	eve_time(&j, "timestamp", d->alert_ns);
	json_str(&j, "event_type", "evidence");
	json_str(&j, "evidence_id", d->id);
	json_open(&j, "evidence_file");
	json_str(&j, "state", state[d->state]);
	json_str(&j, "name", name);
	json_u64(&j, "bytes", d->bytes);
	json_u64(&j, "frames", d->frames);
	if (d->state == EVIDENCE_kept)
		json_str(&j, "sha256", d->sha256);
	if (d->frames > 0) {
		eve_time(&j, "first", d->first_ns);
		eve_time(&j, "last", d->last_ns);
	}
	json_str(&j, "before", d->before_partial ? "partial" : "complete");
	json_str(&j, "after", d->after_partial ? "partial" : "complete");
	json_close(&j);
	eve_identity(&j, c, id, true);
	json_close(&j);
	if (!json_ok(&j))
		return 0;
	out[j.len] = '\n';
	return j.len + 1;
}
