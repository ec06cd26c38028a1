// SPDX-License-Identifier: Apache-2.0
/* What the lengths of encrypted messages tell.
 *
 * Encryption adds its header and nothing else (AES-CCM and AES-GCM pad nothing), and of most
 * messages the length is fixed or is that of the data plus a constant. So opens, closes, renames
 * and the number of bytes of each read and write are seen, names and contents are not. Two requests
 * in one compound, and messages as long as another kind's, are miscounted: these are numbers for a
 * test that asks for many.
 *
 * A *write-back* is a write of exactly as many bytes as a read of this session shortly before had,
 * or of that plus what the write before was longer by, within a cipher's block (a constant trailer,
 * padding). Lengths that are multiples of 512 do not count: they are the buffer's and not a file's;
 * a file closed after one of these alone was read and written back is told apart (`blocks`).
 * Each is told at once, for it is one file, and the detector counts to seven; bytes and messages
 * are told each second.
 * How many files were opened between the two is told as well: none by who works on one after the
 * other, as many as there are others by threads, all of them by who fetches first and stores then.
 *
 * Units:  bytes of a message behind its transform header.
 * Source: [MS-SMB2] 2.2.13 … 2.2.40: the structures' sizes; 2.2.41: the transform header.
 */
#include "proto/smb_part.h"

#include "base/hash.h"

#define TRANSFORM    52u
#define READ_REQUEST 112u /* or one more: a buffer of a byte */
#define READ_DATA    80u  /* before the data of an answer */
#define WRITE_DATA   112u /* before the data of a request */
#define CLOSE_ANSWER 124u
#define LIST_REQUEST 98u /* all names of a folder: the pattern is "*" */
#define SET_ANSWER   66u
#define ERROR_ANSWER 73u
#define LOCK_ANSWER  68u  /* its request is as long as a read's */
#define SET_BASIC    136u /* times and attributes: no rename */
#define OPEN_ANSWER  152u
#define SMALL_MIN    118u /* requests with a name: opens, renames */
#define SMALL_MAX    700u
#define DATA_MIN     600u /* of a read or write that says which file it is of */
#define BUFFER       512u
#define TRAILER_MAX  1056u
#define BLOCK        16u
#define WAITING_MAX  64u

static bool is_files(uint32_t n)
{
	return n >= DATA_MIN && n % BUFFER;
}

static bool take(struct smb_sealed *s, unsigned i)
{
	uint32_t behind = s->files - s->read[i].files;

	s->behind = behind > s->behind ? behind : s->behind;
	s->read[i].n = 0;
	return true;
}

static bool take_equal(struct smb_sealed *s, uint32_t n)
{
	for (unsigned i = 0; i < SMB_SEALED_READS; i++) {
		if (s->read[i].n == n)
			return take(s, i);
	}
	return false;
}

/* As long as the last read and what the write before was longer by. */
static bool take_longer(struct smb_sealed *s, uint32_t n)
{
	unsigned i = (s->turn - 1) % SMB_SEALED_READS;
	uint32_t last = s->read[i].n, longer = n - last, before = s->longer;

	if (!last || n <= last || longer > TRAILER_MAX)
		return false;
	s->longer = longer;
	uint32_t off = longer > before ? longer - before : before - longer;
	return before && off < BLOCK && take(s, i);
}

static void request(struct smb_sealed *s, uint32_t n)
{
	if (n == READ_REQUEST || n == READ_REQUEST + 1) {
		s->reads_asked += s->reads_asked < WAITING_MAX;
		return;
	}
	if (n >= SMALL_MIN && n < SMALL_MAX) {
		s->small += s->small < WAITING_MAX;
		s->last_small = n;
	}
	if (n == LIST_REQUEST && s->just_opened) { /* a folder */
		s->just_opened = false;
		s->opens -= s->opens > 0;
		s->folders += s->folders < WAITING_MAX;
	}
	if (n <= WRITE_DATA)
		return;
	n -= WRITE_DATA;
	if (is_files(n) && (take_equal(s, n) || take_longer(s, n))) {
		s->rewritten++;
		s->has_tail = true;
	}
	if (s->block && s->block == n) {
		s->has_block = true;
		s->block = 0;
	}
}

static void answer(struct smb_sealed *s, uint32_t n)
{
	if (s->reads_asked &&
	    (n >= READ_DATA + DATA_MIN || n == LOCK_ANSWER || n == ERROR_ANSWER)) {
		s->reads_asked--;
		if (n >= READ_DATA && is_files(n - READ_DATA)) {
			unsigned i = s->turn++ % SMB_SEALED_READS;
			s->read[i].n = n - READ_DATA;
			s->read[i].files = s->files;
		} else if (n >= READ_DATA + BUFFER) {
			s->block = n - READ_DATA;
		}
		return;
	}
	if (n == CLOSE_ANSWER) {
		if (s->folders)
			s->folders--;
		else
			s->closes++;
		s->blocks += s->has_block && !s->has_tail;
		s->has_block = s->has_tail = false;
	}
	if (!s->small || n == CLOSE_ANSWER)
		return;
	s->small--;
	s->renames += n == SET_ANSWER && s->last_small != SET_BASIC;
	if (n >= OPEN_ANSWER && n < SMALL_MAX) {
		s->opens++;
		s->files++;
		s->just_opened = true;
	}
}

/* io: what is said beside */
static void tell(struct proto_call *c, struct smb_session *s, struct fact_smb_io *io)
{
	struct smb_sealed *m = &s->sealed;
	/* An open that was not seen shows in its close, perhaps in another telling. */
	uint32_t most = m->opens > m->closes ? m->opens : m->closes;

	io->handle = hash_u64(s->id, c->flow->id);
	io->opens = most > m->told ? most - m->told : 0;
	io->renames = m->renames;
	io->rewritten = m->rewritten;
	io->behind = m->behind;
	io->blocks = m->blocks;
	proto_fact(c, FACT_smb_io, io, sizeof(*io), (const char *[]){"", ""}, 2);
	m->told = most > m->told ? most : m->told;
	m->renames = m->rewritten = m->behind = m->blocks = 0;
}

void smb_sealed(struct proto_call *c, struct smb_session *s, uint32_t len)
{
	bool asks = c->dir == FLOW_to_server;

	*(asks ? &s->written : &s->read) += len;
	*(asks ? &s->writes : &s->reads) += 1;
	if (len < TRANSFORM)
		return;
	if (asks)
		request(&s->sealed, len - TRANSFORM);
	else
		answer(&s->sealed, len - TRANSFORM);
	if (s->sealed.rewritten + s->sealed.blocks)
		tell(c, s, &(struct fact_smb_io){0});
}

void smb_sealed_tell(struct proto_call *c, struct smb_session *s)
{
	if (!s || !(s->reads + s->writes))
		return;
	tell(c, s,
	     &(struct fact_smb_io){.read = s->read,
				   .written = s->written,
				   .reads = s->reads,
				   .writes = s->writes});
	s->read = s->written = 0;
	s->reads = s->writes = 0;
}
