// SPDX-License-Identifier: Apache-2.0
/* The configuration as YAML that can be read back, and as the tables of docs/CONFIG.md. */
#include "base/utf8.h"
#include "config/config.h"

#include <string.h>

#define VALUE 4096 /* bytes of one value that are written */

static void indent(unsigned depth, FILE *out)
{
	fprintf(out, "%*s", (int)depth * 2, "");
}

/* YAML's printable characters beyond ASCII, without those it takes for line ends or a byte order
 * mark (YAML 1.1, 5.1 and 5.4). */
static bool printable(uint32_t c)
{
	return c >= 0xa0 && c != 0x2028 && c != 0x2029 && c != 0xfeff && c != 0xfffe && c != 0xffff;
}

/* One character beyond ASCII; its bytes. A byte that is no UTF-8 goes out as its Latin-1 letter. */
static unsigned beyond_ascii(const uint8_t *p, FILE *out)
{
	static const uint8_t lead[] = {0, 0, 0x1f, 0x0f, 0x07};
	unsigned n = utf8_len(p, strlen((const char *)p));
	uint32_t c = n ? p[0] & lead[n] : p[0];

	for (unsigned i = 1; i < n; i++)
		c = c << 6 | (p[i] & 0x3f);
	if (n && printable(c))
		fwrite(p, 1, n, out);
	else
		fprintf(out, "\\u%04x", c);
	return n ? n : 1;
}

static void quoted(const char *text, FILE *out)
{
	const uint8_t *p = (const uint8_t *)text;

	fputc('"', out);
	while (*p) {
		if (*p >= 0x80) {
			p += beyond_ascii(p, out);
			continue;
		}
		if (*p == '"' || *p == '\\')
			fprintf(out, "\\%c", *p);
		else if (*p < ' ' || *p == 0x7f)
			fprintf(out, "\\x%02x", *p);
		else
			fputc(*p, out);
		p++;
	}
	fputc('"', out);
}

static void value(const struct section *s, const struct param *p, FILE *out)
{
	const void *at = (const char *)s->config + p->offset;
	char text[VALUE];

	if (p->type == PARAM_LIST) {
		const struct strs *l = at;
		fputc('[', out);
		for (unsigned i = 0; i < l->n; i++) {
			fputs(i ? ", " : "", out);
			quoted(l->at[i], out);
		}
		fputc(']', out);
	} else if (p->type == PARAM_STR) {
		quoted(*(char *const *)at ? *(char *const *)at : "", out);
	} else {
		param_get(s, p, text, sizeof(text));
		fputs(text, out);
	}
}

static void params(const struct section *s, unsigned depth, FILE *out)
{
	for (const struct param *p = s->params; p->name; p++) {
		char range[96];

		if (p->instead)
			continue;
		param_range_text(p, range, sizeof(range));
		indent(depth, out);
		fprintf(out, "# %s", p->help);
		if (range[0])
			fprintf(out, " (%s%s%s)", range, p->unit && p->unit[0] ? " " : "",
				p->unit ? p->unit : "");
		fputc('\n', out);
		indent(depth, out);
		fprintf(out, "%s: ", p->name);
		value(s, p, out);
		fputc('\n', out);
	}
}

/* The part of a section's name after `path` and up to the next dot; its length, 0 if there is none.
 */
static size_t child(const char *name, const char *path, size_t n, const char **word)
{
	if (strncmp(name, path, n) != 0 || (n > 0 && name[n] != '.'))
		return 0;
	*word = name + n + (n > 0);
	return strcspn(*word, ".");
}

/* Parameters of `path`'s own section, then what is below it, each name once. */
static void below(const struct config *c, const char *path, size_t n, unsigned depth, FILE *out)
{
	for (unsigned i = 0; i < c->n; i++) {
		if (strlen(c->section[i].name) == n && strncmp(c->section[i].name, path, n) == 0)
			params(&c->section[i], depth, out);
	}
	for (unsigned i = 0; i < c->n; i++) {
		const char *word, *other;
		size_t len = child(c->section[i].name, path, n, &word);
		bool seen = len == 0;

		for (unsigned k = 0; k < i && !seen; k++)
			seen = child(c->section[k].name, path, n, &other) == len &&
			       strncmp(word, other, len) == 0;
		if (seen)
			continue;
		indent(depth, out);
		fprintf(out, "%.*s:\n", (int)len, word);
		below(c, c->section[i].name, (size_t)(word - c->section[i].name) + len, depth + 1,
		      out);
	}
}

void config_dump(const struct config *c, FILE *out)
{
	below(c, "", 0, 0, out);
}

/* A bar would end the cell. */
static void cell(const char *text, FILE *out)
{
	fputs(" ", out);
	for (; *text; text++)
		fprintf(out, *text == '|' ? "\\%c" : "%c", *text);
	fputs(" |", out);
}

void config_reference(const struct config *c, FILE *out)
{
	for (unsigned i = 0; i < c->n; i++) {
		const struct section *s = &c->section[i];

		fprintf(out,
			"%s## %s\n\n| parameter | default | range | unit | what it is |\n"
			"|---|---|---|---|---|\n",
			i ? "\n" : "", s->name[0] ? s->name : "top level");
		for (const struct param *p = s->params; p->name; p++) {
			char def[96], range[96];

			if (p->instead)
				continue;
			param_default_text(p, def, sizeof(def));
			param_range_text(p, range, sizeof(range));
			fprintf(out, "| `%s` |", p->name);
			cell(def, out);
			cell(range, out);
			cell(p->unit ? p->unit : "", out);
			cell(p->help, out);
			fputc('\n', out);
		}
	}
}
