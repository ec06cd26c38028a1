// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "capture/hugepages.h"
#include "capture/source.h"

#include <stddef.h>
#include <stdint.h>

#define EAL_ARGS_MAX 64
#define EAL_TEXT_MAX 4096

struct capture_eal_args { /* argv of the EAL, built as a value so that it can be looked at */
	char *argv[EAL_ARGS_MAX + 1];
	int argc;
	char text[EAL_TEXT_MAX];
	size_t used;
	bool vdevs, pci; /* what the operator named */
};

/* Builds the arguments. huge_free: bytes of free hugepages; need: bytes we want. */
int capture_eal_args(struct capture_eal_args *a, const struct capture_config *c, int pid,
		     uint64_t huge_free, uint64_t need, struct err *err);

/* Starts the EAL; once a process. What it said is kept until capture_eal_said(). */
int capture_eal_start(const struct capture_config *c, const struct capture_need *need,
		      struct err *err);
void capture_eal_stop(void); /* only after a start that succeeded */
/* The first line DPDK logged since the last call, which is the cause, or "". Borrowed until the
 * next call. */
const char *capture_eal_said(void);
void capture_eal_log_to_stderr(void);
