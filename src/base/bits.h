/* SPDX-License-Identifier: Apache-2.0 */
/* A set of small numbers: one bit each, growing as needed.  A zeroed struct is the empty set. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

struct ward_bits {
	uint64_t *words;
	uint32_t n_words;
};

static inline bool ward_bits_has(const struct ward_bits *bits, uint32_t i)
{
	return i / 64 < bits->n_words && (bits->words[i / 64] >> (i % 64) & 1);
}

static inline void ward_bits_add(struct ward_bits *bits, uint32_t i)
{
	if (i / 64 >= bits->n_words) {
		uint32_t n = (i / 64 + 1) * 2;

		bits->words = ward_realloc(bits->words, n, sizeof(*bits->words));
		memset(bits->words + bits->n_words, 0, (n - bits->n_words) * sizeof(uint64_t));
		bits->n_words = n;
	}
	bits->words[i / 64] |= UINT64_C(1) << (i % 64);
}

static inline void ward_bits_remove(struct ward_bits *bits, uint32_t i)
{
	if (i / 64 < bits->n_words)
		bits->words[i / 64] &= ~(UINT64_C(1) << (i % 64));
}

static inline void ward_bits_done(struct ward_bits *bits)
{
	free(bits->words);
	*bits = (struct ward_bits){};
}
