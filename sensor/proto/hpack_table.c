// SPDX-License-Identifier: Apache-2.0
/* The tables of RFC 7541: appendix A, and the Huffman code of appendix B.
 *
 * The code is canonical: codes of one length are consecutive numbers in the order of their symbols,
 * and begin where those that are shorter by a bit end. So the number of codes of each length and
 * the symbols in order of their codes say all of it.
 */
#include "proto/hpack.h"

#define EOS      256u
#define BITS_MAX 30u

static const struct {
	const char *name, *value;
} entries[HPACK_STATIC] = {
	{":authority", ""},
	{":method", "GET"},
	{":method", "POST"},
	{":path", "/"},
	{":path", "/index.html"},
	{":scheme", "http"},
	{":scheme", "https"},
	{":status", "200"},
	{":status", "204"},
	{":status", "206"},
	{":status", "304"},
	{":status", "400"},
	{":status", "404"},
	{":status", "500"},
	{"accept-charset", ""},
	{"accept-encoding", "gzip, deflate"},
	{"accept-language", ""},
	{"accept-ranges", ""},
	{"accept", ""},
	{"access-control-allow-origin", ""},
	{"age", ""},
	{"allow", ""},
	{"authorization", ""},
	{"cache-control", ""},
	{"content-disposition", ""},
	{"content-encoding", ""},
	{"content-language", ""},
	{"content-length", ""},
	{"content-location", ""},
	{"content-range", ""},
	{"content-type", ""},
	{"cookie", ""},
	{"date", ""},
	{"etag", ""},
	{"expect", ""},
	{"expires", ""},
	{"from", ""},
	{"host", ""},
	{"if-match", ""},
	{"if-modified-since", ""},
	{"if-none-match", ""},
	{"if-range", ""},
	{"if-unmodified-since", ""},
	{"last-modified", ""},
	{"link", ""},
	{"location", ""},
	{"max-forwards", ""},
	{"proxy-authenticate", ""},
	{"proxy-authorization", ""},
	{"range", ""},
	{"referer", ""},
	{"refresh", ""},
	{"retry-after", ""},
	{"server", ""},
	{"set-cookie", ""},
	{"strict-transport-security", ""},
	{"transfer-encoding", ""},
	{"user-agent", ""},
	{"vary", ""},
	{"via", ""},
	{"www-authenticate", ""},
};

/* clang-format off */
static const uint8_t codes[BITS_MAX + 1] = { /* of each length */
	0, 0, 0, 0, 0, 10, 26, 32, 6, 0, 5, 3, 2, 6, 2, 3, 0, 0, 0, 3, 8, 13, 26, 29, 12, 4, 15, 19, 29, 0, 4,
};
static const uint16_t symbols[EOS + 1] = {
	'0', '1', '2', 'a', 'c', 'e', 'i', 'o', 's', 't', ' ', '%', '-', '.', '/', '3', '4', '5', '6',
	'7', '8', '9', '=', 'A', '_', 'b', 'd', 'f', 'g', 'h', 'l', 'm', 'n', 'p', 'r', 'u', ':', 'B',
	'C', 'D', 'E', 'F', 'G', 'H', 'I', 'J', 'K', 'L', 'M', 'N', 'O', 'P', 'Q', 'R', 'S', 'T', 'U',
	'V', 'W', 'Y', 'j', 'k', 'q', 'v', 'w', 'x', 'y', 'z', '&', '*', ',', ';', 'X', 'Z', '!', '"',
	'(', ')', '?', '\'', '+', '|', '#', '>', 0, '$', '@', '[', ']', '~', '^', '}', '<', '`', '{',
	'\\', 195, 208, 128, 130, 131, 162, 184, 194, 224, 226, 153, 161, 167, 172, 176, 177, 179, 209,
	216, 217, 227, 229, 230, 129, 132, 133, 134, 136, 146, 154, 156, 160, 163, 164, 169, 170, 173,
	178, 181, 185, 186, 187, 189, 190, 196, 198, 228, 232, 233, 1, 135, 137, 138, 139, 140, 141,
	143, 147, 149, 150, 151, 152, 155, 157, 158, 165, 166, 168, 174, 175, 180, 182, 183, 188, 191,
	197, 231, 239, 9, 142, 144, 145, 148, 159, 171, 206, 215, 225, 236, 237, 199, 207, 234, 235,
	192, 193, 200, 201, 202, 205, 210, 213, 218, 219, 238, 240, 242, 243, 255, 203, 204, 211, 212,
	214, 221, 222, 223, 241, 244, 245, 246, 247, 248, 250, 251, 252, 253, 254, 2, 3, 4, 5, 6, 7, 8,
	11, 12, 14, 15, 16, 17, 18, 19, 20, 21, 23, 24, 25, 26, 27, 28, 29, 30, 31, 127, 220, 249, 10,
	13, 22, EOS,
};
/* clang-format on */

static struct view_of_bytes text_of(const char *s)
{
	return (struct view_of_bytes){(const uint8_t *)s, (uint32_t)strlen(s)};
}

void hpack_static(uint32_t i, struct view_of_bytes *name, struct view_of_bytes *value)
{
	*name = text_of(entries[i - 1].name);
	*value = text_of(entries[i - 1].value);
}

struct walk {                        /* down the code, a bit at a time */
	uint32_t code, first, index; /* so far; first code of this length, and its symbol */
	unsigned bits;
};

/* The symbol that the bit completes, or -1. */
static int step(struct walk *w, unsigned bit)
{
	w->code = w->code << 1 | bit;
	w->first <<= 1;
	w->bits++;
	uint32_t n = codes[w->bits];
	if (w->code - w->first < n) {
		int symbol = symbols[w->index + w->code - w->first];

		*w = (struct walk){0};
		return symbol;
	}
	w->index += n;
	w->first += n;
	return -1;
}

bool hpack_huffman(struct proto_mem *m, struct proto_bytes *to, const uint8_t *p, uint32_t n)
{
	struct walk w = {0};
	uint8_t out[256];
	uint32_t k = 0;

	for (uint32_t i = 0; i < n; i++) {
		for (unsigned b = 8; b--;) {
			int symbol = step(&w, p[i] >> b & 1u);

			if (symbol == (int)EOS)
				return false;
			if (symbol >= 0)
				out[k++] = (uint8_t)symbol;
		}
		if (k + 2 > sizeof(out)) { /* a byte completes at most two */
			if (!proto_append(m, to, out, k, UINT32_MAX))
				return false;
			k = 0;
		}
	}
	if (k && !proto_append(m, to, out, k, UINT32_MAX))
		return false;
	/* what is left over is the beginning of EOS: ones, less than a byte */
	return w.bits < 8 && w.code == (1u << w.bits) - 1;
}
