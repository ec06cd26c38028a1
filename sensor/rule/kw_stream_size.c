// SPDX-License-Identifier: Apache-2.0
/* stream_size: how much a side has sent, as its sequence numbers count: the SYN is one. Counted here
 * from the payload seen, so that what was sent again counts again. */
#include "rule/keyword.h"
#include "rule/range.h"

enum side { SIDE_server, SIDE_client, SIDE_both, SIDE_either };

struct stream_size {
	uint8_t side;
	char compare; /* '<' '>' '=' '!' 'l' 'g' */
	uint32_t n;
};

static int comparison(struct span word, char *out)
{
	static const struct {
		const char *text;
		char as;
	} known[] = {{"<", '<'}, {">", '>'}, {"=", '='}, {"!=", '!'}, {"<=", 'l'}, {">=", 'g'}};

	for (unsigned i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (span_is(word, known[i].text)) {
			*out = known[i].as;
			return 0;
		}
	}
	return -1;
}

static int stream_size_parse(struct span value, void *arg, struct fault *f)
{
	static const char *const sides[] = {"server", "client", "both", "either"};
	struct stream_size *out = arg;
	struct span rest = rule_span_unquote(value), side, op, n;
	uint64_t v;

	if (!rule_span_next(&rest, ',', &side) || !rule_span_next(&rest, ',', &op) ||
	    !rule_span_next(&rest, ',', &n))
		return rule_fault(f, value, "stream_size is SIDE, COMPARISON, BYTES");
	for (out->side = 0; out->side < 4; out->side++) {
		if (span_is(side, sides[out->side]))
			break;
	}
	if (out->side == 4)
		return rule_fault(f, side, "the side is server, client, both or either");
	if (comparison(op, &out->compare))
		return rule_fault(f, op, "'%.*s' compares nothing", (int)op.len, op.at);
	int rc = rule_number_parse(n, UINT32_MAX, &v, f);
	if (rc == 0)
		out->n = (uint32_t)v;
	return rc;
}

static bool holds(const struct stream_size *w, const struct flow_half *half)
{
	uint64_t size = half->payload + ((half->tcp_flags & TCP_SYN) != 0);

	switch (w->compare) {
	case '<':
		return size < w->n;
	case '>':
		return size > w->n;
	case '=':
		return size == w->n;
	case '!':
		return size != w->n;
	case 'l':
		return size <= w->n;
	default:
		return size >= w->n;
	}
}

static bool stream_size_match(const void *arg, const struct pkt *p)
{
	const struct stream_size *w = arg;
	const struct flow *f = p->flow;

	if (p->proto != 6 || !f)
		return false;
	bool client = holds(w, &f->half[FLOW_to_server]), server = holds(w, &f->half[FLOW_to_client]);
	switch (w->side) {
	case SIDE_server:
		return server;
	case SIDE_client:
		return client;
	case SIDE_both:
		return server && client;
	default:
		return server || client;
	}
}

const struct keyword keyword_stream_size = {
	.name = "stream_size", .syntax = "stream_size: server | client | both | either, < > = != <= >=, N",
	.what = "bytes that a side has sent",
	.value = VALUE_needed, .arg_size = sizeof(struct stream_size), .flow_now = true,
	.parse = stream_size_parse, .match = stream_size_match,
};
