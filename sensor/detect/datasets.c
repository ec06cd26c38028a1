// SPDX-License-Identifier: Apache-2.0
#include "detect/datasets.h"

#include "base/hash.h"
#include "detect/state.h"
#include "rule/dataset.h"

#include <errno.h>
#include <limits.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define UNIT       8u  /* bytes that entries begin at multiples of */
#define SLOT_BYTES 64u /* of entries a slot: there are more slots than entries fit */

struct entry {
	uint64_t set; /* dataset.id */
	uint16_t len;
	uint8_t in; /* the value is in the set */
	uint8_t bytes[];
};

int datasets_init(struct datasets_table *t, uint32_t mib, struct err *err)
{
	*t = (struct datasets_table){.size = (size_t)mib << 20, .cap = 1};
	while (t->cap < t->size / SLOT_BYTES)
		t->cap *= 2;
	/* Pages that nobody touches cost nothing. */
	t->at = calloc(1, t->size);
	t->slot = calloc(t->cap, sizeof(*t->slot));
	return t->at && t->slot ? 0 : err_set(err, ENOMEM, "no memory for detect.datasets");
}

void datasets_fini(struct datasets_table *t)
{
	free(t->at);
	free(t->slot);
}

static struct entry *entry_at(const struct datasets_table *t, uint32_t slot)
{
	return (struct entry *)(void *)(t->at + (size_t)(slot - 1) * UNIT);
}

static uint32_t *slot_of(const struct datasets_table *t, uint64_t set, const uint8_t *p, uint32_t n)
{
	uint32_t i = (uint32_t)(hash_bytes(p, n, set) >> 32) & (t->cap - 1);

	for (;; i = (i + 1) & (t->cap - 1)) {
		const struct entry *e = t->slot[i] ? entry_at(t, t->slot[i]) : NULL;

		if (!e || (e->set == set && e->len == n && memcmp(e->bytes, p, n) == 0))
			return &t->slot[i];
	}
}

static bool is_in(const struct datasets_table *t, const struct dataset *d, const uint8_t *p, uint32_t n)
{
	uint32_t slot = *slot_of(t, d->id, p, n);

	return slot ? entry_at(t, slot)->in : rule_dataset_find(d, p, n) != NULL;
}

/* False: no room. */
static bool put(struct datasets_table *t, const struct dataset *d, const uint8_t *p, uint32_t n, bool in)
{
	uint32_t *slot = slot_of(t, d->id, p, n);
	size_t need = (sizeof(struct entry) + n + UNIT - 1) / UNIT * UNIT;

	if (*slot) {
		entry_at(t, *slot)->in = in;
		return true;
	}
	if (t->size - t->used < need || 2 * (t->n + 1) > t->cap) {
		count_add(&t->full, 1);
		return false;
	}
	*slot = (uint32_t)(t->used / UNIT) + 1;
	struct entry *e = entry_at(t, *slot);
	*e = (struct entry){.set = d->id, .len = (uint16_t)n, .in = in};
	memcpy(e->bytes, p, n);
	t->used += need;
	t->n++;
	return true;
}

static bool is_below(const struct datasets_table *t, const struct dataset *d, const uint8_t *p,
		     uint32_t n)
{
	bool in = is_in(t, d, p, n);

	for (unsigned i = 1; i < DATASET_LABELS && !in && rule_dataset_above(&p, &n); i++)
		in = is_in(t, d, p, n);
	return in;
}

/* One question, or one change: that holds when it changed something. */
static bool holds(struct datasets_table *t, const struct dataset_op *op, const uint8_t *p, uint32_t n,
		  bool too_long)
{
	const struct dataset *d = op->set;
	uint8_t room[16];

	if (too_long || !rule_dataset_value(d, &p, &n, room))
		return op->negated; /* in no set */
	if (op->has_number) {
		const struct dataset_value *v = rule_dataset_find(d, p, n);

		return v && is_in(t, d, p, n) && rule_range_has(&op->number, v->number);
	}
	if (op->change == CHANGE_none)
		return (op->subdomain ? is_below(t, d, p, n) : is_in(t, d, p, n)) != op->negated;
	bool in = op->change == CHANGE_set;
	return is_in(t, d, p, n) != in && put(t, d, p, n, in);
}

struct told { /* one record and what it asks */
	struct dataset_told head;
	const struct dataset_op *op;
	const uint8_t *bytes;
	uint32_t len;
};

/* The record at *p, which goes on to the next. False: there is none. */
static bool next(const struct rule *rule, const uint8_t **p, uint32_t *n, struct told *out)
{
	if (*n < sizeof(out->head))
		return false;
	memcpy(&out->head, *p, sizeof(out->head));
	*p += sizeof(out->head);
	*n -= (uint32_t)sizeof(out->head);
	out->len = out->head.len == DATASET_TOO_LONG ? 0 : out->head.len;
	if (out->len > *n || out->head.op >= rule->n_dataset)
		return false;
	out->op = rule->dataset[out->head.op];
	out->bytes = *p;
	*p += out->len;
	*n -= out->len;
	return true;
}

bool datasets_hold(struct datasets_table *t, const struct rule *rule, const uint8_t *told, uint32_t n)
{
	bool group_holds = true, instance_holds = true;
	int group = -1;
	struct told r;

	while (next(rule, &told, &n, &r)) {
		bool new_group = r.op->group != group;

		if (r.head.first || new_group)
			group_holds |= group >= 0 && instance_holds;
		if (new_group && !group_holds)
			return false;
		if (new_group)
			group_holds = false;
		if (r.head.first || new_group)
			instance_holds = true;
		group = r.op->group;
		/* Once an instance does, the others are not looked at. */
		instance_holds = !group_holds && instance_holds &&
				 holds(t, r.op, r.bytes, r.len, r.head.len == DATASET_TOO_LONG);
	}
	return group_holds || instance_holds;
}

static void write_text(FILE *f, const uint8_t *p, uint32_t n)
{
	unsigned char out[65]; /* 48 bytes a turn, so that no padding comes in between */

	for (uint32_t i = 0; i < n; i += 48)
		fwrite(out, 1, (size_t)EVP_EncodeBlock(out, p + i, (int)(n - i < 48 ? n - i : 48)), f);
}

static void write_value(FILE *f, const struct dataset *d, const struct dataset_value *v)
{
	char text[ADDR_TEXT];
	struct addr a;

	if (d->type == DATASET_string) {
		write_text(f, v->at, v->len);
	} else if (d->type == DATASET_ip) {
		memcpy(a.b, v->at, sizeof(a.b));
		fputs(addr_text(&a, text), f);
	} else {
		for (uint32_t i = 0; i < v->len; i++)
			fprintf(f, "%02x", v->at[i]);
	}
	if (v->number)
		fprintf(f, ",%u", v->number);
	fputc('\n', f);
}

static int by_bytes(const void *a, const void *b)
{
	const struct dataset_value *x = a, *y = b;
	int c = memcmp(x->at, y->at, x->len < y->len ? x->len : y->len);

	return c ? c : x->len < y->len ? -1 : x->len > y->len;
}

/* Every value that is in the set now; the caller frees them. NULL: no memory. */
static struct dataset_value *values(const struct datasets_table *t, const struct dataset *d, size_t *n)
{
	struct dataset_value *out = malloc(((size_t)t->n + d->n + 1) * sizeof(*out));

	*n = 0;
	for (uint32_t i = 0; out && i < d->cap; i++) {
		const struct dataset_value *v = &d->value[i];

		if (v->at && is_in(t, d, v->at, v->len))
			out[(*n)++] = *v;
	}
	for (uint32_t i = 0; out && i < t->cap; i++) {
		const struct entry *e = t->slot[i] ? entry_at(t, t->slot[i]) : NULL;

		if (e && e->set == d->id && e->in && !rule_dataset_find(d, e->bytes, e->len))
			out[(*n)++] = (struct dataset_value){.at = e->bytes, .len = e->len};
	}
	if (out)
		qsort(out, *n, sizeof(*out), by_bytes);
	return out;
}

static int save(const struct datasets_table *t, const struct dataset *d, const char *folder,
		struct err *err)
{
	char path[PATH_MAX], *text = NULL;
	size_t n, size = 0;
	struct dataset_value *v = values(t, d, &n);
	FILE *f = v ? open_memstream(&text, &size) : NULL;

	for (size_t i = 0; f && i < n; i++)
		write_value(f, d, &v[i]);
	free(v);
	if (!f || fclose(f) != 0) {
		free(text);
		return err_set(err, ENOMEM, "no memory to write the set %s", d->save);
	}
	snprintf(path, sizeof(path), "%s/%s", folder, d->save);
	int rc = state_write(path, (const uint8_t *)text, size, err);
	free(text);
	return rc;
}

int datasets_save(const struct datasets_table *t, const struct dataset *sets, const char *folder,
		  struct err *err)
{
	int n = 0;

	for (const struct dataset *d = sets; d && folder; d = d->next) {
		int rc = d->save ? save(t, d, folder, err) : 0;

		if (rc)
			return rc;
		n += d->save != NULL;
	}
	return n;
}
