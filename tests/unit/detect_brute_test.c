// SPDX-License-Identifier: Apache-2.0
/* Logins, and files that are lost. */
#include "detect_facts.h"

#define WS "10.0.0.5"
#define FS "10.0.0.9"

/* A letter is an account: small fails, capital works, '?' unknown how, digits fail and do not
 * exist,
 * '~' a minute passes. */
static const struct {
	const char *name, *logins, *told;
} rows[] = {
	{"eleven failures", "aaaaaaaaaaa", ""},
	{"twelve failures", "aaaaaaaaaaaa", "+821 10.0.0.5"},
	{"told once", "aaaaaaaaaaaaaaaaaaaaaaaaaaaa", "+821 10.0.0.5"},
	{"slow ones", "aaaa~~~~~~~~~~~aaaa~~~~~~~~~~~aaaa~~~~~~~~~~~aaaa", ""},
	{"somebody who mistypes", "aaaAaaaAaaaAaaaAaaaA", ""},
	{"in after ten", "aaaaaaaaaaA", "+824 10.0.0.5"},
	{"in after nine", "aaaaaaaaaA", ""},
	{"in after five of three accounts", "abcabA", "+824 10.0.0.5"},
	{"in after four of three accounts", "abcaA", ""},
	{"in after the window before", "aaaaaaaaaa~~~~~~~~~~~aA", "+824 10.0.0.5"},
	{"eight accounts", "abcdefgh", "+822 10.0.0.5"},
	{"seven accounts", "abcdefg", ""},
	{"five that do not exist", "01234", "+823 10.0.0.5"},
	{"four that do not exist", "0123", ""},
	{"nineteen of which nothing is seen", "???????????????????", ""},
	{"twenty", "????????????????????", "+825 10.0.0.5"},
};

static void check_logins(void)
{
	static char *assets[] = {"10.0.0.5=scanner"};

	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		CASE(rows[i].name);
		facts_open(NULL, 0);
		for (const char *p = rows[i].logins; *p; p++) {
			char user[] = {*p, 'x', '\0'};
			bool works = *p >= 'A' && *p <= 'Z', digit = *p >= '0' && *p <= '9';

			if (*p == '~')
				facts_wait(60);
			else
				facts_login(WS, FS, LOGIN_ssh,
					    *p == '?' ? RESULT_unknown
					    : works   ? RESULT_ok
						      : RESULT_failed,
					    user, digit);
		}
		CHECK_STR(facts_told(), rows[i].told);
		facts_close();
	}
	CASE("a scanner of ours");
	facts_open(assets, 1);
	for (unsigned i = 0; i < 12; i++)
		facts_login(WS, FS, LOGIN_ssh, RESULT_failed, "root", false);
	CHECK_STR(facts_told(), "-821 10.0.0.5");
	facts_close();
	for (unsigned named = 0; named < 2; named++) {
		CASE(named ? "what is said, with a name" : "what is said where no name is known");
		facts_open(NULL, 0);
		for (unsigned i = 0; i < 12; i++) {
			facts_login(WS, FS, LOGIN_ssh, RESULT_failed, named ? "root" : "", false);
			if (named)
				facts_wait(5);
		}
		CHECK_STR(facts_told(), "+821 10.0.0.5");
		CHECK_STR(fx.text, named ? "SSH at 10.0.0.9: 12 logins failed within 55 s, the last as \"root\""
					 : "SSH at 10.0.0.9: 12 logins failed within a second");
		facts_close();
	}
	CASE("different ways in do not add up");
	facts_open(NULL, 0);
	for (unsigned i = 0; i < 11; i++) {
		facts_login(WS, FS, LOGIN_ssh, RESULT_failed, "root", false);
		facts_login(WS, FS, LOGIN_ftp, RESULT_failed, "root", false);
	}
	CHECK_STR(facts_told(), "");
	facts_close();
}

/* Encrypted sessions: of each file what its lengths tell. */
static const struct {
	const char *name;
	struct {
		unsigned times, opens, renames, rewritten, behind, blocks;
	} say[2];
	unsigned wait_ms;
	const char *told;
} sealed[] = {
	{"in place", {{7, 1, 0, 1, 0, 0}}, 50, "+845 10.0.0.5"},
	{"six are not enough", {{6, 1, 0, 1, 0, 0}}, 50, ""},
	{"renamed by a second open", {{7, 2, 1, 1, 0, 0}}, 50, "+845 10.0.0.5"},
	{"a copy opens two for each", {{400, 2, 0, 1, 0, 0}}, 50, ""},
	{"nor renamed does a copy open few", {{400, 3, 1, 1, 0, 0}}, 50, ""},
	{"one file, written again and again", {{1, 1, 0, 1, 0, 0}, {400, 0, 0, 1, 0, 0}}, 50, ""},
	{"slower than seven a minute", {{40, 1, 0, 1, 0, 0}}, 10100, ""},
	{"all fetched, then all stored", {{40, 1, 0, 0, 0, 0}, {40, 1, 0, 1, 40, 0}}, 50, ""},
	{"eight threads", {{14, 1, 0, 1, 7, 0}}, 50, "+845 10.0.0.5"},
	{"buffers, renamed", {{7, 2, 1, 0, 0, 1}}, 50, "+845 10.0.0.5"},
	{"buffers alone", {{400, 1, 0, 0, 0, 1}}, 50, ""},
	{"after a hundred files were looked at",
	 {{1, 100, 0, 0, 0, 0}, {16, 1, 0, 1, 0, 0}},
	 50,
	 "+845 10.0.0.5"},
};

static void check_sealed(void)
{
	for (unsigned i = 0; i < sizeof(sealed) / sizeof(sealed[0]); i++) {
		CASE(sealed[i].name);
		facts_open(NULL, 0);
		for (unsigned k = 0; k < 2; k++) {
			struct fact_smb_io b = {.read = 30000,
						.reads = 6,
						.writes = 6,
						.opens = sealed[i].say[k].opens,
						.renames = sealed[i].say[k].renames,
						.rewritten = sealed[i].say[k].rewritten,
						.behind = sealed[i].say[k].behind,
						.blocks = sealed[i].say[k].blocks};
			const char *words[] = {"", ""};

			for (unsigned n = 0; n < sealed[i].say[k].times; n++) {
				facts_say(OBS_smb_io, WS, FS, 445, &b, sizeof(b), words, 2);
				fx.now_ns += sealed[i].wait_ms * NS_PER_MS;
			}
		}
		CHECK_STR(facts_told(), sealed[i].told);
		facts_close();
	}
}

/* A program that was not told of a new password, beside who guesses. */
static const struct old {
	const char *name;
	enum login_how how;
	unsigned before, n, every_s, secrets, accounts; /* logins that worked; then failures; 0: no clear text */
	bool then_works;
	const char *told;
} old[] = {
	{"it had worked", LOGIN_mysql, 1, 20, 1, 0, 1, true, "-821 10.0.0.5"},
	{"it had not", LOGIN_mysql, 0, 20, 1, 0, 1, true, "+821 10.0.0.5 +824 10.0.0.5"},
	{"one password", LOGIN_ldap, 0, 20, 1, 1, 1, false, "-821 10.0.0.5"},
	{"one password, then the new one", LOGIN_ldap, 0, 20, 1, 1, 1, true, "-821 10.0.0.5 -824 10.0.0.5"},
	{"two passwords", LOGIN_ldap, 0, 20, 1, 2, 1, false, "-821 10.0.0.5"},
	{"three passwords", LOGIN_ldap, 0, 20, 1, 3, 1, false, "+821 10.0.0.5"},
	{"one password for three accounts", LOGIN_ldap, 0, 20, 1, 1, 3, false, "+821 10.0.0.5"},
	{"one password, in a burst", LOGIN_ftp, 0, 20, 0, 1, 1, false, "-821 10.0.0.5"},
	{"three passwords, in a burst", LOGIN_ftp, 0, 20, 0, 3, 1, false, "+821 10.0.0.5"},
	{"four within half a minute", LOGIN_ntlm, 0, 30, 10, 0, 1, false, "-821 10.0.0.5"},
	{"six", LOGIN_ntlm, 0, 30, 5, 0, 1, false, "+821 10.0.0.5"},
	{"four, two accounts", LOGIN_ntlm, 0, 30, 10, 0, 2, false, "+821 10.0.0.5"},
	{"four, where people type", LOGIN_ssh, 0, 30, 10, 0, 1, false, "+821 10.0.0.5"},
};

static void check_old(void)
{
	static const char *const users[] = {"root", "copier", "scanner"};

	for (unsigned i = 0; i < sizeof(old) / sizeof(old[0]); i++) {
		const struct old *r = &old[i];

		CASE(r->name);
		facts_open(NULL, 0);
		for (unsigned k = 0; k < r->before; k++)
			facts_login(WS, FS, r->how, RESULT_ok, "root", false);
		for (unsigned k = 0; k < r->n; k++) {
			struct fact_login b = {.how = (uint8_t)r->how, .outcome = RESULT_failed, .clear = r->secrets != 0};
			const char *words[] = {users[k % r->accounts], "", ""};
			char secret[] = {(char)('a' + k % (r->secrets + !r->secrets)), 0};

			b.secret = r->secrets ? fact_secret(secret, 1) : 0;
			facts_wait(r->every_s);
			facts_say(OBS_login, WS, FS, 445, &b, sizeof(b), words, 3);
		}
		if (r->then_works)
			facts_login(WS, FS, r->how, RESULT_ok, "root", false);
		CHECK_STR(facts_told(), r->told);
		facts_close();
	}
}

/* Every way in: twelve failures are guessing, and a success after them is told. */
static void check_ways(void)
{
	for (unsigned how = 0; how < LOGIN_count; how++) {
		char name[32];

		snprintf(name, sizeof(name), "way in %u", how);
		CASE(name);
		if (how == LOGIN_kerberos || how == LOGIN_rpc)
			continue; /* by its error code; only carries others */
		facts_open(NULL, 0);
		for (unsigned i = 0; i < 12; i++) {
			facts_wait(2);
			facts_login(WS, FS, (enum login_how)how, RESULT_failed, "root", false);
		}
		facts_login(WS, FS, (enum login_how)how, RESULT_ok, "root", false);
		CHECK_STR(facts_told(), "+821 10.0.0.5 +824 10.0.0.5");
		facts_close();
	}
}

static void snmp(unsigned outcome, const char *community)
{
	struct fact_login b = {.how = LOGIN_snmp, .outcome = (uint8_t)outcome, .clear = 1};
	const char *words[] = {community, "", ""};

	facts_say(OBS_login, WS, FS, 161, &b, sizeof(b), words, 3);
}

static void check_snmp(void)
{
	static char *monitor[] = {"10.0.0.5=monitoring"};

	CASE("communities guessed, and one is answered");
	facts_open(NULL, 0);
	for (char c = 'a'; c <= 'z'; c++) {
		char community[] = {c, 'x', '\0'};

		snmp(RESULT_unknown, community);
		if (c == 'g')
			CHECK_STR(facts_told(), "");
	}
	CHECK_STR(facts_told(), "+827 10.0.0.5");
	snmp(RESULT_ok, "private");
	CHECK_STR(facts_told(), "+824 10.0.0.5");
	facts_close();
	CASE("one community all day, answered or not");
	facts_open(NULL, 0);
	for (unsigned i = 0; i < 50; i++) {
		snmp(RESULT_unknown, "public");
		snmp(i & 1 ? RESULT_ok : RESULT_unknown, "public");
	}
	CHECK_STR(facts_told(), "");
	facts_close();
	CASE("a monitor that looks for devices");
	facts_open(monitor, 1);
	for (char c = 'a'; c <= 'z'; c++)
		snmp(RESULT_unknown, (char[]){c, 'x', '\0'});
	CHECK_STR(facts_told(), "-827 10.0.0.5");
	facts_close();
}

/* As in `rows`, but "~" is half an hour: what comes within a day. */
static const struct {
	const char *name, *logins, *told;
} slow[] = {
	{"twelve accounts, half an hour apart", "a~b~c~d~e~f~g~h~i~j~k~l", "+826 10.0.0.5"},
	{"eleven", "a~b~c~d~e~f~g~h~i~j~k", ""},
	{"told once a day", "a~b~c~d~e~f~g~h~i~j~k~l~m~n~o~p~q", "+826 10.0.0.5"},
	{"people who mistype, and then get in", "aA~bB~cC~dD~eE~fF~gG~hH~iI~jJ~kK~lL~mM~nN", ""},
	{"a server that many log in through, some in vain", "A~B~C~D~E~F~a~g~h~i~j~k~l~m~n~o~p~q~r",
	 ""},
	{"one's own account works meanwhile", "A~b~c~d~e~A~f~g~h~i~j~k~A~l~m", "+826 10.0.0.5"},
	{"one account again and again", "a~a~a~a~a~a~a~a~a~a~a~a~a~a~a~a~a~a~a", ""},
	{"accounts that do not exist", "0~1~2~3~4~5~6~7~8~9~a~b", "+826 10.0.0.5"},
	{"and one of them works in the end", "a~b~c~d~e~f~g~h~i~j~k~l~D",
	 "+826 10.0.0.5 +824 10.0.0.5"},
	{"told already, as quick spraying", "abcdefgh~i~j~k~l~m~n", "+822 10.0.0.5"},
	{"told already, as enumeration", "01234~a~b~c~d~e~f~g~h", "+823 10.0.0.5"},
	{"one that did not fail works", "a~b~c~d~e~f~g~h~i~j~k~l~X", "+826 10.0.0.5"},
};

static void check_slow(void)
{
	for (unsigned i = 0; i < sizeof(slow) / sizeof(slow[0]); i++) {
		CASE(slow[i].name);
		facts_open(NULL, 0);
		for (const char *p = slow[i].logins; *p; p++) {
			char user[] = {*p, 'x', '\0'};
			bool works = *p >= 'A' && *p <= 'Z';

			if (*p == '~')
				facts_wait(1800);
			else
				facts_login(WS, FS, LOGIN_ntlm, works ? RESULT_ok : RESULT_failed,
					    user, *p >= '0' && *p <= '9');
		}
		CHECK_STR(facts_told(), slow[i].told);
		facts_close();
	}
	CASE("over more than a day");
	facts_open(NULL, 0);
	for (char c = 'a'; c <= 'z'; c++) {
		facts_login(WS, FS, LOGIN_ldap, RESULT_failed, (char[]){c, 'x', '\0'}, false);
		facts_wait(3 * 3600);
	}
	CHECK_STR(facts_told(), "");
	facts_close();
}

static void write_file(unsigned i, uint16_t was, uint16_t is, bool over)
{
	struct fact_smb_io b = {.read = 50000,
				.written = 50000,
				.overlap = over ? 50000 : 0,
				.read_entropy = was,
				.written_entropy = is,
				.closed = 1};
	char path[64];
	const char *words[] = {"data", path};

	snprintf(path, sizeof(path), "folder\\file%u.docx", i);
	facts_say(OBS_smb_io, WS, FS, 445, &b, sizeof(b), words, 2);
}

/* "o" overwritten, "p" photographs edited, "n" new archive, "l" a file
 * without an extension made and deleted, "r" the file before renamed to .locked, "t" a temporary
 * name becomes a document's, "d" a file replaced, "x" deleted, "N" a note. */
static const struct {
	const char *name, *acts;
	unsigned wait_s;
	const char *told;
} losses[] = {
	{"seven overwritten", "ooooooo", 1, "+841 10.0.0.5"},
	{"six are not enough", "oooooo", 1, ""},
	{"slowly", "oooooooooooooo", 30, ""},
	{"random before and after", "pppppppppppppp", 1, ""},
	{"a new archive", "nnnnnnnnnnnnnn", 1, ""},
	{"documents saved by way of a temporary name", "tttttttttttttt", 1, ""},
	{"deleted", "xxxxxxxxxxxxxxxxxxxxx", 1, ""},
	{"renames alone are a finding", "rrrrrrrrrrrrrr", 1, "-842 10.0.0.5"},
	{"a folder of forty renamed", "rrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrr", 1,
	 "-842 10.0.0.5"},
	{"locks made and deleted", "llllllllllllll", 1, ""},
	{"photographs written over and renamed", "prprprprprprpr", 1, "+841 10.0.0.5"},
	{"overwritten and renamed", "ororororororor", 1, "+841 10.0.0.5"},
	{"replaced", "ddddddd", 1, "+841 10.0.0.5"},
	{"a note, and half as many", "Noooo", 1, "-843 10.0.0.5 +841 10.0.0.5"},
	{"a note alone", "N", 1, "-843 10.0.0.5"},
};

static void lose(char act, unsigned i)
{
	char a[64], b[80];

	snprintf(a, sizeof(a), "folder\\file%u.docx", act == 'r' ? (i - i % 2) : i);
	switch (act) {
	case 'o':
		write_file(i, 4500, 7900, true);
		break;
	case 'p':
		write_file(i, 7800, 7900, true);
		break;
	case 'n':
		write_file(i, 0, 7900, false);
		break;
	case 'r':
		snprintf(b, sizeof(b), "%s.locked", a);
		facts_file(WS, FS, SMB_rename, false, false, a, b);
		break;
	case 't':
		snprintf(b, sizeof(b), "folder\\%u.tmp", i);
		facts_file(WS, FS, SMB_rename, false, false, b, a);
		break;
	case 'd':
		snprintf(b, sizeof(b), "%s.crypt", a);
		facts_file(WS, FS, SMB_create, false, false, b, "");
		facts_file(WS, FS, SMB_delete, false, false, a, "");
		break;
	case 'l':
		snprintf(a, sizeof(a), "store\\locks\\%u", i);
		facts_file(WS, FS, SMB_create, false, false, a, "");
		facts_file(WS, FS, SMB_delete, false, false, a, "");
		break;
	case 'x':
		facts_file(WS, FS, SMB_delete, false, false, a, "");
		break;
	default:
		facts_file(WS, FS, SMB_create, false, false, "folder\\HOW_TO_DECRYPT.txt", "");
		break;
	}
}

static void check_losses(void)
{
	for (unsigned i = 0; i < sizeof(losses) / sizeof(losses[0]); i++) {
		CASE(losses[i].name);
		facts_open(NULL, 0);
		for (unsigned k = 0; losses[i].acts[k]; k++) {
			lose(losses[i].acts[k], k);
			facts_wait(losses[i].wait_s);
		}
		CHECK_STR(facts_told(), losses[i].told);
		facts_close();
	}
}

int main(void)
{
	check_logins();
	check_ways();
	check_snmp();
	check_slow();
	check_old();
	check_losses();
	check_sealed();
	return check_done();
}
