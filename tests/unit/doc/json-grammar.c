/* SPDX-License-Identifier: Apache-2.0 */
/* RFC 8259, production by production: what each allows is read, and what is nearly it is refused.
 * What a refusal says is in json.c; here only counts that there is one, whole or in pieces. */
#include "show.h"

#define CASES(cases) cases, WARD_ARRAY_SIZE(cases)

static bool is_read(const char *text, size_t window)
{
	struct show show;
	bool read;

	show_init(&show);
	show_read(&show, "t.json", text, strlen(text), window);
	read = show.diags.list.n == 0;
	assert_in_range(show.diags.list.n, 0, 1);
	assert_true(read || strcmp(show.diags.list.items[0].code, "bad-json") == 0);
	show_finish(&show);
	show_done(&show);
	return read;
}

/* As elements of a list, so that nothing else is wrong. */
static void assert_all(const char *const *values, size_t n, bool allowed)
{
	static const size_t windows[] = {0, 4, 9};

	for (size_t i = 0; i < n; i++) {
		_cleanup_free_ char *text = ward_format("[ %s ]", values[i]);

		for (size_t k = 0; k < WARD_ARRAY_SIZE(windows); k++)
			if (is_read(text, windows[k]) != allowed)
				fail_msg("%s is %s, by %zu bytes", text,
					 allowed ? "refused" : "read", windows[k]);
	}
}

static void white_space(void **state)
{
	static const char *const allowed[] = {" 1",    "\t1\t",	       "\n1\n",
					      "\r1\r", "\r\n \t1\n\n", "1 , 2"};
	static const char *const refused[] = {
		"\v1",	   "\f1",	 "1\f",	      "\b1",	  "\u00a01", "\u20281",
		"\u20601", "\ufeff1", /* spaces elsewhere */
		"/* */ 1", "1 // one\n", "1 # one\n", "\\u000A1", "\\n1",    "\\t1",
	};

	assert_all(CASES(allowed), true);
	assert_all(CASES(refused), false);
}

static void literals(void **state)
{
	static const char *const allowed[] = {"true", "false", "null", "true,false,null"};
	static const char *const refused[] = {
		"True",	 "TRUE",      "tru",  "truee",	    "true1",  "true_",	"nul",
		"nulll", "Null",      "NULL", "fals",	    "False",  "nan",	"NaN",
		"inf",	 "undefined", "yes",  "a",	    "_",      "\u00e9", "<null>",
		"*",	 "<.>",	      "@",    "true false", "\ud55c",
	};

	assert_all(CASES(allowed), true);
	assert_all(CASES(refused), false);
}

static void integers(void **state)
{
	static const char *const allowed[] = {"0", "-0", "10", "-1",
					      "1234567890123456789012345678"};
	static const char *const refused[] = {
		"+1",	     "++1",    "--1",	"-",	  "- 1",    "-+1",  "1-",  "1+2",
		"00",	     "01",     "-01",	"-00",	  "0x1f",   "0X1F", "0b1", "0o7",
		"1_000",     "1,000,", "1 000", "1a",	  "-1x",    "-a",   "1l",  "Infinity",
		"-Infinity", "+Inf",   "-NaN",	"\uff11", "\u0661",
	};

	assert_all(CASES(allowed), true);
	assert_all(CASES(refused), false);
}

static void fractions(void **state)
{
	static const char *const allowed[] = {
		"0.0",
		"-0.5",
		"1.25",
		"10.010",
		"0e1",
		"0E+1",
		"1e0",
		"1E-01",
		"1.5e007",
		"-1.5E-007",
		"-0e-0",
		"1e999999999999",
		"-1e-999999999999",
	};
	static const char *const refused[] = {
		".5",	 "-.5",	  "+.5",   "5.",    "-5.",  "5.e1",  ".",
		"0.1.2", "1..2",  "1,.5",  "1e",    "1E",   "1e+",   "1e-",
		"1eE2",	 "1e+-2", "1e2.5", "1e2e3", "0.e1", "0.3e+", "00.5",
		"1.0e+", "1 .5",  "1. 5",  "1 e5",  "1e 5", "1.5f",  "0x1.8p1",
	};

	assert_all(CASES(allowed), true);
	assert_all(CASES(refused), false);
}

static void strings(void **state)
{
	static const char *const allowed[] = {
		"\"\"",
		"\" \"",
		"\"/\"",
		"\"'\"",
		"\"//\"",
		"\"#\"",
		"\"{[,:]}\"",
		"\"\x7f\"",
		"\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"",
		"\"\\u0000\\u001f\\u00AB\\uabcd\"",
		"\"\\uD834\\uDD1E\"",
		"\"\\uD800\"",
		"\"\\\\u12\"",
		"\"\\\\\\\\\"",
		"\"\\u0022\"",
		"\"\u00a0\u2028\u2029\ufeff\uffff\U0010ffff\"",
	};
	static const char *const refused[] = {
		"\"",
		"\"a",
		"a\"",
		"\"\\\"",
		"\"\\\\\\\"",
		"'a'",
		"\"a' ",
		"\"a\"\"b\"",
		"\"a\" \"b\"",
		"\"a\"b",
		"\"\\a\"",
		"\"\\v\"",
		"\"\\0\"",
		"\"\\'\"",
		"\"\\x41\"",
		"\"\\U00000041\"",
		"\"\\u\"",
		"\"\\u1\"",
		"\"\\u123\"",
		"\"\\u123g\"",
		"\"\\u 123\"",
		"\"\\u+123\"",
		"\"\\u-123\"",
		"\"\\ \"",
		"\"\\\n\"",
		"\"\\\t\"",
		"\"\\\u00e9\"",
		"\"\t\"",
		"\"\n\"",
		"\"\r\"",
		"\"\x01\"",
		"\"\x1f\"",
		"\"\\uD834\\u\"",
		"\"\\uD834\\uDD1\"",
		"\\u0061",
		"\\\"a\"",
		"\"\\uD800\\\"",
		"`a`",
		"\u201ca\u201d",
		"\"a\\",
	};

	assert_all(CASES(allowed), true);
	assert_all(CASES(refused), false);
}

static void lists(void **state)
{
	static const char *const allowed[] = {
		"",	   "[]",      "[ ]", "[],[]", "[[]]", "1,[2,[3]]", "[1\n,2\r,3\t]",
		"null,{}", "[\"]\"]",
	};
	static const char *const refused[] = {
		",",	   "1,",	 "1,,", ",1",	"1,,2",	 "1;2",	 "1:2",
		"1 2",	   "[1",	 "1]",	"[1,]", "[]]",	 "[1}",	 "{1]",
		"[\"a\"",  "[\"a]",	 "(1)", "1[]",	"[]1",	 "[][]", "[1]{}",
		"\"a\":1", "[1,\n1\n,1", "[{}", "[{]",	"[1,*]", "[-]",	 "...",
	};

	assert_all(CASES(allowed), true);
	assert_all(CASES(refused), false);
}

static void maps(void **state)
{
	static const char *const allowed[] = {
		"{}",
		"{ }",
		"{\"a\":1}",
		"{\"a\" : 1 , \"b\" : [ ] }",
		"{\"\":0}",
		"{\"a\":{\"a\":{}}}",
		"{\"\\u0061b\":1,\"ab\\u0000\":2}",
		"{\n\"a\"\n:\n1\n}",
		"{\"}\":\"{\"}",
	};
	static const char *const refused[] = {
		"{",
		"}",
		"{\"a\"}",
		"{\"a\":}",
		"{:1}",
		"{\"a\" 1}",
		"{\"a\"::1}",
		"{\"a\",1}",
		"{\"a\":1,}",
		"{,\"a\":1}",
		"{\"a\":1,,\"b\":2}",
		"{\"a\":1;\"b\":2}",
		"{\"a\":1 \"b\":2}",
		"{a:1}",
		"{'a':1}",
		"{1:1}",
		"{null:1}",
		"{[]:1}",
		"{{}:1}",
		"{\"a\":1 2}",
		"{\"a\":\"b\" c}",
		"{\"a\":a}",
		"{\"a\":'b'}",
		"{\"a\":1]",
		"{\"a\":1",
		"{\"a\":",
		"{\"a\"",
		"{\"a",
		"{\"a\":1}}",
		"{\"a\":1}#",
		"{\"a\":1}/**/",
		"{\"a\":1,,,}",
		"{\"a\"=1}",
		"{\"a\"=>1}",
		"{\U0001f1e8:1}",
		"{\"a\":1,\"b}",
		"{\"a\" /**/ :1}",
		"{\"a\":\"b\",\"c\"}",
		"{\"a\":(1)}",
		"{*}",
		"{\"a\":1/1}",
	};

	assert_all(CASES(allowed), true);
	assert_all(CASES(refused), false);
}

/* What stands alone, and what stands after it. */
static void documents(void **state)
{
	static const char *const allowed[] = {
		"1", "-0.5", "\"a\"", "true", "[]", "{}", " [] ", "\n{}\n", "{}{}", "{}\n{}",
	};
	static const char *const refused[] = {
		"[]]",
		"[],",
		"[]1",
		"[]a",
		"[] #",
		"[][]",
		"{}]",
		"{},{}",
		"{}1",
		"{}[]",
		"1 2",
		"1,2",
		"\"a\"\"b\"",
		"true false",
		"]",
		"}",
		",",
		":",
		"*",
		"<html>",
		"\\u000A[]",
		"[\\n]",
		"{}\f",
		"\f{}",
		"\u2060[]",
		"\u00e5",
		"a",
		"--- {}",
		"{} ---",
		"[[[[",
		"{\"a\":{\"a\":{",
	};

	for (size_t i = 0; i < WARD_ARRAY_SIZE(allowed); i++)
		assert_true(is_read(allowed[i], 0) && is_read(allowed[i], 4));
	for (size_t i = 0; i < WARD_ARRAY_SIZE(refused); i++)
		assert_false(is_read(refused[i], 0) || is_read(refused[i], 4));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(white_space), cmocka_unit_test(literals),
		cmocka_unit_test(integers),    cmocka_unit_test(fractions),
		cmocka_unit_test(strings),     cmocka_unit_test(lists),
		cmocka_unit_test(maps),	       cmocka_unit_test(documents),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
