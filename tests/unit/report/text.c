/* SPDX-License-Identifier: Apache-2.0 */
#include "report/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "report/source.h"

/* What was written, and the stream it went to. */
struct capture {
	FILE *out;
	char *text;
	size_t len;
};

static void capture_begin(struct capture *capture)
{
	capture->out = open_memstream(&capture->text, &capture->len);
}

static void assert_captured(struct capture *capture, const char *wanted)
{
	fclose(capture->out);
	assert_string_equal(capture->text, wanted);
	free(capture->text);
}

static void escapes(void **state)
{
	static const struct {
		const char *text, *written;
	} cases[] = {
		{"plain 1-2_3.", "plain 1-2_3."},
		{"\033[31mred", "\\x1b[31mred"},
		{"a\nb\tc\rd", "a\\nb\\tc\\rd"},
		{"\177", "\\x7f"},
		{"grün … →", "grün … →"},
		{"\xc2\x9b", "\\x9b"},		     /* a C1 control: CSI */
		{"\xe2\x80\xae", "\\u{202e}"},	     /* right-to-left override */
		{"\xef\xbb\xbf", "\\u{feff}"},	     /* invisible */
		{"\xff\xfe", "\\xff\\xfe"},	     /* no UTF-8 */
		{"\xc0\xaf", "\\xc0\\xaf"},	     /* overlong */
		{"\xed\xa0\x80", "\\xed\\xa0\\x80"}, /* a surrogate */
		{"\xe2\x82", "\\xe2\\x82"},	     /* cut short */
	};

	for (size_t i = 0; i < WARD_ARRAY_SIZE(cases); i++) {
		struct capture capture;

		capture_begin(&capture);
		ward_text_put(capture.out, cases[i].text);
		assert_captured(&capture, cases[i].written);
	}
	assert_int_equal(ward_text_width("grün …"), 6);
	assert_int_equal(ward_text_width("\033x"), 5);
}

static void print_table(uint32_t width, const char *wanted)
{
	static const char *const header[] = {"A", "LONG", "PORTS"};
	static const char *const cells[] = {"one", "x",	 "TCP 1,2,3,4,5,6,7,8,9 UDP 10",
					    "",	   "yy", "all"};
	struct ward_table table;
	struct capture capture;

	capture_begin(&capture);
	ward_table_init(&table, header, 3);
	for (size_t i = 0; i < WARD_ARRAY_SIZE(cells); i++)
		ward_table_cell(&table, cells[i]);
	ward_table_print(&table, &(struct ward_text){.out = capture.out, .width = width});
	ward_table_done(&table);
	assert_captured(&capture, wanted);
}

static void tables(void **state)
{
	print_table(0, "A    LONG  PORTS\n"
		       "one  x     TCP 1,2,3,4,5,6,7,8,9 UDP 10\n"
		       "     yy    all\n");
	print_table(30, "A    LONG  PORTS\n"
			"one  x     TCP 1,2,3,4,5,6,7,\n"
			"           8,9 UDP 10\n"
			"     yy    all\n");
	print_table(24, "A\n"
			"  LONG  PORTS\n"
			"one\n"
			"  x     TCP 1,2,3,4,5,6,\n"
			"        7,8,9 UDP 10\n"
			"  yy    all\n");
}

static void quote(const char *source, uint32_t line, uint32_t col, const char *wanted)
{
	struct ward_symbols symbols;
	struct ward_sources sources = {.symbols = &symbols};
	struct capture capture;
	ward_sym file;

	ward_symbols_init(&symbols);
	file = ward_symbol(&symbols, "-");
	capture_begin(&capture);
	ward_sources_add(&sources, file, ward_strdup(source), strlen(source));
	ward_sources_quote(&sources, (struct ward_mark){file, line, col},
			   &(struct ward_text){.out = capture.out}, 0, 3);
	assert_captured(&capture, wanted);
	ward_sources_done(&sources);
	ward_symbols_done(&symbols);
}

static void quotes(void **state)
{
	static const char yaml[] = "rules:\n- from:\n  - a\n- to:\n  - b\r\n  - c\n  - d\nlast: 1";

	quote(yaml, 2, 3, "     2 | - from:\n     3 |   - a\n");
	quote(yaml, 4, 3, "     4 | - to:\n     5 |   - b\n     6 |   - c\n       | …\n");
	quote(yaml, 8, 1, "     8 | last: 1\n");
	quote(yaml, 9, 1, "");
	quote("", 1, 1, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(escapes),
		cmocka_unit_test(tables),
		cmocka_unit_test(quotes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
