// SPDX-License-Identifier: Apache-2.0
/* Oddities that rules ask about: bits, and their names, all from event.def.
 *
 * A packet that cannot be decoded (pkt.net PKT_none) carries its event too, and, where its IP
 * header could be read, its addresses.
 */
#pragma once

#include <stdint.h>

enum decode_event { /* bits of pkt.events */
#define DECODE(bit, name, what) DECODE_##bit,
#define STREAM(bit, name, what)
#define RARE(number, name, what)
#include "decode/event.def"
#undef DECODE
#undef STREAM
#undef RARE
	DECODE_count
};

enum stream_event { /* bits of pkt.stream_events: this packet's, and of flow.events: ever */
#define DECODE(bit, name, what)
#define STREAM(bit, name, what) STREAM_##bit,
#define RARE(number, name, what)
#include "decode/event.def"
#undef DECODE
#undef STREAM
#undef RARE
	STREAM_count
};

enum rare_event { /* numbers in pkt.rare */
	RARE_none,
#define DECODE(bit, name, what)
#define STREAM(bit, name, what)
#define RARE(number, name, what) RARE_##number,
#include "decode/event.def"
#undef DECODE
#undef STREAM
#undef RARE
	RARE_count
};
#define RARE_MAX 4 /* a packet */

#define EVENT_BIT(event) (UINT64_C(1) << (event))

/* As a rule writes them: "ipv4.trunc_pkt", "reassembly_seq_gap". */
const char *decode_event_name(enum decode_event e);
const char *decode_event_what(enum decode_event e);
const char *stream_event_name(enum stream_event e);
const char *stream_event_what(enum stream_event e);
/* The event of that name; one of Suricata's prefixes "decoder." or "stream." may stand before it.
 * -1: there is none. */
int decode_event_find(const char *name);
int stream_event_find(const char *name);
int rare_event_find(const char *name); /* of DECODE's, too */
