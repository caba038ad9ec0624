// SPDX-License-Identifier: Apache-2.0
/* The heap of an image.
 *
 * Blocks are values, as in git: a block is found by its content, refers to others by ref, and never
 * changes.  So a commit writes only what differs from the version before: a row in which one cell
 * changed is one new page and one new directory, and a thousand rows that say the same are one.
 *
 * Nothing counts references.  Now and then, when only one version can be read, what its root leads
 * to is marked, and the rest is free: a commit that failed half way has only made garbage, and
 * there is no count to get wrong.  That visits every block, and is done when about as much was
 * written since as there was to be kept: so it costs each commit in proportion to what it wrote.
 *
 * Free space is a buddy allocator: the block of order k at line i merges with the one at i ^ 2^k.
 */
#include "image/heap.h"

#include <string.h>

#include <xxhash.h>

#include "base/alloc.h"

enum {
	NO_BLOCK = 0, /* line 0 is never free and in no chain */
	LITTER_MIN = 1024,
};

struct ward_block {
	uint32_t next, prev; /* free: in the list of its order; used: next in its chain */
	uint32_t hash, size;
	uint8_t order, type;
	bool used, marked;
};

static void *block_bytes(const struct ward_heap *heap, uint32_t ref)
{
	return heap->base + (size_t)ref * WARD_LINE;
}

const void *ward_heap_bytes(const struct ward_heap *heap, uint32_t ref)
{
	return block_bytes(heap, ref);
}

bool ward_heap_has(const struct ward_heap *heap, uint32_t ref)
{
	return ref < heap->n_lines && heap->blocks[ref].used;
}

static void free_push(struct ward_heap *heap, uint32_t at, unsigned order)
{
	uint32_t next = heap->free[order];

	heap->blocks[at] = (struct ward_block){.next = next, .order = order};
	if (next != NO_BLOCK)
		heap->blocks[next].prev = at;
	heap->free[order] = at;
}

static void free_remove(struct ward_heap *heap, uint32_t at)
{
	struct ward_block *block = &heap->blocks[at];

	if (block->prev != NO_BLOCK)
		heap->blocks[block->prev].next = block->next;
	else
		heap->free[block->order] = block->next;
	if (block->next != NO_BLOCK)
		heap->blocks[block->next].prev = block->prev;
}

/* Cuts lines 1.. into the largest aligned blocks. */
static void free_all(struct ward_heap *heap)
{
	for (uint32_t at = 1; at < heap->n_lines;) {
		unsigned order = __builtin_ctz(at);

		if (order >= WARD_HEAP_ORDERS)
			order = WARD_HEAP_ORDERS - 1;
		while (at + (UINT64_C(1) << order) > heap->n_lines)
			order--;
		free_push(heap, at, order);
		at += UINT32_C(1) << order;
	}
}

void ward_heap_init(struct ward_heap *heap, void *base, uint32_t n_lines)
{
	*heap = (struct ward_heap){
		.base = base,
		.n_lines = n_lines,
		.lines_used = 1,
		.lines_swept = 1,
	};
	heap->blocks = ward_alloc((size_t)n_lines * sizeof(*heap->blocks));
	heap->blocks[0] = (struct ward_block){.used = true};
	for (heap->n_chains = 64; heap->n_chains < n_lines / 4;)
		heap->n_chains *= 2;
	heap->chains = ward_alloc(heap->n_chains * sizeof(*heap->chains));
	free_all(heap);
}

void ward_heap_done(struct ward_heap *heap)
{
	free(heap->blocks);
	free(heap->chains);
	*heap = (struct ward_heap){};
}

/* The smallest order whose blocks hold @size bytes. */
static unsigned order_of(size_t size)
{
	size_t lines = (size + WARD_LINE - 1) / WARD_LINE;
	unsigned order = 0;

	while ((UINT64_C(1) << order) < lines)
		order++;
	return order;
}

/* NO_BLOCK when there is no room. */
static uint32_t block_take(struct ward_heap *heap, unsigned order)
{
	unsigned from = order;
	uint32_t at;

	while (from < WARD_HEAP_ORDERS && heap->free[from] == NO_BLOCK)
		from++;
	if (from >= WARD_HEAP_ORDERS)
		return NO_BLOCK;
	at = heap->free[from];
	free_remove(heap, at);
	while (from > order) {
		from--;
		free_push(heap, at + (UINT32_C(1) << from), from);
	}
	heap->lines_used += UINT32_C(1) << order;
	return at;
}

static void block_give(struct ward_heap *heap, uint32_t at)
{
	unsigned order = heap->blocks[at].order;

	heap->blocks[at].used = false; /* also if it becomes the middle of a larger one */
	heap->lines_used -= UINT32_C(1) << order;
	while (order < WARD_HEAP_ORDERS - 1) {
		uint32_t buddy = at ^ UINT32_C(1) << order;

		if (buddy + (UINT64_C(1) << order) > heap->n_lines || heap->blocks[buddy].used ||
		    heap->blocks[buddy].order != order)
			break;
		free_remove(heap, buddy);
		at &= ~(UINT32_C(1) << order);
		order++;
	}
	free_push(heap, at, order);
}

static uint32_t *chain_of(struct ward_heap *heap, uint32_t hash)
{
	return &heap->chains[hash & (heap->n_chains - 1)];
}

static uint32_t block_find(struct ward_heap *heap, enum ward_block_type type, const void *bytes,
			   size_t size, uint32_t hash)
{
	uint32_t at = *chain_of(heap, hash);

	for (; at != NO_BLOCK; at = heap->blocks[at].next) {
		const struct ward_block *block = &heap->blocks[at];

		if (block->hash == hash && block->size == size && block->type == type &&
		    memcmp(block_bytes(heap, at), bytes, size) == 0)
			break;
	}
	return at;
}

uint32_t ward_heap_put(struct ward_heap *heap, enum ward_block_type type, const void *bytes,
		       size_t size)
{
	uint32_t hash = XXH3_64bits_withSeed(bytes, size, type), at, *chain;
	unsigned order = order_of(size);

	if (!size)
		return 0;
	at = block_find(heap, type, bytes, size, hash);
	if (at != NO_BLOCK)
		return at;
	at = block_take(heap, order);
	if (at == NO_BLOCK) {
		heap->full = true;
		return 0;
	}
	chain = chain_of(heap, hash);
	heap->blocks[at] = (struct ward_block){
		.next = *chain,
		.hash = hash,
		.size = size,
		.order = order,
		.type = type,
		.used = true,
	};
	*chain = at;
	heap->n_puts++;
	memcpy(block_bytes(heap, at), bytes, size);
	memset((char *)block_bytes(heap, at) + size, 0, ((size_t)WARD_LINE << order) - size);
	return at;
}

static void mark(struct ward_heap *heap, uint32_t ref);

static void mark_children(struct ward_heap *heap, uint32_t ref)
{
	const struct ward_block *block = &heap->blocks[ref];
	const struct ward_image_local *locals = block_bytes(heap, ref);
	const uint32_t *refs = block_bytes(heap, ref);

	if (block->type == WARD_BLOCK_REFS)
		for (uint32_t i = 0; i < block->size / sizeof(*refs); i++)
			mark(heap, refs[i]);
	if (block->type == WARD_BLOCK_LOCALS)
		for (uint32_t i = 0; i < block->size / sizeof(*locals); i++) {
			mark(heap, locals[i].row[0]);
			mark(heap, locals[i].row[1]);
		}
}

/* As deep as the layout: locals → row → page → port map. */
static void mark(struct ward_heap *heap, uint32_t ref)
{
	if (heap->blocks[ref].marked)
		return;
	heap->blocks[ref].marked = true;
	mark_children(heap, ref);
}

static void chain_remove(struct ward_heap *heap, uint32_t at)
{
	uint32_t *link = chain_of(heap, heap->blocks[at].hash);

	while (*link != at)
		link = &heap->blocks[*link].next;
	*link = heap->blocks[at].next;
}

void ward_heap_sweep(struct ward_heap *heap, const struct ward_image_root *root)
{
	mark(heap, root->prefixes4);
	mark(heap, root->prefixes6);
	mark(heap, root->shapes);
	mark(heap, root->locals);
	mark(heap, root->uplinks);
	for (uint32_t at = 1, next; at < heap->n_lines; at = next) {
		struct ward_block *block = &heap->blocks[at];

		next = at + (UINT32_C(1) << block->order);
		if (block->used && !block->marked) {
			chain_remove(heap, at);
			block_give(heap, at);
		}
		block->marked = false;
	}
	heap->blocks[0].marked = false;
	heap->lines_swept = heap->lines_used;
}

bool ward_heap_is_littered(const struct ward_heap *heap)
{
	uint32_t kept = heap->lines_swept, room = (heap->n_lines - kept) / 2;
	uint32_t litter = kept + LITTER_MIN < room ? kept + LITTER_MIN : room;

	return heap->lines_used - kept > litter;
}
