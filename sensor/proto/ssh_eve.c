// SPDX-License-Identifier: Apache-2.0
/* The ssh block of an alert, as Suricata writes it. */
#include "proto/ssh.h"

#include "base/json.h"

static void put_side(struct json *j, const char *key, const struct ssh_side *x)
{
	if (!x->banner_len)
		return;
	json_open(j, key);
	if (x->proto_len)
		json_strn(j, "proto_version", x->banner + x->proto, x->proto_len);
	if (x->software_len)
		json_strn(j, "software_version", x->banner + x->software, x->software_len);
	if (x->hassh[0]) {
		json_open(j, "hassh");
		json_str(j, "hash", x->hassh);
		if (x->offer.len)
			json_strn(j, "string", x->offer.at, x->offer.len);
		json_close(j);
	}
	json_close(j);
}

uint32_t ssh_eve(const struct tx *tx, char *out, uint32_t size)
{
	const struct ssh_tx *t = (const struct ssh_tx *)tx;
	struct json j = json_of(out, size);

	json_open(&j, "ssh");
	put_side(&j, "client", &t->side[0]);
	put_side(&j, "server", &t->side[1]);
	json_close(&j);
	return json_ok(&j) ? (uint32_t)j.len : 0;
}
