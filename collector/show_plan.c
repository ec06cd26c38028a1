// SPDX-License-Identifier: Apache-2.0
/* What the isolation engine says: plans, isolations, the audit log. */
#include "show.h"

#include "base/addr.h"
#include "text.h"

#include <string.h>

#define TEXT 512u

/* A text, an array of texts, or of argument lists. */
static void show_commands(const struct show *s, const char *title, const json_t *list)
{
	size_t i, k;
	const json_t *v, *arg;

	if (json_is_string(list)) {
		char line[TEXT];
		text_clean(json_string_value(list), line, sizeof(line));
		fprintf(s->out, "%s\n  %s\n", title, line);
	}
	if (json_array_size(list) == 0)
		return;
	fprintf(s->out, "%s\n", title);
	json_array_foreach(list, i, v)
	{
		char line[TEXT] = "", word[TEXT];
		size_t at = 0;

		if (json_is_string(v))
			text_clean(json_string_value(v), line, sizeof(line));
		json_array_foreach(v, k, arg)
		{
			text_clean(json_is_string(arg) ? json_string_value(arg) : "", word,
				   sizeof(word));
			int n = snprintf(line + at, sizeof(line) - at, "%s%s", at ? " " : "", word);
			if (n < 0 || (size_t)n >= sizeof(line) - at)
				break;
			at += (size_t)n;
		}
		/* commands are for copying: never cut, never wrapped */
		fprintf(s->out, "  %s\n", line);
	}
}

bool show_dry(const json_t *iso)
{
	const char *by = json_string_value(json_object_get(iso, "isolator"));

	return json_is_true(json_object_get(iso, "dry_run")) || (by && strcmp(by, "dry-run") == 0);
}

static const char *who_ends_it(const json_t *iso)
{
	if (show_dry(iso))
		return " (dry run: nothing is done, nothing to end)";
	return json_is_true(json_object_get(iso, "times_out")) ? ", ended by the device itself"
							       : ", ended by the collector's lease";
}

static void show_target(const struct show *s, const json_t *iso)
{
	char mac[24], isolator[40], profile[40], ttl[TEXT_AGE], addrs[TEXT] = "";
	const json_t *list = json_object_get(iso, "addrs"), *v;
	size_t i, at = 0;

	json_array_foreach(list, i, v)
	{
		const char *a = json_string_value(v);
		int n = snprintf(addrs + at, sizeof(addrs) - at, "%s%s", at ? " " : "", a ? a : "");
		if (n < 0 || (size_t)n >= sizeof(addrs) - at)
			break;
		at += (size_t)n;
	}
	show_text(iso, "mac", mac, sizeof(mac));
	fprintf(s->out, "Host      %s  %s%s\n", *mac ? mac : "(MAC not known)", addrs,
		show_dry(iso) ? " (dry run: not touched)" : "");
	fprintf(s->out, "By        %s, profile %s, for %s%s\n",
		show_text(iso, "isolator", isolator, sizeof(isolator)),
		show_text(iso, "profile", profile, sizeof(profile)),
		show_ttl((uint64_t)show_num(iso, "ttl_s"), ttl, sizeof(ttl)),
		who_ends_it(iso));
}

void show_plan(const struct show *s, const json_t *plan)
{
	const json_t *iso = json_object_get(plan, "isolation"), *rail;
	bool allowed = json_is_true(json_object_get(plan, "allowed")), dry = show_dry(iso);
	char name[40], why[240], mode[24];
	size_t i;

	if (!iso) { /* it was applied: the isolation itself */
		show_isolation(s, plan);
		return;
	}
	show_target(s, iso);
	fprintf(s->out, "Allowed   %s%s%s%s (mode %s)\n",
		show_on(s, allowed ? SHOW_green : SHOW_red), allowed ? "yes" : "no",
		show_off(s, SHOW_red),
		allowed && dry ? ", as a dry run: nothing will be done" : "",
		show_text(plan, "mode", mode, sizeof(mode)));
	json_array_foreach(json_object_get(plan, "rails"), i, rail)
	{
		bool pass = json_is_true(json_object_get(rail, "pass"));

		fprintf(s->out, "  %s%s%s %-10s ", show_on(s, pass ? SHOW_green : SHOW_red),
			pass ? "pass  " : "refuse", show_off(s, SHOW_red),
			show_text(rail, "rail", name, sizeof(name)));
		if (!*show_text(rail, "why", why, sizeof(why)))
			show_text(rail, "asks", why, sizeof(why));
		show_rest(s, 20, why);
	}
	show_commands(s, dry ? "Commands (dry run: not carried out)" : "Commands",
		      json_object_get(iso, "commands"));
	show_commands(s, dry ? "Undo by hand (dry run: nothing to undo)" : "Undo by hand",
		      json_object_get(iso, "undo"));
}

/* Of a dry run: on record, and nowhere else. */
static void show_tried(const struct show *s, const json_t *iso)
{
	char id[48], status[24], error[TEXT], until[TEXT_LOCAL];
	bool active = strcmp(show_text(iso, "status", status, sizeof(status)), "active") == 0;

	fprintf(s->out, "dry run%s%s: nothing was done  isolation %s\n", active ? "" : ", ",
		active ? "" : status, show_text(iso, "id", id, sizeof(id)));
	show_target(s, iso);
	if (active)
		fprintf(s->out, "Until     %s (dry run: only the record ends)\n",
			text_local((uint64_t)show_num(iso, "expires_ns"), false, until));
	if (*show_text(iso, "error", error, sizeof(error)))
		fprintf(s->out, "Error     dry run: %s\n", error);
}

void show_isolation(const struct show *s, const json_t *iso)
{
	char id[48], status[24], effect[24], why[TEXT], proof[TEXT], until[TEXT_LOCAL], error[TEXT];

	if (!json_object_get(iso, "id"))
		return;
	if (show_dry(iso)) {
		show_tried(s, iso);
		return;
	}
	show_text(iso, "status", status, sizeof(status));
	if (!*show_text(iso, "verdict", effect, sizeof(effect)))
		show_text(iso, "effect", effect, sizeof(effect));
	bool bad = strcmp(status, "unknown") == 0 || strcmp(status, "failed") == 0;
	enum show_color color = bad ? SHOW_red
				: strcmp(status, "active") == 0 ? show_outcome(effect)
								: SHOW_green;
	fprintf(s->out, "%s%s%s%s%s  isolation %s\n", show_on(s, color), status,
		*effect && strcmp(status, "active") == 0 ? ", " : "",
		strcmp(status, "active") == 0 ? effect : "", show_off(s, color),
		show_text(iso, "id", id, sizeof(id)));
	show_target(s, iso);
	if (strcmp(status, "active") == 0)
		fprintf(s->out, "Until     %s\n",
			text_local((uint64_t)show_num(iso, "expires_ns"), false, until));
	if (*show_text(iso, "proof", proof, sizeof(proof)))
		fprintf(s->out, "Proof     %s\n", proof);
	if (*show_text(iso, "verdict_why", why, sizeof(why)) && strcmp(why, proof) != 0)
		fprintf(s->out, "Seen      %s\n", why);
	if (*show_text(iso, "error", error, sizeof(error)))
		fprintf(s->out, "Error     %s\n", error);
	if (strcmp(status, "active") == 0)
		show_commands(s, "Undo by hand", json_object_get(iso, "undo"));
}

/* Of the record, or of the plan that was refused in it. */
static const char *audit_text(const json_t *detail, const char *key, char *buf, size_t size)
{
	const json_t *plan = json_object_get(detail, "plan");

	if (!*show_text(detail, key, buf, size))
		show_text(json_object_get(plan, "isolation"), key, buf, size);
	return buf;
}

/* "10.0.0.5 by jo: ", as far as it is known; the name of who asked without uid and pid. */
static void audit_whom(const struct show *s, const json_t *detail, char *out, size_t size)
{
	const json_t *addrs = json_object_get(detail, "addrs");
	char host[ADDR_TEXT], mac[24], who[96];

	audit_text(detail, "mac", mac, sizeof(mac));
	audit_text(detail, "requester", who, sizeof(who));
	if (!*show_text(detail, "host", host, sizeof(host)) && json_array_size(addrs))
		text_clean(json_string_value(json_array_get(addrs, 0)), host, sizeof(host));
	if (*host && !show_has_mac(s))
		mac[0] = '\0';
	who[strcspn(who, "(")] = '\0';
	size_t n = strlen(who);
	if (n && who[n - 1] == ' ')
		who[n - 1] = '\0';
	snprintf(out, size, "%s%s%s%s%s%s%s", host, *host && *mac ? " " : "", mac,
		 *host || *mac ? " " : "", *who ? "by " : "", who, *who ? ": " : "");
}

/* Why it was refused, and why it was asked for; else how it ended. */
static void audit_why(const json_t *detail, char *out, size_t size)
{
	char reason[TEXT], why[TEXT];

	audit_text(detail, "reason", reason, sizeof(reason));
	show_text(detail, "why", why, sizeof(why));
	if (!*reason && !*why)
		show_text(detail, "end", why, sizeof(why));
	snprintf(out, size, "%s%s%s%s", why, *why && *reason ? " (asked for: " : "", reason,
		 *why && *reason ? ")" : "");
}

void show_audit(const struct show *s, const json_t *row)
{
	char time[48], event[32], id[48], op[24], whom[256], why[TEXT * 2 + 16];
	char words[sizeof(whom) + sizeof(why) + 64];
	const json_t *detail = json_object_get(row, "detail");

	show_text(row, "time", time, sizeof(time));
	show_text(row, "event", event, sizeof(event));
	show_text(row, "id", id, sizeof(id));
	if (!*show_text(detail, "op", op, sizeof(op)))
		show_text(detail, "verdict", op, sizeof(op));
	audit_whom(s, detail, whom, sizeof(whom));
	audit_why(detail, why, sizeof(why));
	snprintf(words, sizeof(words), "%s%s%s%s%s",
		 json_is_true(json_object_get(detail, "dry_run")) ? "dry run: " : "", whom, op,
		 *op && *why ? " " : "", why);
	int n = fprintf(s->out, "%6lld %.19s %-13s %.8s ", (long long)show_num(row, "seq"), time,
			event, *id ? id : "-");
	show_rest(s, n > 0 ? (unsigned)n : 0, words);
}
