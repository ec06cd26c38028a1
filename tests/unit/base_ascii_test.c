// SPDX-License-Identifier: Apache-2.0
#include "base/ascii.h"
#include "check.h"

#include <ctype.h>

int main(void)
{
	CASE("each byte as the C locale has it");
	for (unsigned c = 0; c < 256; c++) {
		bool marks = c == '_' || c == '.' || c == '-';

		CHECK_EQ(ascii_lower((uint8_t)c), tolower((int)c));
		CHECK_EQ(ascii_alnum((uint8_t)c), isalnum((int)c) != 0);
		CHECK_EQ(ascii_name((uint8_t)c), isalnum((int)c) != 0 || marks);
	}
	return check_done();
}
