// SPDX-License-Identifier: Apache-2.0
/* What rules cost is counted, and written with the dearest first; what the engine makes of rules. */
#include "check.h"
#include "rule_run.h"

static const char rules[] =
	"alert udp any any -> any any (msg:\"common\"; content:\"aaaa\"; sid:1; rev:3;)\n"
	"alert udp any any -> any any (msg:\"never\"; content:\"zzzz\"; sid:2;)\n"
	"alert udp any any -> any any (msg:\"found, not matched\"; content:\"aaaa\"; content:\"q\"; sid:3;)\n"
	"alert udp any any -> any any (msg:\"no literal\"; dsize:<3; pcre:\"/b/\"; sid:4;)\n";

static char *slurp(FILE *in, char *out, size_t size)
{
	rewind(in);
	out[fread(out, 1, size - 1, in)] = 0;
	return out;
}

int main(void)
{
	static struct run r;
	struct rule_config c = run_config();
	char path[] = "/tmp/vigie-profile-XXXXXX", text[8192];
	struct err err;

	CASE("checks and matches are counted by rule");
	c.profile = true;
	run_init_with(&r, rules, &c);
	r.flow.proto = 17;
	for (unsigned i = 0; i < 80; i++) {
		struct pkt p = run_pkt(&r, 0, "xaaaay", 6);
		rule_pkt(r.m, &p);
	}
	int fd = mkstemp(path);
	assert(fd >= 0);
	CHECK_EQ(rule_profile_write(r.set, &r.m, 1, path, &err), 0);
	FILE *in = fdopen(fd, "r");
	slurp(in, text, sizeof(text));
	CHECK(strstr(text, "sid\trev\tcandidates\tchecks\tmatches\tns\tms\tshare\tmsg\n"));
	CHECK(strstr(text, "\n1\t3\t80\t80\t80\t"));
	CHECK(strstr(text, "\n3\t0\t80\t80\t0\t"));
	CHECK(strstr(text, "\n4\t0\t0\t80\t0\t"));
	CHECK(!strstr(text, "\n2\t"));
	fclose(in);
	unlink(path);
	CASE("a path that cannot be written is an error");
	CHECK(rule_profile_write(r.set, &r.m, 1, "/nowhere/at/all", &err) < 0);
	run_fini(&r);

	CASE("-T -v: where, by which literal, and who has none");
	c = run_config();
	struct rule_set *set = run_load(rules, &c, stdout);
	FILE *said = tmpfile();
	assert(said);
	rule_set_report(set, true, said);
	slurp(said, text, sizeof(text));
	CHECK(strstr(text, "sid 1: packet; literal \"aaaa\", rarity "));
	CHECK(strstr(text, "sid 4: packet; warning: no literal"));
	CHECK(strstr(text, "1 rules have conditions on bytes and no literal:\n"));
	CHECK(strstr(text, "packets of UDP to server\n"));
	CHECK(strstr(text, "4 of 4 rules can be matched\n"));
	fclose(said);
	rule_set_free(set);
	return check_done();
}
