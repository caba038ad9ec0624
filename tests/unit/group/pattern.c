/* SPDX-License-Identifier: Apache-2.0 */
/* Patterns: what they match, the whole value each; that they mean what POSIX says; what is refused,
 * and that none takes long. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <regex.h>

#include "base/alloc.h"
#include "group/pattern.h"

static const char *const patterns[] = {
	"a",	     "ab",	"a|b",	   "ab|cd",	  "a*",	      "a+b",	  "a?b",
	"(ab)*",     "(a|b)*c", "[a-c]+",  "[^a-c]",	  "[]a]",     "[a-]+",	  ".",
	"..",	     "a.c",	"a\\.c",   "a{2}",	  "a{2,}",    "a{2,3}",	  "(ab){1,2}",
	"^a",	     "a$",	"^a$|^b$", "^(a|b)+$",	  "()",	      "(a|)b",	  "(a*)*",
	"((a|b)c)*", "a{0}b",	"a{0,1}b", "(a{1,2}){2}", "[a-c]*|d", "a|b|c|ab", "(^a|b)c",
};

static const char *const values[] = {
	"",	"a",  "b",  "c",   "d",	  "ab",	 "ba",	"aa", "aaa", "aaaa", "aaaaa",  "cd",
	"abab", "ac", "bc", "aac", "abc", "a.c", "a-c", "]",  "-",   "acbc", "ababab", "x",
};

static bool posix_matches(const char *pattern, const char *value)
{
	_cleanup_free_ char *anchored = ward_format("^(%s)$", pattern);
	regex_t regex;
	bool found;

	assert_int_equal(regcomp(&regex, anchored, REG_EXTENDED | REG_NOSUB), 0);
	found = regexec(&regex, value, 0, NULL, 0) == 0;
	regfree(&regex);
	return found;
}

static void test_like_posix(void **state)
{
	struct ward_pattern_problem problem;
	struct ward_arena arena = {};

	(void)state;
	for (size_t p = 0; p < WARD_ARRAY_SIZE(patterns); p++) {
		const struct ward_pattern *pattern =
			ward_pattern_compile(&arena, patterns[p], &problem);

		assert_non_null(pattern);
		for (size_t v = 0; v < WARD_ARRAY_SIZE(values); v++)
			if (ward_pattern_matches(pattern, values[v]) !=
			    posix_matches(patterns[p], values[v]))
				fail_msg("%s of %s", patterns[p], values[v]);
	}
	ward_arena_done(&arena);
}

static void assert_refused(const char *text, uint32_t at, const char *what)
{
	struct ward_pattern_problem problem;
	struct ward_arena arena = {};

	assert_null(ward_pattern_compile(&arena, text, &problem));
	assert_string_equal(problem.what, what);
	assert_int_equal(problem.at, at);
	ward_arena_done(&arena);
}

static void test_refused(void **state)
{
	(void)state;
	assert_refused("\\d+", 2, "this escape is not known here");
	assert_refused("a\\b", 3, "this escape is not known here");
	assert_refused("a\\", 3, "this escape is not known here");
	assert_refused("[[:alpha:]]", 3, "named classes are not known here");
	assert_refused("[\\d]", 3, "in brackets a backslash means different things");
	assert_refused("[z-a]", 5, "this range has no characters");
	assert_refused("[a", 3, "the bracket is not closed");
	assert_refused("(a", 3, "the parenthesis is not closed");
	assert_refused("a)", 2, "the parenthesis was not opened");
	assert_refused("(?i)a", 2, "(? is not known here");
	assert_refused("*a", 1, "there is nothing to repeat");
	assert_refused("a|+", 3, "there is nothing to repeat");
	assert_refused("a*?", 3, "one repetition follows another");
	assert_refused("a{,2}", 3, "a number of times is missing");
	assert_refused("a{2,1}", 6, "this is no number of times");
	assert_refused("a{64}", 4, "no label value is that long");
}

/* Nested repetition grows and is refused, with steps or without; what is taken is fast. */
static void test_limits(void **state)
{
	struct ward_pattern_problem problem;
	struct ward_arena arena = {};
	char value[] = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab";
	const struct ward_pattern *pattern;

	(void)state;
	assert_null(ward_pattern_compile(&arena, "((a{63}){63}){63}", &problem));
	assert_string_equal(problem.what, "this is too large");
	assert_null(ward_pattern_compile(&arena, "((((){63}){63}){63}){63}", &problem));
	assert_string_equal(problem.what, "this is too large");
	pattern = ward_pattern_compile(&arena, "(a*)*(a*)*(a|aa)+(a|a)*", &problem);
	assert_non_null(pattern);
	for (int i = 0; i < 1000; i++)
		assert_false(ward_pattern_matches(pattern, value));
	ward_arena_done(&arena);
}

static void test_bytes(void **state)
{
	struct ward_pattern_problem problem;
	struct ward_arena arena = {};

	(void)state;
	assert_false(
		ward_pattern_matches(ward_pattern_compile(&arena, ".*", &problem), "\xc3\xa4"));
	assert_false(ward_pattern_matches(ward_pattern_compile(&arena, "[^a]", &problem), "\xff"));
	ward_arena_done(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_like_posix),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
