/* SPDX-License-Identifier: Apache-2.0 */
/* Whatever a string is, it is the same string to who reads it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/diag.h"
#include "doc/read.h"
#include "render/tree.h"

static const char *const texts[] = {
	"",	"web",	      "true",
	"No",	"y",	      "null",
	"~",	"1",	      "1.0",
	"1e3",	"0x1f",	      "12:30",
	"-",	"- a",	      "a: b",
	"a #b", "#a",	      ":",
	"::/0", "10.0.0.0/8", ".inf",
	".5",	"a'b",	      "a\"b\\c",
	"\n",	"\x01",	      "tab\t",
	"Ünï",	"2026-01-31", "*a",
	"&a",	"!a",	      "kubernetes.io/metadata.name",
	"e123", "_",	      "a_b-c.d/e",
};

struct reading {
	const char *expected;
	uint32_t n;
};

static int document_check(void *userdata, ward_sym file, const struct ward_node *root)
{
	struct reading *reading = userdata;
	const struct ward_node *list = ward_node_get(root, "list");

	(void)file;
	reading->n++;
	assert_string_equal(ward_node_get_str(root, "value"), reading->expected);
	assert_int_equal(list->len, 3);
	assert_string_equal(list->items[0].text, reading->expected);
	assert_int_equal(list->items[1].type, WARD_NODE_MAP);
	assert_int_equal(list->items[1].len, 0);
	assert_int_equal(ward_node_get(&list->items[2], "number")->integer, 7);
	assert_int_equal(ward_node_get(root, "none")->type, WARD_NODE_LIST);
	return 0;
}

static char *text_of(struct ward_arena *arena, const char *value, size_t *ret_size)
{
	struct ward_node root = tree_map(), list = tree_list(), item = tree_map();
	char *text = NULL;
	FILE *out = open_memstream(&text, ret_size);

	tree_put(arena, &item, "number", tree_int(7));
	tree_push(arena, &list, tree_str(value));
	tree_push(arena, &list, tree_map());
	tree_push(arena, &list, item);
	tree_put(arena, &root, "value", tree_str(value));
	tree_put(arena, &root, "none", tree_list());
	tree_put(arena, &root, "list", list);
	tree_write_yaml(&root, out);
	fclose(out);
	return text;
}

static void test_strings(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < WARD_ARRAY_SIZE(texts); i++) {
		struct reading reading = {.expected = texts[i]};
		struct ward_arena arena = {};
		struct ward_symbols symbols;
		struct ward_diags diags = {};
		struct ward_reader reader = {.symbols = &symbols,
					     .diags = &diags,
					     .fn = document_check,
					     .userdata = &reading};
		_cleanup_free_ char *text = NULL;
		size_t size;

		ward_symbols_init(&symbols);
		text = text_of(&arena, texts[i], &size);
		ward_read_memory(&reader, "test", text, size);
		assert_false(ward_diags_has_errors(&diags));
		assert_int_equal(reading.n, 1);
		ward_symbols_done(&symbols);
		ward_diags_done(&diags);
		ward_arena_done(&arena);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_strings)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
