// SPDX-License-Identifier: Apache-2.0
/* Any bytes as a file of a dataset's values: the first byte is the type, the second whether there are
 * numbers and whether it is JSON. What was taken in is found again. */
#include "rule/set.h"

#include <assert.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct span span(const char *text)
{
	return (struct span){text, strlen(text)};
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const types[] = {"string", "md5", "sha256", "ip"};
	static int fd = -1;
	struct arena arena = {0};
	struct datasets all = {.arena = &arena, .folder = "/nonexistent/"};
	struct err err;
	struct fault f = {.err = &err};
	char path[32];
	uint8_t type;

	if (size < 2)
		return 0;
	if (fd < 0 && (fd = memfd_create("set", 0)) < 0)
		abort();
	if (ftruncate(fd, 0) != 0 || pwrite(fd, data + 2, size - 2, 0) != (ssize_t)size - 2)
		abort();
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	assert(rule_dataset_type(span(types[data[0] & 3]), &type) == 0);
	struct dataset *d = rule_dataset_get(&all, span("a"), type);
	struct dataset_from from = {.file = span(path),
				    .numbers = data[1] & 1,
				    .json = data[1] & 2,
				    .lines = data[1] & 4,
				    .value_key = span(data[1] & 8 ? "v.w" : ""),
				    .array_key = span(data[1] & 16 ? "a" : "")};
	rule_dataset_load(&all, d, &from, &f);
	assert(d->cap == 0 || d->cap >= 2 * d->n);
	for (uint32_t i = 0; i < d->cap; i++) {
		const struct dataset_value *v = &d->value[i];
		assert(!v->at || rule_dataset_find(d, v->at, v->len) == v);
	}
	rule_arena_fini(&arena);
	return 0;
}
