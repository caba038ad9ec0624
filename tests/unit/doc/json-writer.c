/* SPDX-License-Identifier: Apache-2.0 */
#include "doc/json-writer.h"

#include <math.h>

#include "show.h"

static void write_all(struct ward_json *json)
{
	ward_json_map(json, NULL);
	ward_json_str(json, "kind", "Verdict");
	ward_json_list(json, "empty");
	ward_json_end_list(json);
	ward_json_map(json, "none");
	ward_json_end_map(json);
	ward_json_list(json, "list");
	ward_json_int(json, NULL, INT64_MIN);
	ward_json_bool(json, NULL, true);
	ward_json_map(json, NULL);
	ward_json_real(json, "half", 0.5);
	ward_json_str(json, "null", NULL);
	ward_json_end_map(json);
	ward_json_end_list(json);
	ward_json_end_map(json);
}

static char *written(bool compact, int times)
{
	struct ward_json json;
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	ward_json_init(&json, out, compact);
	for (int i = 0; i < times; i++)
		write_all(&json);
	fclose(out);
	return text;
}

static void indented(void **state)
{
	_cleanup_free_ char *text = written(false, 1);

	assert_string_equal(text, "{\n"
				  "  \"kind\": \"Verdict\",\n"
				  "  \"empty\": [],\n"
				  "  \"none\": {},\n"
				  "  \"list\": [\n"
				  "    -9223372036854775808,\n"
				  "    true,\n"
				  "    {\n"
				  "      \"half\": 0.5,\n"
				  "      \"null\": null\n"
				  "    }\n"
				  "  ]\n"
				  "}\n");
}

static void lines(void **state)
{
	_cleanup_free_ char *text = written(true, 2);

#define LINE                                                                                       \
	"{\"kind\":\"Verdict\",\"empty\":[],\"none\":{},\"list\":[-9223372036854775808,true,"      \
	"{\"half\":0.5,\"null\":null}]}\n"
	assert_string_equal(text, LINE LINE);
#undef LINE
}

/* What is written is read back, whatever the bytes. */
static void every_byte(void **state)
{
	struct ward_json json;
	struct show show;
	char *text, ascii[128], shown[160];
	size_t size;
	FILE *out = open_memstream(&text, &size);

	for (int c = 1; c < 128; c++)
		ascii[c - 1] = (char)c;
	ascii[127] = '\0';
	ward_json_init(&json, out, true);
	ward_json_str(&json, NULL, ascii);
	fclose(out);
	for (size_t i = 0; i + 1 < size; i++)
		assert_in_range(text[i], 0x20, 0x7e);
	show_init(&show);
	ward_read_memory(&show.reader, "t.json", text, size);
	snprintf(shown, sizeof(shown), "\"%s\"", ascii);
	assert_string_equal(show_finish(&show), shown);
	show_done(&show);
	free(text);
}

/* A map on one line holds everything below it there; what follows breaks lines again. */
static void items_on_a_line(void **state)
{
	struct ward_json json;
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	ward_json_init(&json, out, false);
	ward_json_list(&json, NULL);
	for (int i = 0; i < 2; i++) {
		ward_json_line(&json, NULL);
		ward_json_list(&json, "ports");
		ward_json_str(&json, NULL,
			      "a\tb\x01"
			      "c");
		ward_json_line(&json, NULL);
		ward_json_int(&json, "n", i);
		ward_json_end_map(&json);
		ward_json_end_list(&json);
		ward_json_bool(&json, "last", true);
		ward_json_end_map(&json);
	}
	ward_json_map(&json, NULL);
	ward_json_int(&json, "n", 2);
	ward_json_end_map(&json);
	ward_json_end_list(&json);
	fclose(out);
	assert_string_equal(text,
			    "[\n"
			    "  {\"ports\": [\"a\\tb\\u0001c\", {\"n\": 0}], \"last\": true},\n"
			    "  {\"ports\": [\"a\\tb\\u0001c\", {\"n\": 1}], \"last\": true},\n"
			    "  {\n"
			    "    \"n\": 2\n"
			    "  }\n"
			    "]\n");
	free(text);
}

static void no_infinity(void **state)
{
	struct ward_json json;
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	ward_json_init(&json, out, true);
	ward_json_real(&json, NULL, INFINITY);
	ward_json_real(&json, NULL, NAN);
	ward_json_real(&json, NULL, 1e300);
	fclose(out);
	assert_string_equal(text, "null\nnull\n1e+300\n");
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(indented),	   cmocka_unit_test(lines),
		cmocka_unit_test(every_byte),	   cmocka_unit_test(no_infinity),
		cmocka_unit_test(items_on_a_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
