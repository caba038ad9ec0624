/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "base/alloc.h"
#include "net/tool.h"

static void done(void **state)
{
	static const char *const argv[] = {"grep", "-q", "^rule 2$", NULL};
	_cleanup_free_ char *why = NULL;

	assert_int_equal(ward_tool_run(argv, "rule 1\nrule 2\n", &why), 0);
	assert_null(why);
	assert_int_equal(ward_tool_run(argv, "rule 1\n", &why), -EINVAL);
	assert_string_equal(why, "grep refuses its rules: ");
}

static void refused(void **state)
{
	static const char *const argv[] = {"sh", "-c", "cat; echo more; exit 3", NULL};
	_cleanup_free_ char *why = NULL;

	assert_int_equal(ward_tool_run(argv, "what was wrong\n", &why), -EINVAL);
	assert_string_equal(why, "sh refuses its rules: what was wrong");
}

static void missing(void **state)
{
	static const char *const argv[] = {"ward-no-such-tool", NULL};
	_cleanup_free_ char *why = NULL;

	assert_int_equal(ward_tool_run(argv, "", &why), -ENOENT);
	assert_non_null(strstr(why, "ward-no-such-tool is not installed"));
}

/* Several at a time; each has its own answer. */
static void together(void **state)
{
	static const char *const argv[] = {"sh", "-c", "read code; exit $code", NULL};
	struct ward_tool tools[4];

	for (int i = 0; i < 4; i++) {
		_cleanup_free_ char *why = NULL;

		assert_int_equal(ward_tool_start(&tools[i], argv, i % 2 ? "1\n" : "0\n", &why), 0);
	}
	for (int i = 0; i < 4; i++) {
		_cleanup_free_ char *why = NULL;

		assert_int_equal(ward_tool_end(&tools[i], &why), i % 2 ? -EINVAL : 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(done),
		cmocka_unit_test(refused),
		cmocka_unit_test(missing),
		cmocka_unit_test(together),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
