// SPDX-License-Identifier: Apache-2.0
#include "decode_run.h"

#define ADDRS      "fe800000000000000000000000000001 ff020000000000000000000000000001"
#define IP(length) "60000000" length "3a ff" ADDRS
#define TARGET     "fe800000000000000000000000000007"
#define LLA(kind)  kind "01 020000000009"
#define O1         "0e01 000000000000" /* an option nobody reads */
#define O5         O1 O1 O1 O1 O1
#define PREFIX(bits, flags)                                                                        \
	"03 04" bits flags "00000e10 00000708 00000000 20010db8000100ff 0000000000000001"

/* clang-format off */
static const struct {
	const char *name, *bytes, *target, *mac, *prefix; /* "": none */
	unsigned odd;
} rows[] = {
	{"solicitation",        IP("0020") "87 00 0000 00000000" TARGET LLA("01"), "fe80::7", "02:00:00:00:00:09", "", 0},
	{"without an address",  IP("0018") "87 00 0000 00000000" TARGET,           "fe80::7", "", "", 0},
	{"with the wrong one",  IP("0020") "87 00 0000 00000000" TARGET LLA("02"), "fe80::7", "", "", 0},
	{"advertisement",       IP("0020") "88 00 0000 60000000" TARGET LLA("02"), "fe80::7", "02:00:00:00:00:09", "", 0},
	{"behind an unknown option", IP("0028") "88 00 0000 60000000" TARGET "0e01 000000000000" LLA("02"), "fe80::7", "02:00:00:00:00:09", "", 0},
	{"router solicitation", IP("0010") "85 00 0000 00000000" LLA("01"),        "::", "02:00:00:00:00:09", "", 0},
	{"router advertisement", IP("0038") "86 00 0000 40 00 0708 00000000 00000000" LLA("01") PREFIX("40", "c0"), "::", "02:00:00:00:00:09", "2001:db8:1:ff::/64", 0},
	{"host bits go",        IP("0030") "86 00 0000 40 00 0708 00000000 00000000" PREFIX("38", "c0"), "::", "", "2001:db8:1::/56", 0},
	{"the first on-link prefix", IP("0050") "86 00 0000 40 00 0708 00000000 00000000" PREFIX("30", "40") PREFIX("40", "80"), "::", "", "2001:db8:1:ff::/64", 0},
	{"prefix of 129 bits",  IP("0030") "86 00 0000 40 00 0708 00000000 00000000" PREFIX("81", "c0"), "::", "", "", 0},
	{"prefix of 128 bits",  IP("0030") "86 00 0000 40 00 0708 00000000 00000000" PREFIX("80", "c0"), "::", "", "2001:db8:1:ff::1/128", 0},
	{"prefix where none belongs", IP("0038") "87 00 0000 00000000" TARGET PREFIX("40", "c0"), "fe80::7", "", "", 0},
	{"the sixteenth option", IP("0098") "88 00 0000 60000000" TARGET O5 O5 O5 LLA("02"), "fe80::7", "02:00:00:00:00:09", "", 0},
	{"the seventeenth is not looked for", IP("00a0") "88 00 0000 60000000" TARGET O5 O5 O5 "0e01 000000000000" LLA("02"), "fe80::7", "", "", 0},
	{"option of length 0",  IP("0020") "87 00 0000 00000000" TARGET "0100 020000000009", "::", "", "", 1},
	{"option overruns",     IP("0020") "87 00 0000 00000000" TARGET "0102 020000000009", "::", "", "", 1},
	{"target cut",          IP("0017") "87 00 0000 00000000 fe8000000000000000000000000000", "::", "", "", 1},
};
/* clang-format on */

static void check_prefix(const struct pkt_ndp *ndp, const char *want)
{
	char addr[ADDR_TEXT], text[64] = "";

	if (ndp->prefix.bits)
		snprintf(text, sizeof(text), "%s/%u", addr_text(&ndp->prefix.addr, addr),
			 ndp->prefix.bits);
	CHECK_STR(text, want);
	CHECK_EQ(ndp->prefix_lifetime_s, want[0] ? 3600 : 0);
}

static void check_nothing(const struct run *r, bool far)
{
	static const struct pkt_ndp none;

	CHECK_EQ(r->verdict, VERDICT_ok);
	CHECK(memcmp(&r->pkt.ndp.target, &none.target, sizeof(none.target)) == 0);
	CHECK(!r->pkt.ndp.has_mac);
	CHECK_EQ(count_get(&r->count.n[VERDICT_ndp_far]), far);
}

int main(void)
{
	struct run r;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		CASE(rows[i].name);
		run(&r, LINK_raw, rows[i].bytes, 0);
		CHECK_VERDICT(r, ok);
		CHECK_ADDR(r.pkt.ndp.target, rows[i].target);
		CHECK_EQ(r.pkt.ndp.has_mac, rows[i].mac[0] != 0);
		if (rows[i].mac[0])
			CHECK_MAC(r.pkt.ndp.mac, rows[i].mac);
		check_prefix(&r.pkt.ndp, rows[i].prefix);
		CHECK_ODD(r, ndp_broken, rows[i].odd);
		run_end(&r);
	}

	CASE("a list of name servers of half an address is said to be one, a whole one is not");
	for (unsigned units = 2; units <= 5; units++) {
		static const char *const list[] = {"1902 0000 00000258 0000000000000000",
						   "1903 0000 00000258" TARGET,
						   "1904 0000 00000258" TARGET "0000000000000000",
						   "1905 0000 00000258" TARGET TARGET};
		char bytes[512];

		snprintf(bytes, sizeof(bytes), "%s 86 00 0000 40 00 0708 00000000 00000000 %s",
			 (const char *const[]){IP("0020"), IP("0028"), IP("0030"),
					       IP("0038")}[units - 2],
			 list[units - 2]);
		run(&r, LINK_raw, bytes, 0);
		CHECK_EQ(r.pkt.ndp.half_rdnss, units % 2 == 0);
		run_end(&r);
	}
	CASE("hop limit 254: it crossed a router and says nothing");
	run(&r, LINK_raw, "60000000 0020 3a fe" ADDRS "87 00 0000 00000000" TARGET LLA("01"), 0);
	check_nothing(&r, true);
	run_end(&r);

	CASE("a code that is not 0");
	run(&r, LINK_raw, IP("0020") "87 01 0000 00000000" TARGET LLA("01"), 0);
	check_nothing(&r, true);
	run_end(&r);

	CASE("in a fragment (RFC 6980)");
	run(&r, LINK_raw,
	    "60000000 0028 2c ff" ADDRS "3a00 0001 00000000 87 00 0000 00000000" TARGET LLA("01"),
	    0);
	check_nothing(&r, true);
	run_end(&r);

	CASE("cut by the capture in an option: the target is believed");
	run(&r, LINK_raw, IP("0020") "87 00 0000 00000000" TARGET "0101 0200", 4);
	CHECK_ADDR(r.pkt.ndp.target, "fe80::7");
	CHECK(!r.pkt.ndp.has_mac);
	CHECK_EQ(r.pkt.n_anomalies, 0);
	run_end(&r);

	CASE("the types on either side carry no discovery");
	run(&r, LINK_raw, IP("0018") "84 00 0000 00000000" TARGET, 0);
	CHECK_EQ(r.pkt.n_anomalies, 0);
	run_end(&r);
	run(&r, LINK_raw, IP("0018") "89 00 0000 00000000" TARGET, 0);
	CHECK_EQ(r.pkt.n_anomalies, 0);
	run_end(&r);
	return check_done();
}
