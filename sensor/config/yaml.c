// SPDX-License-Identifier: Apache-2.0
/* A YAML document over the defaults. Mappings are walked down with the path of their keys; where
 * the path names a parameter, the value is given to its row.
 *
 * Shape:  a file of at most FILE_MAX bytes, mappings at most DEPTH_MAX deep.
 * Errors: the first one ends the reading; what was set before it stays set, so that a configuration
 *         which failed is thrown away whole. Places are libyaml's marks, turned from characters
 *         into bytes.
 */
#include "config/lookup.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#define FILE_MAX  (1u << 20)
#define DEPTH_MAX 8
#define PATH      256
#define REPORT    2048

struct reader {
	struct config *config;
	yaml_document_t *doc;
	const char *text;
	struct err *err;
};

/* Bytes of the first n characters of a line. */
static unsigned bytes_of_chars(const char *line, size_t n)
{
	unsigned at = 0;

	for (; n > 0 && line[at] && line[at] != '\n'; n--) {
		at++;
		while (((unsigned char)line[at] & 0xc0) == 0x80)
			at++;
	}
	return at;
}

static void place_mark(const char *text, struct err *err, const yaml_mark_t *from,
		       const yaml_mark_t *to)
{
	const char *line = text;
	unsigned len = 1;

	for (size_t i = 0; i < from->line && line; i++) {
		line = strchr(line, '\n');
		line = line ? line + 1 : NULL;
	}
	if (!line)
		return;
	unsigned col = bytes_of_chars(line, from->column);
	if (to && to->line == from->line && to->column > from->column)
		len = bytes_of_chars(line, to->column) - col;
	err_at(err, (unsigned)from->line + 1, col + 1, len ? len : 1);
}

/* The error is about this node. Returns `code`, so that a failure is one line. */
static int at_node(struct reader *r, const yaml_node_t *node, int code)
{
	place_mark(r->text, r->err, &node->start_mark, &node->end_mark);
	return code;
}

static yaml_node_t *node_of(struct reader *r, int index)
{
	return yaml_document_get_node(r->doc, index);
}

/* A scalar's text. False: not a scalar, or one with a NUL inside. Null (~) is the empty text. */
static bool scalar(const yaml_node_t *node, const char **text)
{
	if (node->type != YAML_SCALAR_NODE)
		return false;
	*text = (const char *)node->data.scalar.value;
	if (node->data.scalar.style == YAML_PLAIN_SCALAR_STYLE &&
	    (strcmp(*text, "~") == 0 || strcmp(*text, "null") == 0))
		*text = "";
	return strlen((const char *)node->data.scalar.value) == node->data.scalar.length;
}

static int set_list(struct reader *r, const struct config_param *f, const yaml_node_t *node)
{
	int rc = param_set(f->section, f->param, "", r->err);

	for (yaml_node_item_t *i = node->data.sequence.items.start;
	     rc == 0 && i < node->data.sequence.items.top; i++) {
		const yaml_node_t *item = node_of(r, *i);
		const char *text;
		if (!scalar(item, &text))
			return at_node(r, item,
				       err_set(r->err, EINVAL, "%s: an item must be one value",
					       f->param->name));
		rc = param_append(f->section, f->param, text, false, r->err);
		if (rc < 0)
			return at_node(r, item, rc);
	}
	return rc;
}

/* A mapping given to a list: each pair is an item KEY=VALUE. */
static int set_pairs(struct reader *r, const struct config_param *f, const yaml_node_t *node)
{
	int rc = param_set(f->section, f->param, "", r->err);

	for (yaml_node_pair_t *i = node->data.mapping.pairs.start;
	     rc == 0 && i < node->data.mapping.pairs.top; i++) {
		const yaml_node_t *key = node_of(r, i->key), *value = node_of(r, i->value);
		const char *k, *v;
		char item[PATH];

		if (!scalar(key, &k) || !scalar(value, &v) ||
		    (size_t)snprintf(item, sizeof(item), "%s=%s", k, v) >= sizeof(item))
			return at_node(r, key,
				       err_set(r->err, EINVAL, "%s: an item must be one value",
					       f->param->name));
		rc = param_append(f->section, f->param, item, false, r->err);
		if (rc < 0) /* either half may be at fault: both are underlined */
			place_mark(r->text, r->err, &key->start_mark, &value->end_mark);
	}
	return rc;
}

static int set_param(struct reader *r, const struct config_param *f, const char *path,
		     const yaml_node_t *node)
{
	bool list = f->param->type == PARAM_LIST;
	const char *text;

	if (list && node->type == YAML_SEQUENCE_NODE)
		return set_list(r, f, node);
	if (list && node->type == YAML_MAPPING_NODE)
		return set_pairs(r, f, node);
	if (!scalar(node, &text)) {
		err_set(r->err, EINVAL, "%s takes one value, not a %s", path,
			node->type == YAML_MAPPING_NODE    ? "mapping"
			: node->type == YAML_SEQUENCE_NODE ? "list"
							   : "text with a NUL byte");
		err_hint(r->err, "%s", f->param->help);
		return at_node(r, node, -EINVAL);
	}
	int rc = param_set(f->section, f->param, text, r->err);
	return rc < 0 ? at_node(r, node, rc) : 0;
}

static int check_twice(struct reader *r, const yaml_node_t *mapping, const yaml_node_pair_t *pair,
		       const yaml_node_t *key, const char *path)
{
	for (yaml_node_pair_t *i = mapping->data.mapping.pairs.start; i < pair; i++) {
		const yaml_node_t *other = node_of(r, i->key);
		if (other->type != YAML_SCALAR_NODE ||
		    strcmp((const char *)other->data.scalar.value,
			   (const char *)key->data.scalar.value) != 0)
			continue;
		err_set(r->err, EEXIST, "'%s' is given twice", path);
		err_hint(r->err, "the first is in line %zu", other->start_mark.line + 1);
		return at_node(r, key, -EEXIST);
	}
	return 0;
}

static int walk(struct reader *r, const yaml_node_t *node, const char *prefix, unsigned depth);

static int walk_pair(struct reader *r, const yaml_node_t *mapping, const yaml_node_pair_t *pair,
		     const char *prefix, unsigned depth)
{
	const yaml_node_t *key = node_of(r, pair->key), *value = node_of(r, pair->value);
	char path[PATH];
	const char *name, *text;

	if (!scalar(key, &name))
		return at_node(r, key, err_set(r->err, EINVAL, "a name must be one word"));
	if ((size_t)snprintf(path, sizeof(path), "%s%s%s", prefix, prefix[0] ? "." : "", name) >=
	    sizeof(path))
		return at_node(r, key, err_set(r->err, EINVAL, "a name of more than 200 bytes"));
	int rc = check_twice(r, mapping, pair, key, path);
	if (rc < 0)
		return rc;

	struct config_param f = config_find(r->config, path);
	if (f.param && (rc = config_inner(&f, r->err)) < 0)
		return at_node(r, key, rc);
	if (f.param)
		return set_param(r, &f, path, value);
	if (!name[0] || !config_is_section(r->config, path))
		return at_node(
			r, key,
			config_unknown(r->config, path, value->type == YAML_MAPPING_NODE, r->err));
	if (scalar(value, &text) && !text[0])
		return 0; /* everything in it is commented out */
	if (value->type == YAML_MAPPING_NODE)
		return walk(r, value, path, depth + 1);
	err_set(r->err, EINVAL, "'%s' is a section: its parameters go below it", path);
	return at_node(r, value, -EINVAL);
}

static int walk(struct reader *r, const yaml_node_t *node, const char *prefix, unsigned depth)
{
	int rc = 0;

	if (depth > DEPTH_MAX) /* an alias may contain itself */
		return at_node(r, node, err_set(r->err, ELOOP, "nested too deeply"));
	for (yaml_node_pair_t *i = node->data.mapping.pairs.start;
	     rc == 0 && i < node->data.mapping.pairs.top; i++)
		rc = walk_pair(r, node, i, prefix, depth);
	return rc;
}

static int syntax(const yaml_parser_t *p, const char *text, struct err *err)
{
	err_set(err, EINVAL, "%s%s%s", p->context ? p->context : "",
		p->context && p->problem ? ": " : "", p->problem ? p->problem : "not YAML");
	if (p->error == YAML_READER_ERROR) {
		err_hint(err, "byte %zu of the file is no UTF-8 text", p->problem_offset + 1);
		return -EINVAL;
	}
	place_mark(text, err, &p->problem_mark, NULL);
	if (p->context && p->context_mark.line < p->problem_mark.line)
		err_hint(err, "what is not ended began in line %zu", p->context_mark.line + 1);
	if (strchr(text, '\t'))
		err_hint(err, "YAML is indented with spaces, never with tabs");
	return -EINVAL;
}

static int read_root(struct reader *r)
{
	const yaml_node_t *root = yaml_document_get_root_node(r->doc);
	const char *text;

	if (!root || (scalar(root, &text) && !text[0]))
		return 0; /* an empty file: the defaults */
	if (root->type == YAML_MAPPING_NODE)
		return walk(r, root, "", 0);
	err_set(r->err, EINVAL, "expected 'name: value' lines");
	return at_node(r, root, -EINVAL);
}

/* A configuration is one document; a second would be silently ignored otherwise. */
static int check_end(yaml_parser_t *p, const char *text, struct err *err)
{
	yaml_document_t doc;
	int rc = 0;

	if (!yaml_parser_load(p, &doc))
		return syntax(p, text, err);
	if (yaml_document_get_root_node(&doc)) {
		err_set(err, EINVAL, "a second document in the file");
		place_mark(text, err, &doc.start_mark, &doc.end_mark);
		rc = -EINVAL;
	}
	yaml_document_delete(&doc);
	return rc;
}

static int read_text(struct config *c, const char *text, struct err *err)
{
	struct reader r = {.config = c, .text = text, .err = err};
	yaml_parser_t parser;
	yaml_document_t doc;
	int rc;

	if (!yaml_parser_initialize(&parser))
		return err_set(err, ENOMEM, "no memory");
	yaml_parser_set_input_string(&parser, (const unsigned char *)text, strlen(text));
	if (!yaml_parser_load(&parser, &doc)) {
		rc = syntax(&parser, text, err);
	} else {
		r.doc = &doc;
		rc = read_root(&r);
		bool empty = !yaml_document_get_root_node(&doc);
		yaml_document_delete(&doc);
		if (rc == 0 && !empty)
			rc = check_end(&parser, text, err);
	}
	yaml_parser_delete(&parser);
	return rc;
}

static void make_report(const struct err *err, const char *name, const char *text, char **report)
{
	*report = malloc(REPORT);
	assert(*report);
	err_report(err, name, text, *report, REPORT);
}

int config_load_text(struct config *c, const char *name, const char *text, char **report,
		     struct err *err)
{
	int rc = read_text(c, text, err);

	if (rc < 0)
		make_report(err, name, text, report);
	return rc;
}

static int read_file(const char *path, char **text, struct err *err)
{
	FILE *f = fopen(path, "rbe");
	char *buf = malloc(FILE_MAX + 1);
	int rc = 0;

	assert(buf);
	size_t n = f ? fread(buf, 1, FILE_MAX + 1, f) : 0;
	if (!f || ferror(f))
		rc = err_set(err, errno ? errno : EIO, "cannot be read: %s", strerror(errno));
	else if (n > FILE_MAX)
		rc = err_set(err, EFBIG, "larger than 1 MiB: no configuration");
	else if (memchr(buf, '\0', n))
		rc = err_set(err, EINVAL, "has NUL bytes: no configuration");
	if (f)
		fclose(f);
	if (rc < 0) {
		free(buf);
		return rc;
	}
	buf[n] = '\0';
	*text = buf;
	return 0;
}

int config_load(struct config *c, const char *path, char **report, struct err *err)
{
	char *text;
	int rc = read_file(path, &text, err);

	if (rc < 0) {
		make_report(err, path, NULL, report);
		return rc;
	}
	rc = config_load_text(c, path, text, report, err);
	free(text);
	return rc;
}
