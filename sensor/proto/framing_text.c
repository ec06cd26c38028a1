// SPDX-License-Identifier: Apache-2.0
/* The frames of Telnet and SIP.
 *
 * Source: the frames that Suricata 7.0.10 writes (eve-log, type frame) of the same bytes. */
#include "proto/frame.h"
#include "proto/sip.h"

#include <string.h>

enum { TELNET_pdu, TELNET_ctl, TELNET_data };
const char *const telnet_frames[] = {FRAME("telnet", "pdu"), FRAME("telnet", "ctl"), FRAME("telnet", "data"), NULL};
#define IAC 255
#define SB  250
#define SE  240

/* A command's length; 0: more bytes are needed. */
static uint32_t command_length(const uint8_t *p, uint32_t n)
{
	if (n < 2)
		return 0;
	if (p[1] < SB)
		return 2;
	for (uint32_t i = 3; p[1] == SB && i < n; i++) {
		if (p[i - 1] == IAC && p[i] == SE)
			return i + 1;
	}
	return p[1] == SB || n < 3 ? 0 : 3;
}

static bool ends_with(const uint8_t *p, uint32_t n, const char *text)
{
	uint32_t k = (uint32_t)strlen(text);

	return n >= k && memcmp(p + n - k, text, k) == 0;
}

/* A line, or a prompt behind which nothing has come yet. */
static uint32_t line_length(const uint8_t *p, uint32_t n)
{
	const uint8_t *end = memchr(p, '\n', n), *iac = memchr(p, IAC, end ? (size_t)(end - p) : n);

	if (iac)
		return (uint32_t)(iac - p);
	if (end)
		return (uint32_t)(end - p) + 1;
	return ends_with(p, n, "login: ") || ends_with(p, n, "assword: ") ? n : 0;
}

uint64_t telnet_record(struct proto_call *c, const uint8_t *p, uint32_t n)
{
	uint32_t len = p[0] == IAC ? command_length(p, n) : line_length(p, n);

	if (len == 0)
		return 0;
	proto_frame(c, TELNET_pdu, p, len, NULL);
	proto_frame(c, p[0] == IAC ? TELNET_ctl : TELNET_data, p, len, NULL);
	return len;
}

enum { SIP_pdu, SIP_request_line, SIP_request_headers, SIP_request_body, SIP_response_line, SIP_response_headers,
       SIP_response_body };
const char *const sip_frames[] = {FRAME("sip", "pdu"),		   FRAME("sip", "request.line"),
				  FRAME("sip", "request.headers"), FRAME("sip", "request.body"),
				  FRAME("sip", "response.line"),   FRAME("sip", "response.headers"),
				  FRAME("sip", "response.body"),   NULL};

static void sip_parts(struct proto_call *c, const uint8_t *p, uint32_t n)
{
	uint8_t first = n > 8 && memcmp(p, "SIP/2.0 ", 8) == 0 ? SIP_response_line : SIP_request_line;
	const uint8_t *line = memmem(p, n, "\r\n", 2), *head = memmem(p, n, "\r\n\r\n", 4);

	if (!line || !head)
		return;
	uint32_t at = (uint32_t)(line - p) + 2, body = (uint32_t)(head - p) + 4;
	proto_frame(c, first, p, at, NULL);
	if (body > at + 2)
		proto_frame(c, (uint8_t)(first + 1), p + at, body - at - 2, NULL);
	if (n > body)
		proto_frame(c, (uint8_t)(first + 2), p + body, n - body, NULL);
}

uint64_t sip_record(struct proto_call *c, const uint8_t *p, uint32_t n)
{
	uint32_t blank = 0, len = n;

	if (c->flow->proto == 6) {
		while (blank < n && (p[blank] == '\r' || p[blank] == '\n'))
			blank++;
		len = sip_length(p + blank, n - blank);
		if (blank)
			return blank;
		if (len == 0 || len > n)
			return 0;
	}
	proto_frame(c, SIP_pdu, p, len, NULL);
	sip_parts(c, p, len);
	return len;
}
