// SPDX-License-Identifier: Apache-2.0
#include "outcome.h"

#include "text.h"

#include <string.h>

static const char *str(const json_t *o, const char *key)
{
	const char *t = json_string_value(json_object_get(o, key));

	return t ? t : "";
}

static struct outcome *find(struct outcomes *o, const char *id)
{
	for (unsigned i = 0; i < o->n; i++)
		if (strcmp(o->at[i].id, id) == 0)
			return &o->at[i];
	return NULL;
}

static struct outcome *add(struct outcomes *o, const char *id)
{
	struct outcome *at = &o->at[o->next];

	o->next = (o->next + 1) % OUTCOMES;
	if (o->n < OUTCOMES)
		o->n++;
	*at = (struct outcome){.id = ""};
	text_copy(at->id, sizeof(at->id), id);
	return at;
}

/* The engine says "active" where people say isolated; of a dry run nobody may say so. */
static const char *word(const char *status, bool dry)
{
	return strcmp(status, "active") != 0 ? status : dry ? "dry-run" : "isolated";
}

/* What is known of it: the verdict where there is one, else the device's word. */
static const char *effect_of(const json_t *iso)
{
	const char *verdict = str(iso, "verdict");

	return *verdict ? verdict : str(iso, "effect");
}

static void one(struct outcomes *o, const json_t *iso, outcome_told *told, void *ctx)
{
	const char *id = str(iso, "id"), *status = str(iso, "status"), *effect = effect_of(iso);
	struct outcome *at = find(o, id);

	if (!at)
		at = add(o, id);
	bool dry = json_is_true(json_object_get(iso, "dry_run"));
	bool new_status = strcmp(at->status, status) != 0, new_effect = strcmp(at->effect, effect);
	text_copy(at->status, sizeof(at->status), status);
	text_copy(at->effect, sizeof(at->effect), effect);
	if (!o->primed)
		return;
	if (new_status && *status)
		told(ctx, word(status, dry), iso);
	/* its effect is of interest only while it lasts; a dry run has none */
	if (new_effect && *effect && !dry && strcmp(status, "active") == 0)
		told(ctx, effect, iso);
}

void outcome_list(struct outcomes *o, const json_t *list, outcome_told *told, void *ctx)
{
	for (size_t i = json_array_size(list); i-- > 0;) /* newest first in the list */
		one(o, json_array_get(list, i), told, ctx);
	o->primed = true;
}
