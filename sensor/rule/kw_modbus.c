// SPDX-License-Identifier: Apache-2.0
/* modbus: a request's unit, function, or what it reads and writes where. Addresses count from 1, as
 * Suricata has it: that of the wire and one more. Source: Suricata 7 user guide, "Modbus Keyword". */
#include "proto/modbus.h"
#include "rule/keyword.h"
#include "rule/range.h"

#define ANY_CATEGORY 15u

struct modbus_arg {
	bool has_unit, has_function, has_sub, has_address, has_value, not_category;
	uint8_t category; /* one of them; 0: not asked */
	uint8_t access;   /* all of them; 0: not asked */
	uint8_t function;
	uint16_t sub;
	struct range unit, address, value;
};

static int function_word(struct span v, struct modbus_arg *a, struct fault *f)
{
	static const struct {
		const char *name;
		uint8_t bits;
	} words[] = {{"assigned", MODBUS_ASSIGNED},
		     {"unassigned", MODBUS_UNASSIGNED},
		     {"public", MODBUS_ASSIGNED | MODBUS_UNASSIGNED},
		     {"user", MODBUS_USER},
		     {"reserved", MODBUS_RESERVED},
		     {"all", ANY_CATEGORY}};
	uint64_t n = 0;

	a->not_category = v.len && v.at[0] == '!';
	if (a->not_category)
		v = span_trim(span_cut(v, 1, v.len));
	for (unsigned i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (span_is(v, words[i].name)) {
			a->category = words[i].bits;
			return 0;
		}
	}
	int rc = rule_number_parse(v, UINT8_MAX, &n, f);
	a->has_function = true;
	a->function = (uint8_t)n;
	return rc;
}

static int access_words(struct span v, struct modbus_arg *a, struct fault *f)
{
	static const struct {
		const char *name;
		uint8_t bit;
	} words[] = {{"read", MODBUS_READ},	     {"write", MODBUS_WRITE}, {"discretes", MODBUS_DISCRETES},
		     {"coils", MODBUS_COILS},	     {"input", MODBUS_INPUT}, {"holding", MODBUS_HOLDING}};

	while (v.len) {
		uint32_t n = 0;
		uint8_t bit = 0;

		while (n < v.len && !span_blank(v.at[n]))
			n++;
		for (unsigned i = 0; i < sizeof(words) / sizeof(words[0]); i++)
			bit |= span_is(span_cut(v, 0, n), words[i].name) ? words[i].bit : 0;
		if (!bit)
			return rule_fault(f, span_cut(v, 0, n), "read or write, then discretes, coils, input or holding");
		a->access |= bit;
		v = span_trim(span_cut(v, n, v.len));
	}
	return a->access ? 0 : rule_fault(f, v, "read or write");
}

static int item(struct span key, struct span v, struct modbus_arg *a, struct fault *f)
{
	uint64_t n = 0;
	int rc;

	if (span_is(key, "function"))
		return function_word(v, a, f);
	if (span_is(key, "access"))
		return access_words(v, a, f);
	if (span_is(key, "subfunction")) {
		rc = rule_number_parse(v, UINT16_MAX, &n, f);
		a->has_sub = true;
		a->sub = (uint16_t)n;
		return rc;
	}
	bool unit = span_is(key, "unit"), address = span_is(key, "address");
	if (!unit && !address && !span_is(key, "value"))
		return rule_fault(f, key, "function, subfunction, access, address, value or unit");
	*(unit ? &a->has_unit : address ? &a->has_address : &a->has_value) = true;
	return rule_range_parse(v, UINT16_MAX, unit ? &a->unit : address ? &a->address : &a->value, f);
}

static int modbus_parse(struct span value, void *arg, struct fault *f)
{
	struct modbus_arg *a = arg;
	struct span rest = rule_span_unquote(value), word;

	while (rule_span_next(&rest, ',', &word)) {
		uint32_t n = 0;

		while (n < word.len && !span_blank(word.at[n]))
			n++;
		int rc = item(span_cut(word, 0, n), span_trim(span_cut(word, n, word.len)), a, f);
		if (rc)
			return rc;
	}
	if (a->has_value && !a->has_address)
		return rule_fault(f, value, "a value goes with an address");
	return a->has_unit || a->has_function || a->category || a->access
		       ? 0
		       : rule_fault(f, value, "nothing is asked for");
}

/* What a request writes to place `at` of its span. */
static bool written(const struct modbus_msg *m, uint32_t at, uint32_t *out)
{
	if (m->access & MODBUS_SINGLE) {
		*out = m->value;
		return true;
	}
	if (m->access & MODBUS_COILS) {
		*out = at / 8 < m->len ? m->data[at / 8] >> at % 8 & 1 : 0;
		return at / 8 < m->len;
	}
	*out = at * 2 + 1 < m->len ? (uint32_t)m->data[at * 2] << 8 | m->data[at * 2 + 1] : 0;
	return at * 2 + 1 < m->len;
}

static bool place_match(const struct modbus_arg *a, const struct modbus_msg *m)
{
	const struct modbus_span *s = m->has_write ? &m->write : m->has_read ? &m->read : NULL;
	uint32_t v;

	for (uint32_t i = 0; s && i < s->n; i++) {
		if (rule_range_has(&a->address, s->address + i + 1u) &&
		    (!a->has_value || (m->has_write && written(m, i, &v) && rule_range_has(&a->value, v))))
			return true;
	}
	return false;
}

static bool modbus_match(const void *arg, const struct tx_ask *ask)
{
	const struct modbus_arg *a = arg;
	const struct modbus_msg *m = (const struct modbus_msg *)ask->tx;

	if (m->response || (a->has_unit && !rule_range_has(&a->unit, m->unit)))
		return false;
	if (a->has_function && (a->function == m->function) == a->not_category)
		return false;
	if (a->has_sub && a->sub != m->sub)
		return false;
	if (a->category && ((a->category & m->category) != 0) == a->not_category)
		return false;
	if (a->access && (m->access & a->access) != a->access)
		return false;
	return !a->has_address || place_match(a, m);
}

const struct keyword keyword_modbus = {
	.name = "modbus",
	.syntax = "modbus: [unit RANGE, ]function [!]N | assigned | unassigned | public | user | reserved | all"
		  "[, subfunction N]; modbus: access read | write [discretes | coils | input | holding]"
		  "[, address RANGE[, value RANGE]]",
	.what = "a request of Modbus",
	.value = VALUE_needed,
	.field = "modbus.function",
	.arg_size = sizeof(struct modbus_arg),
	.parse = modbus_parse,
	.match_tx = modbus_match,
};
