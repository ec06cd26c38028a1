// SPDX-License-Identifier: Apache-2.0
/* flowvar, pktvar: what an expression of another rule left under a name ("(?P<flow_NAME>…)" or
 * "/…/, flow:NAME") holds a text; kept with the conversation, or for the packet at hand.
 *
 * Source: Suricata 7 user guide, "flowvar", "pcre"; detect-flowvar.c, detect-pktvar.c.
 */
#include "rule/keyword.h"
#include "rule/text.h"

#define VAR_NAMES 256u /* of one set, each kind */

int rule_build_var(struct build *b, bool of_pkt, struct span name, uint16_t *out)
{
	return rule_name_number(b->arena, of_pkt ? b->pktvars : b->flowvars, name, VAR_NAMES, out,
				b->fault);
}

static int var_build(struct build *b, struct span value, bool of_pkt)
{
	struct span rest = value, name;
	struct var_ask ask = {.of_pkt = of_pkt};
	uint8_t bytes[256];
	uint32_t len = 0;

	if (!rule_span_next(&rest, ',', &name) || rest.len == 0)
		return rule_fault(b->fault, value, "a name, a comma and a text");
	rest = span_trim(rest);
	ask.negated = rest.at[0] == '!';
	if (ask.negated)
		rest = span_trim(span_cut(rest, 1, rest.len));
	int rc = rule_text_bytes(rule_span_unquote(rest), bytes, sizeof(bytes), &len, b->fault);
	if (rc == 0 && len == 0)
		rc = rule_fault(b->fault, rest, "a text is missing");
	if (rc == 0)
		rc = rule_build_var(b, of_pkt, name, &ask.name);
	if (rc)
		return rc;
	if (b->n_var_ask == BUILD_VAR_ASKS)
		return rule_fault(b->fault, b->keyword, "more than %u variables", BUILD_VAR_ASKS);
	ask.bytes = rule_arena_copy(b->arena, bytes, len);
	ask.len = (uint16_t)len;
	b->var_ask[b->n_var_ask++] = ask;
	b->flow_written = true;
	return 0;
}

static int flowvar_build(struct build *b, struct span value)
{
	return var_build(b, value, false);
}

const struct keyword keyword_flowvar = {
	.name = "flowvar", .syntax = "flowvar: NAME, [!]\"TEXT\"",
	.what = "what an expression left at the conversation under that name holds the text",
	.value = VALUE_needed, .build = flowvar_build,
};

static int pktvar_build(struct build *b, struct span value)
{
	return var_build(b, value, true);
}

const struct keyword keyword_pktvar = {
	.name = "pktvar", .syntax = "pktvar: NAME, [!]\"TEXT\"",
	.what = "what an expression of another rule found in this packet holds the text",
	.value = VALUE_needed, .build = pktvar_build,
};
