/* SPDX-License-Identifier: Apache-2.0 */
/* The address table at its limits: full to the last promised slot, and through change. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "image/addr4.h"
#include "image/lookup.h"

/* The look-up finds every word, and nothing else is in the table. */
static void table_holds(const struct ward_addr4 *table, const struct ward_words *words)
{
	const struct ward_image image = {
		.base = (const char *)table->buckets - WARD_HEAD_LINES * WARD_LINE,
		.n_buckets = table->n_buckets,
	};
	const uint64_t *slots = &table->buckets[0][0];
	uint32_t n = 0;

	for (uint32_t i = 0; i < words->list.n; i++) {
		uint64_t word = words->list.items[i], hash = ward_hash4(word >> 32, table->seed);
		uint32_t found =
			ward_bucket_find(&image, ward_bucket(&image, hash >> 32), word >> 32);

		if (!found)
			found = ward_bucket_find(&image, ward_bucket(&image, hash), word >> 32);
		assert_int_equal(found, (uint32_t)word);
	}
	for (uint32_t i = 0; i < table->n_buckets * WARD_BUCKET_SLOTS; i++)
		n += slots[i] != 0;
	assert_int_equal(n, words->list.n);
}

static void full_to_the_last_slot(void **state)
{
	static const uint32_t sizes[] = {1, 2, 3, 10, 1000, 9000};

	for (size_t i = 0; i < WARD_ARRAY_SIZE(sizes); i++) {
		_cleanup_free_ void *buckets = ward_alloc((size_t)sizes[i] * WARD_LINE);
		uint32_t max = ward_addr4_max(sizes[i]);
		struct ward_words words = {};
		struct ward_addr4 table;

		ward_addr4_init(&table, buckets, sizes[i]);
		for (uint32_t n = 0; n < max; n++)
			ward_vec_push(&words.list, (uint64_t)(0x0a000000 + n) << 32 | (n + 1));
		assert_int_equal(ward_addr4_set(&table, &words), 0);
		table_holds(&table, &words);
		ward_vec_push(&words.list, UINT64_MAX);
		assert_int_equal(ward_addr4_set(&table, &words), -ENOSPC);
		words.list.n--;
		table_holds(&table, &words);
		ward_vec_done(&words.list);
		ward_addr4_done(&table);
	}
}

static void churn(void **state)
{
	enum {
		BUCKETS = 64,
		UNIVERSE = 1000
	};
	_cleanup_free_ void *buckets = ward_alloc(BUCKETS * WARD_LINE);
	uint32_t value[UNIVERSE] = {};
	struct ward_words words = {};
	struct ward_addr4 table;
	unsigned rng = 11;

	ward_addr4_init(&table, buckets, BUCKETS);
	for (int round = 0; round < 3000; round++) {
		for (uint32_t n = rand_r(&rng) % 40; n; n--) {
			uint32_t i = rand_r(&rng) % UNIVERSE;

			value[i] = rand_r(&rng) % 2 ? 1 + rand_r(&rng) % 5 : 0;
		}
		ward_vec_clear(&words.list);
		for (uint64_t i = 0; i < UNIVERSE; i++)
			if (value[i] && words.list.n < ward_addr4_max(BUCKETS))
				ward_vec_push(&words.list, i << 32 | value[i]);
		assert_int_equal(ward_addr4_set(&table, &words), 0);
		table_holds(&table, &words);
	}
	ward_vec_done(&words.list);
	ward_addr4_done(&table);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(full_to_the_last_slot),
		cmocka_unit_test(churn),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
