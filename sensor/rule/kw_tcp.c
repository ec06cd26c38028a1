// SPDX-License-Identifier: Apache-2.0
/* The TCP header: flags, seq, ack, window. */
#include "rule/keyword.h"
#include "rule/range.h"

struct flags { /* bits that are not in `ignore` are compared */
	uint8_t want, ignore;
	char mode; /* 0 exactly these, '+' these and others, '*' any of these, '!' none of these */
};

static bool has_header(const struct pkt *p)
{
	return p->proto == 6 && (!p->fragment || p->first_fragment);
}

static int flag_bit(char c)
{
	switch (c & ~32) {
	case 'F':
		return TCP_FIN;
	case 'S':
		return TCP_SYN;
	case 'R':
		return TCP_RST;
	case 'P':
		return TCP_PSH;
	case 'A':
		return TCP_ACK;
	case 'U':
		return TCP_URG;
	case 'E':
		return TCP_ECE;
	case 'C':
		return TCP_CWR;
	}
	/* Snort's old names of the two reserved bits; digits have the bit that `& ~32` clears. */
	if (c == '1')
		return TCP_CWR;
	if (c == '2')
		return TCP_ECE;
	return c == '0' ? 0 : -1;
}

static int bits_parse(struct span s, uint8_t *out, struct fault *f)
{
	uint8_t bits = 0;

	for (uint32_t i = 0; i < s.len; i++) {
		int bit = flag_bit(s.at[i]);

		if (bit < 0) {
			int rc = rule_fault(f, span_cut(s, i, i + 1), "'%c' is no TCP flag", s.at[i]);
			err_hint(f->err, "F S R P A U E C, or 0 for none");
			return rc;
		}
		bits |= (uint8_t)bit;
	}
	*out = bits;
	return 0;
}

static bool is_mode(char c)
{
	return c == '+' || c == '*' || c == '!';
}

static int flags_parse(struct span value, void *arg, struct fault *f)
{
	struct flags *out = arg;
	struct span rest = rule_span_unquote(value), want, ignore = {value.at, 0};

	*out = (struct flags){0};
	rule_span_next(&rest, ',', &want);
	bool has_mask = rule_span_next(&rest, ',', &ignore);
	if (rest.at)
		return rule_fault(f, value, "flags are FLAGS or FLAGS,IGNORED");
	if (want.len && is_mode(want.at[0])) {
		out->mode = want.at[0];
		want = span_cut(want, 1, want.len);
	} else if (want.len > 1 && is_mode(want.at[want.len - 1])) {
		out->mode = want.at[want.len - 1];
		want = span_cut(want, 0, want.len - 1);
	}
	if (want.len == 0 || (has_mask && ignore.len == 0))
		return rule_fault(f, value, "no flag is named");
	int rc = bits_parse(want, &out->want, f);
	return rc ? rc : bits_parse(ignore, &out->ignore, f);
}

static bool flags_match(const void *arg, const struct pkt *p)
{
	const struct flags *w = arg;
	uint8_t has = (uint8_t)(p->tcp_flags & ~w->ignore);

	if (!has_header(p))
		return false;
	switch (w->mode) {
	case '+':
		return (has & w->want) == w->want;
	case '*':
		return (has & w->want) != 0;
	case '!':
		return (has & w->want) == 0;
	default:
		return has == w->want;
	}
}

const struct keyword keyword_flags = {
	.name = "flags", .syntax = "flags: [+*!]FSRPAUEC[,IGNORED]", .what = "TCP flags",
	.value = VALUE_needed, .arg_size = sizeof(struct flags),
	.parse = flags_parse, .match = flags_match,
};

const struct keyword keyword_tcp_flags = {
	.name = "tcp.flags", .syntax = "tcp.flags: [+*!]FSRPAUEC[,IGNORED]", .what = "TCP flags",
	.value = VALUE_needed, .arg_size = sizeof(struct flags),
	.parse = flags_parse, .match = flags_match,
};

static int u32_parse(struct span value, void *arg, struct fault *f)
{
	return rule_range_parse(value, UINT32_MAX, arg, f);
}

static bool seq_match(const void *arg, const struct pkt *p)
{
	return has_header(p) && rule_range_has(arg, p->tcp_seq);
}

static bool ack_match(const void *arg, const struct pkt *p)
{
	return has_header(p) && rule_range_has(arg, p->tcp_ack);
}

static int u16_parse(struct span value, void *arg, struct fault *f)
{
	return rule_range_parse(value, UINT16_MAX, arg, f);
}

static bool window_match(const void *arg, const struct pkt *p)
{
	return has_header(p) && rule_range_has(arg, p->tcp_win);
}

#define RANGE_OF(name_, what_, parse_, match_)                                                     \
	{                                                                                          \
		.name = (name_), .syntax = name_ ": RANGE", .what = (what_),                       \
		.value = VALUE_needed, .arg_size = sizeof(struct range), .parse = (parse_),        \
		.match = (match_),                                                                 \
	}

#define SEQ    "TCP sequence number as sent"
#define ACK    "TCP acknowledgement number as sent"
#define WINDOW "TCP window as sent, not scaled"
const struct keyword keyword_seq = RANGE_OF("seq", SEQ, u32_parse, seq_match);
const struct keyword keyword_tcp_seq = RANGE_OF("tcp.seq", SEQ, u32_parse, seq_match);
const struct keyword keyword_ack = RANGE_OF("ack", ACK, u32_parse, ack_match);
const struct keyword keyword_tcp_ack = RANGE_OF("tcp.ack", ACK, u32_parse, ack_match);
const struct keyword keyword_window = RANGE_OF("window", WINDOW, u16_parse, window_match);
const struct keyword keyword_tcp_window = RANGE_OF("tcp.window", WINDOW, u16_parse, window_match);
