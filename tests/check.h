// SPDX-License-Identifier: Apache-2.0
/* The whole test framework: TAP on stdout, no mocks, because nothing it tests has a friend to mock.
 * CASE names the row; a failed CHECK prints where and what, and the test goes on. */
#pragma once

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static struct {
	const char *name; /* of the case that runs: `row`, or NULL between cases */
	char row[640];
	unsigned n, failed;
	bool bad;
} check_case;

/* Under AddressSanitizer memory and time are the sanitizer's: what measures them is skipped aloud. */
#ifdef __SANITIZE_ADDRESS__
#define CHECK_MEASURES false
#else
#define CHECK_MEASURES true
#endif

static inline void check_end_case(void)
{
	if (!check_case.name)
		return;
	check_case.n++;
	check_case.failed += check_case.bad;
	printf("%sok %u - %s\n", check_case.bad ? "not " : "", check_case.n, check_case.name);
	check_case.name = NULL;
}

#define CASE(name_)                                                                                \
	do {                                                                                       \
		check_end_case();                                                                  \
		snprintf(check_case.row, sizeof(check_case.row), "%s", (name_));                   \
		check_case.name = check_case.row;                                                  \
		check_case.bad = false;                                                            \
	} while (0)

#define CHECK(x)                                                                                   \
	do {                                                                                       \
		if (!(x)) {                                                                        \
			printf("# %s:%d: [%s] %s\n", __FILE__, __LINE__, check_case.name, #x);     \
			check_case.bad = true;                                                     \
		}                                                                                  \
	} while (0)

#define CHECK_EQ(a, b)                                                                             \
	do {                                                                                       \
		long long check_a = (long long)(a), check_b = (long long)(b);                      \
		if (check_a != check_b) {                                                          \
			printf("# %s:%d: [%s] %s is %lld, not %lld\n", __FILE__, __LINE__,         \
			       check_case.name, #a, check_a, check_b);                             \
			check_case.bad = true;                                                     \
		}                                                                                  \
	} while (0)

#define CHECK_STR(a, b)                                                                            \
	do {                                                                                       \
		const char *check_a = (a), *check_b = (b);                                         \
		if (!check_a || !check_b || strcmp(check_a, check_b) != 0) {                       \
			printf("# %s:%d: [%s] %s is\n#   '%s', not\n#   '%s'\n", __FILE__,         \
			       __LINE__, check_case.name, #a, check_a ? check_a : "(null)",        \
			       check_b ? check_b : "(null)");                                      \
			check_case.bad = true;                                                     \
		}                                                                                  \
	} while (0)

static inline int check_done(void)
{
	check_end_case();
	printf("1..%u\n", check_case.n);
	return check_case.failed != 0 || check_case.n == 0;
}
