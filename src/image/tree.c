// SPDX-License-Identifier: Apache-2.0
/* Search trees in the heap of an image.
 *
 * A node is a line and holds as many keys as fit, so a search costs a cache line a level, and a
 * level divides what is left by eight (IPv6: by three).  All levels are full but at their right
 * edge; they lie one behind the other in one block, the root first:
 *
 *	entries 0→a 5→b 9→c … 95→t (20)		line 0	0→1 40→2 80→3, the last again and again
 *						line 1	0→a 5→b …
 *						line 2	40→i …
 *						line 3	80→q …, the last again and again
 */
#include "image/tree.h"

#include <assert.h>
#include <string.h>

#include "base/alloc.h"

static uint32_t lines_for(uint32_t n_entries, uint32_t fan)
{
	return n_entries / fan + (n_entries % fan != 0);
}

/* A node of @n entries, of which the last fills what is left. */
static void node_fill(enum ward_family family, void *line, uint32_t below,
		      const struct ward_entry *entries, uint32_t n)
{
	struct ward_slot4 *slots = line;
	struct ward_bucket6 *bucket = line;

	for (uint32_t slot = 0; slot < ward_entry_slots(family); slot++)
		ward_entry_store(family, line, slot, &entries[slot < n ? slot : n - 1]);
	if (family == WARD_FAMILY_4)
		slots[0].key = below;
	else
		bucket->below = below;
}

/* Fills the lines of a level from @entries, which become those of the level above: the first key of
 * each line, and the line's number. */
static uint32_t level_fill(enum ward_family family, char *lines, uint32_t first_line,
			   uint32_t below, struct ward_entry *entries, uint32_t n)
{
	uint32_t fan = ward_entry_slots(family), n_lines = lines_for(n, fan);

	for (uint32_t i = 0; i < n_lines; i++) {
		uint32_t rest = n - i * fan;
		uint32_t line = first_line + i;

		node_fill(family, lines + (size_t)line * WARD_LINE, below, entries + i * fan,
			  rest < fan ? rest : fan);
		entries[i] = entries[i * fan];
		entries[i].value = line;
	}
	return n_lines;
}

void ward_tree_begin(struct ward_tree *tree)
{
	ward_vec_clear(&tree->list);
}

void ward_tree_done(struct ward_tree *tree)
{
	ward_vec_done(&tree->list);
}

void ward_tree_push(struct ward_tree *tree, uint64_t hi, uint64_t lo, uint32_t value)
{
	const struct ward_entry entry = {.hi = hi, .lo = lo, .value = value};
	uint32_t n = tree->list.n;

	if (!n || tree->list.items[n - 1].value != value)
		ward_vec_push(&tree->list, entry);
}

uint32_t ward_tree_put(const struct ward_tree *tree, struct ward_heap *heap,
		       enum ward_family family)
{
	uint32_t n = tree->list.n, fan = ward_entry_slots(family), n_lines = 0, below = 0;
	_cleanup_free_ struct ward_entry *level = ward_new_n(struct ward_entry, n);
	_cleanup_free_ char *lines = NULL;

	assert(n && !tree->list.items[0].hi && !tree->list.items[0].lo);
	if (n > WARD_TREE_ENTRIES) {
		heap->full = true;
		return 0;
	}
	memcpy(level, tree->list.items, n * sizeof(*level));
	for (uint32_t left = n; left > 1 || !n_lines; n_lines += left)
		left = lines_for(left, fan);
	lines = ward_alloc((size_t)n_lines * WARD_LINE);
	for (uint32_t at = n_lines; at; below++) {
		at -= lines_for(n, fan);
		n = level_fill(family, lines, at, below, level, n);
	}
	return ward_heap_put(heap, WARD_BLOCK_LEAF, lines, (size_t)n_lines * WARD_LINE);
}
