// SPDX-License-Identifier: Apache-2.0
/* LDAP: binds and how they went, a search with its filter, entries counted; split at every byte. */
#include "proto/ldap.h"
#include "proto_ntlm.h"
#include "proto_rig.h"

static struct rig rig;

static void send(uint8_t dir, unsigned number, unsigned op, const struct made *body)
{
	struct made m = {.n = 0}, out = {.n = 0};

	put_der_int(&m, 0x02, number);
	put_der(&m, op, body);
	put_der(&out, 0x30, &m);
	rig_say(&rig, dir, out.at, out.n);
}

static void bind(unsigned number, const char *name, const char *password, unsigned result,
		 const char *text)
{
	struct made b = {.n = 0};

	put_der_int(&b, 0x02, 3);
	put_der_text(&b, 0x04, name);
	put_der_text(&b, 0x80, password);
	send(0, number, 0x60, &b);
	b.n = 0;
	put_der_int(&b, 0x0a, result);
	put_der_text(&b, 0x04, "");
	put_der_text(&b, 0x04, text);
	send(1, number, 0x61, &b);
}

static void pair(struct made *m, unsigned tag, const char *type, const char *value)
{
	struct made b = {.n = 0};

	put_der_text(&b, 0x04, type);
	put_der_text(&b, 0x04, value);
	put_der(m, tag, &b);
}

static void search(unsigned number)
{
	struct made b = {.n = 0}, both = {.n = 0}, not = {.n = 0}, parts = {.n = 0}, sub = {.n = 0},
		    types = {.n = 0};

	put_der_text(&b, 0x04, "DC=corp,DC=test");
	put_der_int(&b, 0x0a, 2);
	put_der_int(&b, 0x0a, 0);
	put_der_int(&b, 0x02, 0);
	put_der_int(&b, 0x02, 0);
	put_der_int(&b, 0x01, 0);
	pair(&both, 0xa3, "objectClass", "user");
	put_der_text(&both, 0x87, "servicePrincipalName");
	pair(&not, 0xa3, "cn", "a*b");
	put_der(&both, 0xa2, &not );
	put_der_text(&sub, 0x04, "name");
	put_der_text(&parts, 0x80, "a");
	put_der_text(&parts, 0x81, "b");
	put_der(&sub, 0x30, &parts);
	put_der(&both, 0xa4, &sub);
	put_der(&b, 0xa0, &both);
	put_der_text(&types, 0x04, "cn");
	put_der_text(&types, 0x04, "servicePrincipalName");
	put_der(&b, 0x30, &types);
	send(0, number, 0x63, &b);
	for (unsigned i = 0; i < 3; i++) {
		b.n = 0;
		put_der_text(&b, 0x04, "CN=sql,DC=corp,DC=test");
		put_der_text(&b, 0x30, "");
		send(1, number, 0x64, &b);
	}
	b.n = 0;
	put_der_int(&b, 0x0a, 0);
	put_der_text(&b, 0x04, "");
	put_der_text(&b, 0x04, "");
	send(1, number, 0x65, &b);
}

/* { type, { value } }, as an add and a change have it */
static void put_attribute(struct made *to, const char *type, const char *value)
{
	struct made one = {.n = 0}, values = {.n = 0};

	put_der_text(&one, 0x04, type);
	put_der_text(&values, 0x04, value);
	put_der(&one, 0x31, &values);
	put_der(to, 0x30, &one);
}

static void put_change(struct made *to, unsigned how, const char *type, const char *value)
{
	struct made one = {.n = 0};

	put_der_int(&one, 0x0a, how);
	put_attribute(&one, type, value);
	put_der(to, 0x30, &one);
}

static void change(unsigned number)
{
	struct made b = {.n = 0}, list = {.n = 0};

	put_der_text(&b, 0x04, "CN=bob,DC=corp,DC=test");
	put_change(&list, 1, "servicePrincipalName", "http/x");
	put_change(&list, 2, "title", "clerk");
	put_der(&b, 0x30, &list);
	send(0, number, 0x66, &b);
	b.n = 0;
	put_der_int(&b, 0x0a, 0);
	put_der_text(&b, 0x04, "");
	put_der_text(&b, 0x04, "");
	send(1, number, 0x67, &b);
	b.n = list.n = 0;
	put_der_text(&b, 0x04, "DC=*,DC=corp");
	put_attribute(&list, "dnsRecord", "1234");
	put_der(&b, 0x30, &list);
	send(0, number + 1, 0x68, &b);
	b.n = list.n = 0;
	put_der_text(&b, 0x04, "CN=bob,DC=corp,DC=test");
	put_der_text(&list, 0x04, "mail");
	put_der_text(&list, 0x04, "bob@corp.test");
	put_der(&b, 0x30, &list);
	send(0, number + 2, 0x6e, &b);
}

static void start(unsigned split)
{
	rig_init(&rig, 50000, 389);
	rig.facts = true;
	rig.split = split;
}

static void check_ldap(void)
{
	for (unsigned split = 0; split < 2; split++) {
		CASE(split ? "a bind and a search, byte by byte" : "a bind and a search");
		start(split);
		bind(1, "cn=alice", "secret", 0, "");
		search(2);
		const char *t = rig_fini(&rig);
		CHECK(strstr(t, "fact login< how=2 outcome=1 code=0 clear=1 [cn=alice] [] []\n"));
		CHECK(strstr(
			t,
			"fact ldap> [DC=corp,DC=test] "
			"[(&(objectClass=user)(servicePrincipalName=*)(!(cn=a\\2ab))(name=a*b*))] "
			"[cn,servicePrincipalName] [cn=alice]\n"));
		CHECK(strstr(t, "fact ldap< [DC=corp,DC=test]"));
		CHECK(strstr(t, "ldap.responses.count=4\n"));
		CHECK(strstr(t, "ldap.responses.dn=CN=sql,DC=corp,DC=test\n"));
	}
	CASE("attributes changed, added, compared");
	start(0);
	change(3);
	const char *t = rig_fini(&rig);
	CHECK(strstr(t,
		     "fact ldap> [CN=bob,DC=corp,DC=test] [] [servicePrincipalName,title] []\n"));
	CHECK(strstr(t,
		     "fact ldap< [CN=bob,DC=corp,DC=test] [] [servicePrincipalName,title] []\n"));
	CHECK(strstr(t, "fact ldap> [DC=*,DC=corp] [] [dnsRecord] []\n"));
	CHECK(strstr(t, "fact ldap> [CN=bob,DC=corp,DC=test] [] [mail] []\n"));
	CHECK(strstr(t, "ldap.request.attribute_type=servicePrincipalName\n"));
	CASE("a wrong password");
	start(0);
	bind(1, "cn=alice", "guess", 49, "80090308: AcceptSecurityContext error, data 52e, v1db1");
	CHECK(strstr(rig_fini(&rig),
		     "fact login< how=2 outcome=2 code=49 clear=1 [cn=alice] [] []\n"));
	CASE("NTLM inside");
	start(0);
	struct made token = {.n = 0}, b = {.n = 0}, sasl = {.n = 0};
	put_ntlm_authenticate(&token, "CORP", "bob", "WS2", 100);
	put_der_int(&b, 0x02, 3);
	put_der_text(&b, 0x04, "");
	put_der_text(&sasl, 0x04, "GSS-SPNEGO");
	put_der(&sasl, 0x04, &token);
	put_der(&b, 0xa3, &sasl);
	send(0, 1, 0x60, &b);
	b.n = 0;
	put_der_int(&b, 0x0a, 0);
	put_der_text(&b, 0x04, "");
	put_der_text(&b, 0x04, "");
	send(1, 1, 0x61, &b);
	CHECK(strstr(rig_fini(&rig),
		     "fact login< how=0 outcome=1 code=0 clear=0 [bob] [CORP] [WS2]\n"));
}

static void check_deep(void)
{
	struct made f = {.n = 0};
	char out[200];

	CASE("a filter as deep as can be is cut");
	for (unsigned i = 0; i < 120; i++) {
		struct made outer = {.n = 0};

		put_der(&outer, 0xa2, &f);
		f = outer;
	}
	uint8_t *copy = malloc(f.n);
	memcpy(copy, f.at, f.n);
	ldap_filter_text(bytes_of(copy, f.n), out, sizeof(out));
	CHECK(strncmp(out, "(!(!(!", 6) == 0);
	free(copy);
	CASE("a filter cut anywhere");
	for (uint32_t n = 0; n < f.n; n++) {
		copy = malloc(n ? n : 1);
		memcpy(copy, f.at, n);
		ldap_filter_text(bytes_of(copy, n), out, 9);
		free(copy);
	}
	CHECK(true);
}

int main(void)
{
	check_ldap();
	check_deep();
	return check_done();
}
