// SPDX-License-Identifier: Apache-2.0
/* Interfaces and kinds of links, as several sources need to know them.
 *
 * Thread: main for the check; the kinds of links are a table.
 */
#include "capture/interface.h"

#include <errno.h>
#include <net/if.h>
#include <pcap/pcap.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int capture_interface_check(const char *name, struct err *err)
{
	if (if_nametoindex(name) == 0) {
		struct if_nameindex *all = if_nameindex();
		char names[160] = "";

		for (unsigned i = 0; all && all[i].if_index; i++) {
			strncat(names, " ", sizeof(names) - strlen(names) - 1);
			strncat(names, all[i].if_name, sizeof(names) - strlen(names) - 1);
		}
		if (all)
			if_freenameindex(all);
		err_set(err, ENODEV, "there is no interface %s", name);
		err_hint(err, "there are:%s", names);
		return -ENODEV;
	}
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	if (fd < 0) {
		err_set(err, errno, "may not listen on %s: %s", name, strerror(errno));
		err_hint(err, "run as root, or: setcap cap_net_raw,cap_net_admin+ep vigie-sensor");
		return -EPERM;
	}
	close(fd);
	return 0;
}

enum link capture_link_of(int dlt)
{
	switch (dlt) {
	case DLT_EN10MB:
		return LINK_ether;
	case DLT_RAW: /* 12; libpcap gives it for LINKTYPE_RAW, 101, too */
	case 14:      /* DLT_RAW of OpenBSD */
	case 101:
	case DLT_IPV4:
	case DLT_IPV6:
		return LINK_raw;
	case DLT_NULL:
	case DLT_LOOP:
		return LINK_null;
	case DLT_LINUX_SLL:
		return LINK_sll;
	case DLT_LINUX_SLL2:
		return LINK_sll2;
	default:
		return LINK_other;
	}
}
