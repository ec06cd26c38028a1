// SPDX-License-Identifier: Apache-2.0
/* decode_pair() against decode_frame() over random frames that look like traffic, and
 * decode_burst() against decode_frame(). */
#include "decode_run.h"

#define FRAMES 300000

static uint64_t state = 1;

static uint32_t draw(uint32_t n) /* 0 … n-1; xorshift64* */
{
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return (uint32_t)((state * 2685821657736338717ULL) >> 32) % n;
}

/* Bytes where decisions are made; everything else is noise. */
static size_t make(uint8_t *b, enum link *link)
{
	static const uint16_t types[] = {0x0800, 0x0800, 0x86dd, 0x8100, 0x88a8, 0x0806, 0x88cc};
	static const uint8_t protos[] = {6, 6, 17, 1, 58, 0, 43, 44, 51, 60, 132};
	static const uint8_t arp[] = {0, 1, 8, 0, 6, 4, 0, 1};
	size_t n = 14 + draw(120), at = 0;

	for (size_t i = 0; i < 160; i++)
		b[i] = (uint8_t)draw(256);
	*link = draw(4) ? LINK_ether : LINK_raw + draw(4);
	if (*link == LINK_ether) {
		uint16_t type;
		at = 12;
		do {
			type = types[draw(7)];
			b[at] = (uint8_t)(type >> 8);
			b[at + 1] = (uint8_t)type;
			at += type == 0x8100 || type == 0x88a8 ? 4 : 2;
		} while ((type == 0x8100 || type == 0x88a8) && at < 40);
		if (type == 0x0800)
			b[at] = (uint8_t)(0x45 + draw(8) / 7);
		if (type == 0x86dd)
			b[at] = 0x60;
		if (type == 0x0806)
			memcpy(b + at, arp, sizeof(arp));
	} else if (*link == LINK_raw) {
		b[0] = draw(2) ? 0x45 : 0x60;
	}
	uint8_t *ip = b + at;
	if (ip[0] >> 4 == 4) {
		ip[9] = protos[draw(sizeof(protos))];
		ip[6] = draw(4) ? 0 : (uint8_t)draw(64);
		ip[7] = 0;
		ip[2] = 0;
		ip[3] = (uint8_t)(draw(8) ? draw((uint32_t)n) : 0);
		if (ip[9] == 1 && draw(2)) {
			ip[20] = 3;
			ip[28] = 0x45;
		}
	} else if (ip[0] >> 4 == 6) {
		ip[6] = protos[draw(sizeof(protos))];
		ip[4] = 0;
		ip[5] = (uint8_t)draw((uint32_t)n);
		ip[40] = protos[draw(sizeof(protos))];
		ip[41] = (uint8_t)draw(2);
	}
	return n;
}

int main(void)
{
	static struct pkt burst[4], one;
	unsigned seen[5] = {0}, quotes = 0;
	struct verdicts count = {0}, sum = {0};

	CASE("random frames: the pair is the packet's, or the quoted one's");
	for (unsigned i = 0; i < FRAMES; i++) {
		uint8_t bytes[160];
		enum link link;
		size_t n = make(bytes, &link);
		uint8_t *exact = malloc(n);
		struct addr a = {.q = {0, 0}}, b = a;

		memcpy(exact, bytes, n);
		struct frame f = {.data = exact,
				  .cap_len = (uint32_t)n,
				  .wire_len = (uint32_t)(n + draw(3) * 20),
				  .link = (uint16_t)link};
		decode_frame(&f, &one, &count);
		bool pair = decode_pair(&f, &a, &b);
		seen[one.net]++;
		quotes += one.quotes && one.net != PKT_none;
		if (one.net == PKT_ip4 || one.net == PKT_ip6) {
			CHECK(pair);
			CHECK(addr_eq(&a, one.quotes ? &one.q_src : &one.src));
			CHECK(addr_eq(&b, one.quotes ? &one.q_dst : &one.dst));
		} else if (one.net == PKT_arp) {
			CHECK(!pair);
		}
		free(exact);
	}
	for (unsigned i = 0; i < 4; i++)
		CHECK(seen[i] > FRAMES / 200); /* every kind came up */
	CHECK(quotes > 100);

	CASE("a burst is its frames one by one");
	static const char text[] = "020000000001 020000000002 0800 45 00 0015 0001 0000 40 fd 0000 "
				   "0a000001 0a000002 aa";
	uint8_t bytes[64];
	size_t n = hex(text, bytes, sizeof(bytes));
	struct frame f[4];
	for (unsigned i = 0; i < 4; i++)
		f[i] = (struct frame){.data = bytes,
				      .cap_len = (uint32_t)(n - 7 * i),
				      .wire_len = (uint32_t)n,
				      .seq = i};
	CHECK_EQ(decode_burst(f, 4, burst, &sum), 4);
	for (unsigned i = 0; i < 4; i++) {
		decode_frame(&f[i], &one, &count);
		CHECK_EQ(burst[i].seq, i);
		CHECK_EQ(burst[i].net, one.net);
		CHECK_EQ(burst[i].payload_len, one.payload_len);
	}
	CHECK_EQ(count_get(&sum.n[VERDICT_ok]), 1);
	CHECK_EQ(count_get(&sum.n[VERDICT_ip4_short]), 3);
	return check_done();
}
