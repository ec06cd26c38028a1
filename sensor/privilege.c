// SPDX-License-Identifier: Apache-2.0
/* From root to a user without rights, and a list of the system calls a run needs.
 *
 * Thread: main. setuid() of glibc changes every thread of the process, DPDK's too; a change from uid 0
 *         without KEEPCAPS clears the capabilities of each (capabilities(7)).
 * Errors: an unknown user, or a step that fails, ends the start: never half-dropped.
 * Source: prctl(2), seccomp(2), setpriv(1). clone3 is answered with ENOSYS, because its flags stand
 *         in memory where a filter cannot see them; glibc then uses clone, which is let through for
 *         threads only.
 */
#include "privilege.h"

#include "base/log.h"

#include <errno.h>
#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <sched.h>
#include <seccomp.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

void privilege_no_new(void)
{
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

/* Makes what is missing of `path`; only what was made is given to the user. */
static int make_folder(const char *path, const struct passwd *pw, struct err *err)
{
	char at[PATH_MAX];

	if (!path || !*path || strlen(path) >= sizeof(at))
		return 0;
	strcpy(at, path);
	for (char *c = at + 1;; c++) {
		char was = *c;
		if (was != '/' && was != 0)
			continue;
		*c = 0;
		if (mkdir(at, 0750) == 0) {
			if (pw && chown(at, pw->pw_uid, pw->pw_gid) != 0)
				return err_set(err, errno, "%s: %s", at, strerror(errno));
		} else if (errno != EEXIST) {
			return err_set(err, errno, "cannot make %s: %s", at, strerror(errno));
		}
		*c = was;
		if (was == 0)
			return 0;
	}
}

static int make_socket_folders(const struct strs *addresses, const struct passwd *pw,
			       struct err *err)
{
	int r = 0;

	for (unsigned i = 0; i < addresses->n && r == 0; i++) {
		char path[PATH_MAX];

		if (strncmp(addresses->at[i], "ipc:///", 7) != 0)
			continue;
		snprintf(path, sizeof(path), "%s", addresses->at[i] + 6);
		char *slash = strrchr(path, '/');
		if (slash == path)
			continue;
		*slash = 0;
		r = make_folder(path, pw, err);
	}
	return r;
}

static int become(const struct passwd *pw, struct err *err)
{
	if (initgroups(pw->pw_name, pw->pw_gid) != 0 || setresgid(pw->pw_gid, pw->pw_gid,
								   pw->pw_gid) != 0 ||
	    setresuid(pw->pw_uid, pw->pw_uid, pw->pw_uid) != 0)
		return err_set(err, errno, "cannot become %s: %s", pw->pw_name, strerror(errno));
	if (setuid(0) == 0)
		return err_set(err, EPERM, "became %s, and could become root again", pw->pw_name);
	return 0;
}

int privilege_folder(const struct options *o, const char *path, struct err *err)
{
	const char *user = o->top.user;
	const struct passwd *pw = user && *user && geteuid() == 0 ? getpwnam(user) : NULL;

	return make_folder(path, pw, err);
}

int privilege_check(const struct options *o, struct err *err)
{
	const char *user = o->top.user;

	if (!user || !*user || geteuid() != 0)
		return 0;
	const struct passwd *pw = getpwnam(user);
	if (!pw) {
		err_set(err, ENOENT, "user: there is no user %s", user);
		err_hint(err, "systemd-sysusers makes it from sysusers.d/vigie.conf");
		return -ENOENT;
	}
	if (pw->pw_uid == 0)
		return err_set(err, EINVAL, "user: %s is root", user);
	return 0;
}

int privilege_drop(const struct options *o, struct err *err)
{
	const char *user = o->top.user;
	int r = privilege_check(o, err);

	if (r < 0 || !user || !*user || geteuid() != 0)
		return r;
	const struct passwd *pw = getpwnam(user);
	if (!pw)
		return err_set(err, ENOENT, "user: there is no user %s", user);
	if ((r = make_folder(o->publish.journal_dir, pw, err)) < 0 ||
	    (r = make_folder(o->publish.dir, pw, err)) < 0 ||
	    (r = make_folder(o->capture.files.n ? NULL : o->evidence.dir, pw, err)) < 0 ||
	    (r = make_socket_folders(&o->publish.pub, pw, err)) < 0 ||
	    (r = make_socket_folders(&o->publish.rep, pw, err)) < 0 || (r = become(pw, err)) < 0)
		return r;
	log_info("running as %s", user);
	return 0;
}

static const int always[] = {
#define CALL(name) SCMP_SYS(name),
#include "privilege.def"
#undef CALL
};

static int add_calls(scmp_filter_ctx f, bool live)
{
	int r = 0;

	for (size_t i = 0; i < sizeof(always) / sizeof(always[0]) && r == 0; i++)
		r = seccomp_rule_add(f, SCMP_ACT_ALLOW, always[i], 0);
	if (r == 0)
		r = seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(clone), 1,
				     SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD));
	if (r == 0)
		r = seccomp_rule_add(f, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
	/* isatty(); a live source also asks its port. */
	if (r == 0)
		r = live ? seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(ioctl), 0)
			 : seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(ioctl), 1,
					    SCMP_A1(SCMP_CMP_EQ, TCGETS));
	return r;
}

int privilege_seccomp(const struct options *o, bool live, struct err *err)
{
	if (!o->top.seccomp)
		return 0;
	scmp_filter_ctx f = seccomp_init(SCMP_ACT_KILL_PROCESS);
	if (!f)
		return err_set(err, ENOMEM, "seccomp: no memory");
	int r = seccomp_attr_set(f, SCMP_FLTATR_CTL_TSYNC, 1);
	if (r == 0)
		r = add_calls(f, live);
	if (r == 0)
		r = seccomp_load(f);
	seccomp_release(f);
	if (r < 0) {
		err_set(err, -r, "seccomp: %s", strerror(-r));
		err_hint(err, "this kernel may lack it; leave seccomp: no");
		return r;
	}
	return 0;
}
