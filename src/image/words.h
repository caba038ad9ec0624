/* SPDX-License-Identifier: Apache-2.0 */
/* A sorted block under construction (see layout.h). */
#pragma once

#include "base/vec.h"
#include "image/heap.h"

struct ward_words {
	WARD_VEC(uint64_t) list;
};

void ward_words_begin(struct ward_words *words);

/* From @key on, @value; says nothing twice. */
void ward_words_push(struct ward_words *words, uint32_t key, uint32_t value);

/* Puts it, as one of @n entries; if that is too many, the heap is full. */
uint32_t ward_words_put(struct ward_words *words, struct ward_heap *heap, uint32_t n);
