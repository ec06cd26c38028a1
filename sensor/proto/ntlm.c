// SPDX-License-Identifier: Apache-2.0
/* NTLMSSP messages. Source: [MS-NLMP] 2.2.1.1 (negotiate), 2.2.1.2 (challenge), 2.2.1.3
 * (authenticate), 2.2.2.1 (AV pairs). */
#include "proto/ntlm.h"

#include "base/bytes.h"

#define UNICODE     0x00000001u
#define EXTENDED    0x00080000u
#define VERSION     0x02000000u
#define ANONYMOUS   0x00000800u
#define MIC_AT      72u
#define MIC_SIZE    16u
#define AV_DNS_NAME 3u
#define AV_PAIRS    32u

static const char signature[8] = "NTLMSSP";

struct place {
	uint32_t at, len;
};

static struct place place(struct bytes *b)
{
	struct place f = {.len = bytes_le16(b)};

	bytes_le16(b); /* the room it has */
	f.at = bytes_le32(b);
	return f;
}

static bool inside(const struct place *f, uint32_t n)
{
	return f->at <= n && f->len <= n - f->at;
}

static void text(const uint8_t *p, uint32_t n, const struct place *f, bool unicode, char *out)
{
	out[0] = '\0';
	if (!inside(f, n))
		return;
	if (unicode)
		proto_text16(p + f->at, f->len, out, NTLM_NAME);
	else
		proto_text(p + f->at, f->len, out, NTLM_NAME);
}

static void challenge(struct ntlm_msg *m, const uint8_t *p, uint32_t n, struct bytes *b)
{
	struct place name = place(b), info = {0};

	m->flags = bytes_le32(b);
	m->challenge = (uint64_t)bytes_be32(b) << 32;
	m->challenge |= bytes_be32(b);
	bytes_take(b, 8);
	if (bytes_left(b) >= 8)
		info = place(b);
	if (m->flags & VERSION && bytes_left(b) >= 8)
		bytes_copy(b, m->version, 8);
	text(p, n, &name, m->flags & UNICODE, m->domain);
	if (!inside(&info, n))
		return;
	struct bytes pairs = bytes_of(p + info.at, info.len);
	for (unsigned i = 0; i < AV_PAIRS && bytes_left(&pairs) >= 4; i++) {
		uint16_t id = bytes_le16(&pairs);
		struct bytes value = bytes_take(&pairs, bytes_le16(&pairs));

		if (id == 0 || !bytes_ok(&pairs))
			break;
		if (id == AV_DNS_NAME)
			proto_text16(value.at, (uint32_t)bytes_left(&value), m->workstation,
				     NTLM_NAME);
	}
}

static void authenticate(struct ntlm_msg *m, const uint8_t *p, uint32_t n, struct bytes *b)
{
	struct place lm = place(b), nt = place(b), domain = place(b), user = place(b),
		     station = place(b);
	uint32_t first = domain.at;

	place(b); /* session key: not in messages of the oldest kind */
	m->flags = bytes_left(b) >= 4 ? bytes_le32(b) : UNICODE;
	if (m->flags & VERSION && bytes_left(b) >= 8)
		bytes_copy(b, m->version, 8);
	bool unicode = m->flags & UNICODE;
	text(p, n, &domain, unicode, m->domain);
	text(p, n, &user, unicode, m->user);
	text(p, n, &station, unicode, m->workstation);
	m->nt_len = (uint16_t)nt.len;
	m->lm_len = (uint16_t)lm.len;
	if (lm.len >= 8 && inside(&lm, n)) {
		struct bytes l = bytes_of(p + lm.at, 8);

		m->lm_client = (uint64_t)bytes_be32(&l) << 32;
		m->lm_client |= bytes_be32(&l);
	}
	m->anonymous = m->flags & ANONYMOUS || (!user.len && !nt.len && lm.len <= 1);
	m->ntlmv1 = nt.len == 24 && !(m->flags & EXTENDED);
	/* The MIC has no flag of its own: it is there when the texts begin behind it. */
	if (user.len && user.at < first)
		first = user.at;
	if (first >= MIC_AT + MIC_SIZE && n >= MIC_AT + MIC_SIZE) {
		for (uint32_t i = 0; i < MIC_SIZE; i++)
			m->mic = m->mic || p[MIC_AT + i];
	}
}

bool ntlm_read(struct ntlm_msg *m, const uint8_t *p, uint32_t n)
{
	struct bytes b = bytes_of(p, n);

	*m = (struct ntlm_msg){.message = 0};
	if (n < 16 || memcmp(p, signature, sizeof(signature)) != 0)
		return false;
	bytes_take(&b, sizeof(signature));
	uint32_t kind = bytes_le32(&b);
	if (kind == NTLM_negotiate) {
		m->flags = bytes_le32(&b);
		/* domain and workstation of the client are in the OEM's character set */
		struct place domain = {0}, station = {0};
		if (bytes_left(&b) >= 16) {
			domain = place(&b);
			station = place(&b);
		}
		if (m->flags & VERSION && bytes_left(&b) >= 8)
			bytes_copy(&b, m->version, 8);
		text(p, n, &domain, false, m->domain);
		text(p, n, &station, false, m->workstation);
	} else if (kind == NTLM_challenge && n >= 32) {
		challenge(m, p, n, &b);
	} else if (kind == NTLM_authenticate && n >= 52) {
		authenticate(m, p, n, &b);
	} else {
		return false;
	}
	m->message = (uint8_t)kind;
	return true;
}

uint32_t ntlm_find(const uint8_t *p, uint32_t n)
{
	uint32_t end = n < 512 ? n : 512;

	for (uint32_t i = 0; i + sizeof(signature) <= end; i++) {
		const uint8_t *at = memchr(p + i, 'N', end - i);

		if (!at || (uint32_t)(at - p) + sizeof(signature) > end)
			return n;
		i = (uint32_t)(at - p);
		if (memcmp(at, signature, sizeof(signature)) == 0)
			return i;
	}
	return n;
}
