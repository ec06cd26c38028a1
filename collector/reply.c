// SPDX-License-Identifier: Apache-2.0
#include "reply.h"

#include "wire/journal_api.h"

#include <stdlib.h>

bool reply_since(const char *text, size_t len, uint64_t epoch, uint64_t mark, uint64_t received_ns,
		 struct event *event, unsigned cap, struct reply_since *out)
{
	struct journal_since_reply head;
	struct journal_record rec;

	if (!journal_since_reply_parse(&text, &len, &head) || head.epoch != epoch)
		return false;
	*out = (struct reply_since){
		.epoch = head.epoch,
		.first = head.first,
		.last = head.last,
		.next_epoch = head.next_epoch,
		.has_next = head.has_next && head.next_epoch != epoch,
		/* SQLite's integers are signed */
		.broken = head.last > INT64_MAX || head.first > INT64_MAX,
	};
	while (!out->broken && out->n < head.n && out->n < cap) {
		struct event *e = &event[out->n];

		if (!journal_record_parse(&text, &len, &rec) || rec.epoch != epoch ||
		    rec.seq <= mark || rec.seq > head.last) {
			out->broken = true;
			break;
		}
		out->malformed += !event_parse(rec.topic, rec.topic_len, rec.json, rec.json_len, e);
		e->epoch = epoch;
		e->seq = mark = rec.seq;
		e->received_ns = received_ns;
		/* an event without a time of its own happened at the latest now */
		if (e->time_ns == 0)
			e->time_ns = received_ns;
		out->n++;
	}
	return true;
}

bool reply_epochs(const char *text, size_t len, struct reply_epochs *out)
{
	struct journal_epoch e;
	uint32_t count;

	if (!journal_epochs_reply_parse(&text, &len, &count))
		return false;
	uint32_t skip = count > REPLY_EPOCHS ? count - REPLY_EPOCHS : 0;
	out->n = 0;
	out->range = calloc(count - skip + 1, sizeof(*out->range));
	if (!out->range)
		return false;
	for (uint32_t i = 0; i < count; i++) {
		if (!journal_epoch_parse(&text, &len, &e) || e.last > INT64_MAX ||
		    e.first > INT64_MAX) {
			free(out->range);
			return false;
		}
		if (i < skip)
			continue;
		out->range[out->n][0] = e.epoch;
		out->range[out->n][1] = e.first;
		out->range[out->n++][2] = e.last;
	}
	return true;
}
