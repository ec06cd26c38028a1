// SPDX-License-Identifier: Apache-2.0
/* Runs a fuzz target over every file of its corpus, and over every prefix of the small ones: a
 * reader of foreign bytes must survive being cut anywhere. Each input is an exact heap block, so
 * that ASan sees one byte too many.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static unsigned long runs;

static void run_one(const uint8_t *data, size_t size)
{
	uint8_t *copy = calloc(1, size ? size : 1);

	if (!copy)
		abort();
	if (size)
		memcpy(copy, data, size);
	LLVMFuzzerTestOneInput(copy, size);
	free(copy);
	runs++;
}

static void run_file(const char *path)
{
	FILE *f = fopen(path, "rb");
	static uint8_t buf[1 << 20];

	if (!f) {
		perror(path);
		exit(1);
	}
	size_t n = fread(buf, 1, sizeof(buf), f);
	fclose(f);
	run_one(buf, n);
	for (size_t cut = 0; n <= 4096 && cut < n; cut++)
		run_one(buf, cut);
}

int main(int argc, char **argv)
{
	DIR *d = argc > 1 ? opendir(argv[1]) : NULL;
	unsigned files = 0;

	run_one((const uint8_t *)"", 0);
	for (struct dirent *e; d && (e = readdir(d));) {
		char path[4096];
		if (e->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%s", argv[1], e->d_name);
		run_file(path);
		files++;
	}
	if (d)
		closedir(d);
	printf("%u files, %lu runs\n", files, runs);
	return files == 0; /* a target without a corpus tests nothing */
}
