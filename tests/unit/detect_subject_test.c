// SPDX-License-Identifier: Apache-2.0
/* Whom a signature's alert is about. */
#include "check.h"

#include "detect/subject.h"
#include "flow/flow.h"
#include "rule/rule.h"
#include "wire/alert.h"

#include <stdlib.h>

#define PC     "10.0.0.5"
#define SERVER "10.0.0.9"
#define OUT    "203.0.113.7"
#define OUT2   "203.0.113.8"

static const struct {
	const char *name;
	enum family family;
	enum about_target target;
	const char *src, *dst;
	enum flow_dir_name dir;
	bool has_flow;
	const char *subject;
} rows[] = {
	{"an implant calls out", FAMILY_c2, 0, PC, OUT, FLOW_to_server, true, PC},
	{"and is answered", FAMILY_c2, 0, OUT, PC, FLOW_to_client, true, PC},
	{"a name server of ours answers it", FAMILY_c2, 0, SERVER, PC, FLOW_to_client, true, PC},
	{"it asks the name server", FAMILY_exfil, 0, PC, SERVER, FLOW_to_server, true, PC},
	{"a shell of ours answers somebody outside", FAMILY_malware, 0, PC, OUT, FLOW_to_client,
	 true, PC},
	{"a packet of no flow", FAMILY_c2, 0, SERVER, PC, FLOW_to_client, false, SERVER},
	{"between two outside", FAMILY_c2, 0, OUT, OUT2, FLOW_to_client, true, OUT2},
	{"an attack from outside", FAMILY_exploit, 0, OUT, SERVER, FLOW_to_server, true, OUT},
	{"an answer that attacks", FAMILY_lateral, 0, SERVER, PC, FLOW_to_client, true, SERVER},
	{"the rule says that the sender has the implant", FAMILY_malware, ABOUT_TARGET_src, OUT, PC,
	 FLOW_to_client, true, OUT},
	{"the rule says that the receiver has it", FAMILY_malware, ABOUT_TARGET_dst, PC, SERVER,
	 FLOW_to_server, true, SERVER},
	{"the rule says that the sender was attacked", FAMILY_exploit, ABOUT_TARGET_src, SERVER, OUT,
	 FLOW_to_client, true, OUT},
	{"the rule says that the receiver was", FAMILY_exploit, ABOUT_TARGET_dst, OUT, SERVER,
	 FLOW_to_server, true, OUT},
};

int main(void)
{
	static char *home_rows[] = {"10.0.0.0/8"};
	static struct strs home = {.at = home_rows, .n = 1}, none;
	const struct hosts_config c = {.max = 64, .home_net = &home, .assets = &none};
	struct hosts *h;
	struct err err;

	CHECK_EQ(hosts_new(&h, &c, &err), 0);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct rule rule = {.about.family = (uint8_t)rows[i].family,
				    .about.target = (uint8_t)rows[i].target};
		struct {
			struct observation o;
			struct obs_rule b;
		} r = {.o = {.kind = OBS_rule_hit},
		       .b = {.rule = &rule,
			     .link.dir = (uint8_t)rows[i].dir,
			     .has_flow = rows[i].has_flow}};
		char text[ADDR_TEXT];

		CASE(rows[i].name);
		CHECK(addr_parse(rows[i].src, &r.o.src) && addr_parse(rows[i].dst, &r.o.dst));
		CHECK_STR(addr_text(subject_of(&r.o, h), text), rows[i].subject);
	}
	hosts_free(h);
	return check_done();
}
