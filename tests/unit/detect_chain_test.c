// SPDX-License-Identifier: Apache-2.0
/* Paths and worms: what joins steps, what makes them an alert, who is not accused. */
#include "detect_facts.h"

#define SVCCTL "367abb81-9844-35f1-ad32-98f038001003"

static const char *host(char c) /* a host a letter */
{
	static char out[2][ADDR_TEXT];
	static unsigned n;
	char *p = out[n++ % 2];

	snprintf(p, ADDR_TEXT, "10.0.0.%d", c - 'a' + 1);
	return p;
}

static void tree(const char *src, const char *dst, bool admin, const char *user)
{
	struct fact_smb_tree b = {.admin = admin};
	const char *words[] = {admin ? "\\\\x\\ADMIN$" : "\\\\x\\data", user};

	facts_say(OBS_smb_tree, src, dst, 445, &b, sizeof(b), words, 2);
}

static void wsman(const char *src, const char *dst)
{
	struct fact_http b = {.status = 200, .auth = 2};
	const char *words[] = {"POST", "x", "/wsman", "", "", ""};

	facts_say(OBS_http, src, dst, 5985, &b, sizeof(b), words, 6);
}

static void contact(const char *src, const char *dst, uint16_t port)
{
	struct obs_contact b = {
		.link = {.proto = 6}, .outcome = 1, .start_ns = fx.now_ns, .count = 1};
	struct {
		struct observation o;
		struct obs_contact b;
	} r = {.o = {.kind = OBS_contact,
		     .dport = port,
		     .sport = 40000,
		     .flow_id = 9,
		     .time_ns = fx.now_ns,
		     .len = sizeof(b),
		     .seq = ++fx.seq}};

	CHECK(addr_parse(src, &r.o.src) && addr_parse(dst, &r.o.dst));
	r.b = b;
	detect_observation(fx.d, &r.o);
	facts_take();
}

/* "ab" and a letter: s SSH, f SSH that fails, t Telnet, r a desktop, e a service created, x an
 * admin share, d a data share, w WinRM, c a contact on 445; a digit before it waits so many
 * minutes. */
static void act(const char *p)
{
	const char *src = host(p[0]), *dst = host(p[1]);

	switch (p[2]) {
	case 's':
	case 'f':
		facts_login(src, dst, LOGIN_ssh, p[2] == 's' ? RESULT_ok : RESULT_failed, "",
			    false);
		break;
	case 't':
		facts_login(src, dst, LOGIN_telnet, RESULT_ok, "root", false);
		break;
	case 'r':
		facts_login(src, dst, LOGIN_rdp, RESULT_unknown, "", false);
		break;
	case 'e':
		facts_rpc(src, dst, SVCCTL, 12, "svc");
		break;
	case 'x':
	case 'd':
		tree(src, dst, p[2] == 'x', "CORP\\Admin");
		break;
	case 'w':
		wsman(src, dst);
		break;
	default:
		contact(src, dst, 445);
		break;
	}
}

/* Only what this detector says: "+911 10.0.0.2" */
static const char *told(void)
{
	static char out[512];
	const char *p = facts_told();
	size_t n = 0;

	out[0] = '\0';
	for (; *p; p += strcspn(p, " "), p += *p == ' ') {
		/* TIER SID ADDRESS */
		const char *space = strchr(p, ' ');
		size_t len = (size_t)(space - p) + 1 + strcspn(space + 1, " ");

		if (strncmp(p + 1, "91", 2) == 0)
			n += (size_t)snprintf(out + n, sizeof(out) - n, "%s%.*s", n ? " " : "",
					      (int)len, p);
		p = space + 1;
	}
	return out;
}

static void acts(const char *text)
{
	while (*text) {
		if (*text >= '0' && *text <= '9')
			facts_wait(60u * (unsigned)(*text++ - '0'));
		else if (*text == ' ')
			text++;
		else
			act(text), text += 3, facts_wait(1);
	}
}

static const struct {
	const char *name, *acts, *told;
} rows[] = {
	{"one step", "abs", ""},
	{"two of which nothing ran: a finding", "abs bcs", "-911 10.0.0.2"},
	{"three new ones", "abs bcs cds", "-911 10.0.0.2 +911 10.0.0.3"},
	{"a command at the end", "abs bce", "+911 10.0.0.2"},
	{"a command at the beginning", "abe bct", "+911 10.0.0.2"},
	{"WinRM is a command", "abw bcw", "+911 10.0.0.2"},
	{"a desktop", "abr bcr", "-911 10.0.0.2"},
	{"a failed login leads nowhere", "abf bcs", ""},
	{"and is none", "abs bcf", ""},
	{"a data share is no administration", "abd bcd", ""},
	{"an admin share is", "abs bcx", "-911 10.0.0.2"},
	{"back to where it came from", "abe bae", ""},
	{"round in a circle", "abs bcs cas", "-911 10.0.0.2"},
	{"ten minutes later", "abe 99 bce", ""},
	{"nine minutes later", "abe 9 bce", "+911 10.0.0.2"},
	{"the last step was taken before, the path's was not", "bcs 99 abe bcs", "-911 10.0.0.2"},
	{"from another host than was reached", "abe dce", ""},
	{"told once, and again as an alert", "abs bcs bcs bce bce", "-911 10.0.0.2 +911 10.0.0.2"},
	/* worms */
	{"two that spread", "abe 99 bce bde 99 dee dfe", "+912 10.0.0.4"},
	{"one that spreads is no worm", "abe 99 bce bde bee bfe", ""},
	{"two, each to one", "abe 99 bce 99 cde 99 dee", ""},
	{"hosts that did so before they were reached", "bce dee 99 abe ade 99 bfe bge dfe dge", ""},
	{"contacts alone: a finding, and more of them",
	 "abc bcc bdc bec bfc bgc cdc cec cfc cgc chc", "-912 10.0.0.3"},
	{"contacts, too few", "abc bcc bdc bec bfc cdc cec cfc cgc", ""},
};

static void check_rows(void)
{
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		CASE(rows[i].name);
		facts_open(NULL, 0);
		acts(rows[i].acts);
		CHECK_STR(told(), rows[i].told);
		facts_close();
	}
}

static void check_roles(void)
{
	static char *jump[] = {"10.0.0.2=jump"}, *first[] = {"10.0.0.1=jump"},
		    *monitor[] = {"10.0.0.1=monitoring"};

	CASE("a jump host goes on");
	facts_open(jump, 1);
	acts("abe bce");
	CHECK_STR(told(), "-911 10.0.0.2");
	facts_close();
	CASE("on from a host that a jump host led to: a finding");
	facts_open(first, 1);
	acts("abe bcs");
	CHECK_STR(told(), "-911 10.0.0.2");
	facts_close();
	CASE("what a monitor does begins no path by time");
	facts_open(monitor, 1);
	acts("abe bcs");
	CHECK_STR(told(), "");
	facts_close();
}

/* Fifteen days pass. */
static void grow_old(void)
{
	for (unsigned i = 0; i < 15u * 1440; i++) {
		struct observation o = {.kind = OBS_tick, .time_ns = fx.now_ns, .seq = ++fx.seq};

		detect_observation(fx.d, &o);
		facts_wait(60);
	}
}

static void check_mature(void)
{
	CASE("what was never done before, when enough is known to say so");
	facts_open(NULL, 0);
	acts("bds");
	grow_old();
	acts("abs bcs");
	CHECK_STR(told(), "+911 10.0.0.2");
	acts("bds");
	CHECK_STR(told(), "-911 10.0.0.2");
	facts_close();
	CASE("contacts that spread");
	facts_open(NULL, 0);
	grow_old();
	acts("abc bcc bdc bec bfc bgc cdc cec cfc cgc chc");
	CHECK_STR(told(), "+912 10.0.0.3");
	facts_close();
}

static void krb(const char *src, uint8_t message, const char *client, uint64_t ticket)
{
	struct fact_krb b = {
		.message = message, .ticket = ticket, .ticket_etype = 18, .reply_etype = 18};
	const char *words[] = {client, "cifs/x", "CORP", ""};

	facts_say(OBS_krb, src, host('g'), 88, &b, sizeof(b), words, 4);
}

/* Which of two steps it goes on from is said by the account. */
static void check_accounts(void)
{
	static char *first[] = {"10.0.0.1=monitoring"};

	CASE("the older step, of the same account");
	facts_open(NULL, 0);
	tree(host('a'), host('c'), true, "CORP\\alice");
	facts_wait(5);
	tree(host('b'), host('c'), true, "bob");
	facts_wait(5);
	tree(host('c'), host('d'), true, "Alice@corp.example");
	CHECK_STR(told(), "-911 10.0.0.3");
	CHECK(strstr(fx.text, "10.0.0.1 came in") && strstr(fx.text, "both as \"Alice\""));
	facts_close();
	CASE("an account taken along from a monitor");
	facts_open(first, 1);
	tree(host('a'), host('c'), true, "CORP\\alice");
	tree(host('c'), host('d'), true, "alice");
	CHECK_STR(told(), "-911 10.0.0.3");
	facts_close();
	CASE("an account that only its ticket tells");
	facts_open(first, 1);
	tree(host('a'), host('c'), true, "CORP\\alice");
	krb(host('c'), 13, "alice", 42);
	fx.flow = 77;
	krb(host('c'), 14, "", 42);
	tree(host('c'), host('d'), true, "");
	fx.flow = 0;
	CHECK_STR(told(), "-911 10.0.0.3");
	CHECK(strstr(fx.text, "both as \"alice\"") != NULL);
	facts_close();
}

int main(void)
{
	check_rows();
	check_roles();
	check_mature();
	check_accounts();
	return check_done();
}
