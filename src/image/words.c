// SPDX-License-Identifier: Apache-2.0
#include "image/words.h"

void ward_words_begin(struct ward_words *words)
{
	ward_vec_clear(&words->list);
	ward_vec_push(&words->list, 0); /* the count */
}

void ward_words_push(struct ward_words *words, uint32_t key, uint32_t value)
{
	uint64_t word = (uint64_t)key << 32 | value;
	uint64_t *last = words->list.n > 1 ? &words->list.items[words->list.n - 1] : NULL;

	if (last && (uint32_t)*last == value)
		return;
	ward_vec_push(&words->list, word);
}

uint32_t ward_words_put(struct ward_words *words, struct ward_heap *heap, uint32_t n)
{
	words->list.items[0] = n;
	if (n > UINT32_C(1) << (WARD_SEARCH_STEPS - 1)) {
		heap->full = true;
		return 0;
	}
	return ward_heap_put(heap, WARD_BLOCK_LEAF, words->list.items,
			     words->list.n * sizeof(uint64_t));
}
