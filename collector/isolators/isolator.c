// SPDX-License-Identifier: Apache-2.0
/* The line protocol of isolator programs, and the checks they share; see isolator.h. */
#include "isolator.h"

#include "protect.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define LINE_MAX_BYTES 65536u

void isolator_set(json_t *reply, const char *key, const char *fmt, ...)
{
	char text[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	json_t *v = json_string(text); /* NULL: a device's words that are not UTF-8 */
	json_object_set_new(reply, key, v ? v : json_string("(not text)"));
}

void isolator_ok(json_t *reply, const char *state)
{
	json_object_set_new(reply, "ok", json_true());
	isolator_set(reply, "state", "%s", state);
}

void isolator_fail(json_t *reply, const char *state, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	for (char *c = text; *c; c++)
		if ((unsigned char)*c < ' ')
			*c = ' ';
	json_object_set_new(reply, "ok", json_false());
	isolator_set(reply, "state", "%s", state);
	isolator_set(reply, "error", "%s", text);
}

const char *isolator_param(const struct isolator_request *r, const char *key, const char *otherwise)
{
	const char *v = json_string_value(json_object_get(r->params, key));
	return v && *v ? v : otherwise;
}

bool isolator_is_uuid(const char *text)
{
	if (strlen(text) != 36)
		return false;
	for (unsigned i = 0; i < 36; i++) {
		bool dash = i == 8 || i == 13 || i == 18 || i == 23;
		if (dash ? text[i] != '-' : !isxdigit((unsigned char)text[i]))
			return false;
	}
	return true;
}

static const char *text_of(const json_t *o, const char *key)
{
	const char *v = json_string_value(json_object_get(o, key));
	return v ? v : "";
}

static bool read_target(struct isolator_request *r)
{
	json_t *t = json_object_get(r->json, "target"), *a;
	const char *mac = text_of(t, "mac");
	size_t i;

	if (*mac && !mac_parse(mac, &r->mac))
		return false;
	r->has_mac = *mac != 0;
	if (r->has_mac)
		mac_text(&r->mac, r->mac_text);
	if (json_array_size(json_object_get(t, "addrs")) > ISOLATOR_ADDRS)
		return false;
	json_array_foreach(
		json_object_get(t, "addrs"), i,
		a) if (!json_is_string(a) ||
		       !addr_parse(json_string_value(a), &r->addrs[r->n_addrs++])) return false;
	return true;
}

static bool read_request(struct isolator_request *r, json_t *empty)
{
	if (!json_is_object(r->json))
		return false;
	r->op = text_of(r->json, "op");
	r->id = text_of(r->json, "id");
	r->ttl_s = (uint64_t)json_integer_value(json_object_get(r->json, "ttl_s"));
	json_t *p = json_object_get(r->json, "params"), *f = json_object_get(r->json, "profile");
	r->params = json_is_object(p) ? p : empty;
	r->profile = json_is_object(f) ? f : empty;
	return read_target(r);
}

/* Why this target must not be touched, whatever the engine thinks; or NULL. */
static const char *protected_why(const struct isolator_request *r)
{
	struct protect p = {.nets = NULL};
	json_t *list = json_object_get(r->json, "protected"), *v;
	const char *why = NULL;
	struct err err;
	size_t i;

	if (!json_is_array(list))
		return "the request has no protected list";
	json_array_foreach(list, i, v) if (!json_is_string(v) ||
					   protect_add(&p, json_string_value(v), &err) != 0) why =
		"the protected list cannot be read";
	if (!why && r->has_mac)
		why = protect_reserved(&r->mac);
	if (!why && r->has_mac && protect_has_mac(&p, &r->mac))
		why = "the MAC is protected";
	for (unsigned a = 0; !why && a < r->n_addrs; a++)
		if (protect_has_addr(&p, &r->addrs[a]))
			why = "one of its addresses is protected";
	protect_fini(&p);
	return why;
}

static bool allowed(const struct isolator_request *r, bool apply, json_t *reply)
{
	const char *why = protected_why(r);

	if (why) {
		isolator_fail(reply, "failed", "refused: %s", why);
		return false;
	}
	if (!apply)
		return true;
	json_int_t expiry = json_integer_value(json_object_get(r->json, "expiry"));
	if (!isolator_is_uuid(r->id))
		isolator_fail(reply, "failed", "refused: the id is no UUID");
	else if (r->ttl_s == 0 || r->ttl_s > 30 * 86400 || expiry <= (json_int_t)time(NULL))
		isolator_fail(reply, "failed", "refused: its time is over, or not given");
	else
		return true;
	return false;
}

static void dispatch(const struct isolator *self, const struct isolator_request *r, json_t *reply)
{
	const struct {
		const char *name;
		isolator_op *op;
	} ops[] = {
		{"capabilities", self->capabilities},
		{"locate", self->locate},
		{"plan", self->plan},
		{"apply", self->apply},
		{"verify", self->verify},
		{"release", self->release},
	};
	bool apply = strcmp(r->op, "apply") == 0;

	if ((apply || strcmp(r->op, "plan") == 0) && !allowed(r, apply, reply))
		return;
	for (size_t i = 0; i < sizeof(ops) / sizeof(ops[0]); i++) {
		if (strcmp(r->op, ops[i].name) == 0) {
			ops[i].op(r, reply);
			return;
		}
	}
	isolator_fail(reply, "failed", "unknown operation");
}

static json_t *read_line(void)
{
	static char line[LINE_MAX_BYTES + 1];
	size_t len = 0;
	ssize_t n;

	while (len < LINE_MAX_BYTES && !memchr(line, '\n', len)) {
		n = read(0, line + len, LINE_MAX_BYTES - len);
		if (n <= 0)
			break;
		len += (size_t)n;
	}
	const char *end = memchr(line, '\n', len);
	return end ? json_loadb(line, (size_t)(end - line), JSON_REJECT_DUPLICATES, NULL) : NULL;
}

int isolator_main(const struct isolator *self)
{
	json_t *empty = json_object();
	struct isolator_request r = {.json = read_line()};

	if (!read_request(&r, empty)) {
		fputs("one JSON line with op, id and target is expected on standard input\n",
		      stderr);
		json_decref(r.json);
		json_decref(empty);
		return 2;
	}
	json_t *reply = json_pack("{s:s, s:s, s:b}", "id", r.id, "op", r.op, "ok", 0);
	dispatch(self, &r, reply);
	char *text = json_dumps(reply, JSON_COMPACT | JSON_ENSURE_ASCII);
	int rc = text && printf("%s\n", text) > 0 && fflush(stdout) == 0 ? 0 : 1;
	free(text);
	json_decref(reply);
	json_decref(r.json);
	json_decref(empty);
	return rc;
}
