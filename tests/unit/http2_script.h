// SPDX-License-Identifier: Apache-2.0
/* HTTP/2 conversations as text, a frame a line: who speaks, type, flags, stream (both hex),
 *payload.
 *
 *	> PRI                              the preface
 *	> H 5 1 @:method=GET ~a=b #82      HEADERS: a literal with and without indexing, bytes as
 *hex < D 1 1 some text                  DATA > X4 0 0 000300000064              any type, its
 *payload as hex > P 4 1 2 @:path=/x                PUSH_PROMISE of stream 2 > C 4 1 #82
 *CONTINUATION < ! 9                              9 bytes that the capture does not have
 */
#pragma once

#include "hex.h"
#include "proto_rig.h"

static inline size_t script_string(uint8_t *out, const char *s, size_t n)
{
	assert(n < 127);
	out[0] = (uint8_t)n;
	memcpy(out + 1, s, n);
	return n + 1;
}

static inline size_t script_fields(uint8_t *out, char *text)
{
	size_t n = 0;
	char *save = NULL;

	for (char *w = strtok_r(text, " ", &save); w; w = strtok_r(NULL, " ", &save)) {
		if (*w == '#') {
			n += hex(w + 1, out + n, 4096);
			continue;
		}
		char *eq = strchr(w + 2, '=');
		assert(eq);
		out[n++] = *w == '@' ? 0x40 : 0;
		n += script_string(out + n, w + 1, (size_t)(eq - w - 1));
		n += script_string(out + n, eq + 1, strlen(eq + 1));
	}
	return n;
}

/* The frame of one line; its length. */
static inline size_t script_frame(const char *line, uint8_t *out)
{
	static const char letters[] = "DHQRSPIGWC";
	char kind[8], rest[2048] = "";
	unsigned flags, stream, promised = 0;
	uint8_t *p = out + 9;
	size_t n = 0;
	int at = 0;

	if (strncmp(line, "PRI", 3) == 0) {
		memcpy(out, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 24);
		return 24;
	}
	assert(sscanf(line, "%7s %x %x%n", kind, &flags, &stream, &at) == 3);
	unsigned type = kind[0] == 'X' ? (unsigned)(kind[1] - '0')
				       : (unsigned)(strchr(letters, kind[0]) - letters);
	if (type == 5) {
		int more = 0;
		assert(sscanf(line + at, " %x%n", &promised, &more) == 1);
		at += more;
		p[n++] = 0, p[n++] = 0, p[n++] = 0, p[n++] = (uint8_t)promised;
	}
	if (line[at] == ' ')
		snprintf(rest, sizeof(rest), "%s", line + at + 1);
	if (kind[0] == 'X') {
		n += hex(rest, p + n, 2048);
	} else if (type == 0) {
		memcpy(p, rest, strlen(rest));
		n = strlen(rest);
	} else {
		n += script_fields(p + n, rest);
	}
	out[0] = 0, out[1] = (uint8_t)(n >> 8), out[2] = (uint8_t)n;
	out[3] = (uint8_t)type, out[4] = (uint8_t)flags;
	out[5] = out[6] = out[7] = 0, out[8] = (uint8_t)stream;
	return n + 9;
}

/* Says it all: in pieces of r->split bytes, a line at a time, or each side's lines in a row. */
static inline void script_say(struct rig *r, const char *script)
{
	uint8_t frame[4096];

	while (*script) {
		const char *end = strchr(script, '\n');
		size_t n = end ? (size_t)(end - script) : strlen(script);
		char line[2048];

		assert(n < sizeof(line) && n > 2);
		memcpy(line, script, n);
		line[n] = '\0';
		uint8_t dir = line[0] == '<';
		if (line[2] == '!')
			rig_miss(r, dir, (uint32_t)atoi(line + 3));
		else
			rig_say(r, dir, frame, script_frame(line + 2, frame));
		script += n + (end != NULL);
	}
}
