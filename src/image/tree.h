/* SPDX-License-Identifier: Apache-2.0 */
/* A search tree under construction (see layout.h): from which key on what holds. */
#pragma once

#include "base/vec.h"
#include "image/entry.h"
#include "image/heap.h"

struct ward_tree {
	WARD_VEC(struct ward_entry) list;
};

void ward_tree_begin(struct ward_tree *tree);
void ward_tree_done(struct ward_tree *tree);

/* From the key on, @value; says nothing twice.  Keys ascend, and the first is 0; IPv4: @hi is 0,
 * @lo of 32 bits. */
void ward_tree_push(struct ward_tree *tree, uint64_t hi, uint64_t lo, uint32_t value);

/* Its ref.  What does not fit shows in heap->full, and 0 is returned. */
uint32_t ward_tree_put(const struct ward_tree *tree, struct ward_heap *heap,
		       enum ward_family family);
