// SPDX-License-Identifier: Apache-2.0
/* The capture filter: tcpdump's language, compiled once for each kind of link, run on every frame.
 *
 * It runs here and not in the kernel, so that what it removes is counted, and so that files, live
 * links and DPDK ports agree. A kind of link the text makes no sense on (`ether host` on raw IP)
 * has no frame that matches.
 *
 * Owns:   the programs. Thread: made on main, read by all.
 * Errors: libpcap's own words about the text.
 * Cost:   20 to 60 ns a frame, by the text; none without a filter.
 */
#include "capture/filter.h"

#include <errno.h>
#include <pcap/pcap.h>
#include <stdlib.h>
#include <string.h>

#define SNAPLEN   262144
#define TAG_AT    12u
#define TAG_BYTES 4u
#define TAGGED    2048u /* bytes of a frame whose tag is put back for the filter */

struct capture_filter {
	struct bpf_program program[LINK_other];
	bool has[LINK_other];
};

static const int dlt[LINK_other] = {
	[LINK_ether] = DLT_EN10MB,  [LINK_raw] = DLT_RAW,         [LINK_null] = DLT_NULL,
	[LINK_sll] = DLT_LINUX_SLL, [LINK_sll2] = DLT_LINUX_SLL2,
};

/* False: libpcap says why in `why`. */
static bool compile(struct bpf_program *p, int link, const char *text, char *why, size_t size)
{
	pcap_t *dead = pcap_open_dead_with_tstamp_precision(link, SNAPLEN,
							    PCAP_TSTAMP_PRECISION_NANO);
	bool ok = dead && pcap_compile(dead, p, text, 1, PCAP_NETMASK_UNKNOWN) == 0;

	if (!ok)
		snprintf(why, size, "%s", dead ? pcap_geterr(dead) : "no memory");
	if (dead)
		pcap_close(dead);
	return ok;
}

int capture_filter_new(struct capture_filter **out, const char *text, struct err *err)
{
	char why[LINK_other][PCAP_ERRBUF_SIZE];
	struct capture_filter *f;
	unsigned n = 0;

	*out = NULL;
	if (!text || !*text)
		return 0;
	f = calloc(1, sizeof(*f));
	if (!f)
		return err_set(err, ENOMEM, "no memory for the capture filter");
	for (unsigned i = 0; i < LINK_other; i++) {
		f->has[i] = compile(&f->program[i], dlt[i], text, why[i], sizeof(why[i]));
		n += f->has[i];
	}
	if (n > 0) {
		*out = f;
		return 0;
	}
	capture_filter_free(f);
	err_set(err, EINVAL, "filter '%.80s': %.130s", text, why[LINK_ether]);
	err_hint(err, "tcpdump's language, see pcap-filter(7); for example: not host 10.0.0.9");
	return -EINVAL;
}

void capture_filter_free(struct capture_filter *f)
{
	for (unsigned i = 0; f && i < LINK_other; i++)
		if (f->has[i])
			pcap_freecode(&f->program[i]);
	free(f);
}

int capture_filter_check(const char *text, struct err *err)
{
	struct capture_filter *f;
	int r = capture_filter_new(&f, text, err);

	if (r == 0)
		capture_filter_free(f);
	return r;
}

static bool run(const struct bpf_program *p, const uint8_t *data, uint32_t cap, uint32_t wire)
{
	struct pcap_pkthdr h = {.caplen = cap, .len = wire};

	return pcap_offline_filter(p, &h, data) != 0;
}

/* A tag the NIC took out is where the text expects it. */
static bool run_tagged(const struct bpf_program *p, const struct frame *f)
{
	uint32_t n = f->cap_len < TAGGED ? f->cap_len : TAGGED;
	uint8_t whole[TAGGED + TAG_BYTES];

	memcpy(whole, f->data, TAG_AT);
	whole[TAG_AT] = 0x81;
	whole[TAG_AT + 1] = 0;
	whole[TAG_AT + 2] = (uint8_t)(f->vlan_tci >> 8);
	whole[TAG_AT + 3] = (uint8_t)f->vlan_tci;
	memcpy(whole + TAG_AT + TAG_BYTES, f->data + TAG_AT, n - TAG_AT);
	return run(p, whole, n + TAG_BYTES, f->wire_len + TAG_BYTES);
}

bool capture_filter_match(const struct capture_filter *f, const struct frame *frame)
{
	if (frame->link >= LINK_other || !f->has[frame->link])
		return false;
	const struct bpf_program *p = &f->program[frame->link];

	if ((frame->flags & FRAME_VLAN) && frame->link == LINK_ether && frame->cap_len >= TAG_AT)
		return run_tagged(p, frame);
	return run(p, frame->data, frame->cap_len, frame->wire_len);
}

const struct bpf_program *capture_filter_ether(const struct capture_filter *f)
{
	return f && f->has[LINK_ether] ? &f->program[LINK_ether] : NULL;
}
