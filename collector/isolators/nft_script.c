// SPDX-License-Identifier: Apache-2.0
/* Writes the nftables transactions of nft-bridge.
 *
 *   set isolated   MACs; the kernel lifts an element at its timeout, with no daemon running
 *   set pairs      the MAC with the addresses it was seen with: an insulated host may ARP for the
 *                  forensic host in its own name only (else it could still take another's address
 *                  away by a broadcast request)
 *   set released   ids of isolations that were released, for a day
 *   chain judge    accept the forensic pairs (IP, then ARP and NDP), DHCP renewal; then drop what
 *                  comes from or goes to an isolated MAC, so established flows are cut as well
 *
 * Source: the order and priority -300 were tried on a Linux bridge: ahead of every other filter.
 */
#include "nft_script.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FORENSIC_MAX 32u

struct script {
	FILE *f;
	char *text;
	size_t len;
};

/* The stream keeps the address of s->text: a script is never copied. */
static void begin(struct script *s)
{
	s->text = NULL;
	s->f = open_memstream(&s->text, &s->len);
	if (!s->f)
		abort();
	fputs("add table bridge vigie\n"
	      "add set bridge vigie isolated { type ether_addr; flags timeout; }\n"
	      "add set bridge vigie pairs { type ether_addr . ipv4_addr; flags timeout; }\n"
	      "add set bridge vigie released { type ipv6_addr; flags timeout; }\n",
	      s->f);
}

static char *end(struct script *s)
{
	if (fclose(s->f) != 0)
		abort();
	return s->text;
}

bool nft_script_id(const char *uuid, char out[ADDR_TEXT])
{
	struct addr a;
	unsigned at = 0;

	if (!isolator_is_uuid(uuid))
		return false;
	for (const char *c = uuid; *c; c++) {
		unsigned v;
		if (*c == '-')
			continue;
		sscanf(c, "%2x", &v);
		a.b[at++] = (uint8_t)v;
		c++;
	}
	addr_text(&a, out);
	return true;
}

static void chains(FILE *f)
{
	static const char *const hooks[] = {"forward", "input", "output"};

	fputs("add chain bridge vigie judge\nflush chain bridge vigie judge\n", f);
	for (unsigned i = 0; i < 3; i++)
		fprintf(f,
			"add chain bridge vigie %s { type filter hook %s priority -300; policy "
			"accept; }\n"
			"flush chain bridge vigie %s\n"
			"add rule bridge vigie %s jump judge\n",
			hooks[i], hooks[i], hooks[i], hooks[i]);
}

#define RULE "add rule bridge vigie judge "

/* `to` and `from` narrow the pair to the forensic host's MAC when that is known. */
static void forensic_v4(FILE *f, const char *ip, const char *to, const char *from)
{
	fprintf(f, RULE "ether saddr @isolated %sip daddr %s accept\n", to, ip);
	fprintf(f, RULE "ether daddr @isolated %sip saddr %s accept\n", from, ip);
	if (*to)
		fprintf(f, RULE "ether saddr @isolated %sarp daddr ip %s accept\n", to, ip);
	fprintf(f, RULE "ether saddr . arp saddr ip @pairs arp daddr ip %s accept\n", ip);
	fprintf(f, RULE "ether daddr @isolated %sarp saddr ip %s accept\n", from, ip);
}

static void forensic_v6(FILE *f, const struct addr *a, const char *ip, const char *to,
			const char *from)
{
	fprintf(f, RULE "ether saddr @isolated %sip6 daddr %s accept\n", to, ip);
	fprintf(f, RULE "ether daddr @isolated %sip6 saddr %s accept\n", from, ip);
	/* Its neighbour solicitation goes to a group address made of the last three bytes. */
	fprintf(f,
		RULE "ether saddr @isolated ip6 daddr ff02::1:ff%02x:%02x%02x"
		     " icmpv6 type nd-neighbor-solicit accept\n",
		a->b[13], a->b[14], a->b[15]);
}

static void forensic(FILE *f, json_t *list)
{
	json_t *one;
	size_t i;

	json_array_foreach(list, i, one)
	{
		const char *ip_in = json_string_value(json_object_get(one, "ip"));
		const char *mac_in = json_string_value(json_object_get(one, "mac"));
		char ip[ADDR_TEXT], mac[MAC_TEXT], to[40] = "", from[40] = "";
		struct addr a;
		struct mac m;
		if (i >= FORENSIC_MAX || !ip_in || !addr_parse(ip_in, &a))
			continue;
		if (mac_in && mac_parse(mac_in, &m)) {
			snprintf(to, sizeof(to), "ether daddr %s ", mac_text(&m, mac));
			snprintf(from, sizeof(from), "ether saddr %s ", mac);
		}
		if (addr_is_v4(&a))
			forensic_v4(f, addr_text(&a, ip), to, from);
		else
			forensic_v6(f, &a, addr_text(&a, ip), to, from);
	}
}

static void dhcp(FILE *f, const json_t *servers)
{
	json_t *one;
	size_t i;
	bool any = true;

	fputs(RULE
	      "ether saddr @isolated ip daddr 255.255.255.255 udp sport 68 udp dport 67 accept\n",
	      f);
	json_array_foreach(servers, i, one)
	{
		char ip[ADDR_TEXT];
		struct addr a;
		if (!json_is_string(one) || !addr_parse(json_string_value(one), &a) ||
		    !addr_is_v4(&a))
			continue;
		any = false;
		addr_text(&a, ip);
		fprintf(f,
			RULE "ether saddr @isolated ip daddr %s udp sport 68 udp dport 67 accept\n",
			ip);
		fprintf(f,
			RULE "ether daddr @isolated ip saddr %s udp sport 67 udp dport 68 accept\n",
			ip);
	}
	if (any) /* no server was named: answers from any */
		fputs(RULE "ether daddr @isolated udp sport 67 udp dport 68 accept\n", f);
}

/* add, delete, add: an element's timeout is never changed by a second add on older kernels. */
static void element(FILE *f, const char *set, const char *key, unsigned long long ttl_s)
{
	fprintf(f,
		"add element bridge vigie %s { %s timeout %llus }\n"
		"delete element bridge vigie %s { %s }\n",
		set, key, ttl_s, set, key);
	fprintf(f, "add element bridge vigie %s { %s timeout %llus }\n", set, key, ttl_s);
}

static void gone(FILE *f, const char *set, const char *key)
{
	fprintf(f,
		"add element bridge vigie %s { %s timeout 60s }\n"
		"delete element bridge vigie %s { %s }\n",
		set, key, set, key);
}

static void pairs(FILE *f, const struct isolator_request *r, bool add)
{
	for (unsigned i = 0; i < r->n_addrs; i++) {
		char ip[ADDR_TEXT], key[ADDR_TEXT + MAC_TEXT + 4];
		if (!addr_is_v4(&r->addrs[i]))
			continue;
		snprintf(key, sizeof(key), "%s . %s", r->mac_text, addr_text(&r->addrs[i], ip));
		if (add)
			element(f, "pairs", key, (unsigned long long)r->ttl_s);
		else
			gone(f, "pairs", key);
	}
}

char *nft_script_apply(const struct isolator_request *r)
{
	struct script s;

	begin(&s);
	chains(s.f);
	fputs(RULE "ether saddr != @isolated ether daddr != @isolated return\n", s.f);
	forensic(s.f, json_object_get(r->profile, "forensic"));
	if (json_is_true(json_object_get(r->profile, "arp")))
		fputs(RULE "ether type arp accept\n", s.f);
	if (json_is_true(json_object_get(r->profile, "dhcp")))
		dhcp(s.f, json_object_get(r->profile, "dhcp_servers"));
	fputs(RULE "ether saddr @isolated counter drop\n", s.f);
	fputs(RULE "ether daddr @isolated counter drop\n", s.f);
	element(s.f, "isolated", r->mac_text, (unsigned long long)r->ttl_s);
	pairs(s.f, r, true);
	return end(&s);
}

char *nft_script_release(const struct isolator_request *r)
{
	struct script s;
	char id[ADDR_TEXT];

	begin(&s);
	gone(s.f, "isolated", r->mac_text);
	pairs(s.f, r, false);
	if (nft_script_id(r->id, id))
		element(s.f, "released", id, 86400);
	return end(&s);
}
