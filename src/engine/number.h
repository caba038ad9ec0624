/* SPDX-License-Identifier: Apache-2.0 */
/* Lists of numbers: of slots, scopes, shapes, identities. */
#pragma once

#include <stdint.h>
#include <stdlib.h>

#include "base/vec.h"

typedef WARD_VEC(uint32_t) number_list;

/* For qsort(3) and bsearch(3). */
static inline int number_cmp(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

static inline void numbers_sort(uint32_t *numbers, uint32_t n)
{
	if (n)
		qsort(numbers, n, sizeof(*numbers), number_cmp);
}
