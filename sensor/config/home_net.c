// SPDX-License-Identifier: Apache-2.0
/* home_net: which networks are ours.
 *
 * Source: RFC 1918 3, RFC 4193 3.1 (ULA), RFC 3927 2.1 and RFC 4291 2.5.6 (link-local)
 */
#include "config/home_net.h"

#include "base/addr.h"
#include "config/config.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char *const private_nets[] = {
	"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "fc00::/7", "fe80::/10",
};

int home_net_check(const char *text, struct err *err)
{
	struct cidr c;

	if (strcmp(text, "auto") == 0 || cidr_parse(text, &c))
		return 0;
	err_set(err, EINVAL, "'%.80s' is no network", text);
	if (strcmp(text, "any") == 0)
		err_hint(err, "everything is 0.0.0.0/0 and ::/0");
	else if (text[0] == '!')
		err_hint(err, "leave out what is not yours instead of excluding it");
	else
		err_hint(err, "auto, or networks as in 10.0.0.0/8, 2001:db8::/32");
	return -EINVAL;
}

static void add(struct strs *l, const char *text)
{
	for (unsigned i = 0; i < l->n; i++) {
		if (strcmp(l->at[i], text) == 0)
			return;
	}
	char **at = realloc(l->at, (l->n + 1) * sizeof(*at));
	char *copy = strdup(text);
	assert(at && copy); /* start-up only */
	l->at = at;
	l->at[l->n++] = copy;
}

/* With its host bits cleared, so that a network has one text. */
static void add_cidr(struct strs *l, const char *given)
{
	char addr[ADDR_TEXT], text[ADDR_TEXT + 4];
	struct cidr c;

	cidr_parse(given, &c);
	snprintf(text, sizeof(text), "%s/%u", addr_text(&c.addr, addr),
		 addr_is_v4(&c.addr) && c.bits >= 96 ? c.bits - 96u : c.bits);
	add(l, text);
}

int home_net_resolve(const struct strs *given, struct strs *cidrs, bool *is_auto, struct err *err)
{
	struct strs out = {0};
	bool auto_too = false;

	if (given->n == 0) {
		err_set(err, EINVAL, "home_net is empty: then nothing is inside");
		err_hint(err, "home_net: auto");
		return -EINVAL;
	}
	for (unsigned i = 0; i < given->n; i++) {
		int r = home_net_check(given->at[i], err);
		if (r < 0)
			return r;
	}
	for (unsigned i = 0; i < given->n; i++) {
		if (strcmp(given->at[i], "auto") != 0) {
			add_cidr(&out, given->at[i]);
			continue;
		}
		auto_too = true;
		for (unsigned k = 0; k < sizeof(private_nets) / sizeof(private_nets[0]); k++)
			add(&out, private_nets[k]);
	}
	*cidrs = out;
	*is_auto = auto_too;
	return 0;
}
