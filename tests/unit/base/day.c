/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/day.h"

static void days_are_read_and_written(void **state)
{
	static const struct {
		const char *text;
		int32_t day;
	} cases[] = {
		{"1970-01-02", 1},     {"2000-02-29", 11016},	{"2027-01-31", 20849},
		{"2028-02-29", 21243}, {"9999-12-31", 2932896},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char text[WARD_DAY_SIZE];
		int32_t day = 0;

		assert_int_equal(ward_day_parse(cases[i].text, &day), 0);
		assert_int_equal(day, cases[i].day);
		ward_day_format(day, text);
		assert_string_equal(text, cases[i].text);
	}
}

static void what_is_no_day_is_refused(void **state)
{
	static const char *const cases[] = {
		"",	      "1970-01-01",  "1969-12-31",	     "2027-02-29", "2027-13-01",
		"2027-00-10", "2027-01-00",  "2027-01-32",	     "2027-1-31",  "27-01-31",
		"2027/01/31", "2027-01-31 ", "2027-01-31T00:00:00Z", "+027-01-31",
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		int32_t day = 7;

		assert_true(ward_day_parse(cases[i], &day) < 0);
		assert_int_equal(day, 7);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(days_are_read_and_written),
		cmocka_unit_test(what_is_no_day_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
