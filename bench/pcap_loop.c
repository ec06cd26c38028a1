// SPDX-License-Identifier: Apache-2.0
/* libpcap alone: reads every packet of a capture and looks at one byte. The yardstick of the file
 * path. Prints "packets bytes checksum". */
#include <pcap/pcap.h>
#include <stdio.h>

int main(int argc, char **argv)
{
	char why[PCAP_ERRBUF_SIZE];
	struct pcap_pkthdr *h;
	const unsigned char *data;
	unsigned long packets = 0, bytes = 0, sum = 0;

	if (argc != 2)
		return 2;
	pcap_t *p = pcap_open_offline(argv[1], why);
	if (!p) {
		fprintf(stderr, "pcap_loop: %s\n", why);
		return 1;
	}
	while (pcap_next_ex(p, &h, &data) == 1) {
		packets++;
		bytes += h->caplen;
		sum += h->caplen ? data[h->caplen - 1] : 0;
	}
	printf("%lu %lu %lu\n", packets, bytes, sum);
	pcap_close(p);
	return 0;
}
