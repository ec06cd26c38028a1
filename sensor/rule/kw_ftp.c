// SPDX-License-Identifier: Apache-2.0
/* Words for the numbers of FTP. Source: Suricata 7 and 8 user guides, "FTP Keywords". */
#include "rule/keyword.h"

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
