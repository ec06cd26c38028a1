// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/err.h"
#include "base/param.h"

#include <stdatomic.h>
#include <stdbool.h>

struct pcap; /* libpcap's */
struct capture_pcapng;

struct capture_handle { /* an open capture: one of the two */
	struct pcap *pcap;
	struct capture_pcapng *ng;
};

#define INPUTS_MAX    65535        /* frame.source has 16 bits */
#define INPUTS_BUFFER (256u << 10) /* bytes libpcap reads at once */

struct capture_stream { /* what can be read only once: stdin, a pipe */
	int fd;
	struct capture_handle open; /* since the run was prepared; empty once taken */
	char *buffer;
	bool opening;
	const _Atomic bool *stop;
	void (*on_idle)(void *ctx); /* before a wait for more bytes; may be NULL */
	void *ctx;
};

struct capture_input {
	char *path;
	struct capture_stream *stream; /* NULL: a file every reader may open for itself */
};

struct capture_inputs {
	struct capture_input *at;
	unsigned n, cap;
	unsigned skipped; /* files in folders that are no captures */
	unsigned streams;
	_Atomic bool stop; /* a reader that waits for a stream gives up */
};

/* Expands folders (recursively, sorted by path), opens every capture once to see that it is one.
 * What was named itself must be a capture; what was found in a folder is skipped, said, counted. */
int capture_inputs_init(struct capture_inputs *in, const struct strs *files, struct err *err);
void capture_inputs_fini(struct capture_inputs *in);

/* Opens capture i for one reader. `buffer` holds INPUTS_BUFFER bytes and outlives the handle; a
 * stream has its own. */
int capture_inputs_open(struct capture_inputs *in, unsigned i, char *buffer,
			struct capture_handle *h, struct err *err);
void capture_inputs_close(struct capture_handle *h);
