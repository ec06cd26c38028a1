// SPDX-License-Identifier: Apache-2.0
/* Alerts, and the lines of `vigie watch`:
 *
 *   TIME     WHAT      HOST            MAC               TECHNIQUE WHAT EXACTLY
 *
 * The MAC has a column from MAC_WIDTH columns on; below, what happened needs the place more.
 */
#include "show.h"

#include "base/addr.h"
#include "base/clock.h"
#include "text.h"
#include "wire/topic.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define TEXT 512u
#define BEFORE_HOST 19u /* "12:00:00 effective " */
#define MAC_WIDTH 118u

struct show show_of(FILE *out, bool wide)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");
	bool tty = isatty(fileno(out));
	struct winsize size;
	struct show s = {
		.out = out,
		.color = tty && !(no && *no) && !(term && strcmp(term, "dumb") == 0),
		.width = wide ? 0 : SHOW_WIDTH,
		.too_long = tty ? SHOW_cut : SHOW_whole,
		.now_ns = clock_real_ns(),
	};

	if (!wide && tty && ioctl(fileno(out), TIOCGWINSZ, &size) == 0 && size.ws_col > SHOW_WIDTH)
		s.width = size.ws_col;
	return s;
}

const char *show_on(const struct show *s, enum show_color c)
{
	static const char *const code[] = {"",	       "\033[1;31m", "\033[33m", "\033[32m",
					   "\033[1;35m", "\033[1m",    "\033[2m"};

	return s->color ? code[c] : "";
}

const char *show_off(const struct show *s, enum show_color c)
{
	return s->color && c != SHOW_plain ? "\033[0m" : "";
}

const char *show_text(const json_t *o, const char *key, char *buf, size_t size)
{
	const char *t = json_string_value(json_object_get(o, key));

	text_clean(t ? t : "", buf, size);
	return buf;
}

int64_t show_num(const json_t *o, const char *key)
{
	return json_integer_value(json_object_get(o, key));
}

const char *show_s(int64_t n)
{
	return n == 1 ? "" : "s";
}

/* Bytes of the first `columns` code points. */
static size_t prefix(const char *text, unsigned columns)
{
	size_t i = 0;

	while (text[i]) {
		if ((text[i] & 0xc0) != 0x80 && columns-- == 0)
			break;
		i++;
	}
	return i;
}

static unsigned columns(const char *text)
{
	unsigned n = 0;

	for (; *text; text++)
		n += (*text & 0xc0) != 0x80;
	return n;
}

/* Bytes of `text` that stand in one line of `room` columns: up to a space, where there is one. */
static size_t line_of(const char *text, unsigned room)
{
	size_t n = prefix(text, room), cut = n;

	if (!text[n])
		return n;
	while (cut > 0 && text[cut] != ' ')
		cut--;
	return cut ? cut : n;
}

void show_wrap(const struct show *s, unsigned indent, const char *text)
{
	unsigned room = s->width > indent + 20 ? s->width - indent : s->width ? 20 : 4096;

	while (*text) {
		size_t n = line_of(text, room);

		fprintf(s->out, "%*s%.*s\n", (int)indent, "", (int)n, text);
		text += n;
		text += strspn(text, " ");
	}
}

void show_rest(const struct show *s, unsigned used, const char *text)
{
	unsigned room = s->width > used + 1 ? s->width - used : 1;

	if (s->width == 0 || s->too_long == SHOW_whole || columns(text) <= room) {
		fprintf(s->out, "%s\n", text);
	} else if (s->too_long == SHOW_wrapped && room >= 20) {
		size_t n = line_of(text, room);

		fprintf(s->out, "%.*s\n", (int)n, text);
		show_wrap(s, used, text + n + strspn(text + n, " "));
	} else {
		fprintf(s->out, "%.*s…\n", (int)prefix(text, room - 1), text);
	}
}

const char *show_severity(int64_t severity, enum show_color *color)
{
	*color = severity == 1 ? SHOW_red : severity == 2 ? SHOW_yellow : SHOW_plain;
	return severity_name(severity < 1 || severity > 4 ? 4 : (unsigned)severity);
}

const char *show_ttl(uint64_t seconds, char *buf, size_t size)
{
	char age[TEXT_AGE];

	text_copy(buf, size, text_age(seconds, age));
	return buf;
}

static const char *technique(const json_t *row, char *buf, size_t size)
{
	const json_t *m = json_object_get(json_object_get(row, "alert"), "metadata");
	const json_t *t = json_object_get(m, "mitre_technique_id");
	const char *text = json_is_array(t) ? json_string_value(json_array_get(t, 0))
					    : json_string_value(t);

	text_clean(text ? text : "", buf, size);
	return buf;
}

/* " → other end:port", the end that is not the accused; "" when the event has none. */
static void other_end(const json_t *row, char *out, size_t size)
{
	char subject[ADDR_TEXT], src[ADDR_TEXT], dst[ADDR_TEXT];

	show_text(row, "src_ip", src, sizeof(src));
	show_text(row, "dest_ip", dst, sizeof(dst));
	show_text(row, "subject_ip", subject, sizeof(subject));
	bool accused_dst = *subject && strcmp(subject, dst) == 0;
	const char *other = accused_dst ? src : dst;
	int64_t port = show_num(row, accused_dst ? "src_port" : "dest_port");
	bool v6 = port > 0 && strchr(other, ':');
	int n = *other ? snprintf(out, size, " → %s%s%s", v6 ? "[" : "", other, v6 ? "]" : "") : 0;

	if (n == 0)
		out[0] = '\0';
	else if (port > 0 && n > 0 && (size_t)n < size)
		snprintf(out + n, size - (size_t)n, ":%lld", (long long)port);
}

/* Signature and subject: one sentence where the detector made one, else whom it was with. */
static void what_of(const json_t *row, char *out, size_t size)
{
	char signature[TEXT], summary[TEXT], other[ADDR_TEXT + 16];
	const json_t *alert = json_object_get(row, "alert");
	int64_t count = show_num(row, "count");

	show_text(alert, "signature", signature, sizeof(signature));
	show_text(row, "summary", summary, sizeof(summary));
	other_end(row, other, sizeof(other));
	int n = snprintf(out, size, "%s%s%s", signature, *signature && *summary ? ": " : "",
			 *summary ? summary : other);
	if (count > 1 && n > 0 && (size_t)n < size)
		snprintf(out + n, size - (size_t)n, " (%lld times)", (long long)count);
}

bool show_has_mac(const struct show *s)
{
	return s->width == 0 || s->width >= MAC_WIDTH;
}

/* The columns every line begins with; returns how many were used. */
static unsigned front(const struct show *s, uint64_t time_ns, const char *word,
		      enum show_color color, const char *host, const char *mac)
{
	char local[TEXT_LOCAL];
	int n = text_local(time_ns, true, local) ? 8 : 0; /* to the second */

	fprintf(s->out, "%s%.*s%s %s%-9s%s ", show_on(s, SHOW_dim), n, local,
		show_off(s, SHOW_dim), show_on(s, color), word, show_off(s, color));
	n = show_has_mac(s) ? fprintf(s->out, "%-15s %-17s ", host, mac)
		       : fprintf(s->out, "%-15s ", host);
	return BEFORE_HOST + (n > 0 ? (unsigned)n : 0);
}

void show_alerts_head(const struct show *s)
{
	fprintf(s->out, "%sTIME     SEVERITY  HOST            %sTECHNIQUE WHAT%s\n",
		show_on(s, SHOW_bold), show_has_mac(s) ? "MAC               " : "",
		show_off(s, SHOW_bold));
}

void show_alert(const struct show *s, const json_t *row)
{
	char host[64], mac[24], tech[24], what[TEXT * 2 + 32], type[24];
	enum show_color color;
	const char *word = show_severity(
		show_num(json_object_get(row, "alert"), "severity"), &color);

	show_text(row, "subject_ip", host, sizeof(host));
	if (!*host)
		show_text(row, "src_ip", host, sizeof(host));
	show_text(row, "subject_mac", mac, sizeof(mac));
	if (strcmp(show_text(row, "event_type", type, sizeof(type)), "finding") == 0) {
		word = "finding";
		color = SHOW_dim;
	}
	unsigned used = front(s, (uint64_t)show_num(row, "time_ns"), word, color, host, mac);
	int n = fprintf(s->out, "%-9s ", technique(row, tech, sizeof(tech)));
	what_of(row, what, sizeof(what));
	show_rest(s, used + (n > 0 ? (unsigned)n : 0), what);
}

enum show_color show_outcome(const char *what)
{
	if (strcmp(what, "isolated") == 0)
		return SHOW_magenta;
	if (strcmp(what, "effective") == 0 || strcmp(what, "released") == 0 ||
	    strcmp(what, "expired") == 0)
		return SHOW_green;
	if (strcmp(what, "failed") == 0 || strcmp(what, "unknown") == 0 ||
	    strcmp(what, "lost") == 0 || strcmp(what, "partial") == 0 ||
	    strcmp(what, "leaking") == 0)
		return SHOW_red;
	if (strcmp(what, "unseen") == 0)
		return SHOW_yellow;
	return SHOW_plain;
}

/* The first rail that refuses for a reason of the host's: the mode alone is no such reason. */
static const json_t *refusal(const json_t *plan)
{
	size_t i;
	const json_t *rail;

	json_array_foreach(json_object_get(plan, "rails"), i, rail)
	{
		const char *name = json_string_value(json_object_get(rail, "rail"));

		if (!json_is_true(json_object_get(rail, "pass")) && name &&
		    strcmp(name, "mode") != 0)
			return rail;
	}
	return NULL;
}

void show_advice(const json_t *detail, char *out, size_t size)
{
	const json_t *iso = json_object_get(detail, "isolation"), *no = refusal(detail);
	char isolator[40], rail[40], why[200], ttl[TEXT_AGE];

	show_text(iso, "isolator", isolator, sizeof(isolator));
	show_text(no, "rail", rail, sizeof(rail));
	show_text(no ? no : detail, "why", why, sizeof(why));
	show_ttl((uint64_t)show_num(iso, "ttl_s"), ttl, sizeof(ttl));
	if (no)
		snprintf(out, size, "not isolated (%s): %s", rail, why);
	else if (iso)
		snprintf(out, size, "isolate it? ready%s: %s for %s",
			 show_dry(iso) ? ", as a dry run" : "", isolator, ttl);
	else
		snprintf(out, size, "not isolated: %s", why);
}

/* Of a dry run, whatever it is told about. */
static void dry_words(const json_t *iso, char *out, size_t size)
{
	char isolator[40], reason[200], ttl[TEXT_AGE];

	snprintf(out, size, "dry run, nothing was done: %s for %s: %s",
		 show_text(iso, "isolator", isolator, sizeof(isolator)),
		 show_ttl((uint64_t)show_num(iso, "ttl_s"), ttl, sizeof(ttl)),
		 show_text(iso, "reason", reason, sizeof(reason)));
}

const char *show_proof(const json_t *iso, const char *what, char *buf, size_t size)
{
	const char *verdict = json_string_value(json_object_get(iso, "verdict"));

	return show_text(iso, verdict && strcmp(verdict, what) == 0 ? "verdict_why" : "proof", buf,
			 size);
}

static void isolation_words(const json_t *event, const char *what, char *out, size_t size)
{
	const json_t *detail = json_object_get(event, "detail");
	char isolator[40], proof[400], reason[200], ttl[TEXT_AGE];
	int64_t packet = show_num(event, "packet_ns"), at = show_num(event, "time_ns");

	show_text(detail, "isolator", isolator, sizeof(isolator));
	show_proof(detail, what, proof, sizeof(proof));
	show_text(detail, "reason", reason, sizeof(reason));
	show_ttl((uint64_t)show_num(detail, "ttl_s"), ttl, sizeof(ttl));
	int n = snprintf(out, size, "%s", isolator);
	size_t at_end = n > 0 ? (size_t)n : 0;
	if (strcmp(what, "isolated") == 0)
		n = snprintf(out + at_end, size - at_end, " for %s: %s", ttl, reason);
	else
		n = snprintf(out + at_end, size - at_end, "%s%s", *proof ? ": " : "", proof);
	at_end += n > 0 ? (size_t)n : 0;
	if (strcmp(what, "isolated") == 0 && packet > 0 && at > packet && at_end < size) {
		char text[TEXT];
		text_copy(text, sizeof(text), out);
		snprintf(out, size, "%lld ms after the deciding packet; %s",
			 (long long)(at - packet) / 1000000, text);
	}
}

static void watch_isolation(const struct show *s, const json_t *event)
{
	char what[24], host[64], mac[24], words[TEXT + 128];
	const json_t *detail = json_object_get(event, "detail");

	show_text(event, "what", what, sizeof(what));
	show_text(event, "host", host, sizeof(host));
	show_text(event, "mac", mac, sizeof(mac));
	bool is_advice = strcmp(what, "recommended") == 0;
	int n = show_has_mac(s) || !*mac ? 0 : snprintf(words, sizeof(words), "%s ", mac);
	if (is_advice || json_object_get(detail, "rails"))
		show_advice(detail, words + n, sizeof(words) - (size_t)n);
	else if (show_dry(detail))
		dry_words(detail, words + n, sizeof(words) - (size_t)n);
	else
		isolation_words(event, what, words + n, sizeof(words) - (size_t)n);
	unsigned used = front(s, (uint64_t)show_num(event, "time_ns"), is_advice ? "advice" : what,
			      show_outcome(what), host, mac);
	show_rest(s, used, words);
}

static void watch_incident(const struct show *s, const json_t *event)
{
	char what[24], host[64], mac[24], words[TEXT + 64], signature[TEXT];

	show_text(event, "what", what, sizeof(what));
	if (strcmp(what, "opened") != 0) {
		fprintf(s->out, "%lld incident%s closed after a quiet time\n",
			(long long)show_num(event, "n"), show_s(show_num(event, "n")));
		return;
	}
	show_text(event, "host", host, sizeof(host));
	show_text(event, "mac", mac, sizeof(mac));
	snprintf(words, sizeof(words), "incident %lld opened: %s",
		 (long long)show_num(event, "incident"),
		 show_text(event, "signature", signature, sizeof(signature)));
	unsigned used = front(s, (uint64_t)show_num(event, "time_ns"), "incident", SHOW_bold, host,
			      mac);
	show_rest(s, used, words);
}

static void watch_sensor(const struct show *s, const json_t *event)
{
	char sensor[80], why[256], words[TEXT];
	bool down = strcmp(show_text(event, "what", words, sizeof(words)), "down") == 0;

	show_text(event, "sensor", sensor, sizeof(sensor));
	show_text(event, "why", why, sizeof(why));
	snprintf(words, sizeof(words), "%s%s%s", down ? "the sensor is down" : "the sensor is back",
		 *why ? ": " : "", why);
	unsigned used = front(s, (uint64_t)show_num(event, "time_ns"), "sensor",
			      down ? SHOW_red : SHOW_green, sensor, "");
	show_rest(s, used, words);
}

void show_watch(const struct show *s, const json_t *event)
{
	char kind[16];

	show_text(event, "watch", kind, sizeof(kind));
	if (strcmp(kind, "alert") == 0 || strcmp(kind, "finding") == 0)
		show_alert(s, event);
	else if (strcmp(kind, "isolation") == 0)
		watch_isolation(s, event);
	else if (strcmp(kind, "incident") == 0)
		watch_incident(s, event);
	else if (strcmp(kind, "sensor") == 0)
		watch_sensor(s, event);
	else if (strcmp(kind, "lost") == 0)
		fprintf(s->out, "%lld line%s lost here: this terminal is too slow\n",
			(long long)show_num(event, "n"),
			show_num(event, "n") == 1 ? " was" : "s were");
}
