// SPDX-License-Identifier: Apache-2.0
/* Which pings carry something: what two hosts' echoes sum up to. */
#include "base/clock.h"
#include "proto_rig.h"

static struct rig r;
static struct fact_icmp_echo sum;
static unsigned facts;

static void on_fact(void *ctx, const struct proto_fact *f)
{
	const struct fact_icmp_echo *b = f->body;

	(void)ctx;
	facts++;
	for (unsigned i = 0; i < 2; i++) {
		sum.fresh[i] += b->fresh[i];
		sum.bytes[i] += b->bytes[i];
	}
	sum.odd += b->odd;
	sum.stray += b->stray;
	sum.again += b->again;
}

static void begin(const char *name)
{
	CASE(name);
	rig_init(&r, 0, 0);
	r.proto->hooks.on_fact = on_fact;
	memset(&sum, 0, sizeof(sum));
	facts = 0;
}

static void echo(bool reply, uint16_t seq, const void *at, uint32_t len)
{
	uint8_t *frame = calloc(1, 28 + len); /* exact: one byte too many is seen */
	struct pkt p = world_pkt(&r.w, 1, reply ? "10.0.0.2" : "10.0.0.1", 0,
				 reply ? "10.0.0.1" : "10.0.0.2", 0);

	frame[20] = p.icmp_type = reply ? 0 : 8;
	frame[25] = 7; /* id */
	frame[26] = (uint8_t)(seq >> 8);
	frame[27] = (uint8_t)seq;
	if (len)
		memcpy(frame + 28, at, len);
	p.l3 = frame;
	p.payload = frame + 28;
	p.payload_len = p.payload_wire = len;
	flow_pkt(r.w.t, &p);
	proto_pkt(r.proto, &p);
	r.flow = p.flow;
	free(frame);
}

/* Sixteen bytes of time, then by `how`: 'p' ping's ascending bytes, 'r' other ones each time, 'f' one value
 * each time another, 'g' a mark of 16 bytes that changes, then a pattern. */
static void fill(uint8_t *p, uint32_t len, char how, uint32_t n)
{
	for (uint32_t i = 0; i < len; i++) {
		uint32_t any = (i + 1) * 2654435761u ^ (n + 1) * 40503u * (i + 7);
		p[i] = (uint8_t)(i < 8               ? n * 7 + i
				 : i < 16            ? i
				 : how == 'p'        ? i
				 : how == 'f'        ? n
				 : how == 'g'        ? (i < 32 ? any >> 11 : i)
						     : any >> 11);
	}
}

static const struct {
	const char *name;
	char how, back; /* of requests; of replies: '=' the same, 'n' none, 'c' cut to 24 bytes, 'x' other bytes,
			 * '2' the same and then other bytes, 'z' zeroes */
	uint32_t len, step, n;
	bool carries, odd, told;
} rows[] = {
	{"ping", 'p', '=', 56, 0, 40, false, false, false},
	{"ping -s 1400 -f", 'p', '=', 1400, 0, 400, false, false, false},
	{"Windows", 'p', '=', 32, 0, 8, false, false, false},
	{"a path's MTU is looked for", 'p', 'n', 500, 37, 25, false, false, false},
	{"one value each time another (mtr, fping)", 'f', '=', 200, 0, 40, false, false, false},
	{"a mark of the pinger behind the time", 'g', '=', 200, 0, 40, false, false, false},
	{"nobody answers", 'p', 'n', 56, 0, 40, false, false, false},
	{"answers cut short", 'p', 'c', 200, 0, 40, false, false, false},
	{"answers of zeroes: a broken device", 'p', 'z', 56, 0, 40, false, false, false},
	{"other bytes each time, echoed", 'r', '=', 400, 0, 40, true, false, true},
	{"other bytes each time, never answered", 'r', 'n', 60, 3, 40, true, false, true},
	{"answered with other bytes", 'r', 'x', 60, 3, 40, true, true, true},
	{"echoed, and answered again with other bytes", 'r', '2', 60, 3, 40, true, true, true},
	{"asked plainly, answered with other bytes", 'p', 'x', 56, 0, 40, false, true, true},
	{"one byte", 'r', '=', 1, 0, 40, false, false, false},
	{"nothing", 'r', '=', 0, 0, 40, false, false, false},
};

static void check_rows(void)
{
	static uint8_t up[1500], down[1500];

	for (unsigned k = 0; k < sizeof(rows) / sizeof(rows[0]); k++) {
		begin(rows[k].name);
		for (uint32_t i = 0; i < rows[k].n; i++) {
			uint32_t len = rows[k].len + i * rows[k].step;
			char back = rows[k].back;

			fill(up, len, rows[k].how, i);
			fill(down, len, 'r', i + 1000);
			if (back == 'z')
				memset(down, 0, len);
			echo(false, (uint16_t)i, up, len);
			if (back == '=' || back == 'c' || back == '2')
				echo(true, (uint16_t)i, up, back == 'c' ? 24 : len);
			if (back == 'x' || back == 'z' || back == '2')
				echo(true, (uint16_t)i, down, len);
			r.w.now_ns += NS_PER_S / 4;
		}
		CHECK_EQ(sum.fresh[0] > 20, rows[k].carries);
		CHECK_EQ(sum.odd > 20, rows[k].odd);
		CHECK_EQ(facts > 0, rows[k].told);
		CHECK(facts <= rows[k].n / 2);
		rig_fini(&r);
	}
}

static void check_again(void)
{
	static const char *const words[] = {"shell", "upload2", "exep", "download"};
	uint8_t p[788] = {0};

	begin("commands with one number");
	for (unsigned i = 0; i < 4; i++) {
		memset(p, 0, sizeof(p));
		memcpy(p, words[i], strlen(words[i]));
		echo(false, 53764, p, sizeof(p));
		echo(true, 53764, p, sizeof(p));
		r.w.now_ns += 60 * NS_PER_S; /* the flow ends in between, the memory of both hosts does not */
	}
	CHECK_EQ(sum.again, 3);
	rig_fini(&r);
	begin("a time of letters, the number moves on");
	for (uint16_t i = 0; i < 9; i++) {
		memset(p, 'a' + i, 8);
		echo(false, i, p, 56);
	}
	CHECK_EQ(facts, 0);
	rig_fini(&r);
	begin("commands in short replies");
	for (uint16_t i = 0; i < 12; i++) {
		char command[20];
		int n = snprintf(command, sizeof(command), "dir c:\\%c\n", 'a' + i);
		fill(p, 56, 'p', i);
		echo(false, i, p, 56);
		echo(true, i, command, (uint32_t)n);
		r.w.now_ns += 2 * NS_PER_S;
	}
	CHECK(sum.odd >= 8);
	rig_fini(&r);
	begin("a device that puts a time of its own into replies");
	for (uint16_t i = 0; i < 40; i++) {
		fill(p, 56, 'p', i);
		echo(false, i, p, 56);
		fill(p, 56, 'p', 5000u + i * 3u);
		echo(true, i, p, 56);
		r.w.now_ns += NS_PER_S;
	}
	CHECK_EQ(facts, 0);
	rig_fini(&r);
	begin("replies nobody asked for");
	for (uint16_t i = 0; i < 60; i++) {
		fill(p, 100, 'r', i);
		echo(true, i, p, 100);
	}
	CHECK(sum.stray >= 40);
	rig_fini(&r);
}

int main(void)
{
	check_rows();
	check_again();
	return check_done();
}
