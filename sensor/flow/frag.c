// SPDX-License-Identifier: Apache-2.0
/* Fragments wait for each other, as they came; what a host would make of overlaps is decided when
 * the last hole is filled (decode/frag.h).
 *
 * Shape:  a datagram is 600 bytes and a list of pages with its bytes; a sixteenth of
 *         flow.frag_memory is datagrams, the rest pages. A list by age, oldest first, is what times
 *         out and what goes when there is no room.
 * Errors: what cannot be put together is thrown away and counted: an IPv6 datagram with overlaps
 *         (its hosts must do so too), more than FRAG_PARTS_MAX parts, parts beyond the end, parts
 *         that are no multiple of 8 bytes. A datagram that was given up is remembered until its
 *         time is over, so that its other fragments do not begin another.
 * Cost:   a copy a fragment, one more a datagram, and a comparison with every earlier fragment.
 * Source: RFC 791 3.2, RFC 8200 4.5, RFC 5722 4 (overlaps), RFC 8900 3.7 for the attacks.
 */
#include "flow/frag.h"

#include "flow/timer.h"

#define DATAGRAMS_16THS 1u
#define PAGES_16THS     15u

int flow_frag_init(struct frag_table *t, const struct flow_config *c, unsigned workers,
		   uint64_t seed, struct flow_counters *count)
{
	uint64_t share = c->frag_memory / workers / 16;
	int policy = c->frag_policy ? frag_policy_find(c->frag_policy) : FRAG_bsd;
	uint32_t buckets = 16;

	t->timeout_s = c->frag_s;
	t->policy = policy < 0 ? FRAG_bsd : (enum frag_policy)policy;
	t->vlan_in_key = c->vlan_in_key;
	t->secret = flow_key_secret(seed);
	t->count = count;
	if (flow_pool_init(&t->datagrams, sizeof(struct frag_datagram),
			   share * DATAGRAMS_16THS / sizeof(struct frag_datagram) + 1) != 0 ||
	    flow_pool_init(&t->pages, FRAG_PAGE, share * PAGES_16THS / FRAG_PAGE + 1) != 0)
		return -1;
	while (buckets < t->datagrams.cap)
		buckets <<= 1;
	t->mask = buckets - 1;
	t->bucket = flow_memory_map(buckets * sizeof(*t->bucket));
	t->buffer = flow_memory_map((size_t)FRAG_BUFFERS * FRAG_DATA_MAX);
	return t->bucket && t->buffer ? 0 : -1;
}

void flow_frag_fini(struct frag_table *t)
{
	flow_pool_fini(&t->datagrams);
	flow_pool_fini(&t->pages);
	if (t->bucket)
		flow_memory_unmap(t->bucket, ((size_t)t->mask + 1) * sizeof(*t->bucket));
	if (t->buffer)
		flow_memory_unmap(t->buffer, (size_t)FRAG_BUFFERS * FRAG_DATA_MAX);
	t->bucket = NULL;
	t->buffer = NULL;
}

static struct frag_datagram *datagram_at(const struct frag_table *t, uint32_t ref)
{
	return flow_pool_at(&t->datagrams, ref);
}

static uint32_t bucket_of(const struct frag_table *t, const struct frag_datagram *d)
{
	const struct flow_key k = {
		.src = &d->src,
		.dst = &d->dst,
		.sport = (uint16_t)(d->id >> 16),
		.dport = (uint16_t)d->id,
		.proto = d->key_proto,
		.vlan = d->vlan,
	};

	return (uint32_t)flow_key_hash(&k, &t->secret) & t->mask;
}

static struct frag_datagram key_of(const struct frag_table *t, const struct pkt *p)
{
	struct frag_datagram d = {
		.src = p->src,
		.dst = p->dst,
		.id = p->frag.id,
		.net = p->net,
		.key_proto = p->net == PKT_ip4 ? p->frag.proto : 0,
	};

	for (unsigned i = 0; t->vlan_in_key && i < p->n_vlan && i < PKT_VLANS; i++)
		d.vlan = d.vlan << 16 | 0x1000u | p->vlan[i];
	return d;
}

static bool same(const struct frag_datagram *a, const struct frag_datagram *b)
{
	return addr_eq(&a->src, &b->src) && addr_eq(&a->dst, &b->dst) && a->id == b->id &&
	       a->net == b->net && a->key_proto == b->key_proto && a->vlan == b->vlan;
}

static void drop_pages(struct frag_table *t, struct frag_datagram *d)
{
	while (d->first) {
		uint32_t ref = d->first;
		d->first = ((struct frag_page *)flow_pool_at(&t->pages, ref))->next;
		flow_pool_put(&t->pages, ref);
	}
	d->last = 0;
}

static void forget(struct frag_table *t, uint32_t ref)
{
	struct frag_datagram *d = datagram_at(t, ref);
	uint32_t *at = &t->bucket[bucket_of(t, d)];

	while (*at != ref)
		at = &datagram_at(t, *at)->chain;
	*at = d->chain;
	if (d->older)
		datagram_at(t, d->older)->newer = d->newer;
	else
		t->oldest = d->newer;
	if (d->newer)
		datagram_at(t, d->newer)->older = d->older;
	else
		t->newest = d->older;
	drop_pages(t, d);
	flow_pool_put(&t->datagrams, ref);
}

static uint32_t find(const struct frag_table *t, const struct frag_datagram *key)
{
	uint32_t ref = t->bucket[bucket_of(t, key)];

	while (ref && !same(datagram_at(t, ref), key))
		ref = datagram_at(t, ref)->chain;
	return ref;
}

static void evict(struct frag_table *t)
{
	count_add(&t->count->frag_evicted, 1);
	forget(t, t->oldest);
}

static uint32_t begin(struct frag_table *t, const struct frag_datagram *key)
{
	uint32_t ref = flow_pool_get(&t->datagrams);

	if (!ref) {
		evict(t);
		ref = flow_pool_get(&t->datagrams);
	}
	struct frag_datagram *d = datagram_at(t, ref);
	uint32_t *at = &t->bucket[bucket_of(t, key)];
	/* Without the array of parts: `n` says what of it counts. */
	memcpy(d, key, offsetof(struct frag_datagram, part));
	d->chain = *at;
	*at = ref;
	d->older = t->newest;
	if (t->newest)
		datagram_at(t, t->newest)->newer = ref;
	else
		t->oldest = ref;
	t->newest = ref;
	d->born_s = t->now_s;
	return ref;
}

static void give_up(struct frag_table *t, struct frag_datagram *d)
{
	drop_pages(t, d);
	d->bits |= FRAG_DEAD;
}

static void event(struct pkt *p, enum decode_event four, enum decode_event six)
{
	p->events |= EVENT_BIT(p->net == PKT_ip4 ? four : six);
}

/* Copies the fragment's bytes behind those that came before. False: the oldest datagram had to make
 * room, and it was this one. */
static bool keep(struct frag_table *t, uint32_t ref, const struct pkt *p, uint32_t len)
{
	struct frag_datagram *d = datagram_at(t, ref);

	for (uint32_t done = 0; done < len;) {
		uint32_t page_ref = flow_pool_get(&t->pages);
		if (!page_ref) {
			bool itself = t->oldest == ref;
			evict(t);
			if (itself)
				return false;
			continue;
		}
		struct frag_page *page = flow_pool_at(&t->pages, page_ref);
		uint32_t n = len - done < FRAG_PAGE_BYTES ? len - done : FRAG_PAGE_BYTES;
		page->next = 0;
		page->off = (uint16_t)(p->frag_off + done);
		page->len = (uint16_t)n;
		page->part = d->n;
		memcpy(page->at, p->frag.at + done, n);
		if (d->last)
			((struct frag_page *)flow_pool_at(&t->pages, d->last))->next = page_ref;
		else
			d->first = page_ref;
		d->last = page_ref;
		done += n;
	}
	d->part[d->n++] = (struct frag_extent){p->frag_off, (uint16_t)len};
	d->sum += len;
	return true;
}

/* The bytes of part `i` are the packet's. */
static bool same_bytes(const struct frag_table *t, const struct frag_datagram *d, unsigned i,
		       const struct pkt *p)
{
	for (uint32_t ref = d->first; ref;) {
		const struct frag_page *page = flow_pool_at(&t->pages, ref);
		if (page->part == i &&
		    memcmp(page->at, p->frag.at + (page->off - p->frag_off), page->len) != 0)
			return false;
		ref = page->next;
	}
	return true;
}

enum lap { LAP_none, LAP_same, LAP_part }; /* an exact repetition; anything else that overlaps */

static enum lap overlap(const struct frag_table *t, const struct frag_datagram *d,
			const struct pkt *p, uint32_t len)
{
	enum lap lap = LAP_none;

	for (unsigned i = 0; i < d->n; i++) {
		const struct frag_extent *e = &d->part[i];
		if (e->at + (uint32_t)e->len <= p->frag_off || p->frag_off + len <= e->at)
			continue;
		if (e->at == p->frag_off && e->len == len && same_bytes(t, d, i, p))
			return LAP_same;
		lap = LAP_part;
	}
	return lap;
}

/* False: the fragment does not fit what is known about the datagram's end. */
static bool ends_well(struct frag_datagram *d, const struct pkt *p, uint32_t len)
{
	uint32_t end = p->frag_off + len;

	if (d->bits & FRAG_END_KNOWN)
		return p->ip_flags & 1u ? end <= d->total : end == d->total;
	if (p->ip_flags & 1u) /* more fragments */
		return true;
	for (unsigned i = 0; i < d->n; i++)
		if (d->part[i].at + (uint32_t)d->part[i].len > end)
			return false;
	d->total = end;
	d->bits |= FRAG_END_KNOWN;
	return true;
}

static void join(struct frag_table *t, const struct frag_datagram *d, uint8_t *out)
{
	uint32_t part = UINT32_MAX;

	frag_join_begin(&t->join, t->policy, out, t->owner, d->total);
	for (uint32_t ref = d->first; ref;) {
		const struct frag_page *page = flow_pool_at(&t->pages, ref);
		if (page->part != part) {
			part = page->part;
			frag_join_part(&t->join, d->part[part].at,
				       d->part[part].at + (uint32_t)d->part[part].len);
		}
		frag_join_bytes(&t->join, page->off, page->at, page->len);
		ref = page->next;
	}
}

static bool complete(const struct frag_datagram *d)
{
	const uint8_t both = FRAG_END_KNOWN | FRAG_HEAD_KNOWN;

	if ((d->bits & both) != both)
		return false;
	return d->bits & FRAG_OVERLAPS ? d->sum >= d->total : d->sum == d->total;
}

static enum frag_fate finish(struct frag_table *t, uint32_t ref, struct pkt *p, unsigned slot,
			     uint32_t *len)
{
	struct frag_datagram *d = datagram_at(t, ref);

	if (!complete(d))
		return FRAG_held;
	join(t, d, t->buffer + (size_t)slot * FRAG_DATA_MAX);
	if (!frag_join_whole(&t->join, d->total))
		return FRAG_held;
	count_add(&t->count->frag_whole, 1);
	count_add(&t->count->frag_conflicts, t->join.differ);
	p->frag.proto = d->proto;
	p->frag.head = d->head;
	p->ttl = d->ttl;
	*len = d->total;
	forget(t, ref);
	return FRAG_whole;
}

/* Takes the fragment in. False: it, and perhaps its datagram, is thrown away. */
static bool take(struct frag_table *t, uint32_t ref, struct pkt *p, uint32_t len)
{
	struct frag_datagram *d = datagram_at(t, ref);
	enum lap lap = overlap(t, d, p, len);

	if (lap == LAP_same) {
		count_add(&t->count->frag_repeated, 1);
		return false;
	}
	if (lap == LAP_part) {
		count_add(&t->count->frag_overlaps, 1);
		event(p, DECODE_ip4_frag_overlap, DECODE_ip6_frag_overlap);
		d->bits |= FRAG_OVERLAPS;
		if (p->net == PKT_ip6) {
			give_up(t, d);
			return false;
		}
	}
	if (!ends_well(d, p, len)) {
		count_add(&t->count->frag_bad_end, 1);
		p->events |= EVENT_BIT(DECODE_frag_bad_end);
		return false;
	}
	if (d->n == FRAG_PARTS_MAX) {
		count_add(&t->count->frag_too_many, 1);
		p->events |= EVENT_BIT(DECODE_frag_too_many);
		give_up(t, d);
		return false;
	}
	if (p->frag_off == 0) {
		d->head = p->frag.head;
		d->proto = p->frag.proto;
		d->ttl = p->ttl;
		d->bits |= FRAG_HEAD_KNOWN;
	}
	return keep(t, ref, p, len);
}

enum frag_fate flow_frag_put(struct frag_table *t, struct pkt *p, unsigned slot, uint32_t *len)
{
	uint32_t n = p->frag.wire;

	count_add(&t->count->frags, 1);
	if (t->now_s == 0) /* no tick yet: the run's first second */
		t->now_s = flow_timer_floor_s(p->time_ns);
	if (p->frag.len < n) { /* the capture cut it */
		count_add(&t->count->frag_cut, 1);
		return FRAG_passed;
	}
	if ((p->ip_flags & 1u) && t->policy == FRAG_linux && p->net == PKT_ip4)
		n -= n % FRAG_BLOCK; /* Linux cuts what others throw away */
	if (n == 0 || ((p->ip_flags & 1u) && n % FRAG_BLOCK != 0) ||
	    p->frag_off + n > UINT16_MAX) {
		count_add(&t->count->frag_bad_length, 1);
		event(p, DECODE_ip4_frag_ignored, DECODE_ip6_frag_length);
		return FRAG_held;
	}

	const struct frag_datagram key = key_of(t, p);
	uint32_t ref = find(t, &key);
	if (!ref)
		ref = begin(t, &key);
	if ((datagram_at(t, ref)->bits & FRAG_DEAD) || !take(t, ref, p, n))
		return FRAG_held;
	return finish(t, ref, p, slot, len);
}

void flow_frag_tick(struct frag_table *t, uint32_t now_s, bool end)
{
	t->now_s = now_s > t->now_s ? now_s : t->now_s;
	while (t->oldest &&
	       (end || t->now_s - datagram_at(t, t->oldest)->born_s >= t->timeout_s)) {
		count_add(&t->count->frag_timeouts, 1);
		forget(t, t->oldest);
	}
}
