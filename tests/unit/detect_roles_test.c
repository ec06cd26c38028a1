// SPDX-License-Identifier: Apache-2.0
#include "check.h"

#include "config/config.h"
#include "detect/roles.h"

int main(void)
{
	/* Services answered, and the roles they make. */
	static const struct {
		const char *name;
		struct {
			uint8_t proto;
			uint16_t port;
		} answers[4];
		uint32_t roles;
	} rows[] = {
		{"nothing", {{0, 0}}, 0},
		{"web is no role", {{6, 443}, {6, 80}}, 0},
		{"Kerberos, LDAP and SMB", {{17, 88}, {6, 389}, {6, 445}}, 1u << ROLE_dc},
		{"LDAPS does as well", {{6, 88}, {6, 636}, {6, 445}}, 1u << ROLE_dc},
		{"without Kerberos it is none", {{6, 389}, {6, 445}, {6, 636}}, 0},
		{"without SMB", {{6, 88}, {6, 389}}, 0},
		{"DHCP", {{17, 67}}, 1u << ROLE_dhcp},
		{"67 over TCP is not DHCP", {{6, 67}}, 0},
		{"a printer", {{6, 9100}}, 1u << ROLE_print},
		{"SIP", {{17, 5060}}, 1u << ROLE_voip},
		{"a proxy", {{6, 3128}}, 1u << ROLE_proxy},
		{"IKE", {{17, 500}}, 1u << ROLE_vpn},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct services s = {0};

		CASE(rows[i].name);
		for (unsigned k = 0; k < 4; k++)
			services_add(&s, rows[i].answers[k].proto, rows[i].answers[k].port, 1);
		CHECK_EQ(services_roles(&s), rows[i].roles);
	}

	CASE("a name server is one that answered twenty times");
	struct services s = {0};
	for (unsigned i = 0; i < 19; i++)
		services_add(&s, 17, 53, 1);
	CHECK_EQ(services_roles(&s), 0);
	services_add(&s, 6, 53, 1);
	CHECK_EQ(services_roles(&s), 1u << ROLE_dns);
	for (unsigned i = 0; i < 70000; i++)
		services_add(&s, 17, 53, 1);
	CHECK_EQ(s.dns_answers, 65535);
	return check_done();
}
