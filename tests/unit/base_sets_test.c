// SPDX-License-Identifier: Apache-2.0
#include "check.h"

#include "base/sets.h"

#include <stdlib.h>

struct entry {
	struct sets_head head;
	uint32_t value;
};

static struct sets s;
static struct err err;

static struct entry *get(uint64_t key, uint32_t rank, bool *fresh)
{
	return sets_get(&s, key, rank, fresh);
}

int main(void)
{
	bool fresh;

	CASE("an entry is made zeroed, then found again");
	CHECK_EQ(sets_init(&s, sizeof(struct entry), 1024, &err), 0);
	struct entry *e = get(42, 0, &fresh);
	CHECK(fresh && e->value == 0);
	e->value = 7;
	e = get(42, 0, &fresh);
	CHECK(!fresh && e->value == 7);
	CHECK(sets_find(&s, 42) == e);
	CHECK(!sets_find(&s, 43));

	CASE("key 0 is a key like any other");
	CHECK(!sets_find(&s, 0));
	get(0, 0, &fresh)->value = 5;
	CHECK(fresh);
	e = sets_find(&s, 0);
	CHECK(e && e->value == 5);
	sets_fini(&s);

	CASE("entries are rounded up to whole sets");
	CHECK_EQ(sets_init(&s, sizeof(struct entry), 17, &err), 0);
	CHECK_EQ(s.n_sets, 4);
	sets_fini(&s);
	CHECK_EQ(sets_init(&s, sizeof(struct entry), 16, &err), 0);
	CHECK_EQ(s.n_sets, 2);
	sets_fini(&s);

	CASE("full: the longest unused goes, and is counted");
	CHECK_EQ(sets_init(&s, sizeof(struct entry), SETS_WAYS, &err), 0);
	for (uint64_t k = 1; k <= SETS_WAYS; k++)
		get(k, 0, &fresh)->value = (uint32_t)k;
	CHECK_EQ(count_get(&s.taken), SETS_WAYS);
	CHECK(sets_find(&s, 1)); /* a use */
	e = get(100, 0, &fresh);
	CHECK(fresh && e->value == 0);
	CHECK_EQ(count_get(&s.evicted), 1);
	CHECK_EQ(count_get(&s.taken), SETS_WAYS);
	CHECK(sets_find(&s, 1) && !sets_find(&s, 2) && sets_find(&s, 3));

	CASE("the low rank goes before the high one, however new");
	for (uint64_t k = 1; k <= SETS_WAYS; k++)
		get(k, 1, &fresh); /* those that are there are raised */
	get(200, 0, &fresh);
	CHECK(fresh);
	unsigned left = 0;
	for (uint64_t k = 1; k <= SETS_WAYS; k++)
		left += sets_find(&s, k) != NULL;
	CHECK_EQ(left, SETS_WAYS - 1); /* all were of rank 1 */
	for (uint64_t k = 300; k < 1300; k++)
		get(k, 0, &fresh);
	unsigned still = 0;
	for (uint64_t k = 1; k <= SETS_WAYS; k++)
		still += sets_find(&s, k) != NULL;
	CHECK_EQ(still, left);
	sets_fini(&s);

	CASE("keys spread: half full, hardly any is pushed out");
	CHECK_EQ(sets_init(&s, sizeof(struct entry), 65536, &err), 0);
	for (uint64_t k = 1; k <= 32768; k++)
		get(k << 32, 0, &fresh);
	CHECK(count_get(&s.evicted) < 32768 / 20);
	sets_fini(&s);
	return check_done();
}
