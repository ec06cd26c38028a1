// SPDX-License-Identifier: Apache-2.0
/* Filters of LDAP as text (RFC 4511 4.5.1.7, RFC 4515 3), and "ldap":{…} as Suricata 8 writes it.
 */
#include "proto/ldap.h"

#include "base/json.h"

#include <ctype.h>
#include <stdio.h>

#define DEPTH 12u

struct out {
	char *at;
	uint32_t len, size;
};

static void put(struct out *o, const char *text)
{
	while (*text && o->len + 1 < o->size)
		o->at[o->len++] = *text++;
	o->at[o->len] = '\0';
}

static void put_bytes(struct out *o, struct bytes b)
{
	while (bytes_left(&b) && o->len + 4 < o->size) {
		uint8_t c = bytes_u8(&b);

		if (c >= ' ' && c < 127 && c != '(' && c != ')' && c != '*' && c != '\\') {
			o->at[o->len++] = (char)c;
			continue;
		}
		o->len += (uint32_t)snprintf(o->at + o->len, o->size - o->len, "\\%02x", c);
	}
	o->at[o->len] = '\0';
}

static void put_pair(struct out *o, struct bytes b, const char *sign)
{
	struct bytes type, value;

	if (!der_take(&b, DER_OCTETS, &type) || !der_take(&b, DER_OCTETS, &value))
		return;
	put_bytes(o, type);
	put(o, sign);
	put_bytes(o, value);
}

static void put_parts(struct out *o, struct bytes b)
{
	struct bytes type, parts;
	struct der d;
	bool open = false;

	if (!der_take(&b, DER_OCTETS, &type) || !der_take(&b, DER_SEQUENCE, &parts))
		return;
	put_bytes(o, type);
	put(o, "=");
	while (der_next(&parts, &d) == DER_fine) {
		if (d.tag != 0x80 && !open)
			put(o, "*");
		put_bytes(o, d.body);
		open = d.tag != 0x82;
		if (open)
			put(o, "*");
	}
}

static void put_extensible(struct out *o, struct bytes b)
{
	struct der d;
	struct bytes rule = {0}, type = {0}, value = {0};

	while (der_next(&b, &d) == DER_fine) {
		if (d.tag == 0x81)
			rule = d.body;
		else if (d.tag == 0x82)
			type = d.body;
		else if (d.tag == 0x83)
			value = d.body;
	}
	if (type.at)
		put_bytes(o, type);
	if (rule.at) {
		put(o, ":");
		put_bytes(o, rule);
	}
	put(o, ":=");
	if (value.at)
		put_bytes(o, value);
}

static void put_filter(struct out *o, const struct der *f, unsigned depth)
{
	static const char *const lists[] = {"&", "|", "!"};
	struct bytes in = f->body;
	struct der d;

	if (o->len + 8 > o->size)
		return;
	put(o, "(");
	switch (f->tag) {
	case 0xa0:
	case 0xa1:
	case 0xa2:
		put(o, lists[f->tag & 3]);
		while (depth < DEPTH && o->len + 8 < o->size && der_next(&in, &d) == DER_fine)
			put_filter(o, &d, depth + 1);
		break;
	case 0xa3:
		put_pair(o, in, "=");
		break;
	case 0xa4:
		put_parts(o, in);
		break;
	case 0xa5:
		put_pair(o, in, ">=");
		break;
	case 0xa6:
		put_pair(o, in, "<=");
		break;
	case 0x87:
		put_bytes(o, in);
		put(o, "=*");
		break;
	case 0xa8:
		put_pair(o, in, "~=");
		break;
	case 0xa9:
		put_extensible(o, in);
		break;
	default:
		put(o, "?");
		break;
	}
	put(o, ")");
}

void ldap_filter_text(struct bytes filter, char *out, uint32_t size)
{
	struct out o = {.at = out, .size = size};
	struct der d;

	out[0] = '\0';
	if (der_next(&filter, &d) == DER_fine)
		put_filter(&o, &d, 0);
}

const char *ldap_op_name(uint8_t op)
{
	static const char *const names[] = {
		[LDAP_bind] = "bind_request",
		[LDAP_bind_response] = "bind_response",
		[LDAP_unbind] = "unbind_request",
		[LDAP_search] = "search_request",
		[LDAP_entry] = "search_result_entry",
		[LDAP_done] = "search_result_done",
		[LDAP_modify] = "modify_request",
		[7] = "modify_response",
		[LDAP_add] = "add_request",
		[9] = "add_response",
		[LDAP_delete] = "del_request",
		[11] = "del_response",
		[LDAP_modify_dn] = "mod_dn_request",
		[13] = "mod_dn_response",
		[LDAP_compare] = "compare_request",
		[15] = "compare_response",
		[LDAP_abandon] = "abandon_request",
		[LDAP_reference] = "search_result_reference",
		[LDAP_extended] = "extended_request",
		[LDAP_extended_response] = "extended_response",
		[LDAP_intermediate] = "intermediate_response",
	};
	const char *name = op < sizeof(names) / sizeof(names[0]) ? names[op] : NULL;

	return name ? name : "unknown";
}

static void put_text(struct json *j, const char *key, const struct ldap_tx *t, struct ldap_text x)
{
	if (x.len)
		json_strn(j, key, t->buf + x.at, x.len);
}

uint32_t ldap_eve(const struct tx *tx, char *out, uint32_t size)
{
	const struct ldap_tx *t = (const struct ldap_tx *)tx;
	struct json j = json_of(out, size);

	json_open(&j, "ldap");
	json_open(&j, "request");
	json_u64(&j, "message_id", t->id);
	json_str(&j, "operation", ldap_op_name(t->op));
	if (t->op == LDAP_search) {
		json_open(&j, "search_request");
		put_text(&j, "base_object", t, t->name);
		json_u64(&j, "scope", t->scope);
		json_str(&j, "filter", t->filter);
		json_array(&j, "attributes");
		for (unsigned i = 0; i < t->types; i++)
			put_text(&j, NULL, t, t->type[i]);
		json_array_end(&j);
		json_close(&j);
	} else {
		put_text(&j, "name", t, t->name);
	}
	json_close(&j);
	json_array(&j, "responses");
	for (unsigned i = 0; i < t->responses; i++) {
		json_open(&j, NULL);
		json_str(&j, "operation", ldap_op_name(t->response_op[i]));
		put_text(&j, "base_object", t, t->response_dn[i]);
		if (t->response_result[i] >= 0)
			json_u64(&j, "result_code", (uint64_t)t->response_result[i]);
		json_close(&j);
	}
	json_array_end(&j);
	json_u64(&j, "entries", t->entries);
	put_text(&j, "message", t, t->message);
	json_close(&j);
	return json_ok(&j) ? (uint32_t)j.len : 0;
}
