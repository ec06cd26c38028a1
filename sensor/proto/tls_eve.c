// SPDX-License-Identifier: Apache-2.0
/* The tls block of an alert, as Suricata 7 writes it, and ja4 as 8 does. */
#include "proto/tls.h"

#include "base/json.h"

#include <stdio.h>
#include <time.h>

const char *tls_time_text(uint64_t t, char out[24])
{
	time_t when = (time_t)(t < 253402300800ull ? t : 253402300799ull);
	struct tm tm;

	gmtime_r(&when, &tm);
	strftime(out, 24, "%Y-%m-%dT%H:%M:%S", &tm);
	return out;
}

static void put(struct json *j, const char *key, const struct tls_tx *t, enum tls_part part)
{
	struct view_of_bytes v = tls_part(t, part);

	if (v.len)
		json_strn(j, key, v.at, v.len);
}

static void put_ja3(struct json *j, const char *key, const char *hash, const struct tls_tx *t,
		    enum tls_part part)
{
	if (!hash[0])
		return;
	json_open(j, key);
	json_str(j, "hash", hash);
	put(j, "string", t, part);
	json_close(j);
}

uint32_t tls_eve(const struct tx *tx, char *out, uint32_t size)
{
	const struct tls_tx *t = (const struct tls_tx *)tx;
	struct json j = json_of(out, size);
	char text[24];

	json_open(&j, "tls");
	put(&j, "subject", t, TLS_subject);
	put(&j, "issuerdn", t, TLS_issuer);
	if (t->resumed)
		json_bool(&j, "session_resumed", true);
	put(&j, "serial", t, TLS_serial);
	put(&j, "fingerprint", t, TLS_fingerprint);
	put(&j, "sni", t, TLS_sni);
	json_str(&j, "version", tls_version_name(t->version[1] ? t->version[1] : t->version[0]));
	if (t->has_cert) {
		json_str(&j, "notbefore", tls_time_text(t->not_before, text));
		json_str(&j, "notafter", tls_time_text(t->not_after, text));
	}
	put_ja3(&j, "ja3", t->ja3, t, TLS_ja3);
	put_ja3(&j, "ja3s", t->ja3s, t, TLS_ja3s);
	if (t->ja4[0])
		json_str(&j, "ja4", t->ja4);
	json_close(&j);
	return json_ok(&j) ? (uint32_t)j.len : 0;
}
