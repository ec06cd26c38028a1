// SPDX-License-Identifier: Apache-2.0
/* Texts of the wire made fit to be shown, and what parsers say. */
#include "proto/state.h"

#include "base/clock.h"

static char shown(uint32_t c)
{
	return c < ' ' || c == 127 ? '?' : (char)c;
}

const char *proto_text(const void *p, uint32_t n, char *out, uint32_t size)
{
	const uint8_t *at = p;
	uint32_t i = 0;

	for (; i < n && i + 1 < size; i++)
		out[i] = shown(at[i]);
	out[i] = '\0';
	return out;
}

const char *proto_text16(const void *p, uint32_t n, char *out, uint32_t size)
{
	const uint8_t *at = p;
	uint32_t len = 0;

	for (uint32_t i = 0; i + 1 < n && len + 4 < size; i += 2) {
		uint32_t c = at[i] | (uint32_t)at[i + 1] << 8;

		if (c < 0x80) {
			out[len++] = shown(c);
		} else if (c < 0x800) {
			out[len++] = (char)(0xc0 | c >> 6);
			out[len++] = (char)(0x80 | (c & 63));
		} else if (c >= 0xd800 && c < 0xe000) {
			out[len++] = '?'; /* half a character beyond 16 bits */
		} else {
			out[len++] = (char)(0xe0 | c >> 12);
			out[len++] = (char)(0x80 | (c >> 6 & 63));
			out[len++] = (char)(0x80 | (c & 63));
		}
	}
	out[len] = '\0';
	return out;
}

void proto_fact(struct proto_call *c, enum fact_kind kind, const void *body, uint32_t len,
		const char *const *words, unsigned n_words)
{
	char text[FACT_TEXT_MAX];
	uint32_t n = 0;

	for (unsigned i = 0; i < n_words && i < FACT_WORDS; i++) {
		const char *w = words[i] ? words[i] : "";
		uint32_t k = (uint32_t)strnlen(w, FACT_WORD_MAX - 1);

		if (n + k + 1 > sizeof(text)) /* the last words are cut to nothing, not lost */
			k = n + 1 < sizeof(text) ? (uint32_t)sizeof(text) - n - 1 : 0;
		if (n + k + 1 > sizeof(text))
			break;
		memcpy(text + n, w, k);
		text[n + k] = '\0';
		n += k + 1;
	}
	count_add(&c->proto->count.facts, 1);
	if (!c->proto->hooks.on_fact)
		return;
	struct proto_fact f = {.flow = c->flow,
			       .kind = (uint8_t)kind,
			       .dir = c->dir ^ c->pf->backwards,
			       .backwards = c->pf->backwards,
			       .at = c->at,
			       .body = body,
			       .len = len,
			       .text = text,
			       .text_len = n};
	if (c->pkt)
		f.at.stage = ORDER_proto;
	c->proto->hooks.on_fact(c->proto->hooks.observer, &f);
}
