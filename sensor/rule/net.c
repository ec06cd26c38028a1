// SPDX-License-Identifier: Apache-2.0
/* Lists of addresses and of ports are the same algebra over intervals of numbers; only the items
 * differ. */
#include "rule/net.h"

#include "rule/range.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#define DEPTH_MAX 16u   /* lists and variables inside each other */
#define ITEMS_MAX 65536u /* of one list, variables written out */

struct net_parse {
	struct net_vars *vars;
	struct fault *fault;
	bool ports;
	u128 max;
};

static const struct net_var default_addr[] = {
	{"HOME_NET", "any"},
	{"EXTERNAL_NET", "!$HOME_NET"},
	{"HTTP_SERVERS", "$HOME_NET"},
	{"SMTP_SERVERS", "$HOME_NET"},
	{"SQL_SERVERS", "$HOME_NET"},
	{"DNS_SERVERS", "$HOME_NET"},
	{"TELNET_SERVERS", "$HOME_NET"},
	{"AIM_SERVERS", "$EXTERNAL_NET"},
	{"DC_SERVERS", "$HOME_NET"},
	{"DNP3_SERVER", "$HOME_NET"},
	{"DNP3_CLIENT", "$HOME_NET"},
	{"MODBUS_CLIENT", "$HOME_NET"},
	{"MODBUS_SERVER", "$HOME_NET"},
	{"ENIP_CLIENT", "$HOME_NET"},
	{"ENIP_SERVER", "$HOME_NET"},
};

static const struct net_var default_port[] = {
	{"HTTP_PORTS", "80"},
	{"SHELLCODE_PORTS", "!80"},
	{"ORACLE_PORTS", "1521"},
	{"SSH_PORTS", "22"},
	{"DNP3_PORTS", "20000"},
	{"MODBUS_PORTS", "502"},
	{"FILE_DATA_PORTS", "[$HTTP_PORTS,110,143]"},
	{"FTP_PORTS", "21"},
	{"GENEVE_PORTS", "6081"},
	{"VXLAN_PORTS", "4789"},
	{"TEREDO_PORTS", "3544"},
	{"SIP_PORTS", "[5060,5061]"},
};

void rule_net_defaults(struct net_vars *v, struct arena *a)
{
	*v = (struct net_vars){.arena = a};
	for (unsigned i = 0; i < sizeof(default_addr) / sizeof(default_addr[0]); i++)
		v->addr[v->n_addr++] = default_addr[i];
	for (unsigned i = 0; i < sizeof(default_port) / sizeof(default_port[0]); i++)
		v->port[v->n_port++] = default_port[i];
}

static struct net_var *var_find(struct net_vars *v, bool ports, const char *name)
{
	struct net_var *at = ports ? v->port : v->addr;
	unsigned n = ports ? v->n_port : v->n_addr;

	for (unsigned i = 0; i < n; i++) {
		if (strcmp(at[i].name, name) == 0)
			return &at[i];
	}
	return NULL;
}

int rule_net_set(struct net_vars *v, bool ports, const char *name, const char *value,
		 struct err *err)
{
	struct net_var *var = var_find(v, ports, name);
	unsigned *n = ports ? &v->n_port : &v->n_addr;

	if (!var && *n == NET_VARS_MAX)
		return err_set(err, ENOSPC, "more than %u variables", NET_VARS_MAX);
	if (!var) {
		var = &(ports ? v->port : v->addr)[(*n)++];
		var->name = rule_arena_text(v->arena, name, strlen(name));
	}
	var->value = rule_arena_text(v->arena, value, strlen(value));
	v->n_memo = 0; /* what was read before may have meant something else */
	return 0;
}

int rule_net_assign(struct net_vars *v, bool ports, const char *assignment, struct err *err)
{
	const char *eq = strchr(assignment, '=');
	char name[64];

	if (!eq || eq == assignment || !eq[1] || (size_t)(eq - assignment) >= sizeof(name))
		return err_set(err, EINVAL, "'%s' is not NAME=value", assignment);
	rule_span_text((struct span){assignment, (uint32_t)(eq - assignment)}, name, sizeof(name));
	return rule_net_set(v, ports, name, eq + 1, err);
}

static int interval_order(const void *a, const void *b)
{
	const struct interval *x = a, *y = b;
	return x->lo < y->lo ? -1 : x->lo > y->lo;
}

/* Sorts and joins what touches. */
static void set_tidy(struct net_set *s)
{
	uint32_t n = 0;

	if (s->n == 0)
		return;
	qsort(s->at, s->n, sizeof(s->at[0]), interval_order);
	for (uint32_t i = 1; i < s->n; i++) {
		if (s->at[i].lo <= s->at[n].hi || s->at[i].lo == s->at[n].hi + 1) {
			if (s->at[i].hi > s->at[n].hi)
				s->at[n].hi = s->at[i].hi;
		} else {
			s->at[++n] = s->at[i];
		}
	}
	s->n = n + 1;
}

/* a without b, both tidy. */
static struct net_set set_without(struct arena *arena, const struct net_set *a,
				  const struct net_set *b)
{
	struct net_set out = {.at = rule_arena_take(arena, (a->n + b->n) * sizeof(*out.at))};
	uint32_t j = 0;

	for (uint32_t i = 0; i < a->n; i++) {
		u128 lo = a->at[i].lo, hi = a->at[i].hi;
		bool left = true;

		while (j < b->n && b->at[j].hi < lo)
			j++;
		for (uint32_t k = j; left && k < b->n && b->at[k].lo <= hi; k++) {
			if (b->at[k].lo > lo)
				out.at[out.n++] = (struct interval){lo, b->at[k].lo - 1};
			left = b->at[k].hi < hi;
			lo = b->at[k].hi + 1;
		}
		if (left)
			out.at[out.n++] = (struct interval){lo, hi};
	}
	return out;
}

static struct net_set set_all(struct arena *arena, u128 max)
{
	struct net_set s = {.n = 1, .at = rule_arena_take(arena, sizeof(*s.at))};

	s.at[0] = (struct interval){0, max};
	return s;
}

static int parse_port(struct span s, struct interval *out, struct fault *f)
{
	const char *colon = s.len ? memchr(s.at, ':', s.len) : NULL;
	uint32_t at = colon ? (uint32_t)(colon - s.at) : s.len;
	uint64_t lo = 0, hi = UINT16_MAX;
	int rc = 0;

	if (s.len == 1 && colon)
		return rule_fault(f, s, "a port is missing");
	if (at > 0 || !colon)
		rc = rule_number_parse(span_cut(s, 0, at), UINT16_MAX, &lo, f);
	if (rc == 0 && !colon)
		hi = lo;
	else if (rc == 0 && at + 1 < s.len)
		rc = rule_number_parse(span_cut(s, at + 1, s.len), UINT16_MAX, &hi, f);
	if (rc)
		return rc;
	if (hi < lo)
		return rule_fault(f, s, "the range ends before it begins");
	*out = (struct interval){lo, hi};
	return 0;
}

/* The dotted mask's length, or -1. */
static int mask_bits(const char *text)
{
	struct addr a;

	if (!addr_parse(text, &a) || !addr_is_v4(&a))
		return -1;
	uint32_t m = (uint32_t)net_number(&a);
	int bits = __builtin_popcount(m);
	return m == (bits ? ~0u << (32 - bits) : 0) ? bits : -1;
}

static int parse_addr(struct span s, struct interval *out, struct fault *f)
{
	char text[128];
	struct cidr c;
	struct addr lo, hi;

	rule_span_text(s, text, sizeof(text));
	char *dash = strchr(text, '-'), *slash = strchr(text, '/');
	if (dash) {
		*dash = '\0';
		if (addr_parse(text, &lo) && addr_parse(dash + 1, &hi) &&
		    net_number(&lo) <= net_number(&hi)) {
			*out = (struct interval){net_number(&lo), net_number(&hi)};
			return 0;
		}
		return rule_fault(f, s, "'%.*s' is not a range of addresses", (int)s.len, s.at);
	}
	int bits = slash && strchr(slash, '.') ? mask_bits(slash + 1) : -1;
	if (bits >= 0)
		snprintf(slash + 1, sizeof(text) - (size_t)(slash + 1 - text), "%d", bits);
	if (s.len >= sizeof(text) || !cidr_parse(text, &c)) {
		int rc = rule_fault(f, s, "'%.*s' is not an address", (int)s.len, s.at);
		err_hint(f->err, "an address, ADDRESS/BITS, FROM-TO, [a, b], !a, $NAME or any");
		return rc;
	}
	u128 from = net_number(&c.addr);
	u128 rest = c.bits == 128 ? 0 : ~(u128)0 >> c.bits;
	*out = (struct interval){from, from | rest};
	return 0;
}

static int parse_list(struct net_parse *p, struct span s, unsigned depth, struct net_set *out);

static int parse_var(struct net_parse *p, struct span s, unsigned depth, struct net_set *out)
{
	char name[64];

	rule_span_text(span_cut(s, 1, s.len), name, sizeof(name));
	const struct net_var *var = var_find(p->vars, p->ports, name);
	if (!var) {
		const char *words[NET_VARS_MAX + 1];
		unsigned n = p->ports ? p->vars->n_port : p->vars->n_addr;
		int rc = rule_fault(p->fault, s, "there is no %s variable '%s'",
				    p->ports ? "port" : "address", name);

		for (unsigned i = 0; i < n; i++)
			words[i] = (p->ports ? p->vars->port : p->vars->addr)[i].name;
		words[n] = NULL;
		const char *near = err_closest(name, words);
		if (near)
			err_hint(p->fault->err, "did you mean '$%s'?", near);
		else
			err_hint(p->fault->err, "define it with rule.%s",
				 p->ports ? "port_vars" : "vars");
		return rc;
	}
	/* Where HOME_NET is any, there is nothing outside: Suricata's default "!$HOME_NET" would
	 * hold no address at all. */
	const struct net_var *home = var_find(p->vars, false, "HOME_NET");
	if (!p->ports && strcmp(name, "EXTERNAL_NET") == 0 && strcmp(var->value, "!$HOME_NET") == 0 &&
	    strcmp(home->value, "any") == 0) {
		*out = set_all(p->vars->arena, p->max);
		return 0;
	}
	int rc = parse_list(p, span_of(var->value), depth + 1, out);
	if (rc)
		p->fault->at = s; /* the rule shows the variable, not its value */
	return rc;
}

static int parse_item(struct net_parse *p, struct span s, unsigned depth, struct net_set *out)
{
	if (s.len == 0)
		return rule_fault(p->fault, s, "an item of the list is missing");
	if (s.at[0] == '[')
		return parse_list(p, s, depth + 1, out);
	if (s.at[0] == '$')
		return parse_var(p, s, depth, out);
	if (s.len == 3 && strncasecmp(s.at, "any", 3) == 0) {
		*out = set_all(p->vars->arena, p->max);
		return 0;
	}
	*out = (struct net_set){.n = 1, .at = rule_arena_take(p->vars->arena, sizeof(*out->at))};
	return p->ports ? parse_port(s, out->at, p->fault) : parse_addr(s, out->at, p->fault);
}

/* The next item of a list, at a comma outside of inner brackets. */
static bool list_next(struct span *rest, struct span *item)
{
	unsigned depth = 0;

	if (!rest->at)
		return false;
	for (uint32_t i = 0; i < rest->len; i++) {
		char c = rest->at[i];

		depth += c == '[';
		depth -= c == ']' && depth;
		if (c != ',' || depth)
			continue;
		*item = span_trim(span_cut(*rest, 0, i));
		*rest = span_cut(*rest, i + 1, rest->len);
		return true;
	}
	*item = span_trim(*rest);
	*rest = (struct span){NULL, 0};
	return true;
}

struct growing { /* a set on its way: not tidy yet */
	struct net_set set;
	uint32_t cap;
};

static void growing_add(struct arena *a, struct growing *to, const struct net_set *from)
{
	if (to->set.n + from->n > to->cap) {
		uint32_t cap = 2 * (to->set.n + from->n);
		struct interval *at = rule_arena_take(a, cap * sizeof(*at));

		if (to->set.n)
			memcpy(at, to->set.at, to->set.n * sizeof(*at));
		to->set.at = at;
		to->cap = cap;
	}
	if (from->n)
		memcpy(to->set.at + to->set.n, from->at, from->n * sizeof(*from->at));
	to->set.n += from->n;
}

static int parse_list(struct net_parse *p, struct span s, unsigned depth, struct net_set *out)
{
	struct growing with[2] = {{.cap = 0}, {.cap = 0}}; /* plain, negated */
	struct span item, rest;
	bool plain = false;

	s = span_trim(s);
	rest = s;
	if (depth > DEPTH_MAX)
		return rule_fault(p->fault, s, "lists or variables are nested more than %u deep",
				  DEPTH_MAX);
	if (s.len && s.at[0] == '[') {
		if (s.at[s.len - 1] != ']')
			return rule_fault(p->fault, s, "a ']' is missing");
		rest = span_cut(s, 1, s.len - 1);
	}
	while (list_next(&rest, &item)) {
		struct net_set one = {0};
		bool negated = item.len && item.at[0] == '!';

		if (negated)
			item = span_trim(span_cut(item, 1, item.len));
		int rc = parse_item(p, item, depth, &one);
		if (rc)
			return rc;
		if (with[negated].set.n + one.n > ITEMS_MAX)
			return rule_fault(p->fault, s, "more than %u items", ITEMS_MAX);
		growing_add(p->vars->arena, &with[negated], &one);
		plain |= !negated;
	}
	if (!plain)
		with[0].set = set_all(p->vars->arena, p->max);
	set_tidy(&with[0].set);
	set_tidy(&with[1].set);
	*out = set_without(p->vars->arena, &with[0].set, &with[1].set);
	return 0;
}

static int parse_memo(struct net_vars *v, bool ports, struct span s, const struct net_set **out,
		      struct fault *f)
{
	struct net_parse p = {.vars = v, .fault = f, .ports = ports,
			      .max = ports ? UINT16_MAX : ~(u128)0};
	struct net_set set;

	for (unsigned i = 0; i < v->n_memo; i++) {
		const struct net_memo *m = &v->memo[i];

		if (m->ports == ports && m->text.len == s.len &&
		    memcmp(m->text.at, s.at, s.len) == 0) {
			*out = m->set;
			return 0;
		}
	}
	int rc = parse_list(&p, s, 0, &set);
	if (rc)
		return rc;
	/* With a variable in it, the rule is sound and this site leaves it nothing to match. */
	if (set.n == 0 && !memchr(s.at, '$', s.len))
		return rule_fault(f, s, "no %s is left: everything is negated",
				  ports ? "port" : "address");
	set.any = set.n == 1 && set.at[0].lo == 0 && set.at[0].hi == p.max;
	*out = rule_arena_copy(v->arena, &set, sizeof(set));
	if (v->n_memo < NET_MEMO_MAX)
		v->memo[v->n_memo++] = (struct net_memo){
			{rule_arena_text(v->arena, s.at, s.len), s.len}, *out, ports};
	return 0;
}

int rule_net_addrs(struct net_vars *v, struct span s, const struct net_set **out, struct fault *f)
{
	return parse_memo(v, false, s, out, f);
}

int rule_net_ports(struct net_vars *v, struct span s, const struct net_set **out, struct fault *f)
{
	return parse_memo(v, true, s, out, f);
}
