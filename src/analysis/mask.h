/* SPDX-License-Identifier: Apache-2.0 */
/* Masks under construction: spans are put in, in any order; what is made of them is sorted, merged
 * and lives in an arena. */
#pragma once

#include "analysis/space.h"

struct ward_mask_draft {
	WARD_VEC(struct ward_span) spans;
};

static inline void ward_mask_add(struct ward_mask_draft *draft, uint32_t low, uint32_t high)
{
	ward_vec_push(&draft->spans, ((struct ward_span){low, high}));
}

/* Empties the draft. */
struct ward_mask ward_mask_make(struct ward_arena *arena, struct ward_mask_draft *draft);

/* All of 0 .. n - 1 that are not in @mask. */
struct ward_mask ward_mask_complement(struct ward_arena *arena, const struct ward_mask *mask,
				      uint32_t n);

/* What is in @mask and not in @without. */
struct ward_mask ward_mask_minus(struct ward_arena *arena, const struct ward_mask *mask,
				 const struct ward_mask *without);
