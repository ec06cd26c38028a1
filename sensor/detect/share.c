// SPDX-License-Identifier: Apache-2.0
/* share: what is put on other hosts' admin shares, and pipes with the names of tools.
 *
 * A program or script written to an admin share (by its first bytes or its name) and a pipe or file
 * with the name that a remote execution tool leaves are alerts, once a (host, target, kind) and
 * window. An admin share opened, any other file written there, a pipe nobody knows, and a file put
 * where the domain's policies and logon scripts lie (SYSVOL, NETLOGON) are findings: administrators
 * do so, too.
 *
 * Units:  seconds of packet time.
 * Owns:   one bounded table of what was told.
 * Cost:   a walk over two dozen patterns a file opened on IPC$ or an admin share.
 * Source: MITRE ATT&CK T1570, T1021.002, T1484.001; share_names.def; Sigma's list of usual pipes.
 */
#include "detect/glob.h"
#include "detect/teller.h"
#include "observe/fact.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define DOERS (1u << ROLE_jump | 1u << ROLE_monitoring | 1u << ROLE_scanner | 1u << ROLE_backup)

struct share_config {
	uint32_t again_s, told;
};

struct share_state {
	struct teller t;
};

enum share_kind {
	SHARE_program,
	SHARE_tool,
	SHARE_pipe,
	SHARE_written,
	SHARE_strange,
	SHARE_open,
	SHARE_policy,
	SHARE_kinds
};
#define SHARE_SOURCE "ATT&CK T1570, T1021.002; names that the tools' documentation gives"
#define SHARE_CHECK                                                                                \
	"look at the file on the target (owner, hash, event 5145), and at which process on the "   \
	"source wrote it; does this host administer that one?"
/* clang-format off */
static const struct about share_abouts[] = {
	SAY_ABOUT("share", 801, 1, FAMILY_lateral, "Lateral Movement",
		"LATERAL a program written to an admin share", "T1570", "TA0008", SHARE_SOURCE, SHARE_CHECK),
	SAY_ABOUT("share", 802, 1, FAMILY_lateral, "Lateral Movement",
		"LATERAL a file with the name of a remote execution tool", "T1021.002", "TA0008", SHARE_SOURCE,
		SHARE_CHECK),
	SAY_ABOUT("share", 803, 1, FAMILY_lateral, "Lateral Movement",
		"LATERAL a pipe with the name of a remote execution tool", "T1021.002", "TA0008", SHARE_SOURCE,
		SHARE_CHECK),
	SAY_ABOUT("share", 804, 3, FAMILY_lateral, "Lateral Movement",
		"LATERAL a file written to an admin share", "T1021.002", "TA0008", SHARE_SOURCE, SHARE_CHECK),
	SAY_ABOUT("share", 805, 3, FAMILY_lateral, "Lateral Movement",
		"LATERAL a pipe with a name that Windows does not use", "T1021.002", "TA0008", SHARE_SOURCE,
		SHARE_CHECK),
	SAY_ABOUT("share", 806, 3, FAMILY_lateral, "Lateral Movement",
		"LATERAL an admin share opened", "T1021.002", "TA0008", SHARE_SOURCE, SHARE_CHECK),
	SAY_ABOUT("share", 807, 3, FAMILY_lateral, "Domain Policy Modification",
		"DOMAIN a file of the domain's policies or logon scripts is written", "T1484.001", "TA0004",
		SHARE_SOURCE, "event 5136 and 5145 on the controller: which policy, by whom? What does the file start, and "
		"on which hosts?"),
};
static const struct param share_params[] = {
	PARAM(PARAM_U32, struct share_config, again_s, 60, 604800, 3600, "s",
	      "one alert a host, target and kind in this time"),
	PARAM(PARAM_U32, struct share_config, told, 64, 1 << 22, 8192, "",
	      "hosts, targets and kinds that were told"),
	{0},
};
static const struct pattern {
	const char *glob, *tool;
	bool pipe;
} patterns[] = {
#define PIPE(glob_, tool_) {glob_, tool_, true},
#define FILE_NAME(glob_, tool_) {glob_, tool_, false},
#include "detect/share_names.def"
#undef PIPE
#undef FILE_NAME
};
static const char *const usual_pipes[] = {
	"samr", "lsarpc", "lsass", "winreg", "netlogon", "srvsvc", "wkssvc", "protected_storage", "browser",
	"netdfs", "svcctl", "spoolss", "ntsvcs", "lsm_api_service", "hydralspipe", "termsrv_api_service",
	"msftewds", "epmapper", "eventlog", "atsvc", "efsrpc", "initshutdown", "fssagentrpc", "trkwks",
	"w32time", "w32time_alt", "dnsserver", "dhcpserver", "keysvc", "plugplay", "router", "scerpc",
	"tapsrv", "unixinfo", "sql\\query", "mssql$*", "llsrpc", "browser", "iisadmin", "cert", "winsreg",
	"frsrpc", "rpc_control*", "witness", "msdtc", "sessenvpublicrpc", "ctx_winstation_api_service",
	"drsuapi", "mdssvc", "spotlight", "wsp", "search", "policyagent", "lsabackup", "rpcss",
};
/* clang-format on */

static const char *tool_of(const char *name, bool pipe)
{
	for (unsigned i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++) {
		if (patterns[i].pipe == pipe && glob_fits(patterns[i].glob, name))
			return patterns[i].tool;
	}
	return NULL;
}

static bool is_usual_pipe(const char *name)
{
	for (unsigned i = 0; i < sizeof(usual_pipes) / sizeof(usual_pipes[0]); i++) {
		if (glob_fits(usual_pipes[i], name))
			return true;
	}
	return name[0] == '\0';
}

static bool runs(const char *path)
{
	static const char *const ends[] = {"*.exe", "*.dll", "*.sys", "*.bat", "*.cmd", "*.ps1",
					   "*.vbs", "*.js",  "*.hta", "*.msi", "*.scr", "*.com",
					   "*.xll", "*.cpl", "*.wsf", "*.ocx", "*.mof", "*.lnk"};

	for (unsigned i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		if (glob_fits(ends[i], path))
			return true;
	}
	return false;
}

/* Where every host has a folder, so that tools are put there: ADMIN$, and of a drive its root, its
 * first folders and Windows' own. What lies deeper was made for it: a site's or program's folder,
 * and who writes there deploys. */
static bool drops_here(const char *share, const char *path)
{
	static const char *const own[] = {"windows\\*",       "winnt\\*",    "programdata\\*",
					  "users\\*",         "perflogs\\*", "$recycle.bin\\*",
					  "*\\start menu\\*", "temp\\*",     "tmp\\*"};
	const char *name = strrchr(share, '\\'), *deep = strchr(path, '\\');

	name = name ? name + 1 : share;
	if (strcasecmp(name, "ADMIN$") == 0 || !deep || !strchr(deep + 1, '\\'))
		return true;
	for (unsigned i = 0; i < sizeof(own) / sizeof(own[0]); i++) {
		if (glob_fits(own[i], path))
			return true;
	}
	return false;
}

static bool is_policies(const char *share)
{
	const char *name = strrchr(share, '\\');

	name = name ? name + 1 : share;
	return strcasecmp(name, "SYSVOL") == 0 || strcasecmp(name, "NETLOGON") == 0;
}

static bool is_written(const struct fact_smb_file *b)
{
	return b->op == SMB_create || b->op == SMB_overwrite;
}

struct seen {
	const struct share_config *c;
	struct share_state *s;
	const struct observation *o;
	const struct detector_out *out;
};

static void tell(const struct seen *k, enum share_kind kind, bool alert, const char *share,
		 const char *path, const char *why, double bytes)
{
	const struct telling m = {
		.about = &share_abouts[kind],
		.host = &k->o->src,
		.other = &k->o->dst,
		.doers = DOERS,
		.again_s = k->c->again_s,
		.alert = alert,
		.name = bytes > 0 ? "written" : "files",
		.unit = bytes > 0 ? "bytes" : "files",
		.observed = bytes > 0 ? bytes : 1,
		.threshold = bytes > 0 ? NAN : 1,
	};
	char a[ADDR_TEXT];

	teller_say(&k->s->t, k->out, k->o, &m, "on %s: %.60s %.100s%s%s", addr_text(&k->o->dst, a),
		   share, path, *why ? ": " : "", why);
}

static void on_file(const struct seen *k)
{
	const struct fact_smb_file *b = obs_fact(k->o);
	const char *share = obs_word(k->o, sizeof(*b), 0), *path = obs_word(k->o, sizeof(*b), 1);
	const char *tool;

	if (b->folder || !*path)
		return;
	while (*path == '\\')
		path++;
	if (b->pipe) {
		tool = tool_of(path, true);
		if (tool)
			tell(k, SHARE_pipe, true, share, path, tool, 0);
		else if (!is_usual_pipe(path))
			tell(k, SHARE_strange, false, share, path, "", 0);
		return;
	}
	if (b->status == 0 && is_written(b) && is_policies(share))
		tell(k, SHARE_policy, false, share, path, "", 0);
	if (!b->admin || b->status != 0)
		return;
	tool = tool_of(path, false);
	if (tool)
		tell(k, SHARE_tool, true, share, path, tool, 0);
	else if (is_written(b) && runs(path))
		tell(k, SHARE_program, drops_here(share, path), share, path, "by its name", 0);
}

static void on_io(const struct seen *k)
{
	const struct fact_smb_io *b = obs_fact(k->o);
	const char *share = obs_word(k->o, sizeof(*b), 0), *path = obs_word(k->o, sizeof(*b), 1);
	bool program = (b->written_head[0] == 'M' && b->written_head[1] == 'Z') ||
		       memcmp(b->written_head, "\177ELF", 4) == 0;

	if (!b->admin || b->pipe || !b->written)
		return;
	if (program)
		tell(k, SHARE_program, drops_here(share, path), share, path, "by its first bytes",
		     (double)b->written);
	else
		tell(k, SHARE_written, false, share, path, "", (double)b->written);
}

static void on_tree(const struct seen *k)
{
	const struct fact_smb_tree *b = obs_fact(k->o);

	if (b->admin && b->status == 0)
		tell(k, SHARE_open, false, obs_word(k->o, sizeof(*b), 0), "", "", 0);
}

static void share_on_observation(const void *config, void *state, const struct observation *o,
				 const struct detector_out *out)
{
	const struct seen k = {.c = config, .s = state, .o = o, .out = out};

	if (!hosts_ours(out->hosts, &o->dst))
		return;
	if (o->kind == OBS_smb_file)
		on_file(&k);
	else if (o->kind == OBS_smb_io)
		on_io(&k);
	else
		on_tree(&k);
}

static void share_fini(void *state)
{
	struct share_state *s = state;

	if (s)
		teller_fini(&s->t);
	free(s);
}

static int share_init(const void *config, void **state, struct err *err)
{
	const struct share_config *c = config;
	struct share_state *s = calloc(1, sizeof(*s));

	if (!s)
		return err_set(err, ENOMEM, "no memory for share");
	int rc = teller_init(&s->t, c->told, err);
	if (rc) {
		share_fini(s);
		return rc;
	}
	*state = s;
	return 0;
}

static void share_stats(const void *state, char *out, size_t size)
{
	const struct share_state *s = state;

	teller_stats(&s->t, out, size);
}

static bool share_uses(const void *config, enum observation_kind kind, const struct proto_fact *f)
{
	const struct fact_smb_file *file = f->body;
	const struct fact_smb_io *io = f->body;

	(void)config;
	if (kind == OBS_smb_file)
		return !file->folder &&
		       (file->pipe ||
			(file->status == 0 &&
			 (file->admin || (is_written(file) && is_policies(fact_word(f, 0))))));
	return kind != OBS_smb_io || (io->admin && !io->pipe && io->written);
}

const struct detector detect_share = {
	.name = "share",
	.what = "programs on admin shares, and pipes and files with the names of tools",
	.source = SHARE_SOURCE,
	.wants = 1ull << OBS_smb_file | 1ull << OBS_smb_io | 1ull << OBS_smb_tree,
	.params = share_params,
	.abouts = share_abouts,
	.n_abouts = SHARE_kinds,
	.config_size = sizeof(struct share_config),
	.init = share_init,
	.fini = share_fini,
	.on_observation = share_on_observation,
	.uses = share_uses,
	.stats = share_stats,
};
