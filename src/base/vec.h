/* SPDX-License-Identifier: Apache-2.0 */
/* A growing array of any type: WARD_VEC(int) numbers = {}; ward_vec_push(&numbers, 7);
 * A zeroed one is empty.  Items move when it grows: keep indices, not pointers. */
#pragma once

#include <stdint.h>
#include <stdlib.h>

#include "base/alloc.h"

#define WARD_VEC(type)                                                                             \
	struct {                                                                                   \
		type *items;                                                                       \
		uint32_t n, cap;                                                                   \
	}

#define ward_vec_reserve(vec, want)                                                                \
	do {                                                                                       \
		if ((want) > (vec)->cap) {                                                         \
			(vec)->cap = (vec)->cap ? (vec)->cap * 2 : 8;                              \
			if ((vec)->cap < (want))                                                   \
				(vec)->cap = (want);                                               \
			(vec)->items =                                                             \
				ward_realloc((vec)->items, (vec)->cap, sizeof(*(vec)->items));     \
		}                                                                                  \
	} while (0)

#define ward_vec_push(vec, item)                                                                   \
	do {                                                                                       \
		ward_vec_reserve((vec), (vec)->n + 1);                                             \
		(vec)->items[(vec)->n++] = (item);                                                 \
	} while (0)

#define ward_vec_clear(vec) ((void)((vec)->n = 0))

#define ward_vec_done(vec)                                                                         \
	do {                                                                                       \
		free((vec)->items);                                                                \
		(vec)->items = NULL;                                                               \
		(vec)->n = (vec)->cap = 0;                                                         \
	} while (0)
