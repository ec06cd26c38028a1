// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linux/filter.h>
#include <stdint.h>

#define FANOUT_INSNS_MAX 64

enum fanout_kind {
	FANOUT_none,   /* the kernel refuses: one socket alone gets everything */
	FANOUT_hash,   /* by flow, so half of two workers' frames cross */
	FANOUT_spread, /* by capture_spread(): what is ordinary arrives where it belongs */
};

/* The program that gives the worker of a frame; returns its length. */
unsigned capture_fanout_program(struct sock_filter *out, unsigned workers, uint64_t seed);
/* Joins n packet sockets to one group of their own, socket i at place i. */
enum fanout_kind capture_fanout_join(const int *fd, unsigned n, uint64_t seed);
