// SPDX-License-Identifier: Apache-2.0
/* Fields of the protocols by name, each name once. */
#include "rule/buffer.h"

#include <assert.h>
#include <pthread.h>

#define BUFFERS_MAX 512u

_Static_assert(APP_count <= 64, "sets of protocols are 64 bits");

static const struct {
	const char *name, *field;
} aliases[] = {
#define BUFFER(name_, what_)
#define ALIAS(name_, field_) {name_, field_},
#include "rule/buffers.def"
#undef BUFFER
#undef ALIAS
};

static struct buffer buffer[BUFFERS_MAX];
static unsigned n_buffer;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static struct buffer *find(struct span name)
{
	for (unsigned i = 0; i < n_buffer; i++) {
		if (span_is(name, buffer[i].name))
			return &buffer[i];
	}
	return NULL;
}

static void add(enum app app, unsigned n)
{
	const struct field *f = &protocols[app]->fields[n];
	struct buffer *b = find(span_of(f->name));

	if (!b) {
		assert(n_buffer < BUFFERS_MAX);
		b = &buffer[n_buffer];
		b->name = f->name;
		b->id = (uint16_t)n_buffer++;
		b->number = f->type == FIELD_number;
		b->file = strncmp(f->name, "file", 4) == 0;
		for (unsigned a = 0; a < APP_count; a++)
			b->field[a] = BUFFER_NONE;
	}
	assert(b->number == (f->type == FIELD_number)); /* one name, one type */
	b->many |= f->many;
	b->field[app] = (int16_t)n;
}

const struct field rule_buffer_frame = {.name = "frame", .type = FIELD_bytes, .dirs = 3, .progress = {1, 1}};

static void add_frame(enum app app, unsigned type)
{
	struct buffer *b = &buffer[n_buffer];

	assert(n_buffer < BUFFERS_MAX);
	*b = (struct buffer){.name = protocols[app]->frames[type], .id = (uint16_t)n_buffer++, .frame = true};
	for (unsigned a = 0; a < APP_count; a++)
		b->field[a] = BUFFER_NONE;
	b->field[app] = (int16_t)type;
}

static void make(void)
{
	for (unsigned a = APP_failed + 1; a < APP_count; a++) {
		const struct field *f = protocols[a]->fields;

		for (unsigned i = 0; f && f[i].name; i++)
			add((enum app)a, i);
		for (unsigned i = 0; protocols[a]->frames && protocols[a]->frames[i]; i++)
			add_frame((enum app)a, i);
	}
}

const struct buffer *rule_buffer_find(struct span name)
{
	pthread_once(&once, make);
	const struct buffer *b = find(name);
	for (unsigned i = 0; !b && i < sizeof(aliases) / sizeof(aliases[0]); i++) {
		if (span_is(name, aliases[i].name))
			b = find(span_of(aliases[i].field));
	}
	return b;
}

const struct buffer *rule_buffer_at(unsigned id)
{
	return &buffer[id];
}

unsigned rule_buffers(void)
{
	pthread_once(&once, make);
	return n_buffer;
}

uint64_t rule_buffer_apps(const struct buffer *b, uint8_t dir)
{
	uint64_t apps = 0;

	for (unsigned a = APP_failed + 1; a < APP_count; a++) {
		const struct field *f = rule_buffer_field(b, (enum app)a);

		if (f && f->dirs & 1u << dir)
			apps |= 1ull << a;
	}
	return apps;
}
