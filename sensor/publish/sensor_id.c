// SPDX-License-Identifier: Apache-2.0
/* Who this sensor is, for the whole life of an installation. The machine id itself is not given
 * away (machine-id(5)): only a hash of it with our name. */
#include "publish/sensor_id.h"

#include "base/ascii.h"
#include "base/hash.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define ID_MAX 63u
#define SALT   "vigie sensor id\n"

void sensor_id_make(const char *host, const void *machine, size_t n, char out[64])
{
	char salted[sizeof(SALT) + 64], hex[2 * 4 + 1];
	uint8_t sum[32];
	size_t salt = strlen(SALT);
	size_t len = strnlen(host, ID_MAX - 9);

	if (n > 64)
		n = 64;
	memcpy(salted, SALT, salt);
	memcpy(salted + salt, machine, n);
	hash_sha256(salted, salt + n, sum);
	for (size_t i = 0; i < len; i++)
		out[i] = '-';
	for (size_t i = 0; i < len; i++)
		if (ascii_name((uint8_t)host[i]))
			out[i] = host[i];
	snprintf(out + len, 64 - len, "-%s", hash_hex(sum, 4, hex));
}

int sensor_id(const char *configured, char out[64], struct err *err)
{
	char host[256] = "sensor", machine[64];
	ssize_t n = 0;

	if (configured && configured[0]) {
		size_t len = strlen(configured);
		for (size_t i = 0; i < len; i++)
			if (len > ID_MAX || !ascii_name((uint8_t)configured[i])) {
				err_set(err, EINVAL, "'%s' is not a sensor id", configured);
				err_hint(err, "1 to 63 letters, digits, '_', '.' or '-'");
				return -EINVAL;
			}
		memcpy(out, configured, len + 1);
		return 0;
	}
	if (gethostname(host, sizeof(host) - 1) < 0)
		snprintf(host, sizeof(host), "sensor");
	int fd = open("/etc/machine-id", O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		n = read(fd, machine, sizeof(machine));
		close(fd);
	}
	sensor_id_make(host, machine, n > 0 ? (size_t)n : 0, out);
	return 0;
}
