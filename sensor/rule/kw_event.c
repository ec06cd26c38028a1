// SPDX-License-Identifier: Apache-2.0
/* decode-event, stream-event: an oddity of this packet, by its name in decode/event.def. Those names
 * of Suricata that it lacks are known, and the rule is named as not matched. */
#include "decode/event.h"
#include "flow/track.h"
#include "rule/header_event.h"
#include "rule/keyword.h"

extern const struct keyword keyword_decode_event, keyword_stream_event;

struct event {
	uint64_t bit;
};

static bool decode_event_match(const void *arg, const struct pkt *p)
{
	return (p->events & ((const struct event *)arg)->bit) != 0;
}

static bool stream_event_match(const void *arg, const struct pkt *p)
{
	const uint64_t bytes = EVENT_BIT(STREAM_overlap) | EVENT_BIT(STREAM_old) | EVENT_BIT(STREAM_depth);
	uint64_t e = p->stream_events;

	/* Suricata puts nothing together of packets that it refuses. */
	return (e & EVENT_BIT(STREAM_refused) ? e & ~bytes : e) & ((const struct event *)arg)->bit;
}

/* Names of Suricata that it never says of what a sensor sees: it must drop packets, spread them by itself, believe in one
 * direction (async-oneside), or take urgent data out. (3whs_synack_resend_with_diff_seq nothing raises.) */
static const char *const never[] = {
	"3whs_ack_data_inject", "3whs_ack_in_wrong_dir", "3whs_async_wrong_seq", "3whs_synack_resend_with_diff_seq",
	"reassembly_urgent_oob_limit_reached", "wrong_thread",
};

static bool is_never(struct span name)
{
	for (unsigned i = 0; i < sizeof(never) / sizeof(never[0]); i++) {
		if (span_is(name, never[i]))
			return true;
	}
	return false;
}

static bool rare_event_match(const void *arg, const struct pkt *p)
{
	uint64_t number = ((const struct event *)arg)->bit;

	return p->rare[0] == number || p->rare[1] == number || p->rare[2] == number || p->rare[3] == number;
}

static int event_build(struct build *b, struct span value, int (*find)(const char *),
		       bool (*match)(const void *, const struct pkt *), const struct keyword *k)
{
	struct span name = rule_span_unquote(value);
	struct event *e = rule_arena_take(b->arena, sizeof(*e));
	char text[128];

	if (name.len == 0 || name.len >= sizeof(text))
		return rule_fault(b->fault, value, "the name of an event");
	int bit = find(rule_span_text(name, text, sizeof(text)));
	int rare = bit < 0 && match == decode_event_match ? rare_event_find(text) : -1;
	if (rare > 0) {
		e->bit = (uint64_t)rare;
		b->sig->event = true;
		return rule_build_test(b, rare_event_match, e, false);
	}
	if (bit < 0 && match == stream_event_match && is_never(name)) {
		e->bit = 0;
		b->sig->event = true;
		return rule_build_test(b, match, e, false);
	}
	if (bit < 0) {
		rule_build_unmatched(b, k);
		return 0;
	}
	e->bit = EVENT_BIT(bit);
	b->sig->event = true;
	b->sig->tracks |= match == stream_event_match;
	return rule_build_test(b, match, e, false);
}

static bool header_event_match(const void *arg, const struct pkt *p)
{
	return ((const struct header_event *)arg)->is(p);
}

static int decode_event_build(struct build *b, struct span value)
{
	const struct header_event *e = rule_header_event(rule_span_unquote(value));

	if (e) {
		b->sig->event |= e->options;
		if (b->sig->protos & e->protos)
			b->sig->protos &= e->protos;
		return rule_build_test(b, header_event_match, e, false);
	}
	return event_build(b, value, decode_event_find, decode_event_match, &keyword_decode_event);
}

const struct keyword keyword_decode_event = {
	.name = "decode-event", .syntax = "decode-event: NAME",
	.what = "an oddity of the packet's headers",
	.value = VALUE_needed, .build = decode_event_build,
};

/* The old name of both. */
static int engine_event_build(struct build *b, struct span value)
{
	struct span name = rule_span_unquote(value);

	return name.len > 7 && memcmp(name.at, "stream.", 7) == 0
		       ? event_build(b, span_cut(name, 7, name.len), stream_event_find,
				     stream_event_match, &keyword_stream_event)
		       : decode_event_build(b, value);
}

const struct keyword keyword_engine_event = {
	.name = "engine-event", .syntax = "engine-event: NAME | stream.NAME",
	.what = "old name of decode-event and stream-event",
	.value = VALUE_needed, .build = engine_event_build,
};

static int stream_event_build(struct build *b, struct span value)
{
	return event_build(b, value, stream_event_find, stream_event_match, &keyword_stream_event);
}

const struct keyword keyword_stream_event = {
	.name = "stream-event", .syntax = "stream-event: NAME",
	.what = "an oddity of a TCP connection, at the packet that shows it",
	.value = VALUE_needed, .build = stream_event_build,
};
