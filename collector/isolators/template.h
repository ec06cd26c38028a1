// SPDX-License-Identifier: Apache-2.0
/* An argv template from the configuration: "block {mac} {ttl}". It becomes words for a remote sshd,
 * which joins them and hands them to a shell or a forced command on the device. So nothing that a
 * shell could read as more than a word gets through: the configuration's own words are held to a
 * safe set, and a placeholder's value must be exactly a MAC, an address, a number or a UUID.
 *
 * Errors: -EINVAL, and *err names the word.
 */
#pragma once

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

#define TEMPLATE_WORDS 32
#define TEMPLATE_TEXT  2048 /* bytes of all words */

struct template_values { /* NULL: not known */
	const char *mac, *ip, *ttl, *id;
};

struct template
{
	char text[TEMPLATE_TEXT];
	const char *words[TEMPLATE_WORDS + 1]; /* ends with NULL */
	unsigned n;
};

int template_fill(struct template *t, const char *pattern, const struct template_values *v,
		  struct err *err);
bool template_uses(const char *pattern, const char *placeholder); /* "{mac}" */
