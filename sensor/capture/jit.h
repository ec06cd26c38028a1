// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdbool.h>

struct bpf_program;
struct rte_mbuf;
struct capture_jit;

/* The filter as machine code, or NULL where DPDK or the CPU cannot: libpcap's interpreter then. */
struct capture_jit *capture_jit_new(const struct bpf_program *program);
void capture_jit_free(struct capture_jit *j);
bool capture_jit_match(const struct capture_jit *j, struct rte_mbuf *m);
