// SPDX-License-Identifier: Apache-2.0
/* app-layer-protocol, app-layer-event: what a conversation speaks, and its oddities. */
#include "rule/compile.h"

extern const struct keyword keyword_app_layer_protocol, keyword_app_layer_event;

#define KNOWN (~(1ull << APP_none)) /* recognised, or recognised as nobody's */

/* Of a protocol that changed on the way only the last is kept: "original" cannot be asked for. */
static int mode_of(struct build *b, struct span mode)
{
	static const char *const modes[] = {"final", "either", "to_server", "to_client", "direction"};

	for (unsigned i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		if (span_is(mode, modes[i]))
			return 0;
	}
	if (!span_is(mode, "original"))
		return rule_fault(b->fault, mode, "final, original, either, to_server or to_client");
	rule_build_unmatched(b, &keyword_app_layer_protocol);
	return 0;
}

static int app_layer_protocol_build(struct build *b, struct span value)
{
	struct span rest = rule_span_unquote(value), name, mode;
	struct signature *s = b->sig;
	char text[40];

	rule_span_next(&rest, ',', &name);
	if (rule_span_next(&rest, ',', &mode) && mode_of(b, mode))
		return -1;
	bool negated = name.len && name.at[0] == '!';
	if (negated)
		name = span_trim(span_cut(name, 1, name.len));
	rule_span_text(name, text, sizeof(text));
	uint64_t apps = span_is(name, "failed")	   ? 1ull << APP_failed
			: span_is(name, "unknown") ? 1ull << APP_none
						   : rule_header_apps(text);
	if (!apps) {
		rule_build_unmatched(b, &keyword_app_layer_protocol);
		return 0;
	}
	apps = negated ? KNOWN & ~apps : apps;
	s->app_mask = s->app_mask ? s->app_mask & apps : apps;
	if (!s->app_mask)
		return rule_fault(b->fault, value, "it contradicts the protocol of the rule");
	b->app_asked = true;
	return 0;
}

const struct keyword keyword_app_layer_protocol = {
	.name = "app-layer-protocol", .syntax = "app-layer-protocol: [!]NAME[, MODE]",
	.what = "what the conversation speaks", .value = VALUE_needed,
	.build = app_layer_protocol_build,
};

static bool has_event(const void *arg, const struct tx_ask *ask)
{
	const uint64_t *bit = arg;

	return (ask->tx->events & *bit) != 0;
}

static int app_layer_event_build(struct build *b, struct span value)
{
	struct span rest = rule_span_unquote(value), app;
	const struct protocol *p = NULL;
	char text[64];

	if (!rule_span_next(&rest, '.', &app))
		return rule_fault(b->fault, value, "PROTOCOL.EVENT");
	rule_span_text(app, text, sizeof(text));
	for (char *c = text; *c; c++)
		*c = *c == '_' ? '-' : *c; /* bittorrent_dht */
	uint64_t apps = rule_header_apps(text);
	for (unsigned a = APP_failed + 1; a < APP_count && !p; a++) {
		if (apps >> a & 1)
			p = protocols[a];
	}
	rule_span_text(span_trim(rest), text, sizeof(text));
	for (unsigned i = 0; p && p->events && p->events[i]; i++) {
		if (strcmp(p->events[i], text) != 0)
			continue;
		uint64_t *bit = rule_arena_take(b->arena, sizeof(*bit));
		*bit = 1ull << i;
		if (b->n_tx_test == BUILD_TX_TESTS)
			return rule_fault(b->fault, value, "more than %u conditions on a transaction",
					  BUILD_TX_TESTS);
		b->tx_test[b->n_tx_test++] = (struct tx_test){.match = has_event, .arg = bit};
		b->sig->app_events |= *bit;
		uint64_t mine = 0; /* of those that have the same */
		for (unsigned a = APP_failed + 1; a < APP_count; a++)
			mine |= protocols[a]->events == p->events ? 1ull << a : 0;
		b->sig->app_mask = b->sig->app_mask ? b->sig->app_mask & mine : mine;
		return 0;
	}
	rule_build_unmatched(b, &keyword_app_layer_event);
	return 0;
}

const struct keyword keyword_app_layer_event = {
	.name = "app-layer-event", .syntax = "app-layer-event: PROTOCOL.EVENT",
	.what = "an oddity of a protocol's messages", .value = VALUE_needed,
	.build = app_layer_event_build,
};
