// SPDX-License-Identifier: Apache-2.0
/* The three messages, and lengths that lie. */
#include "check.h"
#include "proto/ntlm.h"
#include "proto_ntlm.h"

#include <stdlib.h>

/* On the heap, so that one byte too many is seen. */
static bool read_exact(struct ntlm_msg *out, const uint8_t *p, uint32_t n)
{
	uint8_t *copy = malloc(n ? n : 1);

	memcpy(copy, p, n);
	bool ok = ntlm_read(out, copy, n);
	free(copy);
	return ok;
}

static void check_messages(void)
{
	struct made m = {.n = 0};
	struct ntlm_msg out;

	CASE("negotiate");
	put_ntlm_negotiate(&m);
	CHECK(read_exact(&out, m.at, m.n));
	CHECK_EQ(out.message, NTLM_negotiate);
	CHECK_EQ(out.flags, 0x62088297);

	CASE("challenge");
	m.n = 0;
	put_ntlm_challenge(&m, "CORP", "dc1.corp.test");
	CHECK(read_exact(&out, m.at, m.n));
	CHECK_EQ(out.message, NTLM_challenge);
	CHECK(out.challenge == 0x0123456789abcdefu);
	CHECK_STR(out.domain, "CORP");
	CHECK_STR(out.workstation, "dc1.corp.test");

	CASE("authenticate");
	m.n = 0;
	put_ntlm_authenticate(&m, "CORP", "alice", "WS1", 200);
	CHECK(read_exact(&out, m.at, m.n));
	CHECK_STR(out.user, "alice");
	CHECK_STR(out.domain, "CORP");
	CHECK_STR(out.workstation, "WS1");
	CHECK(!out.ntlmv1 && !out.anonymous && out.mic);

	CASE("authenticate, version 1");
	m.n = 0;
	put_ntlm_authenticate(&m, "CORP", "alice", "WS1", 24);
	set_32(&m, 60, 0x00008205);
	CHECK(read_exact(&out, m.at, m.n));
	CHECK(out.ntlmv1);

	CASE("authenticate, nobody");
	m.n = 0;
	put_ntlm_authenticate(&m, "", "", "", 0);
	CHECK(read_exact(&out, m.at, m.n));
	CHECK(out.anonymous);
}

static void check_hostile(void)
{
	struct made m = {.n = 0};
	struct ntlm_msg out;

	put_ntlm_authenticate(&m, "CORP", "alice", "WS1", 24);
	CASE("cut anywhere");
	for (uint32_t n = 0; n < m.n; n++)
		CHECK(read_exact(&out, m.at, n) == (n >= 52));
	CASE("fields that point behind the message are empty");
	set_32(&m, 40, 0xfffffff0);
	set_16(&m, 28, 0xffff);
	CHECK(read_exact(&out, m.at, m.n));
	CHECK_STR(out.user, "");
	CHECK_STR(out.domain, "");
	CHECK_STR(out.workstation, "WS1");
	CASE("another message");
	m.at[8] = 4;
	CHECK(!read_exact(&out, m.at, m.n));
	CASE("found where it begins");
	CHECK_EQ(ntlm_find((const uint8_t *)"xxNTLMSSNTLMSSP", 16), 8);
	CHECK_EQ(ntlm_find((const uint8_t *)"xxNTLMSSN", 9), 9);
}

int main(void)
{
	check_messages();
	check_hostile();
	return check_done();
}
