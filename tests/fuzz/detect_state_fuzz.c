// SPDX-License-Identifier: Apache-2.0
/* A file of learnt state is foreign bytes: whatever it holds is refused with a sentence or taken
 * within the tables, and detectors that then look at traffic with it tell sane numbers. The input
 * is the file without its checksum, which is put right here: a fuzzer does not guess CRCs. */
#include "base/clock.h"
#include "base/hash.h"
#include "detect/detect.h"
#include "detect/state.h"
#include "flow/flow.h"

#include <assert.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct addr ip(const char *text)
{
	struct addr a = {.q = {0, 0}};

	addr_parse(text, &a);
	return a;
}

static void look(struct detect *d)
{
	struct {
		struct observation o;
		union {
			struct obs_contact contact;
			struct obs_volume volume;
		};
	} r = {.o = {.kind = OBS_contact,
		     .dport = 445,
		     .seq = 9,
		     .time_ns = 1700000000 * NS_PER_S}};

	r.o.src = ip("10.0.0.1");
	r.o.dst = ip("10.0.0.2");
	r.contact.link.proto = 6;
	r.contact.outcome = FLOW_answered;
	detect_observation(d, &r.o);
	r.o.dst = ip("198.51.100.9");
	r.o.kind = OBS_volume;
	r.volume = (struct obs_volume){.link.proto = 6, .bytes = {200000000, 1}};
	detect_observation(d, &r.o);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char *home[] = {"10.0.0.0/8"};
	static char path[64];
	struct detect_config c = {.hosts = 64,
				  .thresholds = 64,
				  .nets = 64,
				  .home_net = {.at = home, .n = 1},
				  .state = path};
	uint32_t crc = hash_crc32c(data, size);
	struct detect *d = NULL;
	struct ring out;
	struct err err = {0};
	int fd = memfd_create("state", 0);

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (fd < 0 || write(fd, data, size) != (ssize_t)size ||
	    write(fd, &crc, sizeof(crc)) != (ssize_t)sizeof(crc) ||
	    ring_init(&out, 1 << 16, false, NULL, &err))
		abort();
	if (detect_new(&d, &c, &out, &err) == 0) {
		const struct finding *f;
		uint32_t n;

		look(d);
		ring_commit(&out);
		while ((f = ring_peek(&out, &n))) {
			for (unsigned i = 0; i < f->n_evidence; i++)
				assert(isfinite(f->evidence[i].observed));
			ring_pop(&out);
		}
		detect_free(d);
	} else {
		assert(err.msg[0]);
	}
	ring_fini(&out);
	close(fd);
	return 0;
}
