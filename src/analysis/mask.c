/* SPDX-License-Identifier: Apache-2.0 */
#include "analysis/mask.h"

static int span_cmp(const void *a, const void *b)
{
	const struct ward_span *x = a, *y = b;

	return (x->low > y->low) - (x->low < y->low);
}

struct ward_mask ward_mask_make(struct ward_arena *arena, struct ward_mask_draft *draft)
{
	struct ward_span *spans = draft->spans.items;
	struct ward_mask mask = {};
	uint32_t n = 0;

	if (draft->spans.n)
		qsort(spans, draft->spans.n, sizeof(*spans), span_cmp);
	for (uint32_t i = 0; i < draft->spans.n; i++) {
		if (n && spans[i].low <= spans[n - 1].high + 1) {
			if (spans[i].high > spans[n - 1].high)
				spans[n - 1].high = spans[i].high;
		} else {
			spans[n++] = spans[i];
		}
	}
	mask.n = n;
	mask.spans = ward_arena_copy(arena, spans, n * sizeof(*spans));
	ward_vec_done(&draft->spans);
	return mask;
}

struct ward_mask ward_mask_complement(struct ward_arena *arena, const struct ward_mask *mask,
				      uint32_t n)
{
	struct ward_mask_draft draft = {};
	uint32_t next = 0;

	for (uint32_t i = 0; i < mask->n; i++) {
		if (mask->spans[i].low > next)
			ward_mask_add(&draft, next, mask->spans[i].low - 1);
		next = mask->spans[i].high + 1;
	}
	if (next < n)
		ward_mask_add(&draft, next, n - 1);
	return ward_mask_make(arena, &draft);
}

struct ward_mask ward_mask_minus(struct ward_arena *arena, const struct ward_mask *mask,
				 const struct ward_mask *without)
{
	struct ward_mask_draft draft = {};

	for (uint32_t i = 0; i < mask->n; i++) {
		uint32_t next = mask->spans[i].low, last = mask->spans[i].high;

		for (uint32_t k = 0; k < without->n && next <= last; k++) {
			const struct ward_span *hole = &without->spans[k];

			if (hole->high < next || hole->low > last)
				continue;
			if (hole->low > next)
				ward_mask_add(&draft, next, hole->low - 1);
			next = hole->high + 1;
		}
		if (next <= last)
			ward_mask_add(&draft, next, last);
	}
	return ward_mask_make(arena, &draft);
}
