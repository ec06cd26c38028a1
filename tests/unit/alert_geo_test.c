// SPDX-License-Identifier: Apache-2.0
/* MaxMind DBs: small ones made here, each broken in one place, and, where they are, MaxMind's own
 * good and bad ones. */
#include "alert/geo.h"

#include "alert/geo_check.h"
#include "check.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

struct db { /* bytes being written */
	uint8_t at[4096];
	size_t n;
};

static void put(struct db *d, const void *p, size_t n)
{
	memcpy(d->at + d->n, p, n);
	d->n += n;
}

static void byte(struct db *d, unsigned v)
{
	d->at[d->n++] = (uint8_t)v;
}

static void str(struct db *d, const char *s)
{
	byte(d, 2 << 5 | (unsigned)strlen(s)); /* below 29 */
	put(d, s, strlen(s));
}

static void u32(struct db *d, const char *key, uint32_t v)
{
	str(d, key);
	byte(d, 6 << 5 | 4);
	for (int i = 24; i >= 0; i -= 8)
		byte(d, v >> i & 0xff);
}

static void u16(struct db *d, const char *key, uint32_t v)
{
	str(d, key);
	byte(d, 5 << 5 | 2);
	byte(d, v >> 8 & 0xff);
	byte(d, v & 0xff);
}

#define MARKER "\xab\xcd\xefMaxMind.com"

struct shape { /* what a row makes wrong */
	uint32_t nodes, bits, ip, major;
	uint32_t left; /* first record of node 0: 1.x.x.x … 127.x.x.x */
	const char *data;
	size_t data_len;
	bool no_separator, no_marker, built_late;
	size_t cut; /* bytes off the end */
};

#define DATA(text) .data = text, .data_len = sizeof(text) - 1

/* One node: the left half of the addresses leads to the data, the right one nowhere. */
static void make(struct db *d, const struct shape *s)
{
	static const uint8_t zero[16];

	d->n = 0;
	if (s->bits == 28) {
		byte(d, s->left >> 16);
		byte(d, s->left >> 8 & 0xff);
		byte(d, s->left & 0xff);
		byte(d, 0);
		put(d, "\0\0\1", 3);
	} else {
		for (unsigned i = s->bits / 8; i-- > 0;)
			byte(d, s->left >> (8 * i) & 0xff);
		for (unsigned i = s->bits / 8; i-- > 0;)
			byte(d, i == 0);
	}
	if (!s->no_separator)
		put(d, zero, 16);
	else
		put(d, "0123456789abcdef", 16);
	put(d, s->data, s->data_len);
	put(d, MARKER, s->no_marker ? 5 : 14);
	byte(d, 7 << 5 | 9);
	u32(d, "node_count", s->nodes);
	u16(d, "record_size", s->bits);
	u16(d, "ip_version", s->ip);
	u16(d, "binary_format_major_version", s->major);
	u16(d, "binary_format_minor_version", 0);
	str(d, "languages");
	byte(d, 0);
	byte(d, 4);
	str(d, "description");
	byte(d, 7 << 5);
	str(d, "database_type");
	str(d, "Test");
	str(d, "build_epoch");
	byte(d, 8);
	byte(d, 2); /* u64 of 8 bytes */
	put(d, s->built_late ? "\xff\xff\xff\xff\xff\xff\xff\xff" : "\0\0\0\0\x60\0\0\0", 8);
	d->n -= s->cut;
}

#define SHAPE .nodes = 1, .bits = 24, .ip = 4, .major = 2
#define GOOD  SHAPE, .left = 17
#define PLACE                                                                                      \
	"\xe2\x47"                                                                                 \
	"country\xe1\x48iso_code\x42"                                                              \
	"FR\x58"                                                                                   \
	"autonomous_system_number\xc2\x12\x34"

/* clang-format off */
static const struct {
	const char *name;
	struct shape shape;
	const char *why; /* NULL: it is good */
} rows[] = {
	{"good", {GOOD, DATA(PLACE)}, NULL},
	{"28 bits a record", {.nodes = 1, .bits = 28, .ip = 4, .major = 2, .left = 17, DATA(PLACE)}, NULL},
	{"32 bits a record", {.nodes = 1, .bits = 32, .ip = 4, .major = 2, .left = 17, DATA(PLACE)}, NULL},
	{"IPv6", {.nodes = 1, .bits = 24, .ip = 6, .major = 2, .left = 17, DATA(PLACE)}, NULL},
	{"nothing found", {SHAPE, .left = 1, DATA("")}, NULL},
	{"a record to its own node", {SHAPE, .left = 0, DATA("")}, "back to its root"},
	{"a record into the separator", {SHAPE, .left = 2, DATA(PLACE)}, "leads out"},
	{"a record to its last byte", {SHAPE, .left = 16, DATA(PLACE)}, "leads out"},
	{"a record behind the data", {SHAPE, .left = 17 + 3, DATA("\xa0\xa0\xa0")}, "leads out"},
	{"a record to the last byte of data", {SHAPE, .left = 17 + 2, DATA("\xa0\xa0\xa0")}, NULL},
	{"no data at all", {SHAPE, .left = 17, DATA("")}, "leads out"},
	{"16 bits a record", {.nodes = 1, .bits = 16, .ip = 4, .major = 2, .left = 17, DATA(PLACE)}, "16 bits"},
	{"IP version 5", {.nodes = 1, .bits = 24, .ip = 5, .major = 2, .left = 17, DATA(PLACE)}, "IP version 5"},
	{"format 3", {.nodes = 1, .bits = 24, .ip = 4, .major = 3, .left = 17, DATA(PLACE)}, "version 3"},
	{"no nodes", {.nodes = 0, .bits = 24, .ip = 4, .major = 2, .left = 17, DATA(PLACE)}, "0 nodes"},
	{"more nodes than bytes", {.nodes = 99, .bits = 24, .ip = 4, .major = 2, .left = 17, DATA(PLACE)}, "within its search tree"},
	{"one node too many", {.nodes = 2, .bits = 24, .ip = 4, .major = 2, .left = 2, DATA(PLACE)}, "no separator"},
	{"no separator", {GOOD, .no_separator = true, DATA(PLACE)}, "no separator"},
	{"no marker", {GOOD, .no_marker = true, DATA(PLACE)}, "no metadata"},
	{"metadata cut by a byte", {GOOD, .cut = 1, DATA(PLACE)}, "cut off"},
	{"built in another age", {GOOD, .built_late = true, DATA(PLACE)}, "built after"},
	{"a text that ends with the data", {GOOD, DATA("\x43" "abc")}, NULL},
	{"a text that ends behind it", {GOOD, DATA("\x44" "abc")}, "cut off"},
	{"29 and a byte more", {GOOD, DATA("\x5d\x00" "abcdefghijklmnopqrstuvwxyzABC")}, NULL},
	{"29 and no byte", {GOOD, DATA("\x5d")}, "cut off"},
	{"not UTF-8", {GOOD, DATA("\x43" "a\xffz")}, "not UTF-8"},
	{"a map without its value", {GOOD, DATA("\xe1\x41" "a")}, "beyond the data"},
	{"a map's key is a number", {GOOD, DATA("\xe1\xa0\xa0")}, "no text"},
	{"a map's key by pointer", {GOOD, DATA("\xe1\x20\x05\xa0\xa0\x41" "a")}, NULL},
	{"a map's key by pointer to a number", {GOOD, DATA("\xe1\x20\x03\xa0")}, "no text"},
	{"a map of 2^24 entries", {GOOD, DATA("\xff\xff\xff\xff")}, "beyond the data"},
	{"an array of 2^24", {GOOD, DATA("\x1f\x04\xff\xff\xff")}, "beyond the data"},
	{"a double of 8", {GOOD, DATA("\x68" "12345678")}, NULL},
	{"a double of 7", {GOOD, DATA("\x67" "1234567")}, "floating-point"},
	{"a float of 4", {GOOD, DATA("\x04\x08" "1234")}, NULL},
	{"a float of 5", {GOOD, DATA("\x05\x08" "12345")}, "floating-point"},
	{"a 16-bit number of 3", {GOOD, DATA("\xa3" "123")}, "longer than its type"},
	{"a 32-bit number of 4", {GOOD, DATA("\xc4" "1234")}, NULL},
	{"a 32-bit number of 5", {GOOD, DATA("\xc5" "12345")}, "longer than its type"},
	{"a boolean of 1", {GOOD, DATA("\x01\x07")}, NULL},
	{"a boolean of 2", {GOOD, DATA("\x02\x07")}, "longer than its type"},
	{"a container", {GOOD, DATA("\x00\x05")}, "unknown type"},
	{"a type beyond all", {GOOD, DATA("\x00\xff")}, "unknown type"},
	{"a pointer to the value after it", {GOOD, DATA("\x20\x02\xa0")}, NULL},
	{"a pointer behind the data", {GOOD, DATA("\x20\x02")}, "beyond the data"},
	{"a long pointer behind the data", {GOOD, DATA("\x38\xff\xff\xff\xff")}, "beyond the data"},
	{"a pointer to a pointer", {GOOD, DATA("\x20\x02\x20\x04\xa0")}, "pointer to a pointer"},
	{"a map within itself", {GOOD, DATA("\xe1\x41" "a\x20\x00")}, "circle"},
	{"31 arrays in each other", {GOOD, DATA("\1\4\1\4\1\4\1\4\1\4\1\4\1\4\1\4\1\4\1\4\1\4\1\4\1\4\1\4\1\4\1\4\1\4\1\4\1\4\1\4\1\4\1\4\1\4\1\4\1\4\1\4\1\4\1\4\1\4\1\4\1\4\xa0")}, NULL},
	{"32 arrays in each other", {GOOD, DATA("\1\4\1\4\1\4\1\4\1\4\1\4\1\4\1\4\1\4\1\4\1\4\1\4\1\4\1\4\1\4\1\4\1\4\1\4\1\4\1\4\1\4\1\4\1\4\1\4\1\4\1\4\1\4\1\4\1\4\1\4\1\4\1\4\xa0")}, "too deep"},
};
/* clang-format on */

static int check_exact(const uint8_t *p, size_t n, struct err *err)
{
	uint8_t *copy = malloc(n ? n : 1); /* a sanitizer sees one byte too many */

	if (!copy)
		abort();
	memcpy(copy, p, n);
	int r = geo_check(copy, n, err);
	free(copy);
	return r;
}

static void table(void)
{
	static struct db d;

	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct err err = {0};
		struct geo *g;

		CASE(rows[i].name);
		make(&d, &rows[i].shape);
		int r = check_exact(d.at, d.n, &err);
		CHECK_EQ(r < 0, rows[i].why != NULL);
		CHECK(!rows[i].why || strstr(err.msg, rows[i].why));
		if (r < 0 && (!rows[i].why || !strstr(err.msg, rows[i].why)))
			printf("# %s\n", err.msg);
		/* What is let through, the library takes; what is not, it never sees. */
		int o = geo_open_bytes(&g, "test", d.at, d.n, 4, &err);
		CHECK_EQ(o < 0, r < 0);
		if (o < 0 && r == 0)
			printf("# %s\n", err.msg);
		geo_close(g);
	}
	CASE("every prefix of a good one is refused");
	make(&d, &rows[0].shape);
	for (size_t n = 0; n < d.n; n++) {
		struct err err = {0};
		CHECK(check_exact(d.at, n, &err) < 0);
		CHECK(err.msg[0] != 0);
	}
}

static struct addr ip(const char *text)
{
	struct addr a = {.q = {0, 0}};

	CHECK(addr_parse(text, &a));
	return a;
}

static void places(void)
{
	static struct db d;
	struct geo *g;
	struct err err = {0};
	struct addr in = ip("1.2.3.4"), out = ip("200.2.3.4"), six = ip("2001:db8::1");

	CASE("no database");
	CHECK(geo_find(NULL, &in) == NULL);
	struct geo_config none = {.cache = 1};
	CHECK_EQ(geo_open(&g, &none, &err), 0);
	CHECK(g == NULL);
	CASE("a place");
	make(&d, &rows[0].shape);
	CHECK_EQ(geo_open_bytes(&g, "test", d.at, d.n, 1, &err), 0);
	if (!g)
		return;
	const struct geo_place *p = geo_find(g, &in);
	CHECK(p != NULL);
	if (p) {
		CHECK_STR(p->country, "FR");
		CHECK_EQ(p->as_number, 0x1234);
		CHECK_STR(p->city, "");
	}
	CASE("no place");
	CHECK(geo_find(g, &out) == NULL);
	CHECK(geo_find(g, &six) == NULL);
	CHECK_EQ(count_get(&geo_counters_of(g)->errors), 0);
	CASE("the cache holds the last, known or not");
	CHECK_EQ(count_get(&geo_counters_of(g)->cached), 0);
	CHECK(geo_find(g, &six) == NULL);
	CHECK_EQ(count_get(&geo_counters_of(g)->cached), 1);
	CHECK(geo_find(g, &in) != NULL);
	CHECK(geo_find(g, &in) != NULL);
	CHECK_EQ(count_get(&geo_counters_of(g)->cached), 2);
	CHECK_EQ(count_get(&geo_counters_of(g)->lookups), 6);
	geo_close(g);
	CASE("a file that is not there");
	char *name = "/nonexistent/x.mmdb";
	struct geo_config one = {.databases = {&name, 1}, .cache = 1};
	CHECK(geo_open(&g, &one, &err) < 0);
	CHECK(strstr(err.msg, "cannot read /nonexistent/x.mmdb") != NULL);
	CHECK(g == NULL);
}

#define MAXMIND VIGIE_SOURCE_DIR "/../shared/data/MaxMind-DB/"

static void one_file(const char *dir, const char *file, bool good)
{
	static char names[64][128]; /* CASE keeps the pointer */
	static unsigned n_names;
	char path[1024], *name = path, *title = names[n_names++ % 64];
	struct err err = {0};
	struct geo *g;

	snprintf(path, sizeof(path), "%s/%s", dir, file);
	struct geo_config c = {.databases = {&name, 1}, .cache = 64};
	snprintf(title, sizeof(names[0]), "%s", file);
	CASE(title);
	int r = geo_open(&g, &c, &err);
	printf("# %s\n", r < 0 ? err.msg : "opens");
	CHECK_EQ(r == 0, good);
	CHECK(r == 0 || strstr(err.msg, path) != NULL);
	if (r < 0)
		return;
	for (unsigned i = 0; i < 4096; i++) {
		struct addr a = addr_v4_wire(htobe32(i << 20));
		geo_find(g, &a);
		a = (struct addr){.w = {htobe32(0x20010000u + i), htobe32(i << 16), 0, 0}};
		geo_find(g, &a);
	}
	CHECK_EQ(count_get(&geo_counters_of(g)->errors), 0);
	geo_close(g);
}

static unsigned folder(const char *dir, bool good)
{
	DIR *d = opendir(dir);
	unsigned n = 0;

	for (struct dirent *e; d && (e = readdir(d));) {
		size_t len = strlen(e->d_name);
		if (len < 5 || strcmp(e->d_name + len - 5, ".mmdb") != 0)
			continue;
		/* Broken on purpose, though they stand among the good. */
		/* Whole, though some reader once stumbled over them. */
		bool whole = strstr(e->d_name, "-last-in-metadata");
		bool broken = strcasestr(e->d_name, "broken") || strstr(e->d_name, "Invalid");
		one_file(dir, e->d_name, (good && !broken) || whole);
		n++;
	}
	if (d)
		closedir(d);
	return n;
}

static void known(void)
{
	char *name[] = {MAXMIND "test-data/GeoLite2-City-Test.mmdb",
			MAXMIND "test-data/GeoLite2-ASN-Test.mmdb"};
	struct geo_config c = {.databases = {name, 2}, .cache = 64};
	struct err err = {0};
	struct geo *g;
	struct addr london = ip("81.2.69.142"), as = ip("1.128.0.1"), six = ip("2001:218::1");

	CASE("two databases make one place");
	CHECK_EQ(geo_open(&g, &c, &err), 0);
	const struct geo_place *p = geo_find(g, &london);
	CHECK(p != NULL);
	if (p) {
		CHECK_STR(p->country, "GB");
		CHECK_STR(p->city, "London");
	}
	p = geo_find(g, &as);
	CHECK(p != NULL);
	if (p) {
		CHECK_EQ(p->as_number, 1221);
		CHECK_STR(p->as_organization, "Telstra Pty Ltd");
	}
	p = geo_find(g, &six);
	CHECK(p != NULL);
	if (p)
		CHECK_STR(p->country, "JP");
	geo_close(g);
}

int main(void)
{
	table();
	places();
	if (folder(MAXMIND "test-data", true) == 0) {
		puts("# SKIP: no databases at ../shared/data/MaxMind-DB");
	} else {
		CHECK(folder(MAXMIND "bad-data/libmaxminddb", false) > 0);
		CHECK(folder(MAXMIND "bad-data/maxminddb-golang", false) > 0);
		CHECK(folder(MAXMIND "bad-data/maxminddb-python", false) > 0);
		known();
	}
	return check_done();
}
