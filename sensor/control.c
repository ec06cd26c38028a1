// SPDX-License-Identifier: Apache-2.0
#include "control.h"

#include "base/log.h"

#include <signal.h>
#include <time.h>

static sigset_t wanted;

void control_init(void)
{
	sigemptyset(&wanted);
	sigaddset(&wanted, SIGTERM);
	sigaddset(&wanted, SIGINT);
	sigaddset(&wanted, SIGHUP);
	pthread_sigmask(SIG_BLOCK, &wanted, NULL);
	signal(SIGPIPE, SIG_IGN);
}

void control_turn(_Atomic bool *stop, _Atomic bool *abort_now)
{
	const struct timespec now = {0, 0};

	for (int s; (s = sigtimedwait(&wanted, NULL, &now)) > 0;) {
		if (s == SIGHUP) {
			log_warn("HUP: rules are read at the start only; restart to reload them");
			continue;
		}
		if (atomic_exchange(stop, true))
			atomic_store(abort_now, true);
	}
}
