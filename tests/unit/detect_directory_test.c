// SPDX-License-Identifier: Apache-2.0
/* What is written to the directory, to policies, and what is deleted: alerts, findings, nothing. */
#include "detect_facts.h"

#define WS "10.0.0.5"
#define DC "10.0.0.7"
#define FS "10.0.0.9"

enum { ADD, DELETE, REPLACE };

static void write_to(uint8_t op, uint8_t how, const char *dn, const char *types, const char *user)
{
	struct fact_ldap b = {.op = op, .scope = how};
	const char *words[] = {dn, "", types, user};

	facts_say(OBS_ldap, WS, DC, 389, &b, sizeof(b), words, 4);
}

static void check_writes(void)
{
	static const struct {
		const char *name, *dn, *types, *user, *told;
		uint8_t op;
	} rows[] = {
		{"a host must let others act", "CN=FS1,CN=Computers,DC=x",
		 "msDS-AllowedToActOnBehalfOfOtherIdentity", "admin@x", "+941 10.0.0.5", 6},
		{"letters in either case, not the first", "CN=FS1,DC=x",
		 "title,MSDS-allowedtoactonbehalfofotheridentity", "admin@x", "+941 10.0.0.5", 6},
		{"a key of another account", "CN=bob,CN=Users,DC=x", "msDS-KeyCredentialLink",
		 "CORP\\alice", "+942 10.0.0.5", 6},
		{"a key of one's own account", "CN=alice,CN=Users,DC=x", "msDS-KeyCredentialLink",
		 "CORP\\alice", "-942 10.0.0.5", 6},
		{"a key of a host's own", "CN=WS1,CN=Computers,DC=x", "msDS-KeyCredentialLink",
		 "WS1$@x", "-942 10.0.0.5", 6},
		{"a service's name", "CN=bob,CN=Users,DC=x", "servicePrincipalName", "admin@x",
		 "-944 10.0.0.5", 6},
		{"a host's own names", "CN=WS1,CN=Computers,DC=x", "servicePrincipalName",
		 "CORP\\WS1$", "", 6},
		{"a computer joins", "CN=NEW,CN=Computers,DC=x",
		 "objectClass,servicePrincipalName,dNSHostName", "admin@x", "", 8},
		{"the wildcard", "DC=*,DC=x,CN=MicrosoftDNS,DC=DomainDnsZones,DC=x",
		 "objectClass,dnsRecord", "bob@x", "+945 10.0.0.5", 8},
		{"wpad", "DC=wpad,DC=x,CN=MicrosoftDNS,DC=DomainDnsZones,DC=x", "dnsRecord",
		 "bob@x", "+945 10.0.0.5", 6},
		{"any other name", "DC=printer,DC=x,CN=MicrosoftDNS,DC=DomainDnsZones,DC=x",
		 "dnsRecord", "bob@x", "-946 10.0.0.5", 6},
		{"a policy's way", "CN={31B2},CN=Policies,CN=System,DC=x", "gPCFileSysPath",
		 "bob@x", "-946 10.0.0.5", 6},
		{"one more administrator", "CN=Domain Admins,CN=Users,DC=x", "member", "bob@x",
		 "-946 10.0.0.5", 6},
		{"one more of a list", "CN=All of Paris,OU=Lists,DC=x", "member", "bob@x", "", 6},
		{"a controller", "CN=NTDS Settings,CN=EVIL,CN=Servers,CN=Paris,CN=Sites,DC=x",
		 "objectClass", "bob@x", "+947 10.0.0.5", 8},
		{"telephone numbers", "CN=bob,CN=Users,DC=x", "telephoneNumber,title", "admin@x",
		 "", 6},
		{"a search for it", "DC=x", "servicePrincipalName", "admin@x", "", 3},
		{"nothing", "", "", "", "", 6},
	};
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		CASE(rows[i].name);
		facts_open(NULL, 0);
		write_to(rows[i].op, REPLACE, rows[i].dn, rows[i].types, rows[i].user);
		CHECK_STR(facts_told(), rows[i].told);
		facts_close();
	}
	CASE("whose work it is");
	char *assets[] = {"10.0.0.5=jump"};
	facts_open(assets, 1);
	write_to(6, REPLACE, "CN=FS1,DC=x", "msDS-AllowedToActOnBehalfOfOtherIdentity", "admin@x");
	CHECK_STR(facts_told(), "-941 10.0.0.5");
	facts_close();
}

static void check_roast(void)
{
	static const char bob[] = "CN=bob,CN=Users,DC=x", spn[] = "servicePrincipalName";

	CASE("a name given, and taken back");
	facts_open(NULL, 0);
	write_to(6, ADD, bob, spn, "admin@x");
	CHECK_STR(facts_told(), "-944 10.0.0.5");
	facts_wait(60);
	write_to(6, DELETE, bob, spn, "admin@x");
	CHECK_STR(facts_told(), "+943 10.0.0.5");
	facts_close();
	CASE("taken back a day later");
	facts_open(NULL, 0);
	write_to(6, ADD, bob, spn, "admin@x");
	facts_wait(86400);
	write_to(6, DELETE, bob, spn, "admin@x");
	CHECK_STR(facts_told(), "-944 10.0.0.5 -944 10.0.0.5");
	facts_close();
	CASE("one name after the other given");
	facts_open(NULL, 0);
	write_to(6, ADD, bob, spn, "admin@x");
	write_to(6, ADD, bob, spn, "admin@x");
	CHECK_STR(facts_told(), "-944 10.0.0.5");
	facts_close();
	CASE("an old name taken away");
	facts_open(NULL, 0);
	write_to(6, DELETE, bob, spn, "admin@x");
	write_to(6, DELETE, bob, spn, "admin@x");
	CHECK_STR(facts_told(), "-944 10.0.0.5");
	facts_close();
}

static void policy(const char *share, enum smb_op op, uint32_t status)
{
	struct fact_smb_file b = {.op = (uint8_t)op, .status = status};
	const char *words[] = {share, "x\\Policies\\{31B2}\\MACHINE\\ScheduledTasks.xml", "",
			       "admin"};

	facts_say(OBS_smb_file, WS, DC, 445, &b, sizeof(b), words, 4);
}

static void check_policies(void)
{
	CASE("a policy read, refused, written");
	facts_open(NULL, 0);
	policy("\\\\dc1\\sysvol", SMB_open, 0);
	policy("\\\\dc1\\sysvol", SMB_create, 0xc0000022u);
	policy("\\\\dc1\\data", SMB_create, 0);
	CHECK_STR(facts_told(), "");
	policy("\\\\dc1\\SYSVOL", SMB_create, 0);
	CHECK_STR(facts_told(), "-807 10.0.0.5");
	facts_close();
	CASE("a logon script written over");
	facts_open(NULL, 0);
	policy("netlogon", SMB_overwrite, 0);
	CHECK_STR(facts_told(), "-807 10.0.0.5");
	facts_close();
}

static void check_deletes(void)
{
	static const struct {
		const char *name;
		unsigned files, pause_s;
		const char *told;
	} rows[] = {
		{"forty-nine deleted", 49, 0, ""},
		{"fifty", 50, 0, "-846 10.0.0.5"},
		{"two hundred", 200, 0, "-846 10.0.0.5"},
		{"fifty, one in two seconds", 50, 2, ""},
	};
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		CASE(rows[i].name);
		facts_open(NULL, 0);
		for (unsigned k = 0; k < rows[i].files; k++) {
			char path[32];

			snprintf(path, sizeof(path), "docs\\file%u.docx", k);
			facts_file(WS, FS, SMB_delete, false, false, path, "");
			facts_wait(rows[i].pause_s);
		}
		CHECK_STR(facts_told(), rows[i].told);
		facts_close();
	}
}

int main(void)
{
	check_writes();
	check_roast();
	check_policies();
	check_deletes();
	return check_done();
}
