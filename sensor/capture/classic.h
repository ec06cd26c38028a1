// SPDX-License-Identifier: Apache-2.0
/* The captures that nearly all are: classic pcap of Ethernet in a file, read in blocks, whose records
 * stay where they were read. Everything else, and whatever looks odd in one of these, is libpcap's.
 *
 * Units:  as libpcap gives them: nanoseconds, whatever resolution the file has.
 * Owns:   its block; a record's bytes live until the next capture_classic_fill().
 * Thread: one reader's.
 * Errors: none of its own: what cannot be read as it should is left for libpcap to judge.
 */
#pragma once

#include <pcap/pcap.h>
#include <stdbool.h>
#include <stdint.h>

struct capture_classic {
	uint8_t *block;
	uint32_t from, to; /* of the block: read, and not looked at yet */
	uint64_t next;     /* in the file, of what follows the block */
	uint32_t snaplen;
	int fd; /* libpcap's own */
	bool on, swapped, nano;
};

int capture_classic_init(struct capture_classic *c);
void capture_classic_fini(struct capture_classic *c);
/* From its first record on, if it is of the kind; else `on` stays false. */
void capture_classic_begin(struct capture_classic *c, pcap_t *pcap);
/* The next record of the block. False: there is none that is whole and in order. */
bool capture_classic_next(struct capture_classic *c, struct pcap_pkthdr *h, const uint8_t **data);
/* False: nothing followed, or what does is out of order. */
bool capture_classic_fill(struct capture_classic *c);
/* libpcap goes on where the records ended. False: it cannot. */
bool capture_classic_leave(struct capture_classic *c, pcap_t *pcap);
