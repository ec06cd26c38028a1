// SPDX-License-Identifier: Apache-2.0
/* The arithmetic of hugepages as the operator reads it. */
#include "capture/hugepages.h"

#include "check.h"

#define PAGE (2048ULL << 10)

static const char *text(uint64_t mbufs, int node, struct capture_huge h)
{
	static char out[512];
	struct capture_need n = {.mbufs = mbufs, .mbuf_bytes = 2432, .other = 16 << 20, .node = node};

	CHECK_EQ((size_t)capture_huge_text(&n, &h, out, sizeof(out)), strlen(out));
	return out;
}

int main(void)
{
	struct capture_huge h;
	const char *t = text(8192, -1, (struct capture_huge){PAGE, 10, 3});

	CASE("every term of the sum");
	CHECK(strstr(t, "8192 x 2432 bytes and 16 MB = 35 MB = 18 hugepages of 2048 kB,") != NULL);
	CHECK(strstr(t, "3 are free") != NULL);
	CHECK(strstr(t, "a PCI port does not work") != NULL);
	CASE("pages in use stay: 7 and 18");
	CHECK(strstr(t, ": echo 25 > /proc/sys/vm/nr_hugepages") != NULL);
	CASE("a node");
	t = text(8192, 1, (struct capture_huge){PAGE, 0, 0});
	CHECK(strstr(t, "2048 kB on node 1, 0 are free") != NULL);
	CHECK(strstr(t, ": echo 18 > /sys/devices/system/node/node1/hugepages/hugepages-2048kB/"
			"nr_hugepages") != NULL);
	CASE("to the page");
	t = text(0, -1, (struct capture_huge){PAGE, 0, 0});
	CHECK(strstr(t, "= 16 MB = 8 hugepages") != NULL);
	CASE("a kernel without");
	t = text(8192, -1, (struct capture_huge){0});
	CHECK_STR(t, "packet buffers need 35 MB; this kernel has no hugepages");
	CASE("a node that does not exist has none");
	capture_huge_read(&h, 999);
	CHECK_EQ(h.total, 0);
	CHECK_EQ(h.free, 0);
	CASE("the machine's own are no nonsense");
	capture_huge_read(&h, -1);
	CHECK(h.free <= h.total);
	CHECK(h.page % 4096 == 0);
	return check_done();
}
