// SPDX-License-Identifier: Apache-2.0
/* DPDK ports: as many receive queues as there are workers where the device can, spread by address
 * pair with a symmetric key, promiscuous, nothing sent.
 *
 * Thread: main.
 * Errors: err with the port's name and DPDK's own words.
 * Source: the repeated key 6d5a makes Toeplitz symmetric: Woo and Park 2012, "Scalable TCP session
 *         monitoring with symmetric receive-side scaling".
 */
#include "capture/ports.h"

#include "base/log.h"
#include "capture/eal.h"

#include <errno.h>
#include <rte_ethdev.h>
#include <rte_mbuf.h>
#include <stdio.h>
#include <string.h>

#define CACHE     256 /* mbufs a worker holds back */
#define MBUFS_MIN 8192u
#define MBUF_BYTES                                                                                 \
	(RTE_MBUF_DEFAULT_BUF_SIZE + sizeof(struct rte_mbuf) + 128 /* headers, padding */)
#define RSS_PAIR                                                                                   \
	(RTE_ETH_RSS_IPV4 | RTE_ETH_RSS_FRAG_IPV4 | RTE_ETH_RSS_NONFRAG_IPV4_OTHER |               \
	 RTE_ETH_RSS_IPV6 | RTE_ETH_RSS_FRAG_IPV6 | RTE_ETH_RSS_NONFRAG_IPV6_OTHER)
#define KEY_MAX 64
#define OTHER_BYTES (16ULL << 20) /* heap and tables of the EAL */


uint64_t capture_ports_bytes(uint64_t mbufs)
{
	return mbufs * MBUF_BYTES + OTHER_BYTES;
}

/* "-a0000:03:00.0,x=1" or "--allow=…": the address in it, or NULL. */
static const char *pci_of(const char *arg)
{
	const char *at = strncmp(arg, "--allow=", 8) == 0 ? arg + 8
			 : strncmp(arg, "-a", 2) == 0	  ? arg + 2
							  : "";
	size_t n = strspn(at, "0123456789abcdefABCDEF:.");

	return n == strlen("0000:00:00.0") && (at[n] == 0 || at[n] == ',') ? at : NULL;
}

static int node_of(const char *pci)
{
	char path[80];
	int node = -1;

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%.12s/numa_node", pci);
	FILE *f = fopen(path, "re");
	if (f && fscanf(f, "%d", &node) != 1)
		node = -1;
	if (f)
		fclose(f);
	return node;
}

struct capture_need capture_ports_need(const struct capture_config *c, uint64_t mbufs)
{
	struct capture_need n = {
		.mbufs = mbufs, .mbuf_bytes = MBUF_BYTES, .other = OTHER_BYTES, .node = -1};

	for (unsigned i = 0; n.node < 0 && i < c->dpdk_args.n; i++) {
		const char *pci = pci_of(c->dpdk_args.at[i]);

		n.node = pci ? node_of(pci) : -1;
	}
	return n;
}

uint32_t capture_ports_mbufs(const struct capture_config *c, unsigned ports)
{
	uint64_t rings = (uint64_t)ports * c->workers * c->rx_desc;
	uint64_t n = rings + (uint64_t)c->workers * (2 * CACHE + BURST_MAX);

	if (c->mbufs > n)
		n = c->mbufs;
	return n < MBUFS_MIN && c->mbufs == 0 ? MBUFS_MIN : (uint32_t)n;
}

static int port_err(struct err *err, int code, const struct capture_port *p, const char *what)
{
	const char *said = capture_eal_said();

	code = code < 0 ? -code : code;
	return err_set(err, code, "port %s: %s: %.120s", p->name, what,
		       *said ? said : strerror(code));
}

static bool counts_drops(const char *driver)
{
	static const char *const silent[] = {"net_af_packet", "net_af_xdp", "net_tap",
					     "net_memif",     "net_ring",   NULL};

	for (unsigned i = 0; silent[i]; i++)
		if (strcmp(driver, silent[i]) == 0)
			return false;
	return true;
}

static int configure(struct capture_port *p, const struct rte_eth_dev_info *info, struct err *err)
{
	static uint8_t key[KEY_MAX];
	struct rte_eth_conf conf = {0};

	for (unsigned i = 0; i < KEY_MAX; i++)
		key[i] = i & 1 ? 0x5a : 0x6d;
	if (p->queues > 1 && (info->flow_type_rss_offloads & RSS_PAIR)) {
		conf.rxmode.mq_mode = RTE_ETH_MQ_RX_RSS;
		conf.rx_adv_conf.rss_conf.rss_hf = info->flow_type_rss_offloads & RSS_PAIR;
		if (info->hash_key_size > 0 && info->hash_key_size <= KEY_MAX) {
			conf.rx_adv_conf.rss_conf.rss_key = key;
			conf.rx_adv_conf.rss_conf.rss_key_len = info->hash_key_size;
		}
	}
	if (info->rx_offload_capa & RTE_ETH_RX_OFFLOAD_SCATTER)
		conf.rxmode.offloads |= RTE_ETH_RX_OFFLOAD_SCATTER;
	/* A mirror may carry jumbo frames. A vdev would change the interface it sits on. */
	if (p->hardware && conf.rxmode.offloads && info->max_mtu >= 9000)
		conf.rxmode.mtu = 9000;
	int r = rte_eth_dev_configure(p->id, (uint16_t)p->queues, 0, &conf);
	if (r < 0)
		return port_err(err, r, p, "cannot be configured");
	return 0;
}

static int start(struct capture_port *p, const struct capture_config *c, struct rte_mempool *pool,
		 struct err *err)
{
	uint16_t rx = (uint16_t)c->rx_desc, tx = 64;
	int socket = rte_eth_dev_socket_id(p->id);

	rte_eth_dev_adjust_nb_rx_tx_desc(p->id, &rx, &tx);
	for (uint16_t q = 0; q < p->queues; q++) {
		int r = rte_eth_rx_queue_setup(p->id, q, rx, (unsigned)socket, NULL, pool);
		if (r < 0)
			return port_err(err, r, p, "a receive queue cannot be set up");
	}
	int r = rte_eth_dev_start(p->id);
	if (r < 0)
		return port_err(err, r, p, "does not start");
	p->started = true;
	r = rte_eth_promiscuous_enable(p->id);
	if (r < 0 && r != -ENOTSUP)
		log_warn("port %s is not promiscuous (%s): only its own traffic is seen", p->name,
			 strerror(-r));
	return 0;
}

static int set_up(struct capture_port *p, const struct capture_config *c, struct rte_mempool *pool,
		  struct err *err)
{
	struct rte_eth_dev_info info;
	int r = rte_eth_dev_info_get(p->id, &info);

	if (r < 0)
		return port_err(err, r, p, "does not describe itself");
	snprintf(p->driver, sizeof(p->driver), "%s", info.driver_name ? info.driver_name : "?");
	p->drops_known = counts_drops(p->driver);
	p->hardware = strncmp(p->name, "net_", 4) != 0 && strncmp(p->name, "eth_", 4) != 0;
	p->queues = c->workers < info.max_rx_queues ? c->workers : info.max_rx_queues;
	if (p->queues == 0)
		return err_set(err, ENODEV, "port %s has no receive queue", p->name);
	r = configure(p, &info, err);
	if (r == 0)
		r = start(p, c, pool, err);
	if (r == 0 && p->queues < c->workers)
		log_warn("port %s (%s) has %u queues for %u workers: %u workers stay idle", p->name,
			 p->driver, p->queues, c->workers, c->workers - p->queues);
	if (r == 0 && !p->drops_known)
		log_info("port %s: %s does not tell what it drops", p->name, p->driver);
	return r;
}

static bool wanted(const struct capture_config *c, const char *name)
{
	for (unsigned i = 0; i < c->ports.n; i++)
		if (strcmp(c->ports.at[i], name) == 0)
			return true;
	return c->ports.n == 0;
}

static int collect(struct capture_ports *p, const struct capture_config *c, struct err *err)
{
	char names[160] = "";
	uint16_t id;

	RTE_ETH_FOREACH_DEV(id)
	{
		struct capture_port port = {.id = id};

		if (p->n == PORTS_MAX)
			return err_set(err, E2BIG, "more than %u ports", PORTS_MAX);
		if (rte_eth_dev_get_name_by_port(id, port.name) < 0)
			continue;
		strncat(names, " ", sizeof(names) - strlen(names) - 1);
		strncat(names, port.name, sizeof(names) - strlen(names) - 1);
		if (wanted(c, port.name))
			p->at[p->n++] = port;
	}
	const char *said = capture_eal_said();
	if (p->n >= (c->ports.n > 0 ? c->ports.n : 1))
		return 0;
	if (names[0])
		err_set(err, ENODEV, "a port asked for is not there");
	else
		err_set(err, ENODEV, "DPDK found no port%s%s", *said ? ": " : "", said);
	err_hint(err,
		 names[0] ? "there are:%s"
			  : "give -i INTERFACE, or dpdk_args with --vdev=… or -a PCI%s",
		 names);
	return -ENODEV;
}

int capture_ports_start(struct capture_ports *p, const struct capture_config *c, struct err *err)
{
	*p = (struct capture_ports){0};
	int r = collect(p, c, err);
	if (r < 0)
		return r;

	uint32_t n = capture_ports_mbufs(c, p->n);
	p->pool = rte_pktmbuf_pool_create("vigie", n, CACHE, 0, RTE_MBUF_DEFAULT_BUF_SIZE,
					  SOCKET_ID_ANY);
	if (!p->pool) {
		err_set(err, ENOMEM, "no memory for packet buffers: %u of %zu bytes are %llu MB", n,
			(size_t)MBUF_BYTES, (unsigned long long)(capture_ports_bytes(n) >> 20));
		err_hint(err, "lower mbufs, rx_desc or workers, or give more hugepages");
		return -ENOMEM;
	}
	for (unsigned i = 0; r == 0 && i < p->n; i++)
		r = set_up(&p->at[i], c, p->pool, err);
	return r;
}

void capture_ports_stop(struct capture_ports *p)
{
	for (unsigned i = 0; i < p->n; i++) {
		if (p->at[i].started)
			rte_eth_dev_stop(p->at[i].id);
		rte_eth_dev_close(p->at[i].id);
	}
	rte_mempool_free(p->pool);
	*p = (struct capture_ports){0};
}
