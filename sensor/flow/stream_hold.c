// SPDX-License-Identifier: Apache-2.0
/* Segments beyond a hole, sorted, none overlapping: of two copies of a byte one is kept, by default
 * the first one seen, else as flow.overlap says; one that differs is counted, for two hosts may
 * believe different ones.
 *
 * Shape:  a list of pages through a pool; a segment that continues a page is appended to it, unless
 *         the policy must know where each began. At most STREAM_HELD_MAX pages a direction, so the
 *         walk is bounded. What is replaced keeps the place of the segment it replaces: a third
 *         copy is compared with that.
 * Source: Ptacek & Newsham 1998, section 5.4 (overlapping segments).
 */
#include "flow/stream.h"

#define SEG_BYTES ((uint32_t)sizeof(((struct stream_seg *)0)->at))

void flow_stream_conflict(struct flow_streams *m, const uint8_t *first, const uint8_t *later,
			  uint32_t len)
{
	uint32_t n = 0;

	if (len == 0 || memcmp(first, later, len) == 0)
		return;
	for (uint32_t i = 0; i < len; i++)
		n += first[i] != later[i];
	count_add(&m->count->stream_overlap_conflicts, n);
	flow_stream_event(m, STREAM_overlap);
}

void flow_stream_pop(struct flow_streams *m, struct stream_half *h)
{
	uint32_t first = h->held;

	h->held = flow_stream_seg(m, first)->next;
	h->n_held--;
	flow_pool_put(&m->segs, first);
}

void flow_stream_drop_held(struct flow_streams *m, struct stream_half *h)
{
	while (h->held)
		flow_stream_pop(m, h);
}

/* Where a segment lies in the sequence space */
struct range {
	uint32_t from, to;
};

/* A later segment's bytes count where it overlaps `s`. */
static bool later_wins(const struct flow_streams *m, const struct stream_half *h,
		       const struct stream_seg *s, const struct range *later)
{
	if (m->overlap == FRAG_first)
		return false;
	/* Counted from half the space below what is told next, so that no number wraps. */
	uint32_t zero = h->next_seq - (1u << 31);
	return frag_later_wins(m->overlap, s->from - zero, s->to - zero, later->from - zero,
			       later->to - zero);
}

/* Puts `len` bytes of a segment after `*prev` (0: first), into its page as far as they continue it.
 */
static bool insert(struct flow_streams *m, struct stream_half *h, uint32_t *prev, uint32_t seq,
		   const uint8_t *at, uint32_t len, const struct range *whole)
{
	while (len) {
		struct stream_seg *before = *prev ? flow_stream_seg(m, *prev) : NULL;
		uint32_t n = 0;
		if (before && before->seq + before->len == seq &&
		    (m->overlap == FRAG_first || before->from == whole->from))
			n = SEG_BYTES - before->len < len ? SEG_BYTES - before->len : len;
		if (n == 0) {
			uint32_t ref = h->n_held < STREAM_HELD_MAX ? flow_pool_get(&m->segs) : 0;
			if (!ref)
				return false;
			struct stream_seg *s = flow_stream_seg(m, ref);
			*s = (struct stream_seg){.next = before ? before->next : h->held,
						 .seq = seq,
						 .from = whole->from,
						 .to = whole->to};
			if (before)
				before->next = ref;
			else
				h->held = ref;
			h->n_held++;
			*prev = ref;
			before = s;
			n = len < SEG_BYTES ? len : SEG_BYTES;
		}
		memcpy(before->at + before->len, at, n);
		before->len += n;
		seq += n;
		at += n;
		len -= n;
	}
	return true;
}

bool flow_stream_hold(struct flow_streams *m, struct stream_half *h, uint32_t seq,
		      const uint8_t *at, uint32_t len)
{
	const struct range whole = {seq, seq + len};
	uint32_t prev = 0, cur = h->held;

	while (len) {
		struct stream_seg *s = cur ? flow_stream_seg(m, cur) : NULL;
		uint32_t n = len;
		if (s && (int32_t)(seq - (s->seq + s->len)) >= 0) { /* all behind it */
			prev = cur;
			cur = s->next;
			continue;
		}
		if (s && (int32_t)(seq - s->seq) >= 0) { /* inside it: held already */
			uint32_t skip = seq - s->seq;
			n = s->len - skip < len ? s->len - skip : len;
			flow_stream_conflict(m, s->at + skip, at, n);
			if (later_wins(m, h, s, &whole))
				memcpy(s->at + skip, at, n);
		} else {
			if (s && s->seq - seq < len)
				n = s->seq - seq;
			if (!insert(m, h, &prev, seq, at, n, &whole))
				return false;
		}
		seq += n;
		at += n;
		len -= n;
	}
	return true;
}

void flow_stream_replace(struct flow_streams *m, const struct stream_half *h, uint32_t seq,
			 const uint8_t *at, uint32_t len)
{
	const struct range whole = {seq, seq + len};

	for (uint32_t cur = h->held; cur;) {
		struct stream_seg *s = flow_stream_seg(m, cur);
		uint32_t off = s->seq - seq; /* held bytes lie beyond it */
		if (off >= len)
			return;
		uint32_t n = s->len < len - off ? s->len : len - off;
		if (later_wins(m, h, s, &whole)) {
			flow_stream_conflict(m, s->at, at + off, n);
			memcpy(s->at, at + off, n);
		}
		cur = s->next;
	}
}
