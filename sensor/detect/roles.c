// SPDX-License-Identifier: Apache-2.0
/* Roles by services answered.
 *
 * A domain controller answers Kerberos, LDAP and SMB together; nothing else in a company does. A
 * name server is one that many queries were answered by: a single answer on 53 may be a laptop's
 * stub resolver.
 *
 * Source: MS-ADTS 3.1.1.3.1 (LDAP), MS-KILE, MS-SMB2: the ports a domain controller must offer.
 */
#include "detect/roles.h"

#include "config/config.h"

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

void services_add(struct services *s, uint8_t proto, uint16_t port, uint32_t times)
{
	if (port == 53) {
		uint32_t room = UINT16_MAX - s->dns_answers;

		s->dns_answers = (uint16_t)(s->dns_answers + (times < room ? times : room));
	}
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
