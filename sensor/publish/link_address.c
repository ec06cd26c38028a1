// SPDX-License-Identifier: Apache-2.0
/* Which addresses a sensor listens on. Plain TCP has neither encryption nor names: beyond loopback
 * it is refused unless forced by name. */
#include "base/addr.h"
#include "publish/link.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static bool starts(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

static bool is_port(const char *text)
{
	char *end;

	if (*text < '0' || *text > '9')
		return false;
	unsigned long v = strtoul(text, &end, 10);
	return *end == 0 && v <= 65535;
}

/* tcp://HOST:PORT, HOST an address, [address], localhost or * */
static int check_tcp(const char *address, bool any_address, struct err *err)
{
	const char *host = address + strlen("tcp://");
	const char *colon = strrchr(host, ':');
	char text[ADDR_TEXT + 2];
	struct addr a;

	if (!colon || !is_port(colon + 1))
		return err_set(err, EINVAL, "%s has no port", address);
	size_t n = (size_t)(colon - host);
	if (n > 1 && host[0] == '[' && host[n - 1] == ']') {
		host++;
		n -= 2;
	}
	snprintf(text, sizeof(text), "%.*s", (int)(n < sizeof(text) ? n : sizeof(text) - 1), host);
	if (strcmp(text, "localhost") == 0 || (addr_parse(text, &a) && addr_is_loopback(&a)))
		return 0;
	if (any_address)
		return 0;
	err_set(err, EPERM, "%s is neither encrypted nor on this machine only", address);
	err_hint(err, "use ipc:// or tcp://127.0.0.1:PORT, or force it with "
		      "publish.any_address=yes");
	return -EPERM;
}

static int ipc_form(const char *path, struct err *err)
{
	struct sockaddr_un un;

	if (path[0] != '/')
		return err_set(err, EINVAL, "ipc://%s is not an absolute path", path);
	if (strlen(path) >= sizeof(un.sun_path))
		return err_set(err, ENAMETOOLONG, "ipc://%s is longer than a socket's path may be",
			       path);
	return 0;
}

/* A socket file that nobody answers on is left from a crash; anything else is somebody's. */
static int take_ipc(const char *path, struct err *err)
{
	struct sockaddr_un un = {.sun_family = AF_UNIX};
	struct stat st;

	if (lstat(path, &st) < 0)
		return 0;
	if (!S_ISSOCK(st.st_mode))
		return err_set(err, EEXIST, "%s exists and is not a socket", path);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return err_set(err, errno, "no socket: %s", strerror(errno));
	memcpy(un.sun_path, path, strlen(path) + 1);
	int r = connect(fd, (const struct sockaddr *)&un, sizeof(un));
	bool dead = r < 0 && errno == ECONNREFUSED;
	close(fd);
	if (!dead)
		return err_set(err, EADDRINUSE, "%s is in use by another program", path);
	if (unlink(path) < 0)
		return err_set(err, errno, "cannot remove %s, which nobody listens on: %s", path,
			       strerror(errno));
	return 0;
}

int link_address_form(const char *address, bool any_address, struct err *err)
{
	if (starts(address, "ipc://"))
		return ipc_form(address + strlen("ipc://"), err);
	if (starts(address, "inproc://"))
		return 0;
	if (starts(address, "tcp://"))
		return check_tcp(address, any_address, err);
	err_set(err, EINVAL, "%s: this sensor cannot listen on such an address", address);
	err_hint(err, "ipc:///run/vigie/pub.sock, or tcp://127.0.0.1:PORT");
	return -EINVAL;
}

int link_address_check(const char *address, bool any_address, struct err *err)
{
	int r = link_address_form(address, any_address, err);

	if (r < 0 || !starts(address, "ipc://"))
		return r;
	return take_ipc(address + strlen("ipc://"), err);
}
