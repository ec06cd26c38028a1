// SPDX-License-Identifier: Apache-2.0
/* One pass over the captures of a run: records become frames, numbered through all files. Classic
 * captures of Ethernet are read in blocks (classic.c), others are libpcap's work, pcapng is our own
 * (pcapng.c says why).
 *
 * Units:  whatever resolution the file has, times leave in nanoseconds. A time libpcap cannot mean
 *         (before 1970, beyond 2262) is moved to the nearest one that fits.
 * Owns:   the handle and its buffers; a frame's bytes live until the next frame, or, if they are held,
 *         until the next read.
 * Thread: one reader's. Opening the next capture is the only thing that allocates.
 * Errors: a capture that breaks off ends there: what came before counts, `broken` says where, and the
 *         next one is read. Cost:   pcap_dispatch with a callback: one call of libpcap a burst, not a frame.
 */
#include "capture/savefile.h"

#include "base/clock.h"
#include "capture/interface.h"
#include "capture/pcapng.h"
#include "capture/seconds.h"

#include <errno.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* libpcap reads a classic file's 32-bit seconds as signed: the years after 2038 look negative. Some
 * writers that shift times leave a fraction below 0 or above a second: it is borrowed or carried.
 */
static inline uint64_t time_of(const struct timeval *tv)
{
	uint64_t s = tv->tv_sec < 0 ? (uint32_t)tv->tv_sec : (uint64_t)tv->tv_sec;
	int64_t ns = tv->tv_usec; /* nanoseconds: we asked for them */

	if (s > SECONDS_MAX - 4) /* a fraction is 32 bits: less than 4 s */
		s = SECONDS_MAX - 4;
	if (ns < 0 && s * NS_PER_S < (uint64_t)-ns)
		return 0;
	return s * NS_PER_S + (uint64_t)ns;
}

static inline bool tell(struct capture_savefile *s, const struct pcap_pkthdr *h, const u_char *data)
{
	struct frame f = {
		.data = data,
		.cap_len = h->caplen,
		.wire_len = h->len > h->caplen ? h->len : h->caplen,
		.time_ns = time_of(&h->ts),
		.seq = s->seq++,
		.link = s->link,
		.source = (uint16_t)(s->next - 1),
	};

	return s->on_frame(s->ctx, &f);
}

static void on_record(u_char *ctx, const struct pcap_pkthdr *h, const u_char *data)
{
	struct capture_savefile *s = (struct capture_savefile *)ctx;

	if (!tell(s, h, data))
		pcap_breakloop(s->open.pcap);
}

/* A sentence a capture, while there is room; then how many more there are. */
static void break_off(struct capture_savefile *s, const char *how)
{
	char more[32], *end = s->broken + s->told;
	int n = snprintf(end, BROKEN_ROOM - s->told, "%s%s breaks off after %llu frames: %.120s", s->told ? "; " : "",
			 s->in->at[s->next - 1].path, (unsigned long long)(s->seq - s->file_seq), how);

	if (n > 0 && (uint32_t)n < BROKEN_ROOM - s->told && s->untold == 0) {
		s->told += (uint32_t)n;
	} else {
		snprintf(more, sizeof(more), " (and %u more)", ++s->untold);
		memcpy(end, more, sizeof(more));
	}
	capture_inputs_close(&s->open);
	s->classic.on = false;
}

static void open_next(struct capture_savefile *s)
{
	struct err err = {0};

	capture_inputs_close(&s->open);
	if (s->next == s->in->n) {
		s->ended = true;
		return;
	}
	s->file_seq = s->seq;
	if (capture_inputs_open(s->in, s->next++, s->buffer, &s->open, &err) < 0)
		break_off(s, err.msg);
	if (!s->open.pcap)
		return;
	s->link = (uint16_t)capture_link_of(pcap_datalink(s->open.pcap));
	capture_classic_begin(&s->classic, s->open.pcap);
}

int capture_savefile_init(struct capture_savefile *s, struct capture_inputs *in,
			  bool (*on_frame)(void *ctx, const struct frame *f), void *ctx,
			  struct err *err)
{
	*s = (struct capture_savefile){.in = in, .on_frame = on_frame, .ctx = ctx};
	s->buffer = malloc(INPUTS_BUFFER);
	if (!s->buffer || capture_classic_init(&s->classic) < 0)
		return err_set(err, ENOMEM, "no memory for a reader");
	return 0;
}

/* All: true when the read is over, because on_frame said so or `until` is reached. */
static bool read_pcap(struct capture_savefile *s, uint64_t until)
{
	uint64_t before = s->seq;
	int r = pcap_dispatch(s->open.pcap, (int)(until - s->seq), on_record, (u_char *)s);

	if (r == PCAP_ERROR_BREAK && s->seq == before)
		return false; /* the request of the read before, noticed late */
	if (r == PCAP_ERROR_BREAK || r > 0)
		return true;
	if (r < 0)
		break_off(s, pcap_geterr(s->open.pcap));
	else
		open_next(s);
	return false;
}

/* The block is not read anew under frames that are held. */
static bool read_classic(struct capture_savefile *s, uint64_t until)
{
	struct pcap_pkthdr h;
	const uint8_t *data;

	while (s->seq < until) {
		if (capture_classic_next(&s->classic, &h, &data)) {
			if (!tell(s, &h, data))
				return true;
		} else if (s->held) {
			return true;
		} else if (!capture_classic_fill(&s->classic)) {
			if (!capture_classic_leave(&s->classic, s->open.pcap))
				break_off(s, strerror(errno));
			return false;
		}
	}
	return true;
}

static bool read_pcapng(struct capture_savefile *s, uint64_t until)
{
	struct frame f;
	int r = 1;

	while (s->seq < until && (r = capture_pcapng_next(s->open.ng, &f)) > 0) {
		f.seq = s->seq++;
		f.link = (uint16_t)capture_link_of(f.link);
		f.source = (uint16_t)(s->next - 1);
		if (!s->on_frame(s->ctx, &f))
			return true;
	}
	if (r < 0)
		break_off(s, capture_pcapng_why(s->open.ng));
	else if (r == 0)
		open_next(s);
	return false;
}

void capture_savefile_read(struct capture_savefile *s, unsigned max)
{
	uint64_t until = s->seq + max;
	bool over = false;

	s->held = false;
	while (!over && !s->ended && s->seq < until) {
		if (s->open.pcap && s->classic.on)
			over = read_classic(s, until);
		else if (s->open.pcap)
			over = read_pcap(s, until);
		else if (s->open.ng)
			over = read_pcapng(s, until);
		else
			open_next(s);
	}
}

void capture_savefile_fini(struct capture_savefile *s)
{
	capture_inputs_close(&s->open);
	capture_classic_fini(&s->classic);
	free(s->buffer);
	s->buffer = NULL;
}
