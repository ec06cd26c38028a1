// SPDX-License-Identifier: Apache-2.0
#include "rule/net.h"

#include "check.h"

#include <stdlib.h>

static const struct {
	const char *list, *in, *out; /* addresses, blank between; NULL list row: refused */
} addrs[] = {
	{"any", "1.2.3.4 :: 255.255.255.255", ""},
	{"10.0.0.0/8", "10.0.0.0 10.255.255.255", "9.255.255.255 11.0.0.0 ::10.0.0.1"},
	{"10.0.0.1", "10.0.0.1", "10.0.0.0 10.0.0.2"},
	{"10.0.0.0/255.255.255.0", "10.0.0.255", "10.0.1.0"},
	{"0.0.0.0/0", "1.1.1.1", "2001:db8::1"},
	{"!10.0.0.0/8", "9.9.9.9 11.0.0.0 2001:db8::1", "10.1.2.3"},
	{"[10.0.0.0/8,!10.1.0.0/16]", "10.0.0.1 10.2.0.0", "10.1.0.0 10.1.255.255 11.0.0.0"},
	{"[10.0.0.0/8, ![10.1.0.0/16, !10.1.2.0/24]]", "10.0.0.1 10.1.2.3", "10.1.3.0"},
	{"[10.0.0.1-10.0.0.5]", "10.0.0.1 10.0.0.5", "10.0.0.0 10.0.0.6"},
	{"[!1.1.1.1,!2.2.2.2]", "1.1.1.2 3.3.3.3", "1.1.1.1 2.2.2.2"},
	{"[2001:db8::/32,10.0.0.1]", "2001:db8:ffff::1 10.0.0.1", "2001:db9:: 10.0.0.2"},
	{"$HOME_NET", "192.168.1.1 10.0.0.1", "172.16.0.1"},
	{"!$HOME_NET", "172.16.0.1", "192.168.1.1"},
	{"$EXTERNAL_NET", "8.8.8.8", "10.0.0.1"},
	{"[$HTTP_SERVERS,8.8.8.8]", "10.0.0.1 8.8.8.8", "8.8.8.9"},
	{"$DEEP", "7.7.7.7", "7.7.7.8"},
	{"[10.0.0.0/9,10.128.0.0/9]", "10.127.255.255 10.128.0.0", "11.0.0.0"},
	{"1.1.1.1,2.2.2.2", "1.1.1.1 2.2.2.2", "3.3.3.3"},
	{"ff00::/8", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "fe00::"},
};

static const char *const bad_addrs[] = {
	"", "[]", "[1.1.1.1,]", "1.1.1.1/33", "1.1.1", "host", "$NONE", "![0.0.0.0/0,::/0]", "!any",
	"[10.0.0.1,!10.0.0.1]", "[1.1.1.1", "2.2.2.2-1.1.1.1", "1.1.1.1-", "$LOOP", "!",
	"1.1.1.1/255.0.255.0",
};

static const struct {
	const char *list;
	const char *in, *out;
} ports[] = {
	{"any", "0 65535", ""},
	{"80", "80", "79 81"},
	{"1:1023", "1 1023", "0 1024"},
	{":1023", "0 1023", "1024"},
	{"1024:", "1024 65535", "1023"},
	{"!80", "79 81", "80"},
	{"[80,443,8000:8080,!8001]", "80 443 8000 8002", "81 8001 8081"},
	{"[!21,!22]", "20 23", "21 22"},
	{"$HTTP_PORTS", "80", "81"},
	{"[$HTTP_PORTS,!80,443]", "443", "80"},
	{"$FILE_DATA_PORTS", "80 110 143", "81"},
	{"65535", "65535", "65534"},
	{"0", "0", "1"},
};

static const char *const bad_ports[] = {
	"", ":", "65536", "80:79", "a", "80:b", "-1", "$HOME_NET", "[80,!80]", "!any", "[1,,2]", "1-2",
};

static bool has_addr(const struct net_set *s, const char *text)
{
	struct addr a;

	CHECK(addr_parse(text, &a));
	return net_has_addr(s, &a);
}

static bool has_port(const struct net_set *s, const char *text)
{
	return net_has(s, (u128)atoi(text));
}

static void each(const struct net_set *s, const char *words, bool want,
		 bool (*has)(const struct net_set *, const char *))
{
	char copy[256], *save = NULL;

	strcpy(copy, words);
	for (char *w = strtok_r(copy, " ", &save); w; w = strtok_r(NULL, " ", &save)) {
		if (has(s, w) != want)
			printf("# at %s\n", w);
		CHECK(has(s, w) == want);
	}
}

int main(void)
{
	struct arena arena = {0};
	struct net_vars *v = malloc(sizeof(*v));
	struct err err;
	struct fault f = {.err = &err};
	const struct net_set *s;

	rule_net_defaults(v, &arena);
	CASE("where HOME_NET is any, so is EXTERNAL_NET");
	CHECK_EQ(rule_net_addrs(v, span_of("$EXTERNAL_NET"), &s, &f), 0);
	CHECK(s->any);

	CHECK_EQ(rule_net_set(v, false, "HOME_NET", "[192.168.0.0/16,10.0.0.0/8]", &err), 0);
	CHECK_EQ(rule_net_assign(v, false, "DEEP=[$DEEPER]", &err), 0);
	CHECK_EQ(rule_net_assign(v, false, "DEEPER=7.7.7.7", &err), 0);
	CHECK_EQ(rule_net_assign(v, false, "LOOP=$LOOP", &err), 0);
	CASE("an assignment");
	CHECK(rule_net_assign(v, false, "NAME", &err) != 0);
	CHECK(rule_net_assign(v, false, "NAME=", &err) != 0);
	CHECK(rule_net_assign(v, false, "=1.1.1.1", &err) != 0);

	for (unsigned i = 0; i < sizeof(addrs) / sizeof(addrs[0]); i++) {
		CASE(addrs[i].list);
		s = NULL;
		CHECK_EQ(rule_net_addrs(v, span_of(addrs[i].list), &s, &f), 0);
		if (!s)
			continue;
		each(s, addrs[i].in, true, has_addr);
		each(s, addrs[i].out, false, has_addr);
	}
	for (unsigned i = 0; i < sizeof(bad_addrs) / sizeof(bad_addrs[0]); i++) {
		CASE(bad_addrs[i]);
		CHECK(rule_net_addrs(v, span_of(bad_addrs[i]), &s, &f) != 0);
	}
	for (unsigned i = 0; i < sizeof(ports) / sizeof(ports[0]); i++) {
		CASE(ports[i].list);
		s = NULL;
		CHECK_EQ(rule_net_ports(v, span_of(ports[i].list), &s, &f), 0);
		if (!s)
			continue;
		each(s, ports[i].in, true, has_port);
		each(s, ports[i].out, false, has_port);
	}
	for (unsigned i = 0; i < sizeof(bad_ports) / sizeof(bad_ports[0]); i++) {
		CASE(bad_ports[i]);
		CHECK(rule_net_ports(v, span_of(bad_ports[i]), &s, &f) != 0);
	}
	CASE("a name that is nearly one gets a hint");
	CHECK(rule_net_addrs(v, span_of("$HOME_NETS"), &s, &f) != 0);
	CHECK_STR(err.hint, "did you mean '$HOME_NET'?");
	CASE("a variable may leave nothing");
	CHECK_EQ(rule_net_addrs(v, span_of("[$HOME_NET,!$HOME_NET]"), &s, &f), 0);
	CHECK_EQ(s->n, 0);
	CHECK(!has_addr(s, "10.0.0.1"));
	CASE("nested too deep is refused, not followed");
	char deep[200] = "";
	for (unsigned i = 0; i < 40; i++)
		strcat(deep, "[");
	strcat(deep, "1.1.1.1");
	for (unsigned i = 0; i < 40; i++)
		strcat(deep, "]");
	CHECK(rule_net_addrs(v, span_of(deep), &s, &f) != 0);
	CASE("one text is read once");
	const struct net_set *again;
	CHECK_EQ(rule_net_ports(v, span_of("[1,2,3]"), &s, &f), 0);
	CHECK_EQ(rule_net_ports(v, span_of("[1,2,3]"), &again, &f), 0);
	CHECK(s == again);
	free(v);
	rule_arena_fini(&arena);
	return check_done();
}
