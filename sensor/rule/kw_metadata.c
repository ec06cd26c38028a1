// SPDX-License-Identifier: Apache-2.0
/* metadata: "key value, key value"; target: which side is the victim. From the metadata come the
 * family and the ATT&CK technique of an alert. */
#include "rule/keyword.h"

#include "base/hash.h"

static void take_known(struct build *b, const struct about_kv *kv)
{
	struct about *a = &b->sig->rule.about;

	if (strcmp(kv->key, "family") == 0)
		a->family = (uint8_t)family_parse(kv->value);
	else if (strcmp(kv->key, "mitre_technique_id") == 0)
		a->technique = kv->value;
	else if (strcmp(kv->key, "mitre_tactic_id") == 0)
		a->tactic = kv->value;
	else if (strcmp(kv->key, "tier") == 0)
		b->sig->rule.tier = strcmp(kv->value, "finding") == 0  ? RULE_TIER_finding
				    : strcmp(kv->value, "inside") == 0 ? RULE_TIER_inside
								       : RULE_TIER_alert;
}

struct word {
	struct word *next; /* of the same hash */
	uint32_t len;
	char text[];
};

/* Keys and values are a few hundred words, in every rule again. */
static const char *word_of(struct build *b, const char *at, uint32_t n)
{
	struct word **first = &b->words->first[hash_bytes(at, n, 0) % WORD_LISTS];
	struct word *w = *first;

	while (w && (w->len != n || memcmp(w->text, at, n) != 0))
		w = w->next;
	if (w)
		return w->text;
	w = rule_arena_take(b->arena, sizeof(*w) + n + 1);
	w->next = *first;
	w->len = n;
	memcpy(w->text, at, n);
	*first = w;
	return w->text;
}

static int metadata_build(struct build *b, struct span value)
{
	struct span item, rest = value;

	while (rule_span_next(&rest, ',', &item)) {
		uint32_t n = 0;

		while (n < item.len && !span_blank(item.at[n]))
			n++;
		struct span v = span_trim(span_cut(item, n, item.len));
		if (n == 0)
			continue; /* ", ," */
		if (b->n_metadata == BUILD_METADATA)
			return rule_fault(b->fault, item, "more than %u pairs", BUILD_METADATA);
		struct about_kv *kv = &b->metadata[b->n_metadata++];
		kv->key = word_of(b, item.at, n);
		kv->value = word_of(b, v.at, v.len);
		take_known(b, kv);
	}
	return 0;
}

const struct keyword keyword_metadata = {
	.name = "metadata", .syntax = "metadata: KEY VALUE, ...",
	.what = "facts about the rule; family, tier, mitre_technique_id, mitre_tactic_id are used",
	.value = VALUE_needed, .build = metadata_build,
};

static int target_build(struct build *b, struct span value)
{
	b->sig->rule.about.target = span_is(value, "src_ip")	   ? ABOUT_TARGET_src
			      : span_is(value, "dest_ip") ? ABOUT_TARGET_dst
							  : ABOUT_TARGET_none;
	if (b->sig->rule.about.target != ABOUT_TARGET_none)
		return 0;
	return rule_fault(b->fault, value, "target is src_ip or dest_ip");
}

const struct keyword keyword_target = {
	.name = "target", .syntax = "target: src_ip | dest_ip", .what = "which side is the victim",
	.value = VALUE_needed, .build = target_build,
};
