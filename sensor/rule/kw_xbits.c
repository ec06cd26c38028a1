// SPDX-License-Identifier: Apache-2.0
/* xbits and hostbits: names that a host, or a pair of hosts, carries from one conversation to the
 * next. A rule that has one leaves the worker as conditional; the detect thread asks and sets.
 *
 * A bit of one host is the same whether it was set as the source's or the destination's, by xbits
 * or by hostbits; a pair's is another.
 *
 * Source: Suricata 7 user guide, "Xbits Keyword"; detect-xbits.c, detect-hostbits.c (defaults: 30 s
 *         and 300 s).
 */
#include "base/hash.h"
#include "rule/keyword.h"
#include "rule/range.h"

#define XBITS_EXPIRE_S    30
#define HOSTBITS_EXPIRE_S 300

static int kind_parse(struct build *b, struct span word, struct xbit *x)
{
	static const char *const ops[] = {[XBIT_set] = "set",
					  [XBIT_unset] = "unset",
					  [XBIT_toggle] = "toggle",
					  [XBIT_isset] = "isset",
					  [XBIT_isnotset] = "isnotset"};

	for (x->kind = 0; x->kind <= XBIT_isnotset; x->kind++) {
		if (span_is(word, ops[x->kind]))
			return 0;
	}
	return rule_fault(b->fault, word, "set, unset, toggle, isset or isnotset, not '%.*s'",
			  (int)word.len, word.at);
}

/* "track ip_src", "expire 60" */
static int xbits_word(struct build *b, struct span word, struct xbit *x, bool *tracked)
{
	uint64_t n;

	if (word.len > 6 && memcmp(word.at, "track ", 6) == 0) {
		struct span v = span_trim(span_cut(word, 6, word.len));

		*tracked = true;
		x->track = span_is(v, "ip_src")   ? XBIT_src
			   : span_is(v, "ip_dst") ? XBIT_dst
						  : XBIT_pair;
		return x->track != XBIT_pair || span_is(v, "ip_pair")
			       ? 0
			       : rule_fault(b->fault, v, "track is ip_src, ip_dst or ip_pair");
	}
	if (word.len > 7 && memcmp(word.at, "expire ", 7) == 0) {
		int rc = rule_number_parse(span_cut(word, 7, word.len), UINT32_MAX, &n, b->fault);

		if (rc == 0 && n == 0)
			rc = rule_fault(b->fault, word, "0 is not allowed here");
		x->expire_s = (uint32_t)n;
		return rc;
	}
	return rule_fault(b->fault, word, "'%.*s' is not known here", (int)word.len, word.at);
}

static int keep(struct build *b, struct span name, struct xbit *x)
{
	if (name.len == 0)
		return rule_fault(b->fault, b->keyword, "a name is missing");
	if (b->n_xbit == BUILD_XBITS)
		return rule_fault(b->fault, b->keyword, "more than %u of them", BUILD_XBITS);
	x->name = hash_bytes(name.at, name.len, x->track == XBIT_pair);
	b->xbit[b->n_xbit++] = *x;
	b->sig->rule.conditional = true;
	return 0;
}

static int xbits_build(struct build *b, struct span value)
{
	struct span rest = rule_span_unquote(value), word, name = {value.at, 0};
	struct xbit x = {.expire_s = XBITS_EXPIRE_S};
	bool tracked = false;

	rule_span_next(&rest, ',', &word);
	if (span_is(word, "noalert")) {
		b->sig->rule.about.noalert = true;
		return 0;
	}
	int rc = kind_parse(b, word, &x);
	if (rc == 0)
		rule_span_next(&rest, ',', &name);
	while (rc == 0 && rule_span_next(&rest, ',', &word))
		rc = xbits_word(b, word, &x, &tracked);
	if (rc == 0 && !tracked)
		rc = rule_fault(b->fault, value, "track ip_src, ip_dst or ip_pair is missing");
	return rc ? rc : keep(b, name, &x);
}

const struct keyword keyword_xbits = {
	.name = "xbits",
	.syntax = "xbits: set | unset | toggle | isset | isnotset, NAME, track ip_src | ip_dst | "
		  "ip_pair"
		  "[, expire SECONDS]; noalert",
	.what = "names that hosts carry from conversation to conversation",
	.value = VALUE_needed,
	.build = xbits_build,
};

static int hostbits_build(struct build *b, struct span value)
{
	struct span rest = rule_span_unquote(value), word, name = {value.at, 0}, dir;
	struct xbit x = {.expire_s = HOSTBITS_EXPIRE_S, .track = XBIT_src};

	rule_span_next(&rest, ',', &word);
	if (span_is(word, "noalert")) {
		b->sig->rule.about.noalert = true;
		return 0;
	}
	int rc = kind_parse(b, word, &x);
	if (rc)
		return rc;
	rule_span_next(&rest, ',', &name);
	if (rule_span_next(&rest, ',', &dir)) {
		x.track = span_is(dir, "dst") ? XBIT_dst : XBIT_src;
		if (x.track == XBIT_src && !span_is(dir, "src"))
			return rule_fault(b->fault, dir, "the direction is src or dst");
	}
	return keep(b, name, &x);
}

const struct keyword keyword_hostbits = {
	.name = "hostbits",
	.syntax = "hostbits: set | unset | toggle | isset | isnotset, NAME[, src | dst]; noalert",
	.what = "names that a host carries for five minutes",
	.value = VALUE_needed,
	.build = hostbits_build,
};
