// SPDX-License-Identifier: Apache-2.0
/* Fixed rules over any bytes, given as one UDP payload and as a stream cut anywhere: nothing is read
 * outside, and the stream finds what the packet finds. */
#include "unit/rule_run.h"

static const char rules[] =
	"alert udp any any -> any any (content:\"ab\"; content:\"c\"; distance:1; within:4; sid:1;)\n"
	"alert udp any any -> any any (content:\"aB\"; nocase; content:!\"d\"; within:2; sid:2;)\n"
	"alert udp any any -> any any (content:\"a\"; depth:4; content:\"b\"; distance:-2; sid:3;)\n"
	"alert udp any any -> any any (content:\"abc\"; endswith; sid:4;)\n"
	"alert udp any any -> any any (content:\"|00|\"; isdataat:!2,relative; sid:5;)\n"
	"alert udp any any -> any any (content:\"ca\"; content:\"a\"; distance:0; "
	"content:\"b\"; within:1; content:!\"b\"; within:1; sid:6;)\n"
	"alert udp any any -> any any (content:\"aaa\"; fast_pattern:1,2; sid:7;)\n";

static unsigned mask(struct run *r)
{
	unsigned m = 0;

	for (unsigned i = 0; i < r->n; i++)
		m |= 1u << r->sid[i];
	r->n = 0;
	return m;
}

static struct run *make(const char *proto)
{
	struct run *r = malloc(sizeof(*r));
	char text[sizeof(rules) + 256];
	size_t n = 0;

	for (const char *c = rules; *c;) {
		if (strncmp(c, " udp ", 5) == 0) {
			n += (size_t)sprintf(text + n, " %s ", proto);
			c += 5;
		} else {
			text[n++] = *c++;
		}
	}
	text[n] = '\0';
	run_init(r, text);
	assert(r->set->n_matched == 7);
	return r;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct run *udp, *tcp;

	if (!udp) {
		udp = make("udp");
		tcp = make("tcp-stream");
	}
	if (size < 2 || size > 2048)
		return 0;
	size_t step = data[0] % 32 + 1; /* the first byte says how it is cut */
	data++;
	size--;

	udp->flow.proto = 17;
	uint8_t *exact = malloc(size);
	memcpy(exact, data, size);
	struct pkt p = run_pkt(udp, 0, exact, size);
	rule_pkt(udp->m, &p);
	unsigned whole = mask(udp);
	bool over = count_get(&rule_matcher_counters(udp->m)->eval_over) != 0;
	free(exact);

	tcp->sent[0] = 0;
	tcp->flow.rule_bits = 0;
	for (size_t i = 0; i < size; i += step)
		run_piece(tcp, 0, data + i, size - i < step ? size - i : step, false, false);
	run_end(tcp);
	assert(tcp->flow.rule_state == 0);
	unsigned pieces = mask(tcp);
	over |= count_get(&rule_matcher_counters(tcp->m)->eval_over) != 0;
	/* Every match of the whole is found in the pieces. (A piece may match what later bytes would
	 * have forbidden only where nothing waits for them; here all of them wait.) */
	assert(over || pieces == whole);
	return 0;
}
