/* SPDX-License-Identifier: Apache-2.0 */
/* From the engine's tables to the blocks of a version. */
#pragma once

#include "base/bits.h"
#include "engine/number.h"
#include "image/listed.h"
#include "image/prefixes.h"

/* The block of a row, and how many identities it knows. */
struct ward_row_block {
	uint32_t ref, n; /* ref WARD_NONE: not put */
};

struct ward_blocks {
	struct ward_heap *heap;
	bool known; /* what follows is of the tables before; else it is worth nothing */
	struct ward_image_root root;
	uint32_t n_shapes;
	number_list port_maps;		      /* by number: ref, or WARD_NONE: not put */
	WARD_VEC(struct ward_row_block) rows; /* by number */
	struct ward_tree tree;		      /* what is being put */
	number_list pages;
	struct ward_bits touched;
	WARD_VEC(struct ward_image_local) locals;
};

void ward_blocks_done(struct ward_blocks *blocks);

/* Puts what is new in the tables and makes @blocks->root lead to all of them (but for its seeds).
 * @delta NULL: without a look at what was there.  What does not fit shows in heap->full. */
void ward_blocks_follow(struct ward_blocks *blocks, const struct ward_tables *tables,
			const struct ward_delta *delta, const struct ward_site *site);

/* Then the records of local pods; @ifindex by endpoint, or NULL. */
void ward_blocks_locals(struct ward_blocks *blocks, const struct ward_tables *tables,
			const struct ward_listed *listed, const uint32_t *ifindex);

/* Some blocks are no more. */
void ward_blocks_swept(struct ward_blocks *blocks);
