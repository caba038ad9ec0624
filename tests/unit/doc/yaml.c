/* SPDX-License-Identifier: Apache-2.0 */
#include "show.h"

#define CASES(cases) cases, WARD_ARRAY_SIZE(cases)

/* The words of YAML 1.1, and what kubectl's library makes of numbers. */
static void scalars(void **state)
{
	static const struct read_case cases[] = {
		{"[~, null, Null, NULL, nULL]", "[null, null, null, null, \"nULL\"]"},
		{"a:\nb: ''", "{a:null, b:\"\"}"},
		{"[true, True, TRUE, tRUE]", "[true, true, true, \"tRUE\"]"},
		{"[yes, Yes, YES, y, Y, on, On, ON]",
		 "[true, true, true, true, true, true, true, true]"},
		{"[no, No, NO, n, N, off, Off, OFF, false, False, FALSE]",
		 "[false, false, false, false, false, false, false, false, false, false, false]"},
		{"['yes', \"on\", \"~\", '1']", "[\"yes\", \"on\", \"~\", \"1\"]"},
		{"[yess, nope, tru, Nul, of]", "[\"yess\", \"nope\", \"tru\", \"Nul\", \"of\"]"},
		{"[0, -0, +7, 1_000, 12_]", "[0, 0, 7, 1000, 12]"},
		{"[0x1F, 0X1f, -0xf, 0x, 0xg]", "[31, 31, -15, \"0x\", \"0xg\"]"},
		{"[0b101, -0b1, 0b2]", "[5, -1, \"0b2\"]"},
		{"[017, 0o17, 0O17, 0o8, 00]", "[15, 15, 15, \"0o8\", 0]"},
		{"[08, 09.5]", "[8, 9.5f]"}, /* no octal, but a float */
		{"[9223372036854775807, -9223372036854775808, 9223372036854775808]",
		 "[9223372036854775807, -9223372036854775808, 9.22337203685478e+18f]"},
		{"[99999999999999999999]", "[1e+20f]"},
		{"[1.5, .5, -.5, 1., 80.0, 1e3, 1E-2]", "[1.5f, 0.5f, -0.5f, 1, 80, 1000, 0.01f]"},
		{"[1e400, 1e, ., -, +, ._5, 1.2.3]",
		 "[\"1e400\", \"1e\", \".\", \"-\", \"+\", \"._5\", \"1.2.3\"]"},
		{"[.inf, -.Inf, +.INF, .nan]", "[inff, -inff, inff, nanf]"},
		{"[1:30, 2001-12-14, 10.0.0.0/8, 1.2.3.4, 0x1.8p1, inf, nan]",
		 "[\"1:30\", \"2001-12-14\", \"10.0.0.0/8\", \"1.2.3.4\", \"0x1.8p1\", \"inf\", "
		 "\"nan\"]"},
		{"[!!str 1, !!str yes, !!int '12', !!float 3, !!bool on, !!null ~, !local 1, ! 1]",
		 "[\"1\", \"yes\", 12, 3, true, null, \"1\", \"1\"]"},
		{"|\n  a\n  b\n", "\"a\nb\n\""},
		{">-\n  a\n  b\n", "\"a b\""},
		{"\"\\x41\\u00e9\\0z\"", "\"A\u00e9\ufffdz\""},
	};

	assert_reads("t", CASES(cases));
}

static void keys(void **state)
{
	static const struct read_case cases[] = {
		{"1: a\n0x10: b\ntrue: c\nNo : d\n",
		 "{1:\"a\", 16:\"b\", true:\"c\", false:\"d\"}"},
		{"true: a\nyes: b\n",
		 "2:1 error duplicate-key: the key \"true\" is already at line 1, column 1 of "
		 "this map (keep one of the two)"},
		{"a: &k key\n*k : v\n", "{a:\"key\", key:\"v\"}"},
		{"? a\n: b\n", "{a:\"b\"}"},
		{"? [a]\n: b\n", "1:3 error bad-key: a key must be a string "
				 "(write the key in quotes if it is meant as text)"},
		{"1.5: a\n", "1:1 error bad-key: a key must be a string "
			     "(write the key in quotes if it is meant as text)"},
		{"a: 1\n~: 2\n", "2:1 error bad-key: a key must be a string "
				 "(write the key in quotes if it is meant as text)"},
		{"x:\n  a: 1\n  b: 2\n  a: 3\n",
		 "4:3 error duplicate-key: the key \"a\" is already at line 2, column 3 of this "
		 "map (keep one of the two)"},
		{"a: 1\na: 2\n---\nb: 3\n",
		 "{b:3} 2:1 error duplicate-key: the key \"a\" is already at line 1, column 1 of "
		 "this map (keep one of the two)"},
	};

	assert_reads("t", CASES(cases));
}

static void documents(void **state)
{
	static const struct read_case cases[] = {
		{"a: 1\n---\nb: 2\n", "{a:1} {b:2}"},
		{"---\n---\n# nothing\n---\na: 1\n---\n", "{a:1}"},
		{"a: 1\n...\n---\nb: 2\n...\n", "{a:1} {b:2}"},
		{"%YAML 1.1\n---\na: 1\n", "{a:1}"},
		{"a: 1\r\nb:\r\n- 2\r\n", "{a:1, b:[2]}"},
		{"\xef\xbb\xbf"
		 "a: 1\n",
		 "{a:1}"},
		{"", "0:0 error empty-input: the file is empty " EMPTY_HINT},
		{"# only this\n", "0:0 error empty-input: no document in it " EMPTY_HINT},
		{"--- ~\n", "0:0 error empty-input: no document in it " EMPTY_HINT},
		{"apiVersion: v1\nitems:\n- {apiVersion: v1, kind: Pod, a: 1}\n"
		 "- {apiVersion: v1, kind: Pod, a: 2}\nkind: List\n",
		 "{apiVersion:\"v1\", kind:\"Pod\", a:1} {apiVersion:\"v1\", kind:\"Pod\", a:2}"},
		{"apiVersion: v1\nkind: PodList\nitems:\n- a: &x [1]\n- a: *x\n",
		 "{apiVersion:\"v1\", kind:\"Pod\", a:[1]} {apiVersion:\"v1\", kind:\"Pod\", "
		 "a:[1]}"},
		{"kind: List\napiVersion: v1\nitems: &i\n- {kind: A, apiVersion: b}\n",
		 "{kind:\"A\", apiVersion:\"b\"}"},
	};

	assert_reads("t", CASES(cases));
}

static void marks(void **state)
{
	static const char input[] = "# \u00e9\n"
				    "a: [\u00e9, b]\n"
				    "\u00e9: {c: \"d\"}\r\n"
				    "\n"
				    "l:\n"
				    "- x: |\n"
				    "    text\n"
				    "  w:\n"
				    "- &n z\n"
				    "- *n\n";

	assert_reads_n("t", input, strlen(input), true,
		       "{a@2:1:[\"\u00e9\"@2:5, \"b\"@2:9]@2:4, "
		       "\u00e9@3:1:{c@3:6:\"d\"@3:9}@3:5, "
		       "l@5:1:[{x@6:3:\"text\n\"@6:6, w@8:3:null@8:5}@6:3, \"z\"@9:3, "
		       "\"z\"@10:3]@6:1}@2:1");
}

static void merges(void **state)
{
	static const struct read_case cases[] = {
		{"a: &a {x: 1, v: 2}\nb:\n  <<: *a\n  v: 3\n", "{a:{x:1, v:2}, b:{x:1, v:3}}"},
		{"- &a {x: 1, v: 1}\n- &b {x: 2, z: 2}\n- <<: [*a, *b]\n  w: 0\n",
		 "[{x:1, v:1}, {x:2, z:2}, {x:1, z:2, v:1, w:0}]"},
		{"- &a {x: 1}\n- &b {<<: *a, v: 2}\n- {<<: *b}\n",
		 "[{x:1}, {x:1, v:2}, {x:1, v:2}]"},
		{"<<: {x: 1}\n", "{x:1}"},
		{"'<<': 1\n", "{<<:1}"},
		{"- &a {x: 1}\n- x: 2\n  <<: *a\n",
		 "[{x:1}, {x:1}] 3:3 warning merge-order: this << overrides the key \"x\" of line "
		 "2: "
		 "kubectl takes the later of the two, other programs the map's own key "
		 "(write << as the first key of the map)"},
		{"<<: 1\n", "1:5 error bad-merge: << merges maps, but this is an integer "
			    "(give << an alias of a map, such as *defaults)"},
		{"<<: [{a: 1}, b]\n", "1:14 error bad-merge: << merges maps, but this is a string "
				      "(give << an alias of a map, such as *defaults)"},
		{"<<: {a: 1}\nb: 2\nb: 3\n",
		 "3:1 error duplicate-key: the key \"b\" is already at line 2, column 1 of this "
		 "map (keep one of the two)"},
	};

	assert_reads("t", CASES(cases));
}

static void aliases(void **state)
{
	static const struct read_case cases[] = {
		{"a: &x [1, 2]\nb: *x\n", "{a:[1, 2], b:[1, 2]}"},
		{"a: &x 1\nb: &x 2\nc: *x\n", "{a:1, b:2, c:2}"},
		{"&x [&x a, *x]\n", "[\"a\", \"a\"]"},
		{"a: *x\n", "1:4 error bad-alias: the alias names an anchor that is not there "
			    "(anchors belong to one document and come before their use)"},
		{"a: &x 1\n---\nb: *x\n",
		 "{a:1} 3:4 error bad-alias: the alias names an anchor that is not there "
		 "(anchors belong to one document and come before their use)"},
		{"a: &x [1, *x]\n", "1:11 error bad-alias: the alias is inside of what it names"},
		{"a0: &a0 [1]\n"
		 "a1: &a1 [*a0,*a0,*a0,*a0,*a0,*a0,*a0,*a0,*a0,*a0]\n"
		 "a2: &a2 [*a1,*a1,*a1,*a1,*a1,*a1,*a1,*a1,*a1,*a1]\n"
		 "a3: &a3 [*a2,*a2,*a2,*a2,*a2,*a2,*a2,*a2,*a2,*a2]\n"
		 "a4: &a4 [*a3,*a3,*a3,*a3,*a3,*a3,*a3,*a3,*a3,*a3]\n"
		 "a5: &a5 [*a4,*a4,*a4,*a4,*a4,*a4,*a4,*a4,*a4,*a4]\n"
		 "a6: &a6 [*a5,*a5,*a5,*a5,*a5,*a5,*a5,*a5,*a5,*a5]\n",
		 "7:22 error too-many-aliases: the aliases of this document expand to more than "
		 "1000000 values (write out what is meant)"},
	};

	assert_reads("t", CASES(cases));
}

static void refusals(void **state)
{
#define BAD(at, message) at " error bad-yaml: " message
	static const struct read_case cases[] = {
		{"a:\n\tb: 1\n", BAD("2:1", "malformed YAML: a tab stands where indentation is "
					    "expected (indent with spaces)")},
		{"a: 1\n b: 2\n",
		 BAD("2:3", "malformed YAML: a ':' is not expected here "
			    "(check the indentation, or quote the value if it contains ': ')")},
		{"a: b: c\n",
		 BAD("1:5", "malformed YAML: a ':' is not expected here "
			    "(check the indentation, or quote the value if it contains ': ')")},
		{"a:\n  b: 1\n c: 2\n",
		 BAD("3:2", "malformed YAML: a key was expected here "
			    "(check the indentation: the keys of a map stand in one column)")},
		{"a:\n  - 1\n  b: 2\n",
		 BAD("3:3", "malformed YAML: the next '-' of the list was expected here "
			    "(check the indentation: the items of a list stand in one column)")},
		{"a: [1, 2\nb: 3\n",
		 BAD("2:2", "malformed YAML: a ',' or the closing ']' was expected here")},
		{"a: {b: 1\n",
		 BAD("2:1", "malformed YAML: a ',' or the closing '}' was expected here")},
		{"a: \"b\n",
		 BAD("1:4", "malformed YAML: the quoted text that begins here does not end "
			    "(close the quote)")},
		{"a: \"\\q\"\n", BAD("1:5", "malformed YAML: no such escape after '\\' (in double "
					    "quotes a backslash is written \\\\; single quotes "
					    "take it as it is)")},
		{"a: @b\n", BAD("1:4", "malformed YAML: no value can begin with this character "
				       "(quote the value)")},
		{"a: *\n", BAD("1:5", "malformed YAML: the anchor or alias has no name "
				      "(quote the value if it is to begin with '&' or '*')")},
		{"a\nb: 1\n",
		 BAD("2:2", "malformed YAML: a ':' is not expected here "
			    "(check the indentation, or quote the value if it contains ': ')")},
		{"name: {{ .Values.name }}-x\n",
		 "1:8 error bad-key: a key must be a string (if this is a Helm template, read the "
		 "output of `helm template`) " BAD(
			 "1:25", "malformed YAML: a key was expected here "
				 "(this looks like a Helm template: read the output of "
				 "`helm template`)")},
		{"%YAML 3.0\n---\na: 1\n",
		 BAD("1:1", "malformed YAML: only YAML 1.1 and 1.2 are understood")},
		{"a: \x01\n",
		 BAD("1:4", "the control character U+0001 is not allowed in YAML "
			    "(write it as an escape (\\x..) in double quotes, or take it out)")},
		{"\u00e9: 1\nb: \xc0\xaf\n", "2:4 error not-utf8: the byte 0xc0 is not part of "
					     "UTF-8 text (save the file as UTF-8)"},
		{"\xff\xfe"
		 "a",
		 "1:1 error not-utf8: the byte 0xff is not part of UTF-8 text "
		 "(this is UTF-16: save it as UTF-8)"},
		{"a: !!int x\n", "1:4 error bad-tag: the value does not fit its tag "
				 "(leave the tag out)"},
		{"a: !!binary aGk=\n", "1:4 error bad-tag: the value does not fit its tag "
				       "(leave the tag out)"},
		{"a: 1\n---\nb: [\n", "{a:1} " BAD("4:1", "malformed YAML: a value was expected "
							  "here")},
	};
#undef BAD

	assert_reads("t", CASES(cases));
	assert_reads_n("t", "a: 1\nb: \0\n", 10, false,
		       "2:4 error nul-byte: a NUL byte in the text (this is no text file, or it "
		       "was damaged)");
}

/* "k: [[…x…]]" */
static char *nested(int depth)
{
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	fputs("k: ", out);
	for (int i = 1; i < depth; i++)
		fputc('[', out);
	fputs("x", out);
	for (int i = 1; i < depth; i++)
		fputc(']', out);
	fclose(out);
	return text;
}

static void depth(void **state)
{
	_cleanup_free_ char *allowed = nested(256), *refused = nested(257);
	_cleanup_free_ char *by_alias = ward_format("a: &a %s\nb: [*a]\n", allowed + 3);
	struct show show;

	show_init(&show);
	ward_read_memory(&show.reader, "t", allowed, strlen(allowed));
	assert_int_equal(show.reader.n_documents, 1);
	assert_int_equal(show.diags.list.n, 0);
	show_done(&show);
	assert_reads_n("t", refused, strlen(refused), false,
		       "1:259 error too-deep: lists and maps are nested more than 256 levels "
		       "deep here");
	assert_reads_n("t", by_alias, strlen(by_alias), false,
		       "2:5 error too-deep: lists and maps are nested more than 256 levels deep "
		       "here");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(scalars),  cmocka_unit_test(keys),   cmocka_unit_test(documents),
		cmocka_unit_test(marks),    cmocka_unit_test(merges), cmocka_unit_test(aliases),
		cmocka_unit_test(refusals), cmocka_unit_test(depth),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
