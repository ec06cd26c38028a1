// SPDX-License-Identifier: Apache-2.0
#include "proto/local_name.h"

#define TYPE_A    1
#define TYPE_AAAA 28
#define TYPE_ANY  255

void local_name_tell(struct proto_call *c, const struct dns_msg *m, enum local_name protocol)
{
	bool response = dns_is_response(m);
	unsigned section = response ? DNS_answer : DNS_question;
	char name[FACT_WORD_MAX];
	unsigned told = 0;

	for (unsigned i = 0; i < m->count[section] && told < LOCAL_NAMES; i++) {
		const struct dns_rr *rr = &m->rr[m->first[section] + i];
		struct fact_name f = {.type = rr->type, .protocol = protocol, .response = response};

		if (rr->type != TYPE_A && rr->type != TYPE_AAAA && rr->type != TYPE_ANY)
			continue;
		if (response)
			dns_rr_addr(m, rr, &f.answer);
		proto_text(m->text + rr->name, rr->name_len, name, sizeof(name));
		proto_fact(c, FACT_name, &f, sizeof(f), (const char *[]){name}, 1);
		told++;
	}
}
