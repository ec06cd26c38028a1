// SPDX-License-Identifier: Apache-2.0
/* Fills an argv template; see template.h for what may get through. */
#include "template.h"

#include "base/addr.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

static const char safe[] =
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./:=,+@%-";

static bool is_mac(const char *v)
{
	struct mac m;
	char text[MAC_TEXT];
	return mac_parse(v, &m) && strcmp(mac_text(&m, text), v) == 0;
}

static bool is_ip(const char *v)
{
	struct addr a;
	return addr_parse(v, &a) && v[strspn(v, "0123456789abcdefABCDEF.:")] == 0;
}

static bool is_number(const char *v)
{
	size_t n = strspn(v, "0123456789");
	return n > 0 && n <= 8 && v[n] == 0;
}

static bool is_uuid(const char *v)
{
	for (unsigned i = 0; i < 36; i++) {
		bool dash = i == 8 || i == 13 || i == 18 || i == 23;
		if (dash ? v[i] != '-' : !isxdigit((unsigned char)v[i]))
			return false; /* also at an early end */
	}
	return v[36] == 0;
}

bool template_uses(const char *pattern, const char *placeholder)
{
	return strstr(pattern, placeholder) != NULL;
}

/* The value of the placeholder at `at`, and its length; NULL: *err says why. */
static const char *value_at(const char *at, size_t *len, const struct template_values *v,
			    struct err *err)
{
	const struct {
		const char *name, *value;
		bool (*ok)(const char *);
	} rows[] = {
		{"{mac}", v->mac, is_mac},
		{"{ip}", v->ip, is_ip},
		{"{ttl}", v->ttl, is_number},
		{"{id}", v->id, is_uuid},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		*len = strlen(rows[i].name);
		if (strncmp(at, rows[i].name, *len) != 0)
			continue;
		if (rows[i].value && rows[i].ok(rows[i].value))
			return rows[i].value;
		err_set(err, EINVAL, "%s has no value that may be sent", rows[i].name);
		return NULL;
	}
	err_set(err, EINVAL, "'%.20s' is no placeholder", at);
	err_hint(err, "{mac} {ip} {ttl} {id}");
	return NULL;
}

static int put(struct template *t, size_t *used, const char *text, size_t n, struct err *err)
{
	if (*used + n + 1 > sizeof(t->text))
		return err_set(err, E2BIG, "the command is longer than %d bytes", TEMPLATE_TEXT);
	memcpy(t->text + *used, text, n);
	*used += n;
	t->text[*used] = 0;
	return 0;
}

/* One word of the pattern, ending at a space or the end; returns behind it, or NULL. */
static const char *fill_word(struct template *t, size_t *used, const char *at,
			     const struct template_values *v, struct err *err)
{
	while (*at && *at != ' ') {
		const char *from = at;
		size_t n = 1, step = 1;
		if (*at == '{') {
			from = value_at(at, &step, v, err);
			n = from ? strlen(from) : 0;
		} else if (!strchr(safe, *at)) {
			err_set(err, EINVAL, "the character '%c' may not be sent to a device",
				isprint((unsigned char)*at) ? *at : '?');
			return NULL;
		}
		if (!from || put(t, used, from, n, err) != 0)
			return NULL;
		at += step;
	}
	return at;
}

int template_fill(struct template *t, const char *pattern, const struct template_values *v,
		  struct err *err)
{
	size_t used = 0;

	t->n = 0;
	t->words[0] = NULL;
	for (const char *at = pattern; *at;) {
		if (*at == ' ') {
			at++;
			continue;
		}
		if (t->n == TEMPLATE_WORDS)
			return err_set(err, E2BIG, "more than %d words", TEMPLATE_WORDS);
		const char *word = t->text + used;
		at = fill_word(t, &used, at, v, err);
		if (!at)
			return -EINVAL;
		t->words[t->n++] = word;
		used++; /* its terminator, written by put() */
	}
	t->words[t->n] = NULL;
	return t->n ? 0 : err_set(err, EINVAL, "the command is empty");
}
