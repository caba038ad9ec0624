/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/symbol.h"

static void numbers_are_dense_and_stable(void **state)
{
	struct ward_intern intern = {};
	char text[32];

	for (uint32_t round = 0; round < 2; round++) {
		for (uint32_t i = 0; i < 10000; i++) {
			int len = sprintf(text, "key-%u", i);

			assert_int_equal(ward_intern(&intern, text, len), i);
		}
	}
	assert_int_equal(intern.n, 10000);
	assert_int_equal(ward_intern_find(&intern, "key-77", 6), 77);
	assert_int_equal(ward_intern_find(&intern, "absent", 6), WARD_NONE);
	assert_string_equal(ward_intern_bytes(&intern, 77, NULL), "key-77");
	ward_intern_clear(&intern);
	assert_int_equal(ward_intern_find(&intern, "key-77", 6), WARD_NONE);
	assert_int_equal(ward_intern(&intern, "x", 1), 0);
	ward_intern_done(&intern);
}

static void empty_and_binary_keys(void **state)
{
	struct ward_intern intern = {};
	size_t size;

	assert_int_equal(ward_intern(&intern, NULL, 0), 0);
	assert_int_equal(ward_intern(&intern, "\0", 1), 1);
	assert_int_equal(ward_intern(&intern, "\0\0", 2), 2);
	assert_int_equal(ward_intern(&intern, "", 0), 0);
	ward_intern_bytes(&intern, 2, &size);
	assert_int_equal(size, 2);
	ward_intern_done(&intern);
}

static void well_known_symbols(void **state)
{
	struct ward_symbols symbols;

	ward_symbols_init(&symbols);
	assert_int_equal(ward_symbol(&symbols, ""), WARD_SYM_EMPTY);
	assert_int_equal(ward_symbol(&symbols, "env"), WARD_SYM_ENV);
	assert_int_equal(ward_symbol_find(&symbols, "kubernetes.io/metadata.name"),
			 WARD_SYM_METADATA_NAME);
	assert_int_equal(ward_symbol_find(&symbols, "new"), WARD_NONE);
	assert_string_equal(ward_symbol_str(&symbols, ward_symbol_n(&symbols, "newer", 3)), "new");
	assert_string_equal(ward_symbol_str(&symbols, WARD_NONE), "");
	ward_symbols_done(&symbols);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_are_dense_and_stable),
		cmocka_unit_test(empty_and_binary_keys),
		cmocka_unit_test(well_known_symbols),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
