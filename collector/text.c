// SPDX-License-Identifier: Apache-2.0
#include "text.h"

#include "base/clock.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define DURATION_MAX (10ULL * 366 * 86400) /* seconds */

static uint64_t unit_seconds(char c)
{
	switch (c) {
	case 's':
		return 1;
	case 'm':
		return 60;
	case 'h':
		return 3600;
	case 'd':
		return 86400;
	default:
		return 0;
	}
}

bool text_duration(const char *text, uint64_t *seconds)
{
	uint64_t total = 0;
	const char *p = text;

	if (*p == '\0')
		return false;
	while (*p) {
		uint64_t n = 0, unit = 1;

		if (!isdigit((unsigned char)*p))
			return false;
		for (; isdigit((unsigned char)*p); p++) {
			n = n * 10 + (uint64_t)(*p - '0');
			if (n > DURATION_MAX)
				return false;
		}
		if (*p) {
			unit = unit_seconds(*p++);
			if (unit == 0)
				return false;
		} else if (total != 0) {
			return false; /* "1h30": minutes or seconds? */
		}
		total += n * unit;
		if (total > DURATION_MAX)
			return false;
	}
	*seconds = total;
	return true;
}

static bool digits(const char **p, unsigned n, int *out)
{
	int v = 0;

	for (unsigned i = 0; i < n; i++, (*p)++) {
		if (!isdigit((unsigned char)**p))
			return false;
		v = v * 10 + (**p - '0');
	}
	*out = v;
	return true;
}

static bool fraction(const char **p, uint64_t *ns)
{
	uint64_t scale = NS_PER_S / 10;

	*ns = 0;
	if (**p != '.')
		return true;
	(*p)++;
	if (!isdigit((unsigned char)**p))
		return false;
	for (; isdigit((unsigned char)**p); (*p)++) {
		*ns += (uint64_t)(**p - '0') * scale;
		scale /= 10;
	}
	return true;
}

static bool zone(const char *p, int *seconds_east)
{
	int sign = *p == '-' ? -1 : 1, h, m;

	if (strcmp(p, "Z") == 0) {
		*seconds_east = 0;
		return true;
	}
	if (*p != '+' && *p != '-')
		return false;
	p++;
	if (!digits(&p, 2, &h))
		return false;
	if (*p == ':')
		p++;
	if (!digits(&p, 2, &m) || *p != '\0' || h > 14 || m > 59)
		return false;
	*seconds_east = sign * (h * 3600 + m * 60);
	return true;
}

static bool date(const char **p, struct tm *tm)
{
	if (!digits(p, 4, &tm->tm_year) || *(*p)++ != '-' || !digits(p, 2, &tm->tm_mon) ||
	    *(*p)++ != '-' || !digits(p, 2, &tm->tm_mday))
		return false;
	if (**p != 'T' && **p != ' ')
		return false;
	(*p)++;
	if (!digits(p, 2, &tm->tm_hour) || *(*p)++ != ':' || !digits(p, 2, &tm->tm_min) ||
	    *(*p)++ != ':' || !digits(p, 2, &tm->tm_sec))
		return false;
	return tm->tm_year >= 1970 && tm->tm_mon >= 1 && tm->tm_mon <= 12 && tm->tm_mday >= 1 &&
	       tm->tm_mday <= 31 && tm->tm_hour <= 23 && tm->tm_min <= 59 && tm->tm_sec <= 60;
}

bool text_time(const char *text, uint64_t *time_ns)
{
	struct tm tm = {0};
	const char *p = text;
	uint64_t ns;
	int east;

	if (!date(&p, &tm) || !fraction(&p, &ns) || !zone(p, &east))
		return false;
	tm.tm_year -= 1900;
	tm.tm_mon -= 1;
	time_t t = timegm(&tm) - east;
	if (t < 0 || t > 9000000000) /* the year 2255: beyond, nanoseconds no longer fit */
		return false;
	*time_ns = (uint64_t)t * NS_PER_S + ns;
	return true;
}

bool text_since(const char *text, uint64_t now_ns, uint64_t *time_ns)
{
	uint64_t seconds;

	if (text_time(text, time_ns))
		return true;
	if (!text_duration(text, &seconds))
		return false;
	*time_ns = seconds * NS_PER_S < now_ns ? now_ns - seconds * NS_PER_S : 0;
	return true;
}

const char *text_age(uint64_t seconds, char *out)
{
	unsigned long long s = seconds;

	if (s < 120)
		snprintf(out, TEXT_AGE, "%llus", s);
	else if (s < 7200)
		snprintf(out, TEXT_AGE, "%llum", s / 60);
	else if (s < 172800)
		snprintf(out, TEXT_AGE, "%lluh%llum", s / 3600, s % 3600 / 60);
	else
		snprintf(out, TEXT_AGE, "%llud%lluh", s / 86400, s % 86400 / 3600);
	return out;
}

const char *text_local(uint64_t time_ns, bool clock_only, char *out)
{
	time_t t = (time_t)(time_ns / NS_PER_S);
	struct tm tm;

	if (!localtime_r(&t, &tm)) {
		text_copy(out, TEXT_LOCAL, "?");
		return out;
	}
	size_t n = strftime(out, TEXT_LOCAL, clock_only ? "%H:%M:%S" : "%Y-%m-%d %H:%M:%S", &tm);
	if (clock_only)
		snprintf(out + n, TEXT_LOCAL - n, ".%03u",
			 (unsigned)(time_ns % NS_PER_S / NS_PER_MS));
	return out;
}

/* Bytes of the UTF-8 sequence at p, or 0. Overlong forms and surrogates are refused by their
 * lead and second bytes (RFC 3629 4). */
static unsigned sequence(const unsigned char *p)
{
	unsigned n = p[0] < 0x80 ? 1 : p[0] < 0xc2 ? 0 : p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;

	if (n == 0 || p[0] > 0xf4)
		return 0;
	if ((p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] > 0x9f) ||
	    (p[0] == 0xf0 && p[1] < 0x90) || (p[0] == 0xf4 && p[1] > 0x8f))
		return 0;
	for (unsigned i = 1; i < n; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	return n;
}

size_t text_clean(const char *in, char *out, size_t size)
{
	const unsigned char *p = (const unsigned char *)in;
	size_t len = 0, columns = 0;

	while (*p) {
		unsigned n = sequence(p);
		/* C0, DEL, and C1 (which some terminals obey) */
		bool control = *p < 0x20 || *p == 0x7f || (*p == 0xc2 && n == 2 && p[1] < 0xa0);
		unsigned put = n == 0 || control ? 1 : n;

		if (len + put + 1 > size)
			break;
		if (n == 0 || control)
			out[len] = control ? '.' : '?';
		else
			memcpy(out + len, p, n);
		len += put;
		p += n ? n : 1;
		columns++;
	}
	if (size)
		out[len] = '\0';
	return columns;
}

void text_copy(char *out, size_t size, const char *in)
{
	if (size == 0)
		return;
	size_t n = in ? strnlen(in, size - 1) : 0;
	if (n)
		memcpy(out, in, n);
	out[n] = '\0';
}
