// SPDX-License-Identifier: Apache-2.0
/* What detect_uses() calls of no use is of none: detectors that are not told it find the same. */
#include "base/clock.h"
#include "check.h"
#include "detect/detect.h"
#include "observe/fact.h"

#include <stdlib.h>

#define FACTS 60000u

static struct detect_ears ears;
static uint64_t state = 88172645463325252ull;

static uint32_t any(uint32_t n)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (uint32_t)(state >> 33) % n;
}

static const char *word(void)
{
	static const char *const words[] = {"",
					    "alice",
					    "POST",
					    "/wsman",
					    "psexesvc",
					    "ADMIN$",
					    "psexesvc.exe",
					    "x.docx",
					    "x.locked",
					    "wpad",
					    "svcctl",
					    "krbtgt/R",
					    "A/x",
					    "/wsman?a",
					    "GET",
					    "(objectClass=*)",
					    "*",
					    "WS1$",
					    "(servicePrincipalName=*)",
					    "(&(objectCategory=person)(adminCount=1))",
					    "msDS-AllowedToDelegateTo",
					    "CN=alice,DC=x",
					    "servicePrincipalName",
					    "DC=wpad,DC=x",
					    "cn,dnsRecord",
					    "SYSVOL",
					    "CN=Domain Admins,DC=x",
					    "member"};

	return words[any(sizeof(words) / sizeof(words[0]))];
}

static struct rpc_uuid interface(void)
{
	static const uint8_t known[][16] = {
		{0x36, 0x7a, 0xbb, 0x81, 0x98, 0x44, 0x35, 0xf1, 0xad, 0x32, 0x98, 0xf0, 0x38, 0x00,
		 0x10, 0x03},
		{0x12, 0x34, 0x57, 0x78, 0x12, 0x34, 0xab, 0xcd, 0xef, 0x00, 0x01, 0x23, 0x45, 0x67,
		 0x89, 0xac},
		{0x12, 0x34, 0x57, 0x78, 0x12, 0x34, 0xab, 0xcd, 0xef, 0x00, 0x01, 0x23, 0x45, 0x67,
		 0x89, 0xab},
		{0x12, 0x34, 0x56, 0x78, 0x12, 0x34, 0xab, 0xcd, 0xef, 0x00, 0x01, 0x23, 0x45, 0x67,
		 0xcf, 0xfb},
		{0xdf, 0x19, 0x41, 0xc5, 0xfe, 0x89, 0x4e, 0x79, 0xbf, 0x10, 0x46, 0x36, 0x57, 0xac,
		 0xf4, 0x4d},
		{9},
	};
	struct rpc_uuid u;

	memcpy(u.at, known[any(sizeof(known) / sizeof(known[0]))], sizeof(u.at));
	return u;
}

union body {
	struct fact_login login;
	struct fact_ntlm ntlm;
	struct fact_krb krb;
	struct fact_smb_tree tree;
	struct fact_smb_file file;
	struct fact_smb_io io;
	struct fact_rpc_bind bind;
	struct fact_rpc_call call;
	struct fact_ldap ldap;
	struct fact_http http;
	struct fact_http_carry carry;
	struct fact_name name;
	struct fact_dhcp dhcp;
	struct fact_ssh ssh;
	struct fact_tls tls;
};

static const struct {
	enum observation_kind kind;
	size_t len;
} kinds[] = {
	{OBS_login, sizeof(struct fact_login)},       {OBS_ntlm, sizeof(struct fact_ntlm)},
	{OBS_krb, sizeof(struct fact_krb)},           {OBS_smb_tree, sizeof(struct fact_smb_tree)},
	{OBS_smb_file, sizeof(struct fact_smb_file)}, {OBS_smb_io, sizeof(struct fact_smb_io)},
	{OBS_rpc_bind, sizeof(struct fact_rpc_bind)}, {OBS_rpc_call, sizeof(struct fact_rpc_call)},
	{OBS_ldap, sizeof(struct fact_ldap)},         {OBS_http, sizeof(struct fact_http)},
	{OBS_name, sizeof(struct fact_name)},         {OBS_dhcp, sizeof(struct fact_dhcp)},
	{OBS_http_carry, sizeof(struct fact_http_carry)},
	{OBS_ssh, sizeof(struct fact_ssh)},
	{OBS_tls, sizeof(struct fact_tls)},
};

static struct addr host(void)
{
	return addr_v4_wire(htobe32(0x0a000000u + 1 + any(12)));
}

static void windows(enum observation_kind kind, union body *b)
{
	static const uint32_t status[] = {0, 0, 0xc0000022u, UINT32_MAX};

	if (kind == OBS_smb_tree)
		b->tree = (struct fact_smb_tree){.status = status[any(4)], .admin = any(2) != 0};
	if (kind == OBS_smb_file)
		b->file = (struct fact_smb_file){.status = status[any(4)],
						 .op = (uint8_t)any(8),
						 .pipe = any(3) == 0,
						 .folder = any(4) == 0,
						 .admin = any(2) != 0};
	if (kind == OBS_smb_io)
		b->io = (struct fact_smb_io){.written = any(2) * 5000u,
					     .overlap = any(2) * 4000u,
					     .read = 5000,
					     .read_entropy = 4000,
					     .written_entropy = any(2) ? 7900 : 4100,
					     .pipe = any(4) == 0,
					     .admin = any(2) != 0,
					     .reads = any(200),
					     .writes = any(200),
					     .closed = 1};
	if (kind == OBS_rpc_bind)
		b->bind = (struct fact_rpc_bind){.interface = interface(),
						 .outcome = (uint8_t)any(3)};
	if (kind == OBS_rpc_call)
		b->call = (struct fact_rpc_call){.interface = interface(),
						 .opnum = (uint16_t)any(60),
						 .type = (uint8_t)any(3),
						 .stub_len = any(40000)};
	if (kind == OBS_ldap)
		b->ldap = (struct fact_ldap){
			.op = (uint8_t)any(9), .scope = (uint8_t)any(3), .entries = any(5000)};
}

static union body body_of(enum observation_kind kind)
{
	static const uint8_t krb[] = {10, 11, 12, 13, 14, 15, 30};
	static const uint8_t errors[] = {6, 18, 20, 25, 31, 41};
	union body b;

	memset(&b, 0, sizeof(b));
	windows(kind, &b);
	if (kind == OBS_login)
		b.login = (struct fact_login){.how = (uint8_t)any(LOGIN_count),
					      .outcome = (uint8_t)any(3),
					      .anonymous = any(8) == 0};
	if (kind == OBS_ntlm)
		b.ntlm = (struct fact_ntlm){.message = (uint8_t)(1 + any(3)), .challenge = any(40)};
	if (kind == OBS_krb)
		b.krb = (struct fact_krb){.message = krb[any(7)],
					   .for_user = any(9) == 0,
					  .ticket = any(60),
					  .ticket_etype = any(2) ? 23 : 18,
					  .reply_etype = any(2) ? 23 : 18,
					  .answers = any(2) ? 10 : 12,
					  .request_etypes = any(2) ? 1u << 23 : 1u << 18,
					  .bare = any(2) != 0,
					  .error = errors[any(6)]};
	if (kind == OBS_http)
		b.http = (struct fact_http){.status = any(2) ? 200 : 401,
					    .auth = (uint8_t)any(3),
					    .request_body = any(2) * 500u,
					    .response_body = any(2) * 500u,
					    .upgrade = any(4) ? 0 : 2,
					    .bodies = (uint8_t)any(256)};
	if (kind == OBS_http_carry)
		b.carry = (struct fact_http_carry){.crumbs = any(2) * 16,
						   .bodies = (uint8_t)any(16),
						   .known = any(2) != 0,
						   .inside = any(3) == 0};
	if (kind == OBS_name)
		b.name = (struct fact_name){
			.response = any(2) != 0, .protocol = (uint8_t)any(3), .type = 1};
	if (kind == OBS_name && any(4))
		b.name.answer = host();
	if (kind == OBS_dhcp)
		b.dhcp = (struct fact_dhcp){.message = (uint8_t)any(9),
					    .your = host(),
					    .server_id = host(),
					    .xid = any(9)};
	if (kind == OBS_tls)
		b.tls = (struct fact_tls){.server = any(2) != 0, .self_signed = any(2) != 0};
	if (kind == OBS_ssh)
		b.ssh = (struct fact_ssh){.outcome = (uint8_t)any(3), .final = any(2) != 0};
	if (kind == OBS_dhcp && any(2))
		b.dhcp.router = b.dhcp.dns = host();
	return b;
}

static struct {
	struct ring out;
	struct detect *d;
	uint64_t told, sum;
} side[2];

static void tell(unsigned which, const struct observation *o)
{
	const struct finding *f;
	uint32_t n;

	detect_observation(side[which].d, o);
	ring_commit(&side[which].out);
	while ((f = ring_peek(&side[which].out, &n))) {
		const uint8_t *p = (const uint8_t *)finding_text(f);
		for (uint32_t i = 0; i < f->text_len; i++)
			side[which].sum = side[which].sum * 31 + p[i];
		side[which].sum = side[which].sum * 31 + f->about->sid;
		side[which].told++;
		ring_pop(&side[which].out);
	}
}

/* One fact of any kind: to the one side always, to the other when it is of use. */
static bool one(uint64_t seq, uint64_t now_ns)
{
	unsigned k = any(sizeof(kinds) / sizeof(kinds[0]));
	union body body = body_of(kinds[k].kind);
	struct {
		struct observation o;
		uint8_t body[1024];
	} r = {.o = {.kind = (uint8_t)kinds[k].kind,
		     .seq = seq,
		     .time_ns = now_ns,
		     .src = host(),
		     .dst = host(),
		     .sport = 40000,
		     .dport = any(2) ? 445 : 5985,
		     .flow_id = any(500)}};
	struct obs_link link = {.proto = 6, .dir = (uint8_t)any(2)};
	char text[FACT_TEXT_MAX];
	size_t len = 0;

	for (unsigned w = 0; w < 4; w++) {
		const char *s = word();
		memcpy(text + len, s, strlen(s) + 1);
		len += strlen(s) + 1;
	}
	memcpy(r.body, &link, sizeof(link));
	memcpy(r.body + sizeof(link), &body, kinds[k].len);
	memcpy(r.body + sizeof(link) + kinds[k].len, text, len);
	r.o.len = (uint16_t)(sizeof(link) + kinds[k].len + len);
	const struct proto_fact f = {.body = &body,
				     .len = (uint32_t)kinds[k].len,
				     .text = text,
				     .text_len = (uint32_t)len};
	bool used = detect_uses(&ears, kinds[k].kind, &f);
	tell(0, &r.o);
	if (used)
		tell(1, &r.o);
	return used;
}

int main(void)
{
	static char *home[] = {"10.0.0.0/8"};
	const struct detect_config c = {
		.hosts = 64, .thresholds = 64, .nets = 256, .home_net = {.at = home, .n = 1}};
	unsigned used = 0;
	struct err err;

	CASE("told and untold, the same is found");
	detect_ears(&ears, &c);
	for (unsigned i = 0; i < 2; i++) {
		CHECK_EQ(ring_init(&side[i].out, 1 << 18, false, NULL, &err), 0);
		CHECK_EQ(detect_new(&side[i].d, &c, &side[i].out, &err), 0);
	}
	uint64_t now_ns = 1700000000 * NS_PER_S;
	for (unsigned i = 0; i < FACTS; i++) {
		used += one(i, now_ns);
		now_ns += any(4000) * NS_PER_MS * 20;
	}
	printf("# %u of %u facts were of use; %llu findings\n", used, FACTS,
	       (unsigned long long)side[0].told);
	CHECK_EQ(side[0].told, side[1].told);
	CHECK_EQ(side[0].sum, side[1].sum);
	CHECK(side[0].told > 1000);
	CHECK(used > FACTS / 10 && used < FACTS * 9 / 10);

	CASE("kinds that somebody hears all of");
	const struct proto_fact none = {.body = "", .text = ""};
	CHECK(detect_uses(&ears, OBS_contact, &none));
	CHECK(detect_uses(&ears, OBS_rdp, &none));
	CASE("a kind that nobody hears");
	CHECK(!detect_uses(&ears, OBS_file, &none));
	for (unsigned i = 0; i < 2; i++) {
		detect_free(side[i].d);
		ring_fini(&side[i].out);
	}
	return check_done();
}
