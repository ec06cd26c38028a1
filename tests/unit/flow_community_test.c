// SPDX-License-Identifier: Apache-2.0
#include "check.h"
#include "flow/flow.h"

#include <stdlib.h>

struct row {
	const char *src, *dst;
	uint16_t sport, dport;
	uint8_t proto;
	const char *want;
};

/* clang-format off */
static const struct row specification[] = { /* its baseline, seed 0, every row */
	{"fe80::200:86ff:fe05:80da", "fe80::260:97ff:fe07:69ea", 135, 136, 58, "1:dGHyGvjMfljg6Bppwm3bg0LO8TY="},
	{"fe80::260:97ff:fe07:69ea", "fe80::200:86ff:fe05:80da", 136, 135, 58, "1:dGHyGvjMfljg6Bppwm3bg0LO8TY="},
	{"fe80::260:97ff:fe07:69ea", "fe80::200:86ff:fe05:80da", 135, 136, 58, "1:zavyT/cezQr1fmImYCwYnMXbgck="},
	{"fe80::200:86ff:fe05:80da", "fe80::260:97ff:fe07:69ea", 136, 135, 58, "1:zavyT/cezQr1fmImYCwYnMXbgck="},
	{"3ffe:501:1800:2345::2", "3ffe:507:0:1:200:86ff:fe05:80da", 3, 0, 58, "1:2ObVBgIn28oZvibYZhZMBgh7WdQ="},
	{"3ffe:501:410:0:2c0:dfff:fe47:33e", "3ffe:507:0:1:200:86ff:fe05:80da", 1, 4, 58, "1:hLZd0XGWojozrvxqE0dWB1iM6R0="},
	{"3ffe:507:0:1:200:86ff:fe05:80da", "3ffe:501:0:1001::2", 128, 129, 58, "1:+TW+HtLHvV1xnGhV1lv7XoJrqQg="},
	{"3ffe:501:0:1001::2", "3ffe:507:0:1:200:86ff:fe05:80da", 129, 128, 58, "1:+TW+HtLHvV1xnGhV1lv7XoJrqQg="},
	{"fe80::200:86ff:fe05:80da", "ff02::2", 133, 134, 58, "1:hO+sN4H+MG5MY/8hIrXPqc4ZQz0="},
	{"fe80::260:97ff:fe07:69ea", "ff02::1", 134, 133, 58, "1:pkvHqCL88/tg1k4cPigmZXUtL00="},
	{"192.168.0.89", "192.168.0.1", 8, 0, 1, "1:X0snYXpgwiv9TZtqg64sgzUn6Dk="},
	{"192.168.0.1", "192.168.0.89", 0, 8, 1, "1:X0snYXpgwiv9TZtqg64sgzUn6Dk="},
	{"10.0.0.1", "10.0.0.2", 11, 0, 1, "1:YHxtAirCG//0OzkcVAukqKQN9xM="},
	{"2001:470:e5bf:dead:4957:2174:e82c:4887", "2607:f8b0:400c:c03::1a", 63943, 25, 6, "1:/qFaeAR+gFe1KYjMzVDsMv+wgU4="},
	{"2607:f8b0:400c:c03::1a", "2001:470:e5bf:dead:4957:2174:e82c:4887", 25, 63943, 6, "1:/qFaeAR+gFe1KYjMzVDsMv+wgU4="},
	{"192.168.170.8", "192.168.170.56", 7, 7, 132, "1:MP2EtRCAUIZvTw6MxJHLV7N7JDs="},
	{"192.168.170.56", "192.168.170.8", 7, 7, 132, "1:MP2EtRCAUIZvTw6MxJHLV7N7JDs="},
	{"128.232.110.120", "66.35.250.204", 34855, 80, 6, "1:LQU9qZlK+B5F3KDmev6m5PMibrg="},
	{"66.35.250.204", "128.232.110.120", 80, 34855, 6, "1:LQU9qZlK+B5F3KDmev6m5PMibrg="},
	{"192.168.1.52", "8.8.8.8", 54585, 53, 17, "1:d/FP5EW3wiY1vCndhwleRRKHowQ="},
	{"8.8.8.8", "192.168.1.52", 53, 54585, 17, "1:d/FP5EW3wiY1vCndhwleRRKHowQ="},
	{"10.1.12.1", "10.1.12.2", 0, 0, 46, "1:KHlLkgoJW7ifUTyTSgyVfkFHzKw="},
	{"10.1.12.2", "10.1.12.1", 0, 0, 46, "1:KHlLkgoJW7ifUTyTSgyVfkFHzKw="},
};

static const struct row computed[] = { /* by another program, from the text of the specification */
	{"10.0.0.1", "10.0.0.1", 5, 4, 6, "1:gLmjZuaRsMk4vbmk5HxV9Jb1iQg="},
	{"10.0.0.1", "10.0.0.1", 4, 5, 6, "1:gLmjZuaRsMk4vbmk5HxV9Jb1iQg="},
	{"10.0.0.1", "10.0.0.2", 65535, 0, 17, "1:PYUQOEYSsQIjW5taDY+QrLjQOA4="},
	{"10.0.0.2", "10.0.0.1", 0, 65535, 17, "1:PYUQOEYSsQIjW5taDY+QrLjQOA4="},
	{"9.255.255.255", "10.0.0.0", 1, 2, 6, "1:yuK6+hKIvEZQZDeMK0bcZ3OX3mY="},
	{"255.255.255.255", "0.0.0.0", 68, 67, 17, "1:7IGFZY4cUTraFBATO48/TxUuk0I="},
	{"192.168.0.2", "192.168.0.1", 3, 1, 1, "1:bNfFNuWTXo30fOmRNU6h26nNNaU="},
	{"192.168.0.1", "192.168.0.2", 3, 1, 1, "1:siu8tOTQkocnykCnXRiQNKXFMow="},
	{"192.168.0.1", "192.168.0.2", 13, 14, 1, "1:VZYbTuuOAOScK4h+dZh8/BIfC1Q="},
	{"192.168.0.2", "192.168.0.1", 14, 13, 1, "1:VZYbTuuOAOScK4h+dZh8/BIfC1Q="},
	{"192.168.0.1", "224.0.0.2", 10, 9, 1, "1:bGhXXabuUn2Y1cspxhtcByrvzQI="},
	{"192.168.0.2", "192.168.0.1", 17, 18, 1, "1:t0iU8c3fTJ/gnmvBPt/vD4Yt29U="},
	{"192.168.0.2", "192.168.0.1", 15, 16, 1, "1:N0MkLQXzwWgboh5egQso+Omkxjg="},
	{"192.168.0.2", "192.168.0.1", 5, 0, 1, "1:BRACPnqW7FzKcPhHVuD50WhezBs="},
	{"2001:db8::1", "2001:db8::2", 128, 129, 58, "1:u2vMS3HiWth2lIMKHB1fjELshpQ="},
	{"2001:db8::2", "2001:db8::1", 129, 128, 58, "1:u2vMS3HiWth2lIMKHB1fjELshpQ="},
	{"2001:db8::2", "2001:db8::1", 143, 0, 58, "1:y7g9mMzLMe5jpBwTAzXf/RoDisQ="},
	{"2001:db8::2", "2001:db8::1", 139, 140, 58, "1:EyvsTyxh629HwHG1XyqvKuccnPM="},
	{"2001:db8::1", "2001:db8::2", 500, 500, 17, "1:o8XBFc+YxoH2ftTjeftjoeA3n0w="},
	{"2001:db8::ffff", "2001:db8::2", 36412, 36412, 132, "1:T6oZowLsoGnCSIMG9QDffq1Sb10="},
	{"2001:db8::2", "2001:db8::1", 0, 0, 50, "1:JIAyWiD7dl1e74CJAdetAUPF/To="},
	{"10.0.0.1", "10.0.0.2", 0, 0, 47, "1:+KlEHDT0vJgzs/eNmzHq0aSpRYw="},
	{"fe80::1", "ff02::16", 143, 0, 58, "1:OAsYkgoou99wnhLR9ezvUt5gsiU="},
};
/* clang-format on */

static void check_rows(const struct row *row, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		char out[FLOW_COMMUNITY_ID];
		struct addr src, dst;
		if (!addr_parse(row[i].src, &src) || !addr_parse(row[i].dst, &dst))
			abort();
		CASE(row[i].want);
		CHECK_STR(flow_community_id(&src, &dst, row[i].sport, row[i].dport, row[i].proto,
					    out),
			  row[i].want);
	}
}

int main(void)
{
	check_rows(specification, sizeof(specification) / sizeof(specification[0]));
	check_rows(computed, sizeof(computed) / sizeof(computed[0]));

	CASE("a type's code does not matter where a type answers it");
	struct addr a, b;
	char out[FLOW_COMMUNITY_ID];
	addr_parse("192.168.0.89", &a);
	addr_parse("192.168.0.1", &b);
	CHECK_STR(flow_community_id(&a, &b, 8, 77, 1, out), "1:X0snYXpgwiv9TZtqg64sgzUn6Dk=");
	return check_done();
}
