// SPDX-License-Identifier: Apache-2.0
/* Which interface a call is of when its bind was not seen and no pipe's name says it: by the shape
 * of its arguments. Only shapes that are whole and say something by themselves: an operation's
 * number with arguments that fill the stub exactly, strings with their three counts, SIDs, a task's
 * XML. What is sealed has no shape.
 *
 * Shape:  a rule is an operation and letters, one an argument, in NDR's order (C706 14.2, 14.3):
 *           h  a context handle: four zero bytes, then sixteen that are not all zero
 *           p  a pointer that is not null          o  a pointer, or null (then its string is left
 * out) s  a wide string (room, 0, length, UTF-16 with its end), on four bytes a  the same in bytes
 *           4  a number, 2 a short one             f  a number of flags: below 2^16 or generic
 * rights t  a service's type, start and error control u  a counted string's head, then its text
 * behind the pointer ([MS-DTYP] 2.3.10) c  as many SIDs as its count says (only the counts are
 * looked at) i  a SID with its count                8  eight bytes
 *           *  whatever follows                    (else the stub ends there)
 * Errors: none; a stub that was cut is no shape.
 * Cost:   a call of an unknown interface only; linear in the stub.
 * Source: the IDL of [MS-SAMR], [MS-LSAD], [MS-LSAT], [MS-SCMR], [MS-NRPC], [MS-SRVS], [MS-RRP],
 * [MS-TSCH]. */
#include "proto/rpc.h"

#include "base/bytes.h"

#include <string.h>

#define TEXT_MAX 4096u
#define SIDS_MAX 20480u /* [MS-LSAT] 2.2.18: what a server accepts */

/* clang-format off */
static const struct rule {
	uint16_t opnum;
	const char *pipe, *shape;
} rules[] = {
	{7, "samr", "h4i"},          /* SamrOpenDomain */
	{5, "samr", "hu"},           /* SamrLookupDomainInSamServer */
	{57, "samr", "psf"},         /* SamrConnect2 */
	{62, "samr", "ps4f"},        /* SamrConnect4 */
	{64, "samr", "psf44*"},      /* SamrConnect5 */
	{15, "lsarpc", "hc*"},       /* LsarLookupSids, LsarLookupSids2 */
	{57, "lsarpc", "hc*"},
	{12, "svcctl", "hsosft*"},   /* CreateServiceW, of A */
	{24, "svcctl", "haoaft*"},
	{16, "svcctl", "hsf"},       /* OpenServiceW, of A */
	{28, "svcctl", "haf"},
	{4, "netlogon", "pss8"},     /* NetrServerReqChallenge */
	{4, "netlogon", "zs8"},
	{5, "netlogon", "pss2s8*"},  /* NetrServerAuthenticate, 2, 3 */
	{15, "netlogon", "pss2s8*"},
	{26, "netlogon", "pss2s8*"},
	{15, "srvsvc", "psLL*"},     /* NetrShareEnum */
	{15, "winreg", "hu*"},       /* BaseRegOpenKey */
};
/* clang-format on */
#define RULES (sizeof(rules) / sizeof(rules[0]))
#define TASKS "86d35949-83c9-4044-b424-db363231fd0c" /* ITaskSchedulerService */

/* Numbers stand on their own size, from the stub's beginning. */
static void align(struct bytes *b, const uint8_t *from, unsigned size)
{
	size_t over = (size_t)(b->at - from) % size;

	if (over)
		bytes_take(b, size - over);
}

static bool handle(struct bytes *b)
{
	struct bytes h = bytes_take(b, 20);
	unsigned set = 0;

	if (!bytes_ok(b))
		return false;
	for (unsigned i = 0; i < 20; i++)
		set |= i < 4 ? (unsigned)(h.at[i] != 0) << 1 : h.at[i] != 0;
	return set == 1;
}

static bool string(struct bytes *b, unsigned width, bool ended)
{
	uint32_t room = bytes_le32(b), offset = bytes_le32(b), n = bytes_le32(b);

	if (!bytes_ok(b) || offset || n == 0 || n > room || n > TEXT_MAX)
		return false;
	struct bytes t = bytes_take(b, (size_t)n * width);
	if (!bytes_ok(b))
		return false;
	for (uint32_t i = 0; i < n; i++) {
		bool last = ended && i + 1 == n;
		unsigned c =
			t.at[i * width] | (width == 2 ? (unsigned)t.at[i * width + 1] << 8 : 0);

		if (last ? c != 0 : c < ' ')
			return false;
	}
	return true;
}

/* Rights and the like: few bits in the middle. */
static bool flags(uint32_t v)
{
	return v < 1u << 16 || (v & 0x0fe0ffffu) == 0 || v == 0x000f01ff || (v >> 16) <= 0x0f ||
	       (v & 0x02000000u);
}

static bool service(struct bytes *b)
{
	uint32_t type = bytes_le32(b), start = bytes_le32(b), error = bytes_le32(b);

	return bytes_ok(b) && type && (type & ~0x1ffu) == 0 && start <= 4 && error <= 3;
}

static bool sid(struct bytes *b)
{
	uint32_t count = bytes_le32(b);
	struct bytes s = bytes_take(b, 8);

	if (!bytes_ok(b) || count < 1 || count > 15 || s.at[0] != 1 || s.at[1] != count ||
	    s.at[2] || s.at[3])
		return false;
	bytes_take(b, 4 * count);
	return bytes_ok(b);
}

static bool sids(struct bytes *b)
{
	uint32_t count = bytes_le32(b), pointer = bytes_le32(b), room = bytes_le32(b);

	return bytes_ok(b) && pointer && count && count == room && count <= SIDS_MAX &&
	       bytes_left(b) >= count * 4;
}

/* A counted string whose text follows at once. */
static bool counted(struct bytes *b)
{
	uint16_t len = bytes_le16(b), room = bytes_le16(b);

	if (!bytes_ok(b) || bytes_le32(b) == 0 || len == 0 || len % 2 || room < len)
		return false;
	struct bytes peek = *b;
	uint32_t most = bytes_le32(&peek), offset = bytes_le32(&peek), n = bytes_le32(&peek);
	return bytes_ok(&peek) && offset == 0 && most * 2u == room && n * 2u == len &&
	       string(b, 2, false);
}

static bool fits(const char *shape, const uint8_t *p, uint32_t len)
{
	struct bytes b = bytes_of(p, len);
	uint32_t level = 0;

	for (; *shape; shape++) {
		bool ok = true;

		if (*shape == '*')
			return true;
		if (*shape != '8')
			align(&b, p, *shape == '2' ? 2 : 4);
		switch (*shape) {
		case 'h':
			ok = handle(&b);
			break;
		case 'p':
			ok = bytes_le32(&b) != 0;
			break;
		case 'z':
			ok = bytes_le32(&b) == 0;
			break;
		case 'o':
			if (bytes_le32(&b) == 0 && (shape[1] == 's' || shape[1] == 'a'))
				shape++;
			break;
		case 's':
			ok = string(&b, 2, true);
			break;
		case 'a':
			ok = string(&b, 1, true);
			break;
		case '4':
			bytes_le32(&b);
			break;
		case '2':
			ok = bytes_le16(&b) <= 7;
			break;
		case 'f':
			ok = flags(bytes_le32(&b));
			break;
		case 't':
			ok = service(&b);
			break;
		case 'u':
			ok = counted(&b);
			break;
		case 'c':
			ok = sids(&b);
			break;
		case 'i':
			ok = sid(&b);
			break;
		case 'L':
			ok = shape[-1] != 'L' ? (level = bytes_le32(&b)) <= 503
					      : bytes_le32(&b) == level;
			break;
		default:
			bytes_take(&b, 8);
			break;
		}
		if (!ok || !bytes_ok(&b))
			return false;
	}
	return bytes_left(&b) < 4; /* padding */
}

/* SchRpcRegisterTask has the task as XML. */
static bool holds_task(const uint8_t *p, uint32_t n)
{
	static const char mark[] = "<\0T\0a\0s\0k";

	return memmem(p, n, mark, sizeof(mark)) != NULL;
}

bool rpc_shape(const struct rpc_tx *t, struct rpc_uuid *out)
{
	const struct proto_bytes *s = &t->stub[0];

	if (t->sealed || !s->len || s->len != t->stub_len[0] || !(t->head.tx.little & 1))
		return false;
	if (t->opnum == 1 && holds_task(s->at, s->len))
		return rpc_uuid_parse(TASKS, sizeof(TASKS) - 1, out);
	for (unsigned i = 0; i < RULES; i++) {
		if (rules[i].opnum == t->opnum && fits(rules[i].shape, s->at, s->len))
			return rpc_of_pipe(rules[i].pipe, out);
	}
	return false;
}
