/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "cli/since.h"

#define S INT64_C(1000000)

static void durations(void **state)
{
	static const struct {
		const char *text;
		int64_t us; /* 0: it is none */
	} cases[] = {
		{"5s", 5 * S},
		{"2m", 120 * S},
		{"1h", 3600 * S},
		{"1h30m", 5400 * S},
		{"1h2m3s", 3723 * S},
		{"1.5h", 5400 * S},
		{"250ms", S / 4},
		{"7d", 7 * 86400 * S},
		{".5s", S / 2},
		{"", 0},
		{"5", 0},
		{"s", 0},
		{"-5s", 0},
		{"+5s", 0},
		{" 5s", 0},
		{"5 s", 0},
		{"5S", 0},
		{"5sec", 0},
		{"5s3", 0},
		{"1e3s", 0},
		{"0x5s", 0},
		{".s", 0},
		{"1.2.3s", 0},
		{"0s", 0},
		{"99999999999h", 0},
		{"nans", 0},
		{"infs", 0},
	};

	for (size_t i = 0; i < WARD_ARRAY_SIZE(cases); i++) {
		int64_t us = 0;

		assert_int_equal(ward_duration_parse(cases[i].text, &us), cases[i].us != 0);
		assert_int_equal(us, cases[i].us);
	}
}

static void instants(void **state)
{
	static const struct {
		const char *text;
		int64_t us; /* -1: it is none */
	} cases[] = {
		{"1970-01-02T00:00:00Z", 86400 * S},
		{"2026-11-23T09:14:02Z", 1795425242 * S},
		{"2026-11-23T09:14:02.25Z", 1795425242 * S + S / 4},
		{"2026-11-23T09:14:02.123456789Z", 1795425242 * S + 123456},
		{"2026-11-23T10:14:02+01:00", 1795425242 * S},
		{"2026-11-23T03:44:02-05:30", 1795425242 * S},
		{"2026-11-23", -1},
		{"2026-11-23T09:14:02", -1},
		{"2026-11-23 09:14:02Z", -1},
		{"2026-06-31T09:14:02Z", -1},
		{"2026-11-23T24:14:02Z", -1},
		{"2026-11-23T09:14:02.Z", -1},
		{"2026-11-23T09:14:02Zulu", -1},
		{"2026-11-23T09:14:02+1:00", -1},
		{"2026-11-23T09:14:02+25:00", -1},
		{"26-11-23T09:14:02Z", -1},
		{"yesterday", -1},
		{"", -1},
	};

	for (size_t i = 0; i < WARD_ARRAY_SIZE(cases); i++) {
		int64_t us = -1;

		assert_int_equal(ward_instant_parse(cases[i].text, &us), cases[i].us != -1);
		assert_int_equal(us, cases[i].us);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(durations),
		cmocka_unit_test(instants),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
