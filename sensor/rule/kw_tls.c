// SPDX-License-Identifier: Apache-2.0
/* Conditions on a TLS handshake that are no buffers. Source: Suricata 7 user guide, "SSL/TLS
 * Keywords". */
#include "base/clock.h"
#include "proto/tls.h"
#include "rule/flag_words.h"
#include "rule/keyword.h"
#include "rule/text.h"

#include <time.h>

#define TEXT_MAX 512u /* bytes of a subject, issuer or fingerprint in a rule */

static const struct number_name versions[] = {
	{"1.0", TLS_1_0}, {"1.1", TLS_1_1}, {"1.2", TLS_1_2}, {"1.3", TLS_1_3}, {NULL, 0},
};
const struct keyword keyword_tls_version = {
	.name = "tls.version",
	.syntax = "tls.version: [!]1.0 | 1.1 | 1.2 | 1.3 | N",
	.what = "version of the hello",
	.value = VALUE_needed,
	.field = "tls.version",
	.names = versions,
};

static const struct number_name ssl_versions[] = {
	{"sslv2", TLS_ssl2}, {"sslv3", TLS_ssl3}, {"tls1.0", TLS_1_0}, {"tls1.1", TLS_1_1},
	{"tls1.2", TLS_1_2}, {"tls1.3", TLS_1_3}, {NULL, 0},
};
const struct keyword keyword_ssl_version = {
	.name = "ssl_version",
	.syntax = "ssl_version: [!]sslv2 | sslv3 | tls1.0 …, …",
	.what = "version of the hello",
	.value = VALUE_needed,
	.field = "tls.version",
	.names = ssl_versions,
};

struct state_arg {
	uint8_t bits, negated;
};

static int state_parse(struct span value, void *arg, struct fault *f)
{
	static const struct number_name names[] = {
		{"client_hello", TLS_STATE_client_hello}, {"server_hello", TLS_STATE_server_hello},
		{"client_keyx", TLS_STATE_client_keyx},   {"server_keyx", TLS_STATE_server_keyx},
		{"unknown", TLS_STATE_unknown},           {NULL, 0},
	};
	struct state_arg *a = arg;
	char sep = memchr(value.at, '|', value.len) ? '|' : ',';
	struct flag_words words = {0};
	int rc = rule_flag_words_parse(value, sep, names, &words, f);

	a->bits = words.set | words.clear;
	a->negated = words.clear;
	return rc;
}

static bool state_match(const void *arg, const struct tx_ask *ask)
{
	const struct state_arg *a = arg;
	const struct tls_tx *t = (const struct tls_tx *)ask->tx;
	uint8_t state = t->state[ask->dir] ? t->state[ask->dir] : TLS_STATE_unknown;

	return ((state & a->bits) ^ a->negated) != 0;
}

const struct keyword keyword_ssl_state = {
	.name = "ssl_state",
	.syntax = "ssl_state: [!]client_hello | server_hello | client_keyx | server_keyx | "
		  "unknown, …",
	.what = "what a side has said until it encrypts",
	.value = VALUE_needed,
	.field = "ssl_state",
	.arg_size = sizeof(struct state_arg),
	.parse = state_parse,
	.match_tx = state_match,
};

struct text_arg {
	char text[TEXT_MAX];
	uint32_t len;
	bool negated;
};

static int text_parse(struct span value, void *arg, struct fault *f)
{
	struct text_arg *a = arg;

	if (value.len && value.at[0] == '!') {
		a->negated = true;
		value = span_trim(span_cut(value, 1, value.len));
	}
	value = rule_span_unquote(value);
	if (value.len == 0 || value.len > TEXT_MAX)
		return rule_fault(f, value, "1 to %u bytes are allowed", TEXT_MAX);
	a->len = rule_text_unescape(value, a->text);
	return 0;
}

static bool contains(const struct tx_ask *ask, enum tls_part part, const struct text_arg *a)
{
	struct view_of_bytes v = tls_part((const struct tls_tx *)ask->tx, part);

	return v.len && (memmem(v.at, v.len, a->text, a->len) != NULL) != a->negated;
}

static bool subject_match(const void *arg, const struct tx_ask *ask)
{
	return contains(ask, TLS_subject, arg);
}

static bool issuer_match(const void *arg, const struct tx_ask *ask)
{
	return contains(ask, TLS_issuer, arg);
}

static bool fingerprint_match(const void *arg, const struct tx_ask *ask)
{
	const struct text_arg *a = arg;
	struct view_of_bytes v = tls_part((const struct tls_tx *)ask->tx, TLS_fingerprint);

	return v.len && (v.len == a->len &&
			 strncasecmp((const char *)v.at, a->text, a->len) == 0) != a->negated;
}

const struct keyword keyword_tls_subject = {
	.name = "tls.subject",
	.syntax = "tls.subject: [!]\"TEXT\"",
	.what = "text in the certificate's subject",
	.value = VALUE_needed,
	.field = "tls.cert_subject",
	.arg_size = sizeof(struct text_arg),
	.parse = text_parse,
	.match_tx = subject_match,
};
const struct keyword keyword_tls_issuerdn = {
	.name = "tls.issuerdn",
	.syntax = "tls.issuerdn: [!]\"TEXT\"",
	.what = "text in the certificate's issuer",
	.value = VALUE_needed,
	.field = "tls.cert_issuer",
	.arg_size = sizeof(struct text_arg),
	.parse = text_parse,
	.match_tx = issuer_match,
};
const struct keyword keyword_tls_fingerprint = {
	.name = "tls.fingerprint",
	.syntax = "tls.fingerprint: [!]\"TEXT\"",
	.what = "SHA-1 of the certificate, with colons",
	.value = VALUE_needed,
	.field = "tls.cert_fingerprint",
	.arg_size = sizeof(struct text_arg),
	.parse = text_parse,
	.match_tx = fingerprint_match,
};

struct date_arg {
	uint64_t from, to; /* s since 1970, both included */
};

/* Digits alone are seconds since 1970, as in Suricata. */
static bool epoch_read(struct span s, uint64_t *out)
{
	*out = 0;
	for (uint32_t i = 0; i < s.len; i++) {
		if (s.at[i] < '0' || s.at[i] > '9')
			return false;
		*out = *out * 10 + (uint64_t)(s.at[i] - '0');
	}
	return s.len && s.len < 18;
}

/* "2015-10", "2015-10-22", "2015-10-22T23:59:59" */
static bool date_read(struct span s, uint64_t *out)
{
	char text[32];
	struct tm tm = {.tm_mday = 1};
	int year, month = 1, day = 1, hour = 0, minute = 0, second = 0;

	if (epoch_read(s, out))
		return true;
	rule_span_text(s, text, sizeof(text));
	int n = sscanf(text, "%4d-%2d-%2dT%2d:%2d:%2d", &year, &month, &day, &hour, &minute,
		       &second);
	if (n < 1 || s.len >= sizeof(text) || year < 1950 || month < 1 || month > 12 || day < 1 ||
	    day > 31)
		return false;
	tm.tm_year = year - 1900;
	tm.tm_mon = month - 1;
	tm.tm_mday = day;
	tm.tm_hour = hour;
	tm.tm_min = minute;
	tm.tm_sec = second;
	time_t t = timegm(&tm);
	*out = t > 0 ? (uint64_t)t : 0;
	return true;
}

static int date_parse(struct span value, void *arg, struct fault *f)
{
	struct date_arg *a = arg;
	uint64_t date;
	const char *between = memmem(value.at, value.len, "<>", 2);
	char op = value.len ? value.at[0] : 0;

	a->to = UINT64_MAX;
	if (between) {
		struct span lo = span_cut(value, 0, (uint32_t)(between - value.at));
		struct span hi = span_cut(value, lo.len + 2, value.len);

		if (date_read(span_trim(lo), &a->from) && date_read(span_trim(hi), &a->to))
			return 0;
		return rule_fault(f, value, "two dates are wanted: 2015-10-22<>2020-05-15");
	}
	if (op == '<' || op == '>')
		value = span_trim(span_cut(value, 1, value.len));
	if (!date_read(value, &date))
		return rule_fault(f, value, "a date is wanted: 2015-10-22 or 2015-10-22T23:59:59");
	if (op == '<')
		a->to = date ? date - 1 : 0;
	else if (op == '>')
		a->from = date + 1;
	else
		a->from = a->to = date;
	return 0;
}

static bool before_match(const void *arg, const struct tx_ask *ask)
{
	const struct date_arg *a = arg;
	const struct tls_tx *t = (const struct tls_tx *)ask->tx;

	return t->has_cert && t->not_before >= a->from && t->not_before <= a->to;
}

static bool after_match(const void *arg, const struct tx_ask *ask)
{
	const struct date_arg *a = arg;
	const struct tls_tx *t = (const struct tls_tx *)ask->tx;

	return t->has_cert && t->not_after >= a->from && t->not_after <= a->to;
}

const struct keyword keyword_tls_cert_notbefore = {
	.name = "tls_cert_notbefore",
	.syntax = "tls_cert_notbefore: [< | >]DATE | DATE<>DATE",
	.what = "first day of the certificate",
	.value = VALUE_needed,
	.field = "tls_cert_notbefore",
	.arg_size = sizeof(struct date_arg),
	.parse = date_parse,
	.match_tx = before_match,
};
const struct keyword keyword_tls_cert_notafter = {
	.name = "tls_cert_notafter",
	.syntax = "tls_cert_notafter: [< | >]DATE | DATE<>DATE",
	.what = "last day of the certificate",
	.value = VALUE_needed,
	.field = "tls_cert_notafter",
	.arg_size = sizeof(struct date_arg),
	.parse = date_parse,
	.match_tx = after_match,
};

static int nothing_parse(struct span value, void *arg, struct fault *f)
{
	(void)value, (void)arg, (void)f;
	return 0;
}

static bool expired_match(const void *arg, const struct tx_ask *ask)
{
	const struct tls_tx *t = (const struct tls_tx *)ask->tx;

	(void)arg;
	return t->has_cert && t->not_after < ask->flow->last_ns / NS_PER_S;
}

static bool valid_match(const void *arg, const struct tx_ask *ask)
{
	const struct tls_tx *t = (const struct tls_tx *)ask->tx;
	uint64_t now = ask->flow->last_ns / NS_PER_S;

	(void)arg;
	return t->has_cert && t->not_before <= now && now <= t->not_after;
}

const struct keyword keyword_tls_cert_expired = {
	.name = "tls_cert_expired",
	.syntax = "tls_cert_expired",
	.what = "the certificate's last day is over",
	.value = VALUE_none,
	.field = "tls_cert_notafter",
	.arg_size = 1,
	.parse = nothing_parse,
	.match_tx = expired_match,
};
const struct keyword keyword_tls_cert_valid = {
	.name = "tls_cert_valid",
	.syntax = "tls_cert_valid",
	.what = "it is a day of the certificate",
	.value = VALUE_none,
	.field = "tls_cert_notafter",
	.arg_size = 1,
	.parse = nothing_parse,
	.match_tx = valid_match,
};

static int store_build(struct build *b, struct span value)
{
	(void)b, (void)value;
	return 0;
}

const struct keyword keyword_tls_store = {
	.name = "tls.store",
	.syntax = "tls.store",
	.what = "accepted: certificates are not written to files",
	.value = VALUE_none,
	.build = store_build,
};

const struct keyword keyword_tls_store_old = {
	.name = "tls_store",
	.syntax = "tls_store",
	.what = "older name of tls.store",
	.value = VALUE_none,
	.build = store_build,
};
