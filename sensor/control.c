// SPDX-License-Identifier: Apache-2.0
/* Signals, and what systemd wants to be told.
 *
 * Source: sd_notify(3): a datagram to the socket that $NOTIFY_SOCKET names, '@' for the abstract
 *         namespace. Written by hand: twenty lines against a library.
 */
#include "control.h"

#include "base/clock.h"
#include "base/log.h"

#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

static sigset_t wanted;

static struct {
	int fd;
	struct sockaddr_un to;
	socklen_t len;
	uint64_t every_ns, next_ns; /* watchdog; 0: none */
	uint64_t progress;
} notify = {.fd = -1};

static void open_notify(void)
{
	const char *path = getenv("NOTIFY_SOCKET"), *watchdog = getenv("WATCHDOG_USEC");
	size_t n = path ? strlen(path) : 0;

	if (n < 2 || n >= sizeof(notify.to.sun_path) || (path[0] != '/' && path[0] != '@'))
		return;
	notify.to.sun_family = AF_UNIX;
	memcpy(notify.to.sun_path, path, n);
	if (path[0] == '@')
		notify.to.sun_path[0] = 0;
	notify.len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n);
	notify.fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	notify.every_ns = watchdog ? strtoull(watchdog, NULL, 10) * NS_PER_US / 4 : 0;
}

void control_init(void)
{
	sigemptyset(&wanted);
	sigaddset(&wanted, SIGTERM);
	sigaddset(&wanted, SIGINT);
	sigaddset(&wanted, SIGHUP);
	pthread_sigmask(SIG_BLOCK, &wanted, NULL);
	signal(SIGPIPE, SIG_IGN);
	open_notify();
}

void control_turn(_Atomic bool *stop, _Atomic bool *abort_now, _Atomic bool *reload)
{
	const struct timespec now = {0, 0};

	for (int s; (s = sigtimedwait(&wanted, NULL, &now)) > 0;) {
		if (s == SIGHUP) {
			atomic_store(reload, true);
			continue;
		}
		if (atomic_exchange(stop, true))
			atomic_store(abort_now, true);
		control_notify("STOPPING=1");
	}
}

void control_notify(const char *state)
{
	if (notify.fd >= 0)
		sendto(notify.fd, state, strlen(state), MSG_NOSIGNAL | MSG_DONTWAIT,
		       (const struct sockaddr *)&notify.to, notify.len);
}

void control_alive(uint64_t progress)
{
	uint64_t now = notify.every_ns ? clock_mono_ns() : 0;

	if (now == 0 || now < notify.next_ns || progress == notify.progress)
		return;
	notify.progress = progress;
	notify.next_ns = now + notify.every_ns;
	control_notify("WATCHDOG=1");
}
