// SPDX-License-Identifier: Apache-2.0
#include "check.h"
#include "decode/verdict.h"

int main(void)
{
	struct verdicts v = {0};

	CASE("every verdict has a name of its own and a text");
	for (unsigned i = 0; i < VERDICT_count; i++) {
		CHECK(verdict_name(i)[0] && verdict_what(i)[0] && verdict_source(i));
		for (unsigned k = 0; k < i; k++)
			CHECK(strcmp(verdict_name(i), verdict_name(k)) != 0);
	}

	CASE("the small part of the enum is the name");
	CHECK_STR(verdict_name(VERDICT_ip4_short), "ip4_short");
	CHECK_STR(verdict_source(VERDICT_ip4_frag_overrun), "CVE-1999-0128 (ping of death)");
	CHECK_STR(verdict_name(VERDICT_count), "unknown");

	CASE("counting one leaves the others");
	verdict_count(&v, VERDICT_arp_short);
	verdict_count(&v, VERDICT_arp_short);
	for (unsigned i = 0; i < VERDICT_count; i++)
		CHECK_EQ(count_get(&v.n[i]), i == VERDICT_arp_short ? 2 : 0);
	return check_done();
}
