// SPDX-License-Identifier: Apache-2.0
/* The source `live`: an interface of the kernel through libpcap, a 64 MiB ring (TPACKET_V3) for each
 * worker, with no hugepages and no DPDK.
 *
 * Several workers share the interface by PACKET_FANOUT (fanout.c); a frame whose hosts are another
 * worker's crosses to it (share.c). Where the kernel has no fanout, worker 0 reads alone.
 *
 * Time:   frames carry the kernel's stamps. The clock of the run is the wall clock, drawn from the
 *         monotonic one (stamp.c), so it never goes back and never stands still. A stamp beyond the
 *         second told (the kernel's, a moment after ours) is moved to its end.
 * Order:  a frame's number is the time at which its burst was read, and at least one more than the
 *         reader's frame before, as with DPDK: next_seq is the present, no frame below it follows.
 * Owns:   kept frames are copied into the reader's arena, because a block goes back to the kernel
 *         while the burst lives.
 * Thread: a reader's state is its own; losses are read once a second, by whoever comes first.
 * Errors: open says what is missing. An interface that vanishes ends the run, with a sentence.
 * Cost:   sleeps in poll, 1 ms at the most. A frame is seen HOLD_MS after it came, at the latest.
 */
#include "capture/dispatch.h"
#include "capture/fanout.h"
#include "capture/interface.h"
#include "capture/seconds.h"
#include "capture/share.h"
#include "capture/source.h"
#include "capture/stamp.h"

#include "base/log.h"

#include <errno.h>
#include <pcap/pcap.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#define RING_BYTES  (64 << 20)
#define HOLD_MS     10 /* how long the kernel may hold back a block that is not full */
#define WAIT_MS     1
#define ARENA_BYTES (2 * DISPATCH_FRAME_MAX)

struct reader {
	struct capture_share share;
	struct capture_stamp stamp;
	struct capture_seconds clock;
	uint64_t calibrate_at, next_seq;
	struct live_source *source;
	pcap_t *pcap; /* NULL: lives on what others hand over */
	int fd;
	uint16_t link;
	uint8_t *arena;
	uint32_t used;
	unsigned read; /* frames seen by this call of next */
	struct burst *burst;
	atomic_flag in_stats;
	uint64_t ring_lost, nic_lost; /* told by libpcap so far */
	char broken[300];
};

struct live_source {
	struct reader *reader;
	unsigned n;
	uint64_t seed, begin_ns; /* frames before it were seen by several sockets */
	struct capture_filter *filter;
	struct capture_handover *handover;
	char *interface;
};

static uint64_t now_of(struct reader *r)
{
	uint64_t mono = clock_mono_ns();

	if (mono >= r->calibrate_at) {
		if (r->calibrate_at == 0)
			capture_stamp_init(&r->stamp, NS_PER_S, mono, clock_real_ns());
		else
			capture_stamp_calibrate(&r->stamp, mono, clock_real_ns());
		r->calibrate_at = mono + NS_PER_S;
	}
	return capture_stamp_at(&r->stamp, mono);
}

static void finish(struct reader *r, struct burst *b, uint64_t now)
{
	if (now > r->next_seq)
		r->next_seq = now;
	b->end = r->broken[0] != 0;
	b->tick |= b->end;
	b->tick_ns = r->clock.told_ns;
	b->next_seq = r->next_seq;
	b->now_ns = now;
}

/* One frame for this worker: numbered, and its time within the second that was told. */
static void number(struct reader *r, struct frame *f)
{
	uint64_t end = r->clock.told_ns + NS_PER_S - 1;

	f->seq = r->next_seq++;
	if (f->time_ns > end)
		f->time_ns = end;
}

/* Copies a frame of ours into the arena. */
static void keep(struct reader *r, const struct frame *f)
{
	struct frame *out = &r->burst->frame[r->burst->n++];
	uint32_t n = f->cap_len < DISPATCH_FRAME_MAX ? f->cap_len : DISPATCH_FRAME_MAX;

	*out = *f;
	out->data = r->arena + r->used;
	out->cap_len = n;
	memcpy(r->arena + r->used, f->data, n);
	r->used += (n + 15) & ~15u;
	number(r, out);
	if (r->burst->n == BURST_MAX || r->used > ARENA_BYTES - DISPATCH_FRAME_MAX)
		pcap_breakloop(r->pcap);
}

static void on_packet(u_char *ctx, const struct pcap_pkthdr *h, const u_char *data)
{
	struct reader *r = (struct reader *)ctx;
	const struct live_source *s = r->source;
	struct frame f = {
		.data = data,
		.cap_len = h->caplen,
		.wire_len = h->len > h->caplen ? h->len : h->caplen,
		.time_ns = (uint64_t)h->ts.tv_sec * NS_PER_S + (uint64_t)h->ts.tv_usec,
		.link = r->link,
	};

	r->read++;
	if (f.time_ns < s->begin_ns)
		return;
	bool wanted = !s->filter || capture_filter_match(s->filter, &f);
	if (capture_share_frame(&r->share, &f, wanted))
		keep(r, &f);
}

/* What others received and is ours. Half a burst, so that our own ring is never shut out. */
static void take_handed(struct reader *r, struct burst *b)
{
	b->n = capture_share_handed(&r->share, b->frame, BURST_MAX / 2, &r->read);
	for (unsigned i = 0; i < b->n; i++)
		number(r, &b->frame[i]);
}

static void break_off(struct live_source *s, struct reader *r)
{
	snprintf(r->broken, sizeof(r->broken), "cannot read %s any longer: %.200s", s->interface,
		 pcap_geterr(r->pcap));
}

/* libpcap's totals since the start, as counters. */
static void read_drops(struct reader *r)
{
	struct pcap_stat st;

	if (!r->pcap || atomic_flag_test_and_set_explicit(&r->in_stats, memory_order_acquire))
		return;
	if (pcap_stats(r->pcap, &st) == 0) {
		/* 32-bit totals: what is added is their difference, also over the wrap. */
		r->ring_lost += (uint32_t)(st.ps_drop - (uint32_t)r->ring_lost);
		r->nic_lost += (uint32_t)(st.ps_ifdrop - (uint32_t)r->nic_lost);
		count_set(&r->share.counters.dropped_ring, r->ring_lost);
		if (r->share.index == 0)
			count_set(&r->share.counters.dropped_nic, r->nic_lost);
	}
	atomic_flag_clear_explicit(&r->in_stats, memory_order_release);
}

static uint64_t lost(const struct reader *r)
{
	return count_get(&r->share.counters.dropped_ring) + count_get(&r->share.counters.dropped_nic);
}

static void each_second(struct reader *r, struct burst *b, uint64_t now)
{
	uint64_t before = lost(r);

	capture_seconds_tell(&r->clock, now);
	b->tick = true;
	read_drops(r);
	capture_share_second(&r->share, lost(r) - before);
}

/* Nothing to do: sleeps until something comes, or the next look at the clock and the others. */
static void wait_packets(const struct reader *r)
{
	struct pollfd p = {.fd = r->fd, .events = POLLIN};

	if (r->pcap)
		poll(&p, 1, WAIT_MS);
	else
		clock_sleep_ns(WAIT_MS * NS_PER_MS / 2);
}

static void live_next(void *source, unsigned reader, struct burst *b)
{
	struct live_source *s = source;
	struct reader *r = &s->reader[reader];
	uint64_t now = now_of(r);

	b->n = 0;
	b->tick = b->end = false;
	r->burst = b;
	r->used = r->read = 0;
	if (now > r->next_seq)
		r->next_seq = now;
	if (capture_seconds_due(&r->clock, now)) {
		each_second(r, b, now);
		finish(r, b, now);
		return;
	}
	take_handed(r, b);
	if (r->pcap && !r->broken[0] &&
	    pcap_dispatch(r->pcap, (int)(BURST_MAX - b->n), on_packet, (u_char *)r) == PCAP_ERROR)
		break_off(s, r);
	if (r->read > 0)
		capture_share_burst(&r->share, b);
	else if (!r->broken[0])
		wait_packets(r);
	finish(r, b, now);
}

static void live_close(void *source)
{
	struct live_source *s = source;

	if (!s)
		return;
	for (unsigned i = 0; s->reader && i < s->n; i++) {
		struct reader *r = &s->reader[i];

		if (r->pcap)
			pcap_close(r->pcap);
		capture_share_fini(&r->share);
		free(r->arena);
	}
	capture_handover_free(s->handover);
	capture_filter_free(s->filter);
	free(s->interface);
	free(s->reader);
	free(s);
}

static int pcap_err(struct err *err, const char *name, pcap_t *p, int code)
{
	const char *said = p ? pcap_geterr(p) : "";

	err_set(err, EIO, "cannot listen on %s: %s%s%.120s", name, pcap_statustostr(code),
		*said ? ": " : "", said);
	if (code == PCAP_ERROR_PERM_DENIED)
		err_hint(err, "run as root, or: setcap cap_net_raw,cap_net_admin+ep vigie-sensor");
	else if (code == PCAP_ERROR_IFACE_NOT_UP)
		err_hint(err, "ip link set %s up", name);
	return -EIO;
}

static int open_pcap(struct reader *r, const struct capture_config *c, struct err *err)
{
	char why[PCAP_ERRBUF_SIZE] = "";
	pcap_t *p = pcap_create(c->interface, why);

	if (!p)
		return err_set(err, EIO, "cannot listen on %s: %.150s", c->interface, why);
	r->pcap = p;
	pcap_set_snaplen(p, (int)(c->snaplen > 0 ? c->snaplen : DISPATCH_FRAME_MAX));
	pcap_set_promisc(p, 1);
	pcap_set_buffer_size(p, RING_BYTES);
	pcap_set_timeout(p, HOLD_MS);
	pcap_set_immediate_mode(p, 0);
	pcap_set_tstamp_precision(p, PCAP_TSTAMP_PRECISION_NANO);
	int code = pcap_activate(p);
	if (code < 0)
		return pcap_err(err, c->interface, p, code);
	if (code > 0)
		log_warn("%s: %s %s", c->interface, pcap_statustostr(code), pcap_geterr(p));
	if (pcap_get_tstamp_precision(p) != PCAP_TSTAMP_PRECISION_NANO)
		return err_set(err, ENOTSUP, "%s gives no times in nanoseconds", c->interface);
	if (pcap_setnonblock(p, 1, why) < 0)
		return err_set(err, EIO, "cannot listen on %s: %.150s", c->interface, why);
	r->fd = pcap_get_selectable_fd(p);
	r->link = (uint16_t)capture_link_of(pcap_datalink(p));
	return 0;
}

static int open_readers(struct live_source *s, const struct capture_config *c, struct err *err)
{
	int fd[64], r = 0;

	for (unsigned i = 0; r == 0 && i < s->n; i++) {
		r = open_pcap(&s->reader[i], c, err);
		fd[i] = r == 0 ? pcap_fileno(s->reader[i].pcap) : -1;
	}
	if (r < 0 || s->n == 1)
		return r;
	enum fanout_kind kind = capture_fanout_join(fd, s->n, s->seed);
	if (kind == FANOUT_hash)
		log_info("%s: the kernel spreads by flow only: frames cross between workers",
			 c->interface);
	if (kind == FANOUT_none)
		log_warn("%s: the kernel cannot spread frames: worker 0 reads alone", c->interface);
	for (unsigned i = 1; kind == FANOUT_none && i < s->n; i++) {
		pcap_close(s->reader[i].pcap);
		s->reader[i].pcap = NULL;
	}
	s->begin_ns = clock_real_ns();
	return 0;
}

static int prepare(struct live_source *s, unsigned index, const struct capture_config *c,
		   struct err *err)
{
	struct reader *r = &s->reader[index];
	int ret = capture_share_init(&r->share, c, index, s->handover, err);

	r->source = s;
	r->fd = -1;
	r->arena = aligned_alloc(64, ARENA_BYTES);
	if (ret == 0 && !r->arena)
		return err_set(err, ENOMEM, "no memory for a reader");
	return ret;
}

static int prepare_all(struct live_source *s, const struct capture_config *c, struct err *err)
{
	int r = 0;

	s->n = c->workers > 0 ? c->workers : 1;
	s->seed = c->seed;
	s->interface = strdup(c->interface);
	s->reader = calloc(s->n, sizeof(*s->reader));
	if (!s->interface || !s->reader)
		return err_set(err, ENOMEM, "no memory for %u readers", s->n);
	if (s->n > 1)
		r = capture_handover_new(&s->handover, s->n, err);
	if (r == 0)
		r = capture_filter_new(&s->filter, c->filter, err);
	for (unsigned i = 0; r == 0 && i < s->n; i++)
		r = prepare(s, i, c, err);
	return r;
}

static int live_open(const struct capture_config *c, void **source, struct err *err)
{
	struct live_source *s;
	int r;

	if (!c->interface || !*c->interface)
		return err_set(err, EINVAL, "source live needs an interface: -i IFACE");
	if (c->workers > 64)
		return err_set(err, EINVAL, "source live has 64 workers at the most");
	r = capture_interface_check(c->interface, err);
	if (r < 0)
		return r;
	s = calloc(1, sizeof(*s));
	if (!s)
		return err_set(err, ENOMEM, "no memory for the source");
	r = prepare_all(s, c, err);
	if (r == 0)
		r = open_readers(s, c, err);
	if (r < 0)
		live_close(s);
	else
		*source = s;
	return r;
}

static const struct capture_counters *live_counters(void *source, unsigned reader)
{
	struct reader *r = &((struct live_source *)source)->reader[reader];

	read_drops(r);
	return &r->share.counters;
}

static const struct capture_health *live_health(void *source, unsigned reader)
{
	return &((struct live_source *)source)->reader[reader].share.health;
}

static bool live_drops_known(void *source)
{
	(void)source;
	return true;
}

static const char *live_broken(void *source)
{
	struct live_source *s = source;

	for (unsigned i = 0; i < s->n; i++)
		if (s->reader[i].broken[0])
			return s->reader[i].broken;
	return NULL;
}

static const char *live_file_name(void *source, uint16_t index)
{
	return index == 0 ? ((struct live_source *)source)->interface : "";
}

const struct source capture_live = {
	.name = "live",
	.what = "an interface of the kernel, through libpcap: no DPDK, no hugepages",
	.open = live_open,
	.next = live_next,
	.counters = live_counters,
	.health = live_health,
	.drops_known = live_drops_known,
	.broken = live_broken,
	.file_name = live_file_name,
	.close = live_close,
};
