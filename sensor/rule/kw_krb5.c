// SPDX-License-Identifier: Apache-2.0
/* Numbers of Kerberos messages with their names (RFC 4120 7.5.7, 7.5.9; IANA, Kerberos encryption
 * type numbers), and whether their encryption is weak. */
#include "proto/krb5_msg.h"
#include "rule/keyword.h"

#include <strings.h>

/* clang-format off */
static const struct number_name messages[] = {
	{"as_req", 10}, {"as_rep", 11}, {"tgs_req", 12}, {"tgs_rep", 13}, {"ap_req", 14}, {"ap_rep", 15},
	{"safe", 20}, {"priv", 21}, {"cred", 22}, {"error", 30}, {NULL, 0},
};
static const struct number_name errors[] = {
	{"kdc_err_none", 0}, {"kdc_err_name_exp", 1}, {"kdc_err_service_exp", 2}, {"kdc_err_bad_pvno", 3},
	{"kdc_err_c_old_mast_kvno", 4}, {"kdc_err_s_old_mast_kvno", 5},
	{"kdc_err_c_principal_unknown", 6}, {"kdc_err_s_principal_unknown", 7},
	{"kdc_err_principal_not_unique", 8}, {"kdc_err_null_key", 9}, {"kdc_err_cannot_postdate", 10},
	{"kdc_err_never_valid", 11}, {"kdc_err_policy", 12}, {"kdc_err_badoption", 13},
	{"kdc_err_etype_nosupp", 14}, {"kdc_err_sumtype_nosupp", 15}, {"kdc_err_padata_type_nosupp", 16},
	{"kdc_err_trtype_nosupp", 17}, {"kdc_err_client_revoked", 18}, {"kdc_err_service_revoked", 19},
	{"kdc_err_tgt_revoked", 20}, {"kdc_err_client_notyet", 21}, {"kdc_err_service_notyet", 22},
	{"kdc_err_key_expired", 23}, {"kdc_err_preauth_failed", 24}, {"kdc_err_preauth_required", 25},
	{"krb_ap_err_bad_integrity", 31}, {"krb_ap_err_tkt_expired", 32}, {"krb_ap_err_repeat", 34},
	{"krb_ap_err_skew", 37}, {"krb_ap_err_modified", 41}, {"krb_err_response_too_big", 52},
	{"krb_err_generic", 60}, {"kdc_err_wrong_realm", 68}, {NULL, 0},
};
static const struct number_name etypes[] = {
	{"des-cbc-crc", 1}, {"des-cbc-md4", 2}, {"des-cbc-md5", 3}, {"des-cbc-raw", 4},
	{"des3-cbc-md5", 5}, {"des3-cbc-raw", 6}, {"des3-cbc-sha1", 7}, {"des-hmac-sha1", 8},
	{"dsawithsha1-cmsoid", 9}, {"md5withrsaencryption-cmsoid", 10},
	{"sha1withrsaencryption-cmsoid", 11}, {"rc2cbc-envoid", 12}, {"rsaencryption-envoid", 13},
	{"rsaes-oaep-env-oid", 14}, {"des-ede3-cbc-env-oid", 15}, {"des3-cbc-sha1-kd", 16},
	{"aes128-cts-hmac-sha1-96", 17}, {"aes256-cts-hmac-sha1-96", 18},
	{"aes128-cts-hmac-sha256-128", 19}, {"aes256-cts-hmac-sha384-192", 20}, {"rc4-hmac", 23},
	{"rc4-hmac-exp", 24}, {"camellia128-cts-cmac", 25}, {"camellia256-cts-cmac", 26},
	{"subkey-keymaterial", 65}, {NULL, 0},
};
/* clang-format on */

const struct keyword keyword_krb5_msg_type = {
	.name = "krb5_msg_type",
	.syntax = "krb5_msg_type: N | NAME",
	.what = "type of a Kerberos message",
	.value = VALUE_needed,
	.field = "krb5_msg_type",
	.names = messages,
};
const struct keyword keyword_krb5_msg_type_dot = {
	.name = "krb5.msg_type",
	.syntax = "krb5.msg_type: N | NAME",
	.what = "type of a Kerberos message",
	.value = VALUE_needed,
	.field = "krb5_msg_type",
	.names = messages,
};
const struct keyword keyword_krb5_err_code = {
	.name = "krb5_err_code",
	.syntax = "krb5_err_code: N | NAME",
	.what = "error of Kerberos",
	.value = VALUE_needed,
	.field = "krb5_err_code",
	.names = errors,
};
const struct keyword keyword_krb5_err_code_dot = {
	.name = "krb5.err_code",
	.syntax = "krb5.err_code: N | NAME",
	.what = "error of Kerberos",
	.value = VALUE_needed,
	.field = "krb5_err_code",
	.names = errors,
};

static bool weak_match(const void *arg, const struct tx_ask *ask)
{
	uint64_t weak;

	(void)arg;
	return ask->protocol->number(ask->tx, ask->field, 0, ask->dir, &weak) && weak;
}

const struct keyword keyword_krb5_weak_encryption = {
	.name = "krb5.weak_encryption",
	.syntax = "krb5.weak_encryption",
	.what = "the ticket or the answer is encrypted with DES or RC4",
	.value = VALUE_none,
	.field = "krb5.weak_encryption",
	.match_tx = weak_match,
};

struct etype_arg {
	struct numbers numbers;
	bool weak, strong;
};

static int etype_parse(struct span value, void *arg, struct fault *f)
{
	struct etype_arg *x = arg;
	bool negated = value.len && value.at[0] == '!';
	struct span word = span_trim(span_cut(value, negated, value.len));

	if (word.len == 4 && strncasecmp(word.at, "weak", 4) == 0) {
		*(negated ? &x->strong : &x->weak) = true;
		return 0;
	}
	return rule_numbers_parse(value, UINT64_MAX, etypes, false, &x->numbers, f);
}

static bool etype_match(const void *arg, const struct tx_ask *ask)
{
	const struct etype_arg *x = arg;
	uint64_t etype;

	if (!ask->protocol->number(ask->tx, ask->field, 0, ask->dir, &etype))
		return false;
	if (x->weak || x->strong)
		return krb_etype_weak((int32_t)etype) == x->weak;
	return rule_numbers_have(&x->numbers, etype);
}

const struct keyword keyword_krb5_ticket_encryption = {
	.name = "krb5.ticket_encryption",
	.syntax = "krb5.ticket_encryption: NAME | N | weak, ...",
	.what = "encryption of a ticket",
	.value = VALUE_needed,
	.field = "krb5.ticket_encryption",
	.arg_size = sizeof(struct etype_arg),
	.parse = etype_parse,
	.match_tx = etype_match,
};
