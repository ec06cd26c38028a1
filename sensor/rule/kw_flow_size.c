// SPDX-License-Identifier: Apache-2.0
/* How old and how large a conversation is when the packet comes: flow.age, flow.pkts, flow.bytes.
 * Bytes are those of IP; Suricata's count the link's header too.
 *
 * Source: Suricata 8 user guide, "Flow Keywords".
 */
#include "base/clock.h"
#include "rule/keyword.h"
#include "rule/range.h"

static int age_parse(struct span value, void *arg, struct fault *f)
{
	return rule_range_parse(rule_span_unquote(value), UINT32_MAX, arg, f);
}

static bool age_match(const void *arg, const struct pkt *p)
{
	const struct flow *f = p->flow;

	if (!f)
		return false;
	/* Whole seconds of both clocks, as Suricata subtracts them. */
	uint64_t now = p->time_ns / NS_PER_S, start = f->start_ns / NS_PER_S;
	return rule_range_has(arg, now > start ? (uint32_t)(now - start) : 0);
}

const struct keyword keyword_flow_age = {
	.name = "flow.age",
	.syntax = "flow.age: RANGE",
	.what = "seconds since the conversation began",
	.value = VALUE_needed,
	.arg_size = sizeof(struct range),
	.parse = age_parse,
	.match = age_match,
};

enum side { SIDE_toserver, SIDE_toclient, SIDE_both, SIDE_either };
struct size {
	uint64_t lo, hi; /* both included */
	bool negated;
	uint8_t side;
};

/* Like rule_range_parse() to 64 bits: N, =N, !N, <N, <=N, >N, >=N, N-M (ends excluded). */
static int wide_range(struct span v, struct size *out, struct fault *f)
{
	uint64_t n, m;
	bool less = v.len && v.at[0] == '<', more = v.len && v.at[0] == '>';
	bool equal = v.len > 1 && v.at[1] == '=';
	uint32_t skip =
		less || more ? (equal ? 2 : 1) : v.len && (v.at[0] == '!' || v.at[0] == '=');
	struct span number = span_trim(span_cut(v, skip, v.len));
	const char *dash = memchr(number.at, '-', number.len);
	uint32_t at = dash && skip == 0 ? (uint32_t)(dash - number.at) : number.len;

	out->negated = v.len && v.at[0] == '!';
	int rc = rule_number_parse(span_cut(number, 0, at), UINT64_MAX, &n, f);
	if (rc)
		return rc;
	m = n;
	if (at < number.len) {
		rc = rule_number_parse(span_cut(number, at + 1, number.len), UINT64_MAX, &m, f);
		if (rc || m < n || m - n < 2)
			return rc ? rc : rule_fault(f, v, "nothing lies between");
		n++, m--;
	}
	if ((less && !equal && n == 0) || (more && !equal && n == UINT64_MAX))
		return rule_fault(f, v, "nothing is like that");
	out->lo = less ? 0 : more && !equal ? n + 1 : n;
	out->hi = more ? UINT64_MAX : less && !equal ? n - 1 : m;
	return 0;
}

static int size_parse(struct span value, struct size *out, struct fault *f)
{
	static const char *const sides[] = {"toserver", "toclient", "both", "either"};
	struct span rest = rule_span_unquote(value), side;

	if (!rule_span_next(&rest, ',', &side) || !rest.at)
		return rule_fault(f, value, "a side and a number are needed");
	for (out->side = 0; out->side < 4; out->side++) {
		if (span_is(side, sides[out->side]))
			return wide_range(span_trim(rest), out, f);
	}
	return rule_fault(f, side, "the side is toserver, toclient, both or either");
}

static bool has(const struct size *s, uint64_t v)
{
	return (v >= s->lo && v <= s->hi) != s->negated;
}

static bool sides_match(const struct size *s, uint64_t server, uint64_t client)
{
	switch (s->side) {
	case SIDE_toserver:
		return has(s, server);
	case SIDE_toclient:
		return has(s, client);
	case SIDE_both:
		return has(s, server) && has(s, client);
	default:
		return has(s, server) || has(s, client);
	}
}

static bool pkts_match(const void *arg, const struct pkt *p)
{
	const struct flow *f = p->flow;

	return f && sides_match(arg, f->half[FLOW_to_server].pkts, f->half[FLOW_to_client].pkts);
}

static bool bytes_match(const void *arg, const struct pkt *p)
{
	const struct flow *f = p->flow;

	return f && sides_match(arg, f->half[FLOW_to_server].bytes, f->half[FLOW_to_client].bytes);
}

static int both_parse(struct span value, void *arg, struct fault *f)
{
	return size_parse(value, arg, f);
}

static int server_parse(struct span value, void *arg, struct fault *f)
{
	((struct size *)arg)->side = SIDE_toserver;
	return wide_range(rule_span_unquote(value), arg, f);
}

static int client_parse(struct span value, void *arg, struct fault *f)
{
	((struct size *)arg)->side = SIDE_toclient;
	return wide_range(rule_span_unquote(value), arg, f);
}

const struct keyword keyword_flow_pkts = {
	.name = "flow.pkts",
	.syntax = "flow.pkts: toserver | toclient | both | either, RANGE",
	.what = "packets of a side so far",
	.value = VALUE_needed,
	.arg_size = sizeof(struct size),
	.parse = both_parse,
	.match = pkts_match,
};

const struct keyword keyword_flow_pkts_toserver = {
	.name = "flow.pkts_toserver",
	.syntax = "flow.pkts_toserver: RANGE",
	.what = "packets to the server so far",
	.value = VALUE_needed,
	.arg_size = sizeof(struct size),
	.parse = server_parse,
	.match = pkts_match,
};

const struct keyword keyword_flow_pkts_toclient = {
	.name = "flow.pkts_toclient",
	.syntax = "flow.pkts_toclient: RANGE",
	.what = "packets to the client so far",
	.value = VALUE_needed,
	.arg_size = sizeof(struct size),
	.parse = client_parse,
	.match = pkts_match,
};

const struct keyword keyword_flow_bytes = {
	.name = "flow.bytes",
	.syntax = "flow.bytes: toserver | toclient | both | either, RANGE",
	.what = "IP bytes of a side so far",
	.value = VALUE_needed,
	.arg_size = sizeof(struct size),
	.parse = both_parse,
	.match = bytes_match,
};

const struct keyword keyword_flow_bytes_toserver = {
	.name = "flow.bytes_toserver",
	.syntax = "flow.bytes_toserver: RANGE",
	.what = "IP bytes to the server so far",
	.value = VALUE_needed,
	.arg_size = sizeof(struct size),
	.parse = server_parse,
	.match = bytes_match,
};

const struct keyword keyword_flow_bytes_toclient = {
	.name = "flow.bytes_toclient",
	.syntax = "flow.bytes_toclient: RANGE",
	.what = "IP bytes to the client so far",
	.value = VALUE_needed,
	.arg_size = sizeof(struct size),
	.parse = client_parse,
	.match = bytes_match,
};
