// SPDX-License-Identifier: Apache-2.0
#include "decode/verdict.h"

#include <assert.h>

static const struct {
	const char *name, *what, *source;
} rows[] = {
#define VERDICT(name_, what_, source_) {#name_, what_, source_},
#include "decode/verdict.def"
#undef VERDICT
};

static_assert(sizeof(rows) / sizeof(rows[0]) == VERDICT_count, "a row each");

const char *verdict_name(enum verdict v)
{
	return v < VERDICT_count ? rows[v].name : "unknown";
}

const char *verdict_what(enum verdict v)
{
	return v < VERDICT_count ? rows[v].what : "";
}

const char *verdict_source(enum verdict v)
{
	return v < VERDICT_count ? rows[v].source : "";
}
