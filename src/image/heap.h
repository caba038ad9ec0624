/* SPDX-License-Identifier: Apache-2.0 */
/* The heap of an image: immutable blocks, each content once, freed when no root leads to them. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "image/layout.h"

/* How a block leads to others. */
enum ward_block_type {
	WARD_BLOCK_LEAF,   /* not at all */
	WARD_BLOCK_REFS,   /* every u32 of it is a ref */
	WARD_BLOCK_LOCALS, /* struct ward_image_local[]: their rows */
};

enum {
	WARD_HEAP_ORDERS = 21, /* a block has at most 2^20 lines: 64 MB */
};

struct ward_heap {
	char *base; /* of line 0, in the image */
	uint32_t n_lines;
	struct ward_block *blocks; /* one per line; meaningful for the first line of a block */
	uint32_t free[WARD_HEAP_ORDERS];
	uint32_t *chains; /* content hash → first block of the chain */
	uint32_t n_chains;
	uint32_t lines_used, n_puts; /* blocks written, not found */
	uint32_t lines_swept;	     /* used after the last sweep */
	bool full;		     /* some put did not fit since the flag was last cleared */
};

/* @base: @n_lines zeroed lines. */
void ward_heap_init(struct ward_heap *heap, void *base, uint32_t n_lines);
void ward_heap_done(struct ward_heap *heap);

/* The ref of a block with these bytes, an existing one if there is one.  When it does not fit:
 * sets @full and returns 0, the closed block. */
uint32_t ward_heap_put(struct ward_heap *heap, enum ward_block_type type, const void *bytes,
		       size_t size);

/* The bytes of a block. */
const void *ward_heap_bytes(const struct ward_heap *heap, uint32_t ref);

/* Is there a block of this number? */
bool ward_heap_has(const struct ward_heap *heap, uint32_t ref);

/* Frees every block that @root does not lead to; nobody may be reading them any more. */
void ward_heap_sweep(struct ward_heap *heap, const struct ward_image_root *root);

/* Has it grown so much since it was swept that sweeping costs little beside what made it grow? */
bool ward_heap_is_littered(const struct ward_heap *heap);
