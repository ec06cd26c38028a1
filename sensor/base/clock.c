// SPDX-License-Identifier: Apache-2.0
/* Clocks of the machine, and packet time as text. */
#include "base/clock.h"

#include <errno.h>
#include <string.h>
#include <time.h>

static uint64_t now_ns(clockid_t id)
{
	struct timespec t;

	clock_gettime(id, &t);
	return (uint64_t)t.tv_sec * NS_PER_S + (uint64_t)t.tv_nsec;
}

uint64_t clock_real_ns(void)
{
	return now_ns(CLOCK_REALTIME);
}

uint64_t clock_mono_ns(void)
{
	return now_ns(CLOCK_MONOTONIC);
}

void clock_sleep_ns(uint64_t ns)
{
	struct timespec t = {.tv_sec = (time_t)(ns / NS_PER_S), .tv_nsec = (long)(ns % NS_PER_S)};

	while (nanosleep(&t, &t) != 0 && errno == EINTR)
		;
}

static char *digits(char *p, unsigned v, unsigned n)
{
	for (unsigned i = n; i-- > 0; v /= 10)
		p[i] = (char)('0' + v % 10);
	return p + n;
}

/* Days since 1970 to a date. Source: Hinnant, "chrono-Compatible Low-Level Date Algorithms",
 * civil_from_days, for days that are not negative. */
static void civil(unsigned long days, unsigned *year, unsigned *month, unsigned *day)
{
	unsigned long z = days + 719468; /* from 0000-03-01 */
	unsigned long era = z / 146097;
	unsigned doe = (unsigned)(z % 146097);
	unsigned yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	unsigned doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	unsigned mp = (5 * doy + 2) / 153; /* from March */

	*day = doy - (153 * mp + 2) / 5 + 1;
	*month = mp < 10 ? mp + 3 : mp - 9;
	*year = (unsigned)(era * 400) + yoe + (*month <= 2);
}

int clock_text(uint64_t time_ns, char *out)
{
	uint64_t s = time_ns / NS_PER_S;
	unsigned year, month, day, of_day = (unsigned)(s % 86400);
	char *p = out;

	civil(s / 86400, &year, &month, &day); /* 2^64 ns end in 2554: four digits are enough */
	p = digits(p, year, 4);
	*p++ = '-';
	p = digits(p, month, 2);
	*p++ = '-';
	p = digits(p, day, 2);
	*p++ = 'T';
	p = digits(p, of_day / 3600, 2);
	*p++ = ':';
	p = digits(p, of_day / 60 % 60, 2);
	*p++ = ':';
	p = digits(p, of_day % 60, 2);
	*p++ = '.';
	p = digits(p, (unsigned)(time_ns % NS_PER_S / 1000), 6);
	memcpy(p, "+0000", sizeof("+0000"));
	return (int)(p + 5 - out);
}
