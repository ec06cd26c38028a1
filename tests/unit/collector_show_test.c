// SPDX-License-Identifier: Apache-2.0
#include "check.h"
#include "show.h"

#include <stdlib.h>
#include <time.h>

static char *text;
static size_t size;

static struct show begin(unsigned width, bool color)
{
	free(text);
	text = NULL;
	return (struct show){.out = open_memstream(&text, &size), .color = color, .width = width,
			     .now_ns = 1769860800000000000};
}

static const char *end(const struct show *s)
{
	fclose(s->out);
	return text;
}

static unsigned widest(const char *t)
{
	unsigned n = 0, max = 0;

	for (; *t; t++) {
		n = *t == '\n' ? 0 : n + ((*t & 0xc0) != 0x80);
		max = n > max ? n : max;
	}
	return max;
}

static json_t *read(const char *json)
{
	json_t *o = json_loads(json, 0, NULL);

	CHECK(o != NULL);
	return o;
}

#define ALERT                                                                                      \
	"{\"watch\":\"alert\",\"event_type\":\"alert\",\"time_ns\":1769860800000000000,"           \
	"\"subject_ip\":\"10.0.0.5\",\"subject_mac\":\"02:00:00:00:00:05\",\"summary\":"                    \
	"\"22 failed first contacts to 445/tcp in 3 s\",\"alert\":{\"severity\":1,\"signature\":"  \
	"\"scan\",\"metadata\":{\"mitre_technique_id\":[\"T1046\"]}}}"
#define EVIL                                                                                       \
	"{\"watch\":\"alert\",\"time_ns\":1769860800000000000,\"subject_ip\":\"10.0.0.5\",\"alert\":"    \
	"{\"severity\":2,\"signature\":\"\\u001b]0;owned\\u0007\\u009b31m\\nfake line\"}}"
/* As a signature's: no summary. */
#define SIGNATURE(subject, ends)                                                                   \
	"{\"watch\":\"alert\",\"time_ns\":1769860800000000000,\"subject_ip\":\"" subject "\"," ends    \
	",\"alert\":{\"severity\":1,\"signature\":\"C2\"}}"
#define PLAN                                                                                       \
	"{\"allowed\":false,\"mode\":\"recommend\",\"refused_by\":\"mode\",\"rails\":["            \
	"{\"rail\":\"mode\",\"pass\":false,\"why\":\"mode is recommend\"}],\"isolation\":"         \
	"{\"mac\":\"02:00:00:00:00:05\",\"addrs\":[\"10.0.0.5\"],\"isolator\":\"ssh\",\"profile\":" \
	"\"insulate\",\"ttl_s\":600,\"commands\":[[\"ssh\",\"sw1\"],\"second\"],\"undo\":\"no shut\"}}"
#define REFUSED                                                                                    \
	"{\"allowed\":false,\"rails\":[{\"rail\":\"mode\",\"pass\":false,\"why\":\"m\"},"          \
	"{\"rail\":\"protected\",\"pass\":false,\"why\":\"it is the gateway\"}],\"isolation\":"    \
	"{\"isolator\":\"ssh\",\"ttl_s\":600}}"

static const struct {
	const char *name, *event, *want;
	unsigned width;
} lines[] = {
	{"an alert", ALERT,
	 "12:00:00 high      10.0.0.5        T1046     scan: 22 failed first contacts to 445/tcp in "
	 "3 s\n",
	 100},
	{"cut to 80 columns", ALERT,
	 "12:00:00 high      10.0.0.5        T1046     scan: 22 failed first contacts to …\n", 80},
	{"with the MAC where there is room", ALERT,
	 "12:00:00 high      10.0.0.5        02:00:00:00:00:05 T1046     scan: 22 failed first "
	 "contacts to 445/tcp in 3 s\n",
	 120},
	{"the attacker's bytes are no commands and no lines", EVIL,
	 "12:00:00 medium    10.0.0.5                  .]0;owned..31m.fake line\n", 100},
	{"a signature's other end",
	 SIGNATURE("10.0.0.5", "\"src_ip\":\"10.0.0.5\",\"src_port\":50000,\"dest_ip\":\"192.0.2.9\","
			       "\"dest_port\":8848"),
	 "12:00:00 high      10.0.0.5                  C2 → 192.0.2.9:8848\n", 100},
	{"when the accused is the destination",
	 SIGNATURE("10.0.0.5", "\"src_ip\":\"192.0.2.9\",\"src_port\":443,\"dest_ip\":\"10.0.0.5\","
			       "\"dest_port\":50000"),
	 "12:00:00 high      10.0.0.5                  C2 → 192.0.2.9:443\n", 100},
	{"an IPv6 one with its port",
	 SIGNATURE("fd00::5", "\"src_ip\":\"fd00::5\",\"dest_ip\":\"fd00::9\",\"dest_port\":53"),
	 "12:00:00 high      fd00::5                   C2 → [fd00::9]:53\n", 100},
	{"without ports",
	 SIGNATURE("10.0.0.5", "\"src_ip\":\"10.0.0.5\",\"dest_ip\":\"192.0.2.9\""),
	 "12:00:00 high      10.0.0.5                  C2 → 192.0.2.9\n", 100},
	{"advice",
	 "{\"watch\":\"isolation\",\"what\":\"recommended\",\"host\":\"10.0.0.5\",\"time_ns\":"
	 "1769860800000000000,\"detail\":" PLAN "}",
	 "12:00:00 advice    10.0.0.5        isolate it? ready: ssh for 10m\n", 100},
	{"advice against",
	 "{\"watch\":\"isolation\",\"what\":\"recommended\",\"host\":\"10.0.0.5\",\"time_ns\":"
	 "1769860800000000000,\"detail\":" REFUSED "}",
	 "12:00:00 advice    10.0.0.5        not isolated (protected): it is the gateway\n", 100},
	{"isolated, with how fast",
	 "{\"watch\":\"isolation\",\"what\":\"isolated\",\"host\":\"10.0.0.5\",\"mac\":"
	 "\"02:00:00:00:00:05\",\"time_ns\":1769860800250000000,\"packet_ns\":"
	 "1769860800000000000,\"detail\":{\"isolator\":\"ssh\",\"ttl_s\":600,\"reason\":\"scan\"}}",
	 "12:00:00 isolated  10.0.0.5        02:00:00:00:00:05 250 ms after the deciding packet; ssh "
	 "for 10m:…\n",
	 100},
	{"effective, with the proof",
	 "{\"watch\":\"isolation\",\"what\":\"effective\",\"host\":\"10.0.0.5\",\"time_ns\":"
	 "1769860800000000000,\"detail\":{\"isolator\":\"ssh\",\"proof\":\"read back\"}}",
	 "12:00:00 effective 10.0.0.5        ssh: read back\n", 100},
	{"a dry run says so, and no latency",
	 "{\"watch\":\"isolation\",\"what\":\"dry-run\",\"host\":\"10.0.0.5\",\"time_ns\":"
	 "1769860800250000000,\"packet_ns\":1769860800000000000,\"detail\":{\"isolator\":\"ssh\","
	 "\"ttl_s\":600,\"reason\":\"scan\",\"dry_run\":true}}",
	 "12:00:00 dry-run   10.0.0.5        dry run, nothing was done: ssh for 10m: scan\n", 100},
	{"its end, too",
	 "{\"watch\":\"isolation\",\"what\":\"released\",\"host\":\"10.0.0.5\",\"time_ns\":"
	 "1769860800000000000,\"detail\":{\"isolator\":\"dry-run\",\"ttl_s\":600,\"reason\":\"scan\"}}",
	 "12:00:00 released  10.0.0.5        dry run, nothing was done: dry-run for 10m: scan\n", 100},
	{"an incident opens",
	 "{\"watch\":\"incident\",\"what\":\"opened\",\"incident\":7,\"host\":\"10.0.0.5\","
	 "\"time_ns\":1769860800000000000,\"signature\":\"scan\"}",
	 "12:00:00 incident  10.0.0.5        incident 7 opened: scan\n", 100},
	{"one closes", "{\"watch\":\"incident\",\"what\":\"closed\",\"n\":1}",
	 "1 incident closed after a quiet time\n", 100},
	{"a sensor goes",
	 "{\"watch\":\"sensor\",\"what\":\"down\",\"sensor\":\"local\",\"why\":\"not reachable\","
	 "\"time_ns\":1769860800000000000}",
	 "12:00:00 sensor    local           the sensor is down: not reachable\n", 100},
	{"and comes back",
	 "{\"watch\":\"sensor\",\"what\":\"back\",\"sensor\":\"local\",\"why\":\"\","
	 "\"time_ns\":1769860800000000000}",
	 "12:00:00 sensor    local           the sensor is back\n", 100},
	{"lines lost are said", "{\"watch\":\"lost\",\"n\":5}",
	 "5 lines were lost here: this terminal is too slow\n", 100},
	{"what is not known is not shown", "{\"watch\":\"new\"}", "", 100},
	{"nothing in it", "{\"watch\":\"alert\"}",
	 "00:00:00 info                                \n", 100},
};

static void colors(void)
{
	json_t *o = read(ALERT);
	struct show s = begin(100, true);

	CASE("colours when asked for, ended again");
	show_watch(&s, o);
	end(&s);
	CHECK(strstr(text, "\033[1;31mhigh     \033[0m ") != NULL);
	CASE("none without");
	s = begin(100, false);
	show_watch(&s, o);
	CHECK(strchr(end(&s), '\033') == NULL);
	CASE("none into a file, whatever its width");
	FILE *f = tmpfile();
	s = show_of(f, false);
	CHECK(!s.color);
	CHECK_EQ(s.width, SHOW_WIDTH);
	CASE("nor is anything cut there; the columns stay");
	s = begin(80, false);
	s.too_long = show_of(f, false).too_long;
	show_watch(&s, o);
	CHECK_STR(end(&s), "12:00:00 high      10.0.0.5        T1046     scan: 22 failed first "
			   "contacts to 445/tcp in 3 s\n");
	s = show_of(f, true);
	CHECK_EQ(s.width, 0);
	fclose(f);
	json_decref(o);
}

static void incident(void)
{
	json_t *o = read(
		"{\"id\":3,\"host\":\"10.0.0.5\",\"open\":true,\"severity\":1,\"score\":75.0,"
		"\"last_ns\":1769860800000000000,\"alerts\":2,\"findings\":1,\"isolation\":"
		"\"isolated\",\"chain\":[{\"family\":\"scan\",\"technique\":\"T1046\",\"severity\":1,"
		"\"alert\":true,\"count\":2,\"what\":\"a name that is very long indeed, so long "
		"that it could not stand in one line of a hundred columns at all\"},{\"family\":"
		"\"lateral\",\"technique\":\"\",\"severity\":2}],\"timeline\":[{\"what\":\"isolated\","
		"\"time_ns\":1769860800000000000,\"detail\":{\"proof\":\"p\"}}],\"events\":[" ALERT
		"],\"recommendation\":" PLAN "}");
	struct show s = begin(100, false);

	CASE("an incident in the list");
	show_incident_row(&s, o);
	CHECK_STR(end(&s), "    3 high        75 10.0.0.5        2026-01-31 12:00:00      3 "
			   "[isolated] scan T1046 > lateral\n");
	CASE("its page fits in 100 columns and has its parts");
	s = begin(100, false);
	show_incident(&s, o);
	end(&s);
	CHECK(widest(text) <= 100);
	CHECK(strstr(text, "Incident 3, open: high, score 75 of 100\n") != NULL);
	CHECK(strstr(text, "\nSteps\n") && strstr(text, "\nTimeline\n") && strstr(text, "\nEvents\n"));
	CHECK(strstr(text, "  ssh sw1\n  second\n") != NULL);
	CASE("and nothing of it is cut");
	CHECK(strstr(text, "…") == NULL && strstr(text, "at all\n") != NULL);
	s = begin(80, false);
	show_incident(&s, o);
	end(&s);
	CHECK(strstr(text, "scan: 22 failed first contacts to\n") != NULL);
	CHECK(strstr(text, "                                             445/tcp in 3 s\n") != NULL);
	CHECK(strstr(text, "Undo by hand\n  no shut\n") != NULL);
	json_decref(o);
}

static void wrapping(void)
{
	struct show s = begin(30, false);

	CASE("long texts break at spaces");
	show_wrap(&s, 2, "one two three four five six seven eight");
	CHECK_STR(end(&s), "  one two three four five six\n  seven eight\n");
	CASE("a word without end breaks, too");
	s = begin(24, false);
	show_wrap(&s, 2, "aaaaaaaaaaaaaaaaaaaaaaaaaaa");
	CHECK_STR(end(&s), "  aaaaaaaaaaaaaaaaaaaaaa\n  aaaaa\n");
}

static void status(void)
{
	json_t *o = read("{\"running\":true,\"db\":\"/x\",\"sensors\":[{\"name\":\"a\",\"up\":false,"
			 "\"contact_ns\":1769860740000000000,\"trouble\":\"no answer in time\","
			 "\"events\":5,\"alerts\":2,\"lost\":3}],\"store\":{\"events\":5,"
			 "\"newest_gaps\":[{\"sensor\":\"a\",\"epoch\":\"0f\",\"first\":1,\"last\":3,"
			 "\"found_ns\":1769860800000000000}]},\"isolation\":{\"mode\":\"auto\","
			 "\"isolator\":\"ssh\",\"frozen\":true,\"active\":1}}");
	struct show s = begin(100, false);

	CASE("a sensor that is down, its gap, a freeze");
	show_status(&s, o);
	end(&s);
	CHECK(strstr(text, "down 5 events, 2 alerts, last word 60s: no answer in time\n") != NULL);
	CHECK(strstr(text, "lost 3, malformed 0") != NULL);
	CHECK(strstr(text, "gap a epoch 0f: 1 to 3, found 2026-01-31 12:00:00\n") != NULL);
	CHECK(strstr(text, "mode auto, isolator ssh, FROZEN, 1 active\n") != NULL);
	CHECK(widest(text) <= 100);
	json_decref(o);
	CASE("one of a thing is singular");
	o = read("{\"running\":true,\"sensors\":[{\"name\":\"a\",\"up\":true,\"events\":1,\"alerts\":1}],"
		 "\"store\":{\"events\":1,\"alerts\":1,\"incidents_open\":1}}");
	s = begin(100, false);
	show_status(&s, o);
	end(&s);
	CHECK(strstr(text, "up   1 event, 1 alert, last word") != NULL);
	CHECK(strstr(text, "Store      1 event, 1 alert, 1 open incident, 0 lost") != NULL);
	json_decref(o);
}

#define TRIED(by, more)                                                                            \
	"{\"id\":\"0123\",\"mac\":\"02:00:00:00:00:05\",\"addrs\":[\"10.0.0.5\"],\"profile\":"     \
	"\"insulate\",\"ttl_s\":600,\"times_out\":true,\"effect\":\"unsupported\",\"commands\":["  \
	"\"cut it\"],\"undo\":\"join it\",\"isolator\":\"" by "\"," more "}"

static const struct {
	const char *name, *isolation;
	unsigned lines;
} tried[] = {
	{"by the isolator dry-run", TRIED("dry-run", "\"status\":\"active\",\"dry_run\":true"), 4},
	{"on record from before it said so", TRIED("dry-run", "\"status\":\"active\""), 4},
	{"in the mode dry-run", TRIED("ssh", "\"status\":\"active\",\"dry_run\":true"), 4},
	{"released", TRIED("ssh", "\"status\":\"released\",\"dry_run\":true"), 3},
	{"failed", TRIED("ssh", "\"status\":\"failed\",\"error\":\"no\",\"dry_run\":true"), 4},
};

/* No line of it may be taken for the real thing. */
static void dry_runs(void)
{
	for (size_t i = 0; i < sizeof(tried) / sizeof(tried[0]); i++) {
		json_t *o = read(tried[i].isolation);
		struct show s = begin(100, false);
		unsigned n = 0;

		CASE(tried[i].name);
		show_isolation(&s, o);
		end(&s);
		CHECK(widest(text) <= 100);
		CHECK(!strstr(text, "device") && !strstr(text, "unsupported") && !strstr(text, "join it"));
		for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"), n++)
			CHECK(strstr(line, "dry run") != NULL);
		CHECK_EQ(n, tried[i].lines);
		json_decref(o);
	}
	CASE("a plan of one");
	json_t *o = read("{\"allowed\":true,\"mode\":\"manual\",\"rails\":[],\"isolation\":" TRIED(
		"dry-run", "\"dry_run\":true") "}");
	struct show s = begin(100, false);
	show_plan(&s, o);
	CHECK_STR(end(&s),
		  "Host      02:00:00:00:00:05  10.0.0.5 (dry run: not touched)\n"
		  "By        dry-run, profile insulate, for 10m (dry run: nothing is done, nothing to end)\n"
		  "Allowed   yes, as a dry run: nothing will be done (mode manual)\n"
		  "Commands (dry run: not carried out)\n  cut it\n"
		  "Undo by hand (dry run: nothing to undo)\n  join it\n");
	json_decref(o);

	CASE("the real thing says nothing of it");
	o = read(TRIED("ssh", "\"status\":\"active\""));
	s = begin(100, false);
	show_isolation(&s, o);
	CHECK(!strstr(end(&s), "dry") && strstr(text, ", ended by the device itself\n"));
	json_decref(o);

	CASE("the audit's lines, too");
	o = read("{\"seq\":1,\"time\":\"2026-01-31T12:00:00Z\",\"event\":\"sent\",\"id\":\"0123\","
		 "\"detail\":{\"op\":\"apply\",\"dry_run\":true}}");
	s = begin(100, false);
	show_audit(&s, o);
	CHECK_STR(end(&s), "     1 2026-01-31T12:00:00 sent          0123 dry run: apply\n");
	json_decref(o);
}

static const struct {
	const char *name, *row, *want;
	unsigned width;
} audits[] = {
	{"what was planned: whom, by whom, why",
	 "\"event\":\"planned\",\"id\":\"0123456789\",\"detail\":{\"addrs\":[\"10.0.0.5\"],\"mac\":"
	 "\"02:00:00:00:00:05\",\"requester\":\"jo (uid 7, pid 9)\",\"reason\":\"sweep\"}",
	 "planned       01234567 10.0.0.5 by jo: sweep\n", 100},
	{"with the MAC where there is room",
	 "\"event\":\"planned\",\"id\":\"0123456789\",\"detail\":{\"addrs\":[\"10.0.0.5\"],\"mac\":"
	 "\"02:00:00:00:00:05\",\"requester\":\"jo (uid 7, pid 9)\",\"reason\":\"sweep\"}",
	 "planned       01234567 10.0.0.5 02:00:00:00:00:05 by jo: sweep\n", 0},
	{"a refused one: its plan says who",
	 "\"event\":\"refused\",\"id\":\"0123\",\"detail\":{\"host\":\"10.0.0.5\",\"why\":\"frozen\","
	 "\"plan\":{\"isolation\":{\"requester\":\"jo (uid 7, pid 9)\",\"reason\":\"sweep\"}}}",
	 "refused       0123 10.0.0.5 by jo: frozen (asked for: sweep)\n", 100},
	{"what a device answered; a host without an address",
	 "\"event\":\"answered\",\"id\":\"0123\",\"detail\":{\"host\":\"\",\"mac\":"
	 "\"02:00:00:00:00:05\",\"op\":\"apply\",\"end\":\"exited\"}",
	 "answered      0123 02:00:00:00:00:05 apply exited\n", 100},
	{"about nobody", "\"event\":\"frozen\",\"id\":\"\",\"detail\":{\"requester\":\"jo\"}",
	 "frozen        - by jo: \n", 100},
};

static void audit(void)
{
	for (size_t i = 0; i < sizeof(audits) / sizeof(audits[0]); i++) {
		char row[512];

		CASE(audits[i].name);
		snprintf(row, sizeof(row), "{\"seq\":1,\"time\":\"2026-01-31T12:00:00Z\",%s}",
			 audits[i].row);
		json_t *o = read(row);
		struct show s = begin(audits[i].width, false);
		show_audit(&s, o);
		end(&s);
		CHECK(strncmp(text, "     1 2026-01-31T12:00:00 ", 27) == 0);
		CHECK_STR(text + 27, audits[i].want);
		json_decref(o);
	}
}

int main(void)
{
	setenv("TZ", "UTC", 1);
	tzset();
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		CASE(lines[i].name);
		json_t *o = read(lines[i].event);
		struct show s = begin(lines[i].width, false);
		show_watch(&s, o);
		CHECK_STR(end(&s), lines[i].want);
		CHECK(widest(text) <= lines[i].width);
		json_decref(o);
	}
	colors();
	incident();
	wrapping();
	status();
	dry_runs();
	audit();
	free(text);
	return check_done();
}
