// SPDX-License-Identifier: Apache-2.0
/* Security tokens inside of HTTP, as IIS, WinRM and proxies carry them: a record is a head (bit 7: the
 * server speaks, bits 5-6: the scheme, bit 4: to a proxy, bit 3: a WinRM message follows), a length and
 * the token's bytes, which are written as base64. A fuzzer does not find its way through base64. */
#include "proto_talk.h"

#include <stdio.h>

#define TEXT 4096u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t base64(const uint8_t *p, size_t n, char *out)
{
	static const char digit[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	size_t to = 0;

	for (size_t i = 0; i < n; i += 3) {
		uint32_t v = (uint32_t)p[i] << 16 | (i + 1 < n ? p[i + 1] << 8 : 0) |
			     (i + 2 < n ? p[i + 2] : 0);
		out[to++] = digit[v >> 18];
		out[to++] = digit[v >> 12 & 63];
		out[to++] = i + 1 < n ? digit[v >> 6 & 63] : '=';
		out[to++] = i + 2 < n ? digit[v & 63] : '=';
	}
	out[to] = '\0';
	return to;
}

static size_t message(uint8_t head, const uint8_t *token, size_t n, char *out)
{
	static const char *const scheme[] = {"NTLM", "Negotiate", "Basic", "Kerberos"};
	static char text[TEXT];
	bool server = head & 0x80, proxy = head & 0x10, winrm = head & 8;
	const char *body = winrm ? "--Encrypted Boundary\r\nContent-Type: application/"
				   "HTTP-SPNEGO-session-encrypted\r\n--Encrypted Boundary--\r\n"
				 : "";

	base64(token, n, text);
	const char *header = server ? proxy ? "Proxy-Authenticate" : "WWW-Authenticate"
				    : proxy ? "Proxy-Authorization" : "Authorization";
	return (size_t)snprintf(
		out, 2 * TEXT, "%s\r\nHost: h\r\n%s: %s %s\r\n%sContent-Length: %zu\r\n\r\n%s",
		server ? head & 4 ? "HTTP/1.1 200 OK" : "HTTP/1.1 401 Unauthorized"
		       : "POST /wsman HTTP/1.1",
		header, scheme[head >> 5 & 3], text,
		winrm ? "Content-Type: multipart/encrypted;protocol=\"application/"
			"HTTP-SPNEGO-session-encrypted\";boundary=\"Encrypted Boundary\"\r\n"
		      : "",
		strlen(body), body);
}

/* Records to the records of talk(). */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t all[1 << 16];
	size_t to = 0;

	for (size_t i = 0; i + 2 <= size && to + 2 * TEXT + 2 < sizeof(all);) {
		uint8_t head = data[i];
		size_t n = data[i + 1] * 2u;

		i += 2;
		n = n < size - i ? n : size - i;
		size_t len = message(head, data + i, n, (char *)all + to + 2);
		all[to] = (uint8_t)((head & 0x80) | len >> 8);
		all[to + 1] = (uint8_t)len;
		to += len + 2;
		i += n;
	}
	return talk(6, 5985, all, to);
}
