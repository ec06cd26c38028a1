// SPDX-License-Identifier: Apache-2.0
#include "event.h"

#include "text.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

static const char *str(const json_t *o, const char *key)
{
	return json_string_value(json_object_get(o, key));
}

static uint32_t u32(const json_t *v, uint32_t otherwise)
{
	json_int_t n = json_is_integer(v) ? json_integer_value(v) : -1;

	return n < 0 || n > UINT32_MAX ? otherwise : (uint32_t)n;
}

/* Addresses are stored in one spelling, so that a filter by host finds them all. */
static void address(char out[ADDR_TEXT], const char *text)
{
	struct addr a;

	out[0] = '\0';
	if (text && addr_parse(text, &a))
		addr_text(&a, out);
}

static void mac_address(char out[MAC_TEXT], const char *text)
{
	static const struct mac zero;
	struct mac m;

	out[0] = '\0';
	if (text && mac_parse(text, &m) && !mac_eq(&m, &zero))
		mac_text(&m, out);
}

/* The second word of "<tier>.<family>.<severity>". */
static void family_of(char *out, size_t size, const char *topic, size_t n)
{
	const char *dot = memchr(topic, '.', n);

	out[0] = '\0';
	if (!dot)
		return;
	const char *from = dot + 1;
	size_t left = n - (size_t)(from - topic);
	const char *to = memchr(from, '.', left);
	size_t len = to ? (size_t)(to - from) : left;
	snprintf(out, size, "%.*s", (int)(len < size ? len : size - 1), from);
}

/* Suricata's metadata values are arrays of texts; ours may be plain texts. */
static const char *metadata(const json_t *alert, const char *key)
{
	const json_t *v = json_object_get(json_object_get(alert, "metadata"), key);

	return json_is_array(v) ? json_string_value(json_array_get(v, 0)) : json_string_value(v);
}

static void rule_fields(struct event *e, const json_t *root, const json_t *alert)
{
	e->gid = u32(json_object_get(alert, "gid"), 0);
	e->sid = u32(json_object_get(alert, "signature_id"), 0);
	e->severity = u32(json_object_get(alert, "severity"), 4);
	text_copy(e->signature, sizeof(e->signature), str(alert, "signature"));
	const char *detector = str(root, "detector");
	text_copy(e->detector, sizeof(e->detector), detector ? detector : str(alert, "detector"));
	text_copy(e->technique, sizeof(e->technique), metadata(alert, "mitre_technique_id"));
	text_copy(e->tactic, sizeof(e->tactic), metadata(alert, "mitre_tactic_id"));
	text_copy(e->tier, sizeof(e->tier), strcmp(e->type, "finding") == 0 ? "finding" : "alert");
}

/* An address that names a host: "::" and "0.0.0.0" are what stands where there is none. */
static void host_address(char out[ADDR_TEXT], const char *text)
{
	struct addr a;

	address(out, text);
	if (out[0] && addr_parse(out, &a) && addr_is_any(&a))
		out[0] = '\0';
}

/* Whom the event accuses, or whom a sighting is about; nobody, where it is the sensor's own. */
static void host_fields(struct event *e, const json_t *root)
{
	host_address(e->host, str(root, "subject_ip"));
	mac_address(e->mac, str(root, "subject_mac"));
	if (e->host[0] == '\0')
		host_address(e->host, e->src);
}

static void malformed(struct event *e)
{
	text_copy(e->type, sizeof(e->type), "malformed");
	e->severity = 4;
}

bool event_parse(const char *topic, size_t topic_len, const char *json, size_t json_len,
		 struct event *e)
{
	*e = (struct event){.json = json, .json_len = json_len, .severity = 4};
	if (json_len > EVENT_JSON_MAX) {
		e->json_len = EVENT_JSON_MAX;
		malformed(e);
		return false;
	}
	json_t *root = json_loadb(json, json_len, JSON_ALLOW_NUL, NULL);
	if (!json_is_object(root)) {
		json_decref(root);
		malformed(e);
		return false;
	}

	const char *type = str(root, "event_type"), *time = str(root, "timestamp");
	text_copy(e->type, sizeof(e->type), type ? type : "unknown");
	if (time)
		text_time(time, &e->time_ns);
	text_copy(e->family, sizeof(e->family), str(root, "family"));
	if (e->family[0] == '\0')
		family_of(e->family, sizeof(e->family), topic, topic_len);
	address(e->src, str(root, "src_ip"));
	address(e->dst, str(root, "dest_ip"));
	text_copy(e->community_id, sizeof(e->community_id), str(root, "community_id"));
	e->vlan = u32(json_array_get(json_object_get(root, "vlan"), 0), 0);
	e->score = json_number_value(json_object_get(root, "score"));
	const json_t *alert = json_object_get(root, "alert");
	if (json_is_object(alert) &&
	    (strcmp(e->type, "alert") == 0 || strcmp(e->type, "finding") == 0))
		rule_fields(e, root, alert);
	host_fields(e, root);
	json_decref(root);
	return true;
}
