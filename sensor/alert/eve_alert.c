// SPDX-License-Identifier: Apache-2.0
/* The alert object of EVE, with its metadata, and the numbers that fired.
 *
 * Shape: the caps below; METADATA_BUDGET bounds the whole metadata object however many keys a rule
 *        has: the ATT&CK ids come first, so what is left out is the least.
 */
#include "alert/eve_part.h"

#include "base/ascii.h"

#include <string.h>

#define MSG_MAX         320u
#define CATEGORY_MAX    128u
#define REFERENCE_MAX   256u
#define CHECK_MAX       480u
#define NAME_MAX_       40u
#define UNIT_MAX        24u
#define KEY_MAX         48u
#define VALUE_MAX       192u
#define METADATA_MAX    32u
#define METADATA_BUDGET 5120u /* bytes */

struct pair {
	char key[KEY_MAX + 1];
	const char *value;
};

static void clipped(struct json *j, const char *key, const char *text, size_t max)
{
	if (text)
		eve_clipped(j, key, text, strlen(text), max);
}

/* json does not escape keys, and a rule's are foreign. */
static void safe_key(const char *key, char out[KEY_MAX + 1])
{
	size_t n = 0;

	for (; key[n] && n < KEY_MAX; n++) {
		char c = key[n];
		bool word = ascii_name((uint8_t)c);
		out[n] = c;
		if (!word)
			out[n] = '_';
	}
	out[n] = 0;
}

static unsigned put(struct pair *p, unsigned n, const char *key, const char *value)
{
	char safe[KEY_MAX + 1];

	if (!value || n == METADATA_MAX)
		return n;
	safe_key(key, safe);
	for (unsigned i = 0; i < n; i++)
		if (strcmp(p[i].key, safe) == 0 && strcmp(p[i].value, value) == 0)
			return n;
	memcpy(p[n].key, safe, sizeof(safe));
	p[n].value = value;
	return n + 1;
}

/* EVE's form: {"key":["value", …]}, each key once, in the order of its first value. */
static void metadata(struct json *j, const struct about *a)
{
	struct pair pair[METADATA_MAX];
	unsigned n = put(pair, 0, "mitre_tactic_id", a->tactic);
	size_t start = j->len;

	n = put(pair, n, "mitre_technique_id", a->technique);
	for (unsigned i = 0; i < a->n_metadata; i++)
		n = put(pair, n, a->metadata[i].key, a->metadata[i].value);
	if (n == 0)
		return;

	json_open(j, "metadata");
	for (unsigned i = 0; i < n; i++) {
		if (!pair[i].value || j->len - start > METADATA_BUDGET)
			continue;
		json_array(j, pair[i].key);
		for (unsigned k = i; k < n; k++) {
			if (!pair[k].value || strcmp(pair[k].key, pair[i].key) != 0)
				continue;
			if (j->len - start <= METADATA_BUDGET)
				clipped(j, NULL, pair[k].value, VALUE_MAX);
			if (k != i)
				pair[k].value = NULL; /* written with its key */
		}
		json_array_end(j);
	}
	json_close(j);
}

static void end_of(struct json *j, const char *key, const struct finding *f, bool src)
{
	json_open(j, key);
	eve_addr(j, "ip", src ? &f->src : &f->dst);
	if (eve_has_ports(f->link.proto))
		json_u64(j, "port", src ? f->sport : f->dport);
	json_close(j);
}

/* As Suricata: who does it and to whom, where the rule says which end that is. */
static void source_and_target(struct json *j, const struct finding *f)
{
	bool src = f->about->target == ABOUT_TARGET_src;

	if (f->about->target == ABOUT_TARGET_none)
		return;
	end_of(j, "source", f, !src);
	end_of(j, "target", f, src);
}

static void alert_object(struct json *j, const struct finding *f)
{
	const struct about *a = f->about;

	json_open(j, "alert");
	clipped(j, "action", a->action ? a->action : "allowed", CATEGORY_MAX);
	json_u64(j, "gid", a->gid);
	json_u64(j, "signature_id", a->sid);
	json_u64(j, "rev", a->rev);
	clipped(j, "signature", a->msg ? a->msg : "", MSG_MAX);
	clipped(j, "category", a->category ? a->category : "", CATEGORY_MAX);
	json_u64(j, "severity", a->severity);
	source_and_target(j, f);
	metadata(j, a);
	if (a->source && a->source[0]) {
		json_array(j, "references");
		clipped(j, NULL, a->source, REFERENCE_MAX);
		json_array_end(j);
	}
	json_close(j);
}

static void evidence(struct json *j, const struct finding *f)
{
	if (f->n_evidence == 0)
		return;
	json_array(j, "evidence");
	for (unsigned i = 0; i < f->n_evidence && i < FINDING_EVIDENCE; i++) {
		const struct evidence *e = &f->evidence[i];
		json_open(j, NULL);
		clipped(j, "name", e->name, NAME_MAX_);
		json_f64(j, "observed", e->observed);
		json_f64(j, "baseline", e->baseline);
		json_f64(j, "threshold", e->threshold);
		clipped(j, "unit", e->unit ? e->unit : "", UNIT_MAX);
		json_close(j);
	}
	json_array_end(j);
}

static void check(struct json *j, const struct finding *f)
{
	char text[CHECK_MAX + 1];

	clipped(j, "check", eve_check(f, text, sizeof(text)), CHECK_MAX);
}

void eve_alert(struct json *j, const struct finding *f)
{
	const struct about *a = f->about;

	alert_object(j, f);
	json_str(j, "family", family_name((enum family)a->family));
	clipped(j, "detector", a->detector, NAME_MAX_);
	if (a->detector)
		json_f64(j, "score", f->score);
	eve_host(j, f);
	eve_clipped(j, "summary", f->text_len ? finding_text(f) : NULL, f->text_len,
		    FINDING_SUBJECT);
	evidence(j, f);
	if (a->check && a->check[0])
		check(j, f);
	json_u64(j, "count", f->count);
	if (f->eve_len)
		json_members(j, finding_eve(f), f->eve_len);
}
