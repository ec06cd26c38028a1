// SPDX-License-Identifier: Apache-2.0
/* An analyst's command in the engine's words. */
#include "respond.h"

#include <errno.h>

static struct isolate_request wish(const struct request *q, const char *requester)
{
	return (struct isolate_request){
		.addr = q->host[0] && !q->host_is_mac ? q->host : NULL,
		.mac = q->host[0] && q->host_is_mac ? q->host : NULL,
		.vlan = -1,
		.ttl_s = q->ttl_s,
		.isolator = q->isolator[0] ? q->isolator : NULL,
		.profile = q->profile[0] ? q->profile : NULL,
		.requester = requester,
		.reason = q->reason[0] ? q->reason : "asked for the plan",
		.approver = q->approver[0] ? q->approver : NULL,
		.over_limit = q->over_limit,
	};
}

int respond_engine(struct isolate *engine, const struct request *q, const char *requester,
		   const char *incident, json_t **out, struct err *err)
{
	struct isolate_request r = wish(q, requester);
	const char *reason = q->reason[0] ? q->reason : "released by hand";
	int rc;

	*out = NULL;
	switch (q->verb) {
	case REQUEST_plan:
		return isolate_plan(engine, &r, out, err);
	case REQUEST_isolate:
		r.incident = incident;
		rc = isolate_apply(engine, &r, out, err);
		return rc == -EEXIST ? 0 : rc; /* what was wished for is so */
	case REQUEST_release:
		if (q->all)
			return isolate_release_all(engine, requester, reason, out, err);
		return isolate_release(engine, q->which[0] ? q->which : q->host, requester, reason,
				       out, err);
	case REQUEST_freeze:
		return isolate_freeze(engine, !q->off, requester,
				      q->reason[0] ? q->reason : "by hand", err);
	default:
		return err_set(err, EINVAL, "'%s' is no command of the isolation engine",
			       request_verb_name(q->verb));
	}
}
