// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "capture/hugepages.h"
#include "capture/source.h"

#include <stdint.h>

#define PORTS_MAX 32

struct capture_port {
	uint16_t id; /* DPDK's */
	unsigned queues;
	bool drops_known; /* its driver counts what it loses */
	bool hardware;    /* a device with a ring of its own, not a vdev */
	bool started;
	char name[64], driver[32];
};

struct rte_mempool;

struct capture_ports {
	struct capture_port at[PORTS_MAX];
	unsigned n;
	struct rte_mempool *pool;
};

/* Bytes of packet buffers for `mbufs` of them. */
uint64_t capture_ports_bytes(uint64_t mbufs);
/* Memory for `mbufs` packet buffers, and what `c` says of the NUMA node to have it on: that of the
 * first PCI device named. */
struct capture_need capture_ports_need(const struct capture_config *c, uint64_t mbufs);
/* Buffers that fill every ring of `ports` ports, and the bursts and caches of the workers. */
uint32_t capture_ports_mbufs(const struct capture_config *c, unsigned ports);

/* Configures and starts every port asked for, workers queues each or as many as there are. */
int capture_ports_start(struct capture_ports *p, const struct capture_config *c, struct err *err);
void capture_ports_stop(struct capture_ports *p);
