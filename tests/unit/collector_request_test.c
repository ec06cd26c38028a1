// SPDX-License-Identifier: Apache-2.0
#include "check.h"
#include "request.h"

#include <errno.h>
#include <stdlib.h>

static int parse(const char *text, struct request *q, struct err *err)
{
	size_t n = strlen(text);
	char *copy = malloc(n ? n : 1);
	memcpy(copy, text, n);
	int r = request_parse(copy, n, q, err);
	free(copy);
	return r;
}

static const struct {
	const char *name, *line, *error; /* a part of the error; NULL: good */
} rows[] = {
	{"watch", "{\"verb\":\"watch\"}", NULL},
	{"filters", "{\"verb\":\"alerts\",\"since_ns\":5,\"severity\":4,\"limit\":10000}", NULL},
	{"isolate", "{\"verb\":\"isolate\",\"host\":\"10.0.0.5\",\"reason\":\"r\"}", NULL},
	{"isolate a MAC", "{\"verb\":\"isolate\",\"host\":\"02:00:00:00:00:05\",\"reason\":\"r\"}",
	 NULL},
	{"plan needs no reason", "{\"verb\":\"plan\",\"host\":\"10.0.0.5\"}", NULL},
	{"release one", "{\"verb\":\"release\",\"host\":\"10.0.0.5\"}", NULL},
	{"release by its id", "{\"verb\":\"release\",\"which\":\"0f-a\"}", NULL},
	{"release all", "{\"verb\":\"release\",\"all\":true}", NULL},
	{"no JSON", "watch", "one JSON object"},
	{"no object", "[]", "one JSON object"},
	{"two objects", "{\"verb\":\"watch\"}{}", "one JSON object"},
	{"nothing", "", "one JSON object"},
	{"no verb", "{}", "no verb"},
	{"a verb that is none", "{\"verb\":\"isolat\"}", "no verb 'isolat'"},
	{"a verb of another kind", "{\"verb\":5}", "no verb"},
	{"the table's empty first row is none", "{\"verb\":\"\"}", "no verb"},
	{"an unknown member", "{\"verb\":\"watch\",\"hots\":\"10.0.0.5\"}", "no member 'hots'"},
	{"isolate whom", "{\"verb\":\"isolate\",\"reason\":\"r\"}", "needs a host"},
	{"isolate why", "{\"verb\":\"isolate\",\"host\":\"10.0.0.5\"}", "needs a reason"},
	{"plan whom", "{\"verb\":\"plan\"}", "needs a host"},
	{"release whom", "{\"verb\":\"release\"}", "needs a host or all"},
	{"release one and all", "{\"verb\":\"release\",\"host\":\"10.0.0.5\",\"all\":true}",
	 "needs a host or all"},
	{"which incident", "{\"verb\":\"incident\"}", "needs its number"},
	{"a host that is none", "{\"verb\":\"plan\",\"host\":\"10.0.0.256\"}", "neither an address"},
	{"a host that is a command", "{\"verb\":\"plan\",\"host\":\"$(reboot)\"}",
	 "neither an address"},
	{"an isolator's name", "{\"verb\":\"plan\",\"host\":\"10.0.0.5\",\"isolator\":\"../x\"}",
	 "may not have"},
	{"a reason of two lines",
	 "{\"verb\":\"plan\",\"host\":\"10.0.0.5\",\"reason\":\"a\\nb\"}", "may not have"},
	{"severity 5", "{\"verb\":\"alerts\",\"severity\":5}", "from 0 to 4"},
	{"severity -1", "{\"verb\":\"alerts\",\"severity\":-1}", "from 0 to 4"},
	{"limit 10001", "{\"verb\":\"alerts\",\"limit\":10001}", "from 0 to 10000"},
	{"a number as text", "{\"verb\":\"alerts\",\"limit\":\"5\"}", "must be a number"},
	{"a text as number", "{\"verb\":\"alerts\",\"detector\":5}", "must be a text"},
	{"a flag as number", "{\"verb\":\"incidents\",\"all\":1}", "true or false"},
	{"30 days", "{\"verb\":\"plan\",\"host\":\"10.0.0.5\",\"ttl_s\":2592000}", NULL},
	{"more than 30 days", "{\"verb\":\"plan\",\"host\":\"10.0.0.5\",\"ttl_s\":2592001}",
	 "from 0 to 2592000"},
};

static void lengths(void)
{
	char line[700], reason[300];
	struct request q;
	struct err err;

	memset(reason, 'r', sizeof(reason));
	for (unsigned n = 255; n <= 256; n++) {
		snprintf(line, sizeof(line),
			 "{\"verb\":\"plan\",\"host\":\"10.0.0.5\",\"reason\":\"%.*s\"}", (int)n,
			 reason);
		CASE(n == 255 ? "the longest reason" : "one byte more");
		CHECK_EQ(parse(line, &q, &err), n == 255 ? 0 : -EINVAL);
	}
}

static void values(void)
{
	struct request q;
	struct err err;

	CASE("every member lands in its place");
	CHECK_EQ(parse("{\"verb\":\"isolate\",\"host\":\"fd00:0:0::5\",\"reason\":\"why\","
		       "\"ttl_s\":60,\"isolator\":\"ssh\",\"profile\":\"p\",\"approver\":\"a b\","
		       "\"over_limit\":true}",
		       &q, &err),
		 0);
	CHECK_EQ(q.verb, REQUEST_isolate);
	CHECK_STR(q.host, "fd00::5");
	CHECK(!q.host_is_mac && q.over_limit && !q.all);
	CHECK_STR(q.reason, "why");
	CHECK_STR(q.isolator, "ssh");
	CHECK_STR(q.profile, "p");
	CHECK_STR(q.approver, "a b");
	CHECK_EQ(q.ttl_s, 60);
	CASE("a MAC is known as one");
	parse("{\"verb\":\"plan\",\"host\":\"02-00-00-00-00-0A\"}", &q, &err);
	CHECK(q.host_is_mac);
	CHECK_STR(q.host, "02:00:00:00:00:0a");
	CASE("a failure leaves the output alone and helps");
	q.verb = REQUEST_watch;
	CHECK_EQ(parse("{\"verb\":\"incidens\"}", &q, &err), -EINVAL);
	CHECK_EQ(q.verb, REQUEST_watch);
	CHECK_STR(err.hint, "did you mean 'incidents'?");
	CASE("names of verbs");
	CHECK_STR(request_verb_name(REQUEST_freeze), "freeze");
	CHECK_EQ(request_verb_parse(NULL), REQUEST_none);
}

int main(void)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct request q;
		struct err err = {.msg = ""};
		int r = parse(rows[i].line, &q, &err);

		CASE(rows[i].name);
		CHECK_EQ(r, rows[i].error ? -EINVAL : 0);
		if (rows[i].error && !strstr(err.msg, rows[i].error))
			CHECK_STR(err.msg, rows[i].error);
	}
	lengths();
	values();
	return check_done();
}
