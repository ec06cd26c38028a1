// SPDX-License-Identifier: Apache-2.0
/* Several packet sockets on one interface, each frame to one of them: PACKET_FANOUT.
 *
 * The kernel's own hash goes by ports too, ours by hosts; so a frame would cross to another worker
 * in n-1 of n cases. A kernel that takes a program (since 4.3) is given capture_spread() in classic
 * BPF: then only tunnels, ICMP errors and tags inside tags cross.
 *
 * Thread: main, at start.
 * Source: packet(7); linux/filter.h (SKF_NET_OFF: from the network header, wherever that is).
 */
#include "capture/fanout.h"

#include "capture/spread.h"

#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <sys/socket.h>

#define NET(at)  ((uint32_t)(SKF_NET_OFF + (at)))
#define IP4_SRC  12
#define IP4_DST  16
#define IP6_SRC  8
#define IP6_DST  24
#define MAPPED   0x0000ffffu /* the third word of an IPv4 address */
#define SLOT_SUM 0

struct program {
	struct sock_filter *at;
	unsigned n;
	uint32_t key;
};

static void emit(struct program *p, unsigned code, uint32_t k)
{
	p->at[p->n++] = (struct sock_filter){.code = (uint16_t)code, .k = k};
}

/* A, the last word folded in, becomes the hash of the address. */
static void emit_mix(struct program *p)
{
	emit(p, BPF_ALU | BPF_MUL | BPF_K, p->key);
	emit(p, BPF_MISC | BPF_TAX, 0);
	emit(p, BPF_ALU | BPF_RSH | BPF_K, SPREAD_MIX);
	emit(p, BPF_ALU | BPF_XOR | BPF_X, 0);
}

static void emit_ip4(struct program *p, uint32_t at)
{
	emit(p, BPF_LD | BPF_W | BPF_ABS, NET(at));
	emit(p, BPF_ALU | BPF_XOR | BPF_K, MAPPED * p->key);
	emit_mix(p);
}

static void emit_ip6(struct program *p, uint32_t at)
{
	emit(p, BPF_LD | BPF_W | BPF_ABS, NET(at));
	for (uint32_t i = 4; i < 16; i += 4) {
		emit(p, BPF_ALU | BPF_MUL | BPF_K, p->key);
		emit(p, BPF_MISC | BPF_TAX, 0);
		emit(p, BPF_LD | BPF_W | BPF_ABS, NET(at + i));
		emit(p, BPF_ALU | BPF_XOR | BPF_X, 0);
	}
	emit_mix(p);
}

/* A is the hash of the second address, SLOT_SUM that of the first. */
static void emit_end(struct program *p, unsigned workers)
{
	emit(p, BPF_LDX | BPF_W | BPF_MEM, SLOT_SUM);
	emit(p, BPF_ALU | BPF_ADD | BPF_X, 0);
	emit(p, BPF_ALU | BPF_MUL | BPF_K, p->key);
	emit(p, BPF_ALU | BPF_RSH | BPF_K, SPREAD_HIGH);
	emit(p, BPF_ALU | BPF_MOD | BPF_K, workers);
	emit(p, BPF_RET | BPF_A, 0);
}

unsigned capture_fanout_program(struct sock_filter *out, unsigned workers, uint64_t seed)
{
	struct program p = {.at = out, .key = capture_spread_key(seed)};

	emit(&p, BPF_LD | BPF_H | BPF_ABS, (uint32_t)(SKF_AD_OFF + SKF_AD_PROTOCOL));
	unsigned is4 = p.n;
	emit(&p, BPF_JMP | BPF_JEQ | BPF_K, ETH_P_IP);
	emit_ip4(&p, IP4_SRC);
	emit(&p, BPF_ST, SLOT_SUM);
	emit_ip4(&p, IP4_DST);
	emit_end(&p, workers);

	unsigned is6 = p.n;
	out[is4].jf = (uint8_t)(is6 - is4 - 1);
	emit(&p, BPF_JMP | BPF_JEQ | BPF_K, ETH_P_IPV6);
	emit_ip6(&p, IP6_SRC);
	emit(&p, BPF_ST, SLOT_SUM);
	emit_ip6(&p, IP6_DST);
	emit_end(&p, workers);

	out[is6].jf = (uint8_t)(p.n - is6 - 1);
	emit(&p, BPF_RET | BPF_K, 0);
	return p.n;
}

/* The first socket makes a group with a number nobody has, the others join it. */
static bool join(const int *fd, unsigned n, unsigned type)
{
	int how = (int)((type | PACKET_FANOUT_FLAG_UNIQUEID) << 16);
	socklen_t size = sizeof(how);

	if (setsockopt(fd[0], SOL_PACKET, PACKET_FANOUT, &how, sizeof(how)) < 0 ||
	    getsockopt(fd[0], SOL_PACKET, PACKET_FANOUT, &how, &size) < 0)
		return false;
	how = (int)(((uint32_t)how & 0xffff) | type << 16);
	for (unsigned i = 1; i < n; i++)
		if (setsockopt(fd[i], SOL_PACKET, PACKET_FANOUT, &how, sizeof(how)) < 0)
			return false;
	return true;
}

enum fanout_kind capture_fanout_join(const int *fd, unsigned n, uint64_t seed)
{
	struct sock_filter code[FANOUT_INSNS_MAX];
	struct sock_fprog prog = {.filter = code};

	if (join(fd, n, PACKET_FANOUT_CBPF)) {
		prog.len = (uint16_t)capture_fanout_program(code, n, seed);
		if (setsockopt(fd[0], SOL_PACKET, PACKET_FANOUT_DATA, &prog, sizeof(prog)) == 0)
			return FANOUT_spread;
		/* Everything goes to socket 0, which hands over: slower, nothing is lost. */
		return FANOUT_hash;
	}
	return join(fd, n, PACKET_FANOUT_HASH) ? FANOUT_hash : FANOUT_none;
}
