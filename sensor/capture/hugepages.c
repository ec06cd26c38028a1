// SPDX-License-Identifier: Apache-2.0
/* How many hugepages DPDK's packet buffers need, worked out where the operator can follow it, and the
 * command that gives them.
 *
 * Thread: main, at start.
 * Source: Linux Documentation/admin-guide/mm/hugetlbpage.rst; what running without costs: LIMITS.
 */
#include "capture/hugepages.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KB 1024ULL
#define MB (1024 * KB)

uint64_t capture_meminfo(const char *name)
{
	FILE *f = fopen("/proc/meminfo", "re");
	char line[128];
	unsigned long long v = 0;
	size_t n = strlen(name);

	while (f && fgets(line, sizeof(line), f)) {
		if (strncmp(line, name, n) == 0 && line[n] == ':') {
			v = strtoull(line + n + 1, NULL, 10);
			break;
		}
	}
	if (f)
		fclose(f);
	return v;
}

static uint64_t of_node(int node, uint64_t page, const char *what)
{
	char path[128];
	unsigned long long v = 0;

	snprintf(path, sizeof(path), "/sys/devices/system/node/node%d/hugepages/hugepages-%llukB/%s",
		 node, (unsigned long long)(page / KB), what);
	FILE *f = fopen(path, "re");
	if (f && fscanf(f, "%llu", &v) != 1)
		v = 0;
	if (f)
		fclose(f);
	return v;
}

void capture_huge_read(struct capture_huge *h, int node)
{
	h->page = capture_meminfo("Hugepagesize") * KB;
	h->total = node < 0 ? capture_meminfo("HugePages_Total")
			    : of_node(node, h->page, "nr_hugepages");
	h->free = node < 0 ? capture_meminfo("HugePages_Free")
			   : of_node(node, h->page, "free_hugepages");
}

static void command(const struct capture_need *n, const struct capture_huge *h, uint64_t pages,
		    char *out, size_t size)
{
	/* Those in use stay: the number to write is of all pages. */
	unsigned long long all = h->total - h->free + pages;

	if (n->node < 0)
		snprintf(out, size, "echo %llu > /proc/sys/vm/nr_hugepages", all);
	else
		snprintf(out, size,
			 "echo %llu > /sys/devices/system/node/node%d/hugepages/hugepages-%llukB/"
			 "nr_hugepages",
			 all, n->node, (unsigned long long)(h->page / KB));
}

int capture_huge_text(const struct capture_need *n, const struct capture_huge *h, char *out,
		      size_t size)
{
	uint64_t need = capture_need_bytes(n);
	uint64_t pages = h->page ? (need + h->page - 1) / h->page : 0;
	char where[32] = "", how[160];

	if (n->node >= 0)
		snprintf(where, sizeof(where), " on node %d", n->node);
	if (pages == 0)
		return snprintf(out, size,
				"packet buffers need %llu MB; this kernel has no hugepages",
				(unsigned long long)((need + MB - 1) / MB));
	command(n, h, pages, how, sizeof(how));
	return snprintf(
		out, size,
		"packet buffers need %llu x %llu bytes and %llu MB = %llu MB = %llu hugepages of "
		"%llu kB%s, %llu are free; without them ordinary memory is used: enough for a vdev, 50 "
		"ms slower to start, more TLB misses, and a PCI port does not work; to have them: %s",
		(unsigned long long)n->mbufs, (unsigned long long)n->mbuf_bytes,
		(unsigned long long)(n->other / MB), (unsigned long long)((need + MB - 1) / MB),
		(unsigned long long)pages, (unsigned long long)(h->page / KB), where,
		(unsigned long long)h->free, how);
}
