// SPDX-License-Identifier: Apache-2.0
/* Giving away what is not needed any more: root, the right to regain it, most system calls. */
#pragma once

#include "options.h"

/* Nothing this process starts or becomes may gain rights (PR_SET_NO_NEW_PRIVS). Before any thread. */
void privilege_no_new(void);
/* `user:` is somebody it can become. */
int privilege_check(const struct options *o, struct err *err);
/* Root, and `user:` is set: becomes that user, with no capability left. The ports are open by then and
 * need none. Folders for the journal, events and sockets that do not exist are made for the user
 * before. Not root, or no user: does nothing. */
/* Makes a folder, owned by the user that a later privilege_drop() becomes. */
int privilege_folder(const struct options *o, const char *path, struct err *err);
int privilege_drop(const struct options *o, struct err *err);
/* `seccomp: yes`: from now on, in every thread, only the system calls a run makes; any other kills
 * the process. When every thread has started. */
int privilege_seccomp(const struct options *o, bool live, struct err *err);
