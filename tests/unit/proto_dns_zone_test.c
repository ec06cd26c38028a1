// SPDX-License-Identifier: Apache-2.0
/* Which questions are counted by domain, and how: sums of what is told. */
#include "base/clock.h"
#include "proto/domain.h"
#include "proto_rig.h"

static struct rig r;
static struct fact_dns_zone sum;
static unsigned facts;
static char domain[FACT_WORD_MAX];

static void on_fact(void *ctx, const struct proto_fact *f)
{
	const struct fact_dns_zone *b = f->body;

	(void)ctx;
	if (f->kind != FACT_dns_zone)
		return;
	facts++;
	sum.asked += b->asked;
	sum.names += b->names;
	sum.longs += b->longs;
	sum.open += b->open;
	sum.rare += b->rare;
	sum.answered += b->answered;
	sum.answers += b->answers;
	sum.failed += b->failed;
	sum.local += b->local;
	sum.mail += b->mail;
	sum.down += b->down;
	snprintf(domain, sizeof(domain), "%s", f->text);
}

/* A question for `name`, or with `data` (of n bytes) its answer. */
static void message(const char *name, uint16_t type, bool response, uint8_t rcode, const void *data,
		    uint16_t n)
{
	uint8_t m[1500] = {0x12, 0x34, response ? 0x81 : 0x01, rcode, 0, 1, 0, data != NULL};
	uint32_t at = 12;

	while (*name) {
		const char *dot = strchrnul(name, '.');
		m[at++] = (uint8_t)(dot - name);
		memcpy(m + at, name, (size_t)(dot - name));
		at += (uint32_t)(dot - name);
		name = *dot ? dot + 1 : dot;
	}
	m[at++] = 0;
	m[at++] = (uint8_t)(type >> 8);
	m[at++] = (uint8_t)type;
	m[at++] = 0;
	m[at++] = 1;
	if (data) {
		const uint8_t rr[] = {0xc0, 12, (uint8_t)(type >> 8), (uint8_t)type, 0, 1, 0, 0, 0, 60,
				      (uint8_t)(n >> 8), (uint8_t)n};
		memcpy(m + at, rr, sizeof(rr));
		memcpy(m + at + sizeof(rr), data, n);
		at += (uint32_t)sizeof(rr) + n;
	}
	rig_datagram(&r, response ? FLOW_to_client : FLOW_to_server, m, at);
}

#define L40 "0123456789abcdef0123456789abcdef01234567"

static const struct {
	const char *name, *below, *domain; /* of the n-th name: %u in `below` */
	uint16_t type;
	const char *answer; /* %u in it; NULL: none; "!" NXDOMAIN */
	unsigned n, every;  /* names asked; each so often */
	bool told;
	unsigned names, longs, open, rare, answers;
} rows[] = {
	{"web pages", "www%u", "example.com", 1, NULL, 300, 1, false, 0, 0, 0, 0, 0},
	{"a CDN's names", "r%u---sn-4g5e6nzl", "example.com", 1, NULL, 300, 1, false, 0, 0, 0, 0, 0},
	{"hashes of a virus scanner", L40 "%03u", "example.com", 1, "\x7f\0\0\x1", 64, 1, true, 64, 0, 0, 0, 1},
	{"the same few again and again", L40 "%03u", "example.com", 1, NULL, 10, 100, false, 0, 0, 0, 0, 0},
	{"reverse look-ups", "%u.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b", "d.0.1.0.0.2.ip6.arpa",
	 12, NULL, 300, 1, false, 0, 0, 0, 0, 0},
	{"long TXT names, answers that differ", L40 L40 "%u", "example.co.uk", 16, "%u is the answer", 160, 1, true,
	 160, 160, 160, 0, 160},
	{"short names of a private type", "paa%04u", "example.com", 65399, "%u", 80, 1, true, 80, 0, 0, 80, 80},
	{"NULL", "paa%04u", "example.com", 10, "%u", 80, 1, true, 80, 0, 0, 80, 80},
	{"policies of mail", "ip.%03u.spf", "example.com", 16, "\x0fv=spf1 ip4:%u", 48, 1, true, 48, 0, 48, 0, 48},
	{"printers that are announced", "Printer %u in a room with a name._ipp._tcp", "example.com", 16, "rp=%u", 80, 1,
	 true, 80, 0, 0, 0, 80},
	{"no such names", L40 L40 "%u", "example.com", 1, "!", 64, 1, true, 64, 64, 0, 0, 0},
};

static void check_rows(void)
{
	for (unsigned k = 0; k < sizeof(rows) / sizeof(rows[0]); k++) {
		CASE(rows[k].name);
		rig_init(&r, 40000, 53);
		r.proto->hooks.on_fact = on_fact;
		memset(&sum, 0, sizeof(sum));
		facts = 0;
		for (unsigned i = 0; i < rows[k].n * rows[k].every; i++) {
			char below[200], name[300], data[200];
			unsigned which = i % rows[k].n;

			snprintf(below, sizeof(below), rows[k].below, which);
			bool split = strlen(below) > 60 && !strchr(below, '.'); /* a label has 63 */
			snprintf(name, sizeof(name), "%.*s%s%s.%s", split ? 60 : 200, below,
				 split ? "." : "", split ? below + 60 : "", rows[k].domain);
			message(name, rows[k].type, false, 0, NULL, 0);
			r.w.now_ns += NS_PER_S / 20;
			if (!rows[k].answer)
				continue;
			bool none = *rows[k].answer == '!';
			int n = rows[k].type == 1 ? 4 : snprintf(data, sizeof(data), rows[k].answer, which);
			if (rows[k].type == 1 && !none)
				memcpy(data, rows[k].answer, 4);
			message(name, rows[k].type, true, none ? 3 : 0, none ? NULL : data, (uint16_t)n);
		}
		unsigned near = rows[k].names / 10 + 16; /* the sketch's error, and the last step */
		CHECK_EQ(facts > 0, rows[k].told);
		CHECK(sum.names + near >= rows[k].names && sum.names <= rows[k].names + near);
		CHECK(sum.longs + near >= rows[k].longs && sum.longs <= rows[k].longs);
		CHECK(sum.open + near >= rows[k].open && sum.open <= rows[k].open);
		CHECK(sum.rare + near >= rows[k].rare && sum.rare <= rows[k].rare);
		CHECK(sum.answers + near >= rows[k].answers && sum.answers <= rows[k].answers + near);
		CHECK(facts <= rows[k].n / 16 + 1);
		if (rows[k].told)
			CHECK_STR(domain, rows[k].domain);
		rig_fini(&r);
	}
}

static void check_more(void)
{
	char name[300];

	CASE("answers alone are enough: a mirror that shows one direction");
	rig_init(&r, 40000, 53);
	r.proto->hooks.on_fact = on_fact;
	memset(&sum, 0, sizeof(sum));
	for (unsigned i = 0; i < 100; i++) {
		snprintf(name, sizeof(name), L40 "%u.x.example.com", i);
		message(name, 16, true, 0, name, 40);
	}
	CHECK(sum.names >= 80 && sum.asked >= 80);
	rig_fini(&r);

	CASE("three names an hour, long: told each while they are new");
	rig_init(&r, 40000, 53);
	r.proto->hooks.on_fact = on_fact;
	memset(&sum, 0, sizeof(sum));
	facts = 0;
	for (unsigned i = 0; i < 40; i++) {
		snprintf(name, sizeof(name), L40 "%u.x.example.com", i);
		message(name, 16, false, 0, NULL, 0);
		r.w.now_ns += 1200 * NS_PER_S;
	}
	CHECK(facts >= 9 && sum.names >= 36);
	rig_fini(&r);

	CASE("a thousand names are counted to a tenth");
	rig_init(&r, 40000, 53);
	r.proto->hooks.on_fact = on_fact;
	memset(&sum, 0, sizeof(sum));
	for (unsigned i = 0; i < 1000; i++) {
		snprintf(name, sizeof(name), L40 "%u.x.example.com", i);
		message(name, 16, false, 0, NULL, 0);
		message(name, 16, false, 0, NULL, 0);
	}
	CHECK(sum.asked >= 1950 && sum.names > 900 && sum.names < 1100);
	rig_fini(&r);
}

static void check_domain(void)
{
	static const struct {
		const char *name;
		int at;
	} names[] = {
		{"a.example.com", 2}, {"a.b.example.co.uk", 4}, {"example.com", 0}, {"co.uk", -1}, {"", -1},
		{"a.b.local", 2},     {"x.y.tunnel.test", 4},   {"com", -1},        {"A.EXAMPLE.COM", 2},
	};

	for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		uint32_t at = 0, suffix;
		CASE(names[i].name);
		bool has = domain_registered((const uint8_t *)names[i].name,
					     (uint32_t)strlen(names[i].name), &at, &suffix);
		CHECK_EQ(has ? (int)at : -1, names[i].at);
	}
}

int main(void)
{
	check_rows();
	check_more();
	check_domain();
	return check_done();
}
