// SPDX-License-Identifier: Apache-2.0
/* "How to check it by hand", made ready to copy: a detector's text is the same for all, and names
 * HOST, MAC, TARGET and PORT behind "==", DOMAIN behind "contains \"". What is not known stays.
 *
 * A domain is foreign, and the line goes into a shell: only one of letters, digits, '.', '-' and '_'
 * is put in.
 */
#include "alert/eve_part.h"

#include "base/ascii.h"

#include <stdio.h>
#include <string.h>

#define BELOW " below " /* what stands before the domain in the summary of tunnel_dns */

static bool domain_of(const struct finding *f, char *out, size_t size)
{
	const char *text = finding_text(f);
	size_t n = 0, at = 0, len = sizeof(BELOW) - 1;

	while (at + len < f->text_len && memcmp(text + at, BELOW, len) != 0)
		at++;
	at += len;
	while (at + n < f->text_len && n + 1 < size && ascii_name((uint8_t)text[at + n])) {
		out[n] = text[at + n];
		n++;
	}
	out[n] = 0;
	return n > 0 && at + n < f->text_len && text[at + n] == ' ';
}

static const struct addr *accused(const struct finding *f)
{
	return addr_is_any(&f->host) ? &f->src : &f->host;
}

/* The word at `word` in the finding's own values. False: not known, or no such word. */
static bool value_of(const struct finding *f, const char *word, size_t n, char *out, size_t size)
{
	bool is_src = addr_eq(accused(f), &f->src);

	if (n == 4 && memcmp(word, "HOST", n) == 0 && !addr_is_any(accused(f)))
		addr_text(accused(f), out);
	else if (n == 6 && memcmp(word, "TARGET", n) == 0 && !addr_is_any(is_src ? &f->dst : &f->src))
		addr_text(is_src ? &f->dst : &f->src, out);
	else if (n == 3 && memcmp(word, "MAC", n) == 0 && !mac_is_zero(&f->host_mac))
		mac_text(&f->host_mac, out);
	else if (n == 4 && memcmp(word, "PORT", n) == 0 && (is_src ? f->dport : f->sport))
		snprintf(out, size, "%u", is_src ? f->dport : f->sport);
	else
		return n == 6 && memcmp(word, "DOMAIN", n) == 0 && domain_of(f, out, size);
	return true;
}

/* A filter of IPv4 names no IPv6 address: ip.src==fe80::1 is refused by every program. */
static size_t v6_field(char *out, size_t n, size_t size, const char *value)
{
	static const char *const fields[] = {"ip.src==", "ip.dst==", "ip.addr=="};

	if (!strchr(value, ':'))
		return n;
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		size_t len = strlen(fields[i]);
		if (n < len || n + 2 >= size || memcmp(out + n - len, fields[i], len) != 0)
			continue;
		memmove(out + n - len + 4, out + n - len + 2, len - 2);
		memcpy(out + n - len, "ipv6", 4);
		return n + 2;
	}
	return n;
}

static bool follows(const char *out, size_t n, const char *what)
{
	size_t len = strlen(what);

	return n >= len && memcmp(out + n - len, what, len) == 0;
}

const char *eve_check(const struct finding *f, char *out, size_t size)
{
	const char *p = f->about->check;
	char value[256];
	size_t n = 0;

	while (*p && n + 1 < size) {
		size_t word = 0;

		if (follows(out, n, "==") || follows(out, n, "contains \""))
			while (p[word] >= 'A' && p[word] <= 'Z')
				word++;
		if (!word || !value_of(f, p, word, value, sizeof(value))) {
			out[n++] = *p++;
			continue;
		}
		n = v6_field(out, n, size, value);
		for (const char *v = value; *v && n + 1 < size; v++)
			out[n++] = *v;
		p += word;
	}
	out[n] = 0;
	return out;
}
