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
	bool full;		     /* some put did not fit since the flag was last cleared */
};

/* @base: @n_lines zeroed lines. */
void ward_heap_init(struct ward_heap *heap, void *base, uint32_t n_lines);
void ward_heap_done(struct ward_heap *heap);

/* The ref of a block with these bytes, an existing one if there is one.  When it does not fit:
 * sets @full and returns 0, the closed block. */
uint32_t ward_heap_put(struct ward_heap *heap, enum ward_block_type type, const void *bytes,
		       size_t size);

/* The ref of an array of these cells, which are themselves refs or (LEAF) plain numbers. */
uint32_t ward_heap_put_array(struct ward_heap *heap, enum ward_block_type cells_type,
			     const uint32_t *cells, uint32_t n);

/* Frees every block that @root does not lead to; nobody may be reading them any more. */
void ward_heap_sweep(struct ward_heap *heap, const struct ward_image_root *root);
