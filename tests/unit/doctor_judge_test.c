// SPDX-License-Identifier: Apache-2.0
/* Each limit of the doctor, from both sides, as values. Whole captures: tests/e2e/doctor.py. */
#include "check.h"
#include "doctor.h"

#include <stdlib.h>
#include <string.h>

static struct doctor_facts facts;
static struct doctor_port port;
static struct doctor_result result[DOCTOR_count];

static void begin(void)
{
	memset(&facts, 0, sizeof(facts));
	memset(&port, 0, sizeof(port));
	facts.frames = facts.ip = facts.comparable = facts.tcp_frames = facts.summed = 10000;
	facts.talks = facts.two_way = 100;
	facts.payload = 1000000;
	port.numa = port.numa_worker = -1;
}

/* The fields a row may set, as offsets into the facts. */
#define FACT(field) offsetof(struct doctor_facts, field)
static const struct {
	const char *name;
	size_t at;
	uint64_t good, bad;
	enum doctor_check check;
	enum doctor_grade grade;
} rows[] = {
	{"duplicates: 1 %", FACT(twice), 99, 100, DOCTOR_duplicates, DOCTOR_problem},
	{"one way: 10 %", FACT(one_way), 9, 10, DOCTOR_one_way, DOCTOR_problem},
	{"VLAN one side: 5 %", FACT(vlan_one_side), 4, 5, DOCTOR_vlan_one_side, DOCTOR_problem},
	{"VLAN differs: 5 %", FACT(vlan_differs), 4, 5, DOCTOR_vlan_differs, DOCTOR_note},
	{"cut: 0.1 %", FACT(cut), 9, 10, DOCTOR_cut, DOCTOR_problem},
	{"cut inside: 0.1 %", FACT(cut_inside), 9, 10, DOCTOR_cut, DOCTOR_problem},
	{"glued: 0.1 %", FACT(glued), 9, 10, DOCTOR_offload_frames, DOCTOR_problem},
	{"empty checksums: 5 %", FACT(sum_empty), 499, 500, DOCTOR_checksums, DOCTOR_problem},
	{"wrong checksums: 5 %", FACT(sum_wrong), 499, 500, DOCTOR_checksums, DOCTOR_problem},
	{"often back: 0.1 %", FACT(back), 9, 10, DOCTOR_clock, DOCTOR_problem},
	{"far back: 100 ms", FACT(back_worst_ns), 100000000, 100000001, DOCTOR_clock, DOCTOR_problem},
	{"forward", FACT(jumps), 0, 1, DOCTOR_clock, DOCTOR_problem},
	{"fragments: 1 %", FACT(fragments), 99, 100, DOCTOR_fragments, DOCTOR_note},
	{"jumbo: one", FACT(large), 0, 1, DOCTOR_jumbo, DOCTOR_note},
	{"unread: 1 %", FACT(unread), 99, 100, DOCTOR_unread, DOCTOR_problem},
};

static void test_limits(void)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint64_t *fact;

		CASE(rows[i].name);
		begin();
		fact = (uint64_t *)((char *)&facts + rows[i].at);
		*fact = rows[i].good;
		doctor_judge(&facts, &port, result);
		CHECK_EQ(result[rows[i].check].grade, DOCTOR_ok);
		*fact = rows[i].bad;
		doctor_judge(&facts, &port, result);
		CHECK_EQ(result[rows[i].check].grade, rows[i].grade);
		for (unsigned k = 0; k < DOCTOR_count; k++)
			if (k != rows[i].check)
				CHECK(result[k].grade == DOCTOR_ok ||
				      result[k].grade == DOCTOR_unjudged);
	}
}

static void test_loss(void)
{
	CASE("loss: 0.1 % of the bytes in three holes or more");
	begin();
	facts.hole_bytes = 1100;
	facts.holes = 3;
	doctor_judge(&facts, &port, result);
	CHECK_EQ(result[DOCTOR_loss].grade, DOCTOR_problem);
	facts.holes = 2;
	doctor_judge(&facts, &port, result);
	CHECK_EQ(result[DOCTOR_loss].grade, DOCTOR_ok);
	facts.holes = 3;
	facts.hole_bytes = 900;
	doctor_judge(&facts, &port, result);
	CHECK_EQ(result[DOCTOR_loss].grade, DOCTOR_ok);

	CASE("loss is not judged where frames are cut inside, or from little");
	facts.hole_bytes = 50000;
	facts.cut_inside = 10;
	doctor_judge(&facts, &port, result);
	CHECK_EQ(result[DOCTOR_loss].grade, DOCTOR_unjudged);
	facts.cut_inside = 0;
	facts.payload = 5000;
	facts.hole_bytes = 4999;
	doctor_judge(&facts, &port, result);
	CHECK_EQ(result[DOCTOR_loss].grade, DOCTOR_unjudged);
}

static void test_subnets(void)
{
	struct doctor_subnet *s = &facts.subnet[7];

	CASE("a subnet that is never heard takes its one-way conversations over");
	begin();
	*s = (struct doctor_subnet){.used = true, .told = 20, .one_way = 30};
	addr_parse("10.2.0.0", &s->net);
	facts.one_way = 30;
	facts.two_way = 70;
	doctor_judge(&facts, &port, result);
	CHECK_EQ(result[DOCTOR_silent_subnet].grade, DOCTOR_problem);
	CHECK(strstr(result[DOCTOR_silent_subnet].text, "10.2.0.0/24") != NULL);
	CHECK_EQ(result[DOCTOR_one_way].grade, DOCTOR_ok);

	CASE("19 acknowledgements are not enough, and one frame from it ends it");
	s->told = 19;
	doctor_judge(&facts, &port, result);
	CHECK_EQ(result[DOCTOR_silent_subnet].grade, DOCTOR_ok);
	CHECK_EQ(result[DOCTOR_one_way].grade, DOCTOR_problem);
	s->told = 20;
	s->heard = 1;
	doctor_judge(&facts, &port, result);
	CHECK_EQ(result[DOCTOR_silent_subnet].grade, DOCTOR_ok);

	CASE("nothing heard both ways: the mirror, not its subnets");
	s->heard = 0;
	facts.one_way = 95;
	facts.two_way = 5;
	s->one_way = 95;
	doctor_judge(&facts, &port, result);
	CHECK_EQ(result[DOCTOR_one_way].grade, DOCTOR_problem);
	CHECK_EQ(result[DOCTOR_silent_subnet].grade, DOCTOR_unjudged);
}

static void test_live(void)
{
	CASE("a port: each of its facts, good and bad");
	begin();
	facts.live = facts.drops_known = true;
	facts.unicast = 1;
	facts.largest = 1518;
	port.known = port.up = port.promiscuous = port.offload_known = true;
	port.mtu = 1500;
	port.numa = port.numa_worker = 0;
	doctor_judge(&facts, &port, result);
	for (unsigned k = DOCTOR_dropped; k < DOCTOR_count; k++)
		CHECK_EQ(result[k].grade, DOCTOR_ok);

	facts.unicast = 0;
	facts.dropped = 10;
	facts.handed_over = 1000;
	facts.largest = 1519;
	port.up = port.promiscuous = false;
	port.addresses = 1;
	port.gro = true;
	port.pci = true;
	port.numa_worker = 1;
	doctor_judge(&facts, &port, result);
	CHECK_EQ(result[DOCTOR_mirror].grade, DOCTOR_problem);
	CHECK_EQ(result[DOCTOR_dropped].grade, DOCTOR_problem);
	CHECK_EQ(result[DOCTOR_handed_over].grade, DOCTOR_problem);
	CHECK_EQ(result[DOCTOR_carrier].grade, DOCTOR_problem);
	CHECK_EQ(result[DOCTOR_promiscuous].grade, DOCTOR_problem);
	CHECK_EQ(result[DOCTOR_mtu].grade, DOCTOR_problem);
	CHECK_EQ(result[DOCTOR_address].grade, DOCTOR_problem);
	CHECK_EQ(result[DOCTOR_offload_port].grade, DOCTOR_problem);
	CHECK_EQ(result[DOCTOR_hugepages].grade, DOCTOR_note);
	CHECK_EQ(result[DOCTOR_numa].grade, DOCTOR_problem);

	CASE("a driver that cannot tell its drops is not called good");
	facts.drops_known = false;
	doctor_judge(&facts, &port, result);
	CHECK_EQ(result[DOCTOR_dropped].grade, DOCTOR_unjudged);

	CASE("no frame at all on an interface is a problem, 99 are too few to say");
	facts.frames = 0;
	doctor_judge(&facts, &port, result);
	CHECK_EQ(result[DOCTOR_mirror].grade, DOCTOR_problem);
	facts.frames = 99;
	doctor_judge(&facts, &port, result);
	CHECK_EQ(result[DOCTOR_mirror].grade, DOCTOR_unjudged);
}

int main(void)
{
	test_limits();
	test_loss();
	test_subnets();
	test_live();
	return check_done();
}
