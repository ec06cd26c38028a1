// SPDX-License-Identifier: Apache-2.0
/* "krb5":{…} as Suricata 7 writes it, and the names of etypes and errors.
 * Source: RFC 4120 7.5.9 (errors); IANA, Kerberos encryption type numbers. */
#include "proto/krb5_msg.h"

#include "base/json.h"

#include <stdio.h>

struct krb_label {
	int32_t value;
	const char *name;
};

static const struct krb_label etypes[] = {
	{-135, "rc4-hmac-old-exp"},
	{-133, "rc4-hmac-old"},
	{-128, "rc4-md4"},
	{1, "des-cbc-crc"},
	{2, "des-cbc-md4"},
	{3, "des-cbc-md5"},
	{5, "des3-cbc-md5"},
	{7, "des3-cbc-sha1"},
	{16, "des3-cbc-sha1-kd"},
	{17, "aes128-cts-hmac-sha1-96"},
	{18, "aes256-cts-hmac-sha1-96"},
	{19, "aes128-cts-hmac-sha256-128"},
	{20, "aes256-cts-hmac-sha384-192"},
	{23, "rc4-hmac"},
	{24, "rc4-hmac-exp"},
	{25, "camellia128-cts-cmac"},
	{26, "camellia256-cts-cmac"},
};

static const struct krb_label errors[] = {
	{0, "KDC_ERR_NONE"},
	{1, "KDC_ERR_NAME_EXP"},
	{2, "KDC_ERR_SERVICE_EXP"},
	{3, "KDC_ERR_BAD_PVNO"},
	{6, "KDC_ERR_C_PRINCIPAL_UNKNOWN"},
	{7, "KDC_ERR_S_PRINCIPAL_UNKNOWN"},
	{9, "KDC_ERR_NULL_KEY"},
	{12, "KDC_ERR_POLICY"},
	{13, "KDC_ERR_BADOPTION"},
	{14, "KDC_ERR_ETYPE_NOSUPP"},
	{18, "KDC_ERR_CLIENT_REVOKED"},
	{20, "KDC_ERR_TGT_REVOKED"},
	{23, "KDC_ERR_KEY_EXPIRED"},
	{24, "KDC_ERR_PREAUTH_FAILED"},
	{25, "KDC_ERR_PREAUTH_REQUIRED"},
	{31, "KRB_AP_ERR_BAD_INTEGRITY"},
	{32, "KRB_AP_ERR_TKT_EXPIRED"},
	{34, "KRB_AP_ERR_REPEAT"},
	{36, "KRB_AP_ERR_BADMATCH"},
	{37, "KRB_AP_ERR_SKEW"},
	{41, "KRB_AP_ERR_MODIFIED"},
	{52, "KRB_ERR_RESPONSE_TOO_BIG"},
	{60, "KRB_ERR_GENERIC"},
	{68, "KDC_ERR_WRONG_REALM"},
};

static const char *label(const struct krb_label *t, size_t n, int32_t value)
{
	for (size_t i = 0; i < n; i++) {
		if (t[i].value == value)
			return t[i].name;
	}
	return NULL;
}

const char *krb_etype_name(int32_t etype)
{
	return label(etypes, sizeof(etypes) / sizeof(etypes[0]), etype);
}

const char *krb_error_name(int32_t error)
{
	return label(errors, sizeof(errors) / sizeof(errors[0]), error);
}

/* DES and RC4 in all their kinds (RFC 6649, RFC 8429). */
bool krb_etype_weak(int32_t etype)
{
	return etype < 0 || (etype >= 1 && etype <= 16) || etype == 23 || etype == 24;
}

static const char *message_name(uint8_t message)
{
	static const char *const names[] = {
		[KRB_as_req] = "KRB_AS_REQ",   [KRB_as_rep] = "KRB_AS_REP",
		[KRB_tgs_req] = "KRB_TGS_REQ", [KRB_tgs_rep] = "KRB_TGS_REP",
		[KRB_ap_req] = "KRB_AP_REQ",   [KRB_ap_rep] = "KRB_AP_REP",
		[KRB_error] = "KRB_ERROR",
	};
	const char *name = message < sizeof(names) / sizeof(names[0]) ? names[message] : NULL;

	return name ? name : "UNKNOWN";
}

static void put_etype(struct json *j, const char *key, bool has, int32_t etype)
{
	char text[24];
	const char *name = krb_etype_name(etype);

	if (!has)
		return;
	if (!name) {
		snprintf(text, sizeof(text), "%d", etype);
		name = text;
	}
	json_str(j, key, name);
}

uint32_t krb_eve(const struct tx *tx, char *out, uint32_t size)
{
	const struct krb_msg *m = (const struct krb_msg *)tx;
	struct json j = json_of(out, size);
	char text[KRB_TEXT + 1];

	if (m->malformed)
		return 0;
	json_open(&j, "krb5");
	json_str(&j, "msg_type", message_name(m->message));
	json_str(&j, "cname",
		 m->cname.n ? krb_principal(m, &m->cname, text, sizeof(text)) : "<empty>");
	json_str(&j, "realm", m->realm_len ? krb_realm(m, text, sizeof(text)) : "<empty>");
	json_str(&j, "sname",
		 m->sname.n ? krb_principal(m, &m->sname, text, sizeof(text)) : "<empty>");
	if (m->has_error) {
		const char *name = krb_error_name(m->error);

		snprintf(text, sizeof(text), "%d", m->error);
		json_str(&j, "error_code", name ? name : text);
	}
	if (m->has_reply)
		put_etype(&j, "encryption", true, m->reply_etype);
	else
		json_str(&j, "encryption", "<none>");
	put_etype(&j, "ticket_encryption", m->has_ticket, m->ticket_etype);
	json_bool(&j, "weak_encryption", m->has_reply && krb_etype_weak(m->reply_etype));
	json_bool(&j, "ticket_weak_encryption", m->has_ticket && krb_etype_weak(m->ticket_etype));
	json_close(&j);
	return json_ok(&j) ? (uint32_t)j.len : 0;
}
