/* SPDX-License-Identifier: Apache-2.0 */
/* The address tables at their limits: full to the last promised slot, and through change. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "image/addresses.h"
#include "image/lookup.h"

static const enum ward_family families[] = {WARD_FAMILY_4, WARD_FAMILY_6};

static uint32_t slots_of(enum ward_family family)
{
	return family == WARD_FAMILY_4 ? WARD_BUCKET4_SLOTS : WARD_BUCKET6_SLOTS;
}

static uint32_t bucket_find(const struct ward_addresses *table, uint32_t bucket,
			    const struct ward_entry *entry)
{
	const uint64_t(*words)[WARD_BUCKET4_SLOTS] = table->buckets;
	const struct ward_bucket6 *lines = table->buckets;

	return table->family == WARD_FAMILY_4
		       ? ward_bucket4_find(words[bucket], entry->lo)
		       : ward_bucket6_find(&lines[bucket], entry->hi, entry->lo);
}

static uint32_t table_find(const struct ward_addresses *table, const struct ward_entry *entry)
{
	uint64_t hash = table->family == WARD_FAMILY_4
				? ward_hash4(entry->lo, table->seed)
				: ward_hash6(entry->hi, entry->lo, table->seed);
	uint32_t found = bucket_find(table, ward_bucket(table->n_buckets, hash >> 32), entry);

	return found ? found : bucket_find(table, ward_bucket(table->n_buckets, hash), entry);
}

static uint32_t table_count(const struct ward_addresses *table)
{
	const uint64_t(*words)[WARD_BUCKET4_SLOTS] = table->buckets;
	const struct ward_bucket6 *lines = table->buckets;
	uint32_t n = 0;

	for (uint32_t bucket = 0; bucket < table->n_buckets; bucket++)
		for (uint32_t i = 0; i < slots_of(table->family); i++)
			n += table->family == WARD_FAMILY_4 ? words[bucket][i] != 0
							    : lines[bucket].value[i] != 0;
	return n;
}

/* The look-up finds every address, and nothing else is in the table. */
static void table_holds(const struct ward_addresses *table, const struct ward_entries *entries)
{
	for (uint32_t i = 0; i < entries->list.n; i++)
		assert_int_equal(table_find(table, &entries->list.items[i]),
				 entries->list.items[i].value);
	assert_int_equal(table_count(table), entries->list.n);
}

/* How addresses are given out: one after the other, a block for each node, by interface numbers. */
enum pattern {
	IN_A_ROW,
	BLOCKS,
	SPREAD,
	N_PATTERN,
};

static struct ward_entry entry_of(enum ward_family family, enum pattern pattern, uint64_t n)
{
	struct ward_entry entry = {.lo = 0x0a000000 + n, .value = n + 1};

	if (pattern == BLOCKS)
		entry.lo = 0x0a000000 + (n / 50 << 8) + n % 50;
	if (pattern == SPREAD)
		entry.lo = n * 0x10001;
	if (family == WARD_FAMILY_6) {
		entry.hi = UINT64_C(0xfd00) << 48 | (pattern == IN_A_ROW ? 0 : n / 50);
		entry.lo = pattern == SPREAD ? n * UINT64_C(0x9e3779b97f4a7c15) : n % 50 + 2;
		if (pattern == IN_A_ROW)
			entry.lo = n;
	}
	return entry;
}

static void fill_to_the_last_slot(enum ward_family family, enum pattern pattern, uint32_t size)
{
	_cleanup_free_ void *buckets = ward_alloc((size_t)size * WARD_LINE);
	uint32_t max = ward_addresses_max(family, size);
	struct ward_entries entries = {};
	struct ward_addresses table;

	ward_addresses_init(&table, family, buckets, size);
	for (uint32_t n = 0; n < max; n++)
		ward_vec_push(&entries.list, entry_of(family, pattern, n));
	assert_int_equal(ward_addresses_set(&table, &entries), 0);
	table_holds(&table, &entries);
	ward_vec_push(&entries.list, entry_of(family, pattern, max));
	assert_int_equal(ward_addresses_set(&table, &entries), -ENOSPC);
	entries.list.n--;
	table_holds(&table, &entries);
	ward_vec_done(&entries.list);
	ward_addresses_done(&table);
}

static void full_to_the_last_slot(void **state)
{
	static const uint32_t sizes[] = {1, 2, 3, 10, 1000, 9000};

	for (size_t f = 0; f < WARD_ARRAY_SIZE(families); f++)
		for (size_t i = 0; i < WARD_ARRAY_SIZE(sizes); i++)
			for (enum pattern pattern = 0; pattern < N_PATTERN; pattern++)
				fill_to_the_last_slot(families[f], pattern, sizes[i]);
}

/* Both views together, per address that fits. */
static void bytes_per_address(void **state)
{
	static const uint32_t n_buckets = 1 << 16, at_most[] = {18, 51};

	for (size_t f = 0; f < WARD_ARRAY_SIZE(families); f++) {
		uint32_t max = ward_addresses_max(families[f], n_buckets);

		assert_true((uint64_t)WARD_N_VIEWS * n_buckets * WARD_LINE <=
			    (uint64_t)at_most[f] * max);
	}
}

/* All zeros is an address too, and no empty slot. */
static void the_zero_address(void **state)
{
	for (size_t f = 0; f < WARD_ARRAY_SIZE(families); f++) {
		_cleanup_free_ void *buckets = ward_alloc(WARD_LINE);
		const struct ward_entry both[] = {{0, 0, 7}, {0, 1, 8}};
		struct ward_entries entries = {};
		struct ward_addresses table;

		ward_addresses_init(&table, families[f], buckets, 1);
		ward_vec_push(&entries.list, both[1]);
		assert_int_equal(ward_addresses_set(&table, &entries), 0);
		assert_int_equal(table_find(&table, &both[0]), 0);
		entries.list.items[0] = both[0];
		ward_vec_push(&entries.list, both[1]);
		assert_int_equal(ward_addresses_set(&table, &entries), 0);
		entries.list.n = 1; /* the slot before it is empty now */
		assert_int_equal(ward_addresses_set(&table, &entries), 0);
		table_holds(&table, &entries);
		ward_vec_done(&entries.list);
		ward_addresses_done(&table);
	}
}

static void churn_one(enum ward_family family, uint32_t n_buckets)
{
	enum {
		UNIVERSE = 1000
	};
	_cleanup_free_ void *buckets = ward_alloc((size_t)n_buckets * WARD_LINE);
	uint32_t value[UNIVERSE] = {};
	struct ward_entries entries = {};
	struct ward_addresses table;
	unsigned rng = 11;

	ward_addresses_init(&table, family, buckets, n_buckets);
	for (int round = 0; round < 3000; round++) {
		for (uint32_t n = rand_r(&rng) % 40; n; n--) {
			uint32_t i = rand_r(&rng) % UNIVERSE;

			value[i] = rand_r(&rng) % 2 ? 1 + rand_r(&rng) % 5 : 0;
		}
		ward_vec_clear(&entries.list);
		for (uint64_t i = 0; i < UNIVERSE; i++) {
			struct ward_entry entry = entry_of(family, BLOCKS, i);

			entry.value = value[i];
			if (value[i] && entries.list.n < ward_addresses_max(family, n_buckets))
				ward_vec_push(&entries.list, entry);
		}
		assert_int_equal(ward_addresses_set(&table, &entries), 0);
		table_holds(&table, &entries);
	}
	ward_vec_done(&entries.list);
	ward_addresses_done(&table);
}

static void churn(void **state)
{
	churn_one(WARD_FAMILY_4, 64);
	churn_one(WARD_FAMILY_6, 180);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(full_to_the_last_slot),
		cmocka_unit_test(bytes_per_address),
		cmocka_unit_test(the_zero_address),
		cmocka_unit_test(churn),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
