// SPDX-License-Identifier: Apache-2.0
/* Which ports say what about a contact.
 *
 * `sensitive`: remote administration, file, mail-store and database services: what a scan of one
 * host looks for first, and what one client seldom wants several of.
 * `inside`: the part of them that is offered within a company and not to the world, so that an
 * unanswered contact far away is no everyday mishap.
 *
 * `peer`: of programs that try addresses which others told them, on one port of their own; `neighbour`:
 * of those that a service of theirs tells of hosts behind the same address, most of which are off.
 *
 * Source: the ports of Elastic's and Splunk's published sweep rules (facts, not their code), and
 * the services that the IANA registry names for them.
 */
#include "detect/scan.h"

#include <stdio.h>

static const struct {
	uint16_t port;
	bool inside;
} sensitive[] = {
	{21, false},   {22, true},   {23, true},   {111, true},  {113, false}, {135, true},
	{139, true},   {143, false}, {389, true},  {445, true},  {512, true},  {513, true},
	{514, true},   {636, true},  {873, true},  {993, false}, {995, false}, {1433, true},
	{1521, true},  {2049, true}, {2375, true}, {3306, true}, {3389, true}, {5432, true},
	{5900, true},  {5985, true}, {5986, true}, {6379, true}, {9200, true}, {11211, true},
	{27017, true},
};

bool scan_port_is_sensitive(uint8_t proto, uint16_t port)
{
	for (unsigned i = 0; proto == SCAN_TCP && i < sizeof(sensitive) / sizeof(sensitive[0]);
	     i++) {
		if (sensitive[i].port == port)
			return true;
	}
	return false;
}

bool scan_port_is_inside(uint8_t proto, uint16_t port)
{
	for (unsigned i = 0; proto == SCAN_TCP && i < sizeof(sensitive) / sizeof(sensitive[0]);
	     i++) {
		if (sensitive[i].port == port)
			return sensitive[i].inside;
	}
	return false;
}

/* Where programs look for their peers: most addresses that are handed round are gone. */
bool scan_port_is_peer(uint16_t port)
{
	static const struct {
		uint16_t first, last;
	} peers[] = {
		{411, 412},                     /* Direct Connect */
		{1214, 1214},                   /* FastTrack */
		{4001, 4001},                   /* IPFS */
		{4661, 4672},                   /* eDonkey, eMule */
		{6346, 6349},                   /* Gnutella */
		{6881, 6999},                   /* BitTorrent */
		{8333, 8333},                   /* Bitcoin */
		{9001, 9001},                   /* Tor */
		{9030, 9030},   {18080, 18080}, /* Monero */
		{30303, 30303},                 /* Ethereum */
		{33445, 33445},                 /* Tox */
		{51413, 51413},                 /* BitTorrent (Transmission) */
	};

	for (unsigned i = 0; i < sizeof(peers) / sizeof(peers[0]); i++) {
		if (port >= peers[i].first && port <= peers[i].last)
			return true;
	}
	return false;
}

bool scan_port_is_neighbour(uint16_t port)
{
	return port == 7680 ||	/* Windows' delivery optimisation */
	       port == 17500 || /* Dropbox */
	       port == 22000 || /* Syncthing */
	       port == 27040;	/* Steam */
}

bool scan_port_is_other(uint8_t proto)
{
	return proto != SCAN_TCP && proto != SCAN_UDP && proto != SCAN_SCTP && proto != SCAN_ICMP &&
	       proto != SCAN_ICMP6 && proto != SCAN_PROTO_ARP;
}

int scan_port_text(uint8_t proto, uint16_t port, char *out, size_t size)
{
	switch (proto) {
	case SCAN_ICMP:
	case SCAN_ICMP6:
		return snprintf(out, size, "ping");
	case SCAN_TCP:
		return snprintf(out, size, "%u/tcp", port);
	case SCAN_UDP:
		return snprintf(out, size, "%u/udp", port);
	case SCAN_SCTP:
		return snprintf(out, size, "%u/sctp", port);
	default:
		return snprintf(out, size, "protocol %u", proto);
	}
}
