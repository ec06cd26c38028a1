// SPDX-License-Identifier: Apache-2.0
#include "check.h"
#include "metrics.h"

#include <stdlib.h>
#include <string.h>

static const char stats[] =
	"{\"version\":\"1\",\"ruleset_sha256\":\"ab\",\"capture\":{\"source\":\"live\",\"frames\":7,"
	"\"lost\":{\"nic\":null,\"ring\":3,\"worker\":5,\"detect\":0,\"journal\":1}},"
	"\"flow\":{\"active\":2,\"created\":9},\"time\":{\"worker_cpu_ns\":[11,12]},"
	"\"odd\":{\"a-b.c\":1,\"share\":0.25}}";

static char out[65536];

static void test_text(void)
{
	static const char *const wanted[] = {
		"# TYPE vigie_capture_packets_total counter\nvigie_capture_packets_total 7\n",
		"vigie_capture_dropped_total{where=\"ring\"} 3\n"
		"vigie_capture_dropped_total{where=\"worker\"} 5\n",
		"# TYPE vigie_flows_active gauge\nvigie_flows_active 2\n",
		"vigie_ruleset_info{version=\"1\",sha256=\"ab\"} 1\n",
		"vigie_capture_drops_known 0\n",
		"vigie_flow_created 9\n",
		"vigie_time_worker_cpu_ns{index=\"1\"} 12\n",
		"vigie_odd_a_b_c 1\n",
		"vigie_odd_share 0.25\n",
	};
	static const char *const absent[] = {
		"where=\"nic\"} 3", "vigie_capture_dropped_total{where=\"nic\"}", /* null is not 0 */
		"vigie_capture_frames", "vigie_capture_lost_ring", /* named: not twice */
		"vigie_capture_source", /* texts are no metrics */
		"vigie_journal_depth", /* not counted here */
	};
	struct metrics_peaks peaks = {.n = 0};

	CASE("names of the table, words of the rest, null left out");
	CHECK(metrics_text(stats, &peaks, out, sizeof(out)) == strlen(out));
	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
		if (!strstr(out, wanted[i]))
			CHECK_STR(wanted[i], "in the text");
	for (size_t i = 0; i < sizeof(absent) / sizeof(absent[0]); i++)
		if (strstr(out, absent[i]))
			CHECK_STR(absent[i], "not in the text");

	CASE("HELP and TYPE once a metric, whatever its labels");
	char *first = strstr(out, "# TYPE vigie_capture_dropped_total");
	CHECK(first != NULL);
	CHECK(first && !strstr(first + 1, "# TYPE vigie_capture_dropped_total "));

	CASE("what does not fit, or is no JSON, is 0 bytes");
	CHECK_EQ(metrics_text(stats, &peaks, out, 200), 0);
	CHECK_EQ(metrics_text("{", &peaks, out, sizeof(out)), 0);
	CHECK_EQ(metrics_text("[1]", &peaks, out, sizeof(out)), 0);
}

static void test_losses(void)
{
	uint64_t total[METRICS_places];

	CASE("losses by place; unknown is 0 here");
	CHECK(metrics_losses(stats, total));
	CHECK_EQ(total[METRICS_nic], 0);
	CHECK_EQ(total[METRICS_ring], 3);
	CHECK_EQ(total[METRICS_worker], 5);
	CHECK_EQ(total[METRICS_journal], 1);
	CHECK(!metrics_losses("", total));
}

static void take(struct metrics_peaks *p, uint64_t ring)
{
	const uint64_t total[METRICS_places] = {[METRICS_ring] = ring};

	metrics_peaks_take(p, total);
}

static void test_peaks(void)
{
	struct metrics_peaks p = {.n = 0};

	CASE("the worst second of a minute, and of the run");
	take(&p, 10);
	take(&p, 50);
	take(&p, 51);
	CHECK_EQ(metrics_peaks_minute(&p, METRICS_ring), 40);
	CHECK_EQ(metrics_peaks_minute(&p, METRICS_nic), 0);
	for (unsigned i = 0; i < METRICS_WINDOW - 2; i++)
		take(&p, 51);
	CHECK_EQ(metrics_peaks_minute(&p, METRICS_ring), 40);
	take(&p, 52);
	CHECK_EQ(metrics_peaks_minute(&p, METRICS_ring), 1);
	CHECK_EQ(p.most[METRICS_ring], 40);

	CASE("a counter that went back is no loss");
	take(&p, 5);
	CHECK_EQ(metrics_peaks_minute(&p, METRICS_ring), 1);
}

static void put(void *to, const char *name, uint64_t v)
{
	uint64_t *sum = to;

	if (strcmp(name, "capture.frames") == 0 || strcmp(name, "time.worker_cpu_ns.1") == 0)
		*sum += v;
	*sum += 1000;
}

static void test_each(void)
{
	uint64_t sum = 0;

	CASE("each number once, by its place");
	metrics_each(stats, put, &sum);
	CHECK_EQ(sum, 7 + 12 + 1000 * 11);
}

int main(void)
{
	test_text();
	test_losses();
	test_peaks();
	test_each();
	return check_done();
}
