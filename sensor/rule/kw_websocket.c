// SPDX-License-Identifier: Apache-2.0
/* Conditions on WebSocket frames with words for their numbers. Source: Suricata 8 user guide,
 * "WebSocket Keywords"; RFC 6455 11.8 (Suricata counts ping and pong from 8). */
#include "rule/flag_words.h"
#include "rule/keyword.h"

static const struct number_name opcodes[] = {
	{"continuation", 0}, {"text", 1},  {"binary", 2}, {"close", 8},
	{"ping", 9},         {"pong", 10}, {NULL, 0},
};
const struct keyword keyword_websocket_opcode = {
	.name = "websocket.opcode",
	.syntax = "websocket.opcode: NAME | RANGE",
	.what = "kind of a WebSocket frame",
	.value = VALUE_needed,
	.field = "websocket.opcode",
	.names = opcodes,
};

struct flags_arg {
	bool by_number;
	struct numbers numbers;
	struct flag_words words;
};

static int flags_parse(struct span value, void *arg, struct fault *f)
{
	static const struct number_name names[] = {{"fin", 0x80}, {"comp", 0x40}, {NULL, 0}};
	struct flags_arg *a = arg;

	value = rule_span_unquote(span_trim(value));
	a->by_number = value.len && memchr("0123456789<>=&", value.at[0], 14);
	if (a->by_number)
		return rule_numbers_parse(value, 255, NULL, false, &a->numbers, f);
	return rule_flag_words_parse(value, ',', names, &a->words, f);
}

static bool flags_match(const void *arg, const struct tx_ask *ask)
{
	const struct flags_arg *a = arg;
	uint64_t v;

	if (!a->by_number)
		return rule_flag_words_match(&a->words, ask);
	return ask->protocol->number(ask->tx, ask->field, 0, ask->dir, &v) &&
	       rule_numbers_have(&a->numbers, v);
}

const struct keyword keyword_websocket_flags = {
	.name = "websocket.flags",
	.syntax = "websocket.flags: [!]fin, [!]comp | RANGE",
	.what = "FIN and compression of a WebSocket frame",
	.value = VALUE_needed,
	.field = "websocket.flags",
	.arg_size = sizeof(struct flags_arg),
	.parse = flags_parse,
	.match_tx = flags_match,
};
