// SPDX-License-Identifier: Apache-2.0
/* What the kernel says of the port: flags, MTU, addresses, offloads, hugepages, NUMA. Asked while the
 * capture runs, so that promiscuous mode is the capture's. Nothing is changed.
 *
 * Errors: what cannot be asked stays unknown. A PCI port bound to DPDK has no kernel interface.
 */
#include "doctor.h"

#include <ifaddrs.h>
#include <linux/ethtool.h>
#include <linux/if_packet.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

static bool ask(int fd, unsigned long what, const char *interface, struct ifreq *r)
{
	memset(r, 0, sizeof(*r));
	strncpy(r->ifr_name, interface, IFNAMSIZ - 1);
	return ioctl(fd, what, r) == 0;
}

static bool flag(int fd, const char *interface, uint32_t command, uint32_t *value)
{
	struct ethtool_value v = {.cmd = command};
	struct ifreq r;

	memset(&r, 0, sizeof(r));
	strncpy(r.ifr_name, interface, IFNAMSIZ - 1);
	r.ifr_data = (char *)&v;
	if (ioctl(fd, SIOCETHTOOL, &r) != 0)
		return false;
	*value = v.data;
	return true;
}

static unsigned addresses(const char *interface)
{
	struct ifaddrs *all;
	unsigned n = 0;

	if (getifaddrs(&all) != 0)
		return 0;
	for (const struct ifaddrs *a = all; a; a = a->ifa_next)
		n += strcmp(a->ifa_name, interface) == 0 && a->ifa_addr &&
		     (a->ifa_addr->sa_family == AF_INET || a->ifa_addr->sa_family == AF_INET6);
	freeifaddrs(all);
	return n;
}

static long long number_in(const char *path, long long other)
{
	FILE *f = fopen(path, "re");
	long long v = other;

	if (!f)
		return other;
	if (fscanf(f, "%lld", &v) != 1)
		v = other;
	fclose(f);
	return v;
}

static int node_of_cpu(int cpu)
{
	char path[96];

	for (int node = 0; node < 64; node++) {
		snprintf(path, sizeof(path), "/sys/devices/system/node/node%d/cpu%d", node, cpu);
		if (access(path, F_OK) == 0)
			return node;
	}
	return -1;
}

/* The kernel's own count says more than IFF_PROMISC, which packet sockets do not show. */
static bool is_promiscuous(const char *interface, short flags)
{
	char path[128], text[32] = "";
	FILE *f;

	snprintf(path, sizeof(path), "/sys/class/net/%s/flags", interface);
	f = fopen(path, "re");
	if (!f)
		return flags & IFF_PROMISC;
	bool got = fgets(text, sizeof(text), f) != NULL;
	fclose(f);
	return (flags & IFF_PROMISC) || (got && (strtoul(text, NULL, 16) & IFF_PROMISC));
}

void doctor_host(struct doctor_port *p, const char *interface, const struct options *o)
{
	char path[160];
	struct ifreq r;
	uint32_t v = 0;
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	p->huge_total = (uint64_t)number_in("/proc/sys/vm/nr_hugepages", 0);
	p->huge_free = p->huge_total;
	p->numa = p->numa_worker = -1;
	if (fd < 0)
		return;
	if (interface && *interface && ask(fd, SIOCGIFFLAGS, interface, &r)) {
		p->known = true;
		p->up = (r.ifr_flags & IFF_UP) && (r.ifr_flags & IFF_RUNNING);
		p->promiscuous = is_promiscuous(interface, r.ifr_flags);
		if (ask(fd, SIOCGIFMTU, interface, &r))
			p->mtu = r.ifr_mtu;
		if (ask(fd, SIOCGIFHWADDR, interface, &r))
			memcpy(p->mac, r.ifr_hwaddr.sa_data, 6);
		p->addresses = addresses(interface);
		p->offload_known = flag(fd, interface, ETHTOOL_GGRO, &v);
		p->gro = v;
		if (flag(fd, interface, ETHTOOL_GFLAGS, &v)) {
			p->lro = v & ETH_FLAG_LRO;
			p->rxvlan = v & ETH_FLAG_RXVLAN;
		}
		snprintf(path, sizeof(path), "/sys/class/net/%s/device/numa_node", interface);
		p->pci = access(path, F_OK) == 0;
		p->numa = (int)number_in(path, -1);
		p->numa_worker = node_of_cpu(o->top.cpus.n ? atoi(o->top.cpus.at[0]) : 0);
	}
	close(fd);
}
