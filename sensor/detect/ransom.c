// SPDX-License-Identifier: Apache-2.0
/* ransom: files of a share overwritten with what cannot be read, renamed, or replaced, one after
 * the other.
 *
 * Each client has a window in which it loses files in one of three ways:
 *   overwritten: read, then written over with bytes that are more random than what was read (a
 * *difference* of entropy: zip and photographs are random from the start), or whose kind is gone;
 *   renamed:     to its own name with one more extension, or from a document's extension to one
 * nobody knows, the same extension each time; replaced:    deleted after a file of the same name
 * and one more extension was written. `files` different ones within window_s are an alert; half of
 * them with a note in words that ransom notes have, too. Renames alone (a tool that renames a
 * folder's photographs), of files that for the most part nobody wrote to, are a finding, and `deletes` files deleted within window_s (somebody tidies
 * up). What was lost goes on being counted and is told again at each power of two. In an encrypted
 * session: `sealed_files` written back at the length they were read with (on_written_back()). It
 * tells nothing of files below 600 bytes, of encryption of a part of each file in whole buffers
 * without a rename, and of ransomware that writes new files and deletes the old.
 *
 * Units:  files within window_s of packet time; entropy in thousandths of a bit a byte.
 * Owns:   a bounded table of clients, each with the last FILES names it touched, as hashes.
 * Cost:   one look-up a file closed, renamed or deleted, and a walk over FILES hashes.
 * Source: REDFISH (Morato et al. 2018): within 10 files; Berrueta et al. 2022 (arXiv 2202.07583);
 * the entropy of compressed files and why differences must count: SCIENCE E.
 */
#include "base/ascii.h"
#include "base/clock.h"
#include "detect/once.h"
#include "detect/say.h"
#include "observe/fact.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define FILES        64u          /* names remembered a client */
#define SEALED_TIMES 2u           /* seconds of both directions alike */
#define SEALED_BYTES (256u << 10) /* written in an encrypted session */

struct ransom_config {
	uint32_t files, sealed_files, deletes, window_s, entropy_gain, again_s, clients;
};

/* touched: what was read was written over, but not seen to be more random; no way to lose it alone */
enum { WAY_overwritten = 1, WAY_renamed = 2, WAY_replaced = 4, WAY_touched = 8 };

struct ransom_client {
	struct sets_head head;
	uint64_t file[FILES], ns[FILES]; /* lost: hash of the name before, when */
	uint64_t touched[FILES]; /* hashes of files of WAY_touched */
	uint64_t made[FILES]; /* hash of the names of new files without their last extension */
	uint64_t note_ns, told_ns, begin_ns;
	uint64_t note_folder[4];
	uint32_t next, next_made, next_touched, told_at;
	uint32_t lost;     /* since begin_ns */
	uint32_t sealed_n; /* times told of a session that hides names, both ways alike */
	uint64_t sealed_ns, sealed[2]; /* begin of its window; bytes read, written */
	uint64_t back_ns;              /* of a run of encrypted files written back: its begin */
	uint32_t opens, renames, rewritten, behind, blocks;
	uint64_t deleted_ns; /* begin of the window of what is deleted */
	uint32_t deleted;
	uint32_t by[3];
	uint8_t way[FILES];
	char extension[24], example[64];
};

struct ransom_state {
	struct sets clients, once;
	struct count files, alerts, findings;
};

enum {
	RANSOM_alert,
	RANSOM_renames,
	RANSOM_note,
	RANSOM_sealed,
	RANSOM_back,
	RANSOM_deleted,
	RANSOM_kinds
};
#define RANSOM_SOURCE "Morato et al., REDFISH (2018); Berrueta et al., arXiv 2202.07583"
#define RANSOM_CHECK                                                                               \
	"open one of the files: can it still be read? Which process on the client writes, and is " \
	"it "                                                                                      \
	"a backup, a converter or somebody who encrypts on purpose?"
/* clang-format off */
static const struct about ransom_abouts[] = {
	SAY_ABOUT("ransom", 841, 1, FAMILY_ransomware, "Data Encrypted for Impact",
		"RANSOMWARE files of a share are overwritten, renamed or replaced one after the other", "T1486",
		"TA0040", RANSOM_SOURCE, RANSOM_CHECK),
	SAY_ABOUT("ransom", 842, 3, FAMILY_ransomware, "Data Encrypted for Impact",
		"RANSOMWARE files of a share are renamed to one new extension", "T1486", "TA0040",
		RANSOM_SOURCE, RANSOM_CHECK),
	SAY_ABOUT("ransom", 843, 3, FAMILY_ransomware, "Data Encrypted for Impact",
		"RANSOMWARE a file with the name of a ransom note", "T1486", "TA0040", RANSOM_SOURCE, RANSOM_CHECK),
	SAY_ABOUT("ransom", 844, 3, FAMILY_ransomware, "Data Encrypted for Impact",
		"RANSOMWARE as much is read as written in an encrypted SMB session, second by second", "T1486",
		"TA0040", RANSOM_SOURCE, RANSOM_CHECK),
	SAY_ABOUT("ransom", 845, 1, FAMILY_ransomware, "Data Encrypted for Impact",
		"RANSOMWARE files are read and written back at their length one after the other (encrypted SMB)",
		"T1486", "TA0040", RANSOM_SOURCE, RANSOM_CHECK),
	SAY_ABOUT("ransom", 846, 3, FAMILY_ransomware, "Data Destruction",
		"DESTRUCTION many files of a share are deleted one after the other", "T1485", "TA0040",
		"ATT&CK T1485", "who deletes, with which program, and is there a copy elsewhere? Tidying up looks the same"),
};
static const struct param ransom_params[] = {
	PARAM(PARAM_U32, struct ransom_config, files, 3, FILES, 7, "files", "lost within window_s"),
	PARAM(PARAM_U32, struct ransom_config, sealed_files, 4, 1000, 7, "files",
	      "written back at their length within window_s, in an encrypted session"),
	PARAM(PARAM_U32, struct ransom_config, deletes, 4, 1000000, 50, "files", "deleted within window_s"),
	PARAM(PARAM_U32, struct ransom_config, window_s, 5, 3600, 60, "s", "that they are counted in"),
	PARAM(PARAM_U32, struct ransom_config, entropy_gain, 100, 8000, 700, "1/1000 bit a byte",
	      "more in what is written than in what was read"),
	PARAM(PARAM_U32, struct ransom_config, again_s, 60, 604800, 3600, "s",
	      "one alert a client in this time, unless ten times as many files are lost"),
	PARAM(PARAM_U32, struct ransom_config, clients, 16, 1 << 20, 512, "hosts", "remembered"),
	{0},
};
static const char *const known[] = { /* extensions that ordinary renames end with */
	"doc", "docx", "xls", "xlsx", "ppt", "pptx", "pdf", "txt", "csv", "jpg", "jpeg", "png", "gif", "bmp",
	"tif", "tiff", "zip", "7z", "rar", "gz", "tar", "bak", "old", "tmp", "log", "html", "htm", "xml",
	"json", "mp3", "mp4", "avi", "mov", "wav", "exe", "dll", "msi", "iso", "db", "sqlite", "mdb", "accdb",
	"pst", "ost", "eml", "msg", "rtf", "odt", "ods", "odp", "vsd", "vsdx", "dwg", "psd", "ai", "ini",
	"cfg", "conf", "dat", "part", "partial", "crdownload", "download", "lnk", "url", "c", "h", "py", "js",
	"o", "swp", "new", "orig", "save", "lock", "wbk", "xlk", "asd", "1", "2", "3",
};
static const char *const notes[] = { /* words of notes' names, in lower case */
	"readme", "decrypt", "recover", "restore", "ransom", "how_to", "howto", "how to", "help_", "unlock",
	"your_files", "your files", "instruction", "read_me", "read me", "!!!", "_readme",
};
/* clang-format on */

struct act {
	const struct ransom_config *c;
	struct ransom_state *s;
	const struct observation *o;
	const struct obs_link *link;
	const struct detector_out *out;
	struct ransom_client *cl;
};

static const char *base_of(const char *path)
{
	const char *b = strrchr(path, '\\');
	return b ? b + 1 : path;
}

static const char *extension_of(const char *path) /* without its dot; "" none */
{
	const char *dot = strrchr(base_of(path), '.');
	return dot && dot[1] ? dot + 1 : "";
}

static bool is_known(const char *extension)
{
	char lower[16];
	size_t n = strlen(extension);

	if (n == 0 || n >= sizeof(lower))
		return false;
	for (size_t i = 0; i <= n; i++)
		lower[i] = (char)ascii_lower((uint8_t)extension[i]);
	for (unsigned i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (strcmp(known[i], lower) == 0)
			return true;
	}
	return false;
}

/* Of a share, "\\\\server\\share" as sent, and a path in it. Not 0 */
static uint64_t file_hash(const char *share, const char *path)
{
	return (once_text(share) * 31 ^ once_text(path)) | 1;
}

/* Of the path without its last extension; 0: it has none */
static uint64_t stem_hash(const char *share, const char *path)
{
	char stem[FACT_WORD_MAX];
	const char *e = extension_of(path);

	if (!*e)
		return 0;
	size_t n = (size_t)(e - path) - 1;
	snprintf(stem, sizeof(stem), "%.*s", (int)n, path);
	return file_hash(share, stem);
}

static void tell(const struct act *k, unsigned kind, bool alert, unsigned n, const char *text)
{
	struct host_view src = hosts_of(k->out->hosts, &k->o->src, k->link);
	uint32_t roles = hosts_roles(k->out->hosts, &src, &k->o->src);
	struct finding f = say_of(k->o, k->link, &k->o->src, &src, &k->o->dst);

	f.tier = alert && !(roles & 1u << ROLE_backup) ? TIER_alert : TIER_finding;
	f.about = &ransom_abouts[kind];
	unsigned most = kind == RANSOM_back      ? k->c->sealed_files
			: kind == RANSOM_deleted ? k->c->deletes
						 : k->c->files;
	f.score = fmax(1, (double)n / most);
	f.evidence[0] = (struct evidence){"files_in_window", n, NAN, most, "files"};
	f.evidence[1] = (struct evidence){"files_lost", k->cl->lost, NAN, NAN, "files"};
	f.n_evidence = kind == RANSOM_back || kind == RANSOM_deleted ? 1 : 2;
	count_add(f.tier == TIER_alert ? &k->s->alerts : &k->s->findings, 1);
	k->out->add(k->out->ctx, &f, text);
}

/* Files lost within the window, and how many of them were but renamed. */
static unsigned within(const struct act *k, unsigned *renamed)
{
	uint64_t window_ns = k->c->window_s * NS_PER_S;
	unsigned n = 0;

	*renamed = 0;
	for (unsigned i = 0; i < FILES; i++) {
		if (!k->cl->file[i] || k->cl->ns[i] + window_ns < k->o->time_ns)
			continue;
		n++;
		*renamed += k->cl->way[i] == WAY_renamed;
	}
	return n;
}

static void test(const struct act *k)
{
	struct ransom_client *cl = k->cl;
	uint64_t now_ns = k->o->time_ns;
	unsigned renamed, n = within(k, &renamed), half = (k->c->files + 1) / 2;
	bool note = cl->note_ns && now_ns <= cl->note_ns + 10 * k->c->window_s * NS_PER_S;
	bool renames_only = n - renamed < half; /* a script of somebody's gives names */
	char text[FINDING_SUBJECT], a[ADDR_TEXT];

	if (n < (note ? half : k->c->files))
		return;
	bool again = cl->told_ns && now_ns < cl->told_ns + k->c->again_s * NS_PER_S;
	if (again && cl->lost < 10 * cl->told_at)
		return;
	if (renames_only && !note) {
		struct once_entry *e =
			once_get(&k->s->once, RANSOM_renames, cl->head.key, 0, 0, now_ns);
		if (once_due(e, now_ns, k->c->again_s * NS_PER_S)) {
			snprintf(text, sizeof(text),
				 "on %s: %u files renamed to .%s within %u s, last %.60s",
				 addr_text(&k->o->dst, a), n, cl->extension, k->c->window_s,
				 cl->example);
			tell(k, RANSOM_renames, false, n, text);
		}
		return;
	}
	cl->told_ns = now_ns ? now_ns : 1;
	cl->told_at = cl->lost;
	snprintf(text, sizeof(text),
		 "on %s: %u files within %u s (%u overwritten, %u renamed, %u replaced)%s%s, last "
		 "%.60s%s",
		 addr_text(&k->o->dst, a), n, k->c->window_s, cl->by[0], cl->by[1], cl->by[2],
		 *cl->extension ? " to ." : "", cl->extension, cl->example,
		 note ? ", and a note" : "");
	tell(k, RANSOM_alert, true, n, text);
}

/* One more file is lost; one that was counted in another way is not counted twice. now: its hash
 * from here on. */
static void lose(const struct act *k, uint64_t file, uint64_t now, uint8_t way, const char *example)
{
	struct ransom_client *cl = k->cl;

	for (unsigned i = 0; i < FILES; i++) {
		if (cl->file[i] == file) {
			cl->file[i] = now;
			cl->ns[i] = k->o->time_ns;
			if (!(cl->way[i] & way) && way != WAY_touched)
				cl->by[__builtin_ctz(way)]++;
			cl->way[i] |= way;
			test(k);
			return;
		}
	}
	if (way == WAY_touched) {
		cl->touched[cl->next_touched++ % FILES] = file;
		return;
	}
	unsigned i = cl->next++ % FILES;
	cl->file[i] = now;
	cl->ns[i] = k->o->time_ns;
	cl->way[i] = way;
	for (unsigned t = 0; t < FILES; t++)
		cl->way[i] |= cl->touched[t] == file ? WAY_touched : 0;
	count_add(&k->s->files, 1);
	cl->by[__builtin_ctz(way)]++;
	cl->lost++;
	snprintf(cl->example, sizeof(cl->example), "%s", example);
	test(k);
}

/* Names and contents are hidden, lengths are not (proto/smb_sealed.c). Who encrypts a file opens it
 * once, reads it and writes it back at its length or with a trailer; a rename opens it once more.
 * Copies read and write the same lengths, too, but open two files for each, or have opened all of
 * them before the first is stored; programs that change what is in files (converters, packers)
 * change their lengths, each by another number. A stretch that opens too many is forgotten, so that
 * what was done before does not hide what begins. */
static void on_written_back(const struct act *k, const struct fact_smb_io *b)
{
	struct ransom_client *cl = k->cl;
	char text[FINDING_SUBJECT], a[ADDR_TEXT], span[24];

	if (k->o->time_ns > cl->back_ns + k->c->window_s * NS_PER_S ||
	    2 * cl->opens > 3 * (cl->rewritten + cl->blocks) + 2 * cl->renames + 8) {
		cl->back_ns = k->o->time_ns;
		cl->opens = cl->renames = cl->rewritten = cl->behind = cl->blocks = 0;
	}
	cl->opens += b->opens;
	cl->renames += b->renames;
	cl->rewritten += b->rewritten;
	cl->blocks += b->blocks;
	cl->behind = b->behind > cl->behind ? b->behind : cl->behind;
	/* Whole buffers are of no certain file: they count where as many are renamed. */
	uint32_t files = cl->rewritten + (cl->blocks < cl->renames ? cl->blocks : cl->renames);
	if (files < k->c->sealed_files || 2 * cl->opens < files ||
	    2 * (cl->opens + cl->behind) > 3 * files + 2 * cl->renames)
		return;
	struct once_entry *e =
		once_get(&k->s->once, RANSOM_back, cl->head.key, 0, 0, k->o->time_ns);
	if (!once_due(e, k->o->time_ns, k->c->again_s * NS_PER_S))
		return;
	snprintf(text, sizeof(text),
		 "on %s: %u files written back at the length they were read with, or with the same "
		 "trailer, within %s; %u opened, %u renamed; names are encrypted",
		 addr_text(&k->o->dst, a), files, say_span(k->o->time_ns - cl->back_ns, span),
		 cl->opens, cl->renames);
	tell(k, RANSOM_back, true, files, text);
}

/* Encrypting in place reads as much as it writes, all the time; so does a copy from share to share:
 * a finding. */
static void on_sealed(const struct act *k, const struct fact_smb_io *b)
{
	struct ransom_client *cl = k->cl;
	char text[FINDING_SUBJECT], a[ADDR_TEXT];

	if (k->o->time_ns > cl->sealed_ns + k->c->window_s * NS_PER_S) {
		cl->sealed_ns = k->o->time_ns;
		cl->sealed[0] = cl->sealed[1] = 0;
		cl->sealed_n = 0;
	}
	cl->sealed[0] += b->read;
	cl->sealed[1] += b->written;
	cl->sealed_n +=
		b->read && b->written && b->read < b->written * 2 && b->written < b->read * 2;
	if (cl->sealed_n < SEALED_TIMES || cl->sealed[1] < SEALED_BYTES ||
	    cl->sealed[0] * 4 < cl->sealed[1] * 3 || cl->sealed[1] * 4 < cl->sealed[0] * 3)
		return;
	struct once_entry *e =
		once_get(&k->s->once, RANSOM_sealed, cl->head.key, 0, 0, k->o->time_ns);
	if (!once_due(e, k->o->time_ns, k->c->again_s * NS_PER_S))
		return;
	snprintf(text, sizeof(text), "on %s: %.1f MB read and %.1f MB written within %u s",
		 addr_text(&k->o->dst, a), (double)cl->sealed[0] / 1e6, (double)cl->sealed[1] / 1e6,
		 k->c->window_s);
	tell(k, RANSOM_sealed, false, 1, text);
}

static void on_io(const struct act *k)
{
	const struct fact_smb_io *b = obs_fact(k->o);
	const char *share = obs_word(k->o, sizeof(*b), 0), *path = obs_word(k->o, sizeof(*b), 1);
	bool gained = b->read_entropy && b->written_entropy >= 6500 &&
		      b->written_entropy >= b->read_entropy + k->c->entropy_gain;

	if (!*path) {
		on_written_back(k, b);
		on_sealed(k, b);
	}
	if (b->pipe || !b->written || !*path || !b->overlap)
		return;
	uint64_t file = file_hash(share, path);
	lose(k, file, file, gained || b->magic_changed ? WAY_overwritten : WAY_touched, path);
}

static void on_rename(const struct act *k, const char *share, const char *from, const char *to)
{
	size_t n = strlen(from);
	const char *old = extension_of(from), *now = extension_of(to);
	bool grown = strncasecmp(from, to, n) == 0 && to[n] == '.' && to[n + 1];
	bool changed = strcasecmp(old, now) != 0 && is_known(old) && strcasecmp(old, "tmp") != 0;

	if (!*now || is_known(now) || !(grown || changed))
		return;
	if (strcasecmp(k->cl->extension, now) != 0) {
		/* another extension: the renames so far were something else */
		for (unsigned i = 0; i < FILES; i++)
			k->cl->file[i] = k->cl->way[i] == WAY_renamed ? 0 : k->cl->file[i];
		snprintf(k->cl->extension, sizeof(k->cl->extension), "%s", now);
	}
	lose(k, file_hash(share, from), file_hash(share, to), WAY_renamed, to);
}

static void on_note(const struct act *k, const char *path)
{
	const char *name = base_of(path);
	char lower[FACT_WORD_MAX];
	size_t n = 0;

	for (; name[n] && n + 1 < sizeof(lower); n++)
		lower[n] = (char)ascii_lower((uint8_t)name[n]);
	lower[n] = '\0';
	const char *e = extension_of(lower);
	if (strcmp(e, "txt") && strcmp(e, "html") && strcmp(e, "hta") && strcmp(e, "htm") &&
	    strcmp(e, "rtf"))
		return;
	for (unsigned i = 0; i < sizeof(notes) / sizeof(notes[0]); i++) {
		if (!strstr(lower, notes[i]))
			continue;
		struct once_entry *o =
			once_get(&k->s->once, RANSOM_note, k->cl->head.key, 0, 0, k->o->time_ns);
		char text[FINDING_SUBJECT];

		k->cl->note_ns = k->o->time_ns ? k->o->time_ns : 1;
		snprintf(text, sizeof(text), "%.120s", path);
		if (once_due(o, k->o->time_ns, k->c->again_s * NS_PER_S))
			tell(k, RANSOM_note, false, 1, text);
		test(k);
		return;
	}
}

static void on_delete(const struct act *k, const char *path)
{
	struct ransom_client *cl = k->cl;
	char text[FINDING_SUBJECT], a[ADDR_TEXT], span[24];

	if (k->o->time_ns > cl->deleted_ns + k->c->window_s * NS_PER_S) {
		cl->deleted_ns = k->o->time_ns;
		cl->deleted = 0;
	}
	if (++cl->deleted < k->c->deletes)
		return;
	struct once_entry *e =
		once_get(&k->s->once, RANSOM_deleted, cl->head.key, 0, 0, k->o->time_ns);
	if (!once_due(e, k->o->time_ns, k->c->again_s * NS_PER_S))
		return;
	snprintf(text, sizeof(text), "on %s: %u files deleted within %s, last %.80s",
		 addr_text(&k->o->dst, a), cl->deleted,
		 say_span(k->o->time_ns - cl->deleted_ns, span), path);
	tell(k, RANSOM_deleted, false, cl->deleted, text);
}

static void on_file(const struct act *k)
{
	const struct fact_smb_file *b = obs_fact(k->o);
	const char *share = obs_word(k->o, sizeof(*b), 0), *path = obs_word(k->o, sizeof(*b), 1),
		   *to = obs_word(k->o, sizeof(*b), 2);
	uint64_t file;

	if (b->pipe || b->folder || b->status != 0 || !*path)
		return;
	switch (b->op) {
	case SMB_rename:
		on_rename(k, share, path, to);
		break;
	case SMB_create:
		file = is_known(extension_of(path)) ? 0 : stem_hash(share, path);
		if (file)
			k->cl->made[k->cl->next_made++ % FILES] = file;
		on_note(k, path);
		break;
	case SMB_delete:
		on_delete(k, path);
		file = file_hash(share, path);
		for (unsigned i = 0; i < FILES; i++) {
			if (k->cl->made[i] != file)
				continue;
			k->cl->made[i] = 0;
			lose(k, file, file, WAY_replaced, path);
			break;
		}
		break;
	default:
		break;
	}
}

/* What else is done to files neither begins a window nor takes a client's place. */
static bool is_changed_file(const struct fact_smb_file *b, const char *path)
{
	return !b->pipe && !b->folder && b->status == 0 && *path &&
	       (b->op == SMB_rename || b->op == SMB_create || b->op == SMB_delete);
}

static bool is_written_io(const struct fact_smb_io *b, const char *path)
{
	return !*path || (!b->pipe && b->written && b->overlap);
}

static void ransom_on_observation(const void *config, void *state, const struct observation *o,
				  const struct detector_out *out)
{
	struct act k = {.c = config, .s = state, .o = o, .link = obs_body(o), .out = out};
	bool fresh;
	uint64_t key = hash_addr(&o->src, 17);

	if (o->kind == OBS_smb_io
		    ? !is_written_io(obs_fact(o), obs_word(o, sizeof(struct fact_smb_io), 1))
		    : !is_changed_file(obs_fact(o), obs_word(o, sizeof(struct fact_smb_file), 1)))
		return;
	k.cl = sets_get(&k.s->clients, key ? key : 1, 0, &fresh);
	if (o->time_ns > k.cl->begin_ns + k.c->again_s * NS_PER_S) {
		k.cl->begin_ns = o->time_ns;
		k.cl->lost = 0;
		memset(k.cl->by, 0, sizeof(k.cl->by));
	}
	if (o->kind == OBS_smb_io)
		on_io(&k);
	else
		on_file(&k);
}

static void ransom_fini(void *state)
{
	struct ransom_state *s = state;

	if (!s)
		return;
	sets_fini(&s->clients);
	sets_fini(&s->once);
	free(s);
}

static int ransom_init(const void *config, void **state, struct err *err)
{
	const struct ransom_config *c = config;
	struct ransom_state *s = calloc(1, sizeof(*s));
	int rc;

	if (!s)
		return err_set(err, ENOMEM, "no memory for ransom");
	if ((rc = sets_init(&s->clients, sizeof(struct ransom_client), c->clients, err)) ||
	    (rc = sets_init(&s->once, sizeof(struct once_entry), c->clients * 2, err))) {
		ransom_fini(s);
		return rc;
	}
	*state = s;
	return 0;
}

static void ransom_stats(const void *state, char *out, size_t size)
{
	const struct ransom_state *s = state;

	snprintf(out, size,
		 "\"files\":%llu,\"alerts\":%llu,\"findings\":%llu,\"clients_evicted\":%llu",
		 (unsigned long long)count_get(&s->files),
		 (unsigned long long)count_get(&s->alerts),
		 (unsigned long long)count_get(&s->findings),
		 (unsigned long long)count_get(&s->clients.evicted));
	sets_say_evicted(&s->once, "once", out, size);
}

static bool ransom_uses(const void *config, enum observation_kind kind, const struct proto_fact *f)
{
	(void)config;
	return kind == OBS_smb_io ? is_written_io(f->body, fact_word(f, 1))
				  : is_changed_file(f->body, fact_word(f, 1));
}

const struct detector detect_ransom = {
	.name = "ransom",
	.what = "files of a share overwritten, renamed or replaced one after the other",
	.source = RANSOM_SOURCE,
	.wants = 1ull << OBS_smb_file | 1ull << OBS_smb_io,
	.params = ransom_params,
	.abouts = ransom_abouts,
	.n_abouts = RANSOM_kinds,
	.config_size = sizeof(struct ransom_config),
	.init = ransom_init,
	.fini = ransom_fini,
	.on_observation = ransom_on_observation,
	.uses = ransom_uses,
	.stats = ransom_stats,
};
