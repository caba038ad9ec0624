/* SPDX-License-Identifier: Apache-2.0 */
#include "base/day.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum {
	SECONDS = 24 * 60 * 60
};

static bool has_form(const char *text)
{
	static const char form[] = "dddd-dd-dd";

	if (strlen(text) != strlen(form))
		return false;
	for (size_t i = 0; form[i]; i++)
		if (form[i] == 'd' ? text[i] < '0' || text[i] > '9' : text[i] != form[i])
			return false;
	return true;
}

static int two_digits(const char *text)
{
	return (text[0] - '0') * 10 + (text[1] - '0');
}

/* timegm() would take the 30th of February for a day in March. */
int ward_day_parse(const char *text, int32_t *ret_day)
{
	struct tm tm = {};
	time_t time;

	if (!has_form(text))
		return -EINVAL;
	tm.tm_year = two_digits(text) * 100 + two_digits(text + 2) - 1900;
	tm.tm_mon = two_digits(text + 5) - 1;
	tm.tm_mday = two_digits(text + 8);
	time = timegm(&tm);
	if (time < SECONDS || tm.tm_mon != two_digits(text + 5) - 1 ||
	    tm.tm_mday != two_digits(text + 8))
		return -EINVAL;
	*ret_day = (int32_t)(time / SECONDS);
	return 0;
}

void ward_day_format(int32_t day, char ret_text[WARD_DAY_SIZE])
{
	time_t time = (time_t)day * SECONDS;
	struct tm tm;

	gmtime_r(&time, &tm);
	if (!strftime(ret_text, WARD_DAY_SIZE, "%Y-%m-%d", &tm))
		ret_text[0] = '\0';
}

int32_t ward_day_today(void)
{
	return (int32_t)(time(NULL) / SECONDS);
}
