// SPDX-License-Identifier: Apache-2.0
/* Kerberos over UDP and TCP: requests, answers, errors, and what follows from them. */
#include "proto/krb5_msg.h"
#include "proto_rig.h"
#include "proto_windows.h"

static struct rig rig;

static void put_name(struct made *m, unsigned tag, const char *one, const char *two)
{
	struct made type = {.n = 0}, list = {.n = 0}, seq = {.n = 0}, strings = {.n = 0},
		    name = {.n = 0};

	put_der_int(&type, 0x02, 1);
	put_der(&seq, 0xa0, &type);
	put_der_text(&list, 0x1b, one);
	if (two)
		put_der_text(&list, 0x1b, two);
	put_der(&strings, 0x30, &list);
	put_der(&seq, 0xa1, &strings);
	put_der(&name, 0x30, &seq);
	put_der(m, tag, &name);
}

static void put_in(struct made *m, unsigned tag, unsigned inner, const char *text)
{
	struct made body = {.n = 0};

	put_der_text(&body, inner, text);
	put_der(m, tag, &body);
}

static void put_number(struct made *m, unsigned tag, unsigned v)
{
	struct made body = {.n = 0};

	put_der_int(&body, 0x02, v);
	put_der(m, tag, &body);
}

static unsigned kvno; /* of the next encrypted part; 0 none */

static void put_encrypted(struct made *m, unsigned tag, unsigned etype, const char *cipher)
{
	struct made seq = {.n = 0}, data = {.n = 0};

	put_number(&seq, 0xa0, etype);
	if (kvno)
		put_number(&seq, 0xa1, kvno);
	put_in(&seq, 0xa2, 0x04, cipher);
	put_der(&data, 0x30, &seq);
	put_der(m, tag, &data);
}

static const char *instance = "fs1"; /* second part of the ticket's service */

static void put_ticket(struct made *m, unsigned tag, const char *service, unsigned etype)
{
	struct made seq = {.n = 0}, app = {.n = 0}, ticket = {.n = 0};

	put_number(&seq, 0xa0, 5);
	put_in(&seq, 0xa1, 0x1b, "CORP.TEST");
	put_name(&seq, 0xa2, service, instance);
	put_encrypted(&seq, 0xa3, etype, "ticket's cipher");
	put_der(&app, 0x30, &seq);
	put_der(&ticket, 0x61, &app);
	put_der(m, tag, &ticket);
}

static void put_message(struct made *m, unsigned type, const struct made *fields)
{
	struct made seq = {.n = 0};

	put_der(&seq, 0x30, fields);
	put_der(m, 0x60 | type, &seq);
}

static void as_req(struct made *m, bool preauth)
{
	struct made f = {.n = 0}, pa = {.n = 0}, item = {.n = 0}, list = {.n = 0}, body = {.n = 0},
		    etypes = {.n = 0}, seq = {.n = 0}, numbers = {.n = 0};

	put_number(&f, 0xa1, 5);
	put_number(&f, 0xa2, 10);
	if (preauth) {
		put_number(&item, 0xa1, 2);
		put_in(&item, 0xa2, 0x04, "proof");
		put_der(&pa, 0x30, &item);
		put_der(&list, 0x30, &pa);
		put_der(&f, 0xa3, &list);
	}
	put_in(&body, 0xa0, 0x03, "....."); /* flags */
	put_name(&body, 0xa1, "alice", NULL);
	put_in(&body, 0xa2, 0x1b, "CORP.TEST");
	put_name(&body, 0xa3, "krbtgt", "CORP.TEST");
	put_der_int(&numbers, 0x02, 18);
	put_der_int(&numbers, 0x02, 23);
	put_der(&etypes, 0x30, &numbers);
	put_der(&body, 0xa8, &etypes);
	put_der(&seq, 0x30, &body);
	put_der(&f, 0xa4, &seq);
	put_message(m, 10, &f);
}

static void error(struct made *m, unsigned code)
{
	struct made f = {.n = 0};

	put_number(&f, 0xa0, 5);
	put_number(&f, 0xa1, 30);
	put_number(&f, 0xa6, code);
	put_in(&f, 0xa9, 0x1b, "CORP.TEST");
	put_name(&f, 0xaa, "krbtgt", "CORP.TEST");
	put_message(m, 30, &f);
}

static void rep(struct made *m, unsigned type, const char *service, unsigned etype)
{
	struct made f = {.n = 0};

	put_number(&f, 0xa0, 5);
	put_number(&f, 0xa1, type);
	put_in(&f, 0xa3, 0x1b, "CORP.TEST");
	put_name(&f, 0xa4, "alice", NULL);
	put_ticket(&f, 0xa5, service, etype);
	put_encrypted(&f, 0xa6, 18, "answer's cipher");
	put_message(m, type, &f);
}

static void over_tcp(const struct made *m, uint8_t dir)
{
	struct made t = {.n = 0};

	put_u8(&t, 0);
	put_u8(&t, 0);
	put_u8(&t, m->n >> 8);
	put_u8(&t, m->n & 255);
	put_made(&t, m);
	rig_say(&rig, dir, t.at, t.n);
}

static const char login[] =
	"fact krb> etypes=840000 [alice] [krbtgt/CORP.TEST] [CORP.TEST] []\n"
	"krb5_msg_type=10\n"
	"krb5.weak_encryption=0\nend 0\n"
	"fact krb< answers=10 etypes=840000 [alice] [krbtgt/CORP.TEST] [CORP.TEST] []\n"
	"krb5.sname=krbtgt\nkrb5.sname=CORP.TEST\nkrb5_msg_type=30\nkrb5_err_code=25\n"
	"krb5.weak_encryption=0\nend 1\n"
	"fact krb> etypes=840000 [alice] [krbtgt/CORP.TEST] [CORP.TEST] []\n"
	"krb5_msg_type=10\n"
	"krb5.weak_encryption=0\nend 2\n"
	"fact krb< answers=10 etypes=840000 [alice] [krbtgt/fs1] [CORP.TEST] []\n"
	"fact login< how=1 outcome=1 code=0 clear=0 [alice] [CORP.TEST] []\n"
	"krb5.cname=alice\nkrb5.sname=krbtgt\nkrb5.sname=fs1\nkrb5_msg_type=11\n"
	"krb5.ticket_encryption=18\nkrb5.weak_encryption=0\nend 3\n";

static void check_login(void)
{
	struct made a = {.n = 0}, b = {.n = 0}, c = {.n = 0}, d = {.n = 0};

	as_req(&a, false);
	error(&b, 25);
	as_req(&c, true);
	rep(&d, 11, "krbtgt", 18);
	for (unsigned split = 0; split < 3; split++) {
		CASE(split == 0 ? "a login over TCP" : split == 1 ? "byte by byte" : "by sevens");
		rig_init(&rig, 50000, 88);
		rig.facts = true;
		rig.split = split == 2 ? 7 : split;
		over_tcp(&a, 0);
		over_tcp(&b, 1);
		over_tcp(&c, 0);
		over_tcp(&d, 1);
		CHECK_STR(rig_fini(&rig), login);
	}
	CASE("over UDP");
	rig_init(&rig, 50000, 88);
	rig.facts = true;
	rig_datagram(&rig, 0, a.at, a.n);
	rig_datagram(&rig, 1, b.at, b.n);
	rig_datagram(&rig, 0, c.at, c.n);
	rig_datagram(&rig, 1, d.at, d.n);
	CHECK_STR(rig_fini(&rig), login);

	CASE("an answer whose request was not seen does not say what was asked for");
	rig_init(&rig, 50000, 88);
	rig.facts = true;
	rig_datagram(&rig, 1, d.at, d.n);
	CHECK(strstr(rig_fini(&rig), "fact krb< [alice]"));

	CASE("an answer to a request without a proof is no login; RC4 is weak");
	rig_init(&rig, 50000, 88);
	rig.facts = true;
	struct made weak = {.n = 0};
	rep(&weak, 11, "krbtgt", 23);
	rig_datagram(&rig, 0, a.at, a.n);
	rig_datagram(&rig, 1, weak.at, weak.n);
	const char *text = rig_fini(&rig);
	CHECK(!strstr(text, "login"));
	CHECK(strstr(text, "krb5.weak_encryption=1\n"));
	CHECK(!strstr(text, "event krb5.weak_encryption")); /* is of the answer's own etype, in Suricata */

	CASE("a wrong password");
	struct made wrong = {.n = 0};
	error(&wrong, 24);
	rig_init(&rig, 50000, 88);
	rig.facts = true;
	rig_datagram(&rig, 0, c.at, c.n);
	rig_datagram(&rig, 1, wrong.at, wrong.n);
	CHECK(strstr(rig_fini(&rig),
		     "fact login< how=1 outcome=2 code=24 clear=0 [alice] [CORP.TEST] []\n"));
}

static void check_tickets(void)
{
	static const struct {
		const char *name, *service, *instance;
		unsigned kvno, of;
	} rows[] = {
		{"a TGT", "krbtgt", "CORP.TEST", 2, TICKET_tgt},
		{"a TGT, in small letters", "KRBTGT", "corp.test", 2, TICKET_tgt},
		{"a TGT for another realm", "krbtgt", "OTHER.TEST", 7, TICKET_foreign},
		{"a TGT of a read-only controller", "krbtgt", "CORP.TEST", 0x12340001, TICKET_tgt},
		{"a service ticket, key version not said", "cifs", "fs1", 0, TICKET_service},
	};
	static struct krb_msg out;

	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct made m = {.n = 0};

		CASE(rows[i].name);
		instance = rows[i].instance;
		kvno = rows[i].kvno;
		rep(&m, 13, rows[i].service, 18);
		CHECK(krb_read(&out, m.at, m.n));
		CHECK_EQ(out.ticket_of, rows[i].of);
		CHECK_EQ(out.ticket_kvno, rows[i].kvno);
		CHECK_EQ(out.ticket_etype, 18);
	}
	instance = "fs1";
	kvno = 0;
}

static void check_hostile(void)
{
	struct made m = {.n = 0};
	static struct krb_msg out;

	rep(&m, 13, "cifs", 18);
	CASE("cut anywhere, each length changed");
	for (uint32_t n = 0; n <= m.n; n++) {
		uint8_t *copy = malloc(n ? n : 1);

		memcpy(copy, m.at, n);
		krb_read(&out, copy, n);
		for (unsigned v = 0; n && v < 256; v += 5) {
			copy[n - 1] = (uint8_t)v;
			krb_read(&out, copy, n);
		}
		free(copy);
	}
	CHECK(krb_read(&out, m.at, m.n));
	CASE("bytes are missing: the next message is found");
	struct made a = {.n = 0};
	as_req(&a, true);
	rig_init(&rig, 50000, 88);
	over_tcp(&a, 0);
	rig_miss(&rig, 0, 100);
	over_tcp(&a, 0);
	CHECK(strstr(rig_fini(&rig), "end 1"));
}

int main(void)
{
	check_login();
	check_tickets();
	check_hostile();
	return check_done();
}
