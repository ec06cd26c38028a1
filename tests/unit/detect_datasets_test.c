// SPDX-License-Identifier: Apache-2.0
/* Sets that rules change: what they ask, add and take, in order; when there is no room; the file. */
#include "check.h"

#include "detect/datasets.h"
#include "detect/state.h"
#include "rule/dataset.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct dataset_value words[256]; /* open addressing of the one loaded value: see load() */
static struct dataset names = {.name = {"names", 5}, .id = 7, .type = DATASET_string, .changes = true,
			       .save = "names.lst"};
static struct dataset others = {.name = {"others", 6}, .id = 8, .type = DATASET_string, .changes = true};
static struct dataset hosts = {.name = {"hosts", 5}, .id = 9, .type = DATASET_ip, .changes = true};

/* The i-th letter: s set, u unset, ? isset, ! isnotset; of set `names`, in capitals of `others`. Told:
 * values behind ',' (another instance of the buffer), behind ';' (another buffer); an op each. */
static const struct {
	const char *name;
	struct {
		const char *ops, *told;
		bool holds;
	} turn[6];
} rows[] = {
	{"set holds once", {{"s", "a", true}, {"s", "a", false}, {"s", "b", true}}},
	{"what is set is asked for", {{"?", "a", false}, {"s", "a", true}, {"?", "a", true}, {"!", "a", false}}},
	{"unset takes it away, once", {{"s", "a", true}, {"u", "a", true}, {"?", "a", false}, {"u", "a", false}, {"s", "a", true}}},
	{"sets are apart", {{"s", "a", true}, {"S", "a", true}, {"U", "a", true}, {"?", "a", true}}},
	{"a loaded value is in it, can be taken, and be set again",
	 {{"?", "file", true}, {"s", "file", false}, {"u", "file", true}, {"?", "file", false}, {"s", "file", true}}},
	{"one instance that holds will do, the others are not looked at",
	 {{"s", "a,b", true}, {"?", "b", false}, {"s", "a,b", true}, {"?", "b", true}, {"s", "a,b", false}}},
	{"each buffer has to hold", {{"s", "a", true}, {"??", "a;b", false}, {"?!", "a;b", true}, {"!?", "a;b", false}}},
	{"of two conditions on one instance both", {{"s", "a", true}, {"?!", "a+a", false}, {"?S", "a+a", true}, {"?S", "a+a", false}}},
	{"an empty value is in no set", {{"s", "", false}, {"!", "", true}}},
};

static struct dataset_op op_of(char c)
{
	bool other = c == 'S' || c == 'U';

	return (struct dataset_op){
		.set = other ? &others : &names,
		.change = c == 's' || c == 'S'	 ? CHANGE_set
			  : c == 'u' || c == 'U' ? CHANGE_unset
						 : CHANGE_none,
		.negated = c == '!',
	};
}

static bool ask(struct datasets_table *t, const char *ops, const char *told)
{
	const struct dataset_op *list[8];
	struct dataset_op op[8];
	uint8_t room[256];
	uint32_t n = 0, k = (uint32_t)strlen(ops), at = 0;
	uint8_t group = 1;
	bool first = true;

	for (uint32_t i = 0; i < k; i++) {
		op[i] = op_of(ops[i]);
		op[i].number_in_rule = (uint8_t)i;
		list[i] = &op[i];
	}
	for (const char *p = told;;) {
		size_t len = strcspn(p, ",;+");
		struct dataset_told head = {.op = (uint8_t)at, .first = first, .len = (uint16_t)len};

		op[at].group = group;
		memcpy(room + n, &head, sizeof(head));
		memcpy(room + n + sizeof(head), p, len);
		n += (uint32_t)(sizeof(head) + len);
		first = p[len] != '+';
		at += p[len] == '+' || p[len] == ';';
		group += p[len] == ';';
		if (!p[len])
			break;
		p += len + 1;
	}
	struct rule r = {.dataset = list, .n_dataset = (uint8_t)k, .asks_sets = true};
	return datasets_hold(t, &r, room, n);
}

static void load(void)
{
	struct arena arena = {0};
	struct datasets all = {.arena = &arena};

	rule_dataset_add(&all, &names, (const uint8_t *)"file", 4, 0);
	assert(names.cap <= 256);
	memcpy(words, names.value, names.cap * sizeof(words[0]));
	names.value = words; /* the bytes of "file" stay with the arena, which is not given back */
}

static void saved(struct datasets_table *t)
{
	char folder[] = "/tmp/vigie-sets-XXXXXX", path[64];
	struct dataset_op set = {.set = &hosts, .change = CHANGE_set, .group = 1};
	const struct dataset_op *list[] = {&set};
	const struct rule r = {.dataset = list, .n_dataset = 1};
	const uint8_t four[] = {0, 1, 4, 0, 10, 0, 0, 9}; /* struct dataset_told of a little-endian machine */
	uint8_t *text;
	size_t size;
	struct err err;

	CASE("a file of each set that is kept, in order; the others have none");
	assert(mkdtemp(folder));
	names.next = &others;
	CHECK(ask(t, "u", "file") && ask(t, "s", "zz") && ask(t, "s", "abc"));
	CHECK_EQ(datasets_save(t, &names, NULL, &err), 0);
	CHECK_EQ(datasets_save(t, &names, folder, &err), 1);
	snprintf(path, sizeof(path), "%s/names.lst", folder);
	CHECK_EQ(state_read(path, &text, &size, &err), 0);
	CHECK(size == 10 && memcmp(text, "YWJj\n", 5) == 0);
	CHECK(size == 10 && memcmp(text + 5, "eno=\n", 5) == 0);
	free(text);
	unlink(path);

	CASE("addresses are written as addresses");
	hosts.save = "names.lst";
	CHECK(datasets_hold(t, &r, four, sizeof(four)));
	CHECK_EQ(datasets_save(t, &hosts, folder, &err), 1);
	CHECK_EQ(state_read(path, &text, &size, &err), 0);
	CHECK(size == 9 && memcmp(text, "10.0.0.9\n", 9) == 0);
	free(text);
	unlink(path);
	rmdir(folder);

	CASE("no folder to write to is said");
	CHECK(datasets_save(t, &names, folder, &err) < 0);
}

int main(void)
{
	struct datasets_table t;
	struct err err;

	load();
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		CASE(rows[i].name);
		CHECK_EQ(datasets_init(&t, 1, &err), 0);
		for (unsigned k = 0; k < 6 && rows[i].turn[k].ops; k++)
			CHECK_EQ(ask(&t, rows[i].turn[k].ops, rows[i].turn[k].told), rows[i].turn[k].holds);
		datasets_fini(&t);
	}
	CHECK_EQ(datasets_init(&t, 1, &err), 0);
	saved(&t);

	CASE("what is cut, or says more than there is, holds nothing that it has not");
	const struct dataset_op yes = op_of('?');
	const struct dataset_op *list[] = {&yes};
	const struct rule r = {.dataset = list, .n_dataset = 1};
	const struct dataset_told beyond = {.op = 0, .first = 1, .len = 9}, unknown = {.op = 3, .first = 1};
	CHECK(datasets_hold(&t, &r, (const uint8_t *)&beyond, sizeof(beyond)));
	CHECK(datasets_hold(&t, &r, (const uint8_t *)&unknown, sizeof(unknown)));
	const struct dataset_told is_long = {.op = 0, .first = 1, .len = DATASET_TOO_LONG};
	CHECK(!datasets_hold(&t, &r, (const uint8_t *)&is_long, sizeof(is_long)));

	CASE("full: nothing is added, and it is counted");
	char value[8];
	unsigned n = 0;
	for (; n < 100000 && count_get(&t.full) == 0; n++) {
		snprintf(value, sizeof(value), "%06u", n);
		ask(&t, "s", value);
	}
	CHECK(n > 1000 && n < 100000);
	CHECK(!ask(&t, "?", value) && ask(&t, "?", "000001"));
	datasets_fini(&t);
	return check_done();
}
