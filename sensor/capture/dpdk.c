// SPDX-License-Identifier: Apache-2.0
/* The source `dpdk`: any ethdev or vdev, worker i polls queue i of every port.
 *
 * Time:   one stamp a burst, taken before the poll (stamp.c); all frames of a burst carry it. A new
 *         second is told before the poll too, so the clock is always told before the frames it
 *         precedes, and also on a silent link.
 * Order:  there is no common counter, so a frame's number is its time in ns, and at least one more
 *         than the reader's frame before: rising within a worker, comparable across workers.
 *         next_seq is the present time by the same rule: no frame below it will follow.
 * Owns:   the mbufs of a burst, until the reader's next call.
 * Thread: a reader's state is its own; ports and the EAL belong to main.
 * Errors: open says what is missing (rights, interface, memory, queues). A device spreads as it
 *         can: a frame whose hosts are another worker's crosses to it (share.c), so a worker beyond
 *         the number of queues has work too.
 * Cost:   when nothing came for SPIN_NS the reader naps, longer each time, up to 500 us on a vdev
 *         (whose ring is large) and 50 us on hardware.
 */
#include "capture/source.h"

#include <errno.h>

#ifdef HAVE_DPDK

#include "base/clock.h"
#include "capture/eal.h"
#include "capture/interface.h"
#include "capture/jit.h"
#include "capture/ports.h"
#include "capture/seconds.h"
#include "capture/share.h"
#include "capture/stamp.h"

#include <rte_cycles.h>
#include <rte_ethdev.h>
#include <rte_lcore.h>
#include <rte_mbuf.h>
#include <stdlib.h>
#include <string.h>

#define SPIN_NS         (50 * NS_PER_US)
#define NAP_VDEV_NS     (500 * NS_PER_US)
#define NAP_HARDWARE_NS (50 * NS_PER_US)
#define NAP_FIRST_NS    (20 * NS_PER_US)
#define SCRATCH_BYTES   (1u << 20) /* frames in several mbufs are put together here */

struct reader {
	struct capture_share share;
	struct capture_stamp stamp;
	struct capture_seconds clock;
	uint64_t calibrate_at; /* cycles */
	uint64_t next_seq, busy_ns, nap_ns;
	unsigned first_port; /* whose turn it is to be polled first */
	bool known;          /* to the EAL, so that it has a cache of mbufs */
	struct rte_mbuf *mbuf[BURST_MAX];
	uint16_t source[BURST_MAX];
	unsigned n;
	uint8_t *scratch;
	uint32_t scratch_used;
};

struct dpdk_source {
	struct capture_ports ports;
	struct capture_filter *filter;
	struct capture_jit *jit; /* NULL: the interpreter */
	struct capture_handover *handover;
	struct reader *reader;
	unsigned n;
	bool eal; /* started by us, to be stopped by us */
	uint64_t hz, nap_max_ns;
	uint32_t snaplen;
};

static uint64_t now_of(struct dpdk_source *s, struct reader *r)
{
	uint64_t cycles = rte_rdtsc();

	if (cycles >= r->calibrate_at) {
		enum stamp_step step = STAMP_steady;

		if (r->calibrate_at == 0)
			capture_stamp_init(&r->stamp, s->hz, cycles, clock_real_ns());
		else
			step = capture_stamp_calibrate(&r->stamp, cycles, clock_real_ns());
		count_add(&r->share.counters.clock_back, step == STAMP_back);
		count_add(&r->share.counters.clock_jump, step == STAMP_forward);
		r->calibrate_at = cycles + s->hz;
	}
	return capture_stamp_at(&r->stamp, cycles);
}

static void finish(struct reader *r, struct burst *b, uint64_t now)
{
	if (now > r->next_seq)
		r->next_seq = now;
	b->tick_ns = r->clock.told_ns;
	b->next_seq = r->next_seq;
	b->now_ns = now;
}

/* A frame in several pieces, in one. What does not fit is cut, and counted as cut. */
static const uint8_t *whole(struct reader *r, const struct rte_mbuf *m, uint32_t *n)
{
	uint8_t *at = r->scratch + r->scratch_used;

	if (m->nb_segs == 1)
		return rte_pktmbuf_mtod(m, const uint8_t *);
	if (*n > SCRATCH_BYTES - r->scratch_used)
		*n = SCRATCH_BYTES - r->scratch_used;
	const uint8_t *p = *n > 0 ? rte_pktmbuf_read(m, 0, *n, at) : at;
	if (!p) {
		*n = 0;
		return at;
	}
	r->scratch_used += *n;
	return p;
}

/* The filter's word on a frame. The compiled one reads the mbuf, where a tag that the NIC took out
 * is missing. */
static bool wanted(const struct dpdk_source *s, struct rte_mbuf *m, const struct frame *f)
{
	if (!s->filter)
		return true;
	if (s->jit && !(f->flags & FRAME_VLAN))
		return capture_jit_match(s->jit, m);
	return capture_filter_match(s->filter, f);
}

/* A frame that another worker stamped a moment after our clock stays in our second. */
static void number(struct reader *r, struct frame *f)
{
	uint64_t end = r->clock.told_ns + NS_PER_S - 1;

	f->seq = r->next_seq++;
	if (f->time_ns > end)
		f->time_ns = end;
}

static void fill(struct dpdk_source *s, struct reader *r, struct burst *b, uint64_t now)
{
	for (unsigned i = 0; i < r->n; i++) {
		struct rte_mbuf *m = r->mbuf[i];
		uint32_t n = m->pkt_len < s->snaplen ? m->pkt_len : s->snaplen;
		struct frame *f = &b->frame[b->n];

		*f = (struct frame){
			.data = whole(r, m, &n),
			.cap_len = n,
			.wire_len = m->pkt_len,
			.time_ns = now,
			.link = LINK_ether,
			.source = r->source[i],
		};
		if (m->ol_flags & RTE_MBUF_F_RX_VLAN_STRIPPED) {
			f->vlan_tci = m->vlan_tci;
			f->flags = FRAME_VLAN;
		}
		if (!capture_share_frame(&r->share, f, wanted(s, m, f)))
			continue;
		number(r, f);
		b->n++;
	}
}

static void poll_ports(struct dpdk_source *s, unsigned reader, struct reader *r, unsigned max)
{
	for (unsigned i = 0; i < s->ports.n && r->n < max; i++) {
		unsigned which = (r->first_port + i) % s->ports.n;
		const struct capture_port *p = &s->ports.at[which];

		if (reader >= p->queues)
			continue;
		unsigned got = rte_eth_rx_burst(p->id, (uint16_t)reader, r->mbuf + r->n,
						(uint16_t)(max - r->n));
		for (unsigned k = 0; k < got; k++)
			r->source[r->n + k] = (uint16_t)which;
		r->n += got;
	}
	r->first_port++;
}

static void idle(struct dpdk_source *s, struct reader *r, uint64_t now)
{
	if (now < r->busy_ns + SPIN_NS) {
		r->nap_ns = NAP_FIRST_NS;
		return;
	}
	clock_sleep_ns(r->nap_ns);
	r->nap_ns *= 2;
	if (r->nap_ns > s->nap_max_ns)
		r->nap_ns = s->nap_max_ns;
}

static void give_back(struct reader *r)
{
	if (r->n > 0)
		rte_pktmbuf_free_bulk(r->mbuf, r->n);
	r->n = 0;
	r->scratch_used = 0;
}

/* Losses are the ports', not a queue's: they stand with reader 0. */
static void read_drops(struct dpdk_source *s)
{
	struct capture_counters *c = &s->reader[0].share.counters;
	uint64_t nic = 0, ring = 0;

	for (unsigned i = 0; i < s->ports.n; i++) {
		struct rte_eth_stats st;

		if (!s->ports.at[i].drops_known || rte_eth_stats_get(s->ports.at[i].id, &st) < 0)
			continue;
		nic += st.imissed;
		ring += st.rx_nombuf;
	}
	count_set(&c->dropped_nic, nic);
	count_set(&c->dropped_ring, ring);
}

static uint64_t lost(const struct capture_counters *c)
{
	return count_get(&c->dropped_nic) + count_get(&c->dropped_ring);
}

static void each_second(struct dpdk_source *s, struct reader *r, struct burst *b, uint64_t now)
{
	uint64_t before = lost(&r->share.counters);

	capture_seconds_tell(&r->clock, now);
	b->tick = true;
	if (r->share.index == 0)
		read_drops(s);
	capture_share_second(&r->share, lost(&r->share.counters) - before);
}

/* Half a burst from others at the most, so that our own queues are never shut out. */
static unsigned take_handed(struct reader *r, struct burst *b)
{
	unsigned taken;

	b->n = capture_share_handed(&r->share, b->frame, BURST_MAX / 2, &taken);
	for (unsigned i = 0; i < b->n; i++)
		number(r, &b->frame[i]);
	return taken;
}

static void dpdk_next(void *source, unsigned reader, struct burst *b)
{
	struct dpdk_source *s = source;
	struct reader *r = &s->reader[reader];

	b->n = 0;
	b->tick = b->end = false;
	give_back(r);
	if (!r->known) {
		r->known = true;
		if (rte_lcore_id() == LCORE_ID_ANY)
			rte_thread_register(); /* on failure only the cache is missing */
	}
	uint64_t now = now_of(s, r);
	if (capture_seconds_due(&r->clock, now)) {
		each_second(s, r, b, now);
		finish(r, b, now);
		return;
	}
	if (now > r->next_seq)
		r->next_seq = now;
	unsigned handed = take_handed(r, b);
	poll_ports(s, reader, r, BURST_MAX - b->n);
	if (r->n + handed > 0) {
		r->busy_ns = now;
		fill(s, r, b, now);
		capture_share_burst(&r->share, b);
	} else {
		idle(s, r, now);
	}
	finish(r, b, now);
}

static bool names_devices(const struct strs *args)
{
	for (unsigned i = 0; i < args->n; i++)
		if (strncmp(args->at[i], "--vdev", 6) == 0 || strncmp(args->at[i], "-a", 2) == 0 ||
		    strncmp(args->at[i], "--allow", 7) == 0)
			return true;
	return false;
}

static void dpdk_close(void *source)
{
	struct dpdk_source *s = source;

	if (!s)
		return;
	for (unsigned i = 0; s->reader && i < s->n; i++) {
		give_back(&s->reader[i]);
		capture_share_fini(&s->reader[i].share);
		free(s->reader[i].scratch);
	}
	capture_jit_free(s->jit);
	capture_filter_free(s->filter);
	capture_handover_free(s->handover);
	if (s->eal) {
		capture_ports_stop(&s->ports);
		capture_eal_stop();
	}
	free(s->reader);
	free(s);
}

static int prepare(struct dpdk_source *s, const struct capture_config *c, struct err *err)
{
	unsigned ports = c->dpdk_args.n > 1 ? c->dpdk_args.n : 1; /* at the most, roughly */
	struct capture_need need = capture_ports_need(c, capture_ports_mbufs(c, ports));
	int r = capture_eal_start(c, &need, err);

	if (r < 0)
		return r;
	s->eal = true;
	r = capture_ports_start(&s->ports, c, err);
	if (r < 0)
		return r;
	s->hz = rte_get_tsc_hz();
	s->nap_max_ns = NAP_VDEV_NS;
	for (unsigned i = 0; i < s->ports.n; i++)
		if (s->ports.at[i].hardware)
			s->nap_max_ns = NAP_HARDWARE_NS;
	capture_eal_log_to_stderr();
	return 0;
}

static int prepare_readers(struct dpdk_source *s, const struct capture_config *c, struct err *err)
{
	int r = capture_filter_new(&s->filter, c->filter, err);

	if (r == 0 && s->n > 1)
		r = capture_handover_new(&s->handover, s->n, err);
	for (unsigned i = 0; r == 0 && i < s->n; i++) {
		s->reader[i].scratch = malloc(SCRATCH_BYTES);
		r = capture_share_init(&s->reader[i].share, c, i, s->handover, err);
		if (r == 0 && !s->reader[i].scratch)
			r = err_set(err, ENOMEM, "no memory for %u readers", s->n);
	}
	return r;
}

static int dpdk_open(const struct capture_config *c, void **source, struct err *err)
{
	struct dpdk_source *s;
	int r = 0;

	if (c->interface && *c->interface && !names_devices(&c->dpdk_args))
		r = capture_interface_check(c->interface, err);
	if (r < 0)
		return r;
	s = calloc(1, sizeof(*s));
	if (!s)
		return err_set(err, ENOMEM, "no memory for the source");
	s->n = c->workers;
	s->snaplen = c->snaplen > 0 ? c->snaplen : UINT32_MAX;
	s->reader = calloc(c->workers, sizeof(*s->reader));
	r = s->reader ? prepare_readers(s, c, err)
		      : err_set(err, ENOMEM, "no memory for %u readers", c->workers);
	if (r == 0)
		r = prepare(s, c, err);
	if (r == 0 && s->filter)
		s->jit = capture_jit_new(capture_filter_ether(s->filter));
	if (r < 0)
		dpdk_close(s);
	else
		*source = s;
	return r;
}

static const struct capture_counters *dpdk_counters(void *source, unsigned reader)
{
	struct dpdk_source *s = source;

	if (reader == 0)
		read_drops(s);
	return &s->reader[reader].share.counters;
}

static const struct capture_health *dpdk_health(void *source, unsigned reader)
{
	return &((struct dpdk_source *)source)->reader[reader].share.health;
}

static bool dpdk_drops_known(void *source)
{
	struct dpdk_source *s = source;

	for (unsigned i = 0; i < s->ports.n; i++)
		if (!s->ports.at[i].drops_known)
			return false;
	return true;
}

static const char *dpdk_broken(void *source)
{
	(void)source;
	return NULL;
}

static const char *dpdk_file_name(void *source, uint16_t index)
{
	struct dpdk_source *s = source;

	return index < s->ports.n ? s->ports.at[index].name : "";
}

#else /* !HAVE_DPDK */

static int dpdk_open(const struct capture_config *c, void **source, struct err *err)
{
	(void)c, (void)source;
	err_set(err, ENOTSUP, "built without DPDK");
	err_hint(err, "install dpdk-dev and build again, or read a capture with -r");
	return -ENOTSUP;
}

#define dpdk_next        NULL
#define dpdk_counters    NULL
#define dpdk_health      NULL
#define dpdk_drops_known NULL
#define dpdk_broken      NULL
#define dpdk_file_name   NULL
#define dpdk_close       NULL

#endif

const struct source capture_dpdk = {
	.name = "dpdk",
	.what = "any DPDK port: a NIC, or a vdev such as net_af_packet on an interface",
	.open = dpdk_open,
	.next = dpdk_next,
	.counters = dpdk_counters,
	.health = dpdk_health,
	.drops_known = dpdk_drops_known,
	.broken = dpdk_broken,
	.file_name = dpdk_file_name,
	.close = dpdk_close,
};
