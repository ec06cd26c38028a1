// SPDX-License-Identifier: Apache-2.0
/* blast IFACE CAPTURE SECONDS [PPS]: sends the frames of a capture again and again, as fast as the
 * kernel takes them (or PPS a second), and prints how many it took. For bench/soak.py, inside a
 * namespace of its own; frames go out as they are.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define FRAMES 65536u
#define BATCH 64u
#define FRAME_MAX 1514u

static struct iovec frame[FRAMES];
static unsigned n_frames;

static void load(const char *path)
{
	char why[PCAP_ERRBUF_SIZE];
	struct pcap_pkthdr *h;
	const unsigned char *data;
	pcap_t *p = pcap_open_offline(path, why);

	if (!p) {
		fprintf(stderr, "blast: %s\n", why);
		exit(1);
	}
	while (n_frames < FRAMES && pcap_next_ex(p, &h, &data) == 1) {
		if (h->caplen < ETH_HLEN || h->caplen > FRAME_MAX)
			continue;
		void *copy = malloc(h->caplen);
		if (!copy)
			exit(1);
		memcpy(copy, data, h->caplen);
		frame[n_frames++] = (struct iovec){copy, h->caplen};
	}
	pcap_close(p);
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int open_socket(const char *iface)
{
	struct sockaddr_ll to = {.sll_family = AF_PACKET,
				 .sll_protocol = 0,
				 .sll_ifindex = (int)if_nametoindex(iface)};
	int s = socket(AF_PACKET, SOCK_RAW, 0);

	if (s < 0 || bind(s, (struct sockaddr *)&to, sizeof(to)) != 0) {
		perror("blast");
		exit(1);
	}
	return s;
}

int main(int argc, char **argv)
{
	static struct mmsghdr msg[BATCH];
	unsigned long sent = 0, refused = 0;
	unsigned at = 0;

	if (argc < 4)
		return 2;
	load(argv[2]);
	if (n_frames == 0)
		return 1;
	int s = open_socket(argv[1]);
	double begin = now(), end = begin + atof(argv[3]), pps = argc > 4 ? atof(argv[4]) : 0;

	for (double t = begin; t < end; t = now()) {
		if (pps > 0 && (double)sent > pps * (t - begin)) {
			usleep(200);
			continue;
		}
		for (unsigned i = 0; i < BATCH; i++) {
			msg[i].msg_hdr = (struct msghdr){.msg_iov = &frame[at], .msg_iovlen = 1};
			at = (at + 1) % n_frames;
		}
		int n = sendmmsg(s, msg, BATCH, 0);
		if (n < 0) {
			if (errno != ENOBUFS && errno != EAGAIN) {
				perror("blast");
				return 1;
			}
			refused++;
			n = 0;
		}
		sent += (unsigned)n;
		at = (at + n_frames - (BATCH - (unsigned)n)) % n_frames; /* what was not taken goes again */
	}
	printf("%lu %lu %.3f\n", sent, refused, now() - begin);
	return 0;
}
