/* SPDX-License-Identifier: Apache-2.0 */
/* Trees of any size say of any key what the list of their entries says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "image/lookup.h"
#include "image/tree.h"

enum {
	LINES = 1 << 12,
	LINES_MAX = 1 << 22,
	QUESTIONS = 100,
};

static const enum ward_family families[] = {WARD_FAMILY_4, WARD_FAMILY_6};

struct world {
	struct ward_heap heap;
	struct ward_image image;
	char *bytes;
};

static void world_init(struct world *world, uint32_t n_lines)
{
	const struct ward_geometry geometry = {1, 1, n_lines};
	size_t head = ward_heap_at(&geometry) * WARD_LINE;

	world->bytes = ward_alloc(head + (size_t)n_lines * WARD_LINE);
	world->image = ward_image_of(world->bytes, &geometry);
	ward_heap_init(&world->heap, world->bytes + head, n_lines);
}

static void world_done(struct world *world)
{
	ward_heap_done(&world->heap);
	free(world->bytes);
}

static uint32_t floor_of(const struct world *world, enum ward_family family, uint32_t ref,
			 const struct ward_entry *key)
{
	const struct ward_ip ip = {key->hi, key->lo, family};

	return family == WARD_FAMILY_4 ? ward_floor(&world->image, ref, key->lo)
				       : ward_floor6(&world->image, ref, &ip);
}

static uint32_t listed(const struct ward_tree *tree, const struct ward_entry *key)
{
	uint32_t value = 0;

	for (uint32_t i = 0; i < tree->list.n; i++) {
		const struct ward_entry *entry = &tree->list.items[i];

		if (entry->hi < key->hi || (entry->hi == key->hi && entry->lo <= key->lo))
			value = entry->value;
	}
	return value;
}

/* Keys of IPv6 that differ in their upper half, in their lower, and in both. */
static struct ward_entry key_of(enum ward_family family, uint32_t number)
{
	if (family == WARD_FAMILY_4)
		return (struct ward_entry){.lo = number};
	return (struct ward_entry){.hi = number / 4, .lo = (uint64_t)(number % 4) << 62};
}

/* From 0 on, up to @top. */
static void tree_fill(struct ward_tree *tree, enum ward_family family, uint32_t n, uint32_t top,
		      unsigned *rng)
{
	uint32_t number = 0, step = n > 1 ? top / (n - 1) : 1;

	ward_tree_begin(tree);
	for (uint32_t i = 0; i < n; i++) {
		struct ward_entry entry = key_of(family, number);

		entry.value = (uint32_t)rand_r(rng) * 2 + 1;
		ward_vec_push(&tree->list, entry);
		number = i + 2 == n ? top : number + 1 + rand_r(rng) % step;
	}
}

static void asked(const struct world *world, enum ward_family family, uint32_t ref,
		  const struct ward_tree *tree, uint32_t number)
{
	for (uint32_t n = number ? number - 1 : 0; n <= number + (number < UINT32_MAX); n++) {
		struct ward_entry key = key_of(family, n);

		assert_int_equal(floor_of(world, family, ref, &key), listed(tree, &key));
		if (n == UINT32_MAX)
			break;
	}
}

static void any_size(void **state)
{
	struct ward_tree tree = {};
	unsigned rng = 5;

	for (size_t f = 0; f < WARD_ARRAY_SIZE(families); f++)
		for (uint32_t n = 1; n < 700; n += 1 + n / 30) {
			struct world world;
			uint32_t ref, top = n % 3 ? UINT32_MAX : n * 2;

			world_init(&world, LINES);
			tree_fill(&tree, families[f], n, top, &rng);
			ref = ward_tree_put(&tree, &world.heap, families[f]);
			assert_int_not_equal(ref, 0);
			for (int i = 0; i < QUESTIONS; i++)
				asked(&world, families[f], ref, &tree,
				      rand_r(&rng) % 2 ? (uint32_t)rand_r(&rng) * 2
						       : rand_r(&rng) % (n * 2));
			asked(&world, families[f], ref, &tree, 0);
			asked(&world, families[f], ref, &tree, UINT32_MAX);
			world_done(&world);
		}
	ward_tree_done(&tree);
}

/* The highest there are: the loops of the look-up reach their leaves. */
static void the_largest(void **state)
{
	struct ward_tree tree = {};
	unsigned rng = 7;

	for (size_t f = 0; f < WARD_ARRAY_SIZE(families); f++) {
		struct world world;
		uint32_t ref;

		world_init(&world, LINES_MAX);
		tree_fill(&tree, families[f], WARD_TREE_ENTRIES, UINT32_MAX, &rng);
		ref = ward_tree_put(&tree, &world.heap, families[f]);
		assert_int_not_equal(ref, 0);
		for (int i = 0; i < QUESTIONS; i++) {
			const struct ward_entry *entry =
				&tree.list.items[rand_r(&rng) % WARD_TREE_ENTRIES];

			assert_int_equal(floor_of(&world, families[f], ref, entry), entry->value);
		}
		ward_vec_push(&tree.list, ((struct ward_entry){
						  .hi = UINT64_MAX, .lo = UINT64_MAX, .value = 1}));
		assert_false(world.heap.full);
		assert_int_equal(ward_tree_put(&tree, &world.heap, families[f]), 0);
		assert_true(world.heap.full);
		world_done(&world);
	}
	ward_tree_done(&tree);
}

/* Nor does a tree that nobody has written say anything, nor one that leads out of the heap. */
static void what_is_no_tree_is_closed(void **state)
{
	const struct ward_ip ip = {5, 5, WARD_FAMILY_6};
	struct ward_slot4 *slots;
	struct world world;

	world_init(&world, LINES);
	assert_int_equal(ward_floor(&world.image, 0, 80), 0);
	assert_int_equal(ward_floor6(&world.image, 0, &ip), 0);
	assert_int_equal(ward_floor(&world.image, UINT32_MAX, 80), 0);
	assert_int_equal(ward_floor6(&world.image, UINT32_MAX, &ip), 0);
	slots = (void *)(world.bytes + ward_heap_at(&world.image.geometry) * WARD_LINE + WARD_LINE);
	for (int i = 0; i < WARD_BUCKET4_SLOTS; i++)
		slots[i] = (struct ward_slot4){.value = 0, .key = 1}; /* leads to itself for ever */
	assert_int_equal(ward_floor(&world.image, 1, 80), 0);
	for (int i = 0; i < WARD_BUCKET4_SLOTS; i++)
		slots[i].value = UINT32_MAX - 1;
	assert_int_equal(ward_floor(&world.image, 1, 80), 0);
	world_done(&world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_size),
		cmocka_unit_test(the_largest),
		cmocka_unit_test(what_is_no_tree_is_closed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
