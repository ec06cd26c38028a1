// SPDX-License-Identifier: Apache-2.0
/* Starting DPDK's environment from our own configuration, and saying in words why it would not.
 *
 * It works with and without hugepages, with and without root (vdevs on files), leaves the caller's
 * CPU affinity alone, never shares state with another DPDK process, and removes what it made under
 * the runtime folder, and what sensors that were killed left there.
 *
 * Thread: main. Its own threads take no signals.
 * Errors: err, with the arithmetic where memory is short; DPDK's own first words otherwise.
 */
#include "capture/eal.h"

#include "base/log.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_log.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MB         (1ULL << 20)
#define MEMORY_MIN (512 * MB) /* without hugepages: only touched pages count */

static struct {
	bool started; /* or tried: there is no second time */
	bool runs;
	FILE *log;
	char *text;
	size_t size;
} eal;

static int push(struct capture_eal_args *a, struct err *err, const char *fmt, ...)
{
	size_t room = sizeof(a->text) - a->used;
	va_list ap;

	va_start(ap, fmt);
	int n = vsnprintf(a->text + a->used, room, fmt, ap);
	va_end(ap);
	if (n < 0 || (size_t)n >= room || a->argc == EAL_ARGS_MAX)
		return err_set(err, E2BIG, "too many DPDK arguments");
	a->argv[a->argc++] = a->text + a->used;
	a->argv[a->argc] = NULL;
	a->used += (size_t)n + 1;
	return 0;
}

/* A list given as one text was split at its commas: "--vdev=net_pcap0", "rx_pcap=f" is one. */
static bool continues(const char *before, const char *arg)
{
	return arg[0] != '-' && strchr(arg, '=') && (strchr(before, '=') || before[0] != '-');
}

static int push_operators(struct capture_eal_args *a, const struct strs *args, struct err *err)
{
	int r = 0;

	for (unsigned i = 0; r == 0 && i < args->n; i++) {
		const char *arg = args->at[i];

		if (i > 0 && continues(a->argv[a->argc - 1], arg)) {
			a->text[a->used - 1] = ',';
			r = push(a, err, "%s", arg);
			if (r == 0)
				a->argv[--a->argc] = NULL;
			continue;
		}
		a->vdevs |= strncmp(arg, "--vdev", 6) == 0;
		a->pci |= strncmp(arg, "-a", 2) == 0 || strncmp(arg, "--allow", 7) == 0 ||
			  strncmp(arg, "-b", 2) == 0 || strncmp(arg, "--block", 7) == 0;
		r = push(a, err, "%s", arg);
	}
	return r;
}

static bool has(const struct strs *args, const char *prefix)
{
	for (unsigned i = 0; i < args->n; i++)
		if (strncmp(args->at[i], prefix, strlen(prefix)) == 0)
			return true;
	return false;
}

static int push_memory(struct capture_eal_args *a, const struct strs *args, uint64_t huge_free,
		       uint64_t need, struct err *err)
{
	if (has(args, "--no-huge") || has(args, "--in-memory") || has(args, "--huge-dir") ||
	    has(args, "-m") || has(args, "--socket-mem") || has(args, "--legacy-mem"))
		return 0;
	if (huge_free >= need)
		return push(a, err, "--in-memory");
	int r = push(a, err, "--no-huge");
	if (r == 0)
		r = push(a, err, "-m");
	need = need > MEMORY_MIN ? need : MEMORY_MIN;
	return r < 0 ? r : push(a, err, "%llu", (unsigned long long)((need + MB - 1) / MB));
}

/* One lcore, on the CPU we are on: the workers are our own threads. */
static int push_lcores(struct capture_eal_args *a, const struct strs *args, struct err *err)
{
	int cpu = sched_getcpu();

	if (has(args, "-l") || has(args, "-c") || has(args, "--lcores"))
		return 0;
	return push(a, err, "--lcores=0@%d", cpu < 0 ? 0 : cpu);
}

int capture_eal_args(struct capture_eal_args *a, const struct capture_config *c, int pid,
		     uint64_t huge_free, uint64_t need, struct err *err)
{
	const struct strs *args = &c->dpdk_args;
	int r;

	*a = (struct capture_eal_args){0};
	r = push(a, err, "vigie-sensor");
	if (r == 0 && !has(args, "--file-prefix"))
		r = push(a, err, "--file-prefix=vigie-%d", pid);
	if (r == 0 && !has(args, "--log-level"))
		r = push(a, err, "--log-level=error");
	if (r == 0)
		r = push_lcores(a, args, err);
	if (r == 0)
		r = push_memory(a, args, huge_free, need, err);
	if (r == 0)
		r = push_operators(a, args, err);
	if (r == 0 && c->interface && *c->interface && !a->vdevs && !a->pci) {
		r = push(a, err,
			 "--vdev=net_af_packet0,iface=%s,blocksz=65536,framecnt=16384,qpairs=%u",
			 c->interface, c->workers);
		a->vdevs = true;
	}
	if (r == 0 && a->vdevs && !a->pci && !has(args, "--no-pci"))
		r = push(a, err, "--no-pci");
	return r;
}

static int check_memory(const struct capture_need *n, const struct capture_huge *h, struct err *err)
{
	uint64_t huge_free = h->free * h->page, need = capture_need_bytes(n);
	char text[512];
	uint64_t free_bytes = capture_meminfo("MemAvailable") * 1024;

	if (huge_free >= need)
		return 0;
	if (free_bytes > 0 && free_bytes < need) {
		err_set(err, ENOMEM,
			"not enough memory: packet buffers need %llu MB, %llu MB are available and "
			"%llu MB of hugepages are free",
			(unsigned long long)(need / MB), (unsigned long long)(free_bytes / MB),
			(unsigned long long)(huge_free / MB));
		err_hint(err, "lower mbufs, rx_desc or workers");
		return -ENOMEM;
	}
	capture_huge_text(n, h, text, sizeof(text));
	log_info("%s", text);
	return 0;
}

static int init_eal(struct capture_eal_args *a)
{
	sigset_t others, before;
	cpu_set_t cpus;
	bool had = pthread_getaffinity_np(pthread_self(), sizeof(cpus), &cpus) == 0;

	sigfillset(&others);
	sigdelset(&others, SIGSEGV);
	sigdelset(&others, SIGBUS);
	sigdelset(&others, SIGABRT);
	pthread_sigmask(SIG_SETMASK, &others, &before);
	int r = rte_eal_init(a->argc, a->argv);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (had)
		pthread_setaffinity_np(pthread_self(), sizeof(cpus), &cpus);
	return r;
}

/* DPDK leaves its runtime folder (sockets of telemetry) behind; the name is ours alone. */
static void remove_runtime(const char *path)
{
	DIR *d = opendir(path);

	if (!d)
		return;
	for (struct dirent *e; (e = readdir(d));)
		if (e->d_name[0] != '.')
			unlinkat(dirfd(d), e->d_name, 0);
	closedir(d);
	rmdir(path);
}

/* True when `name` is the folder of a sensor that no longer runs: a living one holds a lock on its
 * configuration, which works across process namespaces too; one without that file has a process. */
static bool is_stale(const char *root, const char *name)
{
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	char path[600];
	char *end;
	long pid = strncmp(name, "vigie-", 6) == 0 ? strtol(name + 6, &end, 10) : 0;

	if (pid <= 0 || *end != 0 || kill((pid_t)pid, 0) == 0 || errno != ESRCH)
		return false;
	snprintf(path, sizeof(path), "%s/%s/config", root, name);
	int fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT;
	bool free_lock = fcntl(fd, F_SETLK, &lock) == 0;
	close(fd);
	return free_lock;
}

/* What sensors that were killed left beside us. */
static void remove_stale(void)
{
	char root[256], path[600];
	DIR *d;

	snprintf(root, sizeof(root), "%s", rte_eal_get_runtime_dir());
	char *slash = strrchr(root, '/');
	if (!slash)
		return;
	*slash = 0;
	d = opendir(root);
	if (!d)
		return;
	for (struct dirent *e; (e = readdir(d));) {
		if (!is_stale(root, e->d_name))
			continue;
		snprintf(path, sizeof(path), "%s/%s", root, e->d_name);
		remove_runtime(path);
	}
	closedir(d);
}

int capture_eal_start(const struct capture_config *c, const struct capture_need *need,
		      struct err *err)
{
	struct capture_huge huge;
	struct capture_eal_args a;

	if (eal.started)
		return err_set(err, EBUSY, "DPDK can be started only once in a process");
	capture_huge_read(&huge, need->node);
	int r = capture_eal_args(&a, c, (int)getpid(), huge.free * huge.page,
				 capture_need_bytes(need), err);
	if (r == 0)
		r = check_memory(need, &huge, err);
	if (r < 0)
		return r;
	eal.started = true;
	eal.log = open_memstream(&eal.text, &eal.size);
	if (eal.log)
		rte_openlog_stream(eal.log);
	eal.runs = init_eal(&a) >= 0;
	if (eal.runs) {
		remove_stale();
		return 0;
	}
	int code = rte_errno > 0 ? rte_errno : EINVAL;
	const char *said = capture_eal_said();
	err_set(err, code, "DPDK does not start: %.150s", *said ? said : rte_strerror(code));
	err_hint(err, code == EACCES || code == EPERM ? "it needs root, or CAP_NET_RAW and "
							"CAP_NET_ADMIN"
						      : "see the DPDK arguments given");
	capture_eal_stop();
	return -code;
}

const char *capture_eal_said(void)
{
	static char line[160];

	line[0] = 0;
	if (eal.log && fflush(eal.log) == 0 && eal.size > 0) {
		snprintf(line, sizeof(line), "%.*s", (int)strcspn(eal.text, "\n"), eal.text);
		rewind(eal.log);
	}
	return line;
}

void capture_eal_log_to_stderr(void)
{
	rte_openlog_stream(NULL);
	if (eal.log)
		fclose(eal.log);
	free(eal.text);
	eal.log = NULL;
	eal.text = NULL;
}

void capture_eal_stop(void)
{
	char path[256];

	snprintf(path, sizeof(path), "%s", rte_eal_get_runtime_dir());
	if (eal.runs)
		rte_eal_cleanup();
	eal.runs = false;
	capture_eal_log_to_stderr();
	if (strstr(path, "/vigie-"))
		remove_runtime(path);
}
