// SPDX-License-Identifier: Apache-2.0
/* The sockets: which addresses are taken, and that both kinds really carry what they should. */
#include "publish/link.h"

#include "base/clock.h"
#include "check.h"
#include "tmpdir.h"

#include <errno.h>
#include <nng/nng.h>
#include <nng/protocol/pubsub0/sub.h>
#include <nng/protocol/reqrep0/req.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

static const struct {
	const char *address;
	bool forced;
	int want;
} addresses[] = {
	{"ipc:///nowhere/pub.sock", false, 0},
	{"ipc://relative.sock", false, -EINVAL},
	{"ipc:///dev/null", false, -EEXIST},
	{"ipc:///"
	 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
	 false, -ENAMETOOLONG},
	{"inproc://x", false, 0},
	{"tcp://127.0.0.1:5555", false, 0},
	{"tcp://127.9.9.9:5555", false, 0},
	{"tcp://[::1]:5555", false, 0},
	{"tcp://localhost:5555", false, 0},
	{"tcp://0.0.0.0:5555", false, -EPERM},
	{"tcp://*:5555", false, -EPERM},
	{"tcp://:5555", false, -EPERM},
	{"tcp://[::]:5555", false, -EPERM},
	{"tcp://10.0.0.1:5555", false, -EPERM},
	{"tcp://127.0.0.1.example.org:5555", false, -EPERM},
	{"tcp://10.0.0.1:5555", true, 0},
	{"tcp://127.0.0.1", false, -EINVAL},
	{"tcp://127.0.0.1:", false, -EINVAL},
	{"tcp://127.0.0.1:x", true, -EINVAL},
	{"tcp://127.0.0.1:65535", false, 0},
	{"tcp://127.0.0.1:65536", false, -EINVAL},
	{"ws://127.0.0.1:80", false, -EINVAL},
	{"tls+tcp://10.0.0.1:80", true, -EINVAL},
	{"", false, -EINVAL},
};

static void address_rows(void)
{
	for (unsigned i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++) {
		struct err err = {0};
		CASE(addresses[i].address[0] ? addresses[i].address : "no address");
		int r = link_address_check(addresses[i].address, addresses[i].forced, &err);
		CHECK_EQ(r, addresses[i].want);
		CHECK((r == 0) == (err.msg[0] == 0));
	}
}

static int unix_socket(const char *path, bool listening)
{
	struct sockaddr_un un = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	snprintf(un.sun_path, sizeof(un.sun_path), "%s", path);
	CHECK_EQ(bind(fd, (struct sockaddr *)&un, sizeof(un)), 0);
	if (listening)
		CHECK_EQ(listen(fd, 1), 0);
	return fd;
}

static void stale(const char *dir)
{
	char path[100], address[110];
	struct err err = {0};

	snprintf(path, sizeof(path), "%s/old.sock", dir);
	snprintf(address, sizeof(address), "ipc://%s", path);
	CASE("a socket file somebody listens on stays");
	int fd = unix_socket(path, true);
	CHECK_EQ(link_address_check(address, false, &err), -EADDRINUSE);
	CHECK_EQ(access(path, F_OK), 0);
	close(fd);
	CASE("one that nobody listens on goes");
	CHECK_EQ(link_address_check(address, false, &err), 0);
	CHECK(access(path, F_OK) != 0);
}

static _Atomic bool not_yet; /* "later" has no answer */

static const char *echo(void *ctx, unsigned slot, const void *request, size_t n, size_t *len)
{
	static char reply[LINK_CONTEXTS][1 << 20];

	CHECK(ctx == &addresses);
	if (n == 5 && memcmp(request, "later", 5) == 0)
		return NULL;
	*len = sizeof(reply[0]);
	memset(reply[slot], 'r', *len);
	memcpy(reply[slot], request, n);
	return reply[slot];
}

static const char *in_time(void *ctx, unsigned slot, size_t *len)
{
	(void)slot;
	CHECK(ctx == &addresses);
	if (not_yet)
		return NULL;
	*len = 2;
	return "ok";
}

static nng_socket dial(const char *url)
{
	nng_socket s;

	CHECK_EQ(nng_req0_open(&s), 0);
	nng_socket_set_ms(s, NNG_OPT_RECVTIMEO, 30000);
	CHECK_EQ(nng_dial(s, url, NULL, 0), 0);
	return s;
}

/* More of them than nng may have threads: nobody else is kept waiting. */
static void later(const char *url)
{
	nng_socket slow[LINK_CONTEXTS - 1], quick = dial(url);
	char *reply;
	size_t n;

	CASE("a reply that is not known yet holds nobody up");
	not_yet = true;
	for (unsigned i = 0; i < LINK_CONTEXTS - 1; i++) {
		slow[i] = dial(url);
		CHECK_EQ(nng_send(slow[i], "later", 5, 0), 0);
	}
	for (unsigned i = 0; i < 5; i++) {
		CHECK_EQ(nng_send(quick, "now", 3, 0), 0);
		CHECK_EQ(nng_recv(quick, &reply, &n, NNG_FLAG_ALLOC), 0);
		CHECK(memcmp(reply, "now", 3) == 0);
		nng_free(reply, n);
	}
	not_yet = false;
	for (unsigned i = 0; i < LINK_CONTEXTS - 1; i++) {
		CHECK_EQ(nng_recv(slow[i], &reply, &n, NNG_FLAG_ALLOC), 0);
		CHECK(n == 2 && memcmp(reply, "ok", 2) == 0);
		nng_free(reply, n);
	}
	CASE("who goes away meanwhile is no harm, nor is closing");
	not_yet = true;
	for (unsigned i = 0; i < LINK_CONTEXTS - 1; i++)
		CHECK_EQ(nng_send(slow[i], "later", 5, 0), 0);
	clock_sleep_ns(50 * NS_PER_MS);
	for (unsigned i = 0; i < LINK_CONTEXTS - 1; i++)
		nng_close(slow[i]);
	nng_close(quick);
}

static void req_rep(const char *url)
{
	nng_socket s[4];
	char *reply;
	size_t n;

	CASE("REP answers several clients in turns, with the largest reply there is");
	for (unsigned i = 0; i < 4; i++)
		s[i] = dial(url);
	for (unsigned round = 0; round < 20; round++) {
		for (unsigned i = 0; i < 4; i++) {
			char ask[8];
			snprintf(ask, sizeof(ask), "%u-%u", i, round);
			CHECK_EQ(nng_send(s[i], ask, strlen(ask), 0), 0);
		}
		for (unsigned i = 0; i < 4; i++) {
			char want[8];
			int len = snprintf(want, sizeof(want), "%u-%u", i, round);
			CHECK_EQ(nng_recv(s[i], &reply, &n, NNG_FLAG_ALLOC), 0);
			CHECK_EQ(n, 1 << 20);
			CHECK(memcmp(reply, want, (size_t)len) == 0);
			nng_free(reply, n);
		}
	}
	for (unsigned i = 0; i < 4; i++)
		nng_close(s[i]);
}

/* PUB takes a subscriber on asynchronously: until it has heard a first word, and the last of them.
 */
static void meet(struct link *l, nng_socket s)
{
	bool met = false;
	char *m;
	size_t n;

	nng_socket_set_ms(s, NNG_OPT_RECVTIMEO, 50);
	for (unsigned i = 0; i < 600 && !met; i++) {
		CHECK(link_publish(l, "alert.hello", "{}\n", 3));
		met = nng_recv(s, &m, &n, NNG_FLAG_ALLOC) == 0;
		if (met)
			nng_free(m, n);
	}
	CHECK(met);
	nng_socket_set_ms(s, NNG_OPT_RECVTIMEO, 30000);
	CHECK(link_publish(l, "alert.met", "{}\n", 3));
	for (met = false; !met && nng_recv(s, &m, &n, NNG_FLAG_ALLOC) == 0;) {
		met = n > 9 && memcmp(m, "alert.met", 9) == 0;
		nng_free(m, n);
	}
	CHECK(met);
}

static void pub_sub(struct link *l, const char *url)
{
	static const char *const topics[] = {"alert.scan.high", "finding.scan.low", "flow",
					     "alert.c2.low"};
	nng_socket s;
	char *m;
	size_t n;

	CASE("PUB reaches a subscriber by prefix, in order, none missing");
	CHECK_EQ(nng_sub0_open(&s), 0);
	nng_socket_set(s, NNG_OPT_SUB_SUBSCRIBE, "alert", 5);
	nng_socket_set_ms(s, NNG_OPT_RECVTIMEO, 30000);
	nng_socket_set_int(s, NNG_OPT_RECVBUF, 8192);
	CHECK_EQ(nng_dial(s, url, NULL, 0), 0);
	meet(l, s);
	for (unsigned i = 0; i < 4000; i++) {
		char line[64];
		int len = snprintf(line, sizeof(line), "{\"n\":%u}\n", i);
		CHECK(link_publish(l, topics[i % 4], line, (size_t)len));
	}
	for (unsigned i = 0; i < 4000; i++) {
		char want[96];
		if (i % 4 == 1 || i % 4 == 2)
			continue;
		int len = snprintf(want, sizeof(want), "%s\n{\"n\":%u}\n", topics[i % 4], i);
		CHECK_EQ(nng_recv(s, &m, &n, NNG_FLAG_ALLOC), 0);
		CHECK(n == (size_t)len && memcmp(m, want, n) == 0);
		nng_free(m, n);
	}
	nng_close(s);
}

int main(void)
{
	char dir[64], pub[100], rep[100], taken[100];
	char *pubs[] = {pub}, *reps[] = {rep}, *bad[] = {taken};
	struct strs p = {pubs, 1}, r = {reps, 1}, b = {bad, 1};
	struct link_config c = {.pub = &p, .rep = &r, .answer = echo, .again = in_time, .ctx = (void *)&addresses};
	struct link *l = NULL, *second = NULL;
	struct err err = {0};
	struct stat st;

	address_rows();
	tmpdir_make(dir);
	stale(dir);
	snprintf(pub, sizeof(pub), "ipc://%s/pub.sock", dir);
	snprintf(rep, sizeof(rep), "ipc://%s/rep.sock", dir);
	snprintf(taken, sizeof(taken), "ipc://%s/pub.sock", dir);

	CASE("open: the socket files have mode 0660");
	CHECK_EQ(link_open(&l, &c, &err), 0);
	if (!l) {
		printf("# %s\n", err.msg);
		return 1;
	}
	CHECK_EQ(stat(pub + 6, &st), 0);
	CHECK_EQ(st.st_mode & 0777, 0660);
	CHECK_EQ(stat(rep + 6, &st), 0);
	CHECK_EQ(st.st_mode & 0777, 0660);
	req_rep(rep);
	pub_sub(l, pub);
	later(rep);

	CASE("an address in use is refused, and left to its owner");
	struct link_config again = {.pub = &b, .rep = NULL, .answer = echo};
	CHECK_EQ(link_open(&second, &again, &err), -EADDRINUSE);
	CHECK_EQ(stat(pub + 6, &st), 0);
	CASE("close ends in time");
	CHECK(link_close(l));
	CHECK(link_close(NULL));
	nng_fini();
	tmpdir_remove(dir);
	return check_done();
}
