// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/err.h"
#include "decode/frame.h"

#include <stdbool.h>

struct bpf_program; /* libpcap's */
struct capture_filter;

/* Compiles `text`. *filter stays NULL when there is none: NULL or "". */
int capture_filter_new(struct capture_filter **filter, const char *text, struct err *err);
void capture_filter_free(struct capture_filter *f);
/* As a parameter's check: says whether the text will do. */
int capture_filter_check(const char *text, struct err *err);

bool capture_filter_match(const struct capture_filter *f, const struct frame *frame);
/* The program for frames on Ethernet, or NULL. */
const struct bpf_program *capture_filter_ether(const struct capture_filter *f);
