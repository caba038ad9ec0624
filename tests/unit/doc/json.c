/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>

#include "show.h"

#define CASES(cases) cases, WARD_ARRAY_SIZE(cases)

static void values(void **state)
{
	static const struct read_case cases[] = {
		{"[null]", "[null]"},
		{"true", "true"},
		{" false ", "false"},
		{"\"\"", "\"\""},
		{"0", "0"},
		{"[]", "[]"},
		{"{}", "{}"},
		{"[ ]", "[]"},
		{"{ }", "{}"},
		{"\t\r\n [1 ,\n2]\n", "[1, 2]"},
		{"{\"a\":{\"b\":[{},[[]],null]}}", "{a:{b:[{}, [[]], null]}}"},
		{"{\"\":0}", "{:0}"},
		{"{\"abw\":1,\"ab\":2}", "{abw:1, ab:2}"}, /* share a bit of the duplicate check */
		{"\xef\xbb\xbf{\"bom\":1}", "{bom:1}"},
		{"{\"a\":1}\r\n{\"b\":2}{\"c\":3}", "{a:1} {b:2} {c:3}"},
	};

	assert_reads("t.json", CASES(cases));
}

static void numbers(void **state)
{
	static const struct read_case cases[] = {
		{"[0,-0,7,-7]", "[0, 0, 7, -7]"},
		{"[9223372036854775807,-9223372036854775808]",
		 "[9223372036854775807, -9223372036854775808]"},
		{"[9223372036854775808,-9223372036854775809]",
		 "[9.22337203685478e+18f, -9.22337203685478e+18f]"},
		{"[123456789012345678901234567890]", "[1.23456789012346e+29f]"},
		{"[1.0,1.5,-0.0]", "[1f, 1.5f, -0f]"},
		{"[1e2,1E+2,1e-2,1.5e1]", "[100f, 100f, 0.01f, 15f]"},
		{"[1e400,-1e400,1e-400]", "[inff, -inff, 0f]"},
	};

	assert_reads("t.json", CASES(cases));
}

/* What cannot be said in UTF-8 or in a C string becomes U+FFFD. */
static void strings(void **state)
{
	static const struct read_case cases[] = {
		{"\"plain text that is longer than a word\"",
		 "\"plain text that is longer than a word\""},
		{"\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\"\\/\b\f\n\r\t\""},
		{"\"1234567\\n1234567\\n\"", "\"1234567\n1234567\n\""},
		{"\"\\u0041\\u00e9\\u20AC\\u20ac\"", "\"A\u00e9\u20ac\u20ac\""},
		{"\"\\ud83d\\ude00\"", "\"\U0001f600\""},
		{"\"\\ud83d\"", "\"\ufffd\""},
		{"\"\\ude00\\ud83d\"", "\"\ufffd\ufffd\""},
		{"\"\\ude00\\ude00\"", "\"\ufffd\ufffd\""},
		{"\"\\ud83dx\"", "\"\ufffdx\""},
		{"\"\\ud83d\\n\"", "\"\ufffd\n\""},
		{"\"\\ud83d\\ud83d\\ude00\"", "\"\ufffd\U0001f600\""},
		{"\"a\\u0000b\"", "\"a\ufffdb\""},
		{"\"\\uffff\\u0001\"", "\"\uffff\x01\""},
		{"\"\u00e9\u20ac\U0001f600\x7f\"", "\"\u00e9\u20ac\U0001f600\x7f\""},
		{"{\"a\\u0041\":1}", "{aA:1}"},
	};

	assert_reads("t.json", CASES(cases));
}

static void refusals(void **state)
{
#define BAD(at, message) at " error bad-json: malformed JSON: " message
	static const struct read_case cases[] = {
		{"[1", BAD("1:3", "expected a ',' or the closing ']', found the end")},
		{"[1 2]", BAD("1:4", "expected a ',' or the closing ']', found '2'")},
		{"[\n1,\n]", BAD("3:1", "expected a value after the ',', found ']' "
					"(no ',' after the last one)")},
		{"[,1]", BAD("1:2", "expected a value, found ','")},
		{"[1,,2]", BAD("1:4", "expected a value, found ','")},
		{"[", BAD("1:2", "expected a value, found the end")},
		{"]", BAD("1:1", "expected a value, found ']'")},
		{"[1}", BAD("1:3", "expected a ',' or the closing ']', found '}'")},
		{"{\"a\":1", BAD("1:7", "expected a ',' or the closing '}', found the end")},
		{"{\"a\":1,}", BAD("1:8", "expected a key after the ',', found '}' "
					  "(no ',' after the last one)")},
		{"{\"a\" 1}", BAD("1:6", "expected a ':' after the key, found '1'")},
		{"{\"a\":}", BAD("1:6", "expected a value, found '}'")},
		{"{\"a\"", BAD("1:5", "expected a ':' after the key, found the end")},
		{"{a:1}", BAD("1:2", "expected a key in quotes, found 'a'")},
		{"{'a':1}",
		 BAD("1:2", "expected a key in quotes, found ''' (JSON's quotes are double)")},
		{"['a']", BAD("1:2", "expected a value, found ''' (JSON's quotes are double)")},
		{"{1:1}", BAD("1:2", "expected a key in quotes, found '1'")},
		{"{,}", BAD("1:2", "expected a key in quotes, found ','")},
		{"True", BAD("1:1", "expected a value, found 'T'")},
		{"nul", BAD("1:1", "expected a value, found 'n'")},
		{"truex", "true " BAD("1:5", "expected the end, found 'x'")},
		{"NaN", BAD("1:1", "expected a value, found 'N'")},
		{"[-Infinity]", BAD("1:3", "expected a digit, found 'I'")},
		{"[+1]", BAD("1:2", "expected a value, found '+'")},
		{"[.5]", BAD("1:2", "expected a value, found '.'")},
		{"[-]", BAD("1:3", "expected a digit, found ']'")},
		{"[01]", BAD("1:3", "expected a ',' or the closing ']', found '1'")},
		{"[-01]", BAD("1:4", "expected a ',' or the closing ']', found '1'")},
		{"[0x1]", BAD("1:3", "expected a ',' or the closing ']', found 'x'")},
		{"[1.]", BAD("1:4", "expected a digit, found ']'")},
		{"[1.e5]", BAD("1:4", "expected a digit, found 'e'")},
		{"[1e]", BAD("1:4", "expected a digit, found ']'")},
		{"[1e+]", BAD("1:5", "expected a digit, found ']'")},
		{"[1 000]", BAD("1:4", "expected a ',' or the closing ']', found '0'")},
		{"[1]//x", "[1] " BAD("1:4", "expected the end, found '/'")},
		{"[/*x*/1]", BAD("1:2", "expected a value, found '/'")},
		{"[1][2]", "[1] " BAD("1:4", "expected the end, found '['")},
		{"{}[]", "{} " BAD("1:3", "expected the end or another object, found '['")},
		{"{} \"x\"", "{} " BAD("1:4", "expected the end or another object, found '\"'")},
		{"\"x\" {}", "\"x\" " BAD("1:5", "expected the end, found '{'")},
		{"{}}", "{} " BAD("1:3", "expected the end or another object, found '}'")},
		{"[\f1]", BAD("1:2", "expected a value, found the byte 0x0c")},
		{"[\u00a01]", BAD("1:2", "expected a value, found the byte 0xc2")},
		{"[\n \"abc", BAD("2:2", "the string does not end (close the quote)")},
		{"\"abc\\\"", BAD("1:1", "the string does not end (close the quote)")},
		{"\"\\", BAD("1:2", "no such escape in JSON (a backslash itself is written \\\\)")},
		{"\"a\\x\"",
		 BAD("1:3", "no such escape in JSON (a backslash itself is written \\\\)")},
		{"\"\\u12\"", BAD("1:2", "\\u without four hexadecimal digits")},
		{"\"\\u12g4\"", BAD("1:2", "\\u without four hexadecimal digits")},
		{"\"\\U0041\"",
		 BAD("1:2", "no such escape in JSON (a backslash itself is written \\\\)")},
		{"\"a\nb\"", BAD("1:3", "a control character in a string "
					"(write a line break as \\n, a tab as \\t)")},
		{"\"a\tb\"", BAD("1:3", "a control character in a string "
					"(write a line break as \\n, a tab as \\t)")},
		{"[\"\xff\"]", "1:3 error not-utf8: the byte 0xff is not part of UTF-8 text "
			       "(save the file as UTF-8)"},
		{"[\"\xed\xa0\x80\"]", "1:3 error not-utf8: the byte 0xed is not part of UTF-8 "
				       "text (save the file as UTF-8)"},
		{"", "0:0 error empty-input: the file is empty " EMPTY_HINT},
		{" \n", "0:0 error empty-input: no document in it " EMPTY_HINT},
		{"null", "0:0 error empty-input: no document in it " EMPTY_HINT},
		{"{\"a\":1,\n \"b\":2, \"a\":3}",
		 "2:9 error duplicate-key: the key \"a\" is already at line 1, column 2 of this "
		 "map (keep one of the two)"},
	};
#undef BAD

	assert_reads("t.json", CASES(cases));
}

static void nul_bytes(void **state)
{
	assert_reads_n("t.json", "[1,\0]", 5, false,
		       "1:4 error bad-json: malformed JSON: expected a value, found the byte 0x00");
	assert_reads_n("t.json", "{}\0", 3, false,
		       "{} 1:3 error bad-json: malformed JSON: expected the end or another object, "
		       "found the byte 0x00");
	assert_reads_n("t.json", "\"a\0b\"", 5, false,
		       "1:3 error bad-json: malformed JSON: a control character in a string "
		       "(write a line break as \\n, a tab as \\t)");
}

static void marks(void **state)
{
	static const char input[] = "{\n"
				    "  \"a\": [1, \"\u00e9\", {}],\r\n"
				    "\t\"b\" :\n"
				    "          null}";

	assert_reads_n("t.json", input, strlen(input), true,
		       "{a@2:3:[1@2:9, \"\u00e9\"@2:12, {}@2:18]@2:8, b@3:2:null@4:11}@1:1");
}

/* A mistake far behind the first window is where it is; what came windows before was handed out. */
static void long_lists(void **state)
{
	struct show show;
	FILE *file = tmpfile();

	fputs("{\"apiVersion\":\"v1\",\"items\":[", file);
	for (int i = 0; i < 1000; i++)
		fprintf(file, "%s\n {\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"n\":%d}",
			i ? "," : "", i);
	fputs(",\n \xff]}", file);
	rewind(file);
	show_init(&show);
	show.reader.window = 100;
	ward_read_fd(&show.reader, "t.json", fileno(file));
	assert_in_range(show.reader.n_documents, 990, 1000);
	assert_int_equal(show.diags.list.n, 1);
	assert_string_equal(show.diags.list.items[0].code, "not-utf8");
	assert_int_equal(show.diags.list.items[0].mark.line, 1002);
	assert_int_equal(show.diags.list.items[0].mark.col, 2);
	show_done(&show);
	fclose(file);
}

static char *nested(uint32_t depth)
{
	char *text = ward_alloc(2 * depth + 1);

	memset(text, '[', depth);
	memset(text + depth, ']', depth);
	return text;
}

static void depth(void **state)
{
	_cleanup_free_ char *allowed = nested(256), *refused = nested(257);
	struct show show;

	show_init(&show);
	ward_read_memory(&show.reader, "t.json", allowed, strlen(allowed));
	assert_string_equal(show_finish(&show), allowed);
	show_done(&show);
	assert_reads_n("t.json", refused, strlen(refused), false,
		       "1:257 error too-deep: lists and maps are nested more than 256 levels "
		       "deep here");
}

static void large_maps(void **state)
{
	struct show show;
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	fputc('{', out);
	for (int i = 0; i < 1000; i++)
		fprintf(out, "\"key-%d\":1,", i);
	fputs("\"key-500\":1}", out);
	fclose(out);
	show_init(&show);
	ward_read_memory(&show.reader, "t.json", text, size);
	assert_int_equal(show.diags.list.n, 1);
	assert_string_equal(show.diags.list.items[0].code, "duplicate-key");
	assert_int_equal(show.reader.n_documents, 0);
	show_done(&show);
	free(text);
}

static void lists(void **state)
{
#define ITEM(name) "{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"name\":\"" name "\"}"
#define SHOWN(name) "{apiVersion:\"v1\", kind:\"Pod\", name:\"" name "\"}"
	static const struct read_case cases[] = {
		/* as kubectl get writes it */
		{"{\"apiVersion\":\"v1\",\"items\":[" ITEM("a") "," ITEM(
			 "b") "],\"kind\":\"List\"}",
		 SHOWN("a") " " SHOWN("b")},
		/* as the API server does */
		{"{\"kind\":\"PodList\",\"apiVersion\":\"v1\",\"items\":[{\"name\":\"a\"}]}",
		 SHOWN("a")},
		/* sorted by keys: the items have to wait for their kind */
		{"{\"apiVersion\":\"v1\",\"items\":[" ITEM("a") ",{\"name\":\"b\"}," ITEM(
			 "c") "],"
			      "\"kind\":\"PodList\"}",
		 SHOWN("a") " " SHOWN("b") " " SHOWN("c")},
		{"{\"items\":[{\"name\":\"a\"}],\"kind\":\"PodList\",\"apiVersion\":\"v1\"}",
		 SHOWN("a")},
		/* one in another */
		{"{\"apiVersion\":\"v1\",\"kind\":\"List\",\"items\":[{\"apiVersion\":\"v1\","
		 "\"kind\":\"PodList\",\"items\":[{\"name\":\"a\"}]}]}",
		 SHOWN("a")},
		{"{\"apiVersion\":\"v1\",\"kind\":\"List\",\"items\":[]}", ""},
		/* no lists */
		{"{\"apiVersion\":\"v1\",\"kind\":\"Box\",\"items\":[1]}",
		 "{apiVersion:\"v1\", kind:\"Box\", items:[1]}"},
		{"{\"items\":[1]}", "{items:[1]}"},
		{"{\"apiVersion\":\"v1\",\"kind\":\"AllowList\"}",
		 "{apiVersion:\"v1\", kind:\"AllowList\"}"},
		/* an item with a mistake is left out, the others are not */
		{"{\"apiVersion\":\"v1\",\"kind\":\"List\",\"items\":[{\"a\":1,\"a\":2}," ITEM(
			 "b") "]}",
		 SHOWN("b") " 1:50 error duplicate-key: the key \"a\" is already at line 1, "
			    "column 44 of this map (keep one of the two)"},
		{"{\"apiVersion\":\"v1\",\"items\":[" ITEM("a") "],\"kind\":\"Box\"}",
		 SHOWN("a") " 1:81 error bad-list: the items of this object were read as objects, "
			    "but its kind is Box (if this is a list, its kind must end in List; "
			    "if not, write kind before items)"},
	};
#undef ITEM
#undef SHOWN

	assert_reads("t.json", CASES(cases));
}

/* What is not named .json may be YAML though it begins like JSON. */
static void not_named_json(void **state)
{
	static const struct read_case cases[] = {
		{"{\"a\":1}", "{a:1}"},
		{"{a: yes}", "{a:true}"},
		{"[a, b]", "[\"a\", \"b\"]"},
		{"{\"a\":1}\n---\nb: 2\n---\n{\"c\":3}", "{a:1} {b:2} {c:3}"},
		{"{\"a\":1} {b: 2}", "{a:1} 1:10 error bad-json: malformed JSON: expected a key in "
				     "quotes, found 'b'"},
		{"{\"a\": 1,\n \"b\": \"x\" \"c\": 1}",
		 "2:11 error bad-json: malformed JSON: expected a ',' or the closing '}', "
		 "found '\"'"},
		{"{\"a\":1}\n{b: [}", "{a:1} 2:6 error bad-yaml: malformed YAML: a value was "
				      "expected here"},
	};

	assert_reads("t", CASES(cases));
}

static int stop(void *userdata, ward_sym file, const struct ward_node *root)
{
	return ++*(int *)userdata == 2 ? -ECANCELED : 0;
}

static void the_callback_stops(void **state)
{
	static const char *const inputs[] = {
		"{}{}{}",
		"{\"apiVersion\":\"v1\",\"kind\":\"List\",\"items\":[{},{},{}]}",
		"a: 1\n---\na: 1\n---\na: 1\n",
	};

	for (size_t i = 0; i < WARD_ARRAY_SIZE(inputs); i++) {
		struct show show;
		int n = 0;

		show_init(&show);
		show.reader.fn = stop;
		show.reader.userdata = &n;
		assert_int_equal(ward_read_memory(&show.reader, "t", inputs[i], strlen(inputs[i])),
				 -ECANCELED);
		assert_int_equal(n, 2);
		assert_int_equal(show.diags.list.n, 0);
		show_done(&show);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values),	  cmocka_unit_test(numbers),
		cmocka_unit_test(strings),	  cmocka_unit_test(refusals),
		cmocka_unit_test(nul_bytes),	  cmocka_unit_test(marks),
		cmocka_unit_test(long_lists),	  cmocka_unit_test(depth),
		cmocka_unit_test(large_maps),	  cmocka_unit_test(lists),
		cmocka_unit_test(not_named_json), cmocka_unit_test(the_callback_stops),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
