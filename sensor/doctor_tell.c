// SPDX-License-Identifier: Apache-2.0
/* The doctor's words: what is wrong first, each with its numbers and what to change. */
#include "doctor.h"

#include "base/json.h"

#include <string.h>

static const struct {
	const char *word, *what, *change;
} rows[] = {
#define DOCTOR_CHECK(word_, what_, change_) {#word_, what_, change_},
#include "doctor.def"
#undef DOCTOR_CHECK
};

static const char *const grades[] = {"ok", "problem", "note", "not judged"};

static unsigned count(const struct doctor_result *r, enum doctor_grade grade)
{
	unsigned n = 0;

	for (unsigned i = 0; i < DOCTOR_count; i++)
		n += r[i].grade == grade;
	return n;
}

static double seconds(const struct doctor_facts *f)
{
	return f->frames ? (double)(f->last_ns - f->first_ns) / 1e9 : 0;
}

static void tell_json(const struct doctor *d, const struct doctor_result *r, const char *what,
		      FILE *out)
{
	static char text[65536];
	struct json j = json_of(text, sizeof(text));

	json_open(&j, NULL);
	json_str(&j, "what", what);
	json_u64(&j, "frames", d->facts.frames);
	json_u64(&j, "bytes", d->facts.bytes);
	json_f64(&j, "seconds", seconds(&d->facts));
	json_u64(&j, "problems", count(r, DOCTOR_problem));
	json_u64(&j, "notes", count(r, DOCTOR_note));
	json_array(&j, "checks");
	for (unsigned i = 0; i < DOCTOR_count; i++) {
		json_open(&j, NULL);
		json_str(&j, "check", rows[i].word);
		json_str(&j, "grade", grades[r[i].grade]);
		json_str(&j, "what", rows[i].what);
		json_str(&j, "text", r[i].text);
		json_u64(&j, "observed", r[i].observed);
		json_u64(&j, "of", r[i].of);
		if (r[i].grade == DOCTOR_problem || r[i].grade == DOCTOR_note)
			json_str(&j, "change", rows[i].change);
		json_close(&j);
	}
	json_array_end(&j);
	json_close(&j);
	fprintf(out, "%s\n", json_ok(&j) ? text : "{}");
}

static void tell_change(const char *text, FILE *out)
{
	static const unsigned width = 74;

	fputs("           change: ", out);
	while (strlen(text) > width) {
		unsigned n = width;
		while (n > 1 && text[n] != ' ')
			n--;
		fprintf(out, "%.*s\n                   ", (int)n, text);
		text += n + 1;
	}
	fprintf(out, "%s\n", text);
}

static void tell_grade(const struct doctor_result *r, enum doctor_grade grade, FILE *out)
{
	static const char *const marks[] = {"ok", "PROBLEM", "note"};

	for (unsigned i = 0; i < DOCTOR_count; i++) {
		if (r[i].grade != grade)
			continue;
		fprintf(out, "  %-8s %-14s %s\n", marks[grade], rows[i].word, r[i].text);
		if (grade == DOCTOR_problem || grade == DOCTOR_note)
			tell_change(rows[i].change, out);
	}
}

/* What was not judged, the reasons that many share told once. */
static void tell_unjudged(const struct doctor_result *r, FILE *out)
{
	for (unsigned i = 0; i < DOCTOR_count; i++) {
		bool first = true;

		for (unsigned k = 0; k < i; k++)
			first &= strcmp(r[k].text, r[i].text) != 0;
		if (r[i].grade != DOCTOR_unjudged || !first)
			continue;
		fputs("  -        ", out);
		for (unsigned k = i; k < DOCTOR_count; k++)
			if (strcmp(r[k].text, r[i].text) == 0)
				fprintf(out, "%s%s", k == i ? "" : ", ", rows[k].word);
		fprintf(out, ": %s\n", r[i].text);
	}
}

unsigned doctor_tell(const struct doctor *d, const struct doctor_result *r, const char *what,
		     bool json, FILE *out)
{
	unsigned problems = count(r, DOCTOR_problem);

	if (json) {
		tell_json(d, r, what, out);
		return problems;
	}
	fprintf(out, "%s: %llu frames, %llu bytes in %.1f s\n\n", what,
		(unsigned long long)d->facts.frames, (unsigned long long)d->facts.bytes,
		seconds(&d->facts));
	tell_grade(r, DOCTOR_problem, out);
	tell_grade(r, DOCTOR_note, out);
	tell_grade(r, DOCTOR_ok, out);
	tell_unjudged(r, out);
	if (problems)
		fprintf(out, "\n%u to change, %u to know\n", problems, count(r, DOCTOR_note));
	else
		fprintf(out, "\nnothing is wrong with what was seen\n");
	return problems;
}
