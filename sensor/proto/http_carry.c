// SPDX-License-Identifier: Apache-2.0
/* What HTTP carries that is no document: the fact http_carry, and what bodies are against what their
 * heads say.
 *
 * Who sends a document has it, and sends it in full segments; who passes on what somebody types, or
 * another protocol's messages, sends crumbs. So a body is told at its CRUMBS-th piece of at most CRUMB
 * bytes, while it is still coming; and where its first bytes (or a WebSocket message's) are those of
 * another protocol: the greeting of SSH, a hello of TLS, the first words of RDP or SMB.
 *
 * Cost:   a comparison a piece; a search in INSIDE bytes while a body has no more.
 */
#include "proto/http_carry.h"

#include "proto/http.h"

#define CRUMB   64u /* bytes */
#define CRUMBS  16u
#define INSIDE  96u /* bytes of a body in which another protocol may begin */
#define SHALLOW 8u  /* … those whose first bytes are few */
#define LOOKED  64u /* bytes by which a text is told from other bytes */

/* "SSH-2.0-OpenSSH_9.2": letters, digits and a dot between the dashes. */
static bool is_ssh(const uint8_t *p, uint32_t n)
{
	uint32_t i = 4;

	if (n < 8 || memcmp(p, "SSH-", 4) != 0)
		return false;
	while (i < n && i < 12 && p[i] != '-' && p[i] > ' ' && p[i] < 127)
		i++;
	return i > 4 && i < n && p[i] == '-';
}

static bool is_tls(const uint8_t *p, uint32_t n)
{
	return n >= 7 && p[0] == 22 && p[1] == 3 && p[2] <= 4 && (p[5] == 1 || p[5] == 2) && p[6] == 0;
}

static bool is_rdp(const uint8_t *p, uint32_t n)
{
	return n >= 8 && p[0] == 3 && p[1] == 0 && p[2] == 0 && (p[5] == 0xe0 || p[5] == 0xd0) &&
	       p[6] == 0 && p[7] == 0;
}

static bool is_smb(const uint8_t *p, uint32_t n)
{
	return n >= 8 && p[0] == 0 && p[1] == 0 && (p[4] == 0xfe || p[4] == 0xff) &&
	       memcmp(p + 5, "SMB", 3) == 0;
}

const char *http_speaks(const uint8_t *p, uint32_t n)
{
	n = n < INSIDE ? n : INSIDE;
	for (uint32_t i = 0; i < n; i++) {
		if (p[i] == 'S' && is_ssh(p + i, n - i))
			return "ssh";
		if (i > SHALLOW)
			continue;
		if (is_tls(p + i, n - i))
			return "tls";
		if (is_rdp(p + i, n - i))
			return "rdp";
		if (is_smb(p + i, n - i))
			return "smb";
	}
	return NULL;
}

/* Control bytes that no text has; those of UTF-16 are not meant. */
static bool is_binary(const uint8_t *p, uint32_t n)
{
	uint32_t control = 0, nul = 0;

	n = n < LOOKED ? n : LOOKED;
	if (n >= 2 && ((p[0] == 0xff && p[1] == 0xfe) || (p[0] == 0xfe && p[1] == 0xff)))
		return false;
	for (uint32_t i = 0; i < n; i++) {
		nul += p[i] == 0;
		control += p[i] < 32 && p[i] != '\t' && p[i] != '\n' && p[i] != '\r' && p[i] != '\f' &&
			   p[i] != 27;
	}
	return control && !(nul == control && nul * 2 >= n - 1);
}

static struct view_of_bytes type_of(const struct http_msg *m)
{
	const struct http_header *h = http_find(m, "content-type");

	return h ? http_value(m, h) : (struct view_of_bytes){(const uint8_t *)"", 0};
}

uint8_t http_bodies(const struct http_msg *m)
{
	struct view_of_bytes v = type_of(m);
	uint8_t bits = 0;

	if (m->body_len == 0)
		return 0;
	/* What is coded is no text as it goes by. */
	if (!http_find(m, "content-encoding") && is_binary(m->body.at, m->body.len))
		bits |= BODY_binary;
	if (v.len == 0)
		bits |= BODY_untyped;
	else if (http_holds(v, "text/") || http_holds(v, "urlencoded"))
		bits |= BODY_text;
	return bits;
}

static void tell(struct proto_call *c, struct http_tx *tx, const char *inside)
{
	const struct http_msg *up = &tx->msg[FLOW_to_server], *m = &tx->msg[c->dir];
	char text[4][FACT_WORD_MAX];
	const char *words[5];
	struct view_of_bytes none = {(const uint8_t *)"", 0};
	struct view_of_bytes from[4] = {up->parsed ? up->word[0] : none,
					up->parsed ? http_host_of(tx) : none,
					up->parsed ? up->word[1] : none, type_of(m)};
	struct fact_http_carry f = {.bytes = m->body_len,
				    .crumbs = m->crumbs,
				    .bodies = http_bodies(m),
				    .known = http_find(m, "content-length") != NULL,
				    .inside = inside != NULL};

	for (unsigned i = 0; i < 4; i++)
		words[i] = proto_text(from[i].at, from[i].len, text[i], sizeof(text[i]));
	words[4] = inside;
	proto_fact(c, FACT_http_carry, &f, sizeof(f), words, 5);
}

void http_carry_piece(struct proto_call *c, struct http_tx *tx, uint32_t n)
{
	struct http_msg *m = &tx->msg[c->dir];
	const char *inside = m->body.len && m->body.len <= INSIDE + n && !m->speaks
				     ? http_speaks(m->body.at, m->body.len)
				     : NULL;

	m->speaks |= inside != NULL;
	if (n && n <= CRUMB && m->crumbs < UINT16_MAX)
		m->crumbs++;
	if (inside || (n <= CRUMB && m->crumbs == CRUMBS))
		tell(c, tx, inside);
}

void http_carry_message(struct proto_call *c, struct view_of_bytes v)
{
	const char *inside = http_speaks(v.at, v.len);
	struct fact_http_carry f = {.bytes = v.len, .bodies = BODY_untyped, .inside = 1};

	if (inside)
		proto_fact(c, FACT_http_carry, &f, sizeof(f),
			   (const char *[]){"WebSocket", "", "", "", inside}, 5);
}
