// SPDX-License-Identifier: Apache-2.0
#include "publish/sensor_id.h"

#include "check.h"

#include <errno.h>

int main(void)
{
	char a[64], b[64], long_name[70];
	struct err err = {0};

	CASE("made from host and machine");
	sensor_id_make("span1", "0123", 4, a);
	CHECK_EQ(strlen(a), 5 + 1 + 8);
	CHECK(strncmp(a, "span1-", 6) == 0);
	sensor_id_make("span1", "0124", 4, b);
	CHECK(strcmp(a, b) != 0);
	CASE("what a host name should not have becomes a dash");
	sensor_id_make("a b/\xff", "", 0, a);
	CHECK(strncmp(a, "a-b---", 6) == 0);
	CASE("a long host name is cut");
	memset(long_name, 'h', sizeof(long_name) - 1);
	long_name[sizeof(long_name) - 1] = 0;
	sensor_id_make(long_name, "", 0, a);
	CHECK_EQ(strlen(a), 63);

	CASE("configured");
	CHECK_EQ(sensor_id("Az09_.-", a, &err), 0);
	CHECK_STR(a, "Az09_.-");
	long_name[63] = 0;
	CHECK_EQ(sensor_id(long_name, a, &err), 0);
	long_name[63] = 'h';
	long_name[64] = 0;
	CHECK_EQ(sensor_id(long_name, a, &err), -EINVAL);
	CHECK_EQ(sensor_id("a b", a, &err), -EINVAL);
	CASE("not configured: the same each time");
	CHECK_EQ(sensor_id("", a, &err), 0);
	CHECK_EQ(sensor_id(NULL, b, &err), 0);
	CHECK_STR(a, b);
	return check_done();
}
