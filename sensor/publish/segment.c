// SPDX-License-Identifier: Apache-2.0
/* The bytes of a journal segment; see segment.h.
 *
 * Cost: an entry of 500 bytes is one copy, one SHA-256 and one CRC-32C over it.
 */
#include "publish/segment.h"

#include "base/bytes.h"
#include "base/hash.h"

#include <assert.h>
#include <endian.h>
#include <string.h>

static const uint8_t magic[8] = {'V', 'I', 'G', 'I', 'E', 'J', 'N', '\n'};

struct put {
	uint8_t *at;
};

static void put_u16(struct put *p, uint16_t v)
{
	v = htole16(v);
	memcpy(p->at, &v, sizeof(v));
	p->at += sizeof(v);
}

static void put_u32(struct put *p, uint32_t v)
{
	v = htole32(v);
	memcpy(p->at, &v, sizeof(v));
	p->at += sizeof(v);
}

static void put_u64(struct put *p, uint64_t v)
{
	v = htole64(v);
	memcpy(p->at, &v, sizeof(v));
	p->at += sizeof(v);
}

static void put_bytes(struct put *p, const void *v, size_t n)
{
	memcpy(p->at, v, n);
	p->at += n;
}

static uint64_t take_u64(struct bytes *b)
{
	uint64_t low = bytes_le32(b);
	return low | (uint64_t)bytes_le32(b) << 32;
}

void segment_header_write(const struct segment_header *h, uint8_t out[SEGMENT_HEADER],
			  uint8_t chain[SEGMENT_CHAIN])
{
	struct put p = {out};
	char sensor[sizeof(h->sensor)] = {0};

	memcpy(sensor, h->sensor, strnlen(h->sensor, sizeof(sensor) - 1));
	put_bytes(&p, magic, sizeof(magic));
	put_u32(&p, SEGMENT_VERSION);
	put_u32(&p, SEGMENT_HEADER);
	put_bytes(&p, sensor, sizeof(sensor));
	put_u64(&p, h->epoch);
	put_u64(&p, h->first_seq);
	put_u64(&p, h->created_ns);
	put_u64(&p, h->number);
	put_bytes(&p, h->before, SEGMENT_CHAIN);
	put_u32(&p, hash_crc32c(out, (size_t)(p.at - out)));
	assert(p.at == out + SEGMENT_HEADER);
	hash_sha256(out, SEGMENT_HEADER, chain);
}

bool segment_header_parse(const void *p, size_t n, struct segment_header *h,
			  uint8_t chain[SEGMENT_CHAIN])
{
	struct bytes b = bytes_of(p, n);
	struct bytes whole = bytes_take(&b, SEGMENT_HEADER);
	struct segment_header out = {0};
	uint8_t m[sizeof(magic)];

	if (!bytes_ok(&whole))
		return false;
	bytes_copy(&whole, m, sizeof(m));
	uint32_t version = bytes_le32(&whole);
	uint32_t len = bytes_le32(&whole);
	bytes_copy(&whole, out.sensor, sizeof(out.sensor));
	out.epoch = take_u64(&whole);
	out.first_seq = take_u64(&whole);
	out.created_ns = take_u64(&whole);
	out.number = take_u64(&whole);
	bytes_copy(&whole, out.before, SEGMENT_CHAIN);
	if (memcmp(m, magic, sizeof(m)) != 0 || version != SEGMENT_VERSION ||
	    len != SEGMENT_HEADER || out.sensor[sizeof(out.sensor) - 1] != 0 ||
	    bytes_le32(&whole) != hash_crc32c(p, SEGMENT_HEADER - 4))
		return false;
	if (chain)
		hash_sha256(p, SEGMENT_HEADER, chain);
	*h = out;
	return true;
}

size_t segment_entry_size(size_t topic_len, size_t json_len)
{
	if (topic_len > UINT16_MAX || json_len > SEGMENT_ENTRY_MAX)
		return 0;
	size_t n = SEGMENT_ENTRY_HEAD + topic_len + json_len + SEGMENT_CHAIN;
	return n <= SEGMENT_ENTRY_MAX ? n : 0;
}

size_t segment_entry_write(const struct segment_entry *e, uint8_t chain[SEGMENT_CHAIN],
			   uint8_t out[SEGMENT_CHAIN + SEGMENT_ENTRY_MAX])
{
	size_t size = segment_entry_size(e->topic_len, e->json_len);
	uint8_t *entry = out + SEGMENT_CHAIN;
	struct put p = {out};

	if (size == 0)
		return 0;
	put_bytes(&p, chain, SEGMENT_CHAIN);
	put_u32(&p,
		0); /* the CRC covers the chain value: it comes last, and the chain leaves it out */
	put_u32(&p, (uint32_t)size);
	put_u64(&p, e->seq);
	put_u64(&p, e->time_ns);
	put_u16(&p, (uint16_t)e->topic_len);
	put_u16(&p, 0);
	put_u32(&p, e->json_len);
	put_bytes(&p, e->topic, e->topic_len);
	put_bytes(&p, e->json, e->json_len);
	hash_sha256(out, (size_t)(p.at - out), chain);
	put_bytes(&p, chain, SEGMENT_CHAIN);
	p.at = entry;
	put_u32(&p, hash_crc32c(entry + 4, size - 4));
	return size;
}

enum segment_verdict segment_entry_parse(const void *p, size_t n, struct segment_entry *e)
{
	const uint8_t *at = p;
	struct bytes b = bytes_of(p, n);
	struct bytes head = bytes_take(&b, SEGMENT_ENTRY_HEAD);

	memset(e, 0, sizeof(*e));
	if (!bytes_ok(&head))
		return SEGMENT_short;
	uint32_t crc = bytes_le32(&head);
	uint32_t size = bytes_le32(&head);
	e->seq = take_u64(&head);
	e->time_ns = take_u64(&head);
	e->topic_len = bytes_le16(&head);
	uint16_t zero = bytes_le16(&head);
	e->json_len = bytes_le32(&head);
	if (zero != 0 || size == 0 || size != segment_entry_size(e->topic_len, e->json_len))
		return SEGMENT_bad;
	if (n < size)
		return SEGMENT_short;
	e->size = size;
	e->topic = (const char *)at + SEGMENT_ENTRY_HEAD;
	e->json = e->topic + e->topic_len;
	e->chain = at + size - SEGMENT_CHAIN;
	return crc == hash_crc32c(at + 4, size - 4) ? SEGMENT_ok : SEGMENT_bad;
}

bool segment_entry_follows(const void *entry, const struct segment_entry *e,
			   uint8_t chain[SEGMENT_CHAIN], uint8_t *work)
{
	uint8_t want[SEGMENT_CHAIN];
	size_t n = e->size - SEGMENT_CHAIN;

	memcpy(work, chain, SEGMENT_CHAIN);
	memcpy(work + SEGMENT_CHAIN, entry, n);
	memset(work + SEGMENT_CHAIN, 0, 4); /* the CRC */
	hash_sha256(work, SEGMENT_CHAIN + n, want);
	memcpy(chain, e->chain, SEGMENT_CHAIN);
	return memcmp(want, e->chain, SEGMENT_CHAIN) == 0;
}
