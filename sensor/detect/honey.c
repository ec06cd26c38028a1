// SPDX-License-Identifier: Apache-2.0
/* honey: files and folders that nobody has a reason to touch, put on shares as bait.
 *
 * The operator lists them (detect.honey.paths: SHARE\PATH). Who opens one to read or write, makes,
 * renames or deletes one, or something below one, is an alert, also where the server refuses it.
 * Who opens one for nothing but its attributes is a finding: an explorer that shows the folder
 * around it does so.
 *
 * Units:  none.
 * Owns:   a bounded table of what was told; the paths are the configuration's.
 * Cost:   a walk over the paths a file opened, renamed or deleted; nothing while there are none.
 * Source: Moore, "Detecting Ransomware with Honeypot Techniques", CCC 2016; ATT&CK T1039.
 */
#include "detect/glob.h"
#include "detect/teller.h"
#include "observe/fact.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#define DOERS (1u << ROLE_backup | 1u << ROLE_scanner | 1u << ROLE_monitoring)
/* FILE_READ_EA, FILE_READ_ATTRIBUTES, READ_CONTROL, SYNCHRONIZE: MS-SMB2 2.2.13.1.1 */
#define ONLY_LOOKS 0x00120088u

struct honey_config {
	struct strs paths;
	uint32_t again_s;
};

struct honey_state {
	struct teller t;
};

enum { HONEY_touched, HONEY_seen, HONEY_kinds };
#define HONEY_SOURCE "Moore, Detecting Ransomware with Honeypot Techniques, 2016; ATT&CK T1039"
#define HONEY_CHECK                                                                                \
	"who is logged in on the source, and which program opened it (event 5145 on the server)? " \
	"Searches, indexing and backups of the whole share touch it, too (role backup, scanner)"
/* clang-format off */
static const struct about honey_abouts[HONEY_kinds] = {
	SAY_ABOUT("honey", 921, 1, FAMILY_lateral, "Data from Network Shared Drive",
		"HONEY a file that is bait was opened, changed or deleted", "T1039", "TA0009", HONEY_SOURCE,
		HONEY_CHECK),
	SAY_ABOUT("honey", 922, 3, FAMILY_lateral, "Data from Network Shared Drive",
		"HONEY the attributes of a file that is bait were asked for", "T1083", "TA0007", HONEY_SOURCE,
		HONEY_CHECK),
};
static const struct param honey_params[] = {
	PARAM_TEXT(PARAM_LIST, struct honey_config, paths, "",
		   "SHARE\\PATH of each file or folder that is bait; * any text, ? one letter; / is \\"),
	PARAM(PARAM_U32, struct honey_config, again_s, 60, 604800, 3600, "s",
	      "one alert a host, server and path in this time"),
	{0},
};
static const char *const words[] = {
	[SMB_open] = "opened", [SMB_create] = "made", [SMB_overwrite] = "overwritten",
	[SMB_close] = "closed", [SMB_rename] = "renamed", [SMB_delete] = "deleted",
	[SMB_truncate] = "cut", [SMB_list] = "listed",
};
/* clang-format on */

static void honey_fini(void *state)
{
	struct honey_state *s = state;

	if (s)
		teller_fini(&s->t);
	free(s);
}

static int honey_init(const void *config, void **state, struct err *err)
{
	struct honey_state *s = calloc(1, sizeof(*s));
	int rc;

	(void)config;
	if (!s)
		return err_set(err, ENOMEM, "no memory for honey");
	rc = teller_init(&s->t, 1024, err);
	if (rc) {
		honey_fini(s);
		return rc;
	}
	*state = s;
	return 0;
}

/* The bait that SHARE\path is, or is below of; NULL: none. */
static const char *bait(const struct honey_config *c, const char *share, const char *path)
{
	char full[2 * FACT_WORD_MAX], below[2 * FACT_WORD_MAX];
	const char *name = strrchr(share, '\\');

	if (snprintf(full, sizeof(full), "%s\\%s", name ? name + 1 : share,
		     path + strspn(path, "\\")) >= (int)sizeof(full))
		return NULL;
	for (unsigned i = 0; i < c->paths.n; i++) {
		const char *glob = c->paths.at[i] + strspn(c->paths.at[i], "\\/");

		if (glob_fits(glob, full))
			return c->paths.at[i];
		if (snprintf(below, sizeof(below), "%s\\*", glob) < (int)sizeof(below) &&
		    glob_fits(below, full))
			return c->paths.at[i];
	}
	return NULL;
}

static void honey_on_observation(const void *config, void *state, const struct observation *o,
				 const struct detector_out *out)
{
	const struct honey_config *c = config;
	struct honey_state *s = state;
	const struct fact_smb_file *b = obs_fact(o);
	char a[ADDR_TEXT];

	if (c->paths.n == 0 || b->pipe || b->op == SMB_close || b->op > SMB_list)
		return;
	const char *share = obs_word(o, sizeof(*b), 0), *path = obs_word(o, sizeof(*b), 1);
	const char *to = obs_word(o, sizeof(*b), 2), *user = obs_word(o, sizeof(*b), 3);
	const char *which = bait(c, share, path);
	if (!which && *to)
		which = bait(c, share, to);
	if (!which)
		return;
	bool looks = b->op == SMB_list || (b->op == SMB_open && !(b->access & ~ONLY_LOOKS));
	const struct telling m = {.about = &honey_abouts[looks ? HONEY_seen : HONEY_touched],
				  .host = &o->src,
				  .other = &o->dst,
				  .what = once_text(which),
				  .doers = DOERS,
				  .again_s = c->again_s,
				  .alert = !looks,
				  .unit = "files",
				  .observed = 1,
				  .threshold = 1};
	teller_say(&s->t, out, o, &m, "%.110s on %s %s%s%.40s%s", path, addr_text(&o->dst, a),
		   words[b->op], *user ? ", as " : "", user, b->status ? "; refused" : "");
}

static void honey_stats(const void *state, char *out, size_t size)
{
	const struct honey_state *s = state;

	teller_stats(&s->t, out, size);
}

static bool honey_uses(const void *config, enum observation_kind kind, const struct proto_fact *f)
{
	const struct honey_config *c = config;
	const struct fact_smb_file *b = f->body;

	(void)kind;
	return c->paths.n != 0 && !b->pipe && b->op != SMB_close && b->op <= SMB_list;
}

const struct detector detect_honey = {
	.name = "honey",
	.what = "files that are bait: nobody has a reason to touch them",
	.source = HONEY_SOURCE,
	.wants = 1ull << OBS_smb_file,
	.params = honey_params,
	.abouts = honey_abouts,
	.n_abouts = HONEY_kinds,
	.config_size = sizeof(struct honey_config),
	.init = honey_init,
	.fini = honey_fini,
	.on_observation = honey_on_observation,
	.uses = honey_uses,
	.stats = honey_stats,
};
