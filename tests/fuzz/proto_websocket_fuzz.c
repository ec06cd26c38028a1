// SPDX-License-Identifier: Apache-2.0
/* WebSocket, both ways, behind an upgrade. */
#include "proto_talk.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char upgrade[] = "\x00\x12"
				      "GET / HTTP/1.1\r\n\r\n"
				      "\x80\x28"
				      "HTTP/1.1 101 Yes\r\nUpgrade: websocket\r\n\r\n";
	uint8_t *all = malloc(sizeof(upgrade) - 1 + size);

	if (!all)
		abort();
	memcpy(all, upgrade, sizeof(upgrade) - 1);
	if (size)
		memcpy(all + sizeof(upgrade) - 1, data, size);
	int rc = talk(6, 80, all, sizeof(upgrade) - 1 + size);
	free(all);
	return rc;
}
