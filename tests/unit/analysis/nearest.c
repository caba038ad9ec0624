/* SPDX-License-Identifier: Apache-2.0 */
#include "analysis/nearest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/alloc.h"

static void distances(void **state)
{
	static const struct {
		const char *a, *b;
		unsigned distance;
	} cases[] = {
		{"", "", 0},	     {"", "abc", 3},   {"abc", "abc", 0},
		{"abc", "abd", 1},   {"abc", "ab", 1}, {"abc", "acb", 1},
		{"form", "from", 1}, {"ca", "abc", 3}, {"kitten", "sitting", 3},
		{"ab", "ba", 1},
	};

	for (size_t i = 0; i < WARD_ARRAY_SIZE(cases); i++) {
		assert_int_equal(ward_edit_distance(cases[i].a, cases[i].b), cases[i].distance);
		assert_int_equal(ward_edit_distance(cases[i].b, cases[i].a), cases[i].distance);
	}
}

static void nearest_first(void **state)
{
	static const char *const words[] = {"map", "can", "lab", "observe", "cat"};
	uint32_t found[WARD_NEAREST_MAX];

	assert_int_equal(ward_nearest("cna", words, 5, found), 1);
	assert_int_equal(found[0], 1);
	assert_int_equal(ward_nearest("cat", words, 5, found), 2);
	assert_int_equal(found[0], 4); /* equal before one edit */
	assert_int_equal(found[1], 1);
	assert_int_equal(ward_nearest("obs", words, 5, found), 1); /* its beginning */
	assert_int_equal(found[0], 3);
	assert_int_equal(ward_nearest("xyz", words, 5, found), 0);
}

static void at_most_five(void **state)
{
	static const char *const words[] = {"aab", "aac", "aad", "aae", "aaf", "aaa", "aag"};
	uint32_t found[WARD_NEAREST_MAX];

	assert_int_equal(ward_nearest("aaa", words, 7, found), WARD_NEAREST_MAX);
	assert_int_equal(found[0], 5);
	assert_int_equal(found[4], 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(distances),
		cmocka_unit_test(nearest_first),
		cmocka_unit_test(at_most_five),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
