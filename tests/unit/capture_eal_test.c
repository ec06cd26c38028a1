// SPDX-License-Identifier: Apache-2.0
/* The arguments DPDK is started with, as values. */
#include "capture/eal.h"

#include "check.h"

#include <errno.h>



int main(void)
{
#ifndef HAVE_DPDK
	printf("ok 1 # SKIP built without DPDK\n1..1\n");
	return 0;
#else
	/* clang-format off */
	static const struct {
		const char *name, *interface;
		char *args[4];
		unsigned workers;
		unsigned huge_mb, need_mb;
		const char *want; /* after the program; the lcore left out */
	} rows[] = {
		{"interface, no hugepages", "eth0", {0}, 2, 0, 60,
		 "--file-prefix=vigie-7 --log-level=error --no-huge -m 512 --vdev=net_af_packet0,iface=eth0,blocksz=65536,framecnt=16384,qpairs=2 --no-pci"},
		{"interface, hugepages to the byte", "eth0", {0}, 1, 60, 60,
		 "--file-prefix=vigie-7 --log-level=error --in-memory --vdev=net_af_packet0,iface=eth0,blocksz=65536,framecnt=16384,qpairs=1 --no-pci"},
		{"too few hugepages, much memory", "eth0", {0}, 1, 599, 600,
		 "--file-prefix=vigie-7 --log-level=error --no-huge -m 600 --vdev=net_af_packet0,iface=eth0,blocksz=65536,framecnt=16384,qpairs=1 --no-pci"},
		{"a vdev of the operator's", "eth0", {"--vdev=net_pcap0,rx_pcap=a"}, 1, 0, 1,
		 "--file-prefix=vigie-7 --log-level=error --no-huge -m 512 --vdev=net_pcap0,rx_pcap=a --no-pci"},
		{"the same, split at its commas", NULL, {"--vdev=net_pcap0", "rx_pcap=a", "rx_pcap=b"}, 1, 0, 1,
		 "--file-prefix=vigie-7 --log-level=error --no-huge -m 512 --vdev=net_pcap0,rx_pcap=a,rx_pcap=b --no-pci"},
		{"two words", NULL, {"--vdev", "net_pcap0,rx_pcap=a"}, 1, 0, 1,
		 "--file-prefix=vigie-7 --log-level=error --no-huge -m 512 --vdev net_pcap0,rx_pcap=a --no-pci"},
		{"a NIC", NULL, {"-a", "0000:01:00.0"}, 1, 100, 1,
		 "--file-prefix=vigie-7 --log-level=error --in-memory -a 0000:01:00.0"},
		{"the operator's memory and prefix", NULL, {"--no-huge", "-m", "64", "--file-prefix=x"}, 1, 100, 1,
		 "--log-level=error --no-huge -m 64 --file-prefix=x"},
	};
	/* clang-format on */
	struct err err;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct capture_config c = {.workers = rows[i].workers,
					   .interface = (char *)rows[i].interface};
		struct capture_eal_args a;
		char got[EAL_TEXT_MAX] = "";

		c.dpdk_args.at = (char **)rows[i].args;
		while (c.dpdk_args.n < 4 && rows[i].args[c.dpdk_args.n])
			c.dpdk_args.n++;
		CASE(rows[i].name);
		CHECK_EQ(capture_eal_args(&a, &c, 7, (uint64_t)rows[i].huge_mb << 20,
					  (uint64_t)rows[i].need_mb << 20, &err),
			 0);
		for (int k = 1; k < a.argc; k++) {
			if (strncmp(a.argv[k], "--lcores=0@", 11) == 0)
				continue;
			strcat(strcat(got, got[0] ? " " : ""), a.argv[k]);
		}
		CHECK_STR(got, rows[i].want);
		CHECK(a.argv[a.argc] == NULL);
	}

	CASE("more arguments than fit");
	static char *many[100];
	for (unsigned i = 0; i < 100; i++)
		many[i] = "-v";
	struct capture_config c = {.workers = 1, .dpdk_args = {many, 100}};
	struct capture_eal_args a;
	CHECK_EQ(capture_eal_args(&a, &c, 7, 0, 1, &err), -E2BIG);
	return check_done();
#endif
}
