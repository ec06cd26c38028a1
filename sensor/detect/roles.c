// SPDX-License-Identifier: Apache-2.0
/* Roles by asset row and by services answered.
 *
 * A domain controller answers Kerberos, LDAP and SMB together; nothing else in a company does. A
 * name server is one that many queries were answered by: a single answer on 53 may be a laptop's
 * stub resolver.
 *
 * Source: MS-ADTS 3.1.1.3.1 (LDAP), MS-KILE, MS-SMB2: the ports a domain controller must offer.
 */
#include "detect/roles.h"

#include "config/config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define DNS_ANSWERS_MIN 20 /* more than a laptop answers by chance */

enum service { /* bits of services.bits */
	SERVICE_kerberos = 1,
	SERVICE_ldap = 2,
	SERVICE_smb = 4,
	SERVICE_dhcp = 8,
	SERVICE_print = 16,
	SERVICE_sip = 32,
	SERVICE_proxy = 64,
	SERVICE_ike = 128,
};

static const struct {
	uint8_t proto; /* 0: TCP and UDP */
	uint16_t port;
	uint32_t bit;
} services[] = {
	{0, 88, SERVICE_kerberos}, {0, 389, SERVICE_ldap},   {6, 636, SERVICE_ldap},
	{6, 445, SERVICE_smb},     {17, 67, SERVICE_dhcp},   {6, 515, SERVICE_print},
	{6, 631, SERVICE_print},   {6, 9100, SERVICE_print}, {0, 5060, SERVICE_sip},
	{6, 5061, SERVICE_sip},    {6, 3128, SERVICE_proxy}, {17, 500, SERVICE_ike},
	{17, 4500, SERVICE_ike},
};

void services_add(struct services *s, uint8_t proto, uint16_t port)
{
	if (port == 53 && s->dns_answers < UINT16_MAX)
		s->dns_answers++;
	for (unsigned i = 0; i < sizeof(services) / sizeof(services[0]); i++) {
		if (services[i].port == port &&
		    (services[i].proto == 0 || services[i].proto == proto))
			s->bits |= services[i].bit;
	}
}

uint32_t services_roles(const struct services *s)
{
	const uint32_t dc = SERVICE_kerberos | SERVICE_ldap | SERVICE_smb;
	uint32_t roles = 0;

	if ((s->bits & dc) == dc)
		roles |= 1u << ROLE_dc;
	if (s->dns_answers >= DNS_ANSWERS_MIN)
		roles |= 1u << ROLE_dns;
	if (s->bits & SERVICE_dhcp)
		roles |= 1u << ROLE_dhcp;
	if (s->bits & SERVICE_print)
		roles |= 1u << ROLE_print;
	if (s->bits & SERVICE_sip)
		roles |= 1u << ROLE_voip;
	if (s->bits & SERVICE_proxy)
		roles |= 1u << ROLE_proxy;
	if (s->bits & SERVICE_ike)
		roles |= 1u << ROLE_vpn;
	return roles;
}

static int asset_parse(struct asset *a, const char *row, struct err *err)
{
	const char *eq = strrchr(row, '=');
	char who[64];

	if (!eq || eq == row || (size_t)(eq - row) >= sizeof(who)) {
		err_set(err, EINVAL, "assets: '%s' is not WHO=ROLE", row);
		err_hint(err, "for example 10.0.0.10=dc, aa:bb:cc:dd:ee:ff=scanner, "
			      "10.9.0.0/24=print");
		return -EINVAL;
	}
	memcpy(who, row, (size_t)(eq - row));
	who[eq - row] = 0;
	memset(a, 0, sizeof(*a));
	a->by_mac = mac_parse(who, &a->mac);
	if (!a->by_mac && !cidr_parse(who, &a->cidr))
		return err_set(err, EINVAL, "assets: '%s' is not an address, a MAC or a network",
			       who);
	a->role = (uint8_t)role_parse(eq + 1);
	if (a->role == ROLE_none)
		return err_set(err, EINVAL, "assets: unknown role '%s'", eq + 1);
	return 0;
}

int assets_parse(struct assets *a, const struct strs *rows, struct err *err)
{
	struct assets out = {.n = rows->n};

	if (rows->n == 0) {
		*a = out;
		return 0;
	}
	out.at = calloc(rows->n, sizeof(*out.at));
	if (!out.at)
		return err_set(err, ENOMEM, "no memory for %u assets", rows->n);
	for (unsigned i = 0; i < rows->n; i++) {
		int rc = asset_parse(&out.at[i], rows->at[i], err);
		if (rc) {
			assets_fini(&out);
			return rc;
		}
	}
	*a = out;
	return 0;
}

void assets_fini(struct assets *a)
{
	free(a->at);
	*a = (struct assets){0};
}

uint32_t assets_roles(const struct assets *a, const struct addr *addr, const struct mac *mac)
{
	uint32_t roles = 0;

	for (unsigned i = 0; i < a->n; i++) {
		const struct asset *row = &a->at[i];
		bool is = row->by_mac ? mac && mac_eq(&row->mac, mac) : cidr_has(&row->cidr, addr);

		if (is)
			roles |= 1u << row->role;
	}
	return roles;
}
