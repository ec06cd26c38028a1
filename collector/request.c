// SPDX-License-Identifier: Apache-2.0
#include "request.h"

#include "text.h"

#include <errno.h>
#include <jansson.h>
#include <string.h>

#define TTL_MAX (30u * 86400) /* seconds */

static const char *const names[] = {
	"",
#define VERB(name) #name,
#include "verbs.def"
#undef VERB
	NULL,
};

const char *request_verb_name(enum request_verb v)
{
	return v < REQUEST_count ? names[v] : "";
}

enum request_verb request_verb_parse(const char *name)
{
	for (unsigned v = 1; v < REQUEST_count; v++)
		if (name && strcmp(names[v], name) == 0)
			return (enum request_verb)v;
	return REQUEST_none;
}

bool request_host(const char *text, char out[ADDR_TEXT], bool *is_mac)
{
	struct addr a;
	struct mac m;

	if (addr_parse(text, &a)) {
		addr_text(&a, out);
		*is_mac = false;
		return true;
	}
	if (!mac_parse(text, &m))
		return false;
	mac_text(&m, out);
	*is_mac = true;
	return true;
}

/* One row a member: how it is read, and where it goes. */
enum kind { WORD, LINE, HOST, BOOL, U64, U32 };
struct member {
	const char *name;
	enum kind kind;
	size_t offset, size;
	uint64_t max;
};
#define TEXT_MEMBER(kind_, field)                                                                  \
	{#field, kind_, offsetof(struct request, field), sizeof(((struct request *)0)->field), 0}
#define NUMBER(kind_, field, max_) {#field, kind_, offsetof(struct request, field), 0, max_}
static const struct member members[] = {
	NUMBER(U64, since_ns, INT64_MAX),
	TEXT_MEMBER(HOST, host),
	NUMBER(U32, severity, 4),
	TEXT_MEMBER(WORD, detector),
	NUMBER(BOOL, findings, 1),
	NUMBER(BOOL, all, 1),
	NUMBER(BOOL, over_limit, 1),
	NUMBER(BOOL, off, 1),
	NUMBER(U32, limit, REQUEST_LIMIT),
	NUMBER(U64, incident, INT64_MAX),
	TEXT_MEMBER(WORD, which),
	TEXT_MEMBER(LINE, reason),
	TEXT_MEMBER(LINE, approver),
	TEXT_MEMBER(WORD, isolator),
	TEXT_MEMBER(WORD, profile),
	NUMBER(U32, ttl_s, TTL_MAX),
};

static bool word(const char *text)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789_.-:";
	return text[strspn(text, allowed)] == '\0';
}

static bool line(const char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < 0x20 || *text == 0x7f)
			return false;
	return true;
}

static int set_text(struct request *q, const struct member *m, const json_t *v, struct err *err)
{
	const char *text = json_string_value(v);
	char *at = (char *)q + m->offset;

	if (!text)
		return err_set(err, EINVAL, "'%s' must be a text", m->name);
	if (m->kind == HOST) {
		if (request_host(text, q->host, &q->host_is_mac))
			return 0;
		err_set(err, EINVAL, "'%.60s' is neither an address nor a MAC", text);
		err_hint(err, "10.0.0.5, fd00::5 or 02:00:00:00:00:05");
		return -EINVAL;
	}
	if (strlen(text) >= m->size)
		return err_set(err, EINVAL, "'%s' is longer than %zu bytes", m->name, m->size - 1);
	if (m->kind == WORD ? !word(text) : !line(text))
		return err_set(err, EINVAL, "'%s' has characters it may not have", m->name);
	text_copy(at, m->size, text);
	return 0;
}

static int set_number(struct request *q, const struct member *m, const json_t *v, struct err *err)
{
	char *at = (char *)q + m->offset;

	if (m->kind == BOOL) {
		if (!json_is_boolean(v))
			return err_set(err, EINVAL, "'%s' must be true or false", m->name);
		*(bool *)at = json_is_true(v);
		return 0;
	}
	json_int_t n = json_is_integer(v) ? json_integer_value(v) : -1;
	if (n < 0 || (uint64_t)n > m->max)
		return err_set(err, EINVAL, "'%s' must be a number from 0 to %llu", m->name,
			       (unsigned long long)m->max);
	if (m->kind == U32)
		*(uint32_t *)at = (uint32_t)n;
	else
		*(uint64_t *)at = (uint64_t)n;
	return 0;
}

static int set_member(struct request *q, const char *name, const json_t *v, struct err *err)
{
	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
		const struct member *m = &members[i];

		if (strcmp(m->name, name) == 0)
			return m->kind <= HOST ? set_text(q, m, v, err) : set_number(q, m, v, err);
	}
	return err_set(err, EINVAL, "there is no member '%.40s'", name);
}

static int check(const struct request *q, struct err *err)
{
	bool target = q->host[0] || q->which[0];

	if ((q->verb == REQUEST_plan || q->verb == REQUEST_isolate) && !q->host[0])
		return err_set(err, EINVAL, "'%s' needs a host", request_verb_name(q->verb));
	if (q->verb == REQUEST_isolate && !q->reason[0])
		return err_set(err, EINVAL, "'isolate' needs a reason");
	if (q->verb == REQUEST_release && target == q->all)
		return err_set(err, EINVAL, "'release' needs a host or all");
	if (q->verb == REQUEST_incident && q->incident == 0)
		return err_set(err, EINVAL, "'incident' needs its number");
	return 0;
}

int request_parse(const char *text, size_t n, struct request *out, struct err *err)
{
	json_error_t where;
	json_t *root = json_loadb(text, n, 0, &where);
	struct request q = {0};
	const char *key;
	json_t *v;
	int r = 0;

	if (!json_is_object(root)) {
		json_decref(root);
		return err_set(err, EINVAL, "a request is one JSON object a line");
	}
	const char *verb = json_string_value(json_object_get(root, "verb"));
	q.verb = request_verb_parse(verb);
	if (q.verb == REQUEST_none) {
		r = err_set(err, EINVAL, "there is no verb '%.40s'", verb ? verb : "");
		const char *near = verb ? err_closest(verb, names + 1) : NULL;
		if (near)
			err_hint(err, "did you mean '%s'?", near);
	}
	json_object_foreach(root, key, v)
	{
		if (r)
			break;
		if (strcmp(key, "verb") != 0)
			r = set_member(&q, key, v, err);
	}
	json_decref(root);
	if (!r)
		r = check(&q, err);
	if (!r)
		*out = q;
	return r;
}
