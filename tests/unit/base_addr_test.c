// SPDX-License-Identifier: Apache-2.0
#include "base/addr.h"
#include "check.h"

/* What is read, and how it is written again; NULL: refused. */
static const struct {
	const char *text, *want;
} addrs[] = {
	{"10.0.0.1", "10.0.0.1"},
	{"255.255.255.255", "255.255.255.255"},
	{"256.0.0.1", NULL},
	{"10.0.0", NULL},
	{"10.0.0.1 ", NULL},
	{"", NULL},
	{"2001:DB8:0:0:0:0:0:1", "2001:db8::1"},
	{"::", "::"},
	{"::ffff:192.0.2.1", "192.0.2.1"},
	{"fe80::1%eth0", NULL},
	{"2001:db8::1::2", NULL},
};

static const struct {
	const char *text, *want;
} macs[] = {
	{"aa:BB:0c:00:01:ff", "aa:bb:0c:00:01:ff"},
	{"aa-bb-0c-00-01-ff", "aa:bb:0c:00:01:ff"},
	{"aa:bb-0c:00:01:ff", NULL},
	{"aabb0c0001ff", NULL},
	{"aa:bb:0c:00:01", NULL},
	{"aa:bb:0c:00:01:ff:00", NULL},
	{"aa:bb:0c:00:01:f", NULL},
	{"aa:bb:0c:00:01:fg", NULL},
	{"", NULL},
};

static const struct {
	const char *name, *cidr, *in, *out; /* out: just outside */
} cidrs[] = {
	{"a class A", "10.0.0.0/8", "10.255.255.255", "11.0.0.0"},
	{"its lower edge", "10.0.0.0/8", "10.0.0.0", "9.255.255.255"},
	{"12 bits", "172.16.0.0/12", "172.31.255.255", "172.32.0.0"},
	{"23 bits", "192.0.2.0/23", "192.0.3.255", "192.0.4.0"},
	{"31 bits", "192.0.2.2/31", "192.0.2.3", "192.0.2.4"},
	{"one address", "192.0.2.1", "192.0.2.1", "192.0.2.2"},
	{"all of IPv4, no IPv6", "0.0.0.0/0", "255.255.255.255", "::1"},
	{"ten bits", "fe80::/10", "febf::1", "fec0::1"},
	{"seven bits", "fc00::/7", "fdff::1", "fe00::"},
	{"127 bits", "2001:db8::2/127", "2001:db8::3", "2001:db8::4"},
	{"host bits are cleared", "10.1.2.3/8", "10.9.9.9", "11.0.0.0"},
};

static const char *const bad_cidrs[] = {"10.0.0.0/33", "10.0.0.0/",   "10.0.0.0/1:", "10.0.0.0/1.",
					"10.0.0.0/-1", "10.0.0.0/8 ", "::/129",      "/8",
					"x/8",         "10.0.0.0/08x"};

static struct addr addr_of(const char *text)
{
	struct addr a = {.q = {0, 0}};

	CHECK(addr_parse(text, &a));
	return a;
}

static void test_texts(void)
{
	char text[ADDR_TEXT], mtext[MAC_TEXT];

	for (size_t i = 0; i < sizeof(addrs) / sizeof(addrs[0]); i++) {
		struct addr a = {.q = {7, 7}};

		CASE(addrs[i].text);
		CHECK_EQ(addr_parse(addrs[i].text, &a), addrs[i].want != NULL);
		if (addrs[i].want)
			CHECK_STR(addr_text(&a, text), addrs[i].want);
		else
			CHECK(a.q[0] == 7 && a.q[1] == 7);
	}
	for (size_t i = 0; i < sizeof(macs) / sizeof(macs[0]); i++) {
		struct mac m = {{7}};

		CASE(macs[i].text);
		CHECK_EQ(mac_parse(macs[i].text, &m), macs[i].want != NULL);
		if (macs[i].want)
			CHECK_STR(mac_text(&m, mtext), macs[i].want);
		else
			CHECK_EQ(m.b[0], 7);
	}
}

static void test_cidrs(void)
{
	struct cidr c;

	for (size_t i = 0; i < sizeof(cidrs) / sizeof(cidrs[0]); i++) {
		struct addr in = addr_of(cidrs[i].in), out = addr_of(cidrs[i].out);

		CASE(cidrs[i].name);
		CHECK(cidr_parse(cidrs[i].cidr, &c));
		CHECK(cidr_has(&c, &in));
		CHECK(!cidr_has(&c, &out));
	}
	for (size_t i = 0; i < sizeof(bad_cidrs) / sizeof(bad_cidrs[0]); i++) {
		CASE(bad_cidrs[i]);
		CHECK(!cidr_parse(bad_cidrs[i], &c));
	}
	CASE("an IPv4 prefix counts 96 more");
	CHECK(cidr_parse("10.0.0.0/8", &c));
	CHECK_EQ(c.bits, 104);
}

/* A letter a kind: m multicast, b broadcast, a any, l loopback, k link-local. */
static const struct {
	const char *addr, *kinds;
} kinds[] = {
	{"223.255.255.255", ""},
	{"224.0.0.0", "m"},
	{"239.255.255.255", "m"},
	{"240.0.0.0", ""},
	{"255.255.255.255", "b"},
	{"255.255.255.254", ""},
	{"0.0.0.0", "a"},
	{"0.0.0.1", ""},
	{"127.0.0.1", "l"},
	{"128.0.0.1", ""},
	{"169.254.0.1", "k"},
	{"169.255.0.1", ""},
	{"::", "a"},
	{"::1", "l"},
	{"::2", ""},
	{"ff02::1", "m"},
	{"fe80::1", "k"},
	{"febf::1", "k"},
	{"fec0::1", ""},
};

static void test_kinds(void)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		CASE(kinds[i].addr);
		struct addr a = addr_of(kinds[i].addr);
		const char *k = kinds[i].kinds;
		CHECK_EQ(addr_is_multicast(&a), strchr(k, 'm') != NULL);
		CHECK_EQ(addr_is_broadcast(&a), strchr(k, 'b') != NULL);
		CHECK_EQ(addr_is_any(&a), strchr(k, 'a') != NULL);
		CHECK_EQ(addr_is_loopback(&a), strchr(k, 'l') != NULL);
		CHECK_EQ(addr_is_link_local(&a), strchr(k, 'k') != NULL);
	}
}

int main(void)
{
	test_texts();
	test_cidrs();
	test_kinds();
	return check_done();
}
