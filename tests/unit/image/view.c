/* SPDX-License-Identifier: Apache-2.0 */
/* What addresses stand for: a view at its limits, full to the last promised slot, and through
 * change, catching up and filled from nothing; the records of local pods. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "image/lookup.h"
#include "image/view.h"

static const enum ward_family families[] = {WARD_FAMILY_4, WARD_FAMILY_6};

static uint32_t bucket_find(const struct ward_addresses *table, uint32_t bucket,
			    const struct ward_entry *entry)
{
	const struct ward_slot4(*slots)[WARD_BUCKET4_SLOTS] = table->buckets;
	const struct ward_bucket6 *lines = table->buckets;

	return table->family == WARD_FAMILY_4
		       ? ward_bucket4_find(slots[bucket], entry->lo)
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
	const char(*lines)[WARD_LINE] = table->buckets;
	uint32_t n = 0;

	for (uint32_t bucket = 0; bucket < table->n_buckets; bucket++)
		for (uint32_t i = 0; i < ward_entry_slots(table->family); i++)
			n += ward_entry_load(table->family, lines[bucket], i).value != 0;
	return n;
}

/* A view of one family, and what it is to hold: by number, as the tables would list it. */
struct trial {
	struct ward_view view;
	struct ward_addresses *table;
	void *buckets[2]; /* of the family, and one of the other */
	struct ward_listed listed;
	struct ward_own own;
	number_list changed;
};

static struct trial *trial_new(enum ward_family family, uint32_t n_buckets)
{
	struct trial *trial = ward_new(struct trial);
	enum ward_family other = family == WARD_FAMILY_4 ? WARD_FAMILY_6 : WARD_FAMILY_4;

	trial->buckets[0] = ward_alloc((size_t)n_buckets * WARD_LINE);
	trial->buckets[1] = ward_alloc(WARD_LINE);
	trial->table = ward_view_table(&trial->view, family);
	ward_addresses_init(trial->table, family, trial->buckets[0], n_buckets);
	ward_addresses_init(ward_view_table(&trial->view, other), other, trial->buckets[1], 1);
	return trial;
}

static void trial_free(struct trial *trial)
{
	ward_view_done(&trial->view);
	ward_listed_done(&trial->listed);
	ward_own_done(&trial->own);
	ward_vec_done(&trial->changed);
	free(trial->buckets[0]);
	free(trial->buckets[1]);
	free(trial);
}

static void trial_set(struct trial *trial, uint32_t number, const struct ward_entry *entry)
{
	while (trial->listed.entries.n <= number)
		ward_vec_push(&trial->listed.entries, (struct ward_entry){});
	trial->listed.entries.items[number] = *entry;
	trial->listed.entries.items[number].family = trial->table->family;
	ward_vec_push(&trial->changed, number);
}

static int trial_update(struct trial *trial)
{
	struct ward_delta delta = {
		.n_addresses = trial->changed.n,
		.addresses = trial->changed.items,
	};

	ward_view_tell(&trial->view, &trial->listed, &trial->own, &delta);
	ward_vec_clear(&trial->changed);
	return ward_view_update(&trial->view, &trial->listed, &trial->own);
}

/* The look-up finds every address, and nothing else is in the table. */
static void trial_holds(const struct trial *trial)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < trial->listed.entries.n; i++) {
		const struct ward_entry *entry = &trial->listed.entries.items[i];

		assert_int_equal(table_find(trial->table, entry), entry->value);
		n += entry->value != 0;
	}
	assert_int_equal(table_count(trial->table), n);
	assert_int_equal(trial->table->n, n);
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

/* One too many is one too many however it comes, and room for the others. */
static void fill_to_the_last_slot(enum ward_family family, enum pattern pattern, uint32_t size)
{
	struct trial *trial = trial_new(family, size);
	uint32_t max = ward_addresses_max(family, size);
	struct ward_entry entry;

	for (uint32_t n = 0; n < max; n++) {
		entry = entry_of(family, pattern, n);
		trial_set(trial, n, &entry);
	}
	assert_int_equal(trial_update(trial), 0);
	trial_holds(trial);
	entry = entry_of(family, pattern, max);
	trial_set(trial, max, &entry);
	assert_int_equal(trial_update(trial), -ENOSPC);
	assert_int_equal(trial_update(trial), -ENOSPC);
	entry.value = 0;
	trial_set(trial, max, &entry);
	assert_int_equal(trial_update(trial), 0);
	trial_holds(trial);
	trial_free(trial);
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
	static const struct ward_entry both[] = {{0, 0, 7}, {0, 1, 8}}, none = {};

	for (size_t f = 0; f < WARD_ARRAY_SIZE(families); f++) {
		struct trial *trial = trial_new(families[f], 1);

		trial_set(trial, 1, &both[1]);
		assert_int_equal(trial_update(trial), 0);
		assert_int_equal(table_find(trial->table, &both[0]), 0);
		trial_set(trial, 0, &both[0]);
		assert_int_equal(trial_update(trial), 0);
		trial_holds(trial);
		trial_set(trial, 0, &none); /* the slot before the other is empty now */
		assert_int_equal(trial_update(trial), 0);
		trial_holds(trial);
		trial_free(trial);
	}
}

/* Some are told twice, once before they are what they are to be. */
static void churn_one(enum ward_family family, uint32_t n_buckets)
{
	enum {
		UNIVERSE = 1000
	};
	struct trial *trial = trial_new(family, n_buckets);
	uint32_t max = ward_addresses_max(family, n_buckets), n = 0;
	unsigned rng = 11;

	for (uint32_t i = 0; i < UNIVERSE; i++) {
		struct ward_entry entry = entry_of(family, BLOCKS, i);

		entry.value = 0;
		trial_set(trial, i, &entry);
	}
	for (int round = 0; round < 3000; round++) {
		for (uint32_t k = rand_r(&rng) % 40; k; k--) {
			uint32_t i = rand_r(&rng) % UNIVERSE;
			struct ward_entry entry = trial->listed.entries.items[i];

			n -= entry.value != 0;
			entry.value = rand_r(&rng) % 2 && n < max ? 1 + rand_r(&rng) % 5 : 0;
			n += entry.value != 0;
			trial_set(trial, i, &entry);
		}
		if (round % 100 == 99)
			trial->view.is_behind = true;
		assert_int_equal(trial_update(trial), 0);
		trial_holds(trial);
	}
	trial_free(trial);
}

static void churn(void **state)
{
	churn_one(WARD_FAMILY_4, 64);
	churn_one(WARD_FAMILY_6, 180);
}

/* A view that is not written for long, because the other one is and then it fails, does not
 * remember without end; and knows everything when its time comes. */
static void a_view_left_behind(void **state)
{
	enum {
		UNIVERSE = 600
	};
	struct trial *trial = trial_new(WARD_FAMILY_4, 100);
	unsigned rng = 5;

	for (uint32_t round = 0; round < 1000; round++) {
		uint32_t i = rand_r(&rng) % UNIVERSE;
		struct ward_entry entry = entry_of(WARD_FAMILY_4, BLOCKS, i);
		struct ward_delta delta = {.n_addresses = 1, .addresses = &i};

		trial_set(trial, i, &entry);
		ward_view_tell(&trial->view, &trial->listed, &trial->own, &delta);
		assert_true(trial->view.unseen.n <= UNIVERSE);
	}
	ward_vec_clear(&trial->changed);
	assert_int_equal(trial_update(trial), 0);
	trial_holds(trial);
	trial_free(trial);
}

/* Pods of this node that come and go take each other's records. */
static void records_are_used_again(void **state)
{
	enum {
		PODS = 20
	};
	struct ward_endpoint endpoints[PODS];
	struct ward_address addresses[PODS];
	struct ward_tables tables = {.endpoints = endpoints, .addresses = addresses};
	struct ward_listed listed = {.node = WARD_NONE};
	unsigned rng = 3;

	tables.n_endpoints = tables.n_addresses = PODS;
	for (uint32_t i = 0; i < PODS; i++) {
		endpoints[i] = (struct ward_endpoint){.managed = true};
		addresses[i] = (struct ward_address){.endpoint = i, .node = WARD_NONE};
	}
	ward_listed_follow(&listed, &tables, NULL);
	for (int round = 0; round < 1000; round++) {
		uint32_t i = rand_r(&rng) % PODS, n_live = 0;
		struct ward_delta delta = {.n_addresses = 1, .addresses = &i};

		addresses[i].ip = (struct ward_ip){
			.lo = i, .family = rand_r(&rng) % 2 ? WARD_FAMILY_4 : WARD_FAMILY_NONE};
		ward_listed_follow(&listed, &tables, &delta);
		for (uint32_t k = 0; k < PODS; k++) {
			uint32_t value = listed.entries.items[k].value;

			assert_int_equal(value != 0, addresses[k].ip.family != 0);
			if (!value)
				continue;
			assert_int_equal(listed.locals.items[WARD_VALUE_NUMBER(value)].number, k);
			n_live++;
		}
		for (uint32_t k = 0; k < listed.free.n; k++)
			assert_int_equal(listed.locals.items[listed.free.items[k]].number,
					 WARD_NONE);
		assert_true(listed.locals.n <= PODS);
		assert_int_equal(listed.locals.n - listed.free.n, n_live);
	}
	ward_listed_done(&listed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(full_to_the_last_slot), cmocka_unit_test(bytes_per_address),
		cmocka_unit_test(the_zero_address),	 cmocka_unit_test(churn),
		cmocka_unit_test(a_view_left_behind),	 cmocka_unit_test(records_are_used_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
