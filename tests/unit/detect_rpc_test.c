// SPDX-License-Identifier: Apache-2.0
/* Remote calls, admin shares, Netlogon: what is an alert, what a finding, what nothing. */
#include "detect_facts.h"

#include "detect/rpc.h"

#define SVCCTL   "367abb81-9844-35f1-ad32-98f038001003"
#define WINREG   "338cd001-2244-31f1-aaaa-900038001003"
#define SAMR     "12345778-1234-abcd-ef00-0123456789ac"
#define SRVSVC   "4b324fc8-1670-01d3-1278-5a47bf6ee188"
#define DRSUAPI  "e3514235-4b06-11d1-ab04-00c04fc2dcd2"
#define NETLOGON "12345678-1234-abcd-ef00-01234567cffb"
#define EFSRPC   "df1941c5-fe89-4e79-bf10-463657acf44d"
#define WS       "10.0.0.5"
#define FS       "10.0.0.9"

static void check_marks(void)
{
	static const struct {
		const char *name, *uuid;
		uint16_t op;
		const char *told;
	} rows[] = {
		{"a service is created", SVCCTL, 12, "+701 10.0.0.5"},
		{"a service is started", SVCCTL, 19, "+702 10.0.0.5"},
		{"the service manager is opened", SVCCTL, 15, "-706 10.0.0.5"},
		{"users are listed", SAMR, 13, "-722 10.0.0.5"},
		{"the directory is replicated", DRSUAPI, 3, "+743 10.0.0.5"},
		{"a path is opened for somebody", EFSRPC, 0, "+733 10.0.0.5"},
		{"a call for the host itself", SRVSVC, 74, "+759 10.0.0.5"},
		{"the last call of the server service", SRVSVC, 57, ""},
		{"a plug-in of the DNS server", "50abc2a4-574d-40b3-9d66-ee4fd5fba076", 0,
		 "-760 10.0.0.5"},
		{"a rule of the firewall", "6b5bdd1e-528c-422c-af8c-a4079be4fe48", 5,
		 "-762 10.0.0.5"},
		{"room for shadow copies", "214a0f28-b737-4026-b847-4f9e37d79529", 4,
		 "+746 10.0.0.5"},
		{"room for shadow copies asked", "214a0f28-b737-4026-b847-4f9e37d79529", 6, ""},
		{"an object deleted by WMI", "9556dc99-828c-11cf-a37e-00aa003240c7", 16,
		 "+748 10.0.0.5"},
		{"the endpoint mapper listed", "e1af8308-5d1f-11c9-91a4-08002b14a0fa", 2,
		 "-750 10.0.0.5"},
		{"a secret read", "12345778-1234-abcd-ef00-0123456789ab", 43, "+754 10.0.0.5"},
		{"a printer monitor", "12345678-1234-abcd-ef00-0123456789ab", 46, "+753 10.0.0.5"},
		{"a certificate asked for", "91ae6020-9e3c-11cf-8d7c-00aa00c091be", 0,
		 "-757 10.0.0.5"},
		{"desktop sessions", "88143fd0-c28d-4b2b-8fef-8d882f6a9390", 5, "-758 10.0.0.5"},
		{"an endpoint asked for", "e1af8308-5d1f-11c9-91a4-08002b14a0fa", 3, ""},
		{"a call nobody minds", SVCCTL, 0, ""},
		{"an interface nobody knows", "00000001-0000-0000-0000-000000000000", 12, ""},
	};
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		CASE(rows[i].name);
		facts_open(NULL, 0);
		facts_rpc(WS, FS, rows[i].uuid, rows[i].op, "X");
		CHECK_STR(facts_told(), rows[i].told);
		facts_rpc(WS, FS, rows[i].uuid, rows[i].op, "X");
		CHECK_STR(facts_told(), ""); /* once a window */
		facts_wait(3600);
		facts_rpc(WS, FS, rows[i].uuid, rows[i].op, "X");
		CHECK_STR(facts_told(), rows[i].told);
		facts_close();
	}
	CASE("numbers are each one mark's");
	for (unsigned i = 0; i < rpc_n_marks; i++) {
		for (unsigned k = i + 1; k < rpc_n_marks; k++)
			CHECK(rpc_marks[i].number != rpc_marks[k].number);
	}
}

static void check_roles(void)
{
	static char *assets[] = {"10.0.0.5=jump", "10.0.0.7=dc"};

	CASE("whose work it is");
	facts_open(assets, 2);
	facts_rpc(WS, FS, SVCCTL, 12, "X");
	CHECK_STR(facts_told(), "-701 10.0.0.5");
	CASE("who was bound to for replication is one, too; but not who only binds");
	{
		static const uint8_t drsuapi[16] = {0xe3, 0x51, 0x42, 0x35, 0x4b, 0x06, 0x11, 0xd1,
						    0xab, 0x04, 0x00, 0xc0, 0x4f, 0xc2, 0xdc, 0xd2};
		struct fact_rpc_bind b = {.outcome = RESULT_ok};
		const char *words[] = {"", ""};

		memcpy(b.interface.at, drsuapi, sizeof(drsuapi));
		facts_say(OBS_rpc_bind, "10.0.0.21", "10.0.0.22", 49152, &b, sizeof(b), words, 2);
		facts_rpc("10.0.0.22", "10.0.0.21", DRSUAPI, 3, "");
		CHECK_STR(facts_told(), "");
		facts_rpc("10.0.0.22", "10.0.0.21", DRSUAPI, 17, "");
		CHECK_STR(facts_told(), "+744 10.0.0.22");
		facts_rpc("10.0.0.21", "10.0.0.22", DRSUAPI, 3, "");
		CHECK_STR(facts_told(), "+743 10.0.0.21");
	}
	CASE("domain controllers replicate");
	facts_rpc("10.0.0.7", "10.0.0.8", DRSUAPI, 3, "");
	CHECK_STR(facts_told(), "");
	facts_close();
}

static void check_pairs(void)
{
	CASE("a copy, then an execution");
	facts_open(NULL, 0);
	facts_file(WS, FS, SMB_create, true, false, "a.txt", "");
	CHECK_STR(facts_told(), "");
	facts_wait(599);
	facts_rpc(WS, FS, SVCCTL, 19, "X");
	CHECK_STR(facts_told(), "+702 10.0.0.5 +790 10.0.0.5");
	facts_close();
	CASE("too late");
	facts_open(NULL, 0);
	facts_file(WS, FS, SMB_create, true, false, "a.txt", "");
	facts_wait(601);
	facts_rpc(WS, FS, SVCCTL, 19, "X");
	CHECK_STR(facts_told(), "+702 10.0.0.5");
	facts_close();
	CASE("on another host");
	facts_open(NULL, 0);
	facts_file(WS, "10.0.0.8", SMB_create, true, false, "a.txt", "");
	facts_rpc(WS, FS, SVCCTL, 19, "X");
	CHECK_STR(facts_told(), "+702 10.0.0.5");
	facts_close();
	CASE("sessions asked of five hosts, not of four");
	facts_open(NULL, 0);
	for (unsigned i = 1; i <= 5; i++) {
		char host[32];

		snprintf(host, sizeof(host), "10.0.1.%u", i);
		facts_rpc(WS, host, SRVSVC, 12, "");
		CHECK_STR(facts_told(), i < 5 ? "-725 10.0.0.5" : "-725 10.0.0.5 +791 10.0.0.5");
	}
	facts_close();
}

static void check_shares(void)
{
	static const struct {
		const char *name, *path;
		bool pipe, admin;
		enum smb_op op;
		const char *told;
	} rows[] = {
		{"a program on an admin share", "Temp\\x.EXE", false, true, SMB_create,
		 "+801 10.0.0.5"},
		{"a program elsewhere", "x.exe", false, false, SMB_create, ""},
		{"a program that is read", "x.exe", false, true, SMB_open, ""},
		{"PsExec's service", "PSEXESVC.exe", false, true, SMB_create, "+802 10.0.0.5"},
		{"wmiexec's output", "__1700000000.1234", false, true, SMB_open, "+802 10.0.0.5"},
		{"two underscores and a word", "__init.py", false, true, SMB_open, ""},
		{"RemCom's pipe", "RemCom_communicaton", true, false, SMB_open, "+803 10.0.0.5"},
		{"Cobalt Strike's pipe", "MSSE-1234-server", true, false, SMB_open,
		 "+803 10.0.0.5"},
		{"status_ and a word is no number", "status_line", true, false, SMB_open,
		 "-805 10.0.0.5"},
		{"a pipe of Windows", "\\svcctl", true, false, SMB_open, ""},
		{"a pipe nobody knows", "mypipe", true, false, SMB_open, "-805 10.0.0.5"},
	};
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		CASE(rows[i].name);
		facts_open(NULL, 0);
		facts_file(WS, FS, rows[i].op, rows[i].admin, rows[i].pipe, rows[i].path, "");
		CHECK_STR(facts_told(), rows[i].told);
		facts_close();
	}
	static const struct {
		const char *name, *path, *told;
	} drive[] = {
		{"a drive's root", "x.exe", "+801 10.0.0.5"},
		{"a first folder", "temp\\x.exe", "+801 10.0.0.5"},
		{"deep in Windows' own", "Windows\\System32\\spool\\x.dll", "+801 10.0.0.5"},
		{"what starts with a user", "Users\\a\\AppData\\x.lnk", "+801 10.0.0.5"},
		{"a site is deployed", "inetpub\\wwwroot\\bin\\site.dll", "-801 10.0.0.5"},
	};
	for (unsigned i = 0; i < sizeof(drive) / sizeof(drive[0]); i++) {
		struct fact_smb_file b = {.op = SMB_create, .admin = 1};
		const char *words[] = {"\\\\fs\\D$", drive[i].path, "", ""};

		CASE(drive[i].name);
		facts_open(NULL, 0);
		facts_say(OBS_smb_file, WS, FS, 445, &b, sizeof(b), words, 4);
		CHECK_STR(facts_told(), drive[i].told);
		facts_close();
	}
	CASE("a program by its first bytes");
	facts_open(NULL, 0);
	struct fact_smb_io io = {.admin = 1, .written = 1000, .written_head = {'M', 'Z'}};
	const char *words[] = {"C$", "x.dat"};
	facts_say(OBS_smb_io, WS, FS, 445, &io, sizeof(io), words, 2);
	CHECK_STR(facts_told(), "+801 10.0.0.5");
	io.written_head[0] = 'x';
	facts_say(OBS_smb_io, WS, FS, 445, &io, sizeof(io), words, 2);
	CHECK_STR(facts_told(), "-804 10.0.0.5");
	facts_close();
}

static void zerologon(unsigned n, uint16_t proof, unsigned gap_s)
{
	for (unsigned i = 0; i < n; i++) {
		facts_rpc(WS, FS, NETLOGON, 4, "");
		facts_rpc(WS, FS, NETLOGON, proof, "");
		facts_wait(gap_s);
	}
}

static void check_netlogon(void)
{
	static const struct {
		const char *name;
		unsigned n, gap_s;
		uint16_t proof;
		const char *told;
	} rows[] = {
		{"twenty tries with Authenticate3", 20, 0, 26, "+811 10.0.0.5"},
		{"with Authenticate2", 20, 0, 15, "+811 10.0.0.5"},
		{"with Authenticate", 20, 0, 5, "+811 10.0.0.5"},
		{"nineteen are not enough", 19, 0, 26, ""},
		{"nor are slow ones", 40, 7, 26, ""},
		{"nor challenges alone", 40, 0, 21, ""},
	};
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		CASE(rows[i].name);
		facts_open(NULL, 0);
		zerologon(rows[i].n, rows[i].proof, rows[i].gap_s);
		CHECK_STR(facts_told(), rows[i].told);
		facts_close();
	}
	CASE("and it worked");
	facts_open(NULL, 0);
	zerologon(30, 26, 0);
	facts_rpc(WS, FS, NETLOGON, 30, "");
	CHECK_STR(facts_told(), "+811 10.0.0.5 +812 10.0.0.5");
	facts_close();
	CASE("a machine that sets its password");
	facts_open(NULL, 0);
	zerologon(1, 26, 0);
	facts_rpc(WS, FS, NETLOGON, 30, "");
	CHECK_STR(facts_told(), "");
	facts_close();
}

static void check_opened(void)
{
	static const struct {
		const char *name, *uuid;
		uint16_t open, change;
		const char *opened, *told;
	} rows[] = {
		{"a Run key written", WINREG, 15, 22,
		 "SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Run",
		 "-719 10.0.0.5 +792 10.0.0.5"},
		{"a service's key written", WINREG, 6, 22,
		 "System\\CurrentControlSet\\Services\\evil", "-719 10.0.0.5 +792 10.0.0.5"},
		{"a Run key read", WINREG, 15, 17,
		 "SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Run", ""},
		{"a printer's key written", WINREG, 15, 22, "Software\\Printers\\one",
		 "-719 10.0.0.5"},
		{"shadow copies stopped", SVCCTL, 16, 1, "VSS", "+793 10.0.0.5 +704 10.0.0.5"},
		{"a backup's service deleted", SVCCTL, 16, 2, "VeeamBackupSvc",
		 "+793 10.0.0.5 -705 10.0.0.5"},
		{"another service stopped", SVCCTL, 16, 1, "spooler", "+704 10.0.0.5"},
		{"shadow copies asked about", SVCCTL, 16, 6, "VSS", ""},
	};
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		CASE(rows[i].name);
		facts_open(NULL, 0);
		facts_rpc(WS, FS, rows[i].uuid, rows[i].open, rows[i].opened);
		if (rows[i].open == 6)
			CHECK_STR(facts_told(), "-719 10.0.0.5");
		fx.told[0] = '\0', fx.len = 0;
		facts_wait(3600);
		facts_rpc(WS, FS, rows[i].uuid, rows[i].change, "x");
		const char *told = facts_told();

		CHECK_EQ(strlen(told), strlen(rows[i].told));
		CHECK(strstr(rows[i].told, "792") == NULL || strstr(told, "+792 10.0.0.5"));
		CHECK(strstr(rows[i].told, "793") == NULL || strstr(told, "+793 10.0.0.5"));
		facts_close();
	}
}

static void touch(enum smb_op op, uint32_t access, uint32_t status, const char *path,
		  const char *to)
{
	struct fact_smb_file b = {.op = (uint8_t)op, .access = access, .status = status};
	const char *words[] = {"\\\\fs\\Data", path, to, "alice"};

	facts_say(OBS_smb_file, WS, FS, 445, &b, sizeof(b), words, 4);
}

static void check_honey(void)
{
	static const struct {
		const char *name;
		enum smb_op op;
		uint32_t access, status;
		const char *path, *to, *told;
	} rows[] = {
		{"read", SMB_open, 0x120089, 0, "Finance\\Passwords 2024.xlsx", "",
		 "+921 10.0.0.5"},
		{"refused", SMB_open, 0x80000000, 0xc0000022, "finance\\passwords 2024.xlsx", "",
		 "+921 10.0.0.5"},
		{"looked at", SMB_open, 0x100080, 0, "finance\\passwords 2024.xlsx", "",
		 "-922 10.0.0.5"},
		{"deleted", SMB_delete, 0, 0, "finance\\passwords 2024.xlsx", "", "+921 10.0.0.5"},
		{"something renamed to it", SMB_rename, 0, 0, "a", "finance\\passwords 2024.xlsx",
		 "+921 10.0.0.5"},
		{"closed", SMB_close, 0x120089, 0, "finance\\passwords 2024.xlsx", "", ""},
		{"below a folder", SMB_create, 0x2, 0, "_Admin\\keys\\a.pem", "", "+921 10.0.0.5"},
		{"the folder", SMB_open, 0x1, 0, "_Admin", "", "+921 10.0.0.5"},
		{"another folder that begins so", SMB_open, 0x1, 0, "_Administration\\a", "", ""},
		{"a neighbour", SMB_open, 0x1, 0, "finance\\2024.xlsx", "", ""},
	};
	static struct section s[64];
	struct err err;
	unsigned honey = 0;

	unsigned n = detect_sections(s, 64);
	while (honey < n && strcmp(s[honey].name, "detect.honey") != 0)
		honey++;
	CHECK(honey < n);
	const struct param *p = param_find(&s[honey], "paths");
	CHECK_EQ(param_set(&s[honey], p, "data/finance/pass*.xlsx,\\Data\\_Admin", &err), 0);
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		CASE(rows[i].name);
		facts_open(NULL, 0);
		touch(rows[i].op, rows[i].access, rows[i].status, rows[i].path, rows[i].to);
		CHECK_STR(facts_told(), rows[i].told);
		facts_close();
	}
	CASE("no bait");
	CHECK_EQ(param_set(&s[honey], p, "", &err), 0);
	facts_open(NULL, 0);
	touch(SMB_open, 1, 0, "_Admin", "");
	CHECK_STR(facts_told(), "");
	facts_close();
	param_fini(&s[honey]);
}

int main(void)
{
	check_honey();
	check_opened();
	check_marks();
	check_roles();
	check_pairs();
	check_shares();
	check_netlogon();
	return check_done();
}
