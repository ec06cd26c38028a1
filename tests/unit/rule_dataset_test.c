// SPDX-License-Identifier: Apache-2.0
/* dataset and datarep: values out of files. */
#include "check.h"
#include "hex.h"
#include "rule/dataset.h"
#include "rule/signature.h"
#include "rule_run.h"

static char strings[] = "/tmp/vigie-set-XXXXXX", addrs[] = "/tmp/vigie-set-XXXXXX",
	    sums[] = "/tmp/vigie-set-XXXXXX";

static void write_file(char *path, const char *text)
{
	int fd = mkstemp(path);

	assert(fd >= 0);
	assert(write(fd, text, strlen(text)) == (ssize_t)strlen(text));
	close(fd);
}

/* Held against IPv4 10.0.0.1 → 10.0.0.2; %1$s strings, %2$s addresses, %3$s sums. */
static const struct {
	const char *options;
	bool hit;
} rows[] = {
	{"ip.src; dataset:isset,a,type ip,load %2$s;", true},
	{"ip.src; dataset:isset,a,type ipv4,load %2$s;", true},
	{"ip.dst; dataset:isset,a,type ip,load %2$s;", false},
	{"ip.dst; dataset:isnotset,a,type ip,load %2$s;", true},
	{"ip.src; content:\"|0a 00 00 01|\"; dataset:isset,a,type ip,load %2$s;", true},
	{"ip.src; content:\"|0a 00 00 02|\"; dataset:isset,a,type ip,load %2$s;", false},
	{"ip.src; dataset:isset,none,type ip;", false},
	{"ip.src; datarep:a,>,49,type ip,load %2$s;", true},
	{"ip.src; datarep:a,>,50,type ip,load %2$s;", false},
	{"ip.src; datarep:a,==,50,type ip,load %2$s;", true},
	{"ip.dst; datarep:a,<,50,type ip,load %2$s;", false},
	{"udp.hdr; dataset:isset,s,type string,load %1$s;", true},
	{"udp.hdr; dataset:isnotset,s,type string,load %1$s;", false},
	{"udp.hdr; dataset:isset,s,type string,load %1$s,match subdomain;", true},
	{"udp.hdr; to_md5; dataset:isset,m,type md5,load %3$s;", true},
	{"udp.hdr; to_md5; dataset:isnotset,m,type md5,load %3$s;", false},
};

static const char *const wrong[] = {
	"dataset:isset,a,type ip,load %2$s;", /* no buffer */
	"ip.src; dataset:isset,a,type ip,load /no/such/file;",
	"ip.src; dataset:is,a,type ip;",
	"ip.src; dataset:isset,a,type number;",
	"ip.src; dataset:isset,a,what ever;",
	"ip.src; dataset:isset;",
	"ip.src; datarep:a,>,x,type ip;",
	"ip.src; dataset:set,a,type ip,state /tmp/x;",
	"ip.src; dataset:set,a,type ip,save ../x;",
	"ip.src; dataset:isset,a,type ip,load %1$s,format json,value_key a;", /* no JSON */
	"ip.src; dataset:isset,a,type ip,load %2$s,format xml;",
	"ip.src; datarep:a,~,1,type ip;",
	"ip.src; dataset:isset,a,type ip; ip.dst; dataset:isset,a,type md5;",
};

static struct rule_set *load(const char *options)
{
	const struct rule_config c = run_config();
	char text[1024], rule[2048];

	snprintf(text, sizeof(text), options, strings, addrs, sums);
	snprintf(rule, sizeof(rule), "alert ip any any -> any any (%s sid:1;)\n", text);
	return run_load(rule, &c, NULL);
}

static void held(struct run *r, const char *options, bool hit)
{
	static const char packet[] =
		"020000000002020000000001 0800 4500001e 00010000 4011 0000 0a000001"
		"0a000002 0400 0035 000a 0000 6162";
	struct verdicts count = {{{0}}};
	struct frame f = {.link = LINK_ether};
	char text[1024], rule[2048];
	uint8_t bytes[256];
	struct pkt p;

	snprintf(text, sizeof(text), options, strings, addrs, sums);
	snprintf(rule, sizeof(rule), "alert ip any any -> any any (%s sid:1;)\n", text);
	run_init(r, rule);
	CHECK_EQ(r->set->n_matched, 1);
	f.data = bytes;
	f.cap_len = f.wire_len = (uint32_t)hex(packet, bytes, sizeof(bytes));
	CHECK_EQ(decode_frame(&f, &p, &count), VERDICT_ok);
	p.flow = &r->flow;
	rule_pkt(r->m, &p);
	CHECK_EQ(r->n, hit);
	run_fini(r);
}

/* The UDP header as a text in JSON: its bytes are no text, so a name is looked for below. */
static void json(void)
{
	static const struct {
		const char *text, *options;
		bool has; /* ".ab" */
	} files[] = {
		{"[{\"d\":\".ab\"},{\"d\":7}]", "format json,value_key d", true},
		{"{\"all\":{\"list\":[{\"d\":{\"v\":\".ab\"}}]}}", "format json,array_key all.list,value_key d.v", true},
		{"{\"d\":\".ab\"}\n\nbroken\n{\"e\":1}\n", "format ndjson,value_key d", true},
		{"{\"e\":\".ab\"}\n", "format ndjson,value_key d", false},
	};

	for (unsigned i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		char path[] = "/tmp/vigie-set-XXXXXX", options[256];

		CASE(files[i].text);
		write_file(path, files[i].text);
		snprintf(options, sizeof(options), "udp.hdr; dataset:isset,j,type string,load %s,%s;", path,
			 files[i].options);
		struct rule_set *set = load(options);
		CHECK_EQ(set->n_failed, 0);
		const struct dataset_op *op = signature_of(set->rule[0])->group[0].step[0].arg;
		CHECK_EQ(rule_dataset_holds(op, (const uint8_t *)".ab", 3), files[i].has);
		rule_set_free(set);
		unlink(path);
	}
}

int main(void)
{
	static struct run r;

	/* The UDP header of the packet in base64, and its MD5. */
	write_file(strings, "# text\nLmFi\nBAAANQAKAAA=\nYWJj\n!\n");
	write_file(addrs, "10.0.0.1,50\n2001:db8::1,7\n10.0.0,1\nfour\n");
	write_file(sums, "8028b5a16328dad5551117b8163f73d7\nxyz\n@\n");
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		CASE(rows[i].options);
		held(&r, rows[i].options, rows[i].hit);
	}
	for (unsigned i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		CASE(wrong[i]);
		struct rule_set *set = load(wrong[i]);
		CHECK_EQ(set->n_failed, 1);
		rule_set_free(set);
	}
	CASE("match subdomain: a name below one of the set's");
	static const struct {
		const char *name;
		bool is;
	} names[] = {{".ab", true},  {".x.ab", true},  {".y.x.ab", true}, {".xab", false},
		     {"xab", false}, {".ab.x", false}, {"..ab", true}};
	struct rule_set *below =
		load("udp.hdr; dataset:isset,s,type string,load %1$s,match subdomain;");
	const struct dataset_op *op = signature_of(below->rule[0])->group[0].step[0].arg;
	for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		CHECK_EQ(rule_dataset_holds(op, (const uint8_t *)names[i].name,
					    (uint32_t)strlen(names[i].name)),
			 names[i].is);
	rule_set_free(below);
	CASE("what changes a set is asked later, whatever it is now");
	struct rule_set *set = load("ip.src; dataset:set,a,type ip,state no-such-file; noalert;");
	CHECK_EQ(set->n_failed, 0);
	CHECK(!set->rule[0]->unmatched && set->rule[0]->asks_sets && set->rule[0]->conditional);
	CHECK(set->datasets && set->datasets->changes && strcmp(set->datasets->save, "no-such-file") == 0);
	rule_set_free(set);
	held(&r, "ip.src; dataset:isset,a,type ip; dataset:set,a,type ip; noalert;", true);
	CHECK(r.last.told_len == 16 && memcmp(r.told + 4, "\x0a\0\0\1\1\0\4\0\x0a\0\0\1", 12) == 0);
	held(&r, "ip.src; content:\"|0a 00 00 02|\"; dataset:set,a,type ip;", false);
	CASE("in a pass rule it cannot be");
	struct rule_config c = run_config();
	set = run_load("pass ip any any -> any any (ip.src; dataset:set,a,type ip; sid:1;)\n", &c, NULL);
	CHECK(set->rule[0]->unmatched && strstr(set->rule[0]->unmatched, "pass rule"));
	rule_set_free(set);
	json();
	unlink(strings);
	unlink(addrs);
	unlink(sums);
	return check_done();
}
