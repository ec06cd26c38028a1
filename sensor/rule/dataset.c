// SPDX-License-Identifier: Apache-2.0
/* A file has a value a line: text in base64, hashes in hexadecimal, addresses as they are written;
 * for datarep a comma and a number after it.
 *
 * Source: Suricata 8 user guide, "Datasets", file formats.
 */
#include "rule/dataset.h"

#include "base/addr.h"
#include "base/hash.h"
#include "rule/base64.h"
#include "rule/range.h"
#include "rule/set.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

#define VALUE_MAX    8192u /* bytes */
#define SEED         0x5e75
#define NAME_MAX_LEN 1024u

int rule_dataset_type(struct span name, uint8_t *out)
{
	static const struct {
		const char *name;
		uint8_t type;
	} types[] = {{"string", DATASET_string}, {"md5", DATASET_md5}, {"sha256", DATASET_sha256},
		     {"ip", DATASET_ip},         {"ipv4", DATASET_ip}, {"ipv6", DATASET_ip}};

	for (unsigned i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		if (!span_is(name, types[i].name))
			continue;
		*out = types[i].type;
		return 0;
	}
	return -1;
}

struct dataset *rule_dataset_get(struct datasets *all, struct span name, uint8_t type)
{
	for (const struct dataset *d = all->first; d; d = d->next) {
		if (d->name.len == name.len && memcmp(d->name.at, name.at, name.len) == 0)
			return d->type == type ? (struct dataset *)(uintptr_t)d : NULL;
	}
	struct dataset *d = rule_arena_take(all->arena, sizeof(*d));
	d->name = (struct span){rule_arena_text(all->arena, name.at, name.len), name.len};
	d->type = type;
	d->id = hash_bytes(name.at, name.len, SEED);
	d->next = all->first;
	all->first = d;
	return d;
}

static struct dataset_value *place(const struct dataset *d, const uint8_t *p, uint32_t n)
{
	uint32_t i = (uint32_t)(hash_bytes(p, n, SEED) >> 32) & (d->cap - 1);

	while (d->value[i].at && (d->value[i].len != n || memcmp(d->value[i].at, p, n) != 0))
		i = (i + 1) & (d->cap - 1);
	return &d->value[i];
}

bool rule_dataset_value(const struct dataset *d, const uint8_t **p, uint32_t *n, uint8_t room[16])
{
	struct addr a;
	uint32_t four;

	switch (d->type) {
	case DATASET_md5:
		return *n == 16;
	case DATASET_sha1:
		return *n == 20;
	case DATASET_sha256:
		return *n == 32;
	case DATASET_ip:
		break;
	default:
		return *n != 0;
	}
	if (*n == 4) { /* an address is 16 bytes here, whether it comes as 4 or as 16 */
		memcpy(&four, *p, 4);
		a = addr_v4_wire(four);
		memcpy(room, a.b, 16);
		*p = room;
		*n = 16;
	}
	return *n == 16;
}

const struct dataset_value *rule_dataset_find(const struct dataset *d, const uint8_t *p, uint32_t n)
{
	uint8_t room[16];

	if (d->n == 0 || !rule_dataset_value(d, &p, &n, room))
		return NULL;
	const struct dataset_value *v = place(d, p, n);
	return v->at ? v : NULL;
}

/* ".www.example.org" is below ".example.org": each suffix that begins with a dot is looked for. */
bool rule_dataset_above(const uint8_t **p, uint32_t *n)
{
	const uint8_t *dot = *n > 1 && *n <= NAME_MAX_LEN ? memchr(*p + 1, '.', *n - 1) : NULL;

	if (dot) {
		*n -= (uint32_t)(dot - *p);
		*p = dot;
	}
	return dot;
}

static const struct dataset_value *find_above(const struct dataset *d, const uint8_t *p, uint32_t n)
{
	const struct dataset_value *v = rule_dataset_find(d, p, n);

	for (unsigned i = 1; i < DATASET_LABELS && !v && rule_dataset_above(&p, &n); i++)
		v = rule_dataset_find(d, p, n);
	return v;
}

bool rule_dataset_holds(const struct dataset_op *op, const uint8_t *p, uint32_t n)
{
	const struct dataset_value *v =
		op->subdomain ? find_above(op->set, p, n) : rule_dataset_find(op->set, p, n);

	return op->has_number ? v && rule_range_has(&op->number, v->number)
			      : (v != NULL) != op->negated;
}

static void grow(struct datasets *all, struct dataset *d)
{
	struct dataset old = *d;

	d->cap = old.cap ? 2 * old.cap : 256;
	d->value = rule_arena_take(all->arena, d->cap * sizeof(*d->value));
	for (uint32_t i = 0; i < old.cap; i++) {
		if (old.value[i].at)
			*place(d, old.value[i].at, old.value[i].len) = old.value[i];
	}
}

void rule_dataset_add(struct datasets *all, struct dataset *d, const uint8_t *p, uint32_t n,
		      uint32_t number)
{
	if (2 * (d->n + 1) > d->cap)
		grow(all, d);
	struct dataset_value *v = place(d, p, n);
	if (!v->at) {
		v->at = rule_arena_copy(all->arena, p, n);
		v->len = n;
		d->n++;
	}
	v->number = number;
}

static int hex_value(struct span s, uint8_t *out, uint32_t want)
{
	char pair[8];
	uint64_t v;
	struct err err;
	struct fault f = {.err = &err};

	if (s.len != 2 * want)
		return -1;
	for (uint32_t i = 0; i < want; i++) {
		snprintf(pair, sizeof(pair), "0x%.2s", s.at + 2 * i);
		if (rule_number_parse(span_of(pair), 255, &v, &f))
			return -1;
		out[i] = (uint8_t)v;
	}
	return (int)want;
}

int rule_dataset_read(uint8_t type, struct span s, bool plain, uint8_t *out, uint32_t cap)
{
	char text[64];
	struct addr a;

	switch (type) {
	case DATASET_md5:
		return hex_value(s, out, 16);
	case DATASET_sha1:
		return hex_value(s, out, 20);
	case DATASET_sha256:
		return hex_value(s, out, 32);
	case DATASET_ip:
		if (s.len >= sizeof(text) || !addr_parse(rule_span_text(s, text, sizeof(text)), &a))
			return -1;
		memcpy(out, a.b, sizeof(a.b));
		return sizeof(a.b);
	default:
		if (plain && s.len && s.len <= cap)
			memcpy(out, s.at, s.len);
		return s.len == 0 || (plain && s.len > cap) ? -1
		       : plain ? (int)s.len
			       : (int)rule_base64_decode((const uint8_t *)s.at, s.len, out, cap);
	}
}

static int read_line(struct datasets *all, struct dataset *d, struct span line, bool numbers,
		     struct fault *f)
{
	static uint8_t bytes[VALUE_MAX];
	struct span rest = line, value, number;
	uint64_t n = 0;

	rule_span_next(&rest, ',', &value);
	int len = rule_dataset_read(d->type, value, false, bytes, sizeof(bytes));
	if (len <= 0)
		return rule_fault(f, value, "'%.*s' is no value of this type", (int)value.len,
				  value.at);
	if (numbers) {
		if (!rule_span_next(&rest, ',', &number))
			return rule_fault(f, line, "a comma and a number are missing");
		int rc = rule_number_parse(number, UINT16_MAX, &n, f);
		if (rc)
			return rc;
	}
	rule_dataset_add(all, d, bytes, (uint32_t)len, (uint32_t)n);
	return 0;
}

static void report(const struct datasets *all, struct err *why, const char *path, const char *text,
		   unsigned line, const char *start, struct span at)
{
	char out[1024];

	if (!all->report)
		return;
	err_at(why, line, (unsigned)(at.at - start) + 1, at.len ? at.len : 1);
	err_report(why, path, text, out, sizeof(out));
	fputs(out, all->report);
}

static void read_lines(struct datasets *all, struct dataset *d, bool numbers, const char *path,
		       char *text)
{
	unsigned line = 1;

	for (char *p = text; *p; line++) {
		char *end = strchrnul(p, '\n');
		struct span s = span_trim((struct span){p, (uint32_t)(end - p)});
		struct err why;
		struct fault wrong = {.err = &why, .at = s};
		const char *start = p;

		p = *end ? end + 1 : end;
		if (s.len && s.at[0] != '#' && read_line(all, d, s, numbers, &wrong))
			report(all, &why, path, text, line, start, wrong.at);
	}
}

/* The text of the first of the two places that has the file. */
static char *file_text(const struct datasets *all, const struct dataset_from *from, char *path,
		       size_t size, struct err *err)
{
	int n = (int)from->file.len;
	char *text = NULL;

	if (from->kept && all->kept) {
		snprintf(path, size, "%s/%.*s", all->kept, n, from->file.at);
		text = rule_file_text(path, err);
	}
	if (text)
		return text;
	snprintf(path, size, "%s%.*s", n && from->file.at[0] == '/' ? "" : all->folder, n,
		 from->file.at);
	return rule_file_text(path, err);
}

int rule_dataset_load(struct datasets *all, struct dataset *d, const struct dataset_from *from,
		      struct fault *f)
{
	char path[PATH_MAX];
	struct err err;
	int rc = 0;

	if (d->loaded)
		return 0;
	char *text = file_text(all, from, path, sizeof(path), &err);
	if (!text && from->kept && access(path, F_OK) != 0)
		return 0; /* nothing has been kept yet */
	if (!text)
		return rule_fault(f, from->file, "%s", err.msg);
	d->loaded = true;
	if (from->json)
		rc = rule_dataset_json(all, d, from, path, text, f);
	else
		read_lines(all, d, from->numbers, path, text);
	free(text);
	return rc;
}
