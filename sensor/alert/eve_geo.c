// SPDX-License-Identifier: Apache-2.0
/* The geo object of EVE. */
#include "alert/eve_part.h"
#include "alert/geo.h"

#include <string.h>

static void text(struct json *j, const char *key, const char *value)
{
	if (value[0])
		eve_clipped(j, key, value, strlen(value), GEO_TEXT);
}

static void place(struct json *j, const char *key, const struct geo_place *p)
{
	json_open(j, key);
	text(j, "country_iso_code", p->country);
	text(j, "city_name", p->city);
	if (p->as_number)
		json_u64(j, "as_number", p->as_number);
	text(j, "as_organization", p->as_organization);
	json_close(j);
}

void eve_geo(struct json *j, const struct eve_config *c, const struct finding *f)
{
	const struct geo_place *p;
	bool open = false;

	if (!c->place)
		return;
	if ((p = c->place(c->place_ctx, &f->src))) {
		json_open(j, "geo");
		open = true;
		place(j, "src", p);
	}
	if ((p = c->place(c->place_ctx, &f->dst))) {
		if (!open)
			json_open(j, "geo");
		open = true;
		place(j, "dest", p);
	}
	if (open)
		json_close(j);
}
