/* SPDX-License-Identifier: Apache-2.0 */
/* Blocks: found by content, freed when no root leads to them, never overlapping. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "image/heap.h"

enum {
	LINES = 1000, /* not a power of two */
	LIVE_MAX = 60,
};

struct live {
	uint32_t ref;
	size_t size;
	unsigned seed;
};

static void fill(unsigned char *bytes, size_t size, unsigned seed)
{
	for (size_t i = 0; i < size; i++)
		bytes[i] = rand_r(&seed);
}

static void same_bytes_same_ref(void **state)
{
	_cleanup_free_ char *base = ward_alloc(LINES * WARD_LINE);
	struct ward_heap heap;
	uint32_t a, b;

	ward_heap_init(&heap, base, LINES);
	a = ward_heap_put(&heap, WARD_BLOCK_LEAF, "some bytes", 10);
	b = ward_heap_put(&heap, WARD_BLOCK_LEAF, "other bytes", 11);
	assert_int_not_equal(a, 0);
	assert_int_not_equal(a, b);
	assert_int_equal(ward_heap_put(&heap, WARD_BLOCK_LEAF, "some bytes", 10), a);
	assert_int_not_equal(ward_heap_put(&heap, WARD_BLOCK_REFS, "some bytes", 10), a);
	assert_int_equal(ward_heap_put(&heap, WARD_BLOCK_LEAF, "", 0), 0);
	assert_memory_equal(base + a * WARD_LINE, "some bytes\0\0\0\0", 14);
	ward_heap_done(&heap);
}

/* A root leads to a few blocks; here to one array of refs to all that live, or to fewer if
 * there is no room for the array. */
static void sweep_to(struct ward_heap *heap, const struct live *live, uint32_t *n)
{
	uint32_t refs[LIVE_MAX];
	struct ward_image_root root = {};

	for (uint32_t i = 0; i < *n; i++)
		refs[i] = live[i].ref;
	for (; *n && !root.locals; *n -= !root.locals)
		root.locals = ward_heap_put(heap, WARD_BLOCK_REFS, refs, *n * sizeof(*refs));
	ward_heap_sweep(heap, &root);
}

static void live_blocks_are_intact(const char *base, const struct live *live, uint32_t n)
{
	unsigned char expected[64 * WARD_LINE];

	for (uint32_t i = 0; i < n; i++) {
		fill(expected, live[i].size, live[i].seed);
		assert_memory_equal(base + (size_t)live[i].ref * WARD_LINE, expected, live[i].size);
	}
}

static void churn(void **state)
{
	_cleanup_free_ char *base = ward_alloc(LINES * WARD_LINE);
	unsigned char bytes[64 * WARD_LINE];
	struct live live[LIVE_MAX];
	struct ward_heap heap;
	uint32_t n = 0, n_full = 0;
	unsigned rng = 5;

	ward_heap_init(&heap, base, LINES);
	memset(bytes, 0xff, sizeof(bytes));
	for (int round = 0; round < 3000; round++) {
		heap.full = false;
		while (n < LIVE_MAX && rand_r(&rng) % 8) {
			struct live *new = &live[n];

			new->seed = rand_r(&rng);
			new->size = 1 + new->seed % (new->seed & 4096 ? 300 : sizeof(bytes));
			fill(bytes, new->size, new->seed);
			new->ref = ward_heap_put(&heap, WARD_BLOCK_LEAF, bytes, new->size);
			if (new->ref)
				n++;
		}
		n_full += heap.full;
		live_blocks_are_intact(base, live, n);
		for (uint32_t drop = n ? rand_r(&rng) % n : 0; drop; drop--, n--)
			live[rand_r(&rng) % n] = live[n - 1];
		sweep_to(&heap, live, &n);
		live_blocks_are_intact(base, live, n);
	}
	assert_true(n_full > 10);
	/* Everything joins again. */
	n = 0;
	sweep_to(&heap, live, &n);
	assert_int_equal(heap.lines_used, 1);
	memset(bytes, 1, sizeof(bytes));
	for (unsigned i = 0; i < 7; i++) {
		bytes[0] = i;
		assert_int_not_equal(ward_heap_put(&heap, WARD_BLOCK_LEAF, bytes, sizeof(bytes)),
				     0);
	}
	ward_heap_done(&heap);
}

/* Worth sweeping when as much was written as was kept, or half of what was free. */
static void sweeping_waits(void **state)
{
	enum {
		MANY = 1 << 14
	};
	static const uint32_t kept[] = {0, 100, 3000, 12000};
	_cleanup_free_ char *base = ward_alloc(MANY * WARD_LINE);

	for (size_t i = 0; i < WARD_ARRAY_SIZE(kept); i++) {
		uint32_t refs[12000], number = 0, room, litter = 0;
		struct ward_image_root root = {};
		struct ward_heap heap;

		ward_heap_init(&heap, base, MANY);
		while (number < kept[i]) {
			refs[number] = ward_heap_put(&heap, WARD_BLOCK_LEAF, &number, 4);
			number++;
		}
		root.locals = ward_heap_put(&heap, WARD_BLOCK_REFS, refs, kept[i] * 4);
		ward_heap_sweep(&heap, &root);
		assert_false(ward_heap_is_littered(&heap));
		room = MANY - heap.lines_used;
		for (; !ward_heap_is_littered(&heap); litter++, number++)
			ward_heap_put(&heap, WARD_BLOCK_LEAF, &number, 4);
		assert_false(heap.full);
		assert_true(litter >= kept[i] || litter >= room / 2);
		assert_true(litter <= room / 2 + 1);
		ward_heap_sweep(&heap, &root);
		assert_false(ward_heap_is_littered(&heap));
		ward_heap_done(&heap);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(same_bytes_same_ref),
		cmocka_unit_test(churn),
		cmocka_unit_test(sweeping_waits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
