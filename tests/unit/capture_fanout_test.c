// SPDX-License-Identifier: Apache-2.0
/* The kernel's program and capture_spread() name the same worker; both are symmetric and even. */
#include "capture/fanout.h"

#include "capture/dispatch.h"
#include "capture/spread.h"

#include "check.h"

#include <assert.h>
#include <linux/if_ether.h>

/* Classic BPF as the kernel runs it on a packet socket, as far as the program needs it. */
static unsigned run(const struct sock_filter *p, unsigned n, uint16_t protocol, const uint8_t *ip)
{
	uint32_t a = 0, x = 0, mem[16] = {0};

	for (unsigned at = 0; at < n; at++) {
		uint32_t k = p[at].k;

		switch (p[at].code) {
		case BPF_LD | BPF_H | BPF_ABS:
			assert(k == (uint32_t)(SKF_AD_OFF + SKF_AD_PROTOCOL));
			a = protocol;
			break;
		case BPF_LD | BPF_W | BPF_ABS:
			k -= (uint32_t)SKF_NET_OFF;
			assert(k < 40);
			a = (uint32_t)ip[k] << 24 | (uint32_t)ip[k + 1] << 16 |
			    (uint32_t)ip[k + 2] << 8 | ip[k + 3];
			break;
		case BPF_JMP | BPF_JEQ | BPF_K: at += a == k ? p[at].jt : p[at].jf; break;
		case BPF_ALU | BPF_MUL | BPF_K: a *= k; break;
		case BPF_ALU | BPF_RSH | BPF_K: a >>= k; break;
		case BPF_ALU | BPF_XOR | BPF_K: a ^= k; break;
		case BPF_ALU | BPF_MOD | BPF_K: a %= k; break;
		case BPF_ALU | BPF_XOR | BPF_X: a ^= x; break;
		case BPF_ALU | BPF_ADD | BPF_X: a += x; break;
		case BPF_MISC | BPF_TAX: x = a; break;
		case BPF_LDX | BPF_W | BPF_MEM: x = mem[k]; break;
		case BPF_ST: mem[k] = a; break;
		case BPF_RET | BPF_A: return a;
		case BPF_RET | BPF_K: return k;
		default: assert(!"an instruction the test does not know");
		}
	}
	assert(!"no return");
	return 0;
}

static uint64_t rnd(void)
{
	static uint64_t s = 1;

	return s = hash_u64(s, 7);
}

static void test_agree(unsigned workers, uint64_t seed)
{
	struct sock_filter code[FANOUT_INSNS_MAX];
	unsigned n = capture_fanout_program(code, workers, seed), wrong = 0, uneven = 0;
	unsigned got[64] = {0};
	uint32_t key = capture_spread_key(seed);

	CHECK(n <= FANOUT_INSNS_MAX);
	for (unsigned i = 0; i < 20000; i++) {
		uint8_t ip[40] = {0};
		struct addr a = {.q = {rnd(), rnd()}}, b = {.q = {rnd(), rnd()}};

		memcpy(ip + 8, &a, 16);
		memcpy(ip + 24, &b, 16);
		unsigned w = capture_spread(&a, &b, workers, key);
		wrong += run(code, n, ETH_P_IPV6, ip) != w;
		wrong += capture_spread(&b, &a, workers, key) != w;

		a = addr_v4_wire((uint32_t)rnd());
		b = addr_v4_wire(htobe32(0x0a000000u + i));
		memcpy(ip + 12, &a.w[3], 4);
		memcpy(ip + 16, &b.w[3], 4);
		w = capture_spread(&a, &b, workers, key);
		wrong += run(code, n, ETH_P_IP, ip) != w || w >= workers;
		wrong += run(code, n, ETH_P_ARP, ip) != 0;
		got[w]++;
	}
	CHECK_EQ(wrong, 0);
	for (unsigned i = 0; i < workers; i++)
		uneven += got[i] * workers < 14000 || got[i] * workers > 26000;
	CHECK_EQ(uneven, 0);
}

int main(void)
{
	CASE("two workers");
	test_agree(2, 0x1234567890abcdefULL);
	CASE("three workers, the seed of files");
	test_agree(3, 0);
	CASE("64 workers");
	test_agree(64, 99);
	CASE("neighbours in one network are spread as well");
	unsigned got[2] = {0};
	for (uint32_t i = 0; i < 64; i++) {
		for (uint32_t k = 0; k < 64; k++) {
			struct addr a = addr_v4_wire(htobe32(0xc0a80100u + i));
			struct addr b = addr_v4_wire(htobe32(0xc0a80200u + k));
			got[capture_spread(&a, &b, 2, capture_spread_key(0))]++;
		}
	}
	CHECK(got[0] > 1600 && got[1] > 1600);
	return check_done();
}
