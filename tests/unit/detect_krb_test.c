// SPDX-License-Identifier: Apache-2.0
/* Forged and weakened tickets: what is unlike what is issued, what nobody issued, and when that may
 * be said. (Roasting, and tickets that move: detect_facts_test.) */
#include "detect_facts.h"

#define DC   "10.0.0.7"
#define AES  18
#define RC4  23
#define WEAK (1u << RC4)
#define GOOD (1u << AES | 1u << RC4)

static struct fact_krb blank; /* for what a row does not say */

static void say(const char *src, struct fact_krb b, const char *client, const char *service)
{
	const char *words[] = {client, service, "CORP", ""};

	facts_say(OBS_krb, src, DC, 88, &b, sizeof(b), words, 4);
}

static void login(const char *src, const char *user, uint64_t ticket, int8_t etype, uint32_t asked,
		  uint32_t kvno)
{
	struct fact_krb b = blank;

	b.message = 11;
	b.answers = 10;
	b.request_etypes = asked;
	b.ticket = ticket;
	b.ticket_etype = AES;
	b.ticket_of = TICKET_tgt;
	b.ticket_kvno = kvno;
	b.reply_etype = etype;
	say(src, b, user, "krbtgt/CORP");
}

static void get(const char *src, const char *service, uint64_t ticket, int8_t etype, uint32_t kvno)
{
	struct fact_krb b = blank;

	b.message = 13;
	b.ticket = ticket;
	b.ticket_etype = etype;
	b.ticket_of = TICKET_service;
	b.ticket_kvno = kvno;
	say(src, b, "alice", service);
}

/* A TGT (12) or a service ticket (14). */
static void show(const char *src, uint8_t message, const char *service, uint64_t ticket,
		 int8_t etype, uint32_t kvno, uint8_t of)
{
	struct fact_krb b = blank;

	b.message = message;
	b.ticket = ticket;
	b.ticket_etype = etype;
	b.ticket_kvno = kvno;
	b.ticket_of = of;
	say(src, b, "", service);
}

static void refuse(const char *src, uint8_t answers, uint32_t error)
{
	struct fact_krb b = blank;

	b.message = 30;
	b.answers = answers;
	b.error = error;
	say(src, b, "", "cifs/x");
}

static void check_unlike_tgt(void)
{
	static const struct {
		const char *name;
		unsigned issued; /* TGTs of AES before */
		int8_t etype;
		uint32_t kvno;
		uint8_t of;
		const char *told;
	} rows[] = {
		{"RC4 where all TGTs are AES", 3, RC4, 2, TICKET_tgt, "+857 10.0.0.5"},
		{"too few were issued to say", 2, RC4, 2, TICKET_tgt, ""},
		{"AES, as they are", 9, AES, 2, TICKET_tgt, ""},
		{"a trust's TGT may be RC4", 9, RC4, 2, TICKET_foreign, ""},
		{"a read-only controller's", 9, RC4, 0x10002, TICKET_tgt, ""},
		{"of a key two versions old", 1, AES, 5, TICKET_tgt, "+857 10.0.0.5"},
		{"of the key before", 1, AES, 6, TICKET_tgt, ""},
		{"key version not said", 1, AES, 0, TICKET_tgt, ""},
	};

	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		CASE(rows[i].name);
		facts_open(NULL, 0);
		for (unsigned k = 0; k < rows[i].issued; k++)
			login("10.0.0.6", "alice", 100 + k, AES, GOOD, rows[i].kvno < 5 ? 2 : 7);
		CHECK_STR(facts_told(), "");
		show("10.0.0.5", 12, "cifs/x", 999, rows[i].etype, rows[i].kvno, rows[i].of);
		CHECK_STR(facts_told(), rows[i].told);
		facts_close();
	}
	CASE("RC4 was issued lately, too");
	facts_open(NULL, 0);
	for (unsigned k = 0; k < 3; k++)
		login("10.0.0.6", "alice", 100 + k, AES, GOOD, 2);
	struct fact_krb b = blank;
	b.message = 11;
	b.ticket = 200;
	b.ticket_etype = RC4;
	b.ticket_of = TICKET_tgt;
	say("10.0.0.8", b, "old", "krbtgt/CORP");
	show("10.0.0.5", 12, "cifs/x", 999, RC4, 2, TICKET_tgt);
	CHECK_STR(facts_told(), "");
	CASE("twelve hours ago");
	facts_wait(43201);
	show("10.0.0.5", 12, "cifs/x", 998, RC4, 2, TICKET_tgt);
	CHECK_STR(facts_told(), "+857 10.0.0.5");
	CASE("one that was issued is never unlike");
	show("10.0.0.8", 12, "cifs/x", 200, RC4, 2, TICKET_tgt);
	CHECK_STR(facts_told(), "");
	facts_close();
}

static void check_unlike_service(void)
{
	CASE("a service ticket of RC4, where AES is issued: a finding");
	facts_open(NULL, 0);
	get("10.0.0.6", "cifs/fs", 100, AES, 4);
	show("10.0.0.5", 14, "cifs/fs", 997, RC4, 4, TICKET_service);
	CHECK_STR(facts_told(), "");
	get("10.0.0.6", "cifs/fs", 101, AES, 4);
	show("10.0.0.5", 14, "cifs/FS", 998, RC4, 4, TICKET_service);
	CHECK_STR(facts_told(), "-857 10.0.0.5");
	CASE("another service");
	show("10.0.0.5", 14, "cifs/other", 996, RC4, 1, TICKET_service);
	CHECK_STR(facts_told(), "");
	CASE("of a key two versions old: an alert");
	show("10.0.0.5", 14, "cifs/fs", 999, AES, 2, TICKET_service);
	CHECK_STR(facts_told(), "+857 10.0.0.5");
	facts_close();
}

static void check_refused(void)
{
	CASE("a TGT that nobody issued, and it is refused");
	facts_open(NULL, 0);
	show("10.0.0.5", 12, "cifs/x", 999, AES, 2, TICKET_tgt);
	CHECK_STR(facts_told(), "");
	refuse("10.0.0.5", 12, 20);
	CHECK_STR(facts_told(), "+857 10.0.0.5");
	CASE("told once");
	refuse("10.0.0.5", 12, 20);
	CHECK_STR(facts_told(), "");
	CASE("for another reason");
	show("10.0.0.6", 12, "cifs/x", 998, AES, 2, TICKET_tgt);
	refuse("10.0.0.6", 12, 7);
	CHECK_STR(facts_told(), "");
	CASE("an error of a login is another matter");
	refuse("10.0.0.6", 10, 20);
	CHECK_STR(facts_told(), "");
	CASE("of the next request, too");
	login("10.0.0.6", "alice", 99, AES, GOOD, 2);
	show("10.0.0.6", 12, "cifs/x", 99, AES, 2, TICKET_tgt);
	refuse("10.0.0.6", 12, 20);
	CHECK_STR(facts_told(), "");
	CASE("one that was issued");
	login("10.0.0.6", "alice", 100, AES, GOOD, 2);
	show("10.0.0.6", 12, "cifs/x", 100, AES, 2, TICKET_tgt);
	refuse("10.0.0.6", 12, 20);
	CHECK_STR(facts_told(), "");
	CASE("another realm's");
	show("10.0.0.6", 12, "cifs/x", 997, AES, 2, TICKET_foreign);
	refuse("10.0.0.6", 12, 20);
	CHECK_STR(facts_told(), "");
	facts_close();
	CASE("of the third host on, it is the realm's own affair");
	facts_open(NULL, 0);
	for (unsigned i = 1; i <= 3; i++) {
		char host[ADDR_TEXT];

		snprintf(host, sizeof(host), "10.0.0.%u", i);
		show(host, 12, "cifs/x", 900 + i, AES, 2, TICKET_tgt);
		refuse(host, 12, 31);
	}
	CHECK_STR(facts_told(), "+857 10.0.0.1 -856 10.0.0.1 +857 10.0.0.2 -856 10.0.0.2 "
				"-857 10.0.0.3 -856 10.0.0.3");
	facts_close();
}

static void grow_old(void)
{
	for (unsigned i = 0; i < 15u * 1440; i++) {
		struct observation o = {.kind = OBS_tick, .time_ns = fx.now_ns, .seq = ++fx.seq};

		detect_observation(fx.d, &o);
		facts_wait(60);
	}
}

static void check_weaker(void)
{
	for (unsigned old = 0; old < 2; old++) {
		CASE(old ? "overpass the hash, enough is known" : "overpass the hash, too early");
		facts_open(NULL, 0);
		login("10.0.0.6", "alice", 100, AES, GOOD, 2);
		if (old)
			grow_old();
		login("10.0.0.5", "bob", 101, RC4, WEAK, 2);
		CHECK_STR(facts_told(), ""); /* never seen before: his hosts may all be old */
		login("10.0.0.5", "alice", 102, RC4, GOOD, 2);
		CHECK_STR(facts_told(),
			  ""); /* AES was asked for: the account has no such key now */
		facts_close();
		facts_open(NULL, 0);
		login("10.0.0.6", "Alice", 100, AES, GOOD, 2);
		if (old)
			grow_old();
		login("10.0.0.5", "alice", 101, RC4, WEAK, 2);
		CHECK_STR(facts_told(), old ? "+858 10.0.0.5" : "-858 10.0.0.5");
		login("10.0.0.8", "alice", 102, RC4, WEAK, 2);
		CHECK_STR(facts_told(), ""); /* from now on it does that, too */
		facts_close();
		CASE(old ? "a ticket weaker than the others, enough is known"
			 : "a ticket weaker than the others, too early");
		facts_open(NULL, 0);
		get("10.0.0.6", "MSSQLSvc/db", 100, AES, 1);
		get("10.0.0.6", "cifs/fs", 101, AES, 1);
		if (old)
			grow_old();
		get("10.0.0.5", "MSSQLSvc/db", 102, RC4, 1);
		CHECK_STR(facts_told(),
			  old ? "+859 10.0.0.5 -855 10.0.0.5" : "-859 10.0.0.5 -855 10.0.0.5");
		get("10.0.0.5", "cifs/fs", 103, RC4, 1);
		CHECK_STR(facts_told(), "-859 10.0.0.5"); /* a machine's key is not to be cracked */
		get("10.0.0.5", "HTTP/never-seen", 104, RC4, 1);
		CHECK_STR(facts_told(), "-855 10.0.0.5");
		facts_close();
	}
}

/* A site in which so many of a hundred tickets presented were seen issued, to and by 10.0.0.6. */
static void site(unsigned seen)
{
	facts_open(NULL, 0);
	login("10.0.0.6", "alice", 42, AES, GOOD, 2);
	for (unsigned i = 0; i < 100; i++)
		show("10.0.0.6", 12, "cifs/x", i < seen ? 42 : 1000 + i, AES, 2, TICKET_tgt);
	CHECK(!strchr(facts_told(), '+'));
}

static void check_visible(void)
{
	CASE("too early: a finding");
	site(100);
	show("10.0.0.6", 14, "cifs/x", 999, AES, 2, TICKET_service);
	CHECK_STR(facts_told(), "-860 10.0.0.6");
	CASE("twelve hours later: an alert, of a service ticket and of a TGT");
	facts_wait(43200);
	show("10.0.0.6", 14, "ldap/x", 998, AES, 2, TICKET_service);
	facts_told();
	facts_close();
	site(100);
	facts_wait(43200);
	show("10.0.0.6", 14, "cifs/x", 999, AES, 2, TICKET_service);
	show("10.0.0.6", 12, "cifs/x", 998, AES, 2, TICKET_tgt);
	CHECK_STR(facts_told(), "+860 10.0.0.6 +854 10.0.0.6");
	facts_close();
	CASE("another realm's, a read-only controller's");
	site(100);
	facts_wait(43200);
	show("10.0.0.6", 12, "cifs/x", 999, AES, 2, TICKET_foreign);
	CHECK_STR(facts_told(), "-854 10.0.0.6");
	show("10.0.0.6", 14, "cifs/x", 998, AES, 0x30001, TICKET_service);
	CHECK_STR(facts_told(), "-860 10.0.0.6");
	facts_close();
	CASE("a host whose tickets were never seen, where nearly all are");
	site(100);
	facts_wait(43200);
	show("10.0.0.5", 14, "cifs/x", 999, AES, 2, TICKET_service);
	CHECK_STR(facts_told(), "+860 10.0.0.5");
	facts_close();
	CASE("and where only most are: it may sit where we do not look");
	site(97);
	facts_wait(43200);
	show("10.0.0.5", 14, "cifs/x", 999, AES, 2, TICKET_service);
	CHECK_STR(facts_told(), "-860 10.0.0.5");
	CASE("of a host whose own are seen");
	show("10.0.0.6", 14, "cifs/x", 998, AES, 2, TICKET_service);
	CHECK_STR(facts_told(), "+860 10.0.0.6");
	facts_close();
	CASE("one ticket again and again is one");
	site(100);
	facts_wait(43200);
	for (unsigned i = 0; i < 50; i++)
		show("10.0.0.5", 14, "cifs/x", 999, AES, 2, TICKET_service);
	facts_told();
	show("10.0.0.6", 12, "cifs/x", 998, AES, 2, TICKET_tgt);
	CHECK_STR(facts_told(), "+854 10.0.0.6");
	facts_close();
	CASE("tickets that may still live had to go");
	site(100);
	facts_wait(43200);
	for (uint64_t i = 1; i <= 200000; i++) {
		get("10.0.0.6", "cifs/y", 5000 + i * 2654435761u, AES, 2);
		fx.len = 0;
	}
	show("10.0.0.6", 14, "cifs/x", 999, AES, 2, TICKET_service);
	CHECK_STR(facts_told(), "");
	facts_close();
}

static void check_for_user(void)
{
	struct fact_krb b = {.message = 12, .ticket = 42, .ticket_etype = AES, .for_user = 1};

	CASE("a ticket in another's name; an answer says nothing of it");
	facts_open(NULL, 0);
	login("10.0.0.6", "svc", 42, AES, GOOD, 2);
	say("10.0.0.6", b, "", "svc");
	CHECK_STR(facts_told(), "-864 10.0.0.6");
	say("10.0.0.6", b, "", "svc");
	CHECK_STR(facts_told(), "");
	b.for_user = 0;
	say("10.0.0.6", b, "", "svc");
	CHECK_STR(facts_told(), "");
	facts_close();
}

int main(void)
{
	check_for_user();
	check_unlike_tgt();
	check_unlike_service();
	check_refused();
	check_weaker();
	check_visible();
	return check_done();
}
