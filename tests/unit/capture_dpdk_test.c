// SPDX-License-Identifier: Apache-2.0
/* The source `dpdk` on real vdevs: net_pcap (no root) and net_af_packet on a veth pair in a network
 * namespace of the test's own, which goes with the process. DPDK starts once a process, so every
 * case is a child. */
#include "capture/dispatch.h"
#include "capture/source.h"

#include "capture_files.h"
#include "check.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>

extern const struct source capture_dpdk;

#ifdef HAVE_DPDK

#define S(x)   ((x)*NS_PER_S)
#define FRAMES 5000
#define JUMBO  9000

static struct burst b;
static uint64_t next_seq[4], tick_ns[4], told_ns[4];
static unsigned ticks[4], seen[4];
static bool fits[4]; /* what every burst has to be */

/* One turn of a reader, checked against the contract of source.h. */
static void turn(void *s, unsigned reader)
{
	uint64_t began = clock_mono_ns();
	bool ok = true;

	capture_dpdk.next(s, reader, &b);
	/* 1 ms is asked for; a busy machine may add its own. */
	ok &= clock_mono_ns() - began < S(5);
	for (unsigned i = 0; i < b.n; i++) {
		ok &= b.frame[i].seq >= next_seq[reader] && b.frame[i].seq < b.next_seq;
		ok &= i == 0 || b.frame[i].seq > b.frame[i - 1].seq;
		ok &= b.frame[i].time_ns < told_ns[reader] + NS_PER_S;
		ok &= b.frame[i].time_ns >= told_ns[reader];
		ok &= b.frame[i].link == LINK_ether;
	}
	ok &= b.next_seq >= next_seq[reader] && !b.end;
	if (b.tick) {
		ok &= b.tick_ns > tick_ns[reader] && b.tick_ns % NS_PER_S == 0;
		told_ns[reader] = tick_ns[reader] = b.tick_ns;
		ticks[reader]++;
	}
	next_seq[reader] = b.next_seq;
	seen[reader] += b.n;
	fits[reader] = ok && (ticks[reader] > 0 || b.n == 0);
}

/* Until two seconds have been told to each reader and every frame has come; on a machine that
 * stands still now and then that is not two seconds. */
static bool more_of(unsigned readers, unsigned frames, uint64_t began)
{
	uint64_t took = clock_mono_ns() - began;
	bool done = frames >= FRAMES && took >= S(2);

	for (unsigned r = 0; r < readers; r++)
		done &= ticks[r] >= 2;
	return !done && took < S(30);
}

static int64_t off_wall(uint64_t ns)
{
	return (int64_t)(ns - clock_real_ns());
}

static void no_leftover(void)
{
	char path[128];

	snprintf(path, sizeof(path), "/var/run/dpdk/vigie-%d", (int)getpid());
	CHECK(access(path, F_OK) != 0);
	snprintf(path, sizeof(path), "/tmp/dpdk/vigie-%d", (int)getpid());
	CHECK(access(path, F_OK) != 0);
}

static void *open_with(unsigned workers, char *arg, char *interface, struct err *err)
{
	struct capture_config c = {
		.workers = workers,
		.dpdk_args = {&arg, arg ? 1 : 0},
		.interface = interface,
		.rx_desc = 1024,
		.snaplen = 262144,
	};
	void *s = NULL;
	int r = capture_dpdk.open(&c, &s, err);

	if (r < 0)
		printf("# %s (%s)\n", err->msg, err->hint);
	return s;
}

/* The frame that its last four bytes say it is, at the worker of its hosts. */
static bool is_right(const struct frame *f, unsigned reader)
{
	static uint8_t want[JUMBO];
	uint32_t n;

	if (f->cap_len < UDP_BYTES)
		return false;
	memcpy(&n, f->data + UDP_BYTES - 4, 4);
	n = be32toh(n);
	uint32_t len = n % 100 == 99 ? JUMBO : UDP_BYTES;
	udp_frame(want, 1, (uint8_t)n, n);
	want[JUMBO - 1] = (uint8_t)n;
	return f->cap_len == len && f->wire_len == len && memcmp(f->data, want, len) == 0 &&
	       capture_dispatch_worker(f, 2, 0) == reader;
}

static void case_pcap(void)
{
	static uint8_t f[JUMBO];
	char arg[160];
	struct out o = {0};
	struct err err = {0};
	cpu_set_t before, after;
	unsigned n = 0, wrong = 0;

	pcap_begin(&o, scratch_path("rx.pcap"), 1);
	for (unsigned i = 0; i < FRAMES; i++) {
		uint32_t len = i % 100 == 99 ? JUMBO : UDP_BYTES;
		udp_frame(f, 1, (uint8_t)i, i);
		f[JUMBO - 1] = (uint8_t)i;
		pcap_record(&o, S(1), f, len, len);
	}
	out_end(&o);
	snprintf(arg, sizeof(arg), "--vdev=net_pcap0,rx_pcap=%s", scratch_path("rx.pcap"));
	sched_getaffinity(0, sizeof(before), &before);
	void *s = open_with(2, arg, NULL, &err);
	CHECK(s != NULL);
	if (!s)
		return;
	sched_getaffinity(0, sizeof(after), &after);
	CHECK(CPU_EQUAL(&before, &after));
	CHECK_STR(capture_dpdk.file_name(s, 0), "net_pcap0");
	for (uint64_t began = clock_mono_ns(); more_of(2, n, began);) {
		for (unsigned r = 0; r < 2; r++) { /* one queue: the others' frames cross */
			turn(s, r);
			CHECK(fits[r]);
			n += b.n;
			for (unsigned i = 0; i < b.n; i++)
				wrong += !is_right(&b.frame[i], r);
		}
	}
	CHECK_EQ(n, FRAMES);
	CHECK_EQ(wrong, 0);
	CHECK(seen[0] > FRAMES / 4 && seen[1] > FRAMES / 4);
	CHECK(ticks[0] >= 2 && ticks[1] >= 2);
	CHECK(off_wall(next_seq[1]) > -(int64_t)S(10) && off_wall(next_seq[1]) <= 0);
	CHECK_EQ(count_get(&capture_dpdk.counters(s, 0)->frames), FRAMES);
	CHECK_EQ(count_get(&capture_dpdk.counters(s, 0)->handed_over), seen[1]);
	CHECK_EQ(count_get(&capture_dpdk.counters(s, 0)->lost_handover), 0);
	CHECK_EQ(count_get(&capture_dpdk.counters(s, 0)->kept), seen[0]);
	CHECK_EQ(count_get(&capture_dpdk.counters(s, 1)->kept), seen[1]);
	CHECK(capture_dpdk.drops_known(s));

	void *second = open_with(1, arg, NULL, &err);
	CHECK(second == NULL);
	CHECK(strstr(err.msg, "only once") != NULL);
	capture_dpdk.close(s);
	no_leftover();
}

static void case_errors(void)
{
	struct err err = {0};

	CHECK(open_with(1, NULL, "vigie-none0", &err) == NULL);
	CHECK_STR(err.msg, "there is no interface vigie-none0");
	CHECK(strstr(err.hint, " lo") != NULL);
	CHECK(open_with(1, "--vdev=net_pcap0,rx_pcap=/nonexistent/x.pcap", NULL, &err) == NULL);
	CHECK(strstr(err.msg, "/nonexistent/x.pcap") != NULL);
	no_leftover();
}

static void case_no_right(void)
{
	struct err err = {0};

	if (setuid(65534) < 0)
		perror("setuid");
	CHECK(open_with(1, NULL, "lo", &err) == NULL);
	CHECK(strstr(err.msg, "may not listen on lo") != NULL);
	CHECK(strstr(err.hint, "cap_net_raw") != NULL);
}

static bool in_own_network(void)
{
	return unshare(CLONE_NEWNET) == 0 &&
	       system("ip link add vt0 type veth peer name vt1 && ip link set vt0 up && "
		      "ip link set vt1 up") == 0;
}

static int sender(const char *interface)
{
	struct sockaddr_ll to = {.sll_family = AF_PACKET,
				 .sll_ifindex = (int)if_nametoindex(interface)};
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&to, sizeof(to)) < 0)
		perror(interface);
	return fd;
}

static uint8_t times_seen[FRAMES];
static unsigned tagged;

/* Our frames only: the kernel has things of its own to say on a new interface. */
static void note(const struct frame *f)
{
	uint8_t want[UDP_BYTES];
	uint32_t tag;

	if (f->flags & FRAME_VLAN && f->vlan_tci == 0x0064)
		tagged++;
	else if (f->cap_len > 16 && memcmp(f->data + 12, "\x81\x00\x00\x64", 4) == 0)
		tagged++;
	if (f->cap_len != UDP_BYTES || f->data[12] != 8 || f->flags)
		return;
	memcpy(&tag, f->data + 42, 4);
	tag = ntohl(tag);
	if (tag >= FRAMES)
		return;
	udp_frame(want, (uint8_t)(tag % 50), (uint8_t)(100 + tag % 7), tag);
	if (memcmp(want, f->data, UDP_BYTES) == 0)
		times_seen[tag]++;
}

static void case_af_packet(void)
{
	uint8_t f[UDP_BYTES + 4];
	struct err err = {0};
	unsigned sent = 0, once = 0;

	CHECK(in_own_network());
	void *s = open_with(3, NULL, "vt1", &err);
	CHECK(s != NULL);
	if (!s)
		return;
	int fd = sender("vt0");
	uint64_t began = clock_mono_ns();
	while (more_of(3, seen[0] + seen[1] + seen[2], began)) {
		for (unsigned i = 0; i < 100 && sent < FRAMES; i++, sent++) {
			udp_frame(f, (uint8_t)(sent % 50), (uint8_t)(100 + sent % 7), sent);
			if (send(fd, f, UDP_BYTES, 0) != UDP_BYTES)
				perror("send");
		}
		for (unsigned r = 0; r < 3; r++) {
			turn(s, r);
			CHECK(fits[r]);
			for (unsigned i = 0; i < b.n; i++)
				note(&b.frame[i]);
		}
	}
	/* The same frame in VLAN 100. */
	udp_frame(f, 1, 2, FRAMES);
	memmove(f + 16, f + 12, UDP_BYTES - 12);
	memcpy(f + 12, "\x81\x00\x00\x64", 4);
	CHECK_EQ(send(fd, f, UDP_BYTES + 4, 0), UDP_BYTES + 4);
	for (began = clock_mono_ns(); clock_mono_ns() < began + S(30) && !tagged;) {
		for (unsigned r = 0; r < 3; r++) {
			turn(s, r);
			for (unsigned i = 0; i < b.n; i++)
				note(&b.frame[i]);
		}
	}
	for (unsigned i = 0; i < FRAMES; i++)
		once += times_seen[i] == 1;
	CHECK_EQ(once, FRAMES);
	CHECK_EQ(tagged, 1);
	CHECK(ticks[0] >= 2 && ticks[1] >= 2 && ticks[2] >= 2);
	CHECK((seen[0] > 0) + (seen[1] > 0) + (seen[2] > 0) >= 2); /* the kernel spreads */
	CHECK(!capture_dpdk.drops_known(s));
	CHECK_EQ(count_get(&capture_dpdk.counters(s, 0)->dropped_nic), 0);
	close(fd);
	capture_dpdk.close(s);
	no_leftover();
}

/* On an idle link the reader sleeps: it must not burn the CPU. */
static void case_idle(void)
{
	struct timespec a, z;
	struct err err = {0};

	CHECK(in_own_network());
	void *s = open_with(1, NULL, "vt1", &err);
	CHECK(s != NULL);
	if (!s)
		return;
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &a);
	for (uint64_t began = clock_mono_ns(); clock_mono_ns() < began + S(1);)
		turn(s, 0);
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &z);
	int64_t used = (z.tv_sec - a.tv_sec) * (int64_t)NS_PER_S + z.tv_nsec - a.tv_nsec;
	printf("# an idle second costs %.1f ms of CPU\n", (double)used / 1e6);
	CHECK(used < (int64_t)S(1) / (CHECK_MEASURES ? 5 : 2));
	capture_dpdk.close(s);
}

static bool runtime_of(int pid, char *path, size_t size)
{
	const char *xdg = getenv("XDG_RUNTIME_DIR");
	const char *root = geteuid() == 0 ? "/var/run" : xdg ? xdg : "/tmp";

	snprintf(path, size, "%s/dpdk/vigie-%d", root, pid);
	return access(path, F_OK) == 0;
}

/* A sensor that is killed leaves its runtime folder; the next one removes it, and no living one's.
 */
static void case_killed(void)
{
	char arg[160], path[128];
	struct err err = {0};
	int ready[2], status;
	struct out o = {0};

	pcap_begin(&o, scratch_path("none.pcap"), 1);
	out_end(&o);
	snprintf(arg, sizeof(arg), "--vdev=net_pcap0,rx_pcap=%s", scratch_path("none.pcap"));
	CHECK(pipe(ready) == 0);
	pid_t other = fork();
	if (other == 0) {
		void *s = open_with(1, arg, NULL, &err);
		if (write(ready[1], "x", 1) != 1 || !s)
			_exit(1);
		pause();
	}
	char c;
	CHECK_EQ(read(ready[0], &c, 1), 1);
	CHECK(runtime_of(other, path, sizeof(path)));
	/* While it lives, a third one starts and ends. */
	pid_t third = fork();
	if (third == 0) {
		void *s = open_with(1, arg, NULL, &err);
		if (s)
			capture_dpdk.close(s);
		_exit(!s);
	}
	CHECK(waitpid(third, &status, 0) == third && status == 0);
	CHECK(runtime_of(other, path, sizeof(path)));
	kill(other, SIGKILL);
	CHECK_EQ(waitpid(other, &status, 0), other);
	CHECK(runtime_of(other, path, sizeof(path)));
	void *s = open_with(1, arg, NULL, &err);
	CHECK(s != NULL);
	CHECK(!runtime_of(other, path, sizeof(path)));
	if (s)
		capture_dpdk.close(s);
}

static void child(const char *name, bool root, void (*run)(void))
{
	int status = 1;

	if (root && geteuid() != 0) {
		char skip[120];

		snprintf(skip, sizeof(skip), "%s # SKIP needs root", name);
		CASE(skip);
		return;
	}
	CASE(name);
	fflush(stdout);
	pid_t pid = fork();
	if (pid == 0) {
		run();
		fflush(stdout);
		_exit(check_case.bad);
	}
	CHECK(pid > 0 && waitpid(pid, &status, 0) == pid);
	CHECK(WIFEXITED(status));
	CHECK_EQ(WEXITSTATUS(status), 0);
}

int main(void)
{
	if (geteuid() != 0) {
		const char *dir = getenv("XDG_RUNTIME_DIR");
		printf("# not root: DPDK's runtime folder is under %s\n", dir ? dir : "/tmp");
	}
	scratch_make();
	child("net_pcap: every frame, jumbo ones whole; a reader without a queue gets its share", false,
	      case_pcap);
	child("what is wrong is said", false, case_errors);
	child("what a killed sensor left is removed, and nothing else", false, case_killed);
	child("net_af_packet: every frame once over three readers, VLAN tags kept", true,
	      case_af_packet);
	child("an idle link costs little", true, case_idle);
	child("no right to listen", true, case_no_right);
	return check_done();
}

#else

int main(void)
{
	struct capture_config c = {.workers = 1};
	struct err err = {0};
	void *s;

	CASE("built without DPDK");
	CHECK_EQ(capture_dpdk.open(&c, &s, &err), -ENOTSUP);
	CHECK_STR(err.msg, "built without DPDK");
	return check_done();
}

#endif
