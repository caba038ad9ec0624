/* SPDX-License-Identifier: Apache-2.0 */
/* Days of the calendar, as a number: days since 1970-01-01, in UTC.  0 is no day. */
#pragma once

#include <stdint.h>

enum {
	WARD_DAY_LAST = INT32_MAX, /* after every day that can be written */
	WARD_DAY_SIZE = 16,
};

/* "2027-01-31", from 1970-01-02 to 9999-12-31.  0 or -EINVAL. */
int ward_day_parse(const char *text, int32_t *ret_day);

void ward_day_format(int32_t day, char ret_text[WARD_DAY_SIZE]);

/* By the clock of the machine. */
int32_t ward_day_today(void);
