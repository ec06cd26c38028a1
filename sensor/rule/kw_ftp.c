// SPDX-License-Identifier: Apache-2.0
/* Words for the numbers of FTP; ftpbounce: a PORT that names another host than who says it.
 * Source: Suricata 7 and 8 user guides, "FTP Keywords"; RFC 959 5.3.2; RFC 2577 (bounce). */
#include "rule/keyword.h"

#include "base/bytes.h"

#include <strings.h>

static const struct number_name commands[] = {{"stor", 1}, {"retr", 2}, {NULL, 0}};
static const struct number_name modes[] = {{"active", 1}, {"passive", 2}, {NULL, 0}};
static const struct number_name answers[] = {{"yes", 1}, {"no", 0},   {"1", 1},
					     {"0", 0},   {"true", 1}, {"false", 0},
					     {"on", 1},  {"off", 0},  {NULL, 0}};

const struct keyword keyword_ftpdata_command = {
	.name = "ftpdata_command",
	.syntax = "ftpdata_command: stor | retr",
	.what = "command that a data connection belongs to",
	.value = VALUE_needed,
	.field = "ftpdata_command",
	.names = commands,
};
const struct keyword keyword_ftp_mode = {
	.name = "ftp.mode",
	.syntax = "ftp.mode: active | passive",
	.what = "who opens the data connection",
	.value = VALUE_needed,
	.field = "ftp.mode",
	.names = modes,
};
const struct keyword keyword_ftp_reply_received = {
	.name = "ftp.reply_received",
	.syntax = "ftp.reply_received: yes | no",
	.what = "whether the command was answered",
	.value = VALUE_needed,
	.field = "ftp.reply_received",
	.names = answers,
};

/* The address behind "PORT ", four numbers of six. */
static bool port_address(const struct pkt *p, uint8_t out[4])
{
	struct bytes b = bytes_of(p->payload, p->payload_len);
	struct bytes word = bytes_take(&b, 5);

	if (!bytes_ok(&b) || strncasecmp((const char *)word.at, "PORT ", 5) != 0)
		return false;
	for (unsigned i = 0; i < 4; i++) {
		unsigned v = 0, digits = 0;

		while (bytes_left(&b) && *b.at == ' ' && !digits)
			bytes_take(&b, 1);
		for (; bytes_left(&b) && *b.at >= '0' && *b.at <= '9' && digits < 3; digits++)
			v = v * 10 + (bytes_u8(&b) - '0');
		if (!digits || v > 255 || bytes_u8(&b) != ',')
			return false;
		out[i] = (uint8_t)v;
	}
	return bytes_ok(&b);
}

static bool ftpbounce_match(const void *arg, const struct pkt *p)
{
	uint8_t said[4];

	(void)arg;
	return p->net == PKT_ip4 && p->flow && p->flow->app == APP_ftp && port_address(p, said) &&
	       memcmp(said, p->src.b + 12, 4) != 0;
}

static int ftpbounce_build(struct build *b, struct span value)
{
	(void)value;
	return rule_build_test(b, ftpbounce_match, NULL, false);
}

const struct keyword keyword_ftpbounce = {
	.name = "ftpbounce",
	.syntax = "ftpbounce",
	.what = "a PORT of FTP that names another host than who says it",
	.value = VALUE_none,
	.build = ftpbounce_build,
};
