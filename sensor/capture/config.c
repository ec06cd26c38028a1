// SPDX-License-Identifier: Apache-2.0
/* What an operator may set about capture: one row is parser, default, help and documentation. */
#include "capture/dedup.h"
#include "capture/filter.h"
#include "capture/source.h"

#define ROW(type, field, min, max, def, unit, help)                                                \
	PARAM(type, struct capture_config, field, min, max, def, unit, help)
#define TEXT(type, field, def, help) PARAM_TEXT(type, struct capture_config, field, def, help)

const struct param capture_params[] = {
	PARAM_INNER(PARAM_U32, struct capture_config, workers, 1, 64, 1, "workers",
		    "threads that share the traffic"),
	TEXT(PARAM_LIST, files, "",
	     "captures to read, in this order; - is stdin, a folder its files; one that breaks off ends there, is said, and makes the exit code 1"),
	TEXT(PARAM_STR, interface, "", "network interface to watch"),
	TEXT(PARAM_STR, source, "auto", "where frames come from: auto, file, dpdk or live"),
	TEXT(PARAM_LIST, dpdk_args, "",
	     "arguments for DPDK's EAL, such as --vdev=net_af_packet0,…"),
	TEXT(PARAM_LIST, ports, "", "names of the DPDK ports to read; empty reads all of them"),
	ROW(PARAM_U32, mbufs, 0, 4194304, 0, "", "DPDK packet buffers; 0 computes what is needed"),
	ROW(PARAM_U32, rx_desc, 64, 32768, 1024, "", "DPDK receive descriptors of a queue"),
	ROW(PARAM_U32, snaplen, 64, 262144, 262144, "bytes", "bytes kept of a live frame"),
	PARAM_CHECKED(PARAM_STR, struct capture_config, filter, "", capture_filter_check,
		      "only frames that match are looked at; tcpdump's language (pcap-filter(7))"),
	PARAM_CHECKED(PARAM_STR, struct capture_config, dedup, "default", capture_dedup_check,
		      "removal of copies the mirror makes: off, auto, on; default is auto when live, "
		      "off from files"),
	ROW(PARAM_U32, health_every, 1, 1024, 64, "",
	    "one slice of time in so many is looked into for the health of the mirror"),
	PARAM_INNER(PARAM_U64, struct capture_config, seed, 0, 18446744073709549568.0, 0, "-r or -i",
		    "seed of the hash that spreads hosts over workers; fixed with files"),
	{.type = PARAM_END},
};
